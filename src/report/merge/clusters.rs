//! Turns clusters of several reports into clusters with one name each, and names with one cluster each.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::report::contract::ClusterJson;
use crate::report::contract::FindingJson;
use crate::report::contract::LocationJson;
use crate::report::contract::PassedOverJson;
use crate::report::contract::RelatedJson;
use crate::report::contract::ReportJson;
use crate::report::contract::SightingJson;

/// Gives clusters that share a name names of their own, and leaves one of several names of the same cluster. Gives what
/// there is to say about it.
pub(super) fn tell_apart(reports: &mut [(String, ReportJson)]) -> Vec<PassedOverJson> {
    rename_namesakes(reports);
    judge_once(reports);
    twice(reports)
}

/// All clusters of the reports, each name once, with the most that was read of it.
pub(super) fn known(reports: &[(String, ReportJson)]) -> Vec<ClusterJson> {
    let mut known: BTreeMap<&str, ClusterJson> = BTreeMap::new();
    for own in all(reports) {
        let kept = known.entry(&own.name).or_insert_with(|| own.clone());
        kept.objects = kept.objects.max(own.objects);
        kept.uid = kept.uid.take().or_else(|| own.uid.clone());
        kept.same_as = kept.same_as.take().or_else(|| own.same_as.clone());
    }
    known.into_values().collect()
}

fn all(reports: &[(String, ReportJson)]) -> impl Iterator<Item = &ClusterJson> {
    reports.iter().flat_map(|(_, report)| &report.coverage.clusters)
}

/// Two clusters of one name (as `in-cluster` is that of every run in a cluster) are called by their uids too. One without
/// a uid may be another one in each report, and is called by the report's file.
fn rename_namesakes(reports: &mut [(String, ReportJson)]) {
    // A uid, or the file where none is known.
    let called = |file: &str, own: &ClusterJson| own.uid.clone().unwrap_or_else(|| file.to_owned());
    let mut namesakes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, report) in &*reports {
        for own in &report.coverage.clusters {
            namesakes.entry(own.name.clone()).or_default().insert(called(file, own));
        }
    }
    namesakes.retain(|_, called| called.len() > 1);
    for (file, report) in reports {
        let clusters = report.coverage.clusters.iter().filter(|own| namesakes.contains_key(&own.name));
        let shared: Vec<(String, String)> =
            clusters.map(|own| (own.name.clone(), format!("{} ({})", own.name, called(file, own)))).collect();
        for (old, new) in shared {
            rename(report, &old, &new);
        }
    }
}

fn rename(report: &mut ReportJson, old: &str, new: &str) {
    let swap = |name: &mut String| {
        if name == old {
            new.clone_into(name);
        }
    };
    for own in &mut report.coverage.clusters {
        swap(&mut own.name);
        own.same_as.iter_mut().for_each(swap);
    }
    report.coverage.not_seen.iter_mut().for_each(|own| swap(&mut own.cluster));
    for verdict in report.verdicts.iter_mut().filter(|own| own.cluster.as_deref() == Some(old)) {
        verdict.cluster = Some(new.to_owned());
        swap(&mut verdict.subject);
    }
    let below = format!("{old}/");
    let swap_path = |path: &mut String, live: bool| {
        if let Some(rest) = path.strip_prefix(&below).filter(|_| live) {
            *path = format!("{new}/{rest}");
        }
    };
    let place = |place: &mut LocationJson| swap_path(&mut place.path, place.live);
    for finding in &mut report.findings {
        finding.clusters.iter_mut().for_each(swap);
        finding.location.iter_mut().for_each(place);
        for own in &mut finding.also_at {
            swap(&mut own.cluster);
            own.location.iter_mut().for_each(place);
        }
        finding.related.iter_mut().for_each(|own: &mut RelatedJson| swap_path(&mut own.path, own.live));
    }
    report.coverage.passed_over.iter_mut().for_each(|own| swap_path(&mut own.path, true));
    report.coverage.errors.iter_mut().for_each(|own| swap_path(&mut own.path, true));
}

