//! The table of fields: what rules may read, by subject. The reference for rule authors is made from it.

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldType {
    /// Text.
    Text,
    /// An integer.
    Int,
    /// An integer or a floating-point number.
    Number,
    /// True or false.
    Bool,
    /// A list; its items' fields are further lines (`sources[].name`).
    List,
    /// A map with the fields of further lines.
    Map,
    /// Whatever was written: configuration that is not ours.
    Any,
}

impl FieldType {
    /// The name in the reference.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int => "integer",
            Self::Number => "number",
            Self::Bool => "boolean",
            Self::List => "list",
            Self::Map => "map",
            Self::Any => "any",
        }
    }
}

/// A fact that rules may read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// The subject's kind, or `workload`, which every rule sees.
    pub(crate) subject: &'static str,
    /// The route below the subject: `config_source`, `sources[].name` for items of a list, `config.*` for a map whose
    /// keys are not ours. Empty: the subject itself.
    pub(crate) path: &'static str,
    /// What it holds. Every field may also be null (absent) or unknown.
    pub(crate) kind: FieldType,
    /// What it says, with its unit.
    pub(crate) doc: &'static str,
}

use FieldType::Any;
use FieldType::Bool;
use FieldType::Int;
use FieldType::List;
use FieldType::Map;
use FieldType::Text;

const fn field(subject: &'static str, path: &'static str, kind: FieldType, doc: &'static str) -> Field {
    Field { subject, path, kind, doc }
}

/// All fields. One line each, sorted by subject, then path; a test holds the order.
#[rustfmt::skip]
pub(crate) const FIELDS: &[Field] = &[
    field("collector", "", Map, "an Alloy collector: its program and the workload that runs it"),
    field("collector", "chart.*", Any, "its Helm values, where it comes from the chart"),
    field("collector", "clustering", Bool, "whether clustering is on"),
    field("collector", "components", List, "the components of its program"),
    field("collector", "components[].kind", Text, "such as `loki.write`"),
    field("collector", "components[].name", Text, "such as `loki.write.local`"),
    field("collector", "controller", Text, "`DaemonSet`, `Deployment` or `StatefulSet`"),
    field("collector", "host_logs", Bool, "whether the host's /var/log is mounted"),
    field("collector", "name", Text, "its name"),
    field("collector", "namespace", Text, "its namespace"),
    field("collector", "pod.*", Any, "its pod spec"),
    field("collector", "privileged", Bool, "whether it runs privileged"),
    field("collector", "reporting_enabled", Bool, "whether it reports its usage to its maker"),
    field("collector", "run_as_root", Bool, "whether it runs as user 0"),
    field("collector", "system_logs", Bool, "whether its program reads the host's system logs"),
    field("collector", "tolerations", List, "tolerations of its pods"),
    field("collector", "tolerations[].*", Any, "as Kubernetes has them"),
    field("collector", "unknowns", List, "what of its program could not be followed, and why"),
    field("component", "", Map, "a component of a collector's program"),
    field("component", "arguments.*", Any, "its arguments, evaluated as far as they can be"),
    field("component", "collector", Text, "the collector's name"),
    field("component", "kind", Text, "such as `prometheus.scrape`"),
    field("component", "name", Text, "such as `prometheus.scrape.pods`"),
    field("component", "stability", Text, "`generally-available`, `public-preview` or `experimental`"),
    field("datasource", "", Map, "a Grafana data source"),
    field("datasource", "access", Text, "`proxy` or `direct`"),
    field("datasource", "config.*", Any, "the data source as provisioned"),
    field("datasource", "is_default", Bool, "whether it is the default"),
    field("datasource", "name", Text, "its name"),
    field("datasource", "type", Text, "such as `prometheus` or `loki`"),
    field("datasource", "url", Text, "where Grafana asks"),
    field("datasource", "zone", Text, "`workload`, `control-room`, `allowed`, `external` or `unknown`"),
    field("grafana", "", Map, "a Grafana"),
    field("grafana", "chart.*", Any, "its Helm values"),
    field("grafana", "datasources", List, "its data sources"),
    field("grafana", "datasources[].*", Any, "as provisioned"),
    field("grafana", "ini.*", Any, "grafana.ini by section and key"),
    field("grafana", "name", Text, "its name"),
    field("grafana", "namespace", Text, "its namespace"),
    field("log_exit", "", Map, "a way by which logs leave a collector"),
    field("log_exit", "component", Text, "the component that sends"),
    field("log_exit", "destination", Text, "the URL or address"),
    field("log_exit", "hops", List, "the components between sources and exit"),
    field("log_exit", "hops[].name", Text, "the component"),
    field("log_exit", "sources", List, "the log sources whose data takes this way"),
    field("log_exit", "sources[].name", Text, "the component"),
    field("log_exit", "zone", Text, "`workload`, `control-room`, `allowed`, `external` or `unknown`"),
    field("log_exit", "zone_reason", Text, "why it is in that zone"),
    field("loki", "", Map, "a Loki"),
    field("loki", "chart.*", Any, "its Helm values"),
    field("loki", "config.*", Any, "its effective configuration"),
    field("loki", "config_source", Text, "where the configuration was read; null where it is not in the input"),
    field("loki", "name", Text, "its name"),
    field("loki", "namespace", Text, "its namespace"),
    field("loki", "overrides.*", Any, "runtime overrides by tenant"),
    field("metric_source", "", Map, "a component that produces metrics"),
    field("metric_source", "name", Text, "the component"),
    field("metric_source", "reaches_control_room", Bool, "whether its metrics reach the control room's Mimir"),
    field("metric_source", "reaches_local", Bool, "whether its metrics reach the workload's Mimir unfiltered"),
    field("metric_source", "writers", List, "the writers that its metrics reach"),
    field("metric_source", "writers[].name", Text, "the component"),
    field("metric_source", "writers[].zone", Text, "the zone of its destination"),
    field("metric_writer", "", Map, "a component that writes metrics to a store"),
    field("metric_writer", "arguments.*", Any, "the endpoint's arguments"),
    field("metric_writer", "destination", Text, "the URL"),
    field("metric_writer", "name", Text, "the component"),
    field("metric_writer", "zone", Text, "`workload`, `control-room`, `allowed`, `external` or `unknown`"),
    field("mimir", "", Map, "a Mimir"),
    field("mimir", "chart.*", Any, "its Helm values"),
    field("mimir", "config.*", Any, "its effective configuration"),
    field("mimir", "config_source", Text, "where the configuration was read; null where it is not in the input"),
    field("mimir", "name", Text, "its name"),
    field("mimir", "namespace", Text, "its namespace"),
    field("mimir", "overrides.*", Any, "runtime overrides by tenant"),
    field("probe", "", Map, "a blackbox probe"),
    field("probe", "name", Text, "its name"),
    field("probe", "target", Text, "what it asks"),
    field("resource", "", Map, "a Kubernetes object"),
    field("resource", "api_version", Text, "its apiVersion"),
    field("resource", "body.*", Any, "the whole object"),
    field("resource", "kind", Text, "its kind"),
    field("resource", "name", Text, "its name"),
    field("resource", "namespace", Text, "its namespace"),
    field("workload", "", Map, "the workload, as declared"),
    field("workload", "allowed", List, "destinations that the user allows"),
    field("workload", "allowed[].destination", Text, "a host or a host glob"),
    field("workload", "allowed[].reason", Text, "why it is allowed"),
    field("workload", "control_room", Text, "domain of the control room; null where there is none"),
    field("workload", "control_room_declared", Bool, "whether it is said if there is a control room"),
    field("workload", "domain", Text, "its domain"),
    field("workload", "name", Text, "its name"),
    field("workload", "sites", List, "its sites' names"),
];

