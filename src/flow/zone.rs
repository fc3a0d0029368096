//! Turns a destination into a zone: does it stay in the workload, go to the control room, or leave?

use core::net::IpAddr;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Beside;
use super::host;
use super::host::Target;
use crate::document::Place;
use crate::model::alloy::Syntax;
use crate::model::queries::Needs;
use crate::text::fits_stars;

mod service;

pub(crate) use service::Address;
pub(crate) use service::Arrival;
pub(crate) use service::End;
pub(crate) use service::Port;
pub(crate) use service::Service;
pub(crate) use service::ServiceTarget;
pub(crate) use service::Taker;

/// What a destination turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Zone {
    /// Inside the workload.
    Workload {
        /// What is taken for granted, where the input does not show it.
        assumption: Option<String>,
    },
    /// A host of the declared control room.
    ControlRoom,
    /// Listed by the user.
    Allowed {
        /// The user's reason.
        reason: String,
    },
    /// Known, and none of the others.
    External,
    /// Not known.
    Unknown {
        /// Why, and so what would settle it.
        reason: String,
    },
}

impl Zone {
    /// The name in rules and reports.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Workload { .. } => "workload",
            Self::ControlRoom => "control-room",
            Self::Allowed { .. } => "allowed",
            Self::External => "external",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// How far data is from home: of two zones that it passes, the higher one counts.
    const fn rank(&self) -> u8 {
        match self {
            Self::Workload { assumption: None } => 0,
            Self::Workload { assumption: Some(_) } => 1,
            Self::Allowed { .. } => 2,
            Self::Unknown { .. } => 3,
            Self::ControlRoom => 4,
            Self::External => 5,
        }
    }

    /// The zone that counts when data passes both.
    pub(crate) fn worse(self, other: Self) -> Self {
        if other.rank() > self.rank() { other } else { self }
    }

    /// Whether data that goes there stays in the workload.
    pub(crate) const fn is_workload(&self) -> bool {
        matches!(self, Self::Workload { .. })
    }
}

/// What is around the collectors.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// Services of the input, by namespace and name.
    pub(crate) services: BTreeMap<(String, String), Service>,
    /// Services of the input that name no namespace, by name: each may be the one of any namespace.
    pub(crate) unplaced: BTreeMap<String, Service>,
    /// Services of the input by the addresses that lead to them, as keys of `services`.
    pub(crate) service_addresses: BTreeMap<String, (String, String)>,
    /// What runs at the addresses of single pods.
    pub(crate) pod_addresses: BTreeMap<String, Vec<End>>,
    /// Namespaces whose Services the input shows.
    pub(crate) covered_namespaces: BTreeSet<String>,
    /// Services that may be taken for granted in namespaces that the input does not cover: by namespace and name, with
    /// what they are (`Loki`).
    pub(crate) assumed: BTreeMap<(String, String), String>,
    /// The domain of the control room.
    pub(crate) control_room: Option<String>,
    /// Hosts that the user allows, with the reason. `*` stands for any text.
    pub(crate) allowed: Vec<(String, String)>,
    /// What runs in the pod of each collector that is analysed, in their order; none where the input does not show it.
    pub(crate) beside: Vec<Option<Beside>>,
    /// What alerts and dashboards of the control room read.
    pub(crate) needs: Needs,
}

impl Surroundings {
    /// The endpoints that every workload has: the gateways of its own Loki and Mimir.
    pub(crate) fn with_platform_endpoints(mut self) -> Self {
        for (namespace, name, what) in [("loki", "loki-gateway", "Loki"), ("mimir", "mimir-gateway", "Mimir")]
        {
            self.assumed.entry((namespace.to_owned(), name.to_owned())).or_insert_with(|| what.to_owned());
        }
        self
    }
}

/// A destination with its zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placement {
    /// The zone.
    pub(crate) zone: Zone,
    /// Services on the way, with words.
    pub(crate) via: Vec<(String, Place)>,
    /// What takes the data in, where the destination is in this cluster and the input shows it.
    pub(crate) arrivals: Vec<Arrival>,
}

