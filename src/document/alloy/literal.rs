//! Turns the insides of numbers, strings and comments into tokens.

use super::charset;
use super::lexer::Lexer;
use super::token::Kind;

impl Lexer<'_> {
    /// Reads digits with an optional fraction and exponent, from the first digit or the point.
    pub(super) fn number(&mut self) -> Kind {
        let start = self.at;
        let mut kind = Kind::Number;
        self.digits();
        if self.byte() == Some(b'.') {
            kind = Kind::Float;
            self.bump();
            self.digits();
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            kind = Kind::Float;
            self.bump();
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.bump();
            }
            if self.digits() == 0 {
                self.error(start, || "exponent has no digits".to_owned());
            }
        }
        kind
    }

    /// Reads ASCII digits and counts them.
    fn digits(&mut self) -> usize {
        self.run(|byte| byte.is_ascii_digit())
    }

    /// Reads the rest of a string whose opening `quote` at `start` has been read. Backticks run over lines and
    /// have no escapes. One that is not closed ends before the line end (with backticks: the end of the text).
    pub(super) fn quoted(&mut self, start: usize, quote: u8) -> Kind {
        let raw = quote == b'`';
        loop {
            self.run(|byte| {
                byte != quote && (1..0x80).contains(&byte) && (raw || (byte != b'\\' && byte != b'\n'))
            });
            match self.byte() {
                None => break,
                Some(b'\n') if !raw => break,
                Some(byte) => {
                    self.bump();
                    if byte == quote {
                        return Kind::String;
                    }
                    if byte == b'\\' && !raw {
                        self.escape();
                    }
                }
            }
        }
        self.error(start, || "string literal not terminated".to_owned());
        Kind::String
    }

    /// Reads what follows a backslash. Stops before the first character that does not belong.
    fn escape(&mut self) {
        let start = self.at;
        let (count, radix, limit) = match self.byte() {
            Some(b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\' | b'"') => return self.bump(),
            Some(b'0'..=b'7') => (3, 8, 0xff),
            Some(b'x') => (2, 16, 0xff),
            Some(b'u') => (4, 16, 0x10_ffff),
            Some(b'U') => (8, 16, 0x10_ffff),
            None => return self.error(start, || "escape sequence not terminated".to_owned()),
            Some(_) => return self.error(start, || "unknown escape sequence".to_owned()),
        };
        if radix == 16 {
            self.bump();
        }
        let mut value = 0_u32;
        for _ in 0..count {
            let Some(character) = self.char() else {
                return self.error(start, || "escape sequence not terminated".to_owned());
            };
            let Some(digit) = character.to_digit(radix) else {
                return self.error(start, || {
                    format!("illegal character {} in escape sequence", charset::code_point(character))
                });
            };
            // At most eight hexadecimal digits: 32 bits.
            value = value.wrapping_mul(radix).wrapping_add(digit);
            self.bump();
        }
        if value > limit || (0xd800..0xe000).contains(&value) {
            self.error(start, || "escape sequence is invalid Unicode code point".to_owned());
        }
    }

    /// Reads a comment whose first slash at `start` has been read, and gives the end of its text: a carriage
    /// return before the line end does not belong to it.
    pub(super) fn comment(&mut self, start: usize) -> usize {
        if self.byte() == Some(b'/') {
            self.skip_line();
            let returns = self.bytes().get(..self.at).is_some_and(|read| read.ends_with(b"\r"));
            return self.at - usize::from(returns);
        }
        self.bump();
        let mut star = false;
        while let Some(byte) = self.byte() {
            self.bump();
            if star && byte == b'/' {
                return self.at;
            }
            star = byte == b'*';
            if !star {
                self.run(|byte| (1..0x80).contains(&byte) && byte != b'*');
            }
        }
        self.error(start, || "block comment not terminated".to_owned());
        self.at
    }
}
