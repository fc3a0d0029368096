//! What a parser could not read: a sentence with a place and a remedy.

use crate::text::Limit;
use crate::text::Span;

/// Something wrong in a document's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParseProblem {
    /// Where a person must look. Inside the text, on character boundaries; empty only at its end.
    pub(crate) span: Span,
    /// What is wrong, as one sentence without a full stop.
    pub(crate) message: String,
    /// What to do about it, where that is known.
    pub(crate) hint: Option<String>,
    /// What kind of problem it is.
    pub(crate) kind: ProblemKind,
}

/// What a problem means for the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProblemKind {
    /// The text breaks the grammar; the document at this place has no tree.
    Syntax,
    /// The text is larger or deeper than what is read; the document at this place has no tree.
    Limit,
    /// A key is written twice in one mapping; the last one counts. The tree is complete.
    DuplicateKey {
        /// The first place of the same key.
        first: Span,
    },
    /// A mapping key is a collection, which no reader of manifests accepts. The tree is complete.
    ComplexKey,
    /// An alias names no anchor, or the node that it stands in. The tree has an empty value there.
    BadAlias,
}

impl ParseProblem {
    /// A problem of the given kind.
    pub(crate) fn new(kind: ProblemKind, span: Span, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), hint: None, kind }
    }

    /// The same problem with a remedy.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A key that is written twice.
    pub(crate) fn duplicate_key(key: &str, first: Span, again: Span) -> Self {
        Self::new(
            ProblemKind::DuplicateKey { first },
            again,
            format!("the key `{}` is written twice in this mapping", shortened(key)),
        )
        .with_hint("remove one of them: the last one counts, the first is dropped in silence")
    }

    /// Whether the text was not understood as its author meant it.
    #[cfg(test)]
    pub(crate) const fn is_fatal(&self) -> bool {
        !matches!(self.kind, ProblemKind::DuplicateKey { .. })
    }
}

/// The problem of a text above [`Limit::InputSize`]: its tree would take memory without a bound.
pub(crate) fn too_large(text: &str) -> Option<ParseProblem> {
    (text.len() > Limit::InputSize.count()).then(|| {
        ParseProblem::new(
            ProblemKind::Limit,
            Span::at(0),
            format!(
                "the text has {} bytes, more than the {} that are read",
                text.len(),
                Limit::InputSize.shown()
            ),
        )
        .with_hint(format!("split it into several files, or {}", Limit::InputSize.remedy()))
    })
}

/// At most 40 characters of a text, for messages.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// What to do about text that holds `{{`.
pub(crate) const TEMPLATE_HINT: &str =
    "this looks like a template: lint what `helm template` makes of it, not the template itself";

/// A byte offset as spans store it. Texts above 2 GiB are refused before anything is measured.
pub(crate) fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// The span from `start` to the end of what stands on that line, at most 80 characters of it; one character at least,
/// unless the text ends.
pub(crate) fn to_line_end(text: &str, start: usize) -> Span {
    let start = boundary(text, start);
    let rest = text.get(start..).unwrap_or_default();
    let line = rest.split(['\n', '\r']).next().unwrap_or_default();
    let line = line.char_indices().nth(80).map_or(line, |(end, _)| &line[..end]).trim_end();
    let length = if line.is_empty() { rest.chars().next().map_or(0, char::len_utf8) } else { line.len() };
    Span::new(offset(start), offset(start + length))
}

/// The nearest character boundary at or before `at`.
pub(super) fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
