//! Turns what is written of a store's configuration into what the store runs with.
//!
//! Layers are looked through from the strongest: limits of a tenant, flags, the file (or what the chart makes of its
//! values); then what the option inherits from `common`; then the default of the version. Each value knows where it came
//! from.

use std::sync::OnceLock;

use serde::Deserialize;

use super::env;
use super::env::Variables;
use super::options::Options;
use super::options::Spec;
use super::scalars;
use super::scalars::Raw;
use crate::document::Place;
use crate::document::Scalar;
use crate::document::plain_scalar;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::piece::Store;
use crate::model::version::Minor;

/// What a store runs with, option by option.
#[derive(Debug)]
pub(crate) struct Effective<'e> {
    /// The store.
    pub(crate) store: Store,
    /// Its options.
    pub(crate) options: &'static Options,
    /// The version that runs, one of the table's.
    pub(crate) version: Minor,
    /// What is written, weakest first.
    pub(crate) layers: Vec<Layer<'e>>,
    /// The environment, where references to it are replaced.
    pub(crate) variables: Option<Variables>,
}

/// Something that sets options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layer<'e> {
    /// What it is.
    pub(crate) origin: Origin,
    /// The options that it sets, as a tree.
    pub(crate) tree: &'e Fact,
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The store's own default.
    Default,
    /// A section that others inherit from.
    Common,
    /// The chart, without being told.
    Chart,
    /// The configuration.
    Written,
    /// A command-line flag.
    Flag,
    /// The runtime file, for one tenant.
    Tenant,
}

impl Origin {
    /// How a person reads it.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Common => "inherited",
            Self::Chart => "made by the chart",
            Self::Written => "configuration",
            Self::Flag => "flag",
            Self::Tenant => "runtime file",
        }
    }
}

/// One line of the table of inheritance.
#[derive(Debug, Deserialize)]
struct Inherits {
    from: Box<str>,
    #[serde(default)]
    to: Vec<Box<str>>,
    /// Every option whose path ends so.
    to_each: Option<Box<str>>,
    /// What is added to the value.
    append: Option<Box<str>>,
}

#[derive(Debug, Deserialize, Default)]
struct Inheritance {
    mimir: Vec<Inherits>,
    loki: Vec<Inherits>,
}

fn inheritance(store: Store) -> &'static [Inherits] {
    static TABLE: OnceLock<Inheritance> = OnceLock::new();
    let text = include_str!("../../../schemas/stores/inheritance.json");
    let table = TABLE.get_or_init(|| serde_json::from_str(text).unwrap_or_default());
    match store {
        Store::Mimir => &table.mimir,
        Store::Loki => &table.loki,
    }
}

