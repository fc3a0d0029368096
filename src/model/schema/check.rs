//! Walks an object beside its type, and tells where they differ.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::quantity;
use super::table;
use super::table::Type;
use super::table::Word;
use crate::document::DocId;
use crate::document::NodeId;
use crate::document::NodeRef;
use crate::document::Place;
use crate::document::Scalar;
use crate::model::objects::is_withheld;
use crate::text::nearest;

/// Nesting of an object that is still looked at. The API's own types end far above.
const DEPTH: u32 = 64;

/// How far below the type at hand a field is looked for that stands in the wrong place.
const ELSEWHERE: u32 = 8;

/// Fields below which nobody means to put another one: metadata are everywhere, and debuggers add containers.
const NEVER_MEANT: [&str; 2] = ["ephemeralContainers", "metadata"];

/// Stands in exports of Pulumi where a value is not known yet.
const PULUMI_UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/// What is wrong. Each kind has a rule of its own in `rules/coherence/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// A field that the type does not have.
    UnknownField,
    /// A value of another type.
    WrongType,
    /// A field that must be there.
    MissingField,
    /// A name that is refused.
    Name,
    /// A version of the API that is not served any more, or never was.
    Version,
}

impl Kind {
    /// How rules name it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::UnknownField => "unknown-field",
            Self::WrongType => "wrong-type",
            Self::MissingField => "missing-field",
            Self::Name => "name",
            Self::Version => "version",
        }
    }
}

/// Something that is wrong with an object.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) kind: Kind,
    /// Where in the object: `spec.template.spec.containers[0].image`.
    pub(super) route: String,
    /// What is wrong, in words. Never a text of the object: that may be a secret.
    pub(super) message: String,
    /// What to do.
    pub(super) help: String,
    pub(super) place: Place,
}

impl Fault {
    /// A version that Kubernetes dropped.
    pub(super) fn gone(
        version: &str,
        kind: &str,
        release: &str,
        instead: Option<&str>,
        place: Place,
    ) -> Self {
        let help = match instead {
            Some(instead) => {
                format!("use `apiVersion: {instead}`, and look what its fields are called there")
            }
            None => "take the object out: nothing has taken its place in the API".to_owned(),
        };
        let message = format!("Kubernetes has no {kind} of `{version}` since {release}");
        Self { kind: Kind::Version, route: "apiVersion".to_owned(), message, help, place }
    }

    /// A name that is refused, in words that follow "it".
    pub(super) fn name(what: &str, reason: &str, place: Place) -> Self {
        let message = format!("Kubernetes refuses {what}: it {reason}");
        let help = "use letters and digits, with dashes between them".to_owned();
        Self { kind: Kind::Name, route: what.to_owned(), message, help, place }
    }

    /// A version that no Kubernetes has.
    pub(super) fn no_version(version: &str, kind: &str, versions: &[&str], place: Place) -> Self {
        let message = format!("there is no {kind} of `{version}` (as of Kubernetes {})", table::release());
        let help = format!("it is of `{}`", versions.join("`, `"));
        Self { kind: Kind::Version, route: "apiVersion".to_owned(), message, help, place }
    }
}

/// The faults of an object of that kind, in the order in which they stand there.
pub(super) fn object(root: NodeRef<'_>, doc: DocId, kind: &str, entry: &'static Type) -> Vec<Fault> {
    // What is no text in these is found where they are opened.
    let opened = matches!(kind, "ConfigMap" | "Secret");
    let mut walk =
        Walk { doc, kind, entry, opened, route: Vec::new(), seen: HashSet::new(), found: Vec::new() };
    walk.fields(root, None, entry, DEPTH);
    walk.found
}

/// A step from an object to a value in it.
#[derive(Clone, Copy)]
enum Step<'d> {
    Key(&'d str),
    Index(usize),
}

