//! The tree of a YAML, JSON or INI document: nodes in one arena, each with the bytes that it was written in.

use std::sync::Arc;

use crate::text::Embedding;
use crate::text::Span;

/// A node of one [`Tree`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(pub(crate) u32);

/// How a scalar was written; decides its type and how its text maps to the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Unquoted.
    Plain,
    /// `'...'`.
    SingleQuoted,
    /// `"..."`, in YAML or JSON.
    DoubleQuoted,
    /// `|`.
    Literal,
    /// `>`.
    Folded,
}

/// One entry of a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The key's node, always a scalar in what we accept as a key.
    pub(crate) key: NodeId,
    /// The value's node.
    pub(crate) value: NodeId,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NodeKind {
    /// A scalar. `text` is `None` where the decoded text equals the source at the node's span, quotes left out; read
    /// it with [`NodeRef::text`].
    Scalar {
        /// How it was written.
        style: Style,
        /// The decoded text, where it differs from the source.
        text: Option<Box<str>>,
    },
    /// A mapping, entries in order; merge keys (`<<`) stay entries here and are resolved on lookup.
    Mapping(Box<[Entry]>),
    /// A sequence.
    Sequence(Box<[NodeId]>),
    /// An alias to an anchored node. Never expanded in the tree.
    Alias(NodeId),
}

/// A node with its place. A run holds hundreds of thousands: a test says how large one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    /// What it is.
    pub(crate) kind: NodeKind,
    /// Where it was written. For block scalars the header (`|2-`) is included; collections end with their last child.
    pub(crate) span: Span,
    /// See [`Node::tag`]. Rare, so it takes no more than it must where there is none.
    pub(super) tag: Option<Box<Tag>>,
}

/// An explicit tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag(pub(super) Box<str>);

impl Node {
    /// An explicit tag: `!!int` as `tag:yaml.org,2002:int`, others such as `!Ref` as written.
    pub(crate) fn tag(&self) -> Option<&str> {
        self.tag.as_ref().map(|tag| &*tag.0)
    }

    /// The decoded text of a scalar; `source` is the text that the node's span refers to.
    pub(crate) fn scalar_text<'n>(&'n self, source: &'n str) -> Option<&'n str> {
        match &self.kind {
            NodeKind::Scalar { text: Some(text), .. } => Some(text),
            NodeKind::Scalar { text: None, style: Style::SingleQuoted | Style::DoubleQuoted } => {
                let Span { start, end } = self.span;
                Some(Span::new(start.saturating_add(1), end.saturating_sub(1)).slice(source))
            }
            NodeKind::Scalar { text: None, .. } => Some(self.span.slice(source)),
            _ => None,
        }
    }
}

/// Which rules give plain scalars their type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// What kubectl, Helm, Mimir and Loki use (go-yaml: `yes` is true, `0644` is octal).
    GoYaml,
    /// JSON: the scalar's style decides.
    Json,
    /// INI: every value is text.
    Ini,
}

/// A parsed document.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    /// The whole text that spans refer to (shared by all documents of a stream).
    pub(crate) text: Arc<str>,
    /// The arena.
    pub(crate) nodes: Vec<Node>,
    /// The root; `None` for an empty document.
    pub(crate) root: Option<NodeId>,
    /// How plain scalars are typed.
    pub(crate) dialect: Dialect,
}

/// The typed value of a scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Scalar<'t> {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A floating-point number (also an integer too large for `i64`).
    Float(f64),
    /// Text.
    Text(&'t str),
}

impl Tree {
    /// A tree without nodes, for a text that could not be read.
    pub(crate) fn empty(text: &Arc<str>) -> Self {
        Self { text: text.clone(), nodes: Vec::new(), root: None, dialect: Dialect::GoYaml }
    }

    /// The root node, or `None` for an empty document.
    pub(crate) fn root(&self) -> Option<NodeRef<'_>> {
        self.root.map(|id| self.node(id))
    }

    /// The scalars as they were written, keys too, each once however many aliases lead to it.
    pub(crate) fn scalars(&self) -> impl Iterator<Item = NodeRef<'_>> {
        let ids = (0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).map(NodeId);
        let scalar = |node: &NodeRef<'_>| matches!(node.raw().kind, NodeKind::Scalar { .. });
        ids.map(|id| self.node(id)).filter(scalar)
    }

    /// A handle to a node of this tree.
    pub(crate) fn node(&self, id: NodeId) -> NodeRef<'_> {
        NodeRef { tree: self, id }
    }
}

/// Merge keys inside merged mappings are followed this far.
pub(super) const MERGE_DEPTH: u32 = 64;

/// A node together with its tree; the way to read documents.
///
/// Every reading method follows aliases first. Lookups see merge keys (`<<`) as kubectl does (observed): of all entries
/// that give a key, own or merged, the last one written counts; of a list of merged mappings the first. (By YAML's
/// own description of merge keys an own key also beats a merge key behind it.)
#[derive(Clone, Copy)]
pub(crate) struct NodeRef<'t> {
    /// The tree.
    pub(crate) tree: &'t Tree,
    /// The node.
    pub(crate) id: NodeId,
}

impl std::fmt::Debug for NodeRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NodeRef({})", self.id.0)
    }
}

