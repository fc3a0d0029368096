//! What is named and is there, is not, or cannot be told.

use crate::model::cluster::cluster;
use crate::model::fact::Fact;
use crate::model::stack::tests::with_stack;

/// What is missing in a stack of these texts: who names it, what, the part of it, and the hint.
fn missing(files: &[&str]) -> Vec<String> {
    let files: Vec<_> =
        files.iter().enumerate().map(|(index, text)| (format!("{index}.yaml"), *text)).collect();
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    with_stack(&files, |stack, _| {
        let references =
            super::subjects(stack, cluster(stack)).into_iter().filter(|subject| subject.kind == "reference");
        let told = references.filter_map(|subject| {
            let text =
                |name: &str| subject.facts.at(name).and_then(Fact::text).unwrap_or_default().to_owned();
            let others = subject.facts.reach("others").items().len();
            let others = if others > 0 { format!(" +{others}") } else { String::new() };
            text("state").ends_with("missing").then(|| {
                let part = format!(" {}", text("part"));
                format!("{} {}{}{others}", text("state"), text("words"), part.trim_end())
            })
        });
        told.collect()
    })
}

/// A Deployment of that namespace whose pods have that specification, written in flow style.
fn deployment(name: &str, namespace: &str, pod: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}, uid: u}}\nspec: {{template: {{spec: {pod}}}}}\n"
    )
}

fn object(kind: &str, name: &str, namespace: &str, rest: &str) -> String {
    format!(
        "apiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: {namespace}, uid: u}}\n{rest}\n"
    )
}

/// A list as `kubectl get` gives it.
fn list(objects: &[&str]) -> String {
    let items: Vec<String> =
        objects.iter().map(|object| format!("- {}", object.trim_end().replace('\n', "\n  "))).collect();
    format!("apiVersion: v1\nkind: List\nitems:\n{}\n", items.join("\n"))
}

const MOUNTS: &str = "{containers: [{name: a, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, configMap: {name: settings}}]}";

