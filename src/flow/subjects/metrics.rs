//! Turns what is known of metrics into subjects: their ways, what filters them, and who writes them.

use super::LISTED;
use super::add;
use super::assumption;
use super::behind_name;
use super::collector;
use super::component;
use super::destination;
use super::exit_key;
use super::hops;
use super::id;
use super::source_list;
use super::subject;
use super::zone_reason;
use crate::document::Place;
use crate::flow::CollectorFlow;
use crate::flow::Exit;
use crate::flow::Filter;
use crate::flow::Zone;
use crate::flow::types::Effect;
use crate::flow::types::MetricReach;
use crate::model::Fact;
use crate::model::Subject;
use crate::model::alloy::Signals;
use crate::model::queries::Use;

pub(super) fn metric_paths(flow: &CollectorFlow, found: &mut Vec<Subject>) {
    let told = hidden_is_told(flow);
    let writer = |zone: &str| {
        let mut exits =
            flow.exits.iter().filter(|exit| exit.kind == "telemetry" && exit.signals.meets(Signals::METRICS));
        let exit = exits.find(|exit| exit.direct.name() == zone && exit.zone.name() == zone);
        exit.map_or_else(Fact::default, |exit| component(flow, exit.component))
    };
    let (local, control_room) = (writer("workload"), writer("control-room"));
    for path in &flow.metric_paths {
        let place = path.place;
        let complete = path.reach.local == Some(true) && path.reach.control_room == Some(true);
        let mut facts = Fact::map(
            [
                ("collector", collector(flow)),
                ("component", component(flow, path.component)),
                ("complete", Fact::new(complete, place)),
                ("known_tenant", known(flow, "external_labels", "tenant_name")),
                ("known_user", known(flow, "endpoint.0.basic_auth.0", "username")),
                ("local_writer", local.clone()),
                ("control_room_writer", control_room.clone()),
                ("unknown_told", Fact::new(told && path.reach.unknown.is_some(), place)),
                ("receivers", Fact::new(true, place)),
                ("sources", source_list(flow, &path.sources)),
                ("source_count", Fact::new(path.sources.len(), place)),
                ("hops", hops(flow, &path.path)),
            ],
            place,
        );
        add(&mut facts, reach_fields(flow, &path.reach, place));
        let first = path.sources.first().and_then(|index| flow.sources.get(*index));
        let key = match first {
            Some(source) if complete => format!("from {}", id(flow, source.component)),
            _ => format!("through {}", id(flow, path.component)),
        };
        found.push(Subject { kind: "metric_path", key, facts });
    }
    let mut numbers = std::collections::BTreeMap::new();
    for filter in &flow.filters {
        let number = numbers.entry(filter.component).or_insert(0_usize);
        *number += 1;
        let [lost_alerted, lost_alerted_count, alerts] = lost(filter, true);
        let [lost_shown, lost_shown_count, panels] = lost(filter, false);
        let fields = [
            ("collector", collector(flow)),
            ("component", component(flow, filter.component)),
            ("action", Fact::new(filter.action.as_str(), filter.place)),
            ("drops", Fact::new(filter.drops(), filter.place)),
            ("renames", Fact::new(filter.renames(), filter.place)),
            ("keeps_nothing", Fact::new(filter.effect == Effect::DropsAll, filter.place)),
            ("regex", filter.regex.clone()),
            ("source_labels", filter.source_labels.clone()),
            ("cuts_local", Fact::new(filter.cuts_local, filter.place)),
            ("on_control_room", Fact::new(filter.on_control_room, filter.place)),
            ("sources", source_list(flow, &filter.sources)),
            ("lost_alerted", lost_alerted),
            ("lost_alerted_count", lost_alerted_count),
            ("alerts", alerts),
            ("lost_shown", lost_shown),
            ("lost_shown_count", lost_shown_count),
            ("panels", panels),
            ("unused", first_names(filter.unused.iter().map(|word| &**word), filter.regex.place)),
            ("unused_count", Fact::new(filter.unused.len(), filter.regex.place)),
        ];
        let key = format!("{} rule {number}", id(flow, filter.component));
        found.push(subject("metric_filter", key, fields, filter.place));
    }
}

/// What the writers of a collector have for an argument, where they agree.
fn known(flow: &CollectorFlow, route: &str, name: &str) -> Fact {
    let writers = flow.components.iter().filter(|note| note.name == "prometheus.remote_write");
    let mut texts =
        writers.filter_map(|note| note.arguments.at(route)?.at(name)?.text()).filter(|text| !text.is_empty());
    match texts.next() {
        Some(first) if texts.all(|other| other == first) => Fact::bare(first),
        _ => Fact::default(),
    }
}

