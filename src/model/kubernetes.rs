//! What the linter knows of the Kubernetes API: the kinds of the built-in groups.

/// The kinds of the API groups that Kubernetes and the PTD producer's controllers define.
/// Source: the Kubernetes API reference, 1.33, removed kinds included; `helm.cattle.io` from its controller.
const KINDS: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "Binding",
            "ConfigMap",
            "Endpoints",
            "Event",
            "LimitRange",
            "List",
            "Namespace",
            "Node",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "Pod",
            "PodTemplate",
            "ReplicationController",
            "ResourceQuota",
            "Secret",
            "Service",
            "ServiceAccount",
            "ConfigMapList",
            "EndpointsList",
            "EventList",
            "NamespaceList",
            "NodeList",
            "PersistentVolumeClaimList",
            "PersistentVolumeList",
            "PodList",
            "SecretList",
            "ServiceAccountList",
            "ServiceList",
            "LimitRangeList",
            "ResourceQuotaList",
        ],
    ),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    (
        "apps",
        &[
            "ControllerRevision",
            "DaemonSet",
            "Deployment",
            "ReplicaSet",
            "StatefulSet",
            "DaemonSetList",
            "DeploymentList",
            "ReplicaSetList",
            "StatefulSetList",
        ],
    ),
    ("autoscaling", &["HorizontalPodAutoscaler", "Scale", "HorizontalPodAutoscalerList"]),
    ("batch", &["CronJob", "Job", "CronJobList", "JobList"]),
    ("certificates.k8s.io", &["CertificateSigningRequest", "ClusterTrustBundle"]),
    ("coordination.k8s.io", &["Lease", "LeaseCandidate"]),
    ("discovery.k8s.io", &["EndpointSlice", "EndpointSliceList"]),
    ("events.k8s.io", &["Event"]),
    (
        "extensions",
        &["DaemonSet", "Deployment", "Ingress", "NetworkPolicy", "PodSecurityPolicy", "ReplicaSet"],
    ),
    ("flowcontrol.apiserver.k8s.io", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("helm.cattle.io", &["HelmChart", "HelmChartConfig", "HelmChartList", "HelmChartConfigList"]),
    (
        "networking.k8s.io",
        &[
            "Ingress",
            "IngressClass",
            "NetworkPolicy",
            "IPAddress",
            "ServiceCIDR",
            "IngressList",
            "NetworkPolicyList",
        ],
    ),
    ("node.k8s.io", &["RuntimeClass"]),
    ("policy", &["Eviction", "PodDisruptionBudget", "PodSecurityPolicy", "PodDisruptionBudgetList"]),
    (
        "rbac.authorization.k8s.io",
        &[
            "ClusterRole",
            "ClusterRoleBinding",
            "Role",
            "RoleBinding",
            "ClusterRoleList",
            "ClusterRoleBindingList",
            "RoleList",
            "RoleBindingList",
        ],
    ),
    ("resource.k8s.io", &["DeviceClass", "ResourceClaim", "ResourceClaimTemplate", "ResourceSlice"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    (
        "storage.k8s.io",
        &[
            "CSIDriver",
            "CSINode",
            "CSIStorageCapacity",
            "StorageClass",
            "VolumeAttachment",
            "VolumeAttributesClass",
        ],
    ),
];

/// What is wrong with an object's `apiVersion` and `kind`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum KindFault {
    /// The group is a built-in one without this kind; the nearest kind, if one is near.
    Kind(Option<&'static str>),
    /// The group has no dot, so it cannot be a custom one, and it is not built in; the nearest group.
    Group(Option<&'static str>),
}

/// The group of an `apiVersion`: `apps` of `apps/v1`, empty for the core group.
pub(crate) fn group_of(api_version: &str) -> &str {
    api_version.rsplit_once('/').map_or("", |(group, _)| group)
}

/// Checks `kind` against the kinds of its group. Groups with a dot that are not built in are custom: anything goes.
pub(crate) fn check_kind(api_version: &str, kind: &str) -> Option<KindFault> {
    let group = group_of(api_version);
    match KINDS.iter().find(|(name, _)| *name == group) {
        Some((_, kinds)) if kinds.contains(&kind) => None,
        Some((_, kinds)) => Some(KindFault::Kind(nearest(kind, kinds.iter().copied()))),
        None if group.contains('.') => None,
        None => Some(KindFault::Group(nearest(group, KINDS.iter().map(|(name, _)| *name)))),
    }
}

/// The candidate that `word` was probably meant to be.
pub(crate) fn nearest<'c>(word: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    candidates
        .filter(|candidate| !candidate.is_empty())
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 2.max(candidate.len() / 4))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_kind_names_the_nearest() {
        assert_eq!(check_kind("apps/v1", "Deploymnet"), Some(KindFault::Kind(Some("Deployment"))));
        assert_eq!(check_kind("app/v1", "Deployment"), Some(KindFault::Group(Some("apps"))));
        assert_eq!(check_kind("v1", "ConfigMap"), None);
    }

    #[test]
    fn custom_groups_may_have_any_kind() {
        assert_eq!(check_kind("traefik.io/v1alpha1", "Middleware"), None);
    }
}
