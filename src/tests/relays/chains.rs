//! Chains of collectors: what leaves at the end of one is found once, with the way through all of them.

use super::LOKI;
use super::alloy;
use super::config_map;
use super::events_to;
use super::holds;
use super::leaks;
use super::loki;
use super::run;
use super::service;
use super::undecided;
use super::workload;

/// A program that takes logs in at port 3500 and sends them to that URL.
fn relays_to(url: &str) -> String {
    format!(
        "loki.source.api \"in\" {{\n  http {{\n    listen_port = 3500\n  }}\n  forward_to = [loki.write.on.receiver]\n}}\n\nloki.write \"on\" {{\n  endpoint {{\n    url = \"{url}\"\n  }}\n}}\n"
    )
}

const RELAY: &str = "http://relay.relay.svc:80/loki/api/v1/push";

/// `alloy` sends to `relay`, which sends to that URL.
fn chain(url: &str) -> String {
    let ports = "[{port: 80, targetPort: 3500}]";
    format!(
        "{}{}{}{}",
        alloy("alloy", &events_to(RELAY)),
        alloy("relay", &relays_to(url)),
        service("relay", "relay", ports),
        loki()
    )
}

#[test]
fn leak_of_a_second_collector_is_found_once_with_the_way_through_both() {
    let text = chain("https://logs.example.net/push");
    leaks(&text, "https://logs.example.net/push");
    let said = run(&text);
    let told = |text: &str, at: &str| {
        let found = said.related.iter().any(|(own, place)| own == text && place == at);
        assert!(found, "{text} at {at}: {:#?}", said.related);
    };
    told("`loki.write.out` of alloy/alloy sends to relay/relay", RELAY);
    told("loki.source.kubernetes_events.all forwards to loki.write.out", "loki.write.out.receiver");
    told("logs of `loki.source.kubernetes_events.all` begin here", "loki.source.kubernetes_events \"all\"");
    told("loki.source.api.in forwards to loki.write.on", "loki.write.on.receiver");
}

#[test]
fn chain_that_ends_inside_is_fine() {
    holds(&chain(LOKI));
}

#[test]
fn collector_that_does_not_listen_there_is_told() {
    undecided(
        &chain(LOKI).replace("targetPort: 3500", "targetPort: 3501"),
        "collector relay/relay takes no logs in at port 3501",
    );
}

#[test]
fn collectors_that_send_to_each_other_end() {
    let back = "http://alloy.alloy.svc:80/loki/api/v1/push";
    let first = format!(
        "{}{}",
        events_to(RELAY),
        relays_to(RELAY).replace("\"on\"", "\"again\"").replace(".on.", ".again.")
    );
    let ports = "[{port: 80, targetPort: 3500}]";
    let circle = |url: &str| {
        format!(
            "{}{}{}{}",
            alloy("alloy", &first),
            alloy("relay", &format!("{}\n{}", relays_to(url), "")),
            service("relay", "relay", ports),
            service("alloy", "alloy", ports)
        )
    };
    holds(&circle(back));
}

#[test]
fn collector_in_the_middle_whose_program_is_not_in_the_input_is_told_once() {
    let relay = workload(
        "relay",
        "relay",
        "docker.io/grafana/alloy:v1.7.5",
        "/etc/alloy",
        "args: [run, /etc/alloy/config.alloy]\n",
    );
    let text = format!(
        "{}{relay}{}",
        alloy("alloy", &events_to(RELAY)),
        service("relay", "relay", "[{port: 80, targetPort: 3500}]")
    );
    undecided(&text, "which is not in the input");
}

/// A program that scrapes itself and writes to those URLs.
fn metrics_to(urls: &[&str]) -> String {
    let endpoint = |url: &&str| format!("  endpoint {{\n    url = \"{url}\"\n  }}\n");
    let endpoints = urls.iter().map(endpoint).collect::<Vec<_>>().concat();
    format!(
        "prometheus.exporter.self \"own\" {{ }}\n\nprometheus.scrape \"own\" {{\n  targets    = prometheus.exporter.self.own.targets\n  forward_to = [prometheus.remote_write.out.receiver]\n}}\n\nprometheus.remote_write \"out\" {{\n{endpoints}}}\n"
    )
}

