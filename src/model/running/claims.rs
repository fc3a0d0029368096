//! Turns the volume claims that pods of Mimir and Loki use into whether each is bound, and as large as it was asked for.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

use super::items;
use super::members::Member;
use super::members::Members;
use super::members::PodAt;
use super::members::Role;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::fact::Subject;
use crate::model::piece::ObjectName;
use crate::model::piece::Resource;
use crate::model::stack::Stack;

/// How sizes are written in a claim, and in what a StatefulSet makes claims of.
const REQUEST: &str = "spec.resources.requests.storage";

/// What a claim's status says of an enlargement that is not done. Source: Kubernetes, `PersistentVolumeClaimConditionType`.
const RESIZING: [&str; 4] =
    ["ControllerResizeError", "NodeResizeError", "FileSystemResizePending", "Resizing"];

/// A claim that a workload of the stack uses.
struct Claim<'d> {
    /// The workload that uses it.
    user: String,
    namespace: &'d str,
    name: String,
    /// The object; `None` where the input has none.
    object: Option<(&'d Resource, NodeRef<'d>)>,
    /// The size in the StatefulSet that it was made of, with its place.
    template: Option<(&'d str, Place)>,
    /// The place of who uses it.
    place: Place,
}

/// The claims of a stack.
pub(super) struct Claims<'d> {
    all: Vec<Claim<'d>>,
    /// Pods that wait for a claim that is told to be wanting, by namespace and name.
    wanting: HashSet<(&'d str, &'d str)>,
    /// How many claims are told to be wanting of a workload of which no pod is in the input, by the workload.
    untold: HashMap<&'d ObjectName, usize>,
}

impl<'d> Claims<'d> {
    /// Finds them: by the volumes of pods and templates, and by the names that StatefulSets give.
    pub(super) fn of(stack: &Stack<'d>, members: &Members<'d>) -> Self {
        let mut all = Vec::new();
        let (mut wanting, mut untold) = (HashSet::new(), HashMap::new());
        for member in members.all.iter().filter(|member| member.role == Role::Store) {
            let own = of_member(stack, member);
            let bad: HashSet<&str> =
                own.iter().filter(|claim| claim.is_told()).map(|claim| claim.name.as_str()).collect();
            if member.pods.is_empty() {
                untold.insert(&member.resource.object, bad.len());
            }
            let mut blamed = HashSet::new();
            for pod in &member.pods {
                let mut used = items(pod.root, "spec.volumes")
                    .filter_map(|volume| volume.text_at("persistentVolumeClaim.claimName"));
                if let Some(claim) = used.find(|name| bad.contains(name)).filter(|_| pod.waits_for_volume()) {
                    wanting.insert((member.namespace(), pod.name()));
                    blamed.insert(claim.to_owned());
                }
            }
            // One that waits for its first pod is no fault: the pod is. One that has lost its volume is, whatever its pod does.
            let pods = !member.pods.is_empty();
            let kept = |claim: &Claim<'_>| {
                !pods || claim.is_bound() || claim.is_lost() || blamed.contains(&claim.name)
            };
            all.extend(own.into_iter().filter(kept));
        }
        Self { all, wanting, untold }
    }

    /// Whether a claim is told to be the reason why a pod waits for a volume.
    pub(super) fn explain(&self, pod: PodAt<'_>) -> bool {
        self.wanting.contains(&(&*pod.resource.object.namespace, pod.name()))
    }

    /// Whether claims are told to be the reason why so many pods of a workload do not serve that are not in the input.
    pub(super) fn explain_all(&self, member: &Member<'_>, missing: i64) -> bool {
        let told = self.untold.get(&member.resource.object).copied().unwrap_or(0);
        told > 0 && i64::try_from(told).is_ok_and(|told| told >= missing)
    }

    /// The subjects `claim`.
    pub(super) fn subjects(&self) -> Vec<Subject> {
        self.all.iter().map(Claim::subject).collect()
    }
}

