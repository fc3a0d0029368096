//! Turns a program into a graph: one vertex for each signal that enters a component or is born in it, one edge for
//! each receiver that gets it.

use std::collections::HashMap;
use std::collections::HashSet;

use super::Hop;
use super::Opaque;
use super::Source;
use super::file_texts;
use super::file_texts::Carrier;
use super::receivers::Receiver;
use super::receivers::collect_expressions;
use super::receivers::list_place;
use super::receivers::receivers;
use crate::document::Place;
use crate::model::alloy::Component;
use crate::model::alloy::Entry;
use crate::model::alloy::Program;
use crate::model::alloy::Signals;
use crate::model::alloy::holds;
use crate::model::alloy::slots;
use crate::model::eval::Capsule;

/// A signal in a component.
pub(super) type Vertex = usize;

/// Vertices of one component: each signal as it comes in, then each as it is born there.
const STRIDE: usize = Signals::COUNT * 2;

/// A way of one signal from one component to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edge {
    /// Where it comes from.
    pub(super) from: Vertex,
    /// Where it goes.
    pub(super) to: Vertex,
    /// The expression that names the receiver.
    pub(super) place: Place,
}

/// The graph of one collector.
#[derive(Debug, Clone, Default)]
pub(in crate::flow) struct Graph {
    /// All edges, sorted by where they come from.
    pub(super) edges: Vec<Edge>,
    /// For each vertex the first of its edges in `edges`; one more than there are vertices.
    outgoing: Vec<usize>,
    /// Indices into `edges`, sorted by where the edges go.
    by_target: Vec<usize>,
    /// For each vertex the first of its edges in `by_target`.
    incoming: Vec<usize>,
    /// Vertices in which something is born, in order.
    pub(super) born: Vec<Vertex>,
    /// Vertices whose data goes on to somewhere unknown, with the index of the reason; sorted.
    pub(super) unfollowed: Vec<(Vertex, usize)>,
    /// Where a vertex names its receivers; sorted.
    lists: Vec<(Vertex, Place)>,
}

/// The vertex of a signal that enters a component.
pub(super) const fn entering(component: usize, signal: usize) -> Vertex {
    component * STRIDE + signal
}

/// The vertex of a signal that is born in a component.
pub(super) const fn born(component: usize, signal: usize) -> Vertex {
    component * STRIDE + Signals::COUNT + signal
}

/// The component of a vertex.
pub(super) const fn component_of(vertex: Vertex) -> usize {
    vertex / STRIDE
}

/// The signal of a vertex.
pub(super) fn signal_of(vertex: Vertex) -> Signals {
    Signals::at(vertex % Signals::COUNT)
}

/// Builds the graph. `carriers` are components that put the text of log files into what they send. What cannot be followed is
/// added to `opaque`.
pub(super) fn build(
    program: &Program<'_>,
    carriers: &HashMap<usize, Carrier>,
    opaque: &mut Vec<Opaque>,
) -> Graph {
    let mut hidden: HashMap<String, usize> =
        opaque.iter().enumerate().map(|(index, one)| (one.name.clone(), index)).collect();
    // Instances of a module that is not followed share the reason of what imports it.
    for component in &program.components {
        let import = component.hidden.as_ref().and_then(|hidden| program.components.get(hidden.by?));
        if let Some(index) = import.and_then(|import| hidden.get(import.id.as_ref())).copied() {
            hidden.insert(component.id.to_string(), index);
        }
    }
    let unresolved = opaque
        .iter()
        .enumerate()
        .filter(|(_, one)| one.kind == "unresolved-reference")
        .map(|(index, one)| (one.place, index))
        .collect();
    let mut builder = Builder { program, opaque, graph: Graph::default(), log: None, hidden, unresolved };
    builder.log = program
        .components
        .iter()
        .position(|component| component.is_config() && component.name.as_ref() == "logging");
    for (index, component) in program.components.iter().enumerate() {
        match component.entry() {
            Some(entry) => {
                builder.known(index, component, entry);
                builder.own_exits(index, component, entry);
            }
            // What stands in a module are components of the program.
            None if component.is_followed() => {}
            None => builder.unknown(index, component),
        }
    }
    let Builder { mut graph, opaque, .. } = builder;
    file_texts::connect(program, carriers, &mut graph, opaque);
    graph.finish(program.components.len() * STRIDE);
    graph
}

