//! Reads Grafana: settings, data sources, and what stands before it.

use std::collections::BTreeMap;

use super::fact::Fact;
use super::fact::FactValue;
use super::fact::Subject;
use super::middlewares;
use super::piece::Chart;
use super::piece::ObjectName;
use super::stack::Stack;
use super::values::fact_of;
use crate::document::NodeRef;
use crate::document::Place;
use crate::text::Span;

/// The subjects `grafana` and `datasource` of a stack.
pub(crate) fn subjects(stack: &Stack<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    let mut rendered = Vec::new();
    for (at, home) in &stack.grafana_inis {
        let Some(root) = at.in_documents(stack.documents) else { continue };
        let place = Place { doc: at.doc, span: Span::at(root.span().start) };
        let namespace = home.object.as_ref().map(|object| object.namespace.to_string());
        let (replicas, middlewares, environment) = workload(stack, namespace.as_deref(), place);
        let mut ini = fact_of(root, at.doc);
        ini.place = Some(place);
        let ini = overlaid(&ini, &environment);
        let form = if home.object.is_some() { "rendered" } else { "file" };
        rendered.push(namespace.clone());
        let namespace = Fact::new(
            namespace.filter(|namespace| !namespace.is_empty()),
            stack.namespace_place(home.object.as_ref()).unwrap_or(place),
        );
        let mut subject = grafana(form, namespace, &ini, replicas, middlewares, place);
        subject.facts.insert("alerts_sidecar", alerts_sidecar(stack, home.object.as_ref(), place));
        subjects.push(subject);
    }
    for at in &stack.data_sources {
        let Some(root) = at.in_documents(stack.documents) else { continue };
        data_sources(
            &root.get("datasources").map(|node| fact_of(node, at.doc)).unwrap_or_default(),
            &mut subjects,
        );
    }
    for release in stack.releases_of(Chart::Grafana) {
        let namespace = release.release.namespace.as_deref().map(str::to_owned);
        if namespace.is_some() && rendered.contains(&namespace) {
            continue;
        }
        let values = &release.values;
        let place = release.release.place;
        let ini = entry(values, "grafana.ini").cloned().unwrap_or(Fact::absent(values.place));
        let variables = values.reach("env");
        let variables = variables.entries().map(|(name, fact)| (name.to_owned(), fact.clone()));
        let elsewhere = values.reach("envValueFrom");
        let elsewhere =
            elsewhere.entries().map(|(name, fact)| (name.to_owned(), set_elsewhere(name, fact.place)));
        let ini = overlaid(&ini, &variables.chain(elsewhere).collect::<Vec<_>>());
        let annotations = values.reach("ingress.annotations");
        let middlewares = entry(&annotations, "traefik.ingress.kubernetes.io/router.middlewares").cloned();
        let exposed = values.reach("ingress.enabled").or_default(false);
        let middlewares = match door(stack, namespace.as_deref()).filter(|_| exposed.bool() == Some(false)) {
            Some(door) => door,
            None => Fact::map(
                [
                    ("exposed", exposed),
                    ("middlewares", middlewares.unwrap_or(Fact::absent(annotations.place))),
                ],
                annotations.place,
            ),
        };
        let namespace_place = stack.namespace_place(release.release.object.as_ref());
        let mut subject = grafana(
            "values",
            Fact::new(namespace, namespace_place.unwrap_or(place)),
            &ini,
            values.reach("replicas").or_default(1_i64),
            middlewares,
            place,
        );
        subject.facts.insert("alerts_sidecar", values.reach("sidecar.alerts.enabled").or_default(false));
        subjects.push(subject);
        for (_, file) in values.reach("datasources").entries() {
            data_sources(&file.reach("datasources"), &mut subjects);
        }
    }
    summarise(&mut subjects);
    for subject in subjects.iter_mut().filter(|subject| subject.kind == "grafana") {
        let mut door = subject.facts.reach("door");
        door.insert("missing", middlewares::missing(stack, &door.reach("middlewares")));
        subject.facts.insert("door", door);
    }
    subjects
}

/// A value under a key that itself holds dots.
fn entry<'f>(fact: &'f Fact, key: &str) -> Option<&'f Fact> {
    match &fact.value {
        FactValue::Map(entries) => entries.get(key),
        _ => None,
    }
}

