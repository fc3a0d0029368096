//! Turns tokens into statements, and a file into its tree, errors and comments.
//!
//! The grammar and the order and texts of the errors are those of the reference, which gives no tree when there is
//! an error. Ours then reads the file a second time: silent, with `#` as a comment, and giving up one statement at
//! a time instead of looking for more errors. What it keeps is what a person would read in spite of the fault.

use std::sync::Arc;

use super::Attribute;
use super::Block;
use super::Body;
use super::File;
use super::Statement;
use super::charset;
use super::charset::Unit;
use super::encoding;
use super::lexer::Lexer;
use super::lexer::StrayBytes;
use super::lexer::span;
use super::token::Kind;
use super::token::Token;
use crate::text::Span;

/// How deep statements and expressions may nest, and how high a tree may be: a chain `a + b + c` is a tree that
/// grows by one with each operator. The reference has no limit and ends with a stack overflow. Nobody types this.
pub(crate) const MAX_DEPTH: u32 = 256;

/// Parses a program.
pub(crate) fn parse(text: Arc<str>) -> File {
    parse_with(text, &[])
}

/// Parses a program that may not be UTF-8: U+FFFD stands in the text for each byte that is no part of a character.
pub(crate) fn parse_bytes(bytes: &[u8]) -> File {
    let (text, stray) = encoding::decode(bytes);
    parse_with(text.into(), &stray)
}

/// Reads once as the reference does, and again when that finds errors.
fn parse_with(text: Arc<str>, stray: &StrayBytes) -> File {
    let mut first = Parser::new(&text, stray, Reading::Strict);
    let body = first.body(Kind::Eof);
    let errors = std::mem::take(&mut first.lexer.reports.errors);
    let (body, comments) = if errors.is_empty() {
        (body, first.comments)
    } else {
        // Dropped before the second reading: only one tree is held at a time.
        drop(body);
        let mut second = Parser::new(&text, stray, Reading::Salvage);
        (second.body(Kind::Eof), second.comments)
    };
    File { text: Arc::clone(&text), body, comments, errors }
}

/// What to do at an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Tell it and go on as the reference does.
    Strict,
    /// Say nothing and give up the statement.
    Salvage,
}

/// The statement in hand is given up; its body goes on after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GiveUp;

/// Reads a file, one token ahead.
#[derive(Debug)]
pub(super) struct Parser<'a> {
    pub(super) lexer: Lexer<'a>,
    pub(super) reading: Reading,
    /// The token to be read next.
    pub(super) token: Token,
    /// Where the last token read ends.
    pub(super) end: u32,
    /// How deep the parser is.
    pub(super) depth: u32,
    /// Opening marks read and not closed.
    pub(super) open: Vec<Kind>,
    comments: Vec<Span>,
    /// Whether a parser's error was told on the line that `line_known_to` is on; a second one there is not told.
    line_has_error: bool,
    line_known_to: usize,
}

impl<'a> Parser<'a> {
    /// Starts at the first token of `text`.
    fn new(text: &'a str, stray: &'a StrayBytes, reading: Reading) -> Self {
        let lexer = Lexer::new(text, stray, reading == Reading::Salvage);
        let token = Token { kind: Kind::Eof, span: Span::at(0) };
        let mut parser = Self {
            lexer,
            reading,
            token,
            end: 0,
            depth: 0,
            open: Vec::new(),
            comments: Vec::new(),
            line_has_error: false,
            line_known_to: 0,
        };
        parser.next();
        parser.end = 0;
        parser
    }

    /// Reads statements up to `until`, which is not read, or the end of the file.
    pub(super) fn body(&mut self, until: Kind) -> Body {
        let mut statements = Vec::new();
        while self.token.kind != until && self.token.kind != Kind::Eof {
            let depth = self.depth;
            let open = self.open.len();
            let start = self.token;
            match self.statement() {
                Ok(statement) => statements.extend(statement),
                Err(GiveUp) => {
                    self.depth = depth;
                    self.skip_statement(open, until);
                }
            }
            if self.token.kind == until {
                break;
            }
            match self.reading {
                Reading::Strict => {
                    if self.token.kind != Kind::Terminator {
                        self.report_unexpected("TERMINATOR");
                        self.consume_statement();
                    }
                    self.next();
                }
                Reading::Salvage if self.token.kind == Kind::Terminator || self.token == start => self.next(),
                Reading::Salvage => {}
            }
        }
        Body { statements }
    }

    /// Reads an attribute or a block. `None` where there is none and reading goes on.
    fn statement(&mut self) -> Result<Option<Statement>, GiveUp> {
        let Some(head) = self.head()? else {
            self.advance(Kind::Ident);
            return Ok(None);
        };
        match self.token.kind {
            Kind::Assign => self.attribute(&head).map(Some),
            Kind::LeftCurly => self.block(head).map(Some),
            got => {
                let expected =
                    if head.may_be_attribute() { "attribute assignment or block body" } else { "block body" };
                self.fail(|| format!("expected {expected}, got {}", got.name()))?;
                self.advance(Kind::Ident);
                Ok(None)
            }
        }
    }