/// Finds the zone of one destination, and notes what it passes.
struct Finder<'s> {
    surroundings: &'s Surroundings,
    /// The port that is dialled, where the destination tells it.
    port: Option<u16>,
    via: Vec<(String, Place)>,
    arrivals: Vec<Arrival>,
}

/// How many aliases are followed before they count as a circle.
const ALIASES: u32 = 8;

/// Top-level domains that no one gives a namespace, beside those of two letters.
const PUBLIC: [&str; 8] = ["com", "net", "org", "edu", "gov", "mil", "int", "info"];

/// The Services and proxies on a way, as a part of a subject's key: another way is another fault, whatever is typed.
pub(crate) fn way_words(via: &[(String, Place)]) -> String {
    via.iter().flat_map(|(text, _)| [", ", text]).collect()
}

/// The zone of a destination as `namespace`'s pods see it.
pub(crate) fn place(
    text: &str,
    syntax: Syntax,
    surroundings: &Surroundings,
    namespace: Option<&str>,
) -> Placement {
    let port = host::port(text, syntax);
    let mut finder = Finder { surroundings, port, via: Vec::new(), arrivals: Vec::new() };
    let zone = match syntax {
        Syntax::Path | Syntax::Env => Zone::Workload { assumption: None },
        Syntax::Vendor => listed(text, surroundings).unwrap_or(Zone::External),
        Syntax::Data => Zone::Unknown { reason: "the data that passes chooses the destination".to_owned() },
        _ => finder.of_target(&host::target(text, syntax), namespace, ALIASES),
    };
    Placement { zone, via: finder.via, arrivals: finder.arrivals }
}

impl Finder<'_> {
    fn of_target(&mut self, target: &Target, namespace: Option<&str>, aliases: u32) -> Zone {
        match target {
            Target::Pod => self.here(None),
            Target::Address(address) => self.of_address(*address),
            Target::Name(name) => self.of_name(name, namespace, aliases),
            // Lenient readers may dial the likely host: if that is bad, the destination is bad.
            Target::Malformed { reason, likely } => {
                let unknown =
                    Zone::Unknown { reason: format!("the destination cannot be read for certain: {reason}") };
                match likely {
                    Some(likely) => unknown.worse(self.of_target(likely, namespace, aliases)),
                    None => unknown,
                }
            }
        }
    }

    /// The pod itself. Who takes the data in there is known where the pods are.
    fn here(&mut self, port: Option<u16>) -> Zone {
        let end = End { name: "its own pod".to_owned(), what: Taker::Here, ports: Vec::new() };
        self.arrivals.push(Arrival { end, port });
        Zone::Workload { assumption: None }
    }

    /// The zone of a literal address.
    fn of_address(&mut self, address: IpAddr) -> Zone {
        let surroundings = self.surroundings;
        if address.is_loopback() || address.is_unspecified() {
            return self.here(self.port);
        }
        if let Some(zone) = listed(&address.to_string(), surroundings) {
            return zone;
        }
        if let Some((namespace, service)) = surroundings.service_addresses.get(&address.to_string()) {
            return self.of_service(namespace, service, 0);
        }
        if let Some(ends) = surroundings.pod_addresses.get(&address.to_string()) {
            let port = self.port;
            self.arrivals.extend(ends.iter().map(|end| Arrival { end: end.clone(), port }));
            return Zone::Workload { assumption: None };
        }
        if in_usual_service_range(address) {
            let reason =
                format!("{address} may be the address of a Service of this cluster; name the Service");
            return Zone::Unknown { reason };
        }
        Zone::External
    }

    /// The zone of a host name, lower case. One that ends in a dot is absolute: no search list makes a Service of it.
    fn of_name(&mut self, name: &str, namespace: Option<&str>, aliases: u32) -> Zone {
        if name == "localhost" {
            return self.here(self.port);
        }
        if let Some(absolute) = name.strip_suffix('.') {
            return of_public_name(absolute, self.surroundings);
        }
        let labels: Vec<&str> = name.split('.').collect();
        match labels.as_slice() {
            [service] => match namespace {
                Some(namespace) => self.of_service(namespace, service, aliases),
                None => Zone::Unknown {
                    reason: format!(
                        "`{name}` is looked up in the collector's own namespace, which the input does not tell"
                    ),
                },
            },
            // The own namespace is searched first: there the name is that of a pod behind a Service.
            [_, service] if namespace.is_some_and(|own| self.gives_pods_names(own, service)) => {
                self.of_service(namespace.unwrap_or_default(), service, aliases)
            }
            [service, namespace] if is_namespace(service, namespace, self.surroundings) => {
                self.of_service(namespace, service, aliases)
            }
            [_, service, namespace] if self.gives_pods_names(namespace, service) => {
                self.of_service(namespace, service, aliases)
            }
            [.., service, namespace, "svc"] | [.., service, namespace, "svc", "cluster", "local"] => {
                self.of_service(namespace, service, aliases)
            }
            [.., "cluster", "local"] => Zone::Unknown {
                reason: format!("`{name}` is a name of this cluster, but not that of a Service"),
            },
            _ => of_public_name(name, self.surroundings),
        }
    }

    /// Whether the pods behind a Service of the input have names below its own, as those of a `StatefulSet` do.
    fn gives_pods_names(&self, namespace: &str, service: &str) -> bool {
        let key = (namespace.to_owned(), service.to_owned());
        self.surroundings.services.get(&key).is_some_and(|service| service.headless)
    }
}