/// Values write booleans and numbers where the rendered file has text: one form for both. Dots in section names become
/// underscores, so that rules can name them.
fn ini_as_text(ini: &Fact) -> Fact {
    let mut sections = BTreeMap::new();
    for (name, section) in ini.entries() {
        let entries: BTreeMap<String, Fact> =
            section.entries().map(|(key, fact)| (key.to_owned(), as_text(fact))).collect();
        sections
            .insert(name.replace('.', "_"), Fact { value: FactValue::Map(entries), place: section.place });
    }
    Fact { value: FactValue::Map(sections), place: ini.place }
}

fn as_text(fact: &Fact) -> Fact {
    let value = match &fact.value {
        FactValue::Bool(value) => FactValue::from(value.to_string()),
        FactValue::Int(value) => FactValue::from(value.to_string()),
        FactValue::Float(value) => FactValue::from(value.to_string()),
        other => other.clone(),
    };
    Fact { value, place: fact.place }
}

fn grafana(
    form: &'static str,
    namespace: Fact,
    ini: &Fact,
    replicas: Fact,
    door: Fact,
    place: Place,
) -> Subject {
    let facts = Fact::map(
        [
            ("form", Fact::bare(form)),
            ("namespace", namespace),
            ("ini", ini.clone()),
            ("replicas", replicas),
            ("door", door),
        ],
        place,
    );
    Subject { kind: "grafana", key: "grafana".to_owned(), facts }
}

/// Environment variables that beat the settings of `grafana.ini` which rules read: variable, section, key.
/// Grafana's own rule: `GF_<SECTION>_<KEY>`, with underscores for dots.
const VARIABLES: [(&str, &str, &str); 10] = [
    ("GF_AUTH_ANONYMOUS_ENABLED", "auth_anonymous", "enabled"),
    ("GF_AUTH_PROXY_AUTO_SIGN_UP", "auth_proxy", "auto_sign_up"),
    ("GF_AUTH_PROXY_ENABLED", "auth_proxy", "enabled"),
    ("GF_AUTH_PROXY_HEADER_NAME", "auth_proxy", "header_name"),
    ("GF_DATABASE_HOST", "database", "host"),
    ("GF_DATABASE_SSL_MODE", "database", "ssl_mode"),
    ("GF_SERVER_DOMAIN", "server", "domain"),
    ("GF_SERVER_ROOT_URL", "server", "root_url"),
    ("GF_SERVER_SERVE_FROM_SUB_PATH", "server", "serve_from_sub_path"),
    ("GF_USERS_AUTO_ASSIGN_ORG_ROLE", "users", "auto_assign_org_role"),
];

/// The settings as Grafana sees them: those of the file, with those of its environment over them.
fn overlaid(ini: &Fact, environment: &[(String, Fact)]) -> Fact {
    let mut ini = ini_as_text(ini);
    for (variable, fact) in environment {
        let known = VARIABLES.iter().find(|(name, ..)| name == variable);
        let (Some((_, section, key)), FactValue::Map(sections)) = (known, &mut ini.value) else { continue };
        let section = sections
            .entry((*section).to_owned())
            .or_insert_with(|| Fact { value: FactValue::Map(BTreeMap::new()), place: fact.place });
        section.insert(key, as_text(fact));
    }
    ini
}

fn set_elsewhere(name: &str, place: Option<Place>) -> Fact {
    Fact::unknown(format!("environment variable {name} is set from something that is not read"), place)
}

/// The environment of a rendered Grafana's containers.
fn environment(root: NodeRef<'_>, doc: crate::document::DocId) -> Vec<(String, Fact)> {
    let containers = root.at("spec.template.spec.containers").into_iter().flat_map(NodeRef::items);
    let variables = containers.flat_map(|container| items(container, "env"));
    let read = |variable: NodeRef<'_>| {
        let name = variable.text_at("name")?.to_owned();
        let fact = match variable.get("value") {
            Some(value) => fact_of(value, doc),
            None => set_elsewhere(&name, Some(Place { doc, span: variable.get("name")?.span() })),
        };
        Some((name, fact))
    };
    variables.filter_map(read).collect()
}

