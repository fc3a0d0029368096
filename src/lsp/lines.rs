//! Turns a text into where its lines start, and follows changes of the text.
//!
//! Editors end lines at `\n`, `\r\n` and `\r` alike.

use super::position::Encoding;
use super::position::Position;
use super::position::Range;
use crate::text::Span;

/// Where each line of a text starts; the first at 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lines(Vec<u32>);

impl Lines {
    /// Finds the lines of a text.
    pub(super) fn of(text: &str) -> Self {
        let starts = starts(text, 1, text.len());
        Self(std::iter::once(0).chain(starts).collect())
    }

    /// The number (from 0) and the start of the line that a byte is in.
    pub(super) fn at(&self, offset: u32) -> (u32, u32) {
        let line = self.0.partition_point(|start| *start <= offset).saturating_sub(1);
        (number(line), self.0.get(line).copied().unwrap_or_default())
    }

    /// Follows a change: `gone` of the old text became `come` bytes, which made `text`. Only these are looked at again, with the
    /// places before and behind them, where a line end of two bytes may have been cut or joined.
    pub(super) fn replace(&mut self, text: &str, gone: Span, come: u32) {
        let from = gone.start.max(1);
        let new: Vec<u32> = starts(text, from as usize, gone.start.saturating_add(come) as usize).collect();
        let before = self.0.partition_point(|start| *start < from);
        let behind = self.0.partition_point(|start| *start <= gone.end).max(before);
        for start in self.0.iter_mut().skip(behind) {
            *start = (*start - gone.len()).saturating_add(come);
        }
        self.0.splice(before..behind, new);
    }

    /// The byte of `text` at a position. Behind the end of a line it is the line's end, behind the last line the end of the text,
    /// and inside of a character its start.
    pub(super) fn offset(&self, text: &str, position: Position, encoding: Encoding) -> u32 {
        let end = number(text.len());
        let Some(start) = self.0.get(position.line as usize).copied() else { return end };
        let next = self.0.get(position.line as usize + 1).copied().unwrap_or(end);
        let line = Span::new(start, next).slice(text).trim_end_matches(['\n', '\r']);
        start + number(encoding.byte(line, position.character as usize))
    }

    /// The bytes of `text` of a range, which may run backwards.
    pub(super) fn span(&self, text: &str, range: Range, encoding: Encoding) -> Span {
        let (one, two) = (self.offset(text, range.start, encoding), self.offset(text, range.end, encoding));
        Span::new(one.min(two), one.max(two))
    }
}

/// Which of the places `from..=to`, none of them 0, lines start at.
fn starts(text: &str, from: usize, to: usize) -> impl Iterator<Item = u32> {
    let bytes = text.as_bytes();
    let is_start = |at: &usize| match bytes.get(at - 1) {
        Some(b'\n') => true,
        Some(b'\r') => bytes.get(*at) != Some(&b'\n'),
        _ => false,
    };
    (from..=to).filter(is_start).map(number)
}

/// A number of the protocol.
fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn change_leaves_the_lines_that_the_new_text_has(
            old in "[a\\r\\n]{0,12}",
            new in "[b\\r\\n]{0,4}",
            one in 0_usize..13,
            two in 0_usize..13,
        ) {
            let (one, two) = (one.min(old.len()), two.min(old.len()));
            let (start, end) = (one.min(two), one.max(two));
            let mut lines = Lines::of(&old);
            let mut text = old;
            text.replace_range(start..end, &new);
            lines.replace(&text, Span::new(number(start), number(end)), number(new.len()));
            prop_assert_eq!(lines, Lines::of(&text));
        }
    }
}
