//! Turns new values into lines of YAML, and into YAML or JSON in brackets.

use super::NewValue;
use super::Refused;
use super::layout::spaces;
use super::refuse;
use super::scalar;
use super::scalar::Context;
use crate::document::Style;
use crate::text::Span;

/// How lines of a document are laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines {
    /// How lines end.
    pub(super) line_break: &'static str,
    /// How many columns a mapping stands further in than its key.
    pub(super) step: usize,
    /// How many columns the dashes of a list stand further in than its key.
    pub(super) dash: usize,
    /// Whether texts of several lines may be written as blocks.
    pub(super) blocks: bool,
    /// What is blamed for a value that cannot be written.
    pub(super) blamed: Span,
}

impl Lines {
    /// `key: value`, in the column of its mapping. Lines behind the first start with a line end.
    pub(super) fn entry(
        &self,
        key: &str,
        value: &NewValue,
        column: usize,
        out: &mut String,
    ) -> Result<(), Refused> {
        out.push_str(&scalar::key(key, false, Context::Block));
        out.push(':');
        self.value(value, column, out)
    }

    /// What stands behind the `:` of a key in that column.
    pub(super) fn value(&self, value: &NewValue, column: usize, out: &mut String) -> Result<(), Refused> {
        match value {
            NewValue::Map(entries) | NewValue::Block(entries) if !entries.is_empty() => {
                let column = column + self.step;
                entries.iter().try_for_each(|(key, value)| {
                    self.new_line(column, out);
                    self.entry(key, value, column, out)
                })
            }
            NewValue::List(items) if !items.is_empty() => {
                let column = column + self.dash;
                items.iter().try_for_each(|item| {
                    self.new_line(column, out);
                    self.item(item, column, out)
                })
            }
            _ => {
                out.push(' ');
                self.scalar(value, column + self.step, Style::Plain, out)
            }
        }
    }

    /// `- value`, its dash in that column.
    pub(super) fn item(&self, item: &NewValue, column: usize, out: &mut String) -> Result<(), Refused> {
        out.push_str("- ");
        self.in_place(item, column + 2, out)
    }

    /// A value whose first line starts in that column, where the text in hand ends.
    pub(super) fn in_place(&self, value: &NewValue, column: usize, out: &mut String) -> Result<(), Refused> {
        match value {
            NewValue::Map(entries) | NewValue::Block(entries) if !entries.is_empty() => {
                entries.iter().enumerate().try_for_each(|(number, (key, value))| {
                    if number > 0 {
                        self.new_line(column, out);
                    }
                    self.entry(key, value, column, out)
                })
            }
            NewValue::List(items) if !items.is_empty() => {
                items.iter().enumerate().try_for_each(|(number, item)| {
                    if number > 0 {
                        self.new_line(column, out);
                    }
                    self.item(item, column, out)
                })
            }
            _ => self.scalar(value, column, Style::Plain, out),
        }
    }

    /// A scalar or an empty collection. The lines of a block stand in that column.
    pub(super) fn scalar(
        &self,
        value: &NewValue,
        column: usize,
        style: Style,
        out: &mut String,
    ) -> Result<(), Refused> {
        if let NewValue::Text(text) = value
            && self.blocks
            && let Some(header) = scalar::block_header(text)
        {
            out.push_str(header);
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                if line.is_empty() {
                    out.push_str(self.line_break);
                } else {
                    self.new_line(column, out);
                    out.push_str(line);
                }
            }
            return Ok(());
        }
        let brackets = Brackets {
            json: false,
            quoted_keys: false,
            colon: ": ",
            comma: ", ",
            lines: None,
            blamed: self.blamed,
        };
        out.push_str(&brackets.leaf(value, style, Context::Block)?);
        Ok(())
    }

    fn new_line(&self, column: usize, out: &mut String) {
        out.push_str(self.line_break);
        out.push_str(&spaces(column));
    }
}

/// How values in brackets are laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brackets<'t> {
    /// Whether it is JSON.
    pub(super) json: bool,
    /// Whether keys stand between double quotes.
    pub(super) quoted_keys: bool,
    /// What stands between key and value.
    pub(super) colon: &'t str,
    /// What stands between entries of one line.
    pub(super) comma: &'t str,
    /// The line end and the indentation of one level, where collections go over several lines.
    pub(super) lines: Option<(&'static str, &'t str)>,
    /// What is blamed for a value that cannot be written.
    pub(super) blamed: Span,
}

impl Brackets<'_> {
    /// `key: value`, in a line with that indentation.
    pub(super) fn entry(&self, key: &str, value: &NewValue, indentation: &str) -> Result<String, Refused> {
        let key = scalar::key(key, self.quoted_keys || self.json, Context::Flow);
        Ok(format!("{key}{}{}", self.colon, self.value(value, indentation, Style::Plain)?))
    }

    /// A value, in a line with that indentation.
    pub(super) fn value(&self, value: &NewValue, indentation: &str, style: Style) -> Result<String, Refused> {
        let deeper = self.lines.map(|(_, step)| format!("{indentation}{step}")).unwrap_or_default();
        match value {
            NewValue::Map(entries) | NewValue::Block(entries) if !entries.is_empty() => {
                let entries: Result<Vec<_>, _> =
                    entries.iter().map(|(key, value)| self.entry(key, value, &deeper)).collect();
                Ok(self.between(('{', '}'), &entries?, indentation, &deeper))
            }
            NewValue::List(items) if !items.is_empty() => {
                let items: Result<Vec<_>, _> =
                    items.iter().map(|item| self.value(item, &deeper, Style::Plain)).collect();
                Ok(self.between(('[', ']'), &items?, indentation, &deeper))
            }
            _ => self.leaf(value, style, Context::Flow),
        }
    }

    fn between(
        &self,
        (open, close): (char, char),
        parts: &[String],
        indentation: &str,
        deeper: &str,
    ) -> String {
        match self.lines {
            Some((line_break, _)) => {
                let parts = parts.join(&format!(",{line_break}{deeper}"));
                format!("{open}{line_break}{deeper}{parts}{line_break}{indentation}{close}")
            }
            None => format!("{open}{}{close}", parts.join(self.comma)),
        }
    }

    /// A scalar or an empty collection, in one line.
    fn leaf(&self, value: &NewValue, style: Style, context: Context) -> Result<String, Refused> {
        match value {
            NewValue::Text(text) if self.json => Ok(scalar::double_quoted(text)),
            NewValue::Text(text) => Ok(scalar::text_in_line(text, style, context)),
            NewValue::Plain(text) if text.is_empty() => Ok("null".to_owned()),
            NewValue::Plain(text) => {
                let fits = if self.json {
                    serde_json::from_str::<serde_json::Value>(text)
                        .is_ok_and(|value| !value.is_string() && !value.is_array() && !value.is_object())
                } else {
                    scalar::is_plain(text, context)
                };
                if fits {
                    Ok(text.to_string())
                } else {
                    refuse(
                        self.blamed,
                        "the new value cannot be written here without quotes; give it as a text",
                    )
                }
            }
            NewValue::List(_) => Ok("[]".to_owned()),
            NewValue::Map(_) | NewValue::Block(_) => Ok("{}".to_owned()),
        }
    }
}
