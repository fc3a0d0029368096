//! Turns arguments of a component into facts: values with their places, secrets marked.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Component;
use super::Program;

use crate::document::Place;
use crate::document::alloy::Body;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::document::alloy::File;
use crate::document::is_secret_name;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::eval::Value;
use crate::text::Span;

/// Deeper nesting than this is not read: no component's arguments go as deep.
const DEPTH: u32 = 32;

/// Where expressions are read from, and what they can see.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'r, 'a> {
    program: &'r Program<'a>,
    component: &'r Component<'r>,
    file: &'r File,
    secrets: &'r [String],
}

/// The arguments of a component as one map: attributes by name, and for every block name the list of its instances.
/// `secrets` are the paths whose values must never be printed.
pub(crate) fn body_fact(program: &Program<'_>, component: &Component<'_>, secrets: &[String]) -> Fact {
    let reader = Reader { program, component, file: component.file, secrets };
    reader.body(&component.block.body, "", component.name_place(), DEPTH)
}

/// The value of one expression, with places inside list and object literals.
pub(crate) fn expr_fact(program: &Program<'_>, component: &Component<'_>, expr: &Expr) -> Fact {
    Reader { program, component, file: component.file, secrets: &[] }.expr(expr, false, DEPTH)
}

/// The part of an expression that a finding underlines: the text between the quotes of a string.
pub(crate) fn content_span(expr: &Expr) -> Span {
    match expr.kind {
        ExprKind::String if expr.span.len() > 2 => Span::new(expr.span.start + 1, expr.span.end - 1),
        _ => expr.span,
    }
}

impl Reader<'_, '_> {
    fn body(&self, body: &Body, path: &str, place: Place, depth: u32) -> Fact {
        let mut entries = BTreeMap::new();
        let Some(depth) = depth.checked_sub(1) else {
            return Fact::unknown("nested too deeply to be read", place);
        };
        for attribute in body.attributes() {
            let name = self.file.str(attribute.name);
            let secret = is_secret_name(name) || self.is_secret(path, name);
            entries.insert(name.to_owned(), self.expr(&attribute.value, secret, depth));
        }
        let mut lists: BTreeMap<String, Vec<Fact>> = BTreeMap::new();
        for block in body.blocks() {
            let parts: Vec<_> = block.parts.iter().map(|part| self.file.str(*part)).collect();
            let name = parts.join(".");
            let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let place = self.component.place(block.name);
            lists.entry(name).or_default().push(self.body(&block.body, &inner, place, depth));
        }
        for (name, list) in lists {
            let first = list.first().and_then(|fact| fact.place);
            entries.entry(name).or_insert_with(|| Fact::list(list, first));
        }
        Fact::map(entries, place)
    }

    fn is_secret(&self, path: &str, name: &str) -> bool {
        self.secrets.iter().any(|secret| {
            secret.strip_suffix(name).is_some_and(|rest| {
                rest.strip_suffix('.').map_or(rest.is_empty() && path.is_empty(), |rest| rest == path)
            })
        })
    }

    fn expr(&self, expr: &Expr, secret: bool, depth: u32) -> Fact {
        let place = self.component.place(content_span(expr));
        let Some(depth) = depth.checked_sub(1) else {
            return Fact::unknown("nested too deeply to be read", place);
        };
        match &expr.kind {
            ExprKind::Array(items) => {
                Fact::list(items.iter().map(|item| self.expr(item, secret, depth)), place)
            }
            ExprKind::Object(fields) => Fact::map(
                fields.iter().map(|field| {
                    let key = self.file.str(field.key);
                    let key = if field.quoted { key.trim_matches('"') } else { key };
                    let secret = secret || is_secret_name(key) || key.eq_ignore_ascii_case("authorization");
                    (key.to_owned(), self.expr(&field.value, secret, depth))
                }),
                place,
            ),
            ExprKind::Paren(inner) => self.expr(inner, secret, depth),
            _ => match self.program.evaluate(self.component, expr) {
                Ok(value) => Fact { value: fact_value(value, secret, depth), place: Some(place) },
                Err(error) => Fact::unknown(error.message, place),
            },
        }
    }
}

/// Whether a text is a URL with a password in it.
fn holds_password(text: &str) -> bool {
    let Some((_, rest)) = text.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
}

/// The fact value of a value. Lists and objects made by functions have no places inside.
fn fact_value(value: Value, secret: bool, depth: u32) -> FactValue {
    let Some(depth) = depth.checked_sub(1) else {
        return FactValue::Unknown("nested too deeply to be read".into());
    };
    match value {
        Value::Null => FactValue::Null,
        Value::Int(number) if !secret => FactValue::Int(number),
        Value::Uint(number) if !secret => {
            i64::try_from(number).map_or(FactValue::Text(number.to_string().into()), FactValue::Int)
        }
        Value::Float(number) if !secret => FactValue::Float(number),
        Value::Bool(flag) => FactValue::Bool(flag),
        Value::Int(number) => FactValue::Secret(number.to_string().into()),
        Value::Uint(number) => FactValue::Secret(number.to_string().into()),
        Value::Float(number) => FactValue::Secret(number.to_string().into()),
        Value::Text(text) if secret || holds_password(&text) => FactValue::Secret(text),
        Value::Text(text) | Value::OptionalSecret { text, secret: false } if !secret => FactValue::Text(text),
        Value::Secret(text) | Value::Text(text) | Value::OptionalSecret { text, .. } => {
            FactValue::Secret(text)
        }
        Value::Bytes(bytes) => match std::str::from_utf8(&bytes) {
            Ok(text) if secret => FactValue::Secret(text.into()),
            Ok(text) => FactValue::Text(text.into()),
            Err(_) => FactValue::Unknown("bytes that are no text".into()),
        },
        Value::Array(items) => FactValue::List(
            items.into_iter().map(|item| Fact::bare(fact_value(item, secret, depth))).collect(),
        ),
        Value::Object(fields) => FactValue::Map(
            fields
                .into_iter()
                .map(|(key, item)| (key.to_string(), Fact::bare(fact_value(item, secret, depth))))
                .collect(),
        ),
        Value::Function(name) => FactValue::Text(name),
        Value::Capsule(capsule) => FactValue::Text(format!("{}.{}", capsule.node, capsule.export).into()),
        Value::OneOf(_) => {
            FactValue::Unknown("one of several values, and which one is known only at run time".into())
        }
        Value::Unknown(reason) => FactValue::Unknown(Arc::clone(&reason)),
    }
}
