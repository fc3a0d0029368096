//! Finds the pods of the monitoring: of collectors, stores, their gateways, Grafana, and what lets people in.

use super::reach::Pod;
use super::reach::some_pod;
use super::selector::Labels;
use crate::document::Place;
use crate::model::cluster::PodSet;
use crate::model::cluster::cluster;
use crate::model::collector::RunsIn;
use crate::model::piece::Chart;
use crate::model::stack::ReleasedChart;
use crate::model::stack::Stack;

/// What pods are to the monitoring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A collector.
    Alloy,
    /// What stands before Mimir.
    MimirGateway,
    /// Mimir itself.
    Mimir,
    /// What stands before Loki.
    LokiGateway,
    /// Loki itself.
    Loki,
    /// The dashboards.
    Grafana,
    /// What lets people in.
    Traefik,
}

impl Role {
    /// How messages name it.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Alloy => "Alloy",
            Self::MimirGateway => "Mimir's gateway",
            Self::Mimir => "Mimir's pods",
            Self::LokiGateway => "Loki's gateway",
            Self::Loki => "Loki's pods",
            Self::Grafana => "Grafana",
            Self::Traefik => "Traefik",
        }
    }

    /// The port at which it is asked, where its containers do not say. Sources: the charts.
    const fn port(self) -> u16 {
        match self {
            Self::Alloy => 12_345,
            Self::MimirGateway | Self::LokiGateway | Self::Mimir => 8080,
            Self::Loki => 3100,
            Self::Grafana => 3000,
            Self::Traefik => 8000,
        }
    }
}

/// Pods of the monitoring.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// What they are.
    pub(crate) role: Role,
    /// The pods.
    pub(crate) pod: Pod,
    /// The port at which they are asked.
    pub(crate) port: u16,
    /// What makes them.
    pub(crate) place: Place,
    /// The same, as collectors have it.
    pub(crate) runs_in: RunsIn,
    /// Whether their chart makes network policies of its own that the input does not show.
    pub(crate) chart_has_policies: bool,
}

/// All pods of the monitoring.
#[derive(Debug, Default)]
pub(crate) struct Members(pub(crate) Vec<Member>);

impl Member {
    /// The pods of a role in a namespace, with the label that charts give them and whatever else.
    pub(super) fn unseen(role: Role, namespace: &str, place: Place) -> Self {
        let name = match role {
            Role::Alloy => "alloy",
            Role::MimirGateway | Role::Mimir => "mimir",
            Role::LokiGateway | Role::Loki => "loki",
            Role::Grafana => "grafana",
            Role::Traefik => "traefik",
        };
        Self {
            role,
            pod: some_pod(namespace, &[("app.kubernetes.io/name", name)]),
            port: role.port(),
            place,
            runs_in: RunsIn::Unseen,
            chart_has_policies: false,
        }
    }
}

impl Members {
    /// The pods of the monitoring that the input shows: those of its workloads, else those that releases will make.
    pub(crate) fn of(stack: &Stack<'_>) -> Self {
        let mut found = Vec::new();
        let mut rendered = Vec::new();
        for set in &cluster(stack).pods {
            let Some(role) = role_of(set) else { continue };
            let Some(resource) = stack.resource(&set.object) else { continue };
            let ports: Vec<(String, u16)> =
                set.containers.iter().flat_map(|container| container.ports.clone()).collect();
            let http = ports.iter().find(|(name, _)| name.starts_with("http") || name == "grafana");
            let own = http.map(|(_, port)| *port).filter(|_| role != Role::Traefik);
            let container = set.containers.iter().find(|one| one.name == "alloy").or(set.containers.first());
            let container = container.map_or(String::new(), |container| container.name.clone());
            rendered.push((role, set.object.namespace.to_string()));
            found.push(Member {
                role,
                port: own.unwrap_or(role.port()),
                place: resource.place,
                runs_in: RunsIn::Container(set.object.clone(), container),
                chart_has_policies: false,
                pod: Pod {
                    namespace: set.object.namespace.to_string(),
                    labels: Labels::new(set.labels(), true),
                    ports,
                    shares_node: set.shares_node,
                },
            });
        }
        for (index, release) in stack.releases.iter().enumerate() {
            for role in roles_of(release) {
                let Some(namespace) = release.release.namespace.as_deref() else { continue };
                if !rendered.iter().any(|(own, other)| *own == *role && other == namespace) {
                    found.push(of_release(release, index, *role, namespace));
                }
            }
        }
        Self(found)
    }

