//! Turns offsets of a text into offsets of the text before or behind edits.

use crate::document::Edit;

/// How the text of one file changed: sets of edits, one after the other, each in order of place and apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Moved {
    rounds: Vec<Vec<Edit>>,
}

impl Moved {
    pub(super) fn push(&mut self, edits: Vec<Edit>) {
        self.rounds.push(edits);
    }

    /// Where an offset of the last text was in the first one; for text that was put in, where it was put.
    pub(super) fn back(&self, offset: u32) -> u32 {
        self.rounds.iter().rev().fold(offset, |offset, edits| back(edits, offset))
    }
}

fn length(edit: &Edit) -> u32 {
    u32::try_from(edit.text.len()).unwrap_or(u32::MAX)
}

fn back(edits: &[Edit], offset: u32) -> u32 {
    // How far the new text is ahead of the old one.
    let mut ahead = 0_i64;
    for edit in edits {
        let start = i64::from(edit.span.start) + ahead;
        let here = i64::from(offset);
        if here < start {
            break;
        }
        if here < start + i64::from(length(edit)) {
            return edit.span.start;
        }
        ahead += i64::from(length(edit)) - i64::from(edit.span.end - edit.span.start);
    }
    u32::try_from(i64::from(offset) - ahead).unwrap_or_default()
}

/// Between which offsets of the new text a thing at `offset` of the old one is now: one, unless the thing was replaced
/// or something was put in just there.
pub(super) fn forward(edits: &[Edit], offset: u32) -> (u32, u32) {
    let mut ahead = 0_i64;
    let at = |offset: u32, ahead: i64| u32::try_from(i64::from(offset) + ahead).unwrap_or_default();
    for edit in edits {
        if offset < edit.span.start {
            break;
        }
        if offset < edit.span.end || offset == edit.span.start {
            let start = at(edit.span.start, ahead);
            return (start, start.saturating_add(length(edit)));
        }
        ahead += i64::from(length(edit)) - i64::from(edit.span.end - edit.span.start);
    }
    let moved = at(offset, ahead);
    (moved, moved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit { span: Span::new(start, end), text: text.to_owned() }
    }

    #[test]
    fn offsets_are_followed_both_ways() {
        // `abcdefgh` becomes `aXYZdefgh!!`.
        let edits = [edit(1, 3, "XYZ"), edit(8, 8, "!!")];
        let table = [(0, (0, 0)), (1, (1, 4)), (2, (1, 4)), (3, (4, 4)), (7, (8, 8)), (8, (9, 11))];
        for (old, new) in table {
            assert_eq!(forward(&edits, old), new, "{old}");
        }
        let mut moved = Moved::default();
        moved.push(edits.to_vec());
        for (new, old) in [(0, 0), (1, 1), (3, 1), (4, 3), (8, 7), (9, 8), (10, 8), (11, 8)] {
            assert_eq!(moved.back(new), old, "{new}");
        }
        // Then its first four bytes go.
        moved.push(vec![edit(0, 4, "")]);
        assert_eq!((moved.back(0), moved.back(4)), (3, 7));
    }
}
