//! Marks the ways by which data gets to a leak, through all collectors that it passes.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use super::Draft;
use crate::finding::EdgeState;
use crate::finding::Finding;
use crate::finding::Invariant;
use crate::finding::PictureEdge;
use crate::finding::Signal;
use crate::flow;
use crate::model::alloy::Signals;

/// Marks everything that leads to an edge that leaks, and tells it the findings about the leak.
pub(super) fn mark(draft: &mut Draft<'_>) {
    let findings: BTreeMap<usize, &Finding> =
        draft.evidence.findings.iter().map(|(index, finding, _)| (*index, *finding)).collect();
    let finding = |index: usize| findings.get(&index).copied();
    let mut leaking: BTreeMap<(usize, usize), BTreeSet<usize>> = BTreeMap::new();
    for (number, at) in &draft.leaving {
        let Some(edge) = draft.picture.edges.get(*number) else { continue };
        // What leads to a leak that somebody accepted is as good as any other way.
        if edge.judged(finding) == EdgeState::Leaks {
            let about = edge.findings.iter().copied();
            let about =
                about.filter(|own| finding(*own).is_some_and(|own| own.invariant == Invariant::LogBoundary));
            leaking.entry(*at).or_default().extend(about);
        }
    }
    let mut todo: BTreeSet<(usize, usize)> = leaking.keys().copied().collect();
    if todo.is_empty() {
        return;
    }
    let (inner, arriving) = log_edges(draft);
    // A way out comes again only when it was found to feed one more leak, so this ends.
    while let Some((collector, exit)) = todo.pop_first() {
        let Some(flow) = draft.evidence.flows.get(collector) else { continue };
        let about = leaking.get(&(collector, exit)).cloned().unwrap_or_default();
        let before = flow::leading_to(flow, flow.exits.get(exit).into_iter(), Signals::LOGS);
        let node = |component: &usize| draft.node(collector, *component);
        let ways: BTreeSet<_> =
            before.ways.iter().filter_map(|(from, to)| Some((node(from)?, node(to)?))).collect();
        let passed: BTreeSet<usize> = before.components.iter().filter_map(node).collect();
        let mut feeding: Vec<usize> =
            ways.iter().filter_map(|way| inner.get(way)).flatten().copied().collect();
        // What another collector sends here, and what goes on from here to the leak.
        for number in passed.iter().filter_map(|node| arriving.get(node)).flatten() {
            let Some(sender) = draft.leaving.get(number).filter(|sender| sender.0 != collector) else {
                continue;
            };
            let is_open = |edge: &PictureEdge| matches!(edge.state, EdgeState::Fine | EdgeState::Feeds);
            if !draft.picture.edges.get(*number).is_some_and(is_open) {
                continue;
            }
            let known = leaking.get(sender).map(BTreeSet::len);
            let own = leaking.entry(*sender).or_default();
            own.extend(&about);
            if known != Some(own.len()) {
                todo.insert(*sender);
            }
            feeding.push(*number);
        }
        for number in feeding {
            let Some(edge) = draft.picture.edges.get_mut(number) else { continue };
            if matches!(edge.state, EdgeState::Fine | EdgeState::Feeds) {
                edge.state = EdgeState::Feeds;
                edge.findings.extend(&about);
                edge.findings.sort_unstable();
                edge.findings.dedup();
            }
        }
    }
}

/// Edges of logs that stay in their collector, by their ends.
type Inner = HashMap<(usize, usize), Vec<usize>>;

/// Edges of logs that leave a collector, by where they arrive.
type Arriving = HashMap<usize, Vec<usize>>;

/// The edges that may lead to a leak.
fn log_edges(draft: &Draft<'_>) -> (Inner, Arriving) {
    let (mut inner, mut arriving) = (Inner::new(), Arriving::new());
    let edges = draft.picture.edges.iter().enumerate();
    for (number, edge) in edges.filter(|(_, edge)| edge.signal == Signal::Logs) {
        if draft.leaving.contains_key(&number) {
            arriving.entry(edge.to).or_default().push(number);
        } else {
            inner.entry((edge.from, edge.to)).or_default().push(number);
        }
    }
    (inner, arriving)
}
