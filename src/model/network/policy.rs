//! Reads network policies, Kubernetes' and Calico's, into one form.

use super::selector::Labels;
use super::selector::Selector;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::piece::Resource;
use crate::model::stack::Stack;

/// The order that Calico gives Kubernetes' own policies. Source: Calico, network policy, order.
const KUBERNETES_ORDER: f64 = 1000.0;

/// Kinds of policies that are not read; where one is there, what others say may not be all.
const UNREAD: [&str; 4] = [
    "CiliumNetworkPolicy",
    "CiliumClusterwideNetworkPolicy",
    "AdminNetworkPolicy",
    "BaselineAdminNetworkPolicy",
];

/// A policy.
#[derive(Debug)]
pub(crate) struct Policy {
    /// Who it is: `GlobalNetworkPolicy default-deny`.
    pub(crate) name: String,
    /// Where it says which pods it is for, or its name.
    pub(crate) place: Place,
    /// Calico's tier; `default` for most.
    pub(crate) tier: String,
    /// Its rank within the tier; policies without one come last.
    pub(crate) order: f64,
    /// The namespace of its pods; `None` for those of all.
    pub(crate) namespace: Option<String>,
    /// Which namespaces, of those that do not name one.
    pub(crate) namespaces: Selector,
    /// Which pods.
    pub(crate) pods: Selector,
    /// What comes in; `None` where it says nothing of that.
    pub(crate) ingress: Option<Vec<Rule>>,
    /// What goes out.
    pub(crate) egress: Option<Vec<Rule>>,
}

/// What a rule does with what it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// It may pass.
    Allow,
    /// It may not.
    Deny,
    /// The next tier decides.
    Pass,
    /// It is noted, and the next rule decides.
    Log,
}

/// A rule of a policy.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) action: Action,
    /// Protocols; empty for all.
    pub(crate) protocols: Vec<String>,
    /// From where: one of these; empty for anywhere.
    pub(crate) sources: Vec<Peer>,
    /// To where.
    pub(crate) destinations: Vec<Peer>,
    /// Ports of the destination: one of these; empty for all.
    pub(crate) ports: Vec<PortMatch>,
    /// Whether it asks for something that is not read.
    pub(crate) narrowed: bool,
}

/// Ports of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PortMatch {
    /// From one number to another, both included.
    Range(u16, u16),
    /// A name that the pod's container gives its port.
    Name(String),
}

/// One end of what a rule is for.
#[derive(Debug)]
pub(crate) struct Peer {
    /// Which namespaces; `None` for the policy's own, or for any where it has none.
    pub(crate) namespaces: Option<Selector>,
    /// Which pods, where pods are asked for at all.
    pub(crate) pods: Option<Selector>,
    /// Networks: one of these; empty for all.
    pub(crate) nets: Vec<String>,
    /// Whether it asks for something else that is not read (networks that are left out, service accounts, ...).
    pub(crate) narrowed: bool,
}

/// The policies of a stack, in the order in which they are asked; and the kinds that are there and not read.
pub(crate) fn policies(stack: &Stack<'_>) -> (Vec<Policy>, Vec<(String, Place)>) {
    let mut found = Vec::new();
    for (resource, root) in stack.objects(&["NetworkPolicy", "GlobalNetworkPolicy"]) {
        match &*resource.object.group {
            "networking.k8s.io" => found.push(of_kubernetes(resource, root)),
            "projectcalico.org" | "crd.projectcalico.org" => found.extend(of_calico(resource, root)),
            _ => {}
        }
    }
    let order = |policy: &Policy| (policy.tier == "default", policy.tier.clone());
    found.sort_by(|one, two| {
        order(one).cmp(&order(two)).then(one.order.total_cmp(&two.order)).then(one.name.cmp(&two.name))
    });
    let unread = stack.objects(&UNREAD);
    let unread = unread.map(|(resource, _)| (resource.object.to_string(), resource.place)).collect();
    (found, unread)
}

fn place_of(resource: &Resource, root: NodeRef<'_>, route: &str) -> Place {
    let (above, key) = route.rsplit_once('.').unwrap_or(("", route));
    let key = root.at(above).and_then(|node| node.key_span(key));
    key.map_or(resource.place, |span| Place { doc: resource.at.doc, span })
}

