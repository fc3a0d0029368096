//! Clusters with very many objects: time and memory stay in bounds.

use std::iter::once;

use serde_json::Value;
use serde_json::json;

use super::assets::say;
use super::audit::Audit;
use super::audit::Audited;
use super::audit::fill;
use super::cluster::Cluster;
use super::lab::Lab;
use super::load::load_many;
use super::proxy::Proxy;
use super::requests::assert_only_reads;

/// How many there are, half of each in a namespace of the stack.
const MAPS: usize = 20_000;
const SERVICES: usize = 2_000;

/// The most memory that a run may have, in MiB: several times what it had when this was written.
const MEMORY: u64 = 1_000;

fn metadata(kind: &str, namespace: &str, number: usize) -> Value {
    json!({
        "name": format!("{kind}-{number:05}"), "namespace": namespace, "creationTimestamp": "2026-01-01T00:00:00Z",
        "uid": format!("00000000-0000-0000-{:04}-{number:012}", kind.len()),
        "labels": {"app.kubernetes.io/name": format!("app-{number}"), "app.kubernetes.io/part-of": "shop"},
    })
}

/// A ConfigMap of a kilobyte.
fn config_map(namespace: &str, number: usize) -> Value {
    let data = json!({"settings.yaml": "key: value\n".repeat(80), "level": "info"});
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata("map", namespace, number), "data": data})
}

fn service(namespace: &str, number: usize) -> Value {
    let address = format!("10.0.{}.{}", 20 + number / 250, 1 + number % 250);
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": metadata("service", namespace, number),
        "spec": {
            "type": "ClusterIP", "clusterIP": address, "clusterIPs": [address], "ipFamilies": ["IPv4"],
            "selector": {"app": format!("app-{number}")},
            "ports": [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}],
        },
    })
}

fn home(number: usize) -> &'static str {
    if number.is_multiple_of(2) { "alloy" } else { "shop" }
}

fn run(cluster: &Cluster) -> (Audited, usize) {
    let proxy = Proxy::start(cluster);
    let ran = Audit::of(cluster.folder(), &proxy.address(), &cluster.admin().credential()).run();
    assert_only_reads(&proxy.asked());
    assert_eq!(ran.not_seen("here"), Vec::<String>::new());
    (ran, proxy.asked().len())
}

#[test]
fn very_many_objects_take_little_memory() {
    let Some(lab) = Lab::find() else { return };
    let cluster = lab.cluster();
    fill(&cluster, "leaking");
    cluster.kubectl(&["create", "namespace", "shop"], None);
    let (before, requests_before) = run(&cluster);
    load_many(&cluster, "configmaps", (0..MAPS).map(|number| config_map(home(number), number)));
    load_many(&cluster, "services/specs", (0..SERVICES).map(|number| service(home(number), number)));
    // The server takes note of what was written past it.
    let all = "/api/v1/services?limit=1";
    cluster.wait_for(|| cluster.get(all)["metadata"]["remainingItemCount"].as_u64() >= Some(SERVICES as u64));

    let (ran, requests) = run(&cluster);
    for (words, ran, requests) in
        once(("without", &before, requests_before)).chain(once(("with", &ran, requests)))
    {
        say(&format!(
            "{words} {MAPS} ConfigMaps and {SERVICES} Services: {:.1} s, {} MiB, {requests} requests{}",
            ran.took.as_secs_f64(),
            ran.peak,
            if cfg!(debug_assertions) { " (not optimized)" } else { "" },
        ));
    }
    assert_eq!(
        (ran.verdicts("here"), ran.findings(), ran.code),
        (before.verdicts("here"), before.findings(), 1)
    );
    assert_eq!(ran.verdict("here", "log-boundary"), "violated");
    assert!(ran.peak < MEMORY, "{} MiB", ran.peak);
}
