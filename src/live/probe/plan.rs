//! Turns the workloads and pods of a stack into the list of processes to ask: which pod, on which port, below which path.
//!
//! Every pod of a store's workload starts with one configuration, so one that is ready speaks for all. Collectors load
//! theirs by themselves, each when it is told to: so all of them are asked, or as many as are reasonable.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::live::named::items;
use crate::live::named::text;

/// The most collectors of one workload that are asked; of more, every so many-th.
const COLLECTORS: usize = 20;

/// The most processes of one cluster that are asked.
const PROCESSES: usize = 100;

/// A program that can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Program {
    /// Grafana Alloy.
    Alloy,
    /// Loki.
    Loki,
    /// Mimir.
    Mimir,
}

impl Program {
    const ALL: [Self; 3] = [Self::Alloy, Self::Loki, Self::Mimir];

    /// What images, labels and answers call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Alloy => "alloy",
            Self::Loki => "loki",
            Self::Mimir => "mimir",
        }
    }

    /// The port that it listens to unless told otherwise.
    const fn port(self) -> u64 {
        match self {
            Self::Alloy => 12345,
            Self::Loki => 3100,
            Self::Mimir => 8080,
        }
    }

    /// The path that tells whether it is ready: what stands before it stands before all others.
    const fn ready(self) -> &'static str {
        match self {
            Self::Alloy => "/-/ready",
            Self::Loki | Self::Mimir => "/ready",
        }
    }
}

/// A process to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Process {
    /// What it is.
    pub(super) program: Program,
    /// The namespace of its pod.
    pub(super) namespace: String,
    /// Its pod.
    pub(super) pod: String,
    /// Kind and name of what made the pod; the pod itself where nothing did.
    pub(super) workload: (String, String),
    /// The name and port of the pod as the API server's proxy wants them: `https:NAME:PORT`.
    address: String,
    /// What stands before all of its paths.
    prefix: String,
}

impl Process {
    /// The path by which the API server passes a request on to it.
    pub(super) fn path(&self, path: &str) -> String {
        let Self { namespace, address, prefix, .. } = self;
        format!("/api/v1/namespaces/{namespace}/pods/{address}/proxy{prefix}{path}")
    }
}

/// Whom to ask.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// In order of namespace and pod.
    pub(super) processes: Vec<Process>,
    /// Workloads that should run and of which no pod is ready: the program, the namespace, kind and name.
    pub(super) none_ready: Vec<(Program, String, (String, String))>,
    /// What is left out on purpose, in words.
    pub(super) notes: Vec<String>,
}

/// Workloads by namespace, kind and name: what each runs, and its processes that are ready.
type Workloads = BTreeMap<(String, (String, String)), (Program, Vec<Process>)>;

/// Plans for these objects: pods, and what makes them.
pub(super) fn plan<'o>(objects: impl Iterator<Item = (&'o str, &'o Value)> + Clone) -> Plan {
    let mut workloads: Workloads = BTreeMap::new();
    for (kind, object) in objects.clone().filter(|(kind, object)| is_wanted(kind, object)) {
        let template = object.pointer("/spec/template").unwrap_or(&Value::Null);
        if let (Some((program, _)), Some((namespace, name))) = (program(template, object), names(object)) {
            workloads.entry((namespace, (kind.to_owned(), name))).or_insert((program, Vec::new()));
        }
    }
    for (_, pod) in objects.filter(|(kind, _)| *kind == "Pod") {
        let Some((program, container)) = program(pod, pod) else { continue };
        let Some((namespace, name)) = names(pod) else { continue };
        let workload = made_by(pod).unwrap_or_else(|| ("Pod".to_owned(), name.clone()));
        // Jobs end, and what they ran is no part of what runs.
        if workload.0 == "Job" {
            continue;
        }
        let entry = workloads.entry((namespace.clone(), workload.clone()));
        let (_, processes) = entry.or_insert((program, Vec::new()));
        if is_ready(pod) {
            let (address, prefix) = address(program, &name, container);
            processes.push(Process { program, namespace, pod: name, workload, address, prefix });
        }
    }
    let mut plan = Plan::default();
    for ((namespace, workload), (program, mut ready)) in workloads {
        ready.sort_by(|one, two| one.pod.cmp(&two.pod));
        let all = ready.len();
        if all == 0 {
            plan.none_ready.push((program, namespace, workload));
            continue;
        }
        let most = if program == Program::Alloy { COLLECTORS } else { 1 };
        let step = all.div_ceil(most);
        let asked: Vec<Process> = ready.into_iter().step_by(step).collect();
        if program == Program::Alloy && asked.len() < all {
            let (kind, name) = &workload;
            let asked = asked.len();
            plan.notes
                .push(format!("{asked} of {all} pods of {kind} {namespace}/{name} were asked what they run"));
        }
        plan.processes.extend(asked);
    }
    if plan.processes.len() > PROCESSES {
        let all = plan.processes.len();
        plan.notes.push(format!("{PROCESSES} of {all} processes were asked what they run"));
        plan.processes.truncate(PROCESSES);
    }
    plan
}

