//! Turns a file with errors into the statements that can be read in spite of them.
//!
//! The second reading of [`super::parse`] gives up a statement at its first fault. Here is how it finds the next
//! one, and which faults in a block's head leave no doubt about what was meant.

use super::parse::Label;
use super::parse::Parser;
use super::token::Kind;
use super::token::Token;
use crate::text::Span;

impl Parser<'_> {
    /// Whether an attribute may end here.
    pub(super) fn at_statement_end(&self) -> bool {
        matches!(self.token.kind, Kind::Terminator | Kind::RightCurly | Kind::Eof)
    }

    /// Reads up to the end of the statement: a terminator outside of the marks opened since there were `open` of
    /// them, or what belongs to the body around it. A line that starts like a statement inside open `(` or `[` ends
    /// it too, since no expression starts like that: somebody forgot to close them.
    pub(super) fn skip_statement(&mut self, open: usize, until: Kind) {
        loop {
            let found = self.token.kind;
            match found {
                Kind::Eof => break,
                Kind::Terminator if self.open.len() <= open => break,
                Kind::RightCurly | Kind::RightParen | Kind::RightBracket => {
                    let mine = self.open.iter().skip(open).rposition(|kind| kind.closer() == Some(found));
                    match mine {
                        // Marks opened inside and not closed are closed by this one.
                        Some(index) => self.open.truncate(open + index + 1),
                        None if found == until => break,
                        // Closes something around that is not the body: it has nothing to close.
                        None => {}
                    }
                }
                Kind::Ident if self.line_starts_statement(open) => break,
                _ => {}
            }
            self.next();
        }
        self.open.truncate(open);
    }

    /// Whether the name in sight is the first on its line and starts a statement, inside an open `(` or `[`.
    fn line_starts_statement(&mut self, open: usize) -> bool {
        let inside = self.open.len() > open && self.open.last().is_some_and(|mark| *mark != Kind::LeftCurly);
        let before = self.lexer.bytes().get(self.end as usize..self.token.span.start as usize);
        if !inside || !before.is_some_and(|gap| gap.contains(&b'\n')) && !self.after_line_end() {
            return false;
        }
        let state = self.lexer.state();
        let mut last = self.lexer.scan();
        while last.kind == Kind::Dot {
            last = self.lexer.scan();
            if last.kind == Kind::Ident {
                last = self.lexer.scan();
            }
        }
        let starts = match last.kind {
            Kind::Assign | Kind::LeftCurly => true,
            Kind::String => self.lexer.scan().kind == Kind::LeftCurly,
            _ => false,
        };
        self.lexer.restore(state);
        starts
    }

    /// Whether the last token read was a line end.
    fn after_line_end(&self) -> bool {
        self.lexer.bytes().get(..self.end as usize).is_some_and(|read| read.ends_with(b"\n"))
    }

    /// The label in sight, if the next token is meant as one: quoted in any way, or a bare word before a `{`.
    pub(super) fn salvage_label(&mut self) -> Option<Label> {
        let place = self.token.span;
        let literal = place.slice(self.lexer.text);
        let kind = self.token.kind;
        let text = match kind {
            Kind::String | Kind::Illegal => {
                let quote = literal.chars().next().filter(|first| matches!(first, '"' | '`' | '\''))?;
                literal.strip_prefix(quote)?.strip_suffix(quote)?;
                Span::new(place.start + 1, place.end - 1)
            }
            Kind::Ident if self.peek().kind == Kind::LeftCurly => place,
            _ => return None,
        };
        Some(Label { place, text: (!text.is_empty()).then_some(text) })
    }

    /// Steps over line ends between a block's head and a `{` that stands alone on its line.
    pub(super) fn salvage_brace(&mut self) {
        if self.token.kind == Kind::Terminator && self.peek().kind == Kind::LeftCurly {
            self.next();
        }
    }

    /// The token after the one in sight.
    fn peek(&mut self) -> Token {
        let state = self.lexer.state();
        let mut token = self.lexer.scan();
        while token.kind == Kind::Comment {
            token = self.lexer.scan();
        }
        self.lexer.restore(state);
        token
    }

    /// Reads tokens up to the next of `kind`.
    pub(super) fn advance(&mut self, kind: Kind) {
        self.advance_to(|found| found == kind);
    }

    /// Reads tokens up to the next that is `wanted`.
    pub(super) fn advance_to(&mut self, wanted: impl Fn(Kind) -> bool) {
        while self.token.kind != Kind::Eof && !wanted(self.token.kind) {
            self.next();
        }
    }

    /// The reference's way to the end of a statement: a terminator where no more marks of each sort were opened
    /// than closed.
    pub(super) fn consume_statement(&mut self) {
        let (mut curly, mut square, mut round) = (0_i64, 0_i64, 0_i64);
        loop {
            match self.token.kind {
                Kind::Eof => return,
                Kind::LeftCurly => curly += 1,
                Kind::RightCurly => curly -= 1,
                Kind::LeftBracket => square += 1,
                Kind::RightBracket => square -= 1,
                Kind::LeftParen => round += 1,
                Kind::RightParen => round -= 1,
                Kind::Terminator if curly <= 0 && square <= 0 && round <= 0 => return,
                _ => {}
            }
            self.next();
        }
    }
}
