//! Turns dashboards into queries: panels at any depth, variables, annotations.

use std::collections::HashMap;

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
    let sources = sources_of_variables(dashboard);
    let is_promql = |source: Option<NodeRef<'_>>| {
        let chosen = source.and_then(|source| source.text_at("uid").or_else(|| source.text()));
        let chosen = chosen.and_then(variable_name).and_then(|name| sources.get(name).copied());
        chosen.map_or_else(|| languages.is_promql(source, None), Languages::is_of_prometheus)
    };
    let mut note =
        |kind: QueryKind, name: &str, source: Option<NodeRef<'_>>, node: NodeRef<'_>, text: &str| {
            if found.spend(text.len()) && is_promql(source) && !is_logql(text) && !text.trim().is_empty() {
                let query = Query::new(kind, name, text, first_line(node, doc), alone);
                found.all.push(query.of_dashboard(title));
            }
        };
    // Rows hold panels, and so do panels of the type `row`.
    let mut rest: Vec<NodeRef<'_>> = panels(dashboard);
    // Panels of the library come along where a dashboard is exported to be shared.
    let library = dashboard.get("__elements").into_iter().flat_map(NodeRef::entries);
    rest.extend(library.filter_map(|(_, element)| element.get("model")));
    while let Some(panel) = rest.pop() {
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

/// The types of data sources that variables offer, by the variables' names.
fn sources_of_variables(dashboard: NodeRef<'_>) -> HashMap<&str, &str> {
    let variables = dashboard.at("templating.list").into_iter().flat_map(NodeRef::items);
    let sources = variables.filter(|variable| variable.text_at("type") == Some("datasource"));
    sources.filter_map(|variable| Some((variable.text_at("name")?, variable.text_at("query")?))).collect()
}

/// The name in `$name` or `${name}`.
fn variable_name(text: &str) -> Option<&str> {
    let name = text.strip_prefix('$')?;
    Some(name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name))
}

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
