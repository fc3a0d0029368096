//! What holds of every change of every program: it is made, nothing else is, comments stay, and a neat program stays
//! neat.

use proptest::prelude::*;

use super::make;
use super::read;
use crate::document::Change;
use crate::document::DocId;
use crate::document::Language;
use crate::document::NewValue;
use crate::document::Place;
use crate::document::alloy;
use crate::document::alloy::Body;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::document::alloy::File;
use crate::document::alloy::Statement;
use crate::document::edit::edits;
use crate::tests::Random;
use crate::tests::random_program;
use crate::text::Span;

/// What a program means: the model that changes are checked with.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    /// Attributes and blocks by their names and labels.
    Body(Vec<(String, Value)>),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
    /// The value of a string.
    Text(String),
    /// Anything else, as it is written.
    Other(String),
}

fn body(file: &File, of: &Body) -> Value {
    let statement = |statement: &Statement| match statement {
        Statement::Attribute(attribute) => {
            (file.str(attribute.name).to_owned(), expression(file, &attribute.value))
        }
        Statement::Block(block) => {
            let parts: Vec<&str> = block.parts.iter().map(|part| file.str(*part)).collect();
            let label = block.label.map_or("", |label| file.str(label));
            (format!("{} {label}", parts.join(".")), body(file, &block.body))
        }
    };
    Value::Body(of.statements.iter().map(statement).collect())
}

fn expression(file: &File, expr: &Expr) -> Value {
    match &expr.kind {
        ExprKind::Array(items) => Value::Array(items.iter().map(|item| expression(file, item)).collect()),
        ExprKind::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|field| {
                    (file.str(field.key).trim_matches(['"', '`']).to_owned(), expression(file, &field.value))
                })
                .collect(),
        ),
        ExprKind::String => alloy::decode_string(&file.text, expr.span)
            .map_or_else(|| Value::Other(file.str(expr.span).to_owned()), |(text, _)| Value::Text(text)),
        _ => Value::Other(file.str(expr.span).to_owned()),
    }
}

fn new_value(new: &NewValue) -> Value {
    match new {
        NewValue::Text(text) => Value::Text(text.to_string()),
        NewValue::Plain(text) => Value::Other(text.to_string()),
        NewValue::List(items) => Value::Array(items.iter().map(new_value).collect()),
        NewValue::Map(fields) => {
            Value::Object(fields.iter().map(|(key, value)| (key.to_string(), new_value(value))).collect())
        }
        NewValue::Block(entries) => Value::Body(
            entries
                .iter()
                .map(|(name, value)| {
                    let space = if matches!(value, NewValue::Block(_)) { " " } else { "" };
                    (format!("{name}{space}"), new_value(value))
                })
                .collect(),
        ),
    }
}

/// Places of a program with the way to each in the model.
pub(super) fn places(file: &File) -> Vec<(Vec<usize>, Span)> {
    let mut found = Vec::new();
    let mut bodies = vec![(Vec::new(), &file.body)];
    while let Some((path, body)) = bodies.pop() {
        for (number, statement) in body.statements.iter().enumerate() {
            let path: Vec<usize> = [path.as_slice(), &[number]].concat();
            match statement {
                Statement::Block(block) => {
                    found.push((path.clone(), block.span));
                    bodies.push((path, &block.body));
                }
                Statement::Attribute(attribute) => {
                    found.push((path.clone(), attribute.name));
                    let mut rest = vec![(path, &attribute.value)];
                    while let Some((path, expr)) = rest.pop() {
                        found.push((path.clone(), expr.span));
                        let children: Vec<&Expr> = match &expr.kind {
                            ExprKind::Array(items) => items.iter().collect(),
                            ExprKind::Object(fields) => fields.iter().map(|field| &field.value).collect(),
                            _ => Vec::new(),
                        };
                        for (number, child) in children.into_iter().enumerate() {
                            rest.push(([path.as_slice(), &[number]].concat(), child));
                        }
                    }
                }
            }
        }
    }
    found
}

fn at_mut<'v>(value: &'v mut Value, path: &[usize]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, number| match value {
        Value::Array(items) => items.get_mut(*number),
        Value::Object(entries) | Value::Body(entries) => entries.get_mut(*number).map(|(_, value)| value),
        _ => None,
    })
}

