//! Reads what the pods of each workload are known by: labels, containers, ports, addresses.

use std::collections::BTreeMap;
use std::collections::HashMap;

use crate::document::NodeRef;
use crate::model::piece::ObjectName;
use crate::model::pod;
use crate::model::stack::Stack;

/// The pods of one workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PodSet {
    /// The workload.
    pub(crate) object: ObjectName,
    /// The labels of its pods.
    labels: BTreeMap<String, String>,
    /// Its containers that run beside each other.
    pub(crate) containers: Vec<PodContainer>,
    /// Whether they use the network of their node.
    pub(crate) shares_node: bool,
    /// Addresses of single pods, where the input shows pods that run.
    pub(crate) addresses: Vec<String>,
    /// Names of single pods, where the input shows them.
    pub(crate) names: Vec<String>,
}

/// A container of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PodContainer {
    /// Its name.
    pub(crate) name: String,
    /// Its image.
    pub(crate) image: String,
    /// Whether it runs what a shell makes of its arguments, whatever its image is.
    pub(crate) shell: bool,
    /// The ports that it names, by name; the name is empty where it has none.
    pub(crate) ports: Vec<(String, u16)>,
}

impl PodSet {
    /// Whether the selector of a Service in that namespace takes these pods.
    pub(super) fn is_taken_by(&self, selector: &[(&str, &str)], namespace: &str) -> bool {
        let here =
            namespace == &*self.object.namespace || namespace.is_empty() || self.object.namespace.is_empty();
        here && selector.iter().all(|(key, value)| self.labels.get(*key).is_some_and(|own| own == value))
    }

    /// The labels of the pods.
    pub(crate) fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.labels.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The value of a label of the pods.
    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        self.labels.get(name).map(String::as_str)
    }

    /// Whether a pod of that name can be one of these: `loki-write-0` of the `StatefulSet` `loki-write`.
    pub(crate) fn has_pod(&self, pod: &str) -> bool {
        let made = || pod.strip_prefix(&*self.object.name).is_some_and(|rest| rest.starts_with('-'));
        self.names.iter().any(|own| own == pod) || (&*self.object.kind != "Pod" && made())
    }
}

/// Pods by their labels: who has one, as indices.
#[derive(Debug, Default)]
pub(super) struct ByLabel<'p>(HashMap<(&'p str, &'p str), Vec<usize>>);

impl<'p> ByLabel<'p> {
    pub(super) fn new(pods: &'p [PodSet]) -> Self {
        let mut by_label = Self::default();
        for (index, own) in pods.iter().enumerate() {
            for (key, value) in &own.labels {
                by_label.0.entry((key, value)).or_default().push(index);
            }
        }
        by_label
    }

    /// Those that a selector may take, which has labels: all that have the rarest of them, in order.
    pub(super) fn candidates<'s>(&'s self, selector: &[(&'s str, &'s str)]) -> &'s [usize] {
        let having = selector.iter().map(|label| self.0.get(label).map_or(&[][..], Vec::as_slice));
        having.min_by_key(|having| having.len()).unwrap_or_default()
    }
}

/// The pods of all workloads of a stack. Pods that a workload of the stack made belong to it.
pub(super) fn pods(stack: &Stack<'_>) -> Vec<PodSet> {
    let mut sets: Vec<PodSet> = Vec::new();
    let mut made = Vec::new();
    for (resource, root) in stack.workloads() {
        if pod::is_made_by_another(stack, root) {
            made.extend(running(root).map(|own| (resource, own)));
            continue;
        }
        let Some(pod) = pod::Pod::of(root, resource.at.doc) else { continue };
        let templates = ["spec.template", "spec.jobTemplate.spec.template"];
        let template = templates.into_iter().find_map(|route| root.at(route)).unwrap_or(root);
        let labels = template.at("metadata.labels").into_iter().flat_map(NodeRef::entries_merged);
        let labels =
            labels.filter_map(|(key, value)| Some((key.text()?.to_owned(), value.text()?.to_owned())));
        let own = running(root);
        sets.push(PodSet {
            object: resource.object.clone(),
            labels: labels.collect(),
            containers: pod.running().map(container).collect(),
            shares_node: pod.shares_node(),
            addresses: own.iter().map(|(_, address)| address.clone()).collect(),
            names: own.into_iter().map(|(name, _)| name).collect(),
        });
    }
    for (resource, (name, address)) in made {
        let same =
            |set: &&mut PodSet| set.object.namespace == resource.object.namespace && set.has_pod(&name);
        if let Some(set) = sets.iter_mut().filter(same).max_by_key(|set| set.object.name.len()) {
            set.addresses.push(address);
            set.names.push(name);
        }
    }
    sets
}

/// Name and address of a pod that runs.
fn running(root: NodeRef<'_>) -> Option<(String, String)> {
    let address = root.text_at("status.podIP")?;
    Some((root.text_at("metadata.name")?.to_owned(), address.to_owned()))
}

fn container(container: NodeRef<'_>) -> PodContainer {
    let ports = container.get("ports").into_iter().flat_map(NodeRef::items);
    let ports = ports.filter_map(|port| {
        let number = port.get("containerPort").and_then(NodeRef::int)?;
        Some((port.text_at("name").unwrap_or_default().to_owned(), u16::try_from(number).ok()?))
    });
    let shell = pod::texts(container, "command").first().is_some_and(|command| {
        matches!(command.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash" | "busybox" | "env"))
    });
    PodContainer {
        shell,
        name: container.text_at("name").unwrap_or_default().to_owned(),
        image: container.text_at("image").unwrap_or_default().to_owned(),
        ports: ports.collect(),
    }
}
