//! Follows data from one collector of the input into the next, as far as it goes.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::VecDeque;

use super::Hop;
use super::Taker;
use super::Zone;
use super::draft::Draft;
use super::metrics::Metrics;
use super::types::MetricReach;
use crate::document::Place;
use crate::model::alloy::Signals;
use crate::model::queries::Needs;

/// At most this many steps before a collector are told.
const TOLD: usize = 30;

/// A way out of one collector that leads into another.
struct Link {
    /// Index of the collector that sends.
    from: usize,
    /// Index of its exit.
    exit: usize,
    /// Index of the collector that takes the data in.
    to: usize,
    /// Its components that do; none where that is not known.
    components: Vec<usize>,
}

/// Links the collectors to each other and gives how far the metrics of each get, in order.
pub(super) fn follow(drafts: &mut [Draft<'_>], needs: &Needs) -> Vec<Metrics> {
    let links = links(drafts);
    let mut metrics: Vec<Metrics> = drafts.iter().map(|draft| draft.metrics(needs)).collect();
    // Reaching only ever grows, by one link a round at least: collectors that feed each other in a circle end as well.
    for _ in 0..=links.len() {
        if !pass_on(drafts, &links, &metrics) {
            break;
        }
        metrics = drafts.iter().map(|draft| draft.metrics(needs)).collect();
    }
    let told: Vec<_> = (0..drafts.len()).map(|to| upstream(drafts, &links, to)).collect();
    let handed: Vec<_> = (0..drafts.len()).map(|to| handed_metrics(drafts, &links, to)).collect();
    for (draft, (told, handed)) in drafts.iter_mut().zip(told.into_iter().zip(handed)) {
        draft.upstream.extend(told);
        draft.handed_metrics = handed;
    }
    metrics
}

/// Finds the components at which each exit's data arrives. Where nothing listens, the data goes nobody knows where.
fn links(drafts: &mut [Draft<'_>]) -> Vec<Link> {
    let mut links = Vec::new();
    let mut lost = Vec::new();
    // Hundreds of writers may send to one port.
    let mut known: HashMap<(usize, Option<u16>, Signals), Vec<usize>> = HashMap::new();
    for (from, draft) in drafts.iter().enumerate() {
        for (index, exit) in draft.exits.iter().enumerate() {
            for arrival in &exit.arrivals {
                let Taker::Collector(to) = arrival.end.what else { continue };
                let Some(taker) = drafts.get(to) else { continue };
                let signals = exit.signals.and(Signals::TELEMETRY);
                let components = known.entry((to, arrival.port, signals)).or_insert_with(|| {
                    let listening = taker.listeners.iter().filter(|own| own.takes(arrival.port, signals));
                    let components: BTreeSet<usize> = listening.map(|own| own.component).collect();
                    components.into_iter().collect()
                });
                let complete = taker.known && !taker.opaque.iter().any(|one| one.signals.meets(signals));
                if components.is_empty() && complete {
                    let port =
                        arrival.port.map_or_else(|| "any port".to_owned(), |port| format!("port {port}"));
                    let reason =
                        format!("collector {} takes no {} in at {port}", taker.name, signals.words());
                    lost.push((from, index, reason));
                } else {
                    links.push(Link { from, exit: index, to, components: components.clone() });
                }
            }
        }
    }
    for (from, exit, reason) in lost {
        if let Some(exit) = drafts.get_mut(from).and_then(|draft| draft.exits.get_mut(exit)) {
            let unknown = Zone::Unknown { reason };
            exit.zone = exit.zone.clone().worse(unknown.clone());
            exit.direct = exit.direct.clone().worse(unknown);
        }
    }
    links
}

/// Tells each exit how far the metrics get that it hands to other collectors. Says whether anything is new.
fn pass_on(drafts: &mut [Draft<'_>], links: &[Link], metrics: &[Metrics]) -> bool {
    let mut changed = false;
    let mut done: BTreeSet<(usize, usize)> = BTreeSet::new();
    for link in links {
        let reach = reach_behind(drafts, link, metrics.get(link.to));
        let Some(exit) = drafts.get_mut(link.from).and_then(|draft| draft.exits.get_mut(link.exit)) else {
            continue;
        };
        if !exit.signals.meets(Signals::METRICS) {
            continue;
        }
        let known = exit.onward.clone();
        // Of several collectors behind one name any may be the one that gets the data.
        let reach = match &known {
            Some(other) if !done.insert((link.from, link.exit)) => both(other, &reach),
            _ => {
                done.insert((link.from, link.exit));
                reach
            }
        };
        changed |= known.as_ref() != Some(&reach);
        exit.onward = Some(reach);
    }
    changed
}

/// How far metrics get from the components of a link.
fn reach_behind(drafts: &[Draft<'_>], link: &Link, metrics: Option<&Metrics>) -> MetricReach {
    let nothing = MetricReach { local: Some(false), control_room: Some(false), ..MetricReach::default() };
    let Some(taker) = drafts.get(link.to) else { return nothing };
    if link.components.is_empty() {
        let unknown = Some(format!("what collector {} does with it is not known", taker.name));
        return MetricReach { unknown, ..MetricReach::default() };
    }
    let sources = taker.sources.iter().enumerate();
    let sources = sources.filter(|(_, source)| link.components.contains(&source.component));
    let reached = sources.filter_map(|(index, _)| metrics?.source_reach.get(index)?.as_ref());
    reached.fold(nothing, |all, one| MetricReach {
        local: either(all.local, one.local),
        control_room: either(all.control_room, one.control_room),
        external: all.external || one.external,
        local_filtered: all.local_filtered || one.local_filtered,
        unknown: all.unknown.or_else(|| one.unknown.clone()),
    })
}

/// Whether one of two is reached.
fn either(one: Option<bool>, two: Option<bool>) -> Option<bool> {
    match (one, two) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}

/// What is reached whichever of two ways is taken.
fn both(one: &MetricReach, two: &MetricReach) -> MetricReach {
    let and = |one: Option<bool>, two: Option<bool>| either(one.map(|one| !one), two.map(|two| !two));
    MetricReach {
        local: and(one.local, two.local).map(|missed| !missed),
        control_room: and(one.control_room, two.control_room).map(|missed| !missed),
        external: one.external || two.external,
        local_filtered: one.local_filtered || two.local_filtered,
        unknown: one.unknown.clone().or_else(|| two.unknown.clone()),
    }
}

/// The components of the collector `to` at which metrics of others arrive.
fn handed_metrics(drafts: &[Draft<'_>], links: &[Link], to: usize) -> BTreeSet<usize> {
    let carries = |link: &&Link| {
        let exit = drafts.get(link.from).and_then(|draft| draft.exits.get(link.exit));
        link.to == to && exit.is_some_and(|exit| exit.fed.meets(Signals::METRICS))
    };
    links.iter().filter(carries).flat_map(|link| link.components.iter().copied()).collect()
}

/// By component of the collector `to`: the ways by which data of others arrives, the nearest steps first.
fn upstream(drafts: &[Draft<'_>], links: &[Link], to: usize) -> Vec<(usize, Vec<(String, Place)>)> {
    let direct: BTreeSet<usize> =
        links.iter().filter(|link| link.to == to).flat_map(|link| link.components.iter().copied()).collect();
    direct.into_iter().map(|component| (component, ways_to(drafts, links, (to, component)))).collect()
}

/// The steps by which data arrives at a component, walked backwards.
fn ways_to(drafts: &[Draft<'_>], links: &[Link], start: (usize, usize)) -> Vec<(String, Place)> {
    let mut told = Vec::new();
    let mut seen = BTreeSet::from([start]);
    let mut todo = VecDeque::from([start]);
    while let Some((collector, component)) = todo.pop_front() {
        let arriving =
            links.iter().filter(|link| link.to == collector && link.components.contains(&component));
        for link in arriving {
            if told.len() >= TOLD {
                return told;
            }
            let Some(sender) = drafts.get(link.from) else { continue };
            let Some(exit) = sender.exits.get(link.exit) else { continue };
            let id = |index: usize| sender.components.get(index).map_or("", |note| note.id.as_str());
            let name = drafts.get(collector).map_or("", |draft| draft.name.as_str());
            let text = format!("`{}` of {} sends to {name}", id(exit.component), sender.name);
            if exit.fed.meets(Signals::LOGS.or(Signals::METRICS))
                && !told.contains(&(text.clone(), exit.place))
            {
                told.push((text, exit.place));
                told.extend(
                    exit.path
                        .iter()
                        .rev()
                        .map(|hop: &Hop| (format!("{} forwards to {}", id(hop.from), id(hop.to)), hop.place)),
                );
                let first = exit.sources.first().and_then(|index| sender.sources.get(*index));
                told.extend(
                    first.map(|source| {
                        (format!("logs of `{}` begin here", id(source.component)), source.place)
                    }),
                );
            }
            let fed_by = exit.sources.iter().filter_map(|index| sender.sources.get(*index));
            for source in fed_by {
                if seen.insert((link.from, source.component)) {
                    todo.push_back((link.from, source.component));
                }
            }
        }
    }
    told.truncate(TOLD);
    told
}