fn of_kubernetes(resource: &Resource, root: NodeRef<'_>) -> Policy {
    let rules = |key: &str, peers: &str| -> Vec<Rule> {
        let list = root.at(&format!("spec.{key}")).into_iter().flat_map(NodeRef::items);
        list.map(|rule| kubernetes_rule(rule, peers)).collect()
    };
    let types: Vec<&str> =
        root.at("spec.policyTypes").into_iter().flat_map(NodeRef::items).filter_map(NodeRef::text).collect();
    let has = |name: &str, otherwise: bool| if types.is_empty() { otherwise } else { types.contains(&name) };
    let egress = root.at("spec.egress").is_some_and(|egress| !egress.is_null());
    Policy {
        name: resource.object.to_string(),
        place: place_of(resource, root, "spec.podSelector"),
        tier: "default".to_owned(),
        order: KUBERNETES_ORDER,
        namespace: Some(resource.object.namespace.to_string()),
        namespaces: Selector::all(),
        pods: root.at("spec.podSelector").map_or(Selector::all(), Selector::of_kubernetes),
        ingress: has("Ingress", true).then(|| rules("ingress", "from")),
        egress: has("Egress", egress).then(|| rules("egress", "to")),
    }
}

fn kubernetes_rule(rule: NodeRef<'_>, peers: &str) -> Rule {
    let peer = |node: NodeRef<'_>| {
        let block = node.get("ipBlock");
        Peer {
            namespaces: node.get("namespaceSelector").map(Selector::of_kubernetes),
            pods: (block.is_none())
                .then(|| node.get("podSelector").map_or(Selector::all(), Selector::of_kubernetes)),
            nets: block.and_then(|block| block.text_at("cidr")).map(str::to_owned).into_iter().collect(),
            narrowed: block.is_some_and(|block| block.at("except").is_some()),
        }
    };
    let listed: Vec<Peer> = rule.get(peers).into_iter().flat_map(NodeRef::items).map(peer).collect();
    let (mut protocols, mut ports) = (Vec::new(), Vec::new());
    let mut every_port = false;
    for port in rule.get("ports").into_iter().flat_map(NodeRef::items) {
        protocols.push(port.text_at("protocol").unwrap_or("TCP").to_owned());
        match port.get("port").and_then(|node| port_match(node, port.get("endPort"))) {
            Some(found) => ports.push(found),
            None => every_port = true,
        }
    }
    if every_port {
        ports.clear();
    }
    let (sources, destinations) = if peers == "from" { (listed, Vec::new()) } else { (Vec::new(), listed) };
    Rule { action: Action::Allow, protocols, sources, destinations, ports, narrowed: false }
}

/// A port, a name, or a range: `80`, `http`, `"8000:9000"`, `80` with an end.
fn port_match(node: NodeRef<'_>, end: Option<NodeRef<'_>>) -> Option<PortMatch> {
    let number = |node: NodeRef<'_>| u16::try_from(node.int()?).ok();
    if let Some(first) = number(node) {
        return Some(PortMatch::Range(first, end.and_then(number).unwrap_or(first)));
    }
    let text = node.text()?;
    if let Some((first, last)) = text.split_once(':') {
        return Some(PortMatch::Range(first.parse().ok()?, last.parse().ok()?));
    }
    Some(text.parse().map_or_else(|_| PortMatch::Name(text.to_owned()), |port| PortMatch::Range(port, port)))
}

