//! Turns what a run found in each stack into the baseline of the next one.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Baseline;
use super::Entry;
use super::Key;
use super::KnownStack;
use super::Met;
use super::StackName;
use crate::document::Place;

/// What was found in a stack, before anything was left out of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Which one.
    pub(crate) stack: StackName,
    /// What was found, and what could not be decided. Empty where nobody asked for it.
    pub(crate) faults: Vec<ListedFault>,
    /// The stack of the baseline that it is.
    pub(crate) known: Option<usize>,
    /// Which entries of that met which faults.
    pub(crate) met: Met,
    /// Rules that were left out: nothing is known of what they would find.
    pub(crate) left_out: BTreeSet<String>,
    /// Whether all of the stack was given. What is not found in a part of it may be in the rest.
    pub(crate) is_whole: bool,
}

/// A fault of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedFault {
    /// What it is.
    pub(crate) key: Key,
    /// Where it is in the run.
    pub(crate) place: Option<Place>,
    /// The field that has it, for people.
    pub(crate) path: String,
    /// What is wrong, for people.
    pub(crate) message: String,
    /// Whether something besides a baseline accepts it.
    pub(crate) is_accepted: bool,
}

/// The baseline that accepts all that is found now and nothing else. What the run did not look at stays as it is in `old`,
/// and so do reasons.
pub(crate) fn rewritten(old: &Baseline, listed: &[Listed]) -> Baseline {
    let looked_at: BTreeSet<usize> = listed.iter().filter_map(|own| own.known).collect();
    let kept = old.stacks.iter().enumerate().filter(|(index, _)| !looked_at.contains(index));
    let mut stacks: Vec<KnownStack> = kept.map(|(_, known)| known.clone()).collect();
    for own in listed {
        let before = own.known.and_then(|index| old.stacks.get(index));
        let before = before.map_or(&[][..], |known| &known.entries);
        let left = own.met.left.iter().copied().chain(std::iter::repeat(0));
        let kept = before.iter().zip(left).filter_map(|(entry, left)| {
            let is_kept = own.left_out.contains(&entry.key.rule) || !own.is_whole;
            (is_kept && left > 0).then(|| (entry.key.clone(), Entry { count: left, ..entry.clone() }))
        });
        let mut entries: BTreeMap<Key, Entry> = kept.collect();
        for (number, fault) in own.faults.iter().enumerate().filter(|(_, fault)| !fault.is_accepted) {
            let was = own.met.entries.get(number).copied().flatten().and_then(|index| before.get(index));
            let entry = entries.entry(fault.key.clone()).or_insert_with(|| Entry {
                key: fault.key.clone(),
                path: fault.path.clone(),
                message: fault.message.clone(),
                reason: String::new(),
                count: 0,
                place: None,
            });
            entry.count += 1;
            if let Some(was) = was.filter(|_| entry.reason.is_empty()) {
                entry.reason.clone_from(&was.reason);
            }
        }
        stacks.push(KnownStack { stack: own.stack.clone(), entries: entries.into_values().collect() });
    }
    Baseline { stacks }
}

/// The baseline without what no longer occurs. Nothing is added to it.
pub(crate) fn pruned(old: &Baseline, listed: &[Listed]) -> Baseline {
    let mut left = left(old, listed);
    let stacks = old.stacks.iter().enumerate().map(|(stack, known)| {
        let entries = known.entries.iter().enumerate().filter_map(|(index, entry)| {
            let count = entry.count - left.remove(&(stack, index)).unwrap_or_default().min(entry.count);
            (count > 0).then(|| Entry { count, ..entry.clone() })
        });
        KnownStack { stack: known.stack.clone(), entries: entries.collect() }
    });
    Baseline { stacks: stacks.collect() }
}

/// The entries that no longer occur, or not as often, with how many findings of each are gone.
pub(crate) fn gone<'b>(old: &'b Baseline, listed: &[Listed]) -> Vec<(&'b Entry, usize)> {
    let left = left(old, listed).into_iter();
    left.filter_map(|((stack, index), left)| Some((old.stacks.get(stack)?.entries.get(index)?, left)))
        .collect()
}

/// How many findings of each entry are gone, by stack and entry, those left out of the run not counted. Where several
/// stacks of a run (clusters) have the same entries, one that has the finding is enough.
fn left(old: &Baseline, listed: &[Listed]) -> BTreeMap<(usize, usize), usize> {
    let mut all: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for own in listed.iter().filter(|own| own.is_whole) {
        let Some((stack, known)) = own.known.and_then(|index| Some((index, old.stacks.get(index)?))) else {
            continue;
        };
        for (index, (entry, left)) in known.entries.iter().zip(&own.met.left).enumerate() {
            let left = if own.left_out.contains(&entry.key.rule) { 0 } else { *left };
            all.entry((stack, index)).and_modify(|least| *least = left.min(*least)).or_insert(left);
        }
    }
    all.retain(|_, left| *left > 0);
    all
}
