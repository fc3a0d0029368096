//! Holds the rules of Mimir to faults that were written down before the rules were: each is found once, at its line.

use serde::Deserialize;

use super::agreement::checked;
use crate::finding::Severity;

const SOUND: &str = include_str!("../../../fixtures/stores/mimir/sound.yaml");
const FAULTS: &str = include_str!("../../../fixtures/stores/mimir/faults.json");

/// A fault: what is written instead of a line of the sound file.
#[derive(Deserialize)]
struct Fault {
    name: String,
    line: usize,
    write: String,
    /// Whether Mimir refuses it.
    refused: bool,
    /// The line that a finding must point at.
    at: usize,
}

impl Fault {
    fn text(&self) -> String {
        let change = |(index, line): (usize, &str)| {
            let indent = &line[..line.len() - line.trim_start().len()];
            if index + 1 == self.line { format!("{indent}{}\n", self.write) } else { format!("{line}\n") }
        };
        SOUND.lines().enumerate().map(change).collect()
    }
}

/// The findings of a file by itself: line, severity and rule.
fn said(text: &str) -> Vec<(usize, Severity, String)> {
    let checked = checked("mimir", "3.0.2", text);
    let line = |place| checked.documents.resolve(place).start.line as usize;
    let findings = checked.report.findings.iter();
    findings.map(|finding| (finding.place.map_or(0, line), finding.severity, finding.rule.clone())).collect()
}

#[test]
fn nothing_is_said_of_the_sound_file() {
    assert_eq!(said(SOUND), []);
}

#[test]
fn each_fault_is_found_once_at_its_line() {
    let faults: Vec<Fault> = serde_json::from_str(FAULTS).unwrap();
    assert_eq!(faults.len(), 20);
    let mut wrong = Vec::new();
    for fault in &faults {
        let found = said(&fault.text());
        let fits = |severity: Severity| !fault.refused || severity == Severity::Error;
        if !matches!(found.as_slice(), [(line, severity, _)] if *line == fault.at && fits(*severity)) {
            wrong.push(format!("{}: wanted line {}, found {found:?}", fault.name, fault.at));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
