//! Finds the ways out of each component, evaluates their destinations and places them in zones.

use super::Exit;
use super::Surroundings;
use super::Zone;
use super::destination::Destination;
use super::destination::destinations;
use super::destination::words;
use super::host::skips_proxy;
use super::way::Way;
use crate::document::Place;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::model::alloy::Component;
use crate::model::alloy::Egress;
use crate::model::alloy::Entry;
use crate::model::alloy::Program;
use crate::model::alloy::Signals;
use crate::model::alloy::Slot;
use crate::model::alloy::Syntax;
use crate::model::alloy::When;
use crate::model::alloy::blocks_at;
use crate::model::alloy::content_span;
use crate::model::alloy::slots;
use crate::model::eval::Evaluated;
use crate::model::eval::Scope as _;
use crate::model::eval::Value;

/// Kinds of egress through which signals can leave.
const KINDS: [&str; 5] = ["telemetry", "filesystem", "process_log", "debug_http", "content"];

/// All ways out of a program.
pub(super) fn of_program(
    program: &Program<'_>,
    surroundings: &Surroundings,
    namespace: Option<&str>,
) -> Vec<Exit> {
    let mut exits = Vec::new();
    for (index, component) in program.components.iter().enumerate() {
        let Some(entry) = component.entry() else { continue };
        let mut finder =
            Finder { program, surroundings, namespace, index, component, entry, exits: &mut exits };
        finder.find();
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
    exits: &'f mut Vec<Exit>,
}

impl Finder<'_, '_> {
    fn find(&mut self) {
        let entry = self.entry;
        for egress in &entry.egress {
            let signals = self.carried(egress);
            let open = egress.when.as_ref().is_none_or(|when| self.holds(when) != Some(false));
            if open && KINDS.contains(&egress.kind.as_str()) && !signals.is_empty() {
                self.egress(egress, signals);
            }
        }
    }

    /// What an egress lets out: not those signals for which another one is set that replaces it.
    fn carried(&self, egress: &Egress) -> Signals {
        let Some(path) = &egress.path else { return egress.signals };
        let replaced = self
            .entry
            .egress
            .iter()
            .filter(|other| other.overrides.as_ref() == Some(path) && self.is_set(other))
            .fold(Signals::NONE, |all, other| all.or(other.signals));
        egress.signals.without(replaced)
    }

    /// Whether the destination of an egress is certainly given.
    fn is_set(&self, egress: &Egress) -> bool {
        let Some(path) = &egress.path else { return false };
        slots(self.component.file, &self.component.block.body, path).iter().any(|slot| {
            slot.attribute.is_some_and(|attribute| match self.value(&attribute.value) {
                Ok(Value::Text(text)) => !text.is_empty(),
                _ => false,
            })
        })
    }

    /// Whether a condition holds; `None` if that is not known.
    fn holds(&self, when: &When) -> Option<bool> {
        let body = &self.component.block.body;
        match when {
            When::Block(path) => Some(!blocks_at(self.component.file, body, path).is_empty()),
            When::Equals { path, wanted, default } => {
                let found = slots(self.component.file, body, path);
                let Some(attribute) = found.iter().find_map(|slot| slot.attribute) else {
                    return Some(wanted == default);
                };
                match (self.value(&attribute.value), wanted) {
                    (Ok(Value::Bool(value)), serde_json::Value::Bool(wanted)) => Some(value == *wanted),
                    (Ok(Value::Text(value)), serde_json::Value::String(wanted)) => Some(*value == **wanted),
                    _ => None,
                }
            }
        }
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
        if found.is_empty() {
            if let Some(default) = &egress.default {
                for text in &default.0 {
                    self.push(egress, signals, &Destination::Text(text.clone()), name, None);
                }
            } else if egress.required && !egress.repeated {
                let missing = Destination::Unknown(format!("`{path}` is missing"));
                self.push(egress, signals, &missing, name, None);
            }
        }
        let parent = path.rsplit_once('.').map(|(parent, _)| parent).filter(|parent| !parent.contains('.'));
        for (position, slot) in found.into_iter().enumerate() {
            let route = parent.map(|parent| format!("{parent}.{position}")).unwrap_or_default();
            let inner = slot;
            let slot = Some((slot, route.as_str()));
            let place = inner.block_span().map_or(name, |span| self.component.place(span));
            match inner.attribute {
                Some(attribute) => {
                    for (destination, place) in self.named_by(&attribute.value) {
                        self.push(egress, signals, &destination, place, slot);
                    }
                }
                None => {
                    if let Some(default) = &egress.default {
                        for text in &default.0 {
                            self.push(egress, signals, &Destination::Text(text.clone()), place, slot);
                        }
                    } else if egress.required {
                        let missing = Destination::Unknown(format!("`{path}` is missing"));
                        self.push(egress, signals, &missing, place, slot);
                    }
                }
            }
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

    /// The destinations that an argument names; each element of a list with its own place.
    fn named_by(&self, expr: &Expr) -> Vec<(Destination, Place)> {
        let place = self.component.place(content_span(expr));
        if let ExprKind::Array(items) = &expr.kind {
            return items
                .iter()
                .flat_map(|item| {
                    let place = self.component.place(content_span(item));
                    let found = self
                        .value(item)
                        .map_or_else(|error| vec![Destination::Unknown(error.message)], destinations);
                    found.into_iter().map(move |one| (one, place))
                })
                .collect();
        }
        match self.value(expr) {
            Ok(value) => destinations(value).into_iter().map(|one| (one, place)).collect(),
            Err(error) => vec![(Destination::Unknown(error.message), place)],
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
        let stays = egress.kind != "telemetry" && egress.kind != "content";
        let direct = if stays {
            Zone::Workload { assumption: None }
        } else {
            self.zone(egress, destination, &mut way)
        };
        let mut zone = direct.clone();
        if !stays {
            for (proxy, place) in self.proxies(egress, slot.map(|(slot, _)| slot), destination) {
                way.via.push((format!("sent through the proxy {}", words(&proxy)), place));
                let there = way.to(&proxy, Syntax::Url, self.surroundings, self.namespace);
                zone = zone.worse(there);
            }
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

    /// Proxies that get the bytes of an egress, with the place that decides it.
    fn proxies(
        &self,
        egress: &Egress,
        slot: Option<Slot<'_>>,
        destination: &Destination,
    ) -> Vec<(Destination, Place)> {
        let mut found = Vec::new();
        let body = slot.map_or(&self.component.block.body, |slot| slot.body);
        let attribute = |path: &Option<String>| {
            let name = path.as_deref()?.rsplit('.').next()?;
            body.attributes().filter(|attribute| self.component.file.str(attribute.name) == name).last()
        };
        if let Some(url) = attribute(&egress.proxy) {
            found.extend(
                self.named_by(&url.value)
                    .into_iter()
                    .filter(|(one, _)| *one != Destination::Text(String::new())),
            );
        }
        let switch = attribute(&egress.proxy_env);
        let switched =
            switch.is_some_and(|switch| !matches!(self.value(&switch.value), Ok(Value::Bool(false))));
        // Clients of OpenTelemetry exporters take the environment's proxy unless told another one.
        let by_default = self.component.name.starts_with("otelcol.") && found.is_empty();
        if switched || by_default {
            let place =
                switch.map_or(self.component.name_place(), |switch| self.component.place(switch.value.span));
            let environment = &self.program.environment;
            let spared = ["NO_PROXY", "no_proxy"].into_iter().any(|name| {
                match (self.program.env(name), destination) {
                    (Value::Text(list), Destination::Text(text)) => skips_proxy(&list, text, egress.syntax),
                    _ => false,
                }
            });
            if spared {
                return found;
            }
            for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"] {
                if environment.values.contains_key(name) {
                    found.extend(destinations(self.program.env(name)).into_iter().map(|one| (one, place)));
                }
            }
            if switched && found.is_empty() && !environment.complete {
                let reason = "the proxy comes from environment variables that the input does not show";
                found.push((Destination::Unknown(reason.to_owned()), place));
            }
        }
        found
    }
}
