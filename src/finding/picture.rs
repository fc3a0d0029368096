//! The flows of a stack as a picture: who hands which signals to whom, in which zone that is, and what is wrong with it.
//!
//! Neutral of every format, as all words of the outcome. It is made only where somebody asked for it.

use std::collections::BTreeSet;

use super::Finding;
use super::Invariant;
use super::Label;

/// The picture of one stack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Picture {
    /// The stack's name, as in its verdicts.
    pub(crate) subject: String,
    /// The running cluster that it is, where it is one.
    pub(crate) cluster: Option<String>,
    /// The collectors, by name; [`Area::Collector`] is an index into them.
    pub(crate) collectors: Vec<String>,
    /// What data passes.
    pub(crate) nodes: Vec<PictureNode>,
    /// The ways between them.
    pub(crate) edges: Vec<PictureEdge>,
}

/// Where something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Area {
    /// In that collector of the workload.
    Collector(usize),
    /// In the workload, and in none of its collectors.
    Workload,
    /// At the declared control room.
    ControlRoom,
    /// At a host that the user allows.
    Allowed,
    /// At any other host.
    External,
    /// Nobody knows where.
    Unknown,
}

impl Area {
    /// The areas outside of the workload, in the order of pictures.
    pub(crate) const OUTSIDE: [Self; 4] = [Self::ControlRoom, Self::Allowed, Self::External, Self::Unknown];

    /// A heading for people.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Collector(_) => "Collector",
            Self::Workload => "Workload",
            Self::ControlRoom => "Control room",
            Self::Allowed => "Allowed by the settings",
            Self::External => "Outside",
            Self::Unknown => "Not known",
        }
    }

    /// One word for programs: a class, the end of an id.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Collector(_) => "collector",
            Self::Workload => "workload",
            Self::ControlRoom => "control-room",
            Self::Allowed => "allowed",
            Self::External => "external",
            Self::Unknown => "unknown",
        }
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum NodeKind {
    /// A component in which signals are born or taken in.
    Source,
    /// A component between others.
    Step,
    /// A component that sends data out of its collector.
    Sink,
    /// Components that no telemetry passes: discovery, settings.
    Aside,
    /// A part that was not followed.
    Hidden,
    /// Mimir or Loki.
    Store,
    /// Another program of the workload, or its disk.
    Program,
    /// An address outside.
    Host,
}

impl NodeKind {
    /// For people.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Step => "step",
            Self::Sink => "way out",
            Self::Aside => "without telemetry",
            Self::Hidden => "not followed",
            Self::Store => "store",
            Self::Program => "program",
            Self::Host => "destination",
        }
    }

    /// One word for programs.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Step => "step",
            Self::Sink => "sink",
            Self::Aside => "aside",
            Self::Hidden => "hidden",
            Self::Store => "store",
            Self::Program => "program",
            Self::Host => "host",
        }
    }
}

/// What stands in a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PictureNode {
    /// What it is.
    pub(crate) kind: NodeKind,
    /// Where it stands.
    pub(crate) area: Area,
    /// The few words that tell it from its neighbours: a label, a host.
    pub(crate) title: String,
    /// What sort of thing it is: a component's name, a path; may be empty.
    pub(crate) detail: String,
    /// All components that it stands for, by id; empty for what is none.
    pub(crate) components: Vec<String>,
    /// Sentences: where its data comes from, what is taken for granted, why it was not followed.
    pub(crate) notes: Vec<String>,
    /// The lines of the configuration that make it.
    pub(crate) places: Vec<Label>,
    /// Indices into the report's findings.
    pub(crate) findings: Vec<usize>,
}

/// A family of signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Signal {
    /// Logs, in whatever form.
    Logs,
    /// Metrics.
    Metrics,
    /// Traces.
    Traces,
    /// Profiles.
    Profiles,
    /// Anything else that a store sends: alerts, rules, queries.
    Other,
}

