//! Turns what was read of running clusters into stacks, and what was not seen of them into open questions.

use super::stacks::Group;
use crate::finding::Invariant;
use crate::finding::NotSeen;
use crate::source::Sources;

/// One group for each cluster, whether anything of it was seen or not. Their texts come before all others.
pub(super) fn groups(sources: &Sources) -> Vec<Group> {
    let name = |cluster: &crate::source::Cluster| Group { name: cluster.name.clone(), files: Vec::new() };
    let mut groups: Vec<Group> = sources.clusters.iter().map(name).collect();
    for (file, source) in sources.texts.iter().enumerate() {
        if let Some(group) = groups.get_mut(source.argument) {
            group.files.push(file);
        }
    }
    groups
}

/// The kinds, and the namespace or `None` for all, of which every object of the cluster of that name was seen.
pub(super) fn covered(sources: &Sources, cluster: &str) -> Vec<(String, Option<String>)> {
    let own = sources.clusters.iter().find(|own| own.name == cluster);
    let covered = own.into_iter().flat_map(|own| &own.covered);
    covered.map(|covered| (covered.kind.clone(), covered.namespace.clone())).collect()
}

/// What was not seen, for reports; sorted.
pub(super) fn not_seen(sources: &Sources) -> Vec<NotSeen> {
    let mut all: Vec<NotSeen> = sources
        .unseen
        .iter()
        .map(|unseen| NotSeen {
            cluster: sources.clusters.get(unseen.cluster).map(|own| own.name.clone()).unwrap_or_default(),
            verb: unseen.verb,
            resource: unseen.resource.clone(),
            namespace: unseen.namespace.clone(),
            name: unseen.name.clone(),
            cause: unseen.cause,
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
