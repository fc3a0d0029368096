//! Turns offsets of a text into its lines, blanks and comments.

use super::Edit;
use crate::text::Span;

/// A text whose layout is asked for. Lines end with LF, CRLF or a lone CR.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout<'t> {
    /// The text.
    pub(super) text: &'t str,
}

impl<'t> Layout<'t> {
    /// The part of the text between two offsets; empty where they are no offsets of it.
    pub(super) fn get(self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// The byte at an offset.
    pub(super) fn byte(self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// Where the line of `at` starts, a byte order mark left out.
    pub(super) fn line_start(self, at: usize) -> usize {
        let start = self.get(0, at).rfind(['\n', '\r']).map_or(0, |line_end| line_end + 1);
        if start == 0 && self.text.starts_with('\u{feff}') { 3.min(at) } else { start }
    }

    /// Where the line of `at` ends, before its line end.
    pub(super) fn line_end(self, at: usize) -> usize {
        self.text
            .get(at..)
            .and_then(|rest| rest.find(['\n', '\r']))
            .map_or(self.text.len(), |length| at + length)
    }

    /// Where the line behind that of `at` starts; the end of the text where there is none.
    pub(super) fn next_line(self, at: usize) -> usize {
        let end = self.line_end(at);
        end + self.break_at(end)
    }

    /// The length of the line end at `at`.
    pub(super) fn break_at(self, at: usize) -> usize {
        match (self.byte(at), self.byte(at + 1)) {
            (Some(b'\r'), Some(b'\n')) => 2,
            (Some(b'\r' | b'\n'), _) => 1,
            _ => 0,
        }
    }

    /// The length of the line end before `at`.
    pub(super) fn break_before(self, at: usize) -> usize {
        let before = self.get(0, at);
        match before.strip_suffix('\n') {
            Some(rest) if rest.ends_with('\r') => 2,
            Some(_) => 1,
            None => usize::from(before.ends_with('\r')),
        }
    }

    /// What stands in the line before `at`.
    pub(super) fn before(self, at: usize) -> &'t str {
        self.get(self.line_start(at), at)
    }

    /// The blanks before `at` where nothing else stands in its line. Looks at no more than these, since a document may be one
    /// line of which each node is asked.
    pub(super) fn only_blanks_before(self, at: usize) -> Option<&'t str> {
        let before = self.get(0, at);
        let rest = before.trim_end_matches(BLANKS);
        let is_own = rest.is_empty() || rest == "\u{feff}" || rest.ends_with(['\n', '\r']);
        is_own.then(|| self.get(rest.len(), at))
    }

    /// What stands in the line from `at` on.
    pub(super) fn after(self, at: usize) -> &'t str {
        self.get(at, self.line_end(at))
    }

    /// The column of `at` in its line, from 0, in characters.
    pub(super) fn column(self, at: usize) -> usize {
        self.before(at).chars().count()
    }

    /// The blanks that the line of `at` starts with.
    pub(super) fn indentation(self, at: usize) -> &'t str {
        let start = self.line_start(at);
        let line = self.get(start, self.line_end(start));
        self.get(start, start + line.len() - line.trim_start_matches(BLANKS).len())
    }

    /// How lines of this text end: as the first one does.
    pub(super) fn line_break(self) -> &'static str {
        let end = self.line_end(0);
        match self.break_at(end) {
            2 => "\r\n",
            1 if self.byte(end) == Some(b'\r') => "\r",
            _ => "\n",
        }
    }

    /// How lines of this text end where a carriage return by itself ends none, as in programs of Alloy and INI text.
    pub(super) fn line_feed(self) -> &'static str {
        let first = self.text.split_once('\n').map_or("", |(line, _)| line);
        if first.ends_with('\r') { "\r\n" } else { "\n" }
    }

    /// The offset behind blanks, line ends and YAML comments from `at` on.
    pub(super) fn skip_comments(self, mut at: usize) -> usize {
        loop {
            match self.byte(at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => at += 1,
                Some(b'#') => at = self.line_end(at),
                _ => return at,
            }
        }
    }

    /// The offset behind the tag and anchor that follow `at` in its line.
    pub(super) fn behind_properties(self, mut at: usize) -> usize {
        loop {
            let next = self.skip_blanks(at);
            if !matches!(self.byte(next), Some(b'&' | b'!')) {
                return at;
            }
            let word = self.after(next);
            at = next + word.find(BLANKS).unwrap_or(word.len());
        }
    }

    /// Whether what a block text above them would take in follows the line of `at`: lines of blanks, or comments,
    /// further in than that column.
    pub(super) fn would_be_text(self, at: usize, column: usize) -> bool {
        let mut line = self.next_line(at);
        while line < self.text.len() {
            let text = self.after(line);
            let rest = text.trim_start_matches(BLANKS);
            if text.len() - rest.len() > column && (rest.is_empty() || rest.starts_with('#')) {
                return true;
            }
            if !rest.is_empty() {
                return false;
            }
            line = self.next_line(line);
        }
        false
    }

    /// The offset behind blanks from `at` on.
    pub(super) fn skip_blanks(self, at: usize) -> usize {
        at + self.text.get(at..).map_or(0, |rest| rest.len() - rest.trim_start_matches(BLANKS).len())
    }

    /// The offset behind the last thing before `at` that is neither blank nor line end.
    pub(super) fn back(self, at: usize) -> usize {
        self.get(0, at).trim_end_matches([' ', '\t', '\n', '\r']).len()
    }
}

/// What indents and separates within a line.
pub(super) const BLANKS: [char; 2] = [' ', '\t'];

/// A span of two offsets.
pub(super) fn span(start: usize, end: usize) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(start), offset(end.max(start)))
}

/// An edit of the text between two offsets.
pub(super) fn edit(start: usize, end: usize, text: impl Into<String>) -> Edit {
    Edit { span: span(start, end), text: text.into() }
}

/// That many spaces.
pub(super) fn spaces(count: usize) -> String {
    " ".repeat(count)
}
