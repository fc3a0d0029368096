//! Turns new values into Alloy, as `alloy fmt` would lay it out.

use std::fmt::Write as _;

use super::program::Program;
use crate::document::alloy::is_identifier;
use crate::document::edit::NewValue;
use crate::document::edit::Refused;
use crate::document::edit::refuse;
use crate::document::edit::scalar::is_printable;
use crate::text::Span;

impl Program<'_> {
    /// An expression, in a line with that indentation.
    pub(super) fn expression(
        &self,
        value: &NewValue,
        indentation: &str,
        blamed: Span,
    ) -> Result<String, Refused> {
        let deeper = format!("{indentation}{}", self.step(blamed));
        let line_break = self.line_break;
        match value {
            NewValue::Text(text) => Ok(quoted(text)),
            NewValue::Plain(text) if text.trim().is_empty() => Ok("null".to_owned()),
            NewValue::Plain(text) => Ok(text.to_string()),
            NewValue::List(items) => {
                let is_over_lines =
                    items.iter().any(|item| matches!(item, NewValue::Map(fields) if !fields.is_empty()));
                let inner = if is_over_lines { &deeper } else { indentation };
                let items: Result<Vec<_>, _> =
                    items.iter().map(|item| self.expression(item, inner, blamed)).collect();
                let items = items?;
                if is_over_lines {
                    let items = items.join(&format!(",{line_break}{deeper}"));
                    return Ok(format!("[{line_break}{deeper}{items},{line_break}{indentation}]"));
                }
                Ok(format!("[{}]", items.join(", ")))
            }
            NewValue::Map(fields) if fields.is_empty() => Ok("{}".to_owned()),
            NewValue::Map(fields) => {
                let fields = self.fields(fields, &deeper, blamed)?;
                let fields = assignments(&fields, 0).join(&format!(",{line_break}{deeper}"));
                Ok(format!("{{{line_break}{deeper}{fields},{line_break}{indentation}}}"))
            }
            NewValue::Block(_) => refuse(blamed, "a block cannot be the value of an attribute"),
        }
    }

    /// The keys and values of an object.
    pub(super) fn fields(
        &self,
        fields: &[(std::sync::Arc<str>, NewValue)],
        indentation: &str,
        blamed: Span,
    ) -> Result<Vec<(String, String)>, Refused> {
        fields
            .iter()
            .map(|(name, value)| {
                Ok((key(name, false, blamed)?, self.expression(value, indentation, blamed)?))
            })
            .collect()
    }
}

/// `name = value` for each, the signs in one column as far as `alloy fmt` has it so: up to a value of several lines.
/// Names are at least so wide.
pub(super) fn assignments(entries: &[(String, String)], width: usize) -> Vec<String> {
    let mut lines = Vec::with_capacity(entries.len());
    let mut rest = entries;
    let mut least = width;
    while !rest.is_empty() {
        let count =
            rest.iter().position(|(_, value)| value.contains('\n')).map_or(rest.len(), |last| last + 1);
        let (section, others) = rest.split_at(count);
        let width = section.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).max(least);
        lines.extend(section.iter().map(|(name, value)| {
            let gap = " ".repeat(width.saturating_sub(name.chars().count()));
            format!("{name}{gap} = {value}")
        }));
        (rest, least) = (others, 0);
    }
    lines
}

/// A string in double quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", quoted_inside(text, false).unwrap_or_default())
}

/// What stands between the quotes of a string: escaped, or between backticks as it is, where that can be.
pub(in crate::document::edit) fn quoted_inside(text: &str, is_raw: bool) -> Option<String> {
    if is_raw {
        return (!text.contains(['`', '\r'])).then(|| text.to_owned());
    }
    let mut inside = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => inside.push_str("\\\""),
            '\\' => inside.push_str("\\\\"),
            '\n' => inside.push_str("\\n"),
            '\r' => inside.push_str("\\r"),
            '\t' => inside.push_str("\\t"),
            character if is_printable(character) => inside.push(character),
            character => {
                let _ = write!(inside, "\\U{:08x}", u32::from(character));
            }
        }
    }
    Some(inside)
}

/// The name of an attribute.
pub(super) fn identifier(name: &str, blamed: Span) -> Result<String, Refused> {
    if is_identifier(name) && !matches!(name, "true" | "false" | "null") {
        Ok(name.to_owned())
    } else {
        refuse(blamed, "this cannot be the name of an attribute")
    }
}

/// The name of a block, parts and dots.
pub(super) fn block_name(name: &str, blamed: Span) -> Result<String, Refused> {
    name.split('.').try_for_each(|part| identifier(part, blamed).map(drop))?;
    Ok(name.to_owned())
}

/// The key of an object: quoted where it is no identifier. Escapes in keys mean nothing, so some texts cannot be keys.
pub(super) fn key(name: &str, is_quoted: bool, blamed: Span) -> Result<String, Refused> {
    if !is_quoted && identifier(name, blamed).is_ok() {
        return Ok(name.to_owned());
    }
    if name.contains(['"', '\\']) || !name.chars().all(is_printable) {
        return refuse(blamed, "this cannot be a key");
    }
    Ok(format!("\"{name}\""))
}
