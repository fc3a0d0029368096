//! Turns a string literal into its value, with a map from the value back to what was typed.

use crate::text::Embedding;
use crate::text::Span;

/// The value of the string literal that `span` covers in `text`, and where each part of it was written. `None`
/// for a literal that is not whole, has a wrong escape, or spells bytes that are not UTF-8.
///
/// Escapes are Go's: `\a \b \f \n \r \t \v \\ \"`, `\123`, `\x7f`, `\u00e9`, `\U0001f600`. In backticks nothing is
/// an escape, and carriage returns are dropped.
pub(crate) fn decode_string(text: &str, span: Span) -> Option<(String, Embedding)> {
    let literal = text.get(span.start as usize..span.end as usize)?;
    let quote = literal.chars().next().filter(|first| matches!(first, '"' | '`'))?;
    let inner = literal.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut decoder = Decoder::new(span.start + 1);
    let mut rest = inner;
    let special = |byte: u8| if quote == '`' { byte == b'\r' } else { matches!(byte, b'\\' | b'"' | b'\n') };
    while !rest.is_empty() {
        let plain = rest.bytes().position(special).unwrap_or(rest.len());
        let (copied, tail) = rest.split_at_checked(plain)?;
        decoder.copy(copied)?;
        rest = match tail.bytes().next() {
            None => tail,
            Some(b'\r') => {
                decoder.drop_byte()?;
                tail.get(1..)?
            }
            Some(b'\\') => {
                let taken = decoder.escape(tail.get(1..)?)?;
                tail.get(1 + taken..)?
            }
            Some(_) => return None,
        };
    }
    decoder.finish()
}

/// The value so far. Bytes from `\xc3\xa9` wait until they make up a character.
#[derive(Debug)]
struct Decoder {
    value: String,
    map: Embedding,
    /// Offset in the source of what comes next.
    host: u32,
    /// Bytes beyond ASCII spelled as escapes, and where the first of them starts.
    waiting: Vec<u8>,
    waiting_from: u32,
}

impl Decoder {
    /// Starts with nothing, at offset `host`.
    fn new(host: u32) -> Self {
        Self { value: String::new(), map: Embedding::new(), host, waiting: Vec::new(), waiting_from: host }
    }

    /// Takes over text as it is.
    fn copy(&mut self, text: &str) -> Option<()> {
        if text.is_empty() {
            return Some(());
        }
        let host = Span::new(self.host, self.host.checked_add(u32::try_from(text.len()).ok()?)?);
        self.append(text, host)
    }

    /// Skips one byte of the source that leaves nothing in the value.
    fn drop_byte(&mut self) -> Option<()> {
        self.host = self.host.checked_add(1)?;
        Some(())
    }

    /// Reads the escape whose backslash stood before `rest`, and gives the length that it takes of `rest`.
    fn escape(&mut self, rest: &str) -> Option<usize> {
        let selector = rest.bytes().next()?;
        let (skipped, count, radix) = match selector {
            b'0'..=b'7' => (0, 3, 8),
            b'x' => (1, 2, 16),
            b'u' => (1, 4, 16),
            b'U' => (1, 8, 16),
            _ => {
                let character = match selector {
                    b'a' => '\u{7}',
                    b'b' => '\u{8}',
                    b'f' => '\u{c}',
                    b'n' => '\n',
                    b'r' => '\r',
                    b't' => '\t',
                    b'v' => '\u{b}',
                    b'\\' => '\\',
                    b'"' => '"',
                    _ => return None,
                };
                self.character(character, 2)?;
                return Some(1);
            }
        };
        let digits = rest.get(skipped..skipped + count)?;
        // `from_str_radix` takes a sign too.
        if !digits.bytes().all(|byte| char::from(byte).is_digit(radix)) {
            return None;
        }
        let number = u32::from_str_radix(digits, radix).ok()?;
        let length = skipped + count;
        let written = u32::try_from(length).ok()? + 1;
        match selector {
            b'u' | b'U' => self.character(char::from_u32(number)?, written)?,
            _ if number < 0x80 => self.character(char::from_u32(number)?, written)?,
            _ => self.byte(u8::try_from(number).ok()?, written)?,
        }
        Some(length)
    }

    /// Appends a character that `written` bytes of the source spell.
    fn character(&mut self, character: char, written: u32) -> Option<()> {
        let host = Span::new(self.host, self.host.checked_add(written)?);
        self.append(character.encode_utf8(&mut [0; 4]), host)
    }

    /// Keeps a byte beyond ASCII until its character is whole.
    fn byte(&mut self, byte: u8, written: u32) -> Option<()> {
        if self.waiting.is_empty() {
            self.waiting_from = self.host;
        }
        self.waiting.push(byte);
        self.host = self.host.checked_add(written)?;
        if let Ok(character) = std::str::from_utf8(&self.waiting) {
            let character = character.to_owned();
            self.waiting.clear();
            return self.append(&character, Span::new(self.waiting_from, self.host));
        }
        // A character has at most four bytes.
        (self.waiting.len() < 4).then_some(())
    }

