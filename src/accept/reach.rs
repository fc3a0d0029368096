//! Turns the place of a comment into what it is about.

use crate::document::DocId;
use crate::text::Span;

/// What a suppression is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// What starts in this part of a line, wherever it ends.
    Line(DocId, Span),
    /// What lies in this part of a text, with all that is nested there.
    Within(DocId, Span),
    /// What lies in the documents of one text, from one to that of the index (inclusive).
    Text(DocId, u32),
}

impl Reach {
    /// The document in which that is.
    pub(super) const fn doc(self) -> DocId {
        match self {
            Self::Line(doc, _) | Self::Within(doc, _) | Self::Text(doc, _) => doc,
        }
    }
}

/// A text with comments.
pub(super) trait Commented {
    /// The comments that hold a word, in order.
    fn comments(&self, word: &str) -> Vec<Span>;

    /// What a comment is about: behind something what starts on its line, else what follows.
    fn reach(&self, comment: Span) -> Result<Reach, Astray>;

    /// The whole text, for a comment at its head.
    fn all(&self, comment: Span) -> Result<Reach, Astray>;
}

/// Why a comment is about nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Astray {
    /// Nothing follows it.
    NothingFollows,
    /// What follows belongs to something further out.
    LessIndented,
    /// Nothing starts on its line.
    NothingOnLine,
    /// It is about the whole text, and stands below its beginning.
    BelowBeginning,
}

impl Astray {
    /// What is wrong, and what to do.
    pub(super) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NothingFollows => (
                "nothing follows that this could be about",
                "put it above what it is about, or at the end of that line",
            ),
            Self::LessIndented => (
                "what follows is indented less than this, so it is about something else",
                "remove it where its entry is gone; else indent it like what it is about",
            ),
            Self::NothingOnLine => (
                "nothing starts on this line that this could be about",
                "put it above what it is about, or at the end of the line on which that starts",
            ),
            Self::BelowBeginning => (
                "what is about the whole file stands at its head",
                "put it above the first line of the file, or write `ignore` for what follows only",
            ),
        }
    }
}

/// The start of the line of an offset.
pub(super) fn line_start(text: &str, at: u32) -> u32 {
    let before = text.get(..at as usize).unwrap_or_default();
    before.rfind('\n').map_or(0, |end| u32::try_from(end + 1).unwrap_or(u32::MAX))
}

/// Whether nothing but blanks stands before an offset in its line.
pub(super) fn is_alone(text: &str, at: u32) -> bool {
    let before = Span::new(line_start(text, at), at).slice(text);
    before.trim_start_matches('\u{feff}').trim().is_empty()
}
