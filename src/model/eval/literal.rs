//! Turns the text of literals into values.

use super::fault::Fault;
use super::fault::Outcome;
use super::traced::Kind;
use crate::document::alloy::decode_string;
use crate::text::Span;

/// The value of a NUMBER: a leading zero makes it octal; too large for `i64` it is unsigned, then a float.
pub(crate) fn number(text: &str) -> Outcome {
    let (digits, base) = match text.strip_prefix('0') {
        Some(rest) if !rest.is_empty() => (rest, 8),
        _ => (text, 10),
    };
    if let Ok(value) = i64::from_str_radix(digits, base) {
        return Ok(Kind::Int(value).into());
    }
    if let Ok(value) = u64::from_str_radix(digits, base) {
        return Ok(Kind::Uint(value).into());
    }
    float(text)
}

/// The value of a FLOAT, or of a NUMBER that fits no integer.
pub(crate) fn float(text: &str) -> Outcome {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Kind::Float(value).into()),
        _ => Err(Fault::nowhere(format!("strconv.ParseFloat: parsing \"{text}\": value out of range"))),
    }
}

/// The bytes of a string literal. What spells no UTF-8 is decoded here, everything else by the parser's own decoder;
/// the parser has checked the literal, so what cannot be decoded stays as it is.
pub(crate) fn string(text: &str, span: Span) -> Vec<u8> {
    match decode_string(text, span) {
        Some((value, _)) => value.into_bytes(),
        None => bytes(span.slice(text)),
    }
}

/// What a literal in double quotes holds, where there is nothing to decode.
pub(crate) fn verbatim(literal: &str) -> Option<&str> {
    literal.strip_prefix('"')?.strip_suffix('"').filter(|inner| !inner.contains('\\'))
}

/// The bytes of a literal in double quotes.
fn bytes(literal: &str) -> Vec<u8> {
    let inner = literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default();
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.extend_from_slice(before.as_bytes());
        rest = decode(&escape[1..], &mut out);
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

/// Decodes one escape, given without its backslash, and returns what follows it.
fn decode<'t>(escape: &'t str, out: &mut Vec<u8>) -> &'t str {
    let Some(mark) = escape.chars().next() else { return "" };
    let rest = &escape[mark.len_utf8()..];
    let (digits, length, radix) = match mark {
        'x' => (rest, 2, 16),
        'u' => (rest, 4, 16),
        'U' => (rest, 8, 16),
        '0'..='7' => (escape, 3, 8),
        _ => {
            let byte = match mark {
                'a' => 7,
                'b' => 8,
                'f' => 12,
                'n' => b'\n',
                'r' => b'\r',
                't' => b'\t',
                'v' => 11,
                _ => {
                    out.extend_from_slice(mark.encode_utf8(&mut [0; 4]).as_bytes());
                    return rest;
                }
            };
            out.push(byte);
            return rest;
        }
    };
    let Some(code) = digits.get(..length).and_then(|digits| u32::from_str_radix(digits, radix).ok()) else {
        return rest;
    };
    match (mark, u8::try_from(code)) {
        ('u' | 'U', _) => {
            let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        }
        (_, Ok(byte)) => out.push(byte),
        (_, Err(_)) => {}
    }
    digits.get(length..).unwrap_or_default()
}
