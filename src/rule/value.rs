//! Values of conditions: facts by reference, and what expressions make of them.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::rc::Rc;
use std::sync::Arc;

use crate::document::Place;
use crate::model::Fact;
use crate::model::FactValue;

/// Most items of a list, and most characters of a text, in a message.
const MAX_SHOWN_ITEMS: usize = 20;
const MAX_SHOWN_CHARS: usize = 300;

/// How deep two values are compared; deeper is *unknown*, never equal.
const MAX_DEPTH: u32 = 64;

/// A value in an evaluation. Facts are borrowed, never copied, and keep their place.
#[derive(Debug, Clone)]
pub(crate) enum Value<'a> {
    /// Part of the facts.
    Fact(&'a Fact),
    /// Nothing.
    Null,
    /// Could not be evaluated, and why.
    Unknown(Arc<str>),
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// Text; `secret` text is never printed.
    Text {
        /// The text.
        text: Cow<'a, str>,
        /// Whether it is, or was made from, a secret.
        secret: bool,
    },
    /// A list that an expression made.
    List(Rc<Vec<Value<'a>>>),
    /// A map that an expression made.
    Map(Rc<BTreeMap<String, Value<'a>>>),
}

/// What a value is, wherever it came from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum View<'v, 'a> {
    /// Nothing.
    Null,
    /// Could not be evaluated, and why.
    Unknown(&'v Arc<str>),
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating-point number.
    Float(f64),
    /// Text, and whether it is secret.
    Text(&'v str, bool),
    /// A list.
    List(Items<'v, 'a>),
    /// A map.
    Map(Entries<'v, 'a>),
}

/// The items of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Items<'v, 'a> {
    /// Facts.
    Facts(&'a [Fact]),
    /// Made by an expression.
    Made(&'v [Value<'a>]),
}

impl<'a> Items<'_, 'a> {
    /// How many there are.
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Facts(items) => items.len(),
            Self::Made(items) => items.len(),
        }
    }

    /// The item at `index`.
    pub(crate) fn get(self, index: usize) -> Option<Value<'a>> {
        match self {
            Self::Facts(items) => items.get(index).map(Value::Fact),
            Self::Made(items) => items.get(index).cloned(),
        }
    }

    /// All items; facts by reference.
    pub(crate) fn to_vec(self) -> Vec<Value<'a>> {
        match self {
            Self::Facts(items) => items.iter().map(Value::Fact).collect(),
            Self::Made(items) => items.to_vec(),
        }
    }
}

/// The entries of a map.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Entries<'v, 'a> {
    /// Facts.
    Facts(&'a BTreeMap<String, Fact>),
    /// Made by an expression.
    Made(&'v BTreeMap<String, Value<'a>>),
}

impl<'a> Entries<'_, 'a> {
    /// How many there are.
    pub(crate) fn len(self) -> usize {
        match self {
            Self::Facts(entries) => entries.len(),
            Self::Made(entries) => entries.len(),
        }
    }

    /// The value under `key`.
    pub(crate) fn get(self, key: &str) -> Option<Value<'a>> {
        match self {
            Self::Facts(entries) => entries.get(key).map(Value::Fact),
            Self::Made(entries) => entries.get(key).cloned(),
        }
    }

    /// The keys, sorted.
    pub(crate) fn keys(self) -> Vec<Value<'a>> {
        match self {
            Self::Facts(entries) => entries.keys().map(|key| Value::text(key.as_str())).collect(),
            Self::Made(entries) => entries.keys().map(|key| Value::text(key.clone())).collect(),
        }
    }

    /// The values, in order of their keys.
    pub(crate) fn values(self) -> Vec<Value<'a>> {
        match self {
            Self::Facts(entries) => entries.values().map(Value::Fact).collect(),
            Self::Made(entries) => entries.values().cloned().collect(),
        }
    }
}