/// The kinds of subject that a rule can range over.
pub(crate) fn subjects() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().filter(|field| field.path.is_empty()).map(|field| field.subject)
}

/// Whether rules may read a route, where items of lists are `[]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// It is in the table, or leads to something that is.
    Known,
    /// It lies in a map whose keys are not ours.
    Open,
    /// It does not exist.
    Missing,
}

/// What the table says of a route.
pub(crate) fn access(subject: &str, path: &str) -> Access {
    let under = |path: &str, prefix: &str| {
        path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let mut best = Access::Missing;
    for field in FIELDS.iter().filter(|field| field.subject == subject) {
        match field.path.strip_suffix(".*") {
            Some(open) if under(path, open) => return Access::Open,
            _ if path.is_empty() || under(field.path, path) => best = Access::Known,
            _ => {}
        }
    }
    best
}

/// The names that may follow `path`, for "did you mean".
pub(crate) fn children(subject: &str, path: &str) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = FIELDS
        .iter()
        .filter(|field| field.subject == subject)
        .filter_map(|field| {
            let rest = if path.is_empty() {
                field.path
            } else {
                field.path.strip_prefix(path)?.strip_prefix('.')?
            };
            rest.split(['.', '[']).next().filter(|name| !name.is_empty() && *name != "*")
        })
        .collect();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_sorted_without_repetition_and_every_subject_is_told() {
        assert!(FIELDS.is_sorted_by(|a, b| (a.subject, a.path) < (b.subject, b.path)));
        for field in FIELDS {
            assert!(FIELDS.iter().any(|other| other.subject == field.subject && other.path.is_empty()));
            assert!(!field.doc.is_empty(), "{}.{}", field.subject, field.path);
        }
    }

    #[test]
    fn knows_open_maps_items_and_what_does_not_exist() {
        assert_eq!(access("mimir", "config.limits.max_global_series_per_user"), Access::Open);
        assert_eq!(access("mimir", "config"), Access::Open);
        assert_eq!(access("mimir", "configs"), Access::Missing);
        assert_eq!(access("log_exit", "sources"), Access::Known);
        assert_eq!(access("log_exit", "sources[]"), Access::Known);
        assert_eq!(access("log_exit", "sources[].name"), Access::Known);
        assert_eq!(access("log_exit", "sources.name"), Access::Missing);
        assert_eq!(access("log_exit", "zone.name"), Access::Missing);
        assert_eq!(children("log_exit", "sources[]"), ["name"]);
    }
}
