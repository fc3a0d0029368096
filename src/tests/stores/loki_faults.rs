//! Holds the rules of Loki to faults that were written down before the rules were: each is found, at its line.

use serde::Deserialize;

use super::agreement::checked;
use crate::finding::Severity;

const SOUND: &str = include_str!("../../../fixtures/stores/loki/faults/sound.yaml");
const FAULTS: &str = include_str!("../../../fixtures/stores/loki/faults/faults.json");

/// A fault: what a line of the sound file becomes.
#[derive(Deserialize)]
struct Fault {
    name: String,
    line: usize,
    /// The other of two lines that do not go together.
    or: Option<usize>,
    becomes: String,
    kind: Kind,
    what: String,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Refused,
    Harmful,
}

impl Fault {
    fn text(&self) -> String {
        let lines = SOUND.lines().enumerate();
        lines
            .map(|(index, line)| if index + 1 == self.line { &self.becomes } else { line }.to_owned() + "\n")
            .collect()
    }
}

/// The findings of a file by itself: lines, severity and rule.
fn said(text: &str) -> Vec<(Vec<usize>, Severity, String)> {
    let checked = checked("loki", "3.7.6", text);
    let line = |place| checked.documents.resolve(place).start.line as usize;
    let findings = checked.report.findings.iter();
    let places = findings.map(|finding| {
        let related = finding.related.iter().map(|related| line(related.place));
        (finding.place.map(line).into_iter().chain(related).collect(), finding.severity, finding.rule.clone())
    });
    places.collect()
}

#[test]
fn nothing_is_said_of_the_sound_file() {
    assert_eq!(said(SOUND), []);
}

#[test]
fn each_fault_is_found_at_its_line() {
    let faults: Vec<Fault> = serde_json::from_str(FAULTS).unwrap();
    assert_eq!(faults.len(), 20);
    let mut wrong = Vec::new();
    for fault in &faults {
        let found = said(&fault.text());
        let least = if fault.kind == Kind::Refused { Severity::Error } else { Severity::Warning };
        let fits = |(lines, severity, _): &(Vec<usize>, Severity, String)| {
            lines.iter().any(|line| *line == fault.line || Some(*line) == fault.or) && *severity >= least
        };
        if !found.iter().all(fits) || found.is_empty() {
            wrong.push(format!("{} ({}): line {}, found {found:?}", fault.name, fault.what, fault.line));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
