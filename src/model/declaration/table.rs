//! Turns `schemas/ptd/declarations.json` into answers: which keys a declaration may have, and what belongs under them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// What is known of declarations.
#[derive(Debug, Deserialize)]
pub(super) struct Table {
    /// By kind.
    kinds: BTreeMap<String, Kind>,
    /// The chart that a component's version is that of, by the component's key.
    pub(super) charts: BTreeMap<String, String>,
    /// Mappings with known keys: by name, what belongs under each key, in the words that [`Wanted::of`] reads.
    shapes: BTreeMap<String, BTreeMap<String, String>>,
}

/// A kind of declaration.
#[derive(Debug, Deserialize)]
pub(super) struct Kind {
    /// Its `apiVersion`.
    pub(super) api: String,
    /// The shape of its `spec`.
    pub(super) spec: String,
}

/// What belongs under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted<'t> {
    /// A scalar: the producer reads any as text.
    Text,
    /// An integer.
    Whole,
    /// True or false.
    Flag,
    /// Anything.
    Any,
    /// One of these texts.
    Choice(&'t str),
    /// A list of texts.
    Texts,
    /// A list of what the word says.
    List(&'t str),
    /// A mapping with names of the user's, and what the word says under each.
    Each(&'t str),
    /// A mapping with known keys.
    Shape(&'t str),
}

/// Who reads a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// The producer of today.
    Today,
    /// An older producer only.
    Older,
    /// Nobody, though it is documented.
    Nobody,
}

impl<'t> Wanted<'t> {
    /// Reads the words of the table: `text`, `whole`, `flag`, `any`, `A|B`, `texts`, `list of X`, `X of each`, the name of
    /// a shape.
    pub(super) fn of(words: &'t str) -> Self {
        if let Some(item) = words.strip_prefix("list of ") {
            return Self::List(item);
        }
        if let Some(value) = words.strip_suffix(" of each") {
            return Self::Each(value);
        }
        match words {
            "text" => Self::Text,
            "whole" => Self::Whole,
            "flag" => Self::Flag,
            "any" => Self::Any,
            "texts" => Self::Texts,
            words if words.contains('|') => Self::Choice(words),
            words => Self::Shape(words),
        }
    }

    /// How messages name it.
    pub(super) fn name(self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Whole => "an integer".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Any => "anything".to_owned(),
            Self::Choice(texts) => format!("one of {}", texts.replace('|', ", ")),
            Self::Texts => "a list of texts".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Each(_) | Self::Shape(_) => "a mapping".to_owned(),
        }
    }
}

impl Table {
    /// The table in the binary; parsed at the first declaration. `None` only if the binary was built from a broken file.
    pub(super) fn get() -> Option<&'static Self> {
        static TABLE: OnceLock<Option<Table>> = OnceLock::new();
        let text = include_str!("../../../schemas/ptd/declarations.json");
        TABLE.get_or_init(|| serde_json::from_str(text).ok()).as_ref()
    }

    /// A kind by its name.
    pub(super) fn kind(&self, name: &str) -> Option<&Kind> {
        self.kinds.get(name)
    }

    /// The kinds of an API group.
    pub(super) fn kinds_of<'t>(&'t self, group: &'t str) -> impl Iterator<Item = &'t str> {
        let of = move |kind: &Kind| kind.api.split('/').next() == Some(group);
        self.kinds.iter().filter(move |(_, kind)| of(kind)).map(|(name, _)| name.as_str())
    }

    /// The keys of a shape.
    pub(super) fn keys(&self, shape: &str) -> impl Iterator<Item = &str> {
        self.shapes.get(shape).into_iter().flat_map(BTreeMap::keys).map(String::as_str)
    }

    /// What belongs under a key of a shape, and who reads it.
    pub(super) fn key(&self, shape: &str, key: &str) -> Option<(Wanted<'_>, Reader)> {
        let words = self.shapes.get(shape)?.get(key)?;
        let (reader, words) = match words.split_once(' ') {
            Some(("older", words)) => (Reader::Older, words),
            Some(("unread", words)) => (Reader::Nobody, words),
            _ => (Reader::Today, words.as_str()),
        };
        Some((Wanted::of(words), reader))
    }

    /// The kind of declaration, other than the one whose `spec` has this shape, that has the key.
    pub(super) fn elsewhere(&self, shape: &str, key: &str) -> Option<&str> {
        let others = self.kinds.iter().filter(|(_, kind)| kind.spec != shape);
        let mut having = others
            .filter(|(_, kind)| matches!(self.key(&kind.spec, key), Some((_, Reader::Today))))
            .map(|(name, _)| name.as_str());
        // Only where this shape is itself the `spec` of a kind.
        self.kinds.values().any(|kind| kind.spec == shape).then(|| having.next()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_table_is_understood_and_every_shape_is_there() {
        let table = Table::get().expect("the table parses");
        for (shape, keys) in &table.shapes {
            for key in keys.keys() {
                let (wanted, _) = table.key(shape, key).expect("a word");
                let named = match wanted {
                    Wanted::List(word) | Wanted::Each(word) => Wanted::of(word),
                    wanted => wanted,
                };
                if let Wanted::Shape(name) = named {
                    assert!(table.shapes.contains_key(name), "{shape}.{key}: no shape `{name}`");
                }
            }
        }
        for kind in table.kinds.values() {
            assert!(table.shapes.contains_key(&kind.spec), "{}", kind.spec);
        }
        let components = ["aws_components", "azure_components"].map(|shape| table.keys(shape));
        let components: Vec<&str> = components.into_iter().flatten().collect();
        for key in table.charts.keys() {
            assert!(components.contains(&key.as_str()), "{key} is no component");
        }
    }

    #[test]
    fn keys_of_older_producers_are_told_from_those_of_today() {
        let table = Table::get().expect("the table parses");
        assert_eq!(table.key("aws_workload", "tenant_name"), Some((Wanted::Text, Reader::Older)));
        assert_eq!(table.key("aws_workload", "region"), Some((Wanted::Text, Reader::Today)));
        assert_eq!(
            table.key("aws_control_room", "trusted_principals"),
            Some((Wanted::Texts, Reader::Nobody))
        );
        assert_eq!(table.key("aws_workload", "regoin"), None);
        assert_eq!(
            table.elsewhere("azure_workload", "grafana_scrape_system_logs"),
            Some("AWSWorkloadConfig")
        );
        assert_eq!(table.elsewhere("azure_workload", "region_of_no_kind"), None);
        assert_eq!(table.elsewhere("aws_site_spec", "region"), None);
    }
}
