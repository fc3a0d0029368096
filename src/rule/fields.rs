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
    field("alert", "", Map, "an alert rule, with what its queries leave of the labels"),
    field("alert", "lost_labels", List, "labels that its annotations or labels print and that no result of its queries can have"),
    field("alert", "lost_labels[].label", Text, "the label, where it is printed"),
    field("alert", "name", Text, "its title"),
    field("alert", "query", Bool, "true, at its first query"),
    field("alerted_job", "", Map, "a scrape by whose name alerts select (`job`)"),
    field("alerted_job", "alerts", List, "the alerts"),
    field("alerted_job", "alerts[].place", Bool, "true, at the query"),
    field("alerted_job", "alerts[].words", Text, "the alert in words"),
    field("alerted_job", "collectors", Text, "the collectors' names"),
    field("alerted_job", "job", Text, "the value of `job`, at the first query"),
    field("alerted_job", "scraped", Bool, "whether a collector gives this value to what it scrapes"),
    field("alloy_fault", "", Map, "something that is wrong with a collector's program, or that its version does not know"),
    field("alloy_fault", "collector", Text, "the collector's name"),
    field("alloy_fault", "component", Text, "the component or block that it is in"),
    field("alloy_fault", "help", Text, "what to do"),
    field("alloy_fault", "kind", Text, "what kind of fault: each has a rule in `rules/alloy/`; at the text that is wrong"),
    field("alloy_fault", "message", Text, "what is wrong"),
    field("alloy_fault", "related", List, "a further place"),
    field("alloy_fault", "related[].text", Text, "what is there"),
    field("alloy_fault", "unsure", Bool, "whether it is one only if nothing else belongs to the program, or this version has nothing new"),
    field("alloy_fault", "version", Text, "the version that the collector runs; null where the input does not say"),
    field("aws_name", "", Map, "a role of AWS that a service account takes on, or an endpoint of AWS; roles of collectors are theirs (`collector.role`)"),
    field("aws_name", "by", Text, "the object, release or store that names it"),
    field("aws_name", "kind", Text, "`role` or `endpoint`"),
    field("aws_name", "name", Text, "as it is written"),
    field("aws_name", "partition", Text, "`aws`, `aws-us-gov` or `aws-cn`"),
    field("budget", "", Map, "how many members of a ring a disruption budget lets go at once"),
    field("budget", "by", Text, "whose budget"),
    field("budget", "copies", Int, "copies of each sample or line (replication factor)"),
    field("budget", "gone", Int, "how many may be gone at once"),
    field("budget", "spare", Int, "how many the ring can do without and still write"),
    field("certificate", "", Map, "what an Ingress says of TLS"),
    field("certificate", "by", Text, "the Ingress, or the values that make it"),
    field("certificate", "fits", Bool, "whether it is for a host that the Ingress serves"),
    field("certificate", "host", Text, "the first host that it is for"),
    field("certificate", "served", List, "the hosts that the Ingress serves"),
    field("certificate", "served[]", Text, "a host"),
    field("chart_value", "", Map, "a value that is set for a chart whose values are all known (alloy)"),
    field("chart_value", "chart", Text, "the chart"),
    field("chart_value", "fits", Bool, "whether the chart can use a value of this type"),
    field("chart_value", "hint", Text, "what to write instead; null where the chart reads it"),
    field("chart_value", "is", Text, "the type that was written, in words"),
    field("chart_value", "path", Text, "such as `alloy.clustering.enabled`"),
    field("chart_value", "read", Bool, "whether the chart, in this version, reads it"),
    field("chart_value", "told", Bool, "whether a rule reports at the same place what it fails to do"),
    field("chart_value", "wanted", Text, "the type that the chart wants, in words; null for any"),
    field("cloud_exporter", "", Map, "a family of cloud metrics that an exporter asks for"),
    field("cloud_exporter", "alerts", List, "alerts that wait for what is missing"),
    field("cloud_exporter", "alerts[].place", Bool, "true, at the query"),
    field("cloud_exporter", "alerts[].words", Text, "the alert in words"),
    field("cloud_exporter", "component", Text, "the exporter"),
    field("cloud_exporter", "metrics", Bool, "true, where the metrics are listed"),
    field("cloud_exporter", "missing", List, "metrics of this family that alerts need and that are not asked for; the first ten"),
    field("cloud_exporter", "missing[]", Text, "a metric"),
    field("cloud_exporter", "missing_count", Int, "how many there are"),
    field("cloud_exporter", "resource", Text, "the cloud's name for what is watched"),
    field("collector", "", Map, "an Alloy collector: how it runs"),
    field("collector", "clustering", Bool, "whether clustering is on"),
    field("collector", "form", Text, "`values`, `workload` (rendered) or `program` (a program by itself, nothing known of how it runs)"),
    field("collector", "hosts", List, "hosts under which an Ingress leads to it; null for none"),
    field("collector", "hosts[]", Text, "a host"),
    field("collector", "ignored", Map, "values that are set, but that the chart does not read"),
    field("collector", "ignored.reporting", Any, "`alloy.reporting`, where it switches reporting off"),
    field("collector", "ignored.tolerations", Any, "a top-level `tolerations`"),
    field("collector", "kind", Text, "`daemonset`, `deployment` or `statefulset`"),
    field("collector", "mimir_auth", Map, "the mount of the control room's credential"),
    field("collector", "mimir_auth.mounted", Bool, "whether it is mounted"),
    field("collector", "mimir_auth.path", Text, "where"),
    field("collector", "mimir_auth.read_only", Bool, "whether it is mounted read-only"),
    field("collector", "name", Text, "its name"),
    field("collector", "namespace", Text, "its namespace; null where the input does not say"),
    field("collector", "node_mounts", List, "paths of the node that are mounted"),
    field("collector", "node_mounts[].node_path", Text, "the path on the node"),
    field("collector", "node_mounts[].path", Text, "where in the container"),
    field("collector", "privileged", Bool, "whether its container is privileged"),
    field("collector", "program_known", Bool, "whether its program is in the input"),
    field("collector", "reads_files", Bool, "whether its program reads log files (`loki.source.file`)"),
    field("collector", "reporting", Bool, "whether it reports its usage to its maker"),
    field("collector", "role", Text, "ARN of the AWS role of its service account"),
    field("collector", "run_as_user", Int, "the user that its container runs as; null for the image's"),
    field("collector", "several", Bool, "whether several of its pods run at once"),
    field("collector", "system_logs", Bool, "whether its program reads the node's journal"),
    field("collector", "tolerations", List, "tolerations of its pods"),
    field("collector", "tolerations[].*", Any, "as Kubernetes has them"),
    field("collector", "varlog", Bool, "whether the node's /var/log is mounted"),
    field("collector", "version", Text, "the version of Alloy that it runs; null where the input does not say"),
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
    field("control_exit", "", Map, "where a component sends rules or reads settings: no signals"),
    field("control_exit", "collector", Text, "the collector's name"),
    field("control_exit", "component", Text, "the component"),
    field("control_exit", "destination", Text, "the URL or address"),
    field("control_exit", "zone", Text, "`workload`, `control-room`, `allowed`, `external` or `unknown`"),
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
    field("fetcher", "", Map, "a component that fetches from targets, and can divide them among collectors"),
    field("fetcher", "clustered", Bool, "whether its collector runs with clustering"),
    field("fetcher", "collector", Text, "the collector's name"),
    field("fetcher", "component", Text, "the component"),
    field("fetcher", "divided", Bool, "whether a `clustering` block divides its targets"),
    field("fetcher", "own_labels", Text, "an exporter that it scrapes and that, in this version of Alloy, names its targets by the collector's host"),
    field("fetcher", "own_labels_until", Text, "the first version of Alloy in which that exporter does so no longer"),
    field("fetcher", "several", Bool, "whether several collectors run its program"),
    field("fetcher", "work", Text, "`own-node`: its targets are those of its node; `same`: those of all nodes; null where that is not known"),
    field("grafana", "", Map, "a Grafana"),
    field("grafana", "alerts_sidecar", Bool, "whether it loads alert rules from ConfigMaps"),
    field("grafana", "door", Map, "what stands before it"),
    field("grafana", "door.exposed", Bool, "whether an ingress leads to it"),
    field("grafana", "door.middlewares", Text, "the Traefik middlewares of that ingress"),
    field("grafana", "door.missing", List, "those of its middlewares that the input should hold, and does not"),
    field("grafana", "door.missing[].beside", Bool, "whether the input holds others of its namespace"),
    field("grafana", "door.missing[].name", Text, "namespace and name with a dash, as Traefik has them"),
    field("grafana", "form", Text, "`values`, `rendered` or `file`"),
    field("grafana", "ini.*", Any, "grafana.ini by section and key; dots in section names are underscores, values are text"),
    field("grafana", "names_tenants", Bool, "whether a data source names its tenants by header, as a control room's does"),
    field("grafana", "namespace", Text, "its namespace; null where the input does not say"),
    field("grafana", "replicas", Int, "how many there are"),
    field("journal", "", Map, "a component that reads the node's journal"),
    field("journal", "collector", Text, "the collector's name"),
    field("journal", "component", Text, "the component"),
    field("journal", "names_node", Bool, "whether its entries keep the name of their node"),
    field("listener", "", Map, "a port through which a collector takes data or requests of others"),
    field("listener", "address", Text, "host and port that it listens on"),
    field("listener", "collector", Text, "the collector's name"),
    field("listener", "component", Text, "the component"),
    field("listener", "debugging", Bool, "whether it shows live logs (`livedebugging`); only Alloy's own server does"),
    field("listener", "from", Text, "from where it can be reached: `pod`, `cluster`, `network` (of the nodes, or joined to it), `internet` or `unknown`"),
    field("listener", "guarded", Bool, "whether something asks who comes: an argument of the component, or what stands before it on every way from there"),
    field("listener", "kind", Text, "`receiver` (data) or `server` (Alloy's own HTTP server)"),
    field("listener", "logs", Bool, "whether logs come in"),
    field("listener", "metrics", Bool, "whether metrics come in"),
    field("listener", "port", Int, "the port; null where it is not known"),
    field("listener", "signals", Text, "what comes in, in words"),
    field("listener", "through", List, "what leads to it from there: Services, Ingresses, ports of nodes"),
    field("listener", "through[].place", Bool, "true, at what leads to it"),
    field("listener", "through[].text", Text, "what it is"),
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
    field("log_exit", "within", List, "the instances of modules that the component stands in, from the outermost inwards"),
    field("log_exit", "within[].name", Text, "the instance"),
    field("log_exit", "within[].place", Bool, "true, at its name"),
    field("log_exit", "zone", Text, "`workload`, `control-room`, `allowed`, `external` or `unknown`"),
    field("log_exit", "zone_reason", Text, "why it is allowed, or not known"),
    field("log_metric", "", Map, "a component that makes metrics of logs"),
    field("log_metric", "collector", Text, "the collector's name"),
    field("log_metric", "component", Text, "the component"),
    field("log_metric", "fed", Bool, "whether logs reach it"),
    field("log_metric", "labels", List, "labels whose values are taken from entries"),
    field("log_metric", "labels[]", Text, "a label"),
    field("log_metric", "leaves", Bool, "whether its metrics are known to leave the workload"),
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
    field("metric_filter", "alerts", List, "alerts that wait for what is lost"),
    field("metric_filter", "alerts[].place", Bool, "true, at the query"),
    field("metric_filter", "alerts[].words", Text, "the alert in words"),
    field("metric_filter", "collector", Text, "the collector's name"),
    field("metric_filter", "component", Text, "the component"),
    field("metric_filter", "cuts_local", Bool, "whether some source reaches the workload's store through such filters only"),
    field("metric_filter", "drops", Bool, "whether it can drop whole series"),
    field("metric_filter", "keeps_nothing", Bool, "whether it keeps by name, and its pattern lists nothing that can be a name"),
    field("metric_filter", "lost_alerted", List, "metrics that alerts of the control room need and that this rule keeps from it; the first ten"),
    field("metric_filter", "lost_alerted[]", Text, "a metric"),
    field("metric_filter", "lost_alerted_count", Int, "how many there are"),
    field("metric_filter", "lost_shown", List, "the same for metrics that only dashboards and recording rules read"),
    field("metric_filter", "lost_shown[]", Text, "a metric"),
    field("metric_filter", "lost_shown_count", Int, "how many there are"),
    field("metric_filter", "on_control_room", Bool, "whether it stands on a way to the control room"),
    field("metric_filter", "panels", List, "queries of dashboards that wait for what is lost"),
    field("metric_filter", "panels[].place", Bool, "true, at the query"),
    field("metric_filter", "panels[].words", Text, "the query in words"),
    field("metric_filter", "regex", Text, "the regular expression"),
    field("metric_filter", "renames", Bool, "whether series can get another name"),
    field("metric_filter", "source_labels", List, "the labels that are matched"),
    field("metric_filter", "source_labels[]", Text, "a label"),
    field("metric_filter", "sources", List, "sources that it cuts off from an unfiltered local store"),
    field("metric_filter", "sources[].name", Text, "the component"),
    field("metric_filter", "sources[].origin", Text, "where its data comes from"),
    field("metric_filter", "sources[].place", Bool, "true, at the component's name"),
    field("metric_filter", "unused", List, "names in its pattern that no alert and no dashboard of the control room reads; the first ten"),
    field("metric_filter", "unused[]", Text, "a name"),
    field("metric_filter", "unused_count", Int, "how many there are"),
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
    field("node_exporter", "", Map, "a component that yields metrics of the machine that it runs on"),
    field("node_exporter", "collector", Text, "the collector's name"),
    field("node_exporter", "component", Text, "the component"),
    field("node_exporter", "mounted_at", Text, "where the node's root is mounted; null where it is not"),
    field("node_exporter", "reads_filesystems", Bool, "whether it yields metrics of filesystems"),
    field("node_exporter", "rootfs_path", Text, "what it takes for the root of the machine"),
    field("node_exporter", "sees_root", Bool, "whether that is the node's root; null for a program by itself"),
    field("object", "", Map, "a Kubernetes object"),
    field("object", "kind", Text, "its kind"),
    field("object", "name", Text, "its name"),
    field("object", "name_fault", Text, "why the API server refuses its name; null where it does not"),
    field("object", "namespace", Text, "its namespace"),
    field("opaque", "", Map, "a part of a collector that was not followed"),
    field("opaque", "collector", Text, "the collector's name"),
    field("opaque", "kind", Text, "such as `unknown-component`, `import`, `remote-code`, `remotecfg`, `missing-program`"),
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
    field("query", "", Map, "the query of an alerting or recording rule"),
    field("query", "fault", Text, "why it cannot be read; null where it can"),
    field("query", "kind", Text, "`alert` or `recording rule`"),
    field("query", "name", Text, "the alert or the recorded metric"),
    field("reference", "", Map, "something that an object, chart values or a configuration name: a ConfigMap, Secret, volume, service account, Service, middleware, or a key or port of one"),
    field("reference", "by", Text, "who names it"),
    field("reference", "hint", Text, "what may be meant; null for no idea"),
    field("reference", "kind", Text, "its kind: `ConfigMap`, `Secret`, `volume`, `Service`, ..."),
    field("reference", "name", Text, "its name"),
    field("reference", "others", List, "others that name the same missing thing"),
    field("reference", "others[].words", Text, "who"),
    field("reference", "part", Text, "the key or port of it that is used; null where it is about the whole"),
    field("reference", "parts", List, "keys or ports that it has; the first eight"),
    field("reference", "parts[]", Text, "a key or port"),
    field("reference", "state", Text, "`there`, `missing`, `perhaps-missing` (the reason is the hint) or `unseen`: the input does not tell"),
    field("reference", "verb", Text, "what it is named for, in words that follow `by`"),
    field("reference", "words", Text, "it in words: `Secret alloy/mimir-auth`"),
    field("schema", "", Map, "something that is wrong with a Kubernetes object by the API's own types, or an object with nothing wrong"),
    field("schema", "fault", Text, "`unknown-field`, `wrong-type`, `missing-field`, `name`, `version` or `none`; at the text that is wrong"),
    field("schema", "help", Text, "what to do; null where nothing is wrong"),
    field("schema", "message", Text, "what is wrong; null where nothing is"),
    field("schema", "object", Text, "the object"),
    field("selector", "", Map, "the selector of a Service or a PodDisruptionBudget whose namespace has workloads in the input"),
    field("selector", "by", Text, "whose it is"),
    field("selector", "hint", Text, "the pods that it most likely means and why it does not take them; null for none"),
    field("selector", "takes", Bool, "whether it takes pods of the input"),
    field("sizing", "", Map, "what a program of the stack asks of its nodes"),
    field("sizing", "program", Text, "`alloy`, `grafana`, `loki` or `mimir`"),
    field("sizing", "without_memory", List, "its parts that ask for no memory and are limited to none"),
    field("sizing", "without_memory[]", Text, "a part"),
    field("text", "", Map, "a text that was not filled in, or a document without any"),
    field("text", "leftover", Text, "what a producer's template left in it; null where it left nothing"),
    field("text", "meaning", Text, "what that is, in words"),
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
    field("workload", "forward_auth", Bool, "whether a login stands before the main site's services; null where nobody says"),
    field("workload", "is_control_room", Bool, "whether this is itself a control room"),
    field("workload", "name", Text, "its name"),
    field("workload", "region", Text, "its region; null where nobody says"),
    field("workload", "sites", List, "its sites"),
    field("workload", "sites[].domain", Text, "the site's domain"),
    field("workload", "sites[].name", Text, "the site's name"),
    field("workload", "system_logs", Bool, "whether system logs are scraped; null where nobody says"),
    field("workload", "tenant_name", Text, "the tenant name that its declaration asks for; null for none"),
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
