//! The JSON report against its published schema.

use serde_json::Value;
use serde_json::json;

use super::super::Outcome;
use super::super::plain_json;
use super::super::sample;
use super::*;

const SCHEMA_TEXT: &str = include_str!("../../schemas/report.schema.json");

fn written(outcome: Outcome<'_>) -> String {
    let mut out = Vec::new();
    plain_json::write(&ReportJson::new(outcome.documents, outcome.report), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn faults(report: &Value) -> Vec<String> {
    let validator = jsonschema::validator_for(&serde_json::from_str(SCHEMA_TEXT).unwrap()).unwrap();
    validator.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn mixed_and_empty_reports_fit_the_published_schema() {
    let sample = sample::mixed();
    let mixed: Value = serde_json::from_str(&written(sample.outcome())).unwrap();
    assert_eq!(faults(&mixed), Vec::<String>::new());
    let (documents, report) = (Documents::default(), Report::default());
    let empty = written(Outcome { documents: &documents, report: &report });
    assert_eq!(faults(&serde_json::from_str(&empty).unwrap()), Vec::<String>::new());
}

#[test]
fn accepted_and_left_out_findings_fit_the_published_schema() {
    let mut sample = sample::mixed();
    sample.accept(0, "moved in May");
    sample.report.leave_out("elsewhere", |finding| finding.severity != Severity::Info);
    let report: Value = serde_json::from_str(&written(sample.outcome())).unwrap();
    assert_eq!(faults(&report), Vec::<String>::new());
    let accepted =
        json!({ "by": "comment", "reason": "moved in May", "until": "2027-01-31", "location": null });
    assert_eq!(report["findings"][0]["accepted"], accepted);
    assert_eq!(report["findings"][1].get("accepted"), None);
    assert_eq!(report["summary"], json!({ "error": 1, "warning": 1, "info": 0, "accepted": 1 }));
    assert_eq!(report["coverage"]["notShown"], json!([{ "reason": "elsewhere", "findings": 1 }]));
}

#[test]
fn schema_refuses_what_is_not_in_the_contract() {
    let sample = sample::mixed();
    let mixed: Value = serde_json::from_str(&written(sample.outcome())).unwrap();
    let broken: [fn(&mut Value); 6] = [
        |report| report["extra"] = json!(1),
        |report| report["findings"][0]["location"]["line"] = json!(0),
        |report| report["findings"][0]["severity"] = json!("fatal"),
        |report| report["verdicts"][0]["verdict"] = json!("maybe"),
        |report| report["findings"][0]["related"][0]["extra"] = json!(1),
        |report| _ = report["coverage"].as_object_mut().unwrap().remove("errors"),
    ];
    for (index, spoil) in broken.iter().enumerate() {
        let mut report = mixed.clone();
        spoil(&mut report);
        assert!(!faults(&report).is_empty(), "change {index} went unnoticed");
    }
}

#[test]
fn place_in_an_embedded_text_is_the_outer_place_and_its_layers() {
    let sample = sample::mixed();
    let report: Value = serde_json::from_str(&written(sample.outcome())).unwrap();
    let object = "ConfigMap alloy/alloy-config";
    assert_eq!(
        report["findings"][0]["location"],
        json!({
            "path": "manifests/alloy.yaml", "line": 18, "column": 24, "endLine": 18, "endColumn": 55,
            "object": object,
            "layers": [{"field": "data.config.alloy", "language": "alloy", "line": 11, "column": 20}],
        })
    );
    assert_eq!(
        report["findings"][0]["related"][1],
        json!({
            "label": "kept this long", "path": "values/loki.yaml", "line": 3, "column": 23, "endLine": 3,
            "endColumn": 26, "object": null, "layers": [],
        })
    );
    let inner = &report["findings"][1]["location"];
    assert_eq!((&inner["path"], &inner["line"]), (&json!("kubectl/all.json"), &json!(1)));
    assert_eq!(inner["layers"][0]["line"], json!(11));
    assert_eq!(report["findings"][3]["location"], Value::Null);
}

#[test]
fn keys_stand_in_the_order_of_the_contract() {
    let sample = sample::mixed();
    let text = written(sample.outcome());
    let order = |keys: &[&str]| {
        let at: Vec<_> = keys.iter().map(|key| text.find(&format!("\"{key}\":")).unwrap()).collect();
        assert!(at.is_sorted(), "{keys:?} stand at {at:?}");
    };
    order(&["schema", "tool", "name", "version", "verdicts", "invariant", "subject", "verdict", "summary"]);
    order(&["assumptions", "rule", "severity", "message", "help", "location", "path", "line", "column"]);
    order(&["endLine", "endColumn", "object", "layers", "field", "language", "related", "label"]);
    order(&["fingerprint", "coverage", "files", "documents", "collectors", "components", "passedOver"]);
    order(&["passedOver", "reason", "errors", "warning", "info"]);
}

#[test]
fn summary_counts_findings_by_severity() {
    let sample = sample::mixed();
    let report: Value = serde_json::from_str(&written(sample.outcome())).unwrap();
    assert_eq!(report["summary"], json!({"error": 2, "warning": 1, "info": 1}));
    assert_eq!(report["schema"], json!("ptd-lint/report/v1"));
}
