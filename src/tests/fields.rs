//! Turns the table of fields and the rules into a comparison: what rules may read is read by one, or is offered on purpose.

use std::collections::BTreeSet;
use std::path::Path;

use crate::rule::FIELDS;
use crate::rule::Field;
use crate::rule::Rule;
use crate::rule::RuleSet;

/// Fields that no built-in rule reads, offered to the rules of users.
const OFFERED: &[&str] = &[
    "alloy_fault.collector",
    "alloy_fault.version",
    "changed_default.store",
    "collector.ignored.tolerations",
    "collector.node_mounts",
    "collector.node_mounts[].node_path",
    "collector.node_mounts[].path",
    "collector.run_as_user",
    "collector.several",
    "collector.version",
    "component.collector",
    "component.config",
    "component.gone",
    "component.known",
    "component.label",
    "component.since",
    "component.stability",
    "control_exit.collector",
    "datasource.namespace",
    "datasource.org",
    "datasource.uid",
    "declaration_fault.file",
    "fetcher.own_labels_until",
    "grafana.guarded_by_policy",
    "grafana.namespace",
    "grafana.version",
    "grafana_address.is_url",
    "grafana_address.namespace",
    "journal.collector",
    "listener.port",
    "listener.signals",
    "log_exit.assumption",
    "log_exit.collector",
    "log_exit.endpoint",
    "log_exit.sources[].origin",
    "log_metric.collector",
    "log_source.collector",
    "log_source.component",
    "log_source.origin",
    "loki.form",
    "loki.name",
    "loki.unlabelled_neighbours",
    "loki.unlabelled_neighbours[]",
    "loki.version",
    "loki.version_known",
    "loki.written[].secret",
    "metric_filter.collector",
    "metric_filter.drops",
    "metric_filter.on_control_room",
    "metric_filter.regex",
    "metric_filter.source_labels",
    "metric_filter.source_labels[]",
    "metric_filter.sources[].origin",
    "metric_path.collector",
    "metric_path.complete",
    "metric_path.component",
    "metric_path.control_room_declared",
    "metric_path.hops",
    "metric_path.hops[].place",
    "metric_path.hops[].text",
    "metric_path.local_filtered",
    "metric_path.reaches_external",
    "metric_path.sources[].origin",
    "metric_path.unknown",
    "metric_source.collector",
    "metric_source.component",
    "metric_source.control_room_declared",
    "metric_source.local_filtered",
    "metric_source.origin",
    "metric_source.reaches_control_room",
    "metric_source.reaches_external",
    "metric_source.reaches_local",
    "metric_source.unknown",
    "metric_writer.assumption",
    "metric_writer.collector",
    "mimir.name",
    "mimir.version",
    "mimir.version_known",
    "mimir.written[].secret",
    "node_exporter.collector",
    "object.namespace",
    "opaque.collector",
    "opaque.kind",
    "opaque.name",
    "option_fault.part",
    "option_fault.store",
    "override.limits",
    "override.limits[]",
    "override.store",
    "override_limit.store",
    "part.keeps_volume",
    "part.replicas",
    "part.requests",
    "part.requests.cpu",
    "part.requests.memory",
    "part.volumes_deleted_with_it",
    "running_container.pods",
    "storage_use.backend",
    "storage_use.name",
    "storage_use.prefix",
    "store_exit.assumption",
    "store_exit.made",
    "store_exit.namespace",
    "store_exit.product",
    "workload.cloud",
    "workload.filter_control_room_metrics",
    "workload.name",
    "workload.network_trust",
    "workload.release",
    "workload.sites",
    "workload.sites[].domain",
    "workload.sites[].name",
    "workload.system_logs",
];

/// Fields that `set` of a fix reads by itself, beside the fact that a rule names.
const READ_BY_SET: [&str; 6] = [
    "grafana.ini_at",
    "grafana.ini_at.other",
    "loki.config_at",
    "loki.config_at.other",
    "mimir.config_at",
    "mimir.config_at.other",
];

#[test]
fn every_field_is_read_by_a_rule_or_offered_on_purpose() {
    let unread: BTreeSet<String> = unread().into_iter().collect();
    let offered: BTreeSet<String> = OFFERED.iter().chain(&READ_BY_SET).map(|&name| name.to_owned()).collect();
    let surprising: Vec<_> = unread.difference(&offered).collect();
    let known = |name: &str| FIELDS.iter().any(|field| name == format!("{}.{}", field.subject, field.path));
    let stale: Vec<_> = offered.iter().filter(|name| !known(name)).collect();
    assert!(surprising.is_empty(), "read by no rule; use them, or list them in OFFERED: {surprising:#?}");
    assert!(stale.is_empty(), "listed in OFFERED, and no fields: {stale:#?}");
}

/// `subject.path` of the fields that no rule names. Open maps and subjects themselves are left out.
fn unread() -> Vec<String> {
    let rules = rules();
    let is_read = |field: &&Field| {
        // An item of a list has another name in a rule (`item.text`), and its `place` is read by naming the item.
        let (list, inner) = field.path.split_once("[]").unwrap_or((field.path, ""));
        let list = format!("{}.{list}", field.subject);
        rules.iter().any(|text| holds(text, &list) && (matches!(inner, "" | ".place") || holds(text, inner)))
    };
    let ours = FIELDS.iter().filter(|field| !field.path.is_empty() && !field.path.ends_with('*'));
    ours.filter(|field| !is_read(field)).map(|field| format!("{}.{}", field.subject, field.path)).collect()
}

/// The texts of the rule files.
#[expect(clippy::disallowed_methods, reason = "the test reads the project's own files")]
fn rules() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let set = RuleSet::builtin();
    let path = |rule: &Rule| root.join(&rule.family).join(format!("{}.yaml", rule.id));
    set.rules().iter().map(|rule| std::fs::read_to_string(path(rule)).unwrap()).collect()
}

/// Whether a text holds a name that does not go on with further letters.
fn holds(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(start, _)| {
        let next = text[start + name.len()..].chars().next();
        next.is_none_or(|next| !next.is_alphanumeric() && next != '_')
    })
}
