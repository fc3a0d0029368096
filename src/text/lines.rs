//! Byte offset to line and column, by a table made once per text.

use std::sync::Arc;
use std::sync::OnceLock;

/// A place for people: line from 1, column from 1 in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LineColumn {
    /// Line, from 1.
    pub(crate) line: u32,
    /// Column, from 1, in characters (not bytes).
    pub(crate) column: u32,
}

/// The offsets at which the lines of one text start. Made when a line is first asked for: most texts have no finding.
#[derive(Debug, Clone)]
pub(crate) struct LineIndex {
    text: Arc<str>,
    starts: OnceLock<Vec<u32>>,
    /// How many characters begin before each block of [`BLOCK`] bytes; made when a column far to the right is first asked for.
    blocks: OnceLock<Vec<u32>>,
}

/// So many bytes are counted for a column. Texts of machines are one line, and a report may point at thousands of its places.
const BLOCK: usize = 512;

impl LineIndex {
    /// An index of `text`, which is scanned once, and not yet.
    pub(crate) fn new(text: &Arc<str>) -> Self {
        Self { text: Arc::clone(text), starts: OnceLock::new(), blocks: OnceLock::new() }
    }

    fn starts(&self) -> &[u32] {
        self.starts.get_or_init(|| {
            let starts = self
                .text
                .match_indices('\n')
                .map(|(offset, _)| u32::try_from(offset + 1).unwrap_or(u32::MAX));
            std::iter::once(0).chain(starts).collect()
        })
    }

    /// Line and column of `offset` in the text that the table was made from. A byte order mark at the start of the
    /// text takes no column.
    pub(crate) fn position(&self, text: &str, offset: u32) -> LineColumn {
        let starts = self.starts();
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts[line - 1] as usize;
        let prefix = text.get(start..offset as usize).unwrap_or_default();
        let prefix = if line == 1 { prefix.trim_start_matches('\u{feff}') } else { prefix };
        let column = match prefix.len() {
            ..=BLOCK => begun(prefix.as_bytes()),
            length => self.begun_before(offset as usize) - self.begun_before(offset as usize - length),
        } + 1;
        LineColumn {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }

    /// How many characters begin before an offset.
    fn begun_before(&self, offset: usize) -> usize {
        let bytes = self.text.as_bytes();
        let blocks = self.blocks.get_or_init(|| {
            let mut sum = 0;
            let before = |block: &[u8]| {
                let before = sum;
                sum += begun(block);
                u32::try_from(before).unwrap_or(u32::MAX)
            };
            bytes.chunks(BLOCK).map(before).collect()
        });
        let block = offset / BLOCK;
        let before = blocks.get(block).map_or(0, |before| *before as usize);
        before + bytes.get(block * BLOCK..offset).map_or(0, begun)
    }

    /// The offset at which `line` (from 1) starts, or `None` past the last line.
    pub(crate) fn start_of(&self, line: u32) -> Option<u32> {
        self.starts().get((line as usize).checked_sub(1)?).copied()
    }
}

/// How many characters begin in these bytes of a text.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_long_lines_are_those_that_counting_gives() {
        for (first, unit) in [("", "aöü☃𝄞 "), ("\u{feff}", "ab"), ("x\n", "ö")] {
            let text = format!("{first}{}\nend", unit.repeat(700));
            let index = LineIndex::new(&text.as_str().into());
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let before = &text[..offset];
                let line = before.rsplit('\n').next().unwrap();
                let line = if before.contains('\n') { line } else { line.trim_start_matches('\u{feff}') };
                let column = index.position(&text, u32::try_from(offset).unwrap()).column;
                assert_eq!(column as usize, line.chars().count() + 1, "{offset}");
            }
        }
    }

    /// Were each counted from the start of its line, this would take minutes.
    #[test]
    fn many_places_of_one_long_line_are_found_at_once() {
        let text: Arc<str> = "a".repeat(2_000_000).into();
        let index = LineIndex::new(&text);
        for offset in (0..2_000_000).step_by(50) {
            assert_eq!(index.position(&text, offset), LineColumn { line: 1, column: offset + 1 });
        }
    }

    #[test]
    fn counts_columns_in_characters_and_lines_from_one() {
        let text = "a\näöü x\n";
        let index = LineIndex::new(&text.into());
        assert_eq!(index.position(text, 0), LineColumn { line: 1, column: 1 });
        let x = u32::try_from(text.find('x').unwrap()).unwrap();
        assert_eq!(index.position(text, x), LineColumn { line: 2, column: 5 });
    }

    #[test]
    fn byte_order_mark_takes_no_column() {
        let text = "\u{feff}a: 1";
        assert_eq!(LineIndex::new(&text.into()).position(text, 3), LineColumn { line: 1, column: 1 });
    }

    #[test]
    fn lines_are_found_by_number() {
        let text = "a\r\n\nb";
        let index = LineIndex::new(&text.into());
        assert_eq!((index.start_of(1), index.start_of(3), index.start_of(4)), (Some(0), Some(4), None));
        assert_eq!(index.start_of(0), None);
        assert_eq!(
            index.position(text, 5),
            LineColumn { line: 3, column: 2 },
            "the end of the text is a place"
        );
        assert_eq!(
            index.position(text, 99),
            LineColumn { line: 3, column: 1 },
            "outside the text: its last line"
        );
    }
}
