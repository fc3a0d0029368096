//! Turns declarations into what is wrong with them as they were typed: keys that nobody reads, values of the wrong type.

use super::table::Reader;
use super::table::Table;
use super::table::Wanted;
use crate::document::NodeRef;
use crate::document::Place;
use crate::document::Scalar;
use crate::model::fact::Fact;
use crate::model::fact::Subject;
use crate::model::piece::NodeAt;
use crate::model::stack::Stack;
use crate::text::nearest;

/// Nesting that is read.
const DEPTH: u32 = 32;

/// What is wrong with a part of a declaration. Each has a rule in `rules/declaration/`.
#[derive(Debug, Clone, Copy)]
enum FaultKind {
    /// A key that is nearly one that is read.
    Misspelt,
    /// A key that no version known here reads.
    Unknown,
    /// A key that only an older producer read, or nobody ever did.
    NotRead,
    /// A value that the producer cannot take, or would take for something else.
    WrongValue,
}

impl FaultKind {
    /// The name in rules.
    const fn name(self) -> &'static str {
        match self {
            Self::Misspelt => "misspelt-key",
            Self::Unknown => "unknown-key",
            Self::NotRead => "key-not-read",
            Self::WrongValue => "wrong-value",
        }
    }
}

/// The subjects `declaration_fault` of a stack.
pub(crate) fn subjects(stack: &Stack<'_>) -> Vec<Subject> {
    let mut found = Vec::new();
    let Some(table) = Table::get() else { return found };
    let declared = stack.declarations.iter().map(|declaration| (declaration.at, "ptd.yaml"));
    let sites = stack.sites.iter().map(|at| (*at, "site.yaml"));
    for (at, file) in declared.chain(sites) {
        let Some(root) = at.in_documents(stack.documents) else { continue };
        Walk { table, at, file, found: &mut found }.declaration(root);
    }
    found
}

/// Walks one declaration.
struct Walk<'r> {
    table: &'static Table,
    at: NodeAt,
    /// What people call the file.
    file: &'static str,
    found: &'r mut Vec<Subject>,
}

