//! Leaves of a run over a tree what concerns the files that were passed: their stacks, and in these what they take part in.
//!
//! The rest of the tree is there for context. A stack is judged as a whole, so its verdicts are those of a run over the
//! tree. Of its findings those are told that have a place, or a related place, in a file that was passed: a program that
//! feeds a leak takes part in it, wherever the leak is. What concerns a stack as a whole is told whole: a declaration that
//! was passed governs all of it, and a file that is gone can cause any finding and be the place of none.

use std::collections::BTreeSet;

use super::CheckOptions;
use super::stack::Judged;
use super::stacks;
use super::stacks::Group;
use crate::document::Documents;
use crate::document::Place;
use crate::finding::Elsewhere;
use crate::finding::Finding;
use crate::finding::Report;
use crate::model::Reading;

/// The files that a run reports on, where the others of its inputs are there for context.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Passed {
    /// Their names, as in `Source::path`.
    pub(crate) files: BTreeSet<String>,
    /// Paths at which nothing is any more.
    pub(crate) gone: Vec<String>,
}

/// What of a run is told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Concern {
    /// Files that were passed, by index.
    passed: BTreeSet<u32>,
    /// Files of stacks of which one was passed, by index.
    touched: BTreeSet<u32>,
    /// Of each of these stacks, in order: whether all of it is told.
    whole: Vec<bool>,
    /// What was passed and the folders of these stacks, as absolute paths.
    paths: Vec<String>,
    /// How many files are inputs; those behind them are settings and rules of the run.
    inputs: u32,
    /// The current folder.
    here: String,
    /// What is not told.
    elsewhere: Elsewhere,
}

impl Concern {
    /// Leaves of `groups` those that concern what was passed.
    pub(super) fn narrow(
        groups: &mut Vec<Group>,
        passed: &Passed,
        (readings, documents, options): (&[Reading], &Documents, &CheckOptions),
    ) -> Self {
        let absolute = |path: &str| stacks::absolute(&options.folder, path);
        let names: Vec<String> = passed.files.iter().map(|path| absolute(path)).collect();
        let gone: Vec<String> = passed.gone.iter().map(|path| absolute(path)).collect();
        // Settings and rules of the run concern all stacks.
        let mut governing = options.config.iter().chain(&options.rules).map(|source| absolute(&source.path));
        let everything = governing.any(|path| names.contains(&path) || gone.contains(&path));
        let inputs = documents.files.iter().take(readings.len());
        let own: BTreeSet<u32> = (0..)
            .zip(inputs)
            .filter(|(_, file)| passed.files.contains(&file.path))
            .map(|(index, _)| index)
            .collect();

        let mut concern = Self {
            inputs: u32::try_from(readings.len()).unwrap_or(u32::MAX),
            here: options.folder.clone(),
            paths: names,
            ..Self::default()
        };
        let all = groups.len();
        groups.retain(|group| {
            let folder = absolute(&group.name);
            let is_own = |file: &&usize| own.contains(&number(**file));
            let declares = |file: &usize| readings.get(*file).is_some_and(stacks::only_declares);
            let mut members = group.files.iter().filter(is_own).peekable();
            let touched = members.peek().is_some();
            let whole = everything
                || members.any(declares)
                || gone.iter().any(|path| is_below(path, &folder) || is_below(&folder, above(path)));
            if touched || whole {
                concern.touched.extend(group.files.iter().map(|file| number(*file)));
                concern.whole.push(whole);
                concern.paths.push(folder);
            }
            touched || whole
        });
        concern.passed = own;
        concern.elsewhere.stacks = all - groups.len();
        concern
    }

    /// Leaves of what was found in the stacks what is told. Verdicts stay, and remember how many of their findings went.
    pub(super) fn of_stacks(&mut self, judged: &mut [Vec<Judged>]) {
        for (group, whole) in judged.iter_mut().zip(self.whole.clone()) {
            for judged in group.iter_mut().filter(|_| !whole) {
                self.of_stack(judged);
            }
        }
    }

    fn of_stack(&mut self, judged: &mut Judged) {
        let mut kept = Vec::new();
        let mut now: Vec<Option<usize>> = Vec::new();
        for finding in std::mem::take(&mut judged.findings) {
            let told = self.tells(&finding);
            now.push(told.then_some(kept.len()));
            if told {
                kept.push(finding);
            } else {
                self.elsewhere.findings += 1;
            }
        }
        judged.findings = kept;
        for verdict in &mut judged.verdicts {
            let before = verdict.findings.len();
            verdict.findings =
                verdict.findings.iter().filter_map(|index| now.get(*index).copied().flatten()).collect();
            verdict.elsewhere = before - verdict.findings.len();
        }
    }

    /// Leaves of what is said of settings and rules what is told.
    pub(super) fn of_policy(&mut self, report: &mut Report) {
        let before = report.findings.len();
        report.findings.retain(|finding| finding.place.is_none_or(|place| self.governs(place)));
        self.elsewhere.findings += before - report.findings.len();
    }

    /// Whether an error at that place makes the run incomplete: it is in a stack that is judged, in a file that was
    /// passed, or in settings and rules. Errors elsewhere are counted.
    pub(super) fn counts(&mut self, place: Place) -> bool {
        let counts = self.governs(place);
        self.elsewhere.errors += usize::from(!counts);
        counts
    }

    /// As [`Self::counts`], for an input that could not be read.
    pub(super) fn counts_path(&mut self, path: &str) -> bool {
        let path = stacks::absolute(&self.here, path);
        let counts = self.paths.iter().any(|own| is_below(&path, own));
        self.elsewhere.errors += usize::from(!counts);
        counts
    }

    /// What is not told.
    pub(super) fn elsewhere(&self) -> Elsewhere {
        self.elsewhere
    }

    fn governs(&self, place: Place) -> bool {
        let file = place.doc.file;
        file >= self.inputs || self.touched.contains(&file) || self.passed.contains(&file)
    }

    fn tells(&self, finding: &Finding) -> bool {
        let Some(place) = finding.place else { return true };
        let mut places = std::iter::once(place).chain(finding.related.iter().map(|label| label.place));
        places.any(|place| place.doc.file >= self.inputs || self.passed.contains(&place.doc.file))
    }
}

fn number(file: usize) -> u32 {
    u32::try_from(file).unwrap_or(u32::MAX)
}

/// Whether an absolute path is that folder or lies below it.
fn is_below(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder);
    folder.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The folder of an absolute path.
fn above(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
