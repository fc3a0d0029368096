//! Collectors that are not Alloy: inside is fine, outside is found once where it is written, what is not read is told.

use super::LOKI;
use super::config_map;
use super::holds;
use super::indented;
use super::leaks;
use super::loki;
use super::run;
use super::undecided;
use super::workload;

/// A collector with its configuration, and the Loki of the namespace `logs`.
pub(super) struct Collector {
    pub(super) image: &'static str,
    pub(super) mount: &'static str,
    pub(super) key: &'static str,
    pub(super) container: &'static str,
}

impl Collector {
    /// Its workload with that configuration.
    pub(super) fn with(&self, config: &str) -> String {
        format!(
            "{}{}{}",
            config_map("agents", "agent", self.key, config),
            workload("agents", "agent", self.image, self.mount, self.container),
            loki()
        )
    }
}

const OTEL: Collector = Collector {
    image: "docker.io/otel/opentelemetry-collector-contrib:0.130.0",
    mount: "/conf",
    key: "relay.yaml",
    container: "args: [--config=/conf/relay.yaml]\nenv: [{name: BACKEND, value: \"https://otlp.example.net\"}]\n",
};

fn otel(exporters: &str, pipelines: &str) -> String {
    let (exporters, pipelines) = (indented(exporters, 2), indented(pipelines, 4));
    format!(
        "receivers:\n  filelog: {{include: [/var/log/*]}}\n  otlp: {{protocols: {{grpc: {{}}}}}}\nexporters:\n{exporters}service:\n  pipelines:\n{pipelines}"
    )
}

const FILES_OUT: &str = "logs:\n  receivers: [filelog]\n  exporters: [out]\n";

fn otel_to(exporter: &str) -> String {
    let kind = exporter.split(':').next().unwrap_or_default();
    OTEL.with(&otel(exporter, &FILES_OUT.replace("[out]", &format!("[{kind}]"))))
}

#[test]
fn opentelemetry_collector_is_judged_by_its_exporters() {
    holds(&otel_to("otlphttp: {endpoint: \"http://loki.logs:3100/otlp\"}\n"));
    holds(&otel_to("debug:\n"));
    leaks(&otel_to("otlphttp: {endpoint: \"https://otlp.example.net\"}\n"), "\"https://otlp.example.net\"");
    leaks(&otel_to("otlp/next: {endpoint: otlp.example.net:4317}\n"), "otlp.example.net:4317");
    leaks(&otel_to("otlphttp: {endpoint: \"${env:BACKEND}/x\"}\n"), "\"${env:BACKEND}/x\"");
    leaks(&otel_to("awss3: {s3uploader: {s3_bucket: logs-of-all}}\n"), "logs-of-all");
    leaks(&otel_to("datadog: {api: {key: x}}\n"), "datadog");
    undecided(
        &otel_to("otlphttp: {endpoint: \"${env:GONE}\"}\n"),
        "environment variable GONE comes from outside the input",
    );
    undecided(&otel_to("otlphttp: {endpoint: \"http://loki.logs:3199/otlp\"}\n"), "has no port 3199");
    undecided(
        &otel_to("brandnew: {endpoint: \"http://loki.logs:3100\"}\n"),
        "of a kind that is not known here",
    );
    undecided(&otel_to("otlphttp:\n"), "its destination is missing");
}

#[test]
fn exporter_that_is_not_known_to_take_logs_leaves_them_undecided() {
    undecided(
        &otel_to("carbon: {endpoint: \"logs.example.net:2003\"}\n"),
        "is not known to take this signal",
    );
    leaks(&otel_to("sentry: {url: \"https://sentry.example.net\"}\n"), "\"https://sentry.example.net\"");
    holds(&otel_to("nop:\n"));
}

#[test]
fn resolver_that_counts_is_the_one_that_the_collector_takes() {
    let inside = "static: {hostnames: [\"loki.logs:3100\"]}";
    leaks(
        &otel_to(&format!(
            "loadbalancing: {{resolver: {{{inside}, dns: {{hostname: logs.example.net}}}}}}\n"
        )),
        "logs.example.net",
    );
}

