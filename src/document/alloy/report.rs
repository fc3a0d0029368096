//! Turns what lexer and parser stumble over into the list of syntax errors, with the reference's texts.

use super::SyntaxError;
use super::hint;
use crate::text::Span;

/// How many errors are kept per file. A file of a million stray bytes needs no million messages.
pub(crate) const MAX_ERRORS: usize = 1_000;

/// Collects errors; a silent one collects none.
#[derive(Debug, Default)]
pub(crate) struct Reports {
    /// In the order of discovery.
    pub(crate) errors: Vec<SyntaxError>,
    /// Whether errors are dropped, as in the second reading, whose errors the first has told.
    pub(crate) silent: bool,
}

impl Reports {
    /// Adds an error whose text is made only where it is wanted.
    pub(crate) fn add(&mut self, span: Span, message: impl FnOnce() -> String) {
        if self.silent || self.errors.len() >= MAX_ERRORS {
            return;
        }
        let message = message();
        let hint = hint::for_message(&message);
        self.errors.push(SyntaxError { span, message, hint });
    }
}
