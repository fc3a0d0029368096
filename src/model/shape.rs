//! Tells what a tree or text is by its content.

use super::piece::Chart;
use super::piece::Store;
use super::queries::is_dashboard;
use super::queries::is_rule_groups;
use crate::document::Language;
use crate::document::NodeRef;
use crate::document::parse_trees;

/// What the caller said the inputs are (`--kind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Expected {
    /// Nothing: the content decides.
    #[default]
    Any,
    /// Values of this chart.
    Values(Chart),
    /// An Alloy program.
    Alloy,
    /// The configuration of a store.
    Store(Store),
    /// The configuration of this store, where the content does not say otherwise.
    Leaning(Store),
    /// A `grafana.ini`.
    GrafanaIni,
    /// Kubernetes objects.
    Manifests,
    /// The settings of the linter: they go by their name, so that a slip in them is not taken for something else.
    Settings,
}

/// What a YAML or JSON document is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Something with `apiVersion` and `kind`.
    Object,
    /// `pulumi stack export`.
    PulumiExport,
    /// Values of a chart.
    Values(Chart),
    /// Configuration of a store.
    Store(Store),
    /// Runtime overrides of a store.
    RuntimeOverrides,
    /// Provisioned data sources.
    DataSources,
    /// Contact points or notification policies for Grafana's alerting.
    Notifications,
    /// Groups of alerting and recording rules.
    RuleGroups,
    /// A Grafana dashboard.
    Dashboard,
    /// Configuration of another collector, by the name of its language in `schemas/relays.json`.
    Relay(&'static str),
    /// `ptd-lint.yaml`.
    Settings,
    /// Nothing that the linter reads, with the reason.
    Other(String),
}

/// The shape of a document's root.
pub(crate) fn shape_of(root: NodeRef<'_>, expected: Expected) -> Shape {
    match expected {
        Expected::Values(chart) => return Shape::Values(chart),
        Expected::Store(store) => return Shape::Store(store),
        Expected::Manifests => return Shape::Object,
        Expected::Settings => return Shape::Settings,
        _ => {}
    }
    match (expected, shape_by_content(root)) {
        (Expected::Leaning(store), Shape::Other(_) | Shape::Store(_) | Shape::Relay(_)) => {
            Shape::Store(store)
        }
        (_, shape) => shape,
    }
}

fn shape_by_content(root: NodeRef<'_>) -> Shape {
    if !root.is_mapping() {
        let what = if root.is_sequence() { "a list" } else { "a single value" };
        return Shape::Other(format!(
            "{what} at the top level: no Kubernetes object, chart values or configuration"
        ));
    }
    if root.get("datasources").is_some_and(NodeRef::is_sequence) && root.get("kind").is_none() {
        return Shape::DataSources;
    }
    // Files of rules for Grafana have an `apiVersion`, but are no objects.
    if is_rule_groups(root) {
        return Shape::RuleGroups;
    }
    if is_dashboard(root) {
        return Shape::Dashboard;
    }
    if is_provisioning(root) && ["contactPoints", "policies"].into_iter().any(|key| holds_items(root, key)) {
        return Shape::Notifications;
    }
    if is_provisioning(root) {
        return Shape::Other("a file for Grafana's provisioning without rules or data sources".to_owned());
    }
    if root.get("kind").is_some() || root.get("apiVersion").is_some() {
        return Shape::Object;
    }
    if root.at("deployment.resources").is_some_and(NodeRef::is_sequence) {
        return Shape::PulumiExport;
    }
    // Before the stores' own files, which have `limits` too, and never a `version`.
    if settings_shape(root) {
        return Shape::Settings;
    }
    if let Some(shape) = store_shape(root) {
        return shape;
    }
    if let Some(chart) = values_shape(root) {
        return Shape::Values(chart);
    }
    if let Some(language) = relay_shape(root) {
        return Shape::Relay(language);
    }
    Shape::Other(
        "recognised as none of: Kubernetes object, values of alloy, mimir-distributed, loki or grafana, \
         Mimir or Loki configuration, data sources, Pulumi export, workload declaration (say which with --kind)"
            .to_owned(),
    )
}

/// Whether a mapping is a file that Grafana reads when it starts: its `apiVersion` is a number, which no object has.
fn is_provisioning(root: NodeRef<'_>) -> bool {
    let keys =
        ["providers", "groups", "contactPoints", "policies", "muteTimes", "templates", "apps", "deleteRules"];
    root.get("kind").is_none()
        && root.get("apiVersion").and_then(NodeRef::int).is_some()
        && keys.into_iter().any(|key| root.get(key).is_some())
}

/// Whether a mapping holds a list that is not empty.
fn holds_items(root: NodeRef<'_>, key: &str) -> bool {
    root.get(key).is_some_and(|list| list.items().next().is_some())
}

