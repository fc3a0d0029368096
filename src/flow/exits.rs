//! Finds the ways out of each component, evaluates their destinations and places them in zones.

use std::collections::HashMap;

use super::Exit;
use super::Surroundings;
use super::Zone;
use super::destination::Destination;
use super::destination::destinations;
use super::destination::named_by;
use super::destination::words;
use super::file_texts::Carrier;
use super::proxies::proxies;
use super::way::Way;
use crate::document::Place;
use crate::document::alloy::Expr;
use crate::model::alloy::Component;
use crate::model::alloy::Egress;
use crate::model::alloy::Entry;
use crate::model::alloy::Program;
use crate::model::alloy::Signals;
use crate::model::alloy::Slot;
use crate::model::alloy::Syntax;
use crate::model::alloy::holds;
use crate::model::alloy::slots;
use crate::model::eval::Evaluated;
use crate::model::eval::Value;

/// All ways out of a program. `carriers` are the components that put the text of log files into what they send.
pub(super) fn of_program(
    program: &Program<'_>,
    surroundings: &Surroundings,
    namespace: Option<&str>,
    carriers: &HashMap<usize, Carrier>,
) -> Vec<Exit> {
    let mut exits = Vec::new();
    for (index, component) in program.components.iter().enumerate() {
        let Some(entry) = component.entry() else { continue };
        let mut finder = Finder {
            program,
            surroundings,
            namespace,
            index,
            component,
            entry,
            doubt: None,
            exits: &mut exits,
        };
        finder.find();
        if let Some(carrier) = carriers.get(&index) {
            finder.find_content(carrier);
        }
    }
    exits
}

struct Finder<'f, 'a> {
    program: &'f Program<'a>,
    surroundings: &'f Surroundings,
    namespace: Option<&'f str>,
    index: usize,
    component: &'f Component<'a>,
    entry: &'f Entry,
    /// Why it is not certain that the egress at hand lets anything out.
    doubt: Option<String>,
    exits: &'f mut Vec<Exit>,
}

impl Finder<'_, '_> {
    fn find(&mut self) {
        let entry = self.entry;
        for egress in &entry.egress {
            let signals = self.carried(egress);
            let open =
                egress.when.as_ref().map_or(Some(true), |when| holds(self.program, self.component, when));
            // No signal leaves where settings come from, but whoever answers there knows the collector.
            let controls = egress.kind == "control" && !self.component.is_config() && self.is_set(egress);
            if open == Some(false) || signals.is_empty() && !controls {
                continue;
            }
            self.doubt = open.is_none().then(|| "whether this way out is open is not known".to_owned());
            self.egress(egress, signals);
        }
        self.doubt = None;
    }

    /// Where the text of a log file goes that stands in an argument: everywhere that this component sends to.
    fn find_content(&mut self, carrier: &Carrier) {
        let entry = self.entry;
        self.doubt.clone_from(&carrier.doubt);
        for egress in entry.egress.iter().filter(|egress| sends_arguments(egress)) {
            let egress = Egress { kind: "content".to_owned(), ..egress.clone() };
            self.egress(&egress, Signals::LOKI_LOGS);
        }
        self.doubt = None;
    }

    /// What an egress lets out: not those signals for which another one is set that replaces it.
    fn carried(&self, egress: &Egress) -> Signals {
        let Some(path) = &egress.path else { return egress.signals };
        let stands_in = |other: &&Egress| {
            other.overrides.as_ref().is_some_and(|paths| paths.0.contains(path)) && self.is_set(other)
        };
        let others = self.entry.egress.iter().filter(stands_in);
        egress.signals.without(others.fold(Signals::NONE, |all, other| all.or(other.signals)))
    }

    /// Whether the destination of an egress is given. One that cannot be told counts: its own zone says so.
    fn is_set(&self, egress: &Egress) -> bool {
        let Some(path) = &egress.path else { return false };
        slots(self.component.file, &self.component.block.body, path).iter().any(|slot| {
            slot.attribute.is_some_and(|attribute| match self.value(&attribute.value) {
                Ok(Value::Text(text)) => !text.is_empty(),
                Ok(Value::Null) => false,
                _ => true,
            })
        })
    }

