//! Turns the text of a format of directives into its lines, without blank ones and comments, and parts of them into spans.

use super::problem::offset;
use crate::text::Span;

/// A line that says something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'t> {
    /// What it says, without blanks around it.
    pub(super) text: &'t str,
    /// Where that starts.
    start: usize,
}

impl Line<'_> {
    /// Where a part of this line's text stands in the whole.
    pub(super) fn span(&self, part: &str) -> Span {
        let at = self.start + (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        Span::new(offset(at), offset(at + part.len()))
    }
}

/// The lines of a text that are neither blank nor comments (`#` at the start).
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut at = 0;
    let all = text.split_inclusive('\n').map(move |line| {
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        Line { text: line.trim(), start }
    });
    all.filter(|line| !line.text.is_empty() && !line.text.starts_with('#'))
}

/// The first word of a line and what stands behind it.
pub(super) fn word_and_rest(line: &str) -> (&str, &str) {
    line.split_at(line.find(char::is_whitespace).unwrap_or(line.len()))
}