/// Whether an object makes pods, and is to.
fn is_wanted(kind: &str, object: &Value) -> bool {
    let number = |pointer| object.pointer(pointer).and_then(Value::as_u64);
    match kind {
        "Deployment" | "StatefulSet" => number("/spec/replicas") != Some(0),
        "DaemonSet" => number("/status/desiredNumberScheduled") != Some(0),
        _ => false,
    }
}

/// Namespace and name.
fn names(object: &Value) -> Option<(String, String)> {
    Some((text(object, "/metadata/namespace")?, text(object, "/metadata/name")?))
}

/// What made a pod. Of a Deployment there is a `ReplicaSet` between, which is named after it and the template's sum.
fn made_by(pod: &Value) -> Option<(String, String)> {
    let owners = pod.pointer("/metadata/ownerReferences")?.as_array()?;
    let is_it = |owner: &&Value| owner.get("controller").and_then(Value::as_bool) == Some(true);
    let owner = owners.iter().find(is_it).or(owners.first())?;
    let (kind, name) = (text(owner, "/kind")?, text(owner, "/name")?);
    let hash = text(pod, "/metadata/labels/pod-template-hash");
    let deployment = hash.and_then(|hash| Some(name.strip_suffix(&hash)?.strip_suffix('-')?.to_owned()));
    match deployment {
        Some(deployment) if kind == "ReplicaSet" => Some(("Deployment".to_owned(), deployment)),
        _ => Some((kind, name)),
    }
}

/// The program that a pod or template runs, and its container. `object` has the labels that the chart gives.
fn program<'v>(pod: &'v Value, object: &Value) -> Option<(Program, &'v Value)> {
    let named =
        [pod, object].into_iter().find_map(|own| text(own, "/metadata/labels/app.kubernetes.io~1name"));
    let containers = items(pod.get("spec")?, "containers");
    containers.into_iter().find_map(|container| {
        let image = text(container, "/image")?;
        let image = image.rsplit('/').next()?.split(['@', ':']).next()?;
        let is_it = |program: &Program| image == program.name() || named.as_deref() == Some(program.name());
        let program = Program::ALL.into_iter().find(is_it)?;
        let arguments = arguments(container);
        let runs = match program {
            Program::Alloy => {
                image == program.name() && !arguments.iter().any(|argument| argument == "fmt")
                    || arguments.iter().any(|argument| argument == "run")
            }
            // Gateways, sidecars and tests run beside the stores, some from the same image.
            Program::Loki | Program::Mimir => {
                arguments.iter().any(|argument| argument.trim_start_matches('-').starts_with("config.file"))
            }
        };
        runs.then_some((program, container))
    })
}

fn arguments(container: &Value) -> Vec<String> {
    let all = items(container, "command").chain(items(container, "args"));
    all.filter_map(|argument| argument.as_str().map(str::to_owned)).collect()
}