/// A walk through one object.
struct Walk<'d, 'k> {
    doc: DocId,
    /// The object's kind.
    kind: &'k str,
    /// The type of the whole object.
    entry: &'static Type,
    /// Whether another part of the program has looked at the values of its maps.
    opened: bool,
    route: Vec<Step<'d>>,
    /// Collections that were held against a type. Aliases lead to one again and again: once is enough.
    seen: HashSet<(NodeId, &'static str)>,
    found: Vec<Fault>,
}

impl<'d> Walk<'d, '_> {
    /// The fields of a mapping, which stands under `key` if it has one.
    fn fields(&mut self, node: NodeRef<'d>, key: Option<NodeRef<'d>>, entry: &'static Type, depth: u32) {
        let entries = node.entries_merged();
        for (key, value) in &entries {
            let Some(name) = key.text() else { continue };
            self.route.push(Step::Key(name));
            match entry.fields.get(name) {
                Some(word) => self.value(*value, Some(*key), word, depth),
                // Pulumi keeps notes of its own beside the fields.
                None if name.starts_with("__") => {}
                None => self.unknown(*key, name, entry),
            }
            self.route.pop();
        }
        for name in &entry.required {
            let given = entries.iter().find(|(key, _)| key.text() == Some(name));
            if given.is_some_and(|(_, value)| !value.is_null()) {
                continue;
            }
            let first = entries.first().map(|(key, _)| *key);
            // The object itself is pointed at by its kind, anything else by its key, an item of a list by its first one.
            let whole = if self.route.is_empty() { node.entry("kind").map(|(_, value)| value) } else { key };
            let at = given.map(|(key, _)| *key).or(whole).or(first).unwrap_or(node);
            let holder = self.holder();
            self.route.push(Step::Key(name));
            let message = format!("{holder} has no `{name}`");
            self.tell(Kind::MissingField, at, message, format!("add `{name}`: Kubernetes demands it here"));
            self.route.pop();
        }
    }

    fn unknown(&mut self, key: NodeRef<'d>, name: &str, entry: &'static Type) {
        let help = match (nearest(name, entry.fields.keys().copied()), self.elsewhere(name)) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, Some(route)) => {
                format!("a {} has it at `{route}`: move it there", self.kind)
            }
            (None, None) => "take it out, or move it to where Kubernetes has it".to_owned(),
        };
        let step = self.route.pop();
        let message = format!("{} has no field `{name}`", self.holder_of_fields());
        self.route.extend(step);
        self.tell(Kind::UnknownField, key, message, help);
    }

    /// A value that has to be what the word says. `key`: what it stands under, where that is not a list.
    fn value(&mut self, node: NodeRef<'d>, key: Option<NodeRef<'d>>, word: &'static str, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        let wanted = Word::parse(word);
        if wanted == Word::Any {
            return;
        }
        // Most values are scalars, and as they should be: what is hidden is asked last.
        if let Some(value) = node.scalar() {
            let opened = self.opened && matches!(wanted, Word::Map(_));
            if value != Scalar::Null && !fits(wanted, value) && !opened && !is_hidden(node) {
                self.wrong(node, key, wanted);
            }
            return;
        }
        if is_hidden(node) || !self.seen.insert((node.resolved().id, word)) {
            return;
        }
        match wanted {
            Word::List(inner) if node.is_sequence() => {
                for (index, item) in node.items().enumerate() {
                    self.route.push(Step::Index(index));
                    self.value(item, None, inner, depth);
                    self.route.pop();
                }
            }
            Word::Map(inner) if node.is_mapping() => {
                for (key, value) in node.entries_merged() {
                    let Some(name) = key.text().filter(|_| value.is_scalar() || !self.opened) else {
                        continue;
                    };
                    self.route.push(Step::Key(name));
                    self.value(value, Some(key), inner, depth);
                    self.route.pop();
                }
            }
            Word::Map(_) if self.opened => {}
            Word::Type(name) if node.is_mapping() => {
                if let Some(entry) = table::entry(name) {
                    self.fields(node, key, entry, depth);
                }
            }
            _ => self.wrong(node, key, wanted),
        }
    }

    fn wrong(&mut self, node: NodeRef<'d>, key: Option<NodeRef<'d>>, wanted: Word) {
        // A collection is pointed at by its key: its own text begins with its first entry, which is not at fault.
        let at = key.filter(|_| !node.is_scalar()).unwrap_or(node);
        let route = self.route_text();
        let scalar = node.scalar();
        if let (Word::Quantity, Some(Scalar::Text(text))) = (wanted, scalar) {
            let message = format!("`{route}` is no quantity");
            let help = match quantity::meant(text) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => {
                    "write a number with one of Ki, Mi, Gi, Ti, k, M, G, T or m behind it, without a blank"
                        .to_owned()
                }
            };
            return self.tell(Kind::WrongType, at, message, help);
        }
        let is = match scalar {
            None if node.is_mapping() => "a map",
            None => "a list",
            Some(Scalar::Text(_)) => "text",
            Some(Scalar::Bool(_)) => "true or false",
            Some(_) => "a number",
        };
        let message = format!("`{route}` is {is}, where Kubernetes wants {}", wanted.name());
        self.tell(Kind::WrongType, at, message, remedy(wanted, scalar));
    }

    fn tell(&mut self, kind: Kind, at: NodeRef<'d>, message: String, help: String) {
        let place = Place { doc: self.doc, span: at.span() };
        self.found.push(Fault { kind, route: self.route_text(), message, help, place });
    }

    /// The mapping at hand in words.
    fn holder(&self) -> String {
        if self.route.is_empty() { format!("this {}", self.kind) } else { format!("`{}`", self.route_text()) }
    }

    /// The same, where it is about what may stand in it.
    fn holder_of_fields(&self) -> String {
        if self.route.is_empty() { format!("a {}", self.kind) } else { self.holder() }
    }

    fn route_text(&self) -> String {
        let mut text = String::new();
        for step in &self.route {
            let written = match step {
                Step::Key(name) if text.is_empty() => write!(text, "{name}"),
                Step::Key(name) => write!(text, ".{name}"),
                Step::Index(index) => write!(text, "[{index}]"),
            };
            debug_assert!(written.is_ok(), "writing to text does not fail");
        }
        text
    }

    /// Where an object of this kind has a field of that name: the shortest way to one, if there is no other as short.
    fn elsewhere(&self, name: &str) -> Option<String> {
        let mut level: Vec<(String, &'static Type)> = vec![(String::new(), self.entry)];
        let mut seen: HashSet<&'static str> = HashSet::new();
        for _ in 0..ELSEWHERE {
            let mut next = Vec::new();
            let mut found = Vec::new();
            for (route, entry) in &level {
                for (field, word) in &entry.fields {
                    let route =
                        if route.is_empty() { (*field).to_owned() } else { format!("{route}.{field}") };
                    if *field == name {
                        found.push(route);
                        continue;
                    }
                    let (inner, route) = match Word::parse(word) {
                        Word::List(inner) => (Word::parse(inner), format!("{route}[]")),
                        other => (other, route),
                    };
                    if let Word::Type(inner) = inner
                        && !NEVER_MEANT.contains(field)
                        && seen.insert(inner)
                        && let Some(entry) = table::entry(inner)
                    {
                        next.push((route, entry));
                    }
                }
            }
            match found.len() {
                0 => level = next,
                1 => return found.pop(),
                _ => return None,
            }
        }
        None
    }
}

