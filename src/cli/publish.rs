//! Turns the outcome of a run over clusters into the reports that are written there (`--write-report`).

use crate::live;
use crate::live::Audit;
use crate::live::Cause;
use crate::live::Edition;
use crate::live::Entry;
use crate::report;
use crate::report::Outcome;

/// Writes a report into each cluster that was reached. Returns a line for each thing that could not be written.
pub(super) fn publish(audit: &Audit, outcome: Outcome<'_>) -> Vec<String> {
    match editions(outcome) {
        Ok(editions) => live::publish(audit, editions),
        Err(message) => vec![message.to_owned()],
    }
}

/// What is to be written. Nothing after an interruption: who wants a run to end wants it to leave things alone.
fn editions(outcome: Outcome<'_>) -> Result<Vec<Edition>, &'static str> {
    let not_seen = &outcome.report.coverage.not_seen;
    if not_seen.iter().any(|missed| missed.cause == Cause::Interrupted.name()) {
        return Err("no report was written: the run was interrupted");
    }
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
    Ok(clusters.into_iter().filter(reached).map(edition).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Documents;
    use crate::finding::NotSeen;
    use crate::finding::Report;

    #[test]
    fn a_run_that_was_interrupted_writes_nothing() {
        let (documents, mut report) = (Documents::default(), Report::default());
        assert_eq!(editions(Outcome { documents: &documents, report: &report }), Ok(Vec::new()));
        report.coverage.not_seen = vec![NotSeen {
            cluster: "c".to_owned(),
            verb: "list".to_owned(),
            resource: "pods".to_owned(),
            namespace: None,
            name: None,
            cause: Cause::Interrupted.name().to_owned(),
            message: String::new(),
            promises: Vec::new(),
        }];
        assert!(editions(Outcome { documents: &documents, report: &report }).is_err());
    }
}
