//! Finds who can reach the ports of a collector: through Services, Ingresses and ports of its nodes.
//!
//! Every pod of a cluster reaches every port of another one, as far as this goes: `check/guards.rs` asks network policies.
//! Doors are what leads there from farther away; policies do not count against them, since they let in what stands behind.

use super::fact::Fact;
use super::fact::FactValue;
use super::pod;
use super::stack::ReleasedChart;
use super::stack::Stack;
use super::values::fact_of;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;

/// From where beyond its own cluster something can be reached, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Distance {
    /// The network of its nodes, or one that is joined to it.
    Network,
    /// Anywhere.
    Internet,
}

/// Something that leads to a port of the collector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Door {
    /// The port of the pod; `None` for all of them.
    pub(crate) port: Option<u16>,
    /// Who gets there.
    pub(crate) from: Distance,
    /// Whether something on the way asks who it is.
    pub(crate) guarded: bool,
    /// What it is.
    pub(crate) words: String,
    /// Its place.
    pub(crate) place: Place,
}

/// The ports of a collector as seen from outside its pod.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Exposure {
    /// Whether the input shows how the collector runs.
    pub(crate) known: bool,
    /// What leads to its ports.
    pub(crate) doors: Vec<Door>,
    /// The address of Alloy's own HTTP server, with what sets it.
    pub(crate) server: Option<(String, Place)>,
}

/// The flag that sets the address of Alloy's own HTTP server.
const LISTEN: &str = "--server.http.listen-addr";

/// The address without that flag. Source: `alloy run --help`, 1.0 to 1.11.
const LISTEN_DEFAULT: &str = "127.0.0.1:12345";

/// A Service that leads to the collector.
struct Front {
    name: String,
    /// Name, port, and the pod's port.
    ports: Vec<(String, u16, Option<u16>)>,
}

