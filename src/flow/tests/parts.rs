//! What is not followed, and what is said of components.

use super::*;

const LEAK: &str = r#"
loki.source.journal "leak" { forward_to = [loki.write.away.receiver] }
loki.write "away" {
  endpoint { url = "https://logs.example.net/push" }
}
"#;

#[test]
fn unknown_component_hides_its_own_flows_only() {
    let case = analyse_text(&format!(
        r#"{LOCAL}{LEAK}
prometheus.scrape "s" {{
  targets    = []
  forward_to = [prometheus.magic.m.receiver]
}}
prometheus.magic "m" {{
  forward_to = [prometheus.remote_write.workload.receiver]
}}
"#
    ));
    assert_eq!(case.opaque(), ["unknown-component metrics"]);
    assert_eq!(case.slice(case.flow.opaque[0].place), "prometheus.magic \"m\"");
    assert_eq!(case.log_exits(), ["loki.write.away external https://logs.example.net/push"]);
    let source = case.subject("metric_source", "prometheus.scrape.s");
    assert!(text(&source, "reaches_local").starts_with("unknown: "), "{}", text(&source, "reaches_local"));
    // What the unknown component names as a receiver is fed by it.
    let writer = case.subject("metric_writer", "prometheus.remote_write.workload telemetry to http://mimir-gateway.mimir.svc.cluster.local/api/v1/push");
    assert_eq!(text(&writer, "fed"), "true");
}

#[test]
fn reference_to_nothing_is_a_fact_and_leaves_the_rest_alone() {
    let case = analyse_text(&format!(
        "{LEAK}\nloki.source.file \"f\" {{\n targets = []\n forward_to = [loki.write.gone.receiver]\n}}\n"
    ));
    assert_eq!(case.opaque(), ["unresolved-reference logs"]);
    let opaque = &case.flow.opaque[0];
    assert_eq!(case.slice(opaque.place), "loki.write.gone.receiver");
    let source = case.subject("log_source", "loki.source.file.f");
    assert!(text(&source, "reaches_exit").starts_with("unknown: `loki.write.gone.receiver` does not exist"));
    assert_eq!(text(&case.subject("log_source", "loki.source.journal.leak"), "reaches_exit"), "true");
    assert!(opaque.reason.contains("does not exist"), "{}", opaque.reason);
    assert_eq!(case.log_exits(), ["loki.write.away external https://logs.example.net/push"]);
    let subject = case.subject("opaque", "unresolved-reference loki.source.file.f");
    assert_eq!((text(&subject, "logs"), text(&subject, "metrics")), ("true".into(), "false".into()));
}

#[test]
fn wrong_export_and_wrong_signal_are_not_flows() {
    let case = analyse_text(&format!(
        r#"{LOCAL}
loki.source.journal "j" {{ forward_to = [prometheus.remote_write.workload.receiver] }}
loki.source.file "f" {{
  targets    = []
  forward_to = [otelcol.auth.basic.a.handler]
}}
otelcol.auth.basic "a" {{ }}
"#
    ));
    assert_eq!(case.opaque(), ["wrong-receiver logs", "wrong-receiver logs"]);
    assert_eq!(case.flow.opaque[0].reason, "`prometheus.remote_write.workload` does not take logs");
    assert_eq!(case.flow.opaque[1].reason, "`otelcol.auth.basic.a.handler` is not a receiver");
    assert!(case.log_exits().is_empty());
}

#[test]
fn logs_of_one_kind_sent_to_a_consumer_of_another_are_a_fault_and_not_lost() {
    let case = analyse_text(
        "loki.source.journal \"j\" { forward_to = [otelcol.processor.batch.b.input] }\n\
         otelcol.processor.batch \"b\" {\n  output { }\n}\n",
    );
    assert_eq!(case.opaque(), ["wrong-receiver logs"]);
    assert_eq!(case.flow.opaque[0].reason, "`otelcol.processor.batch.b` does not take logs");
}

#[test]
fn each_receiver_that_cannot_be_told_is_a_question_of_its_own_and_each_source_has_its_reason() {
    let case = analyse_text(
        r#"
logging { write_to = ["a"] }
loki.source.journal "j" { forward_to = ["b", "b"] }
loki.source.file "l" {
  targets    = []
  forward_to = ["c"]
}
"#,
    );
    let reason = |sender: &str| format!("where `{sender}` sends its data is not known: it is not a receiver");
    let senders = ["logging", "loki.source.journal.j", "loki.source.journal.j", "loki.source.file.l"];
    let told: Vec<_> = case.flow.opaque.iter().map(|opaque| opaque.reason.clone()).collect();
    assert_eq!(told, senders.map(reason));
    // What the collector prints is in its own log all the same.
    for sender in &senders[1..] {
        let source = case.subject("log_source", sender);
        assert_eq!(text(&source, "reaches_exit"), format!("unknown: {}", reason(sender)));
    }
}

