//! Gives objects what controllers would: all is rolled out, bound and reached.

use serde_json::Value;
use serde_json::json;

/// The list with statuses of its workloads, with the claims of their volumes and the endpoints of its Services.
pub(crate) fn healthy(list: &Value) -> Value {
    let mut items = list["items"].as_array().unwrap().clone();
    let mut more = Vec::new();
    for item in &mut items {
        let kind = item["kind"].as_str().unwrap().to_owned();
        match kind.as_str() {
            "DaemonSet" | "Deployment" | "StatefulSet" => {
                item["status"] = status(&kind, item);
                // A server counts from there.
                item["metadata"]["generation"] = json!(1);
                more.extend(claims(item));
            }
            "Service" if item["spec"]["selector"].is_object() => more.push(slice(item)),
            _ => {}
        }
    }
    items.extend(more);
    json!({"apiVersion": "v1", "kind": "List", "items": items})
}

fn replicas(workload: &Value) -> u64 {
    workload["spec"]["replicas"].as_u64().unwrap_or(1)
}

fn status(kind: &str, workload: &Value) -> Value {
    let count = replicas(workload);
    if kind == "DaemonSet" {
        return json!({
            "observedGeneration": 1, "desiredNumberScheduled": 2, "currentNumberScheduled": 2, "numberReady": 2,
            "numberAvailable": 2, "updatedNumberScheduled": 2, "numberMisscheduled": 0,
        });
    }
    let mut status = json!({
        "observedGeneration": 1, "replicas": count, "updatedReplicas": count, "readyReplicas": count,
        "availableReplicas": count,
    });
    if kind == "StatefulSet" {
        status["currentReplicas"] = json!(count);
        status["currentRevision"] = json!("one");
        status["updateRevision"] = json!("one");
    }
    status
}

/// The claims that a StatefulSet makes, one for each pod and template.
fn claims(workload: &Value) -> Vec<Value> {
    let templates = workload["spec"]["volumeClaimTemplates"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (name, namespace) = (text(&workload["metadata"]["name"]), &workload["metadata"]["namespace"]);
    let claim = |template: &Value, pod: u64| {
        let storage = &template["spec"]["resources"]["requests"]["storage"];
        let modes =
            template["spec"]["accessModes"].as_array().cloned().unwrap_or(vec![json!("ReadWriteOnce")]);
        let volume = text(&template["metadata"]["name"]);
        json!({
            "apiVersion": "v1", "kind": "PersistentVolumeClaim",
            "metadata": {"name": format!("{volume}-{name}-{pod}"), "namespace": namespace},
            "spec": {"accessModes": modes, "resources": {"requests": {"storage": storage}}},
            "status": {"phase": "Bound", "accessModes": modes, "capacity": {"storage": storage}},
        })
    };
    templates
        .flat_map(|template| (0..replicas(workload)).map(|pod| claim(template, pod)).collect::<Vec<_>>())
        .collect()
}

/// The endpoints of a Service with a selector: one that is ready.
fn slice(service: &Value) -> Value {
    let name = service["metadata"]["name"].as_str().unwrap();
    json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {
            "name": format!("{name}-x7k2p"), "namespace": service["metadata"]["namespace"],
            "labels": {
                "kubernetes.io/service-name": name,
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            },
        },
        "endpoints": [{"addresses": ["10.1.0.9"], "conditions": {"ready": true}}],
        "ports": [],
    })
}
