//! Turns several JSON reports into one, as if one run had seen it all.

mod clusters;
mod findings;
mod read;
mod shards;

pub(crate) use read::read;
pub(crate) use read::report_of;

use super::contract::CoverageJson;
use super::contract::ErrorJson;
use super::contract::ReportJson;
use super::contract::SCHEMA;
use super::contract::SummaryJson;
use super::contract::ThresholdJson;
use super::contract::ToolJson;
use crate::finding::RunError;
use crate::finding::Severity;
use crate::finding::Threshold;

/// One report of `reports`, each with the name of its file, whatever their order. `unread` are those that could not be
/// read: they make the whole incomplete.
pub(crate) fn merge(mut reports: Vec<(String, ReportJson)>, unread: Vec<RunError>) -> ReportJson {
    reports.sort_by_cached_key(|(name, report)| {
        (serde_json::to_string(report).unwrap_or_default(), name.clone())
    });
    let mut notes = clusters::tell_apart(&mut reports);
    let (findings, mut verdicts) = findings::join(&reports);
    shards::tell_unshared(&reports, &mut verdicts);
    let mut coverage = CoverageJson::default();
    let (mut fail_on, mut strict) = (Severity::Error, false);
    let clusters = clusters::known(&reports);
    for (_, report) in reports {
        let threshold = report.threshold.unwrap_or_else(|| ThresholdJson::new(Threshold::default()));
        fail_on = fail_on.min(Severity::from_name(&threshold.fail_on).unwrap_or(Severity::Info));
        strict |= threshold.strict;
        let own = report.coverage;
        coverage.files += own.files;
        coverage.documents += own.documents;
        coverage.collectors += own.collectors;
        coverage.components += own.components;
        coverage.passed_over.extend(own.passed_over);
        coverage.errors.extend(own.errors);
        coverage.not_seen.extend(own.not_seen);
        coverage.shards.extend(own.shards);
        coverage.not_shown.extend(own.not_shown);
    }
    shards::tell_missing(&mut coverage);
    coverage.clusters = clusters;
    coverage.passed_over.append(&mut notes);
    let unread = unread.into_iter();
    coverage.errors.extend(unread.map(|RunError { path, line, message }| ErrorJson { path, line, message }));
    coverage.passed_over.sort();
    coverage.passed_over.dedup();
    coverage.errors.sort();
    coverage.errors.dedup();
    coverage.not_shown.sort();
    coverage.not_seen.sort();
    coverage.not_seen.dedup();
    let open = || findings.iter().filter(|own| own.accepted.is_none());
    let count = |severity: Severity| open().filter(|own| own.severity == severity.name()).count();
    ReportJson {
        schema: SCHEMA.to_owned(),
        tool: ToolJson::this(),
        summary: SummaryJson {
            error: count(Severity::Error),
            warning: count(Severity::Warning),
            info: count(Severity::Info),
            accepted: findings.len() - open().count(),
        },
        verdicts,
        findings,
        coverage,
        threshold: Some(ThresholdJson::new(Threshold { fail_on, strict })),
    }
}
