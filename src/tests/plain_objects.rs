//! Holds what plain Kubernetes objects have to have beyond what rules ask: pods as a careful engineer writes them, and
//! policies, budgets and Services that are for pods which are there.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::generated::declaration;
use super::generated::found;
use super::generated::given;
use super::generated::written;
use super::shared;
use crate::document::NodeRef;
use crate::document::Tree;
use crate::document::parse_yaml;
use crate::generate;
use crate::generate::Agreed;
use crate::generate::Form;
use crate::generate::Wanted;
use crate::rule::Overrides;

/// What stands on the switches of `generated::given` where all but the odd texts are on, and where none is.
const WANTED: [usize; 4] = [0, 0b00_0001_1110, 0b00_0001_1111, 0b100_0000_0000];

/// The objects of a stack.
fn objects(bits: usize) -> Vec<Tree> {
    let (wanted, _) = Wanted::new(&given(bits)).unwrap();
    let files =
        generate::generate(&wanted, Form::Manifests, &Arc::new(Agreed::new(Overrides::new()))).unwrap();
    let stream = parse_yaml(&Arc::from(generate::stream(&files)));
    assert!(stream.errors.is_empty(), "{:?}", stream.errors);
    stream.documents
}

/// The roots of documents, none of which is empty.
fn roots(documents: &[Tree]) -> Vec<NodeRef<'_>> {
    documents.iter().map(|document| document.root().unwrap()).collect()
}

/// `Deployment mimir/mimir-querier`
fn name(root: NodeRef<'_>) -> String {
    let text = |route: &str| root.text_at(route).unwrap_or_default();
    format!("{} {}/{}", text("kind"), text("metadata.namespace"), text("metadata.name"))
}

/// Objects that make pods.
fn workloads<'d>(roots: &[NodeRef<'d>]) -> Vec<NodeRef<'d>> {
    let makes_pods = |root: &&NodeRef<'d>| root.at("spec.template.spec").is_some();
    roots.iter().filter(makes_pods).copied().collect()
}

/// Keys and values of a map.
fn pairs(node: Option<NodeRef<'_>>) -> BTreeSet<(String, String)> {
    let entries = node.into_iter().flat_map(NodeRef::entries);
    entries.filter_map(|(key, value)| Some((key.text()?.to_owned(), value.text()?.to_owned()))).collect()
}

#[test]
fn every_pod_is_as_a_careful_engineer_writes_it() {
    for bits in WANTED {
        let documents = objects(bits);
        let roots = roots(&documents);
        let accounts: BTreeSet<String> = roots
            .iter()
            .filter(|root| root.text_at("kind") == Some("ServiceAccount"))
            .map(|root| name(*root))
            .collect();
        let workloads = workloads(&roots);
        assert_eq!(workloads.len(), 15, "{bits:b}");
        for workload in workloads {
            let name = name(workload);
            let pod = workload.at("spec.template.spec").unwrap();
            let account = format!(
                "ServiceAccount {}/{}",
                workload.text_at("metadata.namespace").unwrap(),
                pod.text_at("serviceAccountName").unwrap()
            );
            assert!(accounts.contains(&account), "{name}: {account}");
            let asks_the_api = name.ends_with("/alloy") || name.ends_with("/kube-state-metrics");
            let token = pod.get("automountServiceAccountToken").and_then(NodeRef::bool);
            assert_eq!(token, Some(asks_the_api), "{name}");
            assert_eq!(pod.text_at("securityContext.seccompProfile.type"), Some("RuntimeDefault"), "{name}");
            for container in pod.get("containers").unwrap().items() {
                let is = |route: &str| container.at(route).and_then(NodeRef::bool);
                assert_eq!(is("securityContext.readOnlyRootFilesystem"), Some(true), "{name}");
                for route in
                    ["resources.requests.cpu", "resources.requests.memory", "resources.limits.memory"]
                {
                    assert!(container.at(route).is_some(), "{name}: {route}");
                }
                assert!(container.at("readinessProbe.httpGet").is_some(), "{name}");
                let image = container.text_at("image").unwrap();
                let tag = image.rsplit_once(':').unwrap().1;
                assert!(tag.contains(|c: char| c.is_ascii_digit()) && tag.contains('.'), "{name}: {image}");
                // Only who reads the journal is root.
                if is("securityContext.privileged") == Some(true) {
                    assert!(bits & 0b100 != 0 && name.ends_with("/alloy"), "{name}");
                    continue;
                }
                assert_eq!(
                    pod.at("securityContext.runAsNonRoot").and_then(NodeRef::bool),
                    Some(true),
                    "{name}"
                );
                assert_eq!(is("securityContext.allowPrivilegeEscalation"), Some(false), "{name}");
                let dropped = container.at("securityContext.capabilities.drop").unwrap();
                assert_eq!(dropped.items().next().unwrap().text(), Some("ALL"), "{name}");
                // With a root that cannot be written, what programs write has to go somewhere.
                let mounts: Vec<&str> = container
                    .get("volumeMounts")
                    .into_iter()
                    .flat_map(NodeRef::items)
                    .filter_map(|mount| mount.text_at("mountPath"))
                    .collect();
                assert!(
                    mounts.contains(&"/tmp") || name.ends_with("/kube-state-metrics"),
                    "{name}: {mounts:?}"
                );
            }
        }
    }
}