struct Builder<'b, 'a> {
    program: &'b Program<'a>,
    opaque: &'b mut Vec<Opaque>,
    graph: Graph,
    /// The `logging` block: what components print goes there.
    log: Option<usize>,
    /// Components that are not followed, with the index of the reason.
    hidden: HashMap<String, usize>,
    /// References to nothing, with the index of the reason.
    unresolved: HashMap<Place, usize>,
}

impl Builder<'_, '_> {
    fn known(&mut self, index: usize, component: &Component<'_>, entry: &Entry) {
        for (path, sent) in &entry.receivers {
            let mut found = Vec::new();
            let mut list = component.name_place();
            let mut written = false;
            for slot in slots(component.file, &component.block.body, path) {
                if let Some(attribute) = slot.attribute {
                    written = true;
                    list = list_place(self.program, component, &attribute.value);
                    found.extend(receivers(self.program, component, &attribute.value));
                }
            }
            // Outputs are by signal: one that is not written is not asked for. `forward_to` has to be there.
            if !written && (component.is_config() || path.contains('.')) {
                continue;
            }
            let mut vertices = Vec::new();
            let flows = entry.flows.iter().filter(|flow| flow.via == *path);
            for flow in flows {
                // Targets only say where to look: what is found there is born here. So are logs made of traces.
                match flow.input.filter(|input| input.family() == flow.output.family()) {
                    Some(input) => vertices.push((entering(index, input.index()), flow.output)),
                    None => vertices.push((born(index, flow.output.index()), flow.output)),
                }
            }
            if component.is_config() {
                for signal in sent.iter() {
                    vertices.push((born(index, signal.index()), signal));
                    vertices.push((entering(index, signal.index()), signal));
                }
            }
            vertices.sort_unstable();
            vertices.dedup();
            for (from, signal) in vertices {
                if from % STRIDE >= Signals::COUNT {
                    self.graph.born.push(from);
                }
                self.graph.lists.push((from, list));
                for receiver in &found {
                    self.connect(from, signal, receiver, &component.id);
                }
            }
        }
    }

    /// What a component lets out by itself; what it prints goes to the collector's log.
    fn own_exits(&mut self, index: usize, component: &Component<'_>, entry: &Entry) {
        let accepted = entry.accepts.values().fold(Signals::NONE, |all, one| all.or(*one));
        for egress in &entry.egress {
            if component.is_config() {
                continue;
            }
            // Logs that a component lets out without having taken them in are born in it. Metrics of that kind (what a
            // statsd exporter relays) are not what the stores are promised.
            let open = egress.when.as_ref().map(|when| holds(self.program, component, when));
            if open == Some(Some(false)) {
                continue;
            }
            let set = open.is_some()
                || egress.path.as_ref().is_some_and(|path| {
                    let found = slots(component.file, &component.block.body, path);
                    found.iter().any(|slot| slot.attribute.is_some())
                });
            if egress.kind == "telemetry" && set {
                for signal in egress.signals.and(Signals::LOGS).without(accepted).iter() {
                    self.graph.born.push(born(index, signal.index()));
                }
            }
            if egress.kind == "process_log"
                && let Some(log) = self.log
            {
                for signal in egress.signals.iter() {
                    let to = entering(log, Signals::LOKI_LOGS.index());
                    let place = component.name_place();
                    self.graph.edges.push(Edge { from: entering(index, signal.index()), to, place });
                }
            }
        }
    }

