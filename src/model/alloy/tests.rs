//! Programs, what their expressions can see, and arguments by path.

use crate::document::is_secret_name;
use std::sync::Arc;

use super::facts::body_fact;
use super::*;
use crate::document::DocId;
use crate::document::Place;
use crate::document::alloy;
use crate::document::alloy::File;
use crate::model::FactValue;
use crate::model::eval::Capsule;
use crate::model::eval::Lookup;
use crate::model::eval::Scope as _;
use crate::model::eval::Value;
use crate::tests::shared;

const DOC: DocId = DocId { file: 0, index: 0 };

fn file(text: &str) -> File {
    alloy::parse(Arc::from(text))
}

fn program(file: &File) -> Program<'_> {
    let computed: &Computed = Box::leak(Box::default());
    let inputs: &ProgramOnly<'_> = Box::leak(Box::new(ProgramOnly(computed)));
    Program::new(vec![(DOC, file)], Environment::default(), inputs)
}

fn at(file: &File, place: Place) -> &str {
    file.str(place.span)
}

#[test]
fn ids_join_name_and_label_whatever_blanks_stand_between() {
    let file = file("loki . write \"w\" { }\nlogging { }\nloki.magic \"m\" { }\n");
    let program = program(&file);
    let ids: Vec<_> = program.components.iter().map(|component| component.id.as_ref()).collect();
    assert_eq!(ids, ["loki.write.w", "logging", "loki.magic.m"]);
    assert_eq!(at(&file, program.components[0].name_place()), "loki . write \"w\"");
    assert_eq!(at(&file, program.components[1].name_place()), "logging");
    assert!(matches!(program.components[0].kind, Kind::Known(_)));
    assert!(matches!(program.components[1].kind, Kind::Config(_)));
    assert!(matches!(program.components[2].kind, Kind::Unknown));
    assert_eq!(program.find("loki.write.w"), Some(0));
    assert_eq!(program.find("logging"), None);
}

#[test]
fn module_label_takes_the_name_from_a_builtin() {
    let file = file("import.file \"loki\" { filename = \"x\" }\nloki.write \"w\" { }\n");
    let program = program(&file);
    assert!(matches!(&program.components[1].kind, Kind::Custom(module) if module.as_ref() == "loki"));
}

#[test]
fn id_given_twice_points_at_both() {
    let file = file("loki.write \"w\" { }\nloki.write \"v\" { }\nloki.write \"w\" { }\n");
    let program = program(&file);
    let [duplicate] = program.duplicates.as_slice() else { panic!("{:?}", program.duplicates) };
    assert_eq!(duplicate.id.as_ref(), "loki.write.w");
    assert_eq!((duplicate.first.span.start, duplicate.again.span.start), (0, 38));
}

#[test]
fn exports_are_receivers_or_known_only_at_run_time() {
    let file = file("loki.write \"w\" { }\nlocal.file \"f\" { filename = \"x\" }\nacme.x \"y\" { }\n");
    let program = program(&file);
    let found = |parts: &[&str]| program.lookup(parts);
    let receiver = Value::Capsule(Capsule { node: "loki.write.w".into(), export: "receiver".into() });
    assert_eq!(
        found(&["loki", "write", "w", "receiver"]),
        Lookup::Found { used: 4, value: receiver.clone() }
    );
    assert_eq!(
        found(&["loki", "write", "w"]),
        Lookup::Found { used: 3, value: Value::Object([(Arc::from("receiver"), receiver)].into()) }
    );
    assert_eq!(
        found(&["local", "file", "f", "content"]),
        Lookup::Found {
            used: 4,
            value: Value::Unknown("local.file.f.content is known only when the collector runs: the file `x` is not in the input".into())
        }
    );
    let Lookup::Found { used: 4, value: Value::Unknown(reason) } = found(&["acme", "x", "y", "z"]) else {
        panic!("not unknown")
    };
    assert_eq!(reason.as_ref(), "acme.x.y is a component that is not known here (`acme.x`)");
    assert_eq!(found(&["loki", "write", "gone", "receiver"]), Lookup::Missing);
    assert_eq!(found(&[]), Lookup::Missing);
}

#[test]
fn unset_variable_is_unknown_and_named() {
    let file = file("");
    let program = program(&file);
    assert_eq!(program.env("X"), Value::Unknown("the environment variable X is not set in the input".into()));
}

#[test]
fn path_finds_every_instance_and_the_missing_one() {
    let file = file(
        "loki.write \"w\" {\n  endpoint { url = \"a\" }\n  endpoint { }\n  endpoint {\n    url = \"b\"\n    url = \"c\"\n  }\n}\n",
    );
    let body = &file.body.blocks().next().unwrap().body;
    let found: Vec<_> = slots(&file, body, "endpoint.url")
        .iter()
        .map(|slot| slot.attribute.map(|attribute| file.str(attribute.value.span)))
        .collect();
    assert_eq!(found, [Some("\"a\""), None, Some("\"c\"")]);
    assert!(slots(&file, body, "client.url").is_empty());
    assert_eq!(blocks_at(&file, body, "endpoint").len(), 3);
    assert!(blocks_at(&file, body, "end").is_empty());
}

