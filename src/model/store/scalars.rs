//! Turns scalars into values of the types that the stores' options have, or says why a store refuses them.
//!
//! Mimir decodes with go-yaml 3 and Loki with go-yaml 2; where they differ was tried on the binaries (Mimir 3.0.2, Loki
//! 3.7.6). Durations stay texts, since people read them; sizes become bytes.

use crate::document::Scalar;
use crate::model::fact::FactValue;
use crate::model::piece::Store;
use crate::text::anchored;

/// A scalar as it was written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw<'t> {
    /// Its text, decoded.
    pub(crate) text: &'t str,
    /// What YAML takes it for.
    pub(crate) scalar: Scalar<'t>,
}

/// The value of a scalar for an option of that type; null where it is not set. The error says what is wrong, without
/// the value.
pub(crate) fn read(store: Store, kind: &str, raw: Raw<'_>) -> Result<FactValue, String> {
    if raw.scalar == Scalar::Null {
        return Ok(FactValue::Null);
    }
    match kind {
        "int" | "uint" => int(raw, kind == "uint"),
        "float" => match raw.scalar {
            #[expect(clippy::cast_precision_loss, reason = "Go converts in the same way")]
            Scalar::Int(value) => Ok(FactValue::Float(value as f64)),
            Scalar::Float(value) => Ok(FactValue::Float(value)),
            _ => Err(format!("a number is wanted{}", quoted(raw))),
        },
        "bool" => bool(store, raw),
        "go_duration" => go_duration(store, raw),
        "prom_duration" => match prom_duration(raw.text) {
            Ok(()) => Ok(raw.text.into()),
            Err(reason) => Err(reason),
        },
        "bytes" => bytes(raw.text).map(FactValue::Int),
        "bytesize" => bytesize(raw.text).map(FactValue::Int),
        "date" => date(raw.text)
            .then(|| raw.text.into())
            .ok_or_else(|| "a date such as 2024-01-31 is wanted".to_owned()),
        "timestamp" => timestamp(raw.text)
            .then(|| raw.text.into())
            .ok_or_else(|| "a time such as 2024-01-31T12:00:00Z is wanted".to_owned()),
        "regex" => anchored(raw.text)
            .map(|_| raw.text.into())
            .map_err(|fault| format!("a regular expression is wanted (RE2): {fault}")),
        "csv_cidr" => cidrs(raw.text).map(|()| raw.text.into()),
        "secret" => Ok(FactValue::Secret(raw.text.into())),
        _ => Ok(raw.text.into()),
    }
}

/// How messages name a type, with an example where units matter.
pub(crate) fn name(kind: &str) -> &'static str {
    match kind {
        "int" => "a whole number",
        "uint" => "a whole number that is not negative",
        "float" => "a number",
        "bool" => "`true` or `false`",
        "go_duration" => "a duration in hours, minutes or seconds, such as `36h` or `1h30m`",
        "prom_duration" => "a duration such as `30d` or `1h30m`",
        "bytes" => "a size with its unit, such as `16MiB`",
        "bytesize" => "a size such as `16MB`",
        "csv" | "csv_cidr" => "one text with commas, such as `a,b`",
        "date" => "a date such as `2024-01-31`",
        "timestamp" => "a time such as `2024-01-31T12:00:00Z`",
        "regex" => "a regular expression",
        _ => "text",
    }
}