impl Walk<'_> {
    fn report(&mut self, kind: FaultKind, node: NodeRef<'_>, path: &str, message: String, hint: String) {
        let place: Place = self.at.place_of(node);
        let entries = [
            ("kind", Fact::new(kind.name(), place)),
            ("file", Fact::bare(self.file)),
            ("path", Fact::new(path, place)),
            ("message", Fact::bare(message)),
            ("hint", Fact::bare(hint)),
        ];
        let key = format!("{} {} {path}", self.file, kind.name());
        self.found.push(Subject { kind: "declaration_fault", key, facts: Fact::map(entries, place) });
    }

    fn declaration(&mut self, root: NodeRef<'_>) {
        let name = root.text_at("kind").unwrap_or_default();
        let written = root.text_at("apiVersion").unwrap_or_default();
        let Some(kind) = self.table.kind(name) else {
            let group = written.split('/').next().unwrap_or_default();
            let kinds: Vec<&str> = self.table.kinds_of(group).collect();
            let node = root.get("kind").unwrap_or(root);
            let hint = match nearest(name, kinds.iter().copied()) {
                Some(kind) => format!("did you mean `{kind}`?"),
                None => format!("it can be one of `{}`", kinds.join("`, `")),
            };
            self.report(FaultKind::WrongValue, node, "kind", format!("there is no kind `{name}`"), hint);
            return;
        };
        if written != kind.api {
            let node = root.get("apiVersion").unwrap_or(root);
            let message = format!("`{written}` is no version of {name}");
            self.report(FaultKind::WrongValue, node, "apiVersion", message, format!("write `{}`", kind.api));
        }
        for (key, _) in root.entries() {
            let Some(text) = key.text() else { continue };
            if !["apiVersion", "kind", "metadata", "spec"].contains(&text) {
                // A setting that slipped out of `spec` is the likeliest slip of all.
                let below = self.table.key(&kind.spec, text).is_some();
                let hint = if below {
                    "move it below `spec`".to_owned()
                } else {
                    self.unknown_hint(&kind.spec, text)
                };
                let fault = if below { FaultKind::Misspelt } else { FaultKind::Unknown };
                self.report(fault, key, text, format!("nobody reads `{text}` beside `spec`"), hint);
            }
        }
        if let Some((key, spec)) = root.entry("spec") {
            self.value((key, spec), Wanted::Shape(&kind.spec), "spec", DEPTH);
        }
    }

    /// Holds a value to what belongs there.
    fn value(
        &mut self,
        (key, node): (NodeRef<'_>, NodeRef<'_>),
        wanted: Wanted<'static>,
        path: &str,
        depth: u32,
    ) {
        let Some(depth) = depth.checked_sub(1) else { return };
        // What is written as null is left out.
        if node.is_null() {
            return;
        }
        if !fits(node, wanted) {
            let short = path.strip_prefix("spec.").unwrap_or(path);
            let message = format!("`{short}` is {}, where {} belongs", written(node), wanted.name());
            let hint = match wanted {
                Wanted::Choice(texts) => choice_hint(node, texts),
                Wanted::Flag => "write `true` or `false`, without quotes".to_owned(),
                Wanted::Whole => "write a whole number, without quotes".to_owned(),
                _ => format!("write {}", wanted.name()),
            };
            // A mapping or list that should not be there begins with what is not at fault.
            let at = if node.is_scalar() { node } else { key };
            self.report(FaultKind::WrongValue, at, path, message, hint);
            return;
        }
        match wanted {
            Wanted::Shape(shape) => self.shape(node, shape, path, depth),
            Wanted::Each(word) => {
                for (key, value) in node.entries_merged() {
                    let below = format!("{path}.{}", key.text().unwrap_or_default());
                    self.value((key, value), Wanted::of(word), &below, depth);
                }
            }
            Wanted::List(word) => {
                for (index, item) in node.items().enumerate() {
                    self.value((item, item), Wanted::of(word), &format!("{path}[{index}]"), depth);
                }
            }
            Wanted::Texts => {
                for (index, item) in node.items().enumerate() {
                    self.value((item, item), Wanted::Text, &format!("{path}[{index}]"), depth);
                }
            }
            _ => {}
        }
    }

    fn shape(&mut self, node: NodeRef<'_>, shape: &'static str, path: &str, depth: u32) {
        for (key, value) in node.entries_merged() {
            let Some(name) = key.text() else { continue };
            let below = format!("{path}.{name}");
            let short = below.strip_prefix("spec.").unwrap_or(&below);
            match self.table.key(shape, name) {
                Some((wanted, Reader::Today)) => self.value((key, value), wanted, &below, depth),
                Some((_, reader)) => {
                    let (who, hint) = match reader {
                        Reader::Older => (
                            "only older versions of the producer read",
                            "take it out, unless this workload is still deployed by such a version",
                        ),
                        _ => ("the documentation names, but nobody reads,", "take it out"),
                    };
                    let message = format!("{who} `{short}`");
                    self.report(FaultKind::NotRead, key, &below, message, hint.to_owned());
                }
                None => {
                    let near = nearest(name, self.table.keys(shape));
                    let other = self.table.elsewhere(shape, name);
                    let fault = if near.is_some() || other.is_some() {
                        FaultKind::Misspelt
                    } else {
                        FaultKind::Unknown
                    };
                    let message = match other {
                        Some(kind) => format!("`{short}` is a setting of {kind}, which nobody reads here"),
                        None => format!("nobody reads `{short}`"),
                    };
                    let hint = match other {
                        Some(_) => "take it out".to_owned(),
                        None => self.unknown_hint(shape, name),
                    };
                    self.report(fault, key, &below, message, hint);
                }
            }
        }
    }

    fn unknown_hint(&self, shape: &str, name: &str) -> String {
        match nearest(name, self.table.keys(shape)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "take it out, or move it to where it is read".to_owned(),
        }
    }
}

/// Whether a node is what belongs there, as the producer (which reads YAML 1.1's words for true and false) decodes it.
fn fits(node: NodeRef<'_>, wanted: Wanted<'_>) -> bool {
    match wanted {
        Wanted::Any => true,
        Wanted::Text => node.is_scalar(),
        Wanted::Whole => matches!(node.scalar(), Some(Scalar::Int(_))),
        Wanted::Flag => flag(node).is_some(),
        Wanted::Choice(texts) => node.text().is_some_and(|text| texts.split('|').any(|one| one == text)),
        Wanted::Texts | Wanted::List(_) => node.is_sequence(),
        Wanted::Each(_) | Wanted::Shape(_) => node.is_mapping(),
    }
}

/// The value of a switch. Source: gopkg.in/yaml.v3, decoding into a boolean.
pub(crate) fn flag(node: NodeRef<'_>) -> Option<bool> {
    node.bool().or_else(|| match node.text()? {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    })
}

/// What was written, in words.
fn written(node: NodeRef<'_>) -> String {
    match node.scalar() {
        Some(Scalar::Bool(_)) => "true or false".to_owned(),
        Some(Scalar::Int(_) | Scalar::Float(_)) => "a number".to_owned(),
        Some(Scalar::Text(text)) if text.len() <= 40 => format!("the text {text:?}"),
        Some(Scalar::Text(_)) => "text".to_owned(),
        Some(Scalar::Null) => "empty".to_owned(),
        None if node.is_sequence() => "a list".to_owned(),
        None => "a mapping".to_owned(),
    }
}

fn choice_hint(node: NodeRef<'_>, texts: &str) -> String {
    let written = node.text().unwrap_or_default();
    match nearest(&written.to_ascii_uppercase(), texts.split('|')) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write one of `{}`", texts.replace('|', "`, `")),
    }
}