fn is_ready(pod: &Value) -> bool {
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array);
    let is_it = |condition: &Value| {
        text(condition, "/type").as_deref() == Some("Ready")
            && text(condition, "/status").as_deref() == Some("True")
    };
    pod.pointer("/metadata/deletionTimestamp").is_none()
        && conditions.is_some_and(|conditions| conditions.iter().any(is_it))
}

/// Where a process answers: its name and port for the proxy, and what stands before its paths. Its own probe of readiness
/// says it best.
fn address(program: Program, pod: &str, container: &Value) -> (String, String) {
    let probe = container.pointer("/readinessProbe/httpGet");
    let port_named = |name: &str| {
        let mut ports = items(container, "ports");
        ports.find(|port| text(port, "/name").as_deref() == Some(name))?.get("containerPort")?.as_u64()
    };
    let of_probe = probe.and_then(|probe| probe.get("port")).and_then(|port| match port {
        Value::String(name) => port_named(name),
        port => port.as_u64(),
    });
    let port = of_probe
        .or_else(|| port_named("http-metrics"))
        .or_else(|| port_named("http"))
        .unwrap_or(program.port());
    let path = probe.and_then(|probe| text(probe, "/path")).unwrap_or_default();
    let prefix = match program {
        // Only what people look at is moved.
        Program::Alloy => {
            let arguments = arguments(container);
            let moved =
                arguments.iter().find_map(|argument| argument.strip_prefix("--server.http.ui-path-prefix="));
            moved.unwrap_or_default().to_owned()
        }
        _ => path.strip_suffix(program.ready()).unwrap_or_default().to_owned(),
    };
    let prefix = prefix.trim_end_matches('/');
    // A path is passed on as it is, so it must be one.
    let is_path =
        prefix.chars().all(|c| c.is_ascii_alphanumeric() || "/-._~".contains(c)) && !prefix.contains("..");
    let prefix = if is_path && prefix.starts_with('/') { prefix.to_owned() } else { String::new() };
    let secure = probe.and_then(|probe| text(probe, "/scheme")).is_some_and(|scheme| scheme == "HTTPS");
    let scheme = if secure { "https:" } else { "" };
    (format!("{scheme}{pod}:{port}"), prefix)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(name: &str, owner: (&str, &str), container: &Value, ready: bool) -> Value {
        json!({
            "metadata": {"name": name, "namespace": "mon", "ownerReferences": [{"kind": owner.0, "name": owner.1, "controller": true}]},
            "spec": {"containers": [{"name": "sidecar", "image": "k8s-sidecar:1"}, container]},
            "status": {"conditions": [{"type": "Ready", "status": if ready { "True" } else { "False" }}]},
        })
    }

    fn mimir() -> Value {
        json!({"image": "docker.io/grafana/mimir:3.0.2", "args": ["-target=ingester", "-config.file=/etc/mimir.yaml"],
            "ports": [{"name": "http-metrics", "containerPort": 8081}],
            "readinessProbe": {"httpGet": {"path": "/ready", "port": "http-metrics"}}})
    }

    fn paths(objects: &[(&str, Value)], path: &str) -> Vec<String> {
        let plan = plan(objects.iter().map(|(kind, object)| (*kind, object)));
        plan.processes.iter().map(|process| process.path(path)).collect()
    }

    #[test]
    fn one_ready_pod_of_each_workload_of_a_store_is_asked() {
        let objects = [
            ("Pod", pod("ingester-1", ("StatefulSet", "ingester"), &mimir(), true)),
            ("Pod", pod("ingester-0", ("StatefulSet", "ingester"), &mimir(), false)),
            ("Pod", pod("ingester-2", ("StatefulSet", "ingester"), &mimir(), true)),
            ("Pod", pod("test-1", ("Job", "test"), &mimir(), true)),
            ("Pod", pod("gateway", ("ReplicaSet", "gateway-a"), &json!({"image": "nginx"}), true)),
            ("Pod", pod("canary", ("DaemonSet", "canary"), &json!({"image": "grafana/loki-canary"}), true)),
        ];
        assert_eq!(paths(&objects, "/config"), ["/api/v1/namespaces/mon/pods/ingester-1:8081/proxy/config"]);
    }

    #[test]
    fn pods_of_a_deployment_are_known_by_the_sum_of_its_template() {
        let mut object = pod("querier-5f-x", ("ReplicaSet", "querier-5f"), &mimir(), true);
        object["metadata"]["labels"] = json!({"pod-template-hash": "5f"});
        let plan = plan([("Pod", &object)].into_iter());
        assert_eq!(plan.processes[0].workload, ("Deployment".to_owned(), "querier".to_owned()));
    }

    #[test]
    fn scheme_prefix_and_port_are_those_of_the_probe_of_readiness() {
        let container = json!({"image": "registry:5000/loki@sha256:aa", "args": ["-config.file=/l.yaml"],
            "readinessProbe": {"httpGet": {"path": "/logs/ready", "port": 3200, "scheme": "HTTPS"}}});
        let objects = [("Pod", pod("write-0", ("StatefulSet", "write"), &container, true))];
        assert_eq!(
            paths(&objects, "/config"),
            ["/api/v1/namespaces/mon/pods/https:write-0:3200/proxy/logs/config"]
        );
        let container =
            json!({"image": "grafana/alloy", "args": ["run", "a", "--server.http.ui-path-prefix=/ui/"]});
        let objects = [("Pod", pod("a", ("DaemonSet", "alloy"), &container, true))];
        assert_eq!(paths(&objects, "/x"), ["/api/v1/namespaces/mon/pods/a:12345/proxy/ui/x"]);
    }

    #[test]
    fn prefix_that_is_no_path_is_not_passed_on() {
        for odd in ["/a?b/ready", "/../x/ready", "/a b/ready", "//%2e/ready"] {
            let container = json!({"image": "loki", "args": ["-config.file=x"], "readinessProbe": {"httpGet": {"path": odd, "port": 1}}});
            let objects = [("Pod", pod("a", ("StatefulSet", "a"), &container, true))];
            assert_eq!(paths(&objects, "/config"), ["/api/v1/namespaces/mon/pods/a:1/proxy/config"], "{odd}");
        }
    }

    #[test]
    fn of_many_collectors_a_sample_is_asked_and_said_so() {
        let container = json!({"image": "grafana/alloy:v1", "args": ["run", "a"]});
        let objects: Vec<(&str, Value)> = (0..57)
            .map(|number| {
                ("Pod", pod(&format!("alloy-{number:02}"), ("DaemonSet", "alloy"), &container, true))
            })
            .collect();
        let plan = plan(objects.iter().map(|(kind, object)| (*kind, object)));
        assert_eq!(plan.processes.len(), 19);
        assert_eq!(plan.processes[1].pod, "alloy-03");
        assert_eq!(plan.notes, ["19 of 57 pods of DaemonSet mon/alloy were asked what they run"]);
    }

    #[test]
    fn workload_without_a_ready_pod_is_noted_unless_it_wants_none() {
        let set = |name: &str, replicas: u64| {
            json!({"metadata": {"name": name, "namespace": "mon"},
                "spec": {"replicas": replicas, "template": {"spec": {"containers": [mimir()]}}}})
        };
        let objects = [
            ("StatefulSet", set("down", 1)),
            ("StatefulSet", set("off", 0)),
            ("StatefulSet", set("up", 1)),
            ("Pod", pod("up-0", ("StatefulSet", "up"), &mimir(), true)),
        ];
        let plan = plan(objects.iter().map(|(kind, object)| (*kind, object)));
        assert_eq!(plan.processes.len(), 1);
        let down = ("StatefulSet".to_owned(), "down".to_owned());
        assert_eq!(plan.none_ready, [(Program::Mimir, "mon".to_owned(), down)]);
    }
}
