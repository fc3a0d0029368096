//! Turns findings that can be mended into texts in which they are mended, and nothing else is worse.
//!
//! Fixes are made in rounds. Each round makes as many as do not get into each other's way, checks the result as a whole,
//! and keeps it only if every finding that was meant is gone and nothing is worse than before (`compare.rs`). Where it is
//! not kept, the fixes to blame are found (`round.rs`). The rounds end when no fix can be made any more: so a second run
//! over the result changes nothing.

mod candidate;
mod chain;
mod choose;
mod compare;
mod moved;
mod round;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use self::candidate::Candidate;
use self::candidate::Offer;
use self::chain::Step;
use self::moved::Moved;
use self::round::Refused;
use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::document;
use crate::document::Change;
use crate::document::Documents;
use crate::document::FileEdit;
use crate::document::Refusal;
use crate::finding::Finding;
use crate::source::Sources;
use crate::text::LineIndex;

/// A run makes no more rounds than this. Each but the last makes a fix, so real inputs end long before.
const MAX_ROUNDS: usize = 200;

/// A run checks no more often than this: where hundreds of fixes are to blame, the rest is left as it is.
const MAX_TRIALS: usize = 2000;

/// Turns changes of documents into edits of their files.
pub(crate) type ToEdits = dyn Fn(&Documents, &[Change]) -> Result<Vec<FileEdit>, Refusal>;

/// How texts are checked, and how changes become edits: in tests either may be another.
pub(crate) struct Workings<'w> {
    /// Checks the texts.
    pub(crate) check: &'w dyn Fn(&Sources) -> Checked,
    /// Turns changes into edits of files.
    pub(crate) edits: &'w ToEdits,
}

/// Which fixes are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wishes {
    /// Only those of these rules; empty means all.
    pub(crate) select: Vec<String>,
    /// Not those of these rules.
    pub(crate) ignore: Vec<String>,
    /// Also those that may take data away or start new ways for it.
    pub(crate) unsafe_too: bool,
    /// Files of the run that must stay as they are, by index.
    pub(crate) frozen: BTreeSet<u32>,
    /// Nothing else is mended.
    pub(crate) only: Option<Only>,
}

/// A part of what is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Only {
    /// What is found in a file of the run, by index.
    File(u32),
    /// One finding: its rule, fingerprint and message.
    Finding(String, String, String),
}

impl Wishes {
    /// Whether a finding is to be mended.
    pub(crate) fn wants(&self, finding: &Finding) -> bool {
        let named = |list: &[String]| list.contains(&finding.rule);
        let is_meant = match &self.only {
            None => true,
            Some(Only::File(file)) => finding.place.is_some_and(|place| place.doc.file == *file),
            Some(Only::Finding(rule, fingerprint, message)) => {
                (rule, fingerprint, message) == (&finding.rule, &finding.fingerprint, &finding.message)
            }
        };
        is_meant && (self.select.is_empty() || named(&self.select)) && !named(&self.ignore)
    }
}

/// What came of a run.
#[derive(Debug)]
pub(crate) struct Fixed {
    /// The first check: of the texts as they were.
    pub(crate) before: Checked,
    /// The check of the texts as they are now, where any changed.
    pub(crate) after: Option<Checked>,
    /// The new texts of files that changed, by index.
    pub(crate) texts: BTreeMap<u32, Arc<str>>,
    /// What was mended, in order of place.
    pub(crate) done: Vec<Done>,
    /// What is left, in the order of the findings.
    pub(crate) left: Vec<Left>,
}

impl Fixed {
    /// The check of the texts as they are now.
    pub(crate) fn now(&self) -> &Checked {
        self.after.as_ref().unwrap_or(&self.before)
    }
}

/// A finding that was mended.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Done {
    /// The file that it was found in.
    pub(crate) path: String,
    /// The line there, from 1, before anything was changed.
    pub(crate) line: u32,
    /// The rule.
    pub(crate) rule: String,
    /// What was done.
    pub(crate) title: String,
    /// The files that were changed for it, by index.
    pub(crate) files: Vec<u32>,
}

/// A finding that is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Left {
    /// Index into the findings of the last check.
    pub(crate) finding: usize,
    /// Why.
    pub(crate) why: Why,
}

/// Why a finding is still there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Why {
    /// It has no fix.
    NeedsPerson,
    /// It has one that was not asked for, with this title.
    NeedsUnsafe(String),
    /// The fix of this title was tried and not kept.
    Rejected {
        /// What it does.
        title: String,
        /// What is wrong with the result.
        reason: String,
    },
}

/// The texts at one time, and what is found in them.
#[derive(Debug)]
struct State {
    sources: Sources,
    checked: Checked,
}