    /// Reads the rest of an attribute, from its `=`.
    fn attribute(&mut self, head: &Head) -> Result<Statement, GiveUp> {
        self.next();
        let name = head.name();
        if head.parts.len() != 1 {
            // The reference's range is as long as the name written without blanks.
            let end = self.boundary_from(name.start as usize + head.joined_length);
            let place = Span::new(name.start, end.max(name.start));
            self.fail_at(place, r#"attribute names may only consist of a single identifier with no ".""#)?;
        } else if let Some(label) = head.label {
            self.fail_at(label.place, "attribute names may not have labels")?;
        }
        let value = self.expression()?.expr;
        if self.reading == Reading::Salvage && !self.at_statement_end() {
            return Err(GiveUp);
        }
        Ok(Statement::Attribute(Attribute { name, value }))
    }

    /// Reads the rest of a block, from its `{`.
    fn block(&mut self, head: Head) -> Result<Statement, GiveUp> {
        self.enter()?;
        self.next();
        let body = self.body(Kind::RightCurly);
        self.leave();
        if self.reading == Reading::Strict || self.token.kind == Kind::RightCurly {
            self.expect(Kind::RightCurly)?;
        }
        let name = head.name();
        let label = head.label.and_then(|label| label.text);
        let span = Span::new(name.start, self.end.max(name.end));
        Ok(Statement::Block(Block { name, parts: head.parts, label, body, span }))
    }

    /// Reads a dotted name and a label. `None` where no name starts.
    fn head(&mut self) -> Result<Option<Head>, GiveUp> {
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
                (Reading::Strict, got) => {
                    self.fail(|| format!("expected block label, got {}", got.name()))?
                }
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

    /// The first character boundary at or after `offset`, within the text.
    fn boundary_from(&self, offset: usize) -> u32 {
        let text = self.lexer.text;
        let boundary = (offset..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
        span(boundary, boundary).start
    }

    /// Reads the token in sight and looks at the next, past comments.
    pub(super) fn next(&mut self) {
        match self.token.kind {
            opening @ (Kind::LeftCurly | Kind::LeftParen | Kind::LeftBracket) => self.open.push(opening),
            closing @ (Kind::RightCurly | Kind::RightParen | Kind::RightBracket) => {
                if self.open.last().and_then(|open| open.closer()) == Some(closing) {
                    self.open.pop();
                }
            }
            _ => {}
        }
        self.end = self.token.span.end;
        loop {
            self.token = self.lexer.scan();
            if self.token.kind != Kind::Comment {
                break;
            }
            self.comments.push(self.token.span);
        }
    }

    /// Reads a token that must be of `kind`; where it is not, tells so and reads it all the same.
    pub(super) fn expect(&mut self, kind: Kind) -> Result<Token, GiveUp> {
        let token = self.token;
        if token.kind != kind {
            self.fail_unexpected(kind.name())?;
        }
        self.next();
        Ok(token)
    }

    /// Goes one level down; an error where that is one too many.
    pub(super) fn enter(&mut self) -> Result<(), GiveUp> {
        self.depth += 1;
        self.check_height(0)
    }

    /// Comes back from [`Parser::enter`].
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// An error where a tree of `height` at this depth is too high.
    pub(super) fn check_height(&mut self, height: u32) -> Result<(), GiveUp> {
        if self.depth + height <= MAX_DEPTH {
            return Ok(());
        }
        let place = Span::at(self.token.span.start);
        self.lexer.reports.add(place, || format!("nested more than {MAX_DEPTH} deep"));
        Err(GiveUp)
    }

    /// Tells that `expected` is not there, and goes on or gives up.
    pub(super) fn fail_unexpected(&mut self, expected: &str) -> Result<(), GiveUp> {
        let got = self.token.kind;
        self.fail(|| format!("expected {expected}, got {}", got.name()))
    }

    /// Tells of an error at the token in sight, and goes on or gives up.
    pub(super) fn fail(&mut self, message: impl FnOnce() -> String) -> Result<(), GiveUp> {
        if self.reading == Reading::Salvage {
            return Err(GiveUp);
        }
        self.report(|_| message());
        Ok(())
    }

    /// Tells of an error over a range, and goes on or gives up.
    pub(super) fn fail_at(&mut self, place: Span, message: &'static str) -> Result<(), GiveUp> {
        if self.reading == Reading::Salvage {
            return Err(GiveUp);
        }
        self.lexer.reports.add(place, || message.to_owned());
        Ok(())
    }

    /// Tells that `expected` is not there.
    fn report_unexpected(&mut self, expected: &'static str) {
        self.report(|parser| format!("expected {expected}, got {}", parser.token.kind.name()));
    }

    /// Tells of an error at the token in sight, unless the error before was on the same line.
    fn report(&mut self, message: impl FnOnce(&Self) -> String) {
        let at = self.token.span.start as usize;
        let passed = self.lexer.bytes().get(self.line_known_to..at).unwrap_or_default();
        if passed.contains(&b'\n') {
            self.line_has_error = false;
        }
        self.line_known_to = self.line_known_to.max(at);
        if !std::mem::replace(&mut self.line_has_error, true) {
            let message = message(self);
            self.lexer.reports.add(Span::at(self.token.span.start), || message);
        }
    }
}

/// The name and label before `=` or `{`.
#[derive(Debug)]
struct Head {
    /// At least one. Where there were errors, not all are names.
    parts: Vec<Span>,
    /// The bytes of the parts and the dots between them.
    joined_length: usize,
    label: Option<Label>,
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
    fn name(&self) -> Span {
        let first = self.parts.first().copied().unwrap_or_default();
        self.parts.last().map_or(first, |last| first.to(*last))
    }

    /// Whether the name could be an attribute's.
    fn may_be_attribute(&self) -> bool {
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
