//! Follows Services to what is behind them: aliases, addresses, and the containers that take the data in.

use core::net::IpAddr;
use std::collections::BTreeSet;

use super::Finder;
use super::Zone;
use super::host;
use crate::document::Place;
use crate::model::alloy::Syntax;

/// A Service of the input, by where it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ServiceTarget {
    /// Pods of this cluster: what runs in those that the input shows. Empty where it shows none.
    Pods(Vec<End>),
    /// An alias of that host.
    ExternalName(String),
    /// Addresses that are given by hand; none where they are not in the input.
    Addresses(Vec<Address>),
}

/// A Service with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Service {
    /// Where it leads.
    pub(crate) target: ServiceTarget,
    /// What decides that: the selector, the external name.
    pub(crate) place: Option<Place>,
    /// Whether its name gives the addresses of pods: each of them has a name below it, and ports are those of the pods.
    pub(crate) headless: bool,
    /// Its ports; `None` where they are not known.
    pub(crate) ports: Option<Vec<Port>>,
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Port {
    /// The number that clients use.
    pub(crate) number: u16,
    /// The port of the pods: a number, or the name that a container gives one.
    pub(crate) target: Result<u16, String>,
}

/// An address that is given by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// The address, or a host name.
    pub(crate) text: String,
    /// The pod that it is said to be of, and what runs there; nothing does in one that the input does not have.
    pub(crate) pod: Option<(String, Vec<End>)>,
}

/// A container that can take data in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct End {
    /// Who it is: `Deployment logging/relay`.
    pub(crate) name: String,
    /// What it is.
    pub(crate) what: Taker,
    /// The ports that it names.
    pub(crate) ports: Vec<(String, u16)>,
}

/// What takes data in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Taker {
    /// A store, which is the end of the way: `loki`, `mimir`.
    Store(String),
    /// A collector of the input, by its position among those that are analysed.
    Collector(usize),
    /// The pod of the sender, until its containers are put in its place.
    Here,
    /// Another program, which may send on what it gets.
    Other(String),
}

/// A container that data arrives at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// Which.
    pub(crate) end: End,
    /// The port; `None` where it is not known.
    pub(crate) port: Option<u16>,
}

impl Finder<'_> {
    /// The zone of a Service.
    pub(super) fn of_service(&mut self, namespace: &str, service: &str, aliases: u32) -> Zone {
        let surroundings = self.surroundings;
        let key = (namespace.to_owned(), service.to_owned());
        let (placed, unplaced) = (surroundings.services.get(&key), surroundings.unplaced.get(service));
        let found = match (placed, unplaced) {
            (Some(placed), Some(unplaced)) if matches!(placed.target, ServiceTarget::Pods(_)) => {
                let reason = format!(
                    "there are two Services {service} in the input, and the one that names no namespace leads elsewhere"
                );
                self.via.extend(unplaced.place.map(|place| (reason.clone(), place)));
                return Zone::Unknown { reason };
            }
            (placed, unplaced) => placed.or(unplaced),
        };
        let Some(found) = found else {
            if surroundings.covered_namespaces.contains(namespace) {
                let reason = format!("namespace {namespace} is in the input, but no Service {service}");
                return Zone::Unknown { reason };
            }
            return match surroundings.assumed.get(&key) {
                Some(what) => Zone::Workload {
                    assumption: Some(format!(
                        "{service}.{namespace} is this workload's {what} (not in the input)"
                    )),
                },
                None => Zone::Unknown {
                    reason: format!("the input does not show the Service {service} of namespace {namespace}"),
                },
            };
        };
        let name = format!("Service {namespace}/{service}");
        let place = found.place;
        match &found.target {
            ServiceTarget::Pods(ends) => self.of_pods(&name, found, ends),
            ServiceTarget::ExternalName(host) => {
                if let Some(place) = place {
                    self.via.push((format!("{name} is an alias of {host}"), place));
                }
                if aliases == 0 {
                    return Zone::Unknown { reason: "Services that are aliases of each other".to_owned() };
                }
                let target = host::target(host, Syntax::Host);
                self.of_target(&target, Some(namespace), aliases - 1)
            }
            ServiceTarget::Addresses(addresses) => {
                if let Some(place) = place {
                    let list: Vec<&str> = addresses.iter().map(|address| address.text.as_str()).collect();
                    self.via.push((format!("{name} leads to {}", list.join(", ")), place));
                }
                let unknown =
                    Zone::Unknown { reason: format!("{name} has no selector and no addresses in the input") };
                let zones = addresses.iter().map(|address| self.of_endpoint(address, namespace));
                zones.reduce(Zone::worse).unwrap_or(unknown)
            }
        }
    }

    /// The zone of an address behind a Service.
    fn of_endpoint(&mut self, address: &Address, namespace: &str) -> Zone {
        match (&address.pod, address.text.parse::<IpAddr>()) {
            (Some((pod, ends)), _) if ends.is_empty() => Zone::Unknown {
                reason: format!("{} is said to be pod {pod}, which is not in the input", address.text),
            },
            (Some((_, ends)), _) => {
                self.arrivals.extend(ends.iter().map(|end| Arrival { end: end.clone(), port: None }));
                Zone::Workload { assumption: None }
            }
            // Endpoints cannot be loopback addresses: the node's is meant, if anything.
            (None, Ok(address)) if address.is_loopback() => Zone::External,
            (None, Ok(address)) => self.of_address(address),
            (None, Err(_)) => {
                let via = std::mem::take(&mut self.via);
                let zone = self.of_target(&host::target(&address.text, Syntax::Host), Some(namespace), 0);
                self.via = via;
                zone
            }
        }
    }

    /// The zone of a Service that leads to pods, which are in the workload whatever they do with what they get.
    fn of_pods(&mut self, name: &str, service: &Service, ends: &[End]) -> Zone {
        let dialled = self.port;
        let ports = service.ports.as_ref().filter(|_| !service.headless);
        let target = match (dialled, ports) {
            (Some(dialled), Some(ports)) => {
                let Some(port) = ports.iter().find(|port| port.number == dialled) else {
                    let own: Vec<String> = ports.iter().map(|port| port.number.to_string()).collect();
                    let own = own.join(", ");
                    return Zone::Unknown {
                        reason: format!("{name} has no port {dialled} (it has {own}), so nothing arrives"),
                    };
                };
                Some(port.target.clone())
            }
            (dialled, _) => dialled.map(Ok),
        };
        if ends.is_empty() {
            let assumption = format!("the pods behind {name} keep what they get (not in the input)");
            return Zone::Workload { assumption: Some(assumption) };
        }
        let arrivals: Vec<Arrival> = ends
            .iter()
            .map(|end| {
                let port = match &target {
                    Some(Ok(number)) => Some(*number),
                    Some(Err(wanted)) => {
                        end.ports.iter().find(|(name, _)| name == wanted).map(|(_, number)| *number)
                    }
                    None => None,
                };
                Arrival { end: end.clone(), port }
            })
            .collect();
        // Of several containers in one pod it is the one that names the port; else it may be any of them.
        let names_it = |arrival: &Arrival| {
            arrival.port.is_some_and(|port| arrival.end.ports.iter().any(|(_, own)| *own == port))
        };
        let naming: BTreeSet<&str> =
            arrivals.iter().filter(|one| names_it(one)).map(|one| one.end.name.as_str()).collect();
        self.arrivals.extend(
            arrivals.iter().filter(|one| names_it(one) || !naming.contains(one.end.name.as_str())).cloned(),
        );
        Zone::Workload { assumption: None }
    }
}
