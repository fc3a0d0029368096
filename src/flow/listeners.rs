//! Finds the ports through which others' data comes into a collector, and tells from where they can be reached.

use std::collections::BTreeMap;

use super::CollectorFlow;
use super::Listener;
use super::Source;
use super::destination::Destination;
use super::destination::named_by;
use crate::document::Place;
use crate::document::alloy::Body;
use crate::document::alloy::File;
use crate::model::Distance;
use crate::model::Exposure;
use crate::model::Fact;
use crate::model::Subject;
use crate::model::alloy::Component;
use crate::model::alloy::Listen;
use crate::model::alloy::Program;
use crate::model::alloy::Signals;
use crate::model::alloy::blocks_at;
use crate::model::alloy::holds;
use crate::model::alloy::slots;
use crate::model::eval::Value;

/// Nesting of blocks that is still read.
const DEPTH: u32 = 16;

/// The ports of a program's components.
pub(super) fn of_program(program: &Program<'_>, sources: &[Source]) -> Vec<Listener> {
    let mut born = BTreeMap::new();
    for source in sources {
        let all = born.entry(source.component).or_insert(Signals::NONE);
        *all = all.or(source.signals);
    }
    let mut found = Vec::new();
    for (index, component) in program.components.iter().enumerate() {
        let Some(entry) = component.entry().filter(|_| !component.is_config()) else { continue };
        for listen in &entry.listens {
            let born = born.get(&index).copied().unwrap_or_default();
            // What is pushed to an exporter is born in the scrape that reads it.
            let signals = if entry.receivers.is_empty() { listen.signals } else { listen.signals.and(born) };
            let open = listen.when.as_ref().is_none_or(|when| holds(program, component, when) != Some(false));
            if !open || !listen.signals.meets(Signals::TELEMETRY) {
                continue;
            }
            for one in of_component(program, index, component, listen, signals) {
                // One port for two protocols is one port.
                if found.last() != Some(&one) {
                    found.push(one);
                }
            }
        }
    }
    found
}

/// One port of a component: once for each instance of the block that names it.
fn of_component(
    program: &Program<'_>,
    index: usize,
    component: &Component<'_>,
    listen: &Listen,
    signals: Signals,
) -> Vec<Listener> {
    let guarded = is_guarded(program, component, listen);
    let (default_host, default_port) = split(&listen.default);
    let ports = listen.port.as_deref().map(|path| texts(program, component, path)).unwrap_or_default();
    let own = ports.first().map(|(text, _)| text);
    // Nothing is listened on where the address is neither written nor implied.
    let hosts = listen.path.as_deref().map(|path| texts(program, component, path)).unwrap_or_default();
    let default = (Destination::Text(default_host.clone()), component.name_place());
    let implied = hosts.is_empty() && !listen.default.is_empty();
    let all = hosts.into_iter().chain(implied.then_some(default));
    all.map(|(text, place)| {
        let (host, port) = match &text {
            Destination::Text(text) => {
                let (host, port) = split(text);
                (Ok(host), port)
            }
            Destination::Unknown(reason) => (Err(reason.clone()), None),
            _ => (Err("it is not known before it runs".to_owned()), None),
        };
        let written = match own {
            Some(Destination::Text(text)) => text.parse().ok(),
            Some(_) => None,
            None => port.or(default_port),
        };
        let taken = listen.signals;
        Listener { component: index, host, port: written, taken, signals, guarded, place }
    })
    .collect()
}

/// The values of an argument, each with its place.
fn texts(program: &Program<'_>, component: &Component<'_>, path: &str) -> Vec<(Destination, Place)> {
    let found =
        slots(component.file, &component.block.body, path).into_iter().filter_map(|slot| slot.attribute);
    found.flat_map(|attribute| named_by(program, component, &attribute.value)).collect()
}

/// Host and port of an address; a bare number is a port, anything else without one a host.
fn split(address: &str) -> (String, Option<u16>) {
    if let Ok(port) = address.parse() {
        return (String::new(), Some(port));
    }
    if address.contains("://") {
        return (address.to_owned(), None);
    }
    match address.rsplit_once(':').map(|(host, port)| (host, port.parse())) {
        Some((host, Ok(port))) => (host.trim_matches(['[', ']']).to_owned(), Some(port)),
        _ => (address.to_owned(), None),
    }
}

/// Whether an argument asks who sends: a key, a handler, or certificates of clients.
fn is_guarded(program: &Program<'_>, component: &Component<'_>, listen: &Listen) -> bool {
    let body = &component.block.body;
    let keyed = listen.auth.as_deref().is_some_and(|path| {
        slots(component.file, body, path).iter().filter_map(|slot| slot.attribute).any(|attribute| {
            let empty = match program.evaluate(component, &attribute.value) {
                Ok(Value::Null) => true,
                Ok(Value::Text(text) | Value::Secret(text) | Value::OptionalSecret { text, .. }) => {
                    text.is_empty()
                }
                _ => false,
            };
            !empty
        })
    });
    let around = listen.path.as_deref().and_then(|path| path.rsplit_once('.')).map(|(parent, _)| parent);
    let blocks = around.map(|path| blocks_at(component.file, body, path)).unwrap_or_default();
    keyed
        || if around.is_some() {
            blocks.iter().any(|block| asks_for_certificates(component.file, &block.body, DEPTH))
        } else {
            asks_for_certificates(component.file, body, DEPTH)
        }
}

