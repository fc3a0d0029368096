//! Turns bytes of a text into lines and columns as editors count them, and back.
//!
//! Editors count columns in UTF-16 or UTF-8 units from 0, and end lines at `\n`, `\r\n` and `\r` alike; reports count characters
//! from 1 and end lines at `\n` alone. Hence a line table besides `text::LineIndex`.

use std::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

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

impl Encoding {
    /// The name in the protocol.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
        }
    }

    fn width(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// A text with its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text {
    /// All of it.
    pub(super) text: Arc<str>,
    /// Where each line starts; the first at 0.
    starts: Vec<u32>,
}

impl Text {
    /// Finds the lines of a text.
    pub(super) fn new(text: Arc<str>) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)));
        let starts = starts.collect();
        Self { text, starts }
    }

    /// Where a byte is.
    pub(super) fn position(&self, offset: u32, encoding: Encoding) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let before = Span::new(start, offset.max(start)).slice(&self.text);
        let character = before.chars().map(|character| encoding.width(character)).sum::<usize>();
        let number = |value| u32::try_from(value).unwrap_or(u32::MAX);
        Position { line: number(line), character: number(character) }
    }

    /// Where a part is.
    pub(super) fn range(&self, span: Span, encoding: Encoding) -> Range {
        Range { start: self.position(span.start, encoding), end: self.position(span.end, encoding) }
    }

    /// The byte at a position. Behind the end of a line it is the line's end, behind the last line the end of the text, and
    /// inside of a character its start.
    pub(super) fn offset(&self, position: Position, encoding: Encoding) -> u32 {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let Some(start) = self.starts.get(position.line as usize).copied() else { return end };
        let next = self.starts.get(position.line as usize + 1).copied().unwrap_or(end);
        let line = Span::new(start, next).slice(&self.text).trim_end_matches(['\n', '\r']);
        let mut units = 0;
        for (at, character) in line.char_indices() {
            units += encoding.width(character);
            if units > position.character as usize {
                return start + u32::try_from(at).unwrap_or_default();
            }
        }
        start + u32::try_from(line.len()).unwrap_or_default()
    }

    /// The bytes of a range.
    pub(super) fn span(&self, range: Range, encoding: Encoding) -> Span {
        let (one, two) = (self.offset(range.start, encoding), self.offset(range.end, encoding));
        Span::new(one.min(two), one.max(two))
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
        let x = u32::try_from(text.text.find('x').unwrap()).unwrap();
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

    proptest! {
        #[test]
        fn every_byte_of_a_character_start_comes_back(text in "[a😀ü\\r\\n]{0,20}") {
            let text = Text::new(text.as_str().into());
            for encoding in ALL {
                for (offset, _) in text.text.char_indices() {
                    let offset = u32::try_from(offset).unwrap();
                    // The second half of a line end is no place of its own.
                    let inside = text.text[..offset as usize].ends_with('\r') && text.text[offset as usize..].starts_with('\n');
                    if !inside {
                        prop_assert_eq!(text.offset(text.position(offset, encoding), encoding), offset);
                    }
                }
            }
        }
    }
}
