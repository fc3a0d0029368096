//! Stacks that are sound but for one thing that hides a way out of the workload: none of them may pass.

use crate::check;
use crate::check::CheckOptions;
use crate::finding::Invariant;
use crate::finding::Verdict;
use crate::source::Source;
use crate::source::Sources;

mod chains;
mod routes;
mod sinks;

const LOKI: &str = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push";

/// A program that sends the cluster's events to what stands for `URL`.
fn program(url: &str) -> String {
    format!(
        "loki.source.kubernetes_events \"all\" {{\n  forward_to = [loki.write.out.receiver]\n}}\n\nloki.write \"out\" {{\n  endpoint {{\n    url = {url}\n  }}\n}}\n"
    )
}

fn sound() -> String {
    program(&format!("\"{LOKI}\""))
}

fn leaking() -> String {
    program("\"https://logs.example.net/push\"")
}

fn indented(text: &str, by: usize) -> String {
    let indent = " ".repeat(by);
    text.lines().flat_map(|line| [indent.as_str(), line, "\n"]).collect()
}

/// An object of that kind with one text under `key` of `section`.
fn texts(kind: &str, section: &str, key: &str, text: &str) -> String {
    let text = indented(text, 4);
    format!(
        "---\napiVersion: v1\nkind: {kind}\nmetadata: {{name: program, namespace: alloy}}\n{section}:\n  {key}: |\n{text}"
    )
}

fn config_map(text: &str) -> String {
    texts("ConfigMap", "data", "config.alloy", text)
}

/// A workload of that kind. `pod` adds to its pod, `container` to its container; each is lines without indent.
fn workload(kind: &str, pod: &str, container: &str) -> String {
    let own = if container.contains("args:") { "" } else { "args: [run, /etc/alloy/config.alloy]\n" };
    let volumes = if pod.contains("volumes:") {
        ""
    } else {
        "volumes: [{name: program, configMap: {name: program}}]\n"
    };
    let container =
        indented(&format!("{own}{container}volumeMounts: [{{name: program, mountPath: /etc/alloy}}]\n"), 10);
    let pod = indented(&format!("{pod}{volumes}"), 6);
    format!(
        "---\napiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: collector, namespace: alloy}}\nspec:\n  template:\n    spec:\n{pod}      containers:\n        - name: alloy\n          image: docker.io/grafana/alloy:v1.7.5\n{container}"
    )
}

/// A release of a chart with these values; `spec` adds lines to its spec.
fn release(chart: &str, spec: &str, values: &str) -> String {
    let (spec, values) = (indented(spec, 2), indented(values, 4));
    format!(
        "---\napiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {{name: alloy, namespace: charts}}\nspec:\n  chart: {chart}\n  targetNamespace: alloy\n{spec}  valuesContent: |\n{values}"
    )
}

/// Values of the alloy chart with this program.
fn values(text: &str, more: &str) -> String {
    format!("alloy:\n{}  configMap:\n    content: |\n{}", indented(more, 2), indented(text, 6))
}

/// The verdict on the log boundary of one folder of files.
fn verdict(files: &[&str]) -> (Verdict, String) {
    let texts = files.iter().enumerate().map(|(index, text)| Source {
        path: format!("stack/{index}.yaml"),
        argument: 0,
        text: (*text).into(),
    });
    let sources = Sources { texts: texts.collect(), ..Sources::default() };
    let checked = check::check(&sources, &["stack".to_owned()], &CheckOptions::default());
    let found = checked.report.verdicts.into_iter().find(|found| found.invariant == Invariant::LogBoundary);
    found.map(|found| (found.verdict, found.summary)).unwrap()
}

#[track_caller]
fn holds(files: &[&str]) {
    let (verdict, summary) = verdict(files);
    assert_eq!(verdict, Verdict::Holds, "{summary}\n{}", files.join(""));
}

#[track_caller]
fn ends(expected: Verdict, words: &str, files: &[&str]) {
    let (verdict, summary) = verdict(files);
    assert!(verdict == expected && summary.contains(words), "{verdict:?}: {summary}\n{}", files.join(""));
}

