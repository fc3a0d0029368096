//! Turns programs into flows: where each signal is born, which way it takes, and where it leaves.

mod asked;
mod beside;
mod collected;
mod destination;
mod draft;
mod exits;
mod fetched;
mod file_texts;
mod filters;
mod graph;
mod host;
mod journal;
mod links;
mod listeners;
mod log_metrics;
mod lost;
mod metrics;
mod notes;
mod opaque;
mod proxies;
mod reach;
mod receivers;
mod relabel;
mod relay;
mod subjects;
mod summary;
mod types;
mod way;
mod ways;
mod zone;

pub(crate) use asked::asked;
pub(crate) use beside::Beside;
pub(crate) use collected::Collected;
pub(crate) use collected::Probe;
pub(crate) use fetched::Fetcher;
pub(crate) use host::host_name;
pub(crate) use host::redacted;
pub(crate) use journal::Journal;
pub(crate) use listeners::subjects as listener_subjects;
pub(crate) use subjects::coverage;
pub(crate) use subjects::subjects;
pub(crate) use summary::Summary;
pub(crate) use types::CollectorFlow;
pub(crate) use types::CollectorInput;
pub(crate) use types::ComponentNote;
pub(crate) use types::Exit;
pub(crate) use types::Filter;
pub(crate) use types::Hop;
pub(crate) use types::Listener;
pub(crate) use types::Lost;
pub(crate) use types::MetricPath;
pub(crate) use types::Opaque;
pub(crate) use types::RelayInput;
pub(crate) use types::Source;
pub(crate) use types::Wanted;
pub(crate) use ways::entrances;
pub(crate) use ways::leading_to;
pub(crate) use ways::unfollowed;
pub(crate) use ways::ways;
pub(crate) use zone::Address;
pub(crate) use zone::Arrival;
pub(crate) use zone::End;
pub(crate) use zone::Port;
pub(crate) use zone::Service;
pub(crate) use zone::ServiceTarget;
pub(crate) use zone::Surroundings;
pub(crate) use zone::Taker;
pub(crate) use zone::Zone;
pub(crate) use zone::place;
pub(crate) use zone::way_words;

use draft::Draft;

/// The flows of each collector, in the order given: those of Alloy first, then the others. Data that one sends to another
/// is followed. Linear in the size of each program, times the number of log writers that share sources, and times the
/// number of collectors in a row that send to each other.
pub(crate) fn analyse(
    collectors: &[CollectorInput<'_>],
    relays: &[RelayInput<'_>],
    surroundings: &Surroundings,
    wanted: &Wanted,
) -> Vec<CollectorFlow> {
    let own = collectors.iter().map(|input| Draft::of_program(input, surroundings, wanted));
    let mut drafts: Vec<Draft<'_>> =
        own.chain(relays.iter().map(|input| relay::draft(input, surroundings))).collect();
    beside::arrive(&mut drafts, &surroundings.beside);
    let metrics = links::follow(&mut drafts, &surroundings.needs);
    let control_room = surroundings.control_room.is_some();
    drafts
        .into_iter()
        .zip(metrics)
        .map(|(draft, metrics)| draft.finish(metrics, control_room, wanted))
        .collect()
}

#[cfg(test)]
mod tests;
