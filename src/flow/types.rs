//! What a flow analysis takes and gives.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::Arrival;
use super::Behind;
use super::Collected;
use super::Zone;
use crate::document::DocId;
use crate::document::Place;
use crate::document::alloy::File;
use crate::model::Fact;
use crate::model::Plan;
use crate::model::alloy::Environment;
use crate::model::alloy::Inputs;
use crate::model::alloy::Program;
use crate::model::alloy::Signals;
use crate::model::alloy::types::Fault;
use crate::model::alloy::types::Running;
use crate::model::queries::Use;

/// One collector of the input.
#[derive(Debug, Clone)]
pub(crate) struct CollectorInput<'a> {
    /// Who it is, in words that do not depend on the form of the input.
    pub(crate) name: String,
    /// The files of its program: all share one scope.
    pub(crate) files: Vec<(DocId, &'a File)>,
    /// What its process sees as environment.
    pub(crate) environment: Environment,
    /// What else its process can read.
    pub(crate) inputs: &'a dyn Inputs<'a>,
    /// What is known of that process.
    pub(crate) running: Running,
    /// The namespace of its pods, where known.
    pub(crate) namespace: Option<String>,
    /// Where it is declared, for findings about the whole of it.
    pub(crate) place: Option<Place>,
}

/// A collector of the input that is not Alloy.
#[derive(Debug, Clone)]
pub(crate) struct RelayInput<'a> {
    /// Who it is.
    pub(crate) name: String,
    /// The namespace of its pods, where known.
    pub(crate) namespace: Option<String>,
    /// What its process sees as environment.
    pub(crate) environment: Environment,
    /// Where it is declared.
    pub(crate) place: Place,
    /// What it does; `None` where that is not known.
    pub(crate) plan: Option<&'a Plan>,
}

/// The flows of one collector.
#[derive(Debug, Clone)]
pub(crate) struct CollectorFlow {
    /// As in the input.
    pub(crate) name: String,
    /// As in the input.
    pub(crate) place: Option<Place>,
    /// Whether a control room is declared.
    pub(crate) control_room: bool,
    /// All components and config blocks, in order of appearance.
    pub(crate) components: Vec<ComponentNote>,
    /// Where signals are born.
    pub(crate) sources: Vec<Source>,
    /// Where signals can leave.
    pub(crate) exits: Vec<Exit>,
    /// Ports through which data of others comes in.
    pub(crate) listeners: Vec<Listener>,
    /// Components that make metrics of logs.
    pub(crate) log_metrics: Vec<LogMetric>,
    /// What was not followed.
    pub(crate) opaque: Vec<Opaque>,
    /// What is wrong with its program.
    pub(crate) faults: Vec<Fault>,
    /// The documents that its program is made of, imported ones too.
    pub(crate) texts: Vec<DocId>,
    /// Rules that drop metrics.
    pub(crate) filters: Vec<Filter>,
    /// The ways of metrics, one per hop that is to blame and one per source where none is.
    pub(crate) metric_paths: Vec<MetricPath>,
    /// For each source, in the same order: how far its metrics get. `None` for sources of other signals.
    pub(crate) source_reach: Vec<Option<MetricReach>>,
    /// For each source, in the same order: how far its logs get. `None` for sources of other signals.
    pub(crate) log_reach: Vec<Option<LogReach>>,
    /// Counts for the verdict's words.
    pub(crate) summary: Summary,
    /// What its scrapes and log sources read.
    pub(crate) collected: Collected,
    /// Which components rules see.
    pub(crate) wanted: Wanted,
    /// The ways by which data of other collectors arrives, by the component that takes it in: words and places, the
    /// nearest first.
    pub(crate) upstream: BTreeMap<usize, Vec<(String, Place)>>,
}

/// A component with its arguments.
#[derive(Debug, Clone)]
pub(crate) struct ComponentNote {
    /// Name and label: `loki.write.local`.
    pub(crate) id: String,
    /// The dotted name.
    pub(crate) name: String,
    /// The label; empty for none.
    pub(crate) label: String,
    /// Whether the table knows it.
    pub(crate) known: bool,
    /// Whether it is a block of the language and no component.
    pub(crate) config: bool,
    /// The first version that has it.
    pub(crate) since: Option<String>,
    /// The last version that had it.
    pub(crate) gone: Option<String>,
    /// `generally-available` and lower.
    pub(crate) stability: Option<String>,
    /// Its name and label.
    pub(crate) place: Place,
    /// Its arguments: attributes by name, for each block name the list of its instances. Absent where nobody reads them.
    pub(crate) arguments: Fact,
}

