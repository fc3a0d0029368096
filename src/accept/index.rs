//! Turns what suppressions are about into an answer on which of them meet a place.

use std::collections::BTreeMap;
use std::collections::HashMap;

use super::Suppression;
use super::reach::Reach;
use crate::document::DocId;
use crate::document::Documents;
use crate::document::Place;
use crate::text::Span;

/// Suppressions by rule and document. A question takes time that grows with how deep they stand in one another, not with
/// their number.
#[derive(Debug, Default)]
pub(crate) struct Index {
    rules: HashMap<String, OfRule>,
}

/// Suppressions of one rule.
#[derive(Debug, Default)]
struct OfRule {
    /// Those of a part of a document.
    spots: HashMap<DocId, Spots>,
    /// Those of a whole text, by its first document: the index of its last one, and them. Texts share no document.
    texts: BTreeMap<DocId, (u32, Vec<usize>)>,
}

/// Where suppressions of one rule reach in a document.
#[derive(Debug, Default)]
struct Spots {
    /// Those of what starts there.
    lines: Nested,
    /// Those of what lies there.
    within: Nested,
}

impl Index {
    /// An index of these.
    pub(crate) fn new(all: &[Suppression]) -> Self {
        let mut rules: HashMap<String, OfRule> = HashMap::new();
        for (number, suppression) in all.iter().enumerate() {
            let of_rule = rules.entry(suppression.rule.clone()).or_default();
            match suppression.reach {
                Reach::Line(doc, span) => of_rule.spots.entry(doc).or_default().lines.add(span, number),
                Reach::Within(doc, span) => of_rule.spots.entry(doc).or_default().within.add(span, number),
                Reach::Text(first, last) => {
                    of_rule.texts.entry(first).or_insert((last, Vec::new())).1.push(number);
                }
            }
        }
        for spots in rules.values_mut().flat_map(|of_rule| of_rule.spots.values_mut()) {
            spots.lines.nest();
            spots.within.nest();
        }
        Self { rules }
    }

    /// The suppressions of a rule that meet a place, the nearest first: in its own text, then in each text around it.
    pub(crate) fn meet(&self, documents: &Documents, rule: &str, place: Place) -> Vec<usize> {
        let Some(OfRule { spots, texts }) = self.rules.get(rule) else { return Vec::new() };
        let Place { mut doc, mut span } = place;
        let mut met = Vec::new();
        loop {
            if let Some(spots) = spots.get(&doc) {
                met.extend(spots.lines.around(Span::at(span.start)));
                met.extend(spots.within.around(span));
            }
            let text = texts.range(..=doc).next_back();
            if let Some((_, (_, numbers))) =
                text.filter(|(first, (last, _))| first.file == doc.file && doc.index <= *last)
            {
                met.extend(numbers);
            }
            let Some(host) = &documents.document(doc).host else { return met };
            doc.index = host.index;
            span = host.map.to_host(documents.document(doc), span);
        }
    }
}

/// Spans that stand beside or in one another.
#[derive(Debug, Default)]
struct Nested {
    /// Sorted by start, longer ones first; each with its suppression and the nearest one around it.
    spans: Vec<(Span, usize, Option<usize>)>,
}

impl Nested {
    fn add(&mut self, span: Span, number: usize) {
        self.spans.push((span, number, None));
    }

    /// Sorts them, and finds what stands in what.
    fn nest(&mut self) {
        self.spans.sort_by_key(|(span, number, _)| (span.start, std::cmp::Reverse(span.end), *number));
        let mut open: Vec<(usize, Span)> = Vec::new();
        for (index, (span, _, around)) in self.spans.iter_mut().enumerate() {
            while open.last().is_some_and(|(_, other)| !other.contains(*span)) {
                open.pop();
            }
            *around = open.last().map(|(other, _)| *other);
            open.push((index, *span));
        }
    }

    /// Those around a span, the nearest first.
    fn around(&self, inner: Span) -> impl Iterator<Item = usize> {
        let last = self.spans.partition_point(|(span, ..)| span.start <= inner.start).checked_sub(1);
        let chain = std::iter::successors(last, |index| self.spans.get(*index)?.2);
        let spans = chain.filter_map(|index| self.spans.get(index));
        spans.filter(move |(span, ..)| span.contains(inner)).map(|(_, number, _)| *number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spans_around_a_place_are_found_the_nearest_first() {
        let spans = [(0, 100), (10, 50), (10, 20), (12, 14), (30, 40), (60, 90)];
        let mut nested = Nested::default();
        for (number, (start, end)) in spans.into_iter().enumerate() {
            nested.add(Span::new(start, end), number);
        }
        nested.nest();
        let around = |start, end| nested.around(Span::new(start, end)).collect::<Vec<_>>();
        assert_eq!(around(13, 14), [3, 2, 1, 0]);
        assert_eq!(around(13, 15), [2, 1, 0], "an end outside is outside");
        assert_eq!(around(45, 46), [1, 0]);
        assert_eq!(around(55, 56), [0]);
        assert_eq!(around(95, 101), Vec::<usize>::new());
        assert_eq!(around(60, 90), [5, 0]);
    }
}
