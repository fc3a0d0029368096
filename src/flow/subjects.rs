//! Turns a flow into subjects: what rules range over. What their fields are called and hold, the table in
//! `rule/fields.rs` tells.

mod metrics;

pub(super) use metrics::first_names;
pub(super) use metrics::users;

use std::collections::HashMap;

use self::metrics::metric_paths;
use self::metrics::metric_writer;
use self::metrics::reach_fields;
use super::CollectorFlow;
use super::Exit;
use super::Fetcher;
use super::Hop;
use super::Journal;
use super::Probe;
use super::Zone;
use super::types::LogMetric;
use super::zone::way_words;
use crate::document::Place;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::Subject;
use crate::model::alloy::Signals;

/// At most this many sources are listed in one subject; the count is always given.
const LISTED: usize = 50;

/// All subjects of a collector's flow.
pub(crate) fn subjects(flow: &CollectorFlow) -> Vec<Subject> {
    let mut found = Vec::new();
    found.extend(
        flow.exits.iter().filter(|exit| exit.signals.meets(Signals::LOGS)).map(|exit| log_exit(flow, exit)),
    );
    sources(flow, &mut found);
    metric_paths(flow, &mut found);
    found.extend(
        flow.exits
            .iter()
            .filter(|exit| exit.kind == "telemetry" && exit.signals.meets(Signals::METRICS))
            .map(|exit| metric_writer(flow, exit)),
    );
    found
        .extend(flow.exits.iter().filter(|exit| exit.kind == "control").map(|exit| control_exit(flow, exit)));
    found.extend(flow.log_metrics.iter().map(|metric| log_metric(flow, metric)));
    components(flow, &mut found);
    found.extend(flow.collected.probes.iter().map(|probe| probe_subject(flow, probe)));
    found.extend(flow.collected.fetchers.iter().map(|fetcher| fetcher_subject(flow, fetcher)));
    found.extend(flow.collected.journals.iter().map(|journal| journal_subject(flow, journal)));
    for opaque in &flow.opaque {
        let fields = [
            ("collector", collector(flow)),
            ("kind", Fact::new(opaque.kind, opaque.place)),
            ("name", Fact::new(opaque.name.as_str(), opaque.place)),
            ("reason", Fact::new(opaque.reason.as_str(), opaque.place)),
            ("logs", Fact::new(opaque.signals.meets(Signals::LOGS), opaque.place)),
            ("metrics", Fact::new(opaque.signals.meets(Signals::METRICS), opaque.place)),
        ];
        found.push(subject("opaque", format!("{} {}", opaque.kind, opaque.name), fields, opaque.place));
    }
    tell_apart(&mut found);
    found
}

