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
        let key = (resource.object.namespace.to_string(), resource.object.name.to_string());
        let place = resource.place;
        cluster.services.insert(key, Service { backend: backend(stack, resource, root), place });
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
    if root.at("spec.selector").is_some_and(|selector| selector.entries().next().is_some()) {
        return Backend::Pods;
    }
    let mut addresses = Vec::new();
    if let Some((_, endpoints)) = stack.object("Endpoints", &resource.object.namespace, &resource.object.name)
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
        if slice.object.namespace == resource.object.namespace && owner == Some(&resource.object.name) {
            for endpoint in root.get("endpoints").into_iter().flat_map(NodeRef::items) {
                let each = endpoint.get("addresses").into_iter().flat_map(NodeRef::items);
                addresses.extend(each.filter_map(|address| address.text().map(str::to_owned)));
            }
        }
    }
    if addresses.is_empty() { Backend::Unknown } else { Backend::Addresses(addresses) }
}
