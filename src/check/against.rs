//! Turns findings of running clusters and of the folder that they were made from into how one stands to the other.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde_json::Value;

use super::sharing::Kept;
use super::stack::Judged;
use super::stack::Run;
use super::stacks::Group;
use crate::document::DocId;
use crate::document::Document;
use crate::document::NodeRef;
use crate::document::Place;
use crate::document::Step;
use crate::finding::Finding;
use crate::finding::GitState;
use crate::finding::InGit;
use crate::model::Piece;
use crate::model::Release;
use crate::text::Span;

/// Names under which clients write that people use by hand; the first part of `managedFields[].manager`.
const BY_HAND: &[&str] = &[
    "kubectl-edit",
    "kubectl-patch",
    "kubectl-set",
    "kubectl-replace",
    "kubectl-scale",
    "kubectl-label",
    "kubectl-annotate",
    "kubectl-rollout",
    "kubectl-create",
    "k9s",
    "Lens",
    "OpenLens",
    "headlamp",
    "dashboard",
];

/// Where Kubernetes' client keeps what was applied.
const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Tells of each finding of a running cluster how it stands in the folder, and marks those that only the folder has.
/// `judged` is group by group.
pub(super) fn compare(run: &Run<'_>, groups: &[Group], judged: &mut [Vec<Judged>], kept: &[Kept]) {
    let mut seen_live: BTreeMap<usize, BTreeSet<(String, String)>> = BTreeMap::new();
    let live: Vec<usize> = (0..groups.len()).filter(|index| groups[*index].cluster.is_some()).collect();
    for index in live {
        let (name, own) = (&groups[index].name, &groups[index]);
        let stack = stack_of(own, groups, kept);
        let in_git = stack.map(|stack| places(&judged[stack])).unwrap_or_default();
        let declared = run.judge(&declared(run, own));
        let git = stack.map(|stack| &groups[stack]);
        let compared = Compared { run, own, git, in_git: &in_git, declared: &places(&declared) };
        for finding in judged[index].iter_mut().flat_map(|judged| &mut judged.findings) {
            let state = match git {
                Some(_) => compared.state(finding),
                None => InGit {
                    state: GitState::Unclear,
                    reason: format!("no stack of the folder can be told to be that of cluster {name}"),
                    place: None,
                },
            };
            finding.seen.git = Some(state);
            if let Some(stack) = stack {
                seen_live.entry(stack).or_default().insert(key(finding));
            }
        }
    }
    for (index, judged) in judged.iter_mut().enumerate().filter(|(index, _)| groups[*index].cluster.is_none())
    {
        for finding in judged.iter_mut().flat_map(|judged| &mut judged.findings) {
            let both = seen_live.get(&index).is_some_and(|seen| seen.contains(&key(finding)));
            let (state, reason) = if both {
                (GitState::Both, "the cluster has it too")
            } else {
                (GitState::OnlyGit, "no cluster that was read has it; it comes with the next deployment")
            };
            finding.seen.git = Some(InGit { state, reason: reason.to_owned(), place: finding.place });
        }
    }
}

/// The group of the folder's stack that a cluster runs: the only one, else the one of the same workload and cluster, else
/// the one whose name is in the cluster's.
fn stack_of(own: &Group, groups: &[Group], kept: &[Kept]) -> Option<usize> {
    let folders: Vec<usize> = (0..groups.len()).filter(|index| groups[*index].cluster.is_none()).collect();
    if let [only] = *folders {
        return Some(only);
    }
    let identity = kept.iter().find(|kept| kept.cluster == own.cluster).map(|kept| &kept.identity);
    let alike = |index: &&usize| {
        let same = |kept: &&Kept| kept.cluster.is_none() && kept.identity.folder == groups[**index].name;
        let theirs = kept.iter().find(same).map(|kept| &kept.identity);
        let pair = identity.zip(theirs);
        pair.is_some_and(|(one, two)| {
            !one.is_other_cluster(two)
                && (one.workload.is_some() && one.workload == two.workload
                    || one.domain.is_some() && one.domain == two.domain)
        })
    };
    let named = |index: &&usize| {
        let folder = groups[**index].name.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        !folder.is_empty() && own.name.split(['/', ':', '@']).any(|part| part == folder)
    };
    let only = |found: Vec<usize>| if let [only] = *found { Some(only) } else { None };
    only(folders.iter().filter(alike).copied().collect())
        .or_else(|| only(folders.iter().filter(named).copied().collect()))
}

/// What makes two findings the same fault.
fn key(finding: &Finding) -> (String, String) {
    (finding.rule.clone(), finding.fingerprint.clone())
}

