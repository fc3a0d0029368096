//! Turns workloads and values into the parts of a store: replicas, volumes, resource limits.

use std::collections::btree_map::Entry;

use crate::document::NodeRef;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::piece::Chart;
use crate::model::stack::Stack;
use crate::model::values::fact_of;

/// The parts of Mimir that keep data. Defaults are those of mimir-distributed 5.x (`helm-values` facts).
pub(super) fn mimir_parts(values: &Fact) -> Fact {
    let parts = ["ingester", "compactor", "store_gateway"].map(|part| {
        let at = |route: &str| values.reach(&format!("{part}.{route}"));
        let facts = Fact::map(
            [
                ("replicas", at("replicas")),
                ("volume", at("persistentVolume.size").or_default("2Gi")),
                ("volumes_deleted_when_scaled", deleted(&at("persistentVolume"), "whenScaled")),
                ("volumes_deleted_with_it", deleted(&at("persistentVolume"), "whenDeleted")),
                ("limits", at("resources.limits")),
                ("requests", at("resources.requests")),
                ("keeps_volume", at("persistentVolume.enabled").or_default(true)),
            ],
            values.reach(part).place,
        );
        (part, facts)
    });
    Fact::map(parts, values.place)
}

/// Whether volumes go: `Delete` under a retention policy that is switched on.
fn deleted(volume: &Fact, when: &str) -> Fact {
    let enabled = volume.reach("enableRetentionPolicy");
    let mut policy = volume.reach(when);
    if enabled.bool() != Some(true) {
        policy = enabled;
        policy.value = FactValue::Bool(false);
        return policy;
    }
    policy.value = FactValue::Bool(policy.text() == Some("Delete"));
    policy
}

/// The parts of Loki that a chart runs: by `deploymentMode`, which charts before 6 tell from `singleBinary.replicas`.
pub(super) fn loki_parts(values: &Fact) -> Fact {
    let mode = values.reach("deploymentMode");
    let single =
        matches!(values.reach("singleBinary.replicas").value, FactValue::Int(replicas) if replicas > 0);
    // Name in the values, and how many there are unless it is written.
    let parts: &[(&str, Option<i64>)] = match mode.text() {
        Some("SingleBinary" | "Monolithic") => &[("singleBinary", None)],
        Some("Distributed") => &[("ingester", None)],
        Some("SimpleScalable") => &[("backend", Some(3)), ("read", Some(3)), ("write", Some(3))],
        None if single => &[("singleBinary", None)],
        None => &[("backend", Some(3)), ("read", Some(3)), ("write", Some(3))],
        // Two ways at once, while one is left for the other.
        Some(_) => &[],
    };
    let parts = parts.iter().map(|(part, replicas)| {
        let written = values.reach(&format!("{part}.replicas"));
        let written = match replicas {
            Some(replicas) => written.or_default(*replicas),
            None => written,
        };
        let name = if *part == "singleBinary" { "single_binary" } else { part };
        (name, Fact::map([("replicas", written)], values.reach(part).place))
    });
    Fact::map(parts.collect::<Vec<_>>(), values.place)
}

/// Adds the replicas of another zone.
fn add_replicas(part: &mut Fact, zone: &Fact) {
    let FactValue::Map(entries) = &mut part.value else { return };
    let Some(replicas) = entries.get_mut("replicas") else { return };
    if let (FactValue::Int(sum), Some(FactValue::Int(more))) =
        (&mut replicas.value, zone.at("replicas").map(|fact| &fact.value))
    {
        *sum = sum.saturating_add(*more);
    }
}

/// Parts of a store from its rendered StatefulSets and Deployments, and the store's version from their labels.
pub(super) fn rendered_parts(
    stack: &Stack<'_>,
    chart: Chart,
    namespace: Option<&str>,
    place: Place,
) -> (Fact, Fact) {
    let mut parts = std::collections::BTreeMap::new();
    let mut version = Fact::absent(place);
    let app = if chart == Chart::Mimir { "mimir" } else { "loki" };
    for (resource, root) in stack.objects(&["StatefulSet", "Deployment"]) {
        let Some(labels) = root.at("metadata.labels") else { continue };
        let label = |name: &str| labels.get(name);
        if label("app.kubernetes.io/name").and_then(NodeRef::text) != Some(app)
            || namespace.is_some_and(|namespace| *resource.object.namespace != *namespace)
        {
            continue;
        }
        if let Some(node) = label("app.kubernetes.io/version") {
            version = fact_of(node, resource.at.doc);
        }
        let Some(part) = label("app.kubernetes.io/component").and_then(NodeRef::text) else { continue };
        let fact = |route: &str| match root.at(route) {
            Some(node) => fact_of(node, resource.at.doc),
            None => Fact::absent(resource.place),
        };
        let volume = root.at("spec.volumeClaimTemplates").and_then(|templates| templates.items().next());
        let volume = volume.and_then(|template| template.at("spec.resources.requests.storage"));
        let volume = volume.map_or(Fact::absent(resource.place), |node| fact_of(node, resource.at.doc));
        let policy = |when: &str| {
            let mut policy = fact(&format!("spec.persistentVolumeClaimRetentionPolicy.{when}"));
            policy.value = FactValue::Bool(policy.text() == Some("Delete"));
            policy
        };
        let container =
            root.at("spec.template.spec.containers").and_then(|containers| containers.items().next());
        let resources = |kind: &str| {
            let Some(container) = container else { return Fact::absent(resource.place) };
            let name = container.get("name").map_or(resource.place, |name| resource.at.place_of(name));
            // By way of the container, so that they are pointed at by their key.
            Fact { place: Some(name), ..fact_of(container, resource.at.doc) }
                .reach(&format!("resources.{kind}"))
        };
        let is_set = resource.object.kind.as_ref() == "StatefulSet";
        let keeps_volume = is_set.then(|| root.at("spec.volumeClaimTemplates").is_some());
        let facts = Fact::map(
            [
                ("replicas", fact("spec.replicas")),
                ("volume", volume),
                ("volumes_deleted_when_scaled", policy("whenScaled")),
                ("volumes_deleted_with_it", policy("whenDeleted")),
                ("limits", resources("limits")),
                ("requests", resources("requests")),
                ("keeps_volume", Fact::new(keeps_volume, resource.place)),
            ],
            resource.place,
        );
        // Zone-aware store-gateways and ingesters are several StatefulSets of one part: the first speaks for all, with
        // the replicas of all.
        match parts.entry(part.replace('-', "_")) {
            Entry::Vacant(entry) => drop(entry.insert(facts)),
            Entry::Occupied(mut entry) => add_replicas(entry.get_mut(), &facts),
        }
    }
    let parts = if parts.is_empty() {
        Fact::absent(place)
    } else {
        Fact { value: FactValue::Map(parts), place: Some(place) }
    };
    (parts, version)
}
