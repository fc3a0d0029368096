//! Finds collectors that are not Alloy. What they do is read in [`super::relay`].

use super::fact::Fact;
use super::fact::FactValue;
use super::mounts::Mount;
use super::mounts::Volume;
use super::mounts::plain;
use super::piece::NodeAt;
use super::piece::ObjectName;
use super::pod;
use super::stack::AlloyText;
use super::stack::ReleasedChart;
use super::stack::Stack;
use super::start;
use crate::document::NodeRef;
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
    ("aws-cloudwatch-metrics", false, true),
    ("aws-otel-collector", true, true),
    ("adot-collector", true, true),
    ("ciprod", true, true),
    ("cloudwatch-agent", true, true),
    ("datadog", true, true),
    ("elastic-agent", true, true),
    ("coralogix", true, true),
    ("dynatrace", true, true),
    ("event-exporter", true, false),
    ("eventrouter", true, false),
    ("filebeat", true, false),
    ("fluent-bit", true, false),
    ("fluentbit", true, false),
    ("fluentd", true, false),
    ("grafana-agent", true, true),
    ("honeycomb-kubernetes-agent", true, true),
    ("instana-agent", true, true),
    ("k8s-monitoring", true, true),
    ("logdna-agent", true, false),
    ("logstash", true, false),
    ("logspout", true, false),
    ("loki-stack", true, false),
    ("metricbeat", false, true),
    ("newrelic", true, true),
    ("newrelic-bundle", true, true),
    ("newrelic-logging", true, false),
    ("nri-bundle", true, true),
    ("oneagent", true, true),
    ("opentelemetry-collector", true, true),
    ("otel-collector", true, true),
    ("otelcol", true, true),
    ("promtail", true, false),
    ("rsyslog", true, false),
    ("splunk-otel-collector", true, true),
    ("sumologic", true, true),
    ("syslog-ng", true, false),
    ("telegraf", true, true),
    ("victoria-logs-collector", true, false),
    ("vlagent", true, false),
    ("vmagent", false, true),
];

/// Programs whose names are words of everyday: the whole name has to fit, or a build of it such as `vector-slim`.
const WHOLE: &[(&str, bool, bool)] =
    &[("agent", true, true), ("prometheus", false, true), ("vector", true, true)];

/// API groups of operators that run collectors from objects of their own. Sources: the projects' own API references.
const OPERATORS: &[(&str, &str)] = &[
    ("agent.k8s.elastic.co", "elastic-agent"),
    ("beat.k8s.elastic.co", "a beat"),
    ("collectors.grafana.com", "Alloy"),
    ("cloudwatch.aws.amazon.com", "cloudwatch-agent"),
    ("config.kube-logging.dev", "a log forwarder"),
    ("fluentbit.fluent.io", "fluent-bit"),
    ("fluentd.fluent.io", "fluentd"),
    ("logging-extensions.banzaicloud.io", "fluent-bit"),
    ("logging.banzaicloud.io", "fluentd"),
    ("logging.openshift.io", "a log forwarder"),
    ("logstash.k8s.elastic.co", "logstash"),
    ("monitoring.grafana.com", "grafana-agent"),
    ("observability.openshift.io", "a log forwarder"),
    ("observability.kaasops.io", "vector"),
    ("opentelemetry.io", "opentelemetry-collector"),
    ("telemetry.kube-logging.dev", "opentelemetry-collector"),
    ("telemetry.kyma-project.io", "a log forwarder"),
];

/// Kinds that run collectors in groups which hold much else besides, with what they ship: logs, metrics.
const OPERATED: &[(&str, &str, &str, bool, bool)] = &[
    ("datadoghq.com", "DatadogAgent", "datadog", true, true),
    ("dynatrace.com", "DynaKube", "dynatrace", true, true),
    ("instana.io", "InstanaAgent", "instana-agent", true, true),
    ("monitoring.coreos.com", "Prometheus", "prometheus", false, true),
    ("monitoring.coreos.com", "PrometheusAgent", "prometheus", false, true),
    ("operator.victoriametrics.com", "VLAgent", "vlagent", true, false),
    ("operator.victoriametrics.com", "VMAgent", "vmagent", false, true),
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
            let known = image.text().and_then(program_of_image);
            let known = known.map(|(program, logs, metrics)| (program.to_owned(), logs, metrics));
            if let Some((program, logs, metrics)) = known.or_else(|| reads_logs(root, &pod, container)) {
                let place = Place { doc: resource.at.doc, span: image.span() };
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
        if release.release.chart.is_none()
            && of_chart.is_none()
            && let Some((program, place)) = in_unknown_chart(stack, release)
        {
            add(program, place.unwrap_or(release.release.place), ShipperHome::Release(index));
        }
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
        if let Some((program, logs, metrics)) = operated(object) {
            let (name, program) = (object.to_string(), program.to_owned());
            let (home, object) = (ShipperHome::Object(resource.at), Some(object.clone()));
            found.push(Shipper { name, program, place: resource.place, home, object, logs, metrics });
        }
    }
    found
}