    /// Those that a collector is.
    pub(crate) fn run_by(&self, runs_in: &RunsIn) -> Option<&Member> {
        self.0.iter().find(|member| member.runs_in == *runs_in)
    }

    /// Those of a role.
    pub(crate) fn all(&self, role: Role) -> impl Iterator<Item = &Member> {
        self.0.iter().filter(move |member| member.role == role)
    }
}

/// What the pods of a workload are, by the labels that charts give them.
fn role_of(set: &PodSet) -> Option<Role> {
    let gateway = matches!(set.label("app.kubernetes.io/component"), Some("gateway" | "nginx"));
    match set.label("app.kubernetes.io/name")? {
        "alloy" => Some(Role::Alloy),
        "mimir" | "mimir-distributed" if gateway => Some(Role::MimirGateway),
        "mimir" | "mimir-distributed" => Some(Role::Mimir),
        "loki" if gateway => Some(Role::LokiGateway),
        "loki" => Some(Role::Loki),
        "grafana" => Some(Role::Grafana),
        "traefik" => Some(Role::Traefik),
        _ => None,
    }
}

/// What a release makes.
fn roles_of(release: &ReleasedChart<'_>) -> &'static [Role] {
    let off = |route: &str| release.values.reach(route).bool() == Some(false);
    match release.release.chart {
        Some(Chart::Alloy) => &[Role::Alloy],
        Some(Chart::Mimir) if off("gateway.enabledNonEnterprise") && off("nginx.enabled") => &[Role::Mimir],
        Some(Chart::Mimir) => &[Role::MimirGateway, Role::Mimir],
        Some(Chart::Loki) if off("gateway.enabled") => &[Role::Loki],
        Some(Chart::Loki) => &[Role::LokiGateway, Role::Loki],
        Some(Chart::Grafana) => &[Role::Grafana],
        None if release.release.chart_name.rsplit('/').next() == Some("traefik") => &[Role::Traefik],
        None => &[],
    }
}

/// The pods of a release, with the labels that the charts' templates give them; others may come from values.
fn of_release(release: &ReleasedChart<'_>, index: usize, role: Role, namespace: &str) -> Member {
    let mut member = Member::unseen(role, namespace, release.release.place);
    let labels = &mut member.pod.labels.known;
    let mut label = |key: &str, value: &str| labels.insert(key.to_owned(), value.to_owned());
    if let Some(name) = release.values.reach("nameOverride").text() {
        label("app.kubernetes.io/name", name);
    }
    if let Some(name) = release.release.name.as_deref() {
        label("app.kubernetes.io/instance", name);
    }
    match role {
        Role::MimirGateway | Role::LokiGateway => label("app.kubernetes.io/component", "gateway"),
        // Each part of a store has a name of its own there, whichever there are.
        Role::Mimir | Role::Loki => {
            let gateways = ["gateway", "nginx"].map(str::to_owned);
            let key = || "app.kubernetes.io/component".to_owned();
            member.pod.labels.never.extend(gateways.map(|name| (key(), name)));
            None
        }
        _ => None,
    };
    let node = ["controller.hostNetwork", "hostNetwork"];
    let on = |route: &str| release.values.reach(route).bool() == Some(true);
    member.pod.shares_node = node.into_iter().any(on);
    Member { runs_in: RunsIn::Release(index), chart_has_policies: on("networkPolicy.enabled"), ..member }
}
