//! What reports say of running clusters, for people and for programs.

use serde_json::Value;
use serde_json::json;

use super::checked;
use super::live;
use super::several::mend_leak;
use super::several::variant;
use crate::report::Detail;
use crate::source::Sources;
use crate::source::Unseen;

const SCHEMA: &str = include_str!("../../../schemas/report.schema.json");

pub(super) fn faults(report: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Three clusters, of which one does not leak and one was not seen in whole.
pub(super) fn three() -> Sources {
    let (one, two, three) = (variant(1, |_| ()), variant(2, |_| ()), variant(3, mend_leak));
    let mut sources = live(&[("eu-1", &one), ("eu-2", &two), ("eu-3", &three)]);
    sources.unseen.push(Unseen {
        cluster: 2,
        verb: "list",
        resource: "ingresses.networking.k8s.io".to_owned(),
        namespace: Some("grafana".to_owned()),
        name: None,
        cause: "forbidden",
        message: "the user may not list them; see https://user:hunter2@example.com/x \u{1b}[2J".to_owned(),
        promises: vec!["grafana-access".to_owned()],
    });
    sources
}

fn finding<'r>(report: &'r Value, rule: &str) -> &'r Value {
    report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == rule).unwrap()
}

#[test]
fn json_of_clusters_fits_the_published_schema() {
    let report = checked(&three()).json();
    assert_eq!(faults(&report), Vec::<String>::new());
    for spoil in [
        |report: &mut Value| report["coverage"]["notSeen"][0]["cause"] = json!(7),
        |report: &mut Value| report["coverage"]["clusters"][0]["extra"] = json!(7),
        |report: &mut Value| report["findings"][0]["location"]["live"] = json!("yes"),
        |report: &mut Value| report["threshold"]["failOn"] = json!("fatal"),
    ] {
        let mut report = report.clone();
        spoil(&mut report);
        assert!(!faults(&report).is_empty());
    }
}

#[test]
fn place_in_a_cluster_is_named_by_object_and_field() {
    let report = checked(&three()).json();
    let leak = finding(&report, "logs-leave-workload");
    assert_eq!(
        leak["location"],
        json!({
            "path": "eu-1/alloy/ConfigMap/alloy-config", "line": 8, "column": 12, "endLine": 8, "endColumn": 53,
            "object": "ConfigMap alloy/alloy-config",
            "layers": [{"field": "data.config.alloy", "language": "alloy", "line": 8, "column": 12}],
            "live": true, "field": "data.config.alloy", "pointer": "/data/config.alloy",
        })
    );
    assert_eq!(leak["clusters"], json!(["eu-1", "eu-2"]));
    assert_eq!(leak["alsoAt"][0]["cluster"], json!("eu-2"));
    assert_eq!(leak["alsoAt"][0]["location"]["path"], json!("eu-2/alloy/ConfigMap/alloy-config"));
    let privileged = finding(&report, "privileged-without-system-logs");
    let field = "spec.template.spec.containers[0].securityContext.privileged";
    assert_eq!(privileged["location"]["field"], json!(field));
    assert_eq!(
        privileged["location"]["pointer"],
        json!("/spec/template/spec/containers/0/securityContext/privileged")
    );
}

#[test]
fn what_was_not_seen_is_told_in_every_form() {
    let checked = checked(&three());
    let report = checked.json();
    let unseen = &report["coverage"]["notSeen"][0];
    assert_eq!(
        (&unseen["cluster"], &unseen["verb"], &unseen["cause"]),
        (&json!("eu-3"), &json!("list"), &json!("forbidden"))
    );
    assert_eq!(unseen["promises"], json!(["grafana-access"]));
    assert_eq!(report["coverage"]["clusters"][2]["objects"], json!(4));
    for detail in [Detail::Quiet, Detail::Normal] {
        let text = checked.human(detail);
        assert!(text.contains("Not all of cluster eu-3 was seen:"), "{text}");
        assert!(
            text.contains("list ingresses.networking.k8s.io in grafana: forbidden: the user may"),
            "{text}"
        );
        assert!(!text.contains("hunter2") && !text.contains('\u{1b}'), "{text}");
    }
    assert!(!report.to_string().contains("hunter2"));
}

#[test]
fn text_names_places_clusters_and_outliers() {
    let text = checked(&three()).human(Detail::Normal);
    for expected in [
        "[eu-1/alloy/ConfigMap/alloy-config#data.config.alloy:8]",
        "[eu-1/helm-controller/HelmChart/loki#spec.valuesContent:3]",
        "[eu-1/alloy/DaemonSet/alloy#spec.template.spec.containers[0].securityContext.privileged]",
        "  in 2 of 3 clusters, not in eu-3 (of which not all could be read)\n",
        "  in all 3 clusters\n",
        "eu-1, eu-2\n  ✗ log-boundary",
        "eu-1  ✗ - ✓ ✗ ✗ - ✗ ✗\n",
        "      │ dual-write\n",
        "Read 12 objects of 3 of 3 clusters (-v lists them)\n",
    ] {
        assert!(text.contains(expected), "no `{expected}` in\n{text}");
    }
    assert!(!text.contains("\n  in ConfigMap"), "the name says it already\n{text}");
}
