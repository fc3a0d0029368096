//! Versions against each other: what one has, the next may not.

use std::collections::BTreeMap;

use super::Draft;
use super::Facts;
use crate::check;
use crate::check::CheckOptions;
use crate::document::parse_yaml;
use crate::model::Expected;
use crate::model::Minor;
use crate::model::Store;
use crate::model::store::refusals;
use crate::source::Source;
use crate::source::Sources;

const STORES: [(&str, Store); 2] = [("mimir", Store::Mimir), ("loki", Store::Loki)];

/// The options that a version refuses in a configuration.
fn refused(store: Store, version: &str, text: &str) -> Vec<String> {
    let stream = parse_yaml(&text.into());
    assert!(stream.errors.is_empty(), "{text}: {:?}", stream.errors);
    let root = stream.documents[0].root().unwrap();
    refusals(store, Minor::parse(version).unwrap(), root).into_iter().map(|(_, path)| path).collect()
}

/// A default as it would be written.
fn written(value: &serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(serde_json::to_string(text).unwrap()),
        other => Some(other.to_string()),
    }
}

#[test]
fn options_at_their_defaults_are_taken_by_every_version() {
    for (product, store) in STORES {
        let Some(facts) = Facts::of(product) else { return };
        for (index, version) in facts.meta.versions.iter().enumerate() {
            let mut draft = Draft::default();
            let mut count = 0;
            for (path, fact) in &facts.options {
                if !facts.has(fact, index) || fact.default_dynamic.is_some() || path.contains(['[', '<']) {
                    continue;
                }
                let Some(value) = written(facts.default(fact, index)) else { continue };
                count += usize::from(draft.set(path, &value));
            }
            assert!(count > 1000, "{product} {}: {count}", version.minor);
            let refused = refused(store, &version.minor, &draft.text());
            assert_eq!(refused, Vec::<String>::new(), "{product} {}", version.minor);
        }
    }
}

#[test]
fn nothing_is_found_in_a_store_that_is_left_at_its_defaults() {
    for (product, store) in STORES {
        let Some(facts) = Facts::of(product) else { return };
        for (index, version) in facts.meta.versions.iter().enumerate() {
            let mut draft = Draft::default();
            for (path, fact) in &facts.options {
                let known = fact.default_dynamic.is_none() && !fact.hidden_in.contains(&version.minor);
                if facts.has(fact, index)
                    && known
                    && !path.contains(['[', '<'])
                    && let Some(value) = written(facts.default(fact, index))
                {
                    draft.set(path, &value);
                }
            }
            // Loki starts with no default for its schema.
            let schema = "{configs: [{from: 2024-01-01, store: tsdb, object_store: s3, schema: v13, index: {prefix: index_, period: 24h}}]}";
            let text = if store == Store::Loki {
                draft.entries.remove("schema_config");
                draft.set("schema_config", schema);
                draft.text()
            } else {
                draft.text()
            };
            let minor = Minor::parse(&version.minor).unwrap();
            let source = Source { path: "config.yaml".to_owned(), argument: 0, text: text.as_str().into() };
            let options = CheckOptions {
                expected: Expected::Leaning(store),
                assumed: BTreeMap::from([(store, minor)]),
                ..CheckOptions::default()
            };
            let sources = Sources { texts: vec![source], ..Sources::default() };
            let checked = check::check(&sources, &["config.yaml".to_owned()], &options);
            let found: Vec<String> = checked
                .report
                .findings
                .iter()
                .map(|finding| format!("{}: {}", finding.rule, finding.message))
                .collect();
            // An option that is written although it is deprecated is worth a word at any value.
            let found: Vec<&String> =
                found.iter().filter(|text| !text.starts_with("deprecated-option")).collect();
            assert!(found.is_empty(), "{product} {}: {found:#?}", version.minor);
        }
    }
}

#[test]
fn options_that_a_version_drops_are_found_under_it() {
    for (product, store) in STORES {
        let Some(facts) = Facts::of(product) else { return };
        let mut dropped = 0;
        for (index, version) in facts.meta.versions.iter().enumerate().skip(1) {
            let mut draft = Draft::default();
            let mut wanted = Vec::new();
            for (path, fact) in &facts.options {
                let gone = facts.has(fact, index - 1) && !facts.has(fact, index);
                if gone && !path.contains(['[', '<']) && draft.set(path, "null") {
                    wanted.push(path.clone());
                }
            }
            dropped += wanted.len();
            if wanted.is_empty() {
                continue;
            }
            let text = draft.text();
            let before = refused(store, &facts.meta.versions[index - 1].minor, &text);
            assert_eq!(before, Vec::<String>::new(), "{product} before {}", version.minor);
            let found = refused(store, &version.minor, &text);
            for path in wanted {
                // A section that is gone as a whole is told once.
                let told = found.iter().any(|own| path == *own || path.starts_with(&format!("{own}.")));
                assert!(told, "{product} {}: {path} is not told", version.minor);
            }
        }
        assert!(dropped > 100, "{product}: {dropped}");
    }
}
