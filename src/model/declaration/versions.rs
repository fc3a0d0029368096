//! Turns the versions that a declaration names into a comparison with the charts that are installed.

use super::table::Table;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::fact::Subject;
use crate::model::stack::Stack;
use crate::model::values::fact_of;
use crate::model::workload::Workload;

/// The label in which charts write their name and version.
const CHART_LABEL: &str = "helm.sh/chart";

/// The subject `declared_version` for each chart of the stack whose version is declared.
pub(crate) fn subjects(stack: &Stack<'_>, workload: &Workload) -> Vec<Subject> {
    let mut found: Vec<Subject> = Vec::new();
    let Some(table) = Table::get() else { return found };
    let components = workload.facts.reach("components");
    for (key, declared) in components.entries() {
        let Some(chart) = table.charts.get(key) else { continue };
        for (who, actual) in installed(stack, chart) {
            let place = actual.place;
            let entries = [
                ("component", Fact::bare(key)),
                ("chart", Fact::bare(chart.as_str())),
                ("release", Fact::bare(who.as_str())),
                ("declared", plain(declared)),
                ("actual", plain(&actual)),
            ];
            let subject = Subject {
                kind: "declared_version",
                key: format!("{chart} {who}"),
                facts: Fact::map(entries, place),
            };
            found.push(subject);
        }
    }
    found
}

/// The subject `cluster`: the cluster that is judged, where the inputs tell several apart and clusters are declared.
pub(crate) fn cluster_subject(stack: &Stack<'_>, workload: &Workload) -> Option<Subject> {
    let name = stack.cluster.as_deref()?;
    let clusters = workload.facts.reach("clusters");
    clusters.items().first()?;
    let place = stack.resources.first()?.place;
    // Releases are dates. A name without any may be that of a declared cluster.
    let is_date = |part: &str| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_digit());
    let declared = !workload.facts.reach("release").is_null() || !name.split('-').any(is_date);
    let entries = [("name", Fact::new(name, place)), ("declared", Fact::new(declared, clusters.place))];
    Some(Subject { kind: "cluster", key: format!("cluster {name}"), facts: Fact::map(entries, place) })
}

/// The versions of a chart that are installed: of its releases, else of the objects that it rendered.
fn installed(stack: &Stack<'_>, chart: &str) -> Vec<(String, Fact)> {
    let named = |reference: &str| {
        let name = reference.rsplit('/').next().unwrap_or(reference);
        name.split(['@', ':']).next() == Some(chart)
    };
    let releases = stack.releases.iter().filter(|release| named(&release.release.chart_name));
    let versions = releases.filter_map(|release| {
        let (version, place) = release.release.version.as_ref()?;
        let who = release.release.name.as_deref().unwrap_or(chart);
        Some((who.to_owned(), Fact::new(&**version, *place)))
    });
    let versions: Vec<_> = versions.collect();
    if !versions.is_empty() {
        return versions;
    }
    let mut rendered: Vec<(String, Fact)> = Vec::new();
    for (resource, root) in stack.workloads() {
        let Some(label) = root.at("metadata.labels").and_then(|labels| labels.get(CHART_LABEL)) else {
            continue;
        };
        let version = label.text().and_then(|text| text.strip_prefix(chart)?.strip_prefix('-'));
        let version = version.filter(|version| starts_with_number(version));
        let Some(version) = version else { continue };
        // One fault is told once: the objects of a chart are all of one version.
        if rendered.iter().all(|(_, other)| other.text() != Some(version)) {
            let fact = Fact::new(version, fact_of(label, resource.at.doc).place);
            rendered.push((resource.object.name.to_string(), fact));
        }
    }
    rendered
}

fn starts_with_number(text: &str) -> bool {
    text.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit())
}

/// A version without the `v` that some write before it.
fn plain(fact: &Fact) -> Fact {
    match fact.text() {
        Some(text) => Fact::new(text.strip_prefix('v').unwrap_or(text), fact.place),
        None => fact.clone(),
    }
}

/// The versions and numbers that a declaration names for the components of one cluster, as text or integers.
pub(crate) fn components(cluster: NodeRef<'_>, doc: DocId) -> Fact {
    let node = cluster.at("spec.components").or_else(|| cluster.get("components"));
    let Some(node) = node else { return Fact::default() };
    let place = Place { doc, span: node.span() };
    let entries = node.entries_merged().into_iter().filter_map(|(key, value)| {
        let (name, text) = (key.text()?, value.text()?);
        // `5.30` is a version as it is typed, and no number.
        let fact = if name.ends_with("_replicas") {
            fact_of(value, doc)
        } else {
            Fact::new(text, Place { doc, span: value.span() })
        };
        Some((name.to_owned(), fact))
    });
    Fact::map(entries.collect::<Vec<_>>(), place)
}
