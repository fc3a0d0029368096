//! Turns the flows of a stack and what was found about them into a picture. Runs only where a picture is wanted.

mod fold;
mod leaks;
mod places;
mod stores;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use self::places::Places;
use super::verdicts::Evidence;
use crate::document::Place;
use crate::finding::Area;
use crate::finding::EdgeState;
use crate::finding::Label;
use crate::finding::NodeKind;
use crate::finding::Picture;
use crate::finding::PictureEdge;
use crate::finding::PictureNode;
use crate::finding::Signal;
use crate::flow;
use crate::flow::CollectorFlow;
use crate::flow::Exit;
use crate::flow::Taker;
use crate::flow::Zone;
use crate::model::Store;
use crate::model::alloy::Signals;

/// The picture of a stack: every source, every way out, and what lies between.
pub(super) fn picture(evidence: &Evidence<'_>) -> Picture {
    let mut draft = Draft::new(evidence);
    for (index, flow) in evidence.flows.iter().enumerate() {
        draft.components(index, flow);
    }
    draft.unseen_programs();
    for (index, flow) in evidence.flows.iter().enumerate() {
        draft.ways(index, flow);
        draft.unfollowed(index, flow);
        for (number, exit) in flow.exits.iter().enumerate() {
            draft.exit((index, flow), number, exit);
        }
    }
    stores::add(&mut draft);
    draft.findings();
    leaks::mark(&mut draft);
    let Draft { mut picture, .. } = draft;
    picture.edges.sort_by_key(|edge| (edge.from, edge.to, edge.signal));
    fold::fold(&mut picture);
    picture
}

/// A picture in the making.
struct Draft<'e> {
    evidence: &'e Evidence<'e>,
    picture: Picture,
    /// For each collector the node of each component.
    node_of: Vec<Vec<usize>>,
    /// For each node the texts that are its own: what is found there is found about it.
    extents: Vec<Vec<Place>>,
    /// Nodes that several ways share, by where they stand and what they are called.
    shared: BTreeMap<(Area, String), usize>,
    /// Edges that leave a collector: with the collector and its exit.
    leaving: BTreeMap<usize, (usize, usize)>,
}

impl<'e> Draft<'e> {
    fn new(evidence: &'e Evidence<'e>) -> Self {
        Self {
            evidence,
            picture: Picture {
                subject: evidence.stack.to_owned(),
                cluster: evidence.cluster.map(str::to_owned),
                collectors: evidence.flows.iter().map(|flow| flow.name.clone()).collect(),
                ..Picture::default()
            },
            node_of: Vec::new(),
            extents: Vec::new(),
            shared: BTreeMap::new(),
            leaving: BTreeMap::new(),
        }
    }

    fn push(&mut self, node: PictureNode, extents: Vec<Place>) -> usize {
        self.picture.nodes.push(node);
        self.extents.push(extents);
        self.picture.nodes.len() - 1
    }