impl Effective<'_> {
    /// The options at and below each of `routes`, as one tree.
    pub(crate) fn tree<'r>(&self, routes: impl IntoIterator<Item = &'r str>) -> Fact {
        let place = self.layers.iter().rev().find_map(|layer| layer.tree.place);
        let mut tree = Fact::map::<String>([], place);
        for route in routes {
            for (path, spec) in self.options.below(route) {
                // Fields of list items belong to the list.
                if !path.contains(['[', '<']) && spec.is_in(self.version) {
                    self.put(&mut tree, path, self.value(path, spec).0);
                }
            }
        }
        tree
    }

    fn put(&self, tree: &mut Fact, path: &str, value: Fact) {
        let mut target = tree;
        let mut parts = path.split('.').peekable();
        let mut route = String::new();
        while let Some(part) = parts.next() {
            if !route.is_empty() {
                route.push('.');
            }
            route.push_str(part);
            let FactValue::Map(entries) = &mut target.value else { return };
            if parts.peek().is_none() {
                entries.insert(part.to_owned(), value);
                return;
            }
            target = entries.entry(part.to_owned()).or_insert_with(|| {
                let place = self.nearest(&route);
                Fact::map::<String>([], place)
            });
        }
    }

    /// The section at `route`, where something in it is written and is not what it is by default anyway.
    pub(super) fn changed(&self, route: &str) -> Option<Fact> {
        let written = self.options.below(route).any(|(path, spec)| {
            let value = self.written(path, spec).map(|(fact, _)| fact.value);
            spec.is_in(self.version) && value.is_some_and(|value| value != self.default_of(spec).value)
        });
        written.then(|| Fact::new(route.rsplit('.').next(), self.nearest(route)))
    }

    /// The value of an option, with where it came from.
    pub(crate) fn value(&self, path: &str, spec: &Spec) -> (Fact, Origin) {
        if let Some(found) = self.written(path, spec) {
            return found;
        }
        if let Some(found) = self.inherited(path) {
            return found;
        }
        (Fact { place: self.nearest(path), ..self.default_of(spec) }, Origin::Default)
    }

    /// Everything that says something of an option, weakest first; the last one counts.
    pub(crate) fn chain(&self, path: &str, spec: &Spec) -> Vec<(Fact, Origin)> {
        let mut chain = vec![(self.default_of(spec), Origin::Default)];
        chain.extend(self.inherited(path));
        for layer in &self.layers {
            let single = Effective {
                store: self.store,
                options: self.options,
                version: self.version,
                layers: vec![*layer],
                variables: self.variables.clone(),
            };
            chain.extend(single.written(path, spec));
        }
        chain
    }

    /// The value that a layer sets, the strongest first.
    fn written(&self, path: &str, spec: &Spec) -> Option<(Fact, Origin)> {
        // No flags are no layer, and not flags that set everything to nothing.
        for layer in self.layers.iter().rev().filter(|layer| !layer.tree.is_null()) {
            match find(layer.tree, path) {
                Found::Value(fact) => {
                    let value = self.typed(path, spec, fact);
                    // Null keeps the default in Mimir, also in weaker layers.
                    if value.is_null() && self.store == Store::Mimir {
                        continue;
                    }
                    return Some((value, layer.origin));
                }
                Found::Nulled(section) if self.store == Store::Loki => {
                    let place = section.place;
                    return Some((Fact { place, ..Self::zero(spec.type_in(self.version)) }, layer.origin));
                }
                Found::Nulled(_) | Found::Nothing => {}
            }
        }
        None
    }

    /// The value that an option takes over from a section for all.
    fn inherited(&self, path: &str) -> Option<(Fact, Origin)> {
        for line in inheritance(self.store) {
            let source = match &line.to_each {
                Some(ending) if path.ends_with(&**ending) && path != &*line.from => line.from.to_string(),
                Some(_) => continue,
                None => {
                    let rest = line.to.iter().find_map(|to| {
                        let rest = path.strip_prefix(&**to)?;
                        (rest.is_empty() || rest.starts_with('.')).then_some(rest)
                    });
                    let Some(rest) = rest else { continue };
                    format!("{}{rest}", line.from)
                }
            };
            let Some(own) = self.options.spec(&source) else { continue };
            let Some((mut fact, _)) = self.written(&source, own) else { continue };
            if let Some(append) = &line.append {
                let Some(text) = fact.text().filter(|text| !text.is_empty()) else { continue };
                fact.value = format!("{text}{append}").into();
            }
            return Some((fact, Origin::Common));
        }
        None
    }

    /// The place of the nearest section above an option that is written.
    pub(crate) fn nearest(&self, path: &str) -> Option<Place> {
        let mut best: Option<(usize, Option<Place>)> = None;
        // Of two that lead equally far, the weaker one is where a person would look first: the file.
        for layer in &self.layers {
            let mut fact = layer.tree;
            let mut depth = 0;
            let mut place = fact.place;
            for part in path.split('.') {
                let FactValue::Map(entries) = &fact.value else { break };
                let Some(next) = entries.get(part) else { break };
                fact = next;
                depth += 1;
                place = fact.place.or(place);
            }
            if best.is_none_or(|(deepest, _)| depth > deepest) {
                best = Some((depth, place));
            }
        }
        best.and_then(|(_, place)| place)
    }

    /// The default of an option in the version that runs.
    pub(super) fn default_of(&self, spec: &Spec) -> Fact {
        if spec.dynamic {
            return Fact::unknown("it is worked out when the process starts", None);
        }
        let kind = spec.type_in(self.version);
        let default = spec.default_in(self.version);
        let scalar = match default {
            serde_json::Value::Null => return Self::zero(kind),
            serde_json::Value::Array(items) => {
                return Fact::list(items.iter().filter_map(|item| item.as_str()).map(Fact::bare), None);
            }
            serde_json::Value::Object(_) => return Fact::map::<String>([], None),
            serde_json::Value::Bool(value) => Scalar::Bool(*value),
            serde_json::Value::Number(value) => match value.as_i64() {
                Some(value) => Scalar::Int(value),
                None => Scalar::Float(value.as_f64().unwrap_or_default()),
            },
            serde_json::Value::String(text) => Scalar::Text(text),
        };
        let text = text_of(&scalar);
        let raw = Raw { text: &text, scalar };
        Fact::bare(scalars::read(self.store, kind, raw).unwrap_or_default())
    }

    /// The zero value of a type.
    fn zero(kind: &str) -> Fact {
        let value = match kind {
            "int" | "uint" | "bytes" | "bytesize" => FactValue::Int(0),
            "float" => FactValue::Float(0.0),
            "bool" => FactValue::Bool(false),
            "go_duration" | "prom_duration" => "0s".into(),
            kind if kind.starts_with("list") => FactValue::List(Vec::new()),
            kind if kind.starts_with("map") || kind == "block" => {
                FactValue::Map(std::collections::BTreeMap::new())
            }
            "date" | "timestamp" | "regex" => FactValue::Null,
            _ => "".into(),
        };
        Fact::bare(value)
    }

    /// A written value as its option reads it. Unknown where the store would refuse it: that is told by itself.
    fn typed(&self, path: &str, spec: &Spec, fact: &Fact) -> Fact {
        let kind = spec.type_in(self.version).to_owned();
        self.typed_as(&kind, path, spec, fact)
    }

    fn typed_as(&self, kind: &str, path: &str, spec: &Spec, fact: &Fact) -> Fact {
        let place = fact.place;
        let inner = |prefix: &str| kind.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('>'));
        match (&fact.value, inner("list<"), inner("map<string,")) {
            (FactValue::Unknown(_), ..) | (FactValue::Map(_), _, Some("any" | "list<block>")) => fact.clone(),
            (FactValue::List(_), ..) if kind == "list<string>|csv" => fact.clone(),
            (FactValue::Null, Some(_), _) => Fact::list([], place),
            (FactValue::List(items), Some("block" | "relabel_config"), _) => {
                let items = items.iter().map(|item| self.fields(&format!("{path}[]"), item));
                Fact::list(items, place)
            }
            (FactValue::List(items), Some(inner), _) => {
                Fact::list(items.iter().map(|item| self.typed_as(inner, path, spec, item)), place)
            }
            (FactValue::Null, _, Some(_)) => Fact::map::<String>([], place),
            (FactValue::Map(entries), _, Some("block")) => {
                let route = format!("{path}.<name>");
                Fact::map(entries.iter().map(|(name, item)| (name.clone(), self.fields(&route, item))), place)
            }
            (FactValue::Map(entries), _, Some(inner)) => Fact::map(
                entries.iter().map(|(name, item)| (name.clone(), self.typed_as(inner, path, spec, item))),
                place,
            ),
            (FactValue::List(_) | FactValue::Map(_), ..) => {
                Fact::unknown("it is not of the type that the store wants", place)
            }
            _ => self.scalar(kind, spec, fact),
        }
    }

    /// An item of a list or map of blocks, with the defaults of its fields.
    fn fields(&self, route: &str, item: &Fact) -> Fact {
        let mut tree = Fact::map::<String>([], item.place);
        for (path, spec) in self.options.below(route) {
            let rest = path.get(route.len() + 1..).unwrap_or_default();
            if rest.is_empty() || rest.contains(['[', '<']) || !spec.is_in(self.version) {
                continue;
            }
            let single = Effective {
                layers: vec![Layer { origin: Origin::Written, tree: item }],
                variables: None,
                ..*self
            };
            let value = match find(item, rest) {
                Found::Value(fact) => {
                    let value = self.typed(path, spec, fact);
                    if value.is_null() {
                        Fact { place: fact.place, ..Self::zero(spec.type_in(self.version)) }
                    } else {
                        value
                    }
                }
                Found::Nulled(_) | Found::Nothing => {
                    Fact { place: single.nearest(rest), ..self.default_of(spec) }
                }
            };
            single.put(&mut tree, rest, value);
        }
        tree
    }

    fn scalar(&self, kind: &str, spec: &Spec, fact: &Fact) -> Fact {
        let place = fact.place;
        let owned;
        let mut secret = spec.is_secret();
        let mut scalar = match &fact.value {
            FactValue::Null if self.store == Store::Loki => {
                return Fact { place, ..Self::zero(kind) };
            }
            FactValue::Null => Scalar::Null,
            FactValue::Bool(value) => Scalar::Bool(*value),
            FactValue::Int(value) => Scalar::Int(*value),
            FactValue::Float(value) => Scalar::Float(*value),
            FactValue::Text(text) => Scalar::Text(text),
            FactValue::Secret(text) => {
                secret = true;
                Scalar::Text(text)
            }
            FactValue::Unknown(_) | FactValue::List(_) | FactValue::Map(_) => return fact.clone(),
        };
        if let (Scalar::Text(text), Some(variables)) = (scalar, &self.variables)
            && let Some(expanded) = env::expand(self.store, text, variables)
        {
            if let Some(name) = expanded.unknown {
                let reason = variables.reasons.get(&name).cloned();
                let absent = || format!("environment variable {name} is not in the input").into();
                return Fact::unknown(reason.unwrap_or_else(absent), place);
            }
            secret |= expanded.secret;
            owned = expanded.text;
            scalar = plain_scalar(&owned);
        }
        let text = text_of(&scalar);
        match scalars::read(self.store, kind, Raw { text: &text, scalar }) {
            Ok(FactValue::Null) if self.store == Store::Loki => Fact { place, ..Self::zero(kind) },
            Ok(FactValue::Text(text)) if secret => Fact { value: FactValue::Secret(text), place },
            Ok(value) => Fact { value, place },
            Err(_) => Fact::unknown("it is not of the type that the store wants", place),
        }
    }
}

/// What a tree says of an option.
enum Found<'f> {
    Value(&'f Fact),
    /// A section above it is null.
    Nulled(&'f Fact),
    Nothing,
}

fn find<'f>(tree: &'f Fact, path: &str) -> Found<'f> {
    let mut fact = tree;
    if fact.is_null() {
        return Found::Nothing;
    }
    for part in path.split('.') {
        match &fact.value {
            FactValue::Map(entries) => match entries.get(part) {
                Some(next) => fact = next,
                None => return Found::Nothing,
            },
            FactValue::Null => return Found::Nulled(fact),
            FactValue::Unknown(_) => return Found::Value(fact),
            _ => return Found::Nothing,
        }
    }
    Found::Value(fact)
}

/// A scalar as text.
fn text_of(scalar: &Scalar<'_>) -> String {
    match scalar {
        Scalar::Null => String::new(),
        Scalar::Bool(value) => value.to_string(),
        Scalar::Int(value) => value.to_string(),
        Scalar::Float(value) => value.to_string(),
        Scalar::Text(text) => (*text).to_owned(),
    }
}
