//! The published schemas say what the loaders accept.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use super::embedded;
use super::load;
use super::load_fix;
use crate::document::parse_yaml;
use crate::finding::Invariant;
use crate::tests::yaml_value;

fn schema(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn rule_schema() -> Value {
    schema(include_str!("../../schemas/rule.schema.json"))
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
    assert_eq!(keys(&schema["$defs"]["fix"]), load_fix::FIX_KEYS.iter().copied().collect());
    assert_eq!(keys(&schema["$defs"]["change"]), load_fix::change_keys().collect());
    let invariants = &schema["properties"]["invariant"]["enum"];
    assert_eq!(*invariants, json!(Invariant::ALL.map(Invariant::id)));
}

#[test]
fn every_builtin_rule_satisfies_the_schema() {
    let validator = jsonschema::validator_for(&rule_schema()).unwrap();
    for rule in embedded::RULES {
        let errors: Vec<String> =
            validator.iter_errors(&yaml_value(rule.text)).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{}", rule.path);
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
        (
            "version: 1\ndeclared: { account: 012345678901, cloud: aws, region: eu-north-1, network_trust: ZERO,\n\
             sites: { main: a.example.com }, clusters: { '20260115': { loki_version: 5.42, mimir_replicas: 3 } },\n\
             forward_auth: true, system_logs: false, third_party_telemetry: false, tenant_name: A,\n\
             filter_control_room_metrics: true, subscription: s-1 }\n",
            true,
        ),
        (
            "version: 1\nlimits:\n  mimir:\n    max_global_series_per_user: { max: 800000, reason: cost }\n    \
             blocks_storage.tsdb.retention_period: { min: 12h }\n  loki:\n    retention_period: { min: 28d, max: 31d }\n    \
             volume_enabled: { equal: true }\n    ingestion_rate_mb: { max: 4.5 }\n",
            true,
        ),
        ("version: 1\ndeclared: { acount: 1 }\n", false),
        ("version: 1\ndeclared: { network_trust: zero }\n", false),
        ("version: 1\ndeclared: { system_logs: 'yes' }\n", false),
        ("version: 1\ndeclared: { clusters: { a: { loki_replicas: three } } }\n", false),
        ("version: 1\ndeclared: [a]\n", false),
        ("version: 1\nlimits: { tempo: {} }\n", false),
        ("version: 1\nlimits: { mimir: { max_global_series_per_user: 800000 } }\n", false),
        ("version: 1\nlimits: { mimir: { max_global_series_per_user: { most: 800000 } } }\n", false),
        ("version: 1\nlimits: { mimir: { max_global_series_per_user: { reason: cost } } }\n", false),
        ("version: 2\n", false),
        ("workload: x\n", false),
        ("version: 1\nworklaod: x\n", false),
        ("version: 1\ncontrol_room: true\n", false),
        ("version: 1\ncontrol_room: https://cr\n", false),
        ("version: 1\nallowed: [{ destination: a.com }]\n", false),
        ("version: 1\nendpoints: [{ service: loki, is: loki }]\n", false),
        ("version: 1\nselect: [a, a]\n", false),
    ] {
        assert_eq!(validator.is_valid(&yaml_value(text)), valid, "{text}");
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

/// The settings files in the documentation and in fixtures are ones that an editor with the schema accepts.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test reads the project's own examples")]
fn the_configuration_schema_accepts_every_example() {
    let schema = schema(include_str!("../../schemas/config.schema.json"));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut documents = vec![root.join("README.md")];
    for folder in ["docs/src", "docs/src/guides"] {
        let files = std::fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        documents.extend(files.filter(|path| path.extension().is_some_and(|extension| extension == "md")));
    }
    let mut examples: Vec<(String, String)> = Vec::new();
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        let blocks = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
        let settings = blocks.filter(|text| text.lines().any(|line| line == "version: 1"));
        examples.extend(settings.map(|text| (document.display().to_string(), text.to_owned())));
    }
    let mut folders = vec![root.join("fixtures")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let broken = path.components().any(|part| part.as_os_str() == "settings-fault");
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with("ptd-lint.yaml") && !broken {
                examples.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(examples.len() > 10, "{} examples", examples.len());
    for (path, text) in examples {
        let errors: Vec<String> =
            validator.iter_errors(&yaml_value(&text)).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{path}");
    }
}