#[track_caller]
fn undecided(words: &str, files: &[&str]) {
    ends(Verdict::Undecided, words, files);
}

#[track_caller]
fn violated(files: &[&str]) {
    ends(Verdict::Violated, "logs leave the workload", files);
}

#[test]
fn the_stack_without_anything_hidden_holds() {
    holds(&[&config_map(&sound()), &workload("DaemonSet", "", "")]);
    holds(&[&release("alloy", "", &values(&sound(), ""))]);
}

#[test]
fn every_container_of_a_pod_is_a_collector_with_its_own_environment() {
    let shared = config_map(&program("sys.env(\"LOKI\")"));
    let good = format!("env: [{{name: LOKI, value: \"{LOKI}\"}}]\n");
    holds(&[&shared, &workload("DaemonSet", "", &good)]);
    let second = "  image: grafana/alloy:v1.7.5\n  args: [run, /etc/alloy/config.alloy]\n  env: [{name: LOKI, value: \"https://logs.example.net\"}]\n  volumeMounts: [{name: program, mountPath: /etc/alloy}]\n";
    let sidecar = format!("initContainers:\n- name: side\n{second}");
    violated(&[&shared, &workload("DaemonSet", &sidecar, &good)]);
}

#[test]
fn workloads_of_every_kind_run_collectors() {
    for kind in ["ReplicaSet", "StatefulSet", "Deployment"] {
        undecided("which is not in the input", &[&workload(kind, "", "")]);
    }
    let job = workload("DaemonSet", "", "").replace("apps/v1\nkind: DaemonSet", "batch/v1\nkind: Job");
    undecided("which is not in the input", &[&job]);
    let own_build = workload("DaemonSet", "", "").replace("grafana/alloy", "example/grafana-alloy");
    undecided("which is not in the input", &[&own_build]);
}

#[test]
fn a_pod_that_another_object_of_the_input_made_is_no_second_collector() {
    let made = "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: collector-x1\n  namespace: alloy\n  ownerReferences: [{kind: DaemonSet, name: collector}]\nspec:\n  containers: [{name: alloy, image: grafana/alloy, args: [run, /elsewhere]}]\n";
    holds(&[&config_map(&sound()), &workload("DaemonSet", "", ""), made]);
}

#[test]
fn a_command_line_that_is_not_understood_leaves_the_program_unknown() {
    let sound = config_map(&sound());
    let shell = "command: [/bin/sh]\nargs: [-c, \"alloy run /opt/other.alloy\"]\n";
    undecided("is started by `/bin/sh`", &[&sound, &workload("DaemonSet", "", shell)]);
    let value = "args: [run, --storage.path, /etc/alloy/config.alloy, /opt/other.alloy]\n";
    undecided("`/opt/other.alloy`", &[&sound, &workload("DaemonSet", "", value)]);
    let named = "args: [run, --storage.path, /tmp/alloy, /etc/alloy/config.alloy]\n";
    holds(&[&sound, &workload("DaemonSet", "", named)]);
}

#[test]
fn a_pod_with_names_of_its_own_is_not_judged_by_those_of_the_cluster() {
    let sound = config_map(&sound());
    let aliases = "hostAliases: [{ip: 203.0.113.9, hostnames: [loki-gateway.loki.svc.cluster.local]}]\n";
    undecided("`hostAliases`", &[&sound, &workload("DaemonSet", aliases, "")]);
    let server = "dnsPolicy: None\ndnsConfig: {nameservers: [203.0.113.9]}\n";
    undecided("`dnsConfig`", &[&sound, &workload("DaemonSet", server, "")]);
}

