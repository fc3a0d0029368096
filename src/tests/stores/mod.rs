//! Tests of what is known of the stores' options, against the facts that the tables were made from and the programs.

mod agreement;
mod loki_faults;
mod mimir_faults;
mod tables;
mod walk;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::shared::shared;

/// The facts about one store, as they were collected.
#[derive(Deserialize)]
struct Facts {
    meta: Meta,
    options: BTreeMap<String, Fact>,
}

#[derive(Deserialize)]
struct Meta {
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Version {
    minor: String,
}

/// One option, as it was collected.
#[derive(Deserialize)]
struct Fact {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    type_by_version: Vec<Change>,
    #[serde(default)]
    default: serde_json::Value,
    /// What the newest release ends with, where it rewrites its defaults.
    #[serde(rename = "effective_default_3.7")]
    effective_default: Option<serde_json::Value>,
    #[serde(default)]
    default_by_version: Vec<Change>,
    #[serde(rename = "enum")]
    values: Option<Vec<String>>,
    default_dynamic: Option<serde_json::Value>,
    first: String,
    last: String,
    #[serde(default)]
    absent_in: Vec<String>,
    /// Where it exists, but is not shown: nobody saw its default there.
    #[serde(default)]
    hidden_in: Vec<String>,
}

#[derive(Deserialize)]
struct Change {
    from: String,
    value: serde_json::Value,
}

impl Facts {
    fn of(product: &str) -> Option<Self> {
        serde_json::from_str(&shared(&format!("data/{product}-config.json"))?).unwrap()
    }

    /// The place of a version among all.
    fn index(&self, minor: &str) -> usize {
        self.meta.versions.iter().position(|version| version.minor == minor).unwrap()
    }

    fn has(&self, fact: &Fact, version: usize) -> bool {
        (self.index(&fact.first)..=self.index(&fact.last)).contains(&version)
            && !fact.absent_in.contains(&self.meta.versions[version].minor)
    }

    /// The value that was in force in a version.
    fn at<'f>(&self, changes: &'f [Change], version: usize) -> Option<&'f serde_json::Value> {
        changes.iter().rev().find(|change| self.index(&change.from) <= version).map(|change| &change.value)
    }

    fn kind<'f>(&self, fact: &'f Fact, version: usize) -> &'f str {
        self.at(&fact.type_by_version, version).and_then(|kind| kind.as_str()).unwrap_or(&fact.kind)
    }

    fn default<'f>(&self, fact: &'f Fact, version: usize) -> &'f serde_json::Value {
        let newest = fact.effective_default.as_ref().unwrap_or(&fact.default);
        self.at(&fact.default_by_version, version).unwrap_or(newest)
    }
}

/// A configuration while it is put together: options in sections, items of lists under `[]`.
#[derive(Default)]
struct Draft {
    entries: BTreeMap<String, Draft>,
    value: Option<String>,
}

impl Draft {
    /// Sets the option at a path to a text of YAML; false where something stands in the way.
    fn set(&mut self, path: &str, value: &str) -> bool {
        let mut draft = self;
        for part in path.replace("[]", ".[]").replace("<name>", "any").split('.') {
            if draft.value.is_some() {
                return false;
            }
            draft = draft.entries.entry(part.to_owned()).or_default();
        }
        if draft.value.is_some() || !draft.entries.is_empty() {
            return false;
        }
        draft.value = Some(value.to_owned());
        true
    }

    /// The configuration as YAML of one line.
    fn text(&self) -> String {
        if let Some(value) = &self.value {
            return value.clone();
        }
        if let Some(item) = self.entries.get("[]") {
            return format!("[{}]", item.text());
        }
        let entries: Vec<String> =
            self.entries.iter().map(|(name, draft)| format!("{name}: {}", draft.text())).collect();
        format!("{{{}}}", entries.join(", "))
    }
}
