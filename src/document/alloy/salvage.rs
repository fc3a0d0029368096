//! Turns a file with errors into the statements that can be read in spite of them.
//!
//! The second reading of [`super::parse()`] gives up a statement at its first fault. Here is how it finds the next
//! one, and which faults in a block's head leave no doubt about what was meant.

use super::head::Label;
use super::parse::Parser;
use super::token::Kind;
use super::token::Token;
use crate::text::Span;

/// How many parts of a dotted name are read ahead. No component has more than five, and a name of a thousand lines
/// must not be read a thousand times.
const MAX_PARTS: usize = 8;

/// How many open marks a closing one may close at once, for the same reason.
const MAX_CLOSED: usize = 64;

impl Parser<'_> {
    /// Whether an attribute may end here.
    pub(super) fn at_statement_end(&self) -> bool {
        matches!(self.token.kind, Kind::Terminator | Kind::RightCurly | Kind::Eof)
    }

    /// Reads up to the end of the statement: a terminator outside of the marks opened since there were `open` of
    /// them, or what belongs to the body around it. A line that starts like a statement ends it too.
    pub(super) fn skip_statement(&mut self, open: usize, until: Kind) {
        loop {
            let found = self.token.kind;
            match found {
                Kind::Eof => break,
                Kind::Terminator if self.open.len() <= open => break,
                Kind::RightCurly if found == until && self.is_outdented() => break,
                Kind::RightCurly | Kind::RightParen | Kind::RightBracket => {
                    let mine = self.open.get(open..).unwrap_or_default();
                    let mut last = mine.iter().rev().take(MAX_CLOSED);
                    match last.position(|mark| mark.closer() == Some(found)) {
                        // Marks opened inside and not closed are closed by this one.
                        Some(left_open) => self.open.truncate(self.open.len() - left_open),
                        None if found == until => break,
                        // Closes something around that is not the body: it has nothing to close.
                        None => self.stray_braces += usize::from(found == Kind::RightCurly),
                    }
                }
                Kind::Ident if self.statement_starts_here(open) => break,
                _ => {}
            }
            self.next();
        }
        self.open.truncate(open);
    }

    /// Whether the token in sight is the first on its line and starts a statement, where the innermost mark opened
    /// since there were `open` is `(` or `[` (no element starts like that: somebody forgot to close it) or there is
    /// none (the line before ended in a mark that lets it go on). Inside `{` it may be a field.
    pub(super) fn statement_starts_here(&mut self, open: usize) -> bool {
        let in_object = self.open.get(open..).and_then(<[Kind]>::last) == Some(&Kind::LeftCurly);
        if self.token.kind != Kind::Ident || !self.first_on_line() || (in_object && !self.is_outdented()) {
            return false;
        }
        let state = self.lexer.state();
        let mut last = self.lexer.scan();
        for _ in 0..MAX_PARTS {
            if last.kind != Kind::Dot {
                break;
            }
            self.lexer.scan();
            last = self.lexer.scan();
        }
        let starts = match last.kind {
            Kind::Assign | Kind::LeftCurly => true,
            Kind::String => self.lexer.scan().kind == Kind::LeftCurly,
            _ => false,
        };
        self.lexer.restore(state);
        starts
    }

    /// Whether a line end stands between the last token read and the one in sight, or was that token.
    fn first_on_line(&self) -> bool {
        let (end, start) = (self.end as usize, self.token.span.start as usize);
        let from = end.saturating_sub(1);
        self.lexer.bytes().get(from..start).is_some_and(|gap| gap.contains(&b'\n'))
    }

    /// The column (bytes from 0) of the token in sight, if it is the first on its line.
    pub(super) fn column_of_first(&self) -> Option<usize> {
        let read = self.lexer.bytes().get(..self.token.span.start as usize)?;
        let indent = read.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        (read.len() == indent || read.get(read.len() - indent - 1) == Some(&b'\n')).then_some(indent)
    }

    /// Whether the token in sight stands where only something after the innermost statement can stand: a name not
    /// further right, or a closing brace further left. Asked of the block around a statement, and only where lines
    /// are read by their indentation.
    pub(super) fn is_outdented(&self) -> bool {
        let (true, Some(margin)) = (self.by_indentation, self.margin) else { return false };
        self.column_of_first().is_some_and(|column| match self.token.kind {
            Kind::Ident => column <= margin,
            Kind::RightCurly => column < margin,
            _ => false,
        })
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
