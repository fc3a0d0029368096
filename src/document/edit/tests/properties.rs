//! What holds of every change of every text: it is made, nothing else is, and a second time it changes nothing.

use std::sync::Arc;

use proptest::prelude::*;

use super::make;
use super::random::random_yaml;
use super::read;
use crate::document::Change;
use crate::document::DocId;
use crate::document::Documents;
use crate::document::Language;
use crate::document::NewValue;
use crate::document::NodeKind;
use crate::document::NodeRef;
use crate::document::Place;
use crate::document::Tree;
use crate::document::edit::edits;
use crate::document::parse_json;
use crate::document::parse_yaml;
use crate::tests::Random;

/// A value of a document, aliases followed: the model that changes are checked with.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    /// Type and text of a scalar.
    Scalar(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

fn value(node: NodeRef<'_>) -> Value {
    let node = node.resolved();
    match &node.raw().kind {
        NodeKind::Mapping(_) => Value::Map(
            node.entries().map(|(key, inner)| (key.text().unwrap_or("?").to_owned(), value(inner))).collect(),
        ),
        NodeKind::Sequence(_) => Value::List(node.items().map(value).collect()),
        // A tag stays before whatever is written behind it, so only what it makes of the text counts.
        _ => Value::Scalar(format!("{:?}", node.scalar())),
    }
}

/// What a new value is when it is read, as a value of the model; by a parser of its own, in a form of our own.
fn new_value(new: &NewValue) -> Value {
    match new {
        NewValue::Text(text) => Value::Scalar(format!("{:?}", Some(crate::document::Scalar::Text(text)))),
        NewValue::Plain(text) => Value::Scalar(format!("{:?}", Some(crate::document::plain_scalar(text)))),
        NewValue::List(items) => Value::List(items.iter().map(new_value).collect()),
        NewValue::Map(entries) | NewValue::Block(entries) => {
            Value::Map(entries.iter().map(|(key, inner)| (key.to_string(), new_value(inner))).collect())
        }
    }
}

/// The way to each node that was written, by numbers of children.
pub(super) fn paths(tree: &Tree) -> Vec<(Vec<usize>, NodeRef<'_>)> {
    let mut found = Vec::new();
    let mut rest: Vec<(Vec<usize>, NodeRef<'_>)> =
        tree.root().map(|root| (Vec::new(), root)).into_iter().collect();
    while let Some((path, node)) = rest.pop() {
        let children: Vec<NodeRef<'_>> = match &node.raw().kind {
            NodeKind::Mapping(entries) => entries.iter().map(|entry| tree.node(entry.value)).collect(),
            NodeKind::Sequence(items) => items.iter().map(|item| tree.node(*item)).collect(),
            _ => Vec::new(),
        };
        for (number, child) in children.into_iter().enumerate() {
            rest.push(([path.as_slice(), &[number]].concat(), child));
        }
        found.push((path, node));
    }
    found
}

/// Keys of mappings in their order: those that stay keep their place, whatever the order of the new value.
fn sorted(value: &mut Value) {
    match value {
        Value::Scalar(_) => {}
        Value::List(items) => {
            for item in items {
                sorted(item);
            }
        }
        Value::Map(entries) => {
            for (_, value) in &mut *entries {
                sorted(value);
            }
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        }
    }
}

fn at_mut<'v>(value: &'v mut Value, path: &[usize]) -> Option<&'v mut Value> {
    path.iter().try_fold(value, |value, number| match value {
        Value::List(items) => items.get_mut(*number),
        Value::Map(entries) => entries.get_mut(*number).map(|(_, value)| value),
        Value::Scalar(_) => None,
    })
}

fn is_null(value: &Value) -> bool {
    matches!(value, Value::Scalar(text) if text.starts_with("Some(Null)"))
}