#[test]
fn a_source_tells_where_its_data_is_born() {
    let case = analyse_text("loki.source.api \"a\" { forward_to = [] }\n");
    assert_eq!(text(&case.subject("log_source", "loki.source.api.a"), "origin"), "network");
}

#[test]
fn receivers_that_are_computed_from_data_are_not_followed() {
    let case = analyse_text(
        r#"
local.file "f" { filename = "x" }
loki.source.journal "j" { forward_to = local.file.f.content }
"#,
    );
    assert_eq!(case.opaque(), ["receiver logs"]);
    assert_eq!(case.slice(case.flow.opaque[0].place), "local.file.f.content");
}

#[test]
fn what_is_not_followed_hides_everything() {
    for (program, kinds) in [
        ("declare \"m\" { }\nm.x \"x\" { }\n", vec!["module-instance"]),
        // The import says why, once for all that it hides.
        ("import.git \"lib\" { repository = \"x\" }\nlib.thing \"x\" { }\n", vec!["remote-code"]),
        ("import.file \"lib\" { filename = \"x\" }\nlib.thing \"x\" { }\n", vec!["import"]),
        ("foreach \"f\" {\n collection = []\n var = sys.env(\"X\")\n template { }\n}\n", vec!["foreach"]),
        ("remotecfg { url = \"https://x.example.com\" }\n", vec!["remotecfg"]),
        ("remotecfg { url = sys.env(\"X\") }\n", vec!["remotecfg"]),
        ("remotecfg { url = \"\" }\n", vec![]),
        // A module's label hides a built-in component of that name.
        ("declare \"loki\" { }\nloki.write \"x\" { }\n", vec!["module-instance"]),
        ("declare \"m\" {\n m \"x\" { }\n}\nm \"x\" { }\n", vec!["module-instance"]),
        ("loki.write \"x\" { }\nloki.write \"x\" { }\n", vec!["duplicate"]),
        ("loki.write \"x\" {", vec!["syntax-error"]),
    ] {
        let case = analyse_text(program);
        let found: Vec<_> = case.flow.opaque.iter().map(|opaque| opaque.kind).collect();
        assert_eq!(found, kinds, "{program}");
        assert!(case.flow.opaque.iter().all(|opaque| opaque.signals == Signals::TELEMETRY), "{program}");
    }
}

#[test]
fn files_of_a_folder_share_one_scope() {
    let first = alloy::parse(Arc::from(LEAK.lines().nth(1).unwrap()));
    let second = alloy::parse(Arc::from(LEAK.lines().skip(2).collect::<Vec<_>>().join("\n").as_str()));
    let files = vec![(DocId { file: 0, index: 0 }, &first), (DocId { file: 1, index: 0 }, &second)];
    let computed = Computed::default();
    let inputs = ProgramOnly(&computed);
    let input = CollectorInput {
        name: "alloy/alloy".to_owned(),
        files,
        environment: Environment::default(),
        inputs: &inputs,
        running: Running::default(),
        namespace: None,
        place: None,
    };
    let flow = super::super::analyse(&[input], &[], &surroundings(), &super::super::Wanted::All).remove(0);
    assert!(flow.opaque.is_empty(), "{:?}", flow.opaque);
    assert_eq!(flow.exits[0].fed, Signals::LOKI_LOGS);
    assert_eq!(flow.exits[0].place.doc.file, 1);
}

#[test]
fn component_tells_its_arguments_and_hides_its_secrets() {
    let case = analyse_text(
        r#"
prometheus.remote_write "w" {
  endpoint {
    url = "https://me:hunter2@mimir.cr.example.com/api/v1/push"
    basic_auth {
      username = "me"
      password = "hunter2"
    }
    headers = { "X-Scope-OrgID" = "1", "Authorization" = "Bearer hunter2" }
  }
}
acme.unknown "x" {
  api_key = "hunter2"
  size    = 3
}
"#,
    );
    let writer = case.subject("component", "prometheus.remote_write.w");
    assert_eq!(text(&writer, "arguments.endpoint.0.basic_auth.0.username"), "me");
    assert_eq!(text(&writer, "arguments.endpoint.0.basic_auth.0.password"), "(secret)");
    assert_eq!(text(&writer, "arguments.endpoint.0.headers.Authorization"), "(secret)");
    assert_eq!(text(&writer, "since"), "v1.0.0");
    let tenant = fact(&writer, "arguments.endpoint.0.headers.X-Scope-OrgID");
    assert_eq!(case.slice(tenant.place.unwrap()), "1");
    let unknown = case.subject("component", "acme.unknown.x");
    assert_eq!(text(&unknown, "known"), "false");
    assert_eq!(text(&unknown, "arguments.api_key"), "(secret)");
    assert_eq!(text(&unknown, "arguments.size"), "3");
    let exit = case.exit("prometheus.remote_write.w");
    assert_eq!(exit.destination, Ok("https://me:(secret)@mimir.cr.example.com/api/v1/push".to_owned()));
}

