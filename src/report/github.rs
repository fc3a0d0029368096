//! Turns a report into commands for GitHub Actions: the worst becomes annotations, all of it goes into the summary.
//!
//! A step shows ten annotations of a kind and drops the rest without a word, in the order in which they come. So the worst
//! come first, no more than ten, and the last line says how many there are. The log is read by a machine that obeys it: no
//! text from the inputs begins a line.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::Write;

use super::clean;
use super::concise;
use super::format::Telling;
use super::human;
use super::notes::Note;
use super::notes::notes;
use super::told::Told;
use super::told::level;
use crate::finding::Severity;

/// How many annotations a step shows of each kind.
const ANNOTATIONS: usize = 10;

/// Writes the annotations, and where no summary takes the rest, the rest.
pub(super) fn write(telling: &Telling<'_>, out: &mut impl Write) -> std::io::Result<()> {
    let notes = notes(telling.report());
    let mut worst: Vec<(Severity, String)> = Vec::new();
    // A fault that ends the run is a finding too, mostly, and that says more.
    let known: BTreeSet<(&str, u32)> = telling
        .findings()
        .filter(|told| told.own.is_open() && told.own.severity == Severity::Error)
        .filter_map(|told| told.json.location.as_ref())
        .map(|place| (place.path.as_str(), place.line))
        .collect();
    let is_told =
        |note: &Note<'_>| note.line.is_some_and(|line| known.contains(&(note.place.as_str(), line)));
    let is_urgent = |note: &&Note<'_>| note.severity > Severity::Info && !is_told(note);
    // What ends the run comes before the findings of the parts that it did see.
    worst.extend(notes.iter().filter(is_urgent).map(|note| (note.severity, of_note(telling, note))));
    let mut findings: Vec<Told<'_>> = telling.findings().filter(|told| told.own.is_open()).collect();
    findings.sort_by_cached_key(Told::rank);
    worst.extend(findings.iter().map(|told| (told.own.severity, of_finding(telling, told))));
    worst.sort_by_key(|(severity, _)| Reverse(*severity));
    for (_, command) in worst.iter().take(ANNOTATIONS) {
        writeln!(out, "{command}")?;
    }
    let tally = human::tally(telling.report());
    let (shown, all) = (worst.len().min(ANNOTATIONS), worst.len());
    let room = telling.around().summary;
    if room.is_some_and(|room| telling.summary(usize::MAX).len() <= room) {
        return writeln!(out, "ptd-lint: {tally}; {shown} of {all} annotated, all in the summary of the job");
    }
    writeln!(out, "::group::ptd-lint: all that was found")?;
    let lines = telling.findings().map(|told| concise::of_finding(telling, &told));
    for line in lines.chain(notes.iter().map(concise::of_note)) {
        writeln!(out, "- {}", harmless(&line))?;
    }
    writeln!(out, "::endgroup::")?;
    writeln!(out, "ptd-lint: {tally}; {shown} of {all} annotated, all in the group above")
}

fn of_finding(telling: &Telling<'_>, told: &Told<'_>) -> String {
    let (own, anchor) = (told.own, told.anchor(telling));
    let mut properties = Vec::new();
    let mut message = own.message.clone();
    if anchor.is_file {
        let ((line, column), (end_line, end_column)) = (anchor.start, anchor.end);
        properties.push(("file", anchor.path.path()));
        properties.push(("line", line.to_string()));
        properties.push(("endLine", end_line.to_string()));
        // Columns of two lines are taken for those of one.
        if line == end_line {
            properties.push(("col", column.to_string()));
            properties.push(("endColumn", end_column.to_string()));
        }
    } else {
        message = format!("{}: {message}", told.place().unwrap_or_else(|| anchor.path.path()));
    }
    properties.push(("title", own.rule.clone()));
    if !own.help.is_empty() {
        message = format!("{message}\n{}", own.help);
    }
    command(own.severity, &properties, &message)
}

fn of_note(telling: &Telling<'_>, note: &Note<'_>) -> String {
    let mut properties = Vec::new();
    let mut message = note.text.clone().into_owned();
    if let Some(line) = note.line {
        properties.push(("file", telling.around().root.seen(&note.place).path()));
        properties.push(("line", line.to_string()));
    } else if !note.place.is_empty() {
        message = format!("{}: {message}", note.place);
    }
    properties.push(("title", note.name()));
    command(note.severity, &properties, &message)
}

fn command(severity: Severity, properties: &[(&str, String)], message: &str) -> String {
    let escaped = |text: &str| clean::lines(text).replace('%', "%25").replace('\n', "%0A");
    let property = |(name, value): &(&str, String)| {
        format!("{name}={}", escaped(value).replace(':', "%3A").replace(',', "%2C"))
    };
    let properties: Vec<String> = properties.iter().map(property).collect();
    format!("::{} {}::{}", level(severity, "notice"), properties.join(","), escaped(message))
}

/// A line that is no command to a runner. Commands of an old form (`##[error]`) are obeyed wherever they stand in a line.
fn harmless(line: &str) -> String {
    let line = line.replace("##[", "## [");
    // A command of the new form is one at the start of a line, blanks or not.
    let text = line.trim_start();
    if text.starts_with("::") { line.replacen("::", ": :", 1) } else { line }
}

/// A text that holds no command to a runner of GitHub: nothing in it is obeyed.
pub(crate) fn without_commands(text: &str) -> String {
    text.split_inclusive('\n').map(harmless).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_another_form_is_a_command() {
        let text = "  ::error file=x::y.yaml:1:1\na ::notice::b\n ##[add-mask]z\n";
        assert_eq!(without_commands(text), "  : :error file=x::y.yaml:1:1\na ::notice::b\n ## [add-mask]z\n");
    }

    #[test]
    fn no_text_ends_its_property_or_its_line() {
        let properties = [("file", "a,b:c%d\n.yaml".to_owned()), ("title", "x::y".to_owned())];
        assert_eq!(
            command(Severity::Info, &properties, "100%\r\n::error::z,\u{1b}[31m"),
            "::notice file=a%2Cb%3Ac%25d%0A.yaml,title=x%3A%3Ay::100%25␍%0A::error::z,␛[31m"
        );
        assert_eq!(harmless("x ##[set-env name=A]b"), "x ## [set-env name=A]b");
    }
}