    /// Appends `text`, made from `host`.
    fn append(&mut self, text: &str, host: Span) -> Option<()> {
        if !self.waiting.is_empty() {
            return None;
        }
        let start = u32::try_from(self.value.len()).ok()?;
        self.value.push_str(text);
        self.map.push(Span::new(start, u32::try_from(self.value.len()).ok()?), host);
        self.host = host.end;
        Some(())
    }

    /// The value and its map. An empty value maps to the place between the quotes.
    fn finish(mut self) -> Option<(String, Embedding)> {
        if !self.waiting.is_empty() {
            return None;
        }
        if self.value.is_empty() {
            self.map.push(Span::at(0), Span::at(self.waiting_from));
        }
        Some((self.value, self.map))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The value of a literal that stands alone.
    fn value(literal: &str) -> Option<String> {
        let end = u32::try_from(literal.len()).unwrap();
        decode_string(literal, Span::new(0, end)).map(|(value, _)| value)
    }

    #[test]
    fn decodes_each_escape() {
        assert_eq!(
            value(r#""\a\b\f\n\r\t\v\\\"\101\x4E\u00e9\U0001f600é""#).unwrap(),
            "\u{7}\u{8}\u{c}\n\r\t\u{b}\\\"AN\u{e9}\u{1f600}é"
        );
    }

    #[test]
    fn bytes_spelled_one_by_one_make_a_character() {
        let text = r#"x = "a\xc3\251b""#;
        let (value, map) = decode_string(text, Span::new(4, 16)).unwrap();
        assert_eq!(value, "aéb");
        assert_eq!(map.to_host(Span::new(1, 3)), Some(Span::new(6, 14)));
        assert_eq!(map.to_host(Span::new(3, 4)), Some(Span::new(14, 15)));
    }

    #[test]
    fn refuses_what_is_no_string_or_no_text() {
        for literal in [
            "",
            "\"",
            "`",
            "\"a",
            "a",
            "'a'",
            r#""\'""#,
            r#""\x4""#,
            r#""\400""#,
            r#""\ud800""#,
            r#""\xff""#,
            r#""\xc3a""#,
            "\"a\nb\"",
            r#""a"b""#,
            r#""\x+1""#,
            r#""\U00110000""#,
            r#""\""#,
        ] {
            assert_eq!(value(literal), None, "{literal}");
        }
    }

    #[test]
    fn raw_strings_lose_carriage_returns_only() {
        let text = "`a\\n\r\nb`";
        let (value, map) = decode_string(text, Span::new(0, 8)).unwrap();
        assert_eq!(value, "a\\n\nb");
        assert_eq!(map.to_host(Span::new(3, 5)), Some(Span::new(5, 7)));
    }

    #[test]
    fn empty_string_has_its_place_between_the_quotes() {
        let (value, map) = decode_string("a = \"\"", Span::new(4, 6)).unwrap();
        assert_eq!(value, "");
        assert_eq!(map.to_host(Span::at(0)), Some(Span::at(5)));
    }

    proptest! {
        #[test]
        fn copied_pieces_have_equal_text_and_the_rest_is_an_escape(
            parts in prop::collection::vec(
                prop_oneof![
                    "[ -!#-\\[\\]-~é日😀]{0,8}",
                    Just("\\n".to_owned()), Just("\\\"".to_owned()), Just("\\\\".to_owned()),
                    Just("\\u00e9".to_owned()), Just("\\xc3\\xa9".to_owned()), Just("\\101".to_owned()),
                ],
                0..12,
            ),
            before in "[a-zé]{0,5}",
        ) {
            let literal = format!("\"{}\"", parts.concat());
            let text = format!("{before}{literal}{before}");
            let start = u32::try_from(before.len()).unwrap();
            let span = Span::new(start, start + u32::try_from(literal.len()).unwrap());
            let (value, map) = decode_string(&text, span).unwrap();
            let mut guest = 0;
            let mut host = span.start + 1;
            for piece in map.pieces() {
                prop_assert_eq!(piece.guest.start, guest);
                prop_assert_eq!(piece.host.start, host);
                if piece.guest.len() == piece.host.len() {
                    prop_assert_eq!(piece.guest.slice(&value), piece.host.slice(&text));
                } else {
                    prop_assert!(piece.host.slice(&text).starts_with('\\'));
                    prop_assert_ne!(piece.guest.slice(&value), "");
                }
                (guest, host) = (piece.guest.end, piece.host.end);
            }
            prop_assert_eq!(guest as usize, value.len());
            prop_assert_eq!(host, span.end - 1);
        }

        #[test]
        fn raw_strings_are_copied(inner in "[ -_a-~\r\né]{0,30}") {
            let text = format!("`{inner}`");
            let span = Span::new(0, u32::try_from(text.len()).unwrap());
            let (value, map) = decode_string(&text, span).unwrap();
            prop_assert_eq!(&value, &inner.replace('\r', ""));
            for piece in map.pieces() {
                prop_assert_eq!(piece.guest.slice(&value), piece.host.slice(&text));
            }
        }
    }
}
