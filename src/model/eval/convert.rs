//! Turns values into the type of the attribute or argument that takes them.

use std::sync::Arc;

use super::alternatives::each;
use super::duration;
use super::fault::Fault;
use super::fault::Outcome;
use super::number::Number;
use super::sprintf;
use super::traced::Kind;
use super::traced::Traced;
#[cfg(test)]
use super::value::Evaluated;
#[cfg(test)]
use super::value::Value;

/// The type of an attribute, as the component facts name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TypeName {
    /// `string`.
    Text,
    /// `int`.
    Int,
    /// `uint`.
    Uint,
    /// `float`.
    Float,
    /// `bool`.
    Bool,
    /// `bytes`: Go's `[]byte`.
    Bytes,
    /// `duration`; becomes an integer of nanoseconds.
    Duration,
    /// `secret`.
    Secret,
    /// `optional_secret`.
    OptionalSecret,
    /// `list(T)`.
    List(Box<TypeName>),
    /// `map(T)`; `object` is `map(any)`.
    Map(Box<TypeName>),
    /// A set of labels: an object whose values become text.
    Target,
    /// A receiver or another export that only components understand, by its name.
    Capsule(Arc<str>),
    /// Anything.
    Any,
}

impl TypeName {
    /// Reads a type's name. Unknown bare names such as `LogsReceiver` are capsules; `external(...)` is anything.
    pub(crate) fn parse(name: &str) -> Self {
        // Each round takes off one `list(` or `map(`, so depth is no matter of recursion.
        let mut rest = name.trim();
        let mut wrappers = Vec::new();
        loop {
            if let Some(inner) = rest.strip_prefix("list(").and_then(|rest| rest.strip_suffix(')')) {
                wrappers.push(Self::List as fn(Box<Self>) -> Self);
                rest = inner;
            } else if let Some(inner) = rest.strip_prefix("map(").and_then(|rest| rest.strip_suffix(')')) {
                wrappers.push(Self::Map as fn(Box<Self>) -> Self);
                rest = inner;
            } else {
                break;
            }
        }
        let inner = match rest {
            "string" => Self::Text,
            "int" => Self::Int,
            "uint" => Self::Uint,
            "float" => Self::Float,
            "bool" => Self::Bool,
            "bytes" => Self::Bytes,
            "duration" => Self::Duration,
            "secret" => Self::Secret,
            "optional_secret" => Self::OptionalSecret,
            "object" => Self::Map(Box::new(Self::Any)),
            "Target" => Self::Target,
            "any" => Self::Any,
            _ if rest.starts_with("external(") => Self::Any,
            _ => {
                let inner = rest.strip_prefix("capsule(").and_then(|rest| rest.strip_suffix(')'));
                Self::Capsule(inner.unwrap_or(rest).into())
            }
        };
        wrappers.into_iter().rev().fold(inner, |inner, wrap| wrap(Box::new(inner)))
    }

    /// What null becomes.
    fn zero(&self) -> Kind {
        match self {
            Self::Text => Kind::Text([].into()),
            Self::Int | Self::Uint | Self::Duration => Kind::Int(0),
            Self::Float => Kind::Float(0.0),
            Self::Bool => Kind::Bool(false),
            Self::Bytes => Kind::Bytes([].into()),
            Self::Secret => Kind::Secret([].into()),
            Self::OptionalSecret => Kind::OptionalSecret([].into(), false),
            Self::List(_) => Kind::Array(Arc::default()),
            Self::Map(_) | Self::Target => Kind::Object(Arc::default()),
            Self::Capsule(_) | Self::Any => Kind::Null,
        }
    }
}

#[cfg(test)]
/// Converts a value by the rules of assignment. The error names no expression; see [`super::evaluate_as`].
pub(crate) fn convert(value: &Value, to: &TypeName) -> Evaluated {
    assign(&Traced::import(value), to).map(|value| value.export()).map_err(Fault::plain)
}

/// Converts a value by the rules of assignment; unknown parts stay, alternatives are converted one by one.
pub(crate) fn assign(value: &Traced, to: &TypeName) -> Outcome {
    each(value, &mut |value| assign_known(value, to))
}

fn assign_known(value: &Traced, to: &TypeName) -> Outcome {
    if matches!(value.kind, Kind::Null) {
        return Ok(to.zero().into());
    }
    let kind = match to {
        TypeName::Any => return Ok(value.clone()),
        TypeName::Text => Kind::Text(text(value)?),
        TypeName::Int => Kind::Int(number(value)?.int()),
        TypeName::Uint => {
            let uint = number(value)?.uint();
            i64::try_from(uint).map_or(Kind::Uint(uint), Kind::Int)
        }
        TypeName::Float => Kind::Float(number(value)?.float()),
        TypeName::Bool => match value.kind {
            Kind::Bool(value) => Kind::Bool(value),
            _ => return Err(Fault::wrong_type(value, "bool")),
        },
        TypeName::Duration => {
            let text = text(value)?;
            match duration::parse(&text) {
                Ok(nanoseconds) => Kind::Int(nanoseconds),
                Err(reason) => return Err(Fault::about(value, reason)),
            }
        }
        TypeName::Bytes => match &value.kind {
            Kind::Bytes(bytes) | Kind::Text(bytes) => Kind::Bytes(bytes.clone()),
            _ => return bytes(value),
        },
        TypeName::Secret => match &value.kind {
            Kind::Text(text) | Kind::Secret(text) | Kind::OptionalSecret(text, _) => {
                Kind::Secret(text.clone())
            }
            _ => return Err(Fault::wrong_type(value, "capsule")),
        },
        TypeName::OptionalSecret => match &value.kind {
            Kind::Text(text) => Kind::OptionalSecret(text.clone(), false),
            Kind::Secret(text) => Kind::OptionalSecret(text.clone(), true),
            Kind::OptionalSecret(..) => value.kind.clone(),
            _ => return Err(Fault::wrong_type(value, "capsule")),
        },
        TypeName::List(to) => return list(value, to),
        TypeName::Map(to) => return map(value, to),
        TypeName::Target => return target(value),
        TypeName::Capsule(_) => match value.kind {
            Kind::Capsule(_) => value.kind.clone(),
            _ => return Err(Fault::wrong_type(value, "capsule")),
        },
    };
    Ok(kind.into())
}

