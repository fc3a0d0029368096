//! Reads Mimir and Loki: what each store will run with, from values, rendered ConfigMaps or files by themselves.

use super::fact::Fact;
use super::fact::FactValue;
use super::fact::Subject;
use super::piece::Chart;
use super::piece::Store;
use super::stack::ReleasedChart;
use super::stack::Stack;
use super::values::fact_of;
use super::values::merge;
use crate::document::NodeRef;
use crate::document::Place;

/// One store of the stack.
struct Found {
    /// `values`, `rendered` or `file`.
    form: &'static str,
    name: String,
    namespace: Option<String>,
    /// Where the namespace is written.
    namespace_place: Option<Place>,
    version: Fact,
    config: Fact,
    /// Facts by workload part (`ingester`, `write`, ...), null where the form does not show them.
    parts: Fact,
    place: Place,
    /// What the store runs with could not be seen.
    unseen: Option<(String, Place)>,
}

/// The subjects `mimir` and `loki` of a stack.
pub(crate) fn subjects(stack: &Stack<'_>) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (store, kind, chart) in [(Store::Mimir, "mimir", Chart::Mimir), (Store::Loki, "loki", Chart::Loki)] {
        let found = stores(stack, store, chart);
        let several = found.len() > 1;
        for store in found {
            let key = if several { format!("{kind} {}", store.name) } else { kind.to_owned() };
            subjects.extend(parts(kind, &key, &store.parts));
            subjects.push(subject(kind, key, store));
        }
    }
    subjects.extend(overrides(stack));
    subjects
}

/// The subjects `override`: limits of single tenants, in runtime files and in values that make them.
fn overrides(stack: &Stack<'_>) -> Vec<Subject> {
    let files = stack.runtime_overrides.iter().filter_map(|at| {
        let node = at.in_documents(stack.documents)?;
        Some(fact_of(node, at.doc).reach("overrides"))
    });
    let values = [(Chart::Mimir, "runtimeConfig.overrides"), (Chart::Loki, "loki.runtimeConfig.overrides")];
    let values = values
        .into_iter()
        .flat_map(|(chart, route)| stack.releases_of(chart).map(move |release| release.values.reach(route)));
    let mut found = Vec::new();
    for tenants in files.chain(values) {
        for (tenant, limits) in tenants.entries() {
            let names: Vec<Fact> = limits.entries().map(|(name, fact)| Fact::new(name, fact.place)).collect();
            if names.is_empty() {
                continue;
            }
            let facts = Fact::map(
                [("tenant", Fact::new(tenant, limits.place)), ("limits", Fact::list(names, limits.place))],
                limits.place,
            );
            found.push(Subject { kind: "override", key: format!("overrides of {tenant}"), facts });
        }
    }
    found
}

/// The parts of a store, each a subject of its own.
fn parts(store: &'static str, key: &str, parts: &Fact) -> Vec<Subject> {
    let subject = |(name, fact): (&str, &Fact)| {
        let mut facts = fact.clone();
        facts.insert("store", Fact::new(store, fact.place));
        facts.insert("name", Fact::new(name, fact.place));
        Subject { kind: "part", key: format!("{key} {name}"), facts }
    };
    parts.entries().map(subject).collect()
}

fn subject(kind: &'static str, key: String, store: Found) -> Subject {
    let unseen = match store.unseen {
        Some((reason, place)) => Fact::new(reason, place),
        None => Fact::absent(store.place),
    };
    let facts = Fact::map(
        [
            ("name", Fact::new(store.name, store.place)),
            ("namespace", Fact::new(store.namespace, store.namespace_place.unwrap_or(store.place))),
            ("form", Fact::bare(store.form)),
            ("version", store.version),
            ("storage", storage(kind, &store.config)),
            ("config", store.config),
            ("parts", store.parts),
            ("unseen", unseen),
        ],
        store.place,
    );
    Subject { kind, key, facts }
}

