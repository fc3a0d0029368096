//! Ways of logs through conversions, text of files, switches and proxies, down to the leak.

use super::sinks::leaks;
use super::sinks::run;
use crate::finding::Verdict;

const AWAY: &str = "loki.write \"away\" {\n  endpoint {\n    url = \"https://out.example.net/x\"\n  }\n}\n";
const HOME: &str = "http://loki-gateway.loki.svc.cluster.local/x";

#[track_caller]
fn leak(program: &str, places: &[&str]) {
    let (verdict, found) = leaks(program);
    assert_eq!(verdict, Verdict::Violated, "{program}");
    assert_eq!(found, places, "{program}");
}

#[track_caller]
fn ends(program: &str, verdict: Verdict) {
    assert_eq!(leaks(program), (verdict, vec![]), "{program}");
}

#[test]
fn conversions_between_loki_and_opentelemetry_are_followed_both_ways() {
    let chain = format!(
        "loki.source.journal \"j\" {{ forward_to = [otelcol.receiver.loki.a.receiver] }}\notelcol.receiver.loki \"a\" {{\n  output {{ logs = [otelcol.processor.transform.t.input] }}\n}}\notelcol.processor.transform \"t\" {{\n  output {{ logs = [otelcol.exporter.loki.b.input] }}\n}}\notelcol.exporter.loki \"b\" {{ forward_to = [loki.write.away.receiver] }}\n{AWAY}"
    );
    leak(&chain, &["https://out.example.net/x"]);
    ends(&chain.replace("https://out.example.net/x", HOME), Verdict::Holds);
}

#[test]
fn logs_made_of_traces_are_logs() {
    let chain = format!(
        "otelcol.receiver.otlp \"o\" {{\n  grpc {{ }}\n  output {{ traces = [otelcol.connector.spanlogs.s.input] }}\n}}\notelcol.connector.spanlogs \"s\" {{\n  output {{ logs = [otelcol.exporter.loki.b.input] }}\n}}\notelcol.exporter.loki \"b\" {{ forward_to = [loki.write.away.receiver] }}\n{AWAY}"
    );
    leak(&chain, &["https://out.example.net/x"]);
}

#[test]
fn metrics_made_of_logs_or_traces_are_no_logs() {
    for connector in ["count", "signaltometrics", "spanmetrics", "servicegraph", "host_info"] {
        let chain = format!(
            "otelcol.receiver.otlp \"o\" {{\n  grpc {{ }}\n  output {{\n    logs = [otelcol.connector.{connector}.c.input]\n    traces = [otelcol.connector.{connector}.c.input]\n  }}\n}}\notelcol.connector.{connector} \"c\" {{\n  output {{ metrics = [otelcol.exporter.otlp.away.input] }}\n}}\notelcol.exporter.otlp \"away\" {{\n  client {{ endpoint = \"out.example.net:4317\" }}\n}}\n"
        );
        ends(&chain, Verdict::Holds);
    }
}

#[test]
fn a_receiver_and_its_fan_out_reach_every_branch() {
    leak(
        &format!(
            "faro.receiver \"f\" {{\n  output {{ logs = [loki.process.p.receiver] }}\n}}\nloki.process \"p\" {{ forward_to = [loki.write.home.receiver, loki.write.away.receiver] }}\nloki.write \"home\" {{\n  endpoint {{ url = \"{HOME}\" }}\n}}\n{AWAY}"
        ),
        &["https://out.example.net/x"],
    );
}

fn with_file(name: &str, rest: &str) -> String {
    format!("local.file \"f\" {{ filename = {name} }}\n{rest}")
}