/// Makes a change to the model. `None` where the model has no such change.
fn apply_to(root: &mut Value, path: &[usize], change: &Change) -> Option<()> {
    let has_merge = |entries: &[(String, Value)]| entries.iter().any(|(key, _)| key == "<<");
    match change {
        Change::Replace { value, .. } => *at_mut(root, path)? = new_value(value),
        Change::Put { route, value, .. } => {
            let mut here = at_mut(root, path)?;
            for key in route {
                if is_null(here) {
                    *here = Value::Map(Vec::new());
                }
                let Value::Map(entries) = here else { return None };
                if has_merge(entries) && !entries.iter().any(|(name, _)| **name == **key) {
                    // What is merged in may have it.
                    return None;
                }
                let number = entries.iter().rposition(|(name, _)| **name == **key);
                let number = number.unwrap_or_else(|| {
                    entries.push((key.to_string(), Value::Scalar("Some(Null)".to_owned())));
                    entries.len() - 1
                });
                here = &mut entries[number].1;
            }
            *here = new_value(value);
        }
        Change::Append { value, .. } => {
            let here = at_mut(root, path)?;
            if is_null(here) {
                *here = Value::List(Vec::new());
            }
            let Value::List(items) = here else { return None };
            items.push(new_value(value));
        }
        Change::Remove { .. } => {
            let (last, above) = path.split_last()?;
            match at_mut(root, above)? {
                Value::List(items) => drop(items.remove(*last)),
                Value::Map(entries) => drop(entries.remove(*last)),
                Value::Scalar(_) => return None,
            }
        }
        Change::Rename { name, .. } => {
            let (last, above) = path.split_last()?;
            let Value::Map(entries) = at_mut(root, above)? else { return None };
            entries.get_mut(*last)?.0 = name.to_string();
        }
        Change::AddComponent { .. } => return None,
    }
    Some(())
}

/// Texts that are hard to write.
const TEXTS: &[&str] = &[
    "v",
    "two words",
    "",
    " x ",
    "yes",
    "0644",
    "a: b",
    "a #b",
    "- x",
    "[x",
    "{",
    "*x",
    "&x",
    "it's",
    "\"q\"",
    "l\nm",
    "l\nm\n",
    "l\n\n  m\n\n",
    " l\nm",
    "\n",
    "é",
    "\t",
    "a\tb",
    "tab\t",
    "a\u{85}b",
    "\u{feff}",
    "%x",
    "---",
    "a,b",
    "x:",
    "null",
    "~",
    "?",
    "? x",
    "a\r\nb",
    "12:30",
    "=",
    "!x",
    "@",
    "`",
    "#",
    "1_000",
    ".inf",
    "\u{7f}",
    "\u{2028}",
    "x\\y",
    "...",
    "l\n---\nm\n",
    "l\n#d\n",
];

fn random_value(random: &mut Random, depth: usize) -> NewValue {
    match random.below(if depth > 0 { 6 } else { 4 }) {
        0 | 1 => NewValue::Text(TEXTS[random.below(TEXTS.len())].into()),
        2 => NewValue::Text("v".into()),
        3 => NewValue::Plain(["1", "true", "null", "2.5", "30d", "-1"][random.below(6)].into()),
        4 => NewValue::List((0..random.below(3)).map(|_| random_value(random, depth - 1)).collect()),
        _ => {
            let mut entries: Vec<(Arc<str>, NewValue)> = Vec::new();
            for number in 0..random.below(3) {
                let key = ["n", "k0", "a b", "on", "x: y"][random.below(5)];
                entries.push((format!("{key}{number}").into(), random_value(random, depth - 1)));
            }
            NewValue::Map(entries)
        }
    }
}

pub(super) fn random_change(random: &mut Random, place: Place) -> Change {
    let value = random_value(random, 2);
    let key = |random: &mut Random| -> Arc<str> {
        ["k0", "k1", "key1", "new", "q0", "on", "k2x", "a"][random.below(8)].into()
    };
    match random.below(10) {
        0..=2 => Change::Replace { at: place, value },
        3..=5 => {
            let route = (0..=random.below(2)).map(|_| key(random)).collect();
            Change::Put { under: place, route, value }
        }
        6 => Change::Append { to: place, value },
        7 | 8 => Change::Remove { at: place },
        _ => Change::Rename { at: place, name: key(random) },
    }
}

/// The texts of comments.
fn comments(text: &str) -> Vec<&str> {
    let starts = text.match_indices("#c").map(|(at, _)| at);
    starts.filter_map(|at| text[at..].find('.').map(|end| &text[at..=at + end])).collect()
}