/// Numbers subjects of one kind that would have the same key: keys are identities.
fn tell_apart(subjects: &mut [Subject]) {
    let mut seen: HashMap<(&'static str, String), usize> = HashMap::new();
    for subject in subjects {
        let count = seen.entry((subject.kind, subject.key.clone())).or_default();
        *count += 1;
        if *count > 1 {
            subject.key = format!("{} ({count})", subject.key);
        }
    }
}

fn probe_subject(flow: &CollectorFlow, probe: &Probe) -> Subject {
    let place = probe.forward_to;
    let fields = [
        ("collector", collector(flow)),
        ("scrape", Fact::new(probe.scrape.as_str(), place)),
        ("normalised", Fact::new(probe.normalised, place)),
        ("forward_to", Fact::new(true, place)),
        ("receivers", Fact::new(probe.receivers.as_str(), place)),
        ("label", Fact::new(probe.label.as_str(), place)),
    ];
    subject("probe", probe.scrape.clone(), fields, place)
}

fn fetcher_subject(flow: &CollectorFlow, fetcher: &Fetcher) -> Subject {
    let place = fetcher.place;
    let fields = [
        ("collector", collector(flow)),
        ("component", Fact::new(fetcher.component.as_str(), place)),
        ("divided", Fact::new(fetcher.divided, fetcher.divided_at)),
        ("work", Fact::new(fetcher.work.name(), place)),
        ("own_labels", Fact::new(fetcher.own_labels.as_ref().map(|(exporter, _)| exporter.as_str()), place)),
        (
            "own_labels_until",
            Fact::new(fetcher.own_labels.as_ref().and_then(|(_, until)| until.as_deref()), place),
        ),
    ];
    subject("fetcher", fetcher.component.clone(), fields, place)
}

fn journal_subject(flow: &CollectorFlow, journal: &Journal) -> Subject {
    let place = journal.place;
    let fields = [
        ("collector", collector(flow)),
        ("component", Fact::new(journal.component.as_str(), place)),
        ("names_node", Fact::new(journal.names_node, place)),
        ("relabelled", Fact::new(journal.relabelled, place)),
    ];
    subject("journal", journal.component.clone(), fields, place)
}

/// What all collectors collect together, as one subject: a promise about what is collected is kept by any of them.
pub(crate) fn coverage(flows: &[CollectorFlow]) -> Option<Subject> {
    let place = flows.iter().find_map(|flow| flow.place)?;
    let namespaces = |of: fn(&super::Collected) -> &[(String, Place)]| {
        let named = flows.iter().flat_map(|flow| of(&flow.collected));
        let facts: Vec<Fact> = named.map(|(name, place)| Fact::new(name.as_str(), *place)).collect();
        let place = facts.first().and_then(|fact| fact.place);
        Fact::list(facts, place)
    };
    let kinds: std::collections::BTreeSet<_> =
        flows.iter().flat_map(|flow| &flow.collected.metric_kinds).collect();
    let count = |of: fn(&super::Summary) -> usize| flows.iter().map(|flow| of(&flow.summary)).sum::<usize>();
    let names: Vec<&str> = flows.iter().map(|flow| flow.name.as_str()).collect();
    let fields = [
        ("name", Fact::new(names.join(", "), place)),
        // To point at: what collectors are called is no part of what is wrong, and may be the path of a file.
        ("collection", Fact::new(true, place)),
        ("metric_namespaces", namespaces(|collected| &collected.metric_namespaces)),
        ("log_namespaces", namespaces(|collected| &collected.log_namespaces)),
        ("metric_kinds", Fact::list(kinds.into_iter().map(|kind| Fact::bare(*kind)), None)),
        ("metric_sources", Fact::bare(count(|summary| summary.metric_sources))),
        ("log_sources", Fact::bare(count(|summary| summary.log_sources))),
        ("opaque", Fact::bare(flows.iter().any(|flow| !flow.opaque.is_empty()))),
    ];
    Some(subject("coverage", "collection".to_owned(), fields, place))
}

fn subject<const N: usize>(
    kind: &'static str,
    key: String,
    fields: [(&'static str, Fact); N],
    place: Place,
) -> Subject {
    Subject { kind, key, facts: Fact::map(fields, place) }
}

fn collector(flow: &CollectorFlow) -> Fact {
    Fact::new(flow.name.as_str(), flow.place)
}

/// The id of a component, at its name.
fn component(flow: &CollectorFlow, index: usize) -> Fact {
    flow.components.get(index).map_or_else(Fact::default, |note| Fact::new(note.id.as_str(), note.place))
}

fn id(flow: &CollectorFlow, index: usize) -> &str {
    flow.components.get(index).map_or("", |note| note.id.as_str())
}

fn hops(flow: &CollectorFlow, path: &[Hop]) -> Fact {
    let hop = |hop: &Hop| {
        let text = format!("{} forwards to {}", id(flow, hop.from), id(flow, hop.to));
        Fact::map([("text", Fact::new(text, hop.place)), ("place", Fact::new(true, hop.place))], hop.place)
    };
    Fact::list(path.iter().map(hop), path.first().map(|hop| hop.place))
}

fn source_list(flow: &CollectorFlow, sources: &[usize]) -> Fact {
    let mut seen = std::collections::BTreeSet::new();
    let listed = sources.iter().filter_map(|index| flow.sources.get(*index));
    let listed = listed.filter(|source| seen.insert(source.component)).take(LISTED);
    Fact::list(
        listed.map(|source| {
            let place = source.place;
            Fact::map(
                [
                    ("name", Fact::new(id(flow, source.component), place)),
                    ("origin", Fact::new(source.origin.as_str(), place)),
                    ("place", Fact::new(true, place)),
                ],
                place,
            )
        }),
        None,
    )
}

fn zone_reason(zone: &Zone, place: Place) -> Fact {
    match zone {
        Zone::Unknown { reason } | Zone::Allowed { reason } => Fact::new(reason.as_str(), place),
        _ => Fact::absent(place),
    }
}

fn assumption(zone: &Zone, place: Place) -> Fact {
    match zone {
        Zone::Workload { assumption: Some(text) } => Fact::new(text.as_str(), place),
        _ => Fact::absent(place),
    }
}

fn destination(exit: &Exit) -> Fact {
    match &exit.destination {
        Ok(text) => Fact::new(text.as_str(), exit.place),
        Err(reason) => Fact::unknown(reason.as_str(), exit.place),
    }
}

fn log_exit(flow: &CollectorFlow, exit: &Exit) -> Subject {
    let place = exit.place;
    let via = exit.via.iter().map(|(text, place)| {
        Fact::map([("text", Fact::new(text.as_str(), *place)), ("place", Fact::new(true, *place))], *place)
    });
    let within = exit.within.iter().map(|(name, place)| {
        Fact::map([("name", Fact::new(name.as_str(), *place)), ("place", Fact::new(true, *place))], *place)
    });
    let fields = [
        ("collector", collector(flow)),
        ("component", component(flow, exit.component)),
        ("endpoint", Fact::new(exit.endpoint, place)),
        ("kind", Fact::new(exit.kind.as_str(), place)),
        ("destination", destination(exit)),
        ("zone", Fact::new(exit.zone.name(), place)),
        ("zone_reason", zone_reason(&exit.zone, place)),
        ("assumption", assumption(&exit.zone, place)),
        ("fed", Fact::new(exit.fed.meets(Signals::LOGS), place)),
        ("sources", source_list(flow, &exit.sources)),
        ("source_count", Fact::new(exit.sources.len(), place)),
        ("hops", hops(flow, &exit.path)),
        ("via", Fact::list(via, place)),
        ("within", Fact::list(within, place)),
        ("upstream", upstream(flow, exit)),
        ("behind", Fact::new(exit.behind(), place)),
        ("behind_name", Fact::new(behind_name(exit), place)),
        ("block", block(flow, exit)),
    ];
    subject("log_exit", exit_key(flow, exit), fields, place)
}

/// Who a way out is: the component, and where what leaves really goes. The number of its block is no part, since blocks may
/// change places; Services and proxies on the way are, since they may lead elsewhere while the same is written here.
fn exit_key(flow: &CollectorFlow, exit: &Exit) -> String {
    let to = exit.destination.as_ref().unwrap_or_else(|reason| reason);
    format!("{} {} to {to}{}", id(flow, exit.component), exit.kind, way_words(&exit.via))
}

/// The block around a way out, where it is one that can be taken out by itself.
fn block(flow: &CollectorFlow, exit: &Exit) -> Fact {
    let note = flow.components.get(exit.component).filter(|_| !exit.block.is_empty());
    let block = note.and_then(|note| note.arguments.at(&exit.block)).and_then(|block| block.place);
    block.map_or_else(Fact::default, |place| Fact::new(exit.block.as_str(), place))
}

fn control_exit(flow: &CollectorFlow, exit: &Exit) -> Subject {
    let fields = [
        ("collector", collector(flow)),
        ("component", component(flow, exit.component)),
        ("destination", destination(exit)),
        ("zone", Fact::new(exit.zone.name(), exit.place)),
    ];
    subject("control_exit", exit_key(flow, exit), fields, exit.place)
}

fn log_metric(flow: &CollectorFlow, metric: &LogMetric) -> Subject {
    let component = component(flow, metric.component);
    let labels = metric.labels.iter().map(|(name, place)| Fact::new(name.as_str(), *place));
    let place = metric.labels.first().map(|(_, place)| *place).or(component.place);
    let facts = Fact::map(
        [
            ("collector", collector(flow)),
            ("labels", Fact::list(labels, place)),
            ("leaves", Fact::new(metric.leaves, component.place)),
            ("fed", Fact::new(metric.fed, component.place)),
            ("component", component),
        ],
        place,
    );
    Subject { kind: "log_metric", key: id(flow, metric.component).to_owned(), facts }
}

/// How what leaves here came from other collectors: the steps before the components of this one that take it in.
fn upstream(flow: &CollectorFlow, exit: &Exit) -> Fact {
    let taken_in = exit.sources.iter().filter_map(|index| flow.sources.get(*index));
    let components: std::collections::BTreeSet<usize> = taken_in.map(|source| source.component).collect();
    let steps = components.iter().filter_map(|component| flow.upstream.get(component)).flatten().take(LISTED);
    let step = |(text, place): &(String, Place)| {
        Fact::map([("text", Fact::new(text.as_str(), *place)), ("place", Fact::new(true, *place))], *place)
    };
    Fact::list(steps.map(step), exit.place)
}

/// Who takes in what leaves by an exit.
fn behind_name(exit: &Exit) -> Option<String> {
    let one = |arrival: &super::Arrival| match &arrival.end.what {
        super::Taker::Other(program) => format!("{} ({program})", arrival.end.name),
        _ => arrival.end.name.clone(),
    };
    let mut names: Vec<String> = exit.arrivals.iter().map(one).collect();
    names.sort();
    names.dedup();
    (!names.is_empty()).then(|| names.join(", "))
}

fn sources(flow: &CollectorFlow, found: &mut Vec<Subject>) {
    let mut seen = std::collections::BTreeSet::new();
    for ((source, reach), logs) in flow.sources.iter().zip(&flow.source_reach).zip(&flow.log_reach) {
        let place = source.place;
        let name = id(flow, source.component);
        let origin = Fact::new(source.origin.as_str(), place);
        let common = [
            ("collector", collector(flow)),
            ("component", component(flow, source.component)),
            ("origin", origin),
        ];
        if let Some(reach) = reach {
            let mut facts = Fact::map(common, place);
            add(&mut facts, reach_fields(flow, reach, place));
            found.push(Subject { kind: "metric_source", key: name.to_owned(), facts });
        } else if let Some(logs) = logs
            && seen.insert(source.component)
        {
            let reaches = match &logs.unknown {
                Some(reason) if !logs.exits => Fact::unknown(reason.as_str(), place),
                _ => Fact::new(logs.exits, place),
            };
            let mut facts = Fact::map(common, place);
            add(&mut facts, [("reaches_exit", reaches)]);
            found.push(Subject { kind: "log_source", key: name.to_owned(), facts });
        }
    }
}

/// Adds fields to a map.
fn add<const N: usize>(facts: &mut Fact, fields: [(&'static str, Fact); N]) {
    if let FactValue::Map(entries) = &mut facts.value {
        entries.extend(fields.into_iter().map(|(name, fact)| (name.to_owned(), fact)));
    }
}

fn components(flow: &CollectorFlow, found: &mut Vec<Subject>) {
    for note in flow.components.iter().filter(|note| flow.wanted.holds(&note.name)) {
        let fields = [
            ("collector", collector(flow)),
            ("id", Fact::new(note.id.as_str(), note.place)),
            ("name", Fact::new(note.name.as_str(), note.place)),
            ("label", Fact::new(note.label.as_str(), note.place)),
            ("known", Fact::new(note.known, note.place)),
            ("config", Fact::new(note.config, note.place)),
            ("since", Fact::new(note.since.as_deref(), note.place)),
            ("gone", Fact::new(note.gone.as_deref(), note.place)),
            ("stability", Fact::new(note.stability.as_deref(), note.place)),
            ("arguments", note.arguments.clone()),
        ];
        found.push(subject("component", note.id.clone(), fields, note.place));
    }
}
