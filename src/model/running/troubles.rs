//! Tells why pods of a workload do not serve: not scheduled, waiting, ended, or not ready yet.

use super::items;
use super::members::Member;
use super::members::PodAt;
use super::number;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::stack::Stack;

/// Why one pod does not serve.
pub(super) struct Trouble<'d> {
    /// The pod.
    pub(super) pod: PodAt<'d>,
    /// The container that it is about, if one.
    pub(super) container: Option<&'d str>,
    /// The reason in words, with the pod's name.
    pub(super) words: String,
    /// Where the API server tells it.
    pub(super) place: Place,
    /// Whether the pod waits for a volume.
    pub(super) for_volume: bool,
    /// Whether it waits for a ConfigMap or Secret that is told to be missing where it is named.
    pub(super) told: bool,
    /// How far the pod is.
    pub(super) stage: Stage,
}

/// How far a pod is that does not serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its node makes it.
    Made,
    /// It runs, and has yet to say that it is ready.
    Starts,
    /// It cannot be made or placed, or has ended.
    Fails,
}

/// Why the pods of a workload that do not serve do not: one reason each, in the order of their names.
pub(super) fn troubles<'d>(stack: &Stack<'d>, member: &Member<'d>) -> Vec<Trouble<'d>> {
    let lame = member.pods.iter().filter(|pod| !pod.is_ready());
    let mut found: Vec<Trouble<'d>> = lame.map(|pod| trouble(stack, *pod)).collect();
    found.sort_by(|one, two| one.pod.name().cmp(two.pod.name()));
    found
}

fn trouble<'d>(stack: &Stack<'d>, pod: PodAt<'d>) -> Trouble<'d> {
    let name = pod.name();
    let plain = |words: String, node: NodeRef<'_>| Trouble {
        pod,
        container: None,
        words,
        place: pod.place(node),
        for_volume: false,
        told: false,
        stage: Stage::Starts,
    };
    if let Some(scheduled) = pod.unscheduled() {
        let message =
            scheduled.text_at("message").or(scheduled.text_at("reason")).unwrap_or("no reason is given");
        let for_volume = pod.waits_for_volume();
        let node = scheduled.get("message").unwrap_or(scheduled);
        let words = format!("no node takes pod {name}: {}", message.trim_end_matches('.'));
        return Trouble { for_volume, stage: Stage::Fails, ..plain(words, node) };
    }
    let mut first = items(pod.root, "status.initContainerStatuses").chain(pod.containers());
    if let Some(found) = first.find_map(|status| of_container(stack, pod, status)) {
        return found;
    }
    let node = pod.root.at("spec.nodeName").and_then(NodeRef::text).map(|node| format!(" of node {node}"));
    let at = super::condition(pod.root, "Ready").unwrap_or(pod.root);
    plain(format!("pod {name}{} is not ready", node.unwrap_or_default()), at)
}

/// What keeps a container from serving; `None` for one that serves or has done what it was for.
fn of_container<'d>(stack: &Stack<'d>, pod: PodAt<'d>, status: NodeRef<'d>) -> Option<Trouble<'d>> {
    let container = status.text_at("name")?;
    let node;
    let (mut words, mut told) = (String::new(), false);
    let count = number(status, "restartCount");
    let mut stage = if count > 0 { Stage::Fails } else { Stage::Starts };
    if let Some(waiting) = status.at("state.waiting") {
        let reason = waiting.text_at("reason").unwrap_or("no reason is given");
        node = waiting.get("reason").unwrap_or(waiting);
        match reason {
            // It waits for those before it.
            "PodInitializing" => return None,
            "ContainerCreating" => {
                stage = Stage::Made;
                words.push_str("is not made yet (ContainerCreating)");
            }
            "CreateContainerConfigError" => {
                stage = Stage::Fails;
                // Names of objects and keys, never values.
                let message = waiting.text_at("message").unwrap_or(reason);
                told = is_told(stack, pod, message);
                words = format!("cannot be made: {message}");
            }
            reason => {
                stage = Stage::Fails;
                words = format!("waits: {reason}");
            }
        }
    } else if let Some(ended) = status.at("state.terminated") {
        let code = number(ended, "exitCode");
        if code == 0 {
            return None;
        }
        node = ended.get("exitCode").unwrap_or(ended);
        stage = Stage::Fails;
        words = format!("ended with code {code}");
    } else if status.get("ready").and_then(NodeRef::bool) == Some(false)
        && status.at("state.running").is_some()
    {
        node = status.get("ready").unwrap_or(status);
        words.push_str("runs and is not ready");
    } else {
        return None;
    }
    let last = status.text_at("lastState.terminated.reason").filter(|reason| *reason != "Error");
    let last = last.map(|reason| format!(", last ended by {reason}")).unwrap_or_default();
    let restarts = match count {
        0 => String::new(),
        1 => ", restarted once".to_owned(),
        count => format!(", restarted {count} times"),
    };
    let words = format!("container {container} of pod {} {words}{last}{restarts}", pod.name());
    let place = pod.place(node);
    Some(Trouble { pod, container: Some(container), words, place, for_volume: false, told, stage })
}

/// Whether an object that the kubelet does not find is told to be missing where it is named: all of its kind were seen.
fn is_told(stack: &Stack<'_>, pod: PodAt<'_>, message: &str) -> bool {
    let kind = match message.split(' ').next() {
        Some("secret") => "Secret",
        Some("configmap") => "ConfigMap",
        _ => return false,
    };
    let Some(name) = message.split('"').nth(1) else { return false };
    let namespace = &*pod.resource.object.namespace;
    message.ends_with("not found")
        && stack.object(kind, namespace, name).is_none()
        && stack.covers(kind, namespace)
}