/// Makes a change to the model. `None` where the model has no such change.
fn apply_to(root: &mut Value, path: &[usize], change: &Change) -> Option<()> {
    match change {
        Change::Replace { value, .. } => *at_mut(root, path)? = new_value(value),
        Change::Put { route, value, .. } => {
            let mut here = at_mut(root, path)?;
            let mut is_new = false;
            for (number, key) in route.iter().enumerate() {
                let is_last = number + 1 == route.len();
                let (entries, is_body) = match here {
                    Value::Object(entries) => (entries, false),
                    Value::Body(entries) => (entries, true),
                    _ => return None,
                };
                let known = entries.iter().rposition(|(name, _)| **name == **key);
                let known = known.or_else(|| {
                    let mut found = entries
                        .iter()
                        .enumerate()
                        .filter(|(_, (name, _))| is_body && name.split(' ').next() == Some(&**key));
                    found.next().map(|(at, _)| at)
                });
                is_new = known.is_none();
                let known = known.unwrap_or_else(|| {
                    let is_block = is_body && (!is_last || matches!(value, NewValue::Block(_)));
                    let name = format!("{key}{}", if is_block { " " } else { "" });
                    let empty = if is_body { Value::Body(Vec::new()) } else { Value::Object(Vec::new()) };
                    entries.push((name, empty));
                    entries.len() - 1
                });
                here = &mut entries[known].1;
            }
            if matches!(here, Value::Body(entries) if !entries.is_empty()) {
                return None;
            }
            *here = match (&here, value) {
                // What is put into a block that is there stands in that block.
                (Value::Body(_), NewValue::Map(entries)) if !is_new => {
                    new_value(&NewValue::Block(entries.clone()))
                }
                _ => new_value(value),
            };
        }
        Change::Append { value, .. } => {
            let here = at_mut(root, path)?;
            if *here == Value::Other("null".to_owned()) {
                *here = Value::Array(Vec::new());
            }
            let Value::Array(items) = here else { return None };
            items.push(new_value(value));
        }
        Change::Remove { .. } => {
            let (last, above) = path.split_last()?;
            match at_mut(root, above)? {
                Value::Array(items) => drop(items.remove(*last)),
                Value::Object(entries) | Value::Body(entries) => drop(entries.remove(*last)),
                _ => return None,
            }
        }
        Change::Rename { name, .. } => {
            let (last, above) = path.split_last()?;
            let (Value::Object(entries) | Value::Body(entries)) = at_mut(root, above)? else { return None };
            let old = &mut entries.get_mut(*last)?.0;
            let label = old.split_once(' ').map(|(_, label)| format!(" {label}")).unwrap_or_default();
            *old = format!("{name}{label}");
        }
        Change::AddComponent { .. } => return None,
    }
    Some(())
}

fn random_value(random: &mut Random, depth: usize) -> NewValue {
    match random.below(if depth > 0 { 6 } else { 4 }) {
        0 | 1 => {
            NewValue::Text(["v", "it's \"q\"", "a\\b\n", "é\t", "`", "", "\u{7f}\r"][random.below(7)].into())
        }
        2 => NewValue::Plain(["1", "true", "null", "a.b.receiver", "sys.env(\"X\")"][random.below(5)].into()),
        3 | 4 => NewValue::List(
            (0..random.below(3)).map(|_| random_value(random, depth.saturating_sub(1))).collect(),
        ),
        _ => NewValue::Map(
            (0..random.below(3))
                .map(|number| {
                    let key = ["n", "X-Y", "long_key_name"][random.below(3)];
                    (format!("{key}{number}").into(), random_value(random, depth - 1))
                })
                .collect(),
        ),
    }
}

pub(super) fn random_change(random: &mut Random, place: Place) -> Change {
    let mut value = random_value(random, 2);
    let key = |random: &mut Random| -> std::sync::Arc<str> {
        ["k", "a", "new_one", "b", "long_key"][random.below(5)].into()
    };
    match random.below(10) {
        0..=2 => Change::Replace { at: place, value },
        3..=6 => {
            if random.below(3) == 0 {
                value = NewValue::Block(vec![
                    ("x".into(), value),
                    ("inner".into(), NewValue::Block(vec![("why".into(), NewValue::Plain("1".into()))])),
                ]);
            }
            let route = (0..=random.below(2)).map(|_| key(random)).collect();
            Change::Put { under: place, route, value }
        }
        7 => Change::Append { to: place, value },
        8 => Change::Remove { at: place },
        _ => Change::Rename { at: place, name: key(random) },
    }
}

