//! Turns tokens, pending blanks and comments into lines of cells.
//!
//! The printer says which blanks it wants before the next token; they wait here, because a comment that stands in
//! between takes over the line breaks that were typed around it. Where a token stands in the input decides which
//! comments come before it. The reference knows this place only for some tokens and counts on from there for others;
//! so does this.

use super::columns::Columns;
use crate::document::alloy::File;
use crate::text::Span;

/// Line breaks in a row that are kept: at most one blank line.
const MAX_BREAKS: usize = 2;

/// What is wanted before the next token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// A blank.
    Blank,
    /// The end of a cell.
    Column,
    /// A line end.
    Line,
    /// A line end after which alignment starts anew.
    Section,
    /// One level more, from the next line on.
    Indent,
    /// One level less.
    Outdent,
    /// Taken back, in favour of what a comment brought.
    Dropped,
}

/// How a token is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// A mark or name.
    Code,
    /// A string or quoted key.
    Literal,
    /// A comment.
    Comment,
}

/// A place in the input, as far as it is known.
#[derive(Debug, Clone, Copy)]
struct Place {
    offset: usize,
    /// From 1.
    line: usize,
}

/// Writes tokens and puts the comments of the input between them.
#[derive(Debug)]
pub(super) struct Weaver<'a> {
    file: &'a File,
    /// Offsets at which the lines of the input start.
    lines: Vec<usize>,
    /// Index of the next comment, and one past the last that belongs with it.
    comment: usize,
    group_end: usize,
    gaps: Vec<Gap>,
    indent: usize,
    /// Where in the input the printer is, counted on from the last place that was told.
    at: Place,
    /// The line of the input on which the last text written ends.
    last_line: usize,
    /// Whether nothing stands on the line of the output yet, not even its indentation.
    line_is_empty: bool,
    /// Whether nothing was written yet.
    is_start: bool,
    output: Columns,
}

impl<'a> Weaver<'a> {
    /// Starts at the beginning of `file`.
    pub(super) fn new(file: &'a File) -> Self {
        let ends = file.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(ends.map(|(offset, _)| offset + 1)).collect();
        let mut weaver = Self {
            file,
            lines,
            comment: 0,
            group_end: 0,
            gaps: Vec::new(),
            indent: 0,
            at: Place { offset: 0, line: 1 },
            last_line: 0,
            line_is_empty: true,
            is_start: true,
            output: Columns::default(),
        };
        weaver.next_group();
        weaver
    }

