//! Turns groups of rules into queries: those of Grafana's alerting, and those of Prometheus, Mimir and their operators.

use super::languages::Languages;
use super::query::Alert;
use super::query::Queries;
use super::query::Query;
use super::query::QueryKind;
use super::query::first_line;
use super::query::is_logql;
use super::query::part_of;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;

/// Reads the rules below `groups` of a mapping; a mapping with `rules` is a group itself.
pub(super) fn read(root: NodeRef<'_>, doc: DocId, alone: bool, languages: &Languages, found: &mut Queries) {
    let groups = root.get("groups").into_iter().flat_map(NodeRef::items);
    for group in groups.chain(root.get("rules").map(|_| root)) {
        for rule in group.get("rules").into_iter().flat_map(NodeRef::items) {
            if !found.spend(size(rule)) {
                return;
            }
            if rule.get("data").is_some_and(NodeRef::is_sequence) {
                of_grafana(rule, doc, alone, languages, found);
            } else {
                of_prometheus(rule, doc, alone, found);
            }
        }
    }
}

/// The bytes of a rule's texts, and what its list of queries has of them.
fn size(rule: NodeRef<'_>) -> usize {
    let texts = ["annotations", "labels"].into_iter().filter_map(|section| rule.get(section));
    let texts = texts.flat_map(NodeRef::entries).filter_map(|(_, value)| value.text());
    let expr = rule.text_at("expr").map_or(0, str::len);
    let queries = rule.get("data").into_iter().flat_map(NodeRef::items);
    let queries = queries.map(|data| 64 + data.text_at("model.expr").map_or(0, str::len));
    texts.map(str::len).sum::<usize>() + expr + queries.sum::<usize>()
}

/// An alert rule of Grafana: several queries, of which some only work on the results of others.
fn of_grafana(rule: NodeRef<'_>, doc: DocId, alone: bool, languages: &Languages, found: &mut Queries) {
    let paused = rule.get("isPaused").and_then(NodeRef::bool) == Some(true);
    let kind = if paused { QueryKind::Paused } else { QueryKind::Alert };
    let name = rule.text_at("title").unwrap_or("without a title");
    let mut alert =
        Alert { name: name.into(), queries: Vec::new(), printed: printed(rule, doc), other_languages: false };
    for data in rule.get("data").into_iter().flat_map(NodeRef::items) {
        let uid = data.text_at("datasourceUid");
        if matches!(uid, Some("__expr__" | "-100")) {
            continue;
        }
        let model = data.get("model");
        let expr = model.and_then(|model| model.get("expr")).and_then(|expr| Some((expr, expr.text()?)));
        let source = model.and_then(|model| model.get("datasource"));
        match expr.filter(|(_, text)| languages.is_promql(source, uid) && !is_logql(text)) {
            Some((expr, text)) => {
                alert.queries.push(found.all.len());
                found.all.push(Query::new(kind, name, text, first_line(expr, doc), alone));
            }
            None => alert.other_languages = true,
        }
    }
    if !alert.queries.is_empty() && !paused {
        found.alerts.push(alert);
    }
}

/// An alerting or recording rule as Prometheus has it. Loki's have the same form; LogQL is none of ours.
fn of_prometheus(rule: NodeRef<'_>, doc: DocId, alone: bool, found: &mut Queries) {
    let Some((expr, text)) = rule.get("expr").and_then(|expr| Some((expr, expr.text()?))) else { return };
    if is_logql(text) {
        return;
    }
    let index = found.all.len();
    let place = first_line(expr, doc);
    if let Some(name) = rule.text_at("record") {
        found.all.push(Query::new(QueryKind::Recording, name, text, place, alone));
    } else if let Some(name) = rule.text_at("alert") {
        found.all.push(Query::new(QueryKind::Alert, name, text, place, alone));
        found.alerts.push(Alert {
            name: name.into(),
            queries: vec![index],
            printed: printed(rule, doc),
            other_languages: false,
        });
    }
}

/// The labels that the templates of a rule print, each once. Those that a template asks for first (`if`, `with`) may be
/// missing by intent.
fn printed(rule: NodeRef<'_>, doc: DocId) -> Vec<(String, Place)> {
    let mut printed: Vec<(String, Place)> = Vec::new();
    let mut asked: Vec<String> = Vec::new();
    // A rule's own labels have fixed values; templates may read them back.
    let own = rule.get("labels").into_iter().flat_map(NodeRef::entries).filter_map(|(key, _)| key.text());
    asked.extend(own.map(str::to_owned));
    let sections = ["annotations", "labels"].into_iter().filter_map(|section| rule.get(section));
    for (_, value) in sections.flat_map(NodeRef::entries_merged) {
        let Some(text) = value.text() else { continue };
        // Inside `range` and `with` the dot may be a series of another query.
        let other_dots = actions(text).any(|(_, action)| begins(action, &["range ", "with "]));
        for (start, action) in actions(text) {
            let asks = begins(action, &["if ", "with ", "else if ", "else with ", "or "]);
            for (offset, label) in labels(action, !other_dots) {
                if asks {
                    asked.push(label.to_owned());
                } else if !printed.iter().any(|(other, _)| other == label) {
                    let at = start + offset;
                    printed.push((label.to_owned(), part_of(value, doc, at, at + label.len())));
                }
            }
        }
    }
    printed.retain(|(label, _)| !asked.contains(label));
    printed
}

/// The insides of `{{ ... }}` with their offsets.
fn actions(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let openings = text.match_indices("{{");
    openings.filter_map(|(start, _)| {
        let inner = text.get(start + 2..)?;
        Some((start + 2, inner.get(..inner.find("}}")?)?))
    })
}

/// Whether an action begins with one of these words.
fn begins(action: &str, words: &[&str]) -> bool {
    let inner = action.trim_start_matches(['-', ' ', '\t', '\n']);
    words.iter().any(|word| inner.starts_with(word))
}

/// The labels that an action reads, with their offsets: `$labels.x` and, with `dots`, `.Labels.x`.
fn labels(action: &str, dots: bool) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for prefix in ["$labels.", ".Labels."].into_iter().take(if dots { 2 } else { 1 }) {
        for (start, _) in action.match_indices(prefix) {
            let at = start + prefix.len();
            let rest = action.get(at..).unwrap_or_default();
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            found.extend(rest.get(..end).filter(|label| !label.is_empty()).map(|label| (at, label)));
        }
    }
    found
}
