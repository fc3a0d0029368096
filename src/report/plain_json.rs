//! Turns values into JSON in which every character can be seen.
//!
//! JSON may hold control characters and those that reorder a line. Escaped they mean the same to a program, and do nothing
//! to the terminal of a person who looks.

use std::io;
use std::io::Write;

use serde::Serialize;
use serde_json::ser::Formatter;
use serde_json::ser::PrettyFormatter;

use super::clean;

/// Writes a value on lines of its own, indented by two, and a newline.
pub(super) fn write(value: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    let visible = Visible(PrettyFormatter::new());
    value.serialize(&mut serde_json::Serializer::with_formatter(&mut *out, visible))?;
    out.write_all(b"\n")
}

/// A text in quotes, which YAML takes for the same text.
pub(super) fn quoted(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    let visible = Visible(PrettyFormatter::new());
    // Writing to memory cannot fail.
    let _ = text.serialize(&mut serde_json::Serializer::with_formatter(&mut out, visible));
    String::from_utf8(out).unwrap_or_default()
}

/// Writes what cannot be seen as `\u202e`.
struct Visible<'i>(PrettyFormatter<'i>);

impl Formatter for Visible<'_> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut seen = 0;
        for (at, character) in fragment.char_indices().filter(|(_, own)| !clean::is_visible(*own)) {
            out.write_all(fragment.get(seen..at).unwrap_or_default().as_bytes())?;
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                write!(out, "\\u{unit:04x}")?;
            }
            seen = at + character.len_utf8();
        }
        out.write_all(fragment.get(seen..).unwrap_or_default().as_bytes())
    }

    // The layout is that of the formatter inside.

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_escaped_and_means_the_same() {
        let text = "a\u{1b}[31m\u{9b}\u{202e}b\u{2028}\"ü€😀\u{7f}\n\u{feff}";
        let expected = r#""a\u001b[31m\u009b\u202eb\u2028\"ü€😀\u007f\n\ufeff""#;
        assert_eq!(quoted(text), expected);
        assert_eq!(serde_json::from_str::<String>(expected).unwrap(), text);
    }

    #[test]
    fn layout_is_that_of_pretty_json() {
        let value = serde_json::json!({ "a": [1, { "b": "c" }], "d": [], "e": {} });
        let mut out = Vec::new();
        write(&value, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string_pretty(&value).unwrap() + "\n");
    }
}
