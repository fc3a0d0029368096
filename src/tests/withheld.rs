//! Values of Secrets that were not asked for: they are there, nothing is known of them, and every promise that hangs on one
//! says so.

use crate::check;
use crate::check::CheckOptions;
use crate::finding::Invariant;
use crate::finding::Report;
use crate::finding::Verdict;
use crate::source::Cluster;
use crate::source::Covered;
use crate::source::Source;
use crate::source::Sources;

/// What every reason says, and no more.
const REASON: &str = "the value of Secret alloy/destinations was not asked for (--read-secret-values)";

/// What a running cluster of these objects leads to, of which all Secrets are seen.
fn live(objects: &[&str]) -> Report {
    let texts = objects.iter().enumerate().map(|(index, text)| Source {
        path: format!("prod/alloy/Object/{index}"),
        argument: 0,
        text: (*text).into(),
    });
    let covered = vec![Covered { kind: "Secret".to_owned(), namespace: None }];
    let clusters = vec![Cluster { name: "prod".to_owned(), covered, ..Cluster::default() }];
    let sources = Sources { texts: texts.collect(), clusters, ..Sources::default() };
    check::check(&sources, &[], &CheckOptions::default()).report
}

fn verdict(report: &Report, invariant: Invariant) -> (Verdict, String) {
    let found = report.verdicts.iter().find(|found| found.invariant == invariant).unwrap();
    (found.verdict, found.summary.clone())
}

/// A Secret with these keys.
fn secret(keys: &str) -> String {
    format!(
        r#"{{"apiVersion": "v1", "kind": "Secret", "metadata": {{"name": "destinations", "namespace": "alloy", "uid": "u"}}, "data": {keys}}}"#
    )
}

const WITHHELD: &str = r#"{"url": {"ptd-lint/withheld": "not asked for"}}"#;

/// A collector whose one way out is what stands for `URL`; `pod` adds to its pod, `container` to its container.
fn collector(program: &str, pod: &str, container: &str) -> [String; 2] {
    let program = program.replace('"', "\\\"").replace('\n', "\\n");
    [
        format!(
            r#"{{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {{"name": "alloy", "namespace": "alloy", "uid": "u"}}, "data": {{"config.alloy": "{program}"}}}}"#
        ),
        format!(
            r#"{{"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {{"name": "alloy", "namespace": "alloy", "uid": "u"}},
            "spec": {{"selector": {{"matchLabels": {{"a": "b"}}}}, "template": {{"metadata": {{"labels": {{"a": "b"}}}}, "spec": {{
            "volumes": [{{"name": "c", "configMap": {{"name": "alloy"}}}}{pod}],
            "containers": [{{"name": "alloy", "image": "docker.io/grafana/alloy:v1.7.5", "args": ["run", "/etc/alloy/config.alloy"],
            "volumeMounts": [{{"name": "c", "mountPath": "/etc/alloy"}}{container}}}]}}}}}}}}"#
        ),
    ]
}

fn program(url: &str, before: &str) -> String {
    format!(
        "{before}loki.source.kubernetes_events \"all\" {{\n  forward_to = [loki.write.out.receiver]\n}}\n\nloki.write \"out\" {{\n  endpoint {{\n    url = {url}\n  }}\n}}\n"
    )
}

#[track_caller]
fn undecided(program: &str, pod: &str, container: &str) {
    let [config, pods] = collector(program, pod, container);
    let report = live(&[&config, &pods, &secret(WITHHELD)]);
    let (verdict, summary) = verdict(&report, Invariant::LogBoundary);
    assert_eq!(verdict, Verdict::Undecided, "{summary}");
    assert!(summary.contains(REASON), "{summary}");
    let wrong = report.findings.iter().find(|finding| finding.rule.starts_with("named-"));
    assert!(wrong.is_none(), "the key is there: {wrong:?}");
}

#[test]
fn a_destination_from_the_environment_ends_undecided_and_says_how_it_can_be_known() {
    let url = program("sys.env(\"URL\")", "");
    let key = r#"], "env": [{"name": "URL", "valueFrom": {"secretKeyRef": {"name": "destinations", "key": "url"}}}]"#;
    undecided(&url, "", key);
    let made = r#"], "env": [{"name": "HOST", "valueFrom": {"secretKeyRef": {"name": "destinations", "key": "url"}}},
        {"name": "URL", "value": "https://$(HOST)/push"}]"#;
    undecided(&url, "", made);
    let all = r#"], "envFrom": [{"secretRef": {"name": "destinations"}}]"#;
    undecided(&program("sys.env(\"url\")", ""), "", all);
}

