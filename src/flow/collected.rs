//! Follows targets backwards: which namespaces, exporters and probes the scrapes and log sources of a program read.

use std::collections::BTreeSet;

use super::ComponentNote;
use super::fetched;
use super::fetched::Fetcher;
use super::journal::Journal;
use super::journal::journal;
use super::receivers::receivers;
use crate::document::Place;
use crate::model::Fact;
use crate::model::alloy::Component;
use crate::model::alloy::Program;

/// What a program collects.
#[derive(Debug, Clone, Default)]
pub(crate) struct Collected {
    /// Namespaces whose pods are scraped for metrics, each at the place that names it; `*` for all.
    pub(crate) metric_namespaces: Vec<(String, Place)>,
    /// Namespaces whose pods' logs are read; `*` for all.
    pub(crate) log_namespaces: Vec<(String, Place)>,
    /// Kinds of metrics: `node`, `kube-state-metrics`, `blackbox`, `cloud`, `cadvisor`.
    pub(crate) metric_kinds: BTreeSet<&'static str>,
    /// Scrapes of blackbox probes.
    pub(crate) probes: Vec<Probe>,
    /// Components that can divide their work among collectors.
    pub(crate) fetchers: Vec<Fetcher>,
    /// Readers of the node's journal.
    pub(crate) journals: Vec<Journal>,
}

/// A scrape of blackbox probes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Probe {
    /// The scrape's id.
    pub(crate) scrape: String,
    /// Whether the targets have an `instance` of their own, or every receiver replaces the label; `None` where that cannot
    /// be told.
    pub(crate) normalised: Option<bool>,
    /// The scrape's receivers.
    pub(crate) forward_to: Place,
    /// What names them, as it is written.
    pub(crate) receivers: String,
    /// The scrape's label.
    pub(crate) label: String,
}

/// Components that read what their targets name.
const METRICS: &str = "prometheus.scrape";
const LOGS: [&str; 3] = ["loki.source.kubernetes", "loki.source.file", "loki.source.podlogs"];

/// Log sources that no namespace narrows: what they read is chosen by objects of the cluster, or is all of a node.
const EVERY_POD: [&str; 2] = ["loki.source.podlogs", "loki.source.docker"];

/// Arguments that targets come in by.
const TARGETS: [&str; 2] = ["targets", "path_targets"];

/// Looks at every scrape and log source. `notes` are the program's components with their arguments, in the same order.
pub(super) fn of_program(program: &Program<'_>, notes: &[ComponentNote]) -> Collected {
    let mut collected = Collected::default();
    for (component, note) in program.components.iter().zip(notes) {
        let metrics = &*component.name == METRICS;
        if EVERY_POD.contains(&&*component.name) {
            collected.log_namespaces.push(("*".to_owned(), note.place));
        }
        collected.journals.extend(journal(program, component));
        let reads = metrics || LOGS.contains(&&*component.name);
        if !reads && !fetched::divides(component) {
            continue;
        }
        let origins = origins(program, component);
        collected.fetchers.extend(fetched::fetcher(program, component, &origins));
        if !reads {
            continue;
        }
        if !metrics {
            written_paths(note, &mut collected.log_namespaces);
        }
        for origin in &origins {
            let (Some(origin), Some(note)) = (program.components.get(*origin), notes.get(*origin)) else {
                continue;
            };
            if !metrics {
                written_paths(note, &mut collected.log_namespaces);
            }
            if let Some(kind) = exporter(&origin.name).filter(|_| metrics) {
                collected.metric_kinds.insert(kind);
            }
            if &*origin.name == "discovery.kubernetes" {
                if note.arguments.reach("role").text() == Some("node") {
                    collected.metric_kinds.insert("cadvisor");
                } else if metrics {
                    namespaces(note, &mut collected.metric_namespaces);
                } else {
                    namespaces(note, &mut collected.log_namespaces);
                }
            }
        }
        if metrics {
            if reads_kube_state_metrics(note) {
                collected.metric_kinds.insert("kube-state-metrics");
            }
            let probes = origins.iter().any(|origin| {
                program
                    .components
                    .get(*origin)
                    .is_some_and(|origin| &*origin.name == "prometheus.exporter.blackbox")
            });
            if probes {
                let named = fetched::renames_instance(program, &origins);
                collected.probes.extend(probe(program, component, notes).map(|probe| Probe {
                    normalised: if named { Some(true) } else { probe.normalised },
                    ..probe
                }));
            }
        }
    }
    collected
}