#[test]
fn processor_that_shows_what_passes_leaves_logs_undecided() {
    let exporter = "otlphttp: {endpoint: \"http://loki.logs:3100/otlp\"}\n";
    let pipeline = |processors: &str| {
        let text =
            format!("logs:\n  receivers: [filelog]\n  processors: [{processors}]\n  exporters: [otlphttp]\n");
        OTEL.with(&otel(exporter, &text))
    };
    holds(&pipeline("batch"));
    undecided(&pipeline("batch, remotetap"), "processor `remotetap` shows others what passes");
}

#[test]
fn endpoint_of_one_signal_replaces_the_common_one() {
    let both =
        |logs: &str| format!("otlphttp:\n  endpoint: https://otlp.example.net\n  logs_endpoint: {logs}\n");
    holds(&otel_to(&both("http://loki.logs:3100/otlp/v1/logs")));
    leaks(&otel_to(&both("https://logs.example.net/v1/logs")), "https://logs.example.net/v1/logs");
}

#[test]
fn exporter_that_no_pipeline_of_logs_ends_in_lets_no_logs_out() {
    let exporters = "otlphttp: {endpoint: \"http://loki.logs:3100/otlp\"}\notlp/traces: {endpoint: otlp.example.net:4317}\n";
    // Nor do metrics that nobody hands it.
    let pipelines = "logs:\n  receivers: [filelog]\n  exporters: [otlphttp]\ntraces:\n  receivers: [otlp]\n  exporters: [otlp/traces]\n";
    let said = run(&OTEL.with(&otel(exporters, pipelines)));
    assert!(said.findings.is_empty() && said.doubts.is_empty(), "{:?} {:?}", said.findings, said.doubts);
}

#[test]
fn connector_hands_logs_from_one_pipeline_to_the_next() {
    let exporters = "otlphttp: {endpoint: \"https://otlp.example.net\"}\n";
    let pipelines = |out: &str| {
        format!(
            "logs/in:\n  receivers: [filelog]\n  exporters: [forward]\n{out}:\n  receivers: [forward]\n  exporters: [otlphttp]\n"
        )
    };
    let stack =
        |out: &str| OTEL.with(&format!("connectors:\n  forward: {{}}\n{}", otel(exporters, &pipelines(out))));
    leaks(&stack("logs/out"), "\"https://otlp.example.net\"");
    // Numbers made of logs are no logs.
    holds(&stack("metrics/counted"));
}

#[test]
fn metrics_of_an_opentelemetry_collector_go_to_both_stores_or_are_found() {
    let writers = "prometheusremotewrite/local: {endpoint: \"http://mimir-gateway.mimir.svc.cluster.local/api/v1/push\"}\nprometheusremotewrite/room: {endpoint: \"https://mimir.cr.example.com/api/v1/push\"}\nprometheusremotewrite/third: {endpoint: \"https://metrics.example.net/push\"}\n";
    let stack = |exporters: &str| {
        let pipelines = format!("metrics:\n  receivers: [otlp]\n  exporters: [{exporters}]\n");
        let text = OTEL.with(&otel(writers, &pipelines));
        run(&text).findings
    };
    let (local, room) = ("prometheusremotewrite/local", "prometheusremotewrite/room");
    assert!(stack(&format!("{local}, {room}")).is_empty());
    assert_eq!(stack(local), ["metrics-miss-control-room: prometheusremotewrite/local"]);
    assert_eq!(stack(room), ["metrics-miss-local-store: prometheusremotewrite/room"]);
    let third = stack(&format!("{local}, {room}, prometheusremotewrite/third"));
    assert_eq!(third, ["metrics-written-elsewhere: \"https://metrics.example.net/push\""]);
}

