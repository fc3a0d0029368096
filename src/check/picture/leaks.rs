//! Marks the ways by which data gets to a leak, through all collectors that it passes.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Draft;
use crate::finding::EdgeState;
use crate::finding::Signal;
use crate::flow;
use crate::model::alloy::Signals;

/// Marks everything that leads to an edge that leaks.
pub(super) fn mark(draft: &mut Draft<'_>) {
    let mut exits: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (edge, (collector, exit)) in &draft.leaving {
        if draft.picture.edges.get(*edge).is_some_and(|edge| edge.state == EdgeState::Leaks) {
            exits.entry(*collector).or_default().insert(*exit);
        }
    }
    let mut todo: BTreeSet<usize> = exits.keys().copied().collect();
    // A collector comes again only when one more of its exits was found to feed a leak, so this ends.
    while let Some(collector) = todo.pop_first() {
        let Some(flow) = draft.evidence.flows.get(collector) else { continue };
        let leaking = exits.get(&collector);
        let leaking = leaking.into_iter().flatten().filter_map(|exit| flow.exits.get(*exit));
        let leading = flow::leading_to(flow, leaking, Signals::LOGS);
        let node = |component: &usize| draft.node(collector, *component);
        let ways: BTreeSet<_> =
            leading.ways.iter().filter_map(|(from, to)| Some((node(from)?, node(to)?))).collect();
        let passed: BTreeSet<usize> = leading.components.iter().filter_map(node).collect();
        for (number, edge) in draft.picture.edges.iter_mut().enumerate() {
            if edge.signal != Signal::Logs || !matches!(edge.state, EdgeState::Fine | EdgeState::Feeds) {
                continue;
            }
            match draft.leaving.get(&number) {
                // What another collector sends here, and what goes on from here to the leak.
                Some((sender, exit)) if *sender != collector && passed.contains(&edge.to) => {
                    edge.state = EdgeState::Feeds;
                    if exits.entry(*sender).or_default().insert(*exit) {
                        todo.insert(*sender);
                    }
                }
                None if ways.contains(&(edge.from, edge.to)) => edge.state = EdgeState::Feeds,
                _ => {}
            }
        }
    }
}
