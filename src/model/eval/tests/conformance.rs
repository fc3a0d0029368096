//! Compares the evaluator with answers of the reference, where they are at hand.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value as Json;

use super::super::Evaluated;
use super::super::Lookup;
use super::super::Scope;
use super::super::TypeName;
use super::super::Value;
use super::parse;
use super::run_in;
use crate::tests::shared;

/// Scope and environment of the cases. The constants are those of some process.
struct CaseScope {
    scope: BTreeMap<String, Value>,
    environment: BTreeMap<String, String>,
}

impl Scope for CaseScope {
    fn lookup(&self, parts: &[&str]) -> Lookup {
        match parts.first().and_then(|first| self.scope.get(*first)) {
            Some(value) => Lookup::Found { used: 1, value: value.clone() },
            None => Lookup::Missing,
        }
    }

    fn env(&self, name: &str) -> Value {
        Value::Text(self.environment.get(name).map(String::as_str).unwrap_or_default().into())
    }

    /// The cases were answered by the evaluator alone, which looks at the first name only.
    fn unresolved(&self, parts: &[&str]) -> (String, usize) {
        (format!("identifier \"{}\" does not exist", parts.first().unwrap()), 1)
    }
}

fn case_scope(cases: &Json) -> CaseScope {
    let mut scope: BTreeMap<String, Value> = BTreeMap::new();
    for (name, value) in cases["scope"].as_object().unwrap() {
        scope.insert(name.clone(), value_of(value));
    }
    let constants = ["hostname", "os", "arch", "version"];
    let constants = constants.map(|name| (name.into(), Value::Text(format!("some {name}").into())));
    scope.insert("constants".to_owned(), Value::Object(constants.into_iter().collect()));
    let environment = cases["environment"].as_object().unwrap().iter();
    let environment =
        environment.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect();
    CaseScope { scope, environment }
}

fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => number.as_i64().map_or_else(
            || number.as_u64().map_or_else(|| Value::Float(number.as_f64().unwrap()), Value::Uint),
            Value::Int,
        ),
        Json::String(text) => Value::Text(text.as_str().into()),
        Json::Array(items) => Value::Array(items.iter().map(value_of).collect()),
        Json::Object(fields) => {
            if let Some(text) = json["$secret"].as_str() {
                return Value::Secret(text.into());
            }
            if let Some(text) = json["$optional_secret"].as_str() {
                return Value::OptionalSecret {
                    text: text.into(),
                    secret: json["is_secret"].as_bool().unwrap(),
                };
            }
            if let Some(nanoseconds) = json["$duration_ns"].as_i64() {
                return Value::Int(nanoseconds);
            }
            if let Some(bytes) = json["$bytes"].as_str() {
                return Value::Bytes(BASE64_STANDARD.decode(bytes).unwrap().into());
            }
            match json["$float"].as_str() {
                Some("+Inf") => return Value::Float(f64::INFINITY),
                Some("-Inf") => return Value::Float(f64::NEG_INFINITY),
                Some(_) => return Value::Float(f64::NAN),
                None => {}
            }
            if json["$function"].as_bool().is_some() {
                return Value::Function("".into());
            }
            Value::Object(fields.iter().map(|(key, value)| (key.as_str().into(), value_of(value))).collect())
        }
    }
}

/// Whether two values are the same to a reader of the cases, which know neither the names of functions nor bytes that
/// are text, and whose floats went through a decimal reader of their own.
fn same(got: &Value, wanted: &Value) -> bool {
    match (got, wanted) {
        (Value::Float(got), Value::Float(wanted)) => {
            got.to_bits().abs_diff(wanted.to_bits()) <= 1 || got.is_nan() && wanted.is_nan()
        }
        (Value::Function(_), Value::Function(_)) => true,
        (Value::Bytes(bytes), Value::Array(items)) => {
            let bytes: Vec<Value> = bytes.iter().map(|byte| Value::Int(i64::from(*byte))).collect();
            bytes == *items
        }
        (Value::Uint(got), Value::Int(wanted)) => i64::try_from(*got) == Ok(*wanted),
        (Value::Array(got), Value::Array(wanted)) => {
            got.len() == wanted.len() && got.iter().zip(wanted).all(|(got, wanted)| same(got, wanted))
        }
        (Value::Object(got), Value::Object(wanted)) => {
            got.len() == wanted.len()
                && got.iter().zip(wanted).all(|((a, got), (b, wanted))| a == b && same(got, wanted))
        }
        _ => got == wanted,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Int(_) | Value::Uint(_) | Value::Float(_) => "number",
        Value::Bool(_) => "bool",
        Value::Text(_) => "string",
        Value::Bytes(_) | Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Function(_) => "function",
        Value::Secret(_) | Value::OptionalSecret { .. } | Value::Capsule(_) => "capsule",
        Value::OneOf(_) | Value::Unknown(_) => "unknown",
    }
}