/// A program that takes metrics in at port 9009 and writes to those URLs.
fn metrics_relay(urls: &[&str]) -> String {
    let own = metrics_to(urls);
    let writer = &own[own.find("prometheus.remote_write \"out\" {").unwrap()..];
    format!(
        "prometheus.receive_http \"in\" {{\n  http {{\n    listen_port = 9009\n  }}\n  forward_to = [prometheus.remote_write.out.receiver]\n}}\n\n{writer}"
    )
}

const MIMIR: &str = "http://mimir-gateway.mimir.svc.cluster.local/api/v1/push";
const CONTROL_ROOM: &str = "https://mimir.cr.example.com/api/v1/push";
const METRICS_RELAY: &str = "http://relay.relay.svc/api/v1/metrics/write";

fn metrics_chain(first: &[&str], second: &[&str]) -> String {
    let ports = "[{port: 80, targetPort: 9009}]";
    format!(
        "{}{}{}",
        alloy("alloy", &metrics_to(first)),
        alloy("relay", &metrics_relay(second)),
        service("relay", "relay", ports)
    )
}

#[test]
fn metrics_reach_both_stores_through_a_second_collector() {
    let said = run(&metrics_chain(&[METRICS_RELAY], &[MIMIR, CONTROL_ROOM]));
    assert!(said.findings.is_empty() && said.doubts.is_empty(), "{:?} {:?}", said.findings, said.doubts);
    // Each collector writes to one of the stores.
    let said = run(&metrics_chain(&[METRICS_RELAY, CONTROL_ROOM], &[MIMIR]));
    assert!(said.findings.is_empty() && said.doubts.is_empty(), "{:?} {:?}", said.findings, said.doubts);
}

#[test]
fn store_that_no_collector_of_a_chain_writes_to_is_missed_once() {
    let said = run(&metrics_chain(&[METRICS_RELAY], &[MIMIR]));
    assert_eq!(said.findings, ["metrics-miss-control-room: [prometheus.remote_write.out.receiver]"]);
    let said = run(&metrics_chain(&[METRICS_RELAY, CONTROL_ROOM], &[CONTROL_ROOM]));
    assert_eq!(said.findings, ["metrics-miss-local-store: [prometheus.remote_write.out.receiver]"]);
}

/// A collector of another make in the namespace and with the ConfigMap `relay`.
fn other(image: &str, mount: &str, key: &str, config: &str, container: &str) -> String {
    format!(
        "{}{}",
        config_map("relay", "relay", key, config),
        workload("relay", "relay", image, mount, container)
    )
}

#[test]
fn logs_are_followed_from_alloy_through_an_opentelemetry_collector() {
    let program = "loki.source.kubernetes_events \"all\" {\n  forward_to = [otelcol.receiver.loki.in.receiver]\n}\n\notelcol.receiver.loki \"in\" {\n  output {\n    logs = [otelcol.exporter.otlp.out.input]\n  }\n}\n\notelcol.exporter.otlp \"out\" {\n  client {\n    endpoint = \"relay.relay:4317\"\n  }\n}\n";
    let config = |endpoint: &str| {
        format!(
            "receivers:\n  otlp:\n    protocols:\n      grpc: {{}}\nexporters:\n  otlphttp/next:\n    endpoint: {endpoint}\nservice:\n  pipelines:\n    logs:\n      receivers: [otlp]\n      exporters: [otlphttp/next]\n"
        )
    };
    let image = "docker.io/otel/opentelemetry-collector-contrib:0.130.0";
    let stack = |endpoint: &str, port: u16| {
        format!(
            "{}{}{}{}",
            alloy("alloy", program),
            other(image, "/conf", "relay.yaml", &config(endpoint), "args: [--config=/conf/relay.yaml]\n"),
            service("relay", "relay", &format!("[{{port: 4317, targetPort: {port}}}]")),
            loki()
        )
    };
    holds(&stack("http://loki.logs:3100/otlp", 4317));
    leaks(&stack("https://otlp.example.net", 4317), "https://otlp.example.net");
    let said = run(&stack("https://otlp.example.net", 4317));
    let way = "`otelcol.exporter.otlp.out` of alloy/alloy sends to Deployment relay/relay";
    assert!(
        said.related.iter().any(|(text, at)| text == way && at == "relay.relay:4317"),
        "{:#?}",
        said.related
    );
    undecided(&stack("http://loki.logs:3100/otlp", 4318), "takes no");
}

