//! What a flow analysis takes and gives.

mod exit;
mod metric;

pub(crate) use exit::Exit;
pub(crate) use exit::Listener;
pub(crate) use metric::Effect;
pub(crate) use metric::Filter;
pub(crate) use metric::LogMetric;
pub(crate) use metric::Lost;
pub(crate) use metric::MetricPath;
pub(crate) use metric::MetricReach;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Collected;
use super::Summary;
use super::graph::Graph;
use crate::document::DocId;
use crate::document::Place;
use crate::document::alloy::File;
use crate::model::Fact;
use crate::model::Plan;
use crate::model::alloy::Environment;
use crate::model::alloy::Inputs;
use crate::model::alloy::Signals;
use crate::model::alloy::types::Fault;
use crate::model::alloy::types::Running;

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
    /// The ways between its components: what [`super::ways()`] is made from.
    pub(in crate::flow) graph: Graph,
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
    /// All of it, to the end of its block.
    pub(crate) extent: Place,
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

/// How far the logs of a source get.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LogReach {
    /// Some way out. Without one, and with nothing unknown, the logs are lost.
    pub(crate) exits: bool,
    /// Why part of the way is not known.
    pub(crate) unknown: Option<String>,
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
