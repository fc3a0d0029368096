//! Turns the graph of a collector into ways between its components, as pictures show them. Nothing here runs unless a picture
//! is wanted.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Arrival;
use super::CollectorFlow;
use super::Exit;
use super::graph;
use super::graph::Vertex;
use super::reach;
use super::reach::reaching;
use crate::document::Place;
use crate::model::alloy::Signals;

/// A way of one family of signals from one component to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    /// Index into [`CollectorFlow::components`].
    pub(crate) from: usize,
    /// See [`Way::from`].
    pub(crate) to: usize,
    /// A whole family: all logs, all metrics.
    pub(crate) family: Signals,
    /// Whether something takes it.
    pub(crate) fed: bool,
    /// The expressions that name the receiver.
    pub(crate) places: Vec<Place>,
}

/// All ways, in order of their ends.
pub(crate) fn ways(flow: &CollectorFlow) -> Vec<Way> {
    let fed = reach::fed(&flow.graph);
    let mut ways: BTreeMap<(usize, usize, usize), Way> = BTreeMap::new();
    for edge in &flow.graph.edges {
        let (from, to) = (graph::component_of(edge.from), graph::component_of(edge.to));
        let family = graph::signal_of(edge.from).family();
        let way = ways.entry((from, to, family.index())).or_insert_with(|| Way {
            from,
            to,
            family,
            fed: false,
            places: Vec::new(),
        });
        way.fed |= fed.get(edge.from).copied().unwrap_or_default();
        if !way.places.contains(&edge.place) {
            way.places.push(edge.place);
        }
    }
    ways.into_values().collect()
}

/// What leads to ways out, all the way back to where it is born.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Leading {
    /// The ways that are taken, by the components at their ends.
    pub(crate) ways: BTreeSet<(usize, usize)>,
    /// The components that are passed, the last ones too.
    pub(crate) components: BTreeSet<usize>,
}

/// The ways of `signals` by which data gets to some ways out.
pub(crate) fn leading_to<'e>(
    flow: &CollectorFlow,
    exits: impl Iterator<Item = &'e Exit>,
    signals: Signals,
) -> Leading {
    let carried = |vertex: &Vertex| graph::signal_of(*vertex).meets(signals);
    let ends = exits.flat_map(reach::exit_vertices).filter(carried);
    let found = reaching(&flow.graph, ends, |_| false);
    let edges = flow.graph.edges.iter();
    // What leads to where something is reached from reaches it too.
    let taken = edges.filter(|edge| carried(&edge.from) && found.holds(edge.to));
    Leading {
        ways: taken.map(|edge| (graph::component_of(edge.from), graph::component_of(edge.to))).collect(),
        components: found.order.iter().map(|vertex| graph::component_of(*vertex)).collect(),
    }
}

/// Components whose data goes on to somewhere unknown: the family of signals, and the index of the reason in
/// [`CollectorFlow::opaque`].
pub(crate) fn unfollowed(flow: &CollectorFlow) -> BTreeSet<(usize, Signals, usize)> {
    let one = |(vertex, reason): &(Vertex, usize)| {
        (graph::component_of(*vertex), graph::signal_of(*vertex).family(), *reason)
    };
    flow.graph.unfollowed.iter().map(one).collect()
}

/// The components of a collector that take in what another one's way out sends to it.
pub(crate) fn entrances(flow: &CollectorFlow, arrival: &Arrival, exit: &Exit) -> BTreeSet<usize> {
    let signals = exit.signals.and(Signals::TELEMETRY);
    let open = flow.listeners.iter().filter(|listener| listener.takes(arrival.port, signals));
    open.map(|listener| listener.component).collect()
}