/// Replicas, ingress and environment of a rendered Grafana.
fn workload(stack: &Stack<'_>, namespace: Option<&str>, place: Place) -> (Fact, Fact, Vec<(String, Fact)>) {
    let here = |other: &str| namespace.is_none_or(|namespace| namespace == other);
    let mut replicas = Fact::absent(place);
    let mut variables = Vec::new();
    for (resource, root) in stack.objects(&["Deployment", "StatefulSet"]) {
        if here(&resource.object.namespace) && is_grafana(root) {
            replicas = root
                .at("spec.replicas")
                .map_or(Fact::absent(resource.place), |node| fact_of(node, resource.at.doc));
            variables.extend(environment(root, resource.at.doc));
        }
    }
    let closed =
        || Fact::map([("exposed", Fact::new(false, place)), ("middlewares", Fact::absent(place))], place);
    (replicas, door(stack, namespace).unwrap_or_else(closed), variables)
}

/// Whether a container beside Grafana loads alert rules from ConfigMaps. The chart calls it `<name>-sc-alerts`.
fn alerts_sidecar(stack: &Stack<'_>, home: Option<&ObjectName>, place: Place) -> Fact {
    let here = |namespace: &str| home.is_none_or(|home| &*home.namespace == namespace);
    for (resource, root) in stack.objects(&["Deployment", "StatefulSet"]) {
        if !here(&resource.object.namespace) || !is_grafana(root) {
            continue;
        }
        for name in root.at("spec.template.spec.containers").into_iter().flat_map(NodeRef::items) {
            let name = name.get("name");
            if let Some(name) =
                name.filter(|name| name.text().is_some_and(|name| name.ends_with("-sc-alerts")))
            {
                return Fact::new(true, Place { doc: resource.at.doc, span: name.span() });
            }
        }
    }
    Fact::new(false, place)
}

/// Whether an Ingress stands before Grafana.
pub(super) fn is_its_ingress(root: NodeRef<'_>) -> bool {
    is_grafana(root) || leads_to_grafana(root)
}

fn is_grafana(root: NodeRef<'_>) -> bool {
    let labels = root.at("metadata.labels");
    labels.and_then(|labels| labels.get("app.kubernetes.io/name")).and_then(NodeRef::text) == Some("grafana")
}

/// The Ingress or Traefik `IngressRoute` that leads to Grafana; of several, one without middlewares.
fn door(stack: &Stack<'_>, namespace: Option<&str>) -> Option<Fact> {
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

fn data_sources(list: &Fact, subjects: &mut Vec<Subject>) {
    for item in list.items() {
        let name = item.reach("name");
        // What a data source does not say is missing at its name: the item itself is all of its lines.
        let item = Fact { place: name.place.or(item.place), ..item.clone() };
        let key = format!("data source {}", name.text().unwrap_or("without a name"));
        let facts = Fact::map(
            [
                ("name", name.clone()),
                ("type", item.reach("type")),
                ("access", item.reach("access").or_default("proxy")),
                ("url", item.reach("url")),
                ("is_default", item.reach("isDefault").or_default(false)),
                ("json_data", item.reach("jsonData")),
            ],
            name.place.or(item.place),
        );
        subjects.push(Subject { kind: "datasource", key, facts });
    }
}

/// What concerns all data sources together: how many are the default, which of the two are there.
fn summarise(subjects: &mut Vec<Subject>) {
    let sources: Vec<&Subject> = subjects.iter().filter(|subject| subject.kind == "datasource").collect();
    if sources.is_empty() {
        return;
    }
    let defaults: Vec<Fact> = sources
        .iter()
        .filter(|source| source.facts.reach("is_default").bool() == Some(true))
        .map(|source| source.facts.reach("is_default"))
        .collect();
    let of_type = |kind: &str| sources.iter().any(|source| source.facts.reach("type").text() == Some(kind));
    let place = sources[0].facts.place;
    // A Grafana that names tenants by header reads those of several workloads: it is a control room's.
    let names_tenants = sources.iter().any(|source| {
        let headers = source.facts.reach("json_data");
        headers
            .entries()
            .any(|(key, fact)| key.starts_with("httpHeaderName") && fact.text() == Some("X-Scope-OrgID"))
    });
    let facts = Fact::map(
        [
            ("defaults", Fact::list(defaults, place)),
            ("has_loki", Fact::new(of_type("loki"), place)),
            ("has_prometheus", Fact::new(of_type("prometheus"), place)),
            ("count", Fact::new(sources.len(), place)),
            ("names_tenants", Fact::new(names_tenants, place)),
        ],
        place,
    );
    subjects.push(Subject { kind: "datasources", key: "data sources".to_owned(), facts });
    for grafana in subjects.iter_mut().filter(|subject| subject.kind == "grafana") {
        grafana.facts.insert("names_tenants", Fact::new(names_tenants, place));
    }
}
