//! What a program collects: of which node, with which names, of which exporters.

use super::super::fetched::Work;
use super::*;

/// A scrape whose targets pass a rule, and where they come from.
fn relabelled(origin: &str, exported: &str, rule: &str) -> Case {
    analyse_text(&format!(
        r#"
{origin}
discovery.relabel "r" {{
  targets = {exported}
  rule {{
    {rule}
  }}
}}
prometheus.scrape "s" {{
  targets    = discovery.relabel.r.output
  forward_to = []
  clustering {{ enabled = true }}
}}
"#
    ))
}

#[test]
fn targets_are_those_of_a_node_where_a_rule_keeps_them_by_its_name() {
    for (rule, expected) in [
        ("source_labels = [\"__meta_kubernetes_pod_node_name\"]\n    action = \"keep\"", Work::OwnNode),
        ("source_labels = [\"__meta_kubernetes_pod_host_ip\"]\n    action = \"keepequal\"", Work::OwnNode),
        // A label is made of it, and all targets stay.
        ("source_labels = [\"__meta_kubernetes_pod_node_name\"]\n    target_label = \"node\"", Work::Same),
        ("source_labels = [\"__meta_kubernetes_namespace\"]\n    action = \"keep\"", Work::Same),
    ] {
        let origin = "discovery.kubernetes \"pods\" { role = \"pod\" }";
        let case = relabelled(origin, "discovery.kubernetes.pods.targets", rule);
        let works: Vec<Work> = case.flow.collected.fetchers.iter().map(|fetcher| fetcher.work).collect();
        assert_eq!(works, [expected], "{rule}");
    }
}

#[test]
fn the_name_of_the_host_stays_unless_a_rule_gives_another_instance() {
    for (label, expected) in [("job", Some("prometheus.exporter.unix.node")), ("instance", None)] {
        let rule = format!("replacement = \"x\"\n    target_label = \"{label}\"");
        let origin = "prometheus.exporter.unix \"node\" { }";
        let case = relabelled(origin, "prometheus.exporter.unix.node.targets", &rule);
        let own = case.flow.collected.fetchers[0].own_labels.as_ref().map(|(exporter, _)| exporter.as_str());
        assert_eq!(own, expected, "{label}");
    }
}

#[test]
fn kube_state_metrics_are_known_by_the_label_the_job_or_an_address() {
    for (label, arguments, expected) in [
        ("kube_state_metrics", "targets = []", true),
        ("s", "targets = []\n  job_name = \"integrations/kube-state-metrics\"", true),
        ("s", "targets = [{__address__ = \"kube-state-metrics.monitoring.svc:8080\"}]", true),
        ("s", "targets = [{__address__ = \"connect.posit-team.svc:3939\"}]\n  job_name = \"connect\"", false),
    ] {
        let case = analyse_text(&format!(
            "prometheus.scrape \"{label}\" {{\n  {arguments}\n  forward_to = []\n}}\n"
        ));
        let kinds: Vec<_> = case.flow.collected.metric_kinds.into_iter().collect();
        let wanted: &[&str] = if expected { &["kube-state-metrics"] } else { &[] };
        assert_eq!(kinds, wanted, "{label} {arguments}");
    }
}

#[test]
fn whether_entries_of_the_journal_name_their_node_is_open_behind_a_component_that_is_not_known() {
    let names_node = |between: &str| {
        let case = analyse_text(&format!(
            r#"
loki.source.journal "j" {{ forward_to = [{between}.b.receiver] }}
{between} "b" {{ forward_to = [loki.process.c.receiver] }}
loki.process "c" {{ forward_to = [] }}
"#
        ));
        case.flow.collected.journals[0].names_node
    };
    assert_eq!(names_node("loki.relabel"), Some(false));
    assert_eq!(names_node("loki.magic"), None);
}
