//! Objects of a cluster as they wait for the decision whether they belong to the stack: as short as they can be.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;

use serde_json::Value;
use serde_json::json;

use super::kinds::Kind;
use super::named;
use super::named::Known;
use super::named::Named;

/// An object that was listed.
#[derive(Debug)]
pub(super) struct Held {
    /// Its kind.
    pub(super) kind: &'static Kind,
    /// The version that it was asked for in.
    pub(super) version: String,
    /// Its namespace; empty for none.
    pub(super) namespace: String,
    /// Its name.
    pub(super) name: String,
    /// What it names, for workloads.
    pub(super) named: Named,
    /// What a Service selects; `None` for one without a selector, and for all else.
    pub(super) selects: Option<BTreeMap<String, String>>,
    /// Whether a chart of the monitoring is installed into a namespace by it.
    pub(super) installs_into: Option<String>,
    /// Who made it, for pods.
    pub(super) maker: Maker,
    /// Whether it is the whole object.
    pub(super) whole: bool,
    /// Whether it is Helm's record of a release.
    pub(super) is_record: bool,
    /// The whole object, or its metadata where no more was asked for, as JSON without blanks: a tree takes five times as
    /// much memory, and most objects of a large cluster are none of ours.
    pub(super) json: String,
}

/// Who made a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Maker {
    /// A workload of a kind that is listed by itself.
    Listed,
    /// Nobody, a node, or something that is not listed: only the pod tells what runs.
    Other,
}

/// Kinds of workloads that are listed in the whole cluster, and what stands between them and their pods.
const LISTED: [&str; 6] = ["CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"];

/// Kinds that run pods.
const WORKLOADS: [&str; 7] =
    ["CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet"];

/// Kinds that are read in the namespaces of the stack only: there are many of them elsewhere, and what is there says nothing
/// of the stack.
const OF_THE_STACK: [&str; 9] = [
    "ConfigMap",
    "EndpointSlice",
    "HorizontalPodAutoscaler",
    "PersistentVolumeClaim",
    "Pod",
    "PodDisruptionBudget",
    "ReplicaSet",
    "Secret",
    "ServiceAccount",
];

/// Whether a kind is read in the namespaces of the stack only.
pub(super) fn is_of_the_stack(kind: &Kind) -> bool {
    OF_THE_STACK.contains(&kind.kind.as_str())
}

/// Whether a kind runs pods.
pub(super) fn runs_pods(kind: &Kind) -> bool {
    is_workload(&kind.kind)
}

/// Whether the kind of that name runs pods.
pub(super) fn is_workload(kind: &str) -> bool {
    WORKLOADS.contains(&kind)
}

impl Held {
    /// An object of a list; `whole` where all of it was asked for.
    pub(super) fn new(object: &Value, kind: &'static Kind, version: &str, whole: bool, known: Known) -> Self {
        let text = |pointer| named::text(object, pointer).unwrap_or_default();
        let owner = named::text(object, "/metadata/ownerReferences/0/kind").unwrap_or_default();
        let maker = if LISTED.contains(&owner.as_str()) { Maker::Listed } else { Maker::Other };
        // Where metadata was asked for, nothing else is kept, whatever came.
        let metadata = || json!({ "metadata": object.get("metadata") });
        let named =
            if whole && runs_pods(kind) { named::named(object, &kind.kind, known) } else { Named::default() };
        let selector = object.pointer("/spec/selector").filter(|_| kind.kind == "Service");
        let selects =
            selector.and_then(Value::as_object).filter(|selector| !selector.is_empty()).map(|selector| {
                let pairs = selector.iter();
                pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
            });
        let installs_into = (kind.kind == "HelmChart")
            .then(|| named::text(object, "/spec/chart"))
            .flatten()
            .filter(|chart| (known.is_chart)(chart.rsplit('/').next().unwrap_or(chart)))
            .map(|_| {
                named::text(object, "/spec/targetNamespace").unwrap_or_else(|| text("/metadata/namespace"))
            });
        Self {
            kind,
            version: version.to_owned(),
            namespace: text("/metadata/namespace"),
            name: text("/metadata/name"),
            named,
            selects,
            installs_into,
            whole,
            is_record: whole && kind.kind == "Secret" && text("/metadata/labels/owner") == "helm",
            maker,
            json: if whole { object.to_string() } else { metadata().to_string() },
        }
    }

    /// The object as a tree.
    pub(super) fn object(&self) -> Value {
        // It was written from a tree a moment ago.
        serde_json::from_str(&self.json).unwrap_or_default()
    }
}

/// The namespaces that the stack is spread over: those where parts of it run, those that its charts are installed into, and
/// those in which the platform has it, where they are there.
pub(super) fn namespaces(held: &[Held], known: Known) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for own in held {
        if own.named.is_part && !own.namespace.is_empty() {
            found.insert(own.namespace.clone());
        }
        found.extend(own.installs_into.clone());
        if own.kind.kind == "Namespace" && known.homes.contains(&own.name.as_str()) {
            found.insert(own.name.clone());
        }
    }
    found
}

