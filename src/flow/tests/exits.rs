//! Ways out: which there are, where they lead, and the text of log files that takes them.

use super::*;

/// All ways out, as `component kind zone destination`.
fn exits(case: &Case) -> Vec<String> {
    let one = |exit: &Exit| {
        let destination = exit.destination.as_deref().unwrap_or("?");
        format!("{} {} {} {destination}", case.id(exit.component), exit.kind, exit.zone.name())
    };
    case.flow.exits.iter().map(one).collect()
}

fn exits_of(program: &str) -> Vec<String> {
    exits(&analyse_text(program))
}

#[test]
fn where_no_signal_can_leave_is_no_way_out_unless_it_is_told_what_to_do_there() {
    let all_replaced = r#"
otelcol.exporter.otlphttp "o" {
  client { endpoint = "https://a.example.net" }
  logs_endpoint    = "https://l.example.net"
  metrics_endpoint = "https://m.example.net"
  traces_endpoint  = "https://t.example.net"
}
"#;
    let expected = ["l", "m", "t"]
        .map(|host| format!("otelcol.exporter.otlphttp.o telemetry external https://{host}.example.net"));
    assert_eq!(exits_of(all_replaced), expected);
    for program in [
        "prometheus.scrape \"s\" {\n  targets = []\n  forward_to = []\n  scrape_failure_log_file = \"/tmp/x\"\n}\n",
        // It is asked, and not told anything.
        "discovery.http \"d\" { url = \"https://sd.example.net\" }\n",
        // What the collector refuses is told as a fault.
        "mimir.rules.kubernetes \"r\" { }\n",
        "import.http \"m\" { url = \"https://code.example.net/m.alloy\" }\n",
    ] {
        assert_eq!(exits_of(program), Vec::<String>::new(), "{program}");
    }
    assert_eq!(
        exits_of("mimir.rules.kubernetes \"r\" { address = \"https://rules.example.net\" }\n"),
        ["mimir.rules.kubernetes.r control external https://rules.example.net"]
    );
}

#[test]
fn what_stays_on_the_pod_is_told_in_words() {
    let case = analyse_text(
        r#"
loki.source.journal "j" { forward_to = [loki.write.w.receiver, loki.echo.e.receiver] }
loki.write "w" {
  wal { enabled = true }
}
loki.echo "e" { }
"#,
    );
    assert_eq!(
        exits(&case),
        [
            "loki.write.w filesystem workload the collector's storage path",
            "loki.echo.e process_log workload the collector's own log",
        ]
    );
}

#[test]
fn variables_of_the_process_may_name_destinations() {
    let program = "beyla.ebpf \"b\" {\n  output { traces = [] }\n}\n";
    let with = |name: &str, value: &str| {
        let mut environment = Environment::default();
        environment.values.insert(name.to_owned(), Value::Text(value.into()));
        exits(&analyse_with(program, &surroundings(), environment))
    };
    let url = "https://otlp.example.net";
    let out = |zone: &str, text: &str| vec![format!("beyla.ebpf.b telemetry {zone} {text}")];
    assert_eq!(with("OTEL_EXPORTER_OTLP_ENDPOINT", url), out("external", url));
    assert_eq!(with("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", url), out("external", url));
    for other in ["OTEL_EXPORTER_OTLP_HEADERS", "MY_ENDPOINT", "PATH"] {
        assert_eq!(with(other, url), Vec::<String>::new(), "{other}");
    }
    // They are URLs, and nothing else.
    let bare = "tempo.tempo.svc:4318";
    assert_eq!(
        with("OTEL_EXPORTER_OTLP_ENDPOINT", &format!("unix://{bare}")),
        out("workload", &format!("unix://{bare}"))
    );
    assert_eq!(with("OTEL_EXPORTER_OTLP_ENDPOINT", bare), out("unknown", bare));
}

/// A program that reads a log file and puts its text somewhere.
fn with_log_file(path: &str, rest: &str) -> Case {
    analyse_text(&format!("local.file \"x\" {{ filename = \"{path}\" }}\n{rest}"))
}

const LOG: &str = "/var/log/app.log";

#[test]
fn the_text_of_a_log_file_leaves_with_what_carries_it() {
    let case = with_log_file(
        LOG,
        r#"
prometheus.remote_write "w" {
  endpoint { url = "https://metrics.example.net/push" }
  external_labels = { last = local.file.x.content }
}
"#,
    );
    assert_eq!(
        exits(&case),
        [
            "prometheus.remote_write.w telemetry external https://metrics.example.net/push",
            "prometheus.remote_write.w filesystem workload the collector's storage path",
            "prometheus.remote_write.w content external https://metrics.example.net/push",
        ]
    );
    let carried = &case.flow.exits[2];
    assert_eq!((carried.fed, carried.own), (Signals::LOKI_LOGS, false));
    assert_eq!(case.sources_of(carried), ["local.file.x"]);
    assert_eq!(case.hops_of(carried), ["local.file.x.content"]);
    assert_eq!(case.opaque(), Vec::<String>::new());
}

#[test]
fn the_text_of_a_log_file_that_is_added_to_logs_goes_their_way() {
    for rest in [
        "loki.write \"w\" {\n  endpoint { url = \"https://logs.example.net\" }\n  external_labels = { last = local.file.x.content }\n}\n",
        "loki.source.journal \"j\" {\n  forward_to = [loki.write.w.receiver]\n  labels = { last = local.file.x.content }\n}\n\
         loki.write \"w\" {\n  endpoint { url = \"https://logs.example.net\" }\n}\n",
    ] {
        let case = with_log_file(LOG, rest);
        assert_eq!(exits(&case), ["loki.write.w telemetry external https://logs.example.net"], "{rest}");
        assert!(case.sources_of(&case.flow.exits[0]).contains(&"local.file.x"), "{rest}");
        assert_eq!(case.opaque(), Vec::<String>::new(), "{rest}");
    }
}

#[test]
fn the_text_of_a_log_file_ends_in_a_block_of_settings_and_is_lost_sight_of_in_other_components() {
    let settings = with_log_file(LOG, "http {\n  auth { basic { username = local.file.x.content } }\n}\n");
    assert_eq!(settings.opaque(), Vec::<String>::new());
    let other = with_log_file(LOG, "discovery.file \"d\" { files = [local.file.x.content] }\n");
    assert_eq!(other.opaque(), ["file-text logs"]);
    assert_eq!(
        other.flow.opaque[0].reason,
        "`discovery.file.d` takes the text of logs into its arguments, and where that text goes is not followed"
    );
    assert_eq!(other.slice(other.flow.opaque[0].place), "local.file.x.content");
}

#[test]
fn a_file_of_unknown_content_matters_only_where_it_is_sent_whole() {
    let asked = |argument: &str| {
        let rest = format!("remote.http \"h\" {{\n  url = \"https://api.example.net\"\n  {argument}\n}}\n");
        exits(&with_log_file("/data/out.txt", &rest))
    };
    assert_eq!(
        asked("body = local.file.x.content"),
        ["remote.http.h content unknown https://api.example.net"]
    );
    for argument in ["headers = { token = local.file.x.content }", "method = local.file.x.content"] {
        assert_eq!(asked(argument), Vec::<String>::new(), "{argument}");
    }
    let named = with_log_file("/data/out.txt", "remote.http \"h\" { url = local.file.x.content }\n");
    assert_eq!(exits(&named), Vec::<String>::new());
}