#[test]
fn every_selector_is_for_pods_that_are_there() {
    for bits in WANTED {
        let documents = objects(bits);
        let roots = roots(&documents);
        let pods: Vec<(String, BTreeSet<(String, String)>)> = workloads(&roots)
            .iter()
            .map(|root| {
                let namespace = root.text_at("metadata.namespace").unwrap().to_owned();
                (namespace, pairs(root.at("spec.template.metadata.labels")))
            })
            .collect();
        let mut looked_at = 0;
        for root in &roots {
            let route = match root.text_at("kind") {
                Some("Service") => "spec.selector",
                Some("PodDisruptionBudget" | "Deployment" | "StatefulSet" | "DaemonSet") => {
                    "spec.selector.matchLabels"
                }
                Some("NetworkPolicy") => "spec.podSelector.matchLabels",
                _ => continue,
            };
            let (selector, namespace) = (pairs(root.at(route)), root.text_at("metadata.namespace").unwrap());
            let taken =
                pods.iter().filter(|(own, labels)| own == namespace && selector.is_subset(labels)).count();
            assert!(taken > 0, "{}: {selector:?}", name(*root));
            // A budget or a workload is for one kind of pods; two of them would count each other's.
            if !matches!(root.text_at("kind"), Some("Service" | "NetworkPolicy")) {
                assert_eq!(taken, 1, "{}: {selector:?}", name(*root));
            }
            looked_at += 1;
        }
        assert!(looked_at > 60, "{bits:b}: {looked_at}");
    }
}

#[test]
fn names_of_pods_in_policies_are_names_of_pods() {
    let documents = objects(0b1_1111);
    let roots = roots(&documents);
    let known: BTreeSet<(String, String)> =
        workloads(&roots).iter().flat_map(|root| pairs(root.at("spec.template.metadata.labels"))).collect();
    // Of the platform, not of the monitoring.
    let others = [("k8s-app", "kube-dns"), ("app.kubernetes.io/name", "traefik")];
    let mut looked_at = 0;
    for root in roots.iter().filter(|root| root.text_at("kind") == Some("NetworkPolicy")) {
        for (rules, peers) in [("spec.ingress", "from"), ("spec.egress", "to")] {
            let rules = root.at(rules).into_iter().flat_map(NodeRef::items);
            for peer in rules.flat_map(|rule| rule.get(peers).into_iter().flat_map(NodeRef::items)) {
                for (key, value) in pairs(peer.at("podSelector.matchLabels")) {
                    let is_known = known.contains(&(key.clone(), value.clone()))
                        || others.contains(&(key.as_str(), value.as_str()));
                    assert!(is_known, "{}: {key}={value}", name(*root));
                    looked_at += 1;
                }
            }
        }
    }
    assert!(looked_at > 20, "{looked_at}");
}