#[test]
fn what_the_input_does_not_cover_is_not_missing() {
    let pod = deployment("a", "b", MOUNTS);
    assert_eq!(missing(&[&pod]), [""; 0]);
    // Another one says nothing of this one.
    assert_eq!(missing(&[&pod, &object("ConfigMap", "grafana", "b", "data: {a: b}")]), [""; 0]);
    assert_eq!(missing(&[&pod, &object("ConfigMap", "settings", "b", "data: {a: b}")]), [""; 0]);
    // One without a namespace goes wherever it is applied.
    assert_eq!(
        missing(&[&pod, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: b}\n"]),
        [""; 0]
    );
}

#[test]
fn list_of_the_cluster_covers_its_kinds_where_it_has_workloads_and_never_secrets() {
    let pod = deployment("a", "b", MOUNTS);
    let other = object("ConfigMap", "grafana", "b", "data: {a: b}");
    assert_eq!(missing(&[&list(&[&pod, &other])]), ["missing ConfigMap b/settings"]);
    let elsewhere = object("ConfigMap", "grafana", "c", "data: {a: b}");
    assert_eq!(missing(&[&list(&[&pod, &elsewhere])]), [""; 0], "of this namespace it has none");
    let secret = deployment("a", "b", &MOUNTS.replace("configMap: {name:", "secret: {secretName:"));
    let held = object("Secret", "grafana", "b", "data: {a: Yg==}");
    assert_eq!(missing(&[&list(&[&secret, &held])]), [""; 0]);
}

#[test]
fn slip_in_a_name_is_told_once_and_only_if_nobody_means_the_other() {
    let pod = deployment("a", "b", &MOUNTS.replace("settings", "setings"));
    let twin = pod.replace("name: a, namespace", "name: c, namespace");
    let there = object("ConfigMap", "settings", "b", "data: {a: b}");
    assert_eq!(missing(&[&pod, &there]), ["perhaps-missing ConfigMap b/setings"]);
    assert_eq!(missing(&[&pod, &twin, &there]), ["perhaps-missing ConfigMap b/setings +1"]);
    let meant = deployment("d", "b", MOUNTS);
    assert_eq!(missing(&[&pod, &meant, &there]), [""; 0], "both may be there");
}

#[test]
fn object_of_another_namespace_cannot_be_used() {
    let pod = deployment("a", "b", MOUNTS);
    let there = object("ConfigMap", "settings", "c", "data: {a: b}");
    assert_eq!(missing(&[&pod, &there]), ["perhaps-missing ConfigMap b/settings"]);
    let third = object("ConfigMap", "settings", "d", "data: {a: b}");
    assert_eq!(missing(&[&pod, &there, &third]), [""; 0], "each namespace may have its own");
    let account = deployment("a", "b", "{serviceAccountName: runner, containers: []}");
    assert_eq!(missing(&[&account, &object("ServiceAccount", "runner", "c", "")]), [""; 0]);
    let chart = "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: x, namespace: k}\nspec: {chart: x, targetNamespace: b}\n";
    assert_eq!(missing(&[&pod, &there, chart]), [""; 0], "the chart may make it");
}

#[test]
fn keys_are_asked_for_where_they_are_known() {
    let pod = |key: &str| {
        deployment(
            "a",
            "b",
            &format!(
                "{{containers: [{{name: a, env: [{{name: X, valueFrom: {{secretKeyRef: {{name: s, key: {key}}}}}}}]}}]}}"
            ),
        )
    };
    let secret = object("Secret", "s", "b", "data: {url: Yg==}\nstringData: {user: u}");
    assert_eq!(missing(&[&pod("url"), &secret]), [""; 0]);
    assert_eq!(missing(&[&pod("user"), &secret]), [""; 0]);
    assert_eq!(missing(&[&pod("word"), &secret]), ["missing Secret b/s word"]);
    for open in ["", "stringData: {4dabf18193072939515e22adb298388d: x, ciphertext: y}"] {
        let others = object("Secret", "s", "b", open);
        assert_eq!(missing(&[&pod("word"), &others]), [""; 0], "{open}");
    }
    let optional = pod("word").replace("key: word", "key: word, optional: true");
    assert_eq!(missing(&[&optional, &secret]), [""; 0]);
}

#[test]
fn one_file_of_a_volume_is_a_key_unless_items_rename_it() {
    let pod = |sub: &str, items: &str| {
        deployment(
            "a",
            "b",
            &MOUNTS
                .replace("mountPath: /v", &format!("mountPath: /v, subPath: {sub}"))
                .replace("name: settings", &format!("name: settings{items}")),
        )
    };
    let map = object("ConfigMap", "settings", "b", "data: {a.ini: b}\nbinaryData: {b.bin: Yg==}");
    assert_eq!(missing(&[&pod("a.ini", ""), &map]), [""; 0]);
    assert_eq!(missing(&[&pod("b.bin", ""), &map]), [""; 0]);
    assert_eq!(missing(&[&pod("a.yaml", ""), &map]), ["missing ConfigMap b/settings a.yaml"]);
    assert_eq!(missing(&[&pod("x", ", items: [{key: a.ini, path: x}]"), &map]), [""; 0]);
    assert_eq!(
        missing(&[&pod("x", ", items: [{key: c.ini, path: x}]"), &map]),
        ["missing ConfigMap b/settings c.ini"]
    );
}

#[test]
fn volumes_are_those_of_the_pod_and_of_its_claims() {
    let mounts = "{containers: [{name: a, volumeMounts: [{name: data, mountPath: /d}]}]}";
    let pod = deployment("a", "b", mounts);
    assert_eq!(missing(&[&pod]), ["missing volume data"]);
    let set = pod.replace("Deployment", "StatefulSet");
    let set =
        set.replace("spec: {template", "spec: {volumeClaimTemplates: [{metadata: {name: data}}], template");
    assert_eq!(missing(&[&set]), [""; 0]);
}

#[test]
fn addresses_of_stores_and_data_sources_name_services() {
    let config = "data:\n  mimir.yaml: |\n    blocks_storage: {}\n    ingester: {}\n    limits: {}\n    memberlist:\n      join_members: [dns+mimir-gosip-ring.mimir.svc.cluster.local.:7946]\n    frontend:\n      scheduler_address: mimir-query-scheduler.mimir.svc:9096\n";
    let labels = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: mimir-config, namespace: mimir, labels: {helm.sh/chart: m-1}}\n";
    let config = format!("{labels}{config}");
    let service = |name: &str, port: u16| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: mimir, labels: {{helm.sh/chart: m-1}}}}\nspec: {{ports: [{{name: grpc, port: {port}}}]}}\n"
        )
    };
    let found = missing(&[&config, &service("mimir-query-scheduler", 9095)]);
    assert_eq!(
        found,
        ["missing Service mimir/mimir-gosip-ring", "missing Service mimir/mimir-query-scheduler 9096"]
    );
    assert_eq!(missing(&[&config]), [""; 0]);
    let mended = config.replace("gosip", "gossip").replace("9096", "9095");
    let services = [service("mimir-query-scheduler", 9095), service("mimir-gossip-ring", 7946)];
    assert_eq!(missing(&[&mended, &services[0], &services[1]]), [""; 0]);
    let sources = "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: grafana, namespace: k}\nspec:\n  chart: grafana\n  targetNamespace: grafana\n  valuesContent: |\n    datasources:\n      datasources.yaml:\n        datasources:\n          - {name: Mimir, type: prometheus, url: \"http://mimir-query-scheduler.mimir.svc.cluster.local:80/prometheus\"}\n";
    assert_eq!(missing(&[sources, &services[0]]), ["missing Service mimir/mimir-query-scheduler 80"]);
}
