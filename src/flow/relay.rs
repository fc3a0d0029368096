//! Turns the plan of a collector that is not Alloy into flows of the same make as those of a program.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use super::Collected;
use super::ComponentNote;
use super::Exit;
use super::Listener;
use super::MetricPath;
use super::Opaque;
use super::RelayInput;
use super::Source;
use super::Surroundings;
use super::Zone;
use super::destination::Destination;
use super::destination::destinations;
use super::destination::words;
use super::draft::Draft;
use super::graph;
use super::graph::Edge;
use super::graph::Graph;
use super::graph::Vertex;
use super::metrics::Metrics;
use super::proxies::of_environment;
use super::reach;
use super::reach::Reaching;
use super::reach::reaching;
use super::types::MetricReach;
use super::way::Way;
use crate::document::Place;
use crate::model::Output;
use crate::model::Part;
use crate::model::Plan;
use crate::model::alloy::Signals;
use crate::model::alloy::Syntax;

/// The flows of one collector.
pub(super) fn draft<'a>(input: &RelayInput<'_>, surroundings: &Surroundings) -> Draft<'a> {
    let empty = Plan::default();
    let plan = input.plan.unwrap_or(&empty);
    let graph = graph_of(plan);
    let sources: Vec<Source> = graph.born.iter().filter_map(|vertex| source(plan, *vertex)).collect();
    let mut exits = Vec::new();
    for (index, part) in plan.parts.iter().enumerate() {
        for output in &part.outputs {
            let finder = Finder { input, surroundings };
            finder.exits(index, output, &mut exits);
        }
    }
    reach::feed(&graph, &sources, &mut exits);
    let listeners = plan.parts.iter().enumerate().flat_map(|(component, part)| {
        part.listens.iter().map(move |port| Listener {
            component,
            host: Ok(String::new()),
            port: *port,
            taken: part.born,
            signals: part.born,
            guarded: false,
            place: part.place,
        })
    });
    let opaque = plan.hidden.iter().map(|hidden| Opaque {
        kind: hidden.kind,
        name: hidden.name.clone(),
        reason: hidden.reason.clone(),
        place: hidden.place,
        signals: hidden.signals,
    });
    Draft {
        name: input.name.clone(),
        place: Some(input.place),
        program: None,
        known: input.plan.is_some(),
        components: plan.parts.iter().map(note).collect(),
        listeners: listeners.collect(),
        opaque: opaque.collect(),
        faults: Vec::new(),
        graph,
        sources,
        exits,
        collected: Collected::default(),
        handed_metrics: BTreeSet::new(),
        upstream: BTreeMap::new(),
    }
}

fn note(part: &Part) -> ComponentNote {
    ComponentNote {
        id: part.id.clone(),
        name: part.id.clone(),
        label: String::new(),
        known: true,
        config: false,
        since: None,
        gone: None,
        stability: None,
        place: part.place,
        extent: part.arguments.place.unwrap_or(part.place),
        arguments: part.arguments.clone(),
    }
}

fn source(plan: &Plan, vertex: Vertex) -> Option<Source> {
    let component = graph::component_of(vertex);
    let part = plan.parts.get(component)?;
    let signals = graph::signal_of(vertex);
    Some(Source { component, signals, origin: part.origin.clone(), place: part.place })
}

fn graph_of(plan: &Plan) -> Graph {
    let born: Vec<Vertex> = plan
        .parts
        .iter()
        .enumerate()
        .flat_map(|(index, part)| part.born.iter().map(move |signal| graph::born(index, signal.index())))
        .collect();
    let mut edges = Vec::new();
    let mut lists = Vec::new();
    for way in &plan.ways {
        for signal in way.signals.iter() {
            let to = graph::entering(way.to, signal.index());
            let starts = plan.parts.get(way.from).is_some_and(|part| part.born.meets(signal));
            let born = starts.then(|| graph::born(way.from, signal.index()));
            for from in born.into_iter().chain([graph::entering(way.from, signal.index())]) {
                edges.push(Edge { from, to, place: way.place });
                lists.push((from, way.place));
            }
        }
    }
    Graph::of_parts(plan.parts.len(), edges, born, lists)
}

struct Finder<'f> {
    input: &'f RelayInput<'f>,
    surroundings: &'f Surroundings,
}

