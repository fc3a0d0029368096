//! Joins what a collector's program does with where its pods run, into subjects that need both.

use crate::flow::CollectorFlow;
use crate::flow::ComponentNote;
use crate::model;
use crate::model::Collector;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::Subject;

/// Tells the subjects of a collector's flow how it runs.
pub(super) fn join(subjects: &mut [Subject], collector: &Collector) {
    for subject in subjects.iter_mut().filter(|subject| subject.kind == "fetcher") {
        subject.facts.insert("several", collector.facts.reach("several"));
        subject.facts.insert("clustered", collector.facts.reach("clustering"));
        let until = subject.facts.reach("own_labels_until");
        if until.text().is_some_and(|until| !is_older(collector, until)) {
            subject.facts.insert("own_labels", Fact::absent(subject.facts.place));
        }
    }
}

/// Whether a collector is known to be older than a version.
fn is_older(collector: &Collector, version: &str) -> bool {
    let own = collector.facts.reach("version");
    let own = own.text().and_then(model::version_number);
    own.zip(model::version_number(version)).is_some_and(|(own, other)| own < other)
}

/// Tells the ways of metrics how their collector runs: what writes to the control room needs its credential mounted.
pub(super) fn note_runs(subjects: &mut [Subject], collector: &Collector) {
    for subject in subjects.iter_mut().filter(|subject| subject.kind == "metric_path") {
        for name in ["form", "lists", "values", "pod", "container"] {
            subject.facts.insert(name, collector.facts.at(name).cloned().unwrap_or_default());
        }
        subject.facts.insert("credential", collector.facts.reach("mimir_auth.mounted"));
    }
}

/// The subject `node_exporter` for each component that yields metrics of the machine.
pub(super) fn node_exporters(flow: &CollectorFlow, collector: &Collector) -> Vec<Subject> {
    let notes = flow.components.iter().filter(|note| note.name == "prometheus.exporter.unix");
    notes.map(|note| node_exporter(note, collector)).collect()
}

fn node_exporter(note: &ComponentNote, collector: &Collector) -> Subject {
    let place = note.place;
    let root = note.arguments.reach("rootfs_path").or_default("/");
    let mounts = collector.facts.reach("node_mounts");
    // What runs outside of a pod of the input has the machine's own root.
    let known = collector.facts.at("node_mounts").is_some();
    let mount = mounts.items().iter().find(|mount| mount.reach("node_path").text() == Some("/"));
    let path = root.text().map(|path| if path.len() > 1 { path.trim_end_matches('/') } else { path });
    let sees_root = match (known, path) {
        (false, _) | (_, None) => FactValue::Null,
        (true, path) => mounts
            .items()
            .iter()
            .any(|mount| mount.reach("node_path").text() == Some("/") && mount.reach("path").text() == path)
            .into(),
    };
    let entries = [
        ("collector", Fact::new(collector.name.as_str(), collector.place)),
        ("component", Fact::new(note.id.as_str(), place)),
        ("reads_filesystems", Fact::new(reads_filesystems(&note.arguments), place)),
        ("rootfs_path", root),
        ("mounted_at", mount.map(|mount| mount.reach("path")).unwrap_or_default()),
        ("sees_root", Fact { value: sees_root, place: Some(place) }),
        ("form", collector.facts.reach("form")),
        ("lists", collector.facts.at("lists").cloned().unwrap_or_default()),
        ("values", collector.facts.at("values").cloned().unwrap_or_default()),
        ("pod", collector.facts.at("pod").cloned().unwrap_or_default()),
        ("container", collector.facts.at("container").cloned().unwrap_or_default()),
    ];
    Subject { kind: "node_exporter", key: note.id.clone(), facts: Fact::map(entries, place) }
}

/// Whether the collector `filesystem` runs: it is on by itself. Sources: reference page of `prometheus.exporter.unix`.
fn reads_filesystems(arguments: &Fact) -> bool {
    let names = |list: &str| {
        let list = arguments.reach(list);
        list.items().iter().any(|name| name.text() == Some("filesystem"))
    };
    let chosen = !arguments.reach("set_collectors").items().is_empty();
    (!chosen || names("set_collectors")) && !names("disable_collectors")
}
