//! Turns a list of how many mutants of each rule survive into what is worse, or better, than it says.
//!
//! The numbers may only shrink: a better fixture kills a mutant, and then the list is lowered. Behind a number may stand why no
//! fixture can notice these: `rule: 1  # ...`.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// How many mutants of which rule survive: what was found, held against a list.
#[derive(Debug, Default)]
pub(crate) struct Survivors {
    /// What is wrong, a text of several lines for each rule.
    pub(crate) faults: Vec<String>,
    /// What the list shall say: the old numbers, where they are not too high.
    pub(crate) kept: String,
}

impl Survivors {
    /// Holds what survived of each rule against a list with lines `rule: number  # why`. With `update` numbers that are too high are
    /// no faults.
    pub(crate) fn new(found: &BTreeMap<&str, Vec<String>>, list: &str, update: bool) -> Self {
        // The number, and what stands behind it.
        let listed: BTreeMap<&str, (usize, &str)> = list
            .lines()
            .filter_map(|line| {
                let (id, rest) = line.split_once(": ")?;
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                Some((id, (rest[..end].parse().ok()?, rest[end..].trim_end())))
            })
            .collect();
        let mut outcome = Self::default();
        let ids: BTreeSet<&str> = found.keys().chain(listed.keys()).copied().collect();
        for id in ids {
            let survivors = found.get(id).map_or(&[][..], Vec::as_slice);
            let (allowed, why) = listed.get(id).copied().unwrap_or_default();
            let count = survivors.len().min(allowed);
            if count > 0 {
                let _ = writeln!(outcome.kept, "{id}: {count}{why}");
            }
            if survivors.len() > allowed || (survivors.len() < allowed && !update) {
                let remedy =
                    if survivors.len() > allowed { "a fixture has to notice" } else { "lower the number" };
                let mut fault =
                    format!("{id}: {} changes are not noticed, {allowed} listed; {remedy}", survivors.len());
                for mutant in survivors {
                    let _ = write!(fault, "\n    {mutant}");
                }
                outcome.faults.push(fault);
            }
        }
        outcome
    }
}
