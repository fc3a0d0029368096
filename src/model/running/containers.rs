//! Turns the containers that run into how they differ from their template, from each other, and how often they ended.

use std::collections::BTreeMap;

use super::items;
use super::members::Member;
use super::members::PodAt;
use super::troubles::Trouble;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::fact::Subject;
use crate::model::listed::listed;
use crate::model::pod::image_name;
use crate::model::pod::image_tag;
use crate::model::stack::Stack;

/// The subjects `running_container` of a workload: one for each container of its template that pods of the input have.
pub(super) fn subjects(stack: &Stack<'_>, member: &Member<'_>, troubles: &[Trouble<'_>]) -> Vec<Subject> {
    if member.pods.is_empty() {
        return Vec::new();
    }
    let each = member.pod.containers().filter_map(|container| subject(stack, member, container, troubles));
    each.collect()
}

/// A container of a pod: what it was made of, and what became of it.
#[derive(Clone, Copy)]
struct Made<'d> {
    pod: PodAt<'d>,
    spec: NodeRef<'d>,
    status: Option<NodeRef<'d>>,
}

fn subject(
    stack: &Stack<'_>,
    member: &Member<'_>,
    container: NodeRef<'_>,
    troubles: &[Trouble<'_>],
) -> Option<Subject> {
    let name = container.text_at("name")?;
    let named = |list: NodeRef<'_>| list.text_at("name") == Some(name);
    let made = member.pods.iter().filter_map(|pod| {
        let of_pod =
            ["containers", "initContainers"].into_iter().filter_map(|key| pod.root.get("spec")?.get(key));
        let spec = of_pod.flat_map(NodeRef::items).find(|one| named(*one))?;
        let of_status = pod.containers().chain(items(pod.root, "status.initContainerStatuses"));
        Some(Made { pod: *pod, spec, status: of_status.into_iter().find(|one| named(*one)) })
    });
    let made: Vec<Made<'_>> = made.collect();
    if made.is_empty() {
        return None;
    }
    let place = member.place(container.get("name").unwrap_or(container));
    // Pods of an earlier template differ from this one by right.
    let current = member.is_rolled_out();
    let differs = if current { differs(member, container, &made) } else { Vec::new() };
    let (builds, pods_of_builds) = builds(stack, &made);
    let lame = troubles.iter().any(|trouble| trouble.container == Some(name));
    let (restarts, killed) = (most_restarts(&made), killed(&made));
    let at = |found: Option<(PodAt<'_>, NodeRef<'_>)>| {
        found.map_or_else(Fact::default, |(pod, node)| {
            Fact::map([("pod", Fact::new(pod.name(), pod.place(node)))], pod.place(node))
        })
    };
    let entries = [
        ("by", Fact::new(member.words(), place)),
        ("name", Fact::new(name, place)),
        (
            "image",
            Fact::new(container.text_at("image"), container.get("image").map(|node| member.place(node))),
        ),
        ("differs", Fact::list(differs, place)),
        ("builds", Fact::bare(builds)),
        ("pods_of_builds", Fact::list(pods_of_builds, place)),
        ("troubled", Fact::bare(lame)),
        ("restarts", Fact::bare(restarts.map_or(0, |(_, _, count)| count))),
        ("restarted", at(restarts.map(|(pod, node, _)| (pod, node)))),
        ("out_of_memory", at(killed)),
        ("pods", Fact::bare(made.len())),
    ];
    let key = format!("{} container {name}", member.words());
    Some(Subject { kind: "running_container", key, facts: Fact::map(entries, place) })
}

/// Where the template has a field, the pods in which it is another, and what it is in the first of them.
type Difference<'d> = (Option<Place>, Vec<&'d str>, Option<String>);

