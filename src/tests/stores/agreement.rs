//! Holds our judgement of small configurations of Mimir and Loki to that of the programs themselves.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;

use serde::Deserialize;

use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::finding::Severity;
use crate::model::Expected;
use crate::model::Minor;
use crate::model::Store;
use crate::source::Source;
use crate::source::Sources;
use crate::tests::shared;

/// A configuration, and what the program said of it when it loaded it.
#[derive(Deserialize)]
struct Case {
    id: String,
    product: String,
    version: String,
    class: String,
    variant: String,
    config: String,
    accepted: bool,
    message: Option<String>,
    fault_line: Option<usize>,
    #[serde(default)]
    other_lines: Option<Vec<usize>>,
    danger: Option<String>,
}

/// What we said of a case: `(line, severity, rule)`, and whether the run was complete.
struct Said {
    findings: Vec<(usize, Severity, String)>,
    errors: Vec<Option<usize>>,
}

/// One configuration as a file by itself, as `check --assume STORE=VERSION FILE` does it.
pub(super) fn checked(product: &str, version: &str, config: &str) -> Checked {
    let store = if product == "mimir" { Store::Mimir } else { Store::Loki };
    let source = Source { path: "config.yaml".to_owned(), argument: 0, text: config.into() };
    let sources = Sources { texts: vec![source], ..Sources::default() };
    let options = CheckOptions {
        expected: Expected::Leaning(store),
        assumed: BTreeMap::from([(store, Minor::parse(version).unwrap())]),
        ..CheckOptions::default()
    };
    check::check(&sources, &["config.yaml".to_owned()], &options)
}

fn said(case: &Case) -> Said {
    let checked = checked(&case.product, &case.version, &case.config);
    let line = |place| checked.documents.resolve(place).start.line as usize;
    let findings = checked
        .report
        .findings
        .iter()
        .map(|finding| (finding.place.map_or(0, line), finding.severity, finding.rule.clone()))
        .collect();
    let errors =
        checked.report.coverage.errors.iter().map(|error| error.line.map(|line| line as usize)).collect();
    Said { findings, errors }
}

/// `PTD_LINT_STORES=all` (or a word of the id, class or variant) lists what we judge differently.
#[expect(clippy::disallowed_methods, reason = "the test is asked for more words")]
fn listed(case: &Case) -> bool {
    std::env::var("PTD_LINT_STORES").is_ok_and(|wanted| {
        wanted == "all"
            || [&case.id, &case.class, &case.variant, &case.product].iter().any(|text| text.contains(&wanted))
    })
}

#[test]
fn stores_and_the_linter_agree_on_what_is_refused() {
    let Some(text) = shared("data/store-configs-dev.json") else { return };
    let cases: Vec<Case> = serde_json::from_str(&text).unwrap();
    let mut tables: BTreeMap<String, [usize; 8]> = BTreeMap::new();
    let mut out = String::new();
    for case in &cases {
        let said = said(case);
        let lines: Vec<usize> =
            case.fault_line.into_iter().chain(case.other_lines.iter().flatten().copied()).collect();
        // An error on the line of a danger is no refusal.
        let refusal = |(line, severity, _): &&(usize, Severity, String)| {
            *severity == Severity::Error && !(case.danger.is_some() && lines.contains(line))
        };
        let refused = !said.errors.is_empty() || said.findings.iter().any(|finding| refusal(&finding));
        let agrees = refused != case.accepted;
        let on_line = said
            .findings
            .iter()
            .any(|(line, severity, _)| *severity == Severity::Error && lines.contains(line))
            || said.errors.iter().any(|line| line.is_none_or(|line| lines.contains(&line)));
        let pointed = case.accepted || lines.is_empty() || on_line;
        let told = said
            .findings
            .iter()
            .any(|(line, severity, _)| *severity >= Severity::Warning && lines.contains(line));
        let danger = case.danger.is_none() || told;
        let quiet =
            case.class != "danger-twin" || !said.findings.iter().any(|(line, ..)| lines.contains(line));
        let table = tables.entry(format!("{} {}", case.product, case.class)).or_default();
        let marks = [
            agrees,
            !case.accepted,
            !case.accepted && pointed,
            case.danger.is_some(),
            case.danger.is_some() && danger,
            case.class == "danger-twin",
            case.class == "danger-twin" && quiet,
        ];
        table[0] += 1;
        for (count, mark) in table[1..].iter_mut().zip(marks) {
            *count += usize::from(mark);
        }
        if listed(case) && !(agrees && pointed && danger && quiet) {
            let what = match (agrees, case.accepted, pointed, danger) {
                (false, true, ..) => "refused wrongly",
                (false, false, ..) => "not refused",
                (true, _, false, _) => "elsewhere",
                (true, _, _, false) => "danger missed",
                _ => "twin told",
            };
            let shown = |line: usize| {
                case.config.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim().to_owned()
            };
            let _ = writeln!(
                out,
                "{what}: {} {} {} {:?} line {:?} `{}`\n    program: {}\n    we: {:?} {:?}",
                case.id,
                case.class,
                case.variant,
                case.danger,
                lines,
                lines.first().map(|line| shown(*line)).unwrap_or_default(),
                case.message.as_deref().unwrap_or("accepted"),
                said.findings,
                said.errors,
            );
        }
    }
    let _ = writeln!(out, "product class: cases agree | refused pointed | dangers told | twins quiet");
    let mut sums: BTreeMap<String, [usize; 8]> = BTreeMap::new();
    for (name, row) in &tables {
        let _ = writeln!(
            out,
            "{name}: {} {} | {} {} | {} {} | {} {}",
            row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]
        );
        let product = name.split(' ').next().unwrap_or_default().to_owned();
        for (sum, count) in sums.entry(product).or_default().iter_mut().zip(row) {
            *sum += count;
        }
    }
    for (name, row) in &sums {
        let _ = writeln!(
            out,
            "{name}: {} {} | {} {} | {} {} | {} {}",
            row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]
        );
    }
    let _ = std::io::stderr().write_all(out.as_bytes());
}