    fn value(&self, expr: &Expr) -> Evaluated {
        self.program.evaluate(self.component, expr)
    }

    fn egress(&mut self, egress: &Egress, signals: Signals) {
        let name = self.component.name_place();
        let Some(path) = &egress.path else {
            if egress.syntax == Syntax::Env {
                self.by_environment(egress, signals);
            } else {
                let destination = match egress.kind.as_str() {
                    "process_log" => "the collector's own log",
                    "filesystem" => "the collector's storage path",
                    _ => "a fixed destination",
                };
                self.push(egress, signals, &Destination::Text(destination.to_owned()), name, None);
            }
            return;
        };
        let found = slots(self.component.file, &self.component.block.body, path);
        if found.is_empty() && !egress.repeated {
            self.absent(egress, signals, name, None);
        }
        let parent = path.rsplit_once('.').map(|(parent, _)| parent).filter(|parent| !parent.contains('.'));
        for (position, inner) in found.into_iter().enumerate() {
            let route = parent.map(|parent| format!("{parent}.{position}")).unwrap_or_default();
            let slot = Some((inner, route.as_str()));
            let place = inner.block_span().map_or(name, |span| self.component.place(span));
            // Null stands for the default, as if the argument were not there.
            let attribute =
                inner.attribute.filter(|attribute| !matches!(self.value(&attribute.value), Ok(Value::Null)));
            let Some(attribute) = attribute else {
                self.absent(egress, signals, place, slot);
                continue;
            };
            for (destination, place) in named_by(self.program, self.component, &attribute.value) {
                self.push(egress, signals, &destination, place, slot);
            }
        }
    }

