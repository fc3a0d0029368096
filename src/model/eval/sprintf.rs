//! Turns a format and its arguments into text, as Go's `fmt.Sprintf` does.

use super::goverb::Flags;
use super::goverb::Printer;
use super::traced::Kind;
use super::traced::Traced;

/// Widths and precisions above this are malformed, as in Go. Written with digits they may have one digit more.
const WIDEST: u64 = 1_000_000;

/// Longer results than this stay unknown: widths multiply.
pub(super) const LONGEST: usize = super::traced::LONGEST_TEXT;

/// `fmt.Sprintf(format, arguments...)`. What depends on memory addresses, or is too rare to be written here, is unknown.
pub(crate) fn sprintf(format: &[u8], arguments: &[Traced]) -> Traced {
    let mut run =
        Run { format, at: 0, arguments, next: 0, reordered: false, sound: true, printer: Printer::default() };
    run.all();
    if run.printer.unsupported || run.printer.out.len() > LONGEST {
        return Traced::unknown("string.format is not followed for this format");
    }
    Traced::text(run.printer.out)
}

/// One run through a format.
struct Run<'a> {
    format: &'a [u8],
    at: usize,
    arguments: &'a [Traced],
    /// The next argument.
    next: usize,
    /// Whether an explicit index such as `[2]` was used.
    reordered: bool,
    /// Whether the explicit index of this verb was fine.
    sound: bool,
    printer: Printer,
}

impl Run<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    fn all(&mut self) {
        while self.at < self.format.len() && self.printer.out.len() <= LONGEST {
            let rest = self.format.get(self.at..).unwrap_or_default();
            let plain = rest.iter().position(|byte| *byte == b'%').unwrap_or(rest.len());
            self.printer.out.extend_from_slice(&rest[..plain]);
            self.at += plain;
            if self.at < self.format.len() {
                self.at += 1;
                self.verb();
            }
        }
        self.extra();
    }

    /// One verb, from behind its `%`.
    fn verb(&mut self) {
        self.sound = true;
        self.printer.flags = Flags::default();
        loop {
            let flags = &mut self.printer.flags;
            match self.format.get(self.at) {
                Some(b'#') => flags.sharp = true,
                Some(b'0') => flags.zero = true,
                Some(b'+') => flags.plus = true,
                Some(b'-') => flags.minus = true,
                Some(b' ') => flags.space = true,
                _ => break,
            }
            self.at += 1;
        }
        let indexed = self.index();
        let indexed = self.width(indexed);
        let indexed = self.precision(indexed);
        if !indexed {
            self.index();
        }
        let rest = self.format.get(self.at..).unwrap_or_default();
        let Some((verb, length)) =
            super::runes::runes(rest).next().map(|rune| (rune.letter, rune.bytes.len()))
        else {
            self.printer.push("%!(NOVERB)");
            return;
        };
        self.at += length;
        if verb == '%' {
            self.printer.push("%");
        } else if !self.sound {
            self.printer.push(&format!("%!{verb}(BADINDEX)"));
        } else if let Some(argument) = self.arguments.get(self.next) {
            self.next += 1;
            if matches!(verb, 'v' | 'w') {
                let flags = &mut self.printer.flags;
                flags.sharp_v = std::mem::take(&mut flags.sharp);
                flags.plus_v = std::mem::take(&mut flags.plus);
            }
            self.printer.print(argument, verb);
        } else {
            self.printer.push(&format!("%!{verb}(MISSING)"));
        }
    }

    /// `[n]`; whether one was there and could be read.
    fn index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = self.format.get(self.at..).unwrap_or_default();
        let Some(close) = rest.iter().position(|byte| *byte == b']') else {
            self.sound = false;
            self.at += 1;
            return false;
        };
        let found = number(&rest[1..close]);
        self.at += close + 1;
        match found {
            Some(number) if number >= 1 && number <= self.arguments.len() => {
                self.next = number - 1;
                true
            }
            _ => {
                self.sound = false;
                found.is_some()
            }
        }
    }

    /// `*` or digits; whether an index still waits for its verb.
    fn width(&mut self, indexed: bool) -> bool {
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.star() {
                Some(width) => {
                    let flags = &mut self.printer.flags;
                    flags.width = usize::try_from(width.unsigned_abs()).ok();
                    if width < 0 {
                        flags.minus = true;
                        flags.zero = false;
                    }
                }
                None => self.printer.push("%!(BADWIDTH)"),
            }
            return false;
        }
        self.printer.flags.width = self.digits();
        if indexed && self.printer.flags.width.is_some() {
            self.sound = false;
        }
        indexed
    }

    /// `.` and `*` or digits; whether an index still waits for its verb.
    fn precision(&mut self, indexed: bool) -> bool {
        // A point at the very end is taken for a verb.
        if self.peek() != Some(b'.') || self.at + 1 == self.format.len() {
            return indexed;
        }
        self.at += 1;
        if indexed {
            self.sound = false;
        }
        let indexed = self.index();
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.star() {
                Some(precision) if precision >= 0 => {
                    self.printer.flags.precision = usize::try_from(precision).ok();
                }
                _ => self.printer.push("%!(BADPREC)"),
            }
            return false;
        }
        self.printer.flags.precision = Some(self.digits().unwrap_or_default());
        indexed
    }

    /// The number that `*` takes from the arguments; `None` where there is none, or it is too large.
    fn star(&mut self) -> Option<i64> {
        let argument = self.arguments.get(self.next)?;
        self.next += 1;
        let value = match argument.kind {
            Kind::Int(value) => Some(value),
            Kind::Uint(value) => i64::try_from(value).ok(),
            _ => None,
        };
        value.filter(|value| value.unsigned_abs() <= WIDEST)
    }

    fn digits(&mut self) -> Option<usize> {
        let rest = self.format.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        if length == 0 {
            return None;
        }
        let number = number(&rest[..length]);
        // Go gives up on the rest of the format when the number is too large.
        self.at = if number.is_some() { self.at + length } else { self.format.len() };
        number
    }

    /// Names the arguments that no verb took.
    fn extra(&mut self) {
        if self.reordered || self.next >= self.arguments.len() {
            return;
        }
        self.printer.flags = Flags::default();
        self.printer.push("%!(EXTRA ");
        for (index, argument) in self.arguments[self.next..].iter().enumerate() {
            self.printer.push(if index == 0 { "" } else { ", " });
            if matches!(argument.kind, Kind::Null) {
                self.printer.push("<nil>");
            } else {
                self.printer.push(go_type(argument));
                self.printer.push("=");
                self.printer.print(argument, 'v');
            }
        }
        self.printer.push(")");
    }
}

