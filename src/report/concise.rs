//! Turns a report into lines, one for each thing that is told: for logs, for editors, for `grep`.

use std::io::Write;

use super::clean;
use super::format::Telling;
use super::human;
use super::human::Detail;
use super::human::Style;
use super::notes::Kind;
use super::notes::Note;
use super::notes::notes;
use super::told::Told;
use crate::finding::Verdict;

/// Writes findings, then notes, then their number.
pub(super) fn write(telling: &Telling<'_>, style: Style, out: &mut impl Write) -> std::io::Result<()> {
    for told in telling.findings().filter(|told| told.own.is_open() || style.detail != Detail::Quiet) {
        writeln!(out, "{}", of_finding(telling, &told))?;
    }
    for note in notes(telling.report()).iter().filter(|note| is_shown(note.kind, style.detail)) {
        writeln!(out, "{}", of_note(note))?;
    }
    if style.detail == Detail::Verbose {
        for passed in &telling.report().coverage.passed_over {
            writeln!(out, "{}", clean::line(&format!("{}: passed over: {}", passed.path, passed.reason)))?;
        }
    }
    if style.detail == Detail::Quiet {
        return Ok(());
    }
    writeln!(out, "{}", human::tally(telling.report()))
}

/// `path:line:column: severity[rule] message`; the column of what has none is left out.
pub(super) fn of_finding(telling: &Telling<'_>, told: &Told<'_>) -> String {
    let place = told.place().unwrap_or_else(|| told.anchor(telling).path.path());
    let own = told.own;
    let accepted = told.accepted().map(|words| format!(" [accepted: {words}]")).unwrap_or_default();
    clean::line(&format!("{place}: {}[{}] {}{accepted}", own.severity.name(), own.rule, own.message))
}

/// `place:line: kind[promise] text`.
pub(super) fn of_note(note: &Note<'_>) -> String {
    let line = note.line.map(|line| format!(":{line}")).unwrap_or_default();
    let place = if note.place.is_empty() { String::new() } else { format!("{}{line}: ", note.place) };
    clean::line(&format!("{place}{} {}", note.name(), note.text))
}

/// Quiet runs tell what may fail them; only long ones tell that all is well.
fn is_shown(kind: Kind, detail: Detail) -> bool {
    match kind {
        Kind::Incomplete | Kind::NotSeen | Kind::Verdict(Verdict::Violated | Verdict::Undecided) => true,
        Kind::Verdict(Verdict::Holds) => detail == Detail::Verbose,
        Kind::Verdict(Verdict::NotApplicable) | Kind::NotShown | Kind::Assumed => detail != Detail::Quiet,
    }
}
