//! Turns a report into what is written into a cluster with `--write-report`: one object for each namespace in which
//! something was found, and one for the cluster with the verdicts. Who writes them gives them their kind: OpenReports and
//! PolicyReport take the same fields. `file.rs` writes the same results to a file.
//!
//! Nothing in them comes from a clock, so that a run that finds the same writes the same.

mod file;

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

pub(super) use self::file::PolicyForm;
pub(super) use self::file::write;
use super::Outcome;
use super::clean;
use super::human;
use crate::document::Documents;
use crate::document::NodeRef;
use crate::document::Place;
use crate::finding::Coverage;
use crate::finding::Finding;
use crate::finding::Invariant;
use crate::finding::InvariantVerdict;
use crate::finding::NotSeen;
use crate::finding::SeenCluster;
use crate::finding::Severity;
use crate::finding::Verdict;

/// What wrote a result, and the value of the label by which its objects are known.
const SOURCE: &str = "ptd-lint";

/// The most results of one object. Readers list them on one page.
const MOST_RESULTS: usize = 1000;

/// The most bytes of one object. etcd takes 1.5 MiB, and the server adds who owns the fields.
const MOST_BYTES: usize = 1024 * 1024;

/// The most characters of one message.
const LONGEST_MESSAGE: usize = 1024;

/// An object to be written, but for its API version and kind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PolicyReport {
    /// Its namespace; `None` for that of the cluster.
    pub(crate) namespace: Option<String>,
    /// All fields but `apiVersion` and `kind`.
    pub(crate) fields: Value,
}

/// What is to be written into one cluster: first that of the cluster, then those of namespaces, by name.
pub(crate) fn policy_reports(outcome: Outcome<'_>, cluster: &str) -> Vec<PolicyReport> {
    let mut of_cluster = Results::default();
    let mut of_namespaces: BTreeMap<String, Results> = BTreeMap::new();
    let report = outcome.report;
    for verdict in report.verdicts.iter().filter(|verdict| verdict.cluster.as_deref() == Some(cluster)) {
        of_cluster.add(verdict_result(verdict));
    }
    for missed in report.coverage.not_seen.iter().filter(|missed| missed.cluster == cluster) {
        of_cluster.add(not_seen_result(missed));
    }
    of_cluster.all.extend(errors_of(&report.coverage, cluster));
    for finding in report.findings.iter().filter(|finding| is_in(finding, cluster)) {
        let place = place_in(finding, cluster);
        let found = finding_result(outcome.documents, finding, place);
        match place.and_then(|place| namespace_of(outcome.documents, place)) {
            Some(namespace) => of_namespaces.entry(namespace).or_default().add(found),
            None => of_cluster.add(found),
        }
    }
    let whole = std::iter::once(of_cluster.written(None));
    whole.chain(of_namespaces.into_iter().map(|(name, results)| results.written(Some(name)))).collect()
}

/// What made the run incomplete, as far as a cluster may know: nothing of other clusters, which may be other customers'. What
/// is about none (a file of the folder that clusters are held against, a settings file) is only told in words where there is
/// no other cluster, since folders hold what is of several.
fn errors_of(coverage: &Coverage, cluster: &str) -> Vec<(Outcomes, Value)> {
    let is_only = coverage.clusters.iter().all(|own| judged_as(own) == cluster);
    let mut is_elsewhere = false;
    let mut told = Vec::new();
    for error in &coverage.errors {
        let owner = owner(&error.path, &coverage.clusters).map(judged_as);
        if owner == Some(cluster) || (owner.is_none() && is_only) {
            let message = format!("{}: {}", error.path, error.message);
            told.push(result(Outcomes::Error, "coverage", None, &message));
        } else {
            is_elsewhere |= owner.is_none();
        }
    }
    if is_elsewhere {
        let message = "what the run read beside clusters (settings, rules, folders) was not all understood; its own output says what";
        told.push(result(Outcomes::Error, "coverage", None, message));
    }
    told
}

/// The name under which a cluster is judged, and written to.
fn judged_as(cluster: &SeenCluster) -> &str {
    cluster.same_as.as_deref().unwrap_or(&cluster.name)
}

