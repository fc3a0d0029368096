//! Brings objects into a cluster: those of a list fetched from another, and very many at once.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::json;

use super::cluster::Cluster;

/// What a server writes into metadata by itself, and does not want to be told.
const SERVERS_OWN: [&str; 7] = [
    "creationTimestamp",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// So many objects go into one transaction of etcd, which takes 128 by default.
const BATCH: usize = 100;

/// Makes the kinds known that are not Kubernetes' own, as far as the tests have them.
pub(crate) fn install_kinds(cluster: &Cluster) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/live/crds");
    let path = folder.to_str().unwrap();
    cluster.kubectl(&["apply", "--server-side", "-f", path], None);
    cluster.kubectl(&["wait", "--for=condition=Established", "--timeout=60s", "-f", path], None);
}

/// Loads the objects of a `List`, their statuses too, as if they had been made here.
pub(crate) fn load(cluster: &Cluster, list: &Value) {
    let items = list["items"].as_array().unwrap();
    create_namespaces(cluster, items);
    let objects: Vec<Value> = items.iter().map(plain).collect();
    cluster.apply(&json!({"apiVersion": "v1", "kind": "List", "items": objects}));
    let statuses: Vec<Value> = items.iter().filter_map(status).collect();
    if !statuses.is_empty() {
        let arguments = ["apply", "--server-side", "--force-conflicts", "--subresource=status", "-f", "-"];
        let statuses = json!({"apiVersion": "v1", "kind": "List", "items": statuses});
        cluster.kubectl(&arguments, Some(&statuses.to_string()));
    }
}

/// Writes objects of a built-in kind straight into etcd, where 20,000 take seconds. `key` is what comes between the
/// cluster's prefix and the object's namespace: `configmaps`, `services/specs`.
pub(crate) fn load_many(cluster: &Cluster, key: &str, objects: impl Iterator<Item = Value>) {
    let port = cluster.lab().etcd_port;
    let mut batch = Vec::new();
    for object in objects {
        let text = |field: &str| object["metadata"][field].as_str().unwrap().to_owned();
        let key = format!("{}/{key}/{}/{}", cluster.etcd_prefix(), text("namespace"), text("name"));
        let value = object.to_string();
        batch.push(json!({"requestPut": {"key": STANDARD.encode(key), "value": STANDARD.encode(value)}}));
        if batch.len() == BATCH {
            commit(port, &json!({"success": std::mem::take(&mut batch)}));
        }
    }
    commit(port, &json!({"success": batch}));
}

/// One transaction, through the JSON gateway that etcd has.
fn commit(port: u16, transaction: &Value) {
    let body = transaction.to_string();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let head = format!("POST /v3/kv/txn HTTP/1.0\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(" 200 OK") && answer.contains("\"succeeded\":true"), "{answer}");
}

/// Namespaces that objects are in, and that are neither there nor in the list.
fn create_namespaces(cluster: &Cluster, items: &[Value]) {
    let wanted: BTreeSet<&str> =
        items.iter().filter_map(|item| item["metadata"]["namespace"].as_str()).collect();
    let missing: Vec<Value> = wanted
        .into_iter()
        .map(|name| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}))
        .collect();
    if !missing.is_empty() {
        cluster.apply(&json!({"apiVersion": "v1", "kind": "List", "items": missing}));
    }
}

/// The object without what the other server wrote into it.
fn plain(item: &Value) -> Value {
    let mut object = item.clone();
    let fields = object.as_object_mut().unwrap();
    fields.remove("status");
    let metadata = fields["metadata"].as_object_mut().unwrap();
    for field in SERVERS_OWN {
        metadata.remove(field);
    }
    object
}

/// The object's status alone. That of a namespace is the server's own.
fn status(item: &Value) -> Option<Value> {
    let status = item.get("status").filter(|status| **status != json!({}))?;
    if item["kind"] == "Namespace" {
        return None;
    }
    Some(json!({
        "apiVersion": item["apiVersion"], "kind": item["kind"], "status": status,
        "metadata": {"name": item["metadata"]["name"], "namespace": item["metadata"]["namespace"]},
    }))
}

/// A small ConfigMap, as etcd holds it.
pub(crate) fn config_map(namespace: &str, number: usize) -> Value {
    json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": {"key": "value"},
        "metadata": {
            "name": format!("map-{number:05}"), "namespace": namespace,
            "uid": format!("00000000-0000-0000-0000-{number:012}"), "creationTimestamp": "2026-01-01T00:00:00Z",
        },
    })
}
