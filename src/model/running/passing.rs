//! Tells whether pods that do not serve are what every rollout and every node that comes or goes brings with it, and will be over
//! by itself.
//!
//! Only what is young counts. The run has no clock: nodes report every few minutes, and their latest report is taken for now.
//! Where no node was seen, nothing is known to be young.

use super::condition;
use super::items;
use super::members::Member;
use super::selector;
use super::troubles::Stage;
use super::troubles::Trouble;
use crate::document::NodeRef;
use crate::model::stack::Stack;
use crate::text::units::utc_seconds;

/// In so many seconds a pod is made, or a node answers again or is taken out.
const PATIENCE: i64 = 900;

/// How many pods of a workload are wanted, do not serve, and are of an earlier template.
#[derive(Clone, Copy)]
pub(super) struct Gap {
    pub(super) wanted: i64,
    pub(super) missing: i64,
    pub(super) old: i64,
}

/// Whether the pods that a workload is short of will come by themselves.
pub(super) fn passes(stack: &Stack<'_>, member: &Member<'_>, troubles: &[Trouble<'_>], gap: Gap) -> bool {
    if gap.missing == 0 {
        return false;
    }
    let now = latest_report(stack);
    let young = |time: Option<&str>| {
        let age = now.zip(time.and_then(utc_seconds)).map(|(now, then)| now.saturating_sub(then));
        age.map(|age| age < PATIENCE)
    };
    let is_young = |trouble: &Trouble<'_>| young(trouble.pod.root.text_at("metadata.creationTimestamp"));
    let of_node = |trouble: &Trouble<'_>| {
        let name = trouble.pod.root.text_at("spec.nodeName");
        let node = name.and_then(|name| stack.object("Node", "", name));
        node.is_some_and(|(_, node)| {
            let silent = condition(node, "Ready").filter(|ready| ready.text_at("status") != Some("True"));
            node.at("spec.unschedulable").and_then(NodeRef::bool) == Some(true)
                || selector::comes_or_goes(node)
                || silent.is_some_and(|ready| young(ready.text_at("lastTransitionTime")) == Some(true))
        })
    };
    let is_made = |trouble: &Trouble<'_>| trouble.stage == Stage::Made && is_young(trouble) == Some(true);
    let all_seen = i64::try_from(troubles.len()).is_ok_and(|count| count >= gap.missing);
    if all_seen && troubles.iter().all(|trouble| of_node(trouble) || is_made(trouble)) {
        return true;
    }
    // A rollout takes so many pods away before new ones serve. That old ones are left is told in any case.
    let of_rollout =
        |trouble: &Trouble<'_>| trouble.stage != Stage::Fails && is_young(trouble) != Some(false);
    gap.old > 0
        && gap.missing <= most_unavailable(member, gap.wanted)
        && troubles.iter().all(|trouble| of_node(trouble) || of_rollout(trouble))
}

/// When a node last reported, in seconds.
fn latest_report(stack: &Stack<'_>) -> Option<i64> {
    let nodes = stack.objects(&["Node"]);
    let times = nodes.flat_map(|(_, node)| items(node, "status.conditions"));
    times.filter_map(|own| utc_seconds(own.text_at("lastHeartbeatTime")?)).max()
}

/// How many pods a rollout may take away at once. Sources: Kubernetes, `RollingUpdateDaemonSet`, `RollingUpdateDeployment`,
/// `RollingUpdateStatefulSetStrategy`.
fn most_unavailable(member: &Member<'_>, wanted: i64) -> i64 {
    let deployment = member.kind() == "Deployment";
    let strategy = if deployment { "spec.strategy" } else { "spec.updateStrategy" };
    let strategy = member.root.at(strategy);
    match strategy.and_then(|own| own.text_at("type")) {
        Some("OnDelete") => return 0,
        Some("Recreate") => return wanted,
        _ => {}
    }
    let text = strategy.and_then(|own| own.text_at("rollingUpdate.maxUnavailable"));
    let text = text.unwrap_or(if deployment { "25%" } else { "1" });
    let Some((percent, _)) = text.split_once('%') else { return text.parse().unwrap_or(0) };
    let share = percent.parse::<i64>().unwrap_or(0).clamp(0, 100).saturating_mul(wanted);
    if deployment { share / 100 } else { share.saturating_add(99) / 100 }
}