/// The cluster whose object a path is: `CLUSTER/NAMESPACE/KIND/NAME`. Names of clusters may hold a `/`, and one may begin
/// with another.
fn owner<'c>(path: &str, clusters: &'c [SeenCluster]) -> Option<&'c SeenCluster> {
    let whole = path.rsplitn(4, '/').nth(3);
    let is_within = |own: &&SeenCluster| {
        path.strip_prefix(&own.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let exact = clusters.iter().find(|own| Some(own.name.as_str()) == whole);
    exact.or_else(|| clusters.iter().filter(is_within).max_by_key(|own| own.name.len()))
}

/// What takes the place of a report of a namespace in which nothing was found this time. `whole` says whether all was seen;
/// else it is not known that nothing is there. Who writes it names the namespace.
pub(crate) fn emptied(whole: bool) -> PolicyReport {
    let mut results = Results::default();
    if !whole {
        let message = "not all of this cluster was seen: the report `ptd-lint` of the cluster itself says what, and why";
        results.add(result(Outcomes::Error, "coverage", None, message));
    }
    results.written(None)
}

/// What takes the place of reports in a form that the cluster had before it took the one in which reports are written now.
pub(crate) fn moved() -> PolicyReport {
    let mut results = Results::default();
    let message = "this cluster takes newer reports now: what ptd-lint finds is in those of openreports.io";
    results.add(result(Outcomes::Skip, "coverage", None, message));
    results.written(None)
}

/// How a result ends, in the words of the API, the worst first: what is not known may be worse than a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcomes {
    Fail,
    Error,
    Warn,
    Pass,
    Skip,
}

impl Outcomes {
    const ALL: [Self; 5] = [Self::Fail, Self::Error, Self::Warn, Self::Pass, Self::Skip];

    const fn name(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Pass => "pass",
            Self::Skip => "skip",
        }
    }
}

/// The results of one object.
#[derive(Debug, Default)]
struct Results {
    all: Vec<(Outcomes, Value)>,
}

impl Results {
    fn add(&mut self, (outcome, value): (Outcomes, Value)) {
        self.all.push((outcome, value));
    }

    /// How many results end in each of the ways.
    fn summary(&self) -> serde_json::Map<String, Value> {
        let count = |outcome: Outcomes| self.all.iter().filter(|(own, _)| *own == outcome).count();
        Outcomes::ALL.into_iter().map(|outcome| (outcome.name().to_owned(), count(outcome).into())).collect()
    }

    /// The object. Where there are more results than it may hold the worst are kept, and the last one says so.
    fn written(mut self, namespace: Option<String>) -> PolicyReport {
        let summary = self.summary();
        let total = self.all.len();
        // Stable: what ends alike stays in the order of the report.
        self.all.sort_by_key(|(outcome, _)| *outcome);
        let mut bytes = 0;
        let mut kept = Vec::new();
        for (_, value) in self.all {
            bytes += value.to_string().len();
            if kept.len() + 1 >= MOST_RESULTS || bytes > MOST_BYTES {
                break;
            }
            kept.push(value);
        }
        if kept.len() < total {
            let message = format!(
                "{} further results are not shown here; the summary counts them, and `ptd-lint --live` prints all",
                total - kept.len()
            );
            kept.push(result(Outcomes::Skip, "coverage", None, &message).1);
        }
        let mut metadata = json!({
            "name": SOURCE,
            "labels": { "app.kubernetes.io/managed-by": SOURCE },
        });
        if let Some(namespace) = &namespace {
            metadata["namespace"] = namespace.as_str().into();
        }
        PolicyReport {
            namespace,
            fields: json!({ "metadata": metadata, "summary": summary, "results": kept }),
        }
    }
}

fn result(outcome: Outcomes, policy: &str, rule: Option<&str>, message: &str) -> (Outcomes, Value) {
    let message: String = clean::lines(message).chars().take(LONGEST_MESSAGE).collect();
    let mut value = json!({
        "source": SOURCE,
        "policy": policy,
        "category": "monitoring",
        "result": outcome.name(),
        "scored": outcome != Outcomes::Warn,
        "message": message,
    });
    if let Some(rule) = rule {
        value["rule"] = rule.into();
    }
    (outcome, value)
}

fn verdict_result(verdict: &InvariantVerdict) -> (Outcomes, Value) {
    let outcome = match verdict.verdict {
        Verdict::Holds => Outcomes::Pass,
        Verdict::Violated => Outcomes::Fail,
        Verdict::Undecided => Outcomes::Error,
        Verdict::NotApplicable => Outcomes::Skip,
    };
    let promise = verdict.invariant;
    let message = format!("{}: {}: {}", promise.promise(), verdict.verdict.name(), verdict.summary);
    let (outcome, mut value) = result(outcome, promise.id(), None, &message);
    value["properties"] = json!({ "verdict": verdict.verdict.name() });
    (outcome, value)
}

