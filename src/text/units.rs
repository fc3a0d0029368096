//! Durations and quantities as Go, Prometheus and Kubernetes write them, as numbers.

/// Seconds of a duration such as `7d`, `168h`, `1h30m` or `1.5h` (Go and Prometheus units); `None` for other text.
pub(crate) fn duration_seconds(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0.0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(end);
        let number: f64 = number.parse().ok()?;
        let end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let scale = match unit {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            "w" => 604_800.0,
            "y" => 31_536_000.0,
            _ => return None,
        };
        seconds += number * scale;
        rest = tail;
    }
    Some(sign * seconds)
}

/// Seconds since 1970 of a time as Kubernetes writes it, `2026-08-13T09:14:27Z`; `None` for other text.
pub(crate) fn utc_seconds(text: &str) -> Option<i64> {
    let part = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let marks = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "Z")];
    if text.len() != 20 || marks.iter().any(|(at, mark)| text.get(*at..*at + 1) != Some(*mark)) {
        return None;
    }
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years from March on, so that the day of leap years is the last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days = year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468;
    Some(((days * 24 + part(11, 13)?) * 60 + part(14, 16)?) * 60 + part(17, 19)?)
}

/// The suffixes of quantities as they must be written, with what they stand for. Source: Kubernetes, apimachinery,
/// resource.Quantity.
pub(crate) const SUFFIXES: [(&str, f64); 15] = [
    ("n", 1e-9),
    ("u", 1e-6),
    ("m", 1e-3),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
    ("P", 1e15),
    ("E", 1e18),
    ("Ki", 1024.0),
    ("Mi", 1_048_576.0),
    ("Gi", 1_073_741_824.0),
    ("Ti", 1_099_511_627_776.0),
    ("Pi", 1_125_899_906_842_624.0),
    ("Ei", 1_152_921_504_606_846_976.0),
];

/// The number that a Kubernetes quantity such as `20Gi`, `500m` or `1e3` stands for; `None` for other text.
pub(crate) fn quantity(text: &str) -> Option<f64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '+' | '-')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    if number.is_empty() {
        return None;
    }
    let number: f64 = number.parse().ok()?;
    if suffix.is_empty() {
        return Some(number);
    }
    if let Some((_, scale)) = SUFFIXES.iter().find(|(own, _)| *own == suffix) {
        return Some(number * scale);
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?;
    Some(number * 10_f64.powi(exponent.parse().ok().filter(|power: &i32| power.abs() <= 300)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_since_1970() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:00:01Z", 951_825_601),
            ("2026-08-13T09:14:27Z", 1_786_612_467),
            ("2026-03-01T00:00:00Z", 1_772_323_200),
        ] {
            assert_eq!(utc_seconds(text), Some(seconds), "{text}");
        }
        for text in
            ["", "yesterday", "2026-08-13 09:14:27Z", "2026-13-13T09:14:27Z", "2026-08-13T09:14:27+02:00"]
        {
            assert_eq!(utc_seconds(text), None, "{text}");
        }
    }

    #[test]
    fn reads_durations_of_go_and_prometheus() {
        for (text, seconds) in [
            ("7d", Some(604_800.0)),
            ("168h", Some(604_800.0)),
            ("10m", Some(600.0)),
            ("1h30m", Some(5400.0)),
            ("1.5h", Some(5400.0)),
            ("500ms", Some(0.5)),
            ("1w", Some(604_800.0)),
            ("0", Some(0.0)),
            ("0s", Some(0.0)),
            ("-1m", Some(-60.0)),
            ("", None),
            ("d", None),
            ("7", None),
            ("7 d", None),
            ("7days", None),
            (".", None),
            ("1.2.3s", None),
        ] {
            assert_eq!(duration_seconds(text), seconds, "{text}");
        }
    }

    #[test]
    fn reads_kubernetes_quantities() {
        for (text, number) in [
            ("20Gi", Some(21_474_836_480.0)),
            ("500m", Some(0.5)),
            ("1e3", Some(1000.0)),
            ("1E3", Some(1000.0)),
            ("2E", Some(2e18)),
            ("128974848", Some(128_974_848.0)),
            ("1.5Ki", Some(1536.0)),
            ("20GB", None),
            ("Gi", None),
            ("", None),
            ("1-2", None),
        ] {
            assert_eq!(quantity(text), number, "{text}");
        }
    }
}
