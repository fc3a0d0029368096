//! What is known of metrics: how far they get, on which ways, and which rules change them.

use std::sync::Arc;

use crate::document::Place;
use crate::flow::Hop;
use crate::model::Fact;
use crate::model::queries::Use;

/// The way of metrics from one or more sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MetricPath {
    /// Index of the component that a change has to be made in.
    pub(crate) component: usize,
    /// How far they get.
    pub(crate) reach: MetricReach,
    /// Indices into [`super::CollectorFlow::sources`].
    pub(crate) sources: Vec<usize>,
    /// The receiver list that lacks a destination.
    pub(crate) place: Place,
    /// The way of the first source through the blamed component; empty where nothing is to blame.
    pub(crate) path: Vec<Hop>,
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

/// A component that makes metrics of logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogMetric {
    /// Index into [`super::CollectorFlow::components`].
    pub(crate) component: usize,
    /// Labels whose values are taken from entries, each with the text that says so.
    pub(crate) labels: Vec<(String, Place)>,
    /// Whether the metrics are known to leave the workload.
    pub(crate) leaves: bool,
    /// Whether logs reach it.
    pub(crate) fed: bool,
}

/// A rule that drops or rewrites metrics on their way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filter {
    /// Index into [`super::CollectorFlow::components`].
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
