//! Turns fixes that can be made at once into those of them whose result is good, with that result.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::MAX_TRIALS;
use super::Run;
use super::State;
use super::candidate::Candidate;
use super::candidate::by_file;
use super::compare::Worse;
use super::compare::compare;
use crate::document::Edit;
use crate::document::apply;
use crate::source::Source;
use crate::source::Sources;

/// What came of a round.
pub(super) struct Round<'c> {
    /// Fixes that were made.
    pub(super) accepted: Vec<&'c Candidate>,
    /// The texts with these; `None` where there are none.
    pub(super) state: Option<State>,
    /// Fixes that were not made.
    pub(super) rejected: Vec<Refused>,
}

/// A fix that was not made.
pub(super) struct Refused {
    pub(super) fix: Candidate,
    /// What is wrong with the result.
    pub(super) why: String,
    /// Where that is new findings: the texts with it, and the findings, by index there.
    pub(super) new: Option<(State, Vec<usize>)>,
}

impl Run<'_> {
    /// Makes all fixes and checks; where that is no good, first puts aside those that do not mend what they should, then
    /// halves what is left until those to blame are found.
    pub(super) fn round<'c>(&mut self, state: &State, chosen: &[&'c Candidate]) -> Round<'c> {
        let mut round = Round { accepted: Vec::new(), state: None, rejected: Vec::new() };
        // Parts to be tried on top of what was accepted; the last one is next.
        let mut parts = vec![chosen.to_vec()];
        while let Some(part) = parts.pop() {
            if self.trials >= MAX_TRIALS {
                break;
            }
            let all: Vec<&Candidate> = round.accepted.iter().chain(&part).copied().collect();
            match self.attempt(state, &all) {
                Ok(next) => {
                    round.accepted.extend(part);
                    round.state = Some(next);
                }
                Err(outcome) => {
                    let (worse, after) = *outcome;
                    match split(&part, &worse) {
                        Some(smaller) => parts.extend(smaller),
                        None => round.refuse(&part, worse, after),
                    }
                }
            }
        }
        round
    }

    /// The state with these fixes made, or why it is no good.
    fn attempt(&mut self, state: &State, fixes: &[&Candidate]) -> Result<State, Box<(Worse, Option<State>)>> {
        self.trials += 1;
        let edits = by_file(fixes);
        let Some(sources) = edited(&state.sources, &edits) else {
            let worse = Worse::Other("its changes get into each other's way".to_owned());
            return Err(Box::new((worse, None)));
        };
        let checked = (self.workings.check)(&sources);
        let meant: BTreeSet<usize> = fixes.iter().map(|candidate| candidate.finding).collect();
        let outcome = compare(&state.checked, &checked, &meant, &[&edits]);
        let after = State { sources, checked };
        match outcome {
            Ok(()) => Ok(after),
            Err(worse) => Err(Box::new((worse, Some(after)))),
        }
    }
}

impl Round<'_> {
    /// Notes that fixes were not made. Of one alone it is known what it brought about.
    fn refuse(&mut self, part: &[&Candidate], worse: Worse, after: Option<State>) {
        let alone = part.len() == 1 && self.accepted.is_empty();
        let (why, mut new) = match worse {
            Worse::Stays(_) => ("the rule would still say so".to_owned(), None),
            Worse::New { why, findings, .. } => (why, after.filter(|_| alone).map(|after| (after, findings))),
            Worse::Other(why) => (why, None),
        };
        for fix in part {
            self.rejected.push(Refused { fix: (*fix).clone(), why: why.clone(), new: new.take() });
        }
    }
}

/// From so many fixes on, those in whose files something new is found are to blame without being tried one by one.
const MANY: usize = 32;

/// Two smaller parts, the one to try first last. `None` where all fixes of the part are to blame.
fn split<'c>(part: &[&'c Candidate], worse: &Worse) -> Option<[Vec<&'c Candidate>; 2]> {
    let blamed = |candidate: &&Candidate| match worse {
        Worse::Stays(findings) => findings.contains(&candidate.finding),
        Worse::New { files, .. } => candidate.edits.iter().any(|edit| files.contains(&edit.file)),
        Worse::Other(_) => false,
    };
    let (bad, good): (Vec<_>, Vec<_>) = part.iter().copied().partition(blamed);
    if !bad.is_empty() && !good.is_empty() {
        return Some([bad, good]);
    }
    let is_certain = match worse {
        Worse::Stays(_) => good.is_empty(),
        Worse::New { files, .. } => good.is_empty() && part.len() > MANY && files.len() >= part.len(),
        Worse::Other(_) => false,
    };
    if is_certain || part.len() < 2 {
        return None;
    }
    let (first, second) = part.split_at(part.len() / 2);
    Some([second.to_vec(), first.to_vec()])
}

/// The sources with edits made; `None` where they get into each other's way.
pub(super) fn edited(sources: &Sources, edits: &BTreeMap<u32, Vec<Edit>>) -> Option<Sources> {
    let mut sources = sources.clone();
    for (file, edits) in edits {
        let source: &mut Source = sources.texts.get_mut(*file as usize)?;
        source.text = apply(&source.text, edits)?.into();
    }
    Some(sources)
}