    /// One node for each component that telemetry passes, and one for all others of the collector.
    fn components(&mut self, index: usize, flow: &CollectorFlow) {
        let ways = flow::ways(flow);
        let passed: BTreeSet<usize> = ways.iter().flat_map(|way| [way.from, way.to]).collect();
        let sinks: BTreeSet<usize> =
            flow.exits.iter().filter(|exit| is_drawn(exit)).map(|exit| exit.component).collect();
        let sources: BTreeSet<usize> = flow.sources.iter().map(|source| source.component).collect();
        let mut origins: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
        for source in &flow.sources {
            origins.entry(source.component).or_default().insert(&source.origin);
        }
        // The first one of a name counts.
        let opaque: HashMap<&str, &_> =
            flow.opaque.iter().rev().map(|opaque| (opaque.name.as_str(), opaque)).collect();
        let mut aside: Option<usize> = None;
        let mut nodes = Vec::with_capacity(flow.components.len());
        for (number, note) in flow.components.iter().enumerate() {
            let hidden = opaque.get(note.id.as_str()).copied().filter(|_| !note.known);
            let kind = if hidden.is_some() {
                NodeKind::Hidden
            } else if sources.contains(&number) {
                NodeKind::Source
            } else if sinks.contains(&number) {
                NodeKind::Sink
            } else if passed.contains(&number) {
                NodeKind::Step
            } else {
                NodeKind::Aside
            };
            let place = Label { place: note.place, text: note.id.clone() };
            if kind == NodeKind::Aside
                && let Some(aside) = aside
                && let Some(node) = self.picture.nodes.get_mut(aside)
            {
                node.components.push(note.id.clone());
                node.places.push(place);
                self.extents[aside].push(note.extent);
                nodes.push(aside);
                continue;
            }
            // A module's instance stands before the name: `logs.all/loki.write.out`.
            let instance = note.id.rsplit_once('/').map(|(instance, _)| instance);
            let (title, detail) = match note.label.as_str() {
                "" => (note.name.clone(), instance.unwrap_or_default().to_owned()),
                label => (
                    instance.map_or_else(|| label.to_owned(), |of| format!("{of}/{label}")),
                    note.name.clone(),
                ),
            };
            let origins = origins.get(&number).into_iter().flatten().filter(|origin| !origin.is_empty());
            let mut told: Vec<String> = origins.map(|&origin| origin.to_owned()).collect();
            told.extend(hidden.map(|opaque| opaque.reason.clone()));
            let node = PictureNode {
                kind,
                area: Area::Collector(index),
                title,
                detail,
                components: vec![note.id.clone()],
                notes: told,
                places: vec![place],
                findings: Vec::new(),
            };
            let node = self.push(node, vec![note.extent]);
            if kind == NodeKind::Aside {
                aside = Some(node);
            }
            nodes.push(node);
        }
        if let Some(node) = aside.and_then(|aside| self.picture.nodes.get_mut(aside))
            && node.components.len() > 1
        {
            node.title = format!("{} more components", node.components.len());
            "no telemetry passes them".clone_into(&mut node.detail);
        }
        self.node_of.push(nodes);
    }

    /// Collectors whose program is not in the input, or that nobody can read.
    fn unseen_programs(&mut self) {
        for subject in self.evidence.subjects.iter().filter(|subject| subject.kind == "opaque") {
            let of = |name: &str| subject.facts.reach(name).text().map(str::to_owned).unwrap_or_default();
            if !matches!(of("kind").as_str(), "missing-program" | "other-collector") {
                continue;
            }
            let name = of("name");
            let known = self.picture.collectors.iter().position(|own| *own == name);
            let index = known.unwrap_or_else(|| {
                self.picture.collectors.push(name);
                self.picture.collectors.len() - 1
            });
            let place = subject.facts.reach("reason").place;
            self.hidden(index, "program not in the input", &of("reason"), place);
        }
    }

    /// A part of a collector that was not followed.
    fn hidden(&mut self, collector: usize, title: &str, reason: &str, place: Option<Place>) -> usize {
        let node = PictureNode {
            kind: NodeKind::Hidden,
            area: Area::Collector(collector),
            title: title.to_owned(),
            detail: "not followed".to_owned(),
            components: Vec::new(),
            notes: vec![reason.to_owned()],
            places: place.map(|place| Label { place, text: title.to_owned() }).into_iter().collect(),
            findings: Vec::new(),
        };
        self.push(node, place.into_iter().collect())
    }

    /// The ways between the components of a collector.
    fn ways(&mut self, index: usize, flow: &CollectorFlow) {
        let id = |component: usize| flow.components.get(component).map_or("", |note| note.id.as_str());
        for way in flow::ways(flow) {
            let (Some(from), Some(to)) = (self.node(index, way.from), self.node(index, way.to)) else {
                continue;
            };
            let text = format!("{} forwards to {}", id(way.from), id(way.to));
            let places = way.places.iter().map(|place| Label { place: *place, text: text.clone() });
            let state = if way.fed { EdgeState::Fine } else { EdgeState::Idle };
            for signal in signals(way.family) {
                let places = places.clone().collect();
                self.edge(from, to, signal, state, Vec::new(), places);
            }
        }
    }

