//! Metrics: which stores they reach, what filters them, and which hop is to blame.

use super::*;

#[test]
fn both_stores_are_reached() {
    let case = analyse_text(&format!(
        r#"{LOCAL}
prometheus.scrape "s" {{
  targets    = []
  forward_to = [prometheus.relabel.default.receiver]
}}
prometheus.relabel "default" {{
  forward_to = [prometheus.remote_write.control_room.receiver, prometheus.remote_write.workload.receiver]
  rule {{
    action       = "replace"
    target_label = "cluster"
    replacement  = "x"
  }}
}}
"#
    ));
    let path = case.subject("metric_path", "from prometheus.scrape.s");
    for (field, wanted) in [
        ("complete", "true"),
        ("reaches_local", "true"),
        ("reaches_control_room", "true"),
        ("reaches_external", "false"),
        ("local_filtered", "false"),
        ("control_room_declared", "true"),
        ("unknown", "null"),
    ] {
        assert_eq!(text(&path, field), wanted, "{field}");
    }
    assert!(case.subjects("metric_filter").is_empty());
    assert_eq!((case.flow.summary.metric_sources, case.flow.summary.metric_exits), (1, 2));
    assert_eq!(
        case.flow.summary.metric_assumptions,
        ["mimir-gateway.mimir is this workload's Mimir (not in the input)"]
    );
}

#[test]
fn the_way_of_the_first_source_is_told_and_what_any_of_them_meets() {
    let case = analyse_text(&format!(
        r#"{LOCAL}
prometheus.scrape "a" {{
  targets    = []
  forward_to = [prometheus.relabel.default.receiver]
}}
prometheus.scrape "b" {{
  targets    = []
  forward_to = [prometheus.remote_write.vendor.receiver, prometheus.relabel.default.receiver]
}}
prometheus.scrape "c" {{
  targets    = []
  forward_to = [prometheus.relabel.few.receiver]
}}
prometheus.relabel "few" {{
  forward_to = [prometheus.relabel.default.receiver]
  rule {{
    action        = "drop"
    source_labels = ["__name__"]
    regex         = "x"
  }}
}}
prometheus.relabel "default" {{
  forward_to = [prometheus.remote_write.workload.receiver]
}}
prometheus.remote_write "vendor" {{
  endpoint {{ url = "https://metrics.vendor.example.org/push" }}
}}
"#
    ));
    let [path] = &case.flow.metric_paths[..] else { panic!("{:?}", case.flow.metric_paths) };
    assert_eq!(case.id(path.component), "prometheus.relabel.default");
    let hops: Vec<&str> = path.path.iter().map(|hop| case.slice(hop.place)).collect();
    assert_eq!(hops, ["prometheus.relabel.default.receiver", "prometheus.remote_write.workload.receiver"]);
    assert_eq!(path.sources.len(), 3);
    assert!(path.reach.external && path.reach.local_filtered, "{:?}", path.reach);
}

#[test]
fn proxies_of_the_environment_are_for_writers_that_ask_for_them() {
    let environment = Environment {
        values: [("HTTP_PROXY".to_owned(), Value::Text("http://proxy.example.net:3128".into()))].into(),
        ..Environment::default()
    };
    let zone = |switch: &str| {
        let program = LOCAL.replace(
            "api/v1/push\" }\n}\nprometheus.remote_write \"control_room\"",
            &format!("api/v1/push\"\n{switch} }}\n}}\nprometheus.remote_write \"control_room\""),
        );
        let case = analyse_with(&program, &surroundings(), environment.clone());
        case.exit("prometheus.remote_write.workload").zone.name()
    };
    assert_eq!(zone(""), "workload");
    assert_eq!(zone("proxy_from_environment = false"), "workload");
    assert_eq!(zone("proxy_from_environment = true"), "external");
}

