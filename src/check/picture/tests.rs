use std::collections::BTreeSet;

use crate::check;
use crate::check::CheckOptions;
use crate::finding::Accepted;
use crate::finding::AcceptedBy;
use crate::finding::Area;
use crate::finding::EdgeState;
use crate::finding::Finding;
use crate::finding::Invariant;
use crate::finding::NodeKind;
use crate::finding::Picture;
use crate::finding::PictureEdge;
use crate::finding::Report;
use crate::finding::Signal;
use crate::source::Source;
use crate::source::Sources;

const LOKI: &str = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push";

/// Two sources of logs, one step and one writer with two endpoints, of which the second is outside; metrics beside them.
const PROGRAM: &str = r#"discovery.kubernetes "pods" {
  role = "pod"
}

loki.source.kubernetes "pods" {
  targets    = discovery.kubernetes.pods.targets
  forward_to = [loki.process.all.receiver]
}

loki.source.kubernetes_events "events" {
  forward_to = [loki.process.all.receiver]
}

loki.process "all" {
  forward_to = [loki.write.out.receiver]
}

loki.write "out" {
  endpoint {
    url = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push"
  }
  endpoint {
    url = "https://logs.example.net/push"
  }
}

prometheus.scrape "pods" {
  targets    = discovery.kubernetes.pods.targets
  forward_to = [prometheus.remote_write.local.receiver]
}

prometheus.remote_write "local" {
  endpoint {
    url = "http://mimir-gateway.mimir.svc.cluster.local/api/v1/push"
  }
}
"#;

fn report(path: &str, text: &str, picture: bool) -> Report {
    let source = Source { path: path.to_owned(), argument: 0, text: text.into() };
    let sources = Sources { texts: vec![source], ..Sources::default() };
    let options = CheckOptions { picture, ..CheckOptions::default() };
    check::check(&sources, &[path.to_owned()], &options).report
}

fn drawn(path: &str, text: &str) -> (Picture, Report) {
    let report = report(path, text, true);
    (report.pictures.first().cloned().unwrap(), report)
}

fn name(picture: &Picture, index: usize) -> String {
    let node = &picture.nodes[index];
    node.components.first().cloned().unwrap_or_else(|| node.title.clone())
}

/// `logs a -> b fine`, one line for each edge.
fn edges(picture: &Picture) -> Vec<String> {
    let words = |edge: &PictureEdge| {
        let (from, to) = (name(picture, edge.from), name(picture, edge.to));
        format!("{} {from} -> {to} {}", edge.signal.name(), edge.state.id())
    };
    picture.edges.iter().map(words).collect()
}

#[test]
fn nothing_is_drawn_unless_somebody_asks() {
    assert_eq!(report("a.alloy", PROGRAM, false).pictures, []);
    let (with, without) = (report("a.alloy", PROGRAM, true), report("a.alloy", PROGRAM, false));
    assert_eq!(with.findings, without.findings);
}

#[test]
fn logs_that_leave_are_a_leak_and_all_that_leads_there_is_marked() {
    let (picture, _) = drawn("a.alloy", PROGRAM);
    assert_eq!(
        edges(&picture),
        [
            "logs loki.source.kubernetes.pods -> loki.process.all feeds",
            "logs loki.source.kubernetes_events.events -> loki.process.all feeds",
            "logs loki.process.all -> loki.write.out feeds",
            "logs loki.write.out -> loki-gateway.loki.svc.cluster.local fine",
            "logs loki.write.out -> logs.example.net leaks",
            "metrics prometheus.scrape.pods -> prometheus.remote_write.local fine",
            "metrics prometheus.remote_write.local -> mimir-gateway.mimir.svc.cluster.local fine",
        ]
    );
}

