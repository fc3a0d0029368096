//! Tells whether a node takes the pods of a template: taints and tolerations, node selectors, required affinity.

use super::items;
use crate::document::NodeRef;

/// Taints that the DaemonSet controller makes its pods tolerate, with their effects. Source: Kubernetes, DaemonSet, "Taints and
/// tolerations".
const TOLERATED: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];

/// Beginnings of the taints of nodes that come or go: whoever set one takes it away again, or the node with it. Sources: the
/// cluster autoscaler, Karpenter, cloud controllers, Cilium, the drivers for volumes and the AWS node termination handler, by their documentation.
const PASSING: [&str; 16] = [
    "ToBeDeletedByClusterAutoscaler",
    "DeletionCandidateOfClusterAutoscaler",
    "startup-taint.cluster-autoscaler.kubernetes.io/",
    "ignore-taint.cluster-autoscaler.kubernetes.io/",
    "aws-node-termination-handler/",
    "disk.csi.azure.com/agent-not-ready",
    "file.csi.azure.com/agent-not-ready",
    "node.kubernetes.io/network-unavailable",
    "karpenter.sh/",
    "node.cloudprovider.kubernetes.io/",
    "node.cilium.io/agent-not-ready",
    "ebs.csi.aws.com/agent-not-ready",
    "efs.csi.aws.com/agent-not-ready",
    "node.kubernetes.io/not-ready",
    "node.kubernetes.io/unreachable",
    "node.kubernetes.io/out-of-service",
];

/// A taint of a node.
#[derive(Clone, Copy)]
pub(super) struct Taint<'d> {
    pub(super) key: &'d str,
    pub(super) value: &'d str,
    pub(super) effect: &'d str,
}

/// The taints of a node that keep pods out which do not tolerate them, but for those that pass.
pub(super) fn taints(node: NodeRef<'_>) -> impl Iterator<Item = Taint<'_>> {
    all(node).filter(|taint| !TOLERATED.contains(&(taint.key, taint.effect)) && !taint.passes())
}

/// Whether a node comes or goes by one of its taints. One that its kubelet has left says only that it does not answer.
pub(super) fn comes_or_goes(node: NodeRef<'_>) -> bool {
    let silent = |taint: &Taint<'_>| {
        ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].contains(&taint.key)
    };
    all(node).any(|taint| taint.passes() && !silent(&taint))
}

/// The taints of a node that keep pods out which do not tolerate them.
fn all(node: NodeRef<'_>) -> impl Iterator<Item = Taint<'_>> {
    let each = items(node, "spec.taints").map(|taint| Taint {
        key: taint.text_at("key").unwrap_or_default(),
        value: taint.text_at("value").unwrap_or_default(),
        effect: taint.text_at("effect").unwrap_or_default(),
    });
    each.filter(|taint| matches!(taint.effect, "NoSchedule" | "NoExecute"))
}

impl Taint<'_> {
    fn passes(&self) -> bool {
        PASSING.iter().any(|start| self.key.starts_with(start))
    }
}

/// Whether the pods of a specification tolerate a taint. An empty key with `Exists` fits every taint, an empty effect every
/// effect, and no operator is `Equal`.
pub(super) fn tolerates(spec: NodeRef<'_>, taint: Taint<'_>) -> bool {
    items(spec, "tolerations").any(|own| {
        let text = |key: &str| own.text_at(key).unwrap_or_default();
        let effect = text("effect");
        let (key, exists) = (text("key"), text("operator") == "Exists");
        let fits = match key {
            "" => exists,
            key => key == taint.key && (exists || text("value") == taint.value),
        };
        fits && (effect.is_empty() || effect == taint.effect)
    })
}

/// The label of a node selector that a node does not have, with what it has to be.
pub(super) fn unmet<'s>(spec: NodeRef<'s>, node: NodeRef<'_>) -> Option<(NodeRef<'s>, String)> {
    let labels = node.at("metadata.labels");
    let wanted = spec.get("nodeSelector").map(NodeRef::entries_merged).unwrap_or_default();
    wanted.into_iter().find_map(|(key, value)| {
        let (key, text) = (key.text()?, value.text()?);
        let own = labels.and_then(|labels| labels.get(key)).and_then(NodeRef::text);
        (own != Some(text)).then(|| (value, format!("{key}={text}")))
    })
}

