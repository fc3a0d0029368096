//! Turns the outcome of a run over clusters into the reports that are written there (`--write-report`).

use crate::live;
use crate::live::Audit;
use crate::live::Edition;
use crate::live::Entry;
use crate::report;
use crate::report::Outcome;

/// Writes a report into each cluster that was reached. Returns a line for each thing that could not be written.
pub(super) fn publish(audit: &Audit, outcome: Outcome<'_>) -> Vec<String> {
    let not_seen = &outcome.report.coverage.not_seen;
    // A cluster that several contexts lead to is judged, and written to, under one of their names.
    let clusters = outcome.report.coverage.clusters.iter().filter(|cluster| cluster.same_as.is_none());
    let clusters: Vec<&String> = clusters.map(|cluster| &cluster.name).collect();
    let reached =
        |name: &&String| !not_seen.iter().any(|missed| missed.cluster == **name && missed.verb == "connect");
    let edition = |name: &String| {
        let whole = !not_seen.iter().any(|missed| missed.cluster == *name);
        let entries = report::policy_reports(outcome, name).into_iter();
        Edition {
            cluster: name.clone(),
            entries: entries.map(|own| Entry { namespace: own.namespace, fields: own.fields }).collect(),
            emptied: report::emptied(whole).fields,
            moved: report::moved().fields,
        }
    };
    live::publish(audit, clusters.into_iter().filter(reached).map(edition).collect())
}
