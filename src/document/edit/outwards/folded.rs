//! Turns edits of the text in a `>` block into edits of its lines.

use super::smallest;
use crate::document::NodeRef;
use crate::document::edit::Edit;
use crate::document::edit::apply;
use crate::document::edit::layout::Layout;
use crate::document::edit::scalar::is_printable;
use crate::text::Embedding;
use crate::text::Span;

/// The edits of the block's lines: whole lines of the guest, with the line ends up to their neighbours.
pub(super) fn outwards(node: NodeRef<'_>, guest: &str, edits: &[Edit]) -> Option<Vec<Edit>> {
    let new = apply(guest, edits)?;
    let ends = |text: &str| text.len() - text.trim_end_matches('\n').len();
    if new.trim_matches('\n').is_empty()
        || guest.trim_matches('\n').is_empty()
        || ends(&new) != ends(guest)
        || new.trim_start_matches('\n').starts_with([' ', '\t'])
        || new.chars().any(|character| character != '\n' && !is_printable(character))
    {
        return None;
    }
    let block = Block::new(node, guest)?;
    let mut done = Vec::new();
    let mut rest = edits;
    while let [first, ..] = rest {
        let mut cluster = block.around(first.span)?;
        let mut count = 1;
        while let Some(next) = rest.get(count) {
            let other = block.around(next.span)?;
            // The neighbours of one are not to be touched by the other.
            if other.start > cluster.end {
                break;
            }
            cluster.end = cluster.end.max(other.end);
            count += 1;
        }
        let (together, others) = rest.split_at_checked(count)?;
        done.push(block.lines(cluster, together)?);
        rest = others;
    }
    done.retain(|edit| !edit.span.is_empty() || !edit.text.is_empty());
    Some(done)
}

/// A `>` block in its text, and the text that it holds.
struct Block<'t> {
    host: Layout<'t>,
    guest: &'t str,
    map: Embedding,
    header: usize,
    indentation: &'t str,
}

impl<'t> Block<'t> {
    fn new(node: NodeRef<'t>, guest: &'t str) -> Option<Self> {
        let host = Layout { text: &node.tree.text };
        let map = node.embedding();
        let first = guest.len() - guest.trim_start_matches('\n').len();
        let first = map.to_host(Span::at(u32::try_from(first).ok()?))?.start as usize;
        Some(Self { host, guest, map, header: node.span().start as usize, indentation: host.before(first) })
    }

    /// The span, grown to whole lines, and to whole lines of text before and behind.
    fn around(&self, span: Span) -> Option<Span> {
        let start = self.guest.get(..span.start as usize)?.rfind('\n').map_or(0, |line_end| line_end + 1);
        let end = span.end as usize
            + self.guest.get(span.end as usize..)?.find('\n').unwrap_or(self.guest.len() - span.end as usize);
        // Empty lines count by the lines around them.
        let start =
            self.guest.get(..start)?.trim_end_matches('\n').rfind('\n').map_or(0, |line_end| line_end + 1);
        let rest = self.guest.get(end..)?;
        let blank = rest.len() - rest.trim_start_matches('\n').len();
        let end = end + blank + rest.get(blank..)?.find('\n').unwrap_or(rest.len() - blank);
        Some(Span::new(u32::try_from(start).ok()?, u32::try_from(end).ok()?))
    }

    /// The edit that writes the lines of the guest in `span` anew.
    fn lines(&self, span: Span, edits: &[Edit]) -> Option<Edit> {
        let (start, end) = (span.start as usize, span.end as usize);
        let mut new = String::new();
        let mut at = start;
        for edit in edits {
            new.push_str(self.guest.get(at..edit.span.start as usize)?);
            new.push_str(&edit.text);
            at = edit.span.end as usize;
        }
        new.push_str(self.guest.get(at..end)?);
        // Line ends at the end of the text stay as they are.
        let old = self.guest.get(start..end)?;
        let (old, new) = (old.trim_end_matches('\n'), new.trim_end_matches('\n'));
        if old.is_empty() || new.is_empty() {
            return None;
        }
        let host_start = if start == 0 {
            self.host.next_line(self.header)
        } else {
            self.host.line_start(self.map.to_host(Span::at(span.start))?.start as usize)
        };
        let last = Span::new(span.start, u32::try_from(start + old.len()).ok()?);
        let host_end = self.map.to_host(last)?.end as usize;
        let text = self.written(new);
        smallest(self.host, host_start, host_end, &text)
    }

    /// The lines of a text as they stand in a `>` block, each line of text in one line.
    fn written(&self, text: &str) -> String {
        let line_break = self.host.line_break();
        let mut written = String::new();
        let mut last: Option<&str> = None;
        let mut empty = 0;
        for line in text.split('\n') {
            if line.is_empty() {
                empty += 1;
                continue;
            }
            let breaks = last.map_or(empty, |last| breaks(last, line, empty));
            written.extend(std::iter::repeat_n(line_break, breaks));
            written.push_str(self.indentation);
            written.push_str(line);
            (last, empty) = (Some(line), 0);
        }
        written
    }
}

/// How many line ends a `>` block has between two lines with `empty` ones between them: it makes a blank of the first
/// line end unless one of the lines is indented further.
fn breaks(last: &str, next: &str, empty: usize) -> usize {
    let is_indented = |line: &str| line.starts_with([' ', '\t']);
    if is_indented(last) || is_indented(next) { empty + 1 } else { empty + 2 }
}
