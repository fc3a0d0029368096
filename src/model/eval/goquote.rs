//! Turns text into Go's quoted form, as `strconv.Quote` does.

use std::fmt;
use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::Regex;

use super::runes::runes;

/// What Go's `unicode.IsPrint` takes: letters, marks, numbers, punctuation, symbols and the blank.
static PRINTABLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$").ok());

/// Whether Go prints a character as it is.
pub(crate) fn is_printable(letter: char) -> bool {
    if letter.is_ascii() {
        return (' '..='~').contains(&letter);
    }
    PRINTABLE.as_ref().is_some_and(|pattern| pattern.is_match(letter.encode_utf8(&mut [0; 4])))
}

/// The quoted form; with `ascii` everything beyond ASCII is escaped.
pub(crate) fn quote(text: &[u8], mark: char, ascii: bool) -> String {
    let mut out = String::from(mark);
    for rune in runes(text) {
        let code = u32::from(rune.letter);
        if rune.is_bad() {
            append(&mut out, format_args!("\\x{:02x}", rune.bytes.first().copied().unwrap_or_default()));
            continue;
        }
        match rune.letter {
            '\\' => out.push_str("\\\\"),
            letter if letter == mark => {
                out.push('\\');
                out.push(letter);
            }
            letter if is_printable(letter) && (letter.is_ascii() || !ascii) => out.push(letter),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            letter if letter.is_ascii() => append(&mut out, format_args!("\\x{code:02x}")),
            _ if code < 0x1_0000 => append(&mut out, format_args!("\\u{code:04x}")),
            _ => append(&mut out, format_args!("\\U{code:08x}")),
        }
    }
    out.push(mark);
    out
}

/// Appends formatted text.
pub(crate) fn append(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a `String` cannot fail.
    let _ = out.write_fmt(text);
}

/// Whether text can stand between backticks.
pub(crate) fn fits_backticks(text: &[u8]) -> bool {
    runes(text).all(|rune| {
        !rune.is_bad()
            && !matches!(rune.letter, '`' | '\u{7f}' | '\u{feff}')
            && (rune.letter >= ' ' || rune.letter == '\t')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_what_go_does_not_print() {
        assert_eq!(quote("é\u{200b}\"\t\u{1f600}".as_bytes(), '"', false), "\"é\\u200b\\\"\\t\u{1f600}\"");
        assert_eq!(quote("é\u{1f600}".as_bytes(), '"', true), "\"\\u00e9\\U0001f600\"");
        assert_eq!(quote(b"\xff\x00", '"', false), "\"\\xff\\x00\"");
    }
}
