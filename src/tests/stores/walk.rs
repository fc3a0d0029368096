//! A random walk over the options: valid values, wrong types, unknown keys, bad units. What is refused is held to a
//! judge of its own, written from the collected facts with patterns and nothing of ours.

use std::collections::BTreeSet;

use regex::Regex;

use super::Draft;
use super::Facts;
use crate::document::parse_yaml;
use crate::model::Minor;
use crate::model::Store;
use crate::model::store::refusals;
use crate::tests::Random;

/// Options set in each version of each store.
const STEPS: usize = 5000;

/// Options in one configuration: sections are checked as wholes, so many cost little more than one.
const TOGETHER: usize = 125;

/// Values as they are written; which of them a type takes is the judge's to say.
const VALUES: &[&str] = &[
    "5",
    "0",
    "-3",
    "1e3",
    "1.5",
    "0x10",
    "1_000",
    "\"5\"",
    "true",
    "false",
    "yes",
    "\"true\"",
    "\"\"",
    "word",
    "\"a b\"",
    "30s",
    "1h30m",
    "1.5h",
    "-1h",
    "7d",
    "1w2d",
    "1d12h",
    "2y",
    "12h1d",
    "500ms",
    "10us",
    "1H",
    "5 minutes",
    "60",
    "0s",
    "1MB",
    "1MiB",
    "100KB",
    "4M",
    "5mb",
    "1.5MB",
    "10MiB",
    "4Gi",
    "1mb",
    "-5MB",
    "[a, b]",
    "[]",
    "{a: b}",
    "{}",
    "\"a,b\"",
    "99999999999999999999",
    ".inf",
    "2024-01-02",
    "2024-13-02",
    "10.0.0.0/8",
    "+5",
    "1h 5m",
];

/// What a type takes, as patterns over what is written; `None` where any scalar will do.
struct Judge {
    store: Store,
}

impl Judge {
    fn fits(pattern: &str, text: &str) -> bool {
        Regex::new(&format!("^(?:{pattern})$")).unwrap().is_match(text)
    }

    fn takes(&self, kind: &str, value: &str) -> bool {
        let quoted = value.starts_with('"');
        let text = value.trim_matches('"');
        let is_list = value.starts_with('[');
        let is_map = value.starts_with('{');
        if kind.starts_with("list<") && kind.ends_with('>') {
            return is_list;
        }
        if kind.starts_with("map<") || kind == "block" {
            return is_map;
        }
        if is_list || is_map {
            return kind == "list<string>|csv" && is_list;
        }
        let number = r"[+-]?\d[\d_]*|0x[0-9a-f]+|[+-]?\d+(\.\d+)?(e\d+)?";
        let mimir = self.store == Store::Mimir;
        match kind {
            "int" => !quoted && Self::fits(number, text) && text.len() < 20,
            "uint" => !quoted && Self::fits(number, text) && text.len() < 20 && !text.starts_with('-'),
            "float" => !quoted && (Self::fits(number, text) || text == ".inf"),
            "bool" => {
                let takes = if quoted { mimir && text == "yes" } else { true };
                takes && Self::fits("true|false|yes", text)
            }
            "go_duration" => {
                let bare = !mimir && !quoted && (Self::fits(number, text) && text.len() < 20);
                let words = r"[+-]?(\d+(\.\d+)?(ns|us|ms|s|m|h))+|[+-]?0";
                bare || Self::fits(words, text) && !(quoted && text.is_empty())
            }
            "prom_duration" => {
                Self::fits(r"(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?|0", text) && !text.is_empty()
            }
            "bytes" => Self::fits(r"[+-]?(\d+(\.\d+)?([KMGTPE]i?)?B)+|[+-]?0", text),
            "bytesize" => Self::fits(r"(?i)\d+\s*([kmgtpe]?b?|[kmgtpe])|", text) && text.len() < 20,
            "date" => Self::fits(r"\d{4}-(0\d|1[0-2])-[0-3]\d", text),
            "timestamp" => Self::fits(r"\d{4}-(0\d|1[0-2])-[0-3]\d|\d+(\.\d+)?(e\d+)?|[+-]\d+|\.inf|", text),
            "csv_cidr" => Self::fits(r"(\d+\.\d+\.\d+\.\d+/\d+)?", text),
            _ => true,
        }
    }
}

#[test]
fn random_options_are_judged_as_the_facts_have_it() {
    for (product, store) in [("mimir", Store::Mimir), ("loki", Store::Loki)] {
        let Some(facts) = Facts::of(product) else { return };
        let judge = Judge { store };
        let paths: Vec<&String> = facts.options.keys().collect();
        for (index, version) in facts.meta.versions.iter().enumerate() {
            let mut random =
                Random(u64::try_from(index).unwrap() * 7919 + 1 + u64::from(store == Store::Loki));
            let mut done = 0;
            while done < STEPS {
                let mut draft = Draft::default();
                let mut wanted = BTreeSet::new();
                let mut set = 0;
                for _ in 0..TOGETHER * 3 {
                    if set == TOGETHER {
                        break;
                    }
                    let path = paths[random.below(paths.len())];
                    let fact = &facts.options[path];
                    let kind = facts.kind(fact, index);
                    // Whole lists and maps of sections are made by their options; timestamps have forms without end.
                    if kind.contains("block")
                        || kind.contains("relabel")
                        || kind == "map<string,any>"
                        || kind == "regex"
                    {
                        continue;
                    }
                    let value = VALUES[random.below(VALUES.len())];
                    // Items have types of their own, which the first list does not show.
                    let inner_matters =
                        kind.starts_with("map<string,") && value == "{a: b}" && kind != "map<string,string>"
                            || kind.starts_with("list<")
                                && value == "[a, b]"
                                && !matches!(kind, "list<string>" | "list<secret>" | "list<string>|csv");
                    if inner_matters {
                        continue;
                    }
                    let (path, value, fits) = match random.below(10) {
                        0 => (format!("{path}_x"), value, false),
                        _ => (path.clone(), value, facts.has(fact, index) && judge.takes(kind, value)),
                    };
                    // `_x` of one option may be another one.
                    let known = facts.options.get(&path).is_some_and(|fact| facts.has(fact, index));
                    if path.ends_with("_x") && known || fact.values.is_some() {
                        continue;
                    }
                    if draft.set(&path, value) {
                        set += 1;
                        if !fits {
                            wanted.insert(shown(&path));
                        }
                    }
                }
                done += set;
                let text = draft.text();
                let stream = parse_yaml(&text.as_str().into());
                assert!(stream.errors.is_empty(), "{text}: {:?}", stream.errors);
                let root = stream.documents[0].root().unwrap();
                let found = refusals(store, Minor::parse(&version.minor).unwrap(), root);
                let covers = |own: &str, path: &str| path == own || path.starts_with(&format!("{own}."));
                for path in &wanted {
                    assert!(
                        found.iter().any(|(_, own)| covers(own, path)),
                        "{product} {}: {path} is taken in {text}",
                        version.minor
                    );
                }
                for (reason, own) in &found {
                    assert!(
                        wanted.iter().any(|path| covers(own, path) || covers(path, own)),
                        "{product} {}: {own} is refused ({reason}) in {text}",
                        version.minor
                    );
                }
            }
        }
    }
}

/// A path as findings name it: positions for items, names for keys.
fn shown(path: &str) -> String {
    path.replace("[]", ".0").replace("<name>", "any")
}
