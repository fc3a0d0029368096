//! Turns the text of a quantity into whether Kubernetes can read it, and what was meant where it cannot.

/// Suffixes as they must be written. Source: Kubernetes, apimachinery, resource.Quantity.
const SUFFIXES: [&str; 16] =
    ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// Whether a text is a quantity: a number with a suffix or an exponent.
pub(super) fn is_quantity(text: &str) -> bool {
    let (number, rest) = split(text.trim());
    is_number(number) && (SUFFIXES.contains(&rest) || is_exponent(rest))
}

/// What was probably meant by a text that is none: `20GB`, `20 gi`.
pub(super) fn meant(text: &str) -> Option<String> {
    let (number, rest) = split(text.trim());
    let rest = rest.trim();
    let unit = rest.strip_suffix(['B', 'b']).unwrap_or(rest);
    let own = SUFFIXES.iter().filter(|suffix| !suffix.is_empty());
    // `m` is a thousandth: whoever writes `5mb` means millions.
    let mut alike = own.filter(|suffix| suffix.eq_ignore_ascii_case(unit));
    let meant = match unit {
        "m" if unit != rest => "M",
        _ => alike.find(|suffix| **suffix == unit).or_else(|| {
            SUFFIXES.iter().find(|suffix| !suffix.is_empty() && suffix.eq_ignore_ascii_case(unit))
        })?,
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

/// `e3`, `E-2`.
fn is_exponent(text: &str) -> bool {
    let Some(digits) = text.strip_prefix(['e', 'E']) else { return false };
    let digits = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
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
