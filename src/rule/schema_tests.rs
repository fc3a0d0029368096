//! The published schemas say what the loaders accept.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use super::embedded;
use super::load;
use crate::document::NodeRef;
use crate::document::Scalar;
use crate::document::parse_yaml;
use crate::finding::Invariant;

fn schema(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn rule_schema() -> Value {
    schema(include_str!("../../schemas/rule.schema.json"))
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

fn yaml(text: &str) -> Value {
    let stream = parse_yaml(&Arc::from(text));
    to_json(stream.documents[0].root().unwrap())
}

fn keys(schema: &Value) -> BTreeSet<&str> {
    schema["properties"].as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_rule_schema_knows_the_keys_that_the_loader_knows() {
    let schema = rule_schema();
    assert_eq!(keys(&schema), load::KEYS.iter().copied().collect());
    let required: Vec<&str> =
        schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(required, load::REQUIRED);
    let invariants = &schema["properties"]["invariant"]["enum"];
    assert_eq!(*invariants, json!(Invariant::ALL.map(Invariant::id)));
}

#[test]
fn every_builtin_rule_satisfies_the_schema() {
    let validator = jsonschema::validator_for(&rule_schema()).unwrap();
    for (path, text) in embedded::RULES {
        let errors: Vec<String> = validator.iter_errors(&yaml(text)).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{path}");
    }
    assert!(!validator.is_valid(&json!({ "id": "Not Kebab" })));
}

#[test]
fn the_configuration_schema_accepts_and_refuses_what_the_reader_does() {
    let schema = schema(include_str!("../../schemas/config.schema.json"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (text, valid) in [
        ("version: 1\ncontrol_room: false\nallowed: [{ destination: '*.a.com', reason: x }]\n", true),
        ("version: 1\ncontrol_room: cr.example.com\nrules: { settings: { r: { s: 1, t: [a] } } }\n", true),
        ("version: 1\nendpoints: [{ service: loki.logs, is: loki }]\nselect: [a]\nfail_on: info\n", true),
        ("version: 2\n", false),
        ("workload: x\n", false),
        ("version: 1\nworklaod: x\n", false),
        ("version: 1\ncontrol_room: true\n", false),
        ("version: 1\ncontrol_room: https://cr\n", false),
        ("version: 1\nallowed: [{ destination: a.com }]\n", false),
        ("version: 1\nendpoints: [{ service: loki, is: loki }]\n", false),
        ("version: 1\nselect: [a, a]\n", false),
    ] {
        assert_eq!(validator.is_valid(&yaml(text)), valid, "{text}");
        let document = crate::document::Document {
            text: Arc::from(text),
            language: crate::document::Language::Yaml,
            host: None,
            body: crate::document::Body::Tree(parse_yaml(&Arc::from(text)).documents.remove(0)),
            lines: Arc::new(crate::text::LineIndex::new(&text.into())),
            regions: Vec::new(),
        };
        let doc = crate::document::DocId { file: 0, index: 0 };
        let (_, problems) = crate::config::Config::parse(doc, &document);
        assert_eq!(problems.is_empty(), valid, "{text}");
    }
}
