//! Turns a report into the XML of `JUnit`: a suite for each stack, a test for each promise and each finding.
//!
//! A promise passes, fails, is skipped where nothing is in its scope, and is an error where it could not be decided. A
//! finding fails; one that somebody accepted is skipped, and one that is only worth knowing passes with its words, unless it
//! fails the run. There are no times in it, so that two runs over the same input write the same.

use std::collections::BTreeMap;
use std::io::Write;

use super::clean;
use super::format::Telling;
use super::human;
use super::notes::Kind;
use super::notes::notes;
use super::told::Told;
use super::xml::Xml;
use crate::finding::InvariantVerdict;
use crate::finding::Severity;
use crate::finding::Verdict;

/// The suite of what belongs to no stack.
const OF_RUN: &str = "the run";

/// Writes the suites.
pub(super) fn write(telling: &Telling<'_>, out: &mut impl Write) -> std::io::Result<()> {
    let suites = suites(telling);
    let all = || suites.iter().flat_map(|(_, cases)| cases);
    let attributes = [
        ("name", "ptd-lint".to_owned()),
        ("tests", all().count().to_string()),
        ("failures", count(all(), "failure").to_string()),
        ("errors", count(all(), "error").to_string()),
    ];
    Xml::document(out, "testsuites", &attributes, |xml| {
        suites.iter().try_for_each(|(name, cases)| write_suite(xml, name, cases))
    })
}

/// A test.
struct Case {
    class: String,
    name: String,
    /// `failure`, `error`, `skipped`; `system-out` for what passes with a remark.
    ends: Option<&'static str>,
    /// The kind of fault.
    kind: String,
    /// The fault in one line.
    message: String,
    /// All there is to say.
    text: String,
}

fn count<'c>(cases: impl Iterator<Item = &'c Case>, ends: &str) -> usize {
    cases.filter(|case| case.ends == Some(ends)).count()
}

/// The suites in the order of the report, that of the run last; each finding in the first stack that it concerns.
fn suites(telling: &Telling<'_>) -> Vec<(String, Vec<Case>)> {
    let report = telling.report();
    let mut order: Vec<String> = Vec::new();
    let mut suites: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for verdict in &report.verdicts {
        let stack = human::judged(verdict);
        if !suites.contains_key(&stack) {
            order.push(stack.clone());
        }
        suites.entry(stack.clone()).or_default().push(of_verdict(&stack, verdict));
    }
    order.push(OF_RUN.to_owned());
    for told in telling.findings() {
        let stack = telling.verdict_of(told.index).map_or_else(|| OF_RUN.to_owned(), human::judged);
        let case = of_finding(telling, &stack, &told);
        suites.entry(stack).or_default().push(case);
    }
    let of_run = suites.entry(OF_RUN.to_owned()).or_default();
    of_run.extend(notes(report).iter().filter_map(|note| {
        let ends = match note.kind {
            Kind::Incomplete | Kind::NotSeen => "error",
            Kind::NotShown => "skipped",
            Kind::Verdict(_) | Kind::Assumed => return None,
        };
        let place = if note.place.is_empty() { note.kind.id() } else { &note.place };
        let line = note.line.map(|line| format!(":{line}")).unwrap_or_default();
        Some(Case {
            class: note.kind.id().to_owned(),
            name: format!("{place}{line}"),
            ends: Some(ends),
            kind: note.kind.id().to_owned(),
            message: note.text.clone().into_owned(),
            text: note.kind.meaning().to_owned(),
        })
    }));
    order.dedup();
    for cases in suites.values_mut() {
        tell_apart(cases);
    }
    let suites = order.into_iter().filter_map(|name| suites.remove(&name).map(|cases| (name, cases)));
    suites.filter(|(_, cases)| !cases.is_empty()).collect()
}

/// Numbers cases of one name: viewers show one of those that share it.
fn tell_apart(cases: &mut [Case]) {
    let mut times: BTreeMap<(String, String), usize> = BTreeMap::new();
    for case in cases {
        let nth = times.entry((case.class.clone(), case.name.clone())).or_default();
        *nth += 1;
        if *nth > 1 {
            case.name = format!("{} ({nth})", case.name);
        }
    }
}

fn of_verdict(stack: &str, verdict: &InvariantVerdict) -> Case {
    let assumed: Vec<String> =
        verdict.assumptions.iter().map(|text| clean::line(&format!("assumed: {text}"))).collect();
    let ends = match verdict.verdict {
        Verdict::Holds => (!assumed.is_empty() || verdict.accepted > 0).then_some("system-out"),
        Verdict::Violated => Some("failure"),
        Verdict::Undecided => Some("error"),
        Verdict::NotApplicable => Some("skipped"),
    };
    let mut text = vec![clean::line(&verdict.summary)];
    text.extend(assumed);
    Case {
        class: stack.to_owned(),
        name: format!("{}: {}", verdict.invariant.id(), verdict.invariant.promise()),
        ends,
        kind: verdict.verdict.name().to_owned(),
        message: verdict.summary.clone(),
        text: text.join("\n"),
    }
}

fn of_finding(telling: &Telling<'_>, stack: &str, told: &Told<'_>) -> Case {
    let own = told.own;
    let fails = own.severity >= telling.report().threshold.fail_on.min(Severity::Warning);
    let ends = match (told.accepted(), fails) {
        (Some(_), _) => "skipped",
        (None, true) => "failure",
        (None, false) => "system-out",
    };
    let place = told.place().unwrap_or_else(|| told.anchor(telling).path.path());
    let mut text = vec![format!("{}[{}]: {}", own.severity.name(), own.rule, own.message)];
    text.push(format!("at {place}"));
    text.extend(told.beside(telling));
    // Names may have line ends, behind which a runner takes what stands there for its command.
    for line in &mut text {
        *line = clean::line(line);
    }
    if !own.help.is_empty() {
        text.push(own.help.clone());
    }
    let accepted = told.accepted().map(|words| format!(" [accepted: {words}]")).unwrap_or_default();
    Case {
        class: stack.to_owned(),
        name: format!("{} at {place}", own.rule),
        ends: Some(ends),
        kind: own.severity.name().to_owned(),
        message: format!("{}{accepted}", own.message),
        text: text.join("\n"),
    }
}

fn write_suite<W: Write>(xml: &mut Xml<W>, name: &str, cases: &[Case]) -> std::io::Result<()> {
    let attributes = [
        ("name", name.to_owned()),
        ("tests", cases.len().to_string()),
        ("failures", count(cases.iter(), "failure").to_string()),
        ("errors", count(cases.iter(), "error").to_string()),
        ("skipped", count(cases.iter(), "skipped").to_string()),
    ];
    xml.element("testsuite", &attributes, |xml| cases.iter().try_for_each(|case| write_case(xml, case)))
}

fn write_case<W: Write>(xml: &mut Xml<W>, case: &Case) -> std::io::Result<()> {
    let attributes = [("classname", case.class.clone()), ("name", case.name.clone())];
    let Some(ends) = case.ends else { return xml.empty("testcase", &attributes) };
    xml.element("testcase", &attributes, |xml| {
        if ends == "system-out" {
            xml.text(ends, &[], &case.text)
        } else {
            let fault = [("type", case.kind.clone()), ("message", case.message.clone())];
            xml.text(ends, &fault, &case.text)
        }
    })
}
