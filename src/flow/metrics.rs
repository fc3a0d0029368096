//! Follows metrics to the two stores: which sources reach which, what filters them, and which hop is to blame.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

use super::Exit;
use super::Filter;
use super::MetricPath;
use super::Source;
use super::filters::filters;
use super::graph;
use super::graph::Graph;
use super::graph::Vertex;
use super::lost;
use super::reach;
use super::reach::Reaching;
use super::reach::reaching;
use super::types::MetricReach;
use crate::document::Place;
use crate::model::alloy::Component;
use crate::model::alloy::Program;
use crate::model::alloy::Signals;
use crate::model::queries::Needs;

/// What is known of the ways of metrics.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    /// Rules that drop or rewrite metrics.
    pub(super) filters: Vec<Filter>,
    /// One for each hop that is to blame, one for each source that lacks nothing.
    pub(super) paths: Vec<MetricPath>,
    /// For each source how far it gets; `None` for other signals.
    pub(super) source_reach: Vec<Option<MetricReach>>,
}

/// What can be reached, for each kind of end.
struct Ends {
    local: Reaching,
    unfiltered: Reaching,
    control_room: Reaching,
    external: Reaching,
    unknown: Reaching,
    unknown_reasons: HashMap<Vertex, String>,
}

/// Follows all metrics of a program. `needs` is what the control room reads.
pub(super) fn analyse(
    program: &Program<'_>,
    graph: &Graph,
    sources: &[Source],
    exits: &[Exit],
    needs: &Needs,
) -> Metrics {
    let (mut filters, filtered_exits) = filters(program, exits);
    let dropping = |on_endpoint: bool| -> HashSet<usize> {
        let some =
            filters.iter().filter(|found| found.filter.changes() && found.on_endpoint() == on_endpoint);
        some.map(|found| found.filter.component).collect()
    };
    let (on_way, at_end) = (dropping(false), dropping(true));
    let ends = ends(program, graph, exits, &on_way, &filtered_exits);
    let first_filters = reach::along(
        &ends.local,
        graph,
        |vertex| Some(graph::component_of(vertex)).filter(|own| at_end.contains(own)),
        |vertex, _, next| Some(graph::component_of(vertex)).filter(|own| on_way.contains(own)).or(next),
    );
    let mut blamer = Blamer::new(program, graph, &ends);
    let mut metrics = Metrics::default();
    let mut at_fault: BTreeMap<(Place, Option<bool>, Option<bool>), MetricPath> = BTreeMap::new();
    let mut cut: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, (source, vertex)) in sources.iter().zip(&graph.born).enumerate() {
        if !source.signals.meets(Signals::METRICS) {
            metrics.source_reach.push(None);
            continue;
        }
        let reach = reach_of(&ends, *vertex);
        metrics.source_reach.push(Some(reach.clone()));
        if reach.local_filtered
            && let Some(Some(component)) = first_filters.get(vertex)
        {
            cut.entry(*component).or_default().push(index);
        }
        let (component, place) = blamer.blame(*vertex, &reach);
        if reach.local == Some(true) && reach.control_room == Some(true) {
            let (sources, path) = (vec![index], Vec::new());
            metrics.paths.push(MetricPath { component, reach, sources, place, path });
            continue;
        }
        let path = at_fault.entry((place, reach.local, reach.control_room)).or_insert_with(|| MetricPath {
            component,
            reach: reach.clone(),
            sources: Vec::new(),
            place,
            path: blamer.path(*vertex, &reach).into_iter().filter_map(|edge| graph.hop(edge)).collect(),
        });
        path.sources.push(index);
        path.reach.external |= reach.external;
        path.reach.local_filtered |= reach.local_filtered;
    }
    for found in &mut filters {
        let filter = &mut found.filter;
        filter.on_control_room = Signals::METRICS
            .iter()
            .any(|signal| ends.control_room.holds(graph::entering(filter.component, signal.index())));
        // The first rule of a component stands for all of it.
        if filter.changes()
            && let Some(sources) = cut.remove(&filter.component)
        {
            filter.cuts_local = true;
            filter.sources = sources;
        }
    }
    let born: Vec<Vertex> = graph.born.iter().copied().filter(|vertex| is_metric(*vertex)).collect();
    let reaches = |vertex: &Vertex| ends.control_room.holds(*vertex);
    if born.iter().any(reaches) {
        lost::find(graph, exits, &born, &mut filters, needs);
    }
    metrics.paths.extend(at_fault.into_values());
    metrics.paths.sort_by_key(|path| (path.place, path.sources.first().copied()));
    metrics.filters = filters.into_iter().map(|found| found.filter).collect();
    metrics
}

/// How far one source gets.
fn reach_of(ends: &Ends, vertex: Vertex) -> MetricReach {
    let local = ends.local.holds(vertex);
    let control_room = ends.control_room.holds(vertex);
    let unknown = ends.unknown.holds(vertex).then(|| {
        let reason = ends.unknown.order.iter().find_map(|end| ends.unknown_reasons.get(end));
        reason.cloned().unwrap_or_else(|| "part of the way is not known".to_owned())
    });
    let known = |reached: bool| if reached || unknown.is_none() { Some(reached) } else { None };
    MetricReach {
        local: known(local),
        control_room: known(control_room),
        external: ends.external.holds(vertex),
        local_filtered: local && !ends.unfiltered.holds(vertex),
        unknown,
    }
}

