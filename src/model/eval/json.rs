//! Turns JSON text into values and values into JSON text, as Go's `encoding/json` does.

use std::sync::Arc;

use super::goquote::append;
use super::traced::Fields;
use super::traced::Kind;
use super::traced::Traced;

/// Deeper nesting than this is not read: the result is unknown, not wrong.
const DEEPEST: usize = 300;

/// Why JSON text was not read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The text is wrong at this byte.
    Invalid(usize),
    /// Nested too deeply for this program.
    TooDeep,
}

/// How numbers are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// All as floats, as `encoding.from_json` does.
    Floats,
    /// Whole numbers as integers, as `json_path` does.
    Integers,
}

/// Reads one JSON value and nothing after it.
pub(crate) fn parse(text: &[u8], numbers: Numbers) -> Result<Traced, Refused> {
    // Go replaces what is not UTF-8.
    let text = String::from_utf8_lossy(text);
    let mut reader = Reader { text: &text, at: 0, numbers };
    let value = reader.value(0)?;
    reader.blanks();
    if reader.at < text.len() { Err(Refused::Invalid(reader.at)) } else { Ok(value) }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    numbers: Numbers,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn wrong<T>(&self) -> Result<T, Refused> {
        Err(Refused::Invalid(self.at))
    }

    fn take(&mut self, mark: u8) -> Result<(), Refused> {
        self.blanks();
        if self.peek() != Some(mark) {
            return self.wrong();
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<Traced, Refused> {
        if depth > DEEPEST {
            return Err(Refused::TooDeep);
        }
        self.blanks();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Traced::text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                for (word, kind) in
                    [("null", Kind::Null), ("true", Kind::Bool(true)), ("false", Kind::Bool(false))]
                {
                    if self.text[self.at..].starts_with(word) {
                        self.at += word.len();
                        return Ok(kind.into());
                    }
                }
                self.wrong()
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Traced, Refused> {
        self.at += 1;
        let mut items = Vec::new();
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Traced::array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.blanks();
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(Traced::array(items));
            }
            self.take(b',')?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Traced, Refused> {
        self.at += 1;
        let mut fields = Fields::new();
        self.blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Traced::object(fields));
        }
        loop {
            self.blanks();
            if self.peek() != Some(b'"') {
                return self.wrong();
            }
            let key: Arc<str> = self.string()?.into();
            self.take(b':')?;
            fields.insert(key, self.value(depth + 1)?);
            self.blanks();
            if self.peek() == Some(b'}') {
                self.at += 1;
                return Ok(Traced::object(fields));
            }
            self.take(b',')?;
        }
    }

    fn digits(&mut self) -> Result<(), Refused> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return self.wrong();
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Traced, Refused> {
        let start = self.at;
        let mut whole = true;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            whole = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            whole = false;
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = &self.text[start..self.at];
        if whole
            && self.numbers == Numbers::Integers
            && let Ok(value) = text.parse()
        {
            return Ok(Kind::Int(value).into());
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Kind::Float(value).into()),
            _ => Err(Refused::Invalid(start)),
        }
    }

    fn string(&mut self) -> Result<String, Refused> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.find(|c: char| c == '"' || c == '\\' || c < ' ').unwrap_or(rest.len());
            out.push_str(&rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                _ => return self.wrong(),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Refused> {
        self.at += 1;
        let letter = match self.peek() {
            Some(mark @ (b'"' | b'\\' | b'/')) => char::from(mark),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                return self.unicode();
            }
            _ => return self.wrong(),
        };
        self.at += 1;
        Ok(letter)
    }

    /// Four hexadecimal digits; half of a surrogate pair needs the other half, or is replaced.
    fn unicode(&mut self) -> Result<char, Refused> {
        let first = self.hex()?;
        if let Some(letter) = char::from_u32(first) {
            return Ok(letter);
        }
        let back = self.at;
        if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = back;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self) -> Result<u32, Refused> {
        let digits = self.text.get(self.at..self.at + 4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(code) = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) else {
            return self.wrong();
        };
        self.at += 4;
        Ok(code)
    }
}