fn places(judged: &[Judged]) -> BTreeMap<(String, String), Option<Place>> {
    let findings = judged.iter().flat_map(|judged| &judged.findings).rev();
    findings.map(|finding| (key(finding), finding.place)).collect()
}

/// Of a cluster only what it was given: what Helm made of it and what was edited by hand is left out.
fn declared(run: &Run<'_>, own: &Group) -> Group {
    let given = |file: &&usize| {
        let object = object(run, **file);
        object.is_some_and(|object| {
            release_of(&object).is_none() && !managers(&object).any(|(manager, _)| is_by_hand(manager))
        })
    };
    Group { files: own.files.iter().filter(given).copied().collect(), ..own.clone() }
}

/// The object of a text of a cluster.
fn object(run: &Run<'_>, file: usize) -> Option<Value> {
    serde_json::from_str(&run.sources.texts.get(file)?.text).ok()
}

/// The release of Helm that made an object, as `NAMESPACE`, `NAME`.
fn release_of(object: &Value) -> Option<(String, String)> {
    let note = |name: &str| object["metadata"]["annotations"][name].as_str().map(str::to_owned);
    Some((note("meta.helm.sh/release-namespace").unwrap_or_default(), note("meta.helm.sh/release-name")?))
}

/// Who wrote an object, each with the fields that are theirs.
fn managers(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let entries = object["metadata"]["managedFields"].as_array().into_iter().flatten();
    entries.filter_map(|entry| Some((entry["manager"].as_str()?, &entry["fieldsV1"])))
}

fn is_by_hand(manager: &str) -> bool {
    BY_HAND.contains(&manager)
}

/// A cluster and the stack of the folder that it runs.
struct Compared<'c> {
    run: &'c Run<'c>,
    own: &'c Group,
    git: Option<&'c Group>,
    in_git: &'c BTreeMap<(String, String), Option<Place>>,
    /// What is wrong with what the cluster was given.
    declared: &'c BTreeMap<(String, String), Option<Place>>,
}