/// The collector that an object makes an operator run, with what it ships.
fn operated(object: &ObjectName) -> Option<(&'static str, bool, bool)> {
    let own = OPERATED.iter().find(|(group, kind, ..)| *group == &*object.group && *kind == &*object.kind);
    if let Some((_, _, program, logs, metrics)) = own {
        return Some((program, *logs, *metrics));
    }
    let group = OPERATORS.iter().find(|(group, _)| *group == &*object.group);
    group.filter(|_| !NO_COLLECTORS.contains(&&*object.kind)).map(|(_, program)| (*program, true, true))
}

/// The programs that the values of a release add to pods of its chart, by the names of their images.
pub(crate) fn added_programs(stack: &Stack<'_>, release: usize) -> Vec<String> {
    let Some(release) = stack.releases.get(release) else { return Vec::new() };
    let mut added = Vec::new();
    for route in EXTRA_CONTAINERS {
        for container in release.values.reach(route).items() {
            // An init container is over before data flows, unless it is told to go on.
            let first = route.to_ascii_lowercase().contains("init");
            if !first || container.reach("restartPolicy").text() == Some("Always") {
                let image = container.reach("image");
                added.push(pod::image_name(image.text().unwrap_or("a container")).to_owned());
            }
        }
    }
    added
}

/// Whether the values of a release put its pods into the network of their node.
pub(crate) fn shares_node(stack: &Stack<'_>, release: usize) -> bool {
    let Some(release) = stack.releases.get(release) else { return false };
    ["controller.hostNetwork", "hostNetwork"]
        .into_iter()
        .any(|route| release.values.reach(route).bool() == Some(true))
}

/// Folders of a node that hold the logs of its pods, or its journal. Source: the kubelet's and the runtimes' defaults.
const LOG_FOLDERS: [&str; 5] = [
    "/var/log/pods",
    "/var/log/containers",
    "/var/log/journal",
    "/run/log/journal",
    "/var/lib/docker/containers",
];

/// Programs that see much of their node and ship none of its logs, by a part of their image's name.
const OBSERVERS: [&str; 4] = ["csi", "driver-registrar", "node-exporter", "node-problem-detector"];

/// A program that nobody knows and that is given the logs of its node: what it does with them is not known.
fn reads_logs(root: NodeRef<'_>, pod: &pod::Pod<'_>, container: NodeRef<'_>) -> Option<(String, bool, bool)> {
    let image = pod::image_name(container.text_at("image").unwrap_or_default());
    let mounts = pod.mounts(container);
    let sees = |mount: &Mount| match &mount.source {
        Volume::HostPath(path) => LOG_FOLDERS.iter().any(|logs| holds(path, logs)),
        _ => false,
    };
    let harmless = OBSERVERS.iter().any(|own| image.contains(own));
    let alloy = super::collector::runs_alloy(root, container);
    (!harmless && !alloy && mounts.iter().any(sees)).then(|| (image.to_owned(), true, false))
}

/// Whether a folder is one of logs, is in it, or holds it.
fn holds(folder: &str, logs: &str) -> bool {
    let folder = plain(folder);
    let folder = folder.trim_end_matches('/');
    let below = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    below(folder, logs) || below(logs, folder)
}

