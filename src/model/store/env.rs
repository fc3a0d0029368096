//! Turns the references to environment variables in a store's configuration into what the store reads, as with
//! `-config.expand-env=true`.
//!
//! The stores replace references in the text of the file, before it is YAML. Here they are replaced in single scalars,
//! so that places stay; a variable that holds more than one scalar is not seen (observed use: none).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::piece::Store;

/// What a scalar becomes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Expanded {
    /// The text, as far as it is known.
    pub(crate) text: String,
    /// The first variable whose value is not known and that has no default.
    pub(crate) unknown: Option<String>,
    /// Whether something of a Secret went into it.
    pub(crate) secret: bool,
    /// Something about the references that the author should know.
    pub(crate) trap: Option<Trap>,
}

/// References that do not do what they seem to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trap {
    /// Mimir: a `$` that begins no reference is eaten with what follows, as in `pa$$word`.
    DollarEaten,
    /// Mimir: a `${` without an end.
    NotClosed,
    /// Loki: a `${` without an end, which it refuses.
    NotClosedRefused,
    /// Loki: `${NAME:default}` drops the default, which Mimir writes so.
    DefaultOfMimir(String),
}

/// The variables of a process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables {
    /// By name: the value, and whether it is a secret; `None` where it is set to something that is not known.
    pub(crate) values: BTreeMap<String, Option<(String, bool)>>,
    /// Why a variable that is set to something is not known, where more is to be said than that it is not in the input.
    pub(crate) reasons: BTreeMap<String, Arc<str>>,
    /// Whether a variable that is not listed is not set.
    pub(crate) complete: bool,
}

/// What a reference names.
struct Reference<'t> {
    name: &'t str,
    default: Option<&'t str>,
    trap: Option<Trap>,
    /// Bytes of the reference.
    length: usize,
}

/// The text with its references replaced; `None` where it holds none.
pub(crate) fn expand(store: Store, text: &str, variables: &Variables) -> Option<Expanded> {
    text.contains('$').then_some(())?;
    let mut out = Expanded::default();
    let mut rest = text;
    let mut replaced = false;
    while let Some(at) = rest.find('$') {
        let (plain, tail) = rest.split_at(at);
        out.text.push_str(plain);
        let Some(reference) = reference(store, tail) else {
            out.text.push('$');
            rest = tail.get(1..).unwrap_or_default();
            continue;
        };
        replaced = true;
        out.trap = out.trap.take().or(reference.trap);
        rest = tail.get(reference.length..).unwrap_or_default();
        match (variables.values.get(reference.name), reference.default) {
            (Some(Some((value, secret))), default) => {
                // Both take the default for a variable that is set to nothing.
                out.text.push_str(if value.is_empty() { default.unwrap_or_default() } else { value });
                out.secret |= secret;
            }
            (None, Some(default)) => out.text.push_str(default),
            (None, None) if variables.complete || reference.name.is_empty() => {}
            (Some(None), _) | (None, None) => {
                out.unknown = out.unknown.take().or(Some(reference.name.to_owned()));
            }
        }
    }
    out.text.push_str(rest);
    replaced.then_some(out)
}

/// The same as Go's `os.Expand` finds it; `braced` is what follows `${`.
fn mimir_reference<'t>(text: &'t str, braced: Option<&'t str>) -> Option<Reference<'t>> {
    if let Some(inner) = braced {
        // What it cannot read it eats.
        let Some((inside, _)) = inner.split_once('}') else {
            return Some(Reference { name: "", default: None, trap: Some(Trap::NotClosed), length: 2 });
        };
        let (name, default) = inside.split_once(':').map_or((inside, None), |(n, d)| (n, Some(d)));
        return Some(Reference { name, default, trap: None, length: inside.len() + 3 });
    }
    let inner = text.get(1..)?;
    let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inner.len());
    if end > 0 {
        let end = if inner.starts_with(|c: char| c.is_ascii_digit()) { 1 } else { end };
        return Some(Reference { name: inner.get(..end)?, default: None, trap: None, length: end + 1 });
    }
    let special = inner.starts_with(['$', '*', '#', '@', '!', '?', '-']);
    special.then_some(Reference { name: "", default: None, trap: Some(Trap::DollarEaten), length: 2 })
}

/// The reference that a text begins with.
fn reference(store: Store, text: &str) -> Option<Reference<'_>> {
    let braced = text.strip_prefix("${");
    match store {
        Store::Mimir => mimir_reference(text, braced),
        Store::Loki => {
            let inner = braced?;
            let Some((inside, _)) = inner.split_once('}') else {
                return Some(Reference {
                    name: "",
                    default: None,
                    trap: Some(Trap::NotClosedRefused),
                    length: 2,
                });
            };
            let end = inside.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(inside.len());
            let (name, operation) = inside.split_at(end);
            let default = operation
                .strip_prefix(":-")
                .or_else(|| operation.strip_prefix(":="))
                .or_else(|| operation.strip_prefix(['-', '=']));
            let trap = (default.is_none() && operation.starts_with(':'))
                .then(|| Trap::DefaultOfMimir(operation.trim_start_matches(':').to_owned()));
            Some(Reference { name, default, trap, length: inside.len() + 3 })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(store: Store, text: &str) -> Expanded {
        let mut variables = Variables { complete: false, ..Variables::default() };
        variables.values.insert("SET".to_owned(), Some(("five".to_owned(), false)));
        variables.values.insert("HUSH".to_owned(), Some(("key".to_owned(), true)));
        variables.values.insert("LATER".to_owned(), None);
        expand(store, text, &variables).unwrap()
    }

    #[test]
    fn mimir_reads_three_forms() {
        assert_eq!(with(Store::Mimir, "a-$SET-${SET}-${NONE:d e}").text, "a-five-five-d e");
        assert_eq!(with(Store::Mimir, "${NONE}s").unknown.as_deref(), Some("NONE"));
        assert_eq!(with(Store::Mimir, "${LATER:x}").unknown.as_deref(), Some("LATER"));
        assert!(with(Store::Mimir, "${HUSH}").secret);
        assert_eq!(with(Store::Mimir, "pa$$word").trap, Some(Trap::DollarEaten));
        assert_eq!(with(Store::Mimir, "${OPEN").trap, Some(Trap::NotClosed));
        assert_eq!(expand(Store::Mimir, "a$ b", &Variables::default()), None);
    }

    #[test]
    fn loki_reads_braces_alone_and_drops_the_default_of_mimir() {
        assert_eq!(expand(Store::Loki, "a$b", &Variables::default()), None);
        assert_eq!(with(Store::Loki, "${SET}${NONE:-20}").text, "five20");
        let trap = with(Store::Loki, "${NONE:20s}");
        assert_eq!(trap.trap, Some(Trap::DefaultOfMimir("20s".to_owned())));
        assert_eq!(trap.text, "");
        assert_eq!(with(Store::Loki, "${OPEN").trap, Some(Trap::NotClosedRefused));
    }
}
