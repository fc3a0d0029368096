//! Turns texts into markup: the one place in which text becomes HTML, so that none is forgotten.

use std::fmt::Write as _;

use crate::report::clean;
use crate::report::picture;

/// A text between tags or in an attribute; control characters are shown, not obeyed.
pub(super) fn text(text: &str) -> String {
    picture::escape(&clean::line(text))
}

/// Markup in the making.
#[derive(Debug, Default)]
pub(super) struct Markup(pub(super) String);

impl Markup {
    /// Adds markup of our own.
    pub(super) fn raw(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds a text from anywhere.
    pub(super) fn text(&mut self, words: &str) -> &mut Self {
        self.0.push_str(&text(words));
        self
    }

    /// Adds an element that holds a text. `open` is its name with attributes.
    pub(super) fn element(&mut self, open: &str, words: &str) -> &mut Self {
        let name = open.split(' ').next().unwrap_or(open);
        let _ = write!(self.0, "<{open}>{}</{name}>", text(words));
        self
    }

    /// Adds an element that holds a text of several lines: paragraphs where lines are empty, else line breaks.
    pub(super) fn lines(&mut self, open: &str, words: &str) -> &mut Self {
        let name = open.split(' ').next().unwrap_or(open);
        let lines: Vec<String> = words.trim_end().split('\n').map(text).collect();
        let _ = write!(self.0, "<{open}>{}</{name}>", lines.join("<br>"));
        self
    }

    /// Adds an element that holds a text in which backquotes stand around words of a language.
    pub(super) fn prose(&mut self, open: &str, words: &str) -> &mut Self {
        let name = open.split(' ').next().unwrap_or(open);
        let _ = write!(self.0, "<{open}>");
        let parts: Vec<&str> = words.split('`').collect();
        // An odd one out quotes nothing.
        let paired = parts.len() % 2 == 1;
        for (index, part) in parts.iter().enumerate() {
            match (paired, index % 2) {
                (true, 1) => self.element("code", part),
                (false, _) if index > 0 => self.raw("`").text(part),
                _ => self.text(part),
            };
        }
        let _ = write!(self.0, "</{name}>");
        self
    }
}

/// Attributes as ` name="value"`.
pub(super) fn attribute(name: &str, value: &str) -> String {
    format!(" {name}=\"{}\"", text(value))
}