fn markers(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Secret(_) => {
            found.insert("secret".to_owned());
        }
        Value::OptionalSecret { .. } => {
            found.insert("optional_secret".to_owned());
        }
        Value::Function(_) => {
            found.insert("function".to_owned());
        }
        Value::Array(items) => items.iter().for_each(|item| markers(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| markers(field, found)),
        _ => {}
    }
}

/// What is wrong with an answer, or nothing.
fn complaint(case: &Json, text: &str, got: &Evaluated) -> Option<String> {
    match (case["error"].as_str(), got) {
        (None, Ok(got)) => {
            let mut wanted = value_of(&case["value"]);
            let mut value = got.clone();
            if let (Value::Array(wanted), Value::Array(value), Some(true)) =
                (&mut wanted, &mut value, case["unordered"].as_bool())
            {
                wanted.sort_by_key(|item| format!("{item:?}"));
                value.sort_by_key(|item| format!("{item:?}"));
            }
            if !same(&value, &wanted) {
                return Some(format!("{got:?} instead of {}", case["value"]));
            }
            let bytes_of_text = case["value"].get("$bytes").is_some();
            match case["kind"].as_str() {
                Some(wanted) if wanted != kind(got) && !(bytes_of_text && wanted == "string") => {
                    // Secrets have a kind of their own in the cases, or none.
                    return Some(format!("kind {} instead of {wanted}", kind(got)));
                }
                _ => {}
            }
            let mut found = BTreeSet::new();
            markers(got, &mut found);
            let wanted = case["marker"].as_array().into_iter().flatten();
            let wanted: BTreeSet<String> = wanted.map(|marker| marker.as_str().unwrap().to_owned()).collect();
            (found != wanted).then(|| format!("markers {found:?} instead of {wanted:?}"))
        }
        (Some(_), Err(_)) if case["go_text"].as_bool() == Some(true) => None,
        (Some(wanted), Err(got)) => {
            if got.message.lines().next() != Some(wanted) {
                return Some(format!("error {:?} instead of {wanted:?}", got.message));
            }
            let file = parse(text);
            let at = got.span.map(|span| {
                let (start, end) = (span.start as usize, span.end as usize - 1);
                let before = |offset: usize| &file.text.as_bytes()[..offset];
                let line = |offset: usize| before(offset).split(|byte| *byte == b'\n').count() - 1;
                let column = |offset: usize| {
                    before(offset).iter().rev().take_while(|byte| **byte != b'\n').count() + 1
                };
                [line(start), column(start), line(end), column(end)].map(|number| number as u64)
            });
            let wanted: Option<Vec<u64>> =
                case["at"].as_array().map(|at| at.iter().map(|number| number.as_u64().unwrap()).collect());
            let got = at.map(Vec::from);
            (got != wanted).then(|| format!("at {got:?} instead of {wanted:?}"))
        }
        (Some(wanted), Ok(got)) => Some(format!("{got:?} instead of the error {wanted:?}")),
        (None, Err(got)) => Some(format!("the error {:?} instead of {}", got.message, case["value"])),
    }
}

#[test]
fn agrees_with_the_reference() {
    let Some(text) = shared("data/alloy-eval-cases.json") else { return };
    let cases: Json = serde_json::from_str(&text).unwrap();
    let scope = case_scope(&cases);
    let list = cases["cases"].as_array().unwrap();
    let mut wrong = 0;
    for case in list {
        let text = case["text"].as_str().unwrap();
        let to = case["as"].as_str().map(TypeName::parse);
        let got = run_in(text, &scope, to.as_ref());
        if let Some(complaint) = complaint(case, text, &got) {
            println!("{}: {text}: {complaint}", case["id"].as_str().unwrap());
            wrong += 1;
        }
    }
    println!("{} of {} evaluation cases agree", list.len() - wrong, list.len());
    assert_eq!(wrong, 0);
}