impl<'a> Value<'a> {
    /// Text that may be printed.
    pub(crate) fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text { text: text.into(), secret: false }
    }

    /// A list.
    pub(crate) fn list(items: Vec<Value<'a>>) -> Self {
        Self::List(Rc::new(items))
    }

    /// What it is.
    pub(crate) fn view(&self) -> View<'_, 'a> {
        match self {
            Self::Fact(fact) => match &fact.value {
                FactValue::Null => View::Null,
                FactValue::Unknown(reason) => View::Unknown(reason),
                FactValue::Bool(value) => View::Bool(*value),
                FactValue::Int(value) => View::Int(*value),
                FactValue::Float(value) => View::Float(*value),
                FactValue::Text(text) => View::Text(text, false),
                FactValue::Secret(text) => View::Text(text, true),
                FactValue::List(items) => View::List(Items::Facts(items)),
                FactValue::Map(entries) => View::Map(Entries::Facts(entries)),
            },
            Self::Null => View::Null,
            Self::Unknown(reason) => View::Unknown(reason),
            Self::Bool(value) => View::Bool(*value),
            Self::Int(value) => View::Int(*value),
            Self::Float(value) => View::Float(*value),
            Self::Text { text, secret } => View::Text(text, *secret),
            Self::List(items) => View::List(Items::Made(items)),
            Self::Map(entries) => View::Map(Entries::Made(entries)),
        }
    }

    /// Where it was written, for a fact.
    pub(crate) fn place(&self) -> Option<Place> {
        match self {
            Self::Fact(fact) => fact.place,
            _ => None,
        }
    }

    /// The name of its type, for messages. Never the value: it may be secret.
    pub(crate) fn type_name(&self) -> &'static str {
        match self.view() {
            View::Null => "null",
            View::Unknown(_) => "unknown",
            View::Bool(_) => "a boolean",
            View::Int(_) => "an integer",
            View::Float(_) => "a number",
            View::Text(..) => "text",
            View::List(_) => "a list",
            View::Map(_) => "a map",
        }
    }

    /// Whether two values are equal; `Err` with the reason where that hangs on something unknown. Values of
    /// different types are not equal, but an integer and a number can be.
    pub(crate) fn equals(&self, other: &Self) -> Result<bool, Arc<str>> {
        equals(self, other, MAX_DEPTH)
    }

    /// For messages: text without control characters, `(secret)` for secrets, `not set` for null, items of lists joined
    /// by commas; what is very long is cut.
    pub(crate) fn render(&self) -> String {
        let mut text = String::new();
        render(self, MAX_DEPTH, &mut text);
        text
    }
}

fn equals(a: &Value<'_>, b: &Value<'_>, depth: u32) -> Result<bool, Arc<str>> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err("the values are nested too deeply to be compared".into());
    };
    match (a.view(), b.view()) {
        (View::Unknown(reason), _) | (_, View::Unknown(reason)) => Err(reason.clone()),
        (View::Null, View::Null) => Ok(true),
        (View::Bool(a), View::Bool(b)) => Ok(a == b),
        (View::Text(a, _), View::Text(b, _)) => Ok(a == b),
        (View::List(a), View::List(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            all_equal(a.to_vec().iter().zip(b.to_vec().iter()), depth)
        }
        (View::Map(a), View::Map(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            let (left, right) = (a.keys(), b.keys());
            if !all_equal(left.iter().zip(right.iter()), depth)? {
                return Ok(false);
            }
            all_equal(a.values().iter().zip(b.values().iter()), depth)
        }
        (a, b) => Ok(compare_numbers(a, b) == Some(Ordering::Equal)),
    }
}

/// One known difference decides, whatever else is unknown.
fn all_equal<'x, 'a: 'x>(
    pairs: impl Iterator<Item = (&'x Value<'a>, &'x Value<'a>)>,
    depth: u32,
) -> Result<bool, Arc<str>> {
    let mut unknown = None;
    for (a, b) in pairs {
        match equals(a, b, depth) {
            Ok(true) => {}
            Ok(false) => return Ok(false),
            Err(reason) => unknown = unknown.or(Some(reason)),
        }
    }
    unknown.map_or(Ok(true), Err)
}

/// Order of two numbers; `None` where one is no number.
#[expect(
    clippy::cast_precision_loss,
    reason = "integers beyond 2^53 do not occur beside floats in configuration"
)]
pub(crate) fn compare_numbers(a: View<'_, '_>, b: View<'_, '_>) -> Option<Ordering> {
    match (a, b) {
        (View::Int(a), View::Int(b)) => Some(a.cmp(&b)),
        (View::Int(a), View::Float(b)) => (a as f64).partial_cmp(&b),
        (View::Float(a), View::Int(b)) => a.partial_cmp(&(b as f64)),
        (View::Float(a), View::Float(b)) => a.partial_cmp(&b),
        _ => None,
    }
}

/// Text from an input must not steer a terminal, nor fill it.
fn render_text(text: &str, out: &mut String) {
    for (count, c) in text.chars().enumerate() {
        if count == MAX_SHOWN_CHARS {
            return out.push('…');
        }
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
}

fn render(value: &Value<'_>, depth: u32, out: &mut String) {
    let Some(depth) = depth.checked_sub(1) else { return out.push('…') };
    match value.view() {
        View::Null => out.push_str("not set"),
        View::Unknown(_) => out.push_str("(unknown)"),
        View::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        View::Int(value) => out.push_str(&value.to_string()),
        View::Float(value) => out.push_str(&value.to_string()),
        View::Text(_, true) => out.push_str("(secret)"),
        View::Text(text, false) => render_text(text, out),
        View::List(items) => {
            for index in 0..items.len().min(MAX_SHOWN_ITEMS) {
                if index > 0 {
                    out.push_str(", ");
                }
                render(&items.get(index).unwrap_or(Value::Null), depth, out);
            }
            if items.len() > MAX_SHOWN_ITEMS {
                let _ = write!(out, " and {} more", items.len() - MAX_SHOWN_ITEMS);
            }
        }
        View::Map(entries) => {
            out.push('{');
            for (index, (key, item)) in entries.keys().iter().zip(entries.values()).enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                render(key, depth, out);
                out.push_str(": ");
                render(&item, depth, out);
            }
            out.push('}');
        }
    }
}
