//! What is told of workloads that run, and what is not: nothing of manifests, each fault once, and nothing that no controller
//! has written.

use crate::check;
use crate::check::CheckOptions;
use crate::source::Cluster;
use crate::source::Covered;
use crate::source::Source;
use crate::source::Sources;

/// The rules of `rules/running` and those that tell of things that are named.
const FAMILY: [&str; 15] = [
    "collector-kept-off-nodes",
    "collector-not-running",
    "container-restarts",
    "helm-chart-failed",
    "named-object-missing",
    "older-configuration-in-use",
    "pod-differs-from-template",
    "pods-not-serving-yet",
    "pods-run-two-builds",
    "rollout-unfinished",
    "service-without-endpoints",
    "volume-not-bound",
    "volume-smaller-than-asked",
    "workload-not-running",
    "workload-scaled-to-zero",
];

/// What those rules say of a running cluster of these objects, of which all of the kinds in `covered` were seen:
/// `rule: message`.
fn told(objects: &[String], covered: &[&str]) -> Vec<String> {
    let texts = objects.iter().enumerate().map(|(index, text)| Source {
        path: format!("prod/-/Object/{index}"),
        argument: 0,
        text: text.as_str().into(),
    });
    let covered = covered.iter().map(|kind| Covered { kind: (*kind).to_owned(), namespace: None }).collect();
    let clusters = vec![Cluster { name: "prod".to_owned(), covered, ..Cluster::default() }];
    let sources = Sources { texts: texts.collect(), clusters, ..Sources::default() };
    let findings = check::check(&sources, &[], &CheckOptions::default()).report.findings;
    let own = findings.iter().filter(|finding| FAMILY.contains(&finding.rule.as_str()));
    own.map(|finding| format!("{}: {}", finding.rule, finding.message)).collect()
}

/// A workload of Mimir with this in its specification, in its pods and in its status, as flow mappings without braces.
fn workload(kind: &str, name: &str, spec: &str, pod: &str, status: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: mimir, generation: 1, uid: u}}\nspec:\n  selector: {{matchLabels: {{app: {name}}}}}\n  serviceName: ''\n  {spec}\n  template:\n    metadata: {{labels: {{app: {name}}}}}\n    spec:\n      containers: [{{name: {name}, image: 'grafana/mimir:2.14.0'}}]\n      {pod}\nstatus: {{{status}}}\n"
    )
}

/// A pod of a workload: its containers' states in `status`.
fn pod(owner: (&str, &str), name: &str, spec: &str, status: &str) -> String {
    let (kind, of) = owner;
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n  namespace: mimir\n  uid: u\n  creationTimestamp: '2026-08-13T09:14:27Z'\n  labels: {{pod-template-hash: 6c9f}}\n  ownerReferences: [{{kind: {kind}, name: {of}, controller: true}}]\nspec:\n  containers: [{{name: mimir, image: 'grafana/mimir:2.14.0'}}]\n  {spec}\nstatus: {{phase: Running, {status}}}\n"
    )
}

const ONE_OF_TWO: &str =
    "observedGeneration: 1, replicas: 2, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 2";

#[test]
fn nothing_is_told_of_what_no_controller_has_looked_at() {
    let claims = "replicas: 2\n  volumeClaimTemplates: [{metadata: {name: storage}, spec: {resources: {requests: {storage: 20Gi}}}}]";
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: mimir, namespace: mimir}\nspec: {selector: {app: mimir}, ports: [{port: 80}]}\nstatus: {loadBalancer: {}}\n";
    // As manifests have it, and as a server has it in which no controller runs.
    for status in [
        "",
        "replicas: 0, availableReplicas: 0",
        "currentNumberScheduled: 0, desiredNumberScheduled: 0, numberReady: 0",
    ] {
        for kind in ["StatefulSet", "Deployment", "DaemonSet"] {
            let objects = [workload(kind, "mimir", claims, "", status), service.to_owned()];
            let covered = ["PersistentVolumeClaim", "EndpointSlice", "Pod", "Node"];
            assert_eq!(told(&objects, &covered), [""; 0], "{kind} {status}");
        }
    }
}

