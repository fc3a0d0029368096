//! Turns statements that go into the lines that go with them.

use super::Writer;
use super::program::Program;
use crate::document::edit::Refused;
use crate::document::edit::refuse;
use crate::text::Span;

impl Writer<'_> {
    /// Removes an attribute or block, its comments, and one of the empty lines around it.
    pub(super) fn remove_statement(&mut self, statement: Span) -> Result<(), Refused> {
        let program = self.program;
        let layout = program.layout;
        let (start, end) = (statement.start as usize, statement.end as usize);
        let own_line = layout.before(start).trim().is_empty();
        let Some(rest) = program.rest_of_line(end).filter(|_| own_line) else {
            if !own_line
                && layout.byte(program.skip(end)) == Some(b'}')
                && !program.has_comment(end, program.skip(end))
            {
                // The only statement of a block in one line.
                let from = layout.get(0, start).trim_end_matches([' ', '\t']).len();
                self.push(from, program.skip(end), " ");
                return Ok(());
            }
            return refuse(statement, "something else stands in this line; change it by hand");
        };
        let mut from = program.with_comments_above(layout.line_start(start), 0);
        let mut to = layout.next_line(rest);
        let is_empty_line = |at: usize| at < layout.text.len() && layout.after(at).trim().is_empty();
        let above = layout.line_start(from.saturating_sub(layout.break_before(from)));
        let is_first = from == layout.line_start(0) || layout.get(0, from).trim_end().ends_with('{');
        let is_last =
            to >= layout.text.len() || layout.get(to, layout.text.len()).trim_start().starts_with('}');
        let is_above_empty = above < from && is_empty_line(above);
        if is_above_empty && (is_last || is_empty_line(to)) {
            from = above;
        } else if is_first && is_empty_line(to) {
            to = layout.next_line(to);
        }
        if to >= layout.text.len() && !layout.text.ends_with('\n') {
            from -= layout.break_before(from);
        }
        self.push(from, to, "");
        Ok(())
    }
}

impl Program<'_> {
    /// The start of the comment lines directly above a line, as far in as it, behind `limit`. Comments at the head of
    /// a program are about the program.
    pub(super) fn with_comments_above(&self, line: usize, limit: usize) -> usize {
        let layout = self.layout;
        let indentation = layout.indentation(line);
        let mut from = line;
        while from > limit {
            let end = from.saturating_sub(layout.break_before(from));
            let text_end = layout.get(0, end).trim_end_matches([' ', '\t']).len();
            let Some(comment) = self.comment_before(text_end) else { break };
            if layout.before(comment) != indentation || comment < limit {
                break;
            }
            from = layout.line_start(comment);
            if from == layout.line_start(0) {
                return line;
            }
        }
        from
    }
}
