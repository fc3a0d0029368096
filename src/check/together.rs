//! Turns findings of single clusters into findings that name all clusters that have them.

use std::collections::BTreeMap;

use crate::document::Place;
use crate::finding::Fault;
use crate::finding::Finding;
use crate::finding::FolderLine;
use crate::finding::GitState;
use crate::finding::Report;

/// Joins findings of running clusters that say the same. What one cluster has twice stays two findings, each joined with
/// its like in the others. The folder's side of what a cluster has too is told there. Verdicts keep their findings.
pub(super) fn join(report: &mut Report) {
    let findings = std::mem::take(&mut report.findings);
    let now = joined(&findings);
    for (mut finding, index) in findings.into_iter().zip(&now) {
        match report.findings.get_mut(*index) {
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
    for picture in &mut report.pictures {
        picture.renumber(|index| now.get(index).copied());
    }
}

/// The number that each finding has once those that say the same are one. Findings of clusters come first.
fn joined(findings: &[Finding]) -> Vec<usize> {
    let mut first: BTreeMap<(Fault<'_, Place>, usize), usize> = BTreeMap::new();
    let mut times: BTreeMap<(Fault<'_, Place>, &str), usize> = BTreeMap::new();
    let mut lines: BTreeMap<FolderLine<'_, Place>, usize> = BTreeMap::new();
    let mut count = 0;
    let each = findings.iter().map(|finding| {
        let both = finding.seen.git.as_ref().filter(|git| git.state == GitState::Both);
        let line = both.and_then(|git| git.place);
        let line = line.map(|place| (finding.rule.as_str(), finding.fingerprint.as_str(), place));
        let known = match finding.seen.clusters.first() {
            Some(sighting) => {
                let what = Fault::of(finding);
                let nth = times.entry((what, &sighting.cluster)).or_default();
                *nth += 1;
                let known = *first.entry((what, *nth)).or_insert(count);
                if let Some(line) = line {
                    lines.entry(line).or_insert(known);
                }
                known
            }
            None => line.and_then(|line| lines.get(&line).copied()).unwrap_or(count),
        };
        count = count.max(known + 1);
        known
    });
    each.collect()
}
