//! What Ingresses name: Services and their ports, certificates, middlewares; what bindings and scalers name beside them.

use super::Named;
use super::known::Found;
use super::known::chart_of;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::fact::Subject;
use crate::model::grafana;
use crate::model::middlewares;
use crate::model::piece::Chart;
use crate::model::piece::Resource;
use crate::model::stack::ReleasedChart;
use crate::model::stack::Stack;
use crate::model::values::fact_of;

/// The annotation by which an Ingress names Traefik's middlewares.
const MIDDLEWARES: &str = "traefik.ingress.kubernetes.io/router.middlewares";

/// What the Ingresses, bindings and scalers of a stack name.
pub(super) fn named(stack: &Stack<'_>) -> Vec<Named> {
    let mut found = Vec::new();
    for (resource, root) in stack.objects(&["Ingress"]) {
        let first = found.len();
        backends(resource, root, &mut found);
        for named in found.iter_mut().skip(first) {
            named.chart = chart_of(root).map(str::to_owned);
        }
        certificates_named(resource, root, &mut found);
        // What stands before Grafana has a rule of its own.
        if !grafana::is_its_ingress(root) {
            passed(stack, resource, root, &mut found);
        }
    }
    for (resource, root) in stack.objects(&["IngressRoute"]) {
        for route in root.at("spec.routes").into_iter().flat_map(NodeRef::items) {
            for service in route.get("services").into_iter().flat_map(NodeRef::items) {
                if matches!(service.text_at("kind"), None | Some("Service")) {
                    let namespace = service.text_at("namespace").unwrap_or(&resource.object.namespace);
                    backend(resource, namespace, service, service.get("port"), &mut found);
                }
            }
        }
    }
    for (resource, root) in stack.objects(&["RoleBinding", "ClusterRoleBinding"]) {
        for subject in root.get("subjects").into_iter().flat_map(NodeRef::items) {
            let namespace = subject.text_at("namespace").unwrap_or(&resource.object.namespace);
            if subject.text_at("kind") == Some("ServiceAccount") {
                add(resource, "is for", "ServiceAccount", (namespace, subject.get("name")), &mut found);
            }
        }
    }
    for (resource, root) in stack.objects(&["HorizontalPodAutoscaler"]) {
        for kind in ["Deployment", "StatefulSet"] {
            if root.text_at("spec.scaleTargetRef.kind") == Some(kind) {
                let name = root.at("spec.scaleTargetRef.name");
                add(resource, "scales", kind, (&resource.object.namespace, name), &mut found);
            }
        }
    }
    found
}

fn add<'f>(
    resource: &Resource,
    verb: &'static str,
    kind: &'static str,
    (namespace, name): (&str, Option<NodeRef<'_>>),
    found: &'f mut Vec<Named>,
) -> Option<&'f mut Named> {
    let name = name?;
    let text = name.text().filter(|text| !text.is_empty())?;
    let by = resource.object.to_string();
    found.push(Named::new(&by, verb, kind, namespace, (text, resource.at.place_of(name))));
    found.last_mut()
}

fn backends(resource: &Resource, root: NodeRef<'_>, found: &mut Vec<Named>) {
    let rules = root.at("spec.rules").into_iter().flat_map(NodeRef::items);
    let paths = rules.filter_map(|rule| rule.at("http.paths")).flat_map(NodeRef::items);
    let services = paths.filter_map(|path| path.at("backend.service"));
    for service in services.chain(root.at("spec.defaultBackend.service")) {
        let port = service.at("port.number").or_else(|| service.at("port.name"));
        backend(resource, &resource.object.namespace, service, port, found);
    }
}

fn backend(
    resource: &Resource,
    namespace: &str,
    service: NodeRef<'_>,
    port: Option<NodeRef<'_>>,
    found: &mut Vec<Named>,
) {
    let port = port.and_then(|port| Some((port.text()?.to_owned(), resource.at.place_of(port))));
    if let Some(named) = add(resource, "leads to", "Service", (namespace, service.get("name")), found) {
        named.items.extend(port);
    }
}

fn certificates_named(resource: &Resource, root: NodeRef<'_>, found: &mut Vec<Named>) {
    let annotations = root.at("metadata.annotations").into_iter().flat_map(NodeRef::entries_merged);
    let mut keys = annotations.filter_map(|(key, _)| key.text());
    let is_made =
        keys.any(|key| key.starts_with("cert-manager.io/") || key.starts_with("kubernetes.io/tls-acme"));
    for entry in root.at("spec.tls").into_iter().flat_map(NodeRef::items) {
        // One for a host that is not served is told as that.
        let served = hosts(root).is_none_or(|hosts| is_for(entry, &hosts));
        let name = entry.get("secretName");
        let named =
            add(resource, "serves the certificate of", "Secret", (&resource.object.namespace, name), found);
        if let Some(named) = named {
            named.optional = is_made || !served;
        }
    }
}

