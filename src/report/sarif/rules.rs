//! Turns the texts of rules into descriptors of SARIF, which viewers show beside a result.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use super::security;
use crate::finding::Invariant;
use crate::finding::RuleDoc;
use crate::finding::Severity;
use crate::report::clean;
use crate::report::format::Telling;
use crate::report::told::Told;
use crate::report::told::level;

/// Kinds of subjects whose further places are a way: from the sources on, through what passes them on, to the finding.
const WAYS: [&str; 1] = ["log_exit"];

/// A rule that results name. Reports that were read back may name rules that are not here.
pub(super) enum Named<'t> {
    Known(&'t RuleDoc),
    Unknown(Told<'t>),
}

/// The rules that these findings name, by id.
pub(super) fn named<'t>(telling: &'t Telling<'_>, told: &[Told<'t>]) -> Vec<Named<'t>> {
    let mut named: BTreeMap<&str, Told<'t>> = BTreeMap::new();
    for told in told {
        named.entry(told.own.rule.as_str()).or_insert(*told);
    }
    if named.is_empty() {
        // Rules are read only where one is shown.
        return Vec::new();
    }
    let known: BTreeMap<&str, &RuleDoc> =
        telling.rules().iter().map(|rule| (rule.id.as_str(), rule)).collect();
    let rule =
        |(id, told): (&str, Told<'t>)| known.get(id).map_or(Named::Unknown(told), |rule| Named::Known(rule));
    named.into_iter().map(rule).collect()
}

impl Named<'_> {
    /// Its id.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Known(rule) => &rule.id,
            Self::Unknown(told) => &told.own.rule,
        }
    }

    /// Whether the further places of its findings are the way to them.
    pub(super) fn has_way(&self) -> bool {
        matches!(self, Self::Known(rule) if WAYS.contains(&rule.subject.as_str()))
    }

    /// All that viewers show of it.
    pub(super) fn descriptor(&self) -> Value {
        let rule = match self {
            Self::Known(rule) => rule,
            Self::Unknown(told) => return bare(self.id(), told.own.invariant, told.own.severity),
        };
        let mut descriptor = bare(&rule.id, rule.invariant, rule.severity);
        let text = |text: &str| clean::lines(text.trim());
        descriptor["shortDescription"] = json!({ "text": text(&rule.summary) });
        let why = if rule.why.trim().is_empty() { &rule.summary } else { &rule.why };
        descriptor["fullDescription"] = json!({ "text": text(why) });
        let mut help = vec![text(why)];
        let mut markdown = vec![text(why)];
        if !rule.help.trim().is_empty() {
            help.push(format!("To mend it: {}", text(&rule.help)));
            markdown.push(format!("**To mend it:** {}", text(&rule.help)));
        }
        let promise = rule.invariant;
        help.push(format!("Promise: {} ({})", promise.promise(), promise.id()));
        markdown.push(format!("**Promise:** {} (`{}`)", promise.promise(), promise.id()));
        help.extend(rule.references.iter().map(|reference| text(reference)));
        markdown.extend(rule.references.iter().map(|reference| format!("- {}", text(reference))));
        descriptor["help"] = json!({ "text": help.join("\n\n"), "markdown": markdown.join("\n\n") });
        if let Some(address) = rule.address() {
            descriptor["helpUri"] = address.into();
        }
        descriptor
    }
}

/// What is known of any rule by its id.
fn bare(id: &str, promise: Invariant, severity: Severity) -> Value {
    let mut tags = vec!["monitoring", promise.id()];
    let level = level(severity, "note");
    let mut properties = json!({ "precision": "high", "problem.severity": problem(severity) });
    if is_security(promise) {
        tags.push("security");
        properties["security-severity"] = security(severity).into();
    }
    properties["tags"] = json!(tags);
    json!({
        "id": clean::line(id),
        "name": pascal(id),
        "shortDescription": { "text": clean::line(id) },
        "defaultConfiguration": { "level": level },
        "properties": properties,
    })
}

/// Whether a promise is about who may see data or reach a machine.
const fn is_security(promise: Invariant) -> bool {
    matches!(promise, Invariant::LogBoundary | Invariant::GrafanaAccess | Invariant::CollectorPlacement)
}

/// GitHub's word for a severity.
const fn problem(severity: Severity) -> &'static str {
    level(severity, "recommendation")
}

/// `logs-leave-workload` as the standard likes names: `LogsLeaveWorkload`.
fn pascal(id: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    };
    clean::line(id).split('-').map(word).collect()
}
