//! Turns the trees of one YAML text into its comments, and a comment into what it is about.

use std::cell::Cell;
use std::cell::OnceCell;
use std::collections::HashMap;

use super::reach::Astray;
use super::reach::Commented;
use super::reach::Reach;
use super::reach::is_alone;
use super::reach::line_start;
use crate::document::DocId;
use crate::document::Node;
use crate::document::NodeId;
use crate::document::NodeKind;
use crate::document::Style;
use crate::document::Tree;
use crate::text::Span;

/// The documents of one YAML text, in order.
pub(super) struct Stream<'t> {
    text: &'t str,
    documents: Vec<Reader<'t>>,
    /// All scalars in order, each with the index of its document: nobody walks over what lies between them.
    scalars: OnceCell<Vec<(usize, &'t Node)>>,
    /// Where lines begin that part documents.
    marks: OnceCell<Vec<u32>>,
    /// The answer of [`Stream::last_closed`] that was given last: comments that follow each other ask for the same.
    closed: Cell<(u32, Option<u32>)>,
}

/// One of the documents.
struct Reader<'t> {
    id: DocId,
    /// In the order of their starts.
    nodes: &'t [Node],
    /// The value of each key.
    values: OnceCell<HashMap<NodeId, NodeId>>,
}

impl Commented for Stream<'_> {
    fn comments(&self, word: &str) -> Vec<Span> {
        let mut comments: Vec<Span> = Vec::new();
        for (at, _) in self.text.match_indices(word) {
            let at = offset(at);
            if comments.last().is_some_and(|last| at < last.end) || self.is_text(at) {
                continue;
            }
            let line = line_start(self.text, at);
            let before = Span::new(line, at).slice(self.text);
            let is_sign = |(sign, _): &(usize, &str)| {
                before
                    .get(..*sign)
                    .is_some_and(|before| before.is_empty() || before.ends_with([' ', '\t', '\u{feff}']))
            };
            let mut signs = before.match_indices('#').filter(is_sign).map(|(sign, _)| line + offset(sign));
            if let Some(start) = signs.find(|sign| !self.is_text(*sign)) {
                let rest = self.text.get(start as usize..).unwrap_or_default();
                let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
                comments.push(Span::new(start, start + offset(length)));
            }
        }
        comments
    }

    fn reach(&self, comment: Span) -> Result<Reach, Astray> {
        if is_alone(self.text, comment.start) {
            self.following(comment.end)
        } else {
            self.line(comment.start)
        }
    }

    fn all(&self, comment: Span) -> Result<Reach, Astray> {
        if self.behind(comment.start) > 0 || !is_alone(self.text, comment.start) {
            return Err(Astray::BelowBeginning);
        }
        let ends = self.documents.first().zip(self.documents.last());
        ends.map(|(first, last)| Reach::Text(first.id, last.id.index)).ok_or(Astray::NothingFollows)
    }
}