impl Finder<'_> {
    /// The ways out that an output is: one for each destination that its value names.
    fn exits(&self, component: usize, output: &Output, exits: &mut Vec<Exit>) {
        for destination in destinations(output.destination.clone()) {
            let mut way = Way::default();
            let namespace = self.input.namespace.as_deref();
            let stays = output.kind != "telemetry";
            let direct = if stays {
                Zone::Workload { assumption: None }
            } else {
                way.to(&destination, output.syntax, self.surroundings, namespace)
            };
            let mut zone = direct.clone();
            if !stays {
                for (proxy, place) in self.proxies(output, &destination) {
                    way.via.push((format!("sent through the proxy {}", words(&proxy)), place));
                    let there = way.to(&proxy, Syntax::Url, self.surroundings, namespace);
                    zone = zone.worse(there);
                }
            }
            // Those of one part stand together.
            let mut mine = exits.iter().rev().take_while(|exit| exit.component == component);
            let endpoint = mine.find(|exit| exit.kind == output.kind).map_or(0, |exit| exit.endpoint) + 1;
            exits.push(Exit {
                component,
                kind: output.kind.clone(),
                signals: output.signals,
                fed: Signals::NONE,
                own: false,
                endpoint,
                destination: match &destination {
                    Destination::Unknown(reason) => Err(reason.clone()),
                    known => Ok(words(known)),
                },
                place: output.place,
                zone,
                direct,
                via: way.via,
                arrivals: way.arrivals,
                onward: None,
                within: Vec::new(),
                block: String::new(),
                sources: [].into(),
                path: Vec::new(),
            });
        }
    }

    /// Proxies that get the bytes. Clients of all these programs take the environment's unless told another one.
    fn proxies(&self, output: &Output, destination: &Destination) -> Vec<(Destination, Place)> {
        let own = output
            .proxy
            .iter()
            .flat_map(|(value, place)| destinations(value.clone()).into_iter().map(|proxy| (proxy, *place)));
        let own: Vec<_> = own.filter(|(proxy, _)| *proxy != Destination::Text(String::new())).collect();
        let environment = &self.input.environment;
        match of_environment(environment, destination, output.syntax) {
            Some(proxies) if own.is_empty() => {
                proxies.into_iter().map(|proxy| (proxy, self.input.place)).collect()
            }
            _ => own,
        }
    }
}

/// How far the metrics of a plan get.
pub(super) fn metrics(draft: &Draft<'_>) -> Metrics {
    let ends = Ends::of(draft);
    let mut metrics = Metrics::default();
    for (index, (source, vertex)) in draft.sources.iter().zip(&draft.graph.born).enumerate() {
        if !source.signals.meets(Signals::METRICS) {
            metrics.source_reach.push(None);
            continue;
        }
        let reach = ends.reach_of(*vertex);
        metrics.source_reach.push(Some(reach.clone()));
        let place = draft.graph.list(*vertex).unwrap_or(source.place);
        let (component, sources) = (source.component, vec![index]);
        metrics.paths.push(MetricPath { component, reach, sources, place, path: Vec::new() });
    }
    metrics
}

/// From where each kind of end is reached.
struct Ends<'d> {
    local: Reaching,
    local_whole: Reaching,
    control_room: Reaching,
    external: Reaching,
    /// By vertex: the first way out behind it of which it is not known where it leads, and why.
    hiding: HashMap<Vertex, &'d str>,
    /// Why nothing is certain of any.
    hidden: Option<&'d str>,
}

impl<'d> Ends<'d> {
    fn of(draft: &'d Draft<'_>) -> Self {
        let exits = || {
            let exits = draft.exits.iter();
            exits.filter(|exit| exit.kind == "telemetry" && exit.signals.meets(Signals::METRICS))
        };
        let to = |wanted: fn(&Exit) -> bool| {
            let ends = exits().filter(|exit| wanted(exit)).flat_map(reach::exit_vertices);
            reaching(&draft.graph, ends, |_| false)
        };
        let mut hiding: HashMap<Vertex, &str> = HashMap::new();
        for (exit, reason) in exits().filter_map(|exit| Some((exit, exit.hides()?))) {
            // Each vertex belongs to the first, so that it is walked through once.
            let mut todo: Vec<Vertex> = reach::exit_vertices(exit).collect();
            while let Some(vertex) = todo.pop() {
                if hiding.contains_key(&vertex) {
                    continue;
                }
                hiding.insert(vertex, reason);
                let edges = draft.graph.arriving(vertex);
                todo.extend(edges.filter_map(|edge| Some(draft.graph.edges.get(edge)?.from)));
            }
        }
        let hidden = draft.opaque.iter().find(|one| one.signals.meets(Signals::METRICS));
        Self {
            local: to(Exit::is_local),
            local_whole: to(Exit::is_local_whole),
            control_room: to(Exit::is_control_room),
            external: to(Exit::is_external),
            hiding,
            hidden: hidden.map(|one| one.reason.as_str()),
        }
    }

    /// How far what is born at a vertex gets.
    fn reach_of(&self, start: Vertex) -> MetricReach {
        let unknown = self.hiding.get(&start).copied().or(self.hidden).map(str::to_owned);
        let known = |reached: bool| if reached || unknown.is_none() { Some(reached) } else { None };
        let local = self.local.holds(start);
        MetricReach {
            local: known(local),
            control_room: known(self.control_room.holds(start)),
            external: self.external.holds(start),
            local_filtered: local && !self.local_whole.holds(start),
            unknown,
        }
    }
}
