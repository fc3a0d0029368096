//! What names of this cluster stand for: Services of the input, those that its charts make, and the pods behind them.

mod endpoints;
mod pods;
mod ports;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

pub(crate) use endpoints::Address;
pub(crate) use pods::PodContainer;
pub(crate) use pods::PodSet;
pub(crate) use ports::ServicePort;
pub(crate) use ports::TargetPort;

use super::piece::Chart;
use super::piece::Resource;
use super::stack::ReleasedChart;
use super::stack::Stack;
use crate::document::NodeRef;
use crate::document::Place;

/// What is behind a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Backend {
    /// Pods of this cluster: indices into [`Cluster::pods`]. Empty where the input has none that the selector takes.
    Pods(Vec<usize>),
    /// Pods of a release of that chart; the index is that of the release in [`Stack::releases`].
    Chart(Chart, usize),
    /// An alias of another host.
    ExternalName(String),
    /// Addresses that the input gives by hand (a Service without selector and its Endpoints).
    Addresses(Vec<Address>),
    /// A Service without selector, whose endpoints the input does not have.
    Unknown,
}

impl Backend {
    /// Whether it is pods that the cluster finds by itself.
    const fn is_pods(&self) -> bool {
        matches!(self, Self::Pods(_) | Self::Chart(..))
    }
}

/// A Service and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Service {
    /// What is behind it.
    pub(crate) backend: Backend,
    /// The Service's name, or the release of the chart that makes it.
    pub(crate) place: Place,
    /// Whether its name gives the pods' own addresses, so that its ports say nothing (`clusterIP: None`).
    pub(crate) headless: bool,
    /// Its ports; `None` where they are not known.
    pub(crate) ports: Option<Vec<ServicePort>>,
    /// Addresses that the cluster leads to it.
    pub(crate) addresses: Vec<String>,
}

impl Service {
    /// Takes in another one of the same name. Either may be the one that is applied: what leads elsewhere counts, and of
    /// two that lead to pods those of both do.
    fn or(&mut self, other: Self) {
        if let (Backend::Pods(own), Backend::Pods(others)) = (&mut self.backend, &other.backend) {
            own.extend(others);
            own.sort_unstable();
            own.dedup();
            if self.ports != other.ports {
                self.ports = None;
            }
            self.headless |= other.headless;
            self.addresses.extend(other.addresses);
        } else if self.backend.is_pods() {
            *self = other;
        }
    }
}

/// The names of one cluster.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cluster {
    /// Services by namespace and name.
    pub(crate) services: BTreeMap<(String, String), Service>,
    /// Services that name no namespace and do not lead to pods, by name.
    pub(crate) unplaced: BTreeMap<String, Service>,
    /// Namespaces that the input has anything of. Policies alone are not: they guard what others bring, such as values of charts.
    pub(crate) namespaces: BTreeSet<String>,
    /// Workloads of the input, each with what its pods are known by.
    pub(crate) pods: Vec<PodSet>,
}

/// The Services of a stack, with those that releases of known charts make. Read once: many ask.
pub(crate) fn cluster<'s>(stack: &'s Stack<'_>) -> &'s Cluster {
    stack.names.get_or_init(|| read(stack))
}

fn read(stack: &Stack<'_>) -> Cluster {
    let pods = pods::pods(stack);
    let mut cluster = Cluster::default();
    for resource in &stack.resources {
        let object = &resource.object;
        if &*object.kind == "Namespace" {
            cluster.namespaces.insert(object.name.to_string());
        } else if !object.namespace.is_empty() && &*object.kind != "NetworkPolicy" {
            cluster.namespaces.insert(object.namespace.to_string());
        }
    }
    let known =
        Known { stack, slices: endpoints::slices(stack), by_label: pods::ByLabel::new(&pods), pods: &pods };
    for (resource, root) in stack.objects(&["Service"]) {
        let service = known.service(resource, root);
        // One that names no namespace goes wherever it is applied: it may be the one that is meant.
        if resource.object.namespace.is_empty() && !service.backend.is_pods() {
            cluster.unplaced.insert(resource.object.name.to_string(), service);
            continue;
        }
        let key = (resource.object.namespace.to_string(), resource.object.name.to_string());
        match cluster.services.get_mut(&key) {
            Some(known) => known.or(service),
            None => {
                cluster.services.insert(key, service);
            }
        }
    }
    cluster.pods = pods;
    for (index, release) in stack.releases.iter().enumerate() {
        let Some(namespace) = release.release.namespace.as_deref() else { continue };
        cluster.namespaces.insert(namespace.to_owned());
        let (Some(chart), Some(name)) = (release.release.chart, release.full_name()) else { continue };
        for suffix in made_by(chart, release) {
            let key = (namespace.to_owned(), format!("{name}{suffix}"));
            cluster.services.entry(key).or_insert_with(|| Service {
                backend: Backend::Chart(chart, index),
                place: release.release.place,
                headless: false,
                ports: (chart == Chart::Alloy).then(|| ports::of_alloy_chart(&release.values)),
                addresses: Vec::new(),
            });
        }
    }
    cluster
}

