//! Follows the graph: what reaches what, and by which way.

use std::collections::HashMap;
use std::collections::VecDeque;

use super::Exit;
use super::Hop;
use super::Opaque;
use super::Source;
use super::graph;
use super::graph::Graph;
use super::graph::Vertex;
use super::types::LogReach;
use crate::model::alloy::Signals;

/// The next step of a vertex on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The way ends here.
    Target,
    /// The edge to take.
    Edge(usize),
}

/// The vertices from which one of some targets is reached, each with its next step on a shortest way.
#[derive(Debug, Default)]
pub(super) struct Reaching {
    steps: HashMap<Vertex, Step>,
    /// In the order in which they were found: nearest first.
    pub(super) order: Vec<Vertex>,
}

/// Walks backwards from `targets`, never through a vertex that is `closed`.
pub(super) fn reaching(
    graph: &Graph,
    targets: impl IntoIterator<Item = Vertex>,
    closed: impl Fn(Vertex) -> bool,
) -> Reaching {
    let mut reaching = Reaching::default();
    let mut todo = VecDeque::new();
    for target in targets {
        if !closed(target) && reaching.steps.insert(target, Step::Target).is_none() {
            reaching.order.push(target);
            todo.push_back(target);
        }
    }
    while let Some(vertex) = todo.pop_front() {
        for index in graph.arriving(vertex) {
            let Some(edge) = graph.edges.get(index) else { continue };
            if closed(edge.from) || reaching.steps.contains_key(&edge.from) {
                continue;
            }
            reaching.steps.insert(edge.from, Step::Edge(index));
            reaching.order.push(edge.from);
            todo.push_back(edge.from);
        }
    }
    reaching
}

impl Reaching {
    /// Whether a target is reached from `vertex`.
    pub(super) fn holds(&self, vertex: Vertex) -> bool {
        self.steps.contains_key(&vertex)
    }

    /// The edges of a shortest way from `vertex` to a target, and the target.
    pub(super) fn way(&self, graph: &Graph, vertex: Vertex) -> (Vec<usize>, Vertex) {
        let mut edges = Vec::new();
        let mut at = vertex;
        // Each step is one nearer to a target, so this ends.
        while let Some(Step::Edge(index)) = self.steps.get(&at) {
            edges.push(*index);
            match graph.edges.get(*index) {
                Some(edge) => at = edge.to,
                None => break,
            }
        }
        (edges, at)
    }
}

/// The vertices that can be reached from something that is born.
pub(super) fn fed(graph: &Graph) -> Vec<bool> {
    let mut fed = vec![false; graph.len()];
    let mut todo = graph.born.clone();
    while let Some(vertex) = todo.pop() {
        match fed.get_mut(vertex) {
            Some(seen) if !*seen => *seen = true,
            _ => continue,
        }
        todo.extend(graph.edges.get(graph.leaving(vertex)).unwrap_or_default().iter().map(|edge| edge.to));
    }
    fed
}

/// The vertices whose data an exit lets out.
pub(super) fn exit_vertices(exit: &Exit) -> impl Iterator<Item = Vertex> {
    let component = exit.component;
    exit.signals.iter().flat_map(move |signal| {
        [graph::entering(component, signal.index()), graph::born(component, signal.index())]
    })
}

/// Tells each exit what feeds it: the signals, and for logs also the sources with one whole way.
pub(super) fn feed(graph: &Graph, sources: &[Source], exits: &mut [Exit]) {
    let fed = fed(graph);
    let by_vertex: HashMap<Vertex, usize> =
        graph.born.iter().enumerate().map(|(index, vertex)| (*vertex, index)).collect();
    let all_logs: Vec<usize> =
        (0..sources.len()).filter(|index| sources[*index].signals.meets(Signals::LOGS)).collect();
    // Endpoints of one writer share their sources.
    let mut shared: HashMap<(usize, Signals), (Vec<usize>, Vec<Hop>)> = HashMap::new();
    for exit in exits {
        if exit.kind == "debug_http" {
            let born = sources.iter().fold(Signals::NONE, |all, source| all.or(source.signals));
            exit.fed = exit.signals.and(born);
            exit.sources.clone_from(&all_logs);
            continue;
        }
        exit.fed = exit
            .signals
            .iter()
            .filter(|signal| {
                [graph::entering(exit.component, signal.index()), graph::born(exit.component, signal.index())]
                    .into_iter()
                    .any(|vertex| fed.get(vertex).copied().unwrap_or_default())
            })
            .fold(Signals::NONE, Signals::or);
        if !exit.fed.meets(Signals::LOGS) {
            continue;
        }
        let key = (exit.component, exit.signals.and(Signals::LOGS));
        let (sources, path) = shared.entry(key).or_insert_with(|| {
            let targets: Vec<_> =
                exit_vertices(exit).filter(|vertex| graph::signal_of(*vertex).meets(Signals::LOGS)).collect();
            let reaching = reaching(graph, targets, |_| false);
            let born: Vec<_> =
                reaching.order.iter().filter(|vertex| by_vertex.contains_key(vertex)).copied().collect();
            let path = born.first().map(|vertex| reaching.way(graph, *vertex).0).unwrap_or_default();
            (
                born.iter().filter_map(|vertex| by_vertex.get(vertex).copied()).collect(),
                path.into_iter().filter_map(|edge| graph.hop(edge)).collect(),
            )
        });
        exit.sources.clone_from(sources);
        exit.path.clone_from(path);
    }
}

/// How far the logs of each source get; `None` for sources of other signals.
pub(super) fn of_logs(
    graph: &Graph,
    sources: &[Source],
    exits: &[Exit],
    opaque: &[Opaque],
) -> Vec<Option<LogReach>> {
    let is_log = |vertex: &Vertex| graph::signal_of(*vertex).meets(Signals::LOGS);
    let ends = exits.iter().filter(|exit| exit.kind != "debug_http").flat_map(exit_vertices).filter(is_log);
    let leaving = reaching(graph, ends, |_| false);
    let hidden = graph.unfollowed.iter().map(|(vertex, _)| *vertex).filter(is_log);
    let hidden = reaching(graph, hidden, |_| false);
    let one = |(source, vertex): (&Source, &Vertex)| {
        let reason = || {
            let (_, end) = hidden.way(graph, *vertex);
            graph.unfollowed_at(end).and_then(|index| opaque.get(index)).map(|opaque| opaque.reason.clone())
        };
        source.signals.meets(Signals::LOGS).then(|| LogReach {
            exits: leaving.holds(*vertex),
            unknown: if hidden.holds(*vertex) { reason() } else { None },
        })
    };
    sources.iter().zip(&graph.born).map(one).collect()
}
