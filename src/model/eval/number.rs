//! Turns numbers into one another and into text by Go's rules.

use super::gofloat::named;
use super::traced::Kind;

/// A number; the rank decides what two numbers are computed as.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    /// Unsigned; only with another unsigned.
    Uint(u64),
    /// Signed.
    Int(i64),
    /// Floating point, as soon as one of the two is.
    Float(f64),
}

impl Number {
    /// The number that a value is, if it is one.
    pub(crate) fn of(kind: &Kind) -> Option<Self> {
        match kind {
            Kind::Int(value) => Some(Self::Int(*value)),
            Kind::Uint(value) => Some(Self::Uint(*value)),
            Kind::Float(value) => Some(Self::Float(*value)),
            _ => None,
        }
    }

    /// As a signed integer: bits are kept, fractions are cut off.
    pub(crate) fn int(self) -> i64 {
        match self {
            Self::Int(value) => value,
            Self::Uint(value) => value.cast_signed(),
            Self::Float(value) => float_to_int(value),
        }
    }

    /// As an unsigned integer: bits are kept, fractions are cut off.
    pub(crate) fn uint(self) -> u64 {
        const HALF: f64 = 9_223_372_036_854_775_808.0;
        match self {
            Self::Int(value) => value.cast_unsigned(),
            Self::Uint(value) => value,
            Self::Float(value) if value >= HALF => float_to_int(value - HALF).cast_unsigned() | (1_u64 << 63),
            Self::Float(value) => float_to_int(value).cast_unsigned(),
        }
    }

    /// As a float.
    #[expect(clippy::cast_precision_loss, reason = "the reference rounds to the nearest float as well")]
    pub(crate) fn float(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Uint(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// As text: integers in decimal, floats with as many digits as needed and without an exponent.
    pub(crate) fn text(self) -> String {
        match self {
            Self::Int(value) => value.to_string(),
            Self::Uint(value) => value.to_string(),
            Self::Float(value) => named(value).map_or_else(|| value.to_string(), str::to_owned),
        }
    }
}

/// Cuts off the fraction; what does not fit becomes the smallest integer, as on amd64.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
#[expect(clippy::cast_precision_loss, reason = "the limits are powers of two")]
fn float_to_int(value: f64) -> i64 {
    if value >= i64::MIN as f64 && value < -(i64::MIN as f64) { value as i64 } else { i64::MIN }
}
