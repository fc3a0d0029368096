//! Holds the rules of Mimir to faults that were written down before the rules were: each is found once, at its line.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::check;
use crate::check::CheckOptions;
use crate::model::Expected;
use crate::model::Store;
use crate::model::store::Minor;
use crate::source::Source;
use crate::source::Sources;

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

/// The findings of a file by itself: line, severity and message.
fn said(text: &str) -> Vec<(usize, String)> {
    let source = Source { path: "mimir.yaml".to_owned(), argument: 0, text: text.into() };
    let sources = Sources { texts: vec![source], ..Sources::default() };
    let options = CheckOptions {
        expected: Expected::Leaning(Store::Mimir),
        assumed: BTreeMap::from([(Store::Mimir, Minor::parse("3.0.2").unwrap())]),
        ..CheckOptions::default()
    };
    let checked = check::check(&sources, &["mimir.yaml".to_owned()], &options);
    let line = |place| checked.documents.resolve(place).start.line as usize;
    let findings = checked.report.findings.iter();
    let said = |finding: &crate::finding::Finding| {
        let text = format!("{} {}", finding.severity.name(), finding.rule);
        (finding.place.map_or(0, line), text)
    };
    findings.map(said).collect()
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
        let severity_fits = |said: &str| !fault.refused || said.starts_with("error");
        if !matches!(found.as_slice(), [(line, said)] if *line == fault.at && severity_fits(said)) {
            wrong.push(format!("{}: wanted line {}, found {found:?}", fault.name, fault.at));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
