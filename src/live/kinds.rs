//! Turns the table of kinds into what may be asked of a cluster: which objects, how, and what hangs on them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

/// The table's text; `schemas/README.md` explains its words.
const TABLE: &str = include_str!("../../schemas/live/kinds.json");

/// All kinds that a run reads, sorted by name and group.
pub(crate) fn kinds() -> &'static [Kind] {
    static KINDS: OnceLock<Vec<Kind>> = OnceLock::new();
    KINDS.get_or_init(|| {
        // A test reads the table; an empty one would be found by every other test of this folder.
        let entries: BTreeMap<String, Entry> = serde_json::from_str(TABLE).unwrap_or_default();
        entries.into_iter().map(|(name, entry)| Kind::new(&name, entry)).collect()
    })
}

/// A kind of objects of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The API group; empty for the core group.
    pub(crate) group: String,
    /// The versions that are read, the one to ask for first.
    pub(crate) versions: Vec<String>,
    /// The name of the resource in paths and rights: `configmaps`.
    pub(crate) plural: String,
    /// The kind: `ConfigMap`.
    #[expect(clippy::struct_field_names, reason = "Kubernetes calls it so")]
    pub(crate) kind: String,
    /// Whether its objects lie in namespaces.
    pub(crate) namespaced: bool,
    /// What a run does with it, as rights name it: `list`, `get`.
    pub(crate) verbs: Vec<String>,
    /// What it does besides where values of Secrets are asked for.
    values: Vec<String>,
    /// How much of its objects is asked for.
    pub(crate) asked: Asked,
    /// Whether a cluster may do without the kind: where nothing of its group is served, there can be no such object. Where
    /// the group is served and none of our versions is, there may be some that were not seen.
    pub(crate) optional: bool,
    /// A group that serves the same objects: where it is served, this kind is not asked for.
    pub(crate) unless: Option<String>,
    /// The ids of the promises that end undecided where it is not seen; empty for all.
    pub(crate) promises: Vec<String>,
    /// The kinds of subjects that are made of it, where rules over other subjects can do without; empty for all.
    subjects: Vec<String>,
    /// What it is read for, in a few words that follow "for".
    pub(crate) purpose: String,
}

/// How much of a kind's objects is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Asked {
    /// All objects as a whole.
    Full,
    /// The metadata of all objects, and nothing else.
    Metadata,
    /// The metadata of all objects, then as a whole those that the stack consists of.
    Named,
}

/// An entry of the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    versions: Vec<String>,
    plural: String,
    namespaced: bool,
    asked: Asked,
    verbs: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    optional: bool,
    unless: Option<String>,
    #[serde(default)]
    subjects: Vec<String>,
    promises: Vec<String>,
    purpose: String,
}

impl Kind {
    /// The kind of an entry's name: `Ingress.networking.k8s.io`.
    fn new(name: &str, entry: Entry) -> Self {
        let (kind, group) = name.split_once('.').unwrap_or((name, ""));
        Self {
            group: group.to_owned(),
            versions: entry.versions,
            plural: entry.plural,
            kind: kind.to_owned(),
            namespaced: entry.namespaced,
            verbs: entry.verbs,
            values: entry.values,
            asked: entry.asked,
            optional: entry.optional,
            unless: entry.unless,
            promises: entry.promises,
            subjects: entry.subjects,
            purpose: entry.purpose,
        }
    }

    /// The path of its objects in the API: all of the cluster, or those of a namespace, which a kind without namespaces
    /// does not have.
    pub(crate) fn path(&self, version: &str, namespace: Option<&str>) -> String {
        let (group, plural) = (&self.group, &self.plural);
        let root =
            if group.is_empty() { format!("/api/{version}") } else { format!("/apis/{group}/{version}") };
        match namespace.filter(|_| self.namespaced) {
            Some(namespace) => format!("{root}/namespaces/{namespace}/{plural}"),
            None => format!("{root}/{plural}"),
        }
    }

    /// The resource as rights and messages name it: `configmaps`, `helmcharts.helm.cattle.io`.
    pub(crate) fn resource(&self) -> String {
        if self.group.is_empty() { self.plural.clone() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// What a run does with it, as rights name it; `values` where values of Secrets are asked for.
    pub(crate) fn verbs_of(&self, values: bool) -> impl Iterator<Item = &str> {
        let more = self.values.iter().filter(move |_| values);
        self.verbs.iter().chain(more).map(String::as_str)
    }

    /// Whether a rule that guards a promise (its id) and is over a kind of subject hangs on it.
    pub(crate) fn is_for(&self, promise: &str, subject: &str) -> bool {
        let of = |all: &[String], own: &str| all.is_empty() || all.iter().any(|one| one == own);
        of(&self.promises, promise) && of(&self.subjects, subject)
    }
}

/// The kinds on which rules hang, each given as the id of its promise and the kind of its subject.
pub(crate) fn needed(rules: &[(&str, &str)]) -> Vec<&'static Kind> {
    kinds()
        .iter()
        .filter(|kind| rules.iter().any(|(promise, subject)| kind.is_for(promise, subject)))
        .collect()
}

#[cfg(test)]
mod tests;
