//! Turns edits of the text in a `|` block into edits of its lines.

use super::smallest;
use crate::document::NodeRef;
use crate::document::edit::Edit;
use crate::document::edit::layout::Layout;
use crate::document::edit::layout::edit;
use crate::document::edit::layout::spaces;
use crate::document::edit::scalar::is_printable;

/// The edits of the block's lines. Each line of the guest is one line of the host.
pub(super) fn outwards(node: NodeRef<'_>, guest: &str, edits: &[Edit]) -> Option<Vec<Edit>> {
    let new = crate::document::edit::apply(guest, edits)?;
    if new.chars().any(|character| character != '\n' && !is_printable(character)) {
        return None;
    }
    let block = Block::new(node, guest)?;
    let mut done = Vec::new();
    done.extend(block.chomped(guest, &new)?);
    block.check_indentation(&new)?;
    let mut rest = edits;
    while let [first, ..] = rest {
        // Edits that touch the same lines are made together.
        let start = line_start(guest, first.span.start as usize);
        let mut end = line_end(guest, first.span.end as usize);
        let mut count = 1;
        while let Some(next) = rest.get(count).filter(|next| next.span.start as usize <= end) {
            end = end.max(line_end(guest, next.span.end as usize));
            count += 1;
        }
        let (cluster, others) = rest.split_at_checked(count)?;
        done.extend(block.lines(guest, start, end, cluster)?);
        rest = others;
    }
    done.retain(|edit| !edit.span.is_empty() || !edit.text.is_empty());
    Some(done)
}

/// Where the line of `at` starts.
fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line_end| line_end + 1)
}

/// The start of the line behind that of `at`, or the end of the text.
fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| at + length + 1)
}

/// A `|` block in its text.
struct Block<'t> {
    host: Layout<'t>,
    /// Where its header stands, and its length without comments.
    header: usize,
    header_length: usize,
    /// Where its first line starts.
    content: usize,
    indentation: String,
    line_break: &'static str,
}

impl<'t> Block<'t> {
    fn new(node: NodeRef<'t>, guest: &str) -> Option<Self> {
        let host = Layout { text: &node.tree.text };
        let header = node.span().start as usize;
        let line = host.after(header);
        let header_length = line.find([' ', '\t']).unwrap_or(line.len());
        let content = host.next_line(header);
        let digit = line.get(..header_length)?.bytes().find(u8::is_ascii_digit);
        let mut at = content;
        let mut indentation = None;
        // What the first line with text has more than the guest's is the indentation.
        for text in guest.split('\n') {
            if !text.is_empty() {
                let found = host.after(at);
                indentation = found.len().checked_sub(text.len()).and_then(|length| found.get(..length));
                break;
            }
            at = host.next_line(at);
        }
        let is_empty = guest.trim_matches('\n').is_empty();
        let indentation = match indentation {
            Some(indentation) => indentation.to_owned(),
            None if is_empty && digit.is_none() => spaces(key_column(host, header) + 2),
            None => return None,
        };
        Some(Self { host, header, header_length, content, indentation, line_break: host.line_break() })
    }

    /// The edit of the header that a text wants which ends with more or fewer line ends.
    fn chomped(&self, guest: &str, new: &str) -> Option<Option<Edit>> {
        let ends = |text: &str| text.len() - text.trim_end_matches('\n').len();
        let header = self.host.get(self.header, self.header + self.header_length);
        if ends(new) == ends(guest)
            && new.trim_end_matches('\n').is_empty() == guest.trim_end_matches('\n').is_empty()
        {
            return Some(None);
        }
        let is_blank = new.trim_end_matches('\n').is_empty();
        let mark = match ends(new) {
            0 if header.contains('-') || is_blank => return Some(None),
            0 => "-",
            _ if header.contains('+') => return Some(None),
            1 if !is_blank && header.contains('-') => "",
            1 if !is_blank => return Some(None),
            _ => return None,
        };
        let without: String = header.chars().filter(|character| !matches!(character, '+' | '-')).collect();
        Some(Some(edit(self.header, self.header + self.header_length, format!("{without}{mark}"))))
    }

    /// Without a digit in the header, the first line of text tells the indentation, so it cannot start with a blank.
    fn check_indentation(&self, new: &str) -> Option<()> {
        let has_digit = self
            .host
            .get(self.header, self.header + self.header_length)
            .contains(|digit: char| digit.is_ascii_digit());
        let first = new.trim_start_matches('\n');
        if has_digit || first.is_empty() {
            return Some(());
        }
        (!first.starts_with(' ')).then_some(())
    }

    /// The edit that replaces whole lines of the guest between two offsets.
    fn lines(&self, guest: &str, start: usize, end: usize, edits: &[Edit]) -> Option<Option<Edit>> {
        let mut new = String::new();
        let mut at = start;
        for edit in edits {
            new.push_str(guest.get(at..edit.span.start as usize)?);
            new.push_str(&edit.text);
            at = edit.span.end as usize;
        }
        new.push_str(guest.get(at..end)?);
        let count = |text: &str| text.matches('\n').count();
        let host_start = self.line(self.content, count(guest.get(..start)?));
        let old = guest.get(start..end)?;
        let old_lines = count(old) + usize::from(!old.is_empty() && !old.ends_with('\n'));
        let host_end = self.line(host_start, old_lines);
        let text = self.joined(&new);
        let is_open = host_start > 0 && !self.host.get(0, host_start).ends_with(['\n', '\r']);
        let ends_with_break = self.host.get(host_start, host_end).ends_with(['\n', '\r']);
        let text = match text {
            None => String::new(),
            // Behind the last line of a text that has no line end.
            Some(text) if is_open => format!("{}{text}", self.line_break),
            Some(text) if ends_with_break || old_lines == 0 || host_end < self.host.text.len() => {
                format!("{text}{}", self.line_break)
            }
            Some(text) => text,
        };
        Some(smallest(self.host, host_start, host_end, &text))
    }

    /// The lines of a text behind the indentation; `None` where there are none.
    fn joined(&self, text: &str) -> Option<String> {
        if text.is_empty() {
            return None;
        }
        let mut lines = String::with_capacity(text.len() * 2);
        for (number, line) in text.strip_suffix('\n').unwrap_or(text).split('\n').enumerate() {
            if number > 0 {
                lines.push_str(self.line_break);
            }
            if !line.is_empty() {
                lines.push_str(&self.indentation);
                lines.push_str(line);
            }
        }
        Some(lines)
    }

    /// The start of the line that many lines behind the one that starts at `at`.
    fn line(&self, at: usize, lines: usize) -> usize {
        (0..lines).fold(at, |at, _| self.host.next_line(at))
    }
}

/// The column of the key in the line of a block's header, or of the header itself.
fn key_column(host: Layout<'_>, header: usize) -> usize {
    let before = host.before(header);
    let mut rest = before;
    loop {
        let trimmed = rest.trim_start_matches(' ');
        match trimmed.strip_prefix("- ") {
            Some(item) => rest = item,
            None => return before.len() - trimmed.len(),
        }
    }
}
