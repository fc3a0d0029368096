//! Turns what a stack's inputs say of themselves into whose it is: which workload's, and which of its clusters.

use rayon::prelude::*;

use super::parts::parts;
use super::sharing::Kept;
use super::stack::Run;
use super::stacks::Group;
use crate::model;
use crate::model::Fact;
use crate::model::FilePieces;
use crate::model::Stack;
use crate::model::store::Assumed;

/// From so many stacks on, they are looked through on all cores.
const MANY: usize = 16;

/// Whose a stack is, as far as its inputs say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Identity {
    /// The folder that it is judged with: parts of one folder are one workload's.
    pub(crate) folder: String,
    /// The name that its settings or the command line give it.
    pub(crate) stated: Option<String>,
    /// The workload's name, as its clusters are named.
    pub(crate) workload: Option<String>,
    /// The domain of its main site.
    pub(crate) domain: Option<String>,
    /// Its account.
    pub(crate) account: Option<String>,
    /// Which of the workload's clusters.
    pub(crate) cluster: Option<String>,
    /// What tells a running cluster from all others.
    pub(crate) uid: Option<String>,
}

impl Identity {
    /// Whether these are two workloads. What is not known does not tell them apart.
    pub(crate) fn is_other_workload(&self, other: &Self) -> bool {
        let pairs = [
            (&self.workload, &other.workload),
            (&self.stated, &other.stated),
            (&self.domain, &other.domain),
            (&self.account, &other.account),
        ];
        let known = pairs.into_iter().find_map(|(one, two)| one.as_ref().zip(two.as_ref()));
        self.folder != other.folder && known.is_some_and(|(one, two)| one != two)
    }

    /// Whether these are two clusters for certain: a cluster may be seen twice in one run, rendered and as it runs.
    pub(crate) fn is_other_cluster(&self, other: &Self) -> bool {
        if let Some((one, two)) = self.uid.as_ref().zip(other.uid.as_ref()) {
            return one != two;
        }
        let clusters = self.cluster.as_ref().zip(other.cluster.as_ref());
        self.is_other_workload(other) || clusters.is_some_and(|(one, two)| one != two)
    }

    /// Takes a cluster's name apart: `NAME-RELEASE`, with a release that is declared or a date.
    fn set_cluster(&mut self, name: &str, releases: &[&str]) {
        let declared = releases.iter().find_map(|release| {
            let before = name.strip_suffix(release)?;
            (before.is_empty() || before.ends_with('-')).then_some((before, *release))
        });
        let (before, release) = declared.or_else(|| dated(name)).unwrap_or(("", name));
        let before = before.trim_end_matches('-');
        if self.workload.is_none() && !before.is_empty() {
            self.workload = Some(before.to_owned());
        }
        self.cluster = Some(release.to_owned());
    }
}

/// The parts of a name that ends in a date: the producer's names of clusters.
fn dated(name: &str) -> Option<(&str, &str)> {
    let (before, release) = name.rsplit_once('-')?;
    let date = release.len() == 8 && release.starts_with("20") && release.bytes().all(|b| b.is_ascii_digit());
    (date && !before.is_empty()).then_some((before, release))
}

impl Run<'_> {
    /// Where the stores of the stacks of these groups keep their data.
    pub(crate) fn kept<'g>(&self, groups: impl Iterator<Item = &'g Group>) -> Vec<Kept> {
        let stacks = groups.flat_map(|group| parts(group, self.readings, self.documents));
        let stacks: Vec<_> = stacks.collect();
        let kept_by = |(name, cluster, part): &(String, Option<String>, Group)| {
            self.kept_by(name, cluster.as_deref(), part)
        };
        // Threads cost more than a few stacks do.
        if stacks.len() < MANY {
            return stacks.iter().map(kept_by).collect();
        }
        stacks.par_iter().map(kept_by).collect()
    }

    fn kept_by(&self, name: &str, cluster: Option<&str>, group: &Group) -> Kept {
        let files = group.files.iter().filter_map(|file| {
            let pieces = &self.readings.get(*file)?.pieces;
            Some(FilePieces { file: u32::try_from(*file).unwrap_or(u32::MAX), pieces })
        });
        let files: Vec<FilePieces<'_>> = files.collect();
        let governing = self.policy.of_stack(&group.files);
        let stack = Stack::assemble(self.documents, &files, cluster);
        let assumed = Assumed { versions: self.versions(governing), ..Assumed::default() };
        let uses = model::store::uses(&stack, &assumed);
        let facts = self.workload(&stack, &[], name, governing).facts;
        let text = |route: &str| facts.reach(route).text().map(str::to_owned);
        let mut identity = Identity {
            folder: group.name.clone(),
            stated: self.options.workload.clone().or_else(|| governing.stated().name),
            workload: None,
            domain: text("domain"),
            account: text("account"),
            cluster: text("release"),
            uid: group.cluster.and_then(|index| self.clusters.get(index)?.uid.clone()),
        };
        let clusters = facts.reach("clusters");
        let releases: Vec<&str> = clusters.items().iter().filter_map(Fact::text).collect();
        let of_path = || self.cluster_of_path(group, &releases);
        if let Some(cluster) = cluster.map(str::to_owned).or_else(of_path) {
            identity.set_cluster(&cluster, &releases);
        }
        Kept { stack: name.to_owned(), cluster: group.cluster, identity, uses }
    }

    /// The folder on the way to a stack that is named like a cluster. A date alone may be that of a copy, so the stack's
    /// files must name the cluster too, unless its release is declared.
    fn cluster_of_path(&self, group: &Group, releases: &[&str]) -> Option<String> {
        let texts = || group.files.iter().filter_map(|file| self.sources.texts.get(*file));
        let named = |part: &&str| {
            releases.iter().any(|release| part == release || part.ends_with(&format!("-{release}")))
                || dated(part).is_some() && texts().any(|source| source.text.opened().contains(*part))
        };
        group.name.rsplit('/').find(named).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(folder: &str, cluster: &str, releases: &[&str]) -> Identity {
        let mut identity = Identity { folder: folder.to_owned(), ..Identity::default() };
        identity.set_cluster(cluster, releases);
        identity
    }

    #[test]
    fn name_of_a_cluster_holds_workload_and_release() {
        let known = |identity: Identity| (identity.workload, identity.cluster);
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(known(of("a", "elm01-staging-20260115", &[])), (some("elm01-staging"), some("20260115")));
        assert_eq!(known(of("a", "elm-blue", &["blue", "green"])), (some("elm"), some("blue")));
        assert_eq!(known(of("a", "20260115", &["20260115"])), (None, some("20260115")));
        assert_eq!(known(of("a", "east", &[])), (None, some("east")));
    }

    #[test]
    fn clusters_differ_only_by_what_is_known_of_both() {
        let (blue, green) = (of("a", "elm-20250901", &[]), of("b", "elm-20260115", &[]));
        assert!(blue.is_other_cluster(&green) && !blue.is_other_workload(&green));
        assert!(!blue.is_other_cluster(&of("b", "20250901", &["20250901"])), "seen twice");
        assert!(!blue.is_other_cluster(&Identity::default()), "nobody says");
        assert!(blue.is_other_workload(&of("b", "oak-20250901", &[])));
        assert!(!blue.is_other_workload(&of("a", "oak-20250901", &[])), "one folder is one workload's");
    }
}
