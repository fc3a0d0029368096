//! Turns findings of running clusters and of the folder that they were made from into how one stands to the other.

mod applied;
mod compared;
mod folder;
mod owners;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value;

use self::compared::Compared;
use self::folder::Made;
use super::identity::Identity;
use super::sharing::Kept;
use super::stack::Judged;
use super::stack::Run;
use super::stacks::Group;
use crate::document::Place;
use crate::finding::Finding;
use crate::finding::GitState;
use crate::finding::InGit;

/// What makes a fault of a cluster and one of the folder the same: rule and fingerprint.
type Key = (String, String);

/// The places of each fault of a stack, in order.
type Faults = BTreeMap<Key, Vec<Option<Place>>>;

/// What the clusters that run a stack of the folder have.
#[derive(Default)]
struct Running<'g> {
    faults: BTreeSet<Key>,
    clusters: Vec<&'g str>,
}

/// Tells of each finding of a running cluster how it stands in the folder, and marks those that only the folder has.
/// `judged` is group by group.
pub(super) fn compare(run: &Run<'_>, groups: &[Group], judged: &mut [Vec<Judged>], kept: &[Kept]) {
    let mut running: BTreeMap<usize, Running<'_>> = BTreeMap::new();
    let live: Vec<usize> = (0..groups.len()).filter(|index| groups[*index].cluster.is_some()).collect();
    for index in live {
        let own = &groups[index];
        let Some(stack) = stack_of(own, groups, kept) else {
            for finding in judged[index].iter_mut().flat_map(|judged| &mut judged.findings) {
                finding.seen.git = Some(InGit {
                    state: GitState::Unclear,
                    reason: format!("no stack of the folder can be told to be that of cluster {}", own.name),
                    place: None,
                });
            }
            continue;
        };
        let in_git = faults(&judged[stack]);
        let compared = Compared {
            run,
            own: Made::by(run, own),
            git: Made::by(run, &groups[stack]),
            in_git: &in_git,
            declared: &faults(&run.judge(&declared(run, own))),
        };
        let told = running.entry(stack).or_default();
        told.clusters.push(&own.name);
        let mut parsed = Parsed::default();
        let mut times: BTreeMap<Key, usize> = BTreeMap::new();
        for finding in judged[index].iter_mut().flat_map(|judged| &mut judged.findings) {
            let nth = times.entry(key(finding)).or_default();
            let object = finding.place.map(|place| parsed.object(run, place.doc.file as usize));
            finding.seen.git = Some(compared.state(finding, *nth, object.unwrap_or(&Value::Null)));
            *nth += 1;
        }
        told.faults.extend(times.into_keys());
    }
    let folders = judged.iter_mut().enumerate().filter(|(index, _)| groups[*index].cluster.is_none());
    for (index, judged) in folders {
        let running = running.remove(&index).unwrap_or_default();
        for finding in judged.iter_mut().flat_map(|judged| &mut judged.findings) {
            let (state, reason) = of_folder(run, &running, finding);
            finding.seen.git = Some(InGit { state, reason, place: finding.place });
        }
    }
}

/// How a finding of the folder stands to the clusters that run its stack.
fn of_folder(run: &Run<'_>, running: &Running<'_>, finding: &Finding) -> (GitState, String) {
    if running.faults.contains(&key(finding)) {
        return (GitState::Both, "the cluster has it too".to_owned());
    }
    // What was not seen of a cluster may be this fault.
    let partly = |name: &str| {
        let mut unseen = run.not_seen.iter().filter(|unseen| unseen.cluster == name);
        unseen.any(|unseen| unseen.promises.is_empty() || unseen.promises.contains(&finding.invariant))
    };
    match running.clusters.first() {
        None => {
            let reason = "no cluster that was read can be told to run this stack";
            (GitState::Unclear, reason.to_owned())
        }
        Some(first) if running.clusters.iter().all(|name| partly(name)) => {
            let reason =
                format!("the folder has it; not all of cluster {first} was seen, which may have it too");
            (GitState::Unclear, reason)
        }
        Some(_) => {
            let reason = "no cluster that was read has it; it comes with the next deployment";
            (GitState::OnlyGit, reason.to_owned())
        }
    }
}

/// The group of the folder's stack that a cluster runs: the only one, else the one of the same workload and cluster, else
/// the one whose name is in the cluster's. One that is another cluster's by what both say of themselves is none.
fn stack_of(own: &Group, groups: &[Group], kept: &[Kept]) -> Option<usize> {
    let folders: Vec<usize> = (0..groups.len()).filter(|index| groups[*index].cluster.is_none()).collect();
    let identity = kept.iter().find(|kept| kept.cluster == own.cluster).map(|kept| &kept.identity);
    let theirs = |index: usize| {
        let name = &groups[index].name;
        let own = kept.iter().filter(move |kept| kept.cluster.is_none() && kept.identity.folder == *name);
        own.map(|kept| &kept.identity)
    };
    let any = |index: usize, wanted: &dyn Fn(&Identity, &Identity) -> bool| {
        identity.is_some_and(|one| theirs(index).any(|two| wanted(one, two)))
    };
    let is_same = |one: &Identity, two: &Identity| {
        !one.is_other_cluster(two)
            && (one.workload.is_some() && one.workload == two.workload
                || one.domain.is_some() && one.domain == two.domain)
    };
    // A folder may hold several clusters of one workload.
    let may_be = |index: usize| {
        identity.is_none()
            || theirs(index).next().is_none()
            || any(index, &|one, two| !one.is_other_cluster(two))
    };
    if let [only] = *folders {
        return may_be(only).then_some(only);
    }
    let named = |index: usize| {
        let folder = groups[index].name.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        !folder.is_empty() && own.name.split(['/', ':', '@']).any(|part| part == folder)
    };
    let only = |wanted: &dyn Fn(usize) -> bool| {
        let mut found = folders.iter().copied().filter(|index| wanted(*index));
        found.next().filter(|_| found.next().is_none())
    };
    only(&|index| any(index, &is_same)).or_else(|| only(&|index| named(index) && may_be(index)))
}

fn key(finding: &Finding) -> Key {
    (finding.rule.clone(), finding.fingerprint.clone())
}

fn faults(judged: &[Judged]) -> Faults {
    let mut faults = Faults::new();
    for finding in judged.iter().flat_map(|judged| &judged.findings) {
        faults.entry(key(finding)).or_default().push(finding.place);
    }
    faults
}

/// Of a cluster only what it was given: what Helm made of it and what was edited by hand is left out.
fn declared(run: &Run<'_>, own: &Group) -> Group {
    let given = |file: &&usize| {
        let object = object(run, **file);
        object.is_some_and(|object| release_of(&object).is_none() && !owners::is_edited(&object))
    };
    Group { files: own.files.iter().filter(given).copied().collect(), ..own.clone() }
}

/// The object of the last text that was asked for: findings come file by file.
#[derive(Default)]
struct Parsed {
    file: Option<usize>,
    object: Value,
}

impl Parsed {
    fn object(&mut self, run: &Run<'_>, file: usize) -> &Value {
        if self.file != Some(file) {
            *self = Self { file: Some(file), object: object(run, file).unwrap_or_default() };
        }
        &self.object
    }
}

/// The object of a text of a cluster.
fn object(run: &Run<'_>, file: usize) -> Option<Value> {
    serde_json::from_str(&run.sources.texts.get(file)?.text).ok()
}

/// The name of the release of Helm that made an object.
fn release_of(object: &Value) -> Option<&str> {
    object["metadata"]["annotations"]["meta.helm.sh/release-name"].as_str()
}
