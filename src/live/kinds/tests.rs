use super::*;

fn kind(name: &str) -> &'static Kind {
    kinds().iter().find(|kind| kind.resource() == name).unwrap()
}

#[test]
fn paths_are_those_of_the_api() {
    assert_eq!(kind("configmaps").path("v1", None), "/api/v1/configmaps");
    assert_eq!(kind("configmaps").path("v1", Some("alloy")), "/api/v1/namespaces/alloy/configmaps");
    let charts = kind("helmcharts.helm.cattle.io");
    assert_eq!(
        charts.path("v1", Some("kube-system")),
        "/apis/helm.cattle.io/v1/namespaces/kube-system/helmcharts"
    );
    assert_eq!(kind("nodes").path("v1", Some("alloy")), "/api/v1/nodes");
}

#[test]
fn secrets_are_listed_by_metadata_and_read_only_when_values_are_asked_for() {
    let secrets = kind("secrets");
    assert_eq!(secrets.asked, Asked::Metadata);
    assert_eq!(secrets.verbs_of(false).collect::<Vec<_>>(), ["list"]);
    assert_eq!(secrets.verbs_of(true).collect::<Vec<_>>(), ["list", "get"]);
}

#[test]
fn nothing_but_reading_is_asked_for() {
    for kind in kinds() {
        assert!(kind.verbs_of(true).all(|verb| ["get", "list"].contains(&verb)), "{}", kind.resource());
        assert!(kind.verbs.iter().any(|verb| verb == "list"), "{}", kind.resource());
        let named = kind.asked == Asked::Named;
        assert_eq!(kind.verbs.iter().any(|verb| verb == "get"), named, "{}", kind.resource());
    }
}

#[test]
fn entries_are_sorted_one_a_line_and_whole() {
    let names: Vec<&str> =
        TABLE.lines().filter_map(|line| Some(line.strip_prefix('"')?.split_once('"')?.0)).collect();
    assert!(names.is_sorted(), "{names:?}");
    assert_eq!(names.len(), kinds().len());
    for kind in kinds() {
        assert!(!kind.versions.is_empty() && !kind.purpose.is_empty(), "{}", kind.resource());
        assert!(
            kind.purpose.chars().next().is_some_and(char::is_lowercase)
                || kind.purpose.starts_with("Grafana")
        );
        // Groups of Kubernetes itself are served by every cluster.
        let own = !kind.group.contains('.') || kind.group.ends_with(".k8s.io");
        assert!(kind.optional || own, "{}", kind.resource());
    }
}

#[test]
fn rules_need_the_kinds_of_their_promise_and_subject() {
    let names = |rules: &[(&str, &str)]| needed(rules).iter().map(|kind| kind.resource()).collect::<Vec<_>>();
    let retention = names(&[("store-retention", "loki")]);
    assert!(retention.contains(&"configmaps".to_owned()));
    assert!(!retention.contains(&"secrets".to_owned()));
    assert!(!retention.contains(&"nodes".to_owned()));
    let budgets = "poddisruptionbudgets.policy".to_owned();
    assert!(names(&[("store-limits", "budget")]).contains(&budgets));
    assert!(!names(&[("store-limits", "mimir")]).contains(&budgets));
    assert!(names(&[]).is_empty());
}

#[test]
fn rules_about_what_runs_need_what_their_subjects_are_made_of() {
    for (promise, subject, resource, needs) in [
        ("collector-placement", "kept_out", "nodes", true),
        ("collector-placement", "rollout", "nodes", true),
        ("coherence", "running_container", "nodes", true),
        ("collector-placement", "collector", "nodes", false),
        ("store-storage", "claim", "persistentvolumeclaims", true),
        ("coherence", "reference", "persistentvolumeclaims", true),
        ("store-storage", "mimir", "persistentvolumeclaims", false),
        ("collector-placement", "rollout", "pods", true),
        ("coherence", "running_container", "pods", true),
        ("coherence", "older_configuration", "pods", true),
        // A pod that nobody made may ship logs by itself.
        ("log-boundary", "log_exit", "pods", true),
        ("coherence", "endpoints", "endpointslices.discovery.k8s.io", true),
        ("coherence", "chart_job", "jobs.batch", true),
    ] {
        let names: Vec<String> = needed(&[(promise, subject)]).iter().map(|kind| kind.resource()).collect();
        assert_eq!(names.contains(&resource.to_owned()), needs, "{promise} {subject} {resource}");
    }
}