#[test]
fn one_hop_is_blamed_for_all_sources_that_pass_it() {
    let case = analyse_text(&format!(
        r#"{LOCAL}
prometheus.scrape "a" {{
  targets    = []
  forward_to = [prometheus.relabel.default.receiver]
}}
prometheus.scrape "b" {{
  targets    = []
  forward_to = [prometheus.relabel.first.receiver]
}}
prometheus.scrape "c" {{
  targets    = []
  forward_to = [prometheus.remote_write.control_room.receiver]
}}
prometheus.relabel "first" {{
  forward_to = [prometheus.relabel.default.receiver]
}}
prometheus.relabel "default" {{
  forward_to = [
    prometheus.remote_write.workload.receiver,
  ]
}}
"#
    ));
    let paths = case.subjects("metric_path");
    let keys: Vec<_> = paths.iter().map(|path| path.key.as_str()).collect();
    assert_eq!(keys, ["through prometheus.scrape.c", "through prometheus.relabel.default"]);
    let shared = &paths[1];
    assert_eq!(text(shared, "reaches_local"), "true");
    assert_eq!(text(shared, "reaches_control_room"), "false");
    assert_eq!(text(shared, "source_count"), "2");
    assert_eq!(text(shared, "sources.0.name"), "prometheus.scrape.a");
    assert_eq!(text(shared, "sources.1.name"), "prometheus.scrape.b");
    assert_eq!(
        case.slice(shared.facts.place.unwrap()),
        "[\n    prometheus.remote_write.workload.receiver,\n  ]"
    );
    let direct = &paths[0];
    assert_eq!(text(direct, "reaches_local"), "false");
    assert_eq!(text(direct, "reaches_control_room"), "true");
    assert_eq!(case.slice(direct.facts.place.unwrap()), "[prometheus.remote_write.control_room.receiver]");
}

#[test]
fn dead_end_is_blamed_where_the_data_stops() {
    let case = analyse_text(
        r#"
prometheus.scrape "s" {
  targets    = []
  forward_to = [prometheus.relabel.r.receiver]
}
prometheus.relabel "r" { forward_to = [] }
"#,
    );
    let path = case.subject("metric_path", "through prometheus.relabel.r");
    assert_eq!(case.slice(path.facts.place.unwrap()), "[]");
    assert_eq!(text(&path, "reaches_local"), "false");
    assert_eq!(text(&path, "reaches_control_room"), "false");
}

#[test]
fn writer_without_an_endpoint_is_a_dead_end() {
    let case = analyse_text(
        r#"
prometheus.scrape "s" {
  targets    = []
  forward_to = [prometheus.remote_write.w.receiver]
}
prometheus.remote_write "w" { }
"#,
    );
    let path = case.subject("metric_path", "through prometheus.remote_write.w");
    assert_eq!(case.slice(path.facts.place.unwrap()), "prometheus.remote_write \"w\"");
}

#[test]
fn destination_that_is_not_known_leaves_the_reach_unknown() {
    let case = analyse_text(
        r#"
prometheus.scrape "s" {
  targets    = []
  forward_to = [prometheus.remote_write.w.receiver]
}
prometheus.remote_write "w" {
  endpoint { url = sys.env("URL") }
}
"#,
    );
    let source = case.subject("metric_source", "prometheus.scrape.s");
    let words = text(&source, "reaches_local");
    assert!(
        words.starts_with("unknown: where `prometheus.remote_write.w` sends them is not known"),
        "{words}"
    );
    assert!(text(&source, "reaches_control_room").starts_with("unknown: "));
}

#[test]
fn keep_on_the_control_room_path_alone_leaves_the_local_one_whole() {
    let case = analyse_text(&format!(
        r#"{LOCAL}
prometheus.scrape "s" {{
  targets    = []
  forward_to = [prometheus.relabel.control_room_filter.receiver, prometheus.remote_write.workload.receiver]
}}
prometheus.relabel "control_room_filter" {{
  forward_to = [prometheus.remote_write.control_room.receiver]
  rule {{
    source_labels = ["__name__"]
    regex         = "up|node_.*"
    action        = "keep"
  }}
}}
"#
    ));
    let path = case.subject("metric_path", "from prometheus.scrape.s");
    assert_eq!(text(&path, "local_filtered"), "false");
    let filter = case.subject("metric_filter", "prometheus.relabel.control_room_filter rule 1");
    for (field, wanted) in [
        ("action", "keep"),
        ("drops", "true"),
        ("regex", "up|node_.*"),
        ("source_labels.0", "__name__"),
        ("cuts_local", "false"),
        ("on_control_room", "true"),
    ] {
        assert_eq!(text(&filter, field), wanted, "{field}");
    }
    assert_eq!(case.slice(filter.facts.place.unwrap()), "keep");
}

