//! Turns dashboards into queries: panels at any depth, variables, annotations.

use super::languages::Languages;
use super::query::Queries;
use super::query::Query;
use super::query::QueryKind;
use super::query::first_line;
use super::query::is_logql;
use crate::document::DocId;
use crate::document::NodeRef;

/// Reads a dashboard: the mapping that holds its panels.
pub(super) fn read(root: NodeRef<'_>, doc: DocId, alone: bool, languages: &Languages, found: &mut Queries) {
    let dashboard = root.get("dashboard").filter(|inner| inner.is_mapping()).unwrap_or(root);
    let title = dashboard.text_at("title").unwrap_or("without a title");
    let mut note =
        |kind: QueryKind, name: &str, source: Option<NodeRef<'_>>, node: NodeRef<'_>, text: &str| {
            if languages.is_promql(source, None) && !is_logql(text) && !text.trim().is_empty() {
                let query = Query::new(kind, name, text, first_line(node, doc), alone);
                found.queries.push(query.of_dashboard(title));
            }
        };
    // Rows hold panels, and so do panels of the type `row`. Aliases cannot make this endless: each node is met once for
    // every place that names it, and those are bounded by `left`.
    let mut rest: Vec<NodeRef<'_>> = panels(dashboard);
    let mut left = MAX_PANELS;
    while let Some(panel) = rest.pop() {
        left = match left.checked_sub(1) {
            Some(left) => left,
            None => break,
        };
        rest.extend(panels(panel));
        let name = panel.text_at("title").unwrap_or("without a title");
        for target in panel.get("targets").into_iter().flat_map(NodeRef::items) {
            let source = target.get("datasource").or_else(|| panel.get("datasource"));
            if let Some(expr) = target.get("expr")
                && let Some(text) = expr.text()
            {
                note(QueryKind::Panel, name, source, expr, text);
            }
        }
    }
    for variable in dashboard.at("templating.list").into_iter().flat_map(NodeRef::items) {
        let query = variable.get("query").map(|query| query.get("query").unwrap_or(query));
        let query = query.filter(|query| query.is_scalar()).or_else(|| variable.get("definition"));
        if variable.text_at("type") == Some("query")
            && let Some(node) = query
            && let Some(text) = node.text().and_then(asked_by_variable)
        {
            let name = variable.text_at("name").unwrap_or_default();
            note(QueryKind::Variable, name, variable.get("datasource"), node, text);
        }
    }
    for annotation in dashboard.at("annotations.list").into_iter().flat_map(NodeRef::items) {
        if let Some(expr) = annotation.get("expr")
            && let Some(text) = expr.text()
        {
            let name = annotation.text_at("name").unwrap_or_default();
            note(QueryKind::Annotation, name, annotation.get("datasource"), expr, text);
        }
    }
}

/// A dashboard of more panels is not read further.
const MAX_PANELS: usize = 10_000;

/// The panels and rows right below a dashboard, row or panel; last first.
fn panels(node: NodeRef<'_>) -> Vec<NodeRef<'_>> {
    let lists = ["panels", "rows"].into_iter().filter_map(|key| node.get(key));
    let mut panels: Vec<_> = lists.flat_map(NodeRef::items).collect();
    panels.reverse();
    panels
}

/// The expression in a variable's query: `label_values(EXPR, label)`, `query_result(EXPR)`. The other functions ask for no
/// metric by name.
fn asked_by_variable(query: &str) -> Option<&str> {
    let inner = |function: &str| {
        query.trim().strip_prefix(function)?.trim_start().strip_prefix('(')?.strip_suffix(')')
    };
    if let Some(inner) = inner("label_values") {
        // The label comes last, and holds no comma.
        return inner.rsplit_once(',').map(|(expr, _)| expr.trim());
    }
    inner("query_result").map(str::trim)
}
