//! Follows data from one collector of the input into the next, as far as it goes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::VecDeque;

use super::Exit;
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
    /// Index into [`Links::doors`].
    door: usize,
}

/// What takes data in at a port of a collector.
struct Door {
    /// Index of the collector.
    to: usize,
    /// Its components that do; none where that is not known.
    components: Vec<usize>,
    /// The links that lead here, in order.
    links: Vec<usize>,
}

/// All links. Hundreds of writers may send to one port, so that what is behind it is kept once.
#[derive(Default)]
struct Links {
    all: Vec<Link>,
    doors: Vec<Door>,
    /// The doors of each collector that has some.
    of_collector: BTreeMap<usize, Vec<usize>>,
    /// The doors at which each component of a collector takes data in.
    of_component: BTreeMap<(usize, usize), Vec<usize>>,
}

/// Links the collectors to each other and gives how far the metrics of each get, in order.
pub(super) fn follow(drafts: &mut [Draft<'_>], needs: &Needs) -> Vec<Metrics> {
    let links = links(drafts);
    let mut metrics: Vec<Metrics> = drafts.iter().map(|draft| draft.metrics(needs)).collect();
    let mut news: BTreeSet<usize> = links.of_collector.keys().copied().collect();
    // Reaching only ever grows, by one link a round at least: collectors that feed each other in a circle end as well.
    for _ in 0..=links.all.len() {
        news = pass_on(drafts, &links, &metrics, &news);
        if news.is_empty() {
            break;
        }
        for changed in &news {
            if let (Some(metrics), Some(draft)) = (metrics.get_mut(*changed), drafts.get(*changed)) {
                *metrics = draft.metrics(needs);
            }
        }
    }
    let told: Vec<_> = links.of_component.keys().map(|at| (*at, ways_to(drafts, &links, *at))).collect();
    let handed: Vec<_> = links
        .doors
        .iter()
        .filter(|door| carries_metrics(drafts, &links, door))
        .map(|door| (door.to, &door.components))
        .collect();
    for ((to, component), ways) in told {
        if let Some(draft) = drafts.get_mut(to) {
            draft.upstream.insert(component, ways);
        }
    }
    for (to, components) in handed {
        if let Some(draft) = drafts.get_mut(to) {
            draft.handed_metrics.extend(components);
        }
    }
    metrics
}

/// Finds the components at which each exit's data arrives. Where nothing listens, the data goes nobody knows where.
fn links(drafts: &mut [Draft<'_>]) -> Links {
    let mut links = Links::default();
    let mut lost = Vec::new();
    let mut known: HashMap<(usize, Option<u16>, Signals), usize> = HashMap::new();
    for (from, draft) in drafts.iter().enumerate() {
        for (index, exit) in draft.exits.iter().enumerate() {
            for arrival in &exit.arrivals {
                let Taker::Collector(to) = arrival.end.what else { continue };
                let Some(taker) = drafts.get(to) else { continue };
                let signals = exit.signals.and(Signals::TELEMETRY);
                let door = *known.entry((to, arrival.port, signals)).or_insert_with(|| {
                    let listening = taker.listeners.iter().filter(|own| own.takes(arrival.port, signals));
                    let components: BTreeSet<usize> = listening.map(|own| own.component).collect();
                    let components = components.into_iter().collect();
                    links.doors.push(Door { to, components, links: Vec::new() });
                    links.doors.len() - 1
                });
                let Some(open) = links.doors.get_mut(door) else { continue };
                let complete = taker.known && !taker.opaque.iter().any(|one| one.signals.meets(signals));
                if open.components.is_empty() && complete {
                    let port =
                        arrival.port.map_or_else(|| "any port".to_owned(), |port| format!("port {port}"));
                    let reason =
                        format!("collector {} takes no {} in at {port}", taker.name, signals.words());
                    lost.push((from, index, reason));
                } else {
                    open.links.push(links.all.len());
                    links.all.push(Link { from, exit: index, door });
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
    for (index, door) in links.doors.iter().enumerate().filter(|(_, door)| !door.links.is_empty()) {
        links.of_collector.entry(door.to).or_default().push(index);
        for component in &door.components {
            links.of_component.entry((door.to, *component)).or_default().push(index);
        }
    }
    links
}

/// Tells each exit how far the metrics get that it hands to collectors of which there is news. Gives the collectors
/// whose own metrics get elsewhere by that.
fn pass_on(
    drafts: &mut [Draft<'_>],
    links: &Links,
    metrics: &[Metrics],
    news: &BTreeSet<usize>,
) -> BTreeSet<usize> {
    let doors = news.iter().filter_map(|to| links.of_collector.get(to)).flatten();
    let arriving = doors.filter_map(|door| links.doors.get(*door)).flat_map(|door| &door.links);
    let exits: BTreeSet<(usize, usize)> =
        arriving.filter_map(|link| links.all.get(*link)).map(|link| (link.from, link.exit)).collect();
    // Of several collectors behind one name any may be the one that gets the data, so that all links of an exit count.
    let mut known: HashMap<usize, MetricReach> = HashMap::new();
    let mut changed = BTreeSet::new();
    for (from, index) in exits {
        let carries = |exit: &Exit| exit.signals.meets(Signals::METRICS);
        if !drafts.get(from).and_then(|draft| draft.exits.get(index)).is_some_and(carries) {
            continue;
        }
        let first = links.all.partition_point(|link| (link.from, link.exit) < (from, index));
        let own = links.all.iter().skip(first).take_while(|link| (link.from, link.exit) == (from, index));
        let mut reached: Option<MetricReach> = None;
        for link in own {
            let Some(door) = links.doors.get(link.door) else { continue };
            let reach =
                known.entry(link.door).or_insert_with(|| reach_behind(drafts, door, metrics.get(door.to)));
            reached = Some(reached.map_or_else(|| reach.clone(), |other| both(&other, reach)));
        }
        let exit = drafts.get_mut(from).and_then(|draft| draft.exits.get_mut(index));
        if let Some(exit) = exit.filter(|exit| exit.onward != reached) {
            exit.onward = reached;
            changed.insert(from);
        }
    }
    changed
}

/// How far metrics get from the components of a door.
fn reach_behind(drafts: &[Draft<'_>], door: &Door, metrics: Option<&Metrics>) -> MetricReach {
    let nothing = MetricReach { local: Some(false), control_room: Some(false), ..MetricReach::default() };
    let Some(taker) = drafts.get(door.to) else { return nothing };
    if door.components.is_empty() {
        let unknown = Some(format!("what collector {} does with it is not known", taker.name));
        return MetricReach { unknown, ..MetricReach::default() };
    }
    let sources = taker.sources.iter().enumerate();
    let sources = sources.filter(|(_, source)| door.components.binary_search(&source.component).is_ok());
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

/// Whether metrics of other collectors arrive at a door.
fn carries_metrics(drafts: &[Draft<'_>], links: &Links, door: &Door) -> bool {
    let mut exits = door.links.iter().filter_map(|link| {
        let link = links.all.get(*link)?;
        drafts.get(link.from)?.exits.get(link.exit)
    });
    exits.any(|exit| exit.fed.meets(Signals::METRICS))
}

/// The steps by which data arrives at a component, walked backwards.
fn ways_to(drafts: &[Draft<'_>], links: &Links, start: (usize, usize)) -> Vec<(String, Place)> {
    let mut told = Vec::new();
    let mut seen = BTreeSet::from([start]);
    let mut todo = VecDeque::from([start]);
    while let Some((collector, component)) = todo.pop_front() {
        let doors = links.of_component.get(&(collector, component)).into_iter().flatten();
        let doors: Vec<&Door> = doors.filter_map(|door| links.doors.get(*door)).collect();
        let arriving = in_order(&doors);
        let arriving = arriving.iter().filter_map(|link| links.all.get(*link));
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

/// The links that lead to these doors, in order.
fn in_order<'l>(doors: &[&'l Door]) -> Cow<'l, [usize]> {
    if let [door] = doors {
        return Cow::Borrowed(&door.links);
    }
    let mut links: Vec<usize> = doors.iter().flat_map(|door| door.links.iter().copied()).collect();
    links.sort_unstable();
    Cow::Owned(links)
}

#[cfg(test)]
mod tests;
