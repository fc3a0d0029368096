//! One planted leak for each way out of the table that can carry logs: found once, at the destination's own text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::finding::Invariant;
use crate::finding::Verdict;
use crate::model::alloy::Egress;
use crate::model::alloy::Entry;
use crate::model::alloy::Signals;
use crate::model::alloy::Syntax;
use crate::model::alloy::When;
use crate::model::alloy::entry;
use crate::model::alloy::names;
use crate::source::Source;
use crate::source::Sources;

/// A Service that leads outside, for sinks that name Services.
const ALIAS: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: out, namespace: elsewhere}\nspec: {type: ExternalName, externalName: out.example.net}\n";

/// What a run says of a program, with that Service beside it.
pub(super) fn run(program: &str) -> Checked {
    let text = |path: &str, text: &str| Source { path: path.to_owned(), argument: 0, text: text.into() };
    let texts = vec![text("stack/a.alloy", program), text("stack/b.yaml", ALIAS)];
    let sources = Sources { texts, ..Sources::default() };
    check::check(&sources, &["stack".to_owned()], &CheckOptions::default())
}

/// The verdict on the log boundary, and for each leak the text that it stands at.
pub(super) fn leaks(program: &str) -> (Verdict, Vec<String>) {
    let report = run(program).report;
    let verdict = report.verdicts.iter().find(|found| found.invariant == Invariant::LogBoundary).unwrap();
    let leaks = report.findings.iter().filter(|found| {
        found.rule == "logs-leave-workload" && !found.message.starts_with("cannot be decided")
    });
    (verdict.verdict, leaks.map(|found| found.place.unwrap().span.slice(program).to_owned()).collect())
}

/// Nested blocks with their arguments.
#[derive(Default)]
pub(super) struct Tree {
    arguments: BTreeMap<String, String>,
    blocks: BTreeMap<String, Tree>,
}

impl Tree {
    /// Sets an argument by its path.
    pub(super) fn set(&mut self, path: &str, value: &str) {
        match path.split_once('.') {
            Some((block, rest)) => self.blocks.entry(block.to_owned()).or_default().set(rest, value),
            None => {
                self.arguments.insert(path.to_owned(), value.to_owned());
            }
        }
    }

    /// Adds a block without arguments.
    pub(super) fn add_block(&mut self, path: &str) {
        match path.split_once('.') {
            Some((block, rest)) => self.blocks.entry(block.to_owned()).or_default().add_block(rest),
            None => {
                self.blocks.entry(path.to_owned()).or_default();
            }
        }
    }

    /// Writes it as Alloy text.
    pub(super) fn write(&self, text: &mut String) {
        for (name, value) in &self.arguments {
            let _ = writeln!(text, "{name} = {value}");
        }
        for (name, block) in &self.blocks {
            let _ = writeln!(text, "{name} {{");
            block.write(text);
            text.push_str("}\n");
        }
    }
}

/// A source of the first of some signals that hands it on to `to`.
fn feed(signals: Signals, to: &str) -> String {
    if signals.meets(Signals::LOKI_LOGS) {
        format!("loki.source.journal \"feed\" {{ forward_to = {to} }}\n")
    } else if signals.meets(Signals::OTEL_LOGS) {
        format!(
            "otelcol.receiver.filelog \"feed\" {{\n  include = [\"/x\"]\n  output {{ logs = {to} }}\n}}\n"
        )
    } else if signals.meets(Signals::PROMETHEUS_METRICS) {
        format!("prometheus.scrape \"feed\" {{\n  targets = []\n  forward_to = {to}\n}}\n")
    } else if signals.meets(Signals::OTEL_METRICS) {
        format!(
            "otelcol.receiver.file_stats \"feed\" {{\n  include = \"/x\"\n  output {{ metrics = {to} }}\n}}\n"
        )
    } else {
        String::new()
    }
}

/// A program that feeds logs to one way out of a component, with that expression for its destination.
fn program(name: &str, entry: &Entry, egress: &Egress, destination: &str) -> String {
    program_of(Signals::LOGS, name, entry, egress, destination)
}