/// The ranges that EKS, AKS, kubeadm and k3s give to Services.
fn in_usual_service_range(address: IpAddr) -> bool {
    let IpAddr::V4(address) = address else { return false };
    match address.octets() {
        [172, 20, ..] | [10, 0 | 43, ..] => true,
        [10, second, ..] => (96..112).contains(&second),
        _ => false,
    }
}

/// Whether `service.namespace` is a name in the cluster. Pods try that before the public name.
fn is_namespace(service: &str, namespace: &str, surroundings: &Surroundings) -> bool {
    let key = (namespace.to_owned(), service.to_owned());
    surroundings.services.contains_key(&key)
        || surroundings.assumed.contains_key(&key)
        || surroundings.covered_namespaces.contains(namespace)
        || !is_public(&format!("{service}.{namespace}"), namespace, surroundings)
}

/// Whether a name of two labels is one of the public name system.
fn is_public(name: &str, last: &str, surroundings: &Surroundings) -> bool {
    last.len() == 2
        || PUBLIC.contains(&last)
        || under_control_room(name, surroundings)
        || listed(name, surroundings).is_some()
}

/// The zone of a name that is not one of the cluster.
fn of_public_name(name: &str, surroundings: &Surroundings) -> Zone {
    if under_control_room(name, surroundings) {
        return Zone::ControlRoom;
    }
    listed(name, surroundings).unwrap_or(Zone::External)
}

/// Whether the name is the control room's domain or below it.
fn under_control_room(name: &str, surroundings: &Surroundings) -> bool {
    let Some(domain) = &surroundings.control_room else { return false };
    let domain = domain.trim_matches('.').to_ascii_lowercase();
    !domain.is_empty()
        && name.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The zone of a host that the user lists.
fn listed(host: &str, surroundings: &Surroundings) -> Option<Zone> {
    let host = host.to_ascii_lowercase();
    surroundings.allowed.iter().find_map(|(pattern, reason)| {
        let pattern = pattern.to_ascii_lowercase();
        fits_stars(pattern.trim_end_matches('.'), &host).then(|| Zone::Allowed { reason: reason.clone() })
    })
}

#[cfg(test)]
mod tests;
