//! Every route of the facts about Alloy: followed, judged by a rule, or left with a reason.

use std::fmt::Write as _;

use super::config_map;
use super::sinks::Tree;
use super::workload;
use crate::check;
use crate::check::CheckOptions;
use crate::model::alloy::Entry;
use crate::model::alloy::Listen;
use crate::model::alloy::Signals;
use crate::model::alloy::When;
use crate::model::alloy::entry;
use crate::model::alloy::names;
use crate::rule::RuleSet;
use crate::source::Source;
use crate::source::Sources;
use crate::tests::shared;

/// What becomes of a route.
enum Outcome {
    /// The flow analysis follows it, with what that means.
    Followed(&'static str),
    /// A rule judges it.
    Rule(&'static str),
    /// Nothing is said of it, for this reason.
    Left(&'static str),
}

use Outcome::Followed;
use Outcome::Left;
use Outcome::Rule;

/// Routes of the process as a whole, by what the facts call them.
const PROCESS: &[(&str, Outcome)] = &[
    ("--server.http.listen-addr", Rule("http-server-open")),
    (
        "--storage.path",
        Left("what lies on the pod's own disk is in the workload; whose volume that is, is not read"),
    ),
    ("--disable-reporting", Rule("usage-reporting-on")),
    ("--config.format", Followed("any other format leaves the program unknown")),
    ("path argument is a directory", Followed("all files of the folder are one program")),
    ("alloy otel --config", Followed("leaves the program unknown")),
    ("HTTP_PROXY, HTTPS_PROXY, NO_PROXY", Followed("as proxies of the clients that ask the environment")),
    (
        "--stability.level, --feature.community-components.enabled",
        Left("decides whether a program starts, not where its data goes"),
    ),
    ("cluster mode (--cluster.*)", Left("instances share targets; no telemetry is relayed")),
];

/// Kinds of ways out, with what becomes of those that carry no signal.
const KINDS: &[(&str, Outcome)] = &[
    ("telemetry", Followed("to its zone")),
    ("filesystem", Followed("stays on the pod; what reads it again is a source of its own")),
    ("process_log", Followed("to the own log, and on to `logging.write_to`")),
    ("debug_http", Rule("debug-stream-open-outside")),
    ("content", Followed("with the text of log files, to where the component sends")),
    ("control", Rule("rules-sent-elsewhere")),
    ("collect", Left("it reads there; followed only where an argument holds the text of a log file")),
    ("query", Left("it asks there; followed only where an argument holds the text of a log file")),
    (
        "credentials",
        Left("it gets tokens there; followed only where an argument holds the text of a log file"),
    ),
    (
        "fetch",
        Left(
            "addresses that clients name are asked for source maps; no log goes along. Who may post is a rule of its own",
        ),
    ),
];

#[test]
fn every_route_of_the_process_is_followed_judged_or_left_with_a_reason() {
    let rules = RuleSet::builtin();
    for (route, outcome) in PROCESS.iter().chain(KINDS) {
        match outcome {
            Rule(id) => assert!(rules.rule(id).is_some(), "{route}: no rule {id}"),
            Followed(words) | Left(words) => assert!(!words.is_empty(), "{route}"),
        }
    }
    let Some(text) = shared("data/alloy-dataflow.json") else { return };
    let facts: serde_json::Value = serde_json::from_str(&text).unwrap();
    let listed = facts["process_level"].as_array().unwrap();
    for what in listed.iter().map(|route| route["what"].as_str().unwrap()) {
        assert!(PROCESS.iter().any(|(own, _)| *own == what), "nothing is said of {what}");
    }
    assert_eq!(listed.len(), PROCESS.len());
}

#[test]
fn every_way_out_of_the_facts_is_in_the_table_with_its_kind() {
    let Some(text) = shared("data/alloy-dataflow.json") else { return };
    let facts: serde_json::Value = serde_json::from_str(&text).unwrap();
    let sections = ["components", "config_blocks"].map(|section| facts[section].as_object().unwrap());
    let (mut ways, mut logs) = (0, 0);
    for (name, wanted) in sections.into_iter().flatten() {
        let own = entry(name).unwrap();
        for way in wanted["egress"].as_array().into_iter().flatten() {
            let kind = way["kind"].as_str().unwrap();
            assert!(KINDS.iter().any(|(known, _)| *known == kind), "{name}: nothing is said of {kind}");
            let carries = way["signals"]
                .as_array()
                .unwrap()
                .iter()
                .any(|signal| matches!(signal.as_str(), Some("loki.logs" | "otel.logs")));
            let found = own.egress.iter().any(|one| {
                let same = one.kind == kind && one.path.as_deref() == way["path"].as_str();
                same && (!carries || one.signals.meets(Signals::LOGS))
            });
            assert!(found, "{name}: {way}");
            ways += 1;
            logs += usize::from(carries);
        }
    }
    println!("{ways} ways out in the table, {logs} of them for logs");
    assert!(logs >= 29, "{logs}");
}

/// What a run says of a collector in its node's network, so that each of its ports can be reached from there.
fn said_of(program: &str) -> Vec<(String, String)> {
    let own = workload("DaemonSet", "hostNetwork: true\n", "");
    let texts = [config_map(program), own].map(|text| Source {
        path: "stack/x.yaml".into(),
        argument: 0,
        text: text.into(),
    });
    let sources = Sources { texts: texts.into(), ..Sources::default() };
    let report = check::check(&sources, &["stack".to_owned()], &CheckOptions::default()).report;
    let lets_in = report.findings.into_iter().filter(|found| found.rule.contains("let-in"));
    lets_in.map(|found| (found.rule, found.message)).collect()
}

/// A program with one component that listens, as the table describes it.
fn listening(name: &str, entry: &Entry, listen: &Listen, host: Option<&str>, guard: bool) -> String {
    let mut tree = Tree::default();
    if let Some(When::Block(path)) = &listen.when {
        tree.add_block(path);
    }
    for (path, _) in &entry.receivers {
        tree.set(path, "[]");
    }
    let implied = listen.default.contains(|c: char| c.is_ascii_digit());
    let host = host.or(if implied { None } else { Some("0.0.0.0") });
    if let (Some(path), Some(host)) = (&listen.path, host) {
        let address = if listen.port.is_some() { host.to_owned() } else { format!("{host}:7777") };
        tree.set(path, &format!("{address:?}"));
    }
    if guard {
        tree.set(listen.auth.as_deref().unwrap(), "\"secret\"");
    }
    let mut text = String::new();
    let label = if name == "logging" { "" } else { " \"in\"" };
    let _ = writeln!(text, "{name}{label} {{");
    tree.write(&mut text);
    text.push_str("}\n");
    text
}

#[test]
fn each_port_that_takes_logs_or_metrics_is_found_once_unless_it_is_closed_or_guarded() {
    let (mut logs, mut metrics, mut guarded) = (0, 0, 0);
    for name in names() {
        let entry = entry(name).unwrap();
        // Exporters offer targets: what is pushed to them is born in the scrape.
        if entry.receivers.is_empty() {
            continue;
        }
        for listen in &entry.listens {
            let takes_logs = listen.signals.meets(Signals::LOGS);
            if !takes_logs && !listen.signals.meets(Signals::METRICS) {
                continue;
            }
            *(if takes_logs { &mut logs } else { &mut metrics }) += 1;
            let rule = if takes_logs { "logs-let-in-from-outside" } else { "metrics-let-in-from-outside" };
            let open = listening(name, &entry, listen, Some("0.0.0.0"), false);
            let said = said_of(&open);
            assert_eq!(said.len(), 1, "{said:?}\n{open}");
            assert_eq!(said[0].0, rule, "{open}");
            assert!(said[0].1.contains(&format!("`{name}.in` at 0.0.0.0:")), "{}", said[0].1);
            let own = listening(name, &entry, listen, Some("127.0.0.1"), false);
            assert_eq!(said_of(&own), [], "{own}");
            let implied = listening(name, &entry, listen, None, false);
            let shut = listen.default.starts_with("localhost") || listen.default.starts_with("127.");
            assert_eq!(said_of(&implied).is_empty(), shut, "{implied}");
            if listen.auth.is_some() {
                guarded += 1;
                let text = listening(name, &entry, listen, Some("0.0.0.0"), true);
                assert_eq!(said_of(&text), [], "{text}");
            }
        }
    }
    assert_eq!((logs, metrics), (17, 3), "ports that take logs, ports that take metrics alone");
    assert!(guarded >= 8, "{guarded}");
}

#[test]
fn a_port_of_an_exporter_that_others_push_to_is_one_port_for_all_protocols() {
    let said = said_of("prometheus.exporter.statsd \"s\" { }\n");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].1.contains("`prometheus.exporter.statsd.s` at 0.0.0.0:9125"), "{}", said[0].1);
}