impl Signal {
    /// The name in pictures.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Metrics => "metrics",
            Self::Traces => "traces",
            Self::Profiles => "profiles",
            Self::Other => "other",
        }
    }
}

/// How a way of data is judged. The last one counts where several hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum EdgeState {
    /// Nothing is sent there: nothing feeds it.
    Idle,
    /// Nothing is wrong.
    Fine,
    /// What takes this way leaks further on.
    Feeds,
    /// Logs leave here, and somebody accepted that.
    Accepted,
    /// Where it leads is not known.
    Undecided,
    /// A finding is about it, and no log leaves.
    Faulty,
    /// Logs leave the workload here.
    Leaks,
}

impl EdgeState {
    /// For people.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Idle => "nothing is sent",
            Self::Fine => "fine",
            Self::Feeds => "leads to a leak",
            Self::Accepted => "leaks, accepted",
            Self::Undecided => "undecided",
            Self::Faulty => "has findings",
            Self::Leaks => "leaks",
        }
    }

    /// One word for programs.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Fine => "fine",
            Self::Feeds => "feeds",
            Self::Accepted => "accepted",
            Self::Undecided => "undecided",
            Self::Faulty => "faulty",
            Self::Leaks => "leaks",
        }
    }
}

/// A way of signals from one node to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PictureEdge {
    /// Index into [`Picture::nodes`].
    pub(crate) from: usize,
    /// See [`PictureEdge::from`].
    pub(crate) to: usize,
    /// What takes it.
    pub(crate) signal: Signal,
    /// How it is judged.
    pub(crate) state: EdgeState,
    /// Sentences: the destination, proxies on the way, why it is not known.
    pub(crate) notes: Vec<String>,
    /// The lines of the configuration that make it.
    pub(crate) places: Vec<Label>,
    /// Indices into the report's findings.
    pub(crate) findings: Vec<usize>,
}

impl PictureEdge {
    /// How it is judged, with what somebody accepted: a leak is accepted where each finding about it is.
    pub(crate) fn judged<'f>(&self, finding: impl Fn(usize) -> Option<&'f Finding>) -> EdgeState {
        let about = self.findings.iter().filter_map(|index| finding(*index));
        let accepted = |about: &mut dyn Iterator<Item = &'f Finding>| {
            let mut about = about.peekable();
            about.peek().is_some() && about.all(|finding| !finding.is_open())
        };
        let mut leaks = about.clone().filter(|finding| finding.invariant == Invariant::LogBoundary);
        match self.state {
            EdgeState::Leaks if accepted(&mut leaks) => EdgeState::Accepted,
            EdgeState::Faulty if accepted(&mut about.clone()) => EdgeState::Fine,
            state => state,
        }
    }
}

impl Picture {
    /// Every text in it that may quote an input.
    pub(crate) fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        let nodes = self.nodes.iter_mut().flat_map(|node| {
            let PictureNode { title, detail, notes, places, .. } = node;
            let places = places.iter_mut().map(|label| &mut label.text);
            [title, detail].into_iter().chain(notes).chain(places)
        });
        let edges = self.edges.iter_mut().flat_map(|edge| {
            edge.notes.iter_mut().chain(edge.places.iter_mut().map(|label| &mut label.text))
        });
        nodes.chain(edges)
    }

    /// Gives each finding its new number; those for which there is none are left out.
    pub(crate) fn renumber(&mut self, new: impl Fn(usize) -> Option<usize>) {
        let nodes = self.nodes.iter_mut().map(|node| &mut node.findings);
        for findings in nodes.chain(self.edges.iter_mut().map(|edge| &mut edge.findings)) {
            let numbers: BTreeSet<usize> = findings.iter().filter_map(|index| new(*index)).collect();
            *findings = numbers.into_iter().collect();
        }
    }

    /// The heading: the stack, and the cluster that it is.
    pub(crate) fn heading(&self) -> String {
        match &self.cluster {
            Some(cluster) if *cluster != self.subject => format!("{} ({cluster})", self.subject),
            _ => self.subject.clone(),
        }
    }
}
