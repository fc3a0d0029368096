//! Tests of the evaluator.

mod conformance;
mod format;
mod reading;
mod threefold;
mod values;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Capsule;
use super::Evaluated;
use super::Lookup;
use super::Scope;
use super::TypeName;
use super::Value;
use super::evaluate;
use super::evaluate_as;
use crate::document::alloy;
use crate::document::alloy::File;

/// Variables by their first name.
#[derive(Default)]
struct Names {
    values: BTreeMap<&'static str, Value>,
}

impl Scope for Names {
    fn lookup(&self, parts: &[&str]) -> Lookup {
        match parts.first().and_then(|first| self.values.get(first)) {
            Some(value) => Lookup::Found { used: 1, value: value.clone() },
            None => Lookup::Missing,
        }
    }

    fn env(&self, name: &str) -> Value {
        match name {
            "REGION" => text("us-east-2"),
            _ => unknown(&format!("the environment variable {name} is not known")),
        }
    }
}

/// Text.
fn text(text: &str) -> Value {
    Value::Text(text.into())
}

/// Something unknown.
fn unknown(reason: &str) -> Value {
    Value::Unknown(reason.into())
}

/// One of some integers.
fn one_of(values: &[i64]) -> Value {
    Value::OneOf(values.iter().map(|value| Value::Int(*value)).collect())
}

/// The names that most tests use.
fn names() -> Names {
    let receiver = Capsule { node: "loki.write.local".into(), export: "receiver".into() };
    let object = |fields: &[(&str, Value)]| {
        Value::Object(fields.iter().map(|(key, value)| (Arc::from(*key), value.clone())).collect())
    };
    let mut names = Names::default();
    names.values.insert("mystery", unknown("nobody knows"));
    names.values.insert("riddle", unknown("nobody cares"));
    names.values.insert("few", one_of(&[1, 2]));
    names.values.insert("secret", Value::Secret("hunter2".into()));
    names.values.insert("hidden", Value::OptionalSecret { text: "hunter2".into(), secret: true });
    names.values.insert("receiver", Value::Capsule(receiver));
    names.values.insert("obj", object(&[("a", Value::Int(1)), ("b", object(&[("c", text("x"))]))]));
    names
}

/// Parses an expression as the value of an attribute on a line of its own.
fn parse(expression: &str) -> File {
    let file = alloy::parse(format!("x =\n{expression}\n").into());
    assert!(file.errors.is_empty(), "{expression}: {:?}", file.errors);
    file
}

/// Evaluates an expression.
fn run(expression: &str) -> Evaluated {
    run_in(expression, &names(), None)
}

/// Evaluates an expression in a scope, for an attribute of some type.
fn run_in(expression: &str, scope: &dyn Scope, to: Option<&TypeName>) -> Evaluated {
    let file = parse(expression);
    let attribute = file.body.attributes().next().unwrap();
    match to {
        Some(to) => evaluate_as(&file, &attribute.value, to, scope),
        None => evaluate(&file, &attribute.value, scope),
    }
}

/// The message of an expression that is refused.
fn refusal(expression: &str) -> String {
    run(expression).unwrap_err().message
}