/// The components that the targets of `start` come from, at any distance, through modules too.
pub(super) fn origins(program: &Program<'_>, start: &Component<'_>) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut todo = vec![start];
    while let Some(component) = todo.pop() {
        for targets in TARGETS.iter().filter_map(|name| component.value(name)) {
            for (index, _) in program.named(component, targets) {
                if found.insert(index) {
                    todo.extend(program.components.get(index));
                }
            }
        }
    }
    found
}

fn exporter(name: &str) -> Option<&'static str> {
    match name.strip_prefix("prometheus.exporter.")? {
        "unix" => Some("node"),
        "blackbox" => Some("blackbox"),
        "cloudwatch" | "azure" | "gcp" => Some("cloud"),
        _ => None,
    }
}

/// The namespaces that a `discovery.kubernetes` looks in.
fn namespaces(note: &ComponentNote, found: &mut Vec<(String, Place)>) {
    let names = note.arguments.at("namespaces.0.names").cloned().unwrap_or_default();
    if names.items().is_empty() {
        // None named means all; names that cannot be told may be any.
        found.push(("*".to_owned(), names.place.unwrap_or(note.place)));
    }
    for name in names.items() {
        let text = name.text().unwrap_or("*").to_owned();
        found.push((text, name.place.or(names.place).unwrap_or(note.place)));
    }
}

/// The namespaces whose pods' logs lie at the paths that are written in a component's targets.
fn written_paths(note: &ComponentNote, found: &mut Vec<(String, Place)>) {
    for list in TARGETS.map(|name| note.arguments.reach(name)) {
        for path in list.items().iter().filter_map(|target| target.at("__path__")) {
            let namespace = path.text().and_then(namespace_of_path);
            found.extend(namespace.map(|namespace| (namespace, path.place.unwrap_or(note.place))));
        }
    }
}

/// The namespace in the path of a pod's logs, `*` for all: `/var/log/pods/NAMESPACE_POD_UID/...`,
/// `/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log`.
fn namespace_of_path(path: &str) -> Option<String> {
    let name = if let Some((_, rest)) = path.split_once("/var/log/pods/") {
        rest.split(['/', '_']).next()
    } else {
        path.split_once("/var/log/containers/")?.1.split('_').nth(1)
    };
    let named = name.filter(|name| !name.is_empty() && !name.contains(['*', '?', '[', '{', '$']));
    Some(named.unwrap_or("*").to_owned())
}

/// kube-state-metrics is an ordinary target: its Service's name in the address, or the scrape's own name, tells it.
fn reads_kube_state_metrics(note: &ComponentNote) -> bool {
    let named = |text: &str| text.replace('_', "-").contains("kube-state-metrics");
    let address = |target: &Fact| target.at("__address__").and_then(Fact::text).is_some_and(named);
    named(&note.label)
        || note.arguments.reach("job_name").text().is_some_and(named)
        || note.arguments.reach("targets").items().iter().any(address)
}

fn probe(program: &Program<'_>, scrape: &Component<'_>, notes: &[ComponentNote]) -> Option<Probe> {
    let forward_to = scrape.value("forward_to")?;
    let receivers = receivers(program, scrape, forward_to);
    let mut normalised = Some(true);
    for receiver in &receivers {
        let Ok(capsule) = &receiver.target else {
            normalised = None;
            continue;
        };
        let note = program.find(&capsule.node).and_then(|index| notes.get(index));
        let replaces = note.is_some_and(|note| {
            note.name == "prometheus.relabel"
                && note
                    .arguments
                    .reach("rule")
                    .items()
                    .iter()
                    .any(|rule| rule.reach("target_label").text() == Some("instance"))
        });
        if !replaces {
            normalised = normalised.map(|_| false);
        }
    }
    Some(Probe {
        scrape: scrape.id.to_string(),
        normalised,
        forward_to: scrape.place(forward_to.span),
        receivers: scrape.file.str(forward_to.span).to_owned(),
        label: scrape.id.rsplit('.').next().unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::namespace_of_path;

    #[test]
    fn path_of_a_pods_logs_names_its_namespace() {
        for (path, wanted) in [
            ("/var/log/pods/posit-team_*/*/*.log", Some("posit-team")),
            ("/host/var/log/pods/posit-team_a-0_1/app/*.log", Some("posit-team")),
            ("/var/log/pods/*/*/*.log", Some("*")),
            ("/var/log/pods/**/*.log", Some("*")),
            ("/var/log/containers/*_posit-team_*.log", Some("posit-team")),
            ("/var/log/containers/*.log", Some("*")),
            ("/var/log/syslog", None),
        ] {
            assert_eq!(namespace_of_path(path).as_deref(), wanted, "{path}");
        }
    }
}
