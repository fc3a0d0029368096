//! Turns entries and items of a block that go into the lines that go with them.

use std::collections::BTreeSet;

use super::Refused;
use super::nodes::Nodes;
use super::refuse;
use super::tree::Writer;
use crate::document::NodeId;

impl Writer<'_, '_> {
    /// Removes the children of these numbers, of which at least one stays.
    pub(super) fn remove_in_block(&mut self, id: NodeId, numbers: &BTreeSet<usize>) -> Result<(), Refused> {
        let layout = self.nodes.layout;
        let children = self.nodes.children(id);
        // Those that share the line of what holds the collection, as in `- a: 1`, go up to what comes next.
        let starts_in_line = !layout.before(self.nodes.child_start(id, 0)).trim().is_empty();
        let mut first = 0;
        if starts_in_line && numbers.contains(&0) {
            while numbers.contains(&first) {
                first += 1;
            }
            if let Some((_, last)) = first.checked_sub(1).and_then(|last| children.get(last)) {
                let end = lines_end(self.nodes, *last);
                let end = end
                    + layout.get(end, layout.text.len()).find(|byte| !" \t\r\n".contains(byte)).unwrap_or(0);
                self.push(self.nodes.child_start(id, 0), end, "");
            }
        }
        for number in numbers.iter().copied().filter(|number| *number >= first) {
            let Some((_, value)) = children.get(number) else { continue };
            let kept = (0..number).rev().find(|before| !numbers.contains(before));
            let above = kept.and_then(|kept| children.get(kept)).map(|(_, value)| *value);
            self.remove_lines(id, number, *value, above)?;
        }
        Ok(())
    }

    /// Removes the lines of one child; `above` is the one before it that stays.
    fn remove_lines(
        &mut self,
        id: NodeId,
        number: usize,
        value: NodeId,
        above: Option<NodeId>,
    ) -> Result<(), Refused> {
        let layout = self.nodes.layout;
        let start = self.nodes.child_start(id, number);
        let mut from = self.with_comments_above(layout.line_start(start));
        let mut to = lines_end(self.nodes, value);
        let mut is_below_text = false;
        if let Some(above) =
            above.map(|above| self.nodes.last_part(above)).filter(|last| self.nodes.is_block_scalar(*last))
        {
            is_below_text = true;
            // Lines of blanks below would become text of the block above.
            let keeps = layout
                .after(self.nodes.start(above))
                .split([' ', '\t'])
                .next()
                .unwrap_or_default()
                .contains('+');
            let mut line = to;
            while line < layout.text.len() && layout.after(line).trim().is_empty() {
                let has_blanks = !layout.after(line).is_empty();
                line = layout.next_line(line);
                if keeps || has_blanks {
                    to = line;
                }
            }
            let next =
                to + layout.get(to, layout.text.len()).find(|byte| !" \t\r\n".contains(byte)).unwrap_or(0);
            if layout.byte(next) == Some(b'#') && layout.column(next) > layout.column(self.nodes.start(id)) {
                let span = self.nodes.raw(value).span;
                return refuse(
                    span,
                    "the comment below this would become part of the text above; move it, then try again",
                );
            }
        }
        if to == layout.text.len() && from > 0 && !layout.text.ends_with(['\n', '\r']) && !is_below_text {
            // The last line has no end, so the line before loses its own.
            from -= layout.break_before(from);
        }
        self.push(from, to, "");
        Ok(())
    }

    /// The start of the comment lines directly above a line that are about it: as far in as the line, with no empty
    /// line between. Comments at the head of a document are about the document.
    fn with_comments_above(&self, line: usize) -> usize {
        let layout = self.nodes.layout;
        let indentation = layout.indentation(line);
        let mut from = line;
        while from > 0 {
            let above = layout.line_start(from - layout.break_before(from));
            if above >= from {
                break;
            }
            let text = layout.after(above);
            let Some(rest) = text.strip_prefix(indentation) else { return from };
            if !rest.starts_with('#') {
                let is_head = from < line && (rest.starts_with("---") || rest.starts_with('%'));
                return if is_head { line } else { from };
            }
            from = above;
        }
        line
    }
}

/// The start of the line behind those of a value.
fn lines_end(nodes: &Nodes<'_>, value: NodeId) -> usize {
    let end = nodes.lines_end(value);
    if end.is_line_start { end.at } else { nodes.layout.next_line(end.at) }
}