/// What a scalar in quotes makes wrong.
fn quoted(raw: Raw<'_>) -> &'static str {
    let text = raw.text.trim();
    let is_value = text.parse::<f64>().is_ok() || matches!(text, "true" | "false");
    if matches!(raw.scalar, Scalar::Text(_)) && is_value { ", and in quotes it is text" } else { "" }
}

fn int(raw: Raw<'_>, unsigned: bool) -> Result<FactValue, String> {
    let value = match raw.scalar {
        Scalar::Int(value) => value,
        // Fractions are cut off.
        #[expect(clippy::cast_possible_truncation, reason = "the bounds are checked")]
        Scalar::Float(value) if value.is_finite() && value.abs() < 9.2e18 => value as i64,
        Scalar::Float(_) => return Err("the number is larger than the option can hold".to_owned()),
        _ => return Err(format!("a whole number is wanted{}", quoted(raw))),
    };
    if unsigned && value < 0 {
        return Err("the number must not be negative".to_owned());
    }
    Ok(FactValue::Int(value))
}

/// go-yaml 3 takes `yes` only where a bool is wanted, whether quoted or not, and only in these spellings.
fn bool(store: Store, raw: Raw<'_>) -> Result<FactValue, String> {
    let wrong = || Err(format!("`true` or `false` is wanted{}", quoted(raw)));
    match (store, raw.scalar, raw.text) {
        (Store::Mimir, Scalar::Bool(_) | Scalar::Text(_), "y" | "Y" | "yes" | "on") => {
            Ok(FactValue::Bool(true))
        }
        (Store::Mimir, Scalar::Bool(_) | Scalar::Text(_), "n" | "N" | "no" | "off") => {
            Ok(FactValue::Bool(false))
        }
        (Store::Mimir, Scalar::Bool(value), "true" | "True" | "TRUE" | "false" | "False" | "FALSE")
        | (Store::Loki, Scalar::Bool(value), _) => Ok(FactValue::Bool(value)),
        _ => wrong(),
    }
}

fn go_duration(store: Store, raw: Raw<'_>) -> Result<FactValue, String> {
    match (store, raw.scalar) {
        (_, Scalar::Int(0)) => return Ok("0s".into()),
        // A bare number is one of nanoseconds to go-yaml 2.
        (Store::Loki, Scalar::Int(value)) => return Ok(format!("{value}ns").into()),
        #[expect(clippy::cast_possible_truncation, reason = "go-yaml cuts it off in the same way")]
        (Store::Loki, Scalar::Float(value)) if value.abs() < 9.2e18 => {
            return Ok(format!("{}ns", value as i64).into());
        }
        (_, Scalar::Bool(_)) => return Err("a duration such as `30s` is wanted".to_owned()),
        _ => {}
    }
    match parse_go_duration(raw.text) {
        Some(()) => Ok(raw.text.into()),
        None if prom_duration(raw.text).is_ok() => Err(
            "this option knows hours, minutes and seconds, but no days, weeks or years: write it in hours"
                .to_owned(),
        ),
        None if raw.text.parse::<f64>().is_ok() => {
            Err("the number has no unit: a duration such as `30s` is wanted".to_owned())
        }
        None => Err("a duration such as `30s` or `1h30m` is wanted".to_owned()),
    }
}

/// Go's `time.ParseDuration`: numbers with units in any order, a sign, or a bare 0.
fn parse_go_duration(text: &str) -> Option<()> {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Some(());
    }
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let dots = number.bytes().filter(|byte| *byte == b'.').count();
        if dots > 1 || number.len() == dots {
            return None;
        }
        let unit = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit);
        if !matches!(unit, "ns" | "us" | "µs" | "μs" | "ms" | "s" | "m" | "h") {
            return None;
        }
        rest = tail;
    }
    Some(())
}

/// Prometheus' durations: each unit once, from large to small, whole numbers, or a bare 0.
fn prom_duration(text: &str) -> Result<(), String> {
    const UNITS: [&str; 7] = ["y", "w", "d", "h", "m", "s", "ms"];
    if text == "0" {
        return Ok(());
    }
    let mut rest = text;
    let mut next = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let unit = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit);
        if unit.is_empty() && !number.is_empty() {
            return Err("the number has no unit: a duration such as `30d` or `5m` is wanted".to_owned());
        }
        let place = UNITS.iter().position(|known| *known == unit);
        match place {
            Some(place) if !number.is_empty() && place >= next => next = place + 1,
            Some(_) if !number.is_empty() => {
                return Err("units go from large to small, each once, as in `1d12h`".to_owned());
            }
            _ => return Err("a duration such as `30d` or `1h30m` is wanted, in whole numbers".to_owned()),
        }
        rest = tail;
    }
    if text.is_empty() { Err("a duration such as `30d` is wanted".to_owned()) } else { Ok(()) }
}

