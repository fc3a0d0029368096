//! Turns values into values that can be recognised again: an error names the expression that a value came from.
//!
//! The reference recognises values by their address in memory, and small values share one. That decides which
//! expression an error names, so the identities here follow the same rule.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use super::value::Capsule;
use super::value::Value;

/// The identity of a value. `NOBODY` belongs to null, which is never recognised.
pub(crate) type Id = u64;

/// Values are given out up to this depth.
const DEEPEST: u32 = 600;

/// Longer text, in bytes, and longer lists are not computed: they become unknown. Programs that people write stay far
/// below; without a limit `string.replace` in itself fills any memory.
pub(crate) const LONGEST_TEXT: usize = 4 << 20;
/// See [`LONGEST_TEXT`].
pub(crate) const LONGEST_LIST: usize = 100_000;

/// The identity of null.
pub(crate) const NOBODY: Id = 0;

/// A value with its identity.
#[derive(Clone)]
pub(crate) struct Traced {
    /// Who it is.
    pub(crate) id: Id,
    /// What it is.
    pub(crate) kind: Kind,
}

/// What a traced value is. As [`Value`], but text may be any bytes and collections are shared.
#[derive(Clone)]
pub(crate) enum Kind {
    /// `null`.
    Null,
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A floating-point number.
    Float(f64),
    /// A boolean.
    Bool(bool),
    /// Text; not always UTF-8.
    Text(Arc<[u8]>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A secret.
    Secret(Arc<[u8]>),
    /// Text that may be secret.
    OptionalSecret(Arc<[u8]>, bool),
    /// A list.
    Array(Arc<Vec<Traced>>),
    /// An object.
    Object(Arc<Fields>),
    /// A function.
    Function(Arc<str>),
    /// An opaque export.
    Capsule(Capsule),
    /// One of several.
    OneOf(Arc<Vec<Traced>>),
    /// Not known.
    Unknown(Arc<str>),
}

/// The fields of an object.
pub(crate) type Fields = BTreeMap<Arc<str>, Traced>;

/// Identities from here on belong to one value each.
static NEXT: AtomicU64 = AtomicU64::new(1 << 16);

/// An identity that no other value has.
pub(crate) fn fresh() -> Id {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Turns a value into one with identity; small values share theirs.
impl From<Kind> for Traced {
    fn from(kind: Kind) -> Self {
        let id = match &kind {
            Kind::Null => NOBODY,
            Kind::Bool(value) => 1 + Id::from(*value),
            Kind::Text(text) if text.is_empty() => 3,
            Kind::Int(value @ 0..=255) => 16 + value.unsigned_abs(),
            Kind::Float(value) if value.to_bits() < 256 => 512 + value.to_bits(),
            _ => fresh(),
        };
        Self { id, kind }
    }
}

impl Traced {
    /// Null.
    pub(crate) fn null() -> Self {
        Kind::Null.into()
    }

    /// Text.
    pub(crate) fn text(bytes: impl AsRef<[u8]>) -> Self {
        Kind::Text(bytes.as_ref().into()).into()
    }

    /// A list.
    pub(crate) fn array(items: Vec<Traced>) -> Self {
        Kind::Array(Arc::new(items)).into()
    }

    /// An object.
    pub(crate) fn object(fields: Fields) -> Self {
        Kind::Object(Arc::new(fields)).into()
    }

    /// Something unknown, with the reason.
    pub(crate) fn unknown(reason: impl Into<Arc<str>>) -> Self {
        Kind::Unknown(reason.into()).into()
    }

    /// What a computed value is that would be too large.
    pub(crate) fn too_large() -> Self {
        Self::unknown("the value is too large to be followed")
    }

    /// The value, unless it is too large.
    pub(crate) fn limited(self) -> Self {
        let fits = match &self.kind {
            Kind::Text(text) | Kind::Secret(text) | Kind::OptionalSecret(text, _) => {
                text.len() <= LONGEST_TEXT
            }
            Kind::Array(items) => items.len() <= LONGEST_LIST,
            _ => true,
        };
        if fits { self } else { Self::too_large() }
    }

    /// The language's name for its type.
    pub(crate) fn type_name(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "null",
            Kind::Int(_) | Kind::Uint(_) | Kind::Float(_) => "number",
            Kind::Bool(_) => "bool",
            Kind::Text(_) => "string",
            Kind::Bytes(_) | Kind::Array(_) => "array",
            Kind::Object(_) => "object",
            Kind::Function(_) => "function",
            Kind::Secret(_) | Kind::OptionalSecret(..) | Kind::Capsule(_) => "capsule",
            Kind::OneOf(_) | Kind::Unknown(_) => "unknown",
        }
    }

    /// The elements of an array, bytes included; `None` for anything else.
    pub(crate) fn items(&self) -> Option<Vec<Traced>> {
        match &self.kind {
            Kind::Array(items) => Some(items.as_ref().clone()),
            // Elements of bytes are made on demand, each with an identity of its own.
            Kind::Bytes(bytes) => Some(
                bytes.iter().map(|byte| Traced { id: fresh(), kind: Kind::Uint(u64::from(*byte)) }).collect(),
            ),
            _ => None,
        }
    }

    /// The first reason, in reading order, why something in the value is not known.
    pub(crate) fn first_unknown(&self) -> Option<Arc<str>> {
        match &self.kind {
            Kind::Unknown(reason) => Some(reason.clone()),
            Kind::Array(items) | Kind::OneOf(items) => items.iter().find_map(Traced::first_unknown),
            Kind::Object(fields) => fields.values().find_map(Traced::first_unknown),
            _ => None,
        }
    }

    /// Takes a value of the scope in. Each gets an identity of its own, small ones too.
    pub(crate) fn import(value: &Value) -> Self {
        let kind = match value {
            Value::Null => return Self::null(),
            Value::Function(name) => return super::library::function(name),
            Value::Int(value) => Kind::Int(*value),
            Value::Uint(value) => Kind::Uint(*value),
            Value::Float(value) => Kind::Float(*value),
            Value::Bool(value) => Kind::Bool(*value),
            Value::Text(text) => Kind::Text(text.as_bytes().into()),
            Value::Bytes(bytes) => Kind::Bytes(bytes.clone()),
            Value::Secret(text) => Kind::Secret(text.as_bytes().into()),
            Value::OptionalSecret { text, secret } => Kind::OptionalSecret(text.as_bytes().into(), *secret),
            Value::Array(items) => Kind::Array(Arc::new(items.iter().map(Self::import).collect())),
            Value::Object(fields) => {
                let field = |(key, value): (&Arc<str>, &Value)| (key.clone(), Self::import(value));
                Kind::Object(Arc::new(fields.iter().map(field).collect()))
            }
            Value::Capsule(capsule) => Kind::Capsule(capsule.clone()),
            Value::OneOf(values) => Kind::OneOf(Arc::new(values.iter().map(Self::import).collect())),
            Value::Unknown(reason) => Kind::Unknown(reason.clone()),
        };
        Self { id: fresh(), kind }
    }

    /// Gives the value out. Text that is not UTF-8 becomes bytes; what is nested too deeply becomes unknown, so that
    /// values which are made of one another stay shallow.
    pub(crate) fn export(&self) -> Value {
        self.export_within(DEEPEST)
    }

    fn export_within(&self, depth: u32) -> Value {
        let Some(depth) = depth.checked_sub(1) else {
            return Value::Unknown("the value is nested too deeply".into());
        };
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Int(value) => Value::Int(*value),
            Kind::Uint(value) => Value::Uint(*value),
            Kind::Float(value) => Value::Float(*value),
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => Value::Text(text.into()),
                Err(_) => Value::Bytes(text.clone()),
            },
            Kind::Bytes(bytes) => Value::Bytes(bytes.clone()),
            Kind::Secret(text) => Value::Secret(String::from_utf8_lossy(text).into()),
            Kind::OptionalSecret(text, secret) => {
                Value::OptionalSecret { text: String::from_utf8_lossy(text).into(), secret: *secret }
            }
            Kind::Array(items) => Value::Array(items.iter().map(|item| item.export_within(depth)).collect()),
            Kind::Object(fields) => {
                let field = |(key, value): (&Arc<str>, &Self)| (key.clone(), value.export_within(depth));
                Value::Object(fields.iter().map(field).collect())
            }
            Kind::Function(name) => Value::Function(name.clone()),
            Kind::Capsule(capsule) => Value::Capsule(capsule.clone()),
            Kind::OneOf(values) => {
                Value::OneOf(values.iter().map(|value| value.export_within(depth)).collect())
            }
            Kind::Unknown(reason) => Value::Unknown(reason.clone()),
        }
    }
}
