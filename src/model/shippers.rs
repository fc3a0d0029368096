//! Finds collectors that are not Alloy. What they do is read in [`super::relay`].

use super::piece::NodeAt;
use super::piece::ObjectName;
use super::pod;
use super::stack::Stack;
use super::start;
use crate::document::Place;

/// What makes a collector run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ShipperHome {
    /// A container of a workload, by its position.
    Container(NodeAt, usize),
    /// A release of a chart, by its index in the stack.
    Release(usize),
    /// A container that the values of a release add to pods of another chart.
    Added,
    /// An object of an operator.
    Object(NodeAt),
}

/// A collector that is not Alloy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shipper {
    /// Who it is: `DaemonSet logging/fluent-bit`.
    pub(crate) name: String,
    /// What it is, by its image or chart: `fluent-bit`.
    pub(crate) program: String,
    /// Its image, or its chart.
    pub(crate) place: Place,
    /// What makes it run.
    pub(crate) home: ShipperHome,
    /// The object that makes it run, where there is one.
    pub(crate) object: Option<ObjectName>,
    /// Whether it ships logs.
    pub(crate) logs: bool,
    /// Whether it ships metrics.
    pub(crate) metrics: bool,
}

/// Programs that collect, by a part of their image's or chart's name, with what they ship: logs, metrics. A part is
/// what stands between dashes; the first that fits counts.
const PROGRAMS: &[(&str, bool, bool)] = &[
    ("ama-logs", true, true),
    ("ama-metrics", false, true),
    ("aws-otel-collector", true, true),
    ("adot-collector", true, true),
    ("ciprod", true, true),
    ("cloudwatch-agent", true, true),
    ("datadog", true, true),
    ("elastic-agent", true, true),
    ("event-exporter", true, false),
    ("eventrouter", true, false),
    ("filebeat", true, false),
    ("fluent-bit", true, false),
    ("fluentbit", true, false),
    ("fluentd", true, false),
    ("grafana-agent", true, true),
    ("k8s-monitoring", true, true),
    ("logdna-agent", true, false),
    ("logstash", true, false),
    ("logspout", true, false),
    ("metricbeat", false, true),
    ("opentelemetry-collector", true, true),
    ("otel-collector", true, true),
    ("otelcol", true, true),
    ("promtail", true, false),
    ("rsyslog", true, false),
    ("splunk-otel-collector", true, true),
    ("syslog-ng", true, false),
    ("telegraf", true, true),
    ("vmagent", false, true),
];

/// Programs whose names are words of everyday: the whole name has to fit, or a build of it such as `vector-slim`.
const WHOLE: &[(&str, bool, bool)] =
    &[("agent", true, true), ("prometheus", false, true), ("vector", true, true)];

/// API groups of operators that run collectors from objects of their own. Sources: the projects' own API references.
const OPERATORS: &[(&str, &str)] = &[
    ("collectors.grafana.com", "Alloy"),
    ("fluentbit.fluent.io", "fluent-bit"),
    ("fluentd.fluent.io", "fluentd"),
    ("logging.banzaicloud.io", "fluentd"),
    ("logging.openshift.io", "a log forwarder"),
    ("monitoring.grafana.com", "grafana-agent"),
    ("observability.openshift.io", "a log forwarder"),
    ("observability.kaasops.io", "vector"),
    ("opentelemetry.io", "opentelemetry-collector"),
];

/// Kinds of those groups that configure applications, not collectors.
const NO_COLLECTORS: [&str; 3] = ["Instrumentation", "OpAMPBridge", "PodLogs"];

