//! Turns the text of a quantity into whether Kubernetes can read it, and what was meant where it cannot.

use crate::text::units::SUFFIXES;
use crate::text::units::quantity;

/// Whether a text is a quantity: a number with a suffix or an exponent.
pub(super) fn is_quantity(text: &str) -> bool {
    quantity(text.trim()).is_some()
}

/// What was probably meant by a text that is none: `20GB`, `20 gi`.
pub(super) fn meant(text: &str) -> Option<String> {
    let (number, rest) = split(text.trim());
    let rest = rest.trim();
    let unit = rest.strip_suffix(['B', 'b']).unwrap_or(rest);
    let suffixes = || SUFFIXES.iter().map(|(suffix, _)| *suffix);
    // `m` is a thousandth: whoever writes `5mb` means millions.
    let meant = match unit {
        "m" if unit != rest => "M",
        _ => suffixes()
            .find(|suffix| *suffix == unit)
            .or_else(|| suffixes().find(|suffix| suffix.eq_ignore_ascii_case(unit)))?,
    };
    is_number(number).then(|| format!("{number}{meant}"))
}

/// The number of a text and what follows it.
fn split(text: &str) -> (&str, &str) {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    text.split_at(text.len() - unsigned.len() + end)
}

/// Digits with at most one dot.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.matches('.').count() <= 1 && digits.contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_numbers_with_the_suffixes_of_kubernetes() {
        for text in ["20Gi", "100m", "0.5", ".5", "1.", "-1", "+3k", "1e3", "2E-1", "5E", " 4Ti "] {
            assert!(is_quantity(text), "{text}");
        }
        for text in ["20GB", "20gi", "20 Gi", "5K", "1e", "Gi", "", "1.2.3", "1,5", "four", "e3"] {
            assert!(!is_quantity(text), "{text}");
        }
    }

    #[test]
    fn what_was_meant_is_the_suffix_without_bytes_and_in_its_own_case() {
        for (text, wanted) in [
            ("20GB", "20G"),
            ("20GiB", "20Gi"),
            ("20 gi", "20Gi"),
            ("5K", "5k"),
            ("5mb", "5M"),
            ("512mib", "512Mi"),
        ] {
            assert_eq!(meant(text).as_deref(), Some(wanted), "{text}");
        }
        for text in ["four", "1x", "12b", "1.2.3Gi"] {
            assert_eq!(meant(text), None, "{text}");
        }
    }
}