/// Mends texts as a run with these options is asked to. All rules judge the result; only the fixes of those selected are made.
pub(crate) fn mend(
    sources: &Sources,
    arguments: &[String],
    options: &CheckOptions,
    (unsafe_too, only): (bool, Option<Only>),
) -> Fixed {
    // What a baseline accepts is mended too.
    let all = CheckOptions {
        select: Vec::new(),
        extend_select: Vec::new(),
        ignore: Vec::new(),
        baseline: None,
        inventory: false,
        ..options.clone()
    };
    // What governs the run must not change under it.
    let is_settings = |text: &str| options.config.as_ref().is_some_and(|config| &*config.text == text);
    let files = (0..).zip(&sources.texts).filter(|(_, source)| is_settings(&source.text));
    let select = check::taken(options).unwrap_or_default();
    let [of_select, of_extend] = [const { Vec::new() }; 2];
    let ignoring = CheckOptions { select: of_select, extend_select: of_extend, ..options.clone() };
    // What a more specific selector takes is not ignored.
    let kept = check::taken(&ignoring).map(|kept| [kept, select.clone()].concat());
    let ignore = kept.map(|kept| check::all_but(options, &kept)).unwrap_or_default();
    let wishes = Wishes {
        select: if options.select.is_empty() { Vec::new() } else { select },
        ignore,
        unsafe_too,
        frozen: files.map(|(file, _)| file).collect(),
        only,
    };
    let check = |sources: &Sources| check::check(sources, arguments, &all);
    fix(sources, &wishes, &Workings { check: &check, edits: &document::edits })
}

/// Mends what can be mended in these texts.
pub(crate) fn fix(sources: &Sources, wishes: &Wishes, workings: &Workings<'_>) -> Fixed {
    let mut run = Run {
        original: sources,
        wishes,
        workings,
        moved: vec![Moved::default(); sources.texts.len()],
        suspects: BTreeSet::new(),
        trials: 0,
    };
    let mut state = State { sources: sources.clone(), checked: (workings.check)(sources) };
    let (mut before, mut done) = (None, Vec::new());
    // Whether nothing was put off since the last fix that was made.
    let mut is_full = true;
    let mut rejected = BTreeMap::new();
    let rounds = if is_governed(sources, &state.checked) { MAX_ROUNDS } else { 0 };
    for _ in 0..rounds {
        let offer = run.offer(&state, wishes, &mut rejected);
        let fresh = run.without_suspects(&state, &offer);
        if fresh.is_empty() {
            if is_full {
                break;
            }
            // What was no good earlier may be good now.
            run.suspects.clear();
            rejected.clear();
            is_full = true;
            continue;
        }
        let round = run.round(&state, &choose::apart(&fresh));
        run.suspects.extend(round.rejected.iter().map(|refused| refused.fix.identity(&state.checked)));
        let steps = if let Some(next) = round.state {
            let fixes: Vec<Candidate> = round.accepted.into_iter().cloned().collect();
            done.extend(fixes.iter().map(|fix| run.done(&state.checked, fix)));
            let edits = candidate::by_file(&fixes.iter().collect::<Vec<_>>());
            Some(vec![Step { fixes, edits, state: next }])
        } else {
            let steps = run.chain_of(&state, round.rejected, &mut rejected);
            done.extend(steps.as_deref().map(|steps| run.done_at_once(&state.checked, steps)));
            steps
        };
        for step in steps.into_iter().flatten() {
            for (file, edits) in step.edits {
                run.moved[file as usize].push(edits);
            }
            let last = std::mem::replace(&mut state, step.state);
            before.get_or_insert(last.checked);
            is_full = run.suspects.is_empty();
            rejected.clear();
        }
        if run.trials >= MAX_TRIALS {
            break;
        }
    }
    done.sort();
    let left = run.left(&state.checked, &rejected);
    let texts = changed(sources, &state.sources);
    let (before, after) = match before {
        Some(before) => (before, Some(state.checked)),
        None => (state.checked, None),
    };
    Fixed { before, after, texts, done, left }
}

/// Whether settings and rules were understood: what was agreed is not known otherwise.
pub(crate) fn is_governed(sources: &Sources, checked: &Checked) -> bool {
    let errors = &checked.report.coverage.errors;
    errors.iter().all(|error| sources.texts.iter().any(|source| source.path == error.path))
}

/// The new texts of files that changed.
fn changed(before: &Sources, after: &Sources) -> BTreeMap<u32, Arc<str>> {
    let pairs = (0..).zip(before.texts.iter().zip(&after.texts));
    pairs
        .filter(|(_, (old, new))| old.text != new.text)
        .map(|(file, (_, new))| (file, new.text.opened()))
        .collect()
}

/// Why fixes are out of the question, by finding and alternative, until the texts change.
type Rejected = BTreeMap<(usize, usize), String>;

