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
}

impl LineIndex {
    /// An index of `text`, which is scanned once, and not yet.
    pub(crate) fn new(text: &Arc<str>) -> Self {
        Self { text: Arc::clone(text), starts: OnceLock::new() }
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
        let column = prefix.chars().count() + 1;
        LineColumn {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }

    /// The offset at which `line` (from 1) starts, or `None` past the last line.
    pub(crate) fn start_of(&self, line: u32) -> Option<u32> {
        self.starts().get((line as usize).checked_sub(1)?).copied()
    }

    /// How many lines the text has.
    pub(crate) fn count(&self) -> usize {
        self.starts().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn lines_are_found_by_number_and_counted() {
        let text = "a\r\n\nb";
        let index = LineIndex::new(&text.into());
        assert_eq!(index.count(), 3);
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