/// The same for the signals that are wanted.
fn program_of(wanted: Signals, name: &str, entry: &Entry, egress: &Egress, destination: &str) -> String {
    let mut tree = Tree::default();
    if let Some(path) = &egress.path {
        tree.set(path, destination);
    }
    if let Some(When::Equals { path, wanted, .. }) = &egress.when {
        tree.set(path, &wanted.to_string());
    }
    if entry.receivers.iter().any(|(path, _)| path == "output.logs") {
        tree.set("output.logs", "[]");
    }
    let mut text = String::new();
    for (export, signals) in &entry.accepts {
        text.push_str(&feed(signals.and(wanted), &format!("[{name}.sink.{export}]")));
    }
    let _ = writeln!(text, "{name} \"sink\" {{");
    tree.write(&mut text);
    text.push_str("}\n");
    text
}

/// A destination outside and one inside the workload, as that syntax writes them.
fn examples(syntax: Syntax) -> (&'static str, Option<&'static str>) {
    match syntax {
        Syntax::Url => ("https://out.example.net/x", Some("http://loki-gateway.loki.svc.cluster.local/x")),
        Syntax::HostPort | Syntax::Grpc => {
            ("out.example.net:4317", Some("loki-gateway.loki.svc.cluster.local:4317"))
        }
        Syntax::Host => ("out.example.net", Some("loki-gateway.loki.svc.cluster.local")),
        Syntax::Service => ("out.elsewhere", Some("loki-gateway.loki")),
        // A bucket or a topic is the vendor's, whatever its name.
        Syntax::Vendor => ("acme-logs", None),
        other => panic!("nothing is known of {other:?}"),
    }
}

/// Ways out that can carry logs, by component.
fn carrying(kinds: &[&str]) -> impl Iterator<Item = (&'static str, std::sync::Arc<Entry>, Egress)> {
    carrying_any_of(Signals::LOGS, kinds)
}

/// Ways out that can carry some of these signals, by component.
fn carrying_any_of(
    wanted: Signals,
    kinds: &[&str],
) -> impl Iterator<Item = (&'static str, std::sync::Arc<Entry>, Egress)> {
    let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    let entries = names().map(|name| (name, entry(name).unwrap()));
    entries.flat_map(move |(name, entry)| {
        let mut ways = entry.egress.clone();
        ways.retain(|way| kinds.contains(&way.kind) && way.signals.meets(wanted));
        ways.into_iter().map(move |way| (name, entry.clone(), way))
    })
}

#[test]
fn a_leak_through_each_kind_of_sink_is_found_once_at_its_destination() {
    let mut tried = 0;
    for (name, entry, egress) in carrying(&["telemetry"]) {
        if egress.syntax == Syntax::Data {
            // What the data names is not known before it passes.
            let text = program(name, &entry, &egress, "\"bucket\"")
                .replace("sink\" {", "sink\" {\ns3_uploader {\n  s3_bucket = \"acme-logs\"\n}");
            assert_eq!(leaks(&text).0, Verdict::Violated, "{text}");
            let inside = text.replace(
                "s3_bucket = \"acme-logs\"",
                "s3_bucket = \"acme-logs\"\nendpoint = \"http://loki-gateway.loki.svc.cluster.local\"",
            );
            assert_eq!(leaks(&inside), (Verdict::Holds, vec![]), "{inside}");
            continue;
        }
        tried += 1;
        let (outside, inside) = examples(egress.syntax);
        let text = program(name, &entry, &egress, &format!("\"{outside}\""));
        assert_eq!(leaks(&text), (Verdict::Violated, vec![outside.to_owned()]), "{text}");
        let text = program(name, &entry, &egress, "sys.env(\"NOWHERE\")");
        assert_eq!(leaks(&text), (Verdict::Undecided, vec![]), "{text}");
        if let Some(inside) = inside {
            let text = program(name, &entry, &egress, &format!("\"{inside}\""));
            assert_eq!(leaks(&text), (Verdict::Holds, vec![]), "{text}");
        }
    }
    assert!(tried >= 20, "{tried}");
}

