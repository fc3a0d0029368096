//! Turns a tree into what changes ask of it: which node stands at a place, what holds it, what aliases share it.

use std::collections::HashMap;

use super::layout::Layout;
use crate::document::Dialect;
use crate::document::Node;
use crate::document::NodeId;
use crate::document::NodeKind;
use crate::document::NodeRef;
use crate::document::Tree;
use crate::text::Span;

/// What a node is to the collection that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The whole document.
    Root,
    /// The key of an entry of that mapping.
    Key(NodeId, usize),
    /// The value of an entry of that mapping.
    Value(NodeId, usize),
    /// An item of that list.
    Item(NodeId, usize),
}

impl Role {
    /// The collection and the number of the child in it.
    pub(super) const fn parent(self) -> Option<(NodeId, usize)> {
        match self {
            Self::Root => None,
            Self::Key(parent, number) | Self::Value(parent, number) | Self::Item(parent, number) => {
                Some((parent, number))
            }
        }
    }
}

/// A tree that is asked for places.
pub(super) struct Nodes<'t> {
    /// The tree.
    pub(super) tree: &'t Tree,
    /// Its text.
    pub(super) layout: Layout<'t>,
    roles: Vec<Role>,
    /// Where each node stands: as the tree has it, but values that nobody wrote directly behind their `:` or `-`.
    spans: Vec<Span>,
    by_span: HashMap<Span, NodeId>,
    /// Each alias and what it stands for, sorted by what it stands for.
    aliases: Vec<(NodeId, NodeId)>,
}

impl<'t> Nodes<'t> {
    /// Looks through the tree once.
    pub(super) fn new(tree: &'t Tree) -> Self {
        let mut roles = vec![Role::Root; tree.nodes.len()];
        let mut by_span = HashMap::with_capacity(tree.nodes.len());
        let mut aliases = Vec::new();
        let mut set = |id: NodeId, role: Role| {
            if let Some(slot) = roles.get_mut(id.0 as usize) {
                *slot = role;
            }
        };
        for (id, node) in (0..).map(NodeId).zip(&tree.nodes) {
            by_span.entry(node.span).or_insert(id);
            match &node.kind {
                NodeKind::Mapping(entries) => {
                    for (number, entry) in entries.iter().enumerate() {
                        set(entry.key, Role::Key(id, number));
                        set(entry.value, Role::Value(id, number));
                    }
                }
                NodeKind::Sequence(items) => {
                    items.iter().enumerate().for_each(|(number, item)| set(*item, Role::Item(id, number)));
                }
                NodeKind::Alias(target) => aliases.push((*target, id)),
                NodeKind::Scalar { .. } => {}
            }
        }
        aliases.sort_unstable();
        let spans = tree.nodes.iter().map(|node| node.span).collect();
        let mut nodes = Self { tree, layout: Layout { text: &tree.text }, roles, spans, by_span, aliases };
        if tree.dialect == Dialect::GoYaml {
            nodes.settle();
        }
        nodes
    }

    /// Finds the places of values that nobody wrote: the parser may tell one behind the comment of the line.
    fn settle(&mut self) {
        // Nodes stand behind those that hold them.
        for id in (0..u32::try_from(self.tree.nodes.len()).unwrap_or(0)).rev().map(NodeId) {
            let children = self.children(id);
            for (number, (key, value)) in children.iter().enumerate() {
                // One of `?` alone is told at the start of the next line.
                if key != value && self.start(*key) == self.end(*key) {
                    let at = self.layout.back(self.end(*key)).max(self.start(id));
                    self.set(*key, super::layout::span(at, at));
                }
                let Some(span) = self.spans.get(value.0 as usize).copied().filter(|span| span.is_empty())
                else {
                    continue;
                };
                let start = span.start as usize;
                let is_plain_null = matches!(self.raw(*value).kind, NodeKind::Scalar { .. });
                let mark = match (key == value, self.is_bracketed(id)) {
                    _ if !is_plain_null => continue,
                    (true, true) => continue,
                    (true, false) => self.child_start(id, number),
                    (false, _) => self.layout.skip_comments(self.end(*key)),
                };
                let at = if matches!(self.layout.byte(mark), Some(b'-' | b':')) && mark < start {
                    self.layout.behind_properties(mark + 1)
                } else if key == value {
                    start
                } else {
                    self.end(*key)
                };
                let next = self.layout.skip_comments(at);
                let has_more = next < start && matches!(self.layout.byte(next), Some(b'&' | b'!'));
                if !has_more && at < start {
                    self.set(*value, super::layout::span(at, at));
                }
            }
            if let Some((_, last)) = children.last()
                && !self.is_bracketed(id)
            {
                let span = super::layout::span(self.start(id), self.end(*last));
                self.set(id, span);
            }
        }
    }

