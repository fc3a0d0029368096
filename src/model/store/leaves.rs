//! Turns single scalars of a store's configuration into faults that hang on more than their type: references to the
//! environment, null, numbers without a unit, words that the store does not know.

use super::env;
use super::env::Trap;
use super::env::Variables;
use super::faults::FaultKind;
use super::faults::Judge;
use super::faults::OptionFault;
use super::options::Spec;
use super::scalars;
use super::scalars::Raw;
use crate::document::NodeRef;
use crate::document::Scalar;
use crate::document::plain_scalar;
use crate::model::piece::Store;

/// Options lie at most this deep.
const DEPTH: u32 = 24;

/// Finds the faults of the scalars in `node`, which stands at `prefix`.
pub(super) fn faults<'t>(
    judge: &Judge<'_>,
    node: NodeRef<'t>,
    prefix: &str,
    variables: Option<&Variables>,
) -> Vec<OptionFault<'t>> {
    let mut search = Search { judge, variables, faults: Vec::new() };
    search.below(node, None, prefix, DEPTH);
    search.faults
}

struct Search<'s, 't> {
    judge: &'s Judge<'s>,
    /// The environment, where references to it are replaced.
    variables: Option<&'s Variables>,
    faults: Vec<OptionFault<'t>>,
}

impl<'t> Search<'_, 't> {
    fn below(&mut self, node: NodeRef<'t>, key: Option<NodeRef<'t>>, path: &str, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if node.is_mapping() {
            for (key, value) in node.entries_merged() {
                let Some(name) = key.text() else { continue };
                let own = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                self.below(value, Some(key), &own, depth);
            }
        } else if node.is_sequence() {
            for (index, item) in node.items().enumerate() {
                self.below(item, Some(item), &format!("{path}.{index}"), depth);
            }
        } else {
            self.scalar(node, key.unwrap_or(node), path);
        }
    }

    fn scalar(&mut self, node: NodeRef<'t>, key: NodeRef<'t>, path: &str) {
        let (Some(text), Some(mut scalar)) = (node.text(), node.scalar()) else { return };
        let Some(route) = self.judge.route_at(path) else { return };
        let Some(spec) = self.judge.options.spec(&route).filter(|spec| spec.is_in(self.judge.version)) else {
            if scalar == Scalar::Null
                && self.judge.store == Store::Loki
                && self.judge.options.is_section(&route)
            {
                self.nulled(
                    node,
                    key,
                    path,
                    "an empty section sets all its options to nothing, not to their defaults",
                );
            }
            return;
        };
        let kind = spec.type_in(self.judge.version).to_owned();
        let inner = kind.strip_prefix("list<").and_then(|rest| rest.strip_suffix('>')).unwrap_or(&kind);
        let expanded = self.variables.and_then(|variables| env::expand(self.judge.store, text, variables));
        let mut text = text;
        if let Some(expanded) = &expanded {
            if !self.reference(node, path, inner, expanded) {
                return;
            }
            text = &expanded.text;
            if !matches!(scalar, Scalar::Text(_)) || !is_quoted(node) {
                scalar = plain_scalar(text);
            } else {
                scalar = Scalar::Text(text);
            }
            if let Err(reason) = scalars::read(self.judge.store, inner, Raw { text, scalar }) {
                let help = format!("write {}", scalars::name(inner));
                self.push(FaultKind::Type, node, path, reason, help);
                return;
            }
        }
        if scalar == Scalar::Null {
            if expanded.is_none()
                && self.judge.store == Store::Loki
                && kind == inner
                && !spec.default_in(self.judge.version).is_null()
            {
                self.nulled(node, key, path, "null sets it to nothing, not to its default");
            }
            return;
        }
        if inner == "go_duration" && self.judge.store == Store::Loki && is_bare_number(scalar) {
            self.push(
                FaultKind::Nanoseconds,
                node,
                path,
                format!("the number {text} without a unit means nanoseconds"),
                format!("write the unit, as in `{text}s`"),
            );
        }
        self.choice(node, path, text, spec);
        if spec.is_deprecated(self.judge.version) {
            let help = match spec.instead.as_deref() {
                Some(instead) => format!("use `{instead}`"),
                None => "take it out before the version that drops it".to_owned(),
            };
            let version = self.judge.version;
            self.push(FaultKind::Deprecated, key, path, format!("it is deprecated in {version}"), help);
        }
    }

    /// References that do not do what they seem to; false where the rest of the value is not known.
    fn reference(&mut self, node: NodeRef<'t>, path: &str, kind: &str, expanded: &env::Expanded) -> bool {
        match &expanded.trap {
            Some(Trap::NotClosedRefused) => {
                let reason = "the reference to a variable has no end";
                self.push(FaultKind::Type, node, path, reason.to_owned(), "add the `}`".to_owned());
                return false;
            }
            Some(Trap::NotClosed) => {
                let reason =
                    "the reference to a variable has no end, so it is taken for plain text without its start";
                self.push(FaultKind::Reference, node, path, reason.to_owned(), "add the `}`".to_owned());
            }
            Some(Trap::DollarEaten) => {
                let reason = "a `$` with what follows it is replaced by nothing, since the file is expanded";
                self.push(
                    FaultKind::Reference,
                    node,
                    path,
                    reason.to_owned(),
                    "put the value into a variable, and refer to it".to_owned(),
                );
            }
            Some(Trap::DefaultOfMimir(default)) => {
                let reason = "the default behind `:` is dropped: it is written `:-` in Loki";
                let help =
                    if kind == "secret" { "write `:-`".to_owned() } else { format!("write `:-{default}`") };
                self.push(FaultKind::Reference, node, path, reason.to_owned(), help);
            }
            None => {}
        }
        let Some(name) = &expanded.unknown else { return true };
        // With text around it, an empty variable leaves text that may be no value.
        let empty = &expanded.text;
        let scalar = if is_quoted(node) { Scalar::Text(empty) } else { plain_scalar(empty) };
        let raw = Raw { text: empty, scalar };
        let never_fits = is_quoted(node)
            && matches!(kind, "int" | "uint" | "float" | "bool")
            && scalars::read(self.judge.store, kind, Raw { text: "1", scalar: Scalar::Text("1") }).is_err();
        if never_fits {
            let reason = format!("{} is wanted, and in quotes the variable is text", scalars::name(kind));
            self.push(FaultKind::Type, node, path, reason, "take the quotes away".to_owned());
        } else if !empty.is_empty() && scalars::read(self.judge.store, kind, raw).is_err() {
            let reason =
                format!("where {name} is not set, what is left is no value, and the store does not start");
            let colon = if self.judge.store == Store::Mimir { ":" } else { ":-" };
            let help = format!("give it a default: `${{{name}{colon}...}}`");
            self.push(FaultKind::Reference, node, path, reason, help);
        }
        false
    }

    fn choice(&mut self, node: NodeRef<'t>, path: &str, text: &str, spec: &Spec) {
        let values = spec.values_in(self.judge.version);
        // What only matters to one backend is judged by rules that know the backend.
        if values.is_empty()
            || spec.refused.as_deref() == Some("s3")
            || values.iter().any(|value| **value == *text)
        {
            return;
        }
        // The default is taken, whether or not it is among the words.
        if spec.default_in(self.judge.version).as_str().unwrap_or_default() == text {
            return;
        }
        let list: Vec<String> =
            values.iter().filter(|value| !value.is_empty()).map(|value| format!("`{value}`")).collect();
        let near = crate::text::nearest(text, values.iter().map(|value| &**value));
        let help = match near {
            Some(near) if !near.is_empty() => format!("did you mean `{near}`?"),
            _ => format!("write one of {}", list.join(", ")),
        };
        let reason = format!("it knows {}", list.join(", "));
        let kind = if spec.refused.as_deref() == Some("load") {
            FaultKind::Choice
        } else {
            FaultKind::Misunderstood
        };
        self.push(kind, node, path, reason, help);
    }

    fn nulled(&mut self, node: NodeRef<'t>, key: NodeRef<'t>, path: &str, reason: &str) {
        let node = if node.span().is_empty() { key } else { node };
        self.push(
            FaultKind::Nulled,
            node,
            path,
            reason.to_owned(),
            "take it out, or write a value".to_owned(),
        );
    }

    fn push(&mut self, kind: FaultKind, node: NodeRef<'t>, path: &str, reason: String, help: String) {
        self.faults.push(OptionFault { kind, path: path.to_owned(), node, reason, help });
    }
}

fn is_quoted(node: NodeRef<'_>) -> bool {
    matches!(node.resolved().raw().kind, crate::document::NodeKind::Scalar { style, .. } if style != crate::document::Style::Plain)
}

fn is_bare_number(scalar: Scalar<'_>) -> bool {
    match scalar {
        Scalar::Int(value) => value != 0,
        Scalar::Float(value) => value != 0.0,
        _ => false,
    }
}
