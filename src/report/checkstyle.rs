//! Turns a report into the XML of Checkstyle: faults by file.

use std::collections::BTreeMap;
use std::io::Write;

use super::format::Telling;
use super::notes::Note;
use super::notes::notes;
use super::told::Told;
use super::told::level;
use super::xml::Xml;

/// What stands before the names of rules, as readers want it.
const SOURCE: &str = "ptd-lint";

/// The attributes of an `error`.
type Fault = Vec<(&'static str, String)>;

/// Writes the faults, file by file. What somebody accepted is `ignore`; what is no finding follows at its file or stack.
pub(super) fn write(telling: &Telling<'_>, out: &mut impl Write) -> std::io::Result<()> {
    // By name: a file is told once, however its faults are spread over the report.
    let mut files: BTreeMap<String, Vec<Fault>> = BTreeMap::new();
    for told in telling.findings() {
        let (path, fault) = of_finding(telling, &told);
        files.entry(path).or_default().push(fault);
    }
    let notes = notes(telling.report());
    for note in notes.iter().filter(|note| note.is_issue()) {
        let (path, fault) = of_note(note);
        files.entry(path).or_default().push(fault);
    }
    // The version of the form, which readers ask for, not ours.
    Xml::document(out, "checkstyle", &[("version", "4.3".to_owned())], |xml| {
        for (path, faults) in files {
            xml.element("file", &[("name", path)], |xml| {
                faults.iter().try_for_each(|fault| xml.empty("error", fault))
            })?;
        }
        Ok(())
    })
}

fn of_finding(telling: &Telling<'_>, told: &Told<'_>) -> (String, Fault) {
    let own = told.own;
    let anchor = told.anchor(telling);
    let severity = if own.is_open() { level(own.severity, "info") } else { "ignore" };
    // Not from the root of a repository: readers of this form look beside it.
    let path = told.json.location.as_ref().map(|place| place.path.clone());
    let accepted = told.accepted().map(|words| format!(" [accepted: {words}]")).unwrap_or_default();
    let place =
        told.place().filter(|_| !anchor.is_file).map(|place| format!("{place}: ")).unwrap_or_default();
    let fault = vec![
        ("line", anchor.start.0.to_string()),
        ("column", anchor.start.1.to_string()),
        ("severity", severity.to_owned()),
        ("message", format!("{place}{}{accepted}", own.message)),
        ("source", format!("{SOURCE}.{}", own.rule)),
    ];
    (path.unwrap_or_else(|| anchor.path.path()), fault)
}

fn of_note(note: &Note<'_>) -> (String, Fault) {
    let promise = note.promise.map(|promise| format!(".{}", promise.id())).unwrap_or_default();
    let fault = vec![
        ("line", note.line.unwrap_or(1).to_string()),
        ("severity", level(note.severity, "info").to_owned()),
        ("message", format!("{}: {}", note.kind.id(), note.text)),
        ("source", format!("{SOURCE}.{}{promise}", note.kind.id())),
    ];
    (if note.place.is_empty() { ".".to_owned() } else { note.place.clone() }, fault)
}