/// A run of rounds.
struct Run<'r> {
    original: &'r Sources,
    wishes: &'r Wishes,
    workings: &'r Workings<'r>,
    /// How each file changed so far.
    moved: Vec<Moved>,
    /// Fixes that were no good in an earlier state of the texts: tried again when nothing else is left.
    suspects: BTreeSet<candidate::Identity>,
    /// How often was checked.
    trials: usize,
}

impl Run<'_> {
    /// The next fix of each finding that has one, in order of place. Fixes that cannot be made are noted.
    fn offer(&self, state: &State, wishes: &Wishes, rejected: &mut Rejected) -> Vec<Candidate> {
        let offer = Offer {
            checked: &state.checked,
            inputs: &state.sources.texts,
            wishes,
            edits: self.workings.edits,
        };
        offer.candidates(rejected)
    }

    fn without_suspects<'c>(&self, state: &State, candidates: &'c [Candidate]) -> Vec<&'c Candidate> {
        let is_fresh = |candidate: &&Candidate| !self.suspects.contains(&candidate.identity(&state.checked));
        candidates.iter().filter(is_fresh).collect()
    }

    /// Where nothing can be made by itself, the first of the fixes with which others go. The rest is noted as rejected.
    fn chain_of(
        &mut self,
        state: &State,
        refused: Vec<Refused>,
        rejected: &mut Rejected,
    ) -> Option<Vec<Step>> {
        for Refused { fix, why, new } in refused {
            let key = (fix.finding, fix.alternative);
            if let Some(steps) = new.and_then(|new| self.chain(state, fix, new)) {
                return Some(steps);
            }
            rejected.insert(key, why);
        }
        None
    }

    /// What is told of a chain: its first fix, for which the others were made.
    fn done_at_once(&self, checked: &Checked, steps: &[Step]) -> Done {
        let mut fixes = steps.iter().flat_map(|step| &step.fixes);
        let first = fixes.next().map(|fix| self.done(checked, fix));
        let mut done = first.unwrap_or_default();
        for fix in fixes {
            done.title = format!("{}; {}", done.title, fix.title);
            done.files.extend(fix.files());
        }
        done.files.sort_unstable();
        done.files.dedup();
        done
    }

    /// What is told of a fix that was made.
    fn done(&self, checked: &Checked, candidate: &Candidate) -> Done {
        let finding = checked.report.findings.get(candidate.finding);
        let place = finding.and_then(|finding| finding.place);
        let place = place.map(|place| (place.doc.file, checked.documents.resolve(place).outer.start));
        // A finding about a whole input is told where it was mended.
        let edit = candidate.edits.first().map(|edit| (edit.file, edit.edit.span.start));
        let (file, offset) = place.or(edit).unwrap_or_default();
        let path =
            checked.documents.files.get(file as usize).map(|file| file.path.clone()).unwrap_or_default();
        let line = self.original_line(file, offset).unwrap_or(1);
        let rule = finding.map(|finding| finding.rule.clone()).unwrap_or_default();
        Done { path, line, rule, title: candidate.title.clone(), files: candidate.files() }
    }

    /// The line that an offset of the text as it is now had at first.
    fn original_line(&self, file: u32, offset: u32) -> Option<u32> {
        let text = &self.original.texts.get(file as usize)?.text;
        let offset = self.moved.get(file as usize)?.back(offset);
        Some(LineIndex::new(&text.opened()).position(text, offset).line)
    }

    /// Why each finding that is wanted is still there. What somebody accepted is left alone.
    fn left(&self, checked: &Checked, rejected: &Rejected) -> Vec<Left> {
        let findings = checked.report.findings.iter().enumerate();
        let wanted = findings.filter(|(_, finding)| finding.is_open() && self.wishes.wants(finding));
        wanted
            .map(|(index, finding)| Left { finding: index, why: self.why(index, finding, rejected) })
            .collect()
    }

    fn why(&self, index: usize, finding: &Finding, rejected: &Rejected) -> Why {
        let in_inputs =
            finding.place.is_none_or(|place| (place.doc.file as usize) < self.original.texts.len());
        for (alternative, fix) in finding.fixes.iter().enumerate().filter(|_| in_inputs) {
            if let Some(reason) = rejected.get(&(index, alternative)) {
                return Why::Rejected { title: fix.title.clone(), reason: reason.clone() };
            }
        }
        // What is safe and was not rejected was not reached: the bounds of the run.
        match finding.fixes.iter().find(|_| in_inputs) {
            Some(fix) if !self.wishes.unsafe_too => Why::NeedsUnsafe(fix.title.clone()),
            Some(fix) => {
                let reason = "there were too many fixes for one run; run again".to_owned();
                Why::Rejected { title: fix.title.clone(), reason }
            }
            None => Why::NeedsPerson,
        }
    }
}