/// The middlewares that requests pass through.
fn passed(stack: &Stack<'_>, resource: &Resource, root: NodeRef<'_>, found: &mut Vec<Named>) {
    let annotation = root.at("metadata.annotations").and_then(|annotations| annotations.get(MIDDLEWARES));
    let Some(annotation) = annotation else { return };
    let missing = middlewares::missing(stack, &fact_of(annotation, resource.at.doc));
    let place = resource.at.place_of(annotation);
    for name in annotation.text().unwrap_or_default().split(',') {
        let Some(name) = name.trim().strip_suffix("@kubernetescrd") else { continue };
        let own = missing.items().iter().find(|item| item.reach("name").text() == Some(name));
        let answer = match own {
            None => Found::There,
            Some(item) if item.reach("beside").bool() == Some(true) => Found::Missing(None),
            Some(_) => Found::Unseen,
        };
        let by = resource.object.to_string();
        let mut named = Named::new(&by, "passes through", "Middleware", "", (name, place));
        named.answer = Some(answer);
        found.push(named);
    }
}

/// The subjects `certificate`: what Ingresses say of TLS, beside the hosts that they serve.
pub(super) fn certificates(stack: &Stack<'_>) -> Vec<Subject> {
    let mut found = Vec::new();
    for (resource, root) in stack.objects(&["Ingress"]) {
        let Some(hosts) = hosts(root) else { continue };
        for entry in root.at("spec.tls").into_iter().flat_map(NodeRef::items) {
            let Some(first) = entry.get("hosts").and_then(|hosts| hosts.items().next()) else { continue };
            let fits = is_for(entry, &hosts);
            let by = resource.object.to_string();
            let certified = first.text().unwrap_or_default();
            found.push(certificate(&by, certified, &hosts, fits, resource.at.place_of(first)));
        }
    }
    for release in stack.releases_of(Chart::Mimir) {
        found.extend(of_sample(release));
    }
    found
}

/// The hosts that an Ingress serves; `None` for all, which a rule without a host does.
fn hosts(root: NodeRef<'_>) -> Option<Vec<&str>> {
    let rules = root.at("spec.rules").into_iter().flat_map(NodeRef::items);
    let hosts: Option<Vec<&str>> = rules.map(|rule| rule.text_at("host")).collect();
    hosts.filter(|hosts| !hosts.is_empty())
}

/// Whether an entry of `tls` is for one of the hosts; one that names no host is for all.
fn is_for(entry: NodeRef<'_>, hosts: &[&str]) -> bool {
    let own: Vec<&str> =
        entry.get("hosts").into_iter().flat_map(NodeRef::items).filter_map(NodeRef::text).collect();
    own.is_empty() || own.iter().any(|own| hosts.iter().any(|host| covers(own, host) || covers(host, own)))
}

/// Whether a certificate for one host is good for another.
fn covers(certified: &str, host: &str) -> bool {
    let below = certified.strip_prefix("*.");
    certified.eq_ignore_ascii_case(host)
        || below.is_some_and(|below| {
            host.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(below))
        })
}

/// The certificate that Mimir's chart names for its ingress unless `tls` is set. Source: `values.yaml` of
/// mimir-distributed, 4.4 to 6.0.
fn of_sample(release: &ReleasedChart<'_>) -> Option<Subject> {
    let values = &release.values;
    ["gateway.ingress", "nginx.ingress"].into_iter().find_map(|route| {
        let ingress = values.reach(route);
        let enabled = ingress.reach("enabled");
        let listed = ingress.reach("hosts");
        let hosts: Vec<&str> =
            listed.items().iter().filter_map(|item| item.at("host").and_then(Fact::text)).collect();
        if enabled.bool() != Some(true) || hosts.is_empty() || hosts.iter().any(|host| host.contains("{{")) {
            return None;
        }
        let by = format!("`{route}` of chart {}", release.release.chart_name);
        let place = enabled.place.unwrap_or(release.release.place);
        let tls = ingress.at("tls");
        let fits = tls.is_some() || hosts.iter().any(|host| host.ends_with("mimir.example.com"));
        Some(certificate(&by, "mimir.example.com", &hosts, fits, place))
    })
}

fn certificate(by: &str, certified: &str, hosts: &[&str], fits: bool, place: Place) -> Subject {
    let entries = [
        ("by", Fact::new(by, place)),
        ("host", Fact::new(certified, place)),
        ("served", Fact::list(hosts.iter().map(|host| Fact::new(*host, place)), place)),
        ("fits", Fact::new(fits, place)),
    ];
    let key = format!("{by} certificate {certified}");
    Subject { kind: "certificate", key, facts: Fact::map(entries, place) }
}