#[test]
fn a_leak_carries_its_line_its_finding_and_its_zone() {
    let (picture, report) = drawn("a.alloy", PROGRAM);
    let leak = picture.edges.iter().find(|edge| edge.state == EdgeState::Leaks).unwrap();
    let rules: Vec<&str> = leak.findings.iter().map(|index| report.findings[*index].rule.as_str()).collect();
    assert!(rules.contains(&"logs-leave-workload"), "{rules:?}");
    let span = leak.places[0].place.span;
    assert_eq!(span.slice(PROGRAM).trim_matches('"'), "https://logs.example.net/push");
    assert_eq!(picture.nodes[leak.to].area, Area::External);
    // Whoever chooses a way that leads there sees the same finding.
    let feeding = picture.edges.iter().filter(|edge| edge.state == EdgeState::Feeds);
    assert!(feeding.clone().count() == 3 && feeding.clone().all(|edge| edge.findings == leak.findings));
}

#[test]
fn every_component_of_a_program_is_in_its_picture_once() {
    let (picture, _) = drawn("a.alloy", PROGRAM);
    let all: Vec<&str> = picture.nodes.iter().flat_map(|node| &node.components).map(String::as_str).collect();
    let each: BTreeSet<&str> = all.iter().copied().collect();
    assert_eq!(all.len(), each.len());
    assert_eq!(all.len(), 7);
    let aside = picture.nodes.iter().find(|node| node.kind == NodeKind::Aside).unwrap();
    assert_eq!(aside.components, ["discovery.kubernetes.pods"]);
}

#[test]
fn a_leak_that_somebody_accepted_is_shown_as_such() {
    let (picture, mut report) = drawn("a.alloy", PROGRAM);
    let leak = picture.edges.iter().find(|edge| edge.state == EdgeState::Leaks).unwrap();
    let judged = |findings: &[Finding]| leak.judged(|index| findings.get(index));
    assert_eq!(judged(&report.findings), EdgeState::Leaks);
    for finding in report.findings.iter_mut().filter(|own| own.invariant == Invariant::LogBoundary) {
        let reason = "moved in May".to_owned();
        finding.accepted = Some(Accepted { by: AcceptedBy::Comment, reason, until: None, place: None });
    }
    assert_eq!(judged(&report.findings), EdgeState::Accepted);
    assert_eq!(judged(&[]), EdgeState::Leaks, "without a finding nobody accepted anything");
}

#[test]
fn what_is_not_known_is_undecided_and_stands_in_a_zone_of_its_own() {
    let text = PROGRAM.replace("\"https://logs.example.net/push\"", "sys.env(\"WHERE\")");
    let (picture, _) = drawn("a.alloy", &text);
    let open = picture.edges.iter().find(|edge| edge.state == EdgeState::Undecided).unwrap();
    assert_eq!(picture.nodes[open.to].area, Area::Unknown);
    assert!(picture.edges.iter().all(|edge| edge.state != EdgeState::Leaks));
}

#[test]
fn a_component_that_nobody_knows_hides_where_data_goes() {
    let text = PROGRAM
        .replace("loki.process \"all\"", "loki.magic \"all\"")
        .replace("loki.process.all", "loki.magic.all");
    let (picture, _) = drawn("a.alloy", &text);
    let hidden = picture.nodes.iter().position(|node| node.components == ["loki.magic.all"]).unwrap();
    assert_eq!(picture.nodes[hidden].kind, NodeKind::Hidden);
    assert!(!picture.nodes[hidden].notes.is_empty());
}

#[test]
fn a_writer_that_nothing_feeds_sends_nothing() {
    let text = format!("loki.write \"spare\" {{\n  endpoint {{\n    url = \"{LOKI}\"\n  }}\n}}\n");
    let (picture, _) = drawn("a.alloy", &text);
    assert_eq!(edges(&picture), ["logs loki.write.spare -> loki-gateway.loki.svc.cluster.local idle"]);
}

