//! Turns a JSON Schema and a document into misfits, each with the nodes that it concerns.
//!
//! The `jsonschema` crate validates; it sees the tree itself, no copy of it. Beyond JSON Schema there is the keyword
//! `scalar`: its value describes a type of scalar, and the one who builds the schema says what fits it. So types that
//! depend on how a scalar was written (`"5"`, `1_000`, `7d`) need no second walk.

use std::borrow::Cow;
use std::sync::Arc;

use jsonschema::JsonType;
use jsonschema::Keyword;
use jsonschema::ValidationError;
use jsonschema::Validator;
use jsonschema::error::TypeKind;
use jsonschema::error::ValidationErrorKind;
use jsonschema::json::Array;
use jsonschema::json::Json;
use jsonschema::json::JsonNumber;
use jsonschema::json::Node;
use jsonschema::json::NodeIdentity;
use jsonschema::json::Object;
use serde_json::Value;

use super::tree::NodeRef;
use super::tree::Scalar;

/// A schema that is ready to be held against documents.
#[derive(Debug)]
pub(crate) struct Schema(Validator<Yaml>);

/// Where a document does not fit a schema.
#[derive(Debug)]
pub(crate) struct Misfit<'t> {
    /// The keys and positions that lead to `node`.
    pub(crate) path: Vec<String>,
    /// The key under which the fault lies, if it lies under one.
    pub(crate) key: Option<NodeRef<'t>>,
    /// The value that does not fit; of an unknown key its value.
    pub(crate) node: NodeRef<'t>,
    /// What is wrong.
    pub(crate) kind: MisfitKind,
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MisfitKind {
    /// The schema does not know the key; it is the last part of the path.
    UnknownKey,
    /// The value lacks a key of that name.
    MissingKey(String),
    /// Another type is wanted: `object`, `array`, `string`, ...
    Type(Vec<String>),
    /// The scalar does not fit, for the reason that its check gave.
    Scalar(String),
    /// Anything else, in the words of the validator.
    Other(String),
}

/// Says whether a scalar fits what the keyword's value describes; the error is the reason.
pub(crate) type ScalarCheck = fn(&Value, NodeRef<'_>) -> Result<(), String>;

impl Schema {
    /// Makes a schema ready.
    ///
    /// # Errors
    ///
    /// What is wrong with the schema.
    pub(crate) fn new(schema: &Value, check: ScalarCheck) -> Result<Self, String> {
        jsonschema::options_for::<Yaml>()
            .offline()
            .with_draft(jsonschema::Draft::Draft202012)
            .with_keyword("scalar", move |_, wanted, _| {
                let wanted = wanted.clone();
                Ok(Box::new(ScalarKeyword { wanted, check }) as Box<dyn for<'i> Keyword<'i, Yaml>>)
            })
            .build(schema)
            .map(Self)
            .map_err(|error| error.to_string())
    }

    /// Everything in which `root` does not fit, in the order of the validator.
    pub(crate) fn misfits<'t>(&self, root: NodeRef<'t>) -> Vec<Misfit<'t>> {
        self.0.iter_errors(root).flat_map(|error| misfits_of(root, &error)).collect()
    }
}

/// The misfits that an error stands for: unknown keys of one mapping come together.
fn misfits_of<'t>(root: NodeRef<'t>, error: &ValidationError<'_>) -> Vec<Misfit<'t>> {
    let Some((path, key, node)) = follow(root, error.instance_path().as_str()) else { return Vec::new() };
    let kind = match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let entry = |name: &String| {
                let (key, value) = node.entry(name)?;
                let mut path = path.clone();
                path.push(name.clone());
                Some(Misfit { path, key: Some(key), node: value, kind: MisfitKind::UnknownKey })
            };
            return unexpected.iter().filter_map(entry).collect();
        }
        ValidationErrorKind::Required { property } => {
            MisfitKind::MissingKey(property.as_str().unwrap_or_default().to_owned())
        }
        ValidationErrorKind::Type { kind } => MisfitKind::Type(match kind {
            TypeKind::Single(one) => vec![one.to_string()],
            TypeKind::Multiple(several) => several.iter().map(|one| one.to_string()).collect(),
        }),
        ValidationErrorKind::Custom { message, .. } => MisfitKind::Scalar(message.clone()),
        _ => MisfitKind::Other(error.to_string()),
    };
    vec![Misfit { path, key, node, kind }]
}

/// The parts of a JSON pointer, and the node and key that it leads to.
type Followed<'t> = (Vec<String>, Option<NodeRef<'t>>, NodeRef<'t>);

fn follow<'t>(root: NodeRef<'t>, pointer: &str) -> Option<Followed<'t>> {
    let mut found = (Vec::new(), None, root);
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        let (_, key, node) = &mut found;
        if node.is_sequence() {
            *node = node.items().nth(part.parse().ok()?)?;
        } else {
            let (own, value) = node.entry(&part)?;
            (*key, *node) = (Some(own), value);
        }
        found.0.push(part);
    }
    Some(found)
}

/// The keyword `scalar`.
struct ScalarKeyword {
    wanted: Value,
    check: ScalarCheck,
}