#[test]
fn pods_belong_to_their_deployment_with_and_without_its_replica_set() {
    let waits = "conditions: [{type: Ready, status: 'False'}], containerStatuses: [{name: mimir, ready: false, restartCount: 4, state: {waiting: {reason: CrashLoopBackOff}}}]";
    let expected = [
        "workload-not-running: 1 of 2 pods of Deployment mimir/mimir do not serve: container mimir of pod mimir-6c9f-a waits: CrashLoopBackOff, restarted 4 times",
    ];
    let own = workload("Deployment", "mimir", "replicas: 2", "", ONE_OF_TWO);
    let by_name = pod(("ReplicaSet", "mimir-6c9f"), "mimir-6c9f-a", "nodeName: n", waits);
    assert_eq!(told(&[own.clone(), by_name], &[]), expected);
    let by_set = pod(("ReplicaSet", "odd"), "mimir-6c9f-a", "nodeName: n", waits);
    let set = "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: odd, namespace: mimir, uid: u, ownerReferences: [{kind: Deployment, name: mimir, controller: true}]}\nspec: {selector: {matchLabels: {app: mimir}}}\n";
    assert_eq!(told(&[own.clone(), by_set, set.to_owned()], &[]), expected);
    // One that is over or going says nothing.
    for gone in ["phase: Failed", "phase: Succeeded"] {
        let over =
            pod(("ReplicaSet", "mimir-6c9f"), "mimir-6c9f-a", "", waits).replace("phase: Running", gone);
        assert_eq!(
            told(&[own.clone(), over], &[]),
            ["workload-not-running: 1 of 2 pods of Deployment mimir/mimir do not serve"]
        );
    }
}

#[test]
fn a_secret_that_keeps_a_pod_from_starting_is_told_where_it_is_named_if_that_is_known() {
    let own = workload(
        "Deployment",
        "mimir",
        "replicas: 2",
        "volumes: [{name: v, secret: {secretName: bucket}}]",
        ONE_OF_TWO,
    );
    let waits = "conditions: [{type: Ready, status: 'False'}], containerStatuses: [{name: mimir, ready: false, restartCount: 0, state: {waiting: {reason: CreateContainerConfigError, message: 'secret \"bucket\" not found'}}}]";
    let objects = [own, pod(("ReplicaSet", "mimir-6c9f"), "mimir-6c9f-a", "", waits)];
    assert_eq!(
        told(&objects, &[]),
        [
            "workload-not-running: 1 of 2 pods of Deployment mimir/mimir do not serve: container mimir of pod mimir-6c9f-a cannot be made: secret \"bucket\" not found"
        ]
    );
    assert_eq!(
        told(&objects, &["Secret"]),
        ["named-object-missing: Deployment mimir/mimir mounts Secret mimir/bucket, which is not there"]
    );
}

#[test]
fn a_claim_that_is_not_there_is_told_once_where_all_claims_were_seen() {
    let spec = "replicas: 2\n  volumeClaimTemplates: [{metadata: {name: storage}, spec: {resources: {requests: {storage: 20Gi}}}}]";
    let status = "observedGeneration: 1, replicas: 2, readyReplicas: 1, availableReplicas: 1, currentReplicas: 2, updatedReplicas: 2, currentRevision: a, updateRevision: a";
    let bound = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: storage-mimir-0, namespace: mimir, uid: u}\nspec: {resources: {requests: {storage: 20Gi}}}\nstatus: {phase: Bound, capacity: {storage: 20Gi}}\n";
    let objects = [workload("StatefulSet", "mimir", spec, "", status), bound.to_owned()];
    assert_eq!(
        told(&objects, &["PersistentVolumeClaim"]),
        [
            "volume-not-bound: PersistentVolumeClaim mimir/storage-mimir-1 of StatefulSet mimir/mimir is not there"
        ]
    );
    assert_eq!(
        told(&objects, &[]),
        ["workload-not-running: 1 of 2 pods of StatefulSet mimir/mimir do not serve"]
    );
}

#[test]
fn a_service_without_slices_leads_nowhere_only_where_all_slices_were_seen() {
    let serves =
        "observedGeneration: 1, replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1";
    let service = |selector: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: mimir, namespace: mimir, uid: u}}\nspec: {{selector: {{{selector}}}, ports: [{{port: 80}}]}}\n"
        )
    };
    let objects =
        |selector: &str| [workload("Deployment", "mimir", "replicas: 1", "", serves), service(selector)];
    let expected = "service-without-endpoints: Service mimir/mimir has no ready endpoint, though 1 pods behind it serve (Deployment mimir/mimir)";
    assert_eq!(told(&objects("app: mimir"), &["EndpointSlice"]), [expected]);
    assert_eq!(told(&objects("app: mimir"), &[]), [""; 0]);
    assert_eq!(told(&objects("app: shop"), &["EndpointSlice"]), [""; 0], "nobody of the stack is behind it");
    assert_eq!(told(&objects(""), &["EndpointSlice"]), [""; 0], "its endpoints are written by hand");
}

