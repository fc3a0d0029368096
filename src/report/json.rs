//! Turns a report into JSON by the contract `ptd-lint/report/v1`.

use super::contract::AcceptedJson;
use super::contract::ClusterJson;
use super::contract::CoverageJson;
use super::contract::ErrorJson;
use super::contract::FindingJson;
use super::contract::FixJson;
use super::contract::GitJson;
use super::contract::LayerJson;
use super::contract::LocationJson;
use super::contract::NotSeenJson;
use super::contract::NotShownJson;
use super::contract::PassedOverJson;
use super::contract::RelatedJson;
use super::contract::ReportJson;
use super::contract::SCHEMA;
use super::contract::ShardJson;
use super::contract::SightingJson;
use super::contract::SummaryJson;
use super::contract::ThresholdJson;
use super::contract::ToolJson;
use super::contract::VerdictJson;
use crate::document::Documents;
use crate::document::Place;
use crate::document::Resolved;
use crate::finding::Coverage;
use crate::finding::Finding;
use crate::finding::InvariantVerdict;
use crate::finding::NotSeen;
use crate::finding::Report;
use crate::finding::SeenCluster;
use crate::finding::Severity;
use crate::finding::Threshold;

impl ReportJson {
    /// A report by the contract.
    pub(super) fn new(documents: &Documents, report: &Report) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            tool: ToolJson::this(),
            verdicts: report.verdicts.iter().map(VerdictJson::new).collect(),
            findings: report.findings.iter().map(|finding| FindingJson::new(documents, finding)).collect(),
            coverage: CoverageJson::new(&report.coverage),
            summary: SummaryJson {
                error: report.open(Severity::Error),
                warning: report.open(Severity::Warning),
                info: report.open(Severity::Info),
                accepted: report.accepted(),
            },
            threshold: Some(ThresholdJson::new(report.threshold)),
        }
    }
}

impl ToolJson {
    /// This program.
    pub(super) fn this() -> Self {
        Self { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

impl ThresholdJson {
    /// What fails a run.
    pub(super) fn new(threshold: Threshold) -> Self {
        Self { fail_on: threshold.fail_on.name().to_owned(), strict: threshold.strict }
    }
}

impl VerdictJson {
    fn new(verdict: &InvariantVerdict) -> Self {
        Self {
            invariant: verdict.invariant.id().to_owned(),
            subject: verdict.subject.clone(),
            cluster: verdict.cluster.clone(),
            verdict: verdict.verdict.name().to_owned(),
            summary: verdict.summary.clone(),
            assumptions: verdict.assumptions.clone(),
            findings: verdict.findings.clone(),
            accepted: verdict.accepted,
            not_shown: verdict.not_shown,
            before: verdict.before.map(|before| before.name().to_owned()),
        }
    }
}

impl FindingJson {
    fn new(documents: &Documents, finding: &Finding) -> Self {
        let location = |place: Option<Place>| place.map(|place| LocationJson::new(documents, place));
        let related = finding.related.iter();
        let fixes = finding.fixes.iter();
        let clusters = finding.seen.clusters.iter();
        let sighting = |cluster: &crate::finding::Sighting| SightingJson {
            cluster: cluster.cluster.clone(),
            location: location(cluster.place),
        };
        Self {
            rule: finding.rule.clone(),
            invariant: finding.invariant.id().to_owned(),
            severity: finding.severity.name().to_owned(),
            message: finding.message.clone(),
            help: finding.help.clone(),
            location: location(finding.place),
            related: related
                .map(|label| RelatedJson::new(label.text.clone(), LocationJson::new(documents, label.place)))
                .collect(),
            fixes: fixes.map(|fix| FixJson { title: fix.title.clone(), safe: fix.is_safe }).collect(),
            fingerprint: finding.fingerprint.clone(),
            clusters: clusters.clone().map(|cluster| cluster.cluster.clone()).collect(),
            also_at: clusters.skip(1).map(sighting).collect(),
            git: finding.seen.git.as_ref().map(|git| GitJson {
                state: git.state.id().to_owned(),
                reason: git.reason.clone(),
                location: location(git.place),
            }),
            accepted: finding.accepted.as_ref().map(|accepted| AcceptedJson {
                by: accepted.by.id().to_owned(),
                reason: accepted.reason.clone(),
                until: accepted.until.clone(),
                location: location(accepted.place),
            }),
            undecided: finding.undecided,
        }
    }
}

impl LocationJson {
    fn new(documents: &Documents, place: Place) -> Self {
        let resolved = documents.resolve(place);
        let (start, end) = lines(&resolved);
        let (live, field) = (resolved.route.is_some(), resolved.field());
        let layers = resolved.layers.into_iter().map(|layer| LayerJson {
            field: layer.field,
            language: layer.language.name().to_owned(),
            line: layer.start.line,
            column: layer.start.column,
        });
        Self {
            path: resolved.path,
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            object: resolved.object,
            layers: layers.collect(),
            live,
            field,
            pointer: resolved.route.map(|route| route.pointer()),
        }
    }
}

/// Start and end in the text that people know: the file, or in a running cluster the innermost embedded text.
fn lines(resolved: &Resolved) -> (crate::text::LineColumn, crate::text::LineColumn) {
    match resolved.layers.last().filter(|_| resolved.route.is_some()) {
        Some(layer) => (layer.start, layer.end),
        None => (resolved.start, resolved.end),
    }
}

impl CoverageJson {
    fn new(coverage: &Coverage) -> Self {
        let passed_over = coverage.passed_over.iter();
        let errors = coverage.errors.iter();
        Self {
            files: coverage.files,
            documents: coverage.documents,
            collectors: coverage.collectors,
            components: coverage.components,
            passed_over: passed_over
                .map(|passed| PassedOverJson { path: passed.path.clone(), reason: passed.reason.clone() })
                .collect(),
            errors: errors
                .map(|error| ErrorJson {
                    path: error.path.clone(),
                    line: error.line,
                    message: error.message.clone(),
                })
                .collect(),
            clusters: coverage.clusters.iter().map(ClusterJson::new).collect(),
            not_seen: coverage.not_seen.iter().map(NotSeenJson::new).collect(),
            shards: coverage
                .shards
                .iter()
                .map(|own| ShardJson { index: own.index, count: own.count })
                .collect(),
            not_shown: coverage
                .not_shown
                .iter()
                .map(|own| NotShownJson { reason: own.reason.clone(), findings: own.findings })
                .collect(),
        }
    }
}

impl ClusterJson {
    fn new(cluster: &SeenCluster) -> Self {
        let SeenCluster { name, uid, objects, same_as, notes } = cluster.clone();
        Self { name, uid, objects, same_as, notes }
    }
}

impl NotSeenJson {
    fn new(unseen: &NotSeen) -> Self {
        Self {
            cluster: unseen.cluster.clone(),
            verb: unseen.verb.clone(),
            resource: unseen.resource.clone(),
            namespace: unseen.namespace.clone(),
            name: unseen.name.clone(),
            cause: unseen.cause.clone(),
            message: unseen.message.clone(),
            promises: unseen.promises.iter().map(|promise| promise.id().to_owned()).collect(),
        }
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