    /// Asks for `gap` before the next token.
    pub(super) fn gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
    }

    /// Writes a token, which starts at `offset` of the input if that is given, after the comments before it.
    pub(super) fn token(&mut self, text: &str, offset: Option<u32>, style: Style) {
        if let Some(offset) = offset {
            self.at = self.place(offset);
        }
        let place = self.at;
        if self.has_comment_before(place) {
            let last = self.comments_before(place, false);
            self.after_comments(place, last);
        } else {
            self.write_gaps(self.gaps.len());
        }
        self.write(place, text, style);
    }

    /// Writes the comments that are left; gives the whole text.
    pub(super) fn finish(mut self) -> String {
        let end = Place { offset: usize::MAX, line: usize::MAX };
        self.comments_before(end, true);
        self.output.finish()
    }

    /// The line of the input, from 1, that holds `offset`.
    pub(super) fn line(&self, offset: u32) -> usize {
        self.lines.partition_point(|start| *start <= offset as usize)
    }

    fn place(&self, offset: u32) -> Place {
        Place { offset: offset as usize, line: self.line(offset) }
    }

    /// Finds the comments that belong with the next one: those after it with nothing between and no blank line.
    fn next_group(&mut self) {
        let comments = &self.file.comments;
        self.comment = self.group_end;
        let Some(first) = comments.get(self.comment) else { return };
        self.group_end += 1;
        let mut last = first;
        while let Some(next) = comments.get(self.group_end) {
            let between = Span::new(last.end, next.start).slice(&self.file.text);
            let is_near = between.bytes().filter(|byte| *byte == b'\n').nth(1).is_none();
            if !is_near || !between.bytes().all(|byte| byte.is_ascii_whitespace()) {
                break;
            }
            last = next;
            self.group_end += 1;
        }
    }

    fn has_comment_before(&self, place: Place) -> bool {
        self.file.comments.get(self.comment).is_some_and(|comment| comment.start as usize <= place.offset)
    }

    /// Writes the comments before `next`; gives the last.
    fn comments_before(&mut self, next: Place, is_end: bool) -> Span {
        let file = self.file;
        let mut last = Span::default();
        while self.has_comment_before(next) && self.comment < self.group_end {
            for comment in file.comments.get(self.comment..self.group_end).unwrap_or_default() {
                let place = self.place(comment.start);
                self.before_comment(place, if is_end { usize::MAX } else { next.line });
                let text = file.str(*comment);
                self.write(place, text.strip_suffix('\r').unwrap_or(text), Style::Comment);
                last = *comment;
            }
            self.next_group();
        }
        last
    }

    /// Writes what stands before a comment, where the next token is on `next_line` of the input.
    fn before_comment(&mut self, comment: Place, next_line: usize) {
        if self.is_start {
            return;
        }
        if comment.line == self.last_line {
            // A comment between two tokens of a line has a blank before it, one at the end of a line a column.
            if comment.line == next_line {
                self.blank();
            } else {
                self.close_cell(true);
            }
            return;
        }
        let is_level = |gap: &Gap| matches!(gap, Gap::Indent | Gap::Outdent);
        if let Some(first) = self.gaps.iter().position(|gap| !is_level(gap)) {
            if let Some(gap) = self.gaps.get_mut(first) {
                *gap = Gap::Dropped;
            }
            self.write_gaps(first);
        }
        self.end_lines(comment.line.saturating_sub(self.last_line), true);
    }

    /// Writes what stands between the comment `last` and the token at `next`.
    fn after_comments(&mut self, next: Place, last: Span) {
        let is_block = self.file.str(last).starts_with("/*");
        if is_block && next.line == self.line(last.end.saturating_sub(1)) {
            self.blank();
        }
        let breaks = next.line.saturating_sub(self.last_line);
        let new_section = self.gaps.contains(&Gap::Section);
        self.gaps.retain(|gap| matches!(gap, Gap::Indent | Gap::Outdent));
        self.write_gaps(self.gaps.len());
        self.end_lines(breaks, new_section);
    }

    /// Writes the first `count` gaps.
    fn write_gaps(&mut self, count: usize) {
        let count = count.min(self.gaps.len());
        let rest = self.gaps.split_off(count);
        for gap in std::mem::replace(&mut self.gaps, rest) {
            match gap {
                Gap::Blank => self.blank(),
                Gap::Column => self.close_cell(false),
                Gap::Line => self.end_lines(1, false),
                Gap::Section => self.end_lines(1, true),
                Gap::Indent => self.indent += 1,
                Gap::Outdent => self.indent = self.indent.saturating_sub(1),
                Gap::Dropped => {}
            }
        }
    }

    fn blank(&mut self) {
        self.start_line();
        self.output.text(" ");
        self.at.offset += 1;
    }

    fn close_cell(&mut self, hard: bool) {
        self.start_line();
        self.output.close(hard);
        self.at.offset += 1;
    }

    /// Ends the line `count` times, but never more than leaves one blank line.
    fn end_lines(&mut self, count: usize, new_section: bool) {
        for _ in 0..count.min(MAX_BREAKS) {
            self.start_line();
            if new_section {
                self.output.end_section();
            } else {
                self.output.end_line();
            }
            self.at.offset += 1;
            self.at.line += 1;
            self.line_is_empty = true;
        }
    }

    /// Writes the indentation, if nothing stands on the line yet.
    fn start_line(&mut self) {
        if std::mem::take(&mut self.line_is_empty) {
            for _ in 0..self.indent {
                self.output.close(true);
            }
            self.at.offset += self.indent;
        }
    }

    fn write(&mut self, place: Place, text: &str, style: Style) {
        self.start_line();
        match style {
            Style::Code => self.output.text(text),
            Style::Literal => self.output.literal(text),
            Style::Comment => self.output.comment(text),
        }
        let breaks = if style == Style::Code { 0 } else { text.matches('\n').count() };
        self.at = Place { offset: place.offset + text.len(), line: place.line + breaks };
        self.last_line = self.at.line;
        self.is_start = false;
    }
}
