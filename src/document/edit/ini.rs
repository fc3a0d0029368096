//! Turns changes of INI text into edits of its lines.

use super::Change;
use super::Edit;
use super::Edits;
use super::NewValue;
use super::Refused;
use super::layout::edit;
use super::nodes::Nodes;
use super::nodes::Role;
use super::refuse;
use crate::document::NodeId;
use crate::document::Tree;
use crate::text::Span;

/// The edits that make all these changes.
pub(super) fn edits(tree: &Tree, changes: &[&Change]) -> Edits {
    let mut writer = Writer { nodes: Nodes::new(tree), edits: Vec::new(), sections: Vec::new() };
    for change in changes {
        writer.change(change)?;
    }
    writer.new_sections();
    Ok(writer.edits)
}

/// Writes edits of one text.
struct Writer<'t> {
    nodes: Nodes<'t>,
    edits: Vec<Edit>,
    /// Sections that are not there yet, with their lines.
    sections: Vec<(String, Vec<String>)>,
}

impl Writer<'_> {
    fn change(&mut self, change: &Change) -> Result<(), Refused> {
        let span = change.place().span;
        match change {
            Change::Replace { value, .. } => {
                let value_node = self.value_at(span)?;
                self.replace(value_node, value)
            }
            Change::Put { route, value, .. } => self.put(span, route, value),
            Change::Remove { .. } => {
                let node = self.value_at(span)?;
                self.remove(node)
            }
            Change::Rename { name, .. } => {
                let node = self.value_at(span)?;
                self.rename(node, name)
            }
            Change::Append { .. } => refuse(span, "INI text has no lists; change it by hand"),
            Change::AddComponent { .. } => {
                refuse(span, "components stand in Alloy programs, and this is none")
            }
        }
    }

    /// The value at a place; a key stands for its value.
    fn value_at(&self, span: Span) -> Result<NodeId, Refused> {
        let Some(node) = self.nodes.at(span) else {
            return refuse(span, "no key or value stands at exactly this place; change it by hand");
        };
        Ok(match self.nodes.role(node) {
            Role::Key(mapping, number) => self.nodes.child(mapping, number).map_or(node, |(_, value)| value),
            _ => node,
        })
    }

    fn replace(&mut self, id: NodeId, value: &NewValue) -> Result<(), Refused> {
        let span = self.nodes.raw(id).span;
        let Some(old) = self.nodes.node(id).text() else {
            return refuse(span, "a section stands here, and not a value");
        };
        let text = plain(value, span)?;
        if old == text {
            return Ok(());
        }
        let (mut start, mut end) = (span.start as usize, span.end as usize);
        let layout = self.nodes.layout;
        // With the quotes around it, which are not in its span.
        let quote = ["\"\"\"", "`", "\"", "'"].into_iter().find(|quote| {
            layout.get(0, start).ends_with(quote) && layout.get(end, layout.text.len()).starts_with(quote)
        });
        if let Some(quote) = quote {
            start -= quote.len();
            end += quote.len();
        }
        let written = match quote {
            Some(quote) if can_stand_in(quote, text) => format!("{quote}{text}{quote}"),
            _ => written(text, span)?,
        };
        let gap = if start == end && layout.get(0, start).ends_with(['=', ':']) && self.is_spaced(id) {
            " "
        } else {
            ""
        };
        self.edits.push(edit(start, end, format!("{gap}{written}")));
        Ok(())
    }

    /// Whether a blank stands before the separator of an entry, which then wants one behind it too.
    fn is_spaced(&self, id: NodeId) -> bool {
        let before = self.nodes.layout.before(self.nodes.start(id));
        before.trim_end_matches(['=', ':']).ends_with([' ', '\t'])
    }

    fn put(&mut self, under: Span, route: &[std::sync::Arc<str>], value: &NewValue) -> Result<(), Refused> {
        let root = self.nodes.tree.root;
        let section_route = match route {
            [section, key] => Some((section, key)),
            _ => None,
        };
        let found = self.nodes.at(under).map(|node| match self.nodes.role(node) {
            Role::Key(mapping, number) => self.nodes.child(mapping, number).map_or(node, |(_, value)| value),
            _ => node,
        });
        let is_section =
            |node: NodeId| self.nodes.role(node).parent().is_some_and(|(above, _)| Some(above) == root);
        let (section, key) = match (route, found, section_route) {
            ([key], Some(node), _) if is_section(node) => (Some(node), key),
            (_, found, Some((section, key))) if found.is_none_or(|node| Some(node) == root) => {
                let Some(root) = root else { return refuse(under, "there is nothing to change here") };
                let node = self.nodes.node(root).get(section).map(|node| node.id);
                if node.is_none() {
                    return self.new_section(section, key, value, under);
                }
                (node, key)
            }
            _ => return refuse(under, "a setting of INI text has a section and a key"),
        };
        let Some(section) = section else { return refuse(under, "there is no such section") };
        match self.nodes.node(section).get(key) {
            Some(old) => self.replace(old.id, value),
            None => self.add(section, key, value),
        }
    }

    /// A new line behind the last entry of a section, or behind its name.
    fn add(&mut self, section: NodeId, key: &str, value: &NewValue) -> Result<(), Refused> {
        let layout = self.nodes.layout;
        let span = self.nodes.raw(section).span;
        let line = line(key, value, self.separator(section), span)?;
        let last = self
            .nodes
            .children(section)
            .last()
            .map_or(span.end as usize, |(_, value)| self.nodes.end(*value));
        let at = layout.line_end(last);
        let indentation = layout
            .indentation(self.nodes.children(section).last().map_or(last, |(key, _)| self.nodes.start(*key)));
        self.edits.push(edit(at, at, format!("{}{indentation}{line}", layout.line_feed())));
        Ok(())
    }

    /// What stands between key and value, as at the last entry of the section or of the text.
    fn separator(&self, section: NodeId) -> &str {
        let layout = self.nodes.layout;
        let all = self.nodes.tree.root.map(|root| self.nodes.children(root)).unwrap_or_default();
        std::iter::once(section)
            .chain(all.into_iter().map(|(_, section)| section))
            .filter_map(|section| self.nodes.children(section).last().copied())
            .map(|(key, value)| layout.get(self.nodes.end(key), self.nodes.start(value)))
            .find(|between| matches!(*between, "=" | " = " | ":" | ": "))
            .unwrap_or(" = ")
    }

    fn new_section(&mut self, section: &str, key: &str, value: &NewValue, span: Span) -> Result<(), Refused> {
        if section.is_empty() || section.contains(['[', ']', '\n', '\r']) || section.trim() != section {
            return refuse(span, "this cannot be the name of a section");
        }
        let separator = self.nodes.tree.root.map_or(" = ", |root| self.separator(root));
        let line = line(key, value, separator, span)?;
        match self.sections.iter_mut().find(|(name, _)| name == section) {
            Some((_, lines)) if !lines.contains(&line) => lines.push(line),
            Some(_) => {}
            None => self.sections.push((section.to_owned(), vec![line])),
        }
        Ok(())
    }

    /// Writes sections that were not there, at the end of the text.
    fn new_sections(&mut self) {
        let layout = self.nodes.layout;
        let line_break = layout.line_feed();
        let are_apart = are_apart(layout.text);
        let mut text = String::new();
        for (name, lines) in &self.sections {
            let is_first = text.is_empty();
            if are_apart && !(is_first && layout.text.trim().is_empty()) {
                text.push_str(line_break);
            }
            text.extend(["[", name, "]", line_break]);
            for line in lines {
                text.push_str(line);
                text.push_str(line_break);
            }
        }
        if text.is_empty() {
            return;
        }
        let at = layout.text.len();
        if !layout.before(at).is_empty() {
            // The text goes on to have no line end at its end.
            text = format!("{line_break}{}", text.trim_end_matches(['\n', '\r']));
        }
        self.edits.push(edit(at, at, text));
    }

    /// Removes the line of an entry, with the comments directly above.
    fn remove(&mut self, id: NodeId) -> Result<(), Refused> {
        let span = self.nodes.raw(id).span;
        let Role::Value(_, _) = self.nodes.role(id) else { return refuse(span, "no setting stands here") };
        let Some((section, number)) = self.nodes.role(id).parent() else { return Ok(()) };
        if self.nodes.node(id).text().is_none() {
            return refuse(span, "a whole section stands here; remove it by hand");
        }
        let layout = self.nodes.layout;
        let key =
            self.nodes.child(section, number).map_or(span.start as usize, |(key, _)| self.nodes.start(key));
        let mut from = layout.line_start(key);
        loop {
            let above = layout.line_start(from.saturating_sub(layout.break_before(from)));
            if above >= from || !layout.after(above).trim_start().starts_with(['#', ';']) {
                break;
            }
            from = above;
        }
        if from == layout.line_start(0) && from < layout.line_start(key) {
            // Comments at the head of a text are about the text.
            from = layout.line_start(key);
        }
        let to = layout.next_line(span.end as usize);
        if to == layout.text.len() && !layout.text.ends_with(['\n', '\r']) {
            from -= layout.break_before(from);
        }
        self.edits.push(edit(from, to, ""));
        Ok(())
    }

    fn rename(&mut self, id: NodeId, name: &str) -> Result<(), Refused> {
        let span = self.nodes.raw(id).span;
        let Role::Value(section, number) = self.nodes.role(id) else {
            return refuse(span, "no setting stands here");
        };
        let Some((key, _)) = self.nodes.children(section).get(number).copied() else { return Ok(()) };
        if self.nodes.node(section).get(name).is_some() {
            return refuse(
                self.nodes.raw(key).span,
                format!("the key `{name}` is there already; remove one of both"),
            );
        }
        check_key(name, span)?;
        if self.nodes.start(key) == self.nodes.end(key) {
            return refuse(span, "what stands before the first section has no name");
        }
        self.edits.push(edit(self.nodes.start(key), self.nodes.end(key), name));
        Ok(())
    }
}

