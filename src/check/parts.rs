//! Turns a group of files into its stacks: one, or one for each cluster that the inputs tell apart.

use std::collections::BTreeSet;

use super::stacks::Group;
use crate::document::Documents;
use crate::document::NodeRef;
use crate::model::Piece;
use crate::model::Reading;

/// How many stacks of files there are in these groups.
pub(super) fn count(groups: &[Group], readings: &[Reading], documents: &Documents) -> usize {
    let folders = groups.iter().filter(|group| group.cluster.is_none());
    folders.map(|group| parts(group, readings, documents).len()).sum()
}

/// Whether these groups are more than one stack.
pub(super) fn are_several(groups: &[Group], readings: &[Reading], documents: &Documents) -> bool {
    match groups {
        [] => false,
        [only] => parts(only, readings, documents).len() > 1,
        _ => true,
    }
}

/// The stacks of a group, each with its name and cluster: one, or one per cluster where the inputs tell clusters apart.
pub(super) fn parts(
    group: &Group,
    readings: &[Reading],
    documents: &Documents,
) -> Vec<(String, Option<String>, Group)> {
    let clusters = clusters(group, readings, documents);
    if clusters.len() < 2 || group.cluster.is_some() {
        return vec![(group.name.clone(), None, group.clone())];
    }
    let folder_of = |file: &usize| {
        let path = &documents.files.get(*file)?.path;
        folders(&group.name, path).find(|part| clusters.contains(*part))
    };
    let each = clusters.iter().map(|cluster| {
        // What lies in another cluster's folder is none of this one's; what lies in no cluster's folder is everyone's.
        let here = |file: &&usize| folder_of(file).is_none_or(|other| other == cluster);
        let files = group.files.iter().filter(here).copied().collect();
        let part = Group { name: group.name.clone(), files, cluster: None };
        (format!("{} ({cluster})", group.name), Some(cluster.clone()), part)
    });
    each.collect()
}

/// The clusters that a group's inputs tell apart: the providers of a Pulumi export, and folders named after one of
/// several releases that a declaration lists (`.../acme-20260115/`).
fn clusters(group: &Group, readings: &[Reading], documents: &Documents) -> BTreeSet<String> {
    let mut clusters = BTreeSet::new();
    let mut releases = Vec::new();
    let members = group.files.iter().filter_map(|file| readings.get(*file));
    for piece in members.flat_map(|reading| &reading.pieces) {
        match piece {
            Piece::Resource(resource) => clusters.extend(resource.cluster.as_deref().map(str::to_owned)),
            Piece::Release(release) => clusters.extend(release.cluster.as_deref().map(str::to_owned)),
            Piece::Declaration(declaration) => {
                let listed = declaration.at.in_documents(documents).and_then(|root| root.at("spec.clusters"));
                let keys = listed.into_iter().flat_map(NodeRef::entries);
                releases.extend(keys.filter_map(|(key, _)| key.text()));
            }
            _ => {}
        }
    }
    if releases.len() > 1 {
        let paths = group.files.iter().filter_map(|file| documents.files.get(*file));
        for part in paths.flat_map(|file| folders(&group.name, &file.path)) {
            let named = |release: &&str| part == *release || part.ends_with(&format!("-{release}"));
            if releases.iter().any(named) {
                clusters.insert(part.to_owned());
            }
        }
    }
    clusters
}

/// The names of the folders between a group's folder and a file.
fn folders<'p>(group: &str, path: &'p str) -> impl Iterator<Item = &'p str> {
    let below = path.strip_prefix(group).unwrap_or(path);
    let folders = below.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').filter(|part| !part.is_empty())
}