/// Where data of one signal is born.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// Index into [`CollectorFlow::components`].
    pub(crate) component: usize,
    /// What is born.
    pub(crate) signals: Signals,
    /// Where it comes from, in words: `pod logs by API`.
    pub(crate) origin: String,
    /// The component's name and label.
    pub(crate) place: Place,
}

/// A step of data from one component to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hop {
    /// Index of the component that sends.
    pub(crate) from: usize,
    /// Index of the component that receives.
    pub(crate) to: usize,
    /// The expression that names the receiver.
    pub(crate) place: Place,
}

/// A way out of the collector.
#[derive(Debug, Clone)]
pub(crate) struct Exit {
    /// Index into [`CollectorFlow::components`].
    pub(crate) component: usize,
    /// `telemetry`, `filesystem`, `process_log`, `debug_http` ...
    pub(crate) kind: String,
    /// What can leave there.
    pub(crate) signals: Signals,
    /// What does: something feeds it.
    pub(crate) fed: Signals,
    /// The component lets out what it makes itself: nothing has to feed it.
    pub(crate) own: bool,
    /// Which of the component's ways out of that kind, from 1.
    pub(crate) endpoint: usize,
    /// The destination without secrets, or why it is not known.
    pub(crate) destination: Result<String, String>,
    /// The text that decides the destination.
    pub(crate) place: Place,
    /// Where the bytes go, proxies included.
    pub(crate) zone: Zone,
    /// Where the destination itself is.
    pub(crate) direct: Zone,
    /// The instances of modules that the component stands in, from the outermost inwards, with their places.
    pub(crate) within: Vec<(String, Place)>,
    /// Services and proxies on the way.
    pub(crate) via: Vec<(String, Place)>,
    /// What takes the data in, where the input shows it.
    pub(crate) arrivals: Vec<Arrival>,
    /// How far metrics get from the collectors of the input that take them in; `None` where none does.
    pub(crate) onward: Option<MetricReach>,
    /// The route of the block around the destination in the component's arguments: `endpoint.0`, or empty.
    pub(crate) block: String,
    /// Logs only: indices into [`CollectorFlow::sources`] of what reaches it.
    pub(crate) sources: Arc<[usize]>,
    /// Logs only: the way from the first of [`Exit::sources`].
    pub(crate) path: Vec<Hop>,
}

/// A port through which a component takes data of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listener {
    /// Index into [`CollectorFlow::components`].
    pub(crate) component: usize,
    /// The host that it listens on, empty for every interface; or why that is not known.
    pub(crate) host: Result<String, String>,
    /// The port, where known.
    pub(crate) port: Option<u16>,
    /// What it takes in.
    pub(crate) taken: Signals,
    /// What of that is handed on.
    pub(crate) signals: Signals,
    /// Whether something in the program asks who sends.
    pub(crate) guarded: bool,
    /// The text that decides the host, or the component's name.
    pub(crate) place: Place,
}

impl Listener {
    /// Whether data for that port may arrive here.
    pub(super) fn takes(&self, port: Option<u16>, signals: Signals) -> bool {
        let same_port = self.port.is_none() || port.is_none() || self.port == port;
        same_port && self.taken.iter().any(|own| signals.iter().any(|sent| sent.family() == own.family()))
    }
}

/// A component that makes metrics of logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogMetric {
    /// Index into [`CollectorFlow::components`].
    pub(crate) component: usize,
    /// Labels whose values are taken from entries, each with the text that says so.
    pub(crate) labels: Vec<(String, Place)>,
    /// Whether the metrics are known to leave the workload.
    pub(crate) leaves: bool,
    /// Whether logs reach it.
    pub(crate) fed: bool,
}

impl Exit {
    /// Whether metrics that leave here reach the workload's store.
    pub(crate) fn is_local(&self) -> bool {
        match &self.onward {
            Some(reach) => reach.local == Some(true),
            None => self.direct.is_workload(),
        }
    }

    /// Whether metrics that leave here reach the control room.
    pub(crate) fn is_control_room(&self) -> bool {
        self.onward.as_ref().is_some_and(|reach| reach.control_room == Some(true))
            || matches!(self.direct, Zone::ControlRoom)
    }