/// The exposure of a rendered workload's container.
pub(super) fn of_container(
    stack: &Stack<'_>,
    (root, doc): (NodeRef<'_>, DocId),
    container: NodeRef<'_>,
    namespace: &str,
) -> Exposure {
    let templates = ["spec.template", "spec.jobTemplate.spec.template"];
    let template = templates.into_iter().find_map(|route| root.at(route)).unwrap_or(root);
    let place = |node: NodeRef<'_>| Place { doc, span: node.span() };
    let mut exposure = Exposure { known: true, ..Exposure::default() };
    if let Some(node) = template.at("spec.hostNetwork").filter(|node| node.bool() == Some(true)) {
        exposure.doors.push(on_the_node(
            None,
            "it runs in its node's own network (`hostNetwork`)",
            place(node),
        ));
    }
    let mut names = Vec::new();
    for port in container.get("ports").into_iter().flat_map(NodeRef::items) {
        let Some(number) = number(port.get("containerPort")) else { continue };
        names.extend(port.text_at("name").map(|name| (name.to_owned(), number)));
        if let Some(node) = port.get("hostPort").filter(|node| node.int().is_some_and(|port| port > 0)) {
            exposure.doors.push(on_the_node(
                Some(number),
                "its node has that port too (`hostPort`)",
                place(node),
            ));
        }
    }
    let labels = template.at("metadata.labels").map(|labels| fact_of(labels, doc)).unwrap_or_default();
    let fronts = fronts(stack, namespace, &labels, &names, &mut exposure.doors);
    routes(stack, namespace, &fronts, &mut exposure.doors);
    let arguments = container.get("args").or(container.get("command"));
    let mut items = arguments.into_iter().flat_map(NodeRef::items);
    let given = items.find_map(|item| match item.text()?.strip_prefix(LISTEN)? {
        "" => None,
        rest => Some((rest.strip_prefix('=')?.to_owned(), place(item))),
    });
    let default = || {
        let all = pod::arguments(container);
        let apart =
            all.iter().position(|argument| argument == LISTEN).and_then(|at| all.get(at + 1)).cloned();
        let at = arguments.or(container.get("name")).unwrap_or(container);
        (apart.unwrap_or_else(|| LISTEN_DEFAULT.to_owned()), place(at))
    };
    exposure.server = Some(given.unwrap_or_else(default));
    exposure
}

/// The exposure of a release of the alloy chart. Sources: its values and templates, 0.1 to 1.11.
pub(super) fn of_release(stack: &Stack<'_>, release: &ReleasedChart<'_>) -> Exposure {
    let values = &release.values;
    let own = release.release.place;
    let namespace = release.release.namespace.as_deref().unwrap_or_default();
    let name = release.full_name().unwrap_or_else(|| "alloy".to_owned());
    let mut exposure = Exposure { known: true, ..Exposure::default() };
    let host_network = values.reach("controller.hostNetwork");
    if host_network.bool() == Some(true) {
        let words = "it runs in its node's own network (`controller.hostNetwork`)";
        exposure.doors.push(on_the_node(None, words, host_network.place.unwrap_or(own)));
    }
    let port = |fact: &Fact| match fact.value {
        FactValue::Int(port) => u16::try_from(port).ok(),
        _ => None,
    };
    let listen_port = port(&values.reach("alloy.listenPort")).unwrap_or(12345);
    let mut ports = vec![("http-metrics".to_owned(), listen_port, Some(listen_port))];
    for extra in values.reach("alloy.extraPorts").items() {
        let Some(number) = port(&extra.reach("port")) else { continue };
        let target = extra.reach("targetPort");
        let name = extra.reach("name").text().unwrap_or_default().to_owned();
        ports.push((name, number, if target.is_null() { Some(number) } else { port(&target) }));
        let host = extra.reach("hostPort");
        if let Some(place) = host.place.filter(|_| port(&host).is_some()) {
            exposure.doors.push(on_the_node(port(&target), "its node has that port too (`hostPort`)", place));
        }
    }
    let names: Vec<_> =
        ports.iter().map(|(name, port, target)| (name.clone(), target.unwrap_or(*port))).collect();
    let labels = [
        ("app.kubernetes.io/name", values.reach("nameOverride").text().unwrap_or("alloy").to_owned()),
        ("app.kubernetes.io/instance", release.release.name.as_deref().unwrap_or(&name).to_owned()),
    ];
    let labels = Fact::map(labels.map(|(key, value)| (key, Fact::bare(value))), None);
    let mut fronts = fronts(stack, namespace, &labels, &names, &mut exposure.doors);
    if values.reach("service.enabled").or_default(true).bool() != Some(false) {
        let kind = values.reach("service.type");
        let annotations = values.reach("service.annotations");
        if let Some((from, words)) = of_type(kind.text().unwrap_or_default(), &annotations) {
            let place = kind.place.unwrap_or(own);
            let words = format!("its Service is {words}");
            exposure.doors.extend(ports.iter().map(|(_, _, target)| Door {
                port: *target,
                from,
                guarded: false,
                words: words.clone(),
                place,
            }));
        }
        let front = Front { name, ports };
        if values.reach("ingress.enabled").bool() == Some(true) {
            let served = port(&values.reach("ingress.faroPort")).unwrap_or(12347);
            let annotations = values.reach("ingress.annotations");
            let class = values.reach("ingress.ingressClassName");
            let hosts = values.reach("ingress.hosts");
            let host = hosts.items().iter().find_map(Fact::text).unwrap_or("any host").to_owned();
            let found = front.ports.iter().find(|(_, port, _)| *port == served);
            exposure.doors.push(Door {
                port: found.map_or(Some(served), |(_, _, target)| *target),
                from: of_ingress(class.text(), &annotations),
                guarded: is_guarded(&annotations),
                words: format!("the chart's Ingress for {host} leads to it"),
                place: values.reach("ingress.enabled").place.unwrap_or(own),
            });
        }
        fronts.push(front);
    }
    routes(stack, namespace, &fronts, &mut exposure.doors);
    let address = values.reach("alloy.listenAddr");
    let argument = values.reach("alloy.extraArgs").items().iter().find_map(|item| {
        let text = item.text()?.strip_prefix(LISTEN)?.strip_prefix('=')?.to_owned();
        Some((text, item.place.unwrap_or(own)))
    });
    let set = format!("{}:{listen_port}", address.text().unwrap_or("0.0.0.0"));
    exposure.server = Some(argument.unwrap_or((set, address.place.unwrap_or(own))));
    exposure
}

fn on_the_node(port: Option<u16>, words: &str, place: Place) -> Door {
    Door { port, from: Distance::Network, guarded: false, words: words.to_owned(), place }
}

fn number(node: Option<NodeRef<'_>>) -> Option<u16> {
    node.and_then(NodeRef::int).and_then(|port| u16::try_from(port).ok())
}

/// The Services of a namespace that select pods with these labels; those that lead farther are doors.
fn fronts(
    stack: &Stack<'_>,
    namespace: &str,
    labels: &Fact,
    names: &[(String, u16)],
    doors: &mut Vec<Door>,
) -> Vec<Front> {
    let mut found = Vec::new();
    for (resource, root) in stack.objects(&["Service"]) {
        let here = resource.object.namespace.is_empty() || &*resource.object.namespace == namespace;
        let selector = root.at("spec.selector").map(NodeRef::entries_merged).unwrap_or_default();
        let selects = selector.iter().all(|(key, value)| {
            let own = key.text().and_then(|key| {
                labels.entries().find(|(label, _)| *label == key).and_then(|(_, value)| value.text())
            });
            own.is_some() && own == value.text()
        });
        if !here || selector.is_empty() || !selects {
            continue;
        }
        let port_of = |name: &str| names.iter().find(|(own, _)| own == name).map(|(_, number)| *number);
        let ports: Vec<_> = root
            .at("spec.ports")
            .into_iter()
            .flat_map(NodeRef::items)
            .filter_map(|port| {
                let own = number(port.get("port"))?;
                let target = match port.get("targetPort") {
                    None => Some(own),
                    Some(target) => number(Some(target)).or_else(|| port_of(target.text()?)),
                };
                Some((port.text_at("name").unwrap_or_default().to_owned(), own, target))
            })
            .collect();
        let doc = resource.at.doc;
        let annotations = root.at("metadata.annotations").map(|node| fact_of(node, doc)).unwrap_or_default();
        let kind = root.at("spec.type");
        if let Some((from, words)) = of_type(kind.and_then(NodeRef::text).unwrap_or_default(), &annotations) {
            let place = kind.map_or(resource.place, |node| Place { doc, span: node.span() });
            let words = format!("Service {} is {words}", resource.object.name);
            doors.extend(ports.iter().map(|(_, _, target)| Door {
                port: *target,
                from,
                guarded: false,
                words: words.clone(),
                place,
            }));
        }
        found.push(Front { name: resource.object.name.to_string(), ports });
    }
    found
}

/// Who reaches a Service of that type from outside the cluster.
fn of_type(kind: &str, annotations: &Fact) -> Option<(Distance, &'static str)> {
    let is = |key: &str, wanted: &[&str]| {
        annotations.entries().any(|(own, value)| {
            own == key
                && wanted.iter().any(|wanted| value.text() == Some(wanted) || value.bool() == Some(true))
        })
    };
    match kind {
        // Sources: the clouds' own references of annotations.
        "LoadBalancer"
            if is("service.beta.kubernetes.io/azure-load-balancer-internal", &["true"])
                || is("service.beta.kubernetes.io/aws-load-balancer-internal", &["true", "0.0.0.0/0"])
                || is("service.beta.kubernetes.io/aws-load-balancer-scheme", &["internal"])
                || is("networking.gke.io/load-balancer-type", &["Internal"]) =>
        {
            Some((Distance::Network, "an internal load balancer"))
        }
        "LoadBalancer" => Some((Distance::Internet, "a load balancer")),
        "NodePort" => Some((Distance::Network, "open on every node (`NodePort`)")),
        _ => None,
    }
}

/// Who reaches an Ingress of that class.
fn of_ingress(class: Option<&str>, annotations: &Fact) -> Distance {
    let text =
        |key: &str| annotations.entries().find(|(own, _)| *own == key).and_then(|(_, value)| value.text());
    let class = class.or_else(|| text("kubernetes.io/ingress.class"));
    let scheme = text("alb.ingress.kubernetes.io/scheme");
    // The load balancers of that class are internal unless told otherwise.
    if class == Some("alb") && scheme != Some("internet-facing") || scheme == Some("internal") {
        Distance::Network
    } else {
        Distance::Internet
    }
}

/// Whether annotations of an Ingress put something before it that asks who comes.
fn is_guarded(annotations: &Fact) -> bool {
    annotations.entries().any(|(key, value)| {
        let guard = matches!(
            key,
            "traefik.ingress.kubernetes.io/router.middlewares"
                | "nginx.ingress.kubernetes.io/auth-url"
                | "nginx.ingress.kubernetes.io/auth-type"
                | "nginx.ingress.kubernetes.io/whitelist-source-range"
                | "alb.ingress.kubernetes.io/auth-type"
                | "alb.ingress.kubernetes.io/inbound-cidrs"
        );
        guard && value.text().is_some_and(|text| !text.is_empty() && text != "none")
    })
}

/// Ingresses and routes that lead to one of the Services.
fn routes(stack: &Stack<'_>, namespace: &str, fronts: &[Front], doors: &mut Vec<Door>) {
    let kinds = [
        "Ingress",
        "IngressRoute",
        "IngressRouteTCP",
        "IngressRouteUDP",
        "HTTPRoute",
        "GRPCRoute",
        "TCPRoute",
    ];
    for (resource, root) in stack.objects(&kinds) {
        let own_namespace = &*resource.object.namespace;
        let Some(spec) = root.get("spec") else { continue };
        let annotations =
            root.at("metadata.annotations").map(|node| fact_of(node, resource.at.doc)).unwrap_or_default();
        for (service, at, guarded) in backends(spec) {
            let there = service.text_at("namespace").unwrap_or(own_namespace);
            let name = service.text_at("name");
            let front = fronts.iter().find(|front| Some(front.name.as_str()) == name);
            let Some(front) = front.filter(|_| there.is_empty() || there == namespace) else { continue };
            let port = service.at("port.number").or(service.at("port.name")).or(service.get("port"));
            let served = front.ports.iter().find(|(name, number, _)| {
                port.is_some_and(|port| {
                    port.int() == Some(i64::from(*number)) || port.text() == Some(name.as_str())
                })
            });
            // One that names no port leads to all.
            if served.is_none() && port.is_some() {
                continue;
            }
            doors.push(Door {
                port: served.and_then(|(_, _, target)| *target),
                from: of_ingress(spec.text_at("ingressClassName"), &annotations),
                guarded: guarded || is_guarded(&annotations),
                words: format!(
                    "{} {}{} leads to it",
                    resource.object.kind,
                    resource.object.name,
                    at.map(|host| format!(" ({host})")).unwrap_or_default()
                ),
                place: resource.place,
            });
        }
    }
}

/// The Services that an Ingress or a route leads to, each with its host and whether a middleware stands before it.
fn backends<'d>(spec: NodeRef<'d>) -> Vec<(NodeRef<'d>, Option<&'d str>, bool)> {
    let items = |node: NodeRef<'d>, key: &str| -> Vec<NodeRef<'d>> {
        node.get(key).into_iter().flat_map(NodeRef::items).collect()
    };
    let mut found = Vec::new();
    found.extend(spec.at("defaultBackend.service").map(|service| (service, None, false)));
    for rule in items(spec, "rules") {
        let host = rule.text_at("host");
        let paths = rule.get("http").map(|http| items(http, "paths")).unwrap_or_default();
        found.extend(paths.into_iter().filter_map(|path| Some((path.at("backend.service")?, host, false))));
        found.extend(items(rule, "backendRefs").into_iter().map(|service| (service, host, false)));
    }
    for route in items(spec, "routes") {
        let guarded = !items(route, "middlewares").is_empty();
        let host = route.text_at("match");
        found.extend(items(route, "services").into_iter().map(|service| (service, host, guarded)));
    }
    found
}

#[cfg(test)]
mod tests;
