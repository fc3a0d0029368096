//! Turns findings that somebody accepted, and those that were left out, into lines: they do not count, and are not hidden.

use std::io::Write;

use super::DIM;
use super::Detail;
use super::Style;
use super::clean;
use super::counted;
use super::paint;
use crate::finding::Finding;
use crate::finding::Report;

/// Writes a line for each accepted finding, and one for those that the run was asked to leave out. `places` names the place
/// of each finding of the report.
pub(super) fn write(
    report: &Report,
    places: impl Fn(usize) -> Option<String>,
    style: Style,
    out: &mut impl Write,
) -> std::io::Result<()> {
    if style.detail == Detail::Quiet {
        return Ok(());
    }
    let mut any = false;
    for (index, finding) in report.findings.iter().enumerate() {
        let Some(words) = words(finding) else { continue };
        if !any {
            writeln!(out, "Accepted:")?;
        }
        any = true;
        let place = places(index).map(|place| format!(" at {}", clean::line(&place))).unwrap_or_default();
        let head = format!("{}[{}]{place}", finding.severity.name(), clean::line(&finding.rule));
        writeln!(out, "  {}: {}", paint(style, DIM, &head), clean::line(&words))?;
    }
    for left_out in &report.coverage.not_shown {
        let findings = counted(left_out.findings, "finding");
        writeln!(out, "Not shown: {findings} {}", clean::line(&left_out.reason))?;
        any = true;
    }
    if any { writeln!(out) } else { Ok(()) }
}

/// `moved in May (comment, until 2027-01-31)`.
pub(in crate::report) fn words(finding: &Finding) -> Option<String> {
    let accepted = finding.accepted.as_ref()?;
    let until = accepted.until.as_ref().map(|until| format!(", until {until}")).unwrap_or_default();
    let by = format!("({}{until})", accepted.by.id());
    Some(if accepted.reason.is_empty() { by } else { format!("{} {by}", accepted.reason) })
}
