//! Turns a node and its new value into edits, in the style of what stood there.

use super::NewValue;
use super::Refused;
use super::layout::BLANKS;
use super::nodes::LinesEnd;
use super::nodes::Role;
use super::print::Brackets;
use super::refuse;
use super::scalar::block_header;
use super::tree::Writer;
use crate::document::Dialect;
use crate::document::NodeId;
use crate::document::NodeKind;
use crate::document::Scalar;
use crate::document::Style;
use crate::document::plain_scalar;

impl Writer<'_, '_> {
    /// Writes a node anew.
    pub(super) fn replace(&mut self, id: NodeId, value: &NewValue) -> Result<(), Refused> {
        self.check_tag(id, value)?;
        let has_children = |value: &NewValue| match value {
            NewValue::List(items) => !items.is_empty(),
            NewValue::Map(entries) | NewValue::Block(entries) => !entries.is_empty(),
            NewValue::Text(_) | NewValue::Plain(_) => false,
        };
        let is_collection = matches!(self.nodes.raw(id).kind, NodeKind::Mapping(_) | NodeKind::Sequence(_));
        let is_bracketed = self.nodes.is_bracketed(id) && !self.nodes.children(id).is_empty();
        if self.nodes.is_in_brackets(id) || is_bracketed && has_children(value) {
            return self.replace_in_brackets(id, value);
        }
        let style = self.style(id);
        let keeps_quotes = matches!(style, Style::SingleQuoted | Style::DoubleQuoted);
        let is_block_text =
            matches!(value, NewValue::Text(text) if !keeps_quotes && block_header(text).is_some());
        match (is_collection && !self.nodes.is_bracketed(id), has_children(value) || is_block_text) {
            (false, false) => self.replace_in_line(id, value),
            (false, true) => self.replace_by_lines(id, value),
            (true, false) => self.replace_lines(id, value),
            (true, true) => self.replace_lines_by_lines(id, value),
        }
    }

    /// The style that a new scalar takes over.
    fn style(&self, id: NodeId) -> Style {
        match self.nodes.raw(id).kind {
            NodeKind::Scalar { style: style @ (Style::SingleQuoted | Style::DoubleQuoted), .. } => style,
            _ => Style::Plain,
        }
    }

    /// A tag stays, so the new value must be of its type.
    fn check_tag(&self, id: NodeId, value: &NewValue) -> Result<(), Refused> {
        let node = self.nodes.raw(id);
        let Some(tag) = node.tag() else { return Ok(()) };
        let dialect = Dialect::GoYaml;
        let fits = match value {
            NewValue::Text(text) => {
                crate::document::scalar::resolve(text, self.style(id), Some(tag), dialect)
                    == Scalar::Text(text)
            }
            NewValue::Plain(text) => {
                crate::document::scalar::resolve(text, Style::Plain, Some(tag), dialect) == plain_scalar(text)
            }
            NewValue::List(_) => matches!(node.kind, NodeKind::Sequence(_)),
            NewValue::Map(_) | NewValue::Block(_) => matches!(node.kind, NodeKind::Mapping(_)),
        };
        if fits {
            Ok(())
        } else {
            refuse(node.span, "the tag before this value is not that of the new one; change both by hand")
        }
    }

    fn replace_in_brackets(&mut self, id: NodeId, value: &NewValue) -> Result<(), Refused> {
        let (start, end) = (self.nodes.start(id), self.nodes.end(id));
        let layout = self.nodes.layout;
        let text = self.brackets(id).value(value, layout.indentation(start), self.style(id))?;
        let gap = self.gap_before(id);
        if let (": ", Role::Value(mapping, number)) = (gap, self.nodes.role(id))
            && let Some((key, _)) = self.nodes.child(mapping, number)
            && layout.get(self.nodes.start(key), self.nodes.end(key)).contains(['\n', '\r'])
        {
            let span = self.nodes.raw(key).span;
            return refuse(span, "a key over several lines has no value; write the key in one line");
        }
        self.push(start, end, format!("{gap}{text}"));
        Ok(())
    }

