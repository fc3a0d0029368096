//! Finds what stands before a Grafana: the Ingress or route that leads to it, and the middlewares on the way.

use crate::document::NodeRef;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::stack::Stack;
use crate::model::values::fact_of;
use crate::text::Span;

/// The Ingress or Traefik `IngressRoute` that leads to Grafana; of several, one without middlewares.
pub(super) fn door(stack: &Stack<'_>, namespace: Option<&str>) -> Option<Fact> {
    let mut found: Option<Fact> = None;
    for (resource, root) in stack.objects(&["Ingress", "IngressRoute"]) {
        let here = namespace.is_none_or(|namespace| namespace == &*resource.object.namespace);
        if !here || !is_its_ingress(root) {
            continue;
        }
        let middlewares = match route_middlewares(root) {
            Some((names, key)) => Fact::new(names, Place { doc: resource.at.doc, span: key }),
            None => root
                .at("metadata.annotations")
                .and_then(|annotations| annotations.get("traefik.ingress.kubernetes.io/router.middlewares"))
                .map_or(Fact::absent(resource.place), |node| fact_of(node, resource.at.doc)),
        };
        let bare = middlewares.is_null();
        let door = Fact::map(
            [("exposed", Fact::new(true, resource.place)), ("middlewares", middlewares)],
            resource.place,
        );
        if found.is_none() || bare {
            found = Some(door);
        }
    }
    found
}

/// Whether a rule of an Ingress or a route of an `IngressRoute` names a Service called after Grafana.
fn leads_to_grafana(root: NodeRef<'_>) -> bool {
    let named = |name: Option<&str>| name.is_some_and(|name| name.contains("grafana"));
    let Some(spec) = root.get("spec") else { return false };
    let paths = items(spec, "rules").into_iter().filter_map(|rule| rule.get("http"));
    let mut paths = paths.flat_map(|http| items(http, "paths"));
    let mut services = items(spec, "routes").into_iter().flat_map(|route| items(route, "services"));
    paths.any(|path| named(path.text_at("backend.service.name")))
        || named(spec.text_at("defaultBackend.service.name"))
        || services.any(|service| named(service.text_at("name")))
}

fn items<'d>(node: NodeRef<'d>, key: &str) -> Vec<NodeRef<'d>> {
    node.get(key).into_iter().flat_map(NodeRef::items).collect()
}

/// The middlewares of the routes of an `IngressRoute`, and the key that names the first.
fn route_middlewares(root: NodeRef<'_>) -> Option<(String, Span)> {
    let routes: Vec<_> = root.at("spec.routes")?.items().collect();
    let key = routes.iter().find_map(|route| route.key_span("middlewares"))?;
    let names = routes.iter().filter_map(|route| route.get("middlewares")).flat_map(NodeRef::items);
    let names: Vec<_> = names.filter_map(|item| item.text_at("name")).collect();
    Some((names.join(","), key))
}

/// Whether an Ingress stands before Grafana.
pub(crate) fn is_its_ingress(root: NodeRef<'_>) -> bool {
    is_grafana(root) || leads_to_grafana(root)
}

/// Whether an object carries the label of Grafana's chart.
pub(super) fn is_grafana(root: NodeRef<'_>) -> bool {
    let labels = root.at("metadata.labels");
    labels.and_then(|labels| labels.get("app.kubernetes.io/name")).and_then(NodeRef::text) == Some("grafana")
}
