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
struct Collector {
    image: &'static str,
    mount: &'static str,
    key: &'static str,
    container: &'static str,
}

impl Collector {
    fn with(&self, config: &str) -> String {
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

const FLUENT_BIT: Collector = Collector {
    image: "cr.fluentbit.io/fluent/fluent-bit:3.1",
    mount: "/fluent-bit/etc",
    key: "fluent-bit.conf",
    container: "env: [{name: LOKI, value: loki.logs}]\n",
};

const TAIL: &str = "[INPUT]\n    Name tail\n    Tag kube.*\n";

#[test]
fn fluent_bit_is_judged_by_its_outputs() {
    let output = |lines: &str| FLUENT_BIT.with(&format!("{TAIL}\n[OUTPUT]\n{}", indented(lines, 4)));
    holds(&output("Name loki\nMatch *\nHost ${LOKI}\nPort 3100\n"));
    holds(&output("name stdout\nmatch *\n"));
    leaks(&output("NAME http\nMATCH kube.*\nHOST logs.example.net\n"), "logs.example.net");
    leaks(&output("Name s3\nMatch *\nBucket all-logs\n"), "all-logs");
    leaks(&output("Name s3\nMatch *\nBucket b\nEndpoint https://s3.example.net\n"), "https://s3.example.net");
    holds(&output("Name s3\nMatch *\nBucket b\nEndpoint http://loki.logs:3100\n"));
    leaks(&output("Name datadog\nMatch *\n"), "datadog");
    // No log of this stack has such a tag, and an output without a pattern gets none.
    holds(&output("Name http\nMatch host.*\nHost logs.example.net\n"));
    holds(&output("Name http\nHost logs.example.net\n"));
    undecided(&output("Name loki\nMatch *\nHost loki.logs\nPort 99\n"), "has no port 99");
    undecided(&output("Name brandnew\nMatch *\nHost loki.logs\n"), "of a kind that is not known here");
    undecided(&output("Name forward\nMatch *\nUpstream /etc/up.conf\n"), "file of upstreams");
    undecided(&output("Name http\nMatch *\nHost ${GONE}\n"), "GONE");
}

#[test]
fn tag_that_a_filter_rewrites_may_be_any() {
    let text = format!(
        "{TAIL}\n[FILTER]\n    Name rewrite_tag\n    Match *\n\n[OUTPUT]\n    Name http\n    Match new.*\n    Host logs.example.net\n"
    );
    leaks(&FLUENT_BIT.with(&text), "logs.example.net");
}

#[test]
fn includes_of_fluent_bit_are_followed_in_the_input() {
    let main = |include: &str| format!("{TAIL}\n@INCLUDE {include}\n");
    let output = "[OUTPUT]\n    Name http\n    Match *\n    Host logs.example.net\n";
    let with = |include: &str| {
        let more = format!("  output-a.conf: |\n{}", indented(output, 4));
        FLUENT_BIT.with(&main(include)).replace(
            "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: agent",
            &format!("{more}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: agent"),
        )
    };
    leaks(&with("output-a.conf"), "logs.example.net");
    leaks(&with("output-*.conf"), "logs.example.net");
    undecided(&FLUENT_BIT.with(&main("gone.conf")), "it includes `gone.conf`, which is not in the input");
}

#[test]
fn fluent_bit_in_yaml_is_the_same() {
    let yaml = Collector {
        key: "fluent-bit.yaml",
        container: "args: [-c, /fluent-bit/etc/fluent-bit.yaml]\n",
        ..FLUENT_BIT
    };
    let config = |host: &str| {
        yaml.with(&format!("pipeline:\n  inputs:\n    - name: tail\n  outputs:\n    - name: http\n      match: '*'\n      host: {host}\n      port: 3100\n"))
    };
    holds(&config("loki.logs"));
    leaks(&config("logs.example.net"), "logs.example.net");
}

#[test]
fn fluentd_is_judged_by_its_matches() {
    let fluentd = Collector {
        image: "docker.io/fluent/fluentd:v1.18",
        mount: "/fluentd/etc",
        key: "fluent.conf",
        container: "env: []\n",
    };
    let config = |output: &str| {
        fluentd.with(&format!(
            "<source>\n  @type tail\n</source>\n\n<match **>\n{}</match>\n",
            indented(output, 2)
        ))
    };
    holds(&config("@type loki\nurl http://loki.logs:3100\n"));
    leaks(&config("@type loki\n"), "loki");
    leaks(
        &config(
            "@type copy\n<store>\n  @type loki\n  url http://loki.logs:3100\n</store>\n<store>\n  @type http\n  endpoint https://logs.example.net/x\n</store>\n",
        ),
        "https://logs.example.net/x",
    );
    leaks(
        &config("@type forward\n<server>\n  host logs.example.net\n  port 24224\n</server>\n"),
        "logs.example.net",
    );
    undecided(&config("@type elasticsearch\nhost \"#{ENV['HOST']}\"\n"), "filled in when the program starts");
    undecided(&config("@type brandnew\n"), "of a kind that is not known here");
    undecided(
        &fluentd.with("@include conf.d/a.conf\n<source>\n  @type tail\n</source>\n"),
        "it includes `conf.d/a.conf`",
    );
}

#[test]
fn vector_is_judged_by_its_sinks_in_toml_and_yaml() {
    let toml = Collector {
        image: "docker.io/timberio/vector:0.48.0-alpine",
        mount: "/etc/vector",
        key: "vector.toml",
        container: "env: []\n",
    };
    let config = |sink: &str, inputs: &str| {
        toml.with(&format!("[sources.pods]\ntype = \"kubernetes_logs\"\n\n[transforms.parse]\ntype = \"remap\"\ninputs = [\"pods\"]\n\n[sinks.out]\n{sink}inputs = [\"{inputs}\"]\n"))
    };
    holds(&config("type = \"loki\"\nendpoint = \"http://loki.logs:3100\"\n", "parse"));
    leaks(
        &config("type = \"loki\"\nendpoint = \"https://logs.example.net\"\n", "parse"),
        "\"https://logs.example.net\"",
    );
    leaks(
        &config("type = \"http\"\nuri = \"https://logs.example.net\"\n", "*"),
        "\"https://logs.example.net\"",
    );
    leaks(&config("type = \"aws_s3\"\nbucket = \"all\"\n", "pods"), "\"all\"");
    undecided(&config("type = \"brandnew\"\n", "pods"), "of a kind that is not known here");
    undecided(
        &config("type = \"loki\"\nendpoint = \"http://loki.logs:3100\"\n", "gone"),
        "`gone`, from which `out` takes its input, does not exist",
    );
    let yaml = Collector { key: "vector.yaml", ..toml };
    let config = |url: &str| {
        yaml.with(&format!("sources:\n  pods: {{type: kubernetes_logs}}\nsinks:\n  out: {{type: loki, inputs: [pods], endpoint: \"{url}\"}}\n"))
    };
    holds(&config("http://loki.logs:3100"));
    leaks(&config("https://logs.example.net"), "\"https://logs.example.net\"");
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
