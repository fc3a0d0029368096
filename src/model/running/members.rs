//! Turns the objects of a stack into its workloads that controllers run, each with its role and its pods.

use std::collections::HashMap;
use std::collections::HashSet;

use super::items;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::collector::runs_alloy;
use crate::model::piece::ObjectName;
use crate::model::piece::Resource;
use crate::model::pod::Pod;
use crate::model::pod::deployment_of;
use crate::model::pod::image_name;
use crate::model::shippers;
use crate::model::stack::Stack;
use crate::model::start;
use crate::model::start::Start;

/// Kinds of workloads whose controllers report how far they are.
const KINDS: [&str; 3] = ["DaemonSet", "Deployment", "StatefulSet"];

/// Values of the label `app.kubernetes.io/name` that the charts of the stack give to all that they make, gateways and
/// caches among it, with the role. Source: the charts' templates.
const LABELLED: [(&str, Role); 6] = [
    ("alloy", Role::Collector),
    ("grafana", Role::Grafana),
    ("loki", Role::Store),
    ("enterprise-logs", Role::Store),
    ("mimir", Role::Store),
    ("mimir-distributed", Role::Store),
];

/// What a workload does for the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It runs Alloy.
    Collector,
    /// It is a part of Mimir or Loki.
    Store,
    /// It is Grafana.
    Grafana,
    /// It runs a collector of another make.
    Shipper,
}

impl Role {
    /// How rules name it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Collector => "collector",
            Self::Store => "store",
            Self::Grafana => "grafana",
            Self::Shipper => "shipper",
        }
    }
}

/// A workload of the stack that a controller has looked at.
pub(super) struct Member<'d> {
    /// The object.
    pub(super) resource: &'d Resource,
    /// Its mapping.
    pub(super) root: NodeRef<'d>,
    /// Its template.
    pub(super) pod: Pod<'d>,
    /// What it does.
    pub(super) role: Role,
    /// Its pods in the input that live, in the order of the input.
    pub(super) pods: Vec<PodAt<'d>>,
}

/// A pod of the input.
#[derive(Clone, Copy)]
pub(super) struct PodAt<'d> {
    /// The object.
    pub(super) resource: &'d Resource,
    /// Its mapping.
    pub(super) root: NodeRef<'d>,
}

impl<'d> PodAt<'d> {
    /// Its name.
    pub(super) fn name(&self) -> &'d str {
        &self.resource.object.name
    }

    /// The place of a node of it.
    pub(super) fn place(&self, node: NodeRef<'_>) -> Place {
        self.resource.at.place_of(node)
    }

    /// Whether it takes requests.
    pub(super) fn is_ready(&self) -> bool {
        super::condition(self.root, "Ready").and_then(|ready| ready.text_at("status")) == Some("True")
    }

    /// What says that no node takes it; `None` for one that is on a node.
    pub(super) fn unscheduled(&self) -> Option<NodeRef<'d>> {
        super::condition(self.root, "PodScheduled").filter(|own| own.text_at("status") == Some("False"))
    }

    /// Whether no node takes it for want of a volume.
    pub(super) fn waits_for_volume(&self) -> bool {
        let message = self.unscheduled().and_then(|own| own.text_at("message"));
        let message = message.unwrap_or_default().to_ascii_lowercase();
        message.contains("persistentvolumeclaim") || message.contains("volume node affinity")
    }

    /// The states of its containers.
    pub(super) fn containers(&self) -> impl Iterator<Item = NodeRef<'d>> + use<'d> {
        items(self.root, "status.containerStatuses")
    }
}

impl<'d> Member<'d> {
    /// The place of a node of the workload.
    pub(super) fn place(&self, node: NodeRef<'_>) -> Place {
        self.resource.at.place_of(node)
    }

    /// The place of what stands at a route of the workload.
    pub(super) fn place_at(&self, route: &str) -> Option<Place> {
        self.root.at(route).map(|node| self.place(node))
    }

    /// It in words: `DaemonSet alloy/alloy`.
    pub(super) fn words(&self) -> String {
        self.resource.object.to_string()
    }

    /// Its kind.
    pub(super) fn kind(&self) -> &'d str {
        &self.resource.object.kind
    }

    /// Its namespace.
    pub(super) fn namespace(&self) -> &'d str {
        &self.resource.object.namespace
    }

    /// How many pods it should have: for a DaemonSet as many as its controller counts nodes that take them.
    pub(super) fn wanted(&self) -> i64 {
        match self.kind() {
            "DaemonSet" => super::number(self.root, "status.desiredNumberScheduled"),
            _ => self.root.at("spec.replicas").and_then(NodeRef::int).unwrap_or(1),
        }
    }

    /// How many of them serve.
    pub(super) fn available(&self) -> i64 {
        let (available, ready) = match self.kind() {
            "DaemonSet" => ("status.numberAvailable", "status.numberReady"),
            _ => ("status.availableReplicas", "status.readyReplicas"),
        };
        // StatefulSets report it from Kubernetes 1.22 on.
        let route =
            if self.kind() == "StatefulSet" && self.root.at(available).is_none() { ready } else { available };
        super::number(self.root, route)
    }

    /// How many are made of the template as it is now.
    pub(super) fn updated(&self) -> i64 {
        match self.kind() {
            "DaemonSet" => super::number(self.root, "status.updatedNumberScheduled"),
            // Without two revisions all pods are of the one.
            "StatefulSet"
                if self.root.text_at("status.currentRevision")
                    == self.root.text_at("status.updateRevision") =>
            {
                self.wanted()
            }
            _ => super::number(self.root, "status.updatedReplicas"),
        }
    }

    /// Whether its controller has yet to look at what was written last, so that its numbers are of what was before.
    pub(super) fn is_unobserved(&self) -> bool {
        let seen = super::number(self.root, "status.observedGeneration");
        self.root.at("metadata.generation").and_then(NodeRef::int).is_some_and(|written| seen < written)
    }

    /// Whether all its pods are made of the template as it is now, and no others are left.
    pub(super) fn is_rolled_out(&self) -> bool {
        let here = match self.kind() {
            "DaemonSet" => super::number(self.root, "status.currentNumberScheduled"),
            _ => super::number(self.root, "status.replicas"),
        };
        !self.is_unobserved() && self.updated() >= self.wanted() && here <= self.wanted()
    }
}