/// Whether an empty line stands above some section but the first, or there is only one.
fn are_apart(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let above = |number: usize| lines.get(..number)?.iter().rev().find(|line| !line.starts_with(['#', ';']));
    let headers =
        (0..lines.len()).filter(|number| lines.get(*number).is_some_and(|line| line.starts_with('[')));
    let mut others = headers.skip(1).peekable();
    others.peek().is_none() || others.any(|number| above(number).is_none_or(|line| line.is_empty()))
}

/// `key = value`.
fn line(key: &str, value: &NewValue, separator: &str, span: Span) -> Result<String, Refused> {
    check_key(key, span)?;
    Ok(format!("{key}{separator}{}", written(plain(value, span)?, span)?))
}

/// Refuses names that would be read as something else.
fn check_key(name: &str, span: Span) -> Result<(), Refused> {
    let is_good = !name.is_empty()
        && name.trim() == name
        && !name.contains(['=', ':', '\n', '\r', '[', ']', '"', '`'])
        && !name.starts_with(['#', ';']);
    if is_good { Ok(()) } else { refuse(span, "this cannot be the name of a setting or section") }
}

/// The text of a value.
fn plain(value: &NewValue, span: Span) -> Result<&str, Refused> {
    match value {
        NewValue::Text(text) | NewValue::Plain(text) => Ok(text),
        _ => refuse(span, "INI text has single values only; change it by hand"),
    }
}

/// Whether a text between these quotes is read as it is.
fn can_stand_in(quote: &str, text: &str) -> bool {
    let is_one_line = !text.contains(['\n', '\r']);
    match quote {
        "`" | "\"\"\"" => !text.contains(quote) && !text.ends_with('"') && !text.contains('\r'),
        _ => is_one_line && !text.contains(quote) && !text.contains(['#', ';']) && !text.ends_with('\\'),
    }
}

/// A value as it is written: without quotes where it is read the same, else in backticks.
fn written(text: &str, span: Span) -> Result<String, Refused> {
    let is_bare = text.trim() == text
        && !text.contains(['#', ';', '\n', '\r', '`', '"', '\''])
        && !text.ends_with('\\');
    if is_bare {
        return Ok(text.to_owned());
    }
    match ["`", "\"\"\""].into_iter().find(|quote| can_stand_in(quote, text)) {
        Some(quote) => Ok(format!("{quote}{text}{quote}")),
        None => refuse(span, "this text cannot be written in INI; change it by hand"),
    }
}
