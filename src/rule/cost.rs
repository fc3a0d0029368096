//! Turns operations on values into steps, before they are done: what is large costs as much as many small things, so that a
//! rule that makes texts of texts, or lists of lists, ends as one that counts without end.

use std::borrow::Cow;

use super::value::Value;
use super::value::View;
use crate::text::Pattern;

/// So many bytes of text are one step.
const BYTES: usize = 64;

/// How deep values are looked into. They are compared no deeper either.
const DEPTH: u32 = 64;

/// What it takes to compile a pattern, or to find out that it cannot be: some milliseconds for a large one.
pub(super) fn pattern(made: Option<&Pattern>) -> u64 {
    match made {
        Some(pattern) if !pattern.is_large => 1_000,
        _ => 100_000,
    }
}

/// What it takes to look at all of a value, its parts included.
pub(super) fn whole(value: &Value<'_>) -> u64 {
    within(value, DEPTH)
}

/// What it takes to look at a value, but not into its parts.
pub(super) fn top(value: &Value<'_>) -> u64 {
    within(value, 1)
}

/// What it takes to hold two values against each other: lists and maps of other sizes differ at once.
pub(super) fn compared(one: &Value<'_>, other: &Value<'_>) -> u64 {
    match (one.view(), other.view()) {
        (View::List(a), View::List(b)) if a.len() != b.len() => 0,
        (View::Map(a), View::Map(b)) if a.len() != b.len() => 0,
        (View::List(_), View::List(_)) | (View::Map(_), View::Map(_)) => {
            whole(one).saturating_add(whole(other))
        }
        _ => 0,
    }
}

/// What it takes to have a value a second time: texts that an expression made are copied, all else is shared.
pub(super) fn copy(value: &Value<'_>) -> u64 {
    match value {
        Value::Text { text: Cow::Owned(text), .. } => steps(text.len()),
        _ => 0,
    }
}

/// What a function takes on these arguments, and what it makes of them.
pub(super) fn call(name: &str, arguments: &[Value<'_>]) -> u64 {
    let looked = arguments.iter().map(top).fold(0, u64::saturating_add);
    let made = match (name, arguments) {
        ("replace", [text, from, to]) => replaced(length(text), length(from), length(to)),
        ("join", [list, ..]) => {
            let separator = arguments.get(1).map_or(0, length);
            let parts = parts(list);
            let bytes = parts.iter().map(|part| length(part).saturating_add(separator));
            steps(bytes.fold(0, usize::saturating_add))
        }
        ("flatten", [list]) => parts(list).iter().map(top).fold(0, u64::saturating_add),
        // A list item for each part; where the separator is empty, for each character.
        ("split", [text, separator]) => (length(text) / length(separator).max(1)) as u64,
        // Each letter of one is held against each of the other.
        ("is_slip", [one, other]) => length(one).saturating_mul(length(other)) as u64 / 8,
        _ => 0,
    };
    looked.saturating_add(made)
}

/// What a text takes in which every `from` becomes `to`.
fn replaced(text: usize, from: usize, to: usize) -> u64 {
    let places = text.checked_div(from).unwrap_or_else(|| text.saturating_add(1));
    steps(places.saturating_mul(to))
}

/// The items of a list.
fn parts<'a>(value: &Value<'a>) -> Vec<Value<'a>> {
    if let View::List(items) = value.view() { items.to_vec() } else { Vec::new() }
}

fn within(value: &Value<'_>, depth: u32) -> u64 {
    let deeper = |parts: Vec<Value<'_>>| {
        parts.iter().map(|part| within(part, depth - 1)).fold(parts.len() as u64, u64::saturating_add)
    };
    match value.view() {
        View::Text(text, _) => steps(text.len()),
        View::List(items) if depth > 1 => deeper(items.to_vec()),
        View::List(items) => items.len() as u64,
        View::Map(entries) if depth > 1 => deeper(entries.values()),
        View::Map(entries) => entries.len() as u64,
        _ => 0,
    }
}

fn length(value: &Value<'_>) -> usize {
    if let View::Text(text, _) = value.view() { text.len() } else { 0 }
}

