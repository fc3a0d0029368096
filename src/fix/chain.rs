//! Turns a fix that brings about findings which have fixes themselves into one fix that makes them all.
//!
//! A value that was agreed may want another: queries may take longer only where the server waits as long. Each fix by
//! itself is no good, the first since it brings about a finding, the second since there is none yet.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Rejected;
use super::Run;
use super::State;
use super::Wishes;
use super::candidate::Candidate;
use super::candidate::by_file;
use super::choose;
use super::compare::Worse;
use super::compare::compare;
use super::round::edited;
use crate::document::Edit;

/// So many fixes may follow one from another.
const LONGEST: usize = 4;

/// Some of the fixes of a chain, which are made at once.
pub(super) struct Step {
    pub(super) fixes: Vec<Candidate>,
    pub(super) edits: BTreeMap<u32, Vec<Edit>>,
    /// The texts with these and those before.
    pub(super) state: State,
}

impl Run<'_> {
    /// The steps that begin with a fix which brought about `new` findings, when all of them together are good.
    pub(super) fn chain(
        &mut self,
        before: &State,
        first: Candidate,
        (state, mut new): (State, Vec<usize>),
    ) -> Option<Vec<Step>> {
        let meant = BTreeSet::from([first.finding]);
        // What follows is no finding that anybody could have selected.
        let wishes = Wishes { select: Vec::new(), only: None, ..self.wishes.clone() };
        let mut steps = vec![Step { edits: by_file(&[&first]), fixes: vec![first], state }];
        while steps.len() <= LONGEST {
            let last = &steps.last()?.state;
            let mut rejected = Rejected::new();
            let offer = self.offer(last, &wishes, &mut rejected);
            let fixes: Vec<&Candidate> = offer.iter().filter(|fix| new.contains(&fix.finding)).collect();
            if fixes.len() < new.len() {
                return None;
            }
            let fixes: Vec<Candidate> = choose::apart(&fixes).into_iter().cloned().collect();
            let edits = by_file(&fixes.iter().collect::<Vec<_>>());
            let sources = edited(&last.sources, &edits)?;
            self.trials += 1;
            let checked = (self.workings.check)(&sources);
            steps.push(Step { fixes, edits, state: State { sources, checked } });
            let rounds: Vec<&BTreeMap<u32, Vec<Edit>>> = steps.iter().map(|step| &step.edits).collect();
            match compare(&before.checked, &steps.last()?.state.checked, &meant, &rounds) {
                Ok(()) => return Some(steps),
                Err(Worse::New { findings, .. }) => new = findings,
                Err(_) => return None,
            }
        }
        None
    }
}
