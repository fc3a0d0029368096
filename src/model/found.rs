//! Collects what examining one document brings to light: pieces, nested texts, faults, named parts.

use std::collections::HashSet;
use std::sync::Arc;

use super::piece::NodeAt;
use super::piece::Piece;
use super::piece::Problem;
use super::piece::ProblemKind;
use super::piece::Rank;
use super::piece::Release;
use super::piece::ValuesLayer;
use super::reader::Nested;
use crate::document::DocId;
use crate::document::NodeId;
use crate::document::NodeRef;
use crate::document::Place;
use crate::text::Span;

/// What examining one document brought to light.
pub(crate) struct Found {
    doc: DocId,
    /// How many pieces the file had before this document: indices of releases count from there.
    offset: usize,
    /// What was recognised.
    pub(crate) pieces: Vec<Piece>,
    /// Texts to open.
    pub(crate) nested: Vec<Nested>,
    /// Faults.
    pub(crate) problems: Vec<Problem>,
    /// Objects with their extents, in any order; one may stand in another.
    pub(crate) regions: Vec<(Span, Arc<str>)>,
    /// Layers for releases by their index among the file's pieces.
    pub(crate) layers: Vec<(usize, Rank, ValuesLayer)>,
    /// The cluster that the objects at hand belong to, where the input says so.
    pub(super) cluster: Option<Arc<str>>,
    /// Mappings that were examined as objects. An alias gives the same object again: once is enough, and a list of
    /// aliases of lists of aliases would not end.
    objects: HashSet<NodeId>,
}

impl Found {
    /// Nothing yet.
    pub(crate) fn new(doc: DocId, offset: usize) -> Self {
        Self {
            doc,
            offset,
            pieces: Vec::new(),
            nested: Vec::new(),
            problems: Vec::new(),
            regions: Vec::new(),
            layers: Vec::new(),
            cluster: None,
            objects: HashSet::new(),
        }
    }

    /// The address of a node of this document.
    pub(crate) fn at(&self, node: NodeRef<'_>) -> NodeAt {
        NodeAt { doc: self.doc, node: node.id }
    }

    /// The place of a node of this document.
    pub(super) fn place(&self, node: NodeRef<'_>) -> Place {
        Place { doc: self.doc, span: node.span() }
    }

    /// The place of a key, which stands for a value of many lines.
    pub(super) fn key_place(&self, node: NodeRef<'_>, key: &str, value: NodeRef<'_>) -> Place {
        node.key_span(key).map_or_else(|| self.place(value), |span| Place { doc: self.doc, span })
    }

    /// Notes a fault at a node.
    pub(super) fn problem(
        &mut self,
        kind: ProblemKind,
        node: NodeRef<'_>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let place = self.place(node);
        self.problems.push(Problem {
            kind,
            place,
            message: message.into(),
            hint: hint.into(),
            related: None,
        });
    }

    /// Notes something whose shape cannot be read.
    pub(crate) fn malformed(
        &mut self,
        node: NodeRef<'_>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.problem(ProblemKind::Malformed, node, message, hint);
    }

    /// Adds a piece that is a release; gives its index among the file's pieces.
    pub(super) fn add_release(&mut self, piece: impl FnOnce(Release) -> Piece, release: Release) -> usize {
        self.pieces.push(piece(release));
        self.offset + self.pieces.len() - 1
    }

    /// Whether this mapping is met as an object for the first time.
    pub(super) fn is_new_object(&mut self, root: NodeRef<'_>) -> bool {
        self.objects.insert(root.resolved().id)
    }

    /// The named parts in order and without overlaps, as [`crate::document::Document`] wants them: of an object in an
    /// object the inner one has the name.
    pub(super) fn flat_regions(mut regions: Vec<(Span, Arc<str>)>) -> Vec<(Span, Arc<str>)> {
        regions.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
        let mut flat = Vec::with_capacity(regions.len());
        let mut open: Vec<(Span, Arc<str>)> = Vec::new();
        let mut at = 0;
        let mut give = |name: &Arc<str>, from: &mut u32, to: u32| {
            if *from < to {
                flat.push((Span::new(*from, to), name.clone()));
            }
            *from = to.max(*from);
        };
        for region in regions {
            while let Some((span, name)) = open.pop_if(|(span, _)| span.end <= region.0.start) {
                give(&name, &mut at, span.end);
            }
            if let Some((_, name)) = open.last() {
                give(name, &mut at, region.0.start);
            }
            at = region.0.start.max(at);
            open.push(region);
        }
        while let Some((span, name)) = open.pop() {
            give(&name, &mut at, span.end);
        }
        flat
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_in_a_region_splits_the_outer_one() {
        let region = |start, end, name: &str| (Span::new(start, end), Arc::<str>::from(name));
        let flat = Found::flat_regions(vec![
            region(50, 60, "last"),
            region(20, 30, "inner"),
            region(10, 40, "outer"),
            region(22, 25, "innermost"),
        ]);
        let expected = [
            region(10, 20, "outer"),
            region(20, 22, "inner"),
            region(22, 25, "innermost"),
            region(25, 30, "inner"),
            region(30, 40, "outer"),
            region(50, 60, "last"),
        ];
        assert_eq!(flat, expected);
    }
}
