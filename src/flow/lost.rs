//! Turns what the control room reads into what its filters take away: metrics that somebody waits for and that no way
//! lets through, and words of filters that nobody reads.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::sync::Arc;

use super::Exit;
use super::Lost;
use super::Zone;
use super::filters::Found;
use super::graph;
use super::graph::Graph;
use super::graph::Vertex;
use super::metrics::is_metric;
use super::reach;
use super::reach::reaching;
use super::relabel::Fate;
use super::relabel::Rule;
use super::relabel::fate;
use crate::model::queries::Needs;

/// Notes on each filter what it takes away from the control room. `born` are the vertices in which metrics are born.
///
/// Only what is certain is noted: a metric is lost if every way from every source to the control room runs through a
/// chain of rules that loses it by its name alone. Where series get other names on the way, nothing is certain.
pub(super) fn find(graph: &Graph, exits: &[Exit], born: &[Vertex], found: &mut [Found], needs: &Needs) {
    if needs.is_empty() || found.iter().any(|one| one.filter.renames() && one.filter.on_control_room) {
        return;
    }
    let chains = chains(found);
    // Metrics that are lost at the same rules share their ways.
    let mut groups: BTreeMap<Vec<usize>, Vec<&str>> = BTreeMap::new();
    for name in needs.metrics.keys() {
        let losing = chains.values().filter_map(|chain| {
            let rules = chain.iter().filter_map(|index| found.get(*index)?.rule.as_ref());
            match fate(rules, name) {
                Fate::Lost(rule) => chain.get(rule).copied(),
                Fate::Kept => None,
            }
        });
        let losing: Vec<usize> = losing.collect();
        if !losing.is_empty() {
            groups.entry(losing).or_default().push(name);
        }
    }
    for (losing, names) in groups {
        if arrives(graph, exits, born, found, &losing) {
            continue;
        }
        let blamed =
            losing.iter().find(|index| found.get(**index).is_some_and(|one| one.filter.on_control_room));
        if let Some(one) = blamed.and_then(|index| found.get_mut(*index)) {
            let users = |name: &str| needs.metrics.get(name).cloned().unwrap_or_default();
            one.filter
                .lost
                .extend(names.into_iter().map(|name| Lost { name: name.into(), users: users(name) }));
        }
    }
    for one in found.iter_mut().filter(|one| one.filter.on_control_room && !needs.partial) {
        let keep = one.rule.as_ref().filter(|rule| rule.action == "keep" && rule.by_name());
        let words = keep.map(Rule::words).unwrap_or_default();
        let unused = words.into_iter().filter(|word| !needs.has(word));
        one.filter.unused = unused.map(Arc::from).collect();
    }
}

/// The rules that act one after the other, as indices: those of one component, or of one of its endpoints.
fn chains(found: &[Found]) -> BTreeMap<(usize, Option<&str>), Vec<usize>> {
    let mut chains: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (index, one) in found.iter().enumerate().filter(|(_, one)| one.rule.is_some()) {
        chains.entry((one.filter.component, one.endpoint.as_deref())).or_default().push(index);
    }
    chains
}

/// Whether some source reaches the control room, or something that is not known, past these rules.
fn arrives(graph: &Graph, exits: &[Exit], born: &[Vertex], found: &[Found], losing: &[usize]) -> bool {
    let mut closed = HashSet::new();
    let mut shut = HashSet::new();
    for one in losing.iter().filter_map(|index| found.get(*index)) {
        match &one.endpoint {
            Some(endpoint) => {
                shut.insert((one.filter.component, endpoint.as_str()));
            }
            None => {
                closed.insert(one.filter.component);
            }
        }
    }
    let open = exits.iter().filter(|exit| {
        let wanted = matches!(exit.direct, Zone::ControlRoom | Zone::Unknown { .. });
        exit.kind == "telemetry" && wanted && !shut.contains(&(exit.component, exit.block.as_str()))
    });
    let ends = open.flat_map(reach::exit_vertices).chain(graph.unfollowed.iter().map(|(vertex, _)| *vertex));
    let ends: Vec<Vertex> = ends.filter(|vertex| is_metric(*vertex)).collect();
    let reaching = reaching(graph, ends, |vertex| closed.contains(&graph::component_of(vertex)));
    born.iter().any(|vertex| reaching.holds(*vertex))
}
