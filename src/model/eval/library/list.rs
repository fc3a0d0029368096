//! Turns lists into lists: `array.*` and `coalesce`. These look at their arguments as they are, so that what is not
//! known inside an element stays there.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::eval::alternatives::each;
use crate::model::eval::fault::Fault;
use crate::model::eval::fault::Outcome;
use crate::model::eval::operator::equal;
use crate::model::eval::traced::Kind;
use crate::model::eval::traced::Traced;

/// The most pairs of elements that are compared; more leave the result unknown.
const MOST_PAIRS: usize = 1_000_000;

/// Resolves alternatives of the arguments themselves, one argument after the other.
fn settled(arguments: &[Traced], apply: &mut dyn FnMut(&[Traced]) -> Outcome) -> Outcome {
    let Some(index) = arguments.iter().position(|argument| matches!(argument.kind, Kind::OneOf(_))) else {
        return apply(arguments);
    };
    let Some(choice) = arguments.get(index) else { return apply(arguments) };
    each(choice, &mut |value| {
        let mut arguments = arguments.to_vec();
        if let Some(argument) = arguments.get_mut(index) {
            *argument = value.clone();
        }
        settled(&arguments, apply)
    })
}

/// Whether the number of combinations of alternatives is acceptable.
fn few_combinations(arguments: &[Traced]) -> bool {
    let mut product = 1_usize;
    for argument in arguments {
        if let Kind::OneOf(values) = &argument.kind {
            product = product.saturating_mul(values.len());
        }
    }
    product <= crate::model::eval::alternatives::MOST
}

fn too_many() -> Traced {
    Traced::unknown("there are too many possible values")
}

/// The reason why an argument itself is not known.
fn unknown(arguments: &[Traced]) -> Option<Arc<str>> {
    arguments.iter().find_map(|argument| match &argument.kind {
        Kind::Unknown(reason) => Some(reason.clone()),
        _ => None,
    })
}

/// `coalesce`: the first value that is neither null, nor zero, nor empty; else the last one.
pub(super) fn coalesce(arguments: &[Traced]) -> Outcome {
    if !few_combinations(arguments) {
        return Ok(too_many());
    }
    settled(arguments, &mut |arguments| {
        for argument in arguments {
            if !is_empty(&argument.kind) {
                return Ok(argument.clone());
            }
        }
        Ok(arguments.last().cloned().unwrap_or_else(Traced::null))
    })
}

fn is_empty(kind: &Kind) -> bool {
    match kind {
        Kind::Null => true,
        Kind::Int(value) => *value == 0,
        Kind::Uint(value) => *value == 0,
        Kind::Float(value) => *value == 0.0,
        Kind::Bool(value) => !value,
        Kind::Text(text) | Kind::Bytes(text) | Kind::Secret(text) => text.is_empty(),
        Kind::OptionalSecret(text, secret) => text.is_empty() && !secret,
        Kind::Array(items) => items.is_empty(),
        Kind::Object(fields) => fields.is_empty(),
        // What comes after something unknown matters only if this is empty, which nobody knows.
        Kind::Function(_) | Kind::Capsule(_) | Kind::OneOf(_) | Kind::Unknown(_) => false,
    }
}

/// `array.concat`.
pub(super) fn concat(arguments: &[Traced]) -> Outcome {
    if !few_combinations(arguments) {
        return Ok(too_many());
    }
    settled(arguments, &mut |arguments| {
        for argument in arguments {
            if !matches!(argument.kind, Kind::Array(_) | Kind::Bytes(_) | Kind::Unknown(_)) {
                return Err(Fault::wrong_type(argument, "array"));
            }
        }
        if let Some(reason) = unknown(arguments) {
            return Ok(Traced::unknown(reason));
        }
        if let [only] = arguments {
            return Ok(only.clone());
        }
        let items: Vec<Traced> = arguments.iter().filter_map(Traced::items).flatten().collect();
        Ok(Traced::array(items))
    })
}

/// `array.combine_maps(left, right, keys, keep)`: joins objects that agree in all keys. With `keep` an element of
/// `left` is also added once for every element of `right` that it does not match.
pub(super) fn combine_maps(arguments: &[Traced]) -> Outcome {
    if !matches!(arguments.len(), 3 | 4) {
        let count = arguments.len();
        return Err(Fault::nowhere(format!("combine_maps: expected 3 or 4 arguments, got {count}")));
    }
    if !few_combinations(arguments) {
        return Ok(too_many());
    }
    settled(arguments, &mut |arguments| match arguments {
        [left, right, keys, rest @ ..] => {
            if let Some(reason) = unknown(arguments) {
                return Ok(Traced::unknown(reason));
            }
            let left = objects(left)?;
            let right = objects(right)?;
            let Some(names) = keys.items() else { return Err(Fault::wrong_type(keys, "array")) };
            if names.is_empty() {
                return Err(Fault::about(keys, "combine_maps: merge conditions must not be empty"));
            }
            let keep = match rest {
                [] => false,
                [Traced { kind: Kind::Bool(keep), .. }, ..] => *keep,
                [other, ..] => return Err(Fault::wrong_type(other, "bool")),
            };
            if let Some(reason) = names.iter().chain(&left).chain(&right).find_map(unknown_itself) {
                return Ok(Traced::unknown(reason));
            }
            joined(&left, &right, &names, keep)
        }
        _ => Ok(Traced::null()),
    })
}

