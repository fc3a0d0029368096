//! Turns the values of a chart into the configuration that the chart makes of them.

use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::values::merge;

/// Loki's configuration as the chart makes it from its values: sections with the chart's defaults, then
/// `structuredConfig` over them. Chart versions 5.36 to 6.x.
pub(super) fn loki_config(values: &Fact) -> Fact {
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
    // A value that is not set is no section; to Helm null takes one away.
    if let FactValue::Map(sections) = &mut config.value {
        sections.retain(|_, section| !section.is_null());
    }
    let structured = section("structuredConfig");
    if !structured.is_null() {
        merge(&mut config, structured);
    }
    config
}

/// The values of the loki chart that are sections of Loki's configuration as they are, by the name of the section.
pub(super) fn loki_sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        ("analytics", "analytics"),
        ("compactor", "compactor"),
        ("distributor", "distributor"),
        ("frontend", "frontend"),
        ("frontend_worker", "frontend_worker"),
        ("index_gateway", "index_gateway"),
        ("ingester", "ingester"),
        ("limits_config", "limits_config"),
        ("pattern_ingester", "pattern_ingester"),
        ("querier", "querier"),
        ("query_range", "query_range"),
        ("query_scheduler", "query_scheduler"),
        ("rulerConfig", "ruler"),
        ("schemaConfig", "schema_config"),
        ("server", "server"),
        ("storage_config", "storage_config"),
        ("tracing", "tracing"),
    ]
    .into_iter()
}