#[test]
fn text_of_a_log_file_leaks_as_body_header_and_label() {
    let log = "\"/var/log/app/current.log\"";
    let body = "remote.http \"r\" {\n  url = \"https://out.example.net/x\"\n  method = \"POST\"\n  body = local.file.f.content\n}\n";
    leak(&with_file(log, body), &["https://out.example.net/x"]);
    ends(&with_file(log, &body.replace("https://out.example.net/x", HOME)), Verdict::Holds);
    ends(
        &with_file(log, &body.replace("\"https://out.example.net/x\"", "sys.env(\"X\")")),
        Verdict::Undecided,
    );
    // Whether that one holds logs cannot be told; this one does not.
    ends(&with_file("\"/data/out\"", body), Verdict::Undecided);
    ends(&with_file("\"/etc/app/request\"", body), Verdict::NotApplicable);
    let header =
        body.replace("body = local.file.f.content", "headers = {\"X\" = \"a \" + local.file.f.content}");
    leak(&with_file(log, &header), &["https://out.example.net/x"]);
    ends(&with_file("\"/data/token\"", &header), Verdict::NotApplicable);
    let label = "prometheus.remote_write \"w\" {\n  external_labels = {\"line\" = local.file.f.content}\n  endpoint {\n    url = \"https://mimir.example.net/api/v1/push\"\n  }\n}\n";
    leak(&with_file(log, label), &["https://mimir.example.net/api/v1/push"]);
    let probe = "prometheus.exporter.blackbox \"b\" {\n  config = local.file.f.content\n  target {\n    name = \"x\"\n    address = \"https://out.example.net/x\"\n  }\n}\n";
    leak(&with_file(log, probe), &["https://out.example.net/x"]);
    let push = "loki.source.journal \"j\" { forward_to = [loki.write.away.receiver] }\nloki.write \"away\" {\n  endpoint {\n    url = \"https://out.example.net/x\"\n    headers = {\"X\" = local.file.f.content}\n  }\n}\n";
    leak(&with_file(log, push), &["https://out.example.net/x"]);
}

#[test]
fn text_of_a_log_file_leaks_with_the_request_for_a_module() {
    let fetch = "import.http \"m\" {\n  url = \"https://out.example.net/x\"\n  method = \"POST\"\n  body = local.file.f.content\n}\n";
    leak(&with_file("\"/var/log/app.log\"", fetch), &["https://out.example.net/x"]);
}

#[test]
fn text_of_a_log_file_leaks_through_what_a_module_is_given() {
    let module = "declare \"post\" {\n  argument \"text\" { }\n  remote.http \"r\" {\n    url = \"https://out.example.net/x\"\n    body = argument.text.value\n  }\n}\npost \"p\" { text = local.file.f.content }\n";
    leak(&with_file("\"/var/log/app.log\"", module), &["https://out.example.net/x"]);
    ends(&with_file("\"/etc/app/request\"", module), Verdict::NotApplicable);
}

#[test]
fn answers_of_loki_leak_as_a_body() {
    let program = |api: &str| {
        format!(
            "remote.http \"f\" {{ url = \"http://loki-gateway.loki.svc.cluster.local/{api}\" }}\nremote.http \"r\" {{\n  url = \"https://out.example.net/x\"\n  method = \"POST\"\n  body = remote.http.f.content\n}}\n"
        )
    };
    leak(&program("loki/api/v1/query_range?query=x"), &["https://out.example.net/x"]);
    ends(&program("ready"), Verdict::NotApplicable);
}

#[test]
fn the_topic_that_an_attribute_chooses_is_one_of_the_same_brokers() {
    let program = |broker: &str| {
        format!(
            "otelcol.receiver.filelog \"f\" {{\n  include = [\"/x\"]\n  output {{ logs = [otelcol.exporter.kafka.k.input] }}\n}}\notelcol.exporter.kafka \"k\" {{\n  protocol_version = \"2.0.0\"\n  brokers = [\"{broker}\"]\n  topic_from_attribute = \"topic\"\n}}\n"
        )
    };
    ends(&program("loki-gateway.loki.svc.cluster.local:9092"), Verdict::Holds);
    leak(&program("out.example.net:9092"), &["out.example.net:9092"]);
}

#[test]
fn text_of_a_log_file_in_arguments_that_others_use_is_not_followed() {
    for rest in [
        "otelcol.auth.headers \"h\" {\n  header {\n    key = \"x\"\n    value = local.file.f.content\n  }\n}\n",
        "prometheus.relabel \"r\" {\n  forward_to = []\n  rule {\n    target_label = \"x\"\n    replacement = local.file.f.content\n  }\n}\n",
        "otelcol.processor.attributes \"a\" {\n  action {\n    key = \"x\"\n    action = \"insert\"\n    value = local.file.f.content\n  }\n  output { metrics = [] }\n}\n",
        "discovery.relabel \"r\" {\n  targets = []\n  rule {\n    target_label = \"x\"\n    replacement = string.trim_space(local.file.f.content)\n  }\n}\n",
    ] {
        ends(&with_file("\"/var/log/app.log\"", rest), Verdict::Undecided);
        ends(&with_file("\"/etc/app/name\"", rest), Verdict::NotApplicable);
    }
}

