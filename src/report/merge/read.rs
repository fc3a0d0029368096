//! Turns the text of a JSON report into a report, or says why it is none.

use serde_json::Value;

use crate::finding::Accepted;
use crate::finding::AcceptedBy;
use crate::finding::Coverage;
use crate::finding::Finding;
use crate::finding::GitState;
use crate::finding::InGit;
use crate::finding::Invariant;
use crate::finding::InvariantVerdict;
use crate::finding::NotSeen;
use crate::finding::NotShown;
use crate::finding::PassedOver;
use crate::finding::Report;
use crate::finding::RunError;
use crate::finding::Seen;
use crate::finding::SeenCluster;
use crate::finding::Severity;
use crate::finding::Shard;
use crate::finding::Sighting;
use crate::finding::Threshold;
use crate::finding::Verdict;
use crate::report::contract::AcceptedJson;
use crate::report::contract::FindingJson;
use crate::report::contract::ReportJson;
use crate::report::contract::SCHEMA;
use crate::report::contract::ShardJson;
use crate::report::contract::VerdictJson;

/// The report in a text. Strict: what is not understood may be what matters.
pub(crate) fn read(text: &str) -> Result<ReportJson, String> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| format!("not JSON: {error}; give what `ptd-lint -o json` wrote, whole"))?;
    match value.get("schema").and_then(Value::as_str) {
        Some(SCHEMA) => {}
        Some(other) => {
            return Err(format!("a report of the form `{other}`, where this version knows `{SCHEMA}`"));
        }
        None => return Err("no report of ptd-lint; give what `ptd-lint -o json` wrote".to_owned()),
    }
    // From the text again, so that the error has a line.
    let report: ReportJson = serde_json::from_str(text).map_err(|error| {
        format!("not a report as `{SCHEMA}` describes it: {error}; merge with the version that wrote it")
    })?;
    report_of(&report)?;
    Ok(report)
}

/// The report without its places, which lead into texts that are not here; or which name in it is not known.
pub(crate) fn report_of(report: &ReportJson) -> Result<Report, String> {
    let coverage = &report.coverage;
    let passed_over = coverage.passed_over.iter();
    let errors = coverage.errors.iter();
    let threshold = match &report.threshold {
        Some(own) => Threshold { fail_on: severity(&own.fail_on)?, strict: own.strict },
        None => Threshold::default(),
    };
    let not_seen = coverage.not_seen.iter().map(|own| {
        Ok(NotSeen {
            cluster: own.cluster.clone(),
            verb: own.verb.clone(),
            resource: own.resource.clone(),
            namespace: own.namespace.clone(),
            name: own.name.clone(),
            cause: own.cause.clone(),
            message: own.message.clone(),
            promises: own.promises.iter().map(|id| promise(id)).collect::<Result<_, String>>()?,
        })
    });
    let clusters = coverage.clusters.iter().map(|own| SeenCluster {
        name: own.name.clone(),
        uid: own.uid.clone(),
        objects: own.objects,
        same_as: own.same_as.clone(),
        notes: own.notes.clone(),
    });
    let verdicts = report.verdicts.iter().map(|own| verdict(own, report.findings.len()));
    Ok(Report {
        pictures: Vec::new(),
        verdicts: verdicts.collect::<Result<_, _>>()?,
        findings: report.findings.iter().map(finding).collect::<Result<_, _>>()?,
        coverage: Coverage {
            files: coverage.files,
            documents: coverage.documents,
            collectors: coverage.collectors,
            components: coverage.components,
            passed_over: passed_over
                .map(|own| PassedOver { path: own.path.clone(), reason: own.reason.clone() })
                .collect(),
            errors: errors
                .map(|own| RunError { path: own.path.clone(), line: own.line, message: own.message.clone() })
                .collect(),
            clusters: clusters.collect(),
            not_seen: not_seen.collect::<Result<_, String>>()?,
            shards: coverage.shards.iter().map(shard).collect::<Result<_, String>>()?,
            not_shown: coverage
                .not_shown
                .iter()
                .map(|own| NotShown { reason: own.reason.clone(), findings: own.findings })
                .collect(),
        },
        threshold,
    })
}

fn shard(own: &ShardJson) -> Result<Shard, String> {
    let ShardJson { index, count } = *own;
    if index >= count {
        return Err(format!("shard {index} of {count}, where shards are counted from 0"));
    }
    Ok(Shard { index, count })
}

fn finding(own: &FindingJson) -> Result<Finding, String> {
    if own.also_at.len() + 1 != own.clusters.len().max(1) {
        return Err(format!("a finding of `{}` names other clusters than places", own.rule));
    }
    let sighting = |cluster: &String| Sighting { cluster: cluster.clone(), place: None };
    let git = match &own.git {
        Some(git) => Some(InGit {
            state: GitState::from_id(&git.state).ok_or_else(|| unknown("state", &git.state))?,
            reason: git.reason.clone(),
            place: None,
        }),
        None => None,
    };
    Ok(Finding {
        rule: own.rule.clone(),
        invariant: promise(&own.invariant)?,
        severity: severity(&own.severity)?,
        message: own.message.clone(),
        help: own.help.clone(),
        place: None,
        label: String::new(),
        related: Vec::new(),
        fingerprint: own.fingerprint.clone(),
        fixes: Vec::new(),
        seen: Seen { clusters: own.clusters.iter().map(sighting).collect(), git },
        accepted: own.accepted.as_ref().map(accepted).transpose()?,
        undecided: own.undecided,
    })
}

fn accepted(own: &AcceptedJson) -> Result<Accepted, String> {
    Ok(Accepted {
        by: AcceptedBy::from_id(&own.by).ok_or_else(|| unknown("way of accepting", &own.by))?,
        reason: own.reason.clone(),
        until: own.until.clone(),
        place: None,
    })
}

fn verdict(own: &VerdictJson, findings: usize) -> Result<InvariantVerdict, String> {
    if let Some(index) = own.findings.iter().find(|index| **index >= findings) {
        return Err(format!("a verdict names finding {index} of {findings}"));
    }
    let named = |name: &str| Verdict::from_name(name).ok_or_else(|| unknown("verdict", name));
    Ok(InvariantVerdict {
        invariant: promise(&own.invariant)?,
        subject: own.subject.clone(),
        cluster: own.cluster.clone(),
        verdict: named(&own.verdict)?,
        summary: own.summary.clone(),
        assumptions: own.assumptions.clone(),
        findings: own.findings.clone(),
        accepted: own.accepted,
        not_shown: own.not_shown,
        before: own.before.as_deref().map(named).transpose()?,
    })
}

fn promise(id: &str) -> Result<Invariant, String> {
    Invariant::from_id(id).ok_or_else(|| unknown("promise", id))
}

fn severity(name: &str) -> Result<Severity, String> {
    Severity::from_name(name).ok_or_else(|| unknown("severity", name))
}

fn unknown(what: &str, name: &str) -> String {
    format!("the {what} `{name}` is not known; merge with the version that wrote it")
}