    /// Whether metrics that leave here reach something else outside.
    pub(crate) fn is_external(&self) -> bool {
        self.onward.as_ref().is_some_and(|reach| reach.external)
            || matches!(self.direct, Zone::External | Zone::Allowed { .. })
    }

    /// Why it is not known how far metrics get that leave here.
    pub(crate) fn hides(&self) -> Option<&str> {
        match (&self.direct, &self.onward) {
            (Zone::Unknown { reason }, _) => Some(reason),
            (_, Some(reach)) => reach.unknown.as_deref(),
            _ => None,
        }
    }

    /// What takes the data in, in one word: `relay` for a program that is not known, `collector`, or the store's name.
    pub(crate) fn behind(&self) -> Option<&str> {
        let what = || self.arrivals.iter().map(|arrival| &arrival.end.what);
        if what().any(|what| matches!(what, Behind::Other(_))) {
            return Some("relay");
        }
        if what().any(|what| matches!(what, Behind::Collector(_))) {
            return Some("collector");
        }
        what().find_map(|what| match what {
            Behind::Store(name) => Some(name.as_str()),
            _ => None,
        })
    }
}

/// Something that was not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opaque {
    /// `unknown-component`, `declare`, `remotecfg` ...: the full list stands with [`super::opaque`].
    pub(crate) kind: &'static str,
    /// Who: a component's id, or the block's name.
    pub(crate) name: String,
    /// Why it was not followed, and what would settle it.
    pub(crate) reason: String,
    /// Where.
    pub(crate) place: Place,
    /// What may flow there.
    pub(crate) signals: Signals,
}

/// A rule that drops or rewrites metrics on their way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filter {
    /// Index into [`CollectorFlow::components`].
    pub(crate) component: usize,
    /// `keep`, `drop`, `keepequal`, `dropequal`, `labeldrop`, `labelkeep`, `replace`, ... `filter`, `transform`.
    pub(crate) action: String,
    /// What it can do to series.
    pub(crate) effect: Effect,
    /// The regular expression, as far as known.
    pub(crate) regex: Fact,
    /// The labels that are matched.
    pub(crate) source_labels: Fact,
    /// The action's text, or the block's name.
    pub(crate) place: Place,
    /// Some metric source reaches the workload's store through filters like this one only.
    pub(crate) cuts_local: bool,
    /// It stands on a way to the control room.
    pub(crate) on_control_room: bool,
    /// Indices of the sources that it cuts off from an unfiltered local store.
    pub(crate) sources: Vec<usize>,
    /// Metrics that the control room reads and that do not get there because of this rule.
    pub(crate) lost: Vec<Lost>,
    /// Words of the pattern that nobody in the control room reads.
    pub(crate) unused: Vec<Arc<str>>,
}

/// What a rule can do to series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Take labels away, but for the name.
    Labels,
    /// Give them another name.
    Renames,
    /// Drop them.
    Drops,
    /// Drop all of them: it keeps by name, and its pattern lists nothing that can be a name.
    DropsAll,
}

/// A metric that somebody waits for in vain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lost {
    /// Its name.
    pub(crate) name: Arc<str>,
    /// Who waits.
    pub(crate) users: Vec<Use>,
}

impl Filter {
    /// Whether what comes out can differ from what went in by more than labels.
    pub(crate) const fn changes(&self) -> bool {
        !matches!(self.effect, Effect::Labels)
    }

    /// Whether whole series can be dropped.
    pub(crate) const fn drops(&self) -> bool {
        matches!(self.effect, Effect::Drops | Effect::DropsAll)
    }

    /// Whether series can get another name.
    pub(crate) const fn renames(&self) -> bool {
        matches!(self.effect, Effect::Renames)
    }
}

/// How far the logs of a source get.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LogReach {
    /// Some way out. Without one, and with nothing unknown, the logs are lost.
    pub(crate) exits: bool,
    /// Why part of the way is not known.
    pub(crate) unknown: Option<String>,
}

/// How far the metrics of a source get. `None` means that it is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct MetricReach {
    /// A store of the workload.
    pub(crate) local: Option<bool>,
    /// The control room.
    pub(crate) control_room: Option<bool>,
    /// Some other destination outside.
    pub(crate) external: bool,
    /// The workload's store, but only what a filter leaves.
    pub(crate) local_filtered: bool,
    /// Why something is not known.
    pub(crate) unknown: Option<String>,
}