/// What the names of the Services that a release makes end in.
fn made_by(chart: Chart, release: &ReleasedChart<'_>) -> impl Iterator<Item = &'static str> {
    let made: &[&str] = match chart {
        // The gateway is what writers and data sources are told to use; the others are there beside it.
        Chart::Mimir => &["-gateway", "-nginx", "-distributor", "-query-frontend", "-ruler", "-alertmanager"],
        Chart::Loki => &["-gateway", "-read", "-write", "-backend", "-distributor", "-query-frontend", ""],
        Chart::Alloy | Chart::Grafana => &[""],
    };
    let value = |route: &str| release.values.reach(route).bool();
    made.iter().copied().filter(move |suffix| match (chart, *suffix) {
        (Chart::Mimir, "-gateway") => {
            value("gateway.enabledNonEnterprise").or(value("gateway.enabled")) != Some(false)
        }
        (Chart::Mimir, "-nginx") => value("nginx.enabled") != Some(false),
        (Chart::Loki, "-gateway") => value("gateway.enabled") != Some(false),
        _ => true,
    })
}

/// What the Services of the input can lead to.
struct Known<'k> {
    stack: &'k Stack<'k>,
    slices: endpoints::Slices<'k>,
    pods: &'k [PodSet],
    by_label: pods::ByLabel<'k>,
}

impl Known<'_> {
    /// A Service of the input.
    fn service(&self, resource: &Resource, root: NodeRef<'_>) -> Service {
        let address = root.text_at("spec.clusterIP");
        let headless = address == Some("None");
        let single =
            ["spec.clusterIP", "spec.loadBalancerIP"].into_iter().filter_map(|route| root.text_at(route));
        let lists = ["spec.clusterIPs", "spec.externalIPs"].into_iter().filter_map(|route| root.at(route));
        let listed = lists.flat_map(NodeRef::items).filter_map(NodeRef::text);
        let mut addresses: Vec<String> =
            single.chain(listed).filter(|text| !matches!(*text, "None" | "")).map(str::to_owned).collect();
        addresses.sort();
        addresses.dedup();
        Service {
            backend: self.backend(resource, root),
            place: resource.place,
            headless,
            ports: ports::of_service(root),
            addresses,
        }
    }

    fn backend(&self, resource: &Resource, root: NodeRef<'_>) -> Backend {
        if root.text_at("spec.type") == Some("ExternalName") {
            return Backend::ExternalName(root.text_at("spec.externalName").unwrap_or_default().to_owned());
        }
        let selector: Vec<(&str, &str)> = root
            .at("spec.selector")
            .into_iter()
            .flat_map(NodeRef::entries_merged)
            .filter_map(|(key, value)| Some((key.text()?, value.text()?)))
            .collect();
        let addresses = endpoints::by_hand(self.stack, &self.slices, &resource.object, !selector.is_empty());
        match (addresses.is_empty(), selector.is_empty()) {
            (true, true) => Backend::Unknown,
            (true, false) => {
                let taken = |pods: &PodSet| pods.is_taken_by(&selector, &resource.object.namespace);
                let candidates = self.by_label.candidates(&selector).iter().copied();
                Backend::Pods(candidates.filter(|index| self.pods.get(*index).is_some_and(taken)).collect())
            }
            (false, _) => Backend::Addresses(addresses),
        }
    }
}