fn of_calico(resource: &Resource, root: NodeRef<'_>) -> Option<Policy> {
    let spec = root.get("spec")?;
    // These two are for the interfaces of nodes alone.
    if ["preDNAT", "doNotTrack"].iter().any(|key| spec.get(key).and_then(NodeRef::bool) == Some(true)) {
        return None;
    }
    let global = &*resource.object.kind == "GlobalNetworkPolicy";
    let rules = |key: &str| -> Vec<Rule> {
        spec.get(key).into_iter().flat_map(NodeRef::items).map(|rule| calico_rule(rule, global)).collect()
    };
    let types: Vec<&str> =
        spec.get("types").into_iter().flat_map(NodeRef::items).filter_map(NodeRef::text).collect();
    let given = |key: &str| spec.get(key).is_some_and(|node| node.items().next().is_some());
    let (ingress, egress) = (given("ingress"), given("egress"));
    let has = |name: &str, otherwise: bool| if types.is_empty() { otherwise } else { types.contains(&name) };
    let order = spec.get("order").and_then(NodeRef::text).and_then(|text| text.parse().ok());
    let selector = |key: &str| spec.text_at(key).map_or(Selector::all(), Selector::of_calico);
    let accounts = spec.text_at("serviceAccountSelector").is_some_and(|text| !text.is_empty());
    let pods = selector("selector");
    Some(Policy {
        name: resource.object.to_string(),
        place: place_of(resource, root, "spec.selector"),
        tier: spec.text_at("tier").unwrap_or("default").to_owned(),
        order: order.unwrap_or(f64::INFINITY),
        namespace: (!global).then(|| resource.object.namespace.to_string()),
        namespaces: selector("namespaceSelector"),
        pods: if accounts { Selector::And(vec![pods, Selector::Unknown]) } else { pods },
        ingress: has("Ingress", ingress || !egress).then(|| rules("ingress")),
        egress: has("Egress", egress).then(|| rules("egress")),
    })
}

fn calico_rule(rule: NodeRef<'_>, global: bool) -> Rule {
    let action = match rule.text_at("action").map(str::to_ascii_lowercase).as_deref() {
        Some("deny") => Action::Deny,
        Some("pass") => Action::Pass,
        Some("log") => Action::Log,
        _ => Action::Allow,
    };
    let ports = rule.at("destination.ports").into_iter().flat_map(NodeRef::items);
    let ports: Vec<PortMatch> = ports.filter_map(|port| port_match(port, None)).collect();
    let narrowed =
        ["notProtocol", "icmp", "notICMP", "http", "ipVersion", "destination.notPorts", "source.ports"]
            .iter()
            .chain(&["source.notPorts", "destination.services"])
            .any(|route| rule.at(route).is_some_and(|node| !node.is_null()));
    Rule {
        action,
        protocols: rule.text_at("protocol").map(str::to_ascii_uppercase).into_iter().collect(),
        sources: rule.get("source").and_then(|peer| calico_peer(peer, global)).into_iter().collect(),
        destinations: rule
            .get("destination")
            .and_then(|peer| calico_peer(peer, global))
            .into_iter()
            .collect(),
        ports,
        narrowed,
    }
}

/// One end of a rule; `None` where it may be anything.
fn calico_peer(node: NodeRef<'_>, global: bool) -> Option<Peer> {
    let text = |key: &str| node.text_at(key).filter(|text| !text.trim().is_empty());
    let selector = |key: &str| text(key).map(Selector::of_calico);
    let (pods, namespaces, not) =
        (selector("selector"), selector("namespaceSelector"), selector("notSelector"));
    let nets: Vec<String> = node
        .get("nets")
        .into_iter()
        .flat_map(NodeRef::items)
        .filter_map(|net| net.text().map(str::to_owned))
        .collect();
    let narrowed = ["notNets", "serviceAccounts", "domains"].iter().any(|key| node.get(key).is_some());
    if pods.is_none() && namespaces.is_none() && not.is_none() && nets.is_empty() && !narrowed {
        return None;
    }
    let asked = pods.is_some() || namespaces.is_some() || not.is_some();
    let pods = pods.unwrap_or(Selector::all());
    let pods = match not {
        Some(not) => Selector::And(vec![pods, Selector::Not(Box::new(not))]),
        None => pods,
    };
    // Without a selector of namespaces a policy of one namespace means pods of its own; a global one means all.
    let namespaces = namespaces.or_else(|| global.then(Selector::all));
    Some(Peer {
        namespaces: if asked { namespaces } else { None },
        pods: asked.then_some(pods),
        nets,
        narrowed,
    })
}

/// The labels of the namespaces that the input shows.
pub(crate) fn namespaces(stack: &Stack<'_>) -> Vec<(String, Labels)> {
    let each = stack.objects(&["Namespace"]).map(|(resource, root)| {
        let labels = root.at("metadata.labels").map(NodeRef::entries_merged).unwrap_or_default();
        let labels = labels.iter().filter_map(|(key, value)| Some((key.text()?, value.text()?)));
        (resource.object.name.to_string(), Labels::new(labels, true))
    });
    each.collect()
}
