//! The published schemas against what the readers take, and YAML as schemas see it.

use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use crate::accept::Baseline;
use crate::accept::read_baseline;
use crate::accept::write_baseline;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Scalar;
use crate::document::parse_yaml;

/// The first document of a text.
pub(crate) fn yaml_value(text: &str) -> Value {
    let stream = parse_yaml(&Arc::from(text));
    to_json(stream.documents[0].root().unwrap())
}

fn to_json(node: NodeRef<'_>) -> Value {
    if node.is_mapping() {
        return node.entries().map(|(key, value)| (key.text().unwrap().to_owned(), to_json(value))).collect();
    }
    if node.is_sequence() {
        return node.items().map(to_json).collect();
    }
    match node.scalar().unwrap() {
        Scalar::Null => Value::Null,
        Scalar::Bool(value) => json!(value),
        Scalar::Int(value) => json!(value),
        Scalar::Float(value) => json!(value),
        Scalar::Text(value) => json!(value),
    }
}

#[test]
fn the_schema_of_baselines_accepts_what_is_written_and_refuses_what_the_reader_does() {
    let validator = jsonschema::validator_for(
        &serde_json::from_str(include_str!("../../schemas/baseline.schema.json")).unwrap(),
    )
    .unwrap();
    let whole = "schema: ptd-lint/baseline/v1\nstacks:\n  - stack: .\n    findings:\n      - rule: r\n        object: ConfigMap a/b\n        \
                 path: data.x\n        message: m\n        reason: w\n        fingerprint: \"0123456789abcdef0123456789abcdef\"\n        count: 2\n\
                 \x20 - cluster: c\n    findings: []\n";
    let read = |text: &str| {
        read_baseline(DocId { file: 0, index: 0 }, &parse_yaml(&Arc::from(text)).documents[0], "/r")
    };
    assert!(validator.is_valid(&yaml_value(whole)) && read(whole).is_ok());
    let written = write_baseline(&read(whole).unwrap(), "/r");
    assert!(validator.is_valid(&yaml_value(&written)), "{written}");
    assert!(validator.is_valid(&yaml_value(&write_baseline(&Baseline::default(), "/r"))));
    for (from, to) in [
        ("/v1", "/v2"),
        ("stack: .", "folder: ."),
        ("cluster: c", "stack: x\n    cluster: c"),
        ("    findings: []\n", ""),
        ("rule: r", "rule: \" \""),
        ("0123", "012"),
        ("count: 2", "count: 0"),
        ("reason: w", "until: 2027-01-31"),
    ] {
        let text = whole.replacen(from, to, 1);
        assert_ne!(text, whole);
        assert!(!validator.is_valid(&yaml_value(&text)), "{text}");
        assert!(read(&text).is_err(), "{text}");
    }
}