/// The workloads of a stack that run.
pub(super) struct Members<'d> {
    /// In the order of the input.
    pub(super) all: Vec<Member<'d>>,
}

impl<'d> Members<'d> {
    /// Finds them; pods are looked up by who made them, each once.
    pub(super) fn of(stack: &Stack<'d>) -> Self {
        // Without a status there is nothing to find, and rendered manifests are the usual input.
        let run = |root: NodeRef<'_>| root.at("status.observedGeneration").is_some();
        let workloads: Vec<_> = stack.objects(&KINDS).filter(|(_, root)| run(*root)).collect();
        if workloads.is_empty() {
            return Self { all: Vec::new() };
        }
        let mut pods = pods(stack);
        let others: HashSet<ObjectName> =
            shippers::shippers(stack).into_iter().filter_map(|shipper| shipper.object).collect();
        let member = |(resource, root): (&'d Resource, NodeRef<'d>)| {
            let pod = Pod::of(root, resource.at.doc)?;
            let role = role(root, &pod, others.contains(&resource.object))?;
            let object = &resource.object;
            let pods = pods.remove(&(&*object.kind, &*object.namespace, &*object.name)).unwrap_or_default();
            Some(Member { resource, root, pod, role, pods })
        };
        Self { all: workloads.into_iter().filter_map(member).collect() }
    }
}

/// What a workload does for the stack; `None` for one that is no part of it.
fn role(root: NodeRef<'_>, pod: &Pod<'_>, ships: bool) -> Option<Role> {
    let alloy = |container| runs_alloy(root, container) && start::start(container) != Start::Tool;
    if pod.containers().any(alloy) {
        return Some(Role::Collector);
    }
    // A shipper's plugin for Loki has its name in its image.
    let images = pod.running().filter_map(|container| container.text_at("image"));
    let images = images.filter(|image| shippers::program_of_image(image).is_none());
    let of_image = |image: &str| {
        let has = |own: &str| image_name(image).split(['-', '_', '.']).any(|part| part == own);
        match () {
            () if has("mimir") || has("loki") => Some(Role::Store),
            () if matches!(image_name(image), "grafana" | "grafana-oss" | "grafana-enterprise") => {
                Some(Role::Grafana)
            }
            () => None,
        }
    };
    let label = root.at("metadata.labels").and_then(|labels| labels.get("app.kubernetes.io/name"));
    let of_label = || {
        let label = label.and_then(NodeRef::text)?;
        LABELLED.iter().find(|(own, _)| *own == label).map(|(_, role)| *role)
    };
    let own = images.into_iter().find_map(of_image).or_else(of_label);
    own.or(ships.then_some(Role::Shipper))
}

/// Pods that live, by kind, namespace and name of the workload that made them.
fn pods<'d>(stack: &Stack<'d>) -> HashMap<(&'d str, &'d str, &'d str), Vec<PodAt<'d>>> {
    let mut found: HashMap<_, Vec<PodAt<'d>>> = HashMap::new();
    for (resource, root) in stack.objects(&["Pod"]) {
        // One that is over or going leaves no trace in what its workload should be.
        let over = matches!(root.text_at("status.phase"), Some("Succeeded" | "Failed"));
        if over || root.at("metadata.deletionTimestamp").is_some() || root.at("status").is_none() {
            continue;
        }
        if let Some((kind, name)) = maker(stack, root) {
            let key = (kind, &*resource.object.namespace, name);
            found.entry(key).or_default().push(PodAt { resource, root });
        }
    }
    found
}

/// Kind and name of the workload that made a pod: of a Deployment, the one behind its `ReplicaSet`.
fn maker<'d>(stack: &Stack<'d>, root: NodeRef<'d>) -> Option<(&'d str, &'d str)> {
    let owner = items(root, "metadata.ownerReferences")
        .find(|owner| owner.get("controller").and_then(NodeRef::bool) == Some(true))?;
    let (kind, name) = (owner.text_at("kind")?, owner.text_at("name")?);
    if kind != "ReplicaSet" {
        return Some((kind, name));
    }
    let namespace = root.text_at("metadata.namespace").unwrap_or_default();
    let own = stack.object("ReplicaSet", namespace, name).and_then(|(_, set)| {
        let owner = items(set, "metadata.ownerReferences").next()?;
        Some((owner.text_at("kind")?, owner.text_at("name")?))
    });
    own.or_else(|| Some(("Deployment", deployment_of(root, name)?)))
}