#[test]
fn opentelemetry_collector_of_the_operator_is_read_as_mapping_and_as_text() {
    let config = |url: &str| {
        otel(
            &format!("otlphttp: {{endpoint: \"{url}\"}}\n"),
            "logs:\n  receivers: [filelog]\n  exporters: [otlphttp]\n",
        )
    };
    let object = |config: &str, mark: &str| {
        let config = indented(config, 4);
        format!(
            "---\napiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nmetadata: {{name: nodes, namespace: agents}}\nspec:\n  config:{mark}\n{config}{}",
            loki()
        )
    };
    for mark in ["", " |"] {
        holds(&object(&config("http://loki.logs:3100/otlp"), mark));
        leaks(&object(&config("https://otlp.example.net"), mark), "\"https://otlp.example.net\"");
    }
}

/// A HelmChart of that chart with these values, and the Loki of the namespace `logs`.
fn chart(name: &str, values: &str) -> String {
    let values = indented(values, 4);
    format!(
        "---\napiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {{name: agent, namespace: kube-system}}\nspec:\n  chart: {name}\n  targetNamespace: agents\n  valuesContent: |\n{values}{}",
        loki()
    )
}

#[test]
fn values_of_charts_are_read_over_what_the_chart_has_by_itself() {
    let exporter = |url: &str| {
        format!(
            "config:\n  exporters:\n    otlphttp: {{endpoint: \"{url}\"}}\n  service:\n    pipelines:\n      logs: {{exporters: [otlphttp]}}\n"
        )
    };
    holds(&chart("opentelemetry-collector", &exporter("http://loki.logs:3100/otlp")));
    leaks(
        &chart("opentelemetry-collector", &exporter("https://otlp.example.net")),
        "\"https://otlp.example.net\"",
    );
    undecided(
        &chart("opentelemetry-collector", "alternateConfig: {exporters: {}}\n"),
        "`alternateConfig` is not followed",
    );

    holds(&chart("promtail", &format!("config:\n  clients: [{{url: \"{LOKI}\"}}]\n")));
    leaks(
        &chart("promtail", "config:\n  clients: [{url: \"https://logs.example.net/push\"}]\n"),
        "\"https://logs.example.net/push\"",
    );
    undecided(
        &chart("promtail", "extraArgs: [-client.url=https://logs.example.net]\n"),
        "`extraArgs` is not followed",
    );

    let outputs = |host: &str| {
        format!(
            "config:\n  outputs: |\n    [OUTPUT]\n        Name loki\n        Match *\n        Host {host}\n        Port 3100\n"
        )
    };
    holds(&chart("fluent-bit", &outputs("loki.logs")));
    leaks(&chart("fluent-bit", &outputs("logs.example.net")), "logs.example.net");
    undecided(&chart("fluent-bit", "kind: DaemonSet\n"), "sends to what its chart says");

    let sink = |url: &str| {
        format!(
            "customConfig:\n  sources: {{pods: {{type: kubernetes_logs}}}}\n  sinks: {{out: {{type: loki, inputs: [pods], endpoint: \"{url}\"}}}}\n"
        )
    };
    holds(&chart("vector", &sink("http://loki.logs:3100")));
    leaks(&chart("vector", &sink("https://logs.example.net")), "\"https://logs.example.net\"");
    undecided(&chart("vector", "role: Agent\n"), "runs the configuration of its chart");
}

const PROMTAIL: Collector = Collector {
    image: "docker.io/grafana/promtail:3.5.0",
    mount: "/etc/promtail",
    key: "promtail.yaml",
    container: "args: [-config.file=/etc/promtail/promtail.yaml]\n",
};

