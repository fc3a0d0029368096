//! What operators make of values, with null and unknown among them.

use std::cmp::Ordering;

use cel::common::ast::operators as op;

use super::eval::Outcome;
use super::eval::Stop;
use super::value::Value;
use super::value::View;
use super::value::compare_numbers;

/// A field; of null, and where it is missing, it is null.
pub(super) fn field<'a>(value: &Value<'a>, name: &str) -> Outcome<'a> {
    match value.view() {
        View::Null => Ok(Value::Null),
        View::Unknown(reason) => Err(Stop::Unknown(reason.clone())),
        View::Map(entries) => Ok(entries.get(name).unwrap_or(Value::Null)),
        _ => Err(Stop::Error(format!("`.{name}` needs a map, and there is {}", value.type_name()))),
    }
}

/// An item; out of range it is null.
pub(super) fn index<'a>(container: &Value<'a>, key: &Value<'_>) -> Outcome<'a> {
    match (container.view(), key.view()) {
        (View::Unknown(reason), _) => Err(Stop::Unknown(reason.clone())),
        (View::Null, _) => Ok(Value::Null),
        (View::List(items), View::Int(at)) => {
            Ok(usize::try_from(at).ok().and_then(|at| items.get(at)).unwrap_or(Value::Null))
        }
        (View::Map(entries), View::Text(name, _)) => Ok(entries.get(name).unwrap_or(Value::Null)),
        _ => {
            Err(Stop::Error(format!("`[]` cannot look up {} in {}", key.type_name(), container.type_name())))
        }
    }
}

pub(super) fn contains<'a>(haystack: &Value<'_>, needle: &Value<'_>) -> Outcome<'a> {
    if let View::Unknown(reason) = needle.view() {
        return match haystack.view() {
            View::List(items) if items.len() == 0 => Ok(Value::Bool(false)),
            View::Null => Ok(Value::Bool(false)),
            _ => Err(Stop::Unknown(reason.clone())),
        };
    }
    match (haystack.view(), needle.view()) {
        (View::Null, _) => Ok(Value::Bool(false)),
        (View::List(items), _) => {
            let mut unknown = None;
            for item in items.to_vec() {
                match item.equals(needle) {
                    Ok(true) => return Ok(Value::Bool(true)),
                    Ok(false) => {}
                    Err(reason) => unknown = unknown.or(Some(reason)),
                }
            }
            unknown.map_or(Ok(Value::Bool(false)), |reason| Err(Stop::Unknown(reason)))
        }
        (View::Map(entries), View::Text(name, _)) => Ok(Value::Bool(entries.get(name).is_some())),
        _ => Err(Stop::Error(format!(
            "`in` cannot look for {} in {}",
            needle.type_name(),
            haystack.type_name()
        ))),
    }
}

pub(super) fn is_arithmetic(name: &str) -> bool {
    [op::ADD, op::SUBSTRACT, op::MULTIPLY, op::DIVIDE, op::MODULO].contains(&name)
        || [op::LESS, op::LESS_EQUALS, op::GREATER, op::GREATER_EQUALS].contains(&name)
}

pub(super) fn overflow() -> Stop {
    Stop::Error("a number becomes too large".to_owned())
}

/// Arithmetic and order. Null is an error here, not a silent false: a rule says what an absent value means.
pub(super) fn binary<'a>(name: &str, left: &Value<'a>, right: &Value<'a>) -> Outcome<'a> {
    let order = match (left.view(), right.view()) {
        (View::Text(a, _), View::Text(b, _)) => Some(a.cmp(b)),
        (a, b) => compare_numbers(a, b),
    };
    if let (Some(order), Some(test)) = (order, order_test(name)) {
        return Ok(Value::Bool(test(order)));
    }
    let symbol = name.trim_matches('_');
    match (left.view(), right.view()) {
        (View::Int(a), View::Int(b)) => match name {
            op::ADD => a.checked_add(b),
            op::SUBSTRACT => a.checked_sub(b),
            op::MULTIPLY => a.checked_mul(b),
            _ if b == 0 => return Err(Stop::Error("it divides by zero".to_owned())),
            op::DIVIDE => a.checked_div(b),
            _ => a.checked_rem(b),
        }
        .map(Value::Int)
        .ok_or_else(overflow),
        (View::Text(a, x), View::Text(b, y)) if name == op::ADD => {
            Ok(Value::Text { text: format!("{a}{b}").into(), secret: x || y })
        }
        (View::List(a), View::List(b)) if name == op::ADD => {
            let mut items = a.to_vec();
            items.extend(b.to_vec());
            Ok(Value::list(items))
        }
        (a, b) => match (as_float(a), as_float(b), name) {
            (Some(a), Some(b), op::ADD) => Ok(Value::Float(a + b)),
            (Some(a), Some(b), op::SUBSTRACT) => Ok(Value::Float(a - b)),
            (Some(a), Some(b), op::MULTIPLY) => Ok(Value::Float(a * b)),
            (Some(a), Some(b), op::DIVIDE) => Ok(Value::Float(a / b)),
            _ => Err(Stop::Error(format!(
                "`{symbol}` does not work on {} and {}",
                left.type_name(),
                right.type_name()
            ))),
        },
    }
}

fn order_test(name: &str) -> Option<fn(Ordering) -> bool> {
    Some(match name {
        op::LESS => Ordering::is_lt,
        op::LESS_EQUALS => Ordering::is_le,
        op::GREATER => Ordering::is_gt,
        op::GREATER_EQUALS => Ordering::is_ge,
        _ => return None,
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "integers beyond 2^53 do not occur beside floats in configuration"
)]
pub(super) fn as_float(view: View<'_, '_>) -> Option<f64> {
    match view {
        View::Int(value) => Some(value as f64),
        View::Float(value) => Some(value),
        _ => None,
    }
}