#[test]
fn a_variable_that_something_unseen_may_set_again_is_unknown() {
    let shared = config_map(&program("sys.env(\"LOKI\")"));
    let map = texts("ConfigMap", "data", "LOKI", LOKI)
        .replace("name: program", "name: variables")
        .replace("|\n    ", "");
    let alone = "envFrom: [{configMapRef: {name: variables}}]\n";
    holds(&[&shared, &map, &workload("DaemonSet", "", alone)]);
    let other = map.replace(LOKI, "https://logs.example.net");
    undecided("LOKI is not set", &[&shared, &map, &other, &workload("DaemonSet", "", alone)]);
    let both = "envFrom: [{configMapRef: {name: variables}}, {secretRef: {name: elsewhere}}]\n";
    undecided("may be set from something", &[&shared, &map, &workload("DaemonSet", "", both)]);
    let made = "env: [{name: A, value: \"x@logs.example.net/\"}, {name: LOKI, value: \"http://u:$(A)@loki-gateway.loki.svc.cluster.local\"}]\n";
    violated(&[&shared, &workload("DaemonSet", "", made)]);
}

#[test]
fn renamed_keys_and_secrets_are_programs_too() {
    let renamed =
        "volumes: [{name: program, configMap: {name: program, items: [{key: main, path: config.alloy}]}}]\n";
    holds(&[&texts("ConfigMap", "data", "main", &sound()), &workload("DaemonSet", renamed, "")]);
    let secret = "volumes: [{name: program, secret: {secretName: program}}]\n";
    let of = |text: &str| texts("Secret", "stringData", "config.alloy", text);
    holds(&[&of(&sound()), &workload("DaemonSet", secret, "")]);
    violated(&[&of(&leaking()), &workload("DaemonSet", secret, "")]);
    let (verdict, summary) = verdict(&[&of(&sound()), &of(&leaking()), &workload("DaemonSet", secret, "")]);
    assert_ne!(verdict, Verdict::Holds, "two Secrets of one name: {summary}");
}

#[test]
fn a_service_may_lead_outside_in_more_ways_than_one() {
    let (sound, workload) = (config_map(&sound()), workload("DaemonSet", "", ""));
    let alias = "---\napiVersion: v1\nkind: Service\nmetadata: {name: loki-gateway}\nspec: {type: ExternalName, externalName: logs.example.net}\n";
    violated(&[&sound, &workload, alias]);
    let service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: loki-gateway, namespace: loki}\nspec: {selector: {app: loki}}\n";
    holds(&[&sound, &workload, service]);
    let slice = "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: more, namespace: loki, labels: {kubernetes.io/service-name: loki-gateway}}\naddressType: IPv4\nendpoints: [{addresses: [203.0.113.7]}]\n";
    violated(&[&sound, &workload, service, slice]);
    let other =
        service.replace("selector: {app: loki}", "type: ExternalName, externalName: logs.example.net");
    violated(&[&sound, &workload, service, &other]);
    violated(&[&sound, &workload, &other, service]);
    let own = slice.replace(
        "loki-gateway}",
        "loki-gateway, endpointslice.kubernetes.io/managed-by: endpointslice-controller.k8s.io}",
    );
    holds(&[&sound, &workload, service, &own]);
}

#[test]
fn programs_in_values_and_objects_that_are_not_known_are_judged() {
    let (good, leaking) = (release("alloy", "", &values(&sound(), "")), leaking());
    let umbrella = format!("alloy:\n{}", indented(&values(&leaking, ""), 2));
    violated(&[&good, &release("all-in-one", "", &umbrella).replace("name: alloy", "name: all")]);
    let object = config_map(&leaking).replace("---\n", "");
    let extra = format!("loki: {{auth_enabled: false}}\nextraObjects:\n- |\n{}", indented(&object, 2));
    violated(&[&good, &release("loki", "", &extra).replace("name: alloy", "name: loki")]);
    let resource = format!(
        "---\napiVersion: example.dev/v1\nkind: Pipeline\nmetadata: {{name: x}}\nspec:\n  contents: |\n{}",
        indented(&leaking, 4)
    );
    violated(&[&good, &resource]);
    let template = format!(
        "---\napiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: x}}\nspec:\n  template: {{spec: {{source: {{helm: {{values: {}}}}}}}}}\n",
        serde_json::to_string(&values(&leaking, "")).unwrap()
    );
    violated(&[&good, &template]);
}

