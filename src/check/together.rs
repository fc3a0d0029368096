//! Turns findings of single clusters into findings that name all clusters that have them.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::finding::GitState;
use crate::finding::Report;

/// Joins findings of running clusters that say the same: same rule, same fingerprint, same words, same state in Git. What
/// one cluster has twice stays two findings, each joined with its like in the others. Verdicts keep their findings.
pub(super) fn join(report: &mut Report) {
    let findings = std::mem::take(&mut report.findings);
    let mut first: BTreeMap<_, usize> = BTreeMap::new();
    let mut in_both: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut times: BTreeMap<_, usize> = BTreeMap::new();
    let mut now = Vec::with_capacity(findings.len());
    for mut finding in findings {
        let both = finding.seen.git.as_ref().is_some_and(|git| git.state == GitState::Both);
        let same = (finding.rule.clone(), finding.fingerprint.clone());
        let Some(sighting) = finding.seen.clusters.first() else {
            // The folder's side of what a cluster has too, told there. Clusters come first.
            if let Some(known) = in_both.get(&same).filter(|_| both) {
                now.push(*known);
                continue;
            }
            now.push(report.findings.len());
            report.findings.push(finding);
            continue;
        };
        let what = key(&finding);
        let nth = times.entry((what.clone(), sighting.cluster.clone())).or_default();
        *nth += 1;
        let known = first.entry((what, *nth)).or_insert(report.findings.len());
        now.push(*known);
        if both {
            in_both.entry(same).or_insert(*known);
        }
        match report.findings.get_mut(*known) {
            Some(known) => known.seen.clusters.append(&mut finding.seen.clusters),
            None => report.findings.push(finding),
        }
    }
    for verdict in &mut report.verdicts {
        let indices = verdict.findings.iter().filter_map(|index| now.get(*index).copied());
        verdict.findings = indices.collect();
        verdict.findings.sort_unstable();
        verdict.findings.dedup();
    }
}

/// What makes findings of two clusters one.
fn key(finding: &Finding) -> (String, String, String, crate::finding::Severity, Option<&'static str>) {
    let state = finding.seen.git.as_ref().map(|git| git.state.id());
    (finding.rule.clone(), finding.fingerprint.clone(), finding.message.clone(), finding.severity, state)
}
