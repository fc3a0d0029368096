//! Stacks in which a collector sends to something in the cluster: what stands behind the name decides.

mod chains;
mod collectors;
mod formats;
mod services;

use std::fmt::Write as _;

use crate::check;
use crate::check::CheckOptions;
use crate::source::Source;
use crate::source::Sources;

/// The rules on the ways of data. Others have their own tests.
const RULES: [&str; 10] = [
    "log-flow-not-followed",
    "logs-enter-unknown-relay",
    "logs-leave-workload",
    "metric-flow-not-followed",
    "metrics-enter-unknown-relay",
    "metrics-miss-control-room",
    "metrics-miss-local-store",
    "metrics-written-elsewhere",
    "metrics-written-to-no-store",
    "second-write-without-control-room",
];

/// What a run says of a stack.
struct Said {
    /// What is found on the ways of data, as `rule: underlined text`, in order.
    findings: Vec<String>,
    /// What cannot be decided there, as `rule: message`.
    doubts: Vec<String>,
    /// The texts at the related places of all of them, with what is underlined.
    related: Vec<(String, String)>,
}

/// Runs a stack of one file, with the control room `cr.example.com`.
fn run(text: &str) -> Said {
    let source = Source { path: "stack/all.yaml".to_owned(), argument: 0, text: text.into() };
    let sources = Sources { texts: vec![source], ..Sources::default() };
    let options = CheckOptions {
        control_room: check::ControlRoom::Domain("cr.example.com".to_owned()),
        ..CheckOptions::default()
    };
    let checked = check::check(&sources, &["stack".to_owned()], &options);
    let slice = |place| checked.documents.resolve(place).outer.slice(text).to_owned();
    let mut said = Said { findings: Vec::new(), doubts: Vec::new(), related: Vec::new() };
    for finding in &checked.report.findings {
        assert!(!matches!(finding.rule.as_str(), "syntax-error" | "malformed-input"), "{}", finding.message);
        if !RULES.contains(&finding.rule.as_str()) {
            continue;
        }
        if let Some(doubt) = finding.message.strip_prefix("cannot be decided: ") {
            said.doubts.push(format!("{}: {doubt}", finding.rule));
        } else {
            let underlined = finding.place.map(slice).unwrap_or_default();
            said.findings.push(format!("{}: {underlined}", finding.rule));
        }
        said.related.extend(finding.related.iter().map(|label| (label.text.clone(), slice(label.place))));
    }
    said
}

impl Said {
    fn about_logs(&self) -> Vec<&String> {
        self.findings.iter().chain(&self.doubts).filter(|said| said.starts_with("log")).collect()
    }
}

/// Nothing is said of the ways of logs.
#[track_caller]
fn holds(text: &str) {
    let said = run(text);
    assert!(said.about_logs().is_empty(), "{:?}\n{text}", said.about_logs());
}

/// The log boundary is broken at that text, and nowhere else.
#[track_caller]
fn leaks(text: &str, at: &str) {
    let said = run(text);
    assert_eq!(said.about_logs(), [&format!("logs-leave-workload: {at}")], "{text}");
}

/// The log boundary cannot be decided, for one reason, in these words.
#[track_caller]
fn undecided(text: &str, words: &str) {
    let said = run(text);
    assert!(!said.findings.iter().any(|finding| finding.starts_with("log")), "{:?}\n{text}", said.findings);
    let doubts = said.about_logs();
    assert!(doubts.len() == 1 && doubts[0].contains(words), "{doubts:?}\n{text}");
}

fn indented(text: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    text.lines().fold(String::new(), |mut all, line| {
        let _ = if line.is_empty() { writeln!(all) } else { writeln!(all, "{indent}{line}") };
        all
    })
}

/// A ConfigMap with one text.
fn config_map(namespace: &str, name: &str, key: &str, text: &str) -> String {
    let text = indented(text, 4);
    format!(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: {namespace}}}\ndata:\n  {key}: |\n{text}"
    )
}

/// A workload whose pods are labelled `app: NAME` and mount the ConfigMap of its name. `container` adds lines.
fn workload(namespace: &str, name: &str, image: &str, mount: &str, container: &str) -> String {
    let container = indented(container, 10);
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      volumes: [{{name: config, configMap: {{name: {name}}}}}]\n      containers:\n        - name: main\n          image: {image}\n{container}          volumeMounts: [{{name: config, mountPath: {mount}}}]\n"
    )
}

/// A Service of those pods.
fn service(namespace: &str, name: &str, ports: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec:\n  selector: {{app: {name}}}\n  ports: {ports}\n"
    )
}

/// A collector of Alloy with its program, in the namespace of its name.
fn alloy(name: &str, program: &str) -> String {
    let program = config_map(name, name, "config.alloy", program);
    let image = "docker.io/grafana/alloy:v1.7.5";
    let own = workload(name, name, image, "/etc/alloy", "args: [run, /etc/alloy/config.alloy]\n");
    format!("{program}{own}")
}

/// A program that sends events to that URL.
fn events_to(url: &str) -> String {
    format!(
        "loki.source.kubernetes_events \"all\" {{\n  forward_to = [loki.write.out.receiver]\n}}\n\nloki.write \"out\" {{\n  endpoint {{\n    url = \"{url}\"\n  }}\n}}\n"
    )
}

/// A Loki with its Service `loki` in the namespace `logs`.
fn loki() -> String {
    let pods = workload(
        "logs",
        "loki",
        "docker.io/grafana/loki:3.5.0",
        "/etc/loki",
        "ports: [{name: http, containerPort: 3100}]\n",
    );
    let config = config_map("logs", "loki", "unused.txt", "nothing");
    format!("{pods}{config}{}", service("logs", "loki", "[{name: http, port: 3100, targetPort: http}]"))
}

/// Where that Loki takes logs.
const LOKI: &str = "http://loki.logs.svc.cluster.local:3100/loki/api/v1/push";
