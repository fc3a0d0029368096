//! Finds collectors that are not Alloy: their configuration is not read, so what they ship is not known.

use super::stack::Stack;
use crate::document::NodeRef;
use crate::document::Place;

/// A collector whose configuration is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shipper {
    /// Who it is: `DaemonSet logging/fluent-bit`.
    pub(crate) name: String,
    /// What it is, by its image or chart: `fluent-bit`.
    pub(crate) program: String,
    /// Its image, or its chart.
    pub(crate) place: Place,
    /// Whether it ships logs.
    pub(crate) logs: bool,
    /// Whether it ships metrics.
    pub(crate) metrics: bool,
}

/// Programs that collect, by the last part of their image's or chart's name, with what they ship: logs, metrics.
const PROGRAMS: &[(&str, bool, bool)] = &[
    ("agent", true, true),
    ("aws-for-fluent-bit", true, false),
    ("cloudwatch-agent", true, true),
    ("datadog", true, true),
    ("elastic-agent", true, true),
    ("filebeat", true, false),
    ("fluent-bit", true, false),
    ("fluentd", true, false),
    ("fluentd-kubernetes-daemonset", true, false),
    ("grafana-agent", true, true),
    ("k8s-monitoring", true, true),
    ("logstash", true, false),
    ("metricbeat", false, true),
    ("opentelemetry-collector", true, true),
    ("opentelemetry-collector-contrib", true, true),
    ("opentelemetry-collector-k8s", true, true),
    ("otelcol", true, true),
    ("prometheus", false, true),
    ("promtail", true, false),
    ("splunk-otel-collector", true, true),
    ("telegraf", true, true),
    ("vector", true, true),
    ("vmagent", false, true),
];

/// All of them, workloads first, then releases of charts.
pub(crate) fn shippers(stack: &Stack<'_>) -> Vec<Shipper> {
    let mut found = Vec::new();
    for (resource, root) in stack.objects(&["DaemonSet", "Deployment", "StatefulSet", "Pod"]) {
        let spec = root.at("spec.template.spec").or_else(|| root.get("spec"));
        let containers = spec.and_then(|spec| spec.get("containers")).into_iter().flat_map(NodeRef::items);
        for image in containers.filter_map(|container| container.get("image")) {
            if let Some((program, logs, metrics)) = image.text().and_then(program_of_image) {
                let place = Place { doc: resource.at.doc, span: image.span() };
                let program = program.to_owned();
                found.push(Shipper { name: resource.object.to_string(), program, place, logs, metrics });
            }
        }
    }
    for release in stack.releases.iter().filter(|release| release.release.chart.is_none()) {
        let chart = release.release.chart_name.rsplit('/').next().unwrap_or_default();
        if let Some((program, logs, metrics)) = program(chart) {
            let name = match &release.release.object {
                Some(object) => object.to_string(),
                None => format!("chart {chart}"),
            };
            found.push(Shipper {
                name,
                program: program.to_owned(),
                place: release.release.place,
                logs,
                metrics,
            });
        }
    }
    found
}

fn program(name: &str) -> Option<(&'static str, bool, bool)> {
    PROGRAMS.iter().find(|(known, ..)| *known == name).copied()
}

/// The program that an image runs. `agent` alone says nothing: only that of Grafana and of Datadog is meant.
fn program_of_image(image: &str) -> Option<(&'static str, bool, bool)> {
    let name = image.split('@').next().unwrap_or(image);
    let (folder, last) = name.rsplit_once('/').unwrap_or(("", name));
    let last = last.split(':').next().unwrap_or(last);
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
    }
}
