//! Turns findings into the fixes that may be made next, as edits of files.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Rejected;
use super::ToEdits;
use super::Wishes;
use super::choose;
use crate::check::Checked;
use crate::document::Edit;
use crate::document::FileEdit;
use crate::finding::Finding;
use crate::finding::Fix;
use crate::source::Source;
use crate::text::Span;

/// A fix that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Index into the findings.
    pub(super) finding: usize,
    /// Index into the finding's fixes.
    pub(super) alternative: usize,
    /// What it does.
    pub(super) title: String,
    /// What it changes: by file and place, each once; never empty.
    pub(super) edits: Vec<FileEdit>,
    /// The whole lines that each edit touches.
    pub(super) lines: Vec<Span>,
}

/// What a fix is called when texts change around it: rule, fingerprint, message, path and the number of the alternative.
pub(super) type Identity = (String, String, String, String, usize);

impl Candidate {
    pub(super) fn identity(&self, checked: &Checked) -> Identity {
        let Some(finding) = checked.report.findings.get(self.finding) else { return Identity::default() };
        let path = finding.place.and_then(|place| checked.documents.files.get(place.doc.file as usize));
        let path = path.map(|file| file.path.clone()).unwrap_or_default();
        let Finding { rule, fingerprint, message, .. } = finding;
        (rule.clone(), fingerprint.clone(), message.clone(), path, self.alternative)
    }

    /// The files that it changes.
    pub(super) fn files(&self) -> Vec<u32> {
        let mut files: Vec<u32> = self.edits.iter().map(|edit| edit.file).collect();
        files.dedup();
        files
    }
}

/// The edits of several fixes, file by file, in order of place; equal ones once.
pub(super) fn by_file(candidates: &[&Candidate]) -> BTreeMap<u32, Vec<Edit>> {
    let mut files = BTreeMap::<u32, Vec<Edit>>::new();
    for FileEdit { file, edit } in candidates.iter().flat_map(|candidate| &candidate.edits) {
        files.entry(*file).or_default().push(edit.clone());
    }
    for edits in files.values_mut() {
        // Insertions at one place stay in the order in which they were made: what lies deeper comes first.
        edits.sort_by_key(|edit| edit.span);
        let mut seen = BTreeSet::new();
        edits.retain(|edit| seen.insert(edit.clone()));
    }
    files
}

/// What fixes are taken from.
pub(super) struct Offer<'o> {
    pub(super) checked: &'o Checked,
    /// The inputs, which are the first of the files; those behind them are settings and rules.
    pub(super) inputs: &'o [Source],
    pub(super) wishes: &'o Wishes,
    pub(super) edits: &'o ToEdits,
}

impl Offer<'_> {
    /// The first fix of each finding that is wanted, that nobody accepted, and that was not rejected, by path and place: the order of arguments does not
    /// matter. What cannot be put into the text is noted as rejected.
    pub(super) fn candidates(&self, rejected: &mut Rejected) -> Vec<Candidate> {
        let findings = self.checked.report.findings.iter().enumerate();
        let wanted = findings.filter(|(_, finding)| finding.is_open() && self.wishes.wants(finding));
        let mut candidates: Vec<_> = wanted
            .filter_map(|(index, finding)| {
                let candidate = self.next_of(index, finding, rejected)?;
                Some((self.order(finding, &candidate), candidate))
            })
            .collect();
        candidates.sort_by_key(|(order, _)| *order);
        candidates.into_iter().map(|(_, candidate)| candidate).collect()
    }

    fn next_of(&self, index: usize, finding: &Finding, rejected: &mut Rejected) -> Option<Candidate> {
        if finding.place.is_some_and(|place| place.doc.file as usize >= self.inputs.len()) {
            return None;
        }
        for (alternative, fix) in finding.fixes.iter().enumerate() {
            let is_allowed = fix.is_safe || self.wishes.unsafe_too;
            if !is_allowed || rejected.contains_key(&(index, alternative)) {
                continue;
            }
            match self.edits_of(fix) {
                Ok(edits) => {
                    let lines = edits.iter().map(|edit| self.lines(edit)).collect();
                    return Some(Candidate {
                        finding: index,
                        alternative,
                        title: fix.title.clone(),
                        edits,
                        lines,
                    });
                }
                Err(why) => {
                    rejected.insert((index, alternative), why);
                }
            }
        }
        None
    }

    fn edits_of(&self, fix: &Fix) -> Result<Vec<FileEdit>, String> {
        let mut edits =
            (self.edits)(&self.checked.documents, &fix.changes).map_err(|refusal| refusal.to_string())?;
        edits.sort_by(|one, two| (one.file, &one.edit).cmp(&(two.file, &two.edit)));
        edits.dedup();
        let path = |file: u32| self.checked.documents.files.get(file as usize).map_or("", |file| &file.path);
        if let Some(edit) = edits.iter().find(|edit| edit.file as usize >= self.inputs.len()) {
            return Err(format!("{} is none of the inputs", path(edit.file)));
        }
        if let Some(edit) = edits.iter().find(|edit| self.wishes.frozen.contains(&edit.file)) {
            return Err(format!("{} governs the run, and is left to people", path(edit.file)));
        }
        if edits.is_empty() { Err("it would change nothing".to_owned()) } else { Ok(edits) }
    }

    fn lines(&self, edit: &FileEdit) -> Span {
        let source = self.inputs.get(edit.file as usize);
        source.map_or(edit.edit.span, |source| choose::lines(&source.text, edit.edit.span))
    }

    /// Where a fix stands in line: by the first place that it changes.
    fn order<'c>(&'c self, finding: &'c Finding, candidate: &Candidate) -> (&'c str, Span, &'c str, &'c str) {
        let first = candidate.edits.first();
        let path = first.and_then(|edit| self.checked.documents.files.get(edit.file as usize));
        let span = first.map_or(Span::at(0), |edit| edit.edit.span);
        (path.map_or("", |file| &file.path), span, &finding.rule, &finding.fingerprint)
    }
}
