//! Turns names into what they take: components, the bodies of their blocks, and the words for each argument.
//!
//! The table is `schemas/alloy/arguments.json`; the head of `regenerate_arguments.py` beside it describes its words.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;

use serde::Deserialize;

use super::version::Stability;
use crate::model::lines;

/// The table's text.
const TABLE: &str = include_str!("../../../../schemas/alloy/arguments.json");

/// A component, a config block, or the body of a block. All text is the table's own.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Entry {
    /// The first minor version that has it; `main` for one that no release has.
    #[serde(default, borrow)]
    pub(super) since: Option<&'static str>,
    /// The last version that had it, for a removed one.
    #[serde(default, borrow)]
    pub(super) gone: Option<&'static str>,
    /// `public-preview`, `experimental` or `community`.
    #[serde(default, borrow)]
    stability: Option<&'static str>,
    /// `none`: it takes no label.
    #[serde(default, borrow)]
    label: Option<&'static str>,
    /// Whether it is a block of the language and no component.
    #[serde(default)]
    pub(super) config: bool,
    /// `root`, `module` or `program`.
    #[serde(default, borrow, rename = "where")]
    holder: Option<&'static str>,
    /// Exports with their types.
    #[serde(default, borrow)]
    pub(super) exports: BTreeMap<&'static str, &'static str>,
    /// Words for each attribute: see [`Attribute`].
    #[serde(default, borrow)]
    pub(super) attributes: BTreeMap<&'static str, &'static str>,
    /// Words for each block: see [`BlockRule`].
    #[serde(default, borrow)]
    pub(super) blocks: BTreeMap<&'static str, &'static str>,
    /// What it had once, with the last version that had it.
    #[serde(default, borrow)]
    pub(super) removed: BTreeMap<&'static str, &'static str>,
}

impl Entry {
    /// The level, for what has one; community components are beside the levels.
    pub(super) fn stability(&self) -> Option<Stability> {
        self.stability.map_or(Some(Stability::GenerallyAvailable), Stability::parse)
    }

    /// Whether it is a community component.
    pub(super) fn is_community(&self) -> bool {
        self.stability == Some("community")
    }

    /// Whether a label is refused.
    pub(super) fn takes_no_label(&self) -> bool {
        self.label == Some("none")
    }

    /// Whether it stands at the root only.
    pub(super) fn root_only(&self) -> bool {
        self.holder == Some("root")
    }

    /// Whether it stands in modules only.
    pub(super) fn module_only(&self) -> bool {
        self.holder == Some("module")
    }

    /// Whether its body holds components.
    pub(super) fn holds_program(&self) -> bool {
        self.holder == Some("program")
    }
}

/// What an attribute takes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Attribute {
    /// The type, as [`crate::model::eval::TypeName`] reads it.
    pub(super) kind: &'static str,
    /// Whether it must be there.
    pub(super) required: bool,
    /// The first version that has it.
    pub(super) since: Option<&'static str>,
    /// The only texts that it takes, with bars between.
    texts: Option<&'static str>,
    /// Whether their case does not matter.
    any_case: bool,
}

impl Attribute {
    /// Reads the table's words.
    pub(super) fn parse(words: &'static str) -> Self {
        let mut parts = words.split(' ');
        let mut found = Self { kind: parts.next().unwrap_or("any"), ..Self::default() };
        for word in parts {
            match word.split_at(word.len().min(1)) {
                ("!", _) => found.required = true,
                ("@", version) => found.since = Some(version),
                ("=", texts) => found.texts = Some(texts),
                ("~", texts) => (found.texts, found.any_case) = (Some(texts), true),
                _ => {}
            }
        }
        found
    }

    /// The only texts that it takes; none where any will do.
    pub(super) fn texts(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.texts.into_iter().flat_map(|texts| texts.split('|'))
    }

    /// Whether only some texts will do.
    pub(super) fn is_limited(&self) -> bool {
        self.texts.is_some()
    }

    /// Whether it takes that text.
    pub(super) fn takes(&self, text: &str) -> bool {
        let same = |own: &str| if self.any_case { own.eq_ignore_ascii_case(text) } else { own == text };
        !self.is_limited() || self.texts().any(same)
    }
}

/// What a block is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct BlockRule {
    /// The name of its body's entry; `None` for a body that takes nothing.
    pub(super) body: Option<&'static str>,
    /// Whether it must be there.
    pub(super) required: bool,
    /// Whether it may be there more than once.
    pub(super) repeated: bool,
    /// Whether it needs a label; it takes none otherwise.
    pub(super) label: bool,
    /// The first version that has it.
    pub(super) since: Option<&'static str>,
}

impl BlockRule {
    /// Reads the table's words.
    pub(super) fn parse(words: &'static str) -> Self {
        let mut found = Self::default();
        for word in words.split(' ') {
            match word.split_at(word.len().min(1)) {
                ("!", _) => found.required = true,
                ("*", _) => found.repeated = true,
                ("#", _) => found.label = true,
                ("@", version) => found.since = Some(version),
                ("", _) => {}
                _ => found.body = Some(word),
            }
        }
        found
    }
}

