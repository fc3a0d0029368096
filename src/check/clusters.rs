//! Turns what was read of running clusters into stacks, and what was not seen of them into open questions.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::stacks::Group;
use crate::document::Documents;
use crate::document::NodeRef;
use crate::finding::Invariant;
use crate::finding::NotSeen;
use crate::finding::SeenCluster;
use crate::source::Sources;

/// The same sources with clusters by name and their texts by path: whatever came first, the report is the same.
pub(super) fn in_order(sources: &Sources) -> Cow<'_, Sources> {
    if sources.clusters.is_empty() {
        return Cow::Borrowed(sources);
    }
    let mut order: Vec<usize> = (0..sources.clusters.len()).collect();
    order.sort_by_key(|index| &sources.clusters[*index].name);
    let mut now = vec![0; order.len()];
    for (new, old) in order.iter().enumerate() {
        now[*old] = new;
    }
    let mut sources = sources.clone();
    sources.clusters = order.iter().map(|old| std::mem::take(&mut sources.clusters[*old])).collect();
    for unseen in &mut sources.unseen {
        unseen.cluster = now.get(unseen.cluster).copied().unwrap_or(unseen.cluster);
    }
    let live = sources.texts.partition_point(|text| text.argument < now.len());
    let texts = sources.texts.get_mut(..live).unwrap_or_default();
    for text in texts.iter_mut() {
        text.argument = now[text.argument];
    }
    texts.sort_by(|one, two| (one.argument, &one.path).cmp(&(two.argument, &two.path)));
    Cow::Owned(sources)
}

/// The clusters that were asked. One that was met under two names is judged under that which saw the most of it.
pub(super) fn seen(sources: &Sources, documents: &Documents) -> Vec<SeenCluster> {
    let mut seen: Vec<SeenCluster> = sources
        .clusters
        .iter()
        .map(|own| SeenCluster {
            name: own.name.clone(),
            uid: None,
            objects: 0,
            same_as: None,
            notes: own.notes.clone(),
        })
        .collect();
    for (source, file) in sources.texts.iter().zip(&documents.files) {
        let Some(own) = seen.get_mut(source.argument) else { continue };
        own.objects += 1;
        if source.path.ends_with("/-/Namespace/kube-system") {
            let root = file.documents.first().and_then(|document| document.tree()?.root());
            own.uid = root.and_then(|root: NodeRef<'_>| root.text_at("metadata.uid")).map(str::to_owned);
        }
    }
    let missed = |index: usize| sources.unseen.iter().filter(|unseen| unseen.cluster == index).count();
    let best = |uid: &str| {
        let same = seen.iter().enumerate().filter(|(_, own)| own.uid.as_deref() == Some(uid));
        same.min_by_key(|(index, own)| (missed(*index), Reverse(own.objects), *index))
    };
    let same: Vec<Option<String>> = seen
        .iter()
        .enumerate()
        .map(|(index, own)| best(own.uid.as_deref()?).filter(|(best, _)| *best != index))
        .map(|best| best.map(|(_, best)| best.name.clone()))
        .collect();
    for (own, same_as) in seen.iter_mut().zip(same) {
        own.same_as = same_as;
    }
    seen
}

/// One group for each cluster that is judged, whether anything of it was seen or not. Their texts come before all others.
pub(super) fn groups(sources: &Sources, seen: &[SeenCluster]) -> Vec<Group> {
    let group = |(index, own): (usize, &SeenCluster)| Group {
        name: own.name.clone(),
        files: Vec::new(),
        cluster: Some(index),
    };
    let mut groups: Vec<Group> = seen.iter().enumerate().map(group).collect();
    for (file, source) in sources.texts.iter().enumerate() {
        if let Some(group) = groups.get_mut(source.argument) {
            group.files.push(file);
        }
    }
    let judged = |group: &Group| {
        let own = group.cluster.and_then(|index| seen.get(index));
        own.is_some_and(|own| own.same_as.is_none())
    };
    groups.retain(judged);
    groups
}

/// The kinds, and the namespace or `None` for all, of which every object of a cluster was seen.
pub(super) fn covered(sources: &Sources, cluster: Option<usize>) -> Vec<(String, Option<String>)> {
    let own = cluster.and_then(|cluster| sources.clusters.get(cluster));
    let covered = own.into_iter().flat_map(|own| &own.covered);
    covered.map(|covered| (covered.kind.clone(), covered.namespace.clone())).collect()
}

/// The resources, and the namespace or `None` for all, of which not every object of a cluster came; `None` without one.
pub(super) fn unseen(sources: &Sources, cluster: Option<usize>) -> Option<Vec<(String, Option<String>)>> {
    let cluster = cluster?;
    let own = sources.unseen.iter().filter(|unseen| unseen.cluster == cluster);
    Some(own.map(|unseen| (unseen.resource.clone(), unseen.namespace.clone())).collect())
}

/// What was not seen, for reports; sorted.
pub(super) fn not_seen(sources: &Sources) -> Vec<NotSeen> {
    let mut all: Vec<NotSeen> = sources
        .unseen
        .iter()
        .map(|unseen| NotSeen {
            cluster: sources.clusters.get(unseen.cluster).map(|own| own.name.clone()).unwrap_or_default(),
            verb: unseen.verb.to_owned(),
            resource: unseen.resource.clone(),
            namespace: unseen.namespace.clone(),
            name: unseen.name.clone(),
            cause: unseen.cause.to_owned(),
            message: unseen.message.clone(),
            promises: unseen.promises.iter().filter_map(|id| Invariant::from_id(id)).collect(),
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

/// The promises to a cluster that may hang on what was not seen of it, each with the reason.
pub(super) fn open(cluster: &str, not_seen: &[NotSeen]) -> Vec<(Invariant, String)> {
    let own = not_seen.iter().filter(|unseen| unseen.cluster == cluster);
    own.flat_map(|unseen| {
        let reason = format!("`{}` was {}", unseen.request(), unseen.cause);
        let all = unseen.promises.is_empty();
        let touched = Invariant::ALL.into_iter().filter(move |id| all || unseen.promises.contains(id));
        touched.map(move |invariant| (invariant, reason.clone()))
    })
    .collect()
}
