//! Turns text into tokens, with the terminators that line ends make.
//!
//! Works on bytes and looks one character ahead, because the reference does: it tells of a bad byte when it comes
//! into sight, which is before it tells of the token in hand.

use super::charset;
use super::report::Reports;
use super::token::Kind;
use super::token::Token;
use crate::text::Span;

/// Bytes of the file that were not UTF-8, each as offset in the text (where U+FFFD stands for it) and value.
pub(crate) type StrayBytes = [(u32, u8)];

/// The byte order mark.
const MARK: char = '\u{feff}';

/// Where a lexer stands; see [`Lexer::state`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    at: usize,
    terminator_due: bool,
}

/// Reads tokens from a text.
#[derive(Debug)]
pub(crate) struct Lexer<'a> {
    pub(super) text: &'a str,
    stray: &'a StrayBytes,
    /// Offset of the character in sight, always at the start of one.
    pub(super) at: usize,
    /// Whether the next line end is a terminator.
    terminator_due: bool,
    /// Whether `#` starts a comment, as in the second reading.
    hash_comments: bool,
    /// What went wrong; the parser adds its own.
    pub(crate) reports: Reports,
}

impl<'a> Lexer<'a> {
    /// Starts at the beginning of `text`, after its byte order mark if there is one.
    pub(crate) fn new(text: &'a str, stray: &'a StrayBytes, hash_comments: bool) -> Self {
        let reports = Reports { errors: Vec::new(), silent: hash_comments };
        let mut lexer = Self { text, stray, at: 0, terminator_due: false, hash_comments, reports };
        lexer.look();
        if text.starts_with(MARK) {
            lexer.bump();
        }
        lexer
    }

    /// The next token. At the end of the text it is [`Kind::Eof`], again and again.
    pub(crate) fn scan(&mut self) -> Token {
        loop {
            self.skip_blanks();
            let start = self.at;
            let Some(byte) = self.byte() else {
                let due = std::mem::take(&mut self.terminator_due);
                return self.token(if due { Kind::Terminator } else { Kind::Eof }, start);
            };
            let kind = match byte {
                b'\n' => {
                    self.bump();
                    Kind::Terminator
                }
                b'#' if self.hash_comments => {
                    if std::mem::take(&mut self.terminator_due) {
                        return self.token(Kind::Terminator, start);
                    }
                    self.skip_line();
                    continue;
                }
                b'/' => {
                    self.bump();
                    match self.byte() {
                        Some(b'/' | b'*') if self.terminator_due && self.comment_ends_line() => {
                            self.at = start;
                            Kind::Terminator
                        }
                        Some(b'/' | b'*') => {
                            let end = self.comment(start);
                            self.terminator_due = false;
                            return Token { kind: Kind::Comment, span: span(start, end) };
                        }
                        _ => Kind::Divide,
                    }
                }
                b'0'..=b'9' => self.number(),
                b'.' if self.bytes().get(start + 1).is_some_and(u8::is_ascii_digit) => self.number(),
                _ => self.word_or_mark(byte),
            };
            if kind != Kind::Illegal {
                self.terminator_due = kind.ends_statement();
            }
            return self.token(kind, start);
        }
    }

    /// Where the lexer stands, to come back with [`Lexer::restore`].
    pub(crate) fn state(&self) -> State {
        State { at: self.at, terminator_due: self.terminator_due }
    }

    /// Goes back to `state`.
    pub(crate) fn restore(&mut self, state: State) {
        self.at = state.at;
        self.terminator_due = state.terminator_due;
    }

    /// The byte of the file that U+FFFD at `offset` stands for; `None` for all other characters.
    pub(crate) fn stray_byte(&self, offset: usize) -> Option<u8> {
        let index = self.stray.binary_search_by_key(&offset, |(at, _)| *at as usize).ok()?;
        self.stray.get(index).map(|(_, byte)| *byte)
    }