/// The claims of one workload, each once.
fn of_member<'d>(stack: &Stack<'d>, member: &Member<'d>) -> Vec<Claim<'d>> {
    let namespace = member.namespace();
    let mut found: BTreeMap<String, Claim<'d>> = BTreeMap::new();
    let mut add = |name: String, template: Option<(&'d str, Place)>, place: Place| {
        let object = stack
            .object("PersistentVolumeClaim", namespace, &name)
            .filter(|(_, root)| root.at("status.phase").is_some());
        let user = member.words();
        let claim = Claim { user, namespace, name: name.clone(), object, template, place };
        found.entry(name).or_insert(claim);
    };
    let templates = items(member.root, "spec.volumeClaimTemplates");
    let templates: Vec<_> =
        templates.filter_map(|claim| Some((claim.text_at("metadata.name")?, claim))).collect();
    // Its pods have the numbers from `start` on; what it had before it was made smaller is nobody's.
    let first = super::number(member.root, "spec.ordinals.start");
    let last = first.saturating_add(super::number(member.root, "status.replicas").min(MOST));
    for (name, claim) in &templates {
        let size = claim.at(REQUEST).and_then(|size| Some((size.text()?, member.place(size))));
        let place = member.place(claim.at("metadata.name").unwrap_or(*claim));
        for number in first..last {
            add(format!("{name}-{}-{number}", member.resource.object.name), size, place);
        }
    }
    for volume in items(member.pod.spec(), "volumes") {
        if let Some(claim) = volume.at("persistentVolumeClaim.claimName")
            && let Some(name) = claim.text()
        {
            add(name.to_owned(), None, member.place(claim));
        }
    }
    let covered =
        |claim: &Claim<'_>| claim.object.is_some() || stack.covers("PersistentVolumeClaim", namespace);
    found.into_values().filter(covered).collect()
}

/// No StatefulSet of a stack has more pods.
const MOST: i64 = 10_000;

impl Claim<'_> {
    fn phase(&self) -> Option<&str> {
        self.object.and_then(|(_, root)| root.text_at("status.phase"))
    }

    fn is_bound(&self) -> bool {
        self.phase() == Some("Bound")
    }

    fn is_lost(&self) -> bool {
        self.phase() == Some("Lost")
    }

    /// Whether a rule tells that it is not there, or not bound.
    fn is_told(&self) -> bool {
        !self.is_bound() && (self.object.is_some() || self.template.is_some())
    }

    fn subject(&self) -> Subject {
        let words = format!("PersistentVolumeClaim {}/{}", self.namespace, self.name);
        let own =
            |route: &str| match self.object.and_then(|(resource, root)| Some((resource, root.at(route)?))) {
                Some((resource, node)) => Fact::new(node.text(), resource.at.place_of(node)),
                None => Fact::default(),
            };
        let state = match self.phase() {
            // Both are always there; without them nothing can be compared.
            Some("Bound")
                if [REQUEST, "status.capacity.storage"].iter().all(|route| !own(route).is_null()) =>
            {
                "bound"
            }
            Some("Bound") => "unseen",
            Some("Lost") => "lost",
            Some(_) => "pending",
            None if self.template.is_some() => "missing",
            // A claim that a pod names and that is not there is a reference to nothing.
            None => "unseen",
        };
        let place = self.object.map_or(self.place, |(resource, _)| resource.place);
        let entries = [
            ("words", Fact::new(words.as_str(), place)),
            ("user", Fact::new(self.user.as_str(), self.place)),
            ("state", Fact::new(state, own("status.phase").place.unwrap_or(place))),
            ("class", own("spec.storageClassName")),
            ("request", own(REQUEST)),
            ("capacity", own("status.capacity.storage")),
            ("template", self.template.map_or_else(Fact::default, |(size, place)| Fact::new(size, place))),
            ("resize", self.resize()),
        ];
        Subject { kind: "claim", key: words, facts: Fact::map(entries, place) }
    }

    /// What its status says of an enlargement that is not done.
    fn resize(&self) -> Fact {
        let Some((resource, root)) = self.object else { return Fact::default() };
        let conditions: HashMap<&str, NodeRef<'_>> = items(root, "status.conditions")
            .filter(|own| own.text_at("status") == Some("True"))
            .filter_map(|own| Some((own.text_at("type")?, own)))
            .collect();
        let of_status = root.at("status.allocatedResourceStatuses.storage");
        if let Some(node) =
            of_status.filter(|node| node.text().is_some_and(|text| text.ends_with("Infeasible")))
        {
            return Fact::new(node.text(), resource.at.place_of(node));
        }
        let found = RESIZING.iter().find_map(|kind| conditions.get(kind).map(|node| (*kind, *node)));
        match found.or(of_status.and_then(|node| Some((node.text()?, node)))) {
            Some((kind, node)) => Fact::new(kind, resource.at.place_of(node.get("type").unwrap_or(node))),
            None => Fact::default(),
        }
    }
}