    /// How values near a node are laid out in brackets.
    pub(super) fn brackets(&self, id: NodeId) -> Brackets<'_> {
        let json = self.nodes.tree.dialect == Dialect::Json;
        let lines = match &self.habits.level {
            Some(level) if json => Some((self.habits.line_break, level.as_str())),
            _ => None,
        };
        let is_tight = json && lines.is_none() && self.habits.is_tight;
        let (colon, comma) = if is_tight { (":", ",") } else { (": ", ", ") };
        Brackets { json, quoted_keys: json, colon, comma, lines, blamed: self.nodes.raw(id).span }
    }

    /// What must stand before a value where nothing stood so far.
    fn gap_before(&self, id: NodeId) -> &'static str {
        let (start, end) = (self.nodes.start(id), self.nodes.end(id));
        if start < end {
            return "";
        }
        let before = self.nodes.layout.get(0, start);
        let has_colon = match self.nodes.role(id) {
            Role::Value(mapping, number) => {
                let key = self.nodes.child(mapping, number).map_or(start, |(key, _)| self.nodes.end(key));
                self.nodes.layout.get(key, start).contains(':')
            }
            _ => true,
        };
        if !has_colon {
            ": "
        } else if before.is_empty() || before.ends_with([' ', '\t', '\n', '\r', '\u{feff}']) {
            ""
        } else {
            " "
        }
    }

    /// Refuses `? key` without `:`, where a value has no place.
    fn check_place(&self, id: NodeId) -> Result<(), Refused> {
        let span = self.nodes.raw(id).span;
        if self.nodes.start(id) == self.nodes.end(id) && self.gap_before(id) == ": " {
            return refuse(span, "a value has no place here; write `:` behind the key");
        }
        Ok(())
    }

    /// What is in one line, or a scalar of several, becomes a scalar or `{}` or `[]`.
    fn replace_in_line(&mut self, id: NodeId, value: &NewValue) -> Result<(), Refused> {
        self.check_place(id)?;
        let (start, end, tail) = self.extent(id);
        let mut lines = self.habits.near(id, self.nodes.raw(id).span);
        lines.blocks = false;
        let mut text = self.gap_before(id).to_owned();
        lines.scalar(value, 0, self.style(id), &mut text)?;
        if self.nodes.is_block_scalar(id) {
            text.push_str(tail);
        }
        let end = if self.nodes.is_block_scalar(id) { end } else { self.nodes.end(id) };
        self.push(start, end, text);
        Ok(())
    }

    /// Where a scalar starts, where its last line ends, and the comment of its line with the blanks before.
    fn extent(&self, id: NodeId) -> (usize, usize, &str) {
        let layout = self.nodes.layout;
        let (start, end) = (self.nodes.start(id), self.nodes.end(id));
        if !self.nodes.is_block_scalar(id) {
            return (start, layout.line_end(end), layout.after(end).trim_end_matches(BLANKS));
        }
        let header = layout.after(start);
        let comment = header.find(" #").or_else(|| header.find("\t#")).unwrap_or(header.len());
        let comment = header.get(comment..).unwrap_or_default();
        (start, layout.line_end(end), comment)
    }

    /// Whether a block text that ends at `end` in the place of a node keeps apart from blanks and comments below.
    fn has_room_below(&self, id: NodeId, end: usize) -> bool {
        let parent = self.nodes.role(id).parent().map(|(parent, _)| self.nodes.start(parent));
        let column = parent.map_or(0, |start| self.nodes.layout.column(start));
        !self.nodes.layout.would_be_text(end, column)
    }

    /// What is in one line, or a scalar of several, becomes a block over several lines.
    fn replace_by_lines(&mut self, id: NodeId, value: &NewValue) -> Result<(), Refused> {
        self.check_place(id)?;
        let layout = self.nodes.layout;
        let (start, end, tail) = self.extent(id);
        let mut lines = self.habits.near(id, self.nodes.raw(id).span);
        lines.blocks = self.has_room_below(id, end);
        let mut text = String::new();
        let is_collection = !matches!(value, NewValue::Text(_));
        let before = layout.before(start);
        let from = match self.nodes.role(id) {
            Role::Value(mapping, _) => {
                lines.value(value, layout.column(self.nodes.start(mapping)), &mut text)?;
                // Behind the key, where the comments of its line stand.
                if is_collection { layout.back(start) } else { start }
            }
            Role::Root | Role::Key(..) if !is_collection => {
                text.push(' ');
                lines.scalar(value, lines.step, Style::Plain, &mut text)?;
                start
            }
            role => {
                let in_line = match role {
                    Role::Item(..) => before.trim_start_matches([' ', '-']).is_empty(),
                    _ => before.is_empty(),
                };
                let column = match role {
                    Role::Item(list, _) if !in_line => layout.column(self.nodes.start(list)) + 2,
                    Role::Item(..) => layout.column(start) + self.gap_before(id).len(),
                    _ => 0,
                };
                text.push_str(if in_line { " " } else { lines.line_break });
                if !in_line {
                    text.push_str(&super::layout::spaces(column));
                }
                lines.in_place(value, column, &mut text)?;
                if in_line { start } else { layout.back(start) }
            }
        };
        // The first line takes the place and the comment of what stood there.
        let first_end = text.find(['\n', '\r']).unwrap_or(text.len());
        let (first, rest) = text.split_at(first_end);
        let first = match first.strip_prefix(' ') {
            Some(first) if from == start => format!("{}{first}", self.gap_before(id)),
            _ => first.to_owned(),
        };
        self.push(from, end, format!("{first}{tail}{rest}"));
        Ok(())
    }

    /// A block over several lines becomes a scalar or `{}` or `[]`.
    fn replace_lines(&mut self, id: NodeId, value: &NewValue) -> Result<(), Refused> {
        let layout = self.nodes.layout;
        let mut lines = self.habits.near(id, self.nodes.raw(id).span);
        lines.blocks = false;
        let mut text = String::new();
        lines.scalar(value, 0, Style::Plain, &mut text)?;
        let start = self.nodes.start(id);
        let last = self.nodes.last_part(id);
        let end = match self.nodes.lines_end(id) {
            _ if !self.nodes.is_block_scalar(last) => self.nodes.end(id),
            LinesEnd { at, is_line_start: true } => at - layout.break_before(at),
            LinesEnd { at, .. } => at,
        };
        let Role::Value(mapping, number) = self.nodes.role(id) else {
            self.push(start, end, text);
            return Ok(());
        };
        let behind_key = self.behind_key(mapping, number);
        if layout.get(behind_key, start).contains('#') {
            // Comments between key and value stay.
            self.push(behind_key, behind_key, format!(" {text}"));
            self.push(layout.back(start), layout.line_end(end), "");
        } else {
            self.push(behind_key, end, format!(" {text}"));
        }
        Ok(())
    }

    /// The place behind the `:` of a key, and behind the tag and anchor of its value.
    fn behind_key(&self, mapping: NodeId, number: usize) -> usize {
        let layout = self.nodes.layout;
        let key = self.nodes.child(mapping, number).map_or(0, |(key, _)| self.nodes.end(key));
        let mut at = layout.skip_comments(key);
        if layout.byte(at) == Some(b':') {
            at += 1;
        }
        layout.behind_properties(at)
    }

    /// A block over several lines becomes another.
    fn replace_lines_by_lines(&mut self, id: NodeId, value: &NewValue) -> Result<(), Refused> {
        let layout = self.nodes.layout;
        let start = self.nodes.start(id);
        let mut lines = self.habits.near(id, self.nodes.raw(id).span);
        let end = self.nodes.lines_end(id);
        // A comment behind the last line would become part of a text there.
        lines.blocks = layout.after(self.nodes.end(id)).trim().is_empty();
        let end = if end.is_line_start {
            end.at - layout.break_before(end.at)
        } else if self.nodes.is_block_scalar(self.nodes.last_part(id)) {
            end.at
        } else {
            let end = self.nodes.end(id);
            if lines.blocks { layout.line_end(end) } else { end }
        };
        lines.blocks &= self.has_room_below(id, end);
        let mut text = String::new();
        let from = if let Role::Value(mapping, _) = self.nodes.role(id) {
            lines.value(value, layout.column(self.nodes.start(mapping)), &mut text)?;
            layout.back(start)
        } else if matches!(value, NewValue::Text(_)) {
            lines.scalar(value, layout.column(start).max(2), Style::Plain, &mut text)?;
            start
        } else {
            lines.in_place(value, layout.column(start), &mut text)?;
            start
        };
        // A header of a block text cannot stand behind a comment.
        if text.starts_with(' ') && layout.before(from).contains('#') {
            let column = match self.nodes.role(id) {
                Role::Value(mapping, _) => layout.column(self.nodes.start(mapping)),
                _ => 0,
            };
            text = format!(
                "{}{}{}",
                lines.line_break,
                super::layout::spaces(column + lines.step),
                text.trim_start()
            );
        }
        self.push(from, end, text);
        Ok(())
    }
}