#[test]
fn logs_are_followed_from_alloy_through_fluent_bit() {
    let stack = |host: &str| {
        let config = format!(
            "[INPUT]\n    Name http\n    Port 9880\n\n[OUTPUT]\n    Name loki\n    Match *\n    Host {host}\n    Port 3100\n"
        );
        format!(
            "{}{}{}{}",
            alloy("alloy", &events_to("http://relay.relay:80/")),
            other("cr.fluentbit.io/fluent/fluent-bit:3.1", "/fluent-bit/etc", "fluent-bit.conf", &config, ""),
            service("relay", "relay", "[{port: 80, targetPort: 9880}]"),
            loki()
        )
    };
    holds(&stack("loki.logs"));
    leaks(&stack("logs.example.net"), "logs.example.net");
}

#[test]
fn logs_are_followed_from_promtail_into_alloy() {
    let stack = |url: &str| {
        let config = format!("clients: [{{url: \"{RELAY}\"}}]\nscrape_configs: [{{job_name: pods}}]\n");
        format!(
            "{}{}{}{}{}",
            config_map("agents", "promtail", "promtail.yaml", &config),
            workload(
                "agents",
                "promtail",
                "grafana/promtail:3.5.0",
                "/etc/promtail",
                "args: [-config.file=/etc/promtail/promtail.yaml]\n"
            ),
            alloy("relay", &relays_to(url)),
            service("relay", "relay", "[{port: 80, targetPort: 3500}]"),
            loki()
        )
    };
    holds(&stack(LOKI));
    leaks(&stack("https://logs.example.net/push"), "https://logs.example.net/push");
    let way = "`client 1` of Deployment agents/promtail sends to relay/relay";
    let said = run(&stack("https://logs.example.net/push"));
    assert!(said.related.iter().any(|(text, _)| text == way), "{:#?}", said.related);
}

#[test]
fn metrics_of_others_are_judged_at_a_receiver_that_only_gets_logs_from_the_input() {
    let program = "loki.source.kubernetes_events \"all\" {\n  forward_to = [otelcol.receiver.loki.in.receiver]\n}\n\notelcol.receiver.loki \"in\" {\n  output {\n    logs = [otelcol.exporter.otlp.out.input]\n  }\n}\n\notelcol.exporter.otlp \"out\" {\n  client {\n    endpoint = \"relay.relay:4317\"\n  }\n}\n";
    let config = format!(
        "receivers: {{otlp: {{protocols: {{grpc: {{}}}}}}}}\nexporters:\n  debug:\n  prometheusremotewrite: {{endpoint: \"{MIMIR}\"}}\nservice:\n  pipelines:\n    logs: {{receivers: [otlp], exporters: [debug]}}\n    metrics: {{receivers: [otlp], exporters: [prometheusremotewrite]}}\n"
    );
    let image = "docker.io/otel/opentelemetry-collector-contrib:0.130.0";
    let text = format!(
        "{}{}{}",
        alloy("alloy", program),
        other(image, "/conf", "relay.yaml", &config, "args: [--config=/conf/relay.yaml]\n"),
        service("relay", "relay", "[{port: 4317}]")
    );
    assert_eq!(run(&text).findings, ["metrics-miss-control-room: prometheusremotewrite"]);
}