#[test]
fn text_of_a_log_file_in_a_component_that_is_not_known_may_go_anywhere() {
    let unknown = "prometheus.magic \"m\" { text = local.file.f.content }\n";
    ends(&with_file("\"/var/log/app.log\"", unknown), Verdict::Undecided);
    ends(&with_file("\"/etc/app/name\"", unknown), Verdict::NotApplicable);
}

#[test]
fn text_of_a_log_file_that_becomes_a_metric_is_not_followed() {
    let made = "prometheus.exporter.static \"s\" { text = local.file.f.content }\n";
    ends(&with_file("\"/var/log/app.log\"", made), Verdict::Undecided);
    ends(&with_file("\"/etc/metrics.prom\"", made), Verdict::NotApplicable);
}

#[test]
fn a_proxy_of_the_shared_client_takes_what_goes_to_an_endpoint_of_one_signal() {
    let program = format!(
        "otelcol.receiver.filelog \"f\" {{\n  include = [\"/x\"]\n  output {{ logs = [otelcol.exporter.otlphttp.o.input] }}\n}}\notelcol.exporter.otlphttp \"o\" {{\n  logs_endpoint = \"{HOME}\"\n  client {{\n    endpoint = \"{HOME}\"\n    proxy_url = \"http://proxy.example.net:3128\"\n  }}\n}}\n"
    );
    leak(&program, &[HOME]);
    ends(&program.replace("http://proxy.example.net:3128", ""), Verdict::Holds);
}

#[test]
fn a_proxy_that_is_not_asked_for_this_host_takes_nothing() {
    let program = format!(
        "loki.source.journal \"j\" {{ forward_to = [loki.write.w.receiver] }}\nloki.write \"w\" {{\n  endpoint {{\n    url = \"{HOME}\"\n    proxy_url = \"http://proxy.example.net:3128\"\n    no_proxy = \".cluster.local\"\n  }}\n}}\n"
    );
    ends(&program, Verdict::Holds);
    leak(&program.replace(".cluster.local\"\n", ".example.net\"\n"), &[HOME]);
}

#[test]
fn an_endpoint_that_may_replace_the_shared_one_leaves_it_open() {
    let program = "otelcol.receiver.filelog \"f\" {\n  include = [\"/x\"]\n  output { logs = [otelcol.exporter.otlphttp.o.input] }\n}\notelcol.exporter.otlphttp \"o\" {\n  logs_endpoint = ENDPOINT\n  client { endpoint = \"https://out.example.net/x\" }\n}\n";
    ends(&program.replace("ENDPOINT", "sys.env(\"X\")"), Verdict::Undecided);
    ends(&program.replace("ENDPOINT", &format!("coalesce(sys.env(\"X\"), \"{HOME}\")")), Verdict::Undecided);
    ends(&program.replace("ENDPOINT", &format!("\"{HOME}\"")), Verdict::Holds);
    leak(&program.replace("ENDPOINT", "\"\""), &["https://out.example.net/x"]);
    leak(&program.replace("ENDPOINT", "null"), &["https://out.example.net/x"]);
}

#[test]
fn a_switch_that_is_off_closes_a_way_and_one_that_is_not_known_leaves_it_open() {
    let program = "otelcol.receiver.filelog \"f\" {\n  include = [\"/x\"]\n  output { logs = [otelcol.exporter.splunkhec.o.input] }\n}\notelcol.exporter.splunkhec \"o\" {\n  splunk {\n    token = \"x\"\n    log_data_enabled = SWITCH\n  }\n  client { endpoint = \"https://out.example.net/x\" }\n}\n";
    ends(&program.replace("SWITCH", "false"), Verdict::Holds);
    leak(&program.replace("SWITCH", "true"), &["https://out.example.net/x"]);
    ends(&program.replace("SWITCH", "sys.env(\"X\") == \"1\""), Verdict::Undecided);
}

#[test]
fn redirects_are_not_reported() {
    let program = format!(
        "loki.source.journal \"j\" {{ forward_to = [loki.write.w.receiver] }}\nloki.write \"w\" {{\n  endpoint {{\n    url = \"{HOME}\"\n    follow_redirects = true\n  }}\n}}\n"
    );
    ends(&program, Verdict::Holds);
    assert!(run(&program).report.findings.iter().all(|found| !found.message.contains("redirect")));
}
