//! Tells what a workload runs and names: images, folders of its node, ConfigMaps and Secrets.

use std::collections::BTreeSet;

use serde_json::Value;

/// What tells the monitoring's own apart from what else runs in a cluster.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    /// Whether an image runs a collector, a store or Grafana.
    pub(crate) is_image: fn(&str) -> bool,
    /// Whether a chart installs one.
    pub(crate) is_chart: fn(&str) -> bool,
    /// Whether a folder of a node holds logs of others.
    pub(crate) is_log_folder: fn(&str) -> bool,
    /// The namespaces in which the platform has them: asked by name where the whole cluster must not be.
    pub(crate) homes: &'static [&'static str],
}

/// What one workload names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// Whether it is part of the monitoring.
    pub(super) is_part: bool,
    /// ConfigMaps of its namespace.
    pub(super) config_maps: BTreeSet<String>,
    /// Secrets of its namespace that its containers may read as text: not those for pulling images or for TLS alone.
    pub(super) secrets: BTreeSet<String>,
    /// Labels of its pods.
    pub(super) pod_labels: Vec<(String, String)>,
}

/// What a workload names. `kind` is that of the object.
pub(super) fn named(object: &Value, kind: &str, known: Known) -> Named {
    let mut found = Named::default();
    let template = match kind {
        "CronJob" => object.pointer("/spec/jobTemplate/spec/template"),
        "Pod" => Some(object),
        _ => object.pointer("/spec/template"),
    };
    let Some(template) = template else { return found };
    found.pod_labels = labels(template);
    let chart = |labels: &[(String, String)]| {
        labels.iter().any(|(key, value)| match key.as_str() {
            "helm.sh/chart" | "chart" => (known.is_chart)(without_version(value)),
            "app.kubernetes.io/name" => (known.is_chart)(value),
            _ => false,
        })
    };
    found.is_part = chart(&labels(object)) || chart(&found.pod_labels);
    let Some(spec) = template.get("spec") else { return found };
    for volume in items(spec, "volumes") {
        let sources = items(volume.get("projected").unwrap_or(&Value::Null), "sources");
        for source in std::iter::once(volume).chain(sources) {
            found.config_maps.extend(text(source, "/configMap/name"));
            found.secrets.extend(text(source, "/secret/secretName").or_else(|| text(source, "/secret/name")));
        }
        let folder = text(volume, "/hostPath/path");
        found.is_part |= folder.is_some_and(|folder| (known.is_log_folder)(&folder));
    }
    for container in items(spec, "containers").chain(items(spec, "initContainers")) {
        found.is_part |= text(container, "/image").is_some_and(|image| (known.is_image)(&image));
        for source in items(container, "envFrom") {
            found.config_maps.extend(text(source, "/configMapRef/name"));
            found.secrets.extend(text(source, "/secretRef/name"));
        }
        for variable in items(container, "env") {
            found.config_maps.extend(text(variable, "/valueFrom/configMapKeyRef/name"));
            found.secrets.extend(text(variable, "/valueFrom/secretKeyRef/name"));
        }
    }
    found
}

/// `mimir-distributed-5.2.1` without its version.
fn without_version(chart: &str) -> &str {
    let version = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let cut = chart.match_indices('-').find(|(index, _)| chart.get(index + 1..).is_some_and(version));
    cut.and_then(|(index, _)| chart.get(..index)).unwrap_or(chart)
}

/// An object's labels.
pub(super) fn labels(object: &Value) -> Vec<(String, String)> {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    let labels = labels.into_iter().flatten();
    labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// A text of an object, by JSON pointer.
pub(super) fn text(object: &Value, pointer: &str) -> Option<String> {
    object.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

/// The items of a list of an object; none where it has no such list.
pub(super) fn items<'v>(object: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    object.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// Hands `take` the words of all texts of an object that may be names of others, or hosts.
pub(super) fn words<'v>(object: &'v Value, take: &mut impl FnMut(&'v str)) {
    let of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    let mut open = vec![object];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => {
                let words = text.split(|c| !of_name(c)).map(|word| word.trim_matches('.'));
                words.filter(|word| !word.is_empty()).for_each(&mut *take);
            }
            Value::Array(items) => open.extend(items),
            Value::Object(entries) => open.extend(entries.values()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KNOWN: Known = Known {
        is_image: |image| image.contains("alloy"),
        is_chart: |chart| chart == "mimir-distributed",
        is_log_folder: |folder| folder == "/var/log",
        homes: &[],
    };

    #[test]
    fn versions_of_charts_are_cut() {
        assert_eq!(without_version("mimir-distributed-5.2.1"), "mimir-distributed");
        assert_eq!(without_version("loki"), "loki");
        assert_eq!(without_version("k8s-monitoring-1.0.0-rc.1"), "k8s-monitoring");
    }

    #[test]
    fn everything_that_a_pod_reads_is_named() {
        let object = json!({"spec": {"template": {"metadata": {"labels": {"a": "b"}}, "spec": {
            "volumes": [{"configMap": {"name": "m1"}}, {"secret": {"secretName": "s1"}},
                {"projected": {"sources": [{"configMap": {"name": "m2"}}, {"secret": {"name": "s2"}}]}}],
            "containers": [{"image": "x", "envFrom": [{"configMapRef": {"name": "m3"}}, {"secretRef": {"name": "s3"}}]}],
            "initContainers": [{"env": [{"valueFrom": {"secretKeyRef": {"name": "s4", "key": "k"}}},
                {"valueFrom": {"configMapKeyRef": {"name": "m4", "key": "k"}}}]}]}}}});
        let found = named(&object, "Deployment", KNOWN);
        assert_eq!(found.config_maps.iter().collect::<Vec<_>>(), ["m1", "m2", "m3", "m4"]);
        assert_eq!(found.secrets.iter().collect::<Vec<_>>(), ["s1", "s2", "s3", "s4"]);
        assert_eq!(found.pod_labels, [("a".to_owned(), "b".to_owned())]);
        assert!(!found.is_part);
    }

    #[test]
    fn parts_are_told_by_image_chart_and_folder() {
        let of = |spec: Value, labels: Value| {
            let object = json!({"metadata": {"labels": labels}, "spec": {"template": {"spec": spec}}});
            named(&object, "DaemonSet", KNOWN).is_part
        };
        assert!(of(json!({"initContainers": [{"image": "grafana/alloy:1"}]}), json!({})));
        assert!(of(json!({}), json!({"helm.sh/chart": "mimir-distributed-5.2.1"})));
        assert!(of(json!({"volumes": [{"hostPath": {"path": "/var/log"}}]}), json!({})));
        assert!(!of(json!({"containers": [{"image": "x"}]}), json!({"helm.sh/chart": "x-1"})));
    }
}
