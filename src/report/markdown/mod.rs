//! Turns a report into Markdown: a comment on a change, the summary of a job. What matters most stands first, since
//! servers cut what is too long.

mod escape;

use std::io::Write;

use self::escape::code;
pub(super) use self::escape::text;
use super::concise;
use super::format::Telling;
use super::human;
use super::notes::Kind;
use super::notes::Note;
use super::notes::notes;
use super::told::Told;
use crate::finding::InvariantVerdict;
use crate::finding::Report;
use crate::finding::Verdict;

/// Writes the report.
pub(super) fn write(telling: &Telling<'_>, out: &mut impl Write) -> std::io::Result<()> {
    lines(telling).iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// The report in no more than `most` bytes. Where lines had to go, the last one says how many.
pub(super) fn within(telling: &Telling<'_>, most: usize) -> String {
    let lines = lines(telling);
    let whole: usize = lines.iter().map(|line| line.len() + 1).sum();
    // Enough for the words below.
    let room = if whole <= most { most } else { most.saturating_sub(200) };
    let mut out = String::new();
    let mut left = lines.len();
    for line in &lines {
        if out.len() + line.len() + 1 > room {
            break;
        }
        out.push_str(line);
        out.push('\n');
        left -= 1;
    }
    if left > 0 && out.len() < most.saturating_sub(200) {
        out.extend([format!(
            "\n**{left} more lines did not fit here.** `ptd-lint -o markdown=FILE` writes all of them.\n"
        )]);
    }
    out
}

/// The report, line by line. What belongs together in one element is in one line.
fn lines(telling: &Telling<'_>) -> Vec<String> {
    let report = telling.report();
    let notes = notes(report);
    let of = |kinds: &[Kind]| -> Vec<&Note<'_>> {
        notes.iter().filter(|note| kinds.contains(&note.kind)).collect()
    };
    let mut lines = vec![format!("## ptd-lint: {}", human::tally(report)), String::new()];
    list(&mut lines, "The run is incomplete", &of(&[Kind::Incomplete, Kind::NotSeen]));
    board(&mut lines, report);
    let mut findings: Vec<Told<'_>> = telling.findings().collect();
    findings.sort_by_cached_key(Told::rank);
    let (open, accepted): (Vec<_>, Vec<_>) = findings.into_iter().partition(|told| told.own.is_open());
    table(&mut lines, telling, &open);
    for told in &open {
        details(&mut lines, telling, told);
    }
    if !accepted.is_empty() {
        lines.extend(["### Accepted".to_owned(), String::new()]);
        lines.extend(accepted.iter().map(|told| {
            let words = told.accepted().unwrap_or_default();
            let row = format!("- {} {}", severity_and_rule(told), at(telling, told));
            format!("{row}: {}: {}", text(&told.own.message), text(&words))
        }));
        lines.push(String::new());
    }
    list(&mut lines, "Not shown", &of(&[Kind::NotShown]));
    list(&mut lines, "Assumed", &of(&[Kind::Assumed]));
    let coverage = &report.coverage;
    lines.push(format!(
        "Looked at {}, {}, {}, {}; passed over {}",
        human::counted(coverage.files, "file"),
        human::counted(coverage.documents, "document"),
        human::counted(coverage.collectors, "collector"),
        human::counted(coverage.components, "component"),
        coverage.passed_over.len()
    ));
    lines
}

fn list(lines: &mut Vec<String>, title: &str, notes: &[&Note<'_>]) {
    if notes.is_empty() {
        return;
    }
    lines.extend([format!("### {title}"), String::new()]);
    lines.extend(notes.iter().map(|note| match note.kind {
        Kind::NotShown | Kind::Assumed => format!("- {}", text(&note.text)),
        _ => format!("- {}", text(&concise::of_note(note))),
    }));
    lines.push(String::new());
}

/// The verdicts, a table for each stack.
fn board(lines: &mut Vec<String>, report: &Report) {
    let same = |one: &InvariantVerdict, two: &InvariantVerdict| {
        (&one.subject, &one.cluster) == (&two.subject, &two.cluster)
    };
    for stack in report.verdicts.chunk_by(same) {
        let Some(first) = stack.first() else { continue };
        let head = ["| | promise | verdict | why |".to_owned(), "| --- | --- | --- | --- |".to_owned()];
        lines.extend([format!("### {}", text(&human::judged(first))), String::new()]);
        lines.extend(head);
        lines.extend(stack.iter().map(|own| {
            let sign = match own.verdict {
                Verdict::Holds => "✅",
                Verdict::Violated => "❌",
                Verdict::Undecided => "❔",
                Verdict::NotApplicable => "➖",
            };
            let (promise, name) = (own.invariant.promise(), own.verdict.name());
            let left_out = match own.not_shown {
                0 => String::new(),
                number => format!(" ({} not shown)", human::counted(number, "finding")),
            };
            format!("| {sign} | {promise} | {name} | {}{left_out} |", text(&own.summary))
        }));
        lines.push(String::new());
    }
}

/// The findings that count, one row each.
fn table(lines: &mut Vec<String>, telling: &Telling<'_>, findings: &[Told<'_>]) {
    if findings.is_empty() {
        return;
    }
    lines.extend(["### Findings".to_owned(), String::new()]);
    lines.extend(["| severity | rule | place | what |".to_owned(), "| --- | --- | --- | --- |".to_owned()]);
    lines.extend(findings.iter().map(|told| {
        let own = told.own;
        let place = code(&place(telling, told));
        format!("| {} | {} | {place} | {} |", own.severity.name(), code(&own.rule), text(&own.message))
    }));
    lines.push(String::new());
}

/// What stands beside a finding, folded up.
fn details(lines: &mut Vec<String>, telling: &Telling<'_>, told: &Told<'_>) {
    let mut items = told.beside(telling);
    items.extend((!told.own.help.is_empty()).then(|| told.own.help.replace('\n', " ")));
    if items.is_empty() {
        return;
    }
    let items: String =
        items.iter().flat_map(|item| ["<li>".to_owned(), text(item), "</li>".to_owned()]).collect();
    let summary = format!("{} {}", severity_and_rule(told), at(telling, told));
    lines.push(format!("<details><summary>{summary}</summary><ul>{items}</ul></details>"));
    lines.push(String::new());
}

fn severity_and_rule(told: &Told<'_>) -> String {
    format!("{} {}", told.own.severity.name(), code(&told.own.rule))
}

fn at(telling: &Telling<'_>, told: &Told<'_>) -> String {
    format!("at {}", code(&place(telling, told)))
}

fn place(telling: &Telling<'_>, told: &Told<'_>) -> String {
    told.place().unwrap_or_else(|| told.anchor(telling).path.path())
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn what_does_not_fit_is_counted_and_the_head_stays() {
        let sample = sample::mixed();
        let telling = Telling::of_run(sample.outcome(), Vec::new);
        let whole = within(&telling, 1_000_000);
        assert!(!whole.contains("did not fit"), "{whole}");
        for most in [0, 100, 300, 1000, 1500, whole.len() - 1, whole.len()] {
            let cut = within(&telling, most);
            assert!(cut.len() <= most, "{} of {most}", cut.len());
            assert_eq!(
                cut.contains("more lines did not fit here"),
                (300..whole.len()).contains(&most),
                "{cut}"
            );
            assert!(most < 300 || cut.starts_with("## ptd-lint: 2 errors, 1 warning, 1 info\n"), "{cut}");
        }
    }
}