/// All of them, workloads first, then releases of charts, then objects of operators.
pub(crate) fn shippers(stack: &Stack<'_>) -> Vec<Shipper> {
    let mut found = Vec::new();
    for (resource, root) in stack.workloads() {
        let Some(pod) = pod::Pod::of(root, resource.at.doc).filter(|_| !pod::is_made_by_another(stack, root))
        else {
            continue;
        };
        for (index, container) in pod.containers().enumerate() {
            let Some(image) = container.get("image") else { continue };
            // The agent's flow mode is what Alloy was called before.
            if start::is_flow_mode(container) {
                continue;
            }
            if let Some((program, logs, metrics)) = image.text().and_then(program_of_image) {
                let place = Place { doc: resource.at.doc, span: image.span() };
                let program = program.to_owned();
                let (name, object) = (resource.object.to_string(), Some(resource.object.clone()));
                let home = ShipperHome::Container(resource.at, index);
                found.push(Shipper { name, program, place, home, object, logs, metrics });
            }
        }
    }
    for (index, release) in stack.releases.iter().enumerate() {
        let chart = release.release.chart_name.rsplit('/').next().unwrap_or_default();
        let name = match &release.release.object {
            Some(object) => object.to_string(),
            None => format!("chart {chart}"),
        };
        let of_chart = program(chart).filter(|_| release.release.chart.is_none());
        let mut add = |(program, logs, metrics): (&str, bool, bool), place, home| {
            let (name, program, object) = (name.clone(), program.to_owned(), release.release.object.clone());
            found.push(Shipper { name, program, place, home, object, logs, metrics });
        };
        if let Some(program) = of_chart {
            add(program, release.release.place, ShipperHome::Release(index));
        }
        for container in
            EXTRA_CONTAINERS.iter().flat_map(|route| release.values.reach(route).items().to_vec())
        {
            let image = container.reach("image");
            if let Some(program) = image.text().and_then(program_of_image) {
                add(program, image.place.unwrap_or(release.release.place), ShipperHome::Added);
            }
        }
    }
    for resource in &stack.resources {
        let object = &resource.object;
        let operator = OPERATORS.iter().find(|(group, _)| *group == &*object.group);
        if let Some((_, program)) = operator.filter(|_| !NO_COLLECTORS.contains(&&*object.kind)) {
            let (name, program) = (object.to_string(), (*program).to_owned());
            let (home, object) = (ShipperHome::Object(resource.at), Some(object.clone()));
            found.push(Shipper {
                name,
                program,
                place: resource.place,
                home,
                object,
                logs: true,
                metrics: true,
            });
        }
    }
    found
}

/// Values with which the known charts add containers to their pods.
const EXTRA_CONTAINERS: [&str; 8] = [
    "controller.extraContainers",
    "controller.initContainers",
    "extraContainers",
    "extraInitContainers",
    "backend.extraContainers",
    "gateway.extraContainers",
    "singleBinary.extraContainers",
    "write.extraContainers",
];

fn program(name: &str) -> Option<(&'static str, bool, bool)> {
    let holds = |part: &str| {
        name.match_indices(part).any(|(at, _)| {
            let (before, after) = (&name[..at], &name[at + part.len()..]);
            (before.is_empty() || before.ends_with(['-', '_']))
                && (after.is_empty() || after.starts_with(['-', '_']))
        })
    };
    // Operators and reloaders collect nothing by themselves.
    if ["operator", "reloader", "configmap-reload", "node-exporter", "target-allocator"]
        .into_iter()
        .any(holds)
    {
        return None;
    }
    let part = PROGRAMS.iter().find(|(known, ..)| holds(known)).copied();
    part.or_else(|| WHOLE.iter().find(|(known, ..)| *known == name).copied())
}

/// The program that an image runs. `agent` alone says nothing: only that of Grafana and of Datadog is meant.
fn program_of_image(image: &str) -> Option<(&'static str, bool, bool)> {
    let last = pod::image_name(image);
    let path = image.split('@').next().unwrap_or(image);
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let vendor = folder.rsplit('/').next().unwrap_or_default();
    if last == "agent" && !matches!(vendor, "grafana" | "datadog" | "datadoghq") {
        return None;
    }
    program(last)
}

#[cfg(test)]
mod tests {
    use super::program_of_image;

    #[test]
    fn programs_are_told_by_their_image() {
        let name = |image: &str| program_of_image(image).map(|(name, ..)| name);
        assert_eq!(name("cr.fluentbit.io/fluent/fluent-bit:3.1@sha256:00"), Some("fluent-bit"));
        assert_eq!(name("docker.io/grafana/promtail:2.9.3"), Some("promtail"));
        assert_eq!(name("grafana/agent:v0.40.0"), Some("agent"));
        assert_eq!(name("registry.example.com/backup/agent:1"), None);
        assert_eq!(name("docker.io/grafana/alloy:v1.7.5"), None);
        assert_eq!(name("docker.io/grafana/loki-canary:2.9.3"), None);
        assert_eq!(name("registry.example.com/loki-write"), None);
    }

    #[test]
    fn builds_of_a_program_are_told_by_its_name_in_theirs() {
        let name = |image: &str| program_of_image(image).map(|(name, ..)| name);
        assert_eq!(name("docker.elastic.co/beats/filebeat-oss:8.11.0"), Some("filebeat"));
        assert_eq!(name("grafana/fluent-bit-plugin-loki:2.9.3-amd64"), Some("fluent-bit"));
        assert_eq!(name("amazon/aws-otel-collector"), Some("aws-otel-collector"));
        assert_eq!(name("ghcr.io/example/fluent-operator:1"), None);
        assert_eq!(name("quay.io/prometheus/node-exporter:v1.8.0"), None);
        assert_eq!(name("quay.io/prometheus-operator/prometheus-config-reloader:v0.67"), None);
        assert_eq!(name("timberio/vector:0.43.0-alpine"), Some("vector"));
    }
}
