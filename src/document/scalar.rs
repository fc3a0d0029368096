//! Gives plain scalars the type that kubectl and go-yaml give them.

use super::tree::Dialect;
use super::tree::Scalar;
use super::tree::Style;

/// The prefix that `!!` stands for.
const CORE: &str = "tag:yaml.org,2002:";

/// The value of a scalar with this text, style and tag.
pub(crate) fn resolve<'t>(text: &'t str, style: Style, tag: Option<&str>, dialect: Dialect) -> Scalar<'t> {
    match dialect {
        Dialect::Json if style == Style::Plain => json(text),
        Dialect::Ini | Dialect::Json => Scalar::Text(text),
        Dialect::GoYaml => match tag {
            None if style == Style::Plain => go_yaml(text),
            None => Scalar::Text(text),
            Some(tag) => tagged(text, tag),
        },
    }
}

/// The value of a plain scalar with this text.
pub(crate) fn plain_scalar(text: &str) -> Scalar<'_> {
    go_yaml(text)
}

/// A tag beats quotes: `!!int "7"` is a number. Where text and tag disagree, which go-yaml refuses, it stays text;
/// so does the text of a tag that is not of YAML's core (`!Ref 7`, `! 7`).
fn tagged<'t>(text: &'t str, tag: &str) -> Scalar<'t> {
    match (tag.strip_prefix(CORE), go_yaml(text)) {
        (Some("null"), Scalar::Null) => Scalar::Null,
        (Some("bool"), Scalar::Bool(value)) => Scalar::Bool(value),
        (Some("int"), Scalar::Int(value)) => Scalar::Int(value),
        (Some("float"), Scalar::Float(value)) => Scalar::Float(value),
        #[expect(clippy::cast_precision_loss, reason = "go-yaml converts in the same way")]
        (Some("float"), Scalar::Int(value)) => Scalar::Float(value as f64),
        _ => Scalar::Text(text),
    }
}

/// A plain scalar as go-yaml 2 reads it, which kubectl, Helm, Mimir and Loki share. Observed with kubectl 1.32.
fn go_yaml(text: &str) -> Scalar<'_> {
    let Some(first) = text.bytes().next() else { return Scalar::Null };
    match first {
        b'0'..=b'9' | b'+' | b'-' => number(text).unwrap_or(Scalar::Text(text)),
        b'.' => match text {
            ".inf" | ".Inf" | ".INF" => Scalar::Float(f64::INFINITY),
            ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
            _ => float(text).unwrap_or(Scalar::Text(text)),
        },
        _ => match text {
            "~" | "null" | "Null" | "NULL" => Scalar::Null,
            "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => {
                Scalar::Bool(true)
            }
            "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => {
                Scalar::Bool(false)
            }
            _ => Scalar::Text(text),
        },
    }
}

/// Text that starts with a digit or sign, where it is a number.
fn number<'t>(text: &str) -> Option<Scalar<'t>> {
    match text {
        "+.inf" | "+.Inf" | "+.INF" => return Some(Scalar::Float(f64::INFINITY)),
        "-.inf" | "-.Inf" | "-.INF" => return Some(Scalar::Float(f64::NEG_INFINITY)),
        _ => {}
    }
    let shortened;
    let digits = if text.contains('_') {
        shortened = text.replace('_', "");
        shortened.as_str()
    } else {
        text
    };
    integer(digits).or_else(|| {
        // `08` is no octal number; go-yaml reads it as the float 8, which is 8 in JSON.
        let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(digits);
        let decimal = unsigned.bytes().all(|byte| byte.is_ascii_digit());
        let whole = if decimal { digits.parse().ok().map(Scalar::Int) } else { None };
        whole.or_else(|| float(digits))
    })
}