    /// Reads a name, a string, an operator or something illegal.
    fn word_or_mark(&mut self, byte: u8) -> Kind {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => return self.word(),
            0x80.. if self.char().is_some_and(charset::is_letter) => return self.word(),
            _ => {}
        }
        let start = self.at;
        let character = self.char();
        self.bump();
        match byte {
            b'"' => self.quoted(start, b'"'),
            b'`' => self.quoted(start, b'`'),
            b'\'' => {
                self.error(start, || "illegal single-quoted string; use double quotes".to_owned());
                self.quoted(start, b'\'');
                // The only illegal token that makes a terminator due by itself.
                self.terminator_due = true;
                Kind::Illegal
            }
            b'|' => self.doubled(b'|', Kind::Or, "missing second | in ||"),
            b'&' => self.doubled(b'&', Kind::And, "missing second & in &&"),
            b'!' => self.with_equals(Kind::Not, Kind::NotEqual),
            b'=' => self.with_equals(Kind::Assign, Kind::Equal),
            b'<' => self.with_equals(Kind::Less, Kind::LessEqual),
            b'>' => self.with_equals(Kind::Greater, Kind::GreaterEqual),
            b'+' => Kind::Add,
            b'-' => Kind::Subtract,
            b'*' => Kind::Multiply,
            b'%' => Kind::Remainder,
            b'^' => Kind::Power,
            b'{' => Kind::LeftCurly,
            b'}' => Kind::RightCurly,
            b'(' => Kind::LeftParen,
            b')' => Kind::RightParen,
            b'[' => Kind::LeftBracket,
            b']' => Kind::RightBracket,
            b',' => Kind::Comma,
            b'.' => Kind::Dot,
            _ => {
                if let Some(character) = character
                    && character != MARK
                {
                    self.error(start, || format!("illegal character {}", charset::code_point(character)));
                }
                Kind::Illegal
            }
        }
    }

    /// Reads a name or keyword.
    fn word(&mut self) -> Kind {
        let start = self.at;
        loop {
            self.run(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            match self.char() {
                Some(next) if !next.is_ascii() && (charset::is_letter(next) || charset::is_digit(next)) => {
                    self.bump();
                }
                _ => break,
            }
        }
        match self.bytes().get(start..self.at).unwrap_or_default() {
            b"true" | b"false" => Kind::Bool,
            b"null" => Kind::Null,
            _ => Kind::Ident,
        }
    }

    /// Reads the second mark of `||` or `&&`. A single one is told and taken for the operator.
    fn doubled(&mut self, second: u8, kind: Kind, message: &'static str) -> Kind {
        if self.byte() == Some(second) {
            self.bump();
        } else {
            self.error(self.at, || message.to_owned());
        }
        kind
    }

    /// `longer` if an equals sign follows, which is read; else `short`.
    fn with_equals(&mut self, short: Kind, longer: Kind) -> Kind {
        if self.byte() == Some(b'=') {
            self.bump();
            longer
        } else {
            short
        }
    }

    /// Skips blanks, and line ends unless a terminator is due.
    fn skip_blanks(&mut self) {
        let line_ends = !self.terminator_due;
        self.run(|byte| matches!(byte, b' ' | b'\t' | b'\r') || (byte == b'\n' && line_ends));
    }

    /// Whether the comment in sight (first slash read) and those that follow on its line reach a line end or the
    /// end of the text. Comes back to where it was; bad bytes on the way are told here and again later.
    fn comment_ends_line(&mut self) -> bool {
        let back = self.at;
        let ends = self.comments_end_line();
        self.at = back;
        ends
    }

    /// The reading half of [`Lexer::comment_ends_line`].
    fn comments_end_line(&mut self) -> bool {
        loop {
            match self.byte() {
                Some(b'/') => return true,
                Some(b'*') => {}
                _ => return false,
            }
            self.bump();
            let mut star = false;
            while let Some(byte) = self.byte() {
                if byte == b'\n' {
                    return true;
                }
                self.bump();
                if star && byte == b'/' {
                    break;
                }
                star = byte == b'*';
            }
            self.skip_blanks();
            match self.byte() {
                None | Some(b'\n') => return true,
                Some(b'/') => self.bump(),
                Some(_) => return false,
            }
        }
    }

    /// All bytes of the text.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// The byte in sight: the first of a character.
    pub(super) fn byte(&self) -> Option<u8> {
        self.bytes().get(self.at).copied()
    }

    /// The character in sight.
    pub(super) fn char(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    /// Steps over the character in sight.
    pub(super) fn bump(&mut self) {
        self.at += match self.byte() {
            None => 0,
            Some(0..0x80) => 1,
            Some(_) => self.char().map_or(1, char::len_utf8),
        };
        self.look();
    }

    /// Steps over bytes while `wanted`, which must refuse NUL and all beyond ASCII.
    pub(super) fn run(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes().get(self.at..).unwrap_or_default();
        let count = rest.iter().position(|byte| !wanted(*byte)).unwrap_or(rest.len());
        if count > 0 {
            self.at += count;
            self.look();
        }
        count
    }

    /// Steps to the end of the line.
    pub(super) fn skip_line(&mut self) {
        while let Some(byte) = self.byte() {
            if byte == b'\n' {
                break;
            }
            if self.run(|byte| (1..0x80).contains(&byte) && byte != b'\n') == 0 {
                self.bump();
            }
        }
    }

    /// Tells of a character that may stand nowhere as it comes into sight.
    fn look(&mut self) {
        match self.byte() {
            Some(0) => self.error(self.at, || "illegal character NUL".to_owned()),
            Some(0x80..) => match self.char() {
                Some(char::REPLACEMENT_CHARACTER) if self.stray_byte(self.at).is_some() => {
                    self.error(self.at, || "illegal UTF-8 encoding".to_owned());
                }
                Some(MARK) if self.at > 0 => self.error(self.at, || "illegal byte order mark".to_owned()),
                _ => {}
            },
            _ => {}
        }
    }

    /// Tells of an error at `offset`.
    pub(super) fn error(&mut self, offset: usize, message: impl FnOnce() -> String) {
        self.reports.add(span(offset, offset), message);
    }

    /// The token from `start` to here.
    fn token(&self, kind: Kind, start: usize) -> Token {
        Token { kind, span: span(start, self.at) }
    }
}

/// A span from offsets. Texts are at most 4 GiB, so nothing is cut.
pub(super) fn span(start: usize, end: usize) -> Span {
    let offset = |value| u32::try_from(value).unwrap_or(u32::MAX);
    Span::new(offset(start), offset(end))
}
