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
    /// Whether offsets in the run map one to one: a copy, or a single character that was replaced by one of the same
    /// length, such as a line break folded into a space. Either way no offset inside can be off.
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

    /// The offset in the guest of a byte of the host: where a person's cursor in the container stands in the embedded text.
    /// Between two pieces (indentation, an escape) it is the start of the next. `None` outside of what the guest was made
    /// from. Hosts of pieces are in order, since decoding goes forward.
    pub(crate) fn to_guest(&self, host: u32) -> Option<u32> {
        let index = self.pieces.partition_point(|piece| piece.host.end < host);
        let piece = self.pieces.get(index)?;
        if host < piece.host.start {
            return (index > 0).then_some(piece.guest.start);
        }
        if piece.is_copy() {
            return Some(piece.guest.start + (host - piece.host.start));
        }
        Some(if host == piece.host.end { piece.guest.end } else { piece.guest.start })
    }

    /// The pieces, in order.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `ab` copied from 10, a line break from the two bytes of an escape at 12, `cd` copied from 20.
    fn sample() -> Embedding {
        let mut map = Embedding::new();
        map.push(Span::new(0, 2), Span::new(10, 12));
        map.push(Span::new(2, 3), Span::new(12, 14));
        map.push(Span::new(3, 5), Span::new(20, 22));
        map
    }

    #[test]
    fn offsets_of_the_container_lead_into_the_text() {
        let map = sample();
        for (host, guest) in [
            (9, None),
            (10, Some(0)),
            (11, Some(1)),
            (12, Some(2)),
            (13, Some(2)),
            (14, Some(3)),
            (17, Some(3)),
            (20, Some(3)),
            (21, Some(4)),
            (22, Some(5)),
            (23, None),
        ] {
            assert_eq!(map.to_guest(host), guest, "{host}");
        }
        assert_eq!(Embedding::new().to_guest(0), None);
    }

    #[test]
    fn ranges_inside_copies_map_by_arithmetic() {
        let map = sample();
        assert_eq!(map.to_host(Span::new(1, 2)), Some(Span::new(11, 12)));
        assert_eq!(map.to_host(Span::new(4, 5)), Some(Span::new(21, 22)));
    }

    #[test]
    fn a_range_over_several_pieces_covers_what_lies_between() {
        let map = sample();
        assert_eq!(map.to_host(Span::new(2, 3)), Some(Span::new(12, 14)), "the whole escape");
        assert_eq!(map.to_host(Span::new(1, 4)), Some(Span::new(11, 21)));
        assert_eq!(map.to_host(Span::new(0, 2)), Some(Span::new(10, 12)), "not the escape behind it");
    }

    #[test]
    fn empty_ranges_are_places_also_at_the_end() {
        let map = sample();
        assert_eq!(map.to_host(Span::at(0)), Some(Span::at(10)));
        assert_eq!(map.to_host(Span::at(3)), Some(Span::at(20)), "behind an escape, not inside it");
        assert_eq!(map.to_host(Span::at(5)), Some(Span::at(22)));
        assert_eq!(map.to_host(Span::at(99)), Some(Span::at(22)), "never outside the host");
        assert_eq!(Embedding::new().to_host(Span::at(0)), None);
    }

    #[test]
    fn adjacent_copies_become_one_piece() {
        let mut map = Embedding::new();
        map.push(Span::new(0, 2), Span::new(10, 12));
        map.push(Span::new(2, 4), Span::new(12, 14));
        map.push(Span::new(4, 5), Span::new(15, 16));
        assert_eq!(map.pieces().len(), 2);
    }
}
