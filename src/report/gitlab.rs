//! Turns a report into Code Quality of GitLab: a list of issues, of which a change shows those that are new.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::Value;
use serde_json::json;

use super::clean;
use super::format::Telling;
use super::markdown;
use super::notes::Kind;
use super::notes::Note;
use super::notes::notes;
use super::plain_json;
use super::told::Told;
use crate::finding::Invariant;
use crate::finding::Severity;
use crate::text::hash;

/// Writes the list. What somebody accepted is in it as information, and so is what is no finding: a list that leaves out
/// what was not understood looks like one of a sound stack.
pub(super) fn write(telling: &Telling<'_>, out: &mut impl Write) -> std::io::Result<()> {
    let mut known = Known::default();
    let mut issues: Vec<Value> =
        telling.findings().map(|told| of_finding(telling, &told, &mut known)).collect();
    let notes = notes(telling.report());
    issues.extend(notes.iter().filter(|note| note.is_issue()).map(|note| of_note(telling, note, &mut known)));
    plain_json::write(&issues, out)
}

/// Fingerprints that were given out: GitLab hides all but one of those that are equal.
#[derive(Debug, Default)]
struct Known(BTreeMap<String, usize>);

impl Known {
    /// The fingerprint itself; from the second time on another one that stays the same from run to run.
    fn unlike(&mut self, fingerprint: &str, path: &str) -> String {
        let before = self.0.entry(fingerprint.to_owned()).or_default();
        *before += 1;
        match *before {
            1 => fingerprint.to_owned(),
            number => {
                let number = number.to_string();
                hash([fingerprint, "\0", path, "\0", &number].map(str::as_bytes), 16)
            }
        }
    }
}

fn of_finding(telling: &Telling<'_>, told: &Told<'_>, known: &mut Known) -> Value {
    let own = told.own;
    let anchor = told.anchor(telling);
    let path = clean::line(&anchor.path.path());
    let severity = match (own.is_open(), own.severity) {
        (false, _) | (true, Severity::Info) => "info",
        (true, Severity::Warning) => "minor",
        (true, Severity::Error) if own.invariant == Invariant::LogBoundary => "blocker",
        (true, Severity::Error) => "critical",
    };
    let accepted = told.accepted().map(|words| format!(" [accepted: {words}]")).unwrap_or_default();
    // The server shows no object: where it is none of a file, the place is said in words.
    let place =
        told.place().filter(|_| !anchor.is_file).map(|place| format!("{place}: ")).unwrap_or_default();
    // The one text that is Markdown.
    let help = (!own.help.is_empty()).then(|| own.help.replace('\n', " "));
    let body =
        help.into_iter().chain(told.beside(telling)).map(|line| format!("- {}", markdown::text(&line)));
    json!({
        "type": "issue",
        "check_name": clean::line(&own.rule),
        "description": clean::line(&format!("{place}{}{accepted}", own.message)),
        "content": { "body": body.collect::<Vec<_>>().join("\n") },
        "categories": [category(own.invariant)],
        "fingerprint": known.unlike(&own.fingerprint, &path),
        "severity": severity,
        "location": { "path": path, "lines": { "begin": anchor.start.0, "end": anchor.end.0 } },
    })
}

fn of_note(telling: &Telling<'_>, note: &Note<'_>, known: &mut Known) -> Value {
    let path = if note.place.is_empty() { "." } else { &note.place };
    let path =
        if note.kind == Kind::NotSeen { path.to_owned() } else { telling.around().root.seen(path).path() };
    let path = clean::line(&path);
    let line = note.line.unwrap_or(1);
    let severity = match note.severity {
        Severity::Info => "info",
        Severity::Warning => "minor",
        Severity::Error => "critical",
    };
    let name = note.name();
    let fingerprint = hash([name.as_str(), "\0", &path, "\0", &note.text].map(str::as_bytes), 16);
    json!({
        "type": "issue",
        "check_name": name,
        "description": clean::line(&format!("{}: {}", note.name(), note.text)),
        "categories": ["Clarity"],
        "fingerprint": known.unlike(&fingerprint, &path),
        "severity": severity,
        "location": { "path": path, "lines": { "begin": line, "end": line } },
    })
}

/// The nearest of the categories that the format has.
const fn category(promise: Invariant) -> &'static str {
    match promise {
        Invariant::LogBoundary | Invariant::GrafanaAccess => "Security",
        _ => "Bug Risk",
    }
}