#[test]
fn values_that_replace_the_program_or_its_reader_leave_it_unknown() {
    let sound = sound();
    let elsewhere =
        values(&sound, "").replace("configMap:\n", "configMap:\n    create: false\n    name: other\n");
    undecided("ConfigMap alloy/other, which is not in the input", &[&release("alloy", "", &elsewhere)]);
    let format = values(&sound, "extraArgs: [--config.format=otelcol]\n");
    undecided("a `otelcol` configuration", &[&release("alloy", "", &format)]);
    let from_env =
        values(&program("sys.env(\"LOKI\")"), &format!("extraEnv: [{{name: LOKI, value: \"{LOKI}\"}}]\n"));
    holds(&[&release("alloy", "", &from_env)]);
    let set = "set: {\"alloy.extraEnv[0].value\": \"https://logs.example.net\"}\n";
    undecided("LOKI is not set", &[&release("alloy", set, &from_env)]);
    let secret = "---\napiVersion: helm.cattle.io/v1\nkind: HelmChartConfig\nmetadata: {name: alloy, namespace: charts}\nspec: {valuesSecrets: [{name: x}]}\n";
    undecided("`spec.valuesSecrets`", &[&release("alloy", "", &values(&sound, "")), secret]);
}

#[test]
fn collectors_of_other_makers_are_seen_wherever_they_run() {
    let good = release("alloy", "", &values(&sound(), ""));
    let sidecar = release(
        "alloy",
        "",
        &format!(
            "{}controller:\n  extraContainers: [{{name: x, image: fluent/fluent-bit:3}}]\n",
            values(&sound(), "")
        ),
    );
    undecided("runs fluent-bit", &[&sidecar]);
    let job = "---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: x, namespace: x}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: example/filebeat-oss}]}}}}}\n";
    undecided("runs filebeat", &[&good, job]);
    let operator = "---\napiVersion: opentelemetry.io/v1beta1\nkind: OpenTelemetryCollector\nmetadata: {name: x, namespace: x}\n";
    undecided("runs opentelemetry-collector", &[&good, operator]);
}

#[test]
fn texts_of_other_languages_in_config_maps_are_no_programs() {
    let (sound, workload) = (config_map(&sound()), workload("DaemonSet", "", ""));
    for text in
        ["server {\n  listen 80;\n}\n", "FOO=bar\nB=c d\n", "listener \"tcp\" {\n  address = \"x\"\n}\n"]
    {
        let other = texts("ConfigMap", "data", "default.conf", text).replace("name: program", "name: other");
        holds(&[&sound, &workload, &other]);
    }
}

#[test]
fn values_of_a_collector_that_are_encrypted_are_not_known() {
    let good = config_map(&sound());
    let export = |values: &str| {
        let provider = "urn:pulumi:s::p::pulumi:providers:kubernetes::a::b";
        format!(
            "{{\"deployment\":{{\"resources\":[{{\"type\":\"kubernetes:helm.sh/v3:Release\",\"provider\":\"{provider}\",\"inputs\":{{\"chart\":\"alloy\",\"name\":\"a\",\"namespace\":\"x\",\"values\":{values}}}}}]}}}}"
        )
    };
    holds(&[&good, &export("{\"alloy\":{}}")]);
    let secret =
        "{\"4dabf18193072939515e22adb298388d\":\"1b47061264138c4ac30d75fd1eb44270\",\"ciphertext\":\"x\"}";
    undecided("encrypted in this export", &[&good, &export(secret)]);
    undecided(
        "encrypted in this export",
        &[&good, &export(&format!("{{\"alloy\":{{\"extraEnv\":{secret}}}}}"))],
    );
}