/// Of several names of one cluster that is kept which saw the most. What the others did not see stays told.
fn judge_once(reports: &mut [(String, ReportJson)]) {
    let missed = |name: &str| {
        let unseen = reports.iter().flat_map(|(_, report)| &report.coverage.not_seen);
        unseen.filter(|own| own.cluster == name).count()
    };
    // What one report left out already was not judged there.
    let mut best: BTreeMap<String, (bool, usize, Reverse<usize>, String)> = BTreeMap::new();
    for own in all(reports) {
        let Some(uid) = &own.uid else { continue };
        let rank = (own.same_as.is_some(), missed(&own.name), Reverse(own.objects), own.name.clone());
        let kept = best.entry(uid.clone()).or_insert_with(|| rank.clone());
        if rank < *kept {
            *kept = rank;
        }
    }
    for (_, report) in reports {
        let mut left_out = Vec::new();
        for own in &mut report.coverage.clusters {
            let kept = own.uid.as_ref().and_then(|uid| best.get(uid));
            let kept = kept.map(|(.., name)| name).filter(|name| **name != own.name);
            own.same_as = kept.cloned();
            if kept.is_some() {
                left_out.push(own.name.clone());
            }
        }
        for name in left_out {
            leave_out(report, &name);
        }
    }
}

/// Takes what was judged of a cluster out of a report, with the findings that only it has. A folder's verdict may name
/// these too; it names them no more.
fn leave_out(report: &mut ReportJson, cluster: &str) {
    report.verdicts.retain(|verdict| verdict.cluster.as_deref() != Some(cluster));
    let mut now = Vec::with_capacity(report.findings.len());
    let mut kept = Vec::with_capacity(report.findings.len());
    for mut finding in std::mem::take(&mut report.findings) {
        if finding.clusters.iter().any(|name| name == cluster) {
            let others = sightings(&finding).filter(|(name, _)| *name != cluster);
            let others: Vec<_> = others.map(|(name, place)| (name.to_owned(), place.cloned())).collect();
            if others.is_empty() {
                now.push(None);
                continue;
            }
            set_sightings(&mut finding, others);
        }
        now.push(Some(kept.len()));
        kept.push(finding);
    }
    report.findings = kept;
    for verdict in &mut report.verdicts {
        let indices = verdict.findings.iter().filter_map(|index| now.get(*index).copied().flatten());
        verdict.findings = indices.collect();
    }
}

/// The clusters that have a finding, each with the place there.
pub(super) fn sightings(finding: &FindingJson) -> impl Iterator<Item = (&str, Option<&LocationJson>)> {
    let first = finding.clusters.first().map(|name| (name.as_str(), finding.location.as_ref()));
    let further = finding.also_at.iter().map(|own| (own.cluster.as_str(), own.location.as_ref()));
    first.into_iter().chain(further)
}

/// Puts other clusters, at least one, in the place of those that a finding has.
pub(super) fn set_sightings(finding: &mut FindingJson, sightings: Vec<(String, Option<LocationJson>)>) {
    finding.clusters = sightings.iter().map(|(name, _)| name.clone()).collect();
    let mut sightings = sightings.into_iter();
    finding.location = sightings.next().and_then(|(_, place)| place);
    finding.also_at = sightings.map(|(cluster, location)| SightingJson { cluster, location }).collect();
}

/// Clusters that several reports tell of.
fn twice(reports: &[(String, ReportJson)]) -> Vec<PassedOverJson> {
    let mut by: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (file, report) in reports {
        for own in &report.coverage.clusters {
            by.entry(&own.name).or_default().insert(file);
        }
    }
    let several = by.into_iter().filter(|(_, files)| files.len() > 1);
    let note = |(cluster, files): (&str, BTreeSet<&str>)| {
        let files: Vec<&str> = files.into_iter().collect();
        PassedOverJson {
            path: cluster.to_owned(),
            reason: format!("told of by several reports, which were joined: {}", files.join(", ")),
        }
    };
    several.map(note).collect()
}
