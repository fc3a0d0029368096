//! Maps the decoded text of an embedded document to the text of its container.

use crate::text::Span;

/// A run of decoded text and where it came from. Lengths differ where decoding changed it, as in `\n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Where the run stands in the decoded (guest) text.
    pub(crate) guest: Span,
    /// Where it was written in the container (host).
    pub(crate) host: Span,
}

impl Piece {
    /// Whether the run was copied byte for byte.
    fn is_copy(&self) -> bool {
        self.guest.len() == self.host.len()
    }
}

/// How a guest text was made from its host: pieces cover the guest without gaps and in order.
///
/// Nothing is ever searched for: a search would find the first of two equal strings and put the finding on the
/// wrong line. Maps are made while decoding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Embedding {
    pieces: Vec<Piece>,
}

impl Embedding {
    /// An empty map; add pieces with [`Embedding::push`].
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds the next run. Adjacent copies are joined.
    pub(crate) fn push(&mut self, guest: Span, host: Span) {
        let piece = Piece { guest, host };
        if let Some(last) = self.pieces.last_mut()
            && last.is_copy()
            && piece.is_copy()
            && last.guest.end == guest.start
            && last.host.end == host.start
        {
            last.guest.end = guest.end;
            last.host.end = host.end;
            return;
        }
        self.pieces.push(piece);
    }

    /// The host range that `guest` was made from; `None` only for a map without pieces.
    pub(crate) fn to_host(&self, guest: Span) -> Option<Span> {
        let last_index = self.pieces.len().checked_sub(1)?;
        let first = self.pieces.partition_point(|piece| piece.guest.end <= guest.start).min(last_index);
        let last =
            self.pieces.partition_point(|piece| piece.guest.end < guest.end).min(last_index).max(first);
        let (first, last) = (self.pieces[first], self.pieces[last]);
        let start = if first.is_copy() {
            first.host.start + guest.start.saturating_sub(first.guest.start).min(first.host.len())
        } else if guest.start >= first.guest.end {
            first.host.end
        } else {
            first.host.start
        };
        let end = if guest.is_empty() {
            start
        } else if last.is_copy() {
            last.host.start + guest.end.saturating_sub(last.guest.start).min(last.host.len())
        } else {
            last.host.end
        };
        Some(Span::new(start, end.max(start)))
    }

    /// The pieces, in order.
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }
}