fn steps(bytes: usize) -> u64 {
    (bytes / BYTES) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::rc::Rc;
    use std::sync::Arc;

    use super::*;

    /// A text that an expression made.
    fn text(length: usize) -> Value<'static> {
        Value::Text { text: "x".repeat(length).into(), secret: false }
    }

    fn list<const N: usize>(items: [Value<'static>; N]) -> Value<'static> {
        Value::list(items.into())
    }

    fn map<const N: usize>(items: [Value<'static>; N]) -> Value<'static> {
        let entries = items.into_iter().enumerate().map(|(index, item)| (index.to_string(), item));
        Value::Map(Rc::new(entries.collect::<BTreeMap<_, _>>()))
    }

    #[test]
    fn texts_count_by_their_length_and_are_copied_only_where_an_expression_made_them() {
        for (length, steps) in [(0, 0), (63, 0), (64, 1), (129, 2), (640, 10)] {
            let value = text(length);
            assert_eq!([whole(&value), top(&value), copy(&value)], [steps; 3], "{length}");
        }
        let long = "x".repeat(640);
        assert_eq!(copy(&Value::text(&long)), 0);
        assert_eq!(copy(&list([text(640)])), 0);
        assert_eq!(whole(&Value::Int(5)), 0);
    }

    #[test]
    fn lists_and_maps_count_their_items_and_as_a_whole_what_is_in_them() {
        for outer in [list([text(64), text(128), Value::Null]), map([text(64), text(128), Value::Null])] {
            assert_eq!((top(&outer), whole(&outer)), (3, 6));
            let inner = list([outer.clone(), outer]);
            assert_eq!((top(&inner), whole(&inner)), (2, 14));
        }
        let nested = |around: fn(Value<'static>) -> Value<'static>| {
            (0..100).fold(Value::Null, |inner, _| around(inner))
        };
        assert_eq!(whole(&nested(|inner| list([inner]))), 64);
        assert_eq!(whole(&nested(|inner| map([inner]))), 64);
    }

    #[test]
    fn what_has_another_size_is_told_apart_at_once() {
        for of in [|items: [Value<'static>; 2]| list(items), |items: [Value<'static>; 2]| map(items)] {
            let two = of([text(64), text(128)]);
            assert_eq!(compared(&two, &of([text(64), Value::Null])), 5 + 3);
            for other in [list([text(64)]), map([text(64)]), text(640), Value::Null] {
                assert_eq!(compared(&two, &other), 0, "{other:?}");
            }
        }
        assert_eq!(compared(&text(640), &text(640)), 0);
    }

    #[test]
    fn functions_cost_what_they_look_at_and_what_they_make() {
        let three = || list([text(64), text(64), text(64)]);
        for (name, arguments, steps) in [
            ("upperAscii", vec![text(640)], 10),
            ("startsWith", vec![text(640), text(64)], 11),
            // Each letter becomes a step's worth; where nothing is replaced, it is put between all letters.
            ("replace", vec![text(640), text(1), text(64)], 11 + 640),
            ("replace", vec![text(640), text(0), text(64)], 11 + 641),
            ("replace", vec![text(640), text(64), text(64)], 12 + 10),
            ("join", vec![three()], 3 + 3),
            ("join", vec![three(), text(64)], 4 + 6),
            ("flatten", vec![list([three(), list([Value::Null])])], 2 + 4),
            ("split", vec![text(640), text(1)], 10 + 640),
            ("split", vec![text(640), text(0)], 10 + 640),
            ("split", vec![text(640), text(64)], 11 + 10),
            ("is_slip", vec![text(64), text(64)], 2 + 512),
        ] {
            assert_eq!(call(name, &arguments), steps, "{name} {}", arguments.len());
        }
    }

    #[test]
    fn a_large_pattern_costs_as_much_as_one_that_cannot_be_made() {
        let pattern_of = |is_large| Pattern { regex: Arc::new(regex::Regex::new("x").unwrap()), is_large };
        let costs = [Some(pattern_of(false)), Some(pattern_of(true)), None];
        assert_eq!(costs.each_ref().map(|made| pattern(made.as_ref())), [1_000, 100_000, 100_000]);
    }
}
