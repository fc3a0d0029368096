//! Turns bytes of a text into lines and columns as editors count them, and back.
//!
//! Editors count columns in UTF-16 or UTF-8 units from 0, and end lines at `\n`, `\r\n` and `\r` alike; reports count characters
//! from 1 and end lines at `\n` alone. Hence a table of lines besides `text::LineIndex`.

use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use super::lines::Lines;
use crate::text::Span;

/// A place in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Position {
    /// From 0.
    pub(super) line: u32,
    /// From 0, in units of the encoding.
    pub(super) character: u32,
}

/// A part of a text, without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Range {
    /// Where it starts.
    pub(super) start: Position,
    /// Where it ends.
    pub(super) end: Position,
}

/// What columns count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16: two for a character beyond the basic plane.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

/// After how many bytes is noted what was counted so far. Without that a place in a long line, as of a dashboard in one line, would
/// be counted from its start for each finding.
const STEP: usize = 256;

impl Encoding {
    /// The name in the protocol.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
        }
    }

    const fn width(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }

    /// How many units the characters take that start among some bytes of a text.
    fn units(self, bytes: &[u8]) -> usize {
        match self {
            Self::Utf8 => bytes.len(),
            Self::Utf16 => characters(bytes) + beyond(bytes),
            Self::Utf32 => characters(bytes),
        }
    }

    /// The byte of a column of a line, which counts as many units. Behind the end it is the end, inside of a character its start.
    pub(super) fn byte(self, line: &str, column: usize) -> usize {
        if self == Self::Utf8 {
            return start_of_character(line, column);
        }
        let (mut at, mut left) = (0, column);
        for step in line.as_bytes().chunks(STEP) {
            let units = self.units(step);
            if units > left {
                break;
            }
            (at, left) = (at + step.len(), left - units);
        }
        // A character that started in the last step was counted there.
        while !line.is_char_boundary(at) {
            at += 1;
        }
        for character in line.get(at..).unwrap_or_default().chars() {
            let width = self.width(character);
            if width > left {
                break;
            }
            (at, left) = (at + character.len_utf8(), left - width);
        }
        at
    }
}

/// How many characters start among some bytes of a text.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

/// How many of them are beyond the basic plane.
fn beyond(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte >= 0xF0).count()
}

/// The last place up to `offset` that is not inside of a character.
fn start_of_character(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}

/// A text with its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    /// All of it.
    pub(super) whole: Arc<str>,
    /// Its lines.
    pub(super) lines: Lines,
    /// What was counted before each [`STEP`] of bytes; nothing where a byte is a character.
    counts: Vec<Count>,
}

/// What is in the text before a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Count {
    /// Characters.
    characters: usize,
    /// Those beyond the basic plane.
    beyond: usize,
}

impl Text {
    /// Finds the lines of a text.
    pub(super) fn new(whole: Arc<str>) -> Self {
        let lines = Lines::of(&whole);
        Self::with_lines(whole, lines)
    }

    /// A text whose lines are known.
    pub(super) fn with_lines(whole: Arc<str>, lines: Lines) -> Self {
        let steps = if whole.is_ascii() { &[] } else { whole.as_bytes() };
        let count = |before: &mut Count, step: &[u8]| {
            let now = *before;
            before.characters += characters(step);
            before.beyond += beyond(step);
            Some(now)
        };
        let counts = steps.chunks(STEP).scan(Count::default(), count).collect();
        Self { whole, lines, counts }
    }

    /// What was counted before a byte, and the bytes behind that which are still to be counted.
    fn counted(&self, offset: usize) -> (Count, &[u8]) {
        let Some(last) = self.counts.len().checked_sub(1) else {
            return (Count { characters: offset, beyond: 0 }, &[]);
        };
        let step = (offset / STEP).min(last);
        let count = self.counts.get(step).copied().unwrap_or_default();
        (count, self.whole.as_bytes().get(step * STEP..offset).unwrap_or_default())
    }

    /// How many units of the encoding are before a byte at which a character starts.
    fn units(&self, offset: usize, encoding: Encoding) -> usize {
        let (count, rest) = self.counted(offset);
        match encoding {
            Encoding::Utf8 => offset,
            Encoding::Utf16 => count.characters + count.beyond + encoding.units(rest),
            Encoding::Utf32 => count.characters + encoding.units(rest),
        }
    }

