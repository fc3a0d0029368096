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

/// What Loki does not start without: its schema and a place for its directories have no defaults.
const LOKI: &str = "{common: {path_prefix: /loki}, schema_config: {configs: [{from: 2024-01-01, store: tsdb, object_store: s3, schema: v13, index: {prefix: index_, period: 24h}}]}}";

/// What is found in a configuration by itself, rule and message.
fn found(store: Store, version: &str, text: &str) -> Vec<String> {
    let source = Source { path: "config.yaml".to_owned(), argument: 0, text: text.into() };
    let options = CheckOptions {
        expected: Expected::Leaning(store),
        assumed: BTreeMap::from([(store, Minor::parse(version).unwrap())]),
        ..CheckOptions::default()
    };
    let sources = Sources { texts: vec![source], ..Sources::default() };
    let checked = check::check(&sources, &["config.yaml".to_owned()], &options);
    let findings = checked.report.findings.iter();
    findings.map(|finding| format!("{}: {}", finding.rule, finding.message)).collect()
}

#[test]
fn nothing_is_found_in_a_store_that_is_left_at_its_defaults() {
    for (product, store) in STORES {
        let Some(facts) = Facts::of(product) else { return };
        for (index, version) in facts.meta.versions.iter().enumerate() {
            let least = if store == Store::Loki { LOKI } else { "{}" };
            assert_eq!(
                found(store, &version.minor, least),
                Vec::<String>::new(),
                "{product} {}",
                version.minor
            );
            // Loki's defaults written out have no directories: it refuses them.
            if store == Store::Loki {
                continue;
            }
            let mut draft = Draft::default();
            for (path, fact) in &facts.options {
                if facts.has(fact, index)
                    && !fact.hidden_in.contains(&version.minor)
                    && fact.default_dynamic.is_none()
                    && !path.contains(['[', '<'])
                    && let Some(value) = written(facts.default(fact, index))
                {
                    draft.set(path, &value);
                }
            }
            // An option that is written although it is deprecated is worth a word at any value.
            let all = found(store, &version.minor, &draft.text());
            let all: Vec<&String> =
                all.iter().filter(|text| !text.starts_with("deprecated-option")).collect();
            assert!(all.is_empty(), "{product} {}: {all:#?}", version.minor);
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