    fn set(&mut self, id: NodeId, span: Span) {
        if let Some(slot) = self.spans.get_mut(id.0 as usize) {
            *slot = span;
        }
    }

    /// The node that was written at exactly this place.
    pub(super) fn at(&self, span: Span) -> Option<NodeId> {
        self.by_span.get(&span).copied()
    }

    /// A handle to a node.
    pub(super) fn node(&self, id: NodeId) -> NodeRef<'t> {
        self.tree.node(id)
    }

    /// The node itself.
    pub(super) fn raw(&self, id: NodeId) -> &'t Node {
        self.tree.node(id).raw()
    }

    /// Where a node stands.
    fn span(&self, id: NodeId) -> Span {
        self.spans.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// Where a node starts.
    pub(super) fn start(&self, id: NodeId) -> usize {
        self.span(id).start as usize
    }

    /// Where a node ends.
    pub(super) fn end(&self, id: NodeId) -> usize {
        self.span(id).end as usize
    }

    /// What a node is to the collection that holds it.
    pub(super) fn role(&self, id: NodeId) -> Role {
        self.roles.get(id.0 as usize).copied().unwrap_or(Role::Root)
    }

    /// The keys and values of a mapping, or the items of a list as both; as written.
    pub(super) fn children(&self, id: NodeId) -> Vec<(NodeId, NodeId)> {
        match &self.raw(id).kind {
            NodeKind::Mapping(entries) => entries.iter().map(|entry| (entry.key, entry.value)).collect(),
            NodeKind::Sequence(items) => items.iter().map(|item| (*item, *item)).collect(),
            NodeKind::Scalar { .. } | NodeKind::Alias(_) => Vec::new(),
        }
    }

    /// The child of that number, as [`Nodes::children`] has it.
    pub(super) fn child(&self, id: NodeId, number: usize) -> Option<(NodeId, NodeId)> {
        match &self.raw(id).kind {
            NodeKind::Mapping(entries) => entries.get(number).map(|entry| (entry.key, entry.value)),
            NodeKind::Sequence(items) => items.get(number).map(|item| (*item, *item)),
            NodeKind::Scalar { .. } | NodeKind::Alias(_) => None,
        }
    }

    /// The last child.
    fn last_child(&self, id: NodeId) -> Option<(NodeId, NodeId)> {
        match &self.raw(id).kind {
            NodeKind::Mapping(entries) => entries.last().map(|entry| (entry.key, entry.value)),
            NodeKind::Sequence(items) => items.last().map(|item| (*item, *item)),
            NodeKind::Scalar { .. } | NodeKind::Alias(_) => None,
        }
    }

    /// Whether the node is a collection in brackets, or one pair in a list in brackets.
    pub(super) fn is_bracketed(&self, id: NodeId) -> bool {
        let is_collection = matches!(self.raw(id).kind, NodeKind::Mapping(_) | NodeKind::Sequence(_));
        is_collection && matches!(self.layout.byte(self.start(id)), Some(b'{' | b'['))
    }

    /// Whether the node stands inside brackets.
    pub(super) fn is_in_brackets(&self, id: NodeId) -> bool {
        self.tree.dialect == Dialect::Json || self.ancestors(id).skip(1).any(|above| self.is_bracketed(above))
    }

    /// The node and all that hold it, from the inside out.
    pub(super) fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(Some(id), |id| self.role(*id).parent().map(|(parent, _)| parent))
    }

    /// One past the last node below this one; nodes stand in the order of their starts.
    fn subtree_end(&self, id: NodeId) -> NodeId {
        let mut last = id;
        while let Some((_, value)) = self.last_child(last) {
            last = value;
        }
        NodeId(last.0.saturating_add(1))
    }

    /// Whether aliases elsewhere stand for the node or for one that holds it.
    pub(super) fn is_shared(&self, id: NodeId) -> bool {
        !self.aliases.is_empty() && self.ancestors(id).any(|above| self.has_alias(above))
    }

    fn has_alias(&self, id: NodeId) -> bool {
        let first = self.aliases.partition_point(|(target, _)| *target < id);
        self.aliases.get(first).is_some_and(|(target, _)| *target == id)
    }

    /// Whether aliases outside of the node stand for something in it.
    pub(super) fn holds_shared(&self, id: NodeId) -> bool {
        if self.aliases.is_empty() {
            return false;
        }
        let end = self.subtree_end(id);
        let first = self.aliases.partition_point(|(target, _)| *target < id);
        let inside = self.aliases.iter().skip(first).take_while(|(target, _)| *target < end);
        inside.into_iter().any(|(_, alias)| *alias >= end)
    }

    /// Where an entry or item starts: at its key, with what marks it (`-`, `? `, tags and anchors).
    pub(super) fn child_start(&self, collection: NodeId, number: usize) -> usize {
        match number.checked_sub(1).and_then(|before| self.child(collection, before)) {
            Some((_, value)) => {
                let end = self.end(value);
                let from = if self.is_block_scalar(value) { self.layout.line_end(end) } else { end };
                let from = self.layout.skip_comments(from);
                if self.is_bracketed(collection) && self.layout.byte(from) == Some(b',') {
                    return self.layout.skip_comments(from + 1);
                }
                from
            }
            None if self.is_bracketed(collection) => self.layout.skip_comments(self.start(collection) + 1),
            None => self.start(collection),
        }
    }

    /// Whether the node is a scalar written with `|` or `>`.
    pub(super) fn is_block_scalar(&self, id: NodeId) -> bool {
        use crate::document::Style;
        matches!(self.raw(id).kind, NodeKind::Scalar { style: Style::Literal | Style::Folded, .. })
    }

    /// The last thing written in a node: a scalar, an alias or a collection in brackets.
    pub(super) fn last_part(&self, id: NodeId) -> NodeId {
        let mut last = id;
        while !self.is_bracketed(last) {
            let Some((_, value)) = self.last_child(last) else { break };
            last = value;
        }
        last
    }

    /// Where the lines of a node in a block end: the place before the line end behind its last part and the comment
    /// there; or, behind a block scalar with lines that count, the start of the next line.
    pub(super) fn lines_end(&self, id: NodeId) -> LinesEnd {
        let last = self.last_part(id);
        let end = self.layout.line_end(self.end(last));
        if !self.is_block_scalar(last) {
            return LinesEnd { at: end, is_line_start: false };
        }
        // Lines of blanks may be text, and so are empty ones where the header says so.
        let header = self.layout.after(self.start(last));
        let header = header.split([' ', '\t']).next().unwrap_or_default();
        let keeps = header.contains('+');
        let mut at = end;
        let mut line = self.layout.next_line(end);
        while line < self.layout.text.len() {
            let content = self.layout.after(line);
            if !content.trim_matches([' ', '\t']).is_empty() {
                break;
            }
            if keeps || !content.is_empty() {
                at = self.layout.line_end(line);
            }
            line = self.layout.next_line(line);
        }
        if keeps {
            return LinesEnd { at: line.max(self.layout.next_line(at)), is_line_start: true };
        }
        LinesEnd { at, is_line_start: false }
    }
}

/// Where the lines of a node end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LinesEnd {
    /// The place.
    pub(super) at: usize,
    /// Whether it is the start of the next line (or the end of the text), not the end of the last one.
    pub(super) is_line_start: bool,
}
