//! Turns the nodes of a cluster into those on which a collector should run and cannot, by what keeps it out.

use std::collections::BTreeMap;
use std::collections::HashSet;

use super::members::Member;
use super::members::Members;
use super::members::Role;
use super::selector;
use super::selector::Taint;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::fact::Subject;
use crate::model::listed::listed;
use crate::model::stack::Stack;

/// Labels of nodes that no DaemonSet runs on: those of Fargate, and kubelets that are none.
const NO_DAEMONS: [(&str, &str); 3] = [
    ("eks.amazonaws.com/compute-type", "fargate"),
    ("type", "virtual-kubelet"),
    ("kubernetes.azure.com/type", "virtual-kubelet"),
];

/// So many nodes are pointed at.
const NAMED: usize = 8;

/// What keeps pods of a DaemonSet from nodes: all of one reason are told together.
struct KeptOut<'d> {
    by: &'static str,
    words: String,
    taint: Option<Taint<'d>>,
    place: Place,
    /// The name of each node and where it says so.
    nodes: Vec<(&'d str, Place)>,
}

/// The subjects `kept_out` of the collectors that are `DaemonSet`s.
pub(super) fn subjects(stack: &Stack<'_>, members: &Members<'_>) -> Vec<Subject> {
    let daemons = members.all.iter();
    let daemons = daemons.filter(|member| member.role == Role::Collector && member.kind() == "DaemonSet");
    let daemons: Vec<&Member<'_>> = daemons.collect();
    // Several may share the nodes between them. A taint that came after a pod leaves it where it is.
    let pods = daemons.iter().flat_map(|member| &member.pods);
    let mut served: HashSet<&str> = pods.filter_map(|pod| pod.root.text_at("spec.nodeName")).collect();
    let nodes = stack.objects(&["Node"]);
    let taken = nodes.filter(|(_, root)| daemons.iter().any(|member| takes(member.pod.spec(), *root)));
    served.extend(taken.map(|(node, _)| &*node.object.name));
    daemons.iter().flat_map(|member| of_daemon(stack, member, &served)).collect()
}

/// Whether a node takes the pods of a template, as far as its taints, labels and name say.
fn takes(spec: NodeRef<'_>, node: NodeRef<'_>) -> bool {
    fits(spec, node) && selector::taints(node).all(|taint| selector::tolerates(spec, taint))
}

/// Whether a node is what the selector and the affinity of a template ask for.
fn fits(spec: NodeRef<'_>, node: NodeRef<'_>) -> bool {
    selector::unmet(spec, node).is_none() && selector::meets_affinity(spec, node)
}

/// How many nodes on which a collector is expected are what the template of a workload asks for, taints aside.
pub(super) fn fitting(stack: &Stack<'_>, member: &Member<'_>) -> usize {
    let nodes = stack.objects(&["Node"]).filter(|(_, node)| is_expected(*node));
    nodes.filter(|(_, node)| fits(member.pod.spec(), *node)).count()
}

/// Whether a collector is expected on a node: it runs Linux programs, and every kind of pod.
fn is_expected(node: NodeRef<'_>) -> bool {
    let labels = node.at("metadata.labels");
    let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(NodeRef::text);
    let other_system = label("kubernetes.io/os").is_some_and(|system| system != "linux");
    !other_system && !NO_DAEMONS.iter().any(|(key, value)| label(key) == Some(value))
}

fn of_daemon<'d>(stack: &Stack<'d>, member: &Member<'d>, served: &HashSet<&str>) -> Vec<Subject> {
    let spec = member.pod.spec();
    let at = |key: &str| member.pod.key_place(spec, key).unwrap_or(member.resource.place);
    let mut found: BTreeMap<String, KeptOut<'d>> = BTreeMap::new();
    for (node, root) in stack.objects(&["Node"]) {
        if !is_expected(root) || served.contains(&*node.object.name) {
            continue;
        }
        let mut add = |by: &'static str, words: String, taint: Option<Taint<'d>>, place: Place| {
            let new = KeptOut { by, words: words.clone(), taint, place, nodes: Vec::new() };
            let kept = found.entry(words).or_insert(new);
            kept.nodes.push((&*node.object.name, node.place));
        };
        if let Some((wanted, words)) = selector::unmet(spec, root) {
            add("selector", format!("its node selector `{words}`"), None, member.place(wanted));
            continue;
        }
        if !selector::meets_affinity(spec, root) {
            add("affinity", "its node affinity".to_owned(), None, at("affinity"));
            continue;
        }
        for taint in selector::taints(root) {
            if selector::tolerates(spec, taint) {
                continue;
            }
            let value = if taint.value.is_empty() { String::new() } else { format!("={}", taint.value) };
            let words = format!("the taint `{}{value}:{}`", taint.key, taint.effect);
            add("taint", words, Some(taint), at("tolerations"));
        }
    }
    found.into_values().map(|kept| subject(member, &kept)).collect()
}

fn subject(member: &Member<'_>, kept: &KeptOut<'_>) -> Subject {
    let place = kept.place;
    let names: Vec<&str> = kept.nodes.iter().map(|(name, _)| *name).collect();
    let each = kept.nodes.iter().take(NAMED);
    let each = each.map(|(name, place)| Fact::map([("name", Fact::new(*name, *place))], *place));
    let of_taint = |text: fn(&Taint<'_>) -> String| Fact::bare(kept.taint.as_ref().map(text));
    let entries = [
        ("name", Fact::new(member.words(), place)),
        ("by", Fact::bare(kept.by)),
        ("words", Fact::new(kept.words.as_str(), place)),
        ("key", of_taint(|taint| taint.key.to_owned())),
        ("value", of_taint(|taint| taint.value.to_owned())),
        ("effect", of_taint(|taint| taint.effect.to_owned())),
        ("count", Fact::bare(names.len())),
        ("shown", Fact::bare(listed(&names))),
        ("nodes", Fact::list(each.collect::<Vec<_>>(), None)),
    ];
    let key = format!("{} kept out by {}", member.words(), kept.words);
    Subject { kind: "kept_out", key, facts: Fact::map(entries, place) }
}