/// Values files, told apart by keys that only one of the charts reads.
fn values_shape(root: NodeRef<'_>) -> Option<Chart> {
    let mapping = |route: &str| root.at(route).is_some_and(NodeRef::is_mapping);
    if mapping("mimir.structuredConfig")
        || mapping("mimir") && (mapping("ingester") || mapping("store_gateway"))
    {
        return Some(Chart::Mimir);
    }
    if mapping("loki") {
        return Some(Chart::Loki);
    }
    if mapping("alloy") {
        return Some(Chart::Alloy);
    }
    let grafana =
        root.get("grafana.ini").is_some() || mapping("datasources") || mapping("dashboardProviders");
    if grafana {
        return Some(Chart::Grafana);
    }
    // Values that set only what surrounds the main section.
    let volumes = |part: &str| root.get(part).and_then(|node| node.get("persistentVolume")).is_some();
    if volumes("store_gateway") || volumes("ingester") || volumes("compactor") {
        return Some(Chart::Mimir);
    }
    None
}

/// The keys of a runtime file of either store.
const RUNTIME: [&str; 5] =
    ["overrides", "configs", "multi_kv_config", "ingester_limits", "distributor_limits"];

/// Configuration files of the stores, told apart by sections that only one of them has.
fn store_shape(root: NodeRef<'_>) -> Option<Shape> {
    let has = |key: &str| root.get(key).is_some();
    if root.get("overrides").is_some_and(NodeRef::is_mapping)
        && root.entries().all(|(key, _)| key.text().is_some_and(|key| RUNTIME.contains(&key)))
    {
        return Some(Shape::RuntimeOverrides);
    }
    let loki = [
        "schema_config",
        "limits_config",
        "storage_config",
        "chunk_store_config",
        "table_manager",
        "query_range",
        "auth_enabled",
        "pattern_ingester",
        "bloom_build",
        "analytics",
    ]
    .into_iter()
    .filter(|key| has(key))
    .count();
    let mimir = [
        "blocks_storage",
        "multitenancy_enabled",
        "limits",
        "activity_tracker",
        "usage_stats",
        "ruler_storage",
        "alertmanager_storage",
        "store_gateway",
        "tenant_federation",
        "ingest_storage",
    ]
    .into_iter()
    .filter(|key| has(key))
    .count();
    // Chart values may hold `store_gateway` or `ruler_storage` look-alikes, but then they hold `persistentVolume` too.
    let values = root.get("mimir").is_some()
        || root.get("loki").is_some()
        || ["store_gateway", "ingester", "compactor", "write", "backend"].into_iter().any(|part| {
            root.get(part).is_some_and(|node| {
                ["persistentVolume", "persistence", "replicas", "resources", "affinity"]
                    .into_iter()
                    .any(|key| node.get(key).is_some())
            })
        });
    // Loki has `ruler_storage` too, since 3.4; nothing else has periods of a schema.
    let is_loki = loki > mimir || loki == mimir && has("schema_config");
    if values || loki == mimir && !is_loki {
        return None;
    }
    Some(Shape::Store(if is_loki { Store::Loki } else { Store::Mimir }))
}

/// Configuration files of other collectors, told apart by sections that only one of them has.
fn relay_shape(root: NodeRef<'_>) -> Option<&'static str> {
    let mapping = |route: &str| root.at(route).is_some_and(NodeRef::is_mapping);
    let list = |route: &str| root.at(route).is_some_and(NodeRef::is_sequence);
    Some(if mapping("service.pipelines") && mapping("receivers") && mapping("exporters") {
        "otel"
    } else if list("clients") && (list("scrape_configs") || mapping("positions")) {
        "promtail"
    } else if list("pipeline.outputs") && list("pipeline.inputs") {
        "fluent-bit"
    } else if mapping("sources") && mapping("sinks") {
        "vector"
    } else if list("logs.configs") || list("metrics.configs") {
        "agent"
    } else if list("remote_write") && list("scrape_configs") {
        "prometheus"
    } else {
        return None;
    })
}

/// The keys of a settings file, `ptd-lint.yaml`.
pub(crate) const SETTINGS_KEYS: &[&str] = &[
    "version",
    "workload",
    "control_room",
    "domain",
    "declared",
    "limits",
    "allowed",
    "accepted",
    "endpoints",
    "rules",
    "profile",
    "select",
    "extend_select",
    "ignore",
    "baseline",
    "fail_on",
    "strict",
    "stacks",
    "assume",
];

fn settings_shape(root: NodeRef<'_>) -> bool {
    // No other file has the key `control_room` at its top: a slip in the rest is told rather than passed over.
    root.get("version").is_some()
        && (root.get("control_room").is_some()
            || root.entries().all(|(key, _)| key.text().is_some_and(|key| SETTINGS_KEYS.contains(&key))))
}

/// Whether a text is an Alloy program rather than YAML: its first statement is a block or an assignment with `=`.
pub(crate) fn looks_like_alloy(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    // Comments of either kind come first in many programs; `#` is the mistake that programs are often handed in with.
    loop {
        if let Some(tail) = rest.strip_prefix("//").or_else(|| rest.strip_prefix('#')) {
            rest = tail.split_once('\n').map_or("", |(_, tail)| tail).trim_start();
        } else if let Some(tail) = rest.strip_prefix("/*") {
            rest = tail.split_once("*/").map_or("", |(_, tail)| tail).trim_start();
        } else {
            break;
        }
    }
    let name = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
    if name == 0 || !rest.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return false;
    }
    let mut tail = rest[name..].trim_start_matches([' ', '\t']);
    if let Some(label) = tail.strip_prefix('"') {
        match label.split_once('"') {
            Some((label, after)) if !label.contains('\n') => tail = after.trim_start_matches([' ', '\t']),
            _ => return false,
        }
    }
    tail.starts_with('{') || (tail.starts_with('=') && !tail.starts_with("=="))
}