    /// An unknown component may send anything to the receivers that it names, whatever it takes in.
    fn unknown(&mut self, index: usize, component: &Component<'_>) {
        let mut found = Vec::new();
        let mut expressions = Vec::new();
        collect_expressions(&component.block.body, &mut expressions, 32);
        for expression in expressions {
            found.extend(receivers(self.program, component, expression));
        }
        for receiver in found {
            let Ok(Capsule { node, export }) = &receiver.target else { continue };
            let target = self.program.find(node).and_then(|found| self.program.components.get(found));
            let accepted =
                target.and_then(|target| target.entry()).and_then(|entry| entry.accepts.get(export.as_ref()));
            for signal in accepted.copied().unwrap_or_default().iter() {
                let from = born(index, signal.index());
                self.graph.born.push(from);
                self.connect(from, signal, &receiver, &component.id);
            }
        }
    }

    /// Adds the edge of one signal to one receiver, or the reason why there is none.
    fn connect(&mut self, from: Vertex, signal: Signals, receiver: &Receiver, sender: &str) {
        let reason = match &receiver.target {
            Err(reason) => ("receiver", format!("where `{sender}` sends its data is not known: {reason}")),
            Ok(capsule) => match self.program.find(&capsule.node) {
                None => ("receiver", format!("`{}` does not exist", capsule.node)),
                Some(target) => match self.arrival(target, capsule, signal) {
                    Ok(to) => {
                        let place = receiver.place;
                        self.graph.edges.extend(to.map(|to| Edge { from, to, place }));
                        return;
                    }
                    Err(reason) => ("wrong-receiver", reason),
                },
            },
        };
        if let Some(known) = self.unresolved.get(&receiver.place) {
            if let Some(opaque) = self.opaque.get_mut(*known) {
                opaque.signals = opaque.signals.or(signal);
            }
            self.graph.unfollowed.push((from, *known));
            return;
        }
        let (kind, reason) = reason;
        let opaque = Opaque { kind, name: sender.to_owned(), reason, place: receiver.place, signals: signal };
        // The same expression is met once for each signal.
        let last = self.opaque.last_mut().filter(|last| {
            last.kind == opaque.kind && last.place == opaque.place && last.reason == opaque.reason
        });
        if let Some(last) = last {
            last.signals = last.signals.or(signal);
        } else {
            self.opaque.push(opaque);
        }
        self.graph.unfollowed.push((from, self.opaque.len() - 1));
    }

    /// The vertex at which a signal arrives that is sent to `capsule`; `None` where it is dropped on arrival.
    fn arrival(
        &mut self,
        target: usize,
        capsule: &Capsule,
        signal: Signals,
    ) -> Result<Option<Vertex>, String> {
        let to = entering(target, signal.index());
        let Some(component) = self.program.components.get(target) else {
            return Err("it does not exist".to_owned());
        };
        let Some(entry) = component.entry() else {
            // The reason stands at the component itself.
            let reason = self.hidden.get(component.id.as_ref()).copied().unwrap_or_default();
            self.graph.unfollowed.push((to, reason));
            return Ok(Some(to));
        };
        match entry.accepts.get(capsule.export.as_ref()) {
            Some(accepted) if accepted.meets(signal) => Ok(Some(to)),
            // All OpenTelemetry consumers are of one type: one that has no use for a signal loses it.
            Some(accepted) if accepted.meets(Signals::OTEL) && signal.meets(Signals::OTEL) => Ok(None),
            Some(_) => Err(format!("`{}` does not take {}", capsule.node, signal.words())),
            None => Err(format!("`{}.{}` is not a receiver", capsule.node, capsule.export)),
        }
    }
}

impl Graph {
    /// A graph of as many components, made of its edges, what is born, and where vertices name their receivers.
    pub(super) fn of_parts(
        components: usize,
        edges: Vec<Edge>,
        born: Vec<Vertex>,
        lists: Vec<(Vertex, Place)>,
    ) -> Self {
        let mut graph = Self { edges, born, lists, ..Self::default() };
        graph.finish(components * STRIDE);
        graph
    }

