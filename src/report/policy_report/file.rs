//! Turns a report into a file with objects of OpenReports or PolicyReport: for tools that read these, and for `kubectl apply`.

use std::io::Write;

use serde_json::Value;
use serde_json::json;

use super::MOST_BYTES;
use super::MOST_RESULTS;
use super::Outcomes;
use super::Results;
use super::SOURCE;
use super::not_seen_result;
use super::of_finding;
use super::result;
use super::verdict_result;
use crate::report::clean;
use crate::report::contract::LocationJson;
use crate::report::format::Telling;
use crate::report::notes::Kind;
use crate::report::notes::notes;
use crate::report::plain_json;
use crate::report::told::Told;

/// The kind of the objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum PolicyForm {
    /// `ClusterReport` of `openreports.io/v1alpha1`.
    OpenReports,
    /// `ClusterPolicyReport` of `wgpolicyk8s.io/v1alpha2`.
    PolicyReport,
}

impl PolicyForm {
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::OpenReports => ("openreports.io/v1alpha1", "ClusterReport"),
            Self::PolicyReport => ("wgpolicyk8s.io/v1alpha2", "ClusterPolicyReport"),
        }
    }
}

/// Writes as many objects as it takes to hold all results, each a document of YAML.
pub(in crate::report) fn write(
    telling: &Telling<'_>,
    form: PolicyForm,
    out: &mut impl Write,
) -> std::io::Result<()> {
    for object in objects(telling, form) {
        let mut text = "---\n".to_owned();
        yaml(&object, 0, &mut text);
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// The objects.
pub(super) fn objects(telling: &Telling<'_>, form: PolicyForm) -> Vec<Value> {
    let (version, kind) = form.names();
    let object = |(index, part): (usize, Results)| {
        let name = if index == 0 { SOURCE.to_owned() } else { format!("{SOURCE}-{}", index + 1) };
        json!({
            "apiVersion": version,
            "kind": kind,
            "metadata": { "name": name, "labels": { "app.kubernetes.io/managed-by": SOURCE } },
            "summary": part.summary(),
            "results": part.all.into_iter().map(|(_, value)| value).collect::<Vec<Value>>(),
        })
    };
    parts(results(telling)).into_iter().enumerate().map(object).collect()
}

/// All results: what made the run incomplete, verdicts, findings, the rest.
fn results(telling: &Telling<'_>) -> Results {
    let report = telling.report();
    let mut all = Results::default();
    for error in &report.coverage.errors {
        let line = error.line.map(|line| format!(":{line}")).unwrap_or_default();
        let message = format!("{}{line}: {}", error.path, error.message);
        all.add(result(Outcomes::Error, "coverage", None, &message));
    }
    for missed in &report.coverage.not_seen {
        let (outcome, mut value) = not_seen_result(missed);
        value["properties"]["cluster"] = clean::line(&missed.cluster).into();
        all.add((outcome, value));
    }
    for verdict in &report.verdicts {
        let (outcome, mut value) = verdict_result(verdict);
        value["properties"]["stack"] = clean::line(&verdict.subject).into();
        if let Some(cluster) = &verdict.cluster {
            value["properties"]["cluster"] = clean::line(cluster).into();
        }
        all.add((outcome, value));
    }
    for told in telling.findings() {
        all.add(finding_result(telling, &told));
    }
    let rest = notes(report);
    for note in rest.iter().filter(|note| matches!(note.kind, Kind::NotShown | Kind::Assumed)) {
        let message = format!("{}: {}", note.kind.id(), note.text);
        all.add(result(Outcomes::Skip, "coverage", None, &message));
    }
    all
}

fn finding_result(telling: &Telling<'_>, told: &Told<'_>) -> (Outcomes, Value) {
    let (outcome, mut value) = of_finding(told.own);
    let properties = &mut value["properties"];
    let anchor = told.anchor(telling);
    properties["place"] = clean::line(&told.place().unwrap_or_else(|| anchor.path.path())).into();
    if !told.json.clusters.is_empty() {
        properties["clusters"] = clean::line(&told.json.clusters.join(", ")).into();
    }
    if let Some(reference) = told.json.location.as_ref().and_then(reference) {
        value["resources"] = json!([reference]);
    }
    (outcome, value)
}

/// The object that a place lies in, as far as a report names it: `ConfigMap alloy/alloy-config`.
fn reference(place: &LocationJson) -> Option<Value> {
    let (kind, name) = place.object.as_deref()?.split_once(' ')?;
    let mut reference = json!({ "kind": clean::line(kind) });
    let name = match name.split_once('/') {
        Some((namespace, name)) => {
            reference["namespace"] = clean::line(namespace).into();
            name
        }
        None => name,
    };
    reference["name"] = clean::line(name).into();
    Some(reference)
}

/// The results cut into as many objects as a cluster takes them in; at least one.
fn parts(whole: Results) -> Vec<Results> {
    let mut parts = vec![Results::default()];
    let mut bytes = 0;
    for (outcome, value) in whole.all {
        let more = value.to_string().len();
        let is_full = |part: &Results| part.all.len() >= MOST_RESULTS || bytes + more > MOST_BYTES;
        if parts.last().is_none_or(|last| !last.all.is_empty() && is_full(last)) {
            parts.push(Results::default());
            bytes = 0;
        }
        bytes += more;
        if let Some(last) = parts.last_mut() {
            last.add((outcome, value));
        }
    }
    parts
}

/// A value in the block style of YAML, its lines in that column. Texts are quoted as in JSON, which YAML reads alike. The
/// values are made above, a few levels deep.
fn yaml(value: &Value, column: usize, out: &mut String) {
    let indent = " ".repeat(column);
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                out.extend([format!("{indent}{key}:")]);
                below(value, column, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                let mut text = String::new();
                yaml(item, column + 2, &mut text);
                // The dash takes the place of the first line's indentation.
                out.extend([format!("{indent}- {}", text.trim_start())]);
            }
        }
        other => {
            let text = other.as_str().map_or_else(|| other.to_string(), plain_json::quoted);
            out.extend([format!("{indent}{text}\n")]);
        }
    }
}

/// What stands behind a key in that column.
fn below(value: &Value, column: usize, out: &mut String) {
    let is_block = match value {
        Value::Object(entries) => !entries.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    };
    if is_block {
        out.push('\n');
        let column = if value.is_array() { column } else { column + 2 };
        yaml(value, column, out);
    } else {
        let mut text = String::new();
        yaml(value, 0, &mut text);
        out.extend([format!(" {text}")]);
    }
}