#[test]
fn promtail_is_judged_by_its_clients() {
    let config = |urls: &[&str]| {
        let clients = urls.iter().map(|url| format!("  - url: {url}\n")).collect::<Vec<_>>().concat();
        PROMTAIL.with(&format!("clients:\n{clients}scrape_configs:\n  - job_name: pods\n"))
    };
    holds(&config(&[LOKI]));
    leaks(&config(&[LOKI, "https://logs.example.net/push"]), "https://logs.example.net/push");
    undecided(&config(&["https://${TENANT}.example.net/push"]), "TENANT");
    let by_flag = Collector {
        container: "args: [-config.file=/etc/promtail/promtail.yaml, -client.url=https://logs.example.net]\n",
        ..PROMTAIL
    };
    undecided(&by_flag.with("clients: []\n"), "`-client.url` adds to its configuration");
    let by_shell = Collector { container: "command: [sh, -c, \"promtail\"]\n", ..PROMTAIL };
    undecided(&by_shell.with("clients: []\n"), "started by `sh`");
    let elsewhere = Collector { container: "args: [-config.file=/elsewhere/promtail.yaml]\n", ..PROMTAIL };
    undecided(&elsewhere.with("clients: []\n"), "`/elsewhere/promtail.yaml` is not in the input");
}

#[test]
fn proxy_of_the_environment_takes_the_logs_of_a_collector() {
    let proxied = Collector {
        container: "args: [-config.file=/etc/promtail/promtail.yaml]\nenv: [{name: HTTPS_PROXY, value: \"http://proxy.example.net:3128\"}]\n",
        ..PROMTAIL
    };
    leaks(
        &proxied.with(&format!("clients: [{{url: \"{LOKI}\"}}]\nscrape_configs: [{{job_name: pods}}]\n")),
        &format!("\"{LOKI}\""),
    );
}

#[test]
fn grafana_agent_is_judged_by_the_writers_of_each_instance() {
    let agent = Collector {
        image: "docker.io/grafana/agent:v0.43.3",
        mount: "/etc/agent",
        key: "agent.yaml",
        container: "args: [-config.file=/etc/agent/agent.yaml]\n",
    };
    let logs = |url: &str| {
        agent.with(&format!("logs:\n  configs:\n    - name: pods\n      clients: [{{url: \"{url}\"}}]\n      scrape_configs: []\n"))
    };
    holds(&logs(LOKI));
    leaks(&logs("https://logs.example.net/push"), "\"https://logs.example.net/push\"");

    let (local, room) = (
        "http://mimir-gateway.mimir.svc.cluster.local/api/v1/push",
        "https://mimir.cr.example.com/api/v1/push",
    );
    let write =
        |urls: &[&str]| urls.iter().map(|url| format!("{{url: \"{url}\"}}")).collect::<Vec<_>>().join(", ");
    let metrics = |global: &[&str], own: &[&str]| {
        let own =
            if own.is_empty() { String::new() } else { format!("      remote_write: [{}]\n", write(own)) };
        let text = agent.with(&format!("metrics:\n  global:\n    remote_write: [{}]\n  configs:\n    - name: default\n      scrape_configs: []\n{own}", write(global)));
        run(&text).findings
    };
    assert!(metrics(&[local, room], &[]).is_empty());
    assert_eq!(metrics(&[local], &[]).len(), 1, "no second store");
    assert_eq!(metrics(&[local, room], &[local]).len(), 1, "its own writers replace the common ones");
}

#[test]
fn grafana_agent_of_its_chart_is_a_program_of_alloy() {
    let values =
        |url: &str| format!("agent:\n  configMap:\n    content: |\n{}", indented(&super::events_to(url), 6));
    holds(&chart("grafana-agent", &values(LOKI)));
    leaks(&chart("grafana-agent", &values("https://logs.example.net/push")), "https://logs.example.net/push");
    undecided(&chart("grafana-agent", "agent: {mode: static}\n"), "runs grafana-agent");
}

#[test]
fn grafana_agent_in_flow_mode_is_a_program_of_alloy() {
    let agent = Collector {
        image: "docker.io/grafana/agent:v0.43.3",
        mount: "/etc/agent",
        key: "config.river",
        container: "args: [run, /etc/agent/config.river]\nenv: [{name: AGENT_MODE, value: flow}]\n",
    };
    holds(&agent.with(&super::events_to(LOKI)));
    leaks(&agent.with(&super::events_to("https://logs.example.net/push")), "https://logs.example.net/push");
}

