//! Turns byte offsets into places a reader can find: spans, line tables, and maps between nested texts.

mod day;
mod embedding;
mod hash;
pub(crate) mod limits;
mod lines;
mod paths;
mod patterns;
mod suggest;
pub(crate) mod units;

pub(crate) use day::Day;
pub(crate) use embedding::Embedding;
pub(crate) use hash::hash;
pub(crate) use hash::sum_base64;
pub(crate) use limits::Limit;
pub(crate) use lines::LineColumn;
pub(crate) use lines::LineIndex;
pub(crate) use paths::absolute;
pub(crate) use paths::below;
pub(crate) use patterns::Pattern;
pub(crate) use patterns::anchored;
pub(crate) use patterns::compiled;
pub(crate) use patterns::fits_stars;
pub(crate) use suggest::is_slip;
pub(crate) use suggest::nearest;
pub(crate) use suggest::suggest;

/// A half-open byte range `start..end` in one text. Texts are at most 4 GiB, which the reader of files enforces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct Span {
    /// First byte.
    pub(crate) start: u32,
    /// One past the last byte.
    pub(crate) end: u32,
}

impl Span {
    /// The span from `start` to `end`.
    pub(crate) const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// An empty span at `offset`.
    pub(crate) const fn at(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// The smallest span that covers both.
    pub(crate) fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Length in bytes.
    pub(crate) const fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether the span covers no byte.
    pub(crate) const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies inside this span.
    pub(crate) const fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The bytes of `text` that this span covers; empty where the span does not fit the text.
    pub(crate) fn slice(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_that_does_not_fit_the_text_is_empty_text() {
        assert_eq!(Span::new(1, 3).slice("abc"), "bc");
        assert_eq!(Span::new(1, 9).slice("abc"), "");
        assert_eq!(Span::new(0, 1).slice("é"), "", "inside a character");
        assert_eq!(Span::new(2, 1).slice("abc"), "");
    }

    #[test]
    fn spans_join_and_contain() {
        let joined = Span::new(4, 6).to(Span::new(1, 2));
        assert_eq!(joined, Span::new(1, 6));
        assert!(
            joined.contains(Span::new(1, 6)) && joined.contains(Span::at(6)) && !joined.contains(Span::at(7))
        );
    }
}
