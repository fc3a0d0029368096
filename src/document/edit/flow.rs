//! Turns new entries and items, and those that go, into edits of a collection in brackets, with the right commas.

use std::collections::BTreeSet;

use super::NewValue;
use super::Refused;
use super::print::Brackets;
use super::refuse;
use super::tree::Writer;
use super::tree::own_level;
use crate::document::Dialect;
use crate::document::NodeId;
use crate::document::NodeKind;
use crate::document::Style;

impl Writer<'_, '_> {
    /// Adds entries or items behind the child of that number.
    pub(super) fn add_in_brackets(
        &mut self,
        id: NodeId,
        behind: Option<usize>,
        more: &NewValue,
    ) -> Result<(), Refused> {
        let layout = self.nodes.layout;
        let (open, close) = (self.nodes.start(id) + 1, self.nodes.end(id).saturating_sub(1));
        if !self.nodes.is_bracketed(id) {
            return refuse(
                self.nodes.raw(id).span,
                "this entry stands in a list without braces; put `{}` around it",
            );
        }
        let children = self.nodes.children(id);
        let Some((number, (_, last))) =
            behind.and_then(|number| children.get(number).map(|child| (number, *child)))
        else {
            return self.fill_brackets(id, open, close, more);
        };
        let form = self.form(id, &children);
        let last_start = self.nodes.child_start(id, number);
        let own_line = layout.before(last_start).trim().is_empty();
        let indentation = if own_line { layout.before(last_start) } else { layout.indentation(last_start) };
        let parts = parts(&form, more, indentation)?;
        let end = self.nodes.end(last);
        let comma = layout.skip_comments(end);
        let has_comma = layout.byte(comma) == Some(b',') && number + 1 == children.len();
        let end = if has_comma { comma + 1 } else { end };
        let tail = if has_comma { "," } else { "" };
        if !own_line {
            let separator = if has_comma { form.comma.trim_start_matches(',') } else { form.comma };
            self.push(end, end, format!("{separator}{}{tail}", parts.join(form.comma)));
            return Ok(());
        }
        let line_break = self.habits.line_break;
        let between = format!(",{line_break}{indentation}");
        let text = format!("{line_break}{indentation}{}{tail}", parts.join(&between));
        let line_end = layout.line_end(end);
        let is_free = matches!(layout.after(end).trim().chars().next(), None | Some('#'));
        if is_free && line_end <= close && number + 1 == children.len() && !has_comma && line_end > end {
            self.push(end, end, ",");
            self.push(line_end, line_end, text);
        } else if is_free && line_end <= close && has_comma {
            self.push(line_end, line_end, text);
        } else {
            let comma = if has_comma { "" } else { "," };
            self.push(end, end, format!("{comma}{text}"));
        }
        Ok(())
    }

    /// Adds the first children of `{}` or `[]`.
    fn fill_brackets(
        &mut self,
        id: NodeId,
        open: usize,
        close: usize,
        more: &NewValue,
    ) -> Result<(), Refused> {
        let layout = self.nodes.layout;
        let is_blank = layout.get(open, close).trim().is_empty();
        if is_blank && self.nodes.tree.dialect != Dialect::Json {
            return self.replace(id, more);
        }
        let form = self.brackets(id);
        if is_blank {
            let text = form.value(more, layout.indentation(open), Style::Plain)?;
            self.push(open - 1, close + 1, text);
            return Ok(());
        }
        let parts = parts(&form, more, "")?.join(", ");
        self.push(open, open, parts);
        Ok(())
    }

