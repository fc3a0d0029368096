//! Turns one argument of `string.format` into text: Go's verbs, widths, precisions and flags.

use super::gofloat;
use super::goquote;
use super::goquote::append;
use super::runes::runes;
use super::sprintf::LONGEST;
use super::sprintf::go_type;
use super::traced::Kind;
use super::traced::Traced;

/// More digits than any float has; asked for more, the result is left unknown.
const MOST_DIGITS: usize = 1_100;

/// The flags of one verb.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "Go's flags, each a character of its own")]
pub(crate) struct Flags {
    /// `#`.
    pub(crate) sharp: bool,
    /// `0`.
    pub(crate) zero: bool,
    /// `+`.
    pub(crate) plus: bool,
    /// `-`.
    pub(crate) minus: bool,
    /// A blank.
    pub(crate) space: bool,
    /// `%#v`.
    pub(crate) sharp_v: bool,
    /// `%+v`.
    pub(crate) plus_v: bool,
    /// The width in characters.
    pub(crate) width: Option<usize>,
    /// The precision.
    pub(crate) precision: Option<usize>,
}

/// Collects the output.
#[derive(Default)]
pub(crate) struct Printer {
    /// What was printed so far.
    pub(crate) out: Vec<u8>,
    /// The flags of the verb at hand.
    pub(crate) flags: Flags,
    /// Whether something came up that is not followed here.
    pub(crate) unsupported: bool,
}

impl Printer {
    /// Prints text as it is.
    pub(crate) fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Prints a value by a verb.
    pub(crate) fn print(&mut self, value: &Traced, verb: char) {
        // Each element of a list is as wide as asked for.
        if LONGEST.checked_sub(self.out.len()).is_none() {
            self.unsupported = true;
            return;
        }
        match (verb, &value.kind) {
            (_, Kind::Function(_) | Kind::Capsule(_) | Kind::OneOf(_) | Kind::Unknown(_)) => {
                self.unsupported = true;
            }
            ('v' | 'T', Kind::Null) => self.pad(b"<nil>"),
            ('T', _) => self.text(go_type(value).as_bytes(), 's'),
            (_, Kind::Null) => self.push(&format!("%!{verb}(<nil>)")),
            // Only for errors, which no value is.
            ('w', _) => self.bad(value, verb),
            // `%p` of a list or map is its address.
            ('p', Kind::Array(_) | Kind::Bytes(_) | Kind::Object(_)) => self.unsupported = true,
            _ => self.value(value, verb),
        }
    }