/// The way of metrics from one or more sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MetricPath {
    /// Index of the component that a change has to be made in.
    pub(crate) component: usize,
    /// How far they get.
    pub(crate) reach: MetricReach,
    /// Indices into [`CollectorFlow::sources`].
    pub(crate) sources: Vec<usize>,
    /// The receiver list that lacks a destination.
    pub(crate) place: Place,
    /// The way of the first source through the blamed component; empty where nothing is to blame.
    pub(crate) path: Vec<Hop>,
}

/// Counts for the words of a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Summary {
    /// Components in which logs are born.
    pub(crate) log_sources: usize,
    /// Ways out that logs take.
    pub(crate) log_exits: usize,
    /// Those of them that stay inside.
    pub(crate) log_exits_inside: usize,
    /// Components in which metrics are born.
    pub(crate) metric_sources: usize,
    /// Ways out that metrics take over the network.
    pub(crate) metric_exits: usize,
    /// What the zones of ways out for logs take for granted.
    pub(crate) log_assumptions: Vec<String>,
    /// What the zones of ways out for metrics take for granted.
    pub(crate) metric_assumptions: Vec<String>,
}

/// Which components' arguments somebody will read. Making them facts is a good part of an analysis.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Those of any component.
    #[default]
    All,
    /// Those of components with these names.
    Named(BTreeSet<String>),
}

impl Wanted {
    /// Whether rules are to see the component.
    pub(crate) fn holds(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.contains(name),
        }
    }
}

/// Components whose arguments the flow analysis itself reads: writers of metrics, what [`super::Collected`] is
/// made from, and what guards the HTTP server.
fn read_here(component: &crate::model::alloy::Component<'_>) -> bool {
    const READ: [&str; 8] = [
        "discovery.kubernetes",
        "discovery.relabel",
        "http",
        "prometheus.exporter.azure",
        "prometheus.exporter.cloudwatch",
        "prometheus.exporter.unix",
        "prometheus.relabel",
        "prometheus.scrape",
    ];
    READ.contains(&&*component.name)
        || component.entry().is_some_and(|entry| entry.egress.iter().any(|egress| egress.kind == "telemetry"))
}

/// The components of a program with their arguments, as far as they are read.
pub(super) fn notes(program: &Program<'_>, wanted: &Wanted) -> Vec<ComponentNote> {
    let note = |component: &crate::model::alloy::Component<'_>| {
        let entry = component.entry();
        let place = component.name_place();
        ComponentNote {
            id: component.id.to_string(),
            name: component.name.to_string(),
            label: component.label.as_deref().unwrap_or_default().to_owned(),
            known: component.is_followed(),
            config: component.is_config(),
            since: entry.and_then(|entry| entry.since.clone()),
            gone: entry.and_then(|entry| entry.gone.clone()),
            stability: entry.and_then(|entry| entry.stability.clone()),
            place,
            arguments: if wanted.holds(&component.name) || read_here(component) {
                program.arguments(component)
            } else {
                Fact::absent(place)
            },
        }
    };
    program.components.iter().map(note).collect()
}

/// Counts sources and ways out.
pub(super) fn summary(sources: &[Source], exits: &[Exit]) -> Summary {
    let distinct = |wanted: Signals| {
        let born = sources.iter().filter(|source| source.signals.meets(wanted));
        born.map(|source| source.component).collect::<BTreeSet<_>>().len()
    };
    let mut summary = Summary {
        log_sources: distinct(Signals::LOGS),
        metric_sources: distinct(Signals::METRICS),
        ..Summary::default()
    };
    let mut assumptions = (BTreeSet::new(), BTreeSet::new());
    for exit in exits {
        let assumption = match &exit.zone {
            Zone::Workload { assumption: Some(text) } => Some(text.clone()),
            Zone::Allowed { reason } => {
                let destination = exit.destination.as_deref().unwrap_or("a destination that is not known");
                Some(format!(
                    "{destination} may have this data, as `allowed` in the settings says ({reason})"
                ))
            }
            _ => None,
        };
        if exit.fed.meets(Signals::LOGS) {
            summary.log_exits += 1;
            summary.log_exits_inside += usize::from(exit.zone.is_workload());
            assumptions.0.extend(assumption.clone());
        }
        if exit.kind == "telemetry" && exit.fed.meets(Signals::METRICS) {
            summary.metric_exits += 1;
            assumptions.1.extend(assumption);
        }
    }
    summary.log_assumptions = assumptions.0.into_iter().collect();
    summary.metric_assumptions = assumptions.1.into_iter().collect();
    summary
}
