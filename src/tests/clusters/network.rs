//! What is said of network policies where not all of them came.

use serde_json::Value;
use serde_json::json;

use super::checked;
use super::live;
use crate::source::Covered;
use crate::source::Unseen;

/// A store, its namespace and, where it is wanted, a policy of another namespace.
fn objects(policy: Option<&str>) -> Vec<Value> {
    let mut objects = vec![
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "loki"}}),
        json!({"apiVersion": "helm.cattle.io/v1", "kind": "HelmChart", "metadata": {"name": "loki", "namespace": "helm-system"},
            "spec": {"chart": "loki", "targetNamespace": "loki", "valuesContent": "loki: { auth_enabled: false }\n"}}),
    ];
    objects.extend(policy.map(|namespace| {
        json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": "own", "namespace": namespace}, "spec": {"podSelector": {}, "policyTypes": ["Ingress"]}})
    }));
    objects
}

/// Whether the store is told to be open, in a cluster of which these kinds came and these did not.
fn is_open(policy: Option<&str>, covered: &[(&str, Option<&str>)], unseen: &[(&str, Option<&str>)]) -> bool {
    let objects = objects(policy);
    let mut sources = live(&[("c", &objects)]);
    sources.clusters[0].covered = covered
        .iter()
        .map(|(kind, namespace)| Covered {
            kind: (*kind).to_owned(),
            namespace: namespace.map(str::to_owned),
        })
        .collect();
    sources.unseen = unseen
        .iter()
        .map(|(resource, namespace)| Unseen {
            cluster: 0,
            verb: "list",
            resource: (*resource).to_owned(),
            namespace: namespace.map(str::to_owned),
            name: None,
            cause: "forbidden",
            message: "ask for the right".to_owned(),
            promises: vec!["coherence".to_owned()],
        })
        .collect();
    let report = checked(&sources).report;
    report.findings.iter().any(|finding| finding.rule == "store-open-to-every-pod")
}

#[test]
fn store_is_open_only_where_all_policies_came() {
    const NAMESPACES: (&str, Option<&str>) = ("Namespace", None);
    const OWN: &str = "networkpolicies.networking.k8s.io";
    let all = [NAMESPACES, ("NetworkPolicy", None)];
    assert!(is_open(None, &all, &[]));
    assert!(is_open(Some("shop"), &all, &[]));
    assert!(!is_open(Some("loki"), &all, &[]), "its own policy keeps others out");
    assert!(!is_open(None, &[NAMESPACES], &[(OWN, None)]));
    let shop = [NAMESPACES, ("NetworkPolicy", Some("shop"))];
    assert!(!is_open(Some("shop"), &shop, &[(OWN, None)]), "what came is of another namespace");
    let loki = [NAMESPACES, ("NetworkPolicy", Some("loki"))];
    assert!(is_open(None, &loki, &[(OWN, None)]), "refused as a whole, and given where it matters");
    assert!(!is_open(None, &all, &[("globalnetworkpolicies.projectcalico.org", None)]));
    assert!(!is_open(None, &[("NetworkPolicy", None)], &[]), "only namespaces were read");
}
