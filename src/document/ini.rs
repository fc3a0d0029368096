//! Turns INI text, as in `grafana.ini`, into a mapping of sections to mappings of keys.
//!
//! Follows go-ini with its default options, which Grafana uses: `=` or `:` separate, `#` and `;` start comments also
//! behind a value, quotes around a whole value are dropped, backticks and `"""` hold anything, `\` at a line's end
//! joins lines, and a section that comes again goes on.

use std::collections::HashMap;
use std::sync::Arc;

use super::keys::check_keys;
use super::problem::ParseProblem;
use super::problem::ProblemKind;
use super::problem::offset;
use super::problem::to_line_end;
use super::problem::too_large;
use super::tree::Dialect;
use super::tree::Entry;
use super::tree::Node;
use super::tree::NodeId;
use super::tree::NodeKind;
use super::tree::Style;
use super::tree::Tree;
use crate::text::Span;

/// Parses INI text. Lines that cannot be read are problems; the others are in the tree. Keys before any section stand
/// in the section `""`; a name such as `auth.proxy` is one key with a dot.
pub(crate) fn parse_ini(text: &Arc<str>) -> (Tree, Vec<ParseProblem>) {
    let mut reader = Reader { text, nodes: Vec::new(), sections: Vec::new(), problems: Vec::new() };
    match too_large(text) {
        Some(problem) => reader.problems.push(problem),
        None => reader.lines(),
    }
    reader.finish(text)
}

/// A section that is being read.
struct Section {
    key: NodeId,
    span: Span,
    entries: Vec<Entry>,
}

struct Reader<'t> {
    text: &'t str,
    nodes: Vec<Node>,
    sections: Vec<Section>,
    problems: Vec<ParseProblem>,
}

impl<'t> Reader<'t> {
    fn lines(&mut self) {
        let mut names: HashMap<&'t str, usize> = HashMap::new();
        let mut current = None;
        let mut at = if self.text.starts_with('\u{feff}') { 3 } else { 0 };
        while at < self.text.len() {
            let end = self.line_end(at);
            let (start, stop) = trimmed(self.text, at, end);
            at = end + 1;
            let line = &self.text[start..stop];
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if line.starts_with('[') {
                let Some(length) = line.rfind(']') else {
                    self.problem(
                        start,
                        "the section name that starts here is never closed",
                        "write `[section]`",
                    );
                    continue;
                };
                let (from, to) = trimmed(self.text, start + 1, start + length);
                current = Some(self.section(&mut names, from, to));
                continue;
            }
            let Some((key, value)) = split(line) else {
                self.problem(
                    start,
                    "this line is no key with a value",
                    "write `key = value`, `[section]` or a comment",
                );
                continue;
            };
            let section = match current {
                Some(section) => section,
                None => *current.insert(self.section(&mut names, start, start)),
            };
            let (from, to) = trimmed(self.text, start + key.0, start + key.1);
            let key = self.scalar(from, to, None);
            let (value, next) = self.value(start + value, end);
            at = next;
            self.sections[section].entries.push(Entry { key, value });
        }
    }