impl Compared<'_> {
    fn state(&self, finding: &Finding) -> InGit {
        let key = key(finding);
        if let Some(place) = self.in_git.get(&key) {
            let reason = "the folder has the same fault: mend it there, then deploy".to_owned();
            return InGit { state: GitState::Both, reason, place: *place };
        }
        let Some(place) = finding.place else {
            let reason = "the folder does not have it, and it has no place to compare".to_owned();
            return InGit { state: GitState::Unclear, reason, place: None };
        };
        let file = place.doc.file as usize;
        let object = object(self.run, file).unwrap_or_default();
        let release = release_of(&object);
        let same = self.same_object(place);
        let made = same.or_else(|| self.release_in_git(release.as_ref(), place));
        let Some(made) = made else {
            let reason = "the folder makes no such object, nor a release that would".to_owned();
            return InGit { state: GitState::OnlyLive, reason, place: None };
        };
        let (state, reason) = self.deployed(&key, place, &object, release.as_ref());
        InGit { state, reason, place: Some(made) }
    }

    /// Whether what the cluster was given has the fault, or only what it runs.
    fn deployed(
        &self,
        key: &(String, String),
        place: Place,
        object: &Value,
        release: Option<&(String, String)>,
    ) -> (GitState, String) {
        let drifted = |reason: String| (GitState::Drifted, reason);
        let waiting = |reason: &str| (GitState::NotDeployed, reason.to_owned());
        let route = self.run.documents.resolve(place).route.unwrap_or_default();
        let owners: Vec<&str> = managers(object)
            .filter(|(_, fields)| owns(fields, object, &route.0))
            .map(|(who, _)| who)
            .collect();
        if let Some(hand) = owners.iter().find(|who| is_by_hand(who)) {
            return drifted(format!("`{}` was last written by `{hand}`", route.field()));
        }
        let applied = object["metadata"]["annotations"][APPLIED].as_str();
        if let Some(applied) = applied.and_then(|text| serde_json::from_str::<Value>(text).ok()) {
            let pointer = route.pointer();
            return if applied.pointer(&pointer) == object.pointer(&pointer) {
                waiting("what was applied last has it, and the folder has it no more")
            } else {
                drifted(format!("`{}` is not what was applied last", route.field()))
            };
        }
        if self.declared.contains_key(key) {
            return waiting("what the cluster was given has it, and the folder has it no more");
        }
        match release {
            Some((_, name)) if self.releases(self.own, Some(name)).next().is_some() => drifted(format!(
                "the cluster's release `{name}` was given nothing that makes it, nor does the folder"
            )),
            None if !owners.is_empty() => {
                waiting("it runs as it was deployed, and the folder has it no more")
            }
            _ => (
                GitState::Unclear,
                "the folder does not have it; whether that was deployed cannot be told".to_owned(),
            ),
        }
    }

    /// The place in the folder's form of the same object.
    fn same_object(&self, place: Place) -> Option<Place> {
        let documents = &self.run.documents;
        let resolved = documents.resolve(place);
        let name = resolved.object.as_deref()?;
        let route = resolved.route.unwrap_or_default();
        let files = self.git?.files.iter();
        files.filter_map(|file| Some((file, documents.files.get(*file)?))).find_map(|(file, texts)| {
            let mut all = texts.documents.iter().enumerate();
            let (index, span) = all.find_map(|(index, document)| Some((index, region(document, name)?)))?;
            let doc = DocId { file: u32::try_from(*file).ok()?, index: u32::try_from(index).ok()? };
            let document = &texts.documents[index];
            let span = document.tree().and_then(crate::document::Tree::root).map_or(span, |root| {
                // A list holds its objects as items.
                let items = root.at("items").into_iter().flat_map(NodeRef::items);
                let object =
                    std::iter::once(root).chain(items).filter(|node| node.span().contains(span)).last();
                object.map_or(span, |object| follow(object, &route.0).span())
            });
            Some(Place { doc, span })
        })
    }

    /// The place of the release in the folder that makes an object, with the same value where both write it as values.
    fn release_in_git(&self, release: Option<&(String, String)>, place: Place) -> Option<Place> {
        let file = place.doc.file as usize;
        let of_file = self.run.readings.get(file).into_iter().flat_map(|reading| &reading.pieces);
        let mut own =
            of_file.filter_map(|piece| if let Piece::Release(own) = piece { Some(own) } else { None });
        let own: &Release = match release {
            Some((_, name)) => self.releases(self.own, Some(name)).next()?,
            None => own.next()?,
        };
        let name = own.name.as_deref();
        let alike =
            |other: &&Release| other.name.is_none() && other.chart.is_some() && other.chart == own.chart;
        let git = self.git?;
        let found = self.releases(git, name).next().or_else(|| self.releases(git, None).find(alike))?;
        Some(found.place)
    }

    /// The releases of a group, all or those of a name.
    fn releases<'s>(&'s self, group: &'s Group, name: Option<&'s str>) -> impl Iterator<Item = &'s Release> {
        let readings = group.files.iter().filter_map(|file| self.run.readings.get(*file));
        readings.flat_map(|reading| &reading.pieces).filter_map(move |piece| match piece {
            Piece::Release(own) if name.is_none() || own.name.as_deref() == name => Some(own),
            _ => None,
        })
    }
}

fn region(document: &Document, name: &str) -> Option<Span> {
    let found = document.regions.iter().find(|(_, own)| &**own == name);
    found.map(|(span, _)| *span)
}

/// The node at the end of a way, or where the way ends.
fn follow<'t>(mut node: NodeRef<'t>, steps: &[Step]) -> NodeRef<'t> {
    for step in steps {
        let next = match step {
            Step::Key(key) => node.get(key),
            Step::Item(index) => node.items().nth(*index),
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    node
}

/// Whether somebody's fields (`fieldsV1`, as the API server writes them) hold the end of the way, or an ancestor that is
/// owned whole.
fn owns(fields: &Value, object: &Value, steps: &[Step]) -> bool {
    let (mut fields, mut node) = (fields, object);
    for (depth, step) in steps.iter().enumerate() {
        let Some(own) = fields.as_object() else { return false };
        if depth > 0 && own.is_empty() {
            return true;
        }
        let next = match step {
            Step::Key(key) => {
                node = &node[key.as_str()];
                own.get(&format!("f:{key}"))
            }
            Step::Item(index) => {
                node = &node[*index];
                own.iter().find(|(key, _)| names(key, node)).map(|(_, fields)| fields)
            }
        };
        match next {
            Some(next) => fields = next,
            None => return false,
        }
    }
    true
}

/// Whether a key of `fieldsV1` names an item of a list: `k:{"name":"alloy"}`, or `v:"text"`.
fn names(key: &str, item: &Value) -> bool {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
    match key.split_once(':') {
        Some(("k", keys)) => parsed(keys)
            .and_then(|keys| keys.as_object().cloned())
            .is_some_and(|keys| keys.iter().all(|(key, value)| item.get(key) == Some(value))),
        Some(("v", value)) => parsed(value).as_ref() == Some(item),
        _ => false,
    }
}
