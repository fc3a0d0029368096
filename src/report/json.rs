//! Turns a report into JSON by the contract `ptd-lint/report/v1` (`schemas/report.schema.json`).
//!
//! The structs here are the contract: they are apart from the linter's own types, so that renaming a field inside
//! cannot change what others parse. Fields are written in the order of the structs.

use std::io::Write;

use serde::Serialize;

use super::Outcome;
use crate::document::Documents;
use crate::document::Place;
use crate::finding::Coverage;
use crate::finding::Finding;
use crate::finding::InvariantVerdict;
use crate::finding::Label;
use crate::finding::Report;
use crate::finding::Severity;

/// The version of the contract. A field that goes or changes its meaning makes a new one; a new field does not.
const SCHEMA: &str = "ptd-lint/report/v1";

/// Writes the report as one JSON object and a newline.
pub(crate) fn write(outcome: Outcome<'_>, out: &mut impl Write) -> std::io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &ReportJson::new(outcome.documents, outcome.report))?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct ReportJson<'r> {
    schema: &'static str,
    tool: ToolJson,
    verdicts: Vec<VerdictJson<'r>>,
    findings: Vec<FindingJson<'r>>,
    coverage: CoverageJson<'r>,
    summary: SummaryJson,
}

#[derive(Serialize)]
struct ToolJson {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct VerdictJson<'r> {
    invariant: &'static str,
    subject: &'r str,
    verdict: &'static str,
    summary: &'r str,
    assumptions: &'r [String],
    findings: &'r [usize],
}

#[derive(Serialize)]
struct FindingJson<'r> {
    rule: &'r str,
    invariant: &'static str,
    severity: &'static str,
    message: &'r str,
    help: &'r str,
    location: Option<LocationJson>,
    related: Vec<RelatedJson<'r>>,
    fixes: Vec<FixJson<'r>>,
    fingerprint: &'r str,
}

#[derive(Serialize)]
struct FixJson<'r> {
    title: &'r str,
    safe: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LocationJson {
    path: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    object: Option<String>,
    layers: Vec<LayerJson>,
}

/// [`LocationJson`] with a label; written out because `flatten` loses the order and spoils error messages.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RelatedJson<'r> {
    label: &'r str,
    path: String,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    object: Option<String>,
    layers: Vec<LayerJson>,
}

#[derive(Serialize)]
struct LayerJson {
    field: String,
    language: &'static str,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CoverageJson<'r> {
    files: usize,
    documents: usize,
    collectors: usize,
    components: usize,
    passed_over: Vec<PassedOverJson<'r>>,
    errors: Vec<ErrorJson<'r>>,
}

#[derive(Serialize)]
struct PassedOverJson<'r> {
    path: &'r str,
    reason: &'r str,
}

#[derive(Serialize)]
struct ErrorJson<'r> {
    path: &'r str,
    line: Option<u32>,
    message: &'r str,
}

#[derive(Serialize)]
struct SummaryJson {
    error: usize,
    warning: usize,
    info: usize,
}

impl<'r> ReportJson<'r> {
    fn new(documents: &Documents, report: &'r Report) -> Self {
        Self {
            schema: SCHEMA,
            tool: ToolJson { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            verdicts: report.verdicts.iter().map(VerdictJson::new).collect(),
            findings: report.findings.iter().map(|finding| FindingJson::new(documents, finding)).collect(),
            coverage: CoverageJson::new(&report.coverage),
            summary: SummaryJson {
                error: super::count(report, Severity::Error),
                warning: super::count(report, Severity::Warning),
                info: super::count(report, Severity::Info),
            },
        }
    }
}

impl<'r> VerdictJson<'r> {
    fn new(verdict: &'r InvariantVerdict) -> Self {
        Self {
            invariant: verdict.invariant.id(),
            subject: &verdict.subject,
            verdict: verdict.verdict.name(),
            summary: &verdict.summary,
            assumptions: &verdict.assumptions,
            findings: &verdict.findings,
        }
    }
}

impl<'r> FindingJson<'r> {
    fn new(documents: &Documents, finding: &'r Finding) -> Self {
        let related = |label: &'r Label| {
            let place = LocationJson::new(documents, label.place);
            RelatedJson {
                label: &label.text,
                path: place.path,
                line: place.line,
                column: place.column,
                end_line: place.end_line,
                end_column: place.end_column,
                object: place.object,
                layers: place.layers,
            }
        };
        Self {
            rule: &finding.rule,
            invariant: finding.invariant.id(),
            severity: finding.severity.name(),
            message: &finding.message,
            help: &finding.help,
            location: finding.place.map(|place| LocationJson::new(documents, place)),
            related: finding.related.iter().map(related).collect(),
            fixes: finding.fixes.iter().map(|fix| FixJson { title: &fix.title, safe: fix.is_safe }).collect(),
            fingerprint: &finding.fingerprint,
        }
    }
}

impl LocationJson {
    fn new(documents: &Documents, place: Place) -> Self {
        let resolved = documents.resolve(place);
        let layers = resolved.layers.into_iter().map(|layer| LayerJson {
            field: layer.field,
            language: layer.language.name(),
            line: layer.start.line,
            column: layer.start.column,
        });
        Self {
            path: resolved.path,
            line: resolved.start.line,
            column: resolved.start.column,
            end_line: resolved.end.line,
            end_column: resolved.end.column,
            object: resolved.object,
            layers: layers.collect(),
        }
    }
}

impl<'r> CoverageJson<'r> {
    fn new(coverage: &'r Coverage) -> Self {
        let passed_over = coverage.passed_over.iter();
        let errors = coverage.errors.iter();
        Self {
            files: coverage.files,
            documents: coverage.documents,
            collectors: coverage.collectors,
            components: coverage.components,
            passed_over: passed_over
                .map(|passed| PassedOverJson { path: &passed.path, reason: &passed.reason })
                .collect(),
            errors: errors
                .map(|error| ErrorJson { path: &error.path, line: error.line, message: &error.message })
                .collect(),
        }
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