/// Whether a body names the authority of its clients' certificates.
fn asks_for_certificates(file: &File, body: &Body, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    body.attributes().any(|attribute| file.str(attribute.name).starts_with("client_ca"))
        || body.blocks().any(|block| asks_for_certificates(file, &block.body, depth))
}

/// Whether an address is that of the pod alone.
fn is_own(host: &str) -> bool {
    host == "localhost"
        || host.starts_with("unix:")
        || host.parse::<core::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The subjects of the kind `listener`: ports for data, and Alloy's own HTTP server.
pub(crate) fn subjects(flow: &CollectorFlow, exposure: &Exposure) -> Vec<Subject> {
    let mut found: Vec<Subject> = Vec::new();
    let mut numbers = BTreeMap::new();
    // What goes nowhere lets nobody in.
    for listener in flow.listeners.iter().filter(|listener| !listener.signals.is_empty()) {
        let id = flow.components.get(listener.component).map_or("", |note| note.id.as_str());
        let mut facts = common(flow, exposure, listener);
        facts.insert("kind", Fact::bare("receiver"));
        facts.insert("component", Fact::new(id, listener.place));
        facts.insert("debugging", Fact::bare(false));
        let number = numbers.entry(listener.component).or_insert(0_usize);
        *number += 1;
        found.push(Subject { kind: "listener", key: format!("{id} port {number}"), facts });
    }
    if let Some((address, place)) = &exposure.server {
        let (host, port) = split(address);
        // Its guard is a block of the program.
        let config = |name: &str| flow.components.iter().find(|note| note.config && note.name == name);
        let guarded = config("http").is_some_and(|note| guards_server(&note.arguments));
        let streams =
            flow.exits.iter().find(|exit| exit.kind == "debug_http" && exit.fed.meets(Signals::LOGS));
        let server = Listener {
            component: usize::MAX,
            host: Ok(host),
            port,
            taken: Signals::NONE,
            signals: Signals::NONE,
            guarded,
            place: *place,
        };
        let mut facts = common(flow, exposure, &server);
        facts.insert("kind", Fact::bare("server"));
        facts.insert("component", Fact::new("its own HTTP server", *place));
        let at = streams.map_or(*place, |exit| exit.place);
        facts.insert("debugging", Fact::new(streams.is_some(), at));
        found.push(Subject { kind: "listener", key: "http server".to_owned(), facts });
    }
    found
}

/// Whether the arguments of an `http` block guard the pages of the server.
fn guards_server(arguments: &Fact) -> bool {
    if ["tls.0.client_ca_file", "tls.0.client_ca_pem"].iter().any(|name| arguments.at(name).is_some()) {
        return true;
    }
    let filter = arguments.at("auth.0.filter.0").cloned().unwrap_or_default();
    let everything = filter.reach("paths").items().iter().any(|path| path.text() == Some("/"));
    // Either the paths that are named are guarded, or all others are.
    let matching = filter.reach("authenticate_matching_paths").bool() != Some(false);
    arguments.at("auth.0.basic.0").is_some() && (filter.is_null() || everything == matching)
}

/// The fields that all listeners have.
fn common(flow: &CollectorFlow, exposure: &Exposure, listener: &Listener) -> Fact {
    let place = listener.place;
    let (from, through, behind) = reached(exposure, listener);
    let doors = through.iter().map(|(text, place)| {
        Fact::map([("text", Fact::new(text.as_str(), *place)), ("place", Fact::new(true, *place))], *place)
    });
    let address = match (&listener.host, listener.port) {
        (Ok(host), Some(port)) => {
            let host = if host.is_empty() { "0.0.0.0" } else { host };
            Fact::new(format!("{host}:{port}"), place)
        }
        (Ok(host), None) => Fact::new(host.as_str(), place),
        (Err(reason), _) => Fact::unknown(reason.as_str(), place),
    };
    Fact::map(
        [
            ("collector", Fact::new(flow.name.as_str(), flow.place)),
            ("address", address),
            ("port", listener.port.map_or(Fact::absent(place), |port| Fact::new(i64::from(port), place))),
            ("signals", Fact::new(listener.signals.words(), place)),
            ("logs", Fact::new(listener.signals.meets(Signals::LOGS), place)),
            ("metrics", Fact::new(listener.signals.meets(Signals::METRICS), place)),
            ("from", Fact::new(from, place)),
            ("guarded", Fact::new(listener.guarded || behind, place)),
            ("through", Fact::list(doors, place)),
        ],
        place,
    )
}

/// From where a port can be reached, through what, and whether every way from there is guarded.
fn reached(exposure: &Exposure, listener: &Listener) -> (&'static str, Vec<(String, Place)>, bool) {
    let Ok(host) = &listener.host else { return ("unknown", Vec::new(), false) };
    if is_own(host) {
        return ("pod", Vec::new(), false);
    }
    if !exposure.known {
        return ("unknown", Vec::new(), false);
    }
    let leads = |port: Option<u16>| port.is_none() || port == listener.port;
    let doors: Vec<_> = exposure.doors.iter().filter(|door| leads(door.port)).collect();
    let Some(farthest) = doors.iter().map(|door| door.from).max() else {
        return ("cluster", Vec::new(), false);
    };
    let from = match farthest {
        Distance::Network => "network",
        Distance::Internet => "internet",
    };
    let guarded = doors.iter().all(|door| door.from < farthest || door.guarded);
    // Those without a guard first: they are the ones to close.
    let mut farthest: Vec<_> = doors.into_iter().filter(|door| door.from == farthest).collect();
    farthest.sort_by_key(|door| door.guarded);
    (from, farthest.into_iter().map(|door| (door.words.clone(), door.place)).collect(), guarded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::DocId;
    use crate::model::Door;
    use crate::text::Span;

    #[test]
    fn a_login_guards_the_server_unless_its_filter_leaves_pages_open() {
        let arguments = |filter: &[(&'static str, Fact)]| {
            let mut auth = vec![("basic", Fact::list([Fact::map::<&str>([], None)], None))];
            if !filter.is_empty() {
                auth.push(("filter", Fact::list([Fact::map(filter.iter().cloned(), None)], None)));
            }
            Fact::map([("auth", Fact::list([Fact::map(auth, None)], None))], None)
        };
        let paths = |path: &str| ("paths", Fact::list([Fact::bare(path)], None));
        let others = ("authenticate_matching_paths", Fact::bare(false));
        assert!(!guards_server(&Fact::default()));
        assert!(guards_server(&arguments(&[])));
        assert!(guards_server(&arguments(&[paths("/")])));
        assert!(!guards_server(&arguments(&[paths("/metrics")])));
        assert!(guards_server(&arguments(&[paths("/-/ready"), others.clone()])));
        assert!(!guards_server(&arguments(&[paths("/"), others])));
    }

    #[test]
    fn who_gets_farthest_counts_and_the_ways_without_a_guard_come_first() {
        let place = Place { doc: DocId { file: 0, index: 0 }, span: Span::default() };
        let listener = |host: &str| Listener {
            component: 0,
            host: Ok(host.to_owned()),
            port: Some(4317),
            taken: Signals::LOGS,
            signals: Signals::LOGS,
            guarded: false,
            place,
        };
        let door = |port: u16, from: Distance, guarded: bool, words: &str| Door {
            port: Some(port).filter(|port| *port > 0),
            from,
            guarded,
            words: words.to_owned(),
            place,
        };
        let (near, far) = (Distance::Network, Distance::Internet);
        for (doors, expected) in [
            (vec![], ("cluster", vec![], false)),
            (vec![door(80, far, false, "another port")], ("cluster", vec![], false)),
            (vec![door(0, near, true, "a")], ("network", vec!["a"], true)),
            (vec![door(4317, near, false, "a")], ("network", vec!["a"], false)),
            (vec![door(0, near, false, "a"), door(0, far, true, "b")], ("internet", vec!["b"], true)),
            (vec![door(0, near, true, "a"), door(0, far, false, "b")], ("internet", vec!["b"], false)),
            (vec![door(0, far, true, "a"), door(0, far, false, "b")], ("internet", vec!["b", "a"], false)),
        ] {
            let exposure = Exposure { known: true, doors, server: None };
            let (from, through, guarded) = reached(&exposure, &listener("0.0.0.0"));
            let through: Vec<_> = through.iter().map(|(words, _)| words.as_str()).collect();
            assert_eq!((from, through, guarded), expected, "{:?}", exposure.doors);
        }
        let unseen = Exposure::default();
        assert_eq!(reached(&unseen, &listener("0.0.0.0")).0, "unknown");
        assert_eq!(reached(&unseen, &listener("localhost")).0, "pod");
    }

    #[test]
    fn addresses_are_split_into_host_and_port() {
        for (text, host, port) in [
            ("0.0.0.0:4317", "0.0.0.0", Some(4317)),
            (":9125", "", Some(9125)),
            ("9090", "", Some(9090)),
            ("[::1]:80", "::1", Some(80)),
            ("localhost", "localhost", None),
            ("unix:///run/x.sock", "unix:///run/x.sock", None),
        ] {
            assert_eq!(split(text), (host.to_owned(), port), "{text}");
        }
        assert!(is_own("127.0.0.1") && is_own("::1") && is_own("unix:///x"));
        assert!(!is_own("") && !is_own("0.0.0.0") && !is_own("10.1.2.3"));
    }
}
