//! Turns two checks, before and after fixes, into a word on whether the fixes are good.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::moved::forward;
use crate::check::Checked;
use crate::document::Edit;
use crate::finding::Finding;
use crate::finding::Report;
use crate::finding::RunError;
use crate::finding::Verdict;
use crate::text::Span;

/// What is wrong with a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Worse {
    /// These findings, which were to go, are still there; by index before the fixes.
    Stays(BTreeSet<usize>),
    /// Findings are there that were not.
    New {
        /// By index behind the fixes.
        findings: Vec<usize>,
        /// The files that they are in.
        files: BTreeSet<u32>,
        /// The first of them in words.
        why: String,
    },
    /// Something else that was good is not any more, in words.
    Other(String),
}

/// Whether the findings `meant`, and none that were not there, are gone, and whether all else is at least as good.
/// `rounds` are the edits that were made, one set after the other, by file and in order.
pub(super) fn compare(
    before: &Checked,
    after: &Checked,
    meant: &BTreeSet<usize>,
    rounds: &[&BTreeMap<u32, Vec<Edit>>],
) -> Result<(), Worse> {
    if let Some(why) = less_is_read(&before.report, &after.report) {
        return Err(Worse::Other(why));
    }
    let (stays, new) = unmatched(before, after, meant, rounds);
    if !stays.is_empty() {
        return Err(Worse::Stays(stays));
    }
    let all = &after.report.findings;
    if let Some(finding) = new.first().and_then(|index| all.get(*index)) {
        let files = new.iter().filter_map(|index| Some(all.get(*index)?.place?.doc.file)).collect();
        let why = told(after, finding);
        return Err(Worse::New { findings: new, files, why });
    }
    worse_verdict(&before.report, &after.report).map_or(Ok(()), |why| Err(Worse::Other(why)))
}

/// Why less of the inputs was understood than before.
fn less_is_read(before: &Report, after: &Report) -> Option<String> {
    let mut known = BTreeMap::<(&str, &str), usize>::new();
    for RunError { path, message, .. } in &before.coverage.errors {
        *known.entry((path, message)).or_default() += 1;
    }
    for RunError { path, line, message } in &after.coverage.errors {
        if let Some(count @ 1..) = known.get_mut(&(path.as_str(), message.as_str())) {
            *count -= 1;
        } else {
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            return Some(format!("{path}{line} could not be read any more: {message}"));
        }
    }
    let passed: BTreeSet<_> = before.coverage.passed_over.iter().collect();
    if let Some(lost) = after.coverage.passed_over.iter().find(|other| !passed.contains(other)) {
        return Some(format!("{} would not be checked any more: {}", lost.path, lost.reason));
    }
    let fewer = after.coverage.collectors < before.coverage.collectors;
    fewer.then(|| "a collector would not be recognised any more".to_owned())
}

/// The findings that were to go and are still there, and those that are new.
fn unmatched(
    before: &Checked,
    after: &Checked,
    meant: &BTreeSet<usize>,
    rounds: &[&BTreeMap<u32, Vec<Edit>>],
) -> (BTreeSet<usize>, Vec<usize>) {
    // What is not meant to go is matched first: of two equal findings one may stay.
    let mut same = BTreeMap::<_, Vec<usize>>::new();
    let (targets, others): (Vec<_>, Vec<_>) =
        before.report.findings.iter().enumerate().partition(|(index, _)| meant.contains(index));
    for (index, finding) in targets.iter().chain(&others) {
        same.entry(identity(finding)).or_default().push(*index);
    }
    let (mut stays, mut met, mut rest) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    // What a fix mends may have been accepted as well, which then is not needed any more.
    let findings = after.report.findings.iter().enumerate().filter(|(_, finding)| finding.rule != UNUSED);
    for (at, finding) in findings {
        match same.get_mut(&identity(finding)).and_then(Vec::pop) {
            Some(index) if meant.contains(&index) => {
                stays.insert(index);
            }
            Some(index) => {
                met.insert(index);
            }
            None => rest.push((at, finding)),
        }
    }
    // Where texts move, a finding may be called otherwise and still be the one that was there.
    let moved = |at: Option<(u32, Span)>| {
        let (file, span) = at?;
        let of_file = rounds.iter().filter_map(|edits| edits.get(&file));
        Some((
            file,
            of_file.fold((span.start, span.start), |(from, to), edits| {
                (forward(edits, from).0, forward(edits, to).1)
            }),
        ))
    };
    let mut by_rule = BTreeMap::<&str, Vec<(usize, Option<Moved>)>>::new();
    for (index, finding) in targets.iter().chain(&others).filter(|(index, _)| !met.contains(index)) {
        by_rule.entry(&finding.rule).or_default().push((*index, moved(outer(before, finding))));
    }
    let mut new = Vec::new();
    for (at, finding) in rest {
        let here = outer(after, finding);
        let is_here = |place: &Option<Moved>| match (place, here) {
            (Some((file, (from, to))), Some((other, span))) => {
                *file == other && *from <= span.start && span.start <= *to
            }
            (None, None) => true,
            _ => false,
        };
        let candidates = by_rule.entry(&finding.rule).or_default();
        let is_known = |(index, place): &(usize, Option<Moved>)| {
            let known = &before.report.findings[*index];
            is_here(place) && finding.severity <= known.severity && finding.is_open() == known.is_open()
        };
        match candidates.iter().rposition(is_known) {
            Some(known) => {
                let (index, _) = candidates.remove(known);
                if meant.contains(&index) {
                    stays.insert(index);
                }
            }
            None => new.push(at),
        }
    }
    (stays, new)
}

/// A file, and between which of its offsets something is now.
type Moved = (u32, (u32, u32));

/// The rule that tells of suppressions that nothing needs.
const UNUSED: &str = "suppression-unused";

/// What makes two findings the same. One that was accepted and is not any more is new: a fix took away what accepts it.
fn identity(finding: &Finding) -> (&str, &str, &str, bool) {
    (&finding.rule, &finding.fingerprint, &finding.message, finding.is_open())
}

/// The place of a finding in the file that people see.
fn outer(checked: &Checked, finding: &Finding) -> Option<(u32, Span)> {
    let place = finding.place?;
    Some((place.doc.file, checked.documents.resolve(place).outer))
}

/// A finding that fixes would bring about, in words.
fn told(after: &Checked, finding: &Finding) -> String {
    let place = finding.place.map(|place| after.documents.resolve(place));
    let place = place.map(|place| format!(" at {}:{}", place.path, place.start.line)).unwrap_or_default();
    format!("it would bring about `{}`{place}: {}", finding.rule, finding.message)
}

/// The promise that ends worse than before, in words.
fn worse_verdict(before: &Report, after: &Report) -> Option<String> {
    // Stacks keep their order. Where their number changes, the inputs fall apart otherwise than before.
    if before.verdicts.len() != after.verdicts.len() {
        return Some("the inputs would be taken for other stacks".to_owned());
    }
    let mut pairs = before.verdicts.iter().zip(&after.verdicts);
    let (_, worse) = pairs.find(|(old, new)| {
        old.invariant != new.invariant
            || rank(new.verdict) > rank(old.verdict)
            || (old.verdict == Verdict::Holds && new.verdict == Verdict::NotApplicable)
    })?;
    let (id, subject, verdict) = (worse.invariant.id(), &worse.subject, worse.verdict.name());
    Some(format!("{id} of {subject} would be {verdict}: {}", worse.summary))
}

/// Verdicts from good to bad.
const fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Holds | Verdict::NotApplicable => 0,
        Verdict::Undecided => 1,
        Verdict::Violated => 2,
    }
}