#[test]
fn each_receiver_in_brackets_keeps_its_own_place_and_only_those_that_are_chosen_count() {
    let writer = |name: &str| {
        format!("loki.write \"{name}\" {{\n  endpoint {{ url = \"https://{name}.example.net\" }}\n}}\n")
    };
    let hops = |receivers: &str| {
        let source = format!("loki.source.journal \"j\" {{ forward_to = {receivers} }}\n");
        let case = analyse_text(&[source, writer("a"), writer("b")].concat());
        let hops = |name: &str| case.hops_of(case.exit(name)).join(" ");
        [hops("loki.write.a"), hops("loki.write.b")]
    };
    let (a, b) = ("loki.write.a.receiver", "loki.write.b.receiver");
    assert_eq!(hops(&format!("([{a}, ({b})])")), [a, b]);
    assert_eq!(hops(&format!("array.concat([{a}], [{b}])")), [a, b]);
    let chosen = format!("coalesce([{a}], [{b}])");
    assert_eq!(hops(&chosen), [chosen.as_str(), ""]);
}

#[test]
fn what_stands_in_a_module_that_is_used_twice_is_wrong_once() {
    let case = analyse_text(
        "declare \"m\" {\n  loki.invented \"x\" { }\n}\nm \"a\" { }\nm \"b\" { }\nloki.invented \"y\" { }\n",
    );
    let found: Vec<_> =
        case.flow.opaque.iter().map(|opaque| (opaque.name.as_str(), case.slice(opaque.place))).collect();
    assert_eq!(
        found,
        [("loki.invented.y", "loki.invented \"y\""), ("m.a/loki.invented.x", "loki.invented \"x\"")]
    );
}

#[test]
fn references_to_nothing_are_found_in_blocks_of_the_language_too() {
    let case = analyse_text(
        "http {\n  tls {\n    cert_pem = local.file.gone.content\n  }\n}\ndeclare \"m\" {\n  loki.echo \"e\" { }\n  loki.source.journal \"j\" { forward_to = [loki.echo.e.receiver] }\n}\n",
    );
    let found: Vec<_> = case.flow.opaque.iter().map(|opaque| case.slice(opaque.place)).collect();
    assert_eq!(found, ["local.file.gone.content"]);
    assert_eq!(case.flow.opaque[0].name, "http");
}

#[test]
fn targets_that_do_not_exist_leave_the_metrics_of_their_scrape_open() {
    let case = analyse_text(
        "prometheus.scrape \"s\" {\n  targets    = discovery.gone.x.targets\n  forward_to = []\n}\n",
    );
    assert_eq!(case.opaque(), ["unresolved-reference metrics"]);
    assert_eq!(case.slice(case.flow.opaque[0].place), "discovery.gone.x.targets");
}

#[test]
fn library_and_environment_are_not_components() {
    let case = analyse_text(
        "loki.source.journal \"j\" {\n  path = string.trim(sys.env(\"X\"), constants.os)\n  labels = {a = env(\"Y\")}\n  forward_to = []\n}\n",
    );
    assert!(case.opaque().is_empty(), "{:?}", case.flow.opaque);
    assert_eq!(text(&case.subject("log_source", "loki.source.journal.j"), "reaches_exit"), "false");
}

#[test]
fn keys_are_told_apart() {
    let case = analyse_text(
        "loki.source.journal \"j\" { forward_to = [loki.write.a.receiver, loki.write.b.receiver] }\n",
    );
    let keys: Vec<_> = case.subjects("opaque").into_iter().map(|subject| subject.key).collect();
    assert_eq!(
        keys,
        ["unresolved-reference loki.source.journal.j", "unresolved-reference loki.source.journal.j (2)"]
    );
}

#[test]
fn namespaces_of_logs_are_found_behind_files_and_containers() {
    let of = |text: &str| -> Vec<String> {
        let found = analyse_text(text).flow.collected.log_namespaces;
        found.into_iter().map(|(name, _)| name).collect()
    };
    let discovered = r#"
discovery.kubernetes "pods" {
  role = "pod"
  namespaces { names = ["posit-team"] }
}
discovery.relabel "pods" { targets = discovery.kubernetes.pods.targets }
local.file_match "pods" { path_targets = discovery.relabel.pods.output }
loki.source.file "pods" {
  targets    = local.file_match.pods.targets
  forward_to = []
}
"#;
    assert_eq!(of(discovered), ["posit-team"]);
    let written = r#"
local.file_match "pods" { path_targets = [{__path__ = "/var/log/pods/posit-team_*/*/*.log"}] }
loki.source.file "pods" {
  targets    = local.file_match.pods.targets
  forward_to = []
}
"#;
    assert_eq!(of(written), ["posit-team"]);
    assert_eq!(of("loki.source.docker \"all\" {\n forward_to = []\n}\n"), ["*"]);
}