#[test]
fn prometheus_is_judged_by_its_remote_writes() {
    let prometheus = Collector {
        image: "quay.io/prometheus/prometheus:v3.4.0",
        mount: "/etc/prometheus",
        key: "prometheus.yml",
        container: "args: [--config.file=/etc/prometheus/prometheus.yml]\n",
    };
    let text = prometheus.with("scrape_configs: [{job_name: all}]\nremote_write:\n  - url: http://mimir-gateway.mimir.svc.cluster.local/api/v1/push\n  - url: https://mimir.cr.example.com/api/v1/push\n  - url: https://metrics.example.net/push\n");
    assert_eq!(run(&text).findings, ["metrics-written-elsewhere: https://metrics.example.net/push"]);
}

#[test]
fn prometheus_that_writes_nowhere_is_a_store_of_its_own() {
    let prometheus = Collector {
        image: "quay.io/prometheus/prometheus:v3.4.0",
        mount: "/etc/prometheus",
        key: "prometheus.yml",
        container: "env: []\n",
    };
    let said = run(&prometheus.with("scrape_configs: [{job_name: all}]\n"));
    assert!(said.findings.is_empty() && said.doubts.is_empty(), "{:?} {:?}", said.findings, said.doubts);
}

#[test]
fn vmagent_is_judged_by_its_command_line() {
    let findings = |arguments: &str| {
        let text = workload(
            "agents",
            "agent",
            "docker.io/victoriametrics/vmagent:v1.120.0",
            "/etc/x",
            &format!("args: [{arguments}]\n"),
        );
        run(&text).findings
    };
    let local = "-remoteWrite.url=http://mimir-gateway.mimir.svc.cluster.local/api/v1/push";
    let room = "-remoteWrite.url=https://mimir.cr.example.com/api/v1/push";
    let third = "-remoteWrite.url=https://metrics.example.net/push";
    assert!(findings(&format!("{local}, {room}")).is_empty());
    assert_eq!(
        findings(&format!("{local}, {room}, {third}")),
        [format!("metrics-written-elsewhere: {third}")]
    );
    assert_eq!(findings(local), [format!("metrics-miss-control-room: {local}")]);
}

#[test]
fn collector_without_a_reader_is_told_as_before() {
    let telegraf = Collector {
        image: "docker.io/library/telegraf:1.34",
        mount: "/etc/telegraf",
        key: "telegraf.conf",
        container: "env: []\n",
    };
    undecided(&telegraf.with("[agent]\n"), "telegraf, whose configuration is not read");
}

#[test]
fn configuration_that_is_a_file_by_itself_is_judged() {
    let exporter = |url: &str| format!("otlphttp: {{endpoint: \"{url}\"}}\n");
    let pipelines = "logs:\n  receivers: [filelog]\n  exporters: [otlphttp]\n";
    holds(&otel(&exporter("http://loki-gateway.loki.svc.cluster.local/otlp"), pipelines));
    leaks(&otel(&exporter("https://otlp.example.net"), pipelines), "\"https://otlp.example.net\"");
    undecided(&otel(&exporter("http://relay:4318"), pipelines), "the collector's own namespace");
    let push = "https://logs.example.net/push";
    leaks(&format!("clients: [{{url: {push}}}]\nscrape_configs: [{{job_name: a}}]\n"), push);
    leaks(
        "pipeline:\n  inputs: [{name: tail}]\n  outputs: [{name: http, match: '*', host: logs.example.net}]\n",
        "logs.example.net",
    );
    leaks(
        "sources: {a: {type: file}}\nsinks: {b: {type: http, inputs: [a], uri: \"https://logs.example.net\"}}\n",
        "\"https://logs.example.net\"",
    );
    leaks(&format!("logs: {{configs: [{{name: a, clients: [{{url: {push}}}]}}]}}\n"), push);
}