    /// Sorts the edges and makes the indices over them.
    fn finish(&mut self, vertices: usize) {
        self.edges.sort_by_key(|edge| (edge.from, edge.to));
        let mut seen = HashSet::new();
        self.edges.retain(|edge| seen.insert((edge.from, edge.to)));
        self.born.sort_unstable();
        self.born.dedup();
        self.unfollowed.sort_unstable();
        self.unfollowed.dedup();
        self.lists.sort_by_key(|(vertex, _)| *vertex);
        self.outgoing = offsets(vertices, self.edges.iter().map(|edge| edge.from));
        self.by_target = (0..self.edges.len()).collect();
        self.by_target.sort_by_key(|index| self.edges.get(*index).map(|edge| (edge.to, *index)));
        self.incoming = offsets(vertices, self.by_target.iter().map(|index| self.edges[*index].to));
    }

    /// How many vertices there are.
    pub(super) fn len(&self) -> usize {
        self.outgoing.len().saturating_sub(1)
    }

    /// Indices of the edges that leave a vertex.
    pub(super) fn leaving(&self, vertex: Vertex) -> std::ops::Range<usize> {
        match (self.outgoing.get(vertex), self.outgoing.get(vertex + 1)) {
            (Some(start), Some(end)) => *start..*end,
            _ => 0..0,
        }
    }

    /// Indices of the edges that arrive at a vertex.
    pub(super) fn arriving(&self, vertex: Vertex) -> impl Iterator<Item = usize> {
        let range = match (self.incoming.get(vertex), self.incoming.get(vertex + 1)) {
            (Some(start), Some(end)) => *start..*end,
            _ => 0..0,
        };
        self.by_target.get(range).unwrap_or_default().iter().copied()
    }

    /// Where the receivers of a vertex are named.
    pub(super) fn list(&self, vertex: Vertex) -> Option<Place> {
        let index = self.lists.binary_search_by_key(&vertex, |(own, _)| *own).ok()?;
        self.lists.get(index).map(|(_, place)| *place)
    }

    /// The reason why data of a vertex cannot be followed any further.
    pub(super) fn unfollowed_at(&self, vertex: Vertex) -> Option<usize> {
        let index = self.unfollowed.partition_point(|(own, _)| *own < vertex);
        self.unfollowed.get(index).filter(|(own, _)| *own == vertex).map(|(_, reason)| *reason)
    }

    /// An edge as a step between components.
    pub(super) fn hop(&self, edge: usize) -> Option<Hop> {
        let edge = self.edges.get(edge)?;
        Some(Hop { from: component_of(edge.from), to: component_of(edge.to), place: edge.place })
    }

    /// The sources, one for each vertex of [`Graph::born`] and in its order.
    pub(super) fn sources(&self, program: &Program<'_>) -> Vec<Source> {
        let source = |vertex: &Vertex| {
            let index = component_of(*vertex);
            let component = program.components.get(index)?;
            let signals = signal_of(*vertex);
            let origin = component
                .entry()
                .and_then(|entry| entry.flows.iter().find(|flow| flow.output == signals))
                .map_or_else(|| component.name.to_string(), |flow| flow.origin.clone());
            Some(Source { component: index, signals, origin, place: component.name_place() })
        };
        self.born.iter().filter_map(source).collect()
    }
}

/// For each vertex the position of its first entry in a sorted list, and the length at the end.
fn offsets(vertices: usize, sorted: impl Iterator<Item = Vertex>) -> Vec<usize> {
    let mut counts = vec![0; vertices + 1];
    for vertex in sorted {
        if let Some(count) = counts.get_mut(vertex + 1) {
            *count += 1;
        }
    }
    for index in 1..counts.len() {
        counts[index] += counts[index - 1];
    }
    counts
}
