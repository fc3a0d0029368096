//! Values of the Alloy language, with the leaf `Unknown` for what only the running process knows.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::text::Span;

/// A value. Objects keep their keys sorted; the reference does not define an order.
#[derive(Clone, PartialEq)]
pub(crate) enum Value {
    /// `null`.
    Null,
    /// A signed integer.
    Int(i64),
    /// An unsigned integer, which only arises from literals above `i64::MAX`.
    Uint(u64),
    /// A floating-point number.
    Float(f64),
    /// A boolean.
    Bool(bool),
    /// Text.
    Text(Arc<str>),
    /// Bytes, as `encoding.from_base64` makes them: an array of numbers to operators, text to a string argument.
    Bytes(Arc<[u8]>),
    /// A secret. Never printed.
    Secret(Arc<str>),
    /// Text that may be a secret.
    OptionalSecret {
        /// The text. Never printed when `secret` is set.
        text: Arc<str>,
        /// Whether it holds a secret.
        secret: bool,
    },
    /// A list.
    Array(Vec<Value>),
    /// An object.
    Object(BTreeMap<Arc<str>, Value>),
    /// A function of the standard library, by its full name.
    Function(Arc<str>),
    /// A component's export that only other components can use, such as a receiver.
    Capsule(Capsule),
    /// One of several values, and it is not known which (never nested, never empty, no duplicates).
    OneOf(Vec<Value>),
    /// Not known before the process runs; says why, in words for the user.
    Unknown(Arc<str>),
}

impl Value {
    /// The value with everything in it that could be read marked as a secret.
    pub(crate) fn covered(self) -> Self {
        match self {
            Self::Text(text) | Self::OptionalSecret { text, .. } => Self::Secret(text),
            Self::Bytes(bytes) => Self::Secret(String::from_utf8_lossy(&bytes).into()),
            Self::Int(number) => Self::Secret(number.to_string().into()),
            Self::Uint(number) => Self::Secret(number.to_string().into()),
            Self::Float(number) => Self::Secret(number.to_string().into()),
            // Values are nested as deeply as expressions at most, which are limited.
            Self::Array(items) => Self::Array(items.into_iter().map(Self::covered).collect()),
            Self::Object(fields) => {
                Self::Object(fields.into_iter().map(|(name, value)| (name, value.covered())).collect())
            }
            Self::OneOf(values) => Self::OneOf(values.into_iter().map(Self::covered).collect()),
            other => other,
        }
    }
}

/// Secrets are not shown: this text ends up in logs and failed tests.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Int(value) => f.debug_tuple("Int").field(value).finish(),
            Self::Uint(value) => f.debug_tuple("Uint").field(value).finish(),
            Self::Float(value) => f.debug_tuple("Float").field(value).finish(),
            Self::Bool(value) => f.debug_tuple("Bool").field(value).finish(),
            Self::Text(text) => f.debug_tuple("Text").field(text).finish(),
            Self::Bytes(bytes) => f.debug_tuple("Bytes").field(bytes).finish(),
            Self::Secret(_) | Self::OptionalSecret { secret: true, .. } => f.write_str("(secret)"),
            Self::OptionalSecret { text, .. } => f.debug_tuple("OptionalSecret").field(text).finish(),
            Self::Array(items) => f.debug_list().entries(items).finish(),
            Self::Object(fields) => f.debug_map().entries(fields).finish(),
            Self::Function(name) => f.debug_tuple("Function").field(name).finish(),
            Self::Capsule(capsule) => f.debug_tuple("Capsule").field(capsule).finish(),
            Self::OneOf(values) => f.debug_tuple("OneOf").field(values).finish(),
            Self::Unknown(reason) => f.debug_tuple("Unknown").field(reason).finish(),
        }
    }
}

/// An opaque export of a component.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Capsule {
    /// The node that exports it, as in `loki.write.local`.
    pub(crate) node: Arc<str>,
    /// The export's name, as in `receiver`.
    pub(crate) export: Arc<str>,
}

/// What an identifier chain such as `loki.write.local.receiver` stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Lookup {
    /// The first `used` parts name something of this value; the other parts are fields of it.
    Found {
        /// How many parts of the chain were used, at least one.
        used: usize,
        /// The value.
        value: Value,
    },
    /// No such thing in scope; the standard library is tried next.
    Missing,
}

/// What an expression can see.
pub(crate) trait Scope {
    /// The component, argument or variable that the chain starts with. Tried before the standard library.
    fn lookup(&self, parts: &[&str]) -> Lookup;

    /// The value of an environment variable, as `sys.env` gives it; `Unknown` where the input does not say.
    fn env(&self, name: &str) -> Value;

    /// The error for a chain that is neither in scope nor in the standard library, and how many of its parts the
    /// error covers.
    fn unresolved(&self, parts: &[&str]) -> (String, usize) {
        let message = format!("component \"{}\" does not exist or is out of scope", parts.join("."));
        (message, parts.len())
    }
}

/// An expression that the reference evaluator would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EvalError {
    /// The reference's text. Holds no secret's value.
    pub(crate) message: String,
    /// Where; `None` where the reference gives no position.
    pub(crate) span: Option<Span>,
}

/// The outcome of an evaluation.
pub(crate) type Evaluated = Result<Value, EvalError>;