/// The entry of that name, parsed at its first use.
pub(super) fn entry(name: &str) -> Option<Arc<Entry>> {
    static PARSED: OnceLock<Mutex<HashMap<&'static str, Arc<Entry>>>> = OnceLock::new();
    let parsed = PARSED.get_or_init(Mutex::default);
    let mut parsed = parsed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = parsed.get(name) {
        return Some(known.clone());
    }
    let (name, text) = lines::find_line(TABLE, name)?;
    let entry: Arc<Entry> = Arc::new(serde_json::from_str(text).ok()?);
    parsed.insert(name, entry.clone());
    Some(entry)
}

/// The entry of a component or config block.
pub(super) fn component(name: &str) -> Option<Arc<Entry>> {
    if name.contains(['/', '(']) { None } else { entry(name) }
}

/// The level of a function, if it is not generally available.
pub(super) fn function_stability(name: &str) -> Option<Stability> {
    entry(&format!("{name}()")).and_then(|entry| entry.stability())
}

/// The names of all components and config blocks. Asked for only where something is wrong.
pub(super) fn components() -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| lines::names(TABLE).filter(|name| !name.contains(['/', '('])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_and_parses_every_entry_and_every_body_that_is_named() {
        let mut count = 0;
        for name in lines::names(TABLE) {
            let entry = entry(name).unwrap_or_else(|| panic!("{name} is not read"));
            for words in entry.attributes.values() {
                let attribute = Attribute::parse(words);
                assert!(!attribute.kind.is_empty(), "{name}: {words}");
                assert!(!attribute.is_limited() || attribute.kind.contains("string"), "{name}: {words}");
            }
            for words in entry.blocks.values() {
                let body = BlockRule::parse(words).body;
                assert!(body.is_none_or(|body| super::entry(body).is_some()), "{name}: {words}");
            }
            count += 1;
        }
        assert!(count > 700, "{count}");
        assert!(components().len() >= 200);
        assert!(component("loki.write/endpoint").is_none() && component("array.group_by()").is_none());
    }

    #[test]
    fn words_say_what_an_argument_takes() {
        let write = entry("loki.write").unwrap();
        let endpoint = BlockRule::parse(write.blocks["endpoint"]);
        assert!(endpoint.repeated && !endpoint.required && !endpoint.label);
        let endpoint = entry(endpoint.body.unwrap()).unwrap();
        let url = Attribute::parse(endpoint.attributes["url"]);
        assert!(url.required && url.kind == "string" && url.since.is_none());
        assert_eq!(Attribute::parse(endpoint.attributes["http_headers"]).since, Some("1.8"));
        let role = Attribute::parse(entry("discovery.kubernetes").unwrap().attributes["role"]);
        assert!(role.required && role.takes("pod") && !role.takes("pods") && !role.takes("POD"));
        let dns = Attribute::parse(entry("discovery.dns").unwrap().attributes["type"]);
        assert!(dns.takes("srv") && dns.takes("SRV") && !dns.takes("TXT"));
    }

    #[test]
    fn table_agrees_with_the_facts_that_it_was_made_from() {
        let Some(text) = crate::tests::shared("data/alloy-components.json") else { return };
        let facts: serde_json::Value = serde_json::from_str(&text).unwrap();
        let mut checked = (0, 0);
        for part in ["components", "removed_components", "config_blocks"] {
            for (name, wanted) in facts[part].as_object().unwrap() {
                compare(
                    name,
                    &entry(name).unwrap_or_else(|| panic!("{name} is missing")),
                    wanted,
                    &mut checked,
                );
            }
        }
        println!("table of arguments: {} attributes, {} blocks as in the facts", checked.0, checked.1);
        assert!(checked.0 > 6900 && checked.1 > 1500, "{checked:?}");
    }

    fn compare(path: &str, own: &Entry, wanted: &serde_json::Value, checked: &mut (u32, u32)) {
        let attributes = wanted["attributes"].as_object().unwrap();
        assert!(own.attributes.keys().eq(attributes.keys()), "{path}");
        for (name, wanted) in attributes {
            let attribute = Attribute::parse(own.attributes[name.as_str()]);
            let kind = wanted["type"].as_str().unwrap();
            let foreign = kind.starts_with("external(") && attribute.kind == "any";
            assert!(foreign || attribute.kind == kind, "{path} {name}");
            assert_eq!(attribute.required, wanted["required"], "{path} {name}");
            checked.0 += 1;
        }
        // A block that nests those around it has no list of its own in the facts.
        if wanted["recursive"].is_string() {
            return;
        }
        let blocks = wanted["blocks"].as_object().unwrap();
        assert!(own.blocks.keys().eq(blocks.keys()), "{path}");
        for (name, wanted) in blocks {
            let block = BlockRule::parse(own.blocks[name.as_str()]);
            let flags = [block.required, block.repeated, block.label];
            assert_eq!(
                flags,
                ["required", "repeated", "label"].map(|flag| wanted[flag] == true),
                "{path} {name}"
            );
            checked.1 += 1;
            let body = block.body.map_or_else(Arc::default, |body| entry(body).unwrap());
            if wanted["recursive"].is_null() {
                compare(&format!("{path} {name}"), &body, wanted, checked);
            }
        }
    }
}
