//! Turns `declared` and `limits` of the settings file into facts of the workload and bounds for options of the stores.

use super::parse::Reader;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::Fact;
use crate::model::Store;
use crate::model::store::bound;
use crate::text::suggest;

/// What may be declared of a workload: the fact of `workload`, and what it takes.
const DECLARED: &[(&str, Takes)] = &[
    ("account", Takes::Text),
    ("cloud", Takes::OneOf(&["aws", "azure"])),
    ("clusters", Takes::Clusters),
    ("filter_control_room_metrics", Takes::Flag),
    ("forward_auth", Takes::Flag),
    ("network_trust", Takes::OneOf(&["FULL", "SAMESITE", "ZERO"])),
    ("region", Takes::Text),
    ("sites", Takes::Sites),
    ("subscription", Takes::Text),
    ("system_logs", Takes::Flag),
    ("tenant_name", Takes::Text),
    ("third_party_telemetry", Takes::Flag),
];

/// What a rule may ask for with `if_declared`.
pub(crate) fn declarable() -> Vec<&'static str> {
    std::iter::once("allowed").chain(DECLARED.iter().map(|(name, _)| *name)).collect()
}

#[derive(Clone, Copy)]
enum Takes {
    Text,
    Flag,
    OneOf(&'static [&'static str]),
    /// Domains by the site's name.
    Sites,
    /// Components by the cluster's release.
    Clusters,
}

/// A bound that an option of a store has to keep.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DeclaredLimit {
    /// Whose option it is.
    pub(crate) store: Store,
    /// The option's path in the store's configuration, at its name.
    pub(crate) path: Fact,
    /// Which kind of bound: `max`, `min` or `equal`.
    pub(crate) kind: &'static str,
    /// The bound, at its place.
    pub(crate) bound: Fact,
    /// Why, where it is said.
    pub(crate) reason: Option<String>,
}

/// The kinds of bounds.
pub(crate) const BOUNDS: [&str; 3] = ["max", "min", "equal"];

impl Reader {
    /// `declared`: facts of the workload by name.
    pub(super) fn declared(&mut self, node: NodeRef<'_>) -> Vec<(&'static str, Fact)> {
        let names: Vec<&str> = DECLARED.iter().map(|(name, _)| *name).collect();
        let entries = self.entries(node, &names, "`declared`");
        let facts = entries.into_iter().filter_map(|(key, value)| {
            let (name, takes) = DECLARED.iter().find(|(name, _)| *name == key)?;
            Some((*name, self.declared_value(value, *takes)?))
        });
        facts.collect()
    }

    fn declared_value(&mut self, node: NodeRef<'_>, takes: Takes) -> Option<Fact> {
        match takes {
            Takes::Text => self.text(node, "a text").map(|text| Fact::new(text.value, text.place)),
            Takes::Flag => self.flag(node).map(|flag| Fact::new(flag.value, flag.place)),
            Takes::OneOf(words) => {
                let word = node.text().unwrap_or_default();
                if !words.contains(&word) {
                    let help = suggest(word, words.iter().copied());
                    self.report(node.span(), format!("`{word}` cannot stand here"), help);
                    return None;
                }
                Some(Fact::new(word, self.place(node)))
            }
            Takes::Sites => Some(self.sites(node)),
            Takes::Clusters => Some(self.clusters(node)),
        }
    }

    /// Sites as `workload.sites` has them.
    fn sites(&mut self, node: NodeRef<'_>) -> Fact {
        let entries = self.named(node, "the sites", "write `NAME: DOMAIN`");
        let sites = entries.into_iter().filter_map(|(name, at, value)| {
            let domain = self.text(value, "a domain such as `example.com`")?;
            let domain = Fact::new(domain.value.to_ascii_lowercase(), domain.place);
            Some(Fact::map([("name", Fact::new(name, at)), ("domain", domain)], at))
        });
        let sites: Vec<Fact> = sites.collect();
        Fact::list(sites, self.place(node))
    }

    /// Components of clusters, by release: versions as text, numbers of pods as numbers.
    fn clusters(&mut self, node: NodeRef<'_>) -> Fact {
        let mut clusters = Vec::new();
        for (release, at, value) in self.named(node, "the clusters", "write `RELEASE: { loki_version: ... }`")
        {
            let mut components = Vec::new();
            for (name, _, value) in self.named(value, "a cluster", "write `NAME: VERSION`") {
                let place = self.place(value);
                let fact = if name.ends_with("_replicas") {
                    let Some(number) = value.int() else {
                        self.report(value.span(), "a whole number is expected here", "write a number");
                        continue;
                    };
                    Fact::new(number, place)
                } else {
                    let Some(text) = self.text(value, "a version") else { continue };
                    Fact::new(text.value, place)
                };
                components.push((name, fact));
            }
            clusters.push((release, Fact::map(components, at)));
        }
        Fact::map(clusters, self.place(node))
    }

    /// `limits`: store, then option, then bounds.
    pub(super) fn limits(&mut self, node: NodeRef<'_>) -> Vec<DeclaredLimit> {
        let mut limits = Vec::new();
        for (store, options) in self.entries(node, &Store::ALL.map(Store::name), "`limits`") {
            let Some(store) = Store::named(store) else { continue };
            for (option, at, bounds) in
                self.named(options, "the limits of a store", "write `OPTION: { max: ... }`")
            {
                let name = if option.contains('.') { option } else { format!("{}.{option}", store.limits()) };
                let path = Fact::new(name.as_str(), at);
                let before = limits.len();
                let mut reason = None;
                let words = [BOUNDS[0], BOUNDS[1], BOUNDS[2], "reason"];
                for (key, value) in self.entries(bounds, &words, "a limit") {
                    match BOUNDS.into_iter().find(|kind| *kind == key) {
                        Some(kind) => limits.extend(self.bound(store, &name, value).map(|bound| {
                            DeclaredLimit { store, path: path.clone(), kind, bound, reason: None }
                        })),
                        None => reason = self.text(value, "the reason"),
                    }
                }
                if limits.len() == before
                    && bounds.is_mapping()
                    && bounds.entries().all(|(key, _)| key.text() == Some("reason"))
                {
                    self.report(at.span, "the limit has no bound", "add `max`, `min` or `equal`");
                }
                for limit in limits.iter_mut().skip(before) {
                    limit.reason = reason.as_ref().map(|reason| reason.value.clone());
                }
            }
        }
        limits
    }

    /// A bound, as the option's own type.
    fn bound(&mut self, store: Store, path: &str, node: NodeRef<'_>) -> Option<Fact> {
        match bound(store, path, node) {
            Ok(value) => Some(Fact::new(value, self.place(node))),
            Err((message, help)) => {
                self.report(node.span(), message, help);
                None
            }
        }
    }

    /// The entries of a mapping whose keys are the user's, each with the place of its key.
    fn named<'t>(&mut self, node: NodeRef<'t>, what: &str, help: &str) -> Vec<(String, Place, NodeRef<'t>)> {
        if !node.is_mapping() {
            self.report(node.span(), format!("{what} are a mapping"), help);
        }
        let mut found: Vec<(String, Place, NodeRef<'t>)> = Vec::new();
        for (key, value) in node.entries() {
            let name = key.text().unwrap_or_default();
            if found.iter().any(|(other, ..)| other == name) {
                self.report(key.span(), format!("`{name}` is given twice"), "remove one of the two");
            } else {
                found.push((name.to_owned(), self.place(key), value));
            }
        }
        found
    }
}