#[test]
fn filter_on_the_local_way_is_found_in_relabel_and_endpoint() {
    let case = analyse_text(
        r#"
prometheus.scrape "a" {
  targets    = []
  forward_to = [prometheus.relabel.r.receiver]
}
prometheus.scrape "b" {
  targets    = []
  forward_to = [prometheus.remote_write.narrow.receiver]
}
prometheus.relabel "r" {
  forward_to = [prometheus.remote_write.w.receiver]
  rule {
    source_labels = ["__name__"]
    regex         = "go_.*"
    action        = "drop"
  }
  rule {
    regex  = "id"
    action = "labeldrop"
  }
}
prometheus.remote_write "w" {
  endpoint { url = "http://mimir-gateway.mimir.svc.cluster.local/api/v1/push" }
}
prometheus.remote_write "narrow" {
  endpoint {
    url = "http://mimir-gateway.mimir.svc.cluster.local/api/v1/push"
    write_relabel_config {
      source_labels = ["__name__"]
      regex         = "up"
      action        = "keep"
    }
  }
}
"#,
    );
    // Labels that are taken away leave the series there.
    let fewer = analyse_text(&case.text.replace("\"drop\"", "\"labeldrop\""));
    for (source, filtered) in [("prometheus.scrape.a", "false"), ("prometheus.scrape.b", "true")] {
        assert_eq!(text(&fewer.subject("metric_source", source), "local_filtered"), filtered, "{source}");
    }
    for (key, wanted, source) in [
        ("prometheus.relabel.r rule 1", "true", "prometheus.scrape.a"),
        ("prometheus.remote_write.narrow rule 1", "true", "prometheus.scrape.b"),
        ("prometheus.relabel.r rule 2", "false", ""),
    ] {
        let filter = case.subject("metric_filter", key);
        assert_eq!(text(&filter, "cuts_local"), wanted, "{key}");
        if !source.is_empty() {
            assert_eq!(text(&filter, "sources.0.name"), source, "{key}");
        }
    }
    assert_eq!(text(&case.subject("metric_source", "prometheus.scrape.a"), "local_filtered"), "true");
}

#[test]
fn second_unfiltered_way_makes_the_local_store_whole() {
    let case = analyse_text(&format!(
        r#"{LOCAL}
prometheus.scrape "s" {{
  targets    = []
  forward_to = [prometheus.relabel.r.receiver, prometheus.remote_write.workload.receiver]
}}
prometheus.relabel "r" {{
  forward_to = [prometheus.remote_write.workload.receiver]
  rule {{
    regex  = "x"
    action = "drop"
  }}
}}
"#
    ));
    assert_eq!(text(&case.subject("metric_source", "prometheus.scrape.s"), "local_filtered"), "false");
    let elsewhere = case.text.replace(
        "r.receiver, prometheus.remote_write.workload",
        "r.receiver, prometheus.remote_write.control_room",
    );
    let elsewhere = analyse_text(&elsewhere);
    assert_eq!(text(&elsewhere.subject("metric_source", "prometheus.scrape.s"), "local_filtered"), "true");
}

#[test]
fn metrics_reach_the_stores_through_conversions() {
    let case = analyse_text(&format!(
        r#"{LOCAL}
otelcol.receiver.otlp "in" {{
  grpc {{ }}
  output {{ metrics = [otelcol.exporter.prometheus.p.input] }}
}}
otelcol.exporter.prometheus "p" {{
  forward_to = [prometheus.remote_write.workload.receiver, prometheus.remote_write.control_room.receiver]
}}
"#
    ));
    assert_eq!(text(&case.subject("metric_path", "from otelcol.receiver.otlp.in"), "complete"), "true");
}