/// Services by the words that name them from other namespaces: `NAME.NAMESPACE`.
pub(super) struct Addresses<'h> {
    services: HashMap<String, &'h Held>,
}

impl<'h> Addresses<'h> {
    /// Those of all Services that were listed.
    pub(super) fn of(held: &'h [Held]) -> Self {
        let services = held.iter().filter(|own| own.kind.kind == "Service");
        let services = services.map(|own| (format!("{}.{}", own.name, own.namespace), own));
        Self { services: services.collect() }
    }

    /// The Service that a word of a text names, by itself or behind the name of a pod.
    pub(super) fn named(&self, word: &str) -> Option<&'h Held> {
        let (first, rest) = word.split_once('.')?;
        let pair = |first: &str, rest: &str| {
            let namespace = rest.split('.').next().unwrap_or_default();
            self.services.get(&format!("{first}.{namespace}")).copied()
        };
        pair(first, rest).or_else(|| {
            let (second, rest) = rest.split_once('.')?;
            pair(second, rest)
        })
    }
}

/// Whether a Service selects the pods of a workload.
pub(super) fn selects(service: &Held, workload: &Held) -> bool {
    let Some(selector) = service.selects.as_ref().filter(|_| service.namespace == workload.namespace) else {
        return false;
    };
    let has = |(key, value): (&String, &String)| {
        workload.named.pod_labels.iter().any(|(own, other)| own == key && other == value)
    };
    runs_pods(workload.kind) && selector.iter().all(has)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::kinds::kinds;

    const KNOWN: Known = Known {
        is_image: |image| image.contains("alloy"),
        is_sender: |image| image.contains("alloy"),
        is_command: |_| false,
        is_chart: |chart| chart == "loki",
        is_log_folder: |_| false,
        homes: &["mimir"],
    };

    fn held(kind: &str, object: &Value) -> Held {
        let kind = kinds().iter().find(|own| own.kind == kind).unwrap();
        Held::new(object, kind, "v1", true, KNOWN)
    }

    #[test]
    fn namespaces_of_parts_charts_and_homes_are_the_stacks() {
        let pod = |image: &str| json!({"template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"image": image}]}}});
        let all = [
            held(
                "DaemonSet",
                &json!({"metadata": {"name": "a", "namespace": "collect"}, "spec": pod("grafana/alloy")}),
            ),
            held("Deployment", &json!({"metadata": {"name": "b", "namespace": "shop"}, "spec": pod("shop")})),
            held(
                "HelmChart",
                &json!({"metadata": {"name": "c", "namespace": "helm"}, "spec": {"chart": "repo/loki", "targetNamespace": "logs"}}),
            ),
            held("Namespace", &json!({"metadata": {"name": "mimir"}})),
            held("Namespace", &json!({"metadata": {"name": "shop"}})),
        ];
        assert_eq!(namespaces(&all, KNOWN).into_iter().collect::<Vec<_>>(), ["collect", "logs", "mimir"]);
    }

    #[test]
    fn nothing_but_metadata_is_kept_where_that_was_asked_for() {
        let object =
            json!({"metadata": {"name": "s", "ownerReferences": [{"kind": "Node"}]}, "data": {"p": "hush"}});
        let kind = kinds().iter().find(|own| own.kind == "Secret").unwrap();
        let held = Held::new(&object, kind, "v1", false, KNOWN);
        assert!(!held.json.contains("hush"), "{}", held.json);
        assert_eq!(held.maker, Maker::Other);
        let owned = json!({"metadata": {"name": "p", "ownerReferences": [{"kind": "ReplicaSet"}]}});
        assert_eq!(Held::new(&owned, kind, "v1", false, KNOWN).maker, Maker::Listed);
    }

    #[test]
    fn services_are_found_by_their_hosts() {
        let all = [
            held(
                "Service",
                &json!({"metadata": {"name": "store", "namespace": "logs"}, "spec": {"selector": {"a": "b"}}}),
            ),
            held(
                "Deployment",
                &json!({"metadata": {"name": "x", "namespace": "logs"}, "spec": {"template": {"metadata": {"labels": {"a": "b", "c": "d"}}}}}),
            ),
        ];
        let addresses = Addresses::of(&all);
        for word in ["store.logs", "store.logs.svc.cluster.local", "pod-0.store.logs.svc"] {
            assert_eq!(addresses.named(word).unwrap().name, "store", "{word}");
        }
        assert!(addresses.named("store.other").is_none());
        assert!(addresses.named("logs").is_none());
        assert!(selects(&all[0], &all[1]));
        assert!(!selects(&all[0], &all[0]));
    }
}