#[test]
fn steps_in_a_row_are_folded_where_there_are_many_and_nothing_is_lost() {
    let mut text = String::new();
    for index in 0..60 {
        let next =
            if index == 59 { "loki.write.out".to_owned() } else { format!("loki.process.s{}", index + 1) };
        text.extend([format!("loki.process \"s{index}\" {{\n  forward_to = [{next}.receiver]\n}}\n")]);
    }
    let head = "loki.source.kubernetes_events \"all\" {\n  forward_to = [loki.process.s0.receiver]\n}\n";
    let write = |url: &str| {
        format!("{head}{text}loki.write \"out\" {{\n  endpoint {{\n    url = \"{url}\"\n  }}\n}}\n")
    };
    let (picture, _) = drawn("a.alloy", &write(LOKI));
    let kinds: Vec<(NodeKind, usize)> =
        picture.nodes.iter().map(|node| (node.kind, node.components.len())).collect();
    let folded = [(NodeKind::Step, 60), (NodeKind::Source, 1), (NodeKind::Sink, 1), (NodeKind::Store, 0)];
    assert_eq!(kinds.iter().collect::<BTreeSet<_>>(), folded.iter().collect());
    let steps = picture.nodes.iter().find(|node| node.kind == NodeKind::Step).unwrap();
    assert_eq!(
        (steps.components[0].as_str(), steps.components[59].as_str()),
        ("loki.process.s0", "loki.process.s59")
    );
    assert_eq!(steps.title, "60 steps");
    // What leads to a leak is never folded.
    let (picture, _) = drawn("a.alloy", &write("https://logs.example.net/push"));
    assert_eq!(picture.nodes.len(), 63);
    assert_eq!(picture.edges.iter().filter(|edge| edge.state == EdgeState::Feeds).count(), 61);
}

#[test]
fn a_leak_behind_another_collector_is_followed_back_through_both() {
    let program = |text: &str| text.lines().flat_map(|line| ["    ", line, "\n"]).collect::<String>();
    let part = |name: &str, text: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: logging}}\ndata:\n  config.alloy: |\n{}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: logging}}\nspec:\n  selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      containers:\n        - name: alloy\n          image: docker.io/grafana/alloy:v1.7.5\n          args: [run, /etc/alloy/config.alloy]\n          volumeMounts: [{{name: program, mountPath: /etc/alloy}}]\n      volumes: [{{name: program, configMap: {{name: {name}}}}}]\n---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: logging}}\nspec:\n  selector: {{app: {name}}}\n  ports: [{{port: 3100}}]\n---\n",
            program(text)
        )
    };
    let first = "loki.source.kubernetes_events \"all\" {\n  forward_to = [loki.write.on.receiver]\n}\nloki.write \"on\" {\n  endpoint {\n    url = \"http://second.logging.svc.cluster.local:3100/loki/api/v1/push\"\n  }\n}";
    let second = "loki.source.api \"in\" {\n  http {\n    listen_port = 3100\n  }\n  forward_to = [loki.write.out.receiver]\n}\nloki.write \"out\" {\n  endpoint {\n    url = \"https://logs.example.net/push\"\n  }\n}";
    let (picture, _) = drawn("a.yaml", &[part("first", first), part("second", second)].concat());
    assert_eq!(picture.collectors.len(), 2, "{:?}", picture.collectors);
    assert_eq!(
        edges(&picture),
        [
            "logs loki.source.kubernetes_events.all -> loki.write.on feeds",
            "logs loki.write.on -> loki.source.api.in feeds",
            "logs loki.source.api.in -> loki.write.out feeds",
            "logs loki.write.out -> logs.example.net leaks",
        ]
    );
}

#[test]
fn signals_of_one_way_are_lines_of_their_own() {
    let text = "otelcol.receiver.otlp \"in\" {\n  grpc { }\n  output {\n    logs    = [otelcol.exporter.otlp.out.input]\n    metrics = [otelcol.exporter.otlp.out.input]\n    traces  = [otelcol.exporter.otlp.out.input]\n  }\n}\notelcol.exporter.otlp \"out\" {\n  client {\n    endpoint = \"otel.example.net:4317\"\n  }\n}\n";
    let (picture, _) = drawn("a.alloy", text);
    let signals: Vec<Signal> = picture.edges.iter().map(|edge| edge.signal).collect();
    assert_eq!(signals, [[Signal::Logs, Signal::Metrics, Signal::Traces]; 2].concat());
    let leaks: Vec<Signal> =
        picture.edges.iter().filter(|edge| edge.state == EdgeState::Leaks).map(|edge| edge.signal).collect();
    assert_eq!(leaks, [Signal::Logs], "only logs leak");
}
