//! Turns dashboards into subjects: whether two have one uid, and whether they ask data sources that are there.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::known_sources::KnownSources;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::fact::Subject;
use crate::model::stack::Stack;
use crate::model::stack::stands_alone;

/// So many panels of a stack's dashboards are looked at. Aliases can repeat one without end.
const MOST: usize = 50_000;

/// The subject `dashboard` for each dashboard that some Grafana of the stack shows.
pub(super) fn subjects(stack: &Stack<'_>, sources: &KnownSources) -> Vec<Subject> {
    let mut seen: BTreeMap<(String, String), Place> = BTreeMap::new();
    let mut budget = MOST;
    let mut found = Vec::new();
    for (at, home) in stack.dashboards.iter().filter(|(_, home)| !stands_alone(home)) {
        let Some(root) = at.in_documents(stack.documents) else { continue };
        let dashboard = root.get("dashboard").filter(|inner| inner.is_mapping()).unwrap_or(root);
        let place_of = |node: NodeRef<'_>| Place { doc: at.doc, span: node.span() };
        let place = place_of(dashboard.get("title").unwrap_or_else(|| first_key(dashboard)));
        let title = dashboard.text_at("title").unwrap_or("without a title");
        let mut repeats = Fact::absent(place);
        if let Some(node) = dashboard.get("uid")
            && let Some(uid) = node.text().filter(|uid| !uid.is_empty())
        {
            let namespace =
                home.object.as_ref().map(|object| object.namespace.to_string()).unwrap_or_default();
            let own = place_of(node);
            if let Some(first) = seen.get(&(namespace.clone(), uid.to_owned())) {
                let entries = [("uid", Fact::new(uid, own)), ("first", Fact::new(true, *first))];
                repeats = Fact::map(entries, own);
            } else {
                seen.insert((namespace, uid.to_owned()), own);
            }
        }
        let unknown = unknown_sources(dashboard, at.doc, sources, &mut budget);
        let entries = [
            ("title", Fact::new(title, place)),
            ("repeats", repeats),
            ("unknown_sources", Fact::list(unknown, place)),
        ];
        let key = format!("dashboard {title}");
        found.push(Subject { kind: "dashboard", key, facts: Fact::map(entries, place) });
    }
    found
}

fn first_key(dashboard: NodeRef<'_>) -> NodeRef<'_> {
    dashboard.entries().next().map_or(dashboard, |(key, _)| key)
}

/// What panels, their queries, variables and annotations name that no data source is, each once.
fn unknown_sources(
    dashboard: NodeRef<'_>,
    doc: DocId,
    sources: &KnownSources,
    budget: &mut usize,
) -> Vec<Fact> {
    let mut unknown = Vec::new();
    let mut told = BTreeSet::new();
    let mut note = |holder: NodeRef<'_>| {
        let Some(source) = holder.get("datasource") else { return };
        let node = source.get("uid").unwrap_or(source);
        if let Some(text) = node.text().filter(|_| node.is_scalar() && !node.is_null())
            && !sources.may_be_meant(text)
            && told.insert(text.to_owned())
        {
            unknown.push(Fact::new(text, Place { doc, span: node.span() }));
        }
    };
    let list = |route: &str| dashboard.at(route).into_iter().flat_map(NodeRef::items);
    for holder in list("templating.list").chain(list("annotations.list")) {
        note(holder);
    }
    let mut rest = vec![dashboard];
    while let Some(holder) = rest.pop() {
        for panel in ["panels", "rows"].into_iter().filter_map(|key| holder.get(key)).flat_map(NodeRef::items)
        {
            if *budget == 0 {
                return unknown;
            }
            *budget -= 1;
            note(panel);
            for target in panel.get("targets").into_iter().flat_map(NodeRef::items) {
                note(target);
            }
            rest.push(panel);
        }
    }
    unknown
}
