//! Turns the status of a workload into how far it is: which pods should run and do not, which run something older.

use super::claims::Claims;
use super::condition;
use super::mark;
use super::members::Member;
use super::nodes;
use super::passing;
use super::passing::Gap;
use super::troubles::Trouble;
use crate::document::NodeRef;
use crate::model::fact::Fact;
use crate::model::fact::Subject;
use crate::model::stack::Stack;

/// So many pods are named.
const NAMED: usize = 8;

/// The subject `rollout` of a workload.
pub(super) fn subject(
    stack: &Stack<'_>,
    member: &Member<'_>,
    troubles: &[Trouble<'_>],
    claims: &Claims<'_>,
) -> Subject {
    let root = member.root;
    let (wanted, available) = (member.wanted(), member.available());
    let place = member.resource.place;
    let counts: &[&str] = match member.kind() {
        "DaemonSet" => {
            &["status.numberUnavailable", "status.numberAvailable", "status.desiredNumberScheduled"]
        }
        _ => &[
            "status.unavailableReplicas",
            "status.availableReplicas",
            "status.readyReplicas",
            "status.replicas",
        ],
    };
    let at = |routes: &[&str]| mark(routes.iter().find_map(|route| member.place_at(route)).or(Some(place)));
    let asked = match member.kind() {
        "DaemonSet" => "status.desiredNumberScheduled",
        _ => "spec.replicas",
    };
    let updated: &[&str] = match member.kind() {
        "DaemonSet" => &["status.updatedNumberScheduled", "status.currentNumberScheduled"],
        _ => &["status.updatedReplicas", "status.updateRevision", "status.replicas"],
    };
    let missing = wanted.saturating_sub(available).max(0);
    let old = wanted.saturating_sub(member.updated()).max(0);
    let stalled = stalled(root);
    let gap = Gap { wanted, missing, old };
    let passing = stalled.is_none() && passing::passes(stack, member, troubles, gap);
    // Its controller counts no node, and there are some that have what it asks for.
    let unplaced = member.kind() == "DaemonSet" && wanted == 0 && nodes::fitting(stack, member) > 0;
    let of_claim = |trouble: &&Trouble<'_>| trouble.told || trouble.for_volume && claims.explain(trouble.pod);
    // What is told at a claim, or where an object is named, is not told again; one pod with a reason of its own is.
    let of_pods = !troubles.is_empty()
        && i64::try_from(troubles.len()).is_ok_and(|count| count >= missing)
        && troubles.iter().filter(of_claim).count() == troubles.len();
    let explained = of_pods || troubles.is_empty() && claims.explain_all(member, missing);
    let causes = troubles.iter().take(NAMED);
    let causes =
        causes.map(|one| Fact::map([("words", Fact::new(one.words.as_str(), one.place))], one.place));
    let entries = [
        ("words", Fact::new(member.words(), place)),
        ("role", Fact::bare(member.role.name())),
        ("kind", Fact::bare(member.kind())),
        ("wanted", Fact::new(wanted, member.place_at(asked))),
        ("available", Fact::bare(available)),
        ("missing", Fact::bare(missing)),
        ("old", Fact::bare(old)),
        ("unobserved", Fact::bare(member.is_unobserved())),
        ("explained", Fact::bare(explained)),
        ("passing", Fact::bare(passing)),
        ("unplaced", Fact::bare(unplaced)),
        ("stalled", stalled.map_or_else(Fact::default, |node| Fact::new(true, member.place(node)))),
        ("held", held(member)),
        ("causes", Fact::list(causes.collect::<Vec<_>>(), None)),
        ("counts", at(counts)),
        ("asked", at(&[asked])),
        ("updated", at(updated)),
        ("observed", at(&["status.observedGeneration"])),
    ];
    let key = format!("{} rollout", member.words());
    Subject { kind: "rollout", key, facts: Fact::map(entries, place) }
}

/// What says that a Deployment has given up. Source: Kubernetes, Deployments, "Failed Deployment".
fn stalled(root: NodeRef<'_>) -> Option<NodeRef<'_>> {
    let progress = condition(root, "Progressing")?;
    let gave_up = progress.text_at("status") == Some("False")
        && progress.text_at("reason") == Some("ProgressDeadlineExceeded");
    gave_up.then(|| progress.get("reason").unwrap_or(progress))
}

/// What keeps pods as they are until somebody acts, in words that follow "its pods": a strategy, a partition, a pause.
fn held(member: &Member<'_>) -> Fact {
    let root = member.root;
    let fact = |words: &str, node: NodeRef<'_>| Fact::new(words, member.place(node));
    for route in ["spec.updateStrategy.type", "spec.strategy.type"] {
        if let Some(node) = root.at(route).filter(|node| node.text() == Some("OnDelete")) {
            return fact("are replaced only when somebody deletes them (OnDelete)", node);
        }
    }
    if let Some(node) = root.at("spec.paused").filter(|node| node.bool() == Some(true)) {
        return fact("are not replaced while it is paused", node);
    }
    let partition = root.at("spec.updateStrategy.rollingUpdate.partition");
    match partition.filter(|node| node.int().is_some_and(|from| from > 0)) {
        Some(node) => fact("with a number below its partition are not replaced", node),
        None => Fact::default(),
    }
}