/// Whether a node meets what the affinity of a specification requires: one of its terms, all of what that one says.
pub(super) fn meets_affinity(spec: NodeRef<'_>, node: NodeRef<'_>) -> bool {
    let route = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
    let Some(terms) = spec.at(route) else { return true };
    let labels = node.at("metadata.labels");
    let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(NodeRef::text);
    let name = node.text_at("metadata.name");
    terms.items().any(|term| {
        let expressions: Vec<_> = items(term, "matchExpressions").collect();
        let fields: Vec<_> = items(term, "matchFields").collect();
        // A term without conditions takes no node.
        !(expressions.is_empty() && fields.is_empty())
            && expressions.iter().all(|one| holds(*one, one.text_at("key").and_then(label)))
            && fields.iter().all(|one| holds(*one, name))
    })
}

/// Whether a requirement holds of a value. One whose operator is not known is taken to hold: no node is blamed for it.
fn holds(requirement: NodeRef<'_>, own: Option<&str>) -> bool {
    let mut values = items(requirement, "values").filter_map(NodeRef::text);
    let number = |text: &str| text.parse::<i64>().ok();
    match requirement.text_at("operator").unwrap_or_default() {
        "In" => own.is_some_and(|own| values.any(|value| value == own)),
        "NotIn" => own.is_none_or(|own| values.all(|value| value != own)),
        "Exists" => own.is_some(),
        "DoesNotExist" => own.is_none(),
        compare @ ("Gt" | "Lt") => {
            let (own, limit) = (own.and_then(number), values.next().and_then(number));
            own.zip(limit).is_some_and(|(own, limit)| if compare == "Gt" { own > limit } else { own < limit })
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Tree;
    use crate::document::parse_yaml;

    fn tree(text: &str) -> Tree {
        parse_yaml(&text.into()).documents.into_iter().next().unwrap()
    }

    #[test]
    fn a_toleration_fits_by_key_value_and_effect_as_kubernetes_has_it() {
        let taint = Taint { key: "gpu", value: "true", effect: "NoSchedule" };
        for (toleration, fits) in [
            ("{key: gpu, operator: Equal, value: 'true', effect: NoSchedule}", true),
            ("{key: gpu, value: 'true', effect: NoSchedule}", true),
            ("{key: gpu, value: 'true'}", true),
            ("{key: gpu, operator: Exists}", true),
            ("{operator: Exists}", true),
            ("{key: '', operator: Exists, effect: ''}", true),
            ("{operator: Exists, effect: NoSchedule}", true),
            ("{operator: Exists, effect: NoExecute}", false),
            ("{key: gpu, value: 'false'}", false),
            ("{key: gpu}", false),
            ("{key: other, operator: Exists}", false),
            ("{value: 'true'}", false),
            ("{key: gpu, operator: Exists, effect: NoExecute}", false),
        ] {
            let spec = tree(&format!("tolerations: [{toleration}]"));
            assert_eq!(tolerates(spec.root().unwrap(), taint), fits, "{toleration}");
        }
        assert!(!tolerates(tree("containers: []").root().unwrap(), taint));
        let bare = Taint { value: "", ..taint };
        assert!(
            tolerates(tree("tolerations: [{key: gpu}]").root().unwrap(), bare),
            "a taint without a value"
        );
    }

    #[test]
    fn taints_that_daemons_tolerate_by_themselves_or_that_pass_keep_nothing_out() {
        let node = tree(
            "spec: {taints: [{key: a, effect: NoSchedule}, {key: b, value: c, effect: NoExecute}, {key: d, effect: PreferNoSchedule},
              {key: node.kubernetes.io/not-ready, effect: NoExecute}, {key: node.kubernetes.io/unreachable, effect: NoExecute},
              {key: node.kubernetes.io/not-ready, effect: NoSchedule}, {key: node.kubernetes.io/disk-pressure, effect: NoSchedule},
              {key: node.kubernetes.io/memory-pressure, effect: NoSchedule}, {key: node.kubernetes.io/pid-pressure, effect: NoSchedule},
              {key: node.kubernetes.io/unschedulable, effect: NoSchedule}, {key: karpenter.sh/disrupted, effect: NoSchedule},
              {key: node.kubernetes.io/network-unavailable, effect: NoSchedule},
              {key: startup-taint.cluster-autoscaler.kubernetes.io/gpu, effect: NoSchedule},
              {key: ignore-taint.cluster-autoscaler.kubernetes.io/gpu, effect: NoSchedule},
              {key: disk.csi.azure.com/agent-not-ready, effect: NoExecute}, {key: file.csi.azure.com/agent-not-ready, effect: NoExecute},
              {key: aws-node-termination-handler/spot-itn, effect: NoSchedule}]}",
        );
        let keys: Vec<&str> = taints(node.root().unwrap()).map(|taint| taint.key).collect();
        assert_eq!(keys, ["a", "b"]);
    }

    #[test]
    fn a_node_that_does_not_answer_is_not_one_that_goes() {
        for (key, goes) in [
            ("karpenter.sh/disrupted", true),
            ("node.kubernetes.io/not-ready", false),
            ("node.kubernetes.io/unreachable", false),
            ("gpu", false),
        ] {
            let node = tree(&format!("spec: {{taints: [{{key: {key}, effect: NoSchedule}}]}}"));
            assert_eq!(comes_or_goes(node.root().unwrap()), goes, "{key}");
        }
    }

    #[test]
    fn nodes_are_taken_by_their_labels_and_their_name() {
        let node = tree("metadata: {name: n1, labels: {zone: a, cores: '8'}}");
        let node = node.root().unwrap();
        let term = |term: &str| {
            let spec = tree(&format!(
                "affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{term}]}}}}}}"
            ));
            meets_affinity(spec.root().unwrap(), node)
        };
        let one = |key: &str, operator: &str, values: &str| {
            term(&format!("{{matchExpressions: [{{key: {key}, operator: {operator}, values: [{values}]}}]}}"))
        };
        assert!(one("zone", "In", "a, b") && !one("zone", "In", "b") && !one("gone", "In", "b"));
        assert!(one("zone", "NotIn", "b") && !one("zone", "NotIn", "a, b") && one("gone", "NotIn", "b"));
        assert!(one("zone", "Exists", "") && !one("gone", "Exists", ""));
        assert!(!one("zone", "DoesNotExist", "") && one("gone", "DoesNotExist", ""));
        assert!(one("cores", "Gt", "'7'") && !one("cores", "Gt", "'8'") && !one("zone", "Gt", "'1'"));
        assert!(one("cores", "Lt", "'9'") && !one("cores", "Lt", "'8'"));
        assert!(term("{matchFields: [{key: metadata.name, operator: In, values: [n1]}]}"));
        assert!(!term("{matchFields: [{key: metadata.name, operator: In, values: [n2]}]}"));
        assert!(!term("{}"), "a term without conditions takes no node");
        let no = "{matchExpressions: [{key: zone, operator: In, values: [b]}]}";
        let yes = "{matchExpressions: [{key: zone, operator: In, values: [a]}]}";
        assert!(term(&format!("{no}, {yes}")), "one term is enough");
        let both =
            "{matchExpressions: [{key: zone, operator: In, values: [a]}, {key: gone, operator: Exists}]}";
        assert!(!term(both), "all of a term has to hold");
        assert!(meets_affinity(tree("containers: []").root().unwrap(), node));
        let wants = |selector: &str| {
            let spec = tree(&format!("nodeSelector: {selector}"));
            unmet(spec.root().unwrap(), node).map(|(_, words)| words)
        };
        assert_eq!(wants("{zone: a, cores: '8'}"), None);
        assert_eq!(wants("{zone: a, cores: '4'}").as_deref(), Some("cores=4"));
        assert_eq!(wants("{gone: a}").as_deref(), Some("gone=a"));
    }
}