fn values(documents: &Documents) -> Vec<Option<Value>> {
    documents.files[0].documents.iter().map(|document| document.tree().unwrap().root().map(value)).collect()
}

/// Why a text is no good.
pub(super) fn fault(text: &str, language: Language) -> Option<String> {
    let text: Arc<str> = text.into();
    if language == Language::Json {
        return parse_json(&text).err().map(|error| format!("{error:?}"));
    }
    let stream = parse_yaml(&text);
    let fatal = stream.errors.iter().find(|error| error.is_fatal());
    let is_empty = stream.documents.iter().all(|tree| tree.root.is_none());
    fatal.map(|error| format!("{error:?}")).or_else(|| is_empty.then(|| "empty".to_owned()))
}

/// The keys of a mapping as they are written, if all are texts.
fn keys(node: NodeRef<'_>) -> Option<Vec<&str>> {
    let NodeKind::Mapping(entries) = &node.raw().kind else { return None };
    entries
        .iter()
        .map(|entry| node.tree.node(entry.key))
        .map(|key| key.text().filter(|_| !key.is_merge()))
        .collect()
}

/// A new key in a mapping whose keys are in alphabetical order stands in its place among them; or behind them, where it
/// would be the first.
fn in_order(node: NodeRef<'_>, change: &Change, after: &Documents, path: &[usize]) -> Result<(), String> {
    let (Change::Put { under: Place { doc, .. }, route, .. }, Some(keys)) = (change, keys(node)) else {
        return Ok(());
    };
    let is_ordered = keys.len() >= 4 && keys.is_sorted_by(|a, b| a < b);
    let Some(first) = route.first().filter(|first| is_ordered && !keys.contains(&&***first)) else {
        return Ok(());
    };
    let tree = after.document(*doc).tree().unwrap();
    let found =
        paths(tree).into_iter().find(|(other, _)| other == path).and_then(|(_, node)| self::keys(node));
    let mut expected = keys;
    let is_first = &**first < expected[0];
    expected.push(first);
    if !is_first {
        expected.sort_unstable();
    }
    if found.as_ref() == Some(&expected) { Ok(()) } else { Err(format!("{found:?} and not {expected:?}")) }
}

