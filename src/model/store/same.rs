//! Tells whether a value that a process gives is the one that is declared, however either is spelt.
//!
//! Both stores print what they run with in forms of their own: `1h` as `1h0m0s`, `168h` as `1w`, sizes rounded to what a
//! person reads, empty lists as null. Where a form is not known for certain, nothing is said.

use super::scalars;
use super::scalars::Raw;
use crate::document::Scalar;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::piece::Store;

/// What stands in the place of a secret.
const MASK: &str = "****";

/// Lists and maps in each other are compared this deep.
const DEPTH: u32 = 8;

/// Whether both are one value of that type; `None` where that cannot be told.
pub(super) fn same(store: Store, kind: &str, declared: &Fact, running: &Fact) -> Option<bool> {
    same_within(store, kind, declared, running, DEPTH)
}

fn same_within(store: Store, kind: &str, declared: &Fact, running: &Fact, depth: u32) -> Option<bool> {
    let depth = depth.checked_sub(1)?;
    if matches!(declared.value, FactValue::Unknown(_) | FactValue::Secret(_) | FactValue::Null)
        || running.text().is_some_and(|text| text.contains(MASK))
    {
        return None;
    }
    let inner = |prefix: &str| kind.strip_prefix(prefix).and_then(|rest| rest.strip_suffix('>'));
    if matches!(kind, "csv" | "csv_cidr" | "list<string>|csv") {
        return Some(parts(declared)? == parts(running)?);
    }
    if let Some(inner) = inner("list<") {
        let (ones, twos) = (items(declared)?, items(running)?);
        if ones.len() != twos.len() {
            return Some(false);
        }
        let each = ones.iter().zip(twos).map(|(one, two)| same_within(store, inner, one, two, depth));
        return all(each);
    }
    if let Some(inner) = inner("map<string,") {
        let FactValue::Map(ones) = &declared.value else { return None };
        let empty = std::collections::BTreeMap::new();
        let twos = match &running.value {
            FactValue::Map(twos) => twos,
            FactValue::Null => &empty,
            _ => return None,
        };
        if !ones.keys().eq(twos.keys()) {
            return Some(false);
        }
        let each =
            ones.iter().zip(twos).map(|((_, one), (_, two))| same_within(store, inner, one, two, depth));
        return all(each);
    }
    scalar(store, kind, declared, running)
}

/// Whether all are the same: one that differs decides, one that is open leaves it open.
fn all(each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut whole = Some(true);
    for one in each {
        match one {
            Some(true) => {}
            Some(false) => return Some(false),
            None => whole = None,
        }
    }
    whole
}

fn scalar(store: Store, kind: &str, declared: &Fact, running: &Fact) -> Option<bool> {
    match kind {
        "go_duration" | "prom_duration" => {
            let one = nanoseconds(declared.text()?)?;
            // Zero may come without a unit.
            let two = match &running.value {
                FactValue::Int(value) => i128::from(*value),
                _ => nanoseconds(running.text()?)?,
            };
            Some(one == two)
        }
        "bytesize" => {
            let FactValue::Int(one) = declared.value else { return None };
            let (two, step) = match &running.value {
                #[expect(clippy::cast_precision_loss, reason = "sizes that a process can have are far below")]
                FactValue::Int(value) => (*value as f64, 0.5),
                FactValue::Text(text) => rounded(text)?,
                _ => return None,
            };
            #[expect(clippy::cast_precision_loss, reason = "sizes that a process can have are far below")]
            let one = one as f64;
            Some((one - two).abs() <= step)
        }
        "int" | "uint" | "float" | "bool" | "bytes" => {
            // A size may be given as the plain number that it is.
            if let ("bytes", FactValue::Int(one), FactValue::Int(two)) =
                (kind, &declared.value, &running.value)
            {
                return Some(one == two);
            }
            let read = typed(store, kind, running)?;
            match (&declared.value, &read) {
                (FactValue::Bool(one), FactValue::Bool(two)) => Some(one == two),
                (FactValue::Int(one), FactValue::Int(two)) => Some(one == two),
                (FactValue::Float(one), FactValue::Float(two)) => {
                    // Some are kept with single precision.
                    Some((one - two).abs() <= 1e-6 * one.abs().max(two.abs()))
                }
                _ => None,
            }
        }
        "string" | "enum" | "date" => {
            let (one, two) = (declared.text()?, text(running)?);
            Some(one.trim_end() == two.trim_end())
        }
        "url" => {
            let (one, two) = (declared.text()?, text(running)?);
            // Marks may be written in several ways, and passwords are covered.
            let plain = |text: &str| !text.contains(['%', '@', '?', '#']);
            (plain(one) && plain(&two)).then(|| one.trim_end_matches('/') == two.trim_end_matches('/'))
        }
        _ => None,
    }
}

