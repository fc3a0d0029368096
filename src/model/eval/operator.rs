//! Turns operators and their operands into values.

use std::sync::Arc;

use super::alternatives::combine;
use super::fault::Fault;
use super::fault::Outcome;
use super::number::Number;
use super::traced::Kind;
use super::traced::Traced;
use crate::document::alloy::BinaryOp;
use crate::document::alloy::UnaryOp;

/// `left op right`. Both sides are evaluated already: nothing short-circuits.
pub(crate) fn binary(left: &Traced, op: BinaryOp, right: &Traced) -> Outcome {
    combine(&[left.clone(), right.clone()], &mut |sides| match sides {
        [left, right] => known_binary(left, op, right),
        _ => Ok(Traced::null()),
    })
}

/// `op value`.
pub(crate) fn unary(op: UnaryOp, value: &Traced) -> Outcome {
    combine(std::slice::from_ref(value), &mut |values| match (op, values) {
        (UnaryOp::Not, [Traced { kind: Kind::Bool(value), .. }]) => Ok(Kind::Bool(!value).into()),
        (UnaryOp::Not, [value, ..]) => Err(Fault::wrong_type(value, "bool")),
        (UnaryOp::Negate, [value, ..]) => match Number::of(&value.kind) {
            Some(Number::Float(value)) => Ok(Kind::Float(-value).into()),
            Some(number) => Ok(Kind::Int(number.int().wrapping_neg()).into()),
            None => Err(Fault::wrong_type(value, "number")),
        },
        (_, []) => Ok(Traced::null()),
    })
}

fn known_binary(left: &Traced, op: BinaryOp, right: &Traced) -> Outcome {
    let unwrapped = unwrap_secrets(&left.kind, &right.kind);
    let (own_left, own_right) = match unwrapped {
        Some((left_kind, right_kind)) => {
            (Traced { id: left.id, kind: left_kind }, Traced { id: right.id, kind: right_kind })
        }
        None => (left.clone(), right.clone()),
    };
    match op {
        BinaryOp::Equal => return Ok(Kind::Bool(equal(&own_left, &own_right)).into()),
        BinaryOp::NotEqual => return Ok(Kind::Bool(!equal(&own_left, &own_right)).into()),
        _ => {}
    }
    let accepted = accepted(op);
    for side in [&own_left, &own_right] {
        if !accepted.contains(&side.type_name()) {
            let accepted = accepted.join(" ");
            let reason =
                format!("should be one of [{accepted}] for binop {}, got {}", op.mark(), side.type_name());
            return Err(Fault::about(side, reason));
        }
    }
    if own_left.type_name() != own_right.type_name() {
        return Err(Fault::wrong_type(&own_right, own_left.type_name()));
    }
    if let (Some(left), Some(number)) = (Number::of(&own_left.kind), Number::of(&own_right.kind)) {
        let divides = matches!(op, BinaryOp::Divide | BinaryOp::Remainder);
        if divides && number.float() == 0.0 {
            return Err(Fault::about(right, "divide by zero error"));
        }
        return Ok(arithmetic(left, op, number).into());
    }
    let kind = match (&own_left.kind, op, &own_right.kind) {
        (Kind::Bool(left), BinaryOp::Or, Kind::Bool(right)) => Kind::Bool(*left || *right),
        (Kind::Bool(left), _, Kind::Bool(right)) => Kind::Bool(*left && *right),
        (Kind::Text(left), BinaryOp::Add, Kind::Text(right)) => Kind::Text(joined(left, right)),
        (Kind::Text(left), _, Kind::Text(right)) => Kind::Bool(ordered(left, op, right)),
        (Kind::Secret(left), _, Kind::Secret(right)) => Kind::Secret(joined(left, right)),
        (Kind::OptionalSecret(left, a), _, Kind::OptionalSecret(right, b)) => {
            Kind::OptionalSecret(joined(left, right), *a || *b)
        }
        // The reference takes the other capsule for an empty secret.
        (kind @ (Kind::Secret(_) | Kind::OptionalSecret(..)), _, _) => kind.clone(),
        _ => {
            let reason =
                format!("could not perform binop {} for unknown types lhs capsule rhs capsule", op.mark());
            return Err(Fault::about(left, reason));
        }
    };
    Ok(kind.into())
}

/// The types that an operator takes.
fn accepted(op: BinaryOp) -> &'static [&'static str] {
    match op {
        BinaryOp::Or | BinaryOp::And => &["bool"],
        BinaryOp::Add => &["number", "string", "capsule"],
        BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
            &["number", "string"]
        }
        _ => &["number"],
    }
}

fn joined(left: &[u8], right: &[u8]) -> Arc<[u8]> {
    [left, right].concat().into()
}

fn ordered<T: PartialOrd + ?Sized>(left: &T, op: BinaryOp, right: &T) -> bool {
    match op {
        BinaryOp::Less => left < right,
        BinaryOp::LessEqual => left <= right,
        BinaryOp::Greater => left > right,
        _ => left >= right,
    }
}

