//! Turns Go durations such as `1h30m` into nanoseconds.

/// Nanoseconds of a duration. The reason of a refusal does not repeat the text, which may come from a secret.
pub(crate) fn parse(text: &[u8]) -> Result<i64, String> {
    let text = std::str::from_utf8(text).map_err(|_| refused("it is not UTF-8"))?;
    let negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(refused("it is empty"));
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (whole, after) = digits(rest);
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => digits(after),
            None => ("", after),
        };
        if whole.is_empty() && fraction.is_empty() {
            return Err(refused("a number is missing"));
        }
        let end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (name, after) = after.split_at(end);
        if name.is_empty() {
            return Err(refused("a unit is missing"));
        }
        let Some(unit) = unit(name) else { return Err(refused("its unit is unknown")) };
        let part = amount(whole, fraction, unit).ok_or_else(|| refused("it is too long"))?;
        total = total
            .checked_add(part)
            .filter(|total| *total <= 1 << 63)
            .ok_or_else(|| refused("it is too long"))?;
        rest = after;
    }
    if negative {
        return Ok(0_i64.wrapping_sub_unsigned(total));
    }
    i64::try_from(total).map_err(|_| refused("it is too long"))
}

fn refused(why: &str) -> String {
    format!("should be a duration such as \"30s\" or \"1h30m\": {why}")
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// Nanoseconds of a unit.
fn unit(name: &str) -> Option<u64> {
    Some(match name {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// Nanoseconds of `whole.fraction` units; digits of the fraction beyond what counts are dropped.
fn amount(whole: &str, fraction: &str, unit: u64) -> Option<u64> {
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut total = whole.checked_mul(unit).filter(|total| *total <= 1 << 63)?;
    let mut scaled: u128 = 0;
    let mut scale: u128 = 1;
    for digit in fraction.bytes().take(18) {
        scaled = scaled * 10 + u128::from(digit - b'0');
        scale *= 10;
    }
    total = total.checked_add(u64::try_from(scaled * u128::from(unit) / scale).ok()?)?;
    (total <= 1 << 63).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_units_fractions_and_signs() {
        assert_eq!(parse(b"1h30m"), Ok(5_400_000_000_000));
        assert_eq!(parse(b"1.5h"), Ok(5_400_000_000_000));
        assert_eq!(parse(b".5s"), Ok(500_000_000));
        assert_eq!(parse(b"1.234s"), Ok(1_234_000_000));
        assert_eq!(parse(b"-2ms"), Ok(-2_000_000));
        assert_eq!(parse("3\u{b5}s".as_bytes()), Ok(3_000));
        assert_eq!(parse(b"+0"), Ok(0));
        assert_eq!(parse(b"2562047h"), Ok(9_223_369_200_000_000_000));
    }

    #[test]
    fn refuses_what_go_refuses_without_repeating_it() {
        for text in ["", "30", "1d", "5 m", "s", "1h 30m", "9999999h", "1e3s", "."] {
            let reason = parse(text.as_bytes()).unwrap_err();
            assert!(
                reason.starts_with("should be a duration such as \"30s\" or \"1h30m\": "),
                "{text}: {reason}"
            );
        }
    }
}