    /// Where data goes on to somewhere unknown, and what was not followed besides.
    fn unfollowed(&mut self, index: usize, flow: &CollectorFlow) {
        let mut nodes: BTreeMap<usize, usize> = BTreeMap::new();
        let unknown = flow.components.iter().enumerate().rev().filter(|(_, note)| !note.known);
        let unknown: HashMap<&str, usize> = unknown.map(|(index, note)| (note.id.as_str(), index)).collect();
        for (number, opaque) in flow.opaque.iter().enumerate() {
            let own = unknown.get(opaque.name.as_str()).copied();
            let node = own.and_then(|component| self.node(index, component));
            let node = node.unwrap_or_else(|| {
                let title = opaque.kind.replace('-', " ");
                self.hidden(index, &title, &opaque.reason, Some(opaque.place))
            });
            nodes.insert(number, node);
        }
        for (component, family, reason) in flow::unfollowed(flow) {
            let (Some(from), Some(to)) = (self.node(index, component), nodes.get(&reason).copied()) else {
                continue;
            };
            let Some(opaque) = flow.opaque.get(reason).filter(|_| from != to) else { continue };
            for signal in signals(family) {
                let places = vec![Label { place: opaque.place, text: "what was not followed".to_owned() }];
                self.edge(from, to, signal, EdgeState::Undecided, vec![opaque.reason.clone()], places);
            }
        }
    }

    fn node(&self, collector: usize, component: usize) -> Option<usize> {
        self.node_of.get(collector)?.get(component).copied()
    }

    /// What a way out leads to: a store, another collector, a program or an address.
    fn exit(&mut self, (index, flow): (usize, &CollectorFlow), number: usize, exit: &Exit) {
        let Some(from) = self.node(index, exit.component).filter(|_| is_drawn(exit)) else { return };
        let mut targets: Vec<(usize, bool)> = Vec::new();
        if exit.zone.is_workload() {
            for arrival in &exit.arrivals {
                match &arrival.end.what {
                    Taker::Store(name) => targets.push((self.store(name, &arrival.end.name), false)),
                    Taker::Collector(to) => {
                        let taker = self.evidence.flows.get(*to);
                        let doors =
                            taker.map(|taker| flow::entrances(taker, arrival, exit)).unwrap_or_default();
                        let doors = doors.into_iter().filter_map(|component| self.node(*to, component));
                        let doors: Vec<usize> = doors.collect();
                        if doors.is_empty() {
                            let known = self.picture.nodes.iter().position(|node| {
                                node.kind == NodeKind::Hidden && node.area == Area::Collector(*to)
                            });
                            let reason = "what takes the data in is not known";
                            let door = known.unwrap_or_else(|| self.hidden(*to, "entrance", reason, None));
                            targets.push((door, true));
                        }
                        targets.extend(doors.into_iter().map(|door| (door, false)));
                    }
                    Taker::Other(program) => {
                        let name = arrival.end.name.clone();
                        let node = self.endpoint(Area::Workload, NodeKind::Program, &name, program);
                        targets.push((node, true));
                    }
                    Taker::Here => {}
                }
            }
        }
        if targets.is_empty() {
            targets.push((self.destination(flow, exit), false));
        }
        targets.sort_unstable();
        targets.dedup();
        let (carried, idle) = if exit.fed.is_empty() { (exit.signals, true) } else { (exit.fed, false) };
        let mut places = vec![Label { place: exit.place, text: "decides the destination".to_owned() }];
        for (text, place) in exit.via.iter().chain(&exit.within) {
            places.push(Label { place: *place, text: text.clone() });
        }
        for (to, behind_unknown) in targets {
            for signal in signals(carried) {
                let state = match &exit.zone {
                    _ if idle => EdgeState::Idle,
                    Zone::Unknown { .. } => EdgeState::Undecided,
                    Zone::External | Zone::ControlRoom if signal == Signal::Logs => EdgeState::Leaks,
                    _ if behind_unknown => EdgeState::Undecided,
                    _ => EdgeState::Fine,
                };
                let edge = self.edge(from, to, signal, state, notes_of(exit), places.clone());
                self.leaving.insert(edge, (index, number));
            }
        }
    }