fn not_seen_result(missed: &NotSeen) -> (Outcomes, Value) {
    let message = format!("`{}` was {}: {}", missed.request(), missed.cause, missed.message);
    let (outcome, mut value) = result(Outcomes::Error, "coverage", None, &message);
    value["properties"] = json!({ "cause": missed.cause, "verb": missed.verb, "resource": missed.resource });
    (outcome, value)
}

/// The result of a finding, without its place. One that somebody accepted is skipped, with the reason.
fn of_finding(finding: &Finding) -> (Outcomes, Value) {
    let (outcome, severity) = match (finding.severity, finding.invariant) {
        // What has left cannot be called back.
        (Severity::Error, Invariant::LogBoundary) => (Outcomes::Fail, "critical"),
        (Severity::Error, _) => (Outcomes::Fail, "high"),
        (Severity::Warning, _) => (Outcomes::Warn, "medium"),
        (Severity::Info, _) => (Outcomes::Warn, "info"),
    };
    let outcome = if finding.is_open() { outcome } else { Outcomes::Skip };
    let (_, mut value) = result(outcome, finding.invariant.id(), Some(&finding.rule), &finding.message);
    value["severity"] = severity.into();
    value["properties"] = json!({ "fingerprint": finding.fingerprint });
    if let Some(words) = human::accepted_words(finding) {
        value["properties"]["accepted"] = clean::lines(&words).into();
    }
    (outcome, value)
}

fn finding_result(documents: &Documents, finding: &Finding, place: Option<Place>) -> (Outcomes, Value) {
    let (outcome, mut value) = of_finding(finding);
    let properties = &mut value["properties"];
    if let Some(place) = place {
        let resolved = documents.resolve(place);
        // Lines of an object that nobody typed mean nothing; those of a text in it do.
        if let Some(layer) = resolved.layers.first() {
            properties["field"] = clean::lines(&layer.field).into();
            properties["line"] = layer.start.line.to_string().into();
        }
        if let Some(reference) = reference(documents, place) {
            value["resources"] = json!([reference]);
        }
    }
    (outcome, value)
}

/// Whether a cluster has a finding. What is about no cluster and no folder (the settings) is about all.
fn is_in(finding: &Finding, cluster: &str) -> bool {
    let seen = &finding.seen;
    let of_all = seen.clusters.is_empty() && seen.git.is_none();
    of_all || seen.clusters.iter().any(|sighting| sighting.cluster == cluster)
}

/// Where a cluster has a finding.
fn place_in(finding: &Finding, cluster: &str) -> Option<Place> {
    finding.seen.clusters.iter().find(|sighting| sighting.cluster == cluster)?.place
}

/// The namespace of the object that a place lies in.
fn namespace_of(documents: &Documents, place: Place) -> Option<String> {
    let [_, _, namespace, _] = parts(documents, place)?;
    (namespace != "-").then(|| namespace.to_owned())
}

/// The name, kind, namespace and cluster of the object that a place lies in: `CLUSTER/NAMESPACE/KIND/NAME`. Names of clusters
/// may hold a `/`.
fn parts(documents: &Documents, place: Place) -> Option<[&str; 4]> {
    let file = documents.files.get(usize::try_from(place.doc.file).ok()?)?;
    let mut parts = file.path.rsplitn(4, '/');
    let found = [parts.next()?, parts.next()?, parts.next()?, parts.next()?];
    file.live.then_some(found)
}

/// The object that a place lies in, as the API refers to it.
fn reference(documents: &Documents, place: Place) -> Option<Value> {
    let [name, kind, namespace, _] = parts(documents, place)?;
    let opened = documents.opened(place.doc.file);
    let root = opened.first().and_then(|document| document.tree()?.root());
    let text = |route: &str| root.and_then(|root: NodeRef<'_>| root.text_at(route)).map(str::to_owned);
    let mut reference = json!({ "kind": kind, "name": name });
    if namespace != "-" {
        reference["namespace"] = namespace.into();
    }
    for (field, route) in [("apiVersion", "apiVersion"), ("uid", "metadata.uid")] {
        if let Some(text) = text(route) {
            reference[field] = text.into();
        }
    }
    Some(reference)
}

#[cfg(test)]
mod tests;