#[test]
fn block_names_with_dots_are_one_step_of_a_path() {
    let file = file("x \"y\" {\n  auth.basic { password = \"a\" }\n}\n");
    let body = &file.body.blocks().next().unwrap().body;
    let found = slots(&file, body, "auth.basic.password");
    assert_eq!(found.len(), 1);
    assert_eq!(file.str(found[0].block_span().unwrap()), "auth.basic");
}

#[test]
fn arguments_become_facts_with_places_and_without_secrets() {
    let file = file(
        "loki.write \"w\" {\n  n = 1 + 2\n  endpoint {\n    bearer_token = \"hush\"\n    u = \"https://a:hush@b/\"\n    h = {\"Authorization\" = \"hush\", plain = [\"x\", null]}\n  }\n  bad = 1 + \"a\"\n}\n",
    );
    let program = program(&file);
    let component = &program.components[0];
    let secrets = ["endpoint.bearer_token".to_owned()];
    let fact = body_fact(&program, component, &secrets);
    let value = |route: &str| fact.at(route).map(|fact| fact.value.clone());
    assert_eq!(value("n"), Some(FactValue::Int(3)));
    assert_eq!(value("endpoint.0.bearer_token"), Some(FactValue::Secret("hush".into())));
    assert_eq!(value("endpoint.0.u"), Some(FactValue::Secret("https://a:hush@b/".into())));
    assert_eq!(value("endpoint.0.h.Authorization"), Some(FactValue::Secret("hush".into())));
    assert_eq!(value("endpoint.0.h.plain.0"), Some(FactValue::Text("x".into())));
    assert_eq!(value("endpoint.0.h.plain.1"), Some(FactValue::Null));
    assert_eq!(at(&file, fact.at("endpoint.0.h.plain.0").unwrap().place.unwrap()), "x");
    assert!(matches!(value("bad"), Some(FactValue::Unknown(_))), "{:?}", value("bad"));
}

#[test]
fn names_of_secrets_are_told_from_names_of_files() {
    for name in ["password", "client_secret", "bearer_token", "api_key", "credentials", "key_pem"] {
        assert!(is_secret_name(name), "{name}");
    }
    for name in ["secretKey", "clientSecret", "SECRETNAME_VALUE", "rootPassword"] {
        assert!(is_secret_name(name), "{name}");
    }
    for name in ["secretName", "existingSecret", "envFromSecret", "tokenFile", "secretsPath"] {
        assert!(!is_secret_name(name), "{name}");
    }
    for name in ["password_file", "token_url", "credentials_file", "token_file_path", "username", "key"] {
        assert!(!is_secret_name(name), "{name}");
    }
}

#[test]
fn table_agrees_with_the_facts_that_it_was_made_from() {
    let Some(text) = shared("data/alloy-dataflow.json") else { return };
    let facts: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut checked = 0;
    for (name, wanted) in facts["components"].as_object().unwrap() {
        let own = entry(name).unwrap_or_else(|| panic!("{name} is missing"));
        let exports =
            wanted["accepts"].as_object().map(|accepts| accepts.keys().cloned().collect::<Vec<_>>());
        assert_eq!(own.accepts.keys().cloned().collect::<Vec<_>>(), exports.unwrap_or_default(), "{name}");
        let receivers =
            wanted["receivers"].as_object().map(|receivers| receivers.keys().cloned().collect::<Vec<_>>());
        let mut paths: Vec<_> = own.receivers.iter().map(|(path, _)| path.clone()).collect();
        paths.sort();
        assert_eq!(paths, receivers.unwrap_or_default(), "{name}");
        let none = Vec::new();
        let listed = wanted["egress"].as_array().unwrap_or(&none);
        let mut own_ways = own.egress.iter().peekable();
        for wanted in listed {
            let way = own_ways.next().unwrap_or_else(|| panic!("{name} lacks {wanted}"));
            let mut carried = way.signals;
            // A way whose signals are switched apart stands there once for each switch.
            while let Some(other) = own_ways.next_if(|other| way.path.is_some() && other.path == way.path) {
                carried = carried.or(other.signals);
            }
            assert_eq!(way.path.as_deref(), wanted["path"].as_str(), "{name}");
            assert_eq!(Some(way.kind.as_str()), wanted["kind"].as_str(), "{name}");
            let signals = wanted["signals"].as_array().map_or(0, Vec::len);
            // What clients post to that receiver has no signal in the facts: it is taken for logs.
            let words = usize::from(name == "otelcol.receiver.datadog");
            assert_eq!(carried.iter().count(), signals + words, "{name}");
            // A way out for telemetry whose destination cannot be read would be unknown for ever.
            let readable = way.syntax != Syntax::Other || !carried.meets(Signals::LOGS.or(Signals::METRICS));
            assert!(way.kind != "telemetry" || readable, "{name} {:?}", way.path);
        }
        assert!(own_ways.next().is_none(), "{name}");
        assert_eq!(own.listens.len(), wanted["listens"].as_array().map_or(0, Vec::len), "{name}");
        checked += 1;
    }
    assert_eq!(checked, 187);
}
