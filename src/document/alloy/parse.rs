//! Turns tokens into statements, and a file into its tree, errors and comments.
//!
//! The grammar and the order and texts of the errors are those of the reference, which gives no tree when there is
//! an error. Ours then reads the file a second time: silent, with `#` as a comment, and giving up one statement at
//! a time instead of looking for more errors. What it keeps is what a person would read in spite of the fault.
//! Where a brace is missing, a third reading goes by indentation.

use std::sync::Arc;

use super::Attribute;
use super::Block;
use super::Body;
use super::File;
use super::Statement;
#[cfg(any(test, feature = "fuzzing"))]
use super::encoding;
use super::head::Head;
use super::lexer::Lexer;
use super::lexer::StrayBytes;
use super::lexer::span;
use super::token::Kind;
use super::token::Token;
use crate::text::Limit;
use crate::text::Span;

/// How deep statements and values may nest. The reference has no limit and ends with a stack overflow; nobody types
/// the default. At it a build without optimisation needs less than 1 MiB of stack, half of what a thread has.
pub(crate) fn max_depth() -> u32 {
    u32::try_from(Limit::AlloyNesting.get()).unwrap_or(u32::MAX)
}

/// How high a tree may be, since what walks it calls itself: a chain `a + b + c` or `a.b.c` does not nest, but is a
/// tree that grows by one with each link. A chain is let be about three times as high as nesting: 400 by default.
pub(crate) fn max_height() -> u32 {
    max_depth().saturating_mul(25) / 8
}

/// Parses a program.
pub(crate) fn parse(text: Arc<str>) -> File {
    parse_with(text, &[])
}

/// Parses a program that may not be UTF-8: U+FFFD stands in the text for each byte that is no part of a character. For
/// the reference's answers, some of which are about bytes; what the linter reads is UTF-8 before it comes here.
#[cfg(any(test, feature = "fuzzing"))]
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
        // Dropped before the next reading, since it is of no use.
        drop(body);
        salvage(&text, stray)
    };
    File { text, body, comments, errors }
}

/// Reads what can be read of a text with errors: statements and comments.
fn salvage(text: &str, stray: &StrayBytes) -> (Body, Vec<Span>) {
    let mut second = Parser::new(text, stray, Reading::Salvage);
    let body = second.body(Kind::Eof);
    if second.open_blocks == 0 {
        return (body, second.comments);
    }
    let mut third = Parser::new(text, stray, Reading::Salvage);
    third.by_indentation = true;
    let indented = third.body(Kind::Eof);
    // A text that is not indented by its structure leaves closing braces over.
    if third.stray_braces > second.stray_braces {
        return (body, second.comments);
    }
    (indented, third.comments)
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
    /// Whether a line further left than its block ends the block.
    pub(super) by_indentation: bool,
    /// Column of the innermost statement that the parser is in, where that is the first on its line.
    pub(super) margin: Option<usize>,
    /// Blocks without a closing brace, and closing braces without a block, in what was read.
    open_blocks: usize,
    pub(super) stray_braces: usize,
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
            by_indentation: false,
            margin: None,
            open_blocks: 0,
            stray_braces: 0,
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
        let margin = self.margin;
        while self.token.kind != until && self.token.kind != Kind::Eof && !self.is_outdented() {
            let depth = self.depth;
            let open = self.open.len();
            let start = self.token;
            if self.by_indentation {
                self.margin = self.column_of_first();
            }
            let Ok(statement) = self.statement() else {
                self.depth = depth;
                self.skip_statement(open, until);
                self.margin = margin;
                if self.token.kind == Kind::Terminator || self.token == start {
                    self.next();
                }
                continue;
            };
            self.margin = margin;
            statements.extend(statement);
            if self.token.kind == until {
                break;
            }
            if self.token.kind == Kind::Terminator {
                self.next();
            } else if self.reading == Reading::Strict {
                self.report_unexpected("TERMINATOR");
                self.consume_statement();
                self.next();
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
        } else {
            self.open_blocks += 1;
        }
        let name = head.name();
        let label = head.label.and_then(|label| label.text);
        let span = Span::new(name.start, self.end.max(name.end));
        Ok(Statement::Block(Block { name, parts: head.parts, label, body, span }))
    }

    /// The first character boundary at or after `offset`, within the text.
    pub(super) fn boundary_from(&self, offset: usize) -> u32 {
        let text = self.lexer.text;
        let boundary = (offset..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
        span(boundary, boundary).start
    }

    /// Reads the token in sight and looks at the next, past comments.
    pub(super) fn next(&mut self) {
        match self.token.kind {
            opening @ (Kind::LeftCurly | Kind::LeftParen | Kind::LeftBracket) => self.open.push(opening),
            closing if self.open.last().and_then(|open| open.closer()) == Some(closing) => {
                self.open.pop();
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
        if self.depth <= max_depth() {
            return Ok(());
        }
        self.lexer.reports.add(Span::at(self.token.span.start), || {
            let (levels, remedy) = (Limit::AlloyNesting.shown(), Limit::AlloyNesting.remedy());
            format!("nested more than {levels} deep ({remedy})")
        });
        Err(GiveUp)
    }

    /// Comes back from [`Parser::enter`].
    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// An error where a tree of `height` at this depth is too high.
    pub(super) fn check_height(&mut self, height: u32) -> Result<(), GiveUp> {
        if self.depth + height <= max_height() {
            return Ok(());
        }
        let place = Span::at(self.token.span.start);
        self.lexer.reports.add(place, || {
            format!("expression has more than {} levels ({})", max_height(), Limit::AlloyNesting.remedy())
        });
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
    pub(super) fn report(&mut self, message: impl FnOnce(&Self) -> String) {
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