/// A pod with more in it: `mounts` of the container, `volumes` of the pod, each lines without indent.
fn mounting(mounts: &str, volumes: &str, pod: &str) -> String {
    let mounts = indented(mounts, 12);
    let volumes = format!("volumes:\n- {{name: program, configMap: {{name: program}}}}\n{volumes}{pod}");
    let found = workload("DaemonSet", &volumes, "");
    found.replace(
        "volumeMounts: [{name: program, mountPath: /etc/alloy}]\n",
        &format!("volumeMounts:\n            - {{name: program, mountPath: /etc/alloy}}\n{mounts}"),
    )
}

/// A program that reads its destination from `/data/url`, and two ConfigMaps to mount there: one is sound.
fn from_file() -> String {
    let program = program("local.file.url.content")
        .replace("loki.source", "local.file \"url\" {\n  filename = \"/data/url\"\n}\n\nloki.source");
    let data = |name: &str, url: &str| {
        format!(
            "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, namespace: alloy}}\ndata: {{url: \"{url}\"}}\n"
        )
    };
    format!("{}{}{}", config_map(&program), data("near", LOKI), data("far", "https://logs.example.net/push"))
}

#[test]
fn mounts_that_are_not_certain_hide_what_is_read() {
    let near = "- {name: near, configMap: {name: near}}\n";
    holds(&[&from_file(), &mounting("- {name: near, mountPath: /data}\n", near, "")]);
    let chosen = "- {name: near, mountPath: /data, subPathExpr: $(WHICH)}\n";
    undecided("is neither ConfigMap nor Secret", &[&from_file(), &mounting(chosen, near, "")]);
    let twice = "- {name: near, configMap: {name: near}}\n- {name: near, configMap: {name: far}}\n";
    undecided(
        "is neither ConfigMap nor Secret",
        &[&from_file(), &mounting("- {name: near, mountPath: /data}\n", twice, "")],
    );
    let around = "- {name: near, mountPath: /data}\n- {name: far, mountPath: /x/../data/url, subPath: url}\n";
    let both = "- {name: near, configMap: {name: near}}\n- {name: far, configMap: {name: far}}\n";
    violated(&[&from_file(), &mounting(around, both, "")]);
}

#[test]
fn pods_that_ask_another_name_server_find_no_services() {
    let sound = config_map(&sound());
    let says = "the pod asks the name server of its node";
    undecided(says, &[&sound, &workload("DaemonSet", "dnsPolicy: Default\n", "")]);
    undecided(says, &[&sound, &workload("DaemonSet", "hostNetwork: true\n", "")]);
    let both = "hostNetwork: true\ndnsPolicy: ClusterFirstWithHostNet\n";
    holds(&[&sound, &workload("DaemonSet", both, "")]);
    let values = |more: &str| release("alloy", "", &(values(&self::sound(), "") + more));
    undecided(says, &[&values("controller: {dnsPolicy: Default}\n")]);
    undecided(says, &[&values("controller: {hostNetwork: true}\n")]);
    holds(&[&values("controller: {hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet}\n")]);
    let aliases = "hostAliases: [{ip: 203.0.113.9, hostnames: [loki-gateway.loki.svc.cluster.local]}]\n";
    let with_hosts = release("alloy", "", &self::values(&self::sound(), aliases));
    undecided("`hostAliases`", &[&with_hosts]);
}

#[test]
fn what_is_sent_to_the_own_pod_arrives_at_its_containers() {
    let here = config_map(&program("\"http://localhost:9000/push\""));
    let other = "  image: registry.example.com/forward:1\n  ports: [{containerPort: 9000}]\n";
    let beside = |more: &str| format!("initContainers:\n- name: forward\n{other}{more}");
    let goes_on = beside("  restartPolicy: Always\n");
    undecided(
        "and what DaemonSet alloy/collector (forward) does",
        &[&here, &workload("DaemonSet", &goes_on, "")],
    );
    let nobody = "takes no logs in at port 9000";
    undecided(nobody, &[&here, &workload("DaemonSet", &beside(""), "")]);
    undecided(nobody, &[&here, &workload("DaemonSet", "", "")]);
    let socket = config_map(&program("\"unix:///run/forward.sock\""));
    undecided("(forward)", &[&socket, &workload("DaemonSet", &goes_on, "")]);
    let node = "hostNetwork: true\ndnsPolicy: ClusterFirstWithHostNet\n";
    undecided("`localhost` is the node here", &[&here, &workload("DaemonSet", node, "")]);
    let store = goes_on.replace("registry.example.com/forward", "docker.io/grafana/loki");
    holds(&[&here, &workload("DaemonSet", &store, "")]);
    let program = program("\"http://localhost:9000/push\"");
    let added =
        "controller:\n  extraContainers: [{name: forward, image: \"registry.example.com/forward:1\"}]\n";
    undecided("(forward)", &[&release("alloy", "", &(values(&program, "") + added))]);
}

