//! Turns findings and verdicts of several reports into those of one.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::clusters::set_sightings;
use super::clusters::sightings;
use crate::finding::Fault;
use crate::finding::FolderLine;
use crate::finding::GitState;
use crate::finding::Invariant;
use crate::report::contract::FindingJson;
use crate::report::contract::LocationJson;
use crate::report::contract::ReportJson;
use crate::report::contract::VerdictJson;

/// What a finding of a report says.
type What<'r> = Fault<'r, &'r LocationJson>;

/// One finding in one cluster: what, whose, where.
type Single<'r> = (What<'r>, &'r str, Option<&'r LocationJson>);

/// The findings of all reports, those of several clusters joined as a run over all would, and the verdicts, which name
/// them.
pub(super) fn join(reports: &[(String, ReportJson)]) -> (Vec<FindingJson>, Vec<VerdictJson>) {
    let joined = Joined::of(reports);
    let mut verdicts: BTreeMap<_, VerdictJson> = BTreeMap::new();
    for (number, (_, report)) in reports.iter().enumerate() {
        for verdict in &report.verdicts {
            let mut own = verdict.clone();
            let cluster = verdict.cluster.as_deref();
            let findings: BTreeSet<usize> =
                verdict.findings.iter().flat_map(|old| joined.now((number, *old), cluster)).collect();
            own.findings = findings.into_iter().collect();
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

/// A finding by the number of its report and its own.
type Old = (usize, usize);

/// Findings, with where each of the old ones went.
struct Joined<'r> {
    findings: Vec<FindingJson>,
    /// The new number of an old finding in each of its clusters; without clusters, under no name.
    now: BTreeSet<(Old, &'r str, usize)>,
}

impl<'r> Joined<'r> {
    fn of(reports: &'r [(String, ReportJson)]) -> Self {
        let all = || reports.iter().flat_map(|(_, report)| &report.findings);
        let singles = singles(all());
        let groups = groups(&singles);
        let lines = lines(&groups);
        // Those that no cluster tells of, each once.
        let alone: BTreeSet<&FindingJson> = all()
            .filter(|finding| finding.clusters.is_empty())
            .filter(|finding| line(finding).is_none_or(|line| !lines.contains_key(&line)))
            .collect();
        let live = groups.iter().enumerate().filter_map(|(number, group)| {
            let mut finding = (*singles.get(group.first()?)?).clone();
            let places = group.iter().map(|(_, cluster, place)| ((*cluster).to_owned(), place.cloned()));
            set_sightings(&mut finding, places.collect());
            Some((finding, Some(number)))
        });
        let mut findings: Vec<(FindingJson, Option<usize>)> = live.collect();
        findings.extend(alone.iter().map(|finding| ((*finding).clone(), None)));
        findings.sort_by(|(one, _), (two, _)| order(one).cmp(&order(two)));
        let mut of_group = vec![0; groups.len()];
        let mut of_alone: BTreeMap<&FindingJson, usize> = BTreeMap::new();
        for (index, (finding, group)) in findings.iter().enumerate() {
            match (group, alone.get(finding)) {
                (Some(group), _) => of_group[*group] = index,
                (None, Some(finding)) => _ = of_alone.insert(finding, index),
                (None, None) => {}
            }
        }
        let numbered = groups.iter().zip(&of_group);
        let of_single: BTreeMap<&Single<'_>, usize> =
            numbered.flat_map(|(group, index)| group.iter().map(|single| (single, *index))).collect();
        let mut now = BTreeSet::new();
        for (report, (_, own)) in reports.iter().enumerate() {
            for (number, finding) in own.findings.iter().enumerate() {
                let old = (report, number);
                let each = sightings(finding).filter_map(|(cluster, place)| {
                    Some((old, cluster, *of_single.get(&(what(finding), cluster, place))?))
                });
                now.extend(each);
                if finding.clusters.is_empty() {
                    let group = line(finding).and_then(|line| of_group.get(*lines.get(&line)?));
                    let index = group.or_else(|| of_alone.get(finding));
                    now.extend(index.map(|index| (old, "", *index)));
                }
            }
        }
        Self { findings: findings.into_iter().map(|(finding, _)| finding).collect(), now }
    }

    /// Where a finding of a report went, as far as a cluster has it.
    fn now(&self, old: Old, cluster: Option<&str>) -> Vec<usize> {
        let of = |cluster| self.now.range((old, cluster, 0)..=(old, cluster, usize::MAX));
        let found: Vec<_> = match cluster {
            None => self.now.range((old, "", 0)..((old.0, old.1 + 1), "", 0)).collect(),
            Some(cluster) => of("").chain(of(cluster)).collect(),
        };
        found.into_iter().map(|(_, _, index)| *index).collect()
    }
}

/// Each finding in each cluster once.
fn singles<'r>(findings: impl Iterator<Item = &'r FindingJson>) -> BTreeMap<Single<'r>, &'r FindingJson> {
    let mut singles: BTreeMap<Single<'r>, &FindingJson> = BTreeMap::new();
    for finding in findings {
        for (cluster, place) in sightings(finding) {
            let known = singles.entry((what(finding), cluster, place)).or_insert(finding);
            // The further places of a finding are those of its first cluster.
            if !std::ptr::eq(*known, finding) && (&finding.clusters, finding) < (&known.clusters, *known) {
                *known = finding;
            }
        }
    }
    singles
}

/// Those that are one finding. What one cluster has twice stays two findings, each joined with its like in the others.
fn groups<'r>(singles: &BTreeMap<Single<'r>, &FindingJson>) -> Vec<Vec<Single<'r>>> {
    let mut groups: BTreeMap<(What<'r>, usize), Vec<Single<'r>>> = BTreeMap::new();
    let mut times: BTreeMap<(What<'r>, &str), usize> = BTreeMap::new();
    for single in singles.keys() {
        let nth = times.entry((single.0, single.1)).or_default();
        groups.entry((single.0, *nth)).or_default().push(*single);
        *nth += 1;
    }
    groups.into_values().collect()
}

/// The lines of folders that clusters tell of too, each with the number of the group.
fn lines<'r>(groups: &[Vec<Single<'r>>]) -> BTreeMap<FolderLine<'r, &'r LocationJson>, usize> {
    let mut lines = BTreeMap::new();
    for (number, group) in groups.iter().enumerate() {
        let Some((what, ..)) = group.first() else { continue };
        if let Some((state, Some(place))) = what.git
            && state == GitState::Both.id()
        {
            lines.entry((what.rule, what.fingerprint, place)).or_insert(number);
        }
    }
    lines
}

/// The line of a folder that was held against clusters.
fn line(finding: &FindingJson) -> Option<FolderLine<'_, &LocationJson>> {
    Some((&finding.rule, &finding.fingerprint, finding.git.as_ref()?.location.as_ref()?))
}

/// The order of findings: by place, then rule.
fn order(finding: &FindingJson) -> impl Ord + '_ {
    (&finding.location, &finding.rule, &finding.fingerprint, finding)
}

/// What a finding of a report says.
fn what(finding: &FindingJson) -> What<'_> {
    Fault {
        rule: &finding.rule,
        fingerprint: &finding.fingerprint,
        message: &finding.message,
        severity: &finding.severity,
        git: finding.git.as_ref().map(|git| (git.state.as_str(), git.location.as_ref())),
        accepted: finding
            .accepted
            .as_ref()
            .map(|own| (own.by.as_str(), own.reason.as_str(), own.until.as_deref())),
    }
}