/// Go's `strconv.ParseInt` with base 0: decimal, `0x`, `0o`, `0b`, and `0` alone for octal; signs allowed.
fn integer<'t>(digits: &str) -> Option<Scalar<'t>> {
    let (negative, magnitude) = match digits.as_bytes().first()? {
        b'-' => (true, &digits[1..]),
        b'+' => (false, &digits[1..]),
        _ => (false, digits),
    };
    let bytes = magnitude.as_bytes();
    let (radix, body) = match (bytes.first()?, bytes.get(1).map(u8::to_ascii_lowercase)) {
        (b'0', Some(b'x')) => (16, &magnitude[2..]),
        (b'0', Some(b'o')) => (8, &magnitude[2..]),
        (b'0', Some(b'b')) => (2, &magnitude[2..]),
        (b'0', Some(_)) => (8, &magnitude[1..]),
        _ => (10, magnitude),
    };
    // `from_str_radix` would take a second sign.
    if !body.as_bytes().first()?.is_ascii_alphanumeric() {
        return None;
    }
    let value = i128::from(u64::from_str_radix(body, radix).ok()?);
    let value = if negative { -value } else { value };
    match i64::try_from(value) {
        Ok(value) => Some(Scalar::Int(value)),
        #[expect(clippy::cast_precision_loss, reason = "larger than any count, size or time in a manifest")]
        Err(_) if value > 0 => Some(Scalar::Float(value as f64)),
        Err(_) => float(digits),
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, the floats of go-yaml.
fn float<'t>(digits: &str) -> Option<Scalar<'t>> {
    let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(digits);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && all_digits(exponent)
    });
    if whole.is_empty() && fraction.is_empty()
        || !all_digits(whole)
        || !all_digits(fraction)
        || !exponent_fits
    {
        return None;
    }
    // Out of range is an error in Go, and then text.
    digits.parse::<f64>().ok().filter(|value| value.is_finite()).map(Scalar::Float)
}

