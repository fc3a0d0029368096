//! Turns findings and verdicts of several reports into those of one.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::clusters::set_sightings;
use super::clusters::sightings;
use crate::finding::Invariant;
use crate::report::contract::FindingJson;
use crate::report::contract::LocationJson;
use crate::report::contract::ReportJson;
use crate::report::contract::VerdictJson;

/// What makes findings of two clusters one: rule, fingerprint, words, severity, state in Git.
type What = (String, String, String, String, Option<String>);

/// One finding in one cluster: what, whose, where.
type Single = (What, String, Option<LocationJson>);

/// The findings of all reports, those of several clusters joined as a run over all would, and the verdicts, which name
/// them.
pub(super) fn join(reports: &[(String, ReportJson)]) -> (Vec<FindingJson>, Vec<VerdictJson>) {
    let joined = Joined::of(reports);
    let mut verdicts: BTreeMap<_, VerdictJson> = BTreeMap::new();
    for (_, report) in reports {
        for verdict in &report.verdicts {
            let mut own = verdict.clone();
            let old = verdict.findings.iter().filter_map(|index| report.findings.get(*index));
            own.findings =
                old.flat_map(|finding| joined.indices(finding, verdict.cluster.as_deref())).collect();
            own.findings.sort_unstable();
            own.findings.dedup();
            let order = Invariant::ALL.iter().position(|known| known.id() == own.invariant);
            // Folders of one name may be several: only what is the same in all is one.
            let same = if own.cluster.is_some() { None } else { Some(own.clone()) };
            let key = (own.cluster.clone(), own.subject.clone(), order, same);
            match verdicts.get_mut(&key) {
                Some(kept) => worse(kept, own),
                None => _ = verdicts.insert(key, own),
            }
        }
    }
    (joined.findings, verdicts.into_values().collect())
}

/// Of two verdicts on one cluster the worse, with the findings of both.
fn worse(kept: &mut VerdictJson, other: VerdictJson) {
    let rank = |verdict: &VerdictJson| {
        let order = ["violated", "undecided", "holds", "not-applicable"];
        order.iter().position(|name| *name == verdict.verdict)
    };
    let mut findings: BTreeSet<usize> = kept.findings.iter().copied().collect();
    findings.extend(&other.findings);
    if (rank(&other), &other.summary) < (rank(kept), &kept.summary) {
        *kept = other;
    }
    kept.findings = findings.into_iter().collect();
}

/// Findings, with where each of the old ones went.
struct Joined {
    findings: Vec<FindingJson>,
    /// Those in clusters.
    live: BTreeMap<Single, usize>,
    /// Those in files.
    files: BTreeMap<FindingJson, usize>,
}

impl Joined {
    fn of(reports: &[(String, ReportJson)]) -> Self {
        let mut singles: BTreeMap<Single, FindingJson> = BTreeMap::new();
        let mut files = BTreeMap::new();
        for finding in reports.iter().flat_map(|(_, report)| &report.findings) {
            if finding.clusters.is_empty() {
                files.insert(finding.clone(), 0);
            }
            for (cluster, place) in sightings(finding) {
                let single = (what(finding), cluster, place);
                let known = singles.entry(single).or_insert_with(|| finding.clone());
                // The further places of a finding are those of its first cluster.
                if (&finding.clusters, finding) < (&known.clusters, &*known) {
                    finding.clone_into(known);
                }
            }
        }
        // What one cluster has twice stays two findings, each joined with its like in the others.
        let mut groups: BTreeMap<(What, usize), Vec<Single>> = BTreeMap::new();
        let mut times: BTreeMap<(What, String), usize> = BTreeMap::new();
        for single in singles.keys() {
            let nth = times.entry((single.0.clone(), single.1.clone())).or_default();
            groups.entry((single.0.clone(), *nth)).or_default().push(single.clone());
            *nth += 1;
        }
        let live = groups.into_values().filter_map(|group| {
            let mut finding = singles.get(group.first()?)?.clone();
            let places = group.iter().map(|(_, cluster, place)| (cluster.clone(), place.clone()));
            set_sightings(&mut finding, places.collect());
            Some((finding, group))
        });
        let mut all: Vec<(FindingJson, Vec<Single>)> = live.collect();
        all.extend(files.keys().map(|finding: &FindingJson| (finding.clone(), Vec::new())));
        all.sort_by(|(one, _), (two, _)| order(one).cmp(&order(two)));
        let mut joined = Self { findings: Vec::new(), live: BTreeMap::new(), files };
        for (index, (finding, group)) in all.into_iter().enumerate() {
            joined.live.extend(group.into_iter().map(|single| (single, index)));
            if let Some(file) = joined.files.get_mut(&finding) {
                *file = index;
            }
            joined.findings.push(finding);
        }
        joined
    }

    /// Where a finding of a report went, as far as a cluster has it.
    fn indices(&self, finding: &FindingJson, cluster: Option<&str>) -> Vec<usize> {
        if finding.clusters.is_empty() {
            return self.files.get(finding).copied().into_iter().collect();
        }
        let own = sightings(finding).into_iter().filter(|(name, _)| cluster.is_none_or(|own| own == name));
        own.filter_map(|(name, place)| self.live.get(&(what(finding), name, place)).copied()).collect()
    }
}

/// The order of findings: by place, then rule.
fn order(finding: &FindingJson) -> impl Ord + '_ {
    (&finding.location, &finding.rule, &finding.fingerprint, finding)
}

fn what(finding: &FindingJson) -> What {
    let FindingJson { rule, fingerprint, message, severity, git, .. } = finding;
    let state = git.as_ref().map(|git| git.state.clone());
    (rule.clone(), fingerprint.clone(), message.clone(), severity.clone(), state)
}
