//! Turns API versions and kinds into what their objects are made of, by the tables in `schemas/kubernetes/`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::lines;
use crate::model::lines::Entries;

/// What Kubernetes itself has; the head of the generator beside it describes its words.
const TYPES: &str = include_str!("../../../schemas/kubernetes/types.json");

/// What others define, and what Kubernetes no longer has. Written by hand, in the same words.
const CUSTOM: &str = include_str!("../../../schemas/kubernetes/custom.json");

/// A kind, or a type that objects are made of. All text is the table's own.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Type {
    /// The word for each field: see [`Word`].
    #[serde(default, borrow)]
    pub(super) fields: BTreeMap<&'static str, &'static str>,
    /// Fields that must be there.
    #[serde(default, borrow)]
    pub(super) required: Vec<&'static str>,
    /// The release of Kubernetes that no longer has it.
    #[serde(default, borrow)]
    pub(super) gone: Option<&'static str>,
    /// The API version that has the kind instead.
    #[serde(default, borrow)]
    pub(super) instead: Option<&'static str>,
}

/// What a value has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Text.
    Text,
    /// A number without fraction.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A number without fraction, or text.
    IntOrText,
    /// A number with a unit.
    Quantity,
    /// Anything.
    Any,
    /// A list of values.
    List(&'static str),
    /// A map of anybody's keys to values.
    Map(&'static str),
    /// A mapping of the fields of that type.
    Type(&'static str),
}

impl Word {
    /// Reads a word of the table.
    pub(super) fn parse(word: &'static str) -> Self {
        let inside = |open, close| word.strip_prefix(open)?.strip_suffix(close);
        match word {
            "text" => Self::Text,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "int-or-text" => Self::IntOrText,
            "quantity" => Self::Quantity,
            "any" => Self::Any,
            _ => inside('[', ']')
                .map(Self::List)
                .or_else(|| inside('{', '}').map(Self::Map))
                .unwrap_or(Self::Type(word)),
        }
    }

    /// How messages name it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::IntOrText => "a whole number or text",
            Self::Quantity => "a quantity",
            Self::Any => "anything",
            Self::List(_) => "a list",
            Self::Map(_) | Self::Type(_) => "a map",
        }
    }
}

/// The kind of that version.
pub(super) fn kind(version: &str, kind: &str) -> Option<&'static Type> {
    entry(&format!("{version} {kind}"))
}

/// The versions of a group that have the kind.
pub(super) fn versions(group: &str, kind: &str) -> Vec<&'static str> {
    let names = lines::names(TYPES).chain(lines::names(CUSTOM));
    let own = names.filter_map(|name| name.strip_suffix(kind)?.strip_suffix(' '));
    let of_group = own.filter(|version| version.rsplit_once('/').map_or("", |(group, _)| group) == group);
    of_group.filter(|version| self::kind(version, kind).is_some_and(|entry| entry.gone.is_none())).collect()
}

/// The version that a group's kinds have unless they say otherwise.
pub(super) fn first_version(group: &str) -> String {
    if group.is_empty() { "v1".to_owned() } else { format!("{group}/v1") }
}

/// The release of Kubernetes whose types these are.
pub(super) fn release() -> &'static str {
    lines::find(TYPES, "~release").unwrap_or_default().trim_matches('"')
}

/// The type of that name. Each is parsed once, when it is first asked for.
pub(super) fn entry(name: &str) -> Option<&'static Type> {
    static ENTRIES: Entries<Type> = Entries::new();
    ENTRIES.get(&[TYPES, CUSTOM], name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_can_be_read_and_names_types_that_are_there() {
        for table in [TYPES, CUSTOM] {
            let names: Vec<&str> = lines::names(table).filter(|name| !name.starts_with('~')).collect();
            assert!(names.is_sorted(), "lines are searched by halves");
            for name in names {
                let found = entry(name).unwrap_or_else(|| panic!("{name} cannot be read"));
                for required in &found.required {
                    assert!(found.fields.contains_key(required), "{name} has no {required}");
                }
                for word in found.fields.values() {
                    let mut inner = Word::parse(word);
                    while let Word::List(next) | Word::Map(next) = inner {
                        inner = Word::parse(next);
                    }
                    assert!(!matches!(inner, Word::Type(name) if entry(name).is_none()), "{name}: {word}");
                }
            }
        }
        assert_eq!(release(), "1.37");
    }

    #[test]
    fn versions_are_those_that_are_left() {
        assert_eq!(versions("autoscaling", "HorizontalPodAutoscaler"), ["autoscaling/v1", "autoscaling/v2"]);
        assert_eq!(versions("", "Service"), ["v1"]);
        assert_eq!(versions("policy", "PodSecurityPolicy"), [""; 0]);
        assert_eq!(
            kind("policy/v1beta1", "PodDisruptionBudget").and_then(|own| own.instead),
            Some("policy/v1")
        );
    }
}
