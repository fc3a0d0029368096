//! Turns the Services and workloads of a stack into what stands around its collectors.

use std::collections::BTreeMap;

use super::policy::Governing;
use crate::flow;
use crate::flow::End;
use crate::flow::ServiceTarget;
use crate::flow::Surroundings;
use crate::flow::Taker;
use crate::model;
use crate::model::Backend;
use crate::model::Chart;
use crate::model::Cluster;
use crate::model::PodContainer;
use crate::model::PodSet;
use crate::model::RunsIn;
use crate::model::Stack;
use crate::model::TargetPort;
use crate::model::Workload;
use crate::model::queries::Needs;

/// What stands around the collectors of a stack. `takers` says what runs each of those that are analysed, in their order.
pub(super) fn surroundings(
    stack: &Stack<'_>,
    takers: &[RunsIn],
    workload: &Workload,
    governing: &Governing,
) -> Surroundings {
    let cluster = model::cluster(stack);
    let mut indices = BTreeMap::new();
    for (index, taker) in takers.iter().enumerate() {
        indices.entry(taker).or_insert(index);
    }
    let neighbours = Neighbours { cluster, takers: indices };
    let services =
        cluster.services.iter().map(|(key, service)| (key.clone(), neighbours.service(service, &key.0)));
    let mut services: BTreeMap<_, _> = services.collect();
    for (key, service) in model::relay_services(stack) {
        let index = neighbours.takers.get(&service.runs_in).copied();
        let Some(index) = index.filter(|_| !services.contains_key(&key)) else { continue };
        let name = format!("{}/{}", key.0, key.1);
        let end = End { name, what: Taker::Collector(index), ports: Vec::new() };
        let target = ServiceTarget::Pods(vec![end]);
        let place = Some(service.place);
        services.insert(key, flow::Service { target, place, headless: false, ports: None });
    }
    let unplaced =
        cluster.unplaced.iter().map(|(name, service)| (name.clone(), neighbours.service(service, "")));
    let addresses = cluster
        .services
        .iter()
        .flat_map(|(key, service)| service.addresses.iter().map(|address| (address.clone(), key.clone())));
    let pods = cluster.pods.iter().flat_map(|pods| {
        pods.addresses.iter().map(|address| (address.clone(), neighbours.ends(pods).collect()))
    });
    let beside = takers.iter().map(|taker| neighbours.beside(stack, taker)).collect();
    Surroundings {
        services,
        beside,
        unplaced: unplaced.collect(),
        service_addresses: addresses.collect(),
        pod_addresses: pods.collect(),
        covered_namespaces: cluster.namespaces.clone(),
        assumed: governing.endpoints(),
        control_room: workload.control_room.domain().map(str::to_owned),
        allowed: governing.allowed(),
        needs: Needs::default(),
    }
    .with_platform_endpoints()
}

/// The names of one cluster, and who is analysed.
struct Neighbours<'c> {
    cluster: &'c Cluster,
    /// The first that runs so, by what runs it.
    takers: BTreeMap<&'c RunsIn, usize>,
}

impl Neighbours<'_> {
    fn service(&self, service: &model::Service, namespace: &str) -> flow::Service {
        let target = match &service.backend {
            Backend::Pods(sets) => {
                let sets = sets.iter().filter_map(|index| self.cluster.pods.get(*index));
                ServiceTarget::Pods(sets.flat_map(|pods| self.ends(pods)).collect())
            }
            Backend::Chart(chart, release) => ServiceTarget::Pods(vec![self.end_of_chart(*chart, *release)]),
            Backend::ExternalName(host) => ServiceTarget::ExternalName(host.clone()),
            Backend::Addresses(addresses) => ServiceTarget::Addresses(
                addresses.iter().map(|address| self.address(address, namespace)).collect(),
            ),
            Backend::Unknown => ServiceTarget::Addresses(Vec::new()),
        };
        let ports = service.ports.as_ref().map(|ports| {
            let port = |port: &model::ServicePort| flow::Port {
                number: port.port,
                target: match &port.target {
                    TargetPort::Number(number) => Ok(*number),
                    TargetPort::Name(name) => Err(name.clone()),
                },
            };
            ports.iter().map(port).collect()
        });
        flow::Service { target, place: Some(service.place), headless: service.headless, ports }
    }

    fn address(&self, address: &model::Address, namespace: &str) -> flow::Address {
        let pod = address.pod.as_ref().map(|pod| {
            let sets = self.cluster.pods.iter();
            let own = sets.filter(|pods| &*pods.object.namespace == namespace && pods.has_pod(pod));
            // What the input says of the pod's own address goes before what somebody wrote beside it.
            let own = own.filter(|pods| pods.addresses.is_empty() || pods.addresses.contains(&address.text));
            (pod.clone(), own.flat_map(|pods| self.ends(pods)).collect())
        });
        flow::Address { text: address.text.clone(), pod }
    }

    /// The containers of a workload that can take data in.
    fn ends<'p>(&'p self, pods: &'p PodSet) -> impl Iterator<Item = End> + 'p {
        pods.containers.iter().filter_map(|container| {
            Some(End {
                name: pods.object.to_string(),
                what: self.taker(pods, container)?,
                ports: container.ports.clone(),
            })
        })
    }

    /// What a container is; nothing for one that takes no data.
    fn taker(&self, pods: &PodSet, container: &PodContainer) -> Option<Taker> {
        let own = RunsIn::Container(pods.object.clone(), container.name.clone());
        if let Some(index) = self.takers.get(&own) {
            return Some(Taker::Collector(*index));
        }
        match model::role_of_image(&container.image, pods) {
            model::ImageRole::Store(name) if container.shell => {
                Some(Taker::Other(format!("{name}, started by a shell")))
            }
            model::ImageRole::Store(name) => Some(Taker::Store(name)),
            model::ImageRole::Aside => None,
            model::ImageRole::Other(name) => Some(Taker::Other(name)),
        }
    }

    /// What runs in the pod of a collector.
    fn beside(&self, stack: &Stack<'_>, taker: &RunsIn) -> Option<flow::Beside> {
        match taker {
            RunsIn::Container(object, _) => {
                let pods = self.cluster.pods.iter().find(|pods| pods.object == *object)?;
                Some(flow::Beside { ends: self.ends(pods).collect(), shares_node: pods.shares_node })
            }
            RunsIn::Release(release) => {
                let name = "release of a chart".to_owned();
                let other = |program: String| End {
                    name: name.clone(),
                    what: Taker::Other(program),
                    ports: Vec::new(),
                };
                let added = model::added_programs(stack, *release).into_iter().map(other);
                let itself = self.takers.get(taker).copied().map(Taker::Collector);
                let itself = itself.map(|what| End { name: name.clone(), what, ports: Vec::new() });
                let shares_node = model::shares_node(stack, *release);
                Some(flow::Beside { ends: itself.into_iter().chain(added).collect(), shares_node })
            }
            RunsIn::Unseen => None,
        }
    }

    fn end_of_chart(&self, chart: Chart, release: usize) -> End {
        let own = RunsIn::Release(release);
        let what = match (chart, self.takers.get(&own).copied()) {
            (Chart::Loki, _) => Taker::Store("loki".to_owned()),
            (Chart::Mimir, _) => Taker::Store("mimir".to_owned()),
            (Chart::Alloy, Some(index)) => Taker::Collector(index),
            (Chart::Alloy | Chart::Grafana, _) => Taker::Other(chart.name().to_owned()),
        };
        End { name: format!("release of {}", chart.name()), what, ports: Vec::new() }
    }
}