/// A value of the answer, read as the store would read it.
fn typed(store: Store, kind: &str, running: &Fact) -> Option<FactValue> {
    let text = text(running)?;
    let scalar = match &running.value {
        FactValue::Bool(value) => Scalar::Bool(*value),
        FactValue::Int(value) => Scalar::Int(*value),
        FactValue::Float(value) => Scalar::Float(*value),
        FactValue::Text(_) => Scalar::Text(&text),
        _ => return None,
    };
    scalars::read(store, kind, Raw { text: &text, scalar }).ok()
}

/// The text of a scalar; an empty one for null.
fn text(fact: &Fact) -> Option<String> {
    match &fact.value {
        FactValue::Null => Some(String::new()),
        FactValue::Bool(value) => Some(value.to_string()),
        FactValue::Int(value) => Some(value.to_string()),
        FactValue::Float(value) => Some(value.to_string()),
        FactValue::Text(text) => Some(text.to_string()),
        _ => None,
    }
}

fn items(fact: &Fact) -> Option<&[Fact]> {
    match &fact.value {
        FactValue::List(items) => Some(items),
        FactValue::Null => Some(&[]),
        _ => None,
    }
}

/// The parts of a text with commas, or of a list.
fn parts(fact: &Fact) -> Option<Vec<String>> {
    let all: Vec<String> = match &fact.value {
        FactValue::List(items) => items.iter().map(text).collect::<Option<_>>()?,
        _ => text(fact)?.split(',').map(str::to_owned).collect(),
    };
    Some(all.iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect())
}

/// A duration of either kind, in nanoseconds.
fn nanoseconds(text: &str) -> Option<i128> {
    const UNITS: [(&str, f64); 10] = [
        ("ns", 1.0),
        ("us", 1e3),
        ("µs", 1e3),
        ("ms", 1e6),
        ("s", 1e9),
        ("m", 60e9),
        ("h", 3600e9),
        ("d", 86_400e9),
        ("w", 604_800e9),
        ("y", 31_536_000e9),
    ];
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut sum = 0_i128;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let (number, tail) = rest.split_at(digits);
        let unit = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit);
        let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit.replace('μ', "µ"))?;
        let number: f64 = number.parse().ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "whole nanoseconds; years of them fit")]
        let part = (number * scale).round() as i128;
        sum = sum.checked_add(part)?;
        rest = tail;
    }
    Some(sign * sum)
}

