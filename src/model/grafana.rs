//! Reads Grafana: settings, data sources, and what stands before it.

use std::collections::BTreeMap;

use super::fact::Fact;
use super::fact::FactValue;
use super::fact::Subject;
use super::piece::Chart;
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
        let (replicas, middlewares) = workload(stack, namespace.as_deref(), place);
        let mut ini = fact_of(root, at.doc);
        ini.place = Some(place);
        let form = if home.object.is_some() { "rendered" } else { "file" };
        rendered.push(namespace.clone());
        subjects.push(grafana(form, namespace, &ini, replicas, middlewares, place));
    }
    for (at, home) in &stack.data_sources {
        let Some(root) = at.in_documents(stack.documents) else { continue };
        let _ = home;
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
        let annotations = values.reach("ingress.annotations");
        let middlewares = entry(&annotations, "traefik.ingress.kubernetes.io/router.middlewares").cloned();
        let exposed = values.reach("ingress.enabled").or_default(false);
        let middlewares = Fact::map(
            [("exposed", exposed), ("middlewares", middlewares.unwrap_or(Fact::absent(annotations.place)))],
            annotations.place,
        );
        subjects.push(grafana(
            "values",
            namespace,
            &ini,
            values.reach("replicas").or_default(1_i64),
            middlewares,
            place,
        ));
        for (_, file) in values.reach("datasources").entries() {
            data_sources(&file.reach("datasources"), &mut subjects);
        }
    }
    summarise(&mut subjects);
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
    namespace: Option<String>,
    ini: &Fact,
    replicas: Fact,
    door: Fact,
    place: Place,
) -> Subject {
    let facts = Fact::map(
        [
            ("form", Fact::bare(form)),
            ("namespace", Fact::new(namespace, place)),
            ("ini", ini_as_text(ini)),
            ("replicas", replicas),
            ("door", door),
        ],
        place,
    );
    Subject { kind: "grafana", key: "grafana".to_owned(), facts }
}

/// Replicas and ingress of a rendered Grafana.
fn workload(stack: &Stack<'_>, namespace: Option<&str>, place: Place) -> (Fact, Fact) {
    let here = |other: &str| namespace.is_none_or(|namespace| namespace == other);
    let is_grafana = |root: NodeRef<'_>| {
        root.at("metadata.labels")
            .and_then(|labels| labels.get("app.kubernetes.io/name"))
            .and_then(NodeRef::text)
            == Some("grafana")
    };
    let mut replicas = Fact::absent(place);
    let mut door =
        Fact::map([("exposed", Fact::new(false, place)), ("middlewares", Fact::absent(place))], place);
    for (resource, root) in stack.objects(&["Deployment", "StatefulSet"]) {
        if here(&resource.object.namespace) && is_grafana(root) {
            replicas = root
                .at("spec.replicas")
                .map_or(Fact::absent(resource.place), |node| fact_of(node, resource.at.doc));
        }
    }
    for (resource, root) in stack.objects(&["Ingress"]) {
        if here(&resource.object.namespace) && is_grafana(root) {
            let annotations = root.at("metadata.annotations");
            let middlewares = annotations
                .and_then(|annotations| annotations.get("traefik.ingress.kubernetes.io/router.middlewares"))
                .map_or(Fact::absent(resource.place), |node| fact_of(node, resource.at.doc));
            door = Fact::map(
                [("exposed", Fact::new(true, resource.place)), ("middlewares", middlewares)],
                resource.place,
            );
        }
    }
    (replicas, door)
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
}
