//! Turns programs into flows: where each signal is born, which way it takes, and where it leaves.

mod collected;
mod destination;
mod exits;
mod fetched;
mod file_texts;
mod graph;
mod host;
mod journal;
mod listeners;
mod log_metrics;
mod metrics;
mod opaque;
mod proxies;
mod reach;
mod receivers;
mod subjects;
mod types;
mod zone;

pub(crate) use collected::Collected;
pub(crate) use collected::Probe;
pub(crate) use fetched::Fetcher;
pub(crate) use journal::Journal;
pub(crate) use listeners::subjects as listener_subjects;
pub(crate) use subjects::coverage;
pub(crate) use subjects::subjects;
pub(crate) use types::CollectorFlow;
pub(crate) use types::CollectorInput;
pub(crate) use types::ComponentNote;
pub(crate) use types::Exit;
pub(crate) use types::Filter;
pub(crate) use types::Hop;
pub(crate) use types::Listener;
pub(crate) use types::MetricPath;
pub(crate) use types::Opaque;
pub(crate) use types::Source;
pub(crate) use types::Summary;
pub(crate) use types::Wanted;
pub(crate) use zone::Service;
pub(crate) use zone::ServiceTarget;
pub(crate) use zone::Surroundings;
pub(crate) use zone::Zone;

use crate::model::alloy::Program;

/// The flows of each collector, in the order given.
pub(crate) fn analyse(
    collectors: &[CollectorInput<'_>],
    surroundings: &Surroundings,
    wanted: &Wanted,
) -> Vec<CollectorFlow> {
    collectors.iter().map(|input| analyse_one(input, surroundings, wanted)).collect()
}

/// The flows of one collector. Linear in the size of the program, times the number of log writers that share sources.
fn analyse_one(input: &CollectorInput<'_>, surroundings: &Surroundings, wanted: &Wanted) -> CollectorFlow {
    let program = Program::new(input.files.clone(), input.environment.clone(), input.inputs);
    let mut opaque = opaque::of_program(&program);
    let carriers = file_texts::carriers(&program);
    let graph = graph::build(&program, &carriers, &mut opaque);
    let components = types::notes(&program, wanted);
    let sources = graph.sources(&program);
    let mut exits = exits::of_program(&program, surroundings, input.namespace.as_deref(), &carriers);
    reach::feed(&graph, &sources, &mut exits);
    let log_reach = reach::of_logs(&graph, &sources, &exits, &opaque);
    let metrics = metrics::analyse(&program, &graph, &sources, &exits);
    let listeners = listeners::of_program(&program, &sources);
    let log_metrics = log_metrics::of_program(&program, &graph, &sources, &metrics.source_reach);
    let collected = collected::of_program(&program, &components);
    let summary = types::summary(&sources, &exits);
    CollectorFlow {
        name: input.name.clone(),
        place: input.place,
        control_room: surroundings.control_room.is_some(),
        components,
        sources,
        exits,
        listeners,
        log_metrics,
        opaque,
        filters: metrics.filters,
        metric_paths: metrics.paths,
        source_reach: metrics.source_reach,
        log_reach,
        summary,
        collected,
        wanted: wanted.clone(),
    }
}

#[cfg(test)]
mod tests;