/// An unquoted JSON value; the parser lets nothing else through.
fn json(text: &str) -> Scalar<'_> {
    match text {
        "null" | "" => Scalar::Null,
        "true" => Scalar::Bool(true),
        "false" => Scalar::Bool(false),
        _ => match text.parse::<i64>() {
            Ok(value) => Scalar::Int(value),
            Err(_) => text.parse().map_or(Scalar::Text(text), Scalar::Float),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Scalar<'_> {
        resolve(text, Style::Plain, None, Dialect::GoYaml)
    }

    #[test]
    fn plain_scalars_have_the_types_that_kubectl_gives_them() {
        for text in ["yes", "Yes", "YES", "on", "On", "ON", "y", "Y", "true", "True", "TRUE"] {
            assert_eq!(plain(text), Scalar::Bool(true), "{text}");
        }
        for text in ["no", "No", "NO", "off", "Off", "OFF", "n", "N", "false", "False", "FALSE"] {
            assert_eq!(plain(text), Scalar::Bool(false), "{text}");
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            assert_eq!(plain(text), Scalar::Null, "{text:?}");
        }
        let integers = [
            ("0", 0),
            ("7", 7),
            ("+1", 1),
            ("-12", -12),
            ("0644", 420),
            ("0o644", 420),
            ("0O17", 15),
            ("-010", -8),
            ("08", 8),
            ("0089", 89),
            ("-08", -8),
            ("+08", 8),
            ("0_8", 8),
            ("1_", 1),
            ("-1_", -1),
            ("1__0", 10),
            ("00", 0),
            ("+0644", 420),
            ("-0o17", -15),
            ("0x1_", 1),
            ("-0", 0),
            ("1_000", 1000),
            ("0x_1F", 31),
            ("0X1f", 31),
            ("-0x10", -16),
            ("0b101", 5),
            ("-0b11", -3),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ];
        for (text, value) in integers {
            assert_eq!(plain(text), Scalar::Int(value), "{text}");
        }
    }

    #[test]
    fn plain_floats_and_texts_are_told_apart_as_kubectl_does() {
        let floats = [
            ("1.5", 1.5),
            (".5", 0.5),
            ("+.5", 0.5),
            ("-0.25", -0.25),
            ("1.", 1.0),
            ("1e3", 1000.0),
            ("1.5E-2", 0.015),
            ("1_0.5", 10.5),
            ("1_e3", 1000.0),
            ("09.5", 9.5),
            ("1.e3", 1000.0),
            ("0xFFFFFFFFFFFFFFFF", 18_446_744_073_709_551_615.0),
            (".inf", f64::INFINITY),
            ("+.Inf", f64::INFINITY),
            ("-.INF", f64::NEG_INFINITY),
            ("9223372036854775808", 9_223_372_036_854_775_808.0),
            ("123456789012345678901234567890", 123_456_789_012_345_678_901_234_567_890.0),
            ("-9223372036854775809", -9_223_372_036_854_775_809.0),
        ];
        for (text, value) in floats {
            assert_eq!(plain(text), Scalar::Float(value), "{text}");
        }
        for text in [".nan", ".NaN", ".NAN"] {
            assert!(matches!(plain(text), Scalar::Float(value) if value.is_nan()), "{text}");
        }
        let texts = [
            "12:30:45",
            "._5",
            "0xFFFFFFFFFFFFFFFFF",
            "-0xFFFFFFFFFFFFFFFF",
            "2024-01-01",
            "2024-01-01T00:00:00Z",
            "tRUE",
            "yES",
            "nULL",
            "Y es",
            "1.2.3",
            "v1",
            "-",
            "+",
            "--1",
            "+-1",
            "0x",
            "0xg",
            "0b",
            "0b2",
            "0o",
            "0o8",
            "1e",
            "1e+",
            "e3",
            ".",
            "..",
            ".e3",
            ".infinity",
            "1e999",
            "10m",
            "1Gi",
            "5 6",
            "0x1.8p1",
            "inf",
            "nan",
            "-_",
            "_1",
            "1.5.",
            "<<",
            "é",
            "1é",
            "-é",
        ];
        for text in texts {
            assert_eq!(plain(text), Scalar::Text(text), "{text}");
        }
    }

    #[test]
    fn quotes_make_text_and_tags_beat_quotes() {
        let of = |text, style, tag| resolve(text, style, tag, Dialect::GoYaml);
        for style in [Style::SingleQuoted, Style::DoubleQuoted, Style::Literal, Style::Folded] {
            assert_eq!(of("7", style, None), Scalar::Text("7"));
            assert_eq!(of("", style, None), Scalar::Text(""));
        }
        assert_eq!(of("7", Style::DoubleQuoted, Some("tag:yaml.org,2002:int")), Scalar::Int(7));
        assert_eq!(of("yes", Style::SingleQuoted, Some("tag:yaml.org,2002:bool")), Scalar::Bool(true));
        assert_eq!(of("1", Style::Plain, Some("tag:yaml.org,2002:float")), Scalar::Float(1.0));
        assert_eq!(of("", Style::Plain, Some("tag:yaml.org,2002:null")), Scalar::Null);
        assert_eq!(of("5", Style::Plain, Some("tag:yaml.org,2002:str")), Scalar::Text("5"));
        assert_eq!(of("", Style::Plain, Some("tag:yaml.org,2002:str")), Scalar::Text(""));
        assert_eq!(of("7", Style::Plain, Some("!foo")), Scalar::Text("7"));
        assert_eq!(of("7", Style::Plain, Some("!")), Scalar::Text("7"));
        assert_eq!(of("x", Style::Plain, Some("tag:yaml.org,2002:int")), Scalar::Text("x"));
    }

    #[test]
    fn json_and_ini_have_their_own_rules() {
        let json = |text, style| resolve(text, style, None, Dialect::Json);
        assert_eq!(json("true", Style::Plain), Scalar::Bool(true));
        assert_eq!(json("true", Style::DoubleQuoted), Scalar::Text("true"));
        assert_eq!(json("null", Style::Plain), Scalar::Null);
        assert_eq!(json("-12", Style::Plain), Scalar::Int(-12));
        assert_eq!(json("1.5e3", Style::Plain), Scalar::Float(1500.0));
        assert_eq!(json("18446744073709551615", Style::Plain), Scalar::Float(18_446_744_073_709_551_615.0));
        assert_eq!(resolve("true", Style::Plain, None, Dialect::Ini), Scalar::Text("true"));
        assert_eq!(resolve("", Style::Plain, None, Dialect::Ini), Scalar::Text(""));
    }
}