/// Sizes as dskit reads them: numbers with units that are told apart by case.
fn bytes(text: &str) -> Result<i64, String> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    let wrong =
        || "a size with its unit is wanted: B, KB, KiB, MB, MiB, GB or GiB, in this very case".to_owned();
    if rest.is_empty() {
        return Err(wrong());
    }
    let mut sum = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let unit = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit);
        let number: f64 = number.parse().map_err(|_| wrong())?;
        if unit.is_empty() {
            return Err(format!("the number has no unit: {}", wrong()));
        }
        let power = |letter: &str| ["K", "M", "G", "T", "P", "E"].iter().position(|known| *known == letter);
        let scale =
            match (unit, unit.strip_suffix("iB").and_then(power), unit.strip_suffix('B').and_then(power)) {
                ("B", ..) => 1.0,
                (_, Some(power), _) => scale(1024.0, power),
                (_, _, Some(power)) => scale(1000.0, power),
                _ => return Err(wrong()),
            };
        sum += number * scale;
        rest = tail;
    }
    #[expect(clippy::cast_possible_truncation, reason = "sizes that a process can have are far below")]
    let sum = sum as i64;
    Ok(if negative { -sum } else { sum })
}

/// A power of a unit: 0 for kilo, 1 for mega.
fn scale(base: f64, power: usize) -> f64 {
    base.powi(i32::try_from(power + 1).unwrap_or(1))
}

/// Sizes as Loki's own type reads them: a whole number, and a unit in any case, all powers of 1024.
fn bytesize(text: &str) -> Result<i64, String> {
    let wrong = || "a size such as `16MB` is wanted: a whole number with B, KB, MB or GB".to_owned();
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    if text.is_empty() {
        return Ok(0);
    }
    let number: i64 = number.parse().map_err(|_| wrong())?;
    let shift = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" | "byte" => 0,
        "k" | "kb" | "kilo" | "kilobyte" | "kilobytes" => 10,
        "m" | "mb" | "mega" | "megabyte" | "megabytes" => 20,
        "g" | "gb" | "giga" | "gigabyte" | "gigabytes" => 30,
        "t" | "tb" | "tera" | "terabyte" | "terabytes" => 40,
        "p" | "pb" | "peta" | "petabyte" | "petabytes" => 50,
        "e" | "eb" | "exa" | "exabyte" | "exabytes" => 60,
        _ => return Err(wrong()),
    };
    Ok(number.checked_shl(shift).filter(|size| size >> shift == number).unwrap_or(i64::MAX))
}

/// `YYYY-MM-DD`.
fn date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut part = |length: usize, range: std::ops::RangeInclusive<u32>| {
        parts.next().is_some_and(|part| {
            part.len() == length && part.parse::<u32>().is_ok_and(|value| range.contains(&value))
        })
    };
    part(4, 0..=9999) && part(2, 1..=12) && part(2, 1..=31) && parts.next().is_none()
}

/// RFC 3339, a date, a date with hours and minutes, or seconds since 1970.
fn timestamp(text: &str) -> bool {
    if text.is_empty() || text.parse::<f64>().is_ok() {
        return true;
    }
    let (day, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    date(day)
        && (time.is_empty()
            || time.chars().all(|c| c.is_ascii_digit() || matches!(c, ':' | '.' | 'Z' | '+' | '-'))
                && time.len() >= 5)
}

/// Networks with commas.
fn cidrs(text: &str) -> Result<(), String> {
    let fits = |network: &str| {
        network.split_once('/').is_some_and(|(address, bits)| {
            let most = match address.parse::<std::net::IpAddr>() {
                Ok(std::net::IpAddr::V4(_)) => 32,
                Ok(std::net::IpAddr::V6(_)) => 128,
                Err(_) => return false,
            };
            bits.parse::<u8>().is_ok_and(|bits| bits <= most)
        })
    };
    if text.is_empty() || text.split(',').all(fits) {
        Ok(())
    } else {
        Err("networks such as `10.0.0.0/8` are wanted, with commas between them".to_owned())
    }
}
