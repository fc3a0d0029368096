//! Turns alert rules and dashboards into queries: what they ask of the stores, and where that is written.

mod dashboards;
mod labels;
mod languages;
mod needs;
mod promql;
mod provisioned;
mod query;
mod subjects;
mod variables;

pub(crate) use needs::Needs;
pub(crate) use needs::Use;
pub(crate) use promql::Name;
pub(crate) use promql::is_metric_name;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use promql::read as read_promql;
pub(crate) use query::Queries;
pub(crate) use query::Query;
pub(crate) use subjects::subjects as query_subjects;

use std::collections::HashSet;

use super::stack::Stack;
use super::stack::stands_alone;
use crate::document::NodeRef;
use languages::Languages;

/// The queries of a stack, each once: the same text under the same name comes in several forms of an input.
pub(crate) fn queries(stack: &Stack<'_>) -> Queries {
    let mut all = Queries::default();
    if stack.rule_groups.is_empty() && stack.dashboards.is_empty() {
        return all;
    }
    let languages = Languages::of_stack(stack);
    for (at, home) in &stack.rule_groups {
        if let Some(root) = at.in_documents(stack.documents) {
            provisioned::read(root, at.doc, stands_alone(home), &languages, &mut all);
        }
    }
    for (at, home) in &stack.dashboards {
        if let Some(root) = at.in_documents(stack.documents) {
            dashboards::read(root, at.doc, stands_alone(home), &languages, &mut all);
        }
    }
    without_repetition(all)
}

/// Keeps the first of queries that are equal, and the alerts of those that are kept.
fn without_repetition(found: Queries) -> Queries {
    let mut seen = HashSet::new();
    let mut index = Vec::with_capacity(found.all.len());
    let mut kept = Queries::default();
    for query in found.all {
        let is_new =
            seen.insert((query.kind, query.dashboard.clone(), query.name.clone(), query.text.clone()));
        index.push(is_new.then_some(kept.all.len()));
        if is_new {
            kept.all.push(query);
        }
    }
    for mut alert in found.alerts {
        alert.queries = alert.queries.iter().filter_map(|query| *index.get(*query)?).collect();
        if !alert.queries.is_empty() {
            kept.alerts.push(alert);
        }
    }
    kept
}

/// An alert's query that stands in a file of its own.
#[cfg(test)]
pub(crate) fn alert_for_tests(name: &str, text: &str, place: crate::document::Place) -> Query {
    Query::new(query::QueryKind::Alert, name, text, place, true)
}

/// Whether a mapping is a file of rule groups: Grafana's provisioned alerts, or rules as Prometheus and Mimir have them.
pub(super) fn is_rule_groups(root: NodeRef<'_>) -> bool {
    let mut groups = root.get("groups").into_iter().flat_map(NodeRef::items);
    root.get("kind").is_none()
        && groups
            .any(|group| group.get("rules").is_some_and(NodeRef::is_sequence) && group.get("name").is_some())
}

/// Whether a mapping is a dashboard, by itself or as Grafana's API gives it.
pub(super) fn is_dashboard(root: NodeRef<'_>) -> bool {
    let dashboard = root.get("dashboard").filter(|inner| inner.is_mapping()).unwrap_or(root);
    let list = |key: &str| dashboard.get(key).is_some_and(NodeRef::is_sequence);
    root.get("kind").is_none()
        && (list("panels") || list("rows"))
        && ["title", "templating", "schemaVersion"].into_iter().any(|key| dashboard.get(key).is_some())
}

/// Whether a text in JSON may be a dashboard: so much of a ConfigMap's content is worth parsing.
pub(super) fn may_be_dashboard(text: &str) -> bool {
    let has = |key: &str| text.contains(key);
    text.trim_start().starts_with('{') && has("\"schemaVersion\"") && (has("\"panels\"") || has("\"rows\""))
}

#[cfg(test)]
mod tests;
