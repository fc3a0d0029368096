//! Leaves of a run over a tree what concerns the files that were passed: their stacks, and in these what they take part in.
//!
//! The rest of the tree is there for context. A stack is judged as a whole, so its verdicts are those of a run over the
//! tree. Of its findings those are told that have a place, or a related place, in a file that was passed: a program that
//! feeds a leak takes part in it, wherever the leak is. What concerns a stack as a whole is told whole: a declaration that
//! was passed governs all of it, and a file that is gone can cause any finding and be the place of none.

use std::collections::BTreeSet;

use super::CheckOptions;
use super::stacks;
use super::stacks::Group;
use crate::document::Documents;
use crate::document::Place;
use crate::finding::Finding;
use crate::finding::PassedOver;
use crate::finding::Report;
use crate::model::Reading;
use crate::text;

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
    /// Files of stacks of which all is told, by index.
    whole: BTreeSet<u32>,
    /// What was passed and the folders of these stacks, as absolute paths.
    paths: Vec<String>,
    /// How many files are inputs; those behind them are settings and rules of the run.
    inputs: u32,
    /// The current folder.
    here: String,
    /// Stacks that are not judged, and what could not be read of them.
    left_out: Vec<PassedOver>,
}

impl Concern {
    /// Marks those of `groups` that concern what was passed.
    pub(super) fn narrow(
        groups: &mut [(Group, bool)],
        passed: &Passed,
        (readings, documents, options): (&[Reading], &Documents, &CheckOptions),
    ) -> Self {
        let absolute = |path: &str| text::absolute(&options.folder, path);
        let names: Vec<String> = passed.files.iter().map(|path| absolute(path)).collect();
        let gone: Vec<String> = passed.gone.iter().map(|path| absolute(path)).collect();
        // Settings, rules and the baseline of the run concern all stacks.
        let governing = options.config.iter().chain(&options.baseline).chain(&options.rules);
        let mut governing = governing.map(|source| absolute(&source.path));
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
        for (group, wanted) in groups {
            let folder = absolute(&group.name);
            let is_own = |file: &&usize| own.contains(&number(**file));
            let declares = |file: &usize| readings.get(*file).is_some_and(stacks::declares_something);
            let mut members = group.files.iter().filter(is_own).peekable();
            let touched = members.peek().is_some();
            let whole = everything
                || members.any(declares)
                || gone.iter().any(|path| is_below(path, &folder) || is_below(&folder, above(path)));
            let files = group.files.iter().map(|file| number(*file));
            if whole {
                concern.whole.extend(files.clone());
            }
            if touched || whole {
                concern.touched.extend(files);
                concern.paths.push(folder);
            } else {
                let reason = "a stack of which no file was given".to_owned();
                concern.left_out.push(PassedOver { path: group.name.clone(), reason });
            }
            *wanted = touched || whole;
        }
        concern.passed = own;
        concern
    }

    /// Whether a finding is told: what was passed takes part in it, or its stack is told whole.
    pub(super) fn tells(&self, finding: &Finding) -> bool {
        let Some(place) = finding.place else { return true };
        let is_told = |place: Place| {
            let file = place.doc.file;
            file >= self.inputs || self.passed.contains(&file) || self.whole.contains(&file)
        };
        is_told(place) || finding.related.iter().any(|label| is_told(label.place))
    }

    /// Whether what could not be understood there makes the run incomplete: it is in a stack that is judged, in a file that
    /// was passed, or in settings and rules.
    pub(super) fn counts(&self, place: Place) -> bool {
        let file = place.doc.file;
        file >= self.inputs || self.touched.contains(&file) || self.passed.contains(&file)
    }

    /// As [`Self::counts`], for an input that could not be read. One that does not count is noted.
    pub(super) fn counts_path(&mut self, path: &str) -> bool {
        let absolute = text::absolute(&self.here, path);
        let counts = self.paths.iter().any(|own| is_below(&absolute, own));
        if !counts {
            let reason = "cannot be read, and is in no stack of which a file was given".to_owned();
            self.left_out.push(PassedOver { path: path.to_owned(), reason });
        }
        counts
    }

    /// Leaves of a report what is told. Verdicts stay.
    pub(super) fn leave(self, report: &mut Report) {
        report.leave_out("in files that were not given", |finding| self.tells(finding));
        report.coverage.passed_over.extend(self.left_out);
    }
}

fn number(file: usize) -> u32 {
    u32::try_from(file).unwrap_or(u32::MAX)
}

/// Whether an absolute path is that folder or lies below it.
fn is_below(path: &str, folder: &str) -> bool {
    text::below(path, folder).is_some()
}

/// The folder of an absolute path.
fn above(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