/// Why a value cannot be written as JSON.
pub(crate) enum Unwritable {
    /// The reference refuses it.
    Refused(&'static str),
    /// What the reference writes is not known here.
    Unknown,
}

/// Writes a known value: keys sorted, `<`, `>` and `&` escaped, whole floats without a point.
pub(crate) fn write(value: &Traced, out: &mut String) -> Result<(), Unwritable> {
    match &value.kind {
        Kind::Null => out.push_str("null"),
        Kind::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Kind::Int(value) => out.push_str(&value.to_string()),
        Kind::Uint(value) => out.push_str(&value.to_string()),
        Kind::Float(value) if !value.is_finite() => {
            return Err(Unwritable::Refused("json: unsupported value: not a finite number"));
        }
        Kind::Float(value) => write_float(*value, out),
        Kind::Text(text) | Kind::Secret(text) => write_text(&String::from_utf8_lossy(text), out),
        Kind::OptionalSecret(text, secret) => {
            out.push_str(if *secret {
                "{\"IsSecret\":true,\"Value\":"
            } else {
                "{\"IsSecret\":false,\"Value\":"
            });
            write_text(&String::from_utf8_lossy(text), out);
            out.push('}');
        }
        Kind::Array(_) | Kind::Bytes(_) => {
            out.push('[');
            for (index, item) in value.items().unwrap_or_default().iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                write(item, out)?;
            }
            out.push(']');
        }
        Kind::Object(fields) => {
            out.push('{');
            for (index, (key, field)) in fields.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                write_text(key, out);
                out.push(':');
                write(field, out)?;
            }
            out.push('}');
        }
        Kind::Function(_) => return Err(Unwritable::Refused("json: unsupported type: function")),
        Kind::Capsule(_) | Kind::OneOf(_) | Kind::Unknown(_) => return Err(Unwritable::Unknown),
    }
    Ok(())
}

fn write_float(value: f64, out: &mut String) {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        // Rust's exponent has neither a `+` nor a leading zero; Go's JSON has the `+`.
        out.push_str(&format!("{value:e}").replace('e', "e+").replace("e+-", "e-"));
    } else {
        append(out, format_args!("{value}"));
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..' ' => {
                append(out, format_args!("\\u{:04x}", u32::from(letter)));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> String {
        let mut out = String::new();
        assert!(write(&parse(text.as_bytes(), Numbers::Floats).unwrap(), &mut out).is_ok());
        out
    }

    #[test]
    fn reads_and_writes_as_go_does() {
        assert_eq!(rewritten(r#" {"b": [1.0, 1e21, 1e-7, -0], "a": "<\u0041\ud83d\ude00\ud800>"} "#), {
            "{\"a\":\"\\u003cA\u{1f600}\u{fffd}\\u003e\",\"b\":[1,1e+21,1e-07,-0]}".replace("e-07", "e-7")
        });
    }

    #[test]
    fn reads_and_writes_every_escape() {
        let text = r#"{"a b":"\"\\\b\f\n\r\t\u0001\u001f x"}"#;
        assert_eq!(rewritten(text), text);
        assert_eq!(rewritten(r#""\/\u0008\u000c\u000a\u000d\u0009\u2028""#), r#""/\b\f\n\r\t\u2028""#);
        assert_eq!(rewritten("[0.000001, 0.00000099, 1.5e21, -2e21, 1e20]"), {
            "[0.000001,9.9e-7,1.5e+21,-2e+21,100000000000000000000]"
        });
    }

    #[test]
    fn refuses_at_the_wrong_byte() {
        for (text, at) in
            [("", 0), ("{a: 1}", 1), ("1 2", 2), (".5", 0), ("1e400", 0), ("[1,]", 3), ("\"a\tb\"", 2)]
        {
            assert_eq!(parse(text.as_bytes(), Numbers::Floats).err(), Some(Refused::Invalid(at)), "{text}");
        }
    }

    #[test]
    fn stops_at_deep_nesting() {
        for open in ["[", "{\"a\":"] {
            let text = open.repeat(100_000);
            assert_eq!(parse(text.as_bytes(), Numbers::Floats).err(), Some(Refused::TooDeep));
        }
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(DEEPEST + 1).as_bytes(), Numbers::Floats).is_ok());
        assert!(parse(nested(DEEPEST + 2).as_bytes(), Numbers::Floats).is_err());
    }
}