#[test]
fn programs_that_are_given_the_logs_of_their_node_are_collectors() {
    let sound = [config_map(&sound()), workload("DaemonSet", "", "")].concat();
    let reader = |image: &str, path: &str| {
        format!(
            "---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {{name: reader, namespace: tools}}\nspec:\n  template:\n    spec:\n      containers: [{{name: main, image: {image}, volumeMounts: [{{name: logs, mountPath: /logs}}]}}]\n      volumes: [{{name: logs, hostPath: {{path: {path}}}}}]\n"
        )
    };
    for path in [
        "/var/log",
        "/var/log/pods",
        "/var/log/pods/posit-team_workbench",
        "/",
        "/var/lib/docker/containers/",
    ] {
        undecided(
            "DaemonSet tools/reader runs tool",
            &[&sound, &reader("registry.example.com/tool:1", path)],
        );
    }
    for path in ["/var/lib", "/var/log/calico", "/proc", "/etc"] {
        if path != "/var/lib" {
            holds(&[&sound, &reader("registry.example.com/tool:1", path)]);
        }
    }
    holds(&[&sound, &reader("quay.io/prometheus/node-exporter:v1.8.0", "/")]);
}

#[test]
fn objects_of_operators_and_kinds_of_rollouts_run_collectors() {
    let sound = [config_map(&sound()), workload("DaemonSet", "", "")].concat();
    let object = |group: &str, kind: &str| {
        format!(
            "---\napiVersion: {group}/v1\nkind: {kind}\nmetadata: {{name: one, namespace: tools}}\nspec: {{}}\n"
        )
    };
    for (group, kind) in [
        ("datadoghq.com", "DatadogAgent"),
        ("beat.k8s.elastic.co", "Beat"),
        ("agent.k8s.elastic.co", "Agent"),
        ("operator.victoriametrics.com", "VLAgent"),
    ] {
        undecided(&format!("{kind} tools/one runs"), &[&sound, &object(group, kind)]);
    }
    holds(&[&sound, &object("datadoghq.com", "DatadogMonitor")]);
    holds(&[&sound, &object("operator.victoriametrics.com", "VMAgent")]);
    let rollout = workload("Rollout", "", "").replace("apps/v1", "argoproj.io/v1alpha1");
    undecided("which is not in the input", &[&rollout]);
}

#[test]
fn charts_that_nobody_knows_may_hold_collectors() {
    let own = release("alloy", "", &values(&sound(), ""));
    let other = |chart: &str, values: &str| {
        release(chart, "", values)
            .replace("{name: alloy, namespace: charts}", "{name: other, namespace: charts}")
    };
    let sound = |values: &str| holds(&[&own, &other("example", values)]);
    let doubtful =
        |values: &str| undecided("HelmChart charts/other runs", &[&own, &other("example", values)]);
    doubtful("promtail: {config: {clients: []}}\n");
    doubtful("vector: {customConfig: {}}\n");
    doubtful("side: {image: {repository: docker.io/timberio/vector}}\n");
    doubtful("image: docker.io/grafana/alloy\n");
    undecided("HelmChart charts/other runs", &[&own, &other("loki-stack", "loki: {}\n")]);
    sound("promtail: {enabled: false}\n");
    sound(
        "metrics: {datadog: {address: x}, prometheus: {enabled: true}}\nimage: {repository: docker.io/traefik}\n",
    );
}
