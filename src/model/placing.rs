//! Turns a workload, or the values that make it, into facts about where a collector runs: how many of it, what of the node
//! it sees, under which hosts it is reached, and as whom it asks the cloud.

use super::fact::Fact;
use super::mounts::Mount;
use super::mounts::Volume;
use super::roles::ROLE;
use super::stack::ReleasedChart;
use super::stack::Stack;
use super::values::fact_of;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;

/// The facts of a rendered workload. `mounts` are those of its collector's container.
pub(super) fn facts_of_workload(
    stack: &Stack<'_>,
    (root, doc): (NodeRef<'_>, DocId),
    mounts: &[Mount],
    place: Place,
) -> Vec<(&'static str, Fact)> {
    let kind = root.text_at("kind").unwrap_or_default();
    let replicas = root.at("spec.replicas").and_then(NodeRef::int).unwrap_or(1);
    let several = kind == "DaemonSet" || matches!(kind, "Deployment" | "StatefulSet") && replicas > 1;
    let of_node = mounts.iter().filter_map(|mount| match &mount.source {
        Volume::HostPath(path) => Some(node_mount(path, &mount.path, mount.place)),
        _ => None,
    });
    let namespace = root.text_at("metadata.namespace").unwrap_or_default();
    let account = root.text_at("spec.template.spec.serviceAccountName").unwrap_or("default");
    let role = stack.object("ServiceAccount", namespace, account).and_then(|(resource, account)| {
        let role = account.at("metadata.annotations")?.get(ROLE)?;
        Some(fact_of(role, resource.at.doc))
    });
    let name = root.text_at("metadata.name").unwrap_or_default();
    vec![
        ("several", Fact::new(several, place)),
        ("node_mounts", Fact::list(of_node, place)),
        ("hosts", Fact::list(hosts(stack, namespace, name), Place { doc, span: root.span() })),
        ("role", role.unwrap_or(Fact::absent(place))),
    ]
}

/// The same facts from values of the alloy chart.
pub(super) fn facts_of_values(release: &ReleasedChart<'_>) -> Vec<(&'static str, Fact)> {
    let values = &release.values;
    let place = release.release.place;
    let replicas = values.reach("controller.replicas");
    let replicas = if let super::fact::FactValue::Int(replicas) = replicas.value { replicas } else { 1 };
    let scaled = ["controller.autoscaling.enabled", "controller.autoscaling.horizontal.enabled"];
    let scaled = scaled.iter().any(|route| values.reach(route).bool() == Some(true));
    let several = match values.reach("controller.type").text() {
        None | Some("daemonset") => true,
        Some(_) => replicas > 1 || scaled,
    };
    let volumes = values.reach("controller.volumes.extra");
    let path_of = |name: Option<&str>| {
        let volume = volumes.items().iter().find(|volume| volume.reach("name").text() == name)?;
        volume.reach("hostPath.path").text().map(str::to_owned)
    };
    let mounts = values.reach("alloy.mounts.extra");
    let of_node = mounts.items().iter().filter_map(|mount| {
        let path = path_of(mount.reach("name").text())?;
        Some(node_mount(&path, mount.reach("mountPath").text()?, mount.place.unwrap_or(place)))
    });
    let open = values.reach("ingress.enabled").bool() == Some(true);
    let hosts = values.reach("ingress.hosts");
    let hosts = if open { hosts } else { Fact::absent(hosts.place) };
    let annotations = values.reach("serviceAccount.annotations");
    let role = annotations.entries().find(|(name, _)| *name == ROLE).map(|(_, role)| role.clone());
    vec![
        ("several", Fact::new(several, place)),
        ("node_mounts", Fact::list(of_node, mounts.place.unwrap_or(place))),
        ("hosts", hosts),
        ("role", role.unwrap_or(Fact::absent(annotations.place))),
    ]
}

fn node_mount(of_node: &str, path: &str, place: Place) -> Fact {
    let trimmed = |path: &str| match path.trim_end_matches('/') {
        "" => "/".to_owned(),
        path => path.to_owned(),
    };
    Fact::map(
        [("node_path", Fact::new(trimmed(of_node), place)), ("path", Fact::new(trimmed(path), place))],
        place,
    )
}

/// The hosts of the Ingresses that lead to a Service of the workload's name.
fn hosts(stack: &Stack<'_>, namespace: &str, name: &str) -> Vec<Fact> {
    let mut found = Vec::new();
    for (resource, root) in stack.objects(&["Ingress"]) {
        if *resource.object.namespace != *namespace {
            continue;
        }
        for rule in root.at("spec.rules").into_iter().flat_map(NodeRef::items) {
            let mut paths = rule.at("http.paths").into_iter().flat_map(NodeRef::items);
            if let Some(host) = rule.get("host")
                && paths.any(|path| path.text_at("backend.service.name") == Some(name))
            {
                found.push(fact_of(host, resource.at.doc));
            }
        }
    }
    found
}
