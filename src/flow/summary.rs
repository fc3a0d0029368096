//! Turns sources and ways out into counts for the words of a verdict.

use std::collections::BTreeSet;

use super::Exit;
use super::Source;
use super::Zone;
use crate::model::alloy::Signals;

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