/// Whether a value is not there to be looked at: ciphertext, or a place for a value of a template.
fn is_hidden(node: NodeRef<'_>) -> bool {
    match node.text() {
        Some(text) => text.contains("{{") || text == PULUMI_UNKNOWN,
        None => is_withheld(node),
    }
}

/// Whether a scalar is what is wanted. Go reads a number without fraction as a whole one, however it is written.
fn fits(wanted: Word, value: Scalar<'_>) -> bool {
    let whole = |value: f64| value.fract().abs() < f64::EPSILON;
    match (wanted, value) {
        (Word::Any, _)
        | (Word::Text | Word::IntOrText, Scalar::Text(_))
        | (Word::Boolean, Scalar::Bool(_))
        | (Word::Integer | Word::IntOrText, Scalar::Int(_))
        | (Word::Number | Word::Quantity, Scalar::Int(_) | Scalar::Float(_)) => true,
        (Word::Integer | Word::IntOrText, Scalar::Float(value)) => whole(value),
        (Word::Quantity, Scalar::Text(text)) => quantity::is_quantity(text),
        _ => false,
    }
}

/// How to make of a value what is wanted.
fn remedy(wanted: Word, is: Option<Scalar<'_>>) -> String {
    let unquoted = |text: &str| match wanted {
        Word::Integer | Word::Number => text.parse::<f64>().is_ok(),
        Word::Boolean => matches!(text, "true" | "false"),
        _ => false,
    };
    match (wanted, is) {
        (_, Some(Scalar::Text(text))) if unquoted(text) => "take the quotes off".to_owned(),
        (Word::Text, Some(_)) => "put it in quotes".to_owned(),
        (Word::List(_), _) => "write it as a list: `- ` before each item".to_owned(),
        (Word::Map(_) | Word::Type(_), _) => "write `key: value` lines below it".to_owned(),
        _ => format!("write {}", wanted.name()),
    }
}