/// What is told of a Mimir whose pod was made on the 13th and whose configuration was written on the 20th; `changed` changes
/// the workload and the ConfigMap.
fn written_later(changed: impl Fn(String) -> String) -> Vec<String> {
    let serves =
        "observedGeneration: 1, replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1";
    let own = workload(
        "Deployment",
        "mimir",
        "replicas: 1",
        "volumes: [{name: c, configMap: {name: settings}}]",
        serves,
    );
    let own = own.replace("0'}]", "0', volumeMounts: [{name: c, mountPath: /etc/mimir}]}]");
    let runs = "conditions: [{type: Ready, status: 'True'}], containerStatuses: [{name: mimir, ready: true, restartCount: 0, state: {running: {}}}]";
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: mimir\n  uid: u\n  labels: {app.kubernetes.io/instance: metrics}\n  managedFields: [{fieldsV1: {'f:data': {}}, time: '2026-08-20T10:00:00Z'}]\ndata: {a: b}\n";
    let runs = pod(("ReplicaSet", "mimir-6c9f"), "mimir-6c9f-a", "", runs);
    told(&[changed(own), changed(runs), changed(map.to_owned())], &[])
}

#[test]
fn a_shippers_plugin_for_loki_is_no_part_of_loki() {
    let status =
        "observedGeneration: 1, desiredNumberScheduled: 0, currentNumberScheduled: 0, numberReady: 0";
    let own = workload("DaemonSet", "ships", "", "", status);
    let told_of = |image: &str| told(&[own.replace("grafana/mimir:2.14.0", image)], &[]);
    assert_eq!(told_of("grafana/fluent-bit-plugin-loki:2.9.3"), [""; 0]);
    assert_eq!(
        told_of("grafana/loki:2.9.3"),
        [
            "workload-scaled-to-zero: DaemonSet mimir/ships runs on no node: its controller counts none that takes its pods"
        ]
    );
}

#[test]
fn collectors_that_share_the_nodes_between_them_leave_none_out() {
    let status = "observedGeneration: 1, desiredNumberScheduled: 1, currentNumberScheduled: 1, numberReady: 1, numberAvailable: 1, updatedNumberScheduled: 1";
    let half = |name: &str| {
        let own = workload("DaemonSet", name, "", &format!("nodeSelector: {{half: {name}}}"), status);
        own.replace("grafana/mimir:2.14.0", "grafana/alloy:v1.7.5")
    };
    let node = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Node\nmetadata: {{name: n{name}, uid: u, labels: {{half: {name}}}}}\nspec: {{}}\n"
        )
    };
    assert_eq!(told(&[half("a"), half("b"), node("a"), node("b")], &[]), [""; 0]);
    assert_eq!(
        told(&[half("a"), node("a"), node("b")], &[]),
        [
            "collector-kept-off-nodes: DaemonSet mimir/a cannot run on nb: its node selector `half=a` keeps it out"
        ]
    );
}

#[test]
fn numbers_without_measure_are_no_crash() {
    let most = i64::MAX.to_string();
    let least = i64::MIN.to_string();
    for (one, two) in [(&most, &least), (&least, &most)] {
        let status = format!(
            "observedGeneration: 1, replicas: {one}, readyReplicas: {two}, availableReplicas: {two}, updatedReplicas: {two}, currentRevision: a, updateRevision: b, desiredNumberScheduled: {one}, numberAvailable: {two}, updatedNumberScheduled: {two}"
        );
        let spec = format!(
            "replicas: {one}\n  ordinals: {{start: {one}}}\n  updateStrategy: {{rollingUpdate: {{maxUnavailable: 99%}}}}\n  volumeClaimTemplates: [{{metadata: {{name: storage}}, spec: {{}}}}]"
        );
        for kind in ["StatefulSet", "Deployment", "DaemonSet"] {
            let service = "apiVersion: v1\nkind: Service\nmetadata: {name: mimir, namespace: mimir}\nspec: {selector: {app: mimir}, ports: [{port: 80}]}\n";
            let mut twin = workload(kind, "twin", &spec, "", &status);
            twin = twin.replace("app: twin", "app: mimir");
            told(
                &[workload(kind, "mimir", &spec, "", &status), twin, service.to_owned()],
                &["EndpointSlice"],
            );
        }
    }
}