/// A collector by its program, with what it ships (logs, metrics), and what names it.
type Found = ((&'static str, bool, bool), Option<Place>);

/// Values of charts are looked through this deep.
const DEPTH: u32 = 12;

/// What a chart that nobody knows runs, where its values name a collector: the values of a chart in it, which have that
/// chart's name, or an image.
fn in_unknown_chart(stack: &Stack<'_>, release: &ReleasedChart<'_>) -> Option<Found> {
    let inner = release.values.entries().find_map(|(key, values)| {
        let vector = key == "vector" && (values.at("customConfig").is_some() || values.at("role").is_some());
        let known = PROGRAMS.iter().find(|(name, ..)| *name == key);
        let known = known.or_else(|| WHOLE.iter().find(|(name, ..)| vector && *name == key));
        let off = values.reach("enabled").bool() == Some(false) || !matches!(values.value, FactValue::Map(_));
        known.filter(|_| !off).map(|known| (*known, values.place))
    });
    // The program of an Alloy is judged where it is in the values.
    let own = |program: &AlloyText<'_>| {
        program.home.release == Some(release.piece.1) && program.doc.file == release.piece.0
    };
    let alloy = !stack.programs.iter().any(own);
    inner.or_else(|| image_in(&release.values, alloy, DEPTH))
}

/// The first image of a collector among values.
fn image_in(values: &Fact, alloy: bool, depth: u32) -> Option<Found> {
    let depth = depth.checked_sub(1)?;
    let of_image = |image: &str| {
        let is_alloy = alloy && super::collector::is_alloy(pod::image_name(image));
        program_of_image(image).or(is_alloy.then_some(("alloy", true, true)))
    };
    let items = values.items().iter().find_map(|item| image_in(item, alloy, depth));
    items.or_else(|| {
        values.entries().filter(|(_, value)| value.reach("enabled").bool() != Some(false)).find_map(
            |(key, value)| {
                let text = if matches!(key, "image" | "repository") { value.text() } else { None };
                let own = text.and_then(of_image).map(|program| (program, value.place));
                own.or_else(|| image_in(value, alloy, depth))
            },
        )
    })
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

/// Whether an image runs part of the monitoring: a collector of any make, a store or Grafana, or what belongs to one.
pub(crate) fn is_monitoring_image(image: &str) -> bool {
    let name = pod::image_name(image);
    super::collector::is_alloy(name) || is_store_or_grafana(name) || program_of_image(image).is_some()
}

/// Whether an image runs what sends data on: a collector of any make or a store.
pub(crate) fn is_sender_image(image: &str) -> bool {
    let name = pod::image_name(image);
    is_monitoring_image(image) && !name.split(['-', '_']).any(|part| part == "grafana")
}

/// Whether a command starts a collector, whatever its image is called.
pub(crate) fn starts_collector(command: &str) -> bool {
    let program = command.rsplit('/').next().unwrap_or(command);
    program == "alloy" || program_of_image(program).is_some()
}

/// Whether a chart, or an application by the name that its labels give it, is part of the monitoring.
pub(crate) fn is_monitoring_chart(name: &str) -> bool {
    super::collector::is_alloy(name) || is_store_or_grafana(name) || program(name).is_some()
}

fn is_store_or_grafana(name: &str) -> bool {
    name.split(['-', '_']).any(|part| ["mimir", "loki", "grafana"].contains(&part))
        || ["enterprise-metrics", "enterprise-logs"].contains(&name)
}

/// Whether a folder of a node holds logs of its pods or its journal.
pub(crate) fn is_log_folder(folder: &str) -> bool {
    LOG_FOLDERS.iter().any(|logs| holds(folder, logs))
}

/// The program that an image runs. `agent` alone says nothing: only that of Grafana and of Datadog is meant.
pub(super) fn program_of_image(image: &str) -> Option<(&'static str, bool, bool)> {
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
    use super::is_log_folder;
    use super::is_monitoring_chart;
    use super::is_monitoring_image;
    use super::program_of_image;

    #[test]
    fn parts_of_the_monitoring_are_told_by_image_and_chart() {
        for image in [
            "docker.io/grafana/alloy:v1.7.5",
            "grafana/mimir:2.11.0",
            "grafana/loki-canary",
            "grafana/grafana:10",
            "fluent/fluent-bit:3",
        ] {
            assert!(is_monitoring_image(image), "{image}");
        }
        for image in ["rstudio/rstudio-workbench:2024", "nginx", "registry.k8s.io/coredns:1", "locker:1"] {
            assert!(!is_monitoring_image(image), "{image}");
        }
        assert!(is_monitoring_chart("mimir-distributed"));
        assert!(!is_monitoring_chart("traefik"));
        assert!(is_log_folder("/var/log") && is_log_folder("/") && !is_log_folder("/etc"));
    }

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