#[test]
fn writer_tells_what_authenticates_and_bounds_it() {
    let case = analyse_text(
        r#"
prometheus.remote_write "control_room" {
  external_labels = { tenant_name = "acme01" }
  endpoint {
    url = "https://mimir.cr.example.com/api/v1/push"
    basic_auth {
      username      = "acme01"
      password_file = "/etc/mimir/password"
    }
    tls_config { insecure_skip_verify = true }
    headers = { "X-Scope-OrgID" = "1111" }
    queue_config {
      sample_age_limit = "5m"
      max_shards       = 10
    }
  }
}
"#,
    );
    let writer = case.subject(
        "metric_writer",
        "prometheus.remote_write.control_room telemetry to https://mimir.cr.example.com/api/v1/push",
    );
    for (field, wanted, at) in [
        ("url", "https://mimir.cr.example.com/api/v1/push", "https://mimir.cr.example.com/api/v1/push"),
        ("zone", "control-room", "https://mimir.cr.example.com/api/v1/push"),
        ("fed", "false", "https://mimir.cr.example.com/api/v1/push"),
        ("username", "acme01", "acme01"),
        ("password_file", "/etc/mimir/password", "/etc/mimir/password"),
        ("password", "null", "basic_auth"),
        ("insecure_skip_verify", "true", "true"),
        ("headers.X-Scope-OrgID", "1111", "1111"),
        ("external_labels.tenant_name", "acme01", "acme01"),
        ("sample_age_limit", "5m", "5m"),
        ("max_shards", "10", "10"),
        ("max_backoff", "null", "queue_config"),
        ("tls_insecure", "null", "endpoint"),
    ] {
        assert_eq!(text(&writer, field), wanted, "{field}");
        assert_eq!(case.slice(fact(&writer, field).place.unwrap()), at, "{field}");
    }
}

#[test]
fn consumer_without_use_for_a_signal_loses_it() {
    let case = analyse_text(
        r#"
otelcol.receiver.otlp "in" {
  grpc { }
  output { metrics = [otelcol.connector.spanmetrics.s.input] }
}
otelcol.connector.spanmetrics "s" {
  histogram { }
  output { metrics = [] }
}
"#,
    );
    assert!(case.opaque().is_empty(), "{:?}", case.flow.opaque);
    let path = case.subject("metric_path", "through otelcol.receiver.otlp.in");
    assert_eq!(text(&path, "reaches_local"), "false");
    // What the connector makes of traces is a source of its own.
    assert_eq!(
        text(&case.subject("metric_source", "otelcol.connector.spanmetrics.s"), "reaches_local"),
        "false"
    );
}

#[test]
fn storage_and_exporters_are_no_sources_by_what_they_could_let_out() {
    let case = analyse_text(
        r#"
otelcol.storage.file "s" { }
prometheus.exporter.statsd "quiet" { }
prometheus.exporter.statsd "relays" { relay_addr = "statsd.example.com:8125" }
beyla.ebpf "b" { }
"#,
    );
    assert!(case.flow.sources.is_empty(), "{:?}", case.flow.sources);
    let writers = case.subjects("metric_writer");
    assert_eq!(writers.len(), 1);
    assert_eq!((text(&writers[0], "fed"), text(&writers[0], "zone")), ("true".into(), "external".into()));
    assert_eq!(case.flow.summary.log_exits, 0);
}

#[test]
fn what_hides_a_way_is_told_once_where_it_has_a_subject_of_its_own() {
    let told = |receiver: &str, rest: &str| {
        let case = analyse_text(&format!(
            "prometheus.scrape \"a\" {{\n  targets    = []\n  forward_to = [{receiver}]\n}}\n{rest}"
        ));
        let [path] = &case.subjects("metric_path")[..] else { panic!("one path") };
        assert!(text(path, "reaches_local").starts_with("unknown: "), "{path:?}");
        text(path, "unknown_told")
    };
    let unset = "prometheus.remote_write \"w\" {\n  endpoint {\n    url = sys.env(\"UNSET\")\n  }\n}\n";
    assert_eq!(told("prometheus.remote_write.w.receiver", unset), "true");
    assert_eq!(told("prometheus.invented.x.receiver", "prometheus.invented \"x\" { }\n"), "true");
    // By its family no way for metrics: no rule on metrics speaks of the component, so the path has to.
    let lost = "loki.invented \"x\" { }\n";
    assert_eq!(told("loki.invented.x.receiver", lost), "false");
    // Nor do writers whose place is known, or that nothing feeds.
    let fed = "prometheus.exporter.statsd \"relays\" { relay_addr = \"statsd.example.com:8125\" }\n";
    assert_eq!(told("loki.invented.x.receiver", &format!("{lost}{fed}")), "false");
    assert_eq!(told("loki.invented.x.receiver", &format!("{lost}{unset}")), "false");
}