pub(super) fn metric_writer(flow: &CollectorFlow, exit: &Exit) -> Subject {
    let place = exit.place;
    let note = flow.components.get(exit.component);
    let block = note.and_then(|note| note.arguments.at(&exit.block)).filter(|_| !exit.block.is_empty());
    let own = note.map(|note| &note.arguments);
    // What is absent points at the innermost block that lacks it.
    let lacking = block.or(own).and_then(|fact| fact.place).unwrap_or(place);
    let get = |routes: &[&str]| {
        let around = block.or(own);
        let found = around.and_then(|fact| routes.iter().find_map(|route| fact.at(route)));
        found.cloned().unwrap_or_else(|| {
            let parents = routes.iter().filter_map(|route| route.rsplit_once('.'));
            let parent = around.and_then(|fact| parents.into_iter().find_map(|(parent, _)| fact.at(parent)));
            Fact::absent(parent.and_then(|parent| parent.place).unwrap_or(lacking))
        })
    };
    let component_argument = |name: &str| {
        let found = own.and_then(|fact| fact.at(name));
        found.cloned().unwrap_or_else(|| Fact::absent(note.map(|note| note.place)))
    };
    let fields = [
        ("collector", collector(flow)),
        ("component", component(flow, exit.component)),
        ("endpoint", Fact::new(exit.endpoint, place)),
        ("url", destination(exit)),
        ("zone", Fact::new(exit.direct.name(), place)),
        ("zone_reason", zone_reason(&exit.direct, place)),
        ("assumption", assumption(&exit.direct, place)),
        ("sent_to", Fact::new(exit.zone.name(), place)),
        ("behind", Fact::new(exit.behind(), place)),
        ("behind_name", Fact::new(behind_name(exit), place)),
        ("fed", Fact::new(exit.fed.meets(Signals::METRICS), place)),
        ("username", get(&["basic_auth.0.username"])),
        ("password", get(&["basic_auth.0.password"])),
        ("password_file", get(&["basic_auth.0.password_file"])),
        ("insecure_skip_verify", get(&["tls_config.0.insecure_skip_verify", "tls.0.insecure_skip_verify"])),
        ("tls_insecure", get(&["tls.0.insecure"])),
        ("headers", get(&["headers"])),
        ("external_labels", component_argument("external_labels")),
        ("sample_age_limit", get(&["queue_config.0.sample_age_limit"])),
        ("max_shards", get(&["queue_config.0.max_shards"])),
        ("max_backoff", get(&["queue_config.0.max_backoff"])),
        ("block", Fact::new(exit.block.as_str(), lacking)),
        ("known_tenant", known(flow, "external_labels", "tenant_name")),
    ];
    subject("metric_writer", exit_key(flow, exit), fields, place)
}

pub(super) fn reach_fields(
    flow: &CollectorFlow,
    reach: &MetricReach,
    place: Place,
) -> [(&'static str, Fact); 6] {
    let reason = reach.unknown.as_deref().unwrap_or("not known");
    let known = |reached: Option<bool>| match reached {
        Some(reached) => Fact::new(reached, place),
        None => Fact::unknown(reason, place),
    };
    [
        ("reaches_local", known(reach.local)),
        ("reaches_control_room", known(reach.control_room)),
        ("reaches_external", Fact::new(reach.external, place)),
        ("local_filtered", Fact::new(reach.local_filtered, place)),
        ("control_room_declared", Fact::new(flow.control_room, place)),
        ("unknown", Fact::new(reach.unknown.as_deref(), place)),
    ]
}

/// Whether what hides the way of metrics is a subject of its own, which a rule reports at its own place.
pub(super) fn hidden_is_told(flow: &CollectorFlow) -> bool {
    let unplaced = |exit: &Exit| exit.kind == "telemetry" && matches!(exit.direct, Zone::Unknown { .. });
    // What another collector hides is told of that one.
    let passed_on = |exit: &Exit| exit.onward.as_ref().is_some_and(|reach| reach.unknown.is_some());
    flow.opaque.iter().any(|opaque| opaque.signals.meets(Signals::METRICS))
        || flow.exits.iter().any(passed_on)
        || flow.exits.iter().any(|exit| exit.fed.meets(Signals::METRICS) && unplaced(exit))
}

/// Metrics that a filter takes from the control room, those that alerts wait for or the others: the first names, how many
/// there are, and who waits.
fn lost(filter: &Filter, alerted: bool) -> [Fact; 3] {
    let place = filter.regex.place;
    let lost = filter.lost.iter().filter(|lost| lost.users.iter().any(|user| user.alert) == alerted);
    let waiting = lost.clone().flat_map(|lost| &lost.users).filter(|user| user.alert == alerted);
    let names = lost.clone().map(|lost| &*lost.name);
    [first_names(names, place), Fact::new(lost.count(), place), users(waiting)]
}

/// The first few of some names: a message that names all is not read.
pub(in crate::flow) fn first_names<'n>(names: impl Iterator<Item = &'n str>, place: Option<Place>) -> Fact {
    const NAMED: usize = 10;
    Fact::list(names.take(NAMED).map(|name| Fact::new(name, place)), place)
}

/// Who waits for metrics, each once, with the queries.
pub(in crate::flow) fn users<'u>(users: impl Iterator<Item = &'u Use>) -> Fact {
    let mut seen = std::collections::BTreeSet::new();
    let listed = users.filter(|user| seen.insert(user.place)).take(LISTED);
    let facts = listed.map(|user| {
        let (words, place) = (Fact::new(&*user.words, user.place), Fact::new(true, user.place));
        Fact::map([("words", words), ("place", place)], user.place)
    });
    Fact::list(facts, None)
}
