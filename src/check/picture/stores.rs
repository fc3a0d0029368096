//! Adds what Mimir and Loki send and keep by themselves, as far as it is outside of their pods.

use super::Draft;
use super::host_and_path;
use crate::finding::Area;
use crate::finding::EdgeState;
use crate::finding::Label;
use crate::finding::NodeKind;
use crate::finding::Signal;
use crate::model::Fact;
use crate::model::FactValue;

/// Adds the ways out of stores. Those that stay in the workload are the store's own affair.
pub(super) fn add(draft: &mut Draft<'_>) {
    for subject in draft.evidence.subjects.iter().filter(|subject| subject.kind == "store_exit") {
        let facts = &subject.facts;
        let text = |name: &str| facts.reach(name).text().map(str::to_owned).unwrap_or_default();
        let (store, holds) = (text("store"), text("holds"));
        let (to, zone) = (facts.reach("to"), facts.reach("zone"));
        let signal = match holds.as_str() {
            "logs" => Signal::Logs,
            "metrics" | "numbers" => Signal::Metrics,
            _ => Signal::Other,
        };
        let leaves = matches!(zone.text(), Some("external" | "control-room"));
        let (area, kind, state) = match zone.text() {
            Some("cloud") => (Area::Workload, NodeKind::Program, EdgeState::Fine),
            Some("external") => (Area::External, NodeKind::Host, EdgeState::Fine),
            Some("control-room") => (Area::ControlRoom, NodeKind::Host, EdgeState::Fine),
            Some("allowed") => (Area::Allowed, NodeKind::Host, EdgeState::Fine),
            None if is_unknown(&zone) => (Area::Unknown, NodeKind::Host, EdgeState::Undecided),
            _ => continue,
        };
        let state = if leaves && signal == Signal::Logs { EdgeState::Leaks } else { state };
        let (title, detail) = match to.text().map(host_and_path) {
            Some((host, _)) if zone.text() == Some("cloud") => (host.to_owned(), "object store".to_owned()),
            Some((host, path)) => (host.to_owned(), path.to_owned()),
            None => (format!("not known, from {}", text("product")), text("option")),
        };
        let from = draft.store(&store, "");
        let node = draft.endpoint(area, kind, &title, &detail);
        let told = format!("{} by `{}`", text("what"), text("option"));
        let places = to.place.map(|place| Label { place, text: text("option") });
        let known =
            draft.picture.edges.iter_mut().find(|edge| {
                (edge.from, edge.to, edge.signal) == (from, node, signal) && edge.state == state
            });
        if let Some(known) = known {
            known.notes.push(told);
            known.places.extend(places);
            continue;
        }
        draft.edge(from, node, signal, state, vec![told], places.into_iter().collect());
    }
}

/// Whether nobody knows the zone, and it matters.
fn is_unknown(zone: &Fact) -> bool {
    matches!(zone.value, FactValue::Unknown(_))
}
