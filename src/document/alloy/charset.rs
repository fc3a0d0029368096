//! Turns characters into the classes and spellings that the reference (a Go program) gives them.
//!
//! Known difference: the tables here are Unicode 16, those of the reference's Go are Unicode 15. A letter added
//! in between is a name here and an illegal character there.

use std::fmt::Write as _;

use unicode_general_category::GeneralCategory;
use unicode_general_category::get_general_category;

/// Whether a name may start with `character`: class L, or `_`. Not `char::is_alphabetic`, which has more.
pub(crate) fn is_letter(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphabetic() || character == '_';
    }
    matches!(
        get_general_category(character),
        GeneralCategory::UppercaseLetter
            | GeneralCategory::LowercaseLetter
            | GeneralCategory::TitlecaseLetter
            | GeneralCategory::ModifierLetter
            | GeneralCategory::OtherLetter
    )
}

/// Whether `character` may stand inside a name as a digit: class Nd.
pub(crate) fn is_digit(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_digit();
    }
    get_general_category(character) == GeneralCategory::DecimalNumber
}

/// Whether `text` is a name: not empty, not a keyword.
pub(crate) fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(is_letter)
        && characters.all(|character| is_letter(character) || is_digit(character))
        && !matches!(text, "true" | "false" | "null")
}

/// Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the plain space.
fn is_print(character: char) -> bool {
    if character.is_ascii() {
        return character == ' ' || character.is_ascii_graphic();
    }
    !matches!(
        get_general_category(character),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::Surrogate
            | GeneralCategory::PrivateUse
            | GeneralCategory::Unassigned
            | GeneralCategory::SpaceSeparator
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    )
}

/// Go's `%#U`: `U+0023 '#'`, or the number alone where the character does not print.
pub(crate) fn code_point(character: char) -> String {
    let number = u32::from(character);
    if is_print(character) { format!("U+{number:04X} '{character}'") } else { format!("U+{number:04X}") }
}

/// A piece of text as it stood in the file: a character, or a byte that is no part of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A character.
    Char(char),
    /// A stray byte.
    Byte(u8),
}

/// Go's `%q`: in double quotes, with Go's escapes.
pub(crate) fn quote(units: impl Iterator<Item = Unit>) -> String {
    let mut out = String::from("\"");
    for unit in units {
        match unit {
            Unit::Char('\u{7}') => out.push_str("\\a"),
            Unit::Char('\u{8}') => out.push_str("\\b"),
            Unit::Char('\u{b}') => out.push_str("\\v"),
            Unit::Char('\u{c}') => out.push_str("\\f"),
            Unit::Char('\n') => out.push_str("\\n"),
            Unit::Char('\r') => out.push_str("\\r"),
            Unit::Char('\t') => out.push_str("\\t"),
            Unit::Char(plain @ ('\\' | '"')) => {
                out.push('\\');
                out.push(plain);
            }
            Unit::Char(plain) if is_print(plain) => out.push(plain),
            Unit::Char(other) => {
                let number = u32::from(other);
                // Writing to a String cannot fail.
                let _ = match number {
                    0..0x80 => write!(out, "\\x{number:02x}"),
                    0x80..0x1_0000 => write!(out, "\\u{number:04x}"),
                    _ => write!(out, "\\U{number:08x}"),
                };
            }
            Unit::Byte(byte) => {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_class_l_and_digits_class_nd() {
        assert!(is_letter('é') && is_letter('日') && is_letter('ª') && is_letter('ʰ'));
        // Alphabetic in Unicode's sense, but of classes Nl, So and Mn.
        assert!(!is_letter('Ⅷ') && !is_letter('ⓐ') && !is_letter('\u{345}'));
        assert!(is_digit('٣') && !is_digit('²') && !is_digit('½'));
    }

    #[test]
    fn spells_characters_like_go() {
        assert_eq!(code_point('#'), "U+0023 '#'");
        assert_eq!(code_point('\u{a0}'), "U+00A0");
        assert_eq!(code_point('😀'), "U+1F600 '😀'");
        let text = "a\"\\\n\u{1}\u{a0}é\u{e0001}";
        let units = text.chars().map(Unit::Char).chain([Unit::Byte(0xff)]);
        assert_eq!(quote(units), "\"a\\\"\\\\\\n\\x01\\u00a0é\\U000e0001\\xff\"");
    }
}