/// Whether a text that nothing else tells to be a program is one: it looks like it, and it holds a block whose name only
/// Alloy knows. `server {` opens a text of nginx, `FOO=bar` one of a shell.
pub(crate) fn is_alloy(text: &str) -> bool {
    looks_like_alloy(text) && text.lines().any(opens_block_of_alloy)
}

/// Whether a text that is no program itself holds a line that opens one.
pub(crate) fn holds_alloy(text: &str) -> bool {
    !looks_like_alloy(text) && text.lines().any(opens_block_of_alloy)
}

/// The language of a text that is the configuration of another collector, by the key's ending and by lines that only that
/// collector's configuration has.
pub(crate) fn language_of_collector(key: &str, text: &str) -> Option<Language> {
    let has = |fits: &dyn Fn(&str) -> bool| text.lines().any(|line| fits(line.trim()));
    match key.rsplit_once('.')?.1 {
        "toml" => {
            has(&|line| ["[sources.", "[sinks.", "[transforms."].iter().any(|own| line.starts_with(own)))
                .then_some(Language::Toml)
        }
        "conf" => {
            let sections = ["[SERVICE]", "[INPUT]", "[FILTER]", "[OUTPUT]", "[PARSER]", "[MULTILINE_PARSER]"];
            let fluentd = ["<source>", "<match ", "<match>", "<filter ", "<label "];
            if has(&|line| sections.iter().any(|own| line.eq_ignore_ascii_case(own))) {
                Some(Language::FluentBit)
            } else if has(&|line| fluentd.iter().any(|own| line.starts_with(own))) {
                // XML has such tags as well, but its lines do not read as directives that are closed.
                let xml = text.trim_start().starts_with("<?xml") || text.contains("<!DOCTYPE");
                (!xml && !parse_trees(&text.into(), Language::Fluentd).0.is_empty())
                    .then_some(Language::Fluentd)
            } else {
                has(&|line| line.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("@include ")))
                    .then_some(Language::FluentBit)
            }
        }
        _ => None,
    }
}

/// Whether a line opens a component or a block that only Alloy's language has. Half-written and refused programs count.
fn opens_block_of_alloy(line: &str) -> bool {
    const FAMILIES: [&str; 13] = [
        "beyla",
        "database_observability",
        "discovery",
        "faro",
        "import",
        "local",
        "loki",
        "mimir",
        "otelcol",
        "prometheus",
        "pyroscope",
        "remote",
        "windows",
    ];
    const BLOCKS: [&str; 4] = ["declare", "foreach", "livedebugging", "remotecfg"];
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '}' | ';'));
    let end = line.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let opens = rest.starts_with(['"', '{']);
    let family = name.split_once('.').is_some_and(|(family, _)| FAMILIES.contains(&family));
    opens && (family || BLOCKS.contains(&name) || name == "logging" && rest.starts_with('{'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_alloy_from_other_languages_with_braces_by_a_block_that_only_it_has() {
        assert!(is_alloy("http {\n}\n\n  loki.write \"local\" {\n}\n"));
        assert!(is_alloy("declare \"x\" { }"));
        assert!(is_alloy("logging {\n  level = \"info\"\n}\n"));
        assert!(!is_alloy("server {\n  listen 80;\n}\n"));
        assert!(!is_alloy("FOO=bar\nB=c d\n"));
        assert!(!is_alloy("listener \"tcp\" {\n  address = \"[::]:8200\"\n}\n"));
    }

    #[test]
    fn tells_alloy_from_yaml_by_the_first_statement() {
        assert!(looks_like_alloy("// c\n/* d */\nlogging {\n}\n"));
        assert!(looks_like_alloy("loki.write \"local\" {\n}\n"));
        assert!(looks_like_alloy("# wrong comment\nlogging {}\n"));
        assert!(!looks_like_alloy("# comment\nkind: ConfigMap\n"));
        assert!(!looks_like_alloy("a: {b: c}\n"));
        assert!(!looks_like_alloy("{}\n"));
        assert!(!looks_like_alloy(""));
    }
}
