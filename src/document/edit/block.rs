//! Turns new entries and items into lines behind those of a block.

use super::NewValue;
use super::Refused;
use super::layout::spaces;
use super::nodes::Role;
use super::refuse;
use super::tree::Writer;
use crate::document::NodeId;

impl Writer<'_, '_> {
    /// Adds entries or items behind the child of that number.
    pub(super) fn add_in_block(
        &mut self,
        id: NodeId,
        behind: Option<usize>,
        more: &NewValue,
    ) -> Result<(), Refused> {
        let layout = self.nodes.layout;
        let span = self.nodes.raw(id).span;
        let children = self.nodes.children(id);
        let Some((_, last)) = behind.and_then(|number| children.get(number)) else {
            return refuse(
                span,
                "nothing stands here that a new entry could stand behind; change it by hand",
            );
        };
        let start = self.nodes.start(id);
        if layout.before(start).contains('\t') {
            return refuse(span, "a tab stands before this; write spaces in its place");
        }
        if self.nodes.role(id) == Role::Root && layout.before(start).starts_with("---") {
            return refuse(span, "the mapping starts in the line of `---`; move it below");
        }
        let end = self.nodes.lines_end(*last);
        let rest = layout.after(self.nodes.end(self.nodes.last_part(*last))).trim();
        let is_block = self.nodes.is_block_scalar(self.nodes.last_part(*last));
        if !is_block && !rest.is_empty() && !rest.starts_with('#') {
            return refuse(span, "something else stands behind this in its line; change it by hand");
        }
        let mut lines = self.habits.near(id, span);
        let column = layout.column(start);
        lines.blocks = end.is_line_start || !layout.would_be_text(end.at, column);
        let mut text = String::new();
        lines.in_place(more, column, &mut text)?;
        let indentation = spaces(column);
        let line_break = lines.line_break;
        let is_open = end.at > 0 && !layout.get(0, end.at).ends_with(['\n', '\r']);
        let text = if end.is_line_start && !is_open {
            format!("{indentation}{text}{line_break}")
        } else {
            format!("{line_break}{indentation}{text}")
        };
        self.push(end.at, end.at, text);
        Ok(())
    }
}