/// Makes one random change of a text, and checks what comes of it. Gives whether it was made.
#[expect(clippy::too_many_lines, reason = "one change, and all that must be true of it")]
pub(super) fn check(text: &str, language: Language, seed: u64) -> Result<bool, TestCaseError> {
    if fault(text, language).is_some() {
        return Ok(false);
    }
    let documents = read(text, language);
    let mut random = Random(seed | 1);
    for _ in 0..20 {
        random.below(2);
    }
    let index = random.below(documents.files[0].documents.len());
    let doc = DocId { file: 0, index: u32::try_from(index).unwrap() };
    let tree = documents.document(doc).tree().unwrap();
    let nodes = paths(tree);
    if nodes.is_empty() {
        return Ok(false);
    }
    let (path, node) = &nodes[random.below(nodes.len())];
    let (mut path, mut node) = (path, node);
    let mut change = random_change(&mut random, Place { doc, span: node.span() });
    let before = values(&documents);
    let mut expected = before.clone();
    // Mostly where such a change can be made.
    let fits = |node: NodeRef<'_>| match &change {
        Change::Put { .. } => node.is_mapping() || node.is_null(),
        Change::Append { .. } => node.is_sequence() || node.is_null(),
        _ => true,
    };
    let fitting: Vec<_> = nodes.iter().filter(|(_, node)| fits(*node)).collect();
    if let Some((other, at)) = fitting.get(random.below(fitting.len())).filter(|_| !fits(*node)) {
        (path, node) = (other, at);
        let place = Place { doc, span: at.span() };
        change = match change {
            Change::Put { route, value, .. } => Change::Put { under: place, route, value },
            Change::Append { value, .. } => Change::Append { to: place, value },
            change => change,
        };
    }
    let has_model = expected[index].as_mut().is_some_and(|root| apply_to(root, path, &change).is_some());
    let changes = [change.clone()];
    let made = match make(&documents, &changes) {
        Ok(made) => made,
        Err(why) => {
            prop_assert!(!why.contains("way here"), "{why}: {text:?} {change:?}");
            return Ok(false);
        }
    };
    let fatal = fault(&made, language);
    prop_assert!(fatal.is_none(), "{fatal:?}\n{text}\n{change:?}\n{made}");
    let after = read(&made, language);
    let context = || format!("{change:?}\n--- before\n{text}\n--- after\n{made}\n---\n{text:?}\n{made:?}");
    if has_model {
        let mut found = values(&after);
        if matches!(change, Change::Replace { .. } | Change::Put { .. }) {
            found.iter_mut().chain(&mut expected).flatten().for_each(sorted);
        }
        prop_assert_eq!(found, expected, "{}", context());
    }
    in_order(*node, &change, &after, path)
        .map_err(|why| TestCaseError::fail(format!("{why}: {}", context())))?;
    if has_model && matches!(change, Change::Replace { .. } | Change::Put { .. }) {
        // The same place again.
        let tree = after.document(doc).tree().unwrap();
        let again = paths(tree).into_iter().find(|(other, _)| other == path).map(|(_, node)| node.span());
        let again = again.map(|span| match &change {
            Change::Replace { value, .. } => {
                Change::Replace { at: Place { doc, span }, value: value.clone() }
            }
            Change::Put { route, value, .. } => {
                Change::Put { under: Place { doc, span }, route: route.clone(), value: value.clone() }
            }
            other => other.clone(),
        });
        if let Some(again) = again {
            let edits = edits(&after, &[again]);
            prop_assert_eq!(edits, Ok(Vec::new()), "{}", context());
        }
    }
    let keeps_all = match &change {
        Change::Replace { value, .. } => {
            !matches!(node.raw().kind, NodeKind::Mapping(_) | NodeKind::Sequence(_))
                && !matches!(value, NewValue::Map(_) | NewValue::List(_))
        }
        Change::Put { under: _, route, .. } => route.len() == 1 && node.get(&route[0]).is_none(),
        Change::Append { .. } | Change::Rename { .. } => true,
        Change::Remove { .. } | Change::AddComponent { .. } => false,
    };
    let (old, new) = (comments(text), comments(&made));
    if keeps_all {
        prop_assert_eq!(old, new, "{}", context());
    } else {
        // Those up to the end of the line of what stands before, and those behind the last line.
        let span = node.span();
        let key = tree.nodes.iter().find_map(|above| match &above.kind {
            NodeKind::Mapping(entries) => {
                entries.iter().find(|entry| entry.value == node.id).map(|entry| entry.key)
            }
            _ => None,
        });
        let start = key.map_or(span.start, |key| tree.node(key).span().start);
        let others = tree.scalars().filter(|scalar| scalar.id != node.id);
        let before = others.map(|scalar| scalar.span().end).filter(|end| *end <= start).max();
        let before = before.map_or(0, |end| end as usize);
        let before =
            if before == 0 { 0 } else { text[before..].find('\n').map_or(text.len(), |at| before + at) };
        let kept_above = comments(&text[..before.min(start as usize)]);
        let behind = text[span.end as usize..].find('\n').map_or(text.len(), |at| span.end as usize + at);
        let kept = kept_above.into_iter().chain(comments(&text[behind..]));
        for comment in kept {
            prop_assert!(new.contains(&comment), "{comment} is lost: {}", context());
        }
    }
    Ok(true)
}

proptest! {
    #[test]
    fn a_change_of_yaml_is_made_and_nothing_else_changes(text in any::<u64>(), change in any::<u64>()) {
        check(&random_yaml(text), Language::Yaml, change)?;
    }
}

#[test]
fn most_changes_of_yaml_are_made() {
    let mut counts = [0, 0];
    for seed in 0..2000_u64 {
        let text = random_yaml(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        match check(&text, Language::Yaml, seed.wrapping_mul(0x2545_f491_4f6c_dd1d)) {
            Ok(made) => counts[usize::from(made)] += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(counts[1] > 800, "{counts:?}");
}