#[test]
fn nothing_is_told_of_a_charts_job_that_was_not_read() {
    let chart = "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: loki, namespace: helm-controller, uid: u}\nspec: {chart: loki, repo: https://grafana.github.io/helm-charts, targetNamespace: loki}\nstatus: {jobName: helm-install-loki}\n";
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: helm-install-loki, namespace: helm-controller, uid: u}\nspec: {template: {spec: {containers: [{name: helm, image: 'rancher/klipper-helm:v0.9.3'}]}}}\nstatus: {failed: 1}\n";
    let expected = "helm-chart-failed: job helm-install-loki, which installs HelmChart helm-controller/loki, has not succeeded yet (failed runs: 1)";
    assert_eq!(told(&[chart.to_owned(), job.to_owned()], &[]), [expected]);
    assert_eq!(
        told(&[chart.to_owned(), job.replace("namespace: helm-controller", "namespace: other")], &[]),
        [""; 0]
    );
    assert_eq!(told(&[chart.to_owned()], &["HelmChart"]), [""; 0]);
}

#[test]
fn an_older_configuration_is_told_unless_something_reads_it_again_or_restarts_the_pods() {
    let expected = "older-configuration-in-use: ConfigMap mimir/settings was written at 2026-08-20T10:00:00Z, and container mimir of 1 of 1 pods of Deployment mimir/mimir has run since before (mimir-6c9f-a): whether it read it again is not known";
    assert_eq!(written_later(|text| text), [expected]);
    let cases = [
        (
            "containers: [",
            "containers: [{name: r, image: 'quay.io/prometheus-operator/prometheus-config-reloader:v0.67.2', volumeMounts: [{name: c, mountPath: /c}]}, ",
        ),
        (
            "metadata: {name: mimir,",
            "metadata: {annotations: {reloader.stakater.com/auto: 'true'}, name: mimir,",
        ),
        ("2026-08-20T10:00:00Z", "2026-08-13T09:14:27Z"),
        ("'f:data'", "'f:metadata'"),
        ("2026-08-20T10:00:00Z", "yesterday"),
        (
            "metadata: {labels: {app: mimir}}",
            "metadata: {annotations: {checksum/config: abc}, labels: {app: mimir}}",
        ),
    ];
    for (from, to) in cases {
        let of_release = |text: String| {
            text.replace(
                "generation: 1, uid: u",
                "generation: 1, labels: {app.kubernetes.io/instance: metrics}, uid: u",
            )
        };
        assert_eq!(written_later(|text| of_release(text).replace(from, to)), [""; 0], "{to}");
    }
    // One that does not mount it reloads something else.
    let elsewhere = cases[0].1.replace("{name: c, mountPath: /c}", "");
    assert_eq!(written_later(|text| text.replace(cases[0].0, &elsewhere)), [expected]);
    // Several sources may share a volume.
    let projected = |text: String| {
        text.replace("configMap: {name: settings}", "projected: {sources: [{configMap: {name: settings}}]}")
    };
    assert_eq!(written_later(projected), [expected]);
    // The pod was there, and its container was started after the write: with what was written.
    for (started, told) in [("2026-08-20T10:00:00Z", false), ("2026-08-20T09:59:59Z", true)] {
        let later =
            |text: String| text.replace("{running: {}}", &format!("{{running: {{startedAt: '{started}'}}}}"));
        assert_eq!(written_later(later).len(), usize::from(told), "{started}");
    }
    // Grafana reads its dashboards again; of others nobody knows.
    let dashboard = |text: String| {
        text.replace(
            "data: {a: b}",
            "data: {a.json: '{\"title\": \"A\", \"panels\": [], \"schemaVersion\": 39}'}",
        )
    };
    assert_eq!(written_later(dashboard), [expected]);
    assert_eq!(
        written_later(|text| dashboard(text).replace("grafana/mimir:2.14.0", "grafana/grafana:11.0.0")),
        [""; 0]
    );
    // A checksum of what its own release makes says nothing of an object that others write.
    let of_others = |text: String| {
        let (from, to) = cases[5];
        text.replace("instance: metrics", "instance: other").replace(from, to)
    };
    assert_eq!(written_later(of_others), [expected]);
    // One file of a volume stays as it was when the container was made, whoever reloads.
    let one_file =
        |text: String| text.replace(cases[0].0, cases[0].1).replace("mountPath:", "subPath: a, mountPath:");
    let fixed = expected.replace(
        "whether it read it again is not known",
        "if that changed what it read, it goes on with what was there before",
    );
    assert_eq!(written_later(one_file), [fixed]);
}