    /// The section of that name, new or seen before.
    fn section(&mut self, names: &mut HashMap<&'t str, usize>, from: usize, to: usize) -> usize {
        let text = self.text;
        *names.entry(&text[from..to]).or_insert_with(|| {
            let key = self.scalar(from, to, None);
            self.sections.push(Section { key, span: Span::at(offset(to)), entries: Vec::new() });
            self.sections.len() - 1
        })
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |length| at + length)
    }

    fn problem(&mut self, start: usize, message: &str, hint: &str) {
        let span = to_line_end(self.text, start);
        self.problems.push(ParseProblem::new(ProblemKind::Syntax, span, message).with_hint(hint));
    }

    fn scalar(&mut self, start: usize, end: usize, text: Option<String>) -> NodeId {
        let id = NodeId(offset(self.nodes.len()));
        let kind = NodeKind::Scalar { style: Style::Plain, text: text.map(String::into_boxed_str) };
        self.nodes.push(Node { kind, span: Span::new(offset(start), offset(end)), tag: None });
        id
    }

    /// The value behind a separator, and where the next line starts. Its span leaves quotes out.
    fn value(&mut self, at: usize, line_end: usize) -> (NodeId, usize) {
        let (start, stop) = trimmed(self.text, at, line_end);
        let value = &self.text[start..stop];
        let quote = if value.starts_with("\"\"\"") && value.len() > 3 { "\"\"\"" } else { "`" };
        if value.starts_with(quote) {
            return self.quoted(start, start + quote.len(), line_end, quote);
        }
        if value.ends_with('\\') {
            return self.continued(start, stop, line_end);
        }
        let stop = value.find(['#', ';']).map_or(stop, |length| start + length);
        let (mut start, mut stop) = trimmed(self.text, start, stop);
        let value = &self.text[start..stop];
        for quote in ['\'', '"'] {
            let inner = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
            if inner.is_some_and(|inner| !inner.contains(quote)) {
                (start, stop) = (start + 1, stop - 1);
                break;
            }
        }
        (self.scalar(start, stop, None), line_end + 1)
    }

    /// A value in backticks or `"""`, over any number of lines.
    fn quoted(&mut self, open: usize, start: usize, line_end: usize, quote: &str) -> (NodeId, usize) {
        if let Some(length) = self.text[start..line_end].rfind(quote) {
            return (self.scalar(start, start + length, None), line_end + 1);
        }
        let rest = &self.text[line_end..];
        let Some(length) = rest.find(quote) else {
            self.problem(open, "the quote that opens here is never closed", "close the quote");
            return (self.scalar(start, line_end, None), line_end + 1);
        };
        let last_end = self.line_end(line_end + length);
        // The last quote of the line counts.
        let length = self.text[line_end..last_end].rfind(quote).unwrap_or(length);
        (self.scalar(start, line_end + length, None), last_end + 1)
    }

    /// A value whose lines end with `\`.
    fn continued(&mut self, start: usize, stop: usize, line_end: usize) -> (NodeId, usize) {
        let mut text = self.text[start..stop - 1].to_owned();
        let (mut stop, mut next) = (stop, line_end + 1);
        while next < self.text.len() {
            let end = self.line_end(next);
            let (from, to) = trimmed(self.text, next, end);
            next = end + 1;
            if from == to {
                break;
            }
            stop = to;
            text.push_str(&self.text[from..to]);
            if !text.ends_with('\\') {
                break;
            }
            text.pop();
        }
        (self.scalar(start, stop, Some(text)), next)
    }

    fn finish(mut self, text: &Arc<str>) -> (Tree, Vec<ParseProblem>) {
        let mut entries = Vec::with_capacity(self.sections.len());
        for section in std::mem::take(&mut self.sections) {
            check_keys(self.text, &self.nodes, &section.entries, &mut self.problems);
            let start =
                section.entries.first().map_or(section.span, |first| self.nodes[first.key.0 as usize].span);
            let end = section.entries.last().map_or(start, |last| self.nodes[last.value.0 as usize].span);
            let value = NodeId(offset(self.nodes.len()));
            let span = Span::new(start.start, end.end.max(start.end));
            self.nodes.push(Node { kind: NodeKind::Mapping(section.entries.into()), span, tag: None });
            entries.push(Entry { key: section.key, value });
        }
        self.problems.sort_by_key(|problem| problem.span);
        let root = NodeId(offset(self.nodes.len()));
        let span = Span::new(0, offset(text.trim_end().len()));
        self.nodes.push(Node { kind: NodeKind::Mapping(entries.into()), span, tag: None });
        let tree =
            Tree { text: Arc::clone(text), nodes: self.nodes, root: Some(root), dialect: Dialect::Ini };
        (tree, self.problems)
    }
}

/// The range without blanks at both ends.
fn trimmed(text: &str, start: usize, end: usize) -> (usize, usize) {
    let range = &text[start..end];
    let start = end - range.trim_start().len();
    (start, start + text[start..end].trim_end().len())
}

/// Key range and value start in a line. A key may stand in quotes and then hold separators.
fn split(line: &str) -> Option<((usize, usize), usize)> {
    let quote = ["\"\"\"", "\"", "`"].into_iter().find(|quote| line.starts_with(quote));
    if let Some(quote) = quote
        && let Some(length) = line[quote.len()..].find(quote)
    {
        let end = quote.len() + length;
        let rest = &line[end + quote.len()..];
        let separator = rest.find(['=', ':'])?;
        return Some(((quote.len(), end), end + quote.len() + separator + 1));
    }
    let separator = line.find(['=', ':'])?;
    Some(((0, separator), separator + 1))
}

#[cfg(test)]
#[path = "ini_tests.rs"]
mod tests;