    /// How the children of a collection in brackets are written.
    fn form(&self, id: NodeId, children: &[(NodeId, NodeId)]) -> Brackets<'_> {
        let layout = self.nodes.layout;
        let mut form = self.brackets(id);
        if own_level(self.nodes, id).is_none() {
            form.lines = None;
        }
        // As between the last two children of the line, and as behind the last key.
        if let [.., (_, before), (after, _)] = children {
            let between = layout.get(self.nodes.end(*before), self.nodes.start(*after));
            let is_comma = between.strip_prefix(',').is_some_and(|rest| rest.trim_matches(' ').is_empty());
            if is_comma && (form.json || between.len() > 1) {
                form.comma = between;
            }
        }
        if let Some((key, value)) = children.last().filter(|(key, value)| key != value) {
            let between = layout.get(self.nodes.end(*key), self.nodes.start(*value));
            let is_colon = between.trim_matches(' ') == ":";
            let has_value = self.nodes.start(*value) < self.nodes.end(*value);
            if is_colon && has_value && (form.json || between.ends_with(' ')) {
                form.colon = between;
            }
            let is_quoted =
                matches!(self.nodes.raw(*key).kind, NodeKind::Scalar { style: Style::DoubleQuoted, .. });
            form.quoted_keys = form.json || is_quoted;
        }
        form
    }

    /// Removes the children of these numbers.
    pub(super) fn remove_in_brackets(&mut self, id: NodeId, numbers: &BTreeSet<usize>) {
        let children = self.nodes.children(id);
        if numbers.len() == children.len() {
            self.empty_brackets(id, &children);
            return;
        }
        let mut number = 0;
        while number < children.len() {
            let mut next = number;
            while numbers.contains(&next) {
                next += 1;
            }
            if next > number {
                if next < children.len() {
                    self.remove_up_to(id, number, next, &children);
                } else {
                    self.remove_last(id, number, &children);
                }
            }
            number = next + 1;
        }
    }

    /// Removes all children; other comments stay.
    fn empty_brackets(&mut self, id: NodeId, children: &[(NodeId, NodeId)]) {
        let layout = self.nodes.layout;
        let start = self.nodes.child_start(id, 0);
        let Some((_, last)) = children.last() else { return };
        let from = self.with_comments_before(start, self.nodes.start(id));
        let end = self.behind_child(*last, layout.before(start).trim().is_empty());
        let (open, close) = (self.nodes.start(id) + 1, self.nodes.end(id).saturating_sub(1));
        if layout.get(open, from).contains('#') || layout.get(end, close).contains('#') {
            let from = if layout.before(from).trim().is_empty() { layout.back(from) } else { from };
            self.push(from, end, "");
        } else {
            self.push(open, close, "");
        }
    }

    /// The end of the comma behind a child and, for one on a line of its own, of the comment there.
    fn behind_child(&self, child: NodeId, is_own_line: bool) -> usize {
        let layout = self.nodes.layout;
        let end = self.nodes.end(child);
        let comma = layout.skip_comments(end);
        let end = if layout.byte(comma) == Some(b',') { comma + 1 } else { end };
        let comment = layout.skip_blanks(end);
        if is_own_line && layout.byte(comment) == Some(b'#') { layout.line_end(comment) } else { end }
    }

    /// Removes the children from `first` on before `next`, which stays.
    fn remove_up_to(&mut self, id: NodeId, first: usize, next: usize, children: &[(NodeId, NodeId)]) {
        let layout = self.nodes.layout;
        let start = self.nodes.child_start(id, first);
        let Some((_, last)) = next.checked_sub(1).and_then(|last| children.get(last)) else { return };
        let comma = layout.skip_comments(self.nodes.end(*last));
        let mut end = (comma + 1).min(self.nodes.child_start(id, next));
        let is_own_line = layout.before(start).trim().is_empty();
        let comment = layout.skip_blanks(end);
        if is_own_line && layout.byte(comment) == Some(b'#') {
            end = layout.line_end(comment);
        }
        let rest = layout.get(end, self.nodes.child_start(id, next));
        end += rest.len() - rest.trim_start().len();
        self.push(self.with_comments_before(start, self.nodes.start(id)), end, "");
    }

    /// Removes all children from `first` on; one before it stays.
    fn remove_last(&mut self, id: NodeId, first: usize, children: &[(NodeId, NodeId)]) {
        let layout = self.nodes.layout;
        let Some((_, before)) = first.checked_sub(1).and_then(|before| children.get(before)) else { return };
        let Some((_, last)) = children.last() else { return };
        let (before, last) = (self.nodes.end(*before), self.nodes.end(*last));
        let start = self.nodes.child_start(id, first);
        let is_own_line = layout.before(start).trim().is_empty();
        let comma = layout.skip_comments(before);
        let last_comma = layout.skip_comments(last);
        let has_comma = layout.byte(last_comma) == Some(b',');
        let mut end = if has_comma { last_comma + 1 } else { last };
        let comment = layout.skip_blanks(end);
        if is_own_line && layout.byte(comment) == Some(b'#') {
            end = layout.line_end(comment);
        }
        let start = self.with_comments_before(start, self.nodes.start(id));
        let from = layout.back(start);
        match (layout.get(before, from).contains('#'), has_comma) {
            (_, true) => self.push(from.max(comma + 1), end, ""),
            (true, false) => {
                self.push(comma, comma + 1, "");
                self.push(from.max(comma + 1), end, "");
            }
            (false, false) => self.push(before, end, ""),
        }
    }

    /// The start of the comment lines directly above a child that stands on its own line.
    fn with_comments_before(&self, start: usize, bracket: usize) -> usize {
        let layout = self.nodes.layout;
        let indentation = layout.before(start);
        let mut from = start;
        if !indentation.trim().is_empty() {
            return from;
        }
        loop {
            let line = layout.line_start(from);
            if line == 0 || line <= bracket {
                return from;
            }
            let above = layout.line_start(line - layout.break_before(line));
            let text = layout.after(above);
            if above <= bracket || !text.strip_prefix(indentation).is_some_and(|rest| rest.starts_with('#')) {
                return from;
            }
            from = above + indentation.len();
        }
    }
}

/// The entries or items, each as it is written.
fn parts(form: &Brackets<'_>, more: &NewValue, indentation: &str) -> Result<Vec<String>, Refused> {
    match more {
        NewValue::Map(entries) | NewValue::Block(entries) => {
            entries.iter().map(|(key, value)| form.entry(key, value, indentation)).collect()
        }
        NewValue::List(items) => {
            items.iter().map(|item| form.value(item, indentation, Style::Plain)).collect()
        }
        NewValue::Text(_) | NewValue::Plain(_) => Ok(Vec::new()),
    }
}