/// The text that a string argument takes from a value.
pub(crate) fn text(value: &Traced) -> Result<Arc<[u8]>, Fault> {
    match &value.kind {
        Kind::Null => Ok([].into()),
        Kind::Text(text) | Kind::Bytes(text) | Kind::OptionalSecret(text, false) => Ok(text.clone()),
        Kind::Secret(_) | Kind::OptionalSecret(_, true) => {
            Err(Fault::about(value, "secrets may not be converted into strings"))
        }
        kind => match Number::of(kind) {
            Some(number) => Ok(number.text().into_bytes().into()),
            None => Err(Fault::wrong_type(value, "string")),
        },
    }
}

/// The number that a numeric argument takes from a value.
fn number(value: &Traced) -> Result<Number, Fault> {
    let number = match &value.kind {
        Kind::Text(text) | Kind::OptionalSecret(text, false) => parse_number(text),
        kind => Number::of(kind),
    };
    number.ok_or_else(|| Fault::wrong_type(value, "number"))
}

/// Text to number: with a leading `-` a signed integer only; with `.`, `e` or `E` a float; else an unsigned integer.
fn parse_number(text: &[u8]) -> Option<Number> {
    let text = std::str::from_utf8(text).ok()?;
    if text.starts_with('-') {
        return text.parse().ok().map(Number::Int);
    }
    if text.contains(['.', 'e', 'E']) {
        return parse_float(text).map(Number::Float);
    }
    if text.starts_with('+') {
        return None;
    }
    text.parse().ok().map(Number::Uint)
}

/// A float without `-` as Go reads it: decimal or hexadecimal, `+` allowed, out of range refused.
fn parse_float(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    let value = match lower.strip_prefix('+').unwrap_or(&lower).strip_prefix("0x") {
        Some(hex) => hex_float(hex)?,
        // Rust reads `infinity` and `nan` too; so does Go, but both need a `.`, `e` or `E` to get here.
        None => lower.parse().ok()?,
    };
    Some(value).filter(|value: &f64| value.is_finite())
}

/// `1.8p1`: hexadecimal digits, a binary exponent. Digits beyond 64 bits are refused; nobody writes them.
fn hex_float(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.starts_with('+') {
        return None;
    }
    let bits = Number::Uint(u64::from_str_radix(&digits, 16).ok()?).float();
    let shift = i32::try_from(fraction.len()).ok()?.checked_mul(4)?;
    let exponent = exponent.parse::<i32>().ok()?.checked_sub(shift)?;
    Some(bits * 2_f64.powi(exponent))
}

fn list(value: &Traced, to: &TypeName) -> Outcome {
    let Some(items) = value.items() else { return Err(Fault::wrong_type(value, "array")) };
    let mut out = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        out.push(assign(item, to).map_err(|fault| fault.inside(value, format!("[{index}]")))?);
    }
    Ok(Traced::array(out))
}

fn map(value: &Traced, to: &TypeName) -> Outcome {
    let Kind::Object(fields) = &value.kind else { return Err(Fault::wrong_type(value, "object")) };
    let mut out = super::traced::Fields::new();
    for (key, field) in fields.iter() {
        let field = assign(field, to).map_err(|fault| fault.inside(value, format!(".{key}")))?;
        out.insert(key.clone(), field);
    }
    Ok(Traced::object(out))
}

/// Bytes from a list of numbers; each keeps its lowest eight bits.
fn bytes(value: &Traced) -> Outcome {
    let Some(items) = value.items() else { return Err(Fault::wrong_type(value, "array")) };
    if let Some(reason) = value.first_unknown() {
        return Ok(Traced::unknown(reason));
    }
    let mut out = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let number = if matches!(item.kind, Kind::Null) { Ok(Number::Int(0)) } else { number(item) };
        let number = number.map_err(|fault| fault.inside(value, format!("[{index}]")))?;
        out.push(number.uint().to_le_bytes()[0]);
    }
    Ok(Kind::Bytes(out.into()).into())
}

/// Labels: text stays, everything else is printed as Go prints it.
fn target(value: &Traced) -> Outcome {
    let Kind::Object(fields) = &value.kind else { return Err(Fault::wrong_type(value, "capsule")) };
    let mut out = super::traced::Fields::new();
    for (key, field) in fields.iter() {
        let label = each(field, &mut |field| match (&field.kind, field.first_unknown()) {
            (_, Some(reason)) => Ok(Traced::unknown(reason)),
            // A secret, which the reference turns into plain text, stays one here, so that no message prints it.
            (Kind::Text(_) | Kind::Secret(_) | Kind::OptionalSecret(_, true), None) => Ok(field.clone()),
            _ => Ok(sprintf::sprintf(b"%v", std::slice::from_ref(field))),
        })?;
        out.insert(key.clone(), label);
    }
    Ok(Traced::object(out))
}