/// Makes one random change of a program, and checks what comes of it. Gives whether it was made.
fn check(text: &str, seed: u64) -> Result<bool, TestCaseError> {
    let mut random = Random(seed | 1);
    for _ in 0..20 {
        random.below(2);
    }
    let neat = alloy::format(&text.into()).map_err(|why| TestCaseError::fail(why.to_string()))?;
    let is_neat = random.below(2) == 0;
    let text: &str = if is_neat { &neat } else { text };
    let documents = read(text, Language::Alloy);
    let doc = DocId { file: 0, index: 0 };
    let file = documents.document(doc).alloy().unwrap();
    let places = places(file);
    if !file.errors.is_empty() || places.is_empty() {
        return Ok(false);
    }
    let (path, span) = &places[random.below(places.len())];
    let mut path = path;
    let mut change = random_change(&mut random, Place { doc, span: *span });
    let mut expected = body(file, &file.body);
    // Mostly where such a change can be made.
    let fits = |path: &[usize], change: &Change| {
        let mut root = expected.clone();
        let found = at_mut(&mut root, path);
        match change {
            Change::Put { .. } => matches!(found, Some(Value::Body(_) | Value::Object(_))),
            Change::Append { .. } => matches!(found, Some(Value::Array(_))),
            _ => true,
        }
    };
    if !fits(path, &change) {
        let fitting: Vec<_> = places.iter().filter(|(path, _)| fits(path, &change)).collect();
        if let Some((other, at)) = fitting.get(random.below(fitting.len())) {
            path = other;
            let place = Place { doc, span: *at };
            change = match change {
                Change::Put { route, value, .. } => Change::Put { under: place, route, value },
                Change::Append { value, .. } => Change::Append { to: place, value },
                change => change,
            };
        }
    }
    let has_model = apply_to(&mut expected, path, &change).is_some();
    let made = match make(&documents, std::slice::from_ref(&change)) {
        Ok(made) => made,
        Err(why) => {
            prop_assert!(!why.contains("way here"), "{why}: {text:?} {change:?}");
            return Ok(false);
        }
    };
    let context = || format!("{change:?}\n--- before\n{text}\n--- after\n{made}\n---\n{text:?}\n{made:?}");
    let after = read(&made, Language::Alloy);
    let new = after.document(doc).alloy().unwrap();
    prop_assert!(new.errors.is_empty(), "{:?} {}", new.errors, context());
    if has_model {
        prop_assert_eq!(body(new, &new.body), expected, "{}", context());
    }
    let comments = |file: &File| -> Vec<String> {
        file.comments.iter().map(|comment| file.str(*comment).trim_end().to_owned()).collect()
    };
    let edits_made = edits(&documents, std::slice::from_ref(&change)).unwrap_or_default();
    if edits_made.iter().all(|edit| edit.edit.span.slice(text).trim().is_empty()) {
        prop_assert_eq!(comments(file), comments(new), "{}", context());
    }
    if is_neat && file.comments.is_empty() && matches!(change, Change::Put { .. } | Change::Append { .. }) {
        let settled = alloy::format(&made.as_str().into());
        prop_assert_eq!(settled.as_deref(), Ok(&*made), "{}", context());
    }
    if let (true, Change::Put { .. } | Change::Replace { .. }) = (has_model, &change) {
        let again = self::places(new)
            .into_iter()
            .find(|(other, _)| other == path)
            .map(|(_, span)| Place { doc, span });
        let again = again.map(|place| match change.clone() {
            Change::Replace { value, .. } => Change::Replace { at: place, value },
            Change::Put { route, value, .. } => Change::Put { under: place, route, value },
            other => other,
        });
        if let Some(again) = again {
            prop_assert_eq!(edits(&after, &[again]), Ok(Vec::new()), "{}", context());
        }
    }
    Ok(true)
}

proptest! {
    #[test]
    fn a_change_of_a_program_is_made_and_nothing_else_changes(
        text in any::<u64>(), room in 0_u32..12, depth in 1_u32..4, change in any::<u64>(),
    ) {
        check(&random_program(text, room, depth), change)?;
    }
}

#[test]
fn most_changes_of_programs_are_made() {
    let mut counts = [0, 0];
    for seed in 0..1500_u64 {
        let text = random_program(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15), 6, 3);
        match check(&text, seed.wrapping_mul(0x2545_f491_4f6c_dd1d)) {
            Ok(made) => counts[usize::from(made)] += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(counts[1] > 400, "{counts:?}");
}