impl<'i> Keyword<'i, Yaml> for ScalarKeyword {
    fn validate(&self, instance: NodeRef<'i>) -> Result<(), ValidationError<'i>> {
        (self.check)(&self.wanted, instance).map_err(ValidationError::custom)
    }

    fn is_valid(&self, instance: NodeRef<'i>) -> bool {
        (self.check)(&self.wanted, instance).is_ok()
    }
}

/// How the validator sees our trees.
#[derive(Debug)]
struct Yaml;

impl Json for Yaml {
    type Node<'a> = NodeRef<'a>;
    type PreparedKey = String;
    type StringBuffer = Option<super::tree::Tree>;

    fn prepare_key(key: &str) -> String {
        key.to_owned()
    }

    fn with_string_node<T>(
        buffer: &mut Self::StringBuffer,
        string: &str,
        f: impl FnOnce(NodeRef<'_>) -> T,
    ) -> T {
        f(buffer.insert(super::tree::Tree::of_text(string)).node(super::tree::NodeId(0)))
    }
}

/// A number of a document.
struct Number(serde_json::Number);

impl JsonNumber for Number {
    fn as_u64(&self) -> Option<u64> {
        self.0.as_u64()
    }

    fn as_i64(&self) -> Option<i64> {
        self.0.as_i64()
    }

    fn as_f64(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn as_str(&self) -> Cow<'_, str> {
        Cow::Owned(self.0.to_string())
    }

    fn to_number(&self) -> Cow<'_, serde_json::Number> {
        Cow::Borrowed(&self.0)
    }
}

/// The number that a scalar is; infinite ones, which JSON lacks, become the largest.
fn number(scalar: Scalar<'_>) -> Option<serde_json::Number> {
    match scalar {
        Scalar::Int(value) => Some(value.into()),
        Scalar::Float(value) => serde_json::Number::from_f64(value.clamp(f64::MIN, f64::MAX)),
        _ => None,
    }
}

impl<'a> Node<'a, Yaml> for NodeRef<'a> {
    type Object = Entries<'a>;
    type Array = Items<'a>;
    type Number = Number;

    fn as_object(&self) -> Option<Entries<'a>> {
        self.is_mapping().then(|| {
            let named = |(key, value): (NodeRef<'a>, NodeRef<'a>)| Some((key.text()?, value));
            Entries(self.entries_merged().into_iter().filter_map(named).collect())
        })
    }

    fn as_array(&self) -> Option<Items<'a>> {
        self.is_sequence().then(|| Items(self.items().collect()))
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self.scalar()? {
            Scalar::Text(text) => Some(Cow::Borrowed(text)),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<Number> {
        number(self.scalar()?).map(Number)
    }

    fn as_boolean(&self) -> Option<bool> {
        self.bool()
    }

    fn is_null(&self) -> bool {
        NodeRef::is_null(*self)
    }

    fn json_type(&self) -> JsonType {
        match self.scalar() {
            Some(Scalar::Null) => JsonType::Null,
            Some(Scalar::Bool(_)) => JsonType::Boolean,
            Some(Scalar::Int(_) | Scalar::Float(_)) => JsonType::Number,
            Some(Scalar::Text(_)) => JsonType::String,
            None if self.is_sequence() => JsonType::Array,
            None => JsonType::Object,
        }
    }

    /// For the words of errors, which quote scalars; collections are not copied.
    fn to_value(&self) -> Cow<'a, Value> {
        Cow::Owned(match self.scalar() {
            Some(Scalar::Bool(value)) => Value::Bool(value),
            Some(Scalar::Text(text)) => Value::String(text.to_owned()),
            Some(scalar @ (Scalar::Int(_) | Scalar::Float(_))) => {
                number(scalar).map_or(Value::Null, Value::Number)
            }
            Some(Scalar::Null) => Value::Null,
            None if self.is_sequence() => Value::Array(Vec::new()),
            None => Value::Object(serde_json::Map::new()),
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(NodeIdentity::new(std::ptr::from_ref(self.raw()) as usize))
    }
}

/// The entries of a mapping.
struct Entries<'a>(Arc<[(&'a str, NodeRef<'a>)]>);

/// Goes through the entries of a mapping.
struct EntriesIter<'a>(Arc<[(&'a str, NodeRef<'a>)]>, usize);

impl<'a> Iterator for EntriesIter<'a> {
    type Item = (&'a str, NodeRef<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.1 += 1;
        self.0.get(self.1 - 1).copied()
    }
}

impl<'a> Object<'a, Yaml> for Entries<'a> {
    type Node = NodeRef<'a>;
    type MemberName = &'a str;
    type MembersIter = EntriesIter<'a>;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn get(&self, key: &String) -> Option<NodeRef<'a>> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| *value)
    }

    fn members(&self) -> EntriesIter<'a> {
        EntriesIter(self.0.clone(), 0)
    }
}

/// The items of a list.
struct Items<'a>(Vec<NodeRef<'a>>);

impl<'a> Array<'a, Yaml> for Items<'a> {
    type Node = NodeRef<'a>;
    type ElementsIter = std::vec::IntoIter<NodeRef<'a>>;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn elements(&self) -> Self::ElementsIter {
        self.0.clone().into_iter()
    }
}
