//! Turns the value of a destination argument into the destinations that it names.

use super::host::redacted;
use crate::document::Place;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::model::alloy::Component;
use crate::model::alloy::Program;
use crate::model::alloy::content_span;
use crate::model::eval::Value;

/// A destination as far as it is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Destination {
    /// The text.
    Text(String),
    /// A text that must not be shown.
    Secret(String),
    /// One of these.
    OneOf(Vec<String>),
    /// Not known, and why.
    Unknown(String),
}

/// The destinations in a value; none in null.
pub(super) fn destinations(value: Value) -> Vec<Destination> {
    match value {
        Value::Null => Vec::new(),
        Value::Text(text) | Value::OptionalSecret { text, secret: false } => {
            vec![Destination::Text(text.to_string())]
        }
        Value::Secret(text) | Value::OptionalSecret { text, .. } => {
            vec![Destination::Secret(text.to_string())]
        }
        Value::Bytes(bytes) => vec![Destination::Text(String::from_utf8_lossy(&bytes).into_owned())],
        Value::Bool(flag) => vec![Destination::Text(flag.to_string())],
        Value::Int(number) => vec![Destination::Text(number.to_string())],
        Value::Array(items) => items.into_iter().take(10_000).flat_map(flat).collect(),
        Value::OneOf(values) => {
            let mut texts = Vec::new();
            for value in values {
                match value {
                    Value::Text(text) => texts.push(text.to_string()),
                    Value::Unknown(reason) => return vec![Destination::Unknown(reason.to_string())],
                    Value::Null => {
                        return vec![Destination::Unknown(
                            "it may be left out, and then another one counts".to_owned(),
                        )];
                    }
                    _ => return vec![Destination::Unknown("it is one of several values".to_owned())],
                }
            }
            vec![Destination::OneOf(texts)]
        }
        Value::Unknown(reason) => vec![Destination::Unknown(reason.to_string())],
        _ => vec![Destination::Unknown("it is not a text".to_owned())],
    }
}

/// The destinations that an argument names; each element of a list with its own place.
pub(super) fn named_by(
    program: &Program<'_>,
    component: &Component<'_>,
    expr: &Expr,
) -> Vec<(Destination, Place)> {
    // What a module is given stands where the module is used.
    let (component, expr) = program.typed(component, expr);
    let of = |expr: &Expr| {
        let place = component.place(content_span(expr));
        let found = program
            .evaluate(component, expr)
            .map_or_else(|error| vec![Destination::Unknown(error.message)], destinations);
        found.into_iter().map(move |one| (one, place)).collect::<Vec<_>>()
    };
    match &expr.kind {
        ExprKind::Array(items) => items.iter().flat_map(of).collect(),
        _ => of(expr),
    }
}

/// The destinations in an element of a list.
fn flat(value: Value) -> Vec<Destination> {
    match value {
        Value::Array(_) => vec![Destination::Unknown("it is a list in a list".to_owned())],
        other => destinations(other),
    }
}

/// A destination for people, without secrets.
pub(super) fn words(destination: &Destination) -> String {
    match destination {
        Destination::Text(text) => redacted(text),
        Destination::Secret(_) => "(secret)".to_owned(),
        Destination::OneOf(texts) => texts.iter().map(|text| redacted(text)).collect::<Vec<_>>().join(" or "),
        Destination::Unknown(reason) => reason.clone(),
    }
}

#[cfg(test)]
mod tests;
