//! Turns the findings of an earlier run into what is accepted in this one.
//!
//! An entry is keyed by meaning: the finding's fingerprint (rule, subject, option, value) and the object that has it. Paths of
//! files, lines, order and layout play no part, nor do words and severity of the finding.

mod list;
mod read;
mod write;

use std::collections::BTreeMap;

pub(crate) use list::Listed;
pub(crate) use list::ListedFault;
pub(crate) use list::gone;
pub(crate) use list::pruned;
pub(crate) use list::rewritten;
pub(crate) use read::read;
pub(crate) use write::write;

use crate::document::Place;

/// The form of the file. One that means something else gets another name.
const SCHEMA: &str = "ptd-lint/baseline/v1";

/// What the name of every form of the file begins with. A file without it is something else.
pub(crate) const BASELINES: &str = "ptd-lint/baseline/";

/// What was found before, stack by stack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Baseline {
    /// Every stack that was looked at, those without findings too.
    pub(crate) stacks: Vec<KnownStack>,
}

/// What was found in one stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownStack {
    /// Which one.
    pub(crate) stack: StackName,
    /// What was found, each key once.
    pub(crate) entries: Vec<Entry>,
}

/// What tells stacks apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum StackName {
    /// A folder (or a file that is a stack by itself): absolute, without `/` at its ends.
    Folder(String),
    /// A running cluster, by the name of its context.
    Cluster(String),
}

/// What a fault is, and who has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    /// The rule's id.
    pub(crate) rule: String,
    /// As findings have it: a hash of rule, subject, option and value.
    pub(crate) fingerprint: String,
    /// `Kind namespace/name`; `None` for what belongs to no object, such as a file of values or a program.
    pub(crate) object: Option<String>,
}

/// A fault that is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What it is.
    pub(crate) key: Key,
    /// The field that has it, for people: `data.config.alloy`. May be empty.
    pub(crate) path: String,
    /// What was wrong, for people.
    pub(crate) message: String,
    /// Why it is accepted, where somebody wrote that.
    pub(crate) reason: String,
    /// How many findings it stands for. Never 0.
    pub(crate) count: usize,
    /// The entry in the baseline's file; `None` for one that was never written.
    pub(crate) place: Option<Place>,
}

impl Baseline {
    /// The stack of the baseline that is this one. Where the baseline knows but one, and this is the only one that it can
    /// be, names do not matter: folders are moved, and a folder's baseline is good for the clusters that run it.
    pub(crate) fn stack_of(&self, name: &StackName, is_alone: bool) -> Option<usize> {
        let named = self.stacks.iter().position(|known| known.stack == *name);
        named.or_else(|| (is_alone && self.stacks.len() == 1).then_some(0))
    }
}

/// Which entries of a stack met which faults.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Met {
    /// For each fault the index of its entry.
    pub(crate) entries: Vec<Option<usize>>,
    /// For each entry how many of its findings are gone.
    pub(crate) left: Vec<usize>,
}

/// Finds an entry for each fault, each as often as its count says. An entry is for its own object; only where `is_there`
/// knows no such object any more, another one with the very same fault may be it under a new name, or in another form.
pub(crate) fn met(entries: &[Entry], faults: &[&Key], is_there: impl Fn(&str) -> bool) -> Met {
    let mut by_fingerprint: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (index, entry) in entries.iter().enumerate() {
        by_fingerprint.entry((&entry.key.rule, &entry.key.fingerprint)).or_default().push(index);
    }
    let mut met =
        Met { entries: vec![None; faults.len()], left: entries.iter().map(|entry| entry.count).collect() };
    for is_exact in [true, false] {
        for (fault, found) in faults.iter().zip(&mut met.entries) {
            let near = by_fingerprint.get(&(fault.rule.as_str(), fault.fingerprint.as_str()));
            let (Some(near), None) = (near, &found) else { continue };
            let fits = |index: &&usize| {
                let Some(entry) = entries.get(**index) else { return false };
                met.left.get(**index).is_some_and(|left| *left > 0)
                    && match (is_exact, &entry.key.object) {
                        (true, object) => *object == fault.object,
                        (false, Some(object)) => !is_there(object),
                        (false, None) => true,
                    }
            };
            *found = near.iter().find(fits).copied();
            if let Some(left) = found.and_then(|index| met.left.get_mut(index)) {
                *left -= 1;
            }
        }
    }
    met
}

#[cfg(test)]
mod tests;