    /// A destination that is not written: the default, or a fault.
    fn absent(&mut self, egress: &Egress, signals: Signals, place: Place, slot: Option<(Slot<'_>, &str)>) {
        if let Some(default) = &egress.default {
            for text in &default.0 {
                self.push(egress, signals, &Destination::Text(text.clone()), place, slot);
            }
        } else if egress.required {
            let path = egress.path.as_deref().unwrap_or_default();
            let missing = Destination::Unknown(format!("`{path}` is missing"));
            self.push(egress, signals, &missing, place, slot);
        }
    }

    /// Destinations that environment variables of the process give.
    fn by_environment(&mut self, egress: &Egress, signals: Signals) {
        let found: Vec<_> = self
            .program
            .environment
            .values
            .iter()
            .filter(|(name, _)| name.starts_with("OTEL_EXPORTER_OTLP") && name.ends_with("ENDPOINT"))
            .map(|(_, value)| destinations(value.clone()))
            .collect();
        for destination in found.into_iter().flatten() {
            let egress = Egress { syntax: Syntax::Url, ..egress.clone() };
            self.push(&egress, signals, &destination, self.component.name_place(), None);
        }
    }

    fn push(
        &mut self,
        egress: &Egress,
        signals: Signals,
        destination: &Destination,
        place: Place,
        slot: Option<(Slot<'_>, &str)>,
    ) {
        if egress.kind == "debug_http" && *destination == Destination::Text("false".to_owned()) {
            return;
        }
        let mut way = Way::default();
        let stays = matches!(egress.kind.as_str(), "filesystem" | "process_log" | "debug_http");
        let direct = if stays {
            Zone::Workload { assumption: None }
        } else {
            self.zone(egress, destination, &mut way)
        };
        let mut zone = direct.clone();
        if !stays {
            let own_slot = slot.map(|(slot, _)| slot);
            for (proxy, place) in proxies(self.program, self.component, egress, own_slot, destination) {
                way.via.push((format!("sent through the proxy {}", words(&proxy)), place));
                let there = way.to(&proxy, Syntax::Url, self.surroundings, self.namespace);
                zone = zone.worse(there);
            }
        }
        if let Some(doubt) = self.doubt.clone().filter(|_| !zone.is_workload()) {
            zone = Zone::Unknown { reason: doubt };
        }
        let accepted = self.entry.accepts.values().fold(Signals::NONE, |all, one| all.or(*one));
        // Ways out of one kind mostly stand together: the search ends at the last one.
        let own = |exit: &&Exit| exit.kind == egress.kind;
        let mut mine = self.exits.iter().rev().take_while(|exit| exit.component == self.index);
        let endpoint = mine.find(own).map_or(0, |exit| exit.endpoint) + 1;
        self.exits.push(Exit {
            component: self.index,
            kind: egress.kind.clone(),
            signals,
            fed: Signals::NONE,
            own: egress.kind == "telemetry" && !accepted.meets(signals),
            endpoint,
            destination: match destination {
                Destination::Unknown(reason) => Err(reason.clone()),
                known => Ok(words(known)),
            },
            place,
            zone,
            direct,
            within: instances(self.program, self.component),
            via: way.via,
            arrivals: way.arrivals,
            onward: None,
            block: slot.map(|(_, route)| route.to_owned()).unwrap_or_default(),
            sources: [].into(),
            path: Vec::new(),
        });
    }

    fn zone(&self, egress: &Egress, destination: &Destination, way: &mut Way) -> Zone {
        match egress.syntax {
            Syntax::Other => Zone::Unknown { reason: "the destination is not an argument".to_owned() },
            syntax => way.to(destination, syntax, self.surroundings, self.namespace),
        }
    }
}

/// Whether what stands in a component's arguments goes to that destination: in a request, a header or a label.
pub(super) fn sends_arguments(egress: &Egress) -> bool {
    let dials = matches!(
        egress.kind.as_str(),
        "telemetry" | "content" | "control" | "collect" | "query" | "credentials"
    );
    // A writer of logs lets them out by its own way already.
    let own_way = egress.kind == "telemetry" && egress.signals.meets(Signals::LOKI_LOGS);
    dials && egress.path.is_some() && egress.syntax != Syntax::Path && !own_way && !is_carried(egress)
}

/// Whether an argument of the table of ways out holds what is sent, and not where.
pub(super) fn is_carried(egress: &Egress) -> bool {
    egress.kind == "content" && egress.syntax == Syntax::Other
}

/// The instances of modules that a component stands in, from the outermost inwards.
fn instances(program: &Program<'_>, component: &Component<'_>) -> Vec<(String, Place)> {
    let around = program.around(component).into_iter();
    around
        .filter_map(|maker| program.components.get(maker))
        .map(|maker| (maker.id.to_string(), maker.name_place()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An egress as the table has it.
    fn egress(kind: &str, path: Option<&str>, syntax: &str, signals: &[&str]) -> Egress {
        let line = serde_json::json!({ "kind": kind, "path": path, "syntax": syntax, "signals": signals });
        serde_json::from_value(line).unwrap()
    }

    #[test]
    fn arguments_are_sent_where_a_component_dials_what_one_of_them_names() {
        for kind in ["telemetry", "content", "control", "collect", "query", "credentials"] {
            assert!(sends_arguments(&egress(kind, Some("url"), "url", &[])), "{kind}");
            assert!(!sends_arguments(&egress(kind, None, "url", &[])), "{kind}: it is not told where");
            assert!(!sends_arguments(&egress(kind, Some("path"), "path", &[])), "{kind}: a file");
        }
        for kind in ["filesystem", "process_log", "debug_http", "fetch"] {
            assert!(!sends_arguments(&egress(kind, Some("url"), "url", &[])), "{kind}");
        }
        // A writer of logs lets them out by its own way already.
        assert!(!sends_arguments(&egress("telemetry", Some("url"), "url", &["logs"])));
        assert!(sends_arguments(&egress("telemetry", Some("url"), "url", &["metrics"])));
        assert!(sends_arguments(&egress("control", Some("url"), "url", &["logs"])));
        // What is sent, and not where.
        assert!(!sends_arguments(&egress("content", Some("body"), "other", &[])));
        assert!(sends_arguments(&egress("telemetry", Some("topic"), "other", &[])));
    }
}
