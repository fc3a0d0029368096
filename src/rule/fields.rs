//! The table of fields: what rules may read, by subject. `ptd-lint rules --fields` prints it.

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldType {
    /// Text.
    Text,
    /// An integer.
    Int,
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

impl Field {
    /// How conditions name it: `log_exit.zone`.
    pub(crate) fn route(&self) -> String {
        if self.path.is_empty() { self.subject.to_owned() } else { format!("{}.{}", self.subject, self.path) }
    }
}

/// All fields. One line each, sorted by subject, then path; a test holds the order.
#[rustfmt::skip]
pub(crate) const FIELDS: &[Field] = &[
    field("collector", "", Map, "an Alloy collector: how it runs"),
    field("collector", "clustering", Bool, "whether clustering is on"),
    field("collector", "form", Text, "`values`, `workload` (rendered) or `program` (a program by itself, nothing known of how it runs)"),
    field("collector", "ignored", Map, "values that are set, but that the chart does not read"),
    field("collector", "ignored.reporting", Any, "`alloy.reporting`"),
    field("collector", "ignored.tolerations", Any, "a top-level `tolerations`"),
    field("collector", "kind", Text, "`daemonset`, `deployment` or `statefulset`"),
    field("collector", "mimir_auth", Map, "the mount of the control room's credential"),
    field("collector", "mimir_auth.mounted", Bool, "whether it is mounted"),
    field("collector", "mimir_auth.path", Text, "where"),
    field("collector", "mimir_auth.read_only", Bool, "whether it is mounted read-only"),
    field("collector", "name", Text, "its name"),
    field("collector", "namespace", Text, "its namespace; null where the input does not say"),
    field("collector", "privileged", Bool, "whether its container is privileged"),
    field("collector", "program_known", Bool, "whether its program is in the input"),
    field("collector", "reporting", Bool, "whether it reports its usage to its maker"),
    field("collector", "run_as_user", Int, "the user that its container runs as; null for the image's"),
    field("collector", "system_logs", Bool, "whether its program reads the node's journal"),
    field("collector", "tolerations", List, "tolerations of its pods"),
    field("collector", "tolerations[].*", Any, "as Kubernetes has them"),
    field("collector", "varlog", Bool, "whether the node's /var/log is mounted"),
    field("collector", "writes_to_control_room", Bool, "whether its program writes metrics out of the cluster"),
    field("component", "", Map, "a component of a collector's program"),
    field("component", "arguments.*", Any, "its arguments, evaluated as far as they can be; blocks are lists"),
    field("component", "collector", Text, "the collector's name"),
    field("component", "config", Bool, "whether it is a configuration block and no component"),
    field("component", "gone", Text, "the last version that had it"),
    field("component", "id", Text, "such as `prometheus.scrape.pods`"),
    field("component", "known", Bool, "whether the table of components has it"),
    field("component", "label", Text, "its label"),
    field("component", "name", Text, "such as `prometheus.scrape`"),
    field("component", "since", Text, "the first version that has it"),
    field("component", "stability", Text, "`generally-available`, `public-preview` or `experimental`"),
    field("coverage", "", Map, "what the programs of all collectors collect together"),
    field("coverage", "log_namespaces", List, "namespaces whose pods' logs are collected; `*` for all"),
    field("coverage", "log_namespaces[]", Text, "a namespace"),
    field("coverage", "log_sources", Int, "components in which logs are born"),
    field("coverage", "metric_kinds", List, "kinds of metrics that are collected"),
    field("coverage", "metric_kinds[]", Text, "`node`, `kube-state-metrics`, `blackbox`, `cloud`, `cadvisor`"),
    field("coverage", "metric_namespaces", List, "namespaces whose pods are scraped; `*` for all"),
    field("coverage", "metric_namespaces[]", Text, "a namespace"),
    field("coverage", "metric_sources", Int, "components in which metrics are born"),
    field("coverage", "name", Text, "the collectors' names"),
    field("coverage", "opaque", Bool, "whether a part of a program was not followed"),
    field("datasource", "", Map, "a Grafana data source"),
    field("datasource", "access", Text, "`proxy` or `direct`"),
    field("datasource", "is_default", Bool, "whether it is the default"),
    field("datasource", "json_data.*", Any, "its `jsonData`"),
    field("datasource", "name", Text, "its name"),
    field("datasource", "type", Text, "such as `prometheus` or `loki`"),
    field("datasource", "url", Text, "where Grafana asks"),
    field("datasources", "", Map, "all data sources of the stack together"),
    field("datasources", "count", Int, "how many there are"),
    field("datasources", "defaults", List, "`isDefault` of those that are the default"),
    field("datasources", "defaults[]", Bool, "true"),
    field("datasources", "has_loki", Bool, "whether one is of type `loki`"),
    field("datasources", "has_prometheus", Bool, "whether one is of type `prometheus`"),
    field("datasources", "names_tenants", Bool, "whether one names its tenants by header, as a control room's does"),
    field("grafana", "", Map, "a Grafana"),
    field("grafana", "door", Map, "what stands before it"),
    field("grafana", "door.exposed", Bool, "whether an ingress leads to it"),
    field("grafana", "door.middlewares", Text, "the Traefik middlewares of that ingress"),
    field("grafana", "form", Text, "`values`, `rendered` or `file`"),
    field("grafana", "ini.*", Any, "grafana.ini by section and key; dots in section names are underscores, values are text"),
    field("grafana", "namespace", Text, "its namespace; null where the input does not say"),
    field("grafana", "replicas", Int, "how many there are"),
    field("log_exit", "", Map, "a way by which logs can leave a collector"),
    field("log_exit", "assumption", Text, "what its zone takes for granted"),
    field("log_exit", "behind", Text, "what takes the data in: `collector` for one of the input, `relay` for a program that is not known, the store's name; null where the input does not show it"),
    field("log_exit", "behind_name", Text, "who that is"),
    field("log_exit", "collector", Text, "the collector's name"),
    field("log_exit", "component", Text, "the component that sends"),
    field("log_exit", "destination", Text, "the URL or address"),
    field("log_exit", "endpoint", Int, "which of the component's ways out, from 1"),
    field("log_exit", "fed", Bool, "whether anything feeds it"),
    field("log_exit", "hops", List, "the way from the first source"),
    field("log_exit", "hops[].place", Bool, "true, at the expression that names the receiver"),
    field("log_exit", "hops[].text", Text, "who forwards to whom"),
    field("log_exit", "kind", Text, "`telemetry`, `filesystem`, `process_log`, `debug_http` or `content`"),
    field("log_exit", "source_count", Int, "how many sources take this way"),
    field("log_exit", "sources", List, "the log sources whose data takes this way"),
    field("log_exit", "sources[].name", Text, "the component"),
    field("log_exit", "sources[].origin", Text, "where its data comes from"),
    field("log_exit", "sources[].place", Bool, "true, at the component's name"),
    field("log_exit", "upstream", List, "the ways by which the data came from other collectors of the input, the nearest steps first"),
    field("log_exit", "upstream[].place", Bool, "true, at what sends"),
    field("log_exit", "upstream[].text", Text, "who sends to whom"),
    field("log_exit", "via", List, "Services and proxies on the way"),
    field("log_exit", "via[].place", Bool, "true, at what decides"),
    field("log_exit", "via[].text", Text, "what is there"),
    field("log_exit", "zone", Text, "`workload`, `control-room`, `allowed`, `external` or `unknown`"),
    field("log_exit", "zone_reason", Text, "why it is allowed, or not known"),
    field("log_source", "", Map, "a component in which logs are born"),
    field("log_source", "collector", Text, "the collector's name"),
    field("log_source", "component", Text, "the component"),
    field("log_source", "origin", Text, "where its data comes from"),
    field("loki", "", Map, "a Loki"),
    field("loki", "config.*", Any, "its configuration, with what the chart makes of its values"),
    field("loki", "form", Text, "`values`, `rendered` or `file`"),
    field("loki", "name", Text, "its name"),
    field("loki", "namespace", Text, "its namespace; null where the input does not say"),
    field("loki", "parts.*", Any, "as `part`"),
    field("loki", "storage", Map, "where it keeps its data"),
    field("loki", "storage.admin", Text, "bucket of the admin API"),
    field("loki", "storage.admin_shown", Bool, "whether this form of the input shows the admin bucket"),
    field("loki", "storage.chunks", Text, "bucket of chunks and index"),
    field("loki", "storage.ruler", Text, "bucket of rules"),
    field("loki", "storage.type", Text, "`s3`, `azure`, ..."),
    field("loki", "unseen", Text, "why its configuration is not known; null where it is"),
    field("loki", "version", Text, "version of its chart, or of itself where rendered"),
    field("metric_filter", "", Map, "a rule that drops or rewrites metrics"),
    field("metric_filter", "action", Text, "`keep`, `drop`, ..."),
    field("metric_filter", "collector", Text, "the collector's name"),
    field("metric_filter", "component", Text, "the component"),
    field("metric_filter", "cuts_local", Bool, "whether some source reaches the workload's store through such filters only"),
    field("metric_filter", "drops", Bool, "whether it can drop whole series"),
    field("metric_filter", "on_control_room", Bool, "whether it stands on a way to the control room"),
    field("metric_filter", "regex", Text, "the regular expression"),
    field("metric_filter", "source_labels", List, "the labels that are matched"),
    field("metric_filter", "source_labels[]", Text, "a label"),
    field("metric_filter", "sources", List, "sources that it cuts off from an unfiltered local store"),
    field("metric_filter", "sources[].name", Text, "the component"),
    field("metric_filter", "sources[].origin", Text, "where its data comes from"),
    field("metric_filter", "sources[].place", Bool, "true, at the component's name"),
    field("metric_path", "", Map, "the way of metrics from one or more sources, at the hop that decides how far they get"),
    field("metric_path", "collector", Text, "the collector's name"),
    field("metric_path", "complete", Bool, "whether both stores are reached"),
    field("metric_path", "component", Text, "the component whose receivers decide"),
    field("metric_path", "control_room_declared", Bool, "whether a control room is known"),
    field("metric_path", "hops", List, "the way of the first source"),
    field("metric_path", "hops[].place", Bool, "true, at the expression that names the receiver"),
    field("metric_path", "hops[].text", Text, "who forwards to whom"),
    field("metric_path", "local_filtered", Bool, "whether the local store gets only what a filter leaves"),
    field("metric_path", "reaches_control_room", Bool, "whether they reach the control room"),
    field("metric_path", "reaches_external", Bool, "whether they reach something else outside"),
    field("metric_path", "reaches_local", Bool, "whether they reach the workload's store"),
    field("metric_path", "receivers", Bool, "true, at the receiver list that decides"),
    field("metric_path", "source_count", Int, "how many sources come this way"),
    field("metric_path", "sources", List, "the sources that come this way"),
    field("metric_path", "sources[].name", Text, "the component"),
    field("metric_path", "sources[].origin", Text, "where its data comes from"),
    field("metric_path", "sources[].place", Bool, "true, at the component's name"),
    field("metric_path", "unknown", Text, "why something is not known"),
    field("metric_path", "unknown_told", Bool, "whether that is reported by itself, at its own place"),
    field("metric_source", "", Map, "a component in which metrics are born"),
    field("metric_source", "collector", Text, "the collector's name"),
    field("metric_source", "component", Text, "the component"),
    field("metric_source", "control_room_declared", Bool, "whether a control room is known"),
    field("metric_source", "local_filtered", Bool, "whether the local store gets only what a filter leaves"),
    field("metric_source", "origin", Text, "where its data comes from"),
    field("metric_source", "reaches_control_room", Bool, "whether its metrics reach the control room"),
    field("metric_source", "reaches_external", Bool, "whether they reach something else outside"),
    field("metric_source", "reaches_local", Bool, "whether they reach the workload's store"),
    field("metric_source", "unknown", Text, "why something is not known"),
    field("metric_writer", "", Map, "an endpoint that metrics are written to"),
    field("metric_writer", "assumption", Text, "what its zone takes for granted"),
    field("metric_writer", "behind", Text, "what takes the data in, as for `log_exit`"),
    field("metric_writer", "behind_name", Text, "who that is"),
    field("metric_writer", "block", Text, "the block around the endpoint"),
    field("metric_writer", "collector", Text, "the collector's name"),
    field("metric_writer", "component", Text, "the component"),
    field("metric_writer", "endpoint", Int, "which of the component's endpoints, from 1"),
    field("metric_writer", "external_labels.*", Any, "labels that the component adds"),
    field("metric_writer", "fed", Bool, "whether anything feeds it"),
    field("metric_writer", "headers.*", Any, "headers of the request"),
    field("metric_writer", "insecure_skip_verify", Bool, "whether the certificate is not checked"),
    field("metric_writer", "max_backoff", Text, "the longest wait between tries"),
    field("metric_writer", "max_shards", Int, "the most connections at once"),
    field("metric_writer", "password", Text, "an inline password; never printed"),
    field("metric_writer", "password_file", Text, "the file of the password"),
    field("metric_writer", "sample_age_limit", Text, "the age above which samples are given up"),
    field("metric_writer", "sent_to", Text, "the zone, proxies included"),
    field("metric_writer", "tls_insecure", Bool, "whether TLS is off (otelcol)"),
    field("metric_writer", "url", Text, "the URL"),
    field("metric_writer", "username", Text, "the user of basic auth"),
    field("metric_writer", "zone", Text, "`workload`, `control-room`, `allowed`, `external` or `unknown`"),
    field("metric_writer", "zone_reason", Text, "why it is allowed, or not known"),
    field("mimir", "", Map, "a Mimir"),
    field("mimir", "config.*", Any, "its configuration: structuredConfig in values, the file where rendered"),
    field("mimir", "form", Text, "`values`, `rendered` or `file`"),
    field("mimir", "name", Text, "its name"),
    field("mimir", "namespace", Text, "its namespace; null where the input does not say"),
    field("mimir", "parts.*", Any, "as `part`"),
    field("mimir", "storage", Map, "where it keeps its blocks"),
    field("mimir", "storage.type", Text, "`s3`, `azure`, ..."),
    field("mimir", "unseen", Text, "why its configuration is not known; null where it is"),
    field("mimir", "version", Text, "version of its chart, or of itself where rendered"),
    field("opaque", "", Map, "a part of a collector that was not followed"),
    field("opaque", "collector", Text, "the collector's name"),
    field("opaque", "kind", Text, "such as `unknown-component`, `declare`, `import`, `remotecfg`, `missing-program`"),
    field("opaque", "logs", Bool, "whether logs may flow there"),
    field("opaque", "metrics", Bool, "whether metrics may flow there"),
    field("opaque", "name", Text, "the component or block"),
    field("opaque", "reason", Text, "why, and what would settle it"),
    field("override", "", Map, "limits of one tenant that a store reads while it runs"),
    field("override", "limits", List, "the names of the limits"),
    field("override", "limits[]", Text, "a name"),
    field("override", "tenant", Text, "the tenant"),
    field("part", "", Map, "a part of a store that has pods of its own"),
    field("part", "limits", Map, "resource limits of its container"),
    field("part", "limits.cpu", Any, "CPU"),
    field("part", "limits.memory", Any, "memory"),
    field("part", "name", Text, "such as `ingester`, `store_gateway`, `write`"),
    field("part", "replicas", Int, "how many pods"),
    field("part", "store", Text, "`mimir` or `loki`"),
    field("part", "volume", Text, "size of each pod's volume"),
    field("part", "volumes_deleted_when_scaled", Bool, "whether volumes go when it is scaled down"),
    field("part", "volumes_deleted_with_it", Bool, "whether volumes go when it is deleted"),
    field("probe", "", Map, "a scrape of blackbox probes"),
    field("probe", "forward_to", Bool, "true, at the scrape's receivers"),
    field("probe", "normalised", Bool, "whether every receiver replaces the `instance` label"),
    field("probe", "scrape", Text, "the component"),
    field("problem", "", Map, "something wrong with an input, before any rule looked at it"),
    field("problem", "hint", Text, "what to do"),
    field("problem", "kind", Text, "`syntax`, `duplicate-key`, `unknown-kind`, `malformed` or `conflicting-object`"),
    field("problem", "message", Text, "what is wrong"),
    field("problem", "related", List, "further places"),
    field("problem", "related[].text", Text, "what is there"),
    field("workload", "", Map, "the workload, as declared"),
    field("workload", "cloud", Text, "`aws` or `azure`; null where nobody says"),
    field("workload", "clusters", List, "releases of its clusters"),
    field("workload", "clusters[]", Text, "a release"),
    field("workload", "control_room", Map, "the second store of metrics"),
    field("workload", "control_room.domain", Text, "its domain; null where there is none or nobody says"),
    field("workload", "control_room.state", Text, "`declared`, `assumed`, `none` or `undeclared`"),
    field("workload", "declared", Bool, "whether a `ptd.yaml` governs this stack"),
    field("workload", "domain", Text, "domain of the main site; null where nobody says"),
    field("workload", "filter_control_room_metrics", Bool, "whether the second write is filtered"),
    field("workload", "is_control_room", Bool, "whether this is itself a control room"),
    field("workload", "name", Text, "its name"),
    field("workload", "sites", List, "its sites"),
    field("workload", "sites[].domain", Text, "the site's domain"),
    field("workload", "sites[].name", Text, "the site's name"),
    field("workload", "system_logs", Bool, "whether system logs are scraped; null where nobody says"),
    field("workload", "third_party_telemetry", Bool, "whether telemetry to third parties is allowed; null where nobody says"),
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
        assert_eq!(children("log_exit", "sources[]"), ["name", "origin", "place"]);
    }
}
