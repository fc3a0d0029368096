//! Turns workloads and values into the parts of a store: replicas, volumes, resource limits.

use std::collections::btree_map::Entry;

use super::released;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::charts::chart_default;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::piece::Chart;
use crate::model::piece::Store;
use crate::model::stack::ReleasedChart;
use crate::model::stack::Stack;
use crate::model::values::fact_of;

/// The parts of Mimir that keep data.
pub(super) fn mimir_parts(values: &Fact, version: Option<&str>) -> Fact {
    let parts = ["ingester", "compactor", "store_gateway"].map(|part| {
        let at = |route: &str| value(values, Chart::Mimir, version, &format!("{part}.{route}"));
        let facts = Fact::map(
            [
                ("replicas", replicas_of_zones(at("replicas"), &at("zoneAwareReplication"), &at)),
                ("volume", at("persistentVolume.size")),
                ("volumes_deleted_when_scaled", deleted(&at, "whenScaled")),
                ("volumes_deleted_with_it", deleted(&at, "whenDeleted")),
                ("limits", at("resources.limits")),
                ("requests", requests(&at)),
                ("keeps_volume", at("persistentVolume.enabled").or_default(true)),
            ],
            values.reach(part).place,
        );
        (part, facts)
    });
    Fact::map(parts, values.place)
}

/// What each pod asks for, with the chart's defaults.
fn requests(at: &dyn Fn(&str) -> Fact) -> Fact {
    let mut requests = at("resources.requests");
    let place = requests.place;
    if requests.is_null() {
        requests = Fact::map::<String>([], place);
    }
    for name in ["cpu", "memory"] {
        let request = at(&format!("resources.requests.{name}"));
        if requests.at(name).is_none() && !request.is_null() {
            requests.insert(name, request);
        }
    }
    requests
}

/// A value of the user, or else the chart's default; absent where that is not known.
fn value(values: &Fact, chart: Chart, version: Option<&str>, route: &str) -> Fact {
    let given = values.reach(route);
    match given.value {
        FactValue::Null => Fact { value: chart_default(chart, version, route).unwrap_or_default(), ..given },
        _ => given,
    }
}

/// How many replicas there are in all zones: each zone gets its share, rounded up.
fn replicas_of_zones(replicas: Fact, zones: &Fact, at: &dyn Fn(&str) -> Fact) -> Fact {
    let FactValue::Int(count) = replicas.value else { return replicas };
    let migrating = zones.reach("migration.enabled").bool() == Some(true);
    if at("zoneAwareReplication.enabled").bool() != Some(true) || migrating {
        return replicas;
    }
    // The chart has three zones, unless the user lists some.
    let zones =
        i64::try_from(zones.reach("zones").items().len()).ok().filter(|zones| *zones > 0).unwrap_or(3);
    let share = count.max(0).saturating_add(zones - 1) / zones;
    Fact { value: FactValue::Int(share.saturating_mul(zones)), ..replicas }
}

/// Whether volumes go: `Delete` under a retention policy that is switched on.
fn deleted(at: &dyn Fn(&str) -> Fact, when: &str) -> Fact {
    let enabled = at("persistentVolume.enableRetentionPolicy");
    let mut policy = at(&format!("persistentVolume.{when}"));
    if enabled.bool() != Some(true) {
        policy = enabled;
        policy.value = FactValue::Bool(false);
        return policy;
    }
    policy.value = FactValue::Bool(policy.text() == Some("Delete"));
    policy
}

/// The parts of Loki, of which some keep data.
pub(super) fn loki_parts(release: &ReleasedChart<'_>, version: Option<&str>) -> Fact {
    let values = &release.values;
    let parts = released::parts(release, Store::Loki).into_iter().map(|(target, section)| {
        let at = |route: &str| value(values, Chart::Loki, version, &format!("{section}.{route}"));
        // The table has no replicas of the single program in charts that make one by default.
        let replicas = if target == "all" { values.reach("singleBinary.replicas") } else { at("replicas") };
        let mut facts = Fact::map(
            [("replicas", replicas), ("limits", at("resources.limits"))],
            values.reach(section).place,
        );
        // Readers are a Deployment, whatever is set for their volumes.
        if section != "read" || at("legacyReadTarget").bool() == Some(true) {
            facts.insert("volume", at("persistence.size"));
            facts.insert("volumes_deleted_when_scaled", deleted_by_loki(&at, "whenScaled"));
            facts.insert("volumes_deleted_with_it", deleted_by_loki(&at, "whenDeleted"));
        }
        let name = if target == "all" { "single_binary".to_owned() } else { target.replace('-', "_") };
        (name, facts)
    });
    Fact::map(parts, values.place)
}

/// Whether volumes go. One switch is for both; only later charts let users say which.
fn deleted_by_loki(at: &dyn Fn(&str) -> Fact, when: &str) -> Fact {
    let mut policy = at("persistence.enableStatefulSetAutoDeletePVC");
    let told = at(&format!("persistence.{when}"));
    if let FactValue::Bool(on) = policy.value {
        policy.value = FactValue::Bool(on && told.text() != Some("Retain"));
    }
    policy
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