fn stores(stack: &Stack<'_>, store: Store, chart: Chart) -> Vec<Found> {
    let mut found = Vec::new();
    for (kind, at, home) in &stack.store_configs {
        if *kind != store || home.release.is_some() {
            continue;
        }
        let Some(root) = at.in_documents(stack.documents) else { continue };
        let place = Place { doc: at.doc, span: crate::text::Span::at(root.span().start) };
        let (name, namespace) = match &home.object {
            Some(object) => (object.name.to_string(), Some(object.namespace.to_string())),
            None => (stack.documents.files[at.doc.file as usize].path.clone(), None),
        };
        let namespace = namespace.filter(|namespace| !namespace.is_empty());
        let (parts, version) = match &home.object {
            Some(_) => rendered_parts(stack, chart, namespace.as_deref(), place),
            None => (Fact::absent(place), Fact::absent(place)),
        };
        let form = if home.object.is_some() { "rendered" } else { "file" };
        let mut config = fact_of(root, at.doc);
        config.place = Some(place);
        let namespace_place = stack.namespace_place(home.object.as_ref());
        found.push(Found {
            form,
            name,
            namespace,
            namespace_place,
            version,
            config,
            parts,
            place,
            unseen: None,
        });
    }
    let rendered: Vec<Option<String>> =
        found.iter().filter(|store| store.form == "rendered").map(|store| store.namespace.clone()).collect();
    for release in stack.releases_of(chart) {
        let namespace = release.release.namespace.as_deref().map(str::to_owned);
        // What the chart made of the values is better evidence than the values.
        if !rendered.contains(&namespace) {
            let namespace_place = stack.namespace_place(release.release.object.as_ref());
            found.push(Found { namespace_place, ..from_values(release, store, namespace) });
        }
    }
    found
}

fn from_values(release: &ReleasedChart<'_>, store: Store, namespace: Option<String>) -> Found {
    let values = &release.values;
    let place = release.release.place;
    let (config, parts) = match store {
        Store::Mimir => {
            let mut config = values.reach("mimir.structuredConfig");
            if config.is_null() {
                config.value = FactValue::Map(std::collections::BTreeMap::new());
            }
            (config, mimir_parts(values))
        }
        Store::Loki => (loki_config(values), loki_parts(values)),
    };
    let templated = match store {
        Store::Mimir => values.at("mimir.config"),
        Store::Loki => values.at("loki.config"),
    };
    let unseen = match (templated.filter(|fact| !fact.is_null()), release.unseen().next()) {
        (Some(fact), _) => Some((
            "the configuration is a template of the values' own: lint the rendered ConfigMap".to_owned(),
            fact.place.unwrap_or(place),
        )),
        (None, Some((what, place))) => {
            Some((format!("values come from `{what}`, which is not in the input"), *place))
        }
        (None, None) => None,
    };
    let version = match &release.release.version {
        Some((version, place)) => Fact::new(&**version, *place),
        None => Fact::absent(place),
    };
    let name = release.full_name().unwrap_or_else(|| release.release.chart_name.to_string());
    Found { form: "values", name, namespace, namespace_place: None, version, config, parts, place, unseen }
}