#[test]
fn a_destination_from_a_mounted_file_ends_undecided_and_says_how_it_can_be_known() {
    let read = "local.file \"url\" {\n  filename = \"/etc/secret/url\"\n}\n\n";
    let volume = r#", {"name": "s", "secret": {"secretName": "destinations"}}"#;
    let mount = r#", {"name": "s", "mountPath": "/etc/secret"}]"#;
    undecided(&program("local.file.url.content", read), volume, mount);
}

#[test]
fn a_destination_that_is_read_from_the_api_server_ends_undecided_and_says_how_it_can_be_known() {
    let read = "remote.kubernetes.secret \"to\" {\n  namespace = \"alloy\"\n  name = \"destinations\"\n}\n\n";
    let url = "convert.nonsensitive(remote.kubernetes.secret.to.data[\"url\"])";
    undecided(&program(url, read), "", "]");
}

#[test]
fn a_program_in_a_secret_ends_undecided_and_says_how_it_can_be_known() {
    let [_, pods] = collector("", "", "]");
    let pods =
        pods.replace(r#""configMap": {"name": "alloy"}"#, r#""secret": {"secretName": "destinations"}"#);
    let report = live(&[&pods, &secret(r#"{"config.alloy": {"ptd-lint/withheld": "not asked for"}}"#)]);
    for invariant in [Invariant::LogBoundary, Invariant::DualWrite] {
        let (verdict, summary) = verdict(&report, invariant);
        assert!(verdict == Verdict::Undecided && summary.contains(REASON), "{verdict:?}: {summary}");
    }
}

#[test]
fn a_store_whose_configuration_is_in_a_secret_ends_undecided_and_says_how_it_can_be_known() {
    let secret = secret(r#"{"mimir.yaml": {"ptd-lint/withheld": "not asked for"}}"#);
    let store = r#"{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "mimir-ingester", "namespace": "alloy", "uid": "u"},
        "spec": {"selector": {"matchLabels": {"a": "b"}}, "serviceName": "", "template": {"metadata": {"labels": {"a": "b"}}, "spec": {
        "volumes": [{"name": "c", "secret": {"secretName": "destinations"}}],
        "containers": [{"name": "ingester", "image": "grafana/mimir:2.14.0", "args": ["-config.file=/etc/mimir/mimir.yaml"],
        "volumeMounts": [{"name": "c", "mountPath": "/etc/mimir"}]}]}}}}"#;
    let report = live(&[store, &secret]);
    for invariant in [Invariant::StoreLimits, Invariant::StoreRetention, Invariant::StoreStorage] {
        let (verdict, summary) = verdict(&report, invariant);
        assert!(verdict == Verdict::Undecided && summary.contains(REASON), "{verdict:?}: {summary}");
    }
}

/// What is missing, as `rule: message`.
fn missing(secret: &str, container: &str) -> Vec<String> {
    let [config, pods] = collector(&program("sys.env(\"URL\")", ""), "", container);
    let found = live(&[&config, &pods, secret]).findings.into_iter();
    let found = found.filter(|finding| finding.rule.starts_with("named-"));
    found.map(|finding| format!("{}: {}", finding.rule, finding.message)).collect()
}

#[test]
fn a_key_that_a_withheld_secret_does_not_have_is_missing_and_one_of_unknown_keys_is_not() {
    let asks = |more: &str| {
        format!(
            r#"], "env": [{{"name": "URL", "valueFrom": {{"secretKeyRef": {{"name": "destinations", "key": "uri"{more}}}}}}}]"#
        )
    };
    let told = missing(&secret(WITHHELD), &asks(""));
    assert_eq!(
        told,
        ["named-key-missing: DaemonSet alloy/alloy reads Secret alloy/destinations, which has no key `uri`"]
    );
    assert_eq!(missing(&secret(WITHHELD), &asks(r#", "optional": true"#)), [""; 0]);
    // Metadata that does not name the keys.
    assert_eq!(
        missing(&secret(WITHHELD).replace(&format!(", \"data\": {WITHHELD}"), ""), &asks("")),
        [""; 0]
    );
    assert_eq!(missing(&secret("{}"), &asks("")), [""; 0]);
}

#[test]
fn a_secret_that_is_not_there_is_missing_where_all_secrets_were_seen() {
    let asks = |more: &str| {
        format!(
            r#"], "env": [{{"name": "URL", "valueFrom": {{"secretKeyRef": {{"name": "destinations", "key": "url"{more}}}}}}}]"#
        )
    };
    let other = secret(WITHHELD).replace("\"destinations\"", "\"others\"");
    assert_eq!(
        missing(&other, &asks("")),
        ["named-object-missing: DaemonSet alloy/alloy reads Secret alloy/destinations, which is not there"]
    );
    assert_eq!(missing(&other, &asks(r#", "optional": true"#)), [""; 0]);
}
