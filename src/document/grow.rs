//! Grows a tree from the leaves, for the readers of small formats.

use std::sync::Arc;

use super::problem::offset;
use super::tree::Dialect;
use super::tree::Entry;
use super::tree::Node;
use super::tree::NodeId;
use super::tree::NodeKind;
use super::tree::Style;
use super::tree::Tree;
use crate::text::Span;

/// The nodes of a tree that is being read.
#[derive(Debug, Default)]
pub(super) struct Grower {
    nodes: Vec<Node>,
}

impl Grower {
    fn add(&mut self, kind: NodeKind, span: Span) -> NodeId {
        let id = NodeId(offset(self.nodes.len()));
        self.nodes.push(Node { kind, span, tag: None });
        id
    }

    /// A scalar. `text` is its decoded text, where that differs from what was written.
    pub(super) fn scalar(&mut self, span: Span, style: Style, text: Option<String>) -> NodeId {
        self.add(NodeKind::Scalar { style, text: text.map(String::into_boxed_str) }, span)
    }

    /// A plain scalar with that text, whatever stands at its place.
    pub(super) fn named(&mut self, span: Span, text: &str) -> NodeId {
        self.scalar(span, Style::Plain, Some(text.to_owned()))
    }

    /// A mapping.
    pub(super) fn mapping(&mut self, span: Span, entries: Vec<(NodeId, NodeId)>) -> NodeId {
        let entries = entries.into_iter().map(|(key, value)| Entry { key, value }).collect();
        self.add(NodeKind::Mapping(entries), span)
    }

    /// A sequence.
    pub(super) fn sequence(&mut self, span: Span, items: Vec<NodeId>) -> NodeId {
        self.add(NodeKind::Sequence(items.into()), span)
    }

    /// The tree below `root`.
    pub(super) fn finish(self, root: NodeId, text: &Arc<str>, dialect: Dialect) -> Tree {
        Tree { text: text.clone(), nodes: self.nodes, root: Some(root), dialect }
    }
}