impl<'t> NodeRef<'t> {
    /// The node itself, an alias not followed.
    pub(crate) fn raw(self) -> &'t Node {
        &self.tree.nodes[self.id.0 as usize]
    }

    /// Where the node was written (for an alias: where the alias stands).
    pub(crate) fn span(self) -> Span {
        self.raw().span
    }

    /// The node that an alias stands for, through chains of aliases.
    pub(crate) fn resolved(self) -> Self {
        let mut node = self;
        // A chain is at most as long as the arena; a cycle cannot be written, since anchors point backwards.
        for _ in 0..self.tree.nodes.len() {
            match node.raw().kind {
                NodeKind::Alias(target) => node = self.tree.node(target),
                _ => break,
            }
        }
        node
    }

    /// Whether it is a mapping.
    pub(crate) fn is_mapping(self) -> bool {
        matches!(self.resolved().raw().kind, NodeKind::Mapping(_))
    }

    /// Whether it is a sequence.
    pub(crate) fn is_sequence(self) -> bool {
        matches!(self.resolved().raw().kind, NodeKind::Sequence(_))
    }

    /// Whether it is a scalar.
    pub(crate) fn is_scalar(self) -> bool {
        matches!(self.resolved().raw().kind, NodeKind::Scalar { .. })
    }

    /// The items of a sequence; none for anything else.
    pub(crate) fn items(self) -> impl Iterator<Item = NodeRef<'t>> {
        let node = self.resolved();
        let items: &'t [NodeId] = match &node.raw().kind {
            NodeKind::Sequence(items) => items,
            _ => &[],
        };
        items.iter().map(move |id| node.tree.node(*id))
    }

    /// The entries of a mapping as written (merge keys unresolved); none for anything else.
    pub(crate) fn entries(self) -> impl Iterator<Item = (NodeRef<'t>, NodeRef<'t>)> {
        let node = self.resolved();
        let entries: &'t [Entry] = match &node.raw().kind {
            NodeKind::Mapping(entries) => entries,
            _ => &[],
        };
        entries.iter().map(move |entry| (node.tree.node(entry.key), node.tree.node(entry.value)))
    }

    /// The value under `key`, through merge keys.
    pub(crate) fn get(self, key: &str) -> Option<NodeRef<'t>> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The value at a dotted route of keys that hold no dots themselves, such as `spec.template.spec`.
    pub(crate) fn at(self, route: &str) -> Option<NodeRef<'t>> {
        route.split('.').try_fold(self, NodeRef::get)
    }

    /// The text at a dotted route, where it is a scalar.
    pub(crate) fn text_at(self, route: &str) -> Option<&'t str> {
        self.at(route)?.text()
    }

    /// The key and value under `key`, through merge keys.
    pub(crate) fn entry(self, key: &str) -> Option<(NodeRef<'t>, NodeRef<'t>)> {
        self.entry_within(key, MERGE_DEPTH)
    }

    fn entry_within(self, key: &str, depth: u32) -> Option<(NodeRef<'t>, NodeRef<'t>)> {
        self.entries_from_last().find_map(|(name, value)| {
            if name.text() == Some(key) {
                return Some((name, value));
            }
            let depth = depth.checked_sub(1).filter(|_| name.is_merge())?;
            value.merge_sources().find_map(|source| source.entry_within(key, depth))
        })
    }

    /// The entries of a mapping as written, the last one first.
    pub(super) fn entries_from_last(self) -> impl Iterator<Item = (NodeRef<'t>, NodeRef<'t>)> {
        let node = self.resolved();
        let entries: &'t [Entry] = match &node.raw().kind {
            NodeKind::Mapping(entries) => entries,
            _ => &[],
        };
        entries.iter().rev().map(move |entry| (node.tree.node(entry.key), node.tree.node(entry.value)))
    }

    /// The mappings that the value of a merge key names: itself, or the items of a list, of which the first wins.
    pub(super) fn merge_sources(self) -> impl Iterator<Item = NodeRef<'t>> {
        let single = (!self.is_sequence()).then_some(self);
        single.into_iter().chain(self.items())
    }

    /// The decoded text of a scalar, whatever its type; `None` for collections. An empty plain value is `""`.
    pub(crate) fn text(self) -> Option<&'t str> {
        let node = self.resolved();
        node.raw().scalar_text(&node.tree.text)
    }

    /// The typed value of a scalar by the tree's dialect; `None` for collections.
    pub(crate) fn scalar(self) -> Option<Scalar<'t>> {
        let node = self.resolved();
        let text = node.text()?;
        let NodeKind::Scalar { style, .. } = node.raw().kind else { return None };
        Some(super::scalar::resolve(text, style, node.raw().tag(), self.tree.dialect))
    }

    /// A boolean value.
    pub(crate) fn bool(self) -> Option<bool> {
        match self.scalar()? {
            Scalar::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// An integer value; also a float without a fraction, as in `1e6`, which Go's readers take for integers too.
    pub(crate) fn int(self) -> Option<i64> {
        /// Above this, floats skip integers.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match self.scalar()? {
            Scalar::Int(value) => Some(value),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "without a fraction, and far below the limit of i64"
            )]
            Scalar::Float(value) if value.fract().abs() < f64::EPSILON && value.abs() <= EXACT => {
                Some(value as i64)
            }
            _ => None,
        }
    }

    /// Whether the value is null or empty.
    pub(crate) fn is_null(self) -> bool {
        matches!(self.scalar(), Some(Scalar::Null))
    }

    /// The map from the scalar's decoded text to the tree's text. Built on request: only scalars that hold another
    /// language, or have a finding inside, need it. Empty for collections.
    pub(crate) fn embedding(self) -> Embedding {
        super::decode::embedding(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_no_larger_than_it_has_to_be() {
        assert!(size_of::<Node>() <= 40, "{} bytes", size_of::<Node>());
    }
}
