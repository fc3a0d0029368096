//! Tells which containers of the stack were started before the ConfigMap or Secret that they read was last written, and do not
//! read it again by themselves.
//!
//! Times that the API server wrote are compared: when the pod was made, when its data was last written (`managedFields`), and,
//! for a container that was restarted, when the kubelet last told of the pod. A pod may wait for long before its containers are
//! started, and when they were only the kubelet says: where the clock of its node is ahead, that can hide a container, never
//! blame one.

use std::collections::BTreeMap;
use std::collections::HashSet;

use super::items;
use super::members::Member;
use super::members::PodAt;
use super::members::Role;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::fact::Subject;
use crate::model::listed::listed;
use crate::model::piece::ObjectName;
use crate::model::pod::image_name;
use crate::model::stack::Stack;

/// What images of programs are called that make others read their configuration again.
const RELOADERS: [&str; 3] = ["reloader", "reload", "sidecar"];

/// Annotations by which controllers of a cluster restart pods when their configuration changes. Sources: Stakater Reloader;
/// Wave.
const RESTARTERS: [&str; 2] = ["reloader.stakater.com/", "wave.pusher.com/"];

/// How an object's text gets into a process.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// As files that follow the object.
    Files,
    /// As one file, which stays as it was when the container was made (`subPath`).
    OneFile,
    /// As variables, which stay as they were when the container was started.
    Variables,
}

/// An object that a container reads.
struct Read<'d> {
    kind: &'static str,
    name: &'d str,
    way: Way,
    container: &'d str,
    place: Place,
}

/// The subjects `older_configuration` of a workload: one for each object that its pods may have read before it was written.
pub(super) fn subjects(stack: &Stack<'_>, member: &Member<'_>) -> Vec<Subject> {
    if member.pods.is_empty() || is_restarted(member) {
        return Vec::new();
    }
    let reloaders = member.pod.running().filter(|container| {
        let image = image_name(container.text_at("image").unwrap_or_default());
        image.split(['-', '_', '.']).any(|part| RELOADERS.contains(&part))
    });
    let reloaders: Vec<&str> = reloaders.filter_map(|container| container.text_at("name")).collect();
    let mut found: BTreeMap<(&str, &str), Subject> = BTreeMap::new();
    let mut told: HashSet<(&str, &str)> = HashSet::new();
    let mut reads = reads(member);
    // One that makes programs read their files again follows what it mounts itself, and nothing else.
    let followed = reads.iter().filter(|read| read.way == Way::Files && reloaders.contains(&read.container));
    let followed: HashSet<(&str, &str)> = followed.map(|read| (read.kind, read.name)).collect();
    let shown = stack.dashboards.iter().filter_map(|(_, home)| home.object.as_ref());
    let shown: HashSet<&ObjectName> = shown.collect();
    // What never changes while a container runs is the surer of two.
    reads.sort_by_key(|read| read.way == Way::Files);
    for read in reads {
        let follows = read.way == Way::Files
            // What Alloy reads of Secrets it reads from the file each time.
            && (followed.contains(&(read.kind, read.name))
                || read.kind == "Secret" && member.role == Role::Collector);
        if follows {
            continue;
        }
        let Some((object, root)) = stack.object(read.kind, member.namespace(), read.name) else { continue };
        // The stores read their runtime files again, and Grafana its dashboards.
        let again =
            read.name.contains("runtime") || member.role == Role::Grafana && shown.contains(&object.object);
        if is_summed(member, root) || again && read.way == Way::Files {
            continue;
        }
        let Some((written, node)) = last_written(root) else { continue };
        let older: Vec<&PodAt<'_>> =
            member.pods.iter().filter(|pod| ran_before(**pod, read.container, written)).collect();
        let names: Vec<&str> = older.iter().map(|pod| pod.name()).collect();
        let entries = [
            ("by", Fact::new(member.words(), read.place)),
            ("object", Fact::new(object.object.to_string(), read.place)),
            ("container", Fact::bare(read.container)),
            ("fixed", Fact::bare(read.way != Way::Files)),
            ("written", Fact::new(written, object.at.place_of(node))),
            ("count", Fact::bare(names.len())),
            ("of", Fact::bare(member.pods.len())),
            ("shown", Fact::bare(listed(&names))),
        ];
        let key = format!("{} {}", member.words(), object.object);
        let subject = Subject { kind: "older_configuration", key, facts: Fact::map(entries, read.place) };
        // One container that reads it anew says nothing of another that does not.
        if names.is_empty() {
            found.entry((read.kind, read.name)).or_insert(subject);
        } else if told.insert((read.kind, read.name)) {
            found.insert((read.kind, read.name), subject);
        }
    }
    found.into_values().collect()
}

/// Whether something of the cluster restarts the pods of a workload when what they read changes.
fn is_restarted(member: &Member<'_>) -> bool {
    let routes = ["metadata.annotations", "spec.template.metadata.annotations"];
    let mut all = routes.iter().filter_map(|route| member.root.at(route)).flat_map(NodeRef::entries);
    all.any(|(key, _)| key.text().is_some_and(|key| RESTARTERS.iter().any(|start| key.starts_with(start))))
}