    /// Where a byte is. Inside of a character it is where that starts, behind the text its end.
    pub(super) fn position(&self, offset: u32, encoding: Encoding) -> Position {
        let (line, start) = self.lines.at(offset);
        let offset = start_of_character(&self.whole, offset as usize);
        let character = self.units(offset, encoding).saturating_sub(self.units(start as usize, encoding));
        Position { line, character: u32::try_from(character).unwrap_or(u32::MAX) }
    }

    /// Where a part is.
    pub(super) fn range(&self, span: Span, encoding: Encoding) -> Range {
        Range { start: self.position(span.start, encoding), end: self.position(span.end, encoding) }
    }

    /// The byte at a position, as [`Lines::offset`] has it.
    pub(super) fn offset(&self, position: Position, encoding: Encoding) -> u32 {
        self.lines.offset(&self.whole, position, encoding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn columns_count_units_of_the_encoding() {
        let text = Text::new("a😀ü: x\r\nb\rc\n".into());
        let x = u32::try_from(text.whole.find('x').unwrap()).unwrap();
        let found = ALL.map(|encoding| text.position(x, encoding).character);
        assert_eq!(found, [9, 6, 5]);
        for encoding in ALL {
            assert_eq!(text.offset(text.position(x, encoding), encoding), x);
        }
        assert_eq!(text.offset(at(0, 2), Encoding::Utf16), 1, "between the halves of a character");
        assert_eq!(text.offset(at(0, 99), Encoding::Utf16), x + 1, "the line end is no part of a line");
        assert_eq!(text.position(x + 3, Encoding::Utf16), at(1, 0));
        assert_eq!(
            text.position(x + 5, Encoding::Utf16),
            at(2, 0),
            "a carriage return by itself ends a line"
        );
        assert_eq!(text.offset(at(9, 0), Encoding::Utf16), 16, "behind the text");
    }

    /// A line of `length` characters of one to four bytes behind another line.
    fn long(length: usize) -> Text {
        let line: String = "aaaü漢😀".chars().cycle().take(length).collect();
        Text::new(format!("ü\r\n{line}\nend").into())
    }

    #[test]
    fn places_in_a_long_line_are_those_that_counting_from_its_start_gives() {
        let text = long(2000);
        for encoding in ALL {
            let mut units = 0;
            for (index, character) in text.whole.char_indices().skip(3) {
                let offset = u32::try_from(index).unwrap();
                if character == '\n' {
                    break;
                }
                assert_eq!(text.position(offset, encoding), at(1, units), "{encoding:?} {offset}");
                assert_eq!(text.offset(at(1, units), encoding), offset, "{encoding:?} {offset}");
                let width = u32::try_from(encoding.width(character)).unwrap();
                assert_eq!(text.offset(at(1, units + width - 1), encoding), offset, "inside of a character");
                units += width;
            }
            assert!(units >= 2000, "{units}");
        }
    }

    #[test]
    fn no_more_than_a_step_is_counted_for_a_place() {
        let text = long(2000);
        assert!((0..=text.whole.len()).all(|offset| text.counted(offset).1.len() <= STEP));
        assert!((STEP..=text.whole.len()).any(|offset| text.counted(offset).1.len() == STEP - 1));
        let ascii = Text::new("a".repeat(2000).into());
        assert!((0..=2000).all(|offset| ascii.counted(offset).1.is_empty()));
        assert_eq!(ascii.counts, [], "nothing is noted where a byte is a character");
    }

    #[test]
    fn places_that_are_none_are_moved_to_the_one_before() {
        let text = Text::new("x\n漢".into());
        for encoding in ALL {
            assert_eq!(text.position(4, encoding), at(1, 0), "inside of a character");
            assert_eq!(text.position(99, encoding), text.position(5, encoding), "behind the text");
        }
    }

    proptest! {
        #[test]
        fn every_byte_of_a_character_start_comes_back(text in "[a😀ü\\r\\n]{0,20}") {
            let text = Text::new(text.as_str().into());
            for encoding in ALL {
                for (offset, _) in text.whole.char_indices() {
                    let offset = u32::try_from(offset).unwrap();
                    // The second half of a line end is no place of its own.
                    let inside = text.whole[..offset as usize].ends_with('\r') && text.whole[offset as usize..].starts_with('\n');
                    if !inside {
                        prop_assert_eq!(text.offset(text.position(offset, encoding), encoding), offset);
                    }
                }
            }
        }
    }
}