    /// The node of a store of the workload.
    fn store(&mut self, name: &str, runs_as: &str) -> usize {
        let title = Store::named(name).map_or_else(|| name.to_owned(), |store| store.product().to_owned());
        self.endpoint(Area::Workload, NodeKind::Store, &title, runs_as)
    }

    /// The node of an address.
    fn destination(&mut self, flow: &CollectorFlow, exit: &Exit) -> usize {
        let (area, kind) = match &exit.zone {
            Zone::Workload { assumption: Some(_) } => (Area::Workload, NodeKind::Store),
            Zone::Workload { .. } => (Area::Workload, NodeKind::Program),
            Zone::ControlRoom => (Area::ControlRoom, NodeKind::Host),
            Zone::Allowed { .. } => (Area::Allowed, NodeKind::Host),
            Zone::External => (Area::External, NodeKind::Host),
            Zone::Unknown { .. } => (Area::Unknown, NodeKind::Host),
        };
        let own = |what: &str| (what.to_owned(), flow.name.clone());
        let (title, detail) = match (exit.kind.as_str(), &exit.destination) {
            ("filesystem", _) => own("disk of the pod"),
            ("process_log", _) => own("log of the pod"),
            (_, Ok(text)) => {
                let (host, path) = host_and_path(text);
                (host.to_owned(), path.to_owned())
            }
            (_, Err(_)) => {
                let id = flow.components.get(exit.component).map_or("", |note| note.id.as_str());
                ("not known".to_owned(), format!("from {id}"))
            }
        };
        let detail = match &exit.zone {
            Zone::Workload { assumption: Some(_) } => "not in the input".to_owned(),
            _ => detail,
        };
        let by = if exit.destination.is_err() { format!("{title} {detail}") } else { title.clone() };
        let node = self.endpoint_by((area, by), kind, &title, &detail);
        let told = match &exit.zone {
            Zone::Workload { assumption: Some(text) } => Some(text),
            Zone::Allowed { reason } | Zone::Unknown { reason } => Some(reason),
            _ => None,
        };
        if let (Some(told), Some(node)) = (told, self.picture.nodes.get_mut(node))
            && !node.notes.contains(told)
        {
            node.notes.push(told.clone());
        }
        node
    }

    /// The node of that name in that area, made when it is first asked for.
    fn endpoint(&mut self, area: Area, kind: NodeKind, title: &str, detail: &str) -> usize {
        self.endpoint_by((area, title.to_owned()), kind, title, detail)
    }

    fn endpoint_by(&mut self, key: (Area, String), kind: NodeKind, title: &str, detail: &str) -> usize {
        if let Some(known) = self.shared.get(&key) {
            return *known;
        }
        let area = key.0;
        let node = PictureNode {
            kind,
            area,
            title: title.to_owned(),
            detail: detail.to_owned(),
            components: Vec::new(),
            notes: Vec::new(),
            places: Vec::new(),
            findings: Vec::new(),
        };
        let node = self.push(node, Vec::new());
        self.shared.insert(key, node);
        node
    }

    fn edge(
        &mut self,
        from: usize,
        to: usize,
        signal: Signal,
        state: EdgeState,
        notes: Vec<String>,
        places: Vec<Label>,
    ) -> usize {
        self.picture.edges.push(PictureEdge { from, to, signal, state, notes, places, findings: Vec::new() });
        self.picture.edges.len() - 1
    }