/// Whether the template of a workload holds a checksum of what its chart makes, and the chart makes that object: then its pods
/// are replaced when the text changes, and a time alone says nothing.
fn is_summed(member: &Member<'_>, object: NodeRef<'_>) -> bool {
    let annotations = member.root.at("spec.template.metadata.annotations");
    let sums =
        |(key, _): (NodeRef<'_>, NodeRef<'_>)| key.text().is_some_and(|key| key.starts_with("checksum/"));
    if !annotations.into_iter().flat_map(NodeRef::entries).any(sums) {
        return false;
    }
    let release = |root: NodeRef<'_>| {
        let by_helm = root.at("metadata.annotations").and_then(|all| all.get("meta.helm.sh/release-name"));
        let by_label = || root.at("metadata.labels").and_then(|all| all.get("app.kubernetes.io/instance"));
        by_helm.or_else(by_label).and_then(NodeRef::text).map(str::to_owned)
    };
    release(member.root).is_some_and(|own| release(object) == Some(own))
}

/// The ConfigMaps and Secrets that the containers of a template read.
fn reads<'d>(member: &Member<'d>) -> Vec<Read<'d>> {
    let mut found = Vec::new();
    let mut volumes: BTreeMap<&str, Vec<(&'static str, NodeRef<'d>)>> = BTreeMap::new();
    for volume in items(member.pod.spec(), "volumes") {
        let Some(name) = volume.text_at("name") else { continue };
        let own = volumes.entry(name).or_default();
        let mut add = |from: NodeRef<'d>, route: &str, kind: &'static str| {
            own.extend(from.at(route).map(|node| (kind, node)));
        };
        add(volume, "configMap.name", "ConfigMap");
        add(volume, "secret.secretName", "Secret");
        for source in items(volume, "projected.sources") {
            add(source, "configMap.name", "ConfigMap");
            add(source, "secret.name", "Secret");
        }
    }
    for container in member.pod.running() {
        let Some(own) = container.text_at("name") else { continue };
        let mut add = |kind: &'static str, node: NodeRef<'d>, way: Way| {
            if let Some(name) = node.text() {
                found.push(Read { kind, name, way, container: own, place: member.place(node) });
            }
        };
        for mount in items(container, "volumeMounts") {
            let whole = mount.get("subPath").is_none() && mount.get("subPathExpr").is_none();
            for (kind, node) in mount.text_at("name").and_then(|name| volumes.get(name)).into_iter().flatten()
            {
                add(kind, *node, if whole { Way::Files } else { Way::OneFile });
            }
        }
        for (fields, list) in [
            ([("configMapRef.name", "ConfigMap"), ("secretRef.name", "Secret")], "envFrom"),
            (
                [("valueFrom.configMapKeyRef.name", "ConfigMap"), ("valueFrom.secretKeyRef.name", "Secret")],
                "env",
            ),
        ] {
            for source in items(container, list) {
                for (route, kind) in fields {
                    if let Some(node) = source.at(route) {
                        add(kind, node, Way::Variables);
                    }
                }
            }
        }
    }
    found
}

/// When the data of an object was last written, as the API server says, and where it does. Times of RFC 3339 in UTC, which
/// it always writes, are in the order of their texts.
fn last_written(root: NodeRef<'_>) -> Option<(&str, NodeRef<'_>)> {
    let owns = |entry: &NodeRef<'_>| {
        let fields = entry.get("fieldsV1");
        fields.is_some_and(|fields| fields.get("f:data").is_some() || fields.get("f:binaryData").is_some())
    };
    let entries = items(root, "metadata.managedFields").filter(owns);
    let times = entries.filter_map(|entry| entry.get("time")).filter_map(|node| Some((node.text()?, node)));
    times.filter(|(time, _)| is_time(time)).max_by_key(|(time, _)| *time)
}

/// Whether a text is a time as the API server writes it: `2026-08-13T09:14:27Z`.
fn is_time(text: &str) -> bool {
    text.len() == 20 && text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T')
}

/// Whether a container of a pod has run without a break since before a time. One that was restarted may have been so later,
/// unless the kubelet has told nothing of the pod since.
fn ran_before(pod: PodAt<'_>, container: &str, time: &str) -> bool {
    let made = pod.root.text_at("metadata.creationTimestamp").filter(|made| is_time(made));
    if made.is_none_or(|made| made >= time) {
        return false;
    }
    let status = pod.containers().chain(items(pod.root, "status.initContainerStatuses"));
    let mut own = status.filter(|status| status.text_at("name") == Some(container));
    let Some(status) = own.next() else { return false };
    let Some(running) = status.at("state.running") else { return false };
    // It was made before, and started later: with what was there then.
    if running.text_at("startedAt").is_some_and(|started| !is_time(started) || started >= time) {
        return false;
    }
    let told = items(pod.root, "metadata.managedFields")
        .filter(|entry| entry.text_at("subresource") == Some("status"))
        .filter_map(|entry| entry.text_at("time"))
        .filter(|told| is_time(told))
        .max();
    super::number(status, "restartCount") == 0 || told.is_some_and(|told| told < time)
}
