//! Turns values into text of the language that they land in, so that no value can break out of its place.

use minijinja::Value;
use minijinja::value::ValueKind;

use crate::document::Scalar;
use crate::document::plain_scalar;

/// A language that values are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tongue {
    /// YAML, on one line: scalars, flow lists and maps.
    Yaml,
    /// Expressions of Alloy, on one line.
    Alloy,
}

/// How deep lists and maps may be.
const DEEPEST: usize = 8;

impl Tongue {
    /// The language of a template, by the ending of its name.
    pub(super) fn of(template: &str) -> Option<Self> {
        match template.rsplit_once('.')?.1 {
            "yaml" => Some(Self::Yaml),
            "alloy" => Some(Self::Alloy),
            _ => None,
        }
    }

    /// A value as text of this language; `None` for what it cannot say (functions, bytes, nothing in Alloy).
    pub(super) fn write(self, value: &Value) -> Option<String> {
        let mut out = String::new();
        self.add(value, 0, &mut out).then_some(out)
    }

    fn add(self, value: &Value, depth: usize, out: &mut String) -> bool {
        if depth > DEEPEST {
            return false;
        }
        match value.kind() {
            // The engine writes `True`, as Python does.
            ValueKind::Bool => out.push_str(if value.is_true() { "true" } else { "false" }),
            ValueKind::Number => out.push_str(&value.to_string()),
            ValueKind::String => {
                let Some(text) = value.as_str() else { return false };
                match self {
                    Self::Yaml => yaml(text, depth > 0, out),
                    Self::Alloy => quoted(text, out),
                }
            }
            ValueKind::None => match self {
                Self::Yaml => out.push_str("null"),
                Self::Alloy => return false,
            },
            ValueKind::Seq => {
                out.push('[');
                let Ok(items) = value.try_iter() else { return false };
                for (index, item) in items.enumerate() {
                    out.push_str(if index == 0 { "" } else { ", " });
                    if !self.add(&item, depth + 1, out) {
                        return false;
                    }
                }
                out.push(']');
            }
            ValueKind::Map => {
                out.push('{');
                let Ok(keys) = value.try_iter() else { return false };
                for (index, key) in keys.enumerate() {
                    out.push_str(if index == 0 { "" } else { ", " });
                    let Ok(item) = value.get_item(&key) else { return false };
                    let written = self.add(&key, depth + 1, out);
                    out.push_str(if self == Self::Yaml { ": " } else { " = " });
                    if !(written && self.add(&item, depth + 1, out)) {
                        return false;
                    }
                }
                out.push('}');
            }
            _ => return false,
        }
        true
    }
}

/// A text in YAML: plain where it can be taken for nothing else.
fn yaml(text: &str, in_flow: bool, out: &mut String) {
    let first = text.chars().next().is_some_and(|first| first.is_ascii_alphanumeric() || first == '/');
    let rest = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '.' | '@' | '-' | '$') || c == ':' && !in_flow
    };
    let plain = first
        && text.chars().all(rest)
        && !text.ends_with(':')
        && matches!(plain_scalar(text), Scalar::Text(_))
        && !is_number_elsewhere(text);
    if plain { out.push_str(text) } else { quoted(text, out) }
}

/// Whether readers of other versions of YAML take it for a number or a time, such as `1:30`, `1e3`, `0o7`, `2024-01-01`.
fn is_number_elsewhere(text: &str) -> bool {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.len() - digits.len();
    text.starts_with(|c: char| c.is_ascii_digit())
        // `5m`, `20Gi`: digits, then letters that no number has.
        && !(unit > 0
            && !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !text.starts_with('0')
            && !text.ends_with(['e', 'E']))
}

/// A text in double quotes. What both languages know as an escape is one; all else that cannot be seen is `\u`.
fn quoted(text: &str, out: &mut String) {
    use std::fmt::Write as _;
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(c),
            // Letters and the like stay readable; blanks, marks that turn text round and private ones do not.
            c if c.is_alphanumeric() && (c as u32) < 0x1_0000 => out.push(c),
            c if (c as u32) < 0x1_0000 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => {
                let _ = write!(out, "\\U{:08x}", c as u32);
            }
        }
    }
    out.push('"');
}