    /// Tells nodes and edges what was found about them.
    fn findings(&mut self) {
        let extents = self.extents.iter().enumerate();
        let of_nodes =
            Places::new(extents.flat_map(|(node, places)| places.iter().map(move |place| (*place, node))));
        // What is found at the list of receivers is about the component; a way out has a text of its own.
        let edges = self.picture.edges.iter().enumerate();
        let has_text =
            |number: usize, state| self.leaving.contains_key(&number) || state == EdgeState::Undecided;
        let own = edges.clone().filter(|(number, edge)| has_text(*number, edge.state));
        let of_edges =
            Places::new(own.filter_map(|(number, edge)| Some((edge.places.first()?.place, number))));
        let mut named: HashMap<(Place, String), Vec<usize>> = HashMap::new();
        for (number, edge) in edges {
            if let Some(Label { place, text }) = edge.places.first() {
                named.entry((*place, text.clone())).or_default().push(number);
            }
        }
        for (index, finding, _) in self.evidence.findings {
            let Some(place) = finding.place else { continue };
            for node in BTreeSet::from_iter(of_nodes.around(place)) {
                self.picture.nodes[node].findings.push(*index);
            }
            let mut about: BTreeSet<usize> = of_edges.around(place).into_iter().collect();
            about.extend(of_edges.within(place));
            for number in &about {
                let edge = &mut self.picture.edges[*number];
                if edge.state == EdgeState::Fine && finding.severity > crate::finding::Severity::Info {
                    edge.state = EdgeState::Faulty;
                }
            }
            let related = finding.related.iter().filter_map(|own| named.get(&(own.place, own.text.clone())));
            about.extend(related.flatten());
            for number in about {
                self.picture.edges[number].findings.push(*index);
            }
        }
        let mut fed = BTreeSet::new();
        for edge in &self.picture.edges {
            if let Some(node) = self.picture.nodes.get_mut(edge.to).filter(|node| node.components.is_empty())
            {
                node.findings.extend(&edge.findings);
                fed.insert(edge.to);
            }
        }
        for node in fed {
            let findings = &mut self.picture.nodes[node].findings;
            findings.sort_unstable();
            findings.dedup();
        }
    }
}

/// Whether a way out is shown: data that stays in the process or with whoever asks for debugging is not.
fn is_drawn(exit: &Exit) -> bool {
    match exit.kind.as_str() {
        "telemetry" | "content" => true,
        "control" => false,
        // Writers keep a journal of metrics on their disk; logs there are read by whoever reads the disk.
        _ => !exit.zone.is_workload() || exit.kind != "debug_http" && exit.fed.meets(Signals::LOGS),
    }
}

/// What there is to say of a way out.
fn notes_of(exit: &Exit) -> Vec<String> {
    let destination = match &exit.destination {
        Ok(text) => format!("sends to {text}"),
        Err(reason) => format!("where it sends is not known: {reason}"),
    };
    let reason = match &exit.zone {
        Zone::Unknown { reason } => Some(reason.clone()),
        Zone::Allowed { reason } => Some(format!("allowed: {reason}")),
        Zone::Workload { assumption } => assumption.clone(),
        _ => None,
    };
    let via = exit.via.iter().map(|(text, _)| text.clone());
    let mut notes: Vec<String> = std::iter::once(destination).chain(via).chain(reason).collect();
    notes.dedup();
    notes
}

/// The families of signals that there are in a set.
fn signals(set: Signals) -> impl Iterator<Item = Signal> {
    let families = [
        (Signals::LOGS, Signal::Logs),
        (Signals::METRICS, Signal::Metrics),
        (Signals::TRACES, Signal::Traces),
        (Signals::PROFILES, Signal::Profiles),
    ];
    families.into_iter().filter(move |(family, _)| set.meets(*family)).map(|(_, signal)| signal)
}

/// `loki.example.com:3100` and `/loki/api/v1/push` of a URL; all of a text that is none.
fn host_and_path(text: &str) -> (&str, &str) {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (host, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    if host.is_empty() { (text, "") } else { (host, path) }
}

#[cfg(test)]
mod tests;