    fn value(&mut self, value: &Traced, verb: char) {
        match &value.kind {
            Kind::Bool(on) if matches!(verb, 't' | 'v') => self.pad(on.to_string().as_bytes()),
            Kind::Int(number) => self.integer(value, *number < 0, number.unsigned_abs(), true, verb),
            Kind::Uint(number) => {
                let signed = i64::try_from(*number).is_ok();
                self.integer(value, false, *number, signed, verb);
            }
            Kind::Float(number) => self.float(value, *number, verb),
            Kind::Text(text) | Kind::Secret(text) if matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') => {
                let verb = if self.flags.sharp_v && verb == 'v' { 'q' } else { verb };
                self.text(text, verb);
            }
            Kind::OptionalSecret(text, secret) => self.optional_secret(text, *secret, verb),
            Kind::Array(_) | Kind::Bytes(_) => {
                let sharp = self.flags.sharp_v;
                self.push(if sharp { "[]interface {}{" } else { "[" });
                for (index, item) in value.items().unwrap_or_default().iter().enumerate() {
                    self.push(if index == 0 {
                        ""
                    } else if sharp {
                        ", "
                    } else {
                        " "
                    });
                    self.inner(item, verb);
                }
                self.push(if sharp { "}" } else { "]" });
            }
            Kind::Object(fields) => {
                let sharp = self.flags.sharp_v;
                self.push(if sharp { "map[string]interface {}{" } else { "map[" });
                for (index, (key, field)) in fields.iter().enumerate() {
                    self.push(if index == 0 {
                        ""
                    } else if sharp {
                        ", "
                    } else {
                        " "
                    });
                    self.print(&Traced::text(key.as_bytes()), verb);
                    self.push(":");
                    self.inner(field, verb);
                }
                self.push(if sharp { "}" } else { "]" });
            }
            _ => self.bad(value, verb),
        }
    }

    /// A value inside a list or map, where nil has no mismatch form.
    fn inner(&mut self, value: &Traced, verb: char) {
        match value.kind {
            Kind::Null => self.push(if self.flags.sharp_v { "interface {}(nil)" } else { "<nil>" }),
            _ => self.print(value, if verb == 'T' { 'v' } else { verb }),
        }
    }

    /// Go prints the struct that an optional secret is.
    fn optional_secret(&mut self, text: &[u8], secret: bool, verb: char) {
        let (sharp, named) = (self.flags.sharp_v, self.flags.sharp_v || self.flags.plus_v);
        self.push(if sharp { "alloytypes.OptionalSecret{" } else { "{" });
        self.push(if named { "IsSecret:" } else { "" });
        self.print(&Kind::Bool(secret).into(), verb);
        self.push(if sharp { ", " } else { " " });
        self.push(if named { "Value:" } else { "" });
        self.print(&Traced::text(text), verb);
        self.push("}");
    }

    /// The form for a verb that does not fit: `%!d(string=3100)`.
    fn bad(&mut self, value: &Traced, verb: char) {
        self.push(&format!("%!{verb}({}=", go_type(value)));
        self.print(value, 'v');
        self.push(")");
    }

    fn text(&mut self, text: &[u8], verb: char) {
        match verb {
            'x' | 'X' => self.hexadecimal(text, verb == 'X'),
            'q' => {
                let text = self.truncated(text).to_vec();
                let quoted = if self.flags.sharp && goquote::fits_backticks(&text) {
                    [b"`", text.as_slice(), b"`"].concat()
                } else {
                    goquote::quote(&text, '"', self.flags.plus).into_bytes()
                };
                self.pad(&quoted);
            }
            _ => {
                let text = self.truncated(text).to_vec();
                self.pad(&text);
            }
        }
    }

    /// The text up to the precision, in characters.
    fn truncated<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let Some(precision) = self.flags.precision else { return text };
        let length = runes(text).take(precision).map(|rune| rune.bytes.len()).sum();
        text.get(..length).unwrap_or(text)
    }

    fn hexadecimal(&mut self, text: &[u8], upper: bool) {
        let text = text.get(..self.flags.precision.unwrap_or(text.len())).unwrap_or(text);
        let mark = if upper { "0X" } else { "0x" };
        let mut out = String::new();
        for (index, byte) in text.iter().enumerate() {
            if self.flags.space && index > 0 {
                out.push(' ');
            }
            if self.flags.sharp && (index == 0 || self.flags.space) {
                out.push_str(mark);
            }
            if upper {
                append(&mut out, format_args!("{byte:02X}"));
            } else {
                append(&mut out, format_args!("{byte:02x}"));
            }
        }
        self.pad(out.as_bytes());
    }

    fn integer(&mut self, value: &Traced, negative: bool, size: u64, signed: bool, verb: char) {
        let digits = match verb {
            'v' if self.flags.sharp_v && !signed => format!("{size:x}"),
            'v' | 'd' => size.to_string(),
            'b' => format!("{size:b}"),
            'o' | 'O' => format!("{size:o}"),
            'x' => format!("{size:x}"),
            'X' => format!("{size:X}"),
            'c' | 'q' | 'U' => return self.letter(negative, size, verb),
            _ => return self.bad(value, verb),
        };
        let flags = self.flags;
        let sign = if negative {
            "-"
        } else if flags.plus {
            "+"
        } else if flags.space {
            " "
        } else {
            ""
        };
        let mut least = 0;
        if let Some(precision) = flags.precision {
            least = precision;
            if precision == 0 && size == 0 {
                return self.blanks(flags.width.unwrap_or_default());
            }
        } else if let (true, false, Some(width)) = (flags.zero, flags.minus, flags.width) {
            least = width.saturating_sub(sign.len());
        }
        let zeros = "0".repeat(least.saturating_sub(digits.len()));
        let prefix = match verb {
            'b' if flags.sharp => "0b",
            'o' | 'O' if flags.sharp && !zeros.starts_with('0') && !digits.starts_with('0') => "0",
            'x' if flags.sharp => "0x",
            'v' if flags.sharp_v && !signed => "0x",
            'X' if flags.sharp => "0X",
            _ => "",
        };
        let mark = if verb == 'O' { "0o" } else { "" };
        let text = format!("{sign}{mark}{prefix}{zeros}{digits}");
        self.flags.zero = false;
        self.pad(text.as_bytes());
        self.flags = flags;
    }

    /// A number as a character.
    fn letter(&mut self, negative: bool, size: u64, verb: char) {
        let code = if negative { None } else { u32::try_from(size).ok() };
        let letter = code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
        match verb {
            'c' => self.pad(letter.to_string().as_bytes()),
            'q' => {
                let quoted = goquote::quote(letter.to_string().as_bytes(), '\'', self.flags.plus);
                self.pad(quoted.as_bytes());
            }
            _ if self.flags.sharp || negative || self.flags.precision.is_some() => self.unsupported = true,
            _ => {
                let (text, zero) = (format!("U+{size:04X}"), self.flags.zero);
                self.flags.zero = false;
                self.pad(text.as_bytes());
                self.flags.zero = zero;
            }
        }
    }

    fn float(&mut self, value: &Traced, number: f64, verb: char) {
        let precision = self.flags.precision;
        if precision.is_some_and(|precision| precision > MOST_DIGITS) {
            self.unsupported = true;
            return;
        }
        let text = match verb {
            'v' | 'g' => gofloat::general(number, precision),
            'G' => gofloat::general(number, precision).to_uppercase(),
            'f' | 'F' => gofloat::fixed(number, precision.unwrap_or(6)),
            'e' => gofloat::exponent(number, precision.unwrap_or(6)),
            'E' => gofloat::exponent(number, precision.unwrap_or(6)).to_uppercase(),
            'b' => gofloat::binary(number),
            'x' | 'X' => {
                self.unsupported = true;
                return;
            }
            _ => return self.bad(value, verb),
        };
        if self.flags.sharp {
            self.unsupported = true;
            return;
        }
        let plus = self.flags.plus;
        let flags = self.flags;
        if let Some(name) = gofloat::named(number) {
            let sign = match name {
                "-Inf" => "-",
                _ if plus => "+",
                _ if flags.space => " ",
                "NaN" => "",
                _ => "+",
            };
            self.flags.zero = false;
            self.pad([sign, name.trim_start_matches(['+', '-'])].concat().as_bytes());
            self.flags = flags;
            return;
        }
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None if plus => ("+", text.as_str()),
            None if flags.space => (" ", text.as_str()),
            None => ("", text.as_str()),
        };
        if let (true, false, Some(width)) = (flags.zero, flags.minus, flags.width) {
            let zeros = "0".repeat(width.saturating_sub(sign.len() + digits.len()));
            self.push(&format!("{sign}{zeros}{digits}"));
        } else {
            self.pad(format!("{sign}{digits}").as_bytes());
        }
    }

    /// Prints text padded to the width, in characters.
    fn pad(&mut self, text: &[u8]) {
        let missing = self.flags.width.unwrap_or_default().saturating_sub(runes(text).count());
        if self.flags.minus {
            self.out.extend_from_slice(text);
            self.blanks(missing);
        } else {
            let filler = if self.flags.zero { b'0' } else { b' ' };
            self.out.extend(std::iter::repeat_n(filler, missing));
            self.out.extend_from_slice(text);
        }
    }

    fn blanks(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(b' ', count));
    }
}