/// How containers of pods differ from their template: one item for each field, with the pods.
fn differs(member: &Member<'_>, template: NodeRef<'_>, made: &[Made<'_>]) -> Vec<Fact> {
    let mut found: BTreeMap<String, Difference<'_>> = BTreeMap::new();
    for one in made {
        let mut note = |what: String, node: Option<NodeRef<'_>>, is: Option<String>| {
            let place = node.map(|node| member.place(node));
            found.entry(what).or_insert((place, Vec::new(), is)).1.push(one.pod.name());
        };
        for key in ["command", "args"] {
            let (wanted, own) = (texts(template, key), texts(one.spec, key));
            if wanted != own {
                note(format!("`{key}`"), template.get(key), None);
            }
        }
        if !is_same_build(template, one.spec) {
            note("image".to_owned(), template.get("image"), one.spec.text_at("image").map(str::to_owned));
        }
        let own_variables = variables(one.spec);
        for (name, variable) in variables(template) {
            let own = own_variables.get(name).copied();
            let value = |node: NodeRef<'_>| node.text_at("value").unwrap_or_default().to_owned();
            let from = |node: NodeRef<'_>| node.get("valueFrom").is_some();
            if own.is_none_or(|own| from(own) != from(variable) || value(own) != value(variable)) {
                note(format!("variable `{name}`"), variable.get("name"), None);
            }
        }
    }
    let each = found.into_iter().map(|(what, (place, pods, is))| {
        let entries =
            [("what", Fact::new(what, place)), ("is", Fact::bare(is)), ("pods", Fact::bare(listed(&pods)))];
        Fact::map(entries, place)
    });
    each.collect()
}

/// The texts of a list.
fn texts<'d>(node: NodeRef<'d>, key: &str) -> Vec<&'d str> {
    items(node, key).filter_map(NodeRef::text).collect()
}

/// The variables of a container by their names; of two of one name the last one counts, as for the kubelet.
fn variables(container: NodeRef<'_>) -> BTreeMap<&str, NodeRef<'_>> {
    items(container, "env").filter_map(|own| Some((own.text_at("name")?, own))).collect()
}

/// Whether two containers have the same image. Mirrors replace the registry that it is fetched from, and admission adds the
/// digest that a tag stands for.
fn is_same_build(one: NodeRef<'_>, two: NodeRef<'_>) -> bool {
    let (Some(one), Some(two)) = (one.text_at("image"), two.text_at("image")) else { return true };
    let digest = |image| str::split_once(image, '@').map(|(_, digest)| digest);
    image_name(one) == image_name(two)
        && match (digest(one), digest(two)) {
            (Some(one), Some(two)) => one == two,
            _ => image_tag(one) == image_tag(two),
        }
}

/// Builds by their digest, with a pod of each and where it says so.
type Builds<'d> = BTreeMap<&'d str, (PodAt<'d>, NodeRef<'d>)>;

/// How many builds run under one name of an image, and a pod of each. Only pods count whose nodes are known.
fn builds(stack: &Stack<'_>, made: &[Made<'_>]) -> (usize, Vec<Fact>) {
    let mut found: BTreeMap<(&str, &str), Builds<'_>> = BTreeMap::new();
    for one in made {
        let Some(node) = one.status.and_then(|status| status.get("imageID")) else { continue };
        // Without a name before it, it is that of the image's configuration: so do nodes that were given the image by hand.
        let digest = node.text().and_then(|id| id.rsplit_once("@sha256:")).map(|(_, digest)| digest);
        let (Some(digest), Some(image)) = (digest, one.spec.text_at("image")) else { continue };
        let machine = one.pod.root.text_at("spec.nodeName").and_then(|name| {
            let (_, node) = stack.object("Node", "", name)?;
            node.text_at("status.nodeInfo.architecture")
        });
        // Machines of another make have builds of their own.
        let Some(machine) = machine else { continue };
        let of_image = found.entry((image, machine)).or_default();
        of_image.entry(digest).or_insert((one.pod, node));
    }
    let most = found.into_values().max_by_key(BTreeMap::len).unwrap_or_default();
    let each = most.iter().map(|(digest, (pod, node))| {
        let short = digest.get(..12).unwrap_or(digest);
        let entries = [("pod", Fact::bare(pod.name())), ("digest", Fact::bare(short))];
        Fact::map(entries, pod.place(*node))
    });
    (most.len(), each.collect())
}

/// The pod whose container was restarted most often.
fn most_restarts<'d>(made: &[Made<'d>]) -> Option<(PodAt<'d>, NodeRef<'d>, i64)> {
    let counts = made.iter().filter_map(|one| {
        let node = one.status?.get("restartCount")?;
        Some((one.pod, node, node.int()?))
    });
    // The first of several.
    counts.rev().max_by_key(|(_, _, count)| *count)
}

/// A pod whose container last ended for want of memory.
fn killed<'d>(made: &[Made<'d>]) -> Option<(PodAt<'d>, NodeRef<'d>)> {
    made.iter().find_map(|one| {
        let node = one.status?.at("lastState.terminated.reason")?;
        (node.text() == Some("OOMKilled")).then_some((one.pod, node))
    })
}
