//! Reads configurations that are lists of what is collected and lists of writers: Promtail, Grafana Agent, Prometheus.

use super::expand;
use super::outputs;
use super::plan::Output;
use super::plan::Plan;
use super::table::Program;
use super::table::Writer;
use crate::document::Place;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::alloy::Environment;
use crate::model::alloy::Signals;
use crate::model::alloy::Syntax;

/// Settings of scrapes that open a port, from the references of Promtail and Grafana Agent.
const LISTENERS: [&str; 5] = [
    "loki_push_api.server.http_listen_port",
    "syslog.listen_address",
    "gelf.listen_address",
    "heroku_drain.server.http_listen_port",
    "gcplog.server.http_listen_port",
];

/// The plan of a configuration.
pub(super) fn plan(config: &Fact, program: &Program, environment: &Environment, home: Place) -> Plan {
    let mut plan = Plan::default();
    let writers: Vec<(&Writer, usize, &Fact)> = program
        .writes
        .iter()
        .flat_map(|writer| writers(&mut plan, writer, config, environment, home))
        .collect();
    for section in &program.unread {
        for (_, fact) in outputs::all_at(config, &section.at) {
            let reason = format!("`{}` is not followed", section.at);
            plan.hide("unread", &section.at, reason, fact.place.unwrap_or(home), section.signals);
        }
    }
    if program.keeps && writers.is_empty() {
        return plan;
    }
    for read in &program.reads {
        let Some((_, found)) = outputs::all_at(config, &read.at).into_iter().next() else { continue };
        let inner = format!("{}.", read.at);
        // A list whose items have writers of their own is several collectors.
        let own = |writer: &Writer| writer.at.starts_with(&inner);
        let items: Vec<&Fact> = match &found.value {
            FactValue::List(items) if program.writes.iter().any(own) => items.iter().collect(),
            _ => vec![found],
        };
        if !plan.can_join(items.len(), writers.len(), home) {
            break;
        }
        for item in items {
            let place = item.at("name").or(item.at("job_name")).and_then(|name| name.place);
            let place = place.or(item.place).or(found.place).unwrap_or(home);
            let name = item
                .at("name")
                .and_then(Fact::text)
                .map_or(read.at.clone(), |name| format!("{} {name}", read.at));
            let part = plan.part(name, place, item.clone());
            plan.bear(part, read.signals, "scrapes");
            let listens = LISTENERS
                .iter()
                .flat_map(|route| ["*", "scrape_configs.*"].map(|scrape| format!("{scrape}.{route}")));
            let listens: Vec<_> = listens.flat_map(|route| ports(item, &route)).collect();
            if let Some(part) = plan.parts.get_mut(part) {
                part.listens = listens;
            }
            let inside =
                |writer: &(&Writer, usize, &Fact)| own(writer.0) && holds(item, writer.2, writer.0, &inner);
            let has_own = writers.iter().any(inside);
            for writer in &writers {
                let shared =
                    !program.reads.iter().any(|read| writer.0.at.starts_with(&format!("{}.", read.at)));
                if inside(writer) || (!has_own && shared) {
                    let signals = read.signals.and(plan.leaving(writer.1));
                    let place = plan.parts.get(writer.1).map_or(home, |part| part.place);
                    plan.way(part, writer.1, signals, place);
                }
            }
        }
    }
    plan
}

/// Whether a writer found in the whole configuration is one of this item's.
fn holds(item: &Fact, found: &Fact, writer: &Writer, inner: &str) -> bool {
    let route = writer.at.strip_prefix(inner).unwrap_or_default();
    let route = route.strip_prefix("*.").unwrap_or(route);
    outputs::all_at(item, route).into_iter().any(|(_, own)| own.place.is_some() && own.place == found.place)
}

/// Ports that scrapes open.
fn ports(item: &Fact, route: &str) -> Vec<Option<u16>> {
    let found = outputs::all_at(item, route).into_iter();
    let port = |fact: &Fact| match &fact.value {
        FactValue::Int(number) => u16::try_from(*number).ok(),
        FactValue::Text(text) => text.rsplit_once(':')?.1.parse().ok(),
        _ => None,
    };
    found.map(|(_, fact)| port(fact)).collect()
}

/// The writers of one list, each a part with one way out, and the list that it stands in.
fn writers<'p>(
    plan: &mut Plan,
    writer: &'p Writer,
    config: &'p Fact,
    environment: &Environment,
    home: Place,
) -> Vec<(&'p Writer, usize, &'p Fact)> {
    let mut found = Vec::new();
    let word = writer.at.rsplit('.').next().unwrap_or(&writer.at).trim_end_matches('s');
    for (_, list) in outputs::all_at(config, &writer.at) {
        let items: Vec<&Fact> = match &list.value {
            FactValue::List(items) => items.iter().collect(),
            _ => vec![list],
        };
        for item in items {
            let url = item.at(&writer.url).filter(|url| !url.is_null());
            let place = url.and_then(|url| url.place).or(item.place).or(list.place).unwrap_or(home);
            let number = found.len() + 1;
            let index = plan.part(format!("{word} {number}"), place, item.clone());
            let destination = match url {
                Some(url) => expand::value(url, environment),
                None => crate::model::eval::Value::Unknown(format!("`{}` is missing", writer.url).into()),
            };
            let proxy = item.at("proxy_url").filter(|proxy| !proxy.is_null());
            let proxy = proxy.map(|proxy| (expand::value(proxy, environment), proxy.place.unwrap_or(place)));
            let signals: Signals = writer.signals;
            let kind = "telemetry".to_owned();
            let output = Output { signals, kind, destination, syntax: Syntax::Url, proxy, place };
            if let Some(part) = plan.parts.get_mut(index) {
                part.outputs.push(output);
            }
            if let Some(rules) = item.at("write_relabel_configs").filter(|rules| !rules.items().is_empty()) {
                let reason = "its `write_relabel_configs` may drop metrics, which is not followed";
                plan.hide(
                    "relabel",
                    &format!("{word} {number}"),
                    reason,
                    rules.place.unwrap_or(place),
                    Signals::PROMETHEUS_METRICS,
                );
            }
            found.push((writer, index, list));
        }
    }
    found
}
