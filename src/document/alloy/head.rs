//! Turns tokens into the name and label that a statement starts with.

use super::charset;
use super::charset::Unit;
use super::parse::GiveUp;
use super::parse::Parser;
use super::parse::Reading;
use super::token::Kind;
use super::token::Token;
use crate::text::Span;

/// The name and label before `=` or `{`.
#[derive(Debug)]
pub(super) struct Head {
    /// At least one. Where there were errors, not all are names.
    pub(super) parts: Vec<Span>,
    /// The bytes of the parts and the dots between them.
    pub(super) joined_length: usize,
    pub(super) label: Option<Label>,
}

impl Head {
    /// Adds a part of the name. Marks have no text in the reference's count, a line end has one byte.
    fn push(&mut self, part: Token) {
        let length = match part.kind {
            Kind::Terminator => 1,
            Kind::Ident
            | Kind::Number
            | Kind::Float
            | Kind::String
            | Kind::Bool
            | Kind::Null
            | Kind::Illegal => part.span.len() as usize,
            _ => 0,
        };
        self.joined_length += length + usize::from(!self.parts.is_empty());
        self.parts.push(part.span);
    }

    /// From the first to the last part.
    pub(super) fn name(&self) -> Span {
        let first = self.parts.first().copied().unwrap_or_default();
        self.parts.last().map_or(first, |last| first.to(*last))
    }

    /// Whether the name could be an attribute's.
    pub(super) fn may_be_attribute(&self) -> bool {
        self.parts.len() == 1 && self.label.is_none_or(|label| label.text.is_none())
    }
}

/// A label.
#[derive(Debug, Clone, Copy)]
pub(super) struct Label {
    /// The literal with its quotes.
    pub(super) place: Span,
    /// What stands between the quotes; `None` for nothing.
    pub(super) text: Option<Span>,
}

impl Parser<'_> {
    /// Reads a dotted name and a label. `None` where no name starts.
    pub(super) fn head(&mut self) -> Result<Option<Head>, GiveUp> {
        if self.token.kind != Kind::Ident {
            self.fail_unexpected("identifier")?;
            return Ok(None);
        }
        let mut head = Head { parts: Vec::new(), joined_length: 0, label: None };
        head.push(self.token);
        self.next();
        while self.token.kind == Kind::Dot {
            self.next();
            if self.token.kind != Kind::Ident {
                self.fail_unexpected("identifier")?;
            }
            head.push(self.token);
            self.next();
        }
        if !matches!(self.token.kind, Kind::Assign | Kind::LeftCurly) {
            match (self.reading, self.token.kind) {
                (Reading::Strict, Kind::String) => head.label = Some(self.label()),
                (Reading::Strict, _) => self.fail_unexpected("block label")?,
                (Reading::Salvage, _) => head.label = self.salvage_label(),
            }
            if self.reading == Reading::Strict || head.label.is_some() {
                self.next();
            }
            if self.reading == Reading::Salvage {
                self.salvage_brace();
            }
        }
        Ok(Some(head))
    }

    /// The label in sight, which is a string, and errors about it.
    fn label(&mut self) -> Label {
        let Span { start, end } = self.token.span;
        let literal = self.token.span.slice(self.lexer.text);
        let (place, text) = if literal.len() > 2 {
            // What stands last may be no quote, where the string is not closed.
            (self.token.span, Some(Span::new(start + 1, end - 1)))
        } else {
            (Span::new(start, self.boundary_from(start as usize + 2)), None)
        };
        if !literal.starts_with('"') {
            self.report(|parser| {
                let quoted = charset::quote(parser.units(parser.token.span));
                format!("expected block label to be a double quoted string, but got {quoted}")
            });
        }
        if text.is_some_and(|text| !charset::is_identifier(text.slice(self.lexer.text))) {
            self.report(|parser| {
                let quoted = charset::quote(parser.label_units().into_iter());
                format!("expected block label to be a valid identifier, but got {quoted}")
            });
        }
        Label { place, text }
    }

    /// The label as the reference cuts it: without the first and the last byte of the literal.
    fn label_units(&self) -> Vec<Unit> {
        let mut units: Vec<Unit> = self.units(self.token.span).skip(1).collect();
        if let Some(Unit::Char(last)) = units.pop() {
            let mut bytes = [0; 4];
            let bytes = last.encode_utf8(&mut bytes).as_bytes();
            units.extend(bytes.iter().take(bytes.len() - 1).map(|byte| Unit::Byte(*byte)));
        }
        units
    }

    /// The text of `place` as it stood in the file, before stray bytes were replaced.
    fn units(&self, place: Span) -> impl Iterator<Item = Unit> {
        place.slice(self.lexer.text).char_indices().map(move |(offset, character)| {
            match self.lexer.stray_byte(place.start as usize + offset) {
                Some(byte) => Unit::Byte(byte),
                None => Unit::Char(character),
            }
        })
    }
}
