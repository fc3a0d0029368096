//! Turns places and what they belong to into an index: what holds a place, and what lies in one, without a look at all.

use std::collections::HashMap;

use crate::document::DocId;
use crate::document::Place;

/// Places by document, each with a number that says whose it is.
#[derive(Debug, Default)]
pub(super) struct Places {
    documents: HashMap<DocId, Spans>,
}

impl Places {
    /// An index of places.
    pub(super) fn new(all: impl IntoIterator<Item = (Place, usize)>) -> Self {
        let mut lists: HashMap<DocId, Vec<Own>> = HashMap::new();
        for (Place { doc, span }, of) in all {
            lists.entry(doc).or_default().push(Own { start: span.start, end: span.end, of });
        }
        Self { documents: lists.into_iter().map(|(doc, list)| (doc, Spans::new(list))).collect() }
    }

    /// Whose places hold all of `place`; a number comes again where several of its places do.
    pub(super) fn around(&self, place: Place) -> Vec<usize> {
        self.documents.get(&place.doc).map(|spans| spans.around(place)).unwrap_or_default()
    }

    /// Whose places lie in `place`.
    pub(super) fn within(&self, place: Place) -> Vec<usize> {
        let Some(spans) = self.documents.get(&place.doc) else { return Vec::new() };
        let first = spans.all.partition_point(|own| own.start < place.span.start);
        let rest = spans.all.get(first..).unwrap_or_default().iter();
        let rest = rest.take_while(|own| own.start <= place.span.end);
        rest.filter(|own| own.end <= place.span.end).map(|own| own.of).collect()
    }
}

/// A place in a document and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Own {
    start: u32,
    end: u32,
    of: usize,
}

/// The places in one document.
#[derive(Debug)]
struct Spans {
    /// By start.
    all: Vec<Own>,
    /// A tree in a list: the children of `n` are `2n` and `2n + 1`, the leaves are `all` from `width` on. Each has the largest
    /// end below it, so that a search leaves out what ends too early at once.
    ends: Vec<u32>,
    /// A power of two.
    width: usize,
}

impl Spans {
    fn new(mut all: Vec<Own>) -> Self {
        all.sort_unstable();
        let width = all.len().next_power_of_two();
        let mut ends = vec![0; width];
        ends.extend(all.iter().map(|own| own.end));
        ends.resize(2 * width, 0);
        for node in (1..width).rev() {
            ends[node] = ends[2 * node].max(ends[2 * node + 1]);
        }
        Self { all, ends, width }
    }

    fn around(&self, place: Place) -> Vec<usize> {
        // Those behind begin too late.
        let count = self.all.partition_point(|own| own.start <= place.span.start);
        let mut found = Vec::new();
        // A node with the first of its leaves and how many there are.
        let mut todo = vec![(1, 0, self.width)];
        while let Some((node, first, leaves)) = todo.pop() {
            if first >= count || self.ends.get(node).is_none_or(|end| *end < place.span.end) {
                continue;
            }
            if leaves == 1 {
                found.extend(self.all.get(first).map(|own| own.of));
            } else {
                let half = leaves / 2;
                todo.extend([(2 * node + 1, first + half, half), (2 * node, first, half)]);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    fn place(file: u32, start: u32, end: u32) -> Place {
        Place { doc: DocId { file, index: 0 }, span: Span { start, end } }
    }

    #[test]
    fn the_index_finds_what_a_look_at_each_place_finds() {
        let mut state = 7_u32;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        for count in [0, 1, 2, 3, 8, 50] {
            let mut random = || {
                let start = next(40);
                place(next(2), start, start + next(20))
            };
            let all: Vec<Place> = (0..count).map(|_| random()).collect();
            let index = Places::new(all.iter().copied().zip(0..));
            for _ in 0..200 {
                let asked = random();
                let holds =
                    |outer: &Place, inner: &Place| outer.doc == inner.doc && outer.span.contains(inner.span);
                let sorted = |mut found: Vec<usize>| {
                    found.sort_unstable();
                    found
                };
                let around: Vec<usize> = (0..all.len()).filter(|own| holds(&all[*own], &asked)).collect();
                assert_eq!(sorted(index.around(asked)), around, "{asked:?} in {all:?}");
                let within: Vec<usize> = (0..all.len()).filter(|own| holds(&asked, &all[*own])).collect();
                assert_eq!(sorted(index.within(asked)), within, "{asked:?} in {all:?}");
            }
        }
    }
}
