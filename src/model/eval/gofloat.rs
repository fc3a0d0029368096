//! Turns floats into text as Go's `strconv.FormatFloat` does.

/// `%e` of a finite number: a sign and at least two digits in the exponent.
pub(crate) fn exponent(value: f64, precision: usize) -> String {
    with_two_digits(&format!("{value:.precision$e}"))
}

/// `%f` of a finite number.
pub(crate) fn fixed(value: f64, precision: usize) -> String {
    format!("{value:.precision$}")
}

/// `%g` of a finite number, with as many digits as needed where there is no precision.
pub(crate) fn general(value: f64, precision: Option<usize>) -> String {
    let scientific = match precision {
        None => format!("{value:e}"),
        Some(precision) => {
            let digits = precision.max(1) - 1;
            trimmed(&format!("{value:.digits$e}"))
        }
    };
    let (mantissa, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = power.parse().unwrap_or_default();
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let places = i32::try_from(digits).unwrap_or(i32::MAX);
    let limit = match precision {
        // The shortest form decides as if six digits were asked for.
        None => 6,
        Some(precision) => i32::try_from(precision.max(1)).unwrap_or(i32::MAX),
    };
    if power < -4 || power >= limit {
        return with_two_digits(&scientific);
    }
    let after_point = usize::try_from(places - 1 - power).unwrap_or_default();
    // The digits are those of the scientific form: formatting its value again keeps them.
    let rounded: f64 = scientific.parse().unwrap_or(value);
    format!("{rounded:.after_point$}")
}

/// `%b` of a finite number: the mantissa as an integer and a power of two.
pub(crate) fn binary(value: f64) -> String {
    let bits = value.to_bits();
    let raw = (bits >> 52) & 0x7ff;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, power) = if raw == 0 { (fraction, 1) } else { (fraction + (1 << 52), raw) };
    let power = i64::try_from(power).unwrap_or_default() - 1075;
    let sign = if value.is_sign_negative() { "-" } else { "" };
    format!("{sign}{mantissa}p{power:+}")
}

/// The name of what has no digits.
pub(crate) fn named(value: f64) -> Option<&'static str> {
    match value {
        f64::INFINITY => Some("+Inf"),
        f64::NEG_INFINITY => Some("-Inf"),
        _ => value.is_nan().then_some("NaN"),
    }
}

/// Without zeros at the end of the mantissa.
fn trimmed(scientific: &str) -> String {
    let Some((whole, rest)) = scientific.split_once('.') else { return scientific.to_owned() };
    let (fraction, power) = rest.split_once('e').unwrap_or((rest, "0"));
    match fraction.trim_end_matches('0') {
        "" => format!("{whole}e{power}"),
        kept => format!("{whole}.{kept}e{power}"),
    }
}

fn with_two_digits(scientific: &str) -> String {
    let (mantissa, power) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let (sign, digits) = match power.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', power),
    };
    format!("{mantissa}e{sign}{digits:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_go() {
        assert_eq!(exponent(12345.678, 6), "1.234568e+04");
        assert_eq!(fixed(2.675, 2), "2.67");
        assert_eq!(general(1234.5678, Some(3)), "1.23e+03");
        assert_eq!(general(100.0, Some(3)), "100");
        assert_eq!(general(0.0001, None), "0.0001");
        assert_eq!(general(0.00001, None), "1e-05");
        assert_eq!(general(-0.0, None), "-0");
        assert_eq!(binary(2.0), "4503599627370496p-51");
    }
}