/// The number that some digits spell. Go gives up before the digit that follows too large a number.
fn number(digits: &[u8]) -> Option<usize> {
    let (_, before) = digits.split_last()?;
    let value = |digits: &[u8]| match digits {
        [] => Some(0),
        _ if digits.iter().all(u8::is_ascii_digit) => std::str::from_utf8(digits).ok()?.parse::<u64>().ok(),
        _ => None,
    };
    value(before).filter(|before| *before <= WIDEST)?;
    usize::try_from(value(digits)?).ok()
}

/// Go's name for the type that a value has when an `any` argument takes it; empty for what is not known.
pub(crate) fn go_type(value: &Traced) -> &'static str {
    match &value.kind {
        Kind::Null => "<nil>",
        Kind::Int(_) => "int",
        Kind::Uint(value) if i64::try_from(*value).is_ok() => "int",
        Kind::Uint(_) => "uint64",
        Kind::Float(_) => "float64",
        Kind::Bool(_) => "bool",
        Kind::Text(_) => "string",
        Kind::Secret(_) => "alloytypes.Secret",
        Kind::OptionalSecret(..) => "alloytypes.OptionalSecret",
        Kind::Array(_) | Kind::Bytes(_) => "[]interface {}",
        Kind::Object(_) => "map[string]interface {}",
        Kind::Function(_) | Kind::Capsule(_) | Kind::OneOf(_) | Kind::Unknown(_) => "",
    }
}