impl<'t> Stream<'t> {
    /// The documents of a text.
    pub(super) fn new(text: &'t str, documents: impl Iterator<Item = (DocId, &'t Tree)>) -> Self {
        // One without nodes would stand nowhere.
        let documents = documents.filter(|(_, tree)| !tree.nodes.is_empty());
        let documents =
            documents.map(|(id, tree)| Reader { id, nodes: &tree.nodes, values: OnceCell::new() });
        Self {
            text,
            documents: documents.collect(),
            scalars: OnceCell::new(),
            marks: OnceCell::new(),
            closed: Cell::new((u32::MAX, None)),
        }
    }

    /// Whether an offset lies in a scalar. The line of a block text's header is none of it.
    fn is_text(&self, at: u32) -> bool {
        let Some((_, node)) = self.scalar_before(at) else { return false };
        let NodeKind::Scalar { style, .. } = node.kind else { return false };
        let header = || Span::new(node.span.start, at).slice(self.text);
        let is_block = matches!(style, Style::Literal | Style::Folded);
        at < node.span.end && (!is_block || header().contains('\n'))
    }

    /// The last scalar that starts before an offset.
    fn scalar_before(&self, at: u32) -> Option<(&Reader<'t>, &'t Node)> {
        let scalars = self.scalars.get_or_init(|| {
            let is_scalar = |node: &&Node| matches!(node.kind, NodeKind::Scalar { .. });
            let of = |(index, reader): (usize, &Reader<'t>)| {
                reader.nodes.iter().filter(is_scalar).map(move |node| (index, node))
            };
            self.documents.iter().enumerate().flat_map(of).collect()
        });
        let last = scalars.partition_point(|(_, node)| node.span.start < at).checked_sub(1)?;
        let (index, node) = scalars.get(last)?;
        Some((self.documents.get(*index)?, node))
    }

    /// How many of the documents begin before an offset.
    fn behind(&self, at: u32) -> usize {
        self.documents.partition_point(|reader| reader.nodes.first().is_some_and(|node| node.span.start < at))
    }

    /// What starts on the line of an offset, before it.
    fn line(&self, at: u32) -> Result<Reach, Astray> {
        let mut from = line_start(self.text, at);
        let (reader, node) = self.scalar_before(at).ok_or(Astray::NothingOnLine)?;
        // A text of several lines has its comment on the last of them.
        if node.span.start < from
            && node.span.end > from
            && !matches!(node.kind, NodeKind::Scalar { style: Style::Literal | Style::Folded, .. })
        {
            from = node.span.start;
        }
        let first = reader.nodes.get(reader.first_from(from)).filter(|node| node.span.start < at);
        // Behind a dash that stands alone nothing has started yet.
        let is_dash = |node: &Node| {
            matches!(node.kind, NodeKind::Sequence(_))
                && Span::new(node.span.start, at).slice(self.text).trim() == "-"
        };
        match first {
            Some(node) if !is_dash(node) => Ok(Reach::Line(reader.id, Span::new(from, at))),
            _ => Err(Astray::NothingOnLine),
        }
    }

    /// The entry or item that starts behind an offset.
    fn following(&self, at: u32) -> Result<Reach, Astray> {
        let behind = self.behind(at);
        let readers = self.documents.get(behind.saturating_sub(1)..).unwrap_or_default();
        let found = readers.iter().find_map(|reader| {
            let index = reader.first_from(at);
            Some((reader, index, reader.nodes.get(index)?))
        });
        let (reader, index, node) = found.ok_or(Astray::NothingFollows)?;
        let start = node.span.start;
        if !self.is_one(at, start) || self.last_closed(reader, index).is_some_and(|closed| closed >= at) {
            return Err(Astray::NothingFollows);
        }
        let line = line_start(self.text, start);
        let prefix = Span::new(line, start).slice(self.text);
        let indent = blanks(prefix);
        // What it was about is gone, or it never was about that.
        if indent < blanks(Span::new(line_start(self.text, at), at).slice(self.text)) {
            return Err(Astray::LessIndented);
        }
        let span = if prefix.trim_start().starts_with('-') {
            Span::new(line + indent, node.span.end)
        } else {
            reader.whole(self.text, index)
        };
        Ok(Reach::Within(reader.id, span))
    }

    /// Where the last bracket closes between a node, which has this index, and the one that starts before it.
    fn last_closed(&self, reader: &Reader<'t>, index: usize) -> Option<u32> {
        let before = reader.nodes.get(index.checked_sub(1)?)?;
        let start = reader.nodes.get(index)?.span.start;
        let (asked, answer) = self.closed.get();
        if asked == start {
            return answer;
        }
        let is_scalar = matches!(before.kind, NodeKind::Scalar { .. });
        let from = if is_scalar { before.span.end.min(start) } else { before.span.start };
        let gap = Span::new(from, start).slice(self.text);
        let (mut closed, mut at) = (None, 0);
        while let Some(found) = gap.get(at..).and_then(|rest| rest.find(['#', ']', '}'])) {
            at += found;
            let rest = gap.get(at..).unwrap_or_default();
            if rest.starts_with('#') {
                at += rest.find('\n').unwrap_or(rest.len());
            } else {
                closed = Some(from + offset(at));
                at += 1;
            }
        }
        self.closed.set((start, closed));
        closed
    }

    /// Whether no line between two offsets parts documents.
    fn is_one(&self, from: u32, to: u32) -> bool {
        let marks = self.marks.get_or_init(|| {
            let starts = std::iter::once(0).chain(self.text.match_indices('\n').map(|(at, _)| at + 1));
            let is_mark = |at: &usize| {
                let line = self.text.get(*at..).unwrap_or_default();
                line.starts_with("---") || line.starts_with("...")
            };
            starts.filter(is_mark).map(offset).collect()
        });
        let next = marks.partition_point(|mark| *mark < from);
        // At the head of a text the first mark parts nothing.
        let is_head = self.behind(from) == 0 && next == 0;
        marks.get(next + usize::from(is_head)).is_none_or(|mark| *mark > to)
    }
}

impl Reader<'_> {
    /// The first node that does not start before an offset.
    fn first_from(&self, at: u32) -> usize {
        self.nodes.partition_point(|node| node.span.start < at)
    }

    /// The whole of what starts with a node: the entry of a key, the item behind a dash, or the node.
    fn whole(&self, text: &str, index: usize) -> Span {
        let Some(node) = self.nodes.get(index) else { return Span::default() };
        let span = |id: NodeId| self.nodes.get(id.0 as usize).map_or(node.span, |node| node.span);
        let starts_with =
            |sign: &str| text.get(node.span.start as usize..).is_some_and(|rest| rest.starts_with(sign));
        match &node.kind {
            // In a block a mapping starts with its first key, and a list with the dash of its first item.
            NodeKind::Mapping(entries) if !starts_with("{") => {
                entries.first().map_or(node.span, |entry| span(entry.key).to(span(entry.value)))
            }
            NodeKind::Sequence(items) if !starts_with("[") => {
                items.first().map_or(node.span, |item| Span::new(node.span.start, span(*item).end))
            }
            _ => {
                let values = self.values.get_or_init(|| {
                    let entries = self.nodes.iter().filter_map(|node| match &node.kind {
                        NodeKind::Mapping(entries) => Some(entries),
                        _ => None,
                    });
                    entries.flatten().map(|entry| (entry.key, entry.value)).collect()
                });
                let value = values.get(&NodeId(offset(index)));
                value.map_or(node.span, |value| node.span.to(span(*value)))
            }
        }
    }
}

/// How many blanks a line begins with.
fn blanks(line: &str) -> u32 {
    offset(line.len() - line.trim_start().len())
}

/// Texts are at most 4 GiB.
fn offset(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