/// A size as Loki prints it, rounded (`256KB`, `4.8 MB`): the bytes, and how far the true size may lie away.
fn rounded(text: &str) -> Option<(f64, f64)> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().ok()?;
    let unit = unit.trim().to_ascii_uppercase().replace('I', "");
    let power = ["B", "KB", "MB", "GB", "TB", "PB", "EB"].iter().position(|known| *known == unit);
    let power = if unit.is_empty() { 0 } else { power? };
    let scale = 1024_f64.powi(i32::try_from(power).ok()?);
    // Below ten one decimal is shown, above none; what is shown was rounded to a decimal before.
    let step = if power == 0 {
        0.5
    } else if number < 10.0 {
        0.06 * scale
    } else {
        0.56 * scale
    };
    Some((number * scale, step))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(value: impl Into<FactValue>) -> Fact {
        Fact::bare(value)
    }

    fn texts(items: &[&str]) -> Fact {
        Fact::list(items.iter().map(|item| fact(*item)), None)
    }

    #[test]
    fn durations_are_the_same_however_spelt() {
        for (one, two) in [
            ("1h", "1h0m0s"),
            ("168h", "1w"),
            ("7d", "168h0m0s"),
            ("90s", "1m30s"),
            ("0", "0s"),
            ("250ms", "250ms"),
            ("1.5h", "1h30m"),
            ("-1h", "-1h0m0s"),
            ("30d1h", "30d1h"),
        ] {
            assert_eq!(same(Store::Loki, "prom_duration", &fact(one), &fact(two)), Some(true), "{one} {two}");
        }
        assert_eq!(same(Store::Mimir, "go_duration", &fact("1h"), &fact("1h0m1s")), Some(false));
        assert_eq!(same(Store::Mimir, "go_duration", &fact("0s"), &fact(0_i64)), Some(true));
        assert_eq!(same(Store::Mimir, "go_duration", &fact("1h"), &fact("soon")), None);
    }

    #[test]
    fn sizes_are_the_same_within_what_is_printed() {
        let loki = |bytes: i64, text: &str| same(Store::Loki, "bytesize", &fact(bytes), &fact(text));
        assert_eq!(loki(256 << 10, "256KB"), Some(true));
        assert_eq!(loki(0, "0B"), Some(true));
        assert_eq!(loki(5_000_000, "4.8MB"), Some(true));
        assert_eq!(loki(5_000_000, "4.8 MB"), Some(true));
        assert_eq!(loki(15 << 20, "15MB"), Some(true));
        assert_eq!(loki(3 << 20, "4MB"), Some(false));
        assert_eq!(loki(3 << 20, "4 apples"), None);
        let mimir = |bytes: i64, text: &str| same(Store::Mimir, "bytes", &fact(bytes), &fact(text));
        assert_eq!(mimir(1536 << 20, "1GiB512MiB"), Some(true));
        assert_eq!(mimir(1 << 20, "2MiB"), Some(false));
        assert_eq!(same(Store::Mimir, "bytes", &fact(1_i64 << 20), &fact(1_i64 << 20)), Some(true));
    }

    #[test]
    fn empty_values_are_the_same_in_every_form() {
        let null = Fact::default();
        let map = Fact::map::<String>([], None);
        assert_eq!(same(Store::Loki, "list<string>", &texts(&[]), &null), Some(true));
        assert_eq!(same(Store::Loki, "map<string,string>", &map, &null), Some(true));
        assert_eq!(same(Store::Mimir, "string", &fact(""), &null), Some(true));
        assert_eq!(same(Store::Mimir, "csv", &fact(""), &texts(&[])), Some(true));
        assert_eq!(same(Store::Mimir, "csv", &fact("a, b"), &texts(&["a", "b"])), Some(true));
        assert_eq!(same(Store::Mimir, "csv", &fact("a,b"), &fact("a,c")), Some(false));
        assert_eq!(same(Store::Loki, "list<string>", &texts(&["a"]), &texts(&["a", "b"])), Some(false));
    }

    #[test]
    fn numbers_and_texts_are_compared_as_the_option_reads_them() {
        assert_eq!(same(Store::Mimir, "int", &fact(1_000_000_i64), &fact(1e6)), Some(true));
        assert_eq!(same(Store::Mimir, "float", &fact(0.1), &fact(0.100_000_001)), Some(true));
        assert_eq!(same(Store::Mimir, "float", &fact(1.0), &fact(1_i64)), Some(true));
        assert_eq!(same(Store::Mimir, "bool", &fact(true), &fact(false)), Some(false));
        assert_eq!(same(Store::Mimir, "string", &fact("1"), &fact(1_i64)), Some(true));
        assert_eq!(same(Store::Mimir, "int", &fact(1_i64), &Fact::default()), None);
    }

    #[test]
    fn what_is_covered_or_not_known_is_left_open() {
        assert_eq!(same(Store::Mimir, "string", &fact("hush"), &fact("********")), None);
        assert_eq!(same(Store::Mimir, "string", &Fact::unknown("why", None), &fact("a")), None);
        assert_eq!(same(Store::Mimir, "url", &fact("http://a:b@c"), &fact("http://a:d@c")), None);
        assert_eq!(same(Store::Mimir, "url", &fact("http://a/b"), &fact("http://a/c")), Some(false));
        assert_eq!(same(Store::Mimir, "regex", &fact("a"), &fact("b")), None);
        let secret = Fact::bare(FactValue::Secret("hush".into()));
        assert_eq!(same(Store::Mimir, "string", &secret, &fact("other")), None);
    }
}
