//! Turns text into text: `string.*`. All work on bytes, since text of the language need not be UTF-8.

use std::borrow::Cow;
use std::collections::HashSet;

use super::Argument;
use crate::model::eval::runes::Rune;
use crate::model::eval::runes::runes;
use crate::model::eval::traced::LONGEST_LIST;
use crate::model::eval::traced::LONGEST_TEXT;
use crate::model::eval::traced::Traced;

fn texts<const N: usize>(arguments: &[Argument]) -> [&[u8]; N] {
    std::array::from_fn(|index| arguments.get(index).map(Argument::text).unwrap_or_default())
}

/// `string.join`.
pub(super) fn join(arguments: &[Argument]) -> Traced {
    let parts = arguments.first().map(Argument::texts).unwrap_or_default();
    let [_, separator] = texts(arguments);
    let length: usize = parts.iter().map(|part| part.len() + separator.len()).sum();
    if length > LONGEST_TEXT {
        return Traced::too_large();
    }
    Traced::text(parts.join(separator))
}

/// `string.replace`: an empty pattern stands before each character and at the end.
pub(super) fn replace(arguments: &[Argument]) -> Traced {
    let [text, old, new] = texts(arguments);
    let count = if old.is_empty() { runes(text).count() + 1 } else { pieces(text, old).len() };
    if text.len() + count.saturating_mul(new.len()) > LONGEST_TEXT {
        return Traced::too_large();
    }
    let mut out = Vec::with_capacity(text.len());
    if old.is_empty() {
        for rune in runes(text) {
            out.extend_from_slice(new);
            out.extend_from_slice(rune.bytes);
        }
        out.extend_from_slice(new);
    } else {
        out = pieces(text, old).join(new);
    }
    Traced::text(out)
}

/// `string.split`: an empty separator splits between characters.
pub(super) fn split(arguments: &[Argument]) -> Traced {
    let [text, separator] = texts(arguments);
    let parts = if separator.is_empty() {
        if text.len() > LONGEST_LIST {
            return Traced::too_large();
        }
        runes(text).map(|rune| Traced::text(rune.bytes)).collect()
    } else {
        pieces(text, separator).into_iter().map(Traced::text).collect()
    };
    Traced::array(parts)
}

/// The pieces between occurrences of a separator that is not empty, in linear time.
fn pieces<'t>(text: &'t [u8], separator: &[u8]) -> Vec<Cow<'t, [u8]>> {
    if let (Ok(text), Ok(separator)) = (std::str::from_utf8(text), std::str::from_utf8(separator)) {
        return text.split(separator).map(|piece| Cow::Borrowed(piece.as_bytes())).collect();
    }
    // Only text has a search that is linear, so each byte becomes the character of its number for a while.
    let wide = |bytes: &[u8]| -> String { bytes.iter().copied().map(char::from).collect() };
    let narrow = |piece: &str| piece.chars().filter_map(|letter| u8::try_from(letter).ok()).collect();
    wide(text).split(&wide(separator)).map(|piece| Cow::Owned(narrow(piece))).collect()
}

/// `string.to_lower`.
pub(super) fn to_lower(arguments: &[Argument]) -> Traced {
    Traced::text(mapped(arguments, |letter| match letter {
        '\u{130}' => 'i',
        _ => single(letter, letter.to_lowercase()),
    }))
}

/// `string.to_upper`.
pub(super) fn to_upper(arguments: &[Argument]) -> Traced {
    Traced::text(mapped(arguments, |letter| match letter {
        // Greek letters whose full upper case is two letters, but which have a single title case letter.
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => {
            char::from_u32(u32::from(letter) + 8).unwrap_or(letter)
        }
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => char::from_u32(u32::from(letter) + 9).unwrap_or(letter),
        _ => single(letter, letter.to_uppercase()),
    }))
}

/// Go maps character by character: what has no single counterpart stays.
fn single(letter: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(mapped), None) => mapped,
        _ => letter,
    }
}

fn mapped(arguments: &[Argument], map: impl Fn(char) -> char) -> String {
    let [text] = texts(arguments);
    runes(text).map(|rune| map(rune.letter)).collect()
}

/// `string.trim`: takes off the characters of a set on both sides.
pub(super) fn trim(arguments: &[Argument]) -> Traced {
    let [text, set] = texts(arguments);
    let set: HashSet<char> = runes(set).map(|rune| rune.letter).collect();
    Traced::text(trimmed(text, |letter| set.contains(&letter)))
}

/// `string.trim_space`.
pub(super) fn trim_space(arguments: &[Argument]) -> Traced {
    let [text] = texts(arguments);
    Traced::text(trimmed(text, char::is_whitespace))
}

fn trimmed(text: &[u8], cut: impl Fn(char) -> bool) -> &[u8] {
    let all: Vec<Rune<'_>> = runes(text).collect();
    let width = |runes: &mut dyn Iterator<Item = &Rune<'_>>| -> usize {
        runes.take_while(|rune| cut(rune.letter)).map(|rune| rune.bytes.len()).sum()
    };
    let start = width(&mut all.iter());
    let end = text.len() - width(&mut all.iter().rev());
    text.get(start..end).unwrap_or_default()
}

/// `string.trim_prefix`.
pub(super) fn trim_prefix(arguments: &[Argument]) -> Traced {
    let [text, prefix] = texts(arguments);
    Traced::text(text.strip_prefix(prefix).unwrap_or(text))
}

/// `string.trim_suffix`.
pub(super) fn trim_suffix(arguments: &[Argument]) -> Traced {
    let [text, suffix] = texts(arguments);
    Traced::text(text.strip_suffix(suffix).unwrap_or(text))
}
