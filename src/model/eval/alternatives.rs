//! Turns operations on single known values into operations on values that are unknown or one of several.

use std::sync::Arc;

use super::fault::Outcome;
use super::operator::equal;
use super::traced::Fields;
use super::traced::Kind;
use super::traced::Traced;

/// More alternatives than this become unknown: combinations multiply.
pub(crate) const MOST: usize = 64;

/// Applies a function that needs all of its operands known, to their depths.
///
/// Something unknown makes the result unknown with the first reason; alternatives, wherever they stand, are tried in
/// all combinations.
pub(crate) fn combine(operands: &[Traced], apply: &mut dyn FnMut(&[Traced]) -> Outcome) -> Outcome {
    if let Some(reason) = operands.iter().find_map(Traced::first_unknown) {
        return Ok(Traced::unknown(reason));
    }
    let Some(rows) = combinations(operands.iter()) else { return Ok(too_many()) };
    if let [row] = rows.as_slice() {
        return apply(row);
    }
    gather(rows.iter().map(|row| apply(row)))
}

/// Applies a function that looks only at the operand itself, not at what is in it.
pub(crate) fn each(operand: &Traced, apply: &mut dyn FnMut(&Traced) -> Outcome) -> Outcome {
    match &operand.kind {
        Kind::Unknown(_) => Ok(operand.clone()),
        Kind::OneOf(values) => gather(values.iter().map(apply)),
        _ => apply(operand),
    }
}

/// Joins the outcomes of several alternatives. A refusal of some of them leaves the result unknown: the program may
/// or may not fail there.
pub(crate) fn gather(outcomes: impl Iterator<Item = Outcome>) -> Outcome {
    let mut values: Vec<Traced> = Vec::new();
    let mut refused = None;
    for outcome in outcomes {
        let flat = match outcome {
            Ok(Traced { kind: Kind::OneOf(inner), .. }) => inner.as_ref().clone(),
            Ok(value) => vec![value],
            Err(fault) => {
                refused.get_or_insert(fault);
                continue;
            }
        };
        for value in flat {
            if matches!(value.kind, Kind::Unknown(_)) {
                return Ok(value);
            }
            if !values.iter().any(|other| same(other, &value)) {
                values.push(value);
            }
        }
        if values.len() > MOST {
            return Ok(too_many());
        }
    }
    match (refused, values.len()) {
        (Some(fault), 0) => Err(fault),
        (Some(_), _) => Ok(Traced::unknown("one of the possible values is refused here")),
        (None, 1) => Ok(values.remove(0)),
        (None, _) => Ok(Kind::OneOf(Arc::new(values)).into()),
    }
}

/// What more than [`MOST`] combinations become.
fn too_many() -> Traced {
    Traced::unknown("there are too many possible values")
}

/// Whether two values are the same for good: unlike the operator `==`, types count and functions can be equal.
fn same(left: &Traced, right: &Traced) -> bool {
    match (&left.kind, &right.kind) {
        (Kind::Function(left), Kind::Function(right)) => left == right,
        (Kind::Int(_), Kind::Int(_)) | (Kind::Uint(_), Kind::Uint(_)) => equal(left, right),
        (Kind::Float(left), Kind::Float(right)) => left.to_bits() == right.to_bits(),
        (Kind::Bytes(left), Kind::Bytes(right)) => left == right,
        (Kind::Array(left), Kind::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right.iter()).all(|(left, right)| same(left, right))
        }
        (Kind::Object(left), Kind::Object(right)) => {
            left.len() == right.len()
                && left.iter().zip(right.iter()).all(|((a, left), (b, right))| a == b && same(left, right))
        }
        // One of them only: their types differ, which the operator would overlook.
        (Kind::Int(_) | Kind::Uint(_) | Kind::Float(_) | Kind::Array(_) | Kind::Bytes(_), _) => false,
        _ => equal(left, right),
    }
}

/// Every combination of what the values can be; `None` for more than [`MOST`].
fn combinations<'t>(values: impl Iterator<Item = &'t Traced>) -> Option<Vec<Vec<Traced>>> {
    let mut rows: Vec<Vec<Traced>> = vec![Vec::new()];
    for value in values {
        let choices = expand(value)?;
        if rows.len() * choices.len() > MOST {
            return None;
        }
        rows = extended(rows, &choices);
    }
    Some(rows)
}

/// All values that a value with alternatives inside can be; `None` where a part of it has more than [`MOST`].
fn expand(value: &Traced) -> Option<Vec<Traced>> {
    match &value.kind {
        Kind::OneOf(values) => {
            let mut out = Vec::new();
            for value in values.iter() {
                out.extend(expand(value)?);
            }
            Some(out)
        }
        Kind::Array(items) if has_alternatives(value) => {
            Some(combinations(items.iter())?.into_iter().map(Traced::array).collect())
        }
        Kind::Object(fields) if has_alternatives(value) => {
            let object =
                |row: Vec<Traced>| Traced::object(fields.keys().cloned().zip(row).collect::<Fields>());
            Some(combinations(fields.values())?.into_iter().map(object).collect())
        }
        _ => Some(vec![value.clone()]),
    }
}

/// Every row with every choice added.
fn extended(mut rows: Vec<Vec<Traced>>, choices: &[Traced]) -> Vec<Vec<Traced>> {
    if let [only] = choices {
        for row in &mut rows {
            row.push(only.clone());
        }
        return rows;
    }
    let mut out = Vec::with_capacity(rows.len() * choices.len());
    for row in rows {
        for choice in choices {
            let mut longer = row.clone();
            longer.push(choice.clone());
            out.push(longer);
        }
    }
    out
}

fn has_alternatives(value: &Traced) -> bool {
    match &value.kind {
        Kind::OneOf(_) => true,
        Kind::Array(items) => items.iter().any(has_alternatives),
        Kind::Object(fields) => fields.values().any(has_alternatives),
        _ => false,
    }
}
