//! Turns an outcome into one page that needs nothing else: no network, no other file.
//!
//! All that says something is in the markup; `page.js` only finds, chooses and hides. The page lets nothing run or load but
//! its own script and style (a content security policy names their sums), so that a text from an input stays a text even
//! where it was not escaped.

mod board;
mod coverage;
mod findings;
mod flow;
mod markup;

use std::io::Write;

use self::findings::Lines;
use self::markup::Markup;
use super::Outcome;
use super::contract::ReportJson;
use super::picture;
use crate::finding::RuleDoc;
use crate::text::sum_base64;

/// The page, with `{{NAME}}` where parts belong.
const PAGE: &str = include_str!("page.html");

/// How the page looks.
const STYLE: &str = include_str!("page.css");

/// What the page does.
const SCRIPT: &str = include_str!("page.js");

/// Writes the page. Source lines and pictures are there for a run; reports that were read back have none.
pub(super) fn write(
    report: &ReportJson,
    rules: &[RuleDoc],
    outcome: Option<Outcome<'_>>,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let style = [picture::STYLE, STYLE].concat();
    let mut lines = outcome.map(Lines::new);
    let pictures = outcome.map(|own| own.report.pictures.as_slice()).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        sum_base64(SCRIPT),
        sum_base64(&style)
    );
    let parts: [(&str, String); 10] = [
        ("POLICY", policy),
        ("TITLE", markup::text(&title(report))),
        ("STYLE", style),
        ("SUMMARY", board::summary(report)),
        ("VERDICTS", board::verdicts(report)),
        ("FLOW", flow::section(pictures, outcome, lines.as_mut())),
        ("FINDINGS", findings::section(report, rules, pictures, lines.as_mut())),
        ("COVERAGE", coverage::section(report)),
        ("DATA", flow::data(pictures, outcome)),
        ("SCRIPT", SCRIPT.to_owned()),
    ];
    // Cut at the names first: what is put in is never searched for names.
    let mut rest = PAGE;
    while let Some((before, found)) = rest.split_once("{{") {
        out.write_all(before.as_bytes())?;
        let (name, after) = found.split_once("}}").unwrap_or((found, ""));
        let part = parts.iter().find(|(own, _)| *own == name);
        out.write_all(part.map_or("", |(_, text)| text).as_bytes())?;
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

/// What the browser's tab says. That promises hold it says only where one does, and where all was seen.
fn title(report: &ReportJson) -> String {
    let count = |word: &str| report.verdicts.iter().filter(|verdict| verdict.verdict == word).count();
    let judged = match (count("violated"), count("undecided"), count("holds")) {
        (0, 0, 0) => "Nothing judged".to_owned(),
        (0, 0, _) => "Promises hold".to_owned(),
        (0, open, _) => format!("{open} undecided"),
        (violated, 0, _) => format!("{violated} violated"),
        (violated, open, _) => format!("{violated} violated, {open} undecided"),
    };
    let is_whole = report.coverage.errors.is_empty() && report.coverage.not_seen.is_empty();
    match (is_whole, count("violated") + count("undecided")) {
        (true, _) => judged,
        (false, 0) => "Incomplete".to_owned(),
        (false, _) => format!("Incomplete, {judged}"),
    }
}

/// `1 finding`, `2 findings`.
fn counted(count: usize, thing: &str) -> String {
    format!("{count} {thing}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
