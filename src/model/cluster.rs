//! What names of this cluster stand for: Services of the input, and those that its charts make.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::piece::Chart;
use super::stack::Stack;
use crate::document::NodeRef;
use crate::document::Place;

/// What is behind a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Backend {
    /// Pods of this cluster.
    Pods,
    /// An alias of another host.
    ExternalName(String),
    /// Addresses that the input gives by hand (a Service without selector and its Endpoints).
    Addresses(Vec<String>),
    /// A Service without selector, whose endpoints the input does not have.
    Unknown,
}

/// A Service and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Service {
    /// What is behind it.
    pub(crate) backend: Backend,
    /// The Service's name, or the release of the chart that makes it.
    pub(crate) place: Place,
}

/// The names of one cluster.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cluster {
    /// Services by namespace and name.
    pub(crate) services: BTreeMap<(String, String), Service>,
    /// Services that name no namespace and do not lead to pods, by name.
    pub(crate) unplaced: BTreeMap<String, Service>,
    /// Namespaces that the input has anything of.
    pub(crate) namespaces: BTreeSet<String>,
}

/// Reads the Services of a stack, and adds those that releases of known charts make.
pub(crate) fn cluster(stack: &Stack<'_>) -> Cluster {
    let mut cluster = Cluster::default();
    for resource in &stack.resources {
        let object = &resource.object;
        if &*object.kind == "Namespace" {
            cluster.namespaces.insert(object.name.to_string());
        } else if !object.namespace.is_empty() {
            cluster.namespaces.insert(object.namespace.to_string());
        }
    }
    for (resource, root) in stack.objects(&["Service"]) {
        let place = resource.place;
        let service = Service { backend: backend(stack, resource, root), place };
        // One that names no namespace goes wherever it is applied: it may be the one that is meant.
        if resource.object.namespace.is_empty() && service.backend != Backend::Pods {
            cluster.unplaced.insert(resource.object.name.to_string(), service);
            continue;
        }
        let key = (resource.object.namespace.to_string(), resource.object.name.to_string());
        // Of two with one name, either may be the one that is applied: what leads elsewhere counts.
        let known = cluster.services.get(&key).is_some_and(|known| known.backend != Backend::Pods);
        if !known {
            cluster.services.insert(key, service);
        }
    }
    for release in &stack.releases {
        let Some(namespace) = release.release.namespace.as_deref() else { continue };
        cluster.namespaces.insert(namespace.to_owned());
        let (Some(chart), Some(name)) = (release.release.chart, release.full_name()) else { continue };
        let made: &[&str] = match chart {
            // The gateway is what writers and data sources are told to use; the others are there beside it.
            Chart::Mimir => {
                &["-gateway", "-nginx", "-distributor", "-query-frontend", "-ruler", "-alertmanager"]
            }
            Chart::Loki => {
                &["-gateway", "-read", "-write", "-backend", "-distributor", "-query-frontend", ""]
            }
            Chart::Alloy | Chart::Grafana => &[""],
        };
        let value = |route: &str| release.values.reach(route).bool();
        for suffix in made {
            let made = match (chart, *suffix) {
                (Chart::Mimir, "-gateway") => {
                    value("gateway.enabledNonEnterprise").or(value("gateway.enabled")) != Some(false)
                }
                (Chart::Mimir, "-nginx") => value("nginx.enabled") != Some(false),
                (Chart::Loki, "-gateway") => value("gateway.enabled") != Some(false),
                _ => true,
            };
            if made {
                let key = (namespace.to_owned(), format!("{name}{suffix}"));
                let place = release.release.place;
                cluster.services.entry(key).or_insert(Service { backend: Backend::Pods, place });
            }
        }
    }
    cluster
}

fn backend(stack: &Stack<'_>, resource: &super::piece::Resource, root: NodeRef<'_>) -> Backend {
    if root.text_at("spec.type") == Some("ExternalName") {
        return Backend::ExternalName(root.text_at("spec.externalName").unwrap_or_default().to_owned());
    }
    let selects = root
        .at("spec.selector")
        .is_some_and(|selector| selector.entries_merged().into_iter().next().is_some());
    let mut addresses = Vec::new();
    // The cluster itself writes the Endpoints of a Service that selects pods; slices by hand are added to its own.
    if !selects
        && let Some((_, endpoints)) =
            stack.object("Endpoints", &resource.object.namespace, &resource.object.name)
    {
        for subset in endpoints.get("subsets").into_iter().flat_map(NodeRef::items) {
            for address in subset.get("addresses").into_iter().flat_map(NodeRef::items) {
                addresses.extend(address.text_at("ip").map(str::to_owned));
            }
        }
    }
    for (slice, root) in stack.objects(&["EndpointSlice"]) {
        let owner = root
            .at("metadata.labels")
            .and_then(|labels| labels.get("kubernetes.io/service-name"))
            .and_then(NodeRef::text);
        let by_hand =
            !root.at("metadata.labels").and_then(|labels| labels.get(MANAGED_BY)).is_some_and(is_controller);
        if by_hand
            && slice.object.namespace == resource.object.namespace
            && owner == Some(&resource.object.name)
        {
            for endpoint in root.get("endpoints").into_iter().flat_map(NodeRef::items) {
                let each = endpoint.get("addresses").into_iter().flat_map(NodeRef::items);
                addresses.extend(each.filter_map(|address| address.text().map(str::to_owned)));
            }
        }
    }
    match (addresses.is_empty(), selects) {
        (true, true) => Backend::Pods,
        (true, false) => Backend::Unknown,
        (false, _) => Backend::Addresses(addresses),
    }
}

/// The label by which a slice says who writes it.
const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";

/// Whether a slice of a cluster is one that the cluster writes by itself, from the pods or the Endpoints of a Service.
fn is_controller(label: NodeRef<'_>) -> bool {
    label.text() == Some("endpointslice-controller.k8s.io")
}
