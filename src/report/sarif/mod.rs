//! Turns a report into SARIF 2.1.0, which code scanning and many viewers read. What GitHub asks for beyond the standard, and
//! its limits, are kept: <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>.

mod fixes;
mod places;
mod results;
mod rules;

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::Value;
use serde_json::json;

use self::fixes::Fixes;
use self::places::uri;
use super::clean;
use super::format::Telling;
use super::notes::Kind;
use super::notes::Note;
use super::notes::notes;
use super::plain_json;
use super::told::Told;
use super::told::level;
use crate::finding::SITE;
use crate::finding::Severity;

/// The schema of the standard, errata 1.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The most results of one run that GitHub takes. It refuses a file with more.
const MOST_RESULTS: usize = 25_000;

/// Writes the log: one run.
pub(super) fn write(telling: &Telling<'_>, out: &mut impl Write) -> std::io::Result<()> {
    let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run(telling, MOST_RESULTS)] });
    plain_json::write(&log, out)
}

fn run(telling: &Telling<'_>, most: usize) -> Value {
    let (told, left_out) = kept(telling, most);
    let rules = rules::named(telling, &told);
    let numbers: BTreeMap<&str, usize> =
        rules.iter().enumerate().map(|(number, rule)| (rule.id(), number)).collect();
    let mut fixes = Fixes::new(telling);
    let mut seen = BTreeMap::new();
    let results: Vec<Value> = told
        .iter()
        .map(|told| {
            let occurrence = seen.entry(told.own.fingerprint.as_str()).or_insert(0_usize);
            *occurrence += 1;
            let number = numbers.get(told.own.rule.as_str()).copied();
            let rule = number.and_then(|number| Some((number, rules.get(number)?)));
            results::of(telling, told, rule, *occurrence, &mut fixes)
        })
        .collect();
    let descriptors =
        Kind::ALL.map(|kind| json!({ "id": kind.id(), "shortDescription": { "text": kind.meaning() } }));
    let contract = telling.contract();
    json!({
        "tool": {
            "driver": {
                "name": contract.tool.name,
                "version": contract.tool.version,
                "semanticVersion": contract.tool.version,
                "informationUri": SITE,
                "rules": rules.iter().map(rules::Named::descriptor).collect::<Vec<_>>(),
                "notifications": descriptors,
            },
        },
        "invocations": [invocation(telling, left_out)],
        "originalUriBaseIds": {
            places::ROOT: { "description": { "text": "the root of the repository" } },
        },
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {
            "verdicts": contract.verdicts,
            "coverage": contract.coverage,
            "summary": contract.summary,
        },
    })
}

/// The findings in the order of the report; where there are too many, the worst of them, and how many are left out.
fn kept<'t>(telling: &'t Telling<'_>, most: usize) -> (Vec<Told<'t>>, usize) {
    let mut told: Vec<Told<'_>> = telling.findings().collect();
    let left_out = told.len().saturating_sub(most);
    if left_out > 0 {
        told.sort_by_cached_key(Told::rank);
        told.truncate(most);
        told.sort_by_key(|told| told.index);
    }
    (told, left_out)
}

/// How the run went, with everything that is no finding.
fn invocation(telling: &Telling<'_>, left_out: usize) -> Value {
    let notes = notes(telling.report());
    let is_whole = !notes.iter().any(|note| matches!(note.kind, Kind::Incomplete | Kind::NotSeen));
    let told = notes.iter().filter(|note| note.is_issue());
    let mut notifications: Vec<Value> = told.map(|note| notification(telling, note)).collect();
    if left_out > 0 {
        let text = format!(
            "{left_out} findings are left out, the least of all: no more than {MOST_RESULTS} are taken in one run. `-o json` has all."
        );
        notifications.insert(
            0,
            json!({
                "descriptor": { "id": Kind::NotShown.id(), "index": number(Kind::NotShown) },
                "level": "warning",
                "message": { "text": text },
            }),
        );
    }
    let mut invocation = json!({
        "executionSuccessful": is_whole,
        "toolExecutionNotifications": notifications,
    });
    if let Some(exit) = telling.around().exit {
        invocation["exitCode"] = exit.into();
    }
    invocation
}

fn notification(telling: &Telling<'_>, note: &Note<'_>) -> Value {
    let place = if note.place.is_empty() { String::new() } else { format!("{}: ", note.place) };
    let mut notification = json!({
        "descriptor": { "id": note.kind.id(), "index": number(note.kind) },
        "level": level(note.severity, "note"),
        "message": { "text": plain(&format!("{place}{}: {}", note.name(), note.text)) },
    });
    if note.kind == Kind::Incomplete {
        let mut location = json!({ "artifactLocation": uri(&telling.around().root.seen(&note.place), true) });
        if let Some(line) = note.line {
            location["region"] = json!({ "startLine": line });
        }
        notification["locations"] = json!([{ "physicalLocation": location }]);
    }
    notification
}

/// The number of a kind among the descriptors.
fn number(kind: Kind) -> usize {
    Kind::ALL.iter().position(|known| *known == kind).unwrap_or_default()
}

/// A text as a message: what looks like a link in it would be one.
fn plain(text: &str) -> String {
    clean::lines(text).replace("](", "] (")
}

/// What `security-severity` a severity comes to where a promise is about who sees what: on GitHub's scale from 9 on it is
/// critical, from 7 high, from 4 medium.
const fn security(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "8.5",
        Severity::Warning => "5.0",
        Severity::Info => "2.0",
    }
}

#[cfg(test)]
mod tests;