/// Walks backwards from every kind of end.
fn ends(
    program: &Program<'_>,
    graph: &Graph,
    exits: &[Exit],
    dropping: &HashSet<usize>,
    filtered: &HashSet<usize>,
) -> Ends {
    let metric = |exit: &&Exit| exit.kind == "telemetry" && exit.signals.meets(Signals::METRICS);
    let vertices = |wanted: &dyn Fn(&Exit) -> bool| -> Vec<Vertex> {
        let fitting = exits.iter().filter(metric).filter(|exit| wanted(exit));
        fitting.flat_map(reach::exit_vertices).filter(|vertex| is_metric(*vertex)).collect()
    };
    let open = |_: Vertex| false;
    let unfiltered: Vec<Vertex> = exits
        .iter()
        .enumerate()
        .filter(|(index, exit)| metric(exit) && exit.is_local_whole() && !filtered.contains(index))
        .flat_map(|(_, exit)| reach::exit_vertices(exit))
        .filter(|vertex| is_metric(*vertex))
        .collect();
    let mut unknown_reasons = HashMap::new();
    for exit in exits.iter().filter(metric) {
        if let Some(reason) = exit.hides() {
            let id = program.components.get(exit.component).map(|component| component.id.to_string());
            let words = format!("where `{}` sends them is not known: {reason}", id.unwrap_or_default());
            for vertex in reach::exit_vertices(exit) {
                unknown_reasons.entry(vertex).or_insert_with(|| words.clone());
            }
        }
    }
    let mut unknown = vertices(&|exit| exit.hides().is_some());
    unknown.extend(graph.unfollowed.iter().map(|(vertex, _)| *vertex).filter(|vertex| is_metric(*vertex)));
    Ends {
        local: reaching(graph, vertices(&Exit::is_local), open),
        unfiltered: reaching(graph, unfiltered, |vertex| dropping.contains(&graph::component_of(vertex))),
        control_room: reaching(graph, vertices(&Exit::is_control_room), open),
        external: reaching(graph, vertices(&Exit::is_external), open),
        unknown: reaching(graph, unknown, open),
        unknown_reasons,
    }
}

/// Whether the signal of a vertex is a kind of metrics.
pub(super) fn is_metric(vertex: Vertex) -> bool {
    graph::signal_of(vertex).meets(Signals::METRICS)
}

/// Finds the component and the receiver list in which a change would mend the way of a source.
///
/// It is the last component before the end that is reached: all components before it share the fault, and a change in
/// it mends all of them at once. Where no end is reached it is the component at which the data stops.
struct Blamer<'b, 'a> {
    program: &'b Program<'a>,
    graph: &'b Graph,
    ends: &'b Ends,
    /// For each kind of end, in the order of preference: the last vertex before it.
    last: [HashMap<Vertex, Vertex>; 4],
    /// Where the data of vertices stops that reach nothing.
    stops: HashMap<Vertex, Vertex>,
}

impl<'b, 'a> Blamer<'b, 'a> {
    fn new(program: &'b Program<'a>, graph: &'b Graph, ends: &'b Ends) -> Self {
        let last = Self::order(ends).map(|reaching| reach::last_before_target(reaching, graph));
        Self { program, graph, ends, last, stops: HashMap::new() }
    }

    fn order(ends: &Ends) -> [&Reaching; 4] {
        [&ends.local, &ends.control_room, &ends.external, &ends.unknown]
    }

    /// Which of the ends a reach names first.
    fn reached(reach: &MetricReach) -> Option<usize> {
        let holds = [
            reach.local == Some(true),
            reach.control_room == Some(true),
            reach.external,
            reach.unknown.is_some(),
        ];
        holds.iter().position(|holds| *holds)
    }

    fn blame(&mut self, vertex: Vertex, reach: &MetricReach) -> (usize, Place) {
        let known = Self::reached(reach).and_then(|end| self.last.get(end)?.get(&vertex).copied());
        let at = known.unwrap_or_else(|| self.dead_end(vertex));
        let component = graph::component_of(at);
        let name = self.program.components.get(component).map(Component::name_place);
        (component, self.graph.list(at).or(name).unwrap_or_else(|| fallback(self.program)))
    }

    /// The edges of the way to the end that is reached, or to the dead end.
    fn path(&self, vertex: Vertex, reach: &MetricReach) -> Vec<usize> {
        match Self::reached(reach).map(|end| Self::order(self.ends)[end]) {
            Some(reaching) => reaching.way(self.graph, vertex).0,
            None => walk(self.graph, vertex, &HashMap::new()).0,
        }
    }

    /// The first dead end that the data of a vertex runs into.
    fn dead_end(&mut self, vertex: Vertex) -> Vertex {
        let (way, at) = walk(self.graph, vertex, &self.stops);
        for edge in &way {
            if let Some(edge) = self.graph.edges.get(*edge) {
                self.stops.insert(edge.from, at);
            }
        }
        self.stops.insert(at, at);
        at
    }
}

/// Follows first edges until there is none, or the rest is known.
fn walk(graph: &Graph, vertex: Vertex, known: &HashMap<Vertex, Vertex>) -> (Vec<usize>, Vertex) {
    let mut seen = HashSet::new();
    let mut way = Vec::new();
    let mut at = vertex;
    while seen.insert(at) {
        if let Some(end) = known.get(&at) {
            return (way, *end);
        }
        let next = graph.leaving(at).find_map(|index| {
            let edge = graph.edges.get(index)?;
            (!seen.contains(&edge.to)).then_some((index, edge.to))
        });
        let Some((edge, to)) = next else { break };
        way.push(edge);
        at = to;
    }
    (way, at)
}

/// A place for a vertex that has none, which does not happen.
fn fallback(program: &Program<'_>) -> Place {
    let doc = program.files.first().map_or(crate::document::DocId { file: 0, index: 0 }, |(doc, _)| *doc);
    Place { doc, span: crate::text::Span::default() }
}
