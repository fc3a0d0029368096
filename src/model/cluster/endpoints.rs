//! Turns `Endpoints` and `EndpointSlice`s that people wrote into the addresses behind a Service.

use std::collections::HashMap;

use crate::document::NodeRef;
use crate::model::piece::ObjectName;
use crate::model::stack::Stack;

/// An address behind a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// The address, or a host name (slices of the type `FQDN`).
    pub(crate) text: String,
    /// The name of the pod that the address is said to be of (`targetRef`).
    pub(crate) pod: Option<String>,
}

/// The addresses that the input gives a Service by hand. `selects`: whether the Service finds pods by itself.
pub(super) fn by_hand(
    stack: &Stack<'_>,
    slices: &Slices<'_>,
    service: &ObjectName,
    selects: bool,
) -> Vec<Address> {
    let mut found = Vec::new();
    // The cluster itself writes the Endpoints of a Service that selects pods; slices by hand are added to its own.
    if !selects && let Some((_, endpoints)) = stack.object("Endpoints", &service.namespace, &service.name) {
        for subset in endpoints.get("subsets").into_iter().flat_map(NodeRef::items) {
            for address in subset.get("addresses").into_iter().flat_map(NodeRef::items) {
                let text = address.text_at("ip").or(address.text_at("hostname"));
                found.extend(text.map(|text| Address { text: text.to_owned(), pod: pod_of(address) }));
            }
        }
    }
    for root in slices.get(&(&*service.namespace, &*service.name)).into_iter().flatten() {
        for endpoint in root.get("endpoints").into_iter().flat_map(NodeRef::items) {
            let each = endpoint.get("addresses").into_iter().flat_map(NodeRef::items);
            let each = each.filter_map(NodeRef::text);
            found.extend(each.map(|text| Address { text: text.to_owned(), pod: pod_of(endpoint) }));
        }
    }
    found
}

/// Slices that people wrote, by the namespace and the name of their Service.
pub(super) type Slices<'d> = HashMap<(&'d str, &'d str), Vec<NodeRef<'d>>>;

/// The slices of a stack.
pub(super) fn slices<'d>(stack: &Stack<'d>) -> Slices<'d> {
    let mut slices = Slices::new();
    for (slice, root) in stack.objects(&["EndpointSlice"]) {
        let labels = root.at("metadata.labels");
        let label = |name: &str| labels.and_then(|labels| labels.get(name)).and_then(NodeRef::text);
        if WRITTEN_BY_THE_CLUSTER.contains(&label(MANAGED_BY).unwrap_or_default()) {
            continue;
        }
        if let Some(service) = label("kubernetes.io/service-name") {
            slices.entry((&*slice.object.namespace, service)).or_default().push(root);
        }
    }
    slices
}

/// The pod that an address or endpoint refers to.
fn pod_of(endpoint: NodeRef<'_>) -> Option<String> {
    let target = endpoint.get("targetRef")?;
    target.text_at("name").filter(|_| target.text_at("kind") == Some("Pod")).map(str::to_owned)
}

/// The label by which a slice says who writes it.
const MANAGED_BY: &str = "endpointslice.kubernetes.io/managed-by";

/// Those who write slices from the pods or the Endpoints of a Service, which are looked at themselves.
const WRITTEN_BY_THE_CLUSTER: [&str; 1] = ["endpointslice-controller.k8s.io"];