#[test]
fn lists_of_destinations_are_judged_one_by_one() {
    for (name, path) in [
        ("otelcol.exporter.kafka", "brokers"),
        ("otelcol.exporter.loadbalancing", "resolver.static.hostnames"),
    ] {
        let entry = entry(name).unwrap();
        let egress = entry.egress.iter().find(|egress| egress.path.as_deref() == Some(path)).unwrap();
        let list = "[\"loki-gateway.loki.svc.cluster.local:9092\", \"out.example.net:9092\", \"two.example.net:9092\"]";
        let (verdict, places) = leaks(&program(name, &entry, egress, list));
        assert_eq!(verdict, Verdict::Violated);
        assert_eq!(places, ["out.example.net:9092", "two.example.net:9092"], "{name}");
    }
}

#[test]
fn a_sink_whose_address_is_implied_leaks_where_it_stands() {
    for (name, entry, egress) in carrying(&["telemetry"]) {
        let Some(default) = egress.default.clone().filter(|_| egress.path.is_some()) else { continue };
        let written = Egress { path: None, ..egress.clone() };
        for arguments in ["", "NULL"] {
            let text = program(name, &entry, if arguments.is_empty() { &written } else { &egress }, "null");
            let inside = default.0.iter().all(|one| one.starts_with("localhost"));
            let (verdict, places) = leaks(&text);
            assert_eq!(verdict, if inside { Verdict::Holds } else { Verdict::Violated }, "{text}");
            assert_eq!(places.len(), usize::from(!inside), "{text}");
        }
    }
}

#[test]
fn what_stays_on_the_pod_is_no_leak_and_what_is_printed_goes_where_the_own_log_goes() {
    let mut printed = 0;
    for (name, entry, egress) in carrying(&["filesystem", "process_log", "debug_http"]) {
        let value = if egress.kind == "debug_http" { "true" } else { "[\"/var/lib/x\"]" };
        let value = if egress.path.as_deref() == Some("destination") { "\"stderr\"" } else { value };
        let text = program(name, &entry, &egress, value);
        assert!(leaks(&text).1.is_empty(), "{text}");
        if egress.kind == "process_log" && egress.path.is_none() {
            printed += 1;
            let away = "logging { write_to = [loki.write.away.receiver] }\nloki.write \"away\" {\n  endpoint { url = \"https://out.example.net/x\" }\n}\n";
            let report = run(&format!("{text}{away}")).report;
            let leak: Vec<_> =
                report.findings.iter().filter(|found| found.rule == "logs-leave-workload").collect();
            assert_eq!(leak.len(), 1, "{text}");
            let words: Vec<_> = leak[0].related.iter().map(|label| label.text.as_str()).collect();
            assert!(words.iter().any(|text| text.contains(".feed` take this way")), "{name}: {words:?}");
        }
    }
    assert_eq!(printed, 3, "loki.echo, otelcol.exporter.debug, otelcol.exporter.logging");
}

#[test]
fn metrics_that_leave_through_each_kind_of_sink_are_found_once_at_its_destination() {
    let mut tried = 0;
    for (name, entry, egress) in carrying_any_of(Signals::METRICS, &["telemetry"]) {
        // Variables of the process name one, the data that passes the other.
        if matches!(egress.syntax, Syntax::Env | Syntax::Data) {
            continue;
        }
        tried += 1;
        let (outside, inside) = examples(egress.syntax);
        let written = |destination: &str| {
            let text = program_of(Signals::METRICS, name, &entry, &egress, destination);
            let report = run(&text).report;
            let found =
                report.findings.iter().filter(|found| found.rule == "second-write-without-control-room");
            let place = |found: &crate::finding::Finding| found.place.unwrap().span.slice(&text).to_owned();
            found
                .map(|found| (found.message.starts_with("cannot be decided"), place(found)))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            written(&format!("\"{outside}\"")),
            [(false, outside.to_owned())],
            "{name} {:?}",
            egress.path
        );
        let unknown = "sys.env(\"NOWHERE\")";
        assert_eq!(written(unknown), [(true, unknown.to_owned())], "{name} {:?}", egress.path);
        if let Some(inside) = inside {
            assert_eq!(written(&format!("\"{inside}\"")), [], "{name} {:?}", egress.path);
        }
    }
    assert!(tried >= 18, "{tried}");
}
