//! Turns texts into scalars of YAML and JSON that are read as these texts.

use crate::document::Scalar;
use crate::document::Style;
use crate::document::plain_scalar;

/// Where a scalar of YAML shall stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    /// Outside of brackets.
    Block,
    /// Inside brackets.
    Flow,
}

/// A text in one line, as a scalar of YAML: in `wanted` style where that can hold it, else between double quotes.
pub(super) fn text_in_line(text: &str, wanted: Style, context: Context) -> String {
    match wanted {
        Style::Plain if is_plain_text(text, context) => text.to_owned(),
        Style::SingleQuoted if text.chars().all(is_printable) => format!("'{}'", text.replace('\'', "''")),
        _ => double_quoted(text),
    }
}

/// Between double quotes, in JSON as well as in YAML.
pub(super) fn double_quoted(text: &str) -> String {
    let mut quoted = serde_json::Value::from(text).to_string();
    // JSON takes these as they are; YAML reads some as line ends and refuses others.
    if quoted.chars().any(|character| !is_printable(character)) {
        quoted = quoted.chars().fold(String::with_capacity(quoted.len()), |mut all, character| {
            if is_printable(character) {
                all.push(character);
            } else {
                all.push_str(&escape(character));
            }
            all
        });
    }
    quoted
}

/// What stands between the quotes of [`double_quoted`].
pub(super) fn escaped(text: &str) -> String {
    let quoted = double_quoted(text);
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// A character as `\u` with four digits, which JSON and YAML read alike; above U+FFFF a pair of them.
pub(super) fn escape(character: char) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    for unit in character.encode_utf16(&mut [0; 2]) {
        let _ = write!(text, "\\u{unit:04x}");
    }
    text
}

/// Whether YAML takes a character as it is within a line.
pub(super) fn is_printable(character: char) -> bool {
    match character {
        '\t' => true,
        '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => false,
        _ => !character.is_control(),
    }
}

/// Whether a text that stands without quotes is read as this text.
fn is_plain_text(text: &str, context: Context) -> bool {
    // YAML 1.1, which some readers follow, has numbers of base 60, dates, and `=` for a default value.
    let is_of_digits = text.bytes().all(|byte| byte.is_ascii_digit() || b":-+._TZtz ".contains(&byte))
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.contains([':', '-']);
    is_plain(text, context)
        && matches!(plain_scalar(text), Scalar::Text(_))
        && !is_of_digits
        && !matches!(text, "=" | "<<")
}

/// Whether a text can stand without quotes, whatever type it then has.
pub(super) fn is_plain(text: &str, context: Context) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let second = text.chars().nth(1);
    let is_indicator = match first {
        '-' | '?' | ':' => {
            second.is_none_or(|second| matches!(second, ' ' | '\t' | ',' | '[' | ']' | '{' | '}'))
        }
        _ => ",[]{}#&*!|>'\"%@`".contains(first),
    };
    !is_indicator
        && text.trim() == text
        && !text.starts_with("---")
        && !text.starts_with("...")
        && text.chars().all(is_printable)
        && !text.contains('\t')
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && (context == Context::Block
            || !text.contains([',', '[', ']', '{', '}', '"', '\'', ':']) && first != '?')
}

/// A key of YAML. `quoted` where its neighbours are.
pub(super) fn key(text: &str, quoted: bool, context: Context) -> String {
    // Longer keys would need a `? ` before them; so would those over several lines.
    let wanted = if quoted { Style::DoubleQuoted } else { Style::Plain };
    text_in_line(text, wanted, context)
}

/// The header of a `|` block for a text, where a block can hold it: lines that do not start with a blank, and no
/// character that only an escape can spell.
pub(super) fn block_header(text: &str) -> Option<&'static str> {
    let fits = text.contains('\n')
        && !text.starts_with([' ', '\t', '\n'])
        && text.chars().all(|character| character == '\n' || is_printable(character))
        && text.lines().all(|line| !line.ends_with([' ', '\t']) || !line.trim().is_empty());
    if !fits {
        return None;
    }
    if !text.ends_with('\n') {
        Some("|-")
    } else if text.ends_with("\n\n") {
        None
    } else {
        Some("|")
    }
}
