//! Follows the graph: what reaches what, and by which way.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;

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

/// Something that is known of a vertex by what is known of the next one on its way.
pub(super) fn along<T: Copy>(
    reaching: &Reaching,
    graph: &Graph,
    at_target: impl Fn(Vertex) -> T,
    before: impl Fn(Vertex, Vertex, T) -> T,
) -> HashMap<Vertex, T> {
    let mut known = HashMap::with_capacity(reaching.order.len());
    // Nearest first: the next vertex of each is known already.
    for vertex in &reaching.order {
        let next = match reaching.steps.get(vertex) {
            Some(Step::Edge(index)) => graph.edges.get(*index).map(|edge| edge.to),
            _ => None,
        };
        let value = match next.and_then(|next| Some((next, *known.get(&next)?))) {
            Some((next, value)) => before(*vertex, next, value),
            None => at_target(*vertex),
        };
        known.insert(*vertex, value);
    }
    known
}

/// The last vertex on each vertex's way that is not the target itself.
pub(super) fn last_before_target(reaching: &Reaching, graph: &Graph) -> HashMap<Vertex, Vertex> {
    let last = along(reaching, graph, |_| None, |vertex, _, last| Some(last.unwrap_or(vertex)));
    last.into_iter().map(|(vertex, last)| (vertex, last.unwrap_or(vertex))).collect()
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

/// Sources that reach some vertices, the way from the first of them, and the vertex that this way ends at.
type Fed = (Arc<[usize]>, Vec<Hop>, Vertex);

/// Tells each exit what feeds it: the signals, and for logs also the sources with one whole way.
pub(super) fn feed(graph: &Graph, sources: &[Source], exits: &mut [Exit]) {
    let fed = fed(graph);
    let all_logs: Arc<[usize]> =
        (0..sources.len()).filter(|index| sources[*index].signals.meets(Signals::LOGS)).collect();
    let mut feeder = Feeder { graph, shared: HashMap::new(), born: HashMap::new() };
    feeder.born.extend(graph.born.iter().enumerate().map(|(index, vertex)| (*vertex, index)));
    for exit in exits {
        if exit.kind == "debug_http" {
            let born = sources.iter().fold(Signals::NONE, |all, source| all.or(source.signals));
            exit.fed = exit.signals.and(born);
            exit.sources = all_logs.clone();
            continue;
        }
        exit.fed = exit_vertices(exit)
            .filter(|vertex| fed.get(*vertex).copied().unwrap_or_default())
            .map(graph::signal_of)
            .fold(Signals::NONE, Signals::or);
        if exit.own {
            exit.fed = exit.signals;
        }
        if exit.fed.meets(Signals::LOGS) {
            (exit.sources, exit.path) = feeder.of_exit(exit);
        }
    }
}

/// Finds what feeds exits, once for all that are fed by the same vertices.
struct Feeder<'g> {
    graph: &'g Graph,
    born: HashMap<Vertex, usize>,
    shared: HashMap<Vec<Vertex>, Fed>,
}

impl Feeder<'_> {
    fn of_exit(&mut self, exit: &Exit) -> (Arc<[usize]>, Vec<Hop>) {
        let logs = |vertex: &Vertex| graph::signal_of(*vertex).meets(Signals::LOGS);
        let mut senders: Vec<Vertex> = exit_vertices(exit).filter(logs).collect();
        let own = senders.iter().any(|vertex| self.born.contains_key(vertex));
        let mut last_hops = HashMap::new();
        if !own {
            // Hundreds of writers may hang on one component: they share everything but the last step.
            let edges: Vec<usize> = senders.iter().flat_map(|vertex| self.graph.arriving(*vertex)).collect();
            senders = edges.iter().filter_map(|edge| Some(self.graph.edges.get(*edge)?.from)).collect();
            last_hops.extend(senders.iter().copied().zip(edges));
            senders.sort_unstable();
            senders.dedup();
        }
        let (graph, born) = (self.graph, &self.born);
        let shared = self.shared.entry(senders).or_insert_with_key(|senders| {
            let reaching = reaching(graph, senders.iter().copied(), |_| false);
            let found: Vec<_> =
                reaching.order.iter().filter(|at| logs(at) && born.contains_key(at)).copied().collect();
            let (path, end) = found.first().map(|at| reaching.way(graph, *at)).unwrap_or_default();
            let sources = found.iter().filter_map(|at| born.get(at).copied()).collect();
            (sources, path.into_iter().filter_map(|edge| graph.hop(edge)).collect(), end)
        });
        let (sources, mut path, end) = shared.clone();
        path.extend(last_hops.get(&end).and_then(|edge| graph.hop(*edge)));
        (sources, path)
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