fn joined(left: &[Traced], right: &[Traced], names: &[Traced], keep: bool) -> Outcome {
    if left.len().saturating_mul(right.len()) > MOST_PAIRS {
        return Ok(Traced::too_large());
    }
    let mut out = Vec::new();
    for element in left {
        for other in right {
            let (Kind::Object(fields), Kind::Object(others)) = (&element.kind, &other.kind) else { continue };
            let mut agree = true;
            for name in names {
                let Kind::Text(name) = &name.kind else {
                    return Err(Fault::about(name, "combine_maps: merge conditions must be strings"));
                };
                let name = String::from_utf8_lossy(name);
                let (Some(one), Some(two)) = (fields.get(name.as_ref()), others.get(name.as_ref())) else {
                    agree = false;
                    break;
                };
                if let Some(reason) = [one, two].into_iter().find_map(unknown_itself) {
                    return Ok(Traced::unknown(reason));
                }
                // The reference ends with a panic here.
                for side in [one, two] {
                    if matches!(
                        side.kind,
                        Kind::Array(_) | Kind::Bytes(_) | Kind::Object(_) | Kind::Function(_)
                    ) {
                        let reason =
                            format!("combine_maps: cannot compare values of type {}", side.type_name());
                        return Err(Fault::about(side, reason));
                    }
                }
                if std::mem::discriminant(&one.kind) != std::mem::discriminant(&two.kind) || !equal(one, two)
                {
                    agree = false;
                    break;
                }
            }
            if agree {
                let mut merged = fields.as_ref().clone();
                merged.extend(others.iter().map(|(key, value)| (key.clone(), value.clone())));
                out.push(Traced::object(merged));
            } else if keep {
                out.push(element.clone());
            }
        }
    }
    Ok(Traced::array(out))
}

/// Elements of a list of objects; elements that are not known stay, for the caller to see.
fn objects(list: &Traced) -> Result<Vec<Traced>, Fault> {
    let Some(items) = list.items() else { return Err(Fault::wrong_type(list, "array")) };
    let strange =
        items.iter().find(|item| !matches!(item.kind, Kind::Object(_) | Kind::Unknown(_) | Kind::OneOf(_)));
    match strange {
        Some(item) => Err(Fault::wrong_type(item, "object")),
        None => Ok(items),
    }
}

/// Why a value itself is not known; one of several counts as well.
fn unknown_itself(value: &Traced) -> Option<Arc<str>> {
    match &value.kind {
        Kind::Unknown(reason) => Some(reason.clone()),
        Kind::OneOf(_) => Some("an element has several possible values".into()),
        _ => None,
    }
}

/// `array.group_by(list, key, drop_missing)`. The reference gives the groups in any order; here they come in the
/// order of their first elements.
pub(super) fn group_by(arguments: &[Traced]) -> Outcome {
    if arguments.len() != 3 {
        let count = arguments.len();
        return Err(Fault::nowhere(format!("group_by: expected 3 arguments, got {count}")));
    }
    if !few_combinations(arguments) {
        return Ok(too_many());
    }
    settled(arguments, &mut |arguments| match arguments {
        [list, key, drop] => {
            if let Some(reason) = unknown(arguments) {
                return Ok(Traced::unknown(reason));
            }
            let Some(items) = list.items() else { return Err(Fault::wrong_type(list, "array")) };
            let Kind::Text(name) = &key.kind else { return Err(Fault::wrong_type(key, "string")) };
            let Kind::Bool(drop) = drop.kind else { return Err(Fault::wrong_type(drop, "bool")) };
            grouped(&items, &String::from_utf8_lossy(name), drop)
        }
        _ => Ok(Traced::null()),
    })
}

fn grouped(items: &[Traced], key: &str, drop_missing: bool) -> Outcome {
    let mut places: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    let mut groups: Vec<(Arc<[u8]>, Vec<Traced>)> = Vec::new();
    for item in items {
        if let Some(reason) = unknown_itself(item) {
            return Ok(Traced::unknown(reason));
        }
        let Kind::Object(fields) = &item.kind else { return Err(Fault::wrong_type(item, "object")) };
        let value: Arc<[u8]> = match fields.get(key) {
            None if drop_missing => continue,
            None => [].into(),
            Some(value) => match (&value.kind, unknown_itself(value)) {
                (_, Some(reason)) => return Ok(Traced::unknown(reason)),
                (Kind::Text(text), None) => text.clone(),
                _ => return Err(Fault::wrong_type(value, "string")),
            },
        };
        let place = *places.entry(value.to_vec()).or_insert_with(|| {
            groups.push((value, Vec::new()));
            groups.len() - 1
        });
        if let Some((_, members)) = groups.get_mut(place) {
            members.push(item.clone());
        }
    }
    let group = |(value, members): (Arc<[u8]>, Vec<Traced>)| {
        // `items` is written last, so a key of that name is lost.
        let fields = [(key.into(), Traced::text(value)), ("items".into(), Traced::array(members))];
        Traced::object(fields.into_iter().collect())
    };
    Ok(Traced::array(groups.into_iter().map(group).collect()))
}
