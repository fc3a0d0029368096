//! Turns two versions of a file into a unified diff in which secrets are covered.

use std::io::Write;

use similar::ChangeTag;
use similar::DiffOp;
use similar::TextDiff;

use super::clean;
use super::mask::Line;
use super::mask::Masks;
use crate::document::Documents;
use crate::text::Span;

/// Unchanged lines around changed ones.
const CONTEXT: usize = 3;

/// Writes the differences between two versions of a file, which has the same index in both. The names in the head are
/// those that `git diff` gives.
pub(crate) fn write_diff(
    before: &Documents,
    after: &Documents,
    file: u32,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let (old, new) = (Side::new(before, file), Side::new(after, file));
    let (old_lines, new_lines) = (old.texts(), new.texts());
    let diff = TextDiff::configure().diff_slices(&old_lines, &new_lines);
    let groups = diff.grouped_ops(CONTEXT);
    if groups.is_empty() {
        return Ok(());
    }
    let path = before.files.get(file as usize).map_or("", |file| file.path.as_str());
    let path = clean::line(path.trim_start_matches('/'));
    writeln!(out, "--- a/{path}\n+++ b/{path}")?;
    for group in groups {
        let (first, last) = (group.first(), group.last());
        let range = |range: fn(&DiffOp) -> std::ops::Range<usize>| {
            let start = first.map_or(0, |op| range(op).start);
            let length = last.map_or(0, |op| range(op).end) - start;
            // A range without lines names the line before it.
            format!("{},{length}", if length == 0 { start } else { start + 1 })
        };
        writeln!(out, "@@ -{} +{} @@", range(DiffOp::old_range), range(DiffOp::new_range))?;
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, side, index) = match change.tag() {
                ChangeTag::Delete => ('-', &old, change.old_index()),
                ChangeTag::Equal => (' ', &old, change.old_index()),
                ChangeTag::Insert => ('+', &new, change.new_index()),
            };
            if let Some(line) = index.and_then(|index| side.lines.get(index)) {
                side.write(sign, *line, out)?;
            }
        }
    }
    Ok(())
}

/// One version.
struct Side<'d> {
    text: &'d str,
    lines: Vec<(u32, &'d str)>,
    secrets: Vec<Span>,
}

impl<'d> Side<'d> {
    fn new(documents: &'d Documents, file: u32) -> Self {
        let root = documents.files.get(file as usize).and_then(|file| file.documents.first());
        let text: &str = root.map_or("", |document| &document.text);
        let mut at = 0;
        let lines = text.split_inclusive('\n').map(|line| {
            let start = at;
            at += line.len();
            (u32::try_from(start).unwrap_or(u32::MAX), line)
        });
        Self {
            text,
            lines: lines.collect(),
            secrets: Masks::new(documents).of((file, None)).beside(|_| false),
        }
    }

    fn texts(&self) -> Vec<&'d str> {
        self.lines.iter().map(|(_, line)| *line).collect()
    }

    /// Writes a line behind its sign. The last one of the file may lack its line end, which is told.
    fn write(&self, sign: char, (offset, line): (u32, &str), out: &mut dyn Write) -> std::io::Result<()> {
        let bare = line.strip_suffix('\n').unwrap_or(line);
        writeln!(out, "{sign}{}", Line::new(bare, offset, &self.secrets).shown(0..bare.len()))?;
        if bare.len() == line.len() && offset as usize + line.len() == self.text.len() {
            writeln!(out, "\\ No newline at end of file")?;
        }
        Ok(())
    }
}
