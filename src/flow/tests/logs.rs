//! Logs: where they leave, and by which way.

use super::*;

#[test]
fn logs_that_stay_are_inside_with_their_whole_way() {
    let case = analyse_text(&format!(
        r#"{LOCAL}
loki.source.kubernetes "pods" {{
  targets    = []
  forward_to = [loki.process.tidy.receiver]
}}
loki.process "tidy" {{
  forward_to = [loki.write.local.receiver]
}}
"#
    ));
    assert_eq!(
        case.log_exits(),
        ["loki.write.local workload http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push"]
    );
    let exit = case.exit("loki.write.local");
    assert_eq!(case.sources_of(exit), ["loki.source.kubernetes.pods"]);
    assert_eq!(case.hops_of(exit), ["loki.process.tidy.receiver", "loki.write.local.receiver"]);
    assert_eq!(case.flow.summary.log_sources, 1);
    assert_eq!((case.flow.summary.log_exits, case.flow.summary.log_exits_inside), (1, 1));
    assert_eq!(
        case.flow.summary.log_assumptions,
        ["loki-gateway.loki is this workload's Loki (not in the input)"]
    );
    assert!(case.opaque().is_empty(), "{:?}", case.opaque());
}

#[test]
fn second_endpoint_leaks() {
    let case = analyse_text(
        r#"
loki.source.file "a" {
  targets    = []
  forward_to = [loki.write.w.receiver]
}
loki.write "w" {
  endpoint { url = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push" }
  endpoint { url = "https://logs.example.net/push" }
}
"#,
    );
    assert_eq!(
        case.log_exits(),
        [
            "loki.write.w workload http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push",
            "loki.write.w external https://logs.example.net/push",
        ]
    );
    let leak = case.subject("log_exit", "loki.write.w telemetry to https://logs.example.net/push");
    assert_eq!(text(&leak, "zone"), "external");
    assert_eq!(text(&leak, "fed"), "true");
    assert_eq!(text(&leak, "kind"), "telemetry");
    assert_eq!(text(&leak, "destination"), "https://logs.example.net/push");
    assert_eq!(case.slice(fact(&leak, "destination").place.unwrap()), "https://logs.example.net/push");
    assert_eq!(text(&leak, "sources.0.name"), "loki.source.file.a");
    assert_eq!(case.slice(fact(&leak, "sources.0.place").place.unwrap()), "loki.source.file \"a\"");
    assert_eq!(text(&leak, "hops.0.text"), "loki.source.file.a forwards to loki.write.w");
    assert_eq!(case.slice(fact(&leak, "hops.0.place").place.unwrap()), "loki.write.w.receiver");
}

#[test]
fn logs_leak_through_conversions_and_an_otlp_exporter() {
    let case = analyse_text(
        r#"
loki.source.journal "host" {
  forward_to = [otelcol.receiver.loki.in.receiver]
}
otelcol.receiver.loki "in" {
  output { logs = [otelcol.processor.batch.b.input] }
}
otelcol.processor.batch "b" {
  output {
    logs    = [otelcol.exporter.otlp.out.input, otelcol.exporter.loki.back.input]
    metrics = []
  }
}
otelcol.exporter.otlp "out" {
  client { endpoint = "collector.example.com:4317" }
}
otelcol.exporter.loki "back" {
  forward_to = [loki.write.away.receiver]
}
loki.write "away" {
  endpoint { url = "https://logs.example.net/push" }
}
"#,
    );
    assert_eq!(
        case.log_exits(),
        [
            "otelcol.exporter.otlp.out external collector.example.com:4317",
            "loki.write.away external https://logs.example.net/push",
        ]
    );
    assert_eq!(
        case.hops_of(case.exit("loki.write.away")),
        [
            "otelcol.receiver.loki.in.receiver",
            "otelcol.processor.batch.b.input",
            "otelcol.exporter.loki.back.input",
            "loki.write.away.receiver",
        ]
    );
    assert_eq!(case.exit("otelcol.exporter.otlp.out").fed, Signals::OTEL_LOGS);
}

#[test]
fn fan_out_reaches_both_and_points_at_each_element() {
    let case = analyse_text(&format!(
        r#"{LOCAL}
loki.source.kubernetes "pods" {{
  targets    = []
  forward_to = array.concat([loki.write.local.receiver], [loki.write.away.receiver])
}}
loki.write "away" {{
  endpoint {{ url = "https://logs.example.net/push" }}
}}
"#
    ));
    assert_eq!(case.log_exits().len(), 2);
    assert_eq!(case.hops_of(case.exit("loki.write.away")), ["loki.write.away.receiver"]);
    assert_eq!(case.hops_of(case.exit("loki.write.local")), ["loki.write.local.receiver"]);
}

#[test]
fn writer_that_nothing_feeds_carries_nothing() {
    let case = analyse_text(
        r#"
loki.write "idle" {
  endpoint { url = "https://logs.example.net/push" }
}
"#,
    );
    assert!(case.log_exits().is_empty());
    assert_eq!(
        text(&case.subject("log_exit", "loki.write.idle telemetry to https://logs.example.net/push"), "fed"),
        "false"
    );
    assert_eq!(case.flow.summary.log_exits, 0);
}

#[test]
fn circle_ends() {
    let case = analyse_text(
        r#"
loki.process "a" { forward_to = [loki.process.b.receiver] }
loki.process "b" { forward_to = [loki.process.a.receiver, loki.write.w.receiver] }
loki.source.journal "j" { forward_to = [loki.process.a.receiver] }
loki.write "w" {
  endpoint { url = "https://logs.example.net/push" }
}
"#,
    );
    assert_eq!(case.sources_of(case.exit("loki.write.w")), ["loki.source.journal.j"]);
}

#[test]
fn url_from_the_environment_is_unknown_until_the_input_sets_it() {
    let program = r#"
loki.source.journal "j" { forward_to = [loki.write.w.receiver] }
loki.write "w" {
  endpoint { url = sys.env("LOKI_URL") }
}
"#;
    let case = analyse_text(program);
    assert_eq!(case.log_exits(), [r#"loki.write.w unknown sys.env("LOKI_URL")"#]);
    let exit = case.subject(
        "log_exit",
        "loki.write.w telemetry to the environment variable LOKI_URL is not set in the input",
    );
    let reason = text(&exit, "zone_reason");
    assert!(reason.contains("LOKI_URL") && reason.contains("not set in the input"), "{reason}");
    let mut environment = Environment::default();
    environment.values.insert("LOKI_URL".to_owned(), Value::Text("https://logs.example.net/push".into()));
    let case = analyse_with(program, &surroundings(), environment);
    assert_eq!(case.log_exits(), [r#"loki.write.w external sys.env("LOKI_URL")"#]);
}

#[test]
fn hidden_literal_url_is_found() {
    let case = analyse_text(
        r#"
loki.source.journal "j" { forward_to = [loki.write.w.receiver] }
loki.write "w" {
  endpoint { url = encoding.from_base64("aHR0cHM6Ly9sb2dzLmV4YW1wbGUubmV0L3B1c2g=") }
}
"#,
    );
    assert_eq!(case.exit("loki.write.w").zone, Zone::External);
    assert_eq!(case.exit("loki.write.w").destination, Ok("https://logs.example.net/push".to_owned()));
}

#[test]
fn alias_service_is_followed_outside() {
    let mut around = surroundings();
    let target = ServiceTarget::ExternalName("logs.example.net".to_owned());
    let place = Place { doc: DocId { file: 9, index: 0 }, span: crate::text::Span::new(3, 4) };
    let service = Service { target, place: Some(place), headless: false, ports: None };
    around.services.insert(("loki".to_owned(), "loki-gateway".to_owned()), service);
    let program =
        format!("{LOCAL}\nloki.source.journal \"j\" {{ forward_to = [loki.write.local.receiver] }}\n");
    let case = analyse_with(&program, &around, Environment::default());
    let exit = case.subject("log_exit", "loki.write.local telemetry to http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push, Service loki/loki-gateway is an alias of logs.example.net");
    assert_eq!(text(&exit, "zone"), "external");
    assert_eq!(text(&exit, "via.0.text"), "Service loki/loki-gateway is an alias of logs.example.net");
    assert_eq!(fact(&exit, "via.0.place").place, Some(place));
}

#[test]
fn proxy_takes_the_bytes_of_an_innocent_url() {
    let case = analyse_text(
        r#"
loki.source.journal "j" { forward_to = [loki.write.w.receiver] }
loki.write "w" {
  endpoint {
    url       = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push"
    proxy_url = "http://proxy.example.net:3128"
  }
  endpoint {
    url                    = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push"
    proxy_from_environment = true
  }
}
"#,
    );
    let zones: Vec<_> = case.flow.exits.iter().map(|exit| exit.zone.name()).collect();
    assert_eq!(zones, ["external", "unknown"]);
    assert!(case.flow.exits.iter().all(|exit| exit.direct.is_workload()));
    let first = &case.flow.exits[0];
    assert_eq!(first.via[0].0, "sent through the proxy http://proxy.example.net:3128");
    assert_eq!(case.slice(first.via[0].1), "http://proxy.example.net:3128");
}

#[test]
fn narrower_endpoint_replaces_the_common_one_for_its_signal() {
    let case = analyse_text(
        r#"
otelcol.receiver.filelog "f" {
  include = ["/x"]
  output { logs = [otelcol.exporter.otlphttp.o.input] }
}
otelcol.exporter.otlphttp "o" {
  client { endpoint = "https://collector.example.com" }
  logs_endpoint = "http://loki-gateway.loki.svc.cluster.local/otlp/v1/logs"
}
"#,
    );
    assert_eq!(
        case.log_exits(),
        ["otelcol.exporter.otlphttp.o workload http://loki-gateway.loki.svc.cluster.local/otlp/v1/logs"]
    );
}

#[test]
fn own_log_of_the_collector_is_a_source() {
    let case = analyse_text(
        r#"
logging {
  level    = "info"
  write_to = [loki.write.w.receiver]
}
loki.write "w" {
  endpoint { url = "https://logs.example.net/push" }
}
"#,
    );
    assert_eq!(case.sources_of(case.exit("loki.write.w")), ["logging"]);
    let own = case.exit("logging");
    assert_eq!((own.kind.as_str(), own.zone.name()), ("process_log", "workload"));
}

#[test]
fn printed_logs_go_where_the_own_log_goes() {
    let case = analyse_text(
        r#"
livedebugging { enabled = false }
logging { write_to = [loki.write.w.receiver] }
loki.source.journal "j" { forward_to = [loki.echo.e.receiver] }
loki.echo "e" { }
loki.write "w" {
  endpoint { url = "https://logs.example.net/push" }
}
"#,
    );
    assert_eq!(case.sources_of(case.exit("loki.write.w")), ["logging", "loki.source.journal.j"]);
}

#[test]
fn live_debugging_shows_logs_to_whoever_asks() {
    let program = "livedebugging { enabled = FLAG }\nloki.source.journal \"j\" { forward_to = [] }\n";
    let case = analyse_text(&program.replace("FLAG", "true"));
    assert_eq!(case.log_exits(), ["livedebugging workload true"]);
    assert_eq!(case.exit("livedebugging").kind, "debug_http");
    assert!(analyse_text(&program.replace("FLAG", "false")).flow.exits.is_empty());
}

#[test]
fn write_ahead_log_counts_only_when_it_is_on() {
    let program = r#"
loki.source.journal "j" { forward_to = [loki.write.w.receiver] }
loki.write "w" {
  wal { enabled = FLAG }
}
"#;
    let on = analyse_text(&program.replace("FLAG", "true"));
    assert_eq!(on.exit("loki.write.w").kind, "filesystem");
    assert_eq!(on.exit("loki.write.w").zone.name(), "workload");
    assert!(analyse_text(&program.replace("FLAG", "false")).flow.exits.is_empty());
}

#[test]
fn several_destinations_in_one_list_are_exits_of_their_own() {
    let case = analyse_text(
        r#"
otelcol.receiver.filelog "f" {
  include = ["/x"]
  output { logs = [otelcol.exporter.kafka.k.input] }
}
otelcol.exporter.kafka "k" {
  brokers = ["kafka.alloy.svc:9092", "kafka.example.com:9092"]
}
"#,
    );
    assert_eq!(
        case.log_exits(),
        [
            "otelcol.exporter.kafka.k unknown kafka.alloy.svc:9092",
            "otelcol.exporter.kafka.k external kafka.example.com:9092",
        ]
    );
    let endpoints: Vec<_> = case.flow.exits.iter().map(|exit| exit.endpoint).collect();
    assert_eq!(endpoints, [1, 2]);
}

#[test]
fn environment_proxy_takes_what_no_proxy_does_not_spare() {
    let program = r#"
otelcol.receiver.filelog "f" {
  include = ["/x"]
  output { logs = [otelcol.exporter.otlphttp.o.input] }
}
otelcol.exporter.otlphttp "o" {
  client { endpoint = "http://loki-gateway.loki.svc.cluster.local/otlp" }
}
"#;
    let mut environment = Environment::default();
    let mut set = |name: &str, text: &str| {
        environment.values.insert(name.to_owned(), Value::Text(text.into()));
        environment.clone()
    };
    let through = set("HTTP_PROXY", "http://proxy.example.net:3128");
    assert_eq!(analyse_with(program, &surroundings(), through).flow.exits[0].zone.name(), "external");
    let spared = set("NO_PROXY", "10.0.0.0/8, .cluster.local");
    assert_eq!(analyse_with(program, &surroundings(), spared).flow.exits[0].zone.name(), "workload");
}

#[test]
fn output_that_is_not_written_is_no_source() {
    let case = analyse_text(
        "logging { level = \"info\" }\notelcol.receiver.otlp \"o\" {\n  grpc { }\n  output { metrics = [] }\n}\n",
    );
    assert_eq!((case.flow.summary.log_sources, case.flow.summary.metric_sources), (0, 1));
    assert_eq!(case.flow.summary.log_exits, 0);
}

#[test]
fn destination_that_may_be_one_of_two_zones_is_unknown() {
    let case = analyse_text(
        r#"
loki.source.journal "j" { forward_to = [loki.write.w.receiver] }
loki.write "w" {
  endpoint { url = coalesce(sys.env("X"), "https://logs.example.net/push") }
}
"#,
    );
    assert_eq!(case.exit("loki.write.w").zone.name(), "unknown");
}

#[test]
fn logs_that_instrumented_processes_send_are_born_where_they_are_told_to() {
    let case = analyse_text(
        "beyla.ebpf \"b\" {\n  injector { exporter_otlp_endpoint = \"https://otlp.example.com\" }\n}\n",
    );
    assert_eq!(case.log_exits(), ["beyla.ebpf.b external https://otlp.example.com"]);
    assert_eq!(case.sources_of(case.exit("beyla.ebpf.b")), ["beyla.ebpf.b"]);
}
