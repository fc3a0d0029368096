//! Turns a report into text for people: findings with their source lines, verdicts, what was looked at.

mod accepted;
mod clusters;
mod diff;
mod excerpt;
mod frame;
mod mask;
mod merged;
mod snippet;
mod table;

use std::io::Write;

use miette::GraphicalReportHandler;
use miette::GraphicalTheme;

pub(super) use accepted::words as accepted_words;
pub(super) use clusters::lines as cluster_lines;
pub(crate) use diff::write_diff;
pub(in crate::report) use frame::Frame;
pub(in crate::report) use frame::FrameLine;
pub(in crate::report) use frame::Frames;
pub(super) use mask::Line;
pub(super) use mask::Masks;
pub(crate) use merged::write as write_merged;
pub(super) use snippet::within;
pub(super) use table::name as judged;

use super::Outcome;
use super::clean;
use crate::finding::Report;
use crate::finding::Severity;

/// How much is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Findings, verdicts that are not `holds`, and what made the run incomplete.
    Quiet,
    /// All verdicts, assumptions and counts as well.
    Normal,
    /// And each file that was passed over.
    Verbose,
}

/// How it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    /// Whether to write colours.
    pub(crate) color: bool,
    /// Columns to wrap messages at. Source lines are not wrapped.
    pub(crate) width: usize,
    /// How much.
    pub(crate) detail: Detail,
}

/// Writes the report.
pub(crate) fn write(outcome: Outcome<'_>, style: Style, out: &mut impl Write) -> std::io::Result<()> {
    let handler = handler(style);
    let mut masks = mask::Masks::new(outcome.documents);
    clusters::write_table(outcome.report, style, out)?;
    for finding in outcome.report.findings.iter().filter(|finding| finding.is_open()) {
        out.write_all(snippet::render(outcome, &mut masks, finding, &handler, style).as_bytes())?;
        out.write_all(b"\n")?;
    }
    let shown = |index: usize| {
        let place = outcome.report.findings.get(index)?.place?;
        Some(outcome.documents.resolve(place).shown())
    };
    write_end(outcome.report, shown, style, out)
}

/// Each finding as it is printed, in the order of the report.
pub(crate) fn shown_findings(outcome: Outcome<'_>, style: Style) -> Vec<String> {
    let handler = handler(style);
    let mut masks = mask::Masks::new(outcome.documents);
    let findings = outcome.report.findings.iter();
    findings.map(|finding| snippet::render(outcome, &mut masks, finding, &handler, style)).collect()
}

/// Writes what stands behind the findings that count: those that do not, verdicts, what was looked at, what was not.
fn write_end(
    report: &Report,
    places: impl Fn(usize) -> Option<String>,
    style: Style,
    out: &mut impl Write,
) -> std::io::Result<()> {
    accepted::write(report, places, style, out)?;
    table::write(&report.verdicts, style, out)?;
    write_assumptions(report, style, out)?;
    clusters::write_read(&report.coverage, style, out)?;
    write_coverage(report, style, out)?;
    clusters::write_not_seen(&report.coverage, style, out)?;
    write_errors(report, style, out)?;
    if style.detail != Detail::Quiet {
        writeln!(out, "{}", tally(report))?;
    }
    Ok(())
}

fn handler(style: Style) -> GraphicalReportHandler {
    let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(style.width)
        .with_break_words(false)
        .without_primary_span_start()
        .with_context_lines(1)
}

/// `2 errors, 1 warning, 0 infos; 3 accepted`.
pub(super) fn tally(report: &Report) -> String {
    let count = |severity| report.open(severity);
    let accepted = match report.accepted() {
        0 => String::new(),
        number => format!("; {number} accepted"),
    };
    format!(
        "{}, {}, {}{accepted}",
        counted(count(Severity::Error), "error"),
        counted(count(Severity::Warning), "warning"),
        counted(count(Severity::Info), "info")
    )
}

pub(super) fn counted(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

fn write_assumptions(report: &Report, style: Style, out: &mut impl Write) -> std::io::Result<()> {
    let mut seen = Vec::new();
    for assumption in report.verdicts.iter().flat_map(|verdict| &verdict.assumptions) {
        if !seen.contains(&assumption) {
            seen.push(assumption);
        }
    }
    if seen.is_empty() || style.detail == Detail::Quiet {
        return Ok(());
    }
    writeln!(out, "Assumed:")?;
    for assumption in seen {
        writeln!(out, "  {}", clean::line(assumption))?;
    }
    writeln!(out)
}

fn write_coverage(report: &Report, style: Style, out: &mut impl Write) -> std::io::Result<()> {
    if style.detail == Detail::Quiet {
        return Ok(());
    }
    let coverage = &report.coverage;
    write!(
        out,
        "Looked at {}, {}, {}, {}; passed over {}",
        counted(coverage.files, "file"),
        counted(coverage.documents, "document"),
        counted(coverage.collectors, "collector"),
        counted(coverage.components, "component"),
        coverage.passed_over.len()
    )?;
    if coverage.passed_over.is_empty() {
        return writeln!(out);
    }
    if style.detail != Detail::Verbose {
        return writeln!(out, " (-v lists them)");
    }
    writeln!(out, ":")?;
    for passed in &coverage.passed_over {
        writeln!(out, "  {}: {}", clean::line(&passed.path), clean::line(&passed.reason))?;
    }
    Ok(())
}

/// What made the run incomplete; shown however quiet the run, since it decides the exit code.
fn write_errors(report: &Report, style: Style, out: &mut impl Write) -> std::io::Result<()> {
    if report.coverage.errors.is_empty() {
        return Ok(());
    }
    writeln!(out, "{}", paint(style, RED, "The run is incomplete:"))?;
    for error in &report.coverage.errors {
        let line = error.line.map(|line| format!(":{line}")).unwrap_or_default();
        // A fault in a rule's condition comes with its text and a caret below.
        let message = clean::lines(&error.message).replace('\n', "\n    ");
        writeln!(out, "  {}{line}: {message}", clean::line(&error.path))?;
    }
    Ok(())
}

/// ANSI colour numbers.
const RED: u8 = 31;
/// See [`RED`].
const GREEN: u8 = 32;
/// See [`RED`].
const YELLOW: u8 = 33;
/// Faint text.
const DIM: u8 = 2;

/// `text` in that colour, where colours are wanted.
fn paint(style: Style, color: u8, text: &str) -> String {
    if style.color { format!("\u{1b}[{color}m{text}\u{1b}[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests;
