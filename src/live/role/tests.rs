use super::*;

fn grant(namespaces: &[&str]) -> Grant {
    let namespaces = namespaces.iter().map(|&name| name.to_owned()).collect();
    Grant { account: ("ptd-lint".to_owned(), "ptd-lint".to_owned()), namespaces }
}

fn objects(text: &str) -> Vec<String> {
    let heads = text.lines().filter(|line| line.starts_with("kind: ") || line.starts_with("  namespace: "));
    heads.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn roles_are_yaml_and_nothing_in_them_writes() {
    let text = roles(&Errand::default(), &grant(&[]));
    let stream = crate::document::parse_yaml(&text.as_str().into());
    assert!(stream.errors.is_empty() && stream.documents.len() >= 2, "{text}");
    assert_eq!(objects(&text), ["kind: ClusterRole", "kind: ClusterRoleBinding"]);
    let verbs: Vec<&str> = text.lines().filter_map(|line| line.trim().strip_prefix("verbs: ")).collect();
    assert!(verbs.iter().all(|verbs| ["[list]", "[get, list]"].contains(verbs)), "{verbs:?}");
    assert!(text.contains("      - configmaps # configuration of Alloy"), "{text}");
    assert!(!text.contains('*'), "{text}");
}

#[test]
fn namespaced_roles_leave_out_what_lies_in_no_namespace() {
    let text = roles(&Errand::default(), &grant(&["alloy", "mimir"]));
    let expected = [
        "kind: Role",
        "namespace: \"alloy\"",
        "kind: RoleBinding",
        "namespace: \"alloy\"",
        "kind: Role",
        "namespace: \"mimir\"",
        "kind: RoleBinding",
        "namespace: \"mimir\"",
    ];
    assert_eq!(objects(&text), expected);
    assert!(text.contains("- pods #") && !text.contains("- nodes #"), "{text}");
    let errand = Errand { write_report: true, ..Errand::default() };
    let text = roles(&errand, &grant(&["alloy"]));
    let (cluster, rest) = text.split_once("kind: ClusterRoleBinding").unwrap();
    assert!(cluster.contains("- clusterreports #") && !cluster.contains("- nodes #"), "{cluster}");
    assert!(rest.contains("- reports #") && !rest.contains("- clusterreports #"), "{rest}");
}

#[test]
fn secrets_can_be_left_out_and_the_price_is_told() {
    let with = roles(&Errand::default(), &grant(&[]));
    assert!(with.contains("      - secrets #") && with.contains("Kubernetes cannot grant"), "{with}");
    let errand = Errand { without_secrets: true, ..Errand::default() };
    let without = roles(&errand, &grant(&[]));
    assert!(!without.contains("- secrets"), "{without}");
    assert!(without.contains("# dual-write, grafana-access, collector-placement, coherence"), "{without}");
}

#[test]
fn reports_are_written_by_name_and_never_deleted() {
    let errand = Errand { write_report: true, ..Errand::default() };
    let text = roles(&errand, &grant(&[]));
    let rule = "  - apiGroups: [\"openreports.io\"]\n    resources:\n      - clusterreports # the run's own reports (--write-report)\n      - reports # the run's own reports (--write-report)\n    resourceNames: [\"ptd-lint\"]\n    verbs: [create, list, patch]\n";
    assert!(text.contains(rule), "{text}");
    assert!(!text.contains("delete]") && !text.contains("update"), "{text}");
}

#[test]
fn probes_need_the_one_right_that_they_ask_by() {
    let errand = Errand { probe: true, ..Errand::default() };
    let wide = roles(&errand, &grant(&[]));
    assert!(
        wide.contains("    resources:\n      - pods/proxy #") && !wide.contains("services/proxy"),
        "{wide}"
    );
    assert!(wide.contains("every port of every pod can"), "{wide}");
    let text = roles(&errand, &grant(&["loki"]));
    assert!(
        text.contains("      - pods/proxy #") && text.contains("every pod of these namespaces"),
        "{text}"
    );
    assert_eq!(objects(&text).first().map(String::as_str), Some("kind: Role"));
    let probe = errand.rights().into_iter().find(|right| right.resource == "pods/proxy").unwrap();
    let promises = ["coherence", "store-limits", "store-retention", "store-storage"];
    assert_eq!(probe.promises.unwrap(), promises);
}

#[test]
fn chosen_rules_need_fewer_rights() {
    let rules = vec![("store-retention".to_owned(), "loki".to_owned())];
    let text = roles(&Errand { rules: Some(rules), ..Errand::default() }, &grant(&[]));
    assert!(text.contains("- configmaps #") && !text.contains("- secrets #"), "{text}");
    assert!(!text.contains("networkpolicies"), "{text}");
}