/// Brings a secret and a string (or another kind of secret) to one type; `None` where nothing changes.
fn unwrap_secrets(left: &Kind, right: &Kind) -> Option<(Kind, Kind)> {
    use Kind::OptionalSecret;
    use Kind::Secret;
    use Kind::Text;
    Some(match (left, right) {
        (OptionalSecret(text, _) | Text(text), Secret(_)) => (Secret(text.clone()), right.clone()),
        (Secret(_), OptionalSecret(text, _) | Text(text)) => (left.clone(), Secret(text.clone())),
        (OptionalSecret(_, true), Text(text)) => (left.clone(), OptionalSecret(text.clone(), true)),
        (OptionalSecret(text, false), Text(_)) => (Text(text.clone()), right.clone()),
        (Text(text), OptionalSecret(_, true)) => (OptionalSecret(text.clone(), true), right.clone()),
        (Text(_), OptionalSecret(text, false)) => (left.clone(), Text(text.clone())),
        _ => return None,
    })
}

/// Whether two known values are equal: numbers by value, functions never, everything else by structure.
pub(crate) fn equal(left: &Traced, right: &Traced) -> bool {
    if let (Some(left), Some(right)) = (Number::of(&left.kind), Number::of(&right.kind)) {
        return numbers_equal(left, right);
    }
    match (&left.kind, &right.kind) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Bool(left), Kind::Bool(right)) => left == right,
        (Kind::Text(left), Kind::Text(right)) | (Kind::Secret(left), Kind::Secret(right)) => left == right,
        (Kind::OptionalSecret(left, a), Kind::OptionalSecret(right, b)) => left == right && a == b,
        (Kind::Capsule(left), Kind::Capsule(right)) => left == right,
        (Kind::Object(left), Kind::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| equal(value, other)))
        }
        (Kind::Array(_) | Kind::Bytes(_), Kind::Array(_) | Kind::Bytes(_)) => {
            let (left, right) = (left.items().unwrap_or_default(), right.items().unwrap_or_default());
            left.len() == right.len() && left.iter().zip(&right).all(|(left, right)| equal(left, right))
        }
        _ => false,
    }
}

#[expect(clippy::float_cmp, reason = "the language compares exactly")]
fn numbers_equal(left: Number, right: Number) -> bool {
    match (left, right) {
        (Number::Float(_), _) | (_, Number::Float(_)) => left.float() == right.float(),
        _ => left.int() == right.int(),
    }
}

fn arithmetic(left: Number, op: BinaryOp, right: Number) -> Kind {
    match (left, right) {
        (Number::Float(_), _) | (_, Number::Float(_)) => floats(left.float(), op, right.float()),
        (Number::Uint(left), Number::Uint(right)) => match op {
            BinaryOp::Add => Kind::Uint(left.wrapping_add(right)),
            BinaryOp::Subtract => Kind::Uint(left.wrapping_sub(right)),
            BinaryOp::Multiply => Kind::Uint(left.wrapping_mul(right)),
            BinaryOp::Divide => Kind::Uint(left.checked_div(right).unwrap_or_default()),
            BinaryOp::Remainder => Kind::Uint(left.checked_rem(right).unwrap_or_default()),
            BinaryOp::Power => Kind::Uint(power(left, right)),
            _ => Kind::Bool(ordered(&left, op, &right)),
        },
        _ => {
            let (left, right) = (left.int(), right.int());
            match op {
                BinaryOp::Add => Kind::Int(left.wrapping_add(right)),
                BinaryOp::Subtract => Kind::Int(left.wrapping_sub(right)),
                BinaryOp::Multiply => Kind::Int(left.wrapping_mul(right)),
                BinaryOp::Divide if right != 0 => Kind::Int(left.wrapping_div(right)),
                BinaryOp::Remainder if right != 0 => Kind::Int(left.wrapping_rem(right)),
                // The loop of the reference runs from 2 to the exponent: a negative one gives the base.
                BinaryOp::Power if right < 0 => Kind::Int(left),
                // Wrapping multiplication has the same bits signed and unsigned.
                BinaryOp::Power => {
                    Kind::Int(power(left.cast_unsigned(), right.cast_unsigned()).cast_signed())
                }
                _ => Kind::Bool(ordered(&left, op, &right)),
            }
        }
    }
}

fn floats(left: f64, op: BinaryOp, right: f64) -> Kind {
    match op {
        BinaryOp::Add => Kind::Float(left + right),
        BinaryOp::Subtract => Kind::Float(left - right),
        BinaryOp::Multiply => Kind::Float(left * right),
        BinaryOp::Divide => Kind::Float(left / right),
        BinaryOp::Remainder => Kind::Float(left % right),
        BinaryOp::Power => Kind::Float(left.powf(right)),
        _ => Kind::Bool(ordered(&left, op, &right)),
    }
}

/// The same bits as multiplying in a loop, in at most 64 steps: the loop would not end for huge exponents.
fn power(base: u64, exponent: u64) -> u64 {
    let (mut result, mut base, mut exponent) = (1_u64, base, exponent);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent >>= 1;
    }
    result
}