/// The parts of Mimir that keep data. Defaults are those of mimir-distributed 5.x (`helm-values` facts).
fn mimir_parts(values: &Fact) -> Fact {
    let parts = ["ingester", "compactor", "store_gateway"].map(|part| {
        let at = |route: &str| values.reach(&format!("{part}.{route}"));
        let facts = Fact::map(
            [
                ("replicas", at("replicas")),
                ("volume", at("persistentVolume.size").or_default("2Gi")),
                ("volumes_deleted_when_scaled", deleted(&at("persistentVolume"), "whenScaled")),
                ("volumes_deleted_with_it", deleted(&at("persistentVolume"), "whenDeleted")),
                ("limits", at("resources.limits")),
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

fn loki_parts(values: &Fact) -> Fact {
    let parts = ["backend", "read", "write"].map(|part| {
        let facts = Fact::map(
            [("replicas", values.reach(&format!("{part}.replicas")).or_default(3_i64))],
            values.reach(part).place,
        );
        (part, facts)
    });
    Fact::map(parts, values.place)
}

/// Loki's configuration as the chart makes it from its values: sections with the chart's defaults, then
/// `structuredConfig` over them. Chart versions 5.36 to 6.x.
fn loki_config(values: &Fact) -> Fact {
    let section = |route: &str| values.reach(&format!("loki.{route}"));
    let mut limits = section("limits_config");
    let place = limits.place;
    if let FactValue::Null = limits.value {
        limits.value = FactValue::Map(std::collections::BTreeMap::new());
    }
    for (key, default) in [
        ("max_cache_freshness_per_query", FactValue::from("10m")),
        ("reject_old_samples", FactValue::from(true)),
        ("reject_old_samples_max_age", FactValue::from("168h")),
        ("split_queries_by_interval", FactValue::from("15m")),
    ] {
        if let FactValue::Map(entries) = &mut limits.value {
            entries.entry(key.to_owned()).or_insert_with(|| Fact::new(default, place));
        }
    }
    let mut storage_config = section("storage_config");
    let hedging = Fact::map(
        [
            ("at", Fact::new("250ms", storage_config.place)),
            ("max_per_second", Fact::new(20_i64, storage_config.place)),
            ("up_to", Fact::new(3_i64, storage_config.place)),
        ],
        storage_config.place,
    );
    let mut defaults = Fact::map([("hedging", hedging)], storage_config.place);
    if !storage_config.is_null() {
        merge(&mut defaults, storage_config);
    }
    storage_config = defaults;
    let mut config = Fact::map(
        [
            ("auth_enabled", section("auth_enabled").or_default(true)),
            ("limits_config", limits),
            ("storage_config", storage_config),
            ("compactor", section("compactor")),
            ("schema_config", section("schemaConfig")),
            ("analytics", section("analytics")),
            ("storage", section("storage")),
        ],
        values.reach("loki").place,
    );
    let structured = section("structuredConfig");
    if !structured.is_null() {
        merge(&mut config, structured);
    }
    config
}

/// Where a store keeps its data, in one form for values and rendered configuration.
fn storage(kind: &str, config: &Fact) -> Fact {
    if kind == "mimir" {
        let backend = config.reach("blocks_storage.backend");
        let backend = if backend.is_null() { config.reach("common.storage.backend") } else { backend };
        let mut common = backend;
        if common.is_null() {
            common.place = config.reach("blocks_storage").place;
        }
        return Fact::map([("type", common)], config.reach("blocks_storage").place);
    }
    let values = config.reach("storage");
    if !values.is_null() {
        // The chart fills in a bucket named like its use.
        let bucket = |name: &str| values.reach(&format!("bucketNames.{name}")).or_default(name);
        return Fact::map(
            [
                ("type", values.reach("type").or_default("s3")),
                ("chunks", bucket("chunks")),
                ("ruler", bucket("ruler")),
                ("admin", bucket("admin")),
                ("admin_shown", Fact::bare(true)),
                ("region", values.reach("s3.region")),
                ("endpoint", values.reach("s3.endpoint")),
            ],
            values.place,
        );
    }
    let common = config.reach("common.storage");
    let (name, section) = common.entries().next().map_or(("", None), |(name, fact)| (name, Some(fact)));
    let bucket_of = |section: Option<&Fact>, place: Option<Place>| {
        section
            .and_then(|section| {
                ["bucketnames", "bucket_name", "container_name"].into_iter().find_map(|key| section.at(key))
            })
            .cloned()
            .unwrap_or(Fact::absent(place))
    };
    let ruler = config.reach("ruler.storage");
    let ruler_section =
        ruler.entries().find(|(_, fact)| matches!(fact.value, FactValue::Map(_))).map(|(_, fact)| fact);
    Fact::map(
        [
            ("type", Fact::new(Some(name).filter(|name| !name.is_empty()), common.place)),
            ("chunks", bucket_of(section, common.place)),
            ("ruler", bucket_of(ruler_section, ruler.place)),
            ("admin", Fact::absent(common.place)),
            // The rendered configuration of open-source Loki has no admin bucket.
            ("admin_shown", Fact::bare(false)),
            ("region", common.reach("s3.region")),
            ("endpoint", common.reach("s3.endpoint")),
        ],
        common.place,
    )
}

/// Parts of a store from its rendered StatefulSets and Deployments, and the store's version from their labels.
fn rendered_parts(stack: &Stack<'_>, chart: Chart, namespace: Option<&str>, place: Place) -> (Fact, Fact) {
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
        let limits = container.map(|container| {
            let name = container.get("name").map_or(resource.place, |name| resource.at.place_of(name));
            // By way of the container, so that limits are pointed at by their key.
            Fact { place: Some(name), ..fact_of(container, resource.at.doc) }.reach("resources.limits")
        });
        let limits = limits.unwrap_or(Fact::absent(resource.place));
        let facts = Fact::map(
            [
                ("replicas", fact("spec.replicas")),
                ("volume", volume),
                ("volumes_deleted_when_scaled", policy("whenScaled")),
                ("volumes_deleted_with_it", policy("whenDeleted")),
                ("limits", limits),
            ],
            resource.place,
        );
        // Zone-aware store-gateways and ingesters are several StatefulSets of one part: the first speaks for all.
        parts.entry(part.replace('-', "_")).or_insert(facts);
    }
    let parts = if parts.is_empty() {
        Fact::absent(place)
    } else {
        Fact { value: FactValue::Map(parts), place: Some(place) }
    };
    (parts, version)
}