/// What charts render and plain objects do not have is what is left out on purpose.
#[test]
fn no_service_of_the_charts_is_missing() {
    /// Programs that this stack does without, and Services that nobody asks.
    const LEFT_OUT: &[&str] = &[
        "grafana/grafana-test",
        "loki/loki-canary",
        "loki/loki-read-headless",
        "mimir/mimir-distributor-headless",
        "mimir/mimir-overrides-exporter",
    ];
    let documents = objects(0b1_1111);
    let services = |roots: &[NodeRef<'_>]| -> BTreeSet<String> {
        let services = roots.iter().filter(|root| root.text_at("kind") == Some("Service"));
        services.map(|root| name(*root).replace("Service ", "")).collect()
    };
    let ours = services(&roots(&documents));
    for file in ["alloy", "mimir", "loki", "grafana"] {
        let Some(text) = shared(&format!("corpus/ptd/aws-default/helm-template/{file}.yaml")) else { return };
        let stream = parse_yaml(&Arc::from(text));
        let theirs: Vec<NodeRef<'_>> = stream.documents.iter().filter_map(Tree::root).collect();
        let missing: Vec<String> = services(&theirs)
            .into_iter()
            .filter(|own| !ours.contains(own) && !LEFT_OUT.contains(&own.as_str()))
            .collect();
        assert!(missing.is_empty(), "{file}: {missing:?}");
    }
}

/// One line of plain objects changed, and the rule that has to notice.
const CHANGES: &[(&str, &str, &str)] = &[
    ("k8s-app: kube-dns", "k8s-app: dns", "policy-closes-metrics"),
    ("metadata.name: mimir\n", "metadata.name: mimirs\n", "policy-closes-metrics"),
    ("{ port: 3000, protocol: TCP }", "{ port: 3001, protocol: TCP }", "policy-closes-monitoring"),
    ("- podSelector: {}\n    # Loki", "- namespaceSelector: {}\n    # Loki", "store-open-to-every-pod"),
    ("replicas: 3", "replicas: 2", "mimir-too-few-replicas"),
    ("memory: 7Gi", "memory: 2Gi", "mimir-series-above-memory"),
    ("whenScaled: Delete", "whenScaled: Retain", "mimir-volumes-kept"),
    ("storage: 20Gi", "storage: 10Gi", "mimir-volume-differs"),
    ("flush_blocks_on_shutdown: true", "flush_blocks_on_shutdown: false", "mimir-ingesters-at-risk"),
    ("backend: s3", "backend: filesystem", "blocks-not-in-object-storage"),
    ("schema: v13", "schema: v12", "loki-metadata-refused"),
    ("http_server_write_timeout: 600s", "http_server_write_timeout: 30s", "loki-query-windows"),
    ("retention_enabled: true", "retention_enabled: false", "loki-retention-dead"),
    ("auth_enabled: false", "auth_enabled: true", "loki-tenancy-on"),
    ("--cluster.enabled=true", "--cluster.enabled=false", "clustering-off"),
    ("            - --disable-reporting\n", "", "usage-reporting-on"),
    ("operator: Exists", "operator: Exists\n          key: other", "session-nodes-not-tolerated"),
    ("mountPath: /host/root", "mountPath: /host", "node-metrics-of-container"),
    ("secretName: mimir-auth", "secretName: other", "mimir-auth-not-mounted"),
    ("router.middlewares", "router.other", "header-login-without-forward-auth"),
    ("ssl_mode = require", "ssl_mode = disable", "grafana-database-without-tls"),
    ("editable: false", "editable: true", "data-source-editable"),
    ("host: faro.", "host: other.", "front-end-host-not-main-site"),
    ("podManagementPolicy: Parallel", "podManagement: Parallel", "kubernetes-field-unknown"),
];

#[test]
fn what_is_changed_in_plain_objects_is_noticed() {
    // Control room, front-end logs and account are said; telemetry is off.
    let (wanted, _) = Wanted::new(&given(0b11_0010)).unwrap();
    let files = written(&wanted, Form::Manifests, &Arc::new(Agreed::new(Overrides::new())));
    let settings = declaration(&wanted);
    let unnoticed: Vec<String> = CHANGES
        .par_iter()
        .filter_map(|(before, after, rule)| {
            let mut changed = files.clone();
            let file = changed.iter_mut().find(|(_, text)| text.contains(before));
            let Some((_, text)) = file else { return Some(format!("{before:?} is nowhere")) };
            *text = text.replacen(before, after, 1);
            let told = found(&changed, &settings);
            let is_told = told.iter().any(|line| line.contains(&format!(" {rule}: ")));
            (!is_told).then(|| format!("{before:?} to {after:?}: not `{rule}`, but {told:#?}"))
        })
        .collect();
    assert!(unnoticed.is_empty(), "{}", unnoticed.join("\n"));
}
