//! Turns changes of an Alloy program into edits of its text.

mod body;
mod brackets;
mod component;
mod find;
mod print;
mod program;
mod remove;

pub(super) use find::string_at;
pub(super) use print::quoted_inside;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::Change;
use super::Edit;
use super::Edits;
use super::MAX_DEPTH;
use super::NewValue;
use super::Refused;
use super::layout::edit;
use super::plan::Entries;
use super::plan::put_new;
use super::refuse;
use crate::document::alloy::Block;
use crate::document::alloy::Body;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::document::alloy::Field;
use crate::document::alloy::File;
use crate::document::alloy::Statement;
use crate::document::alloy::decode_string;
use crate::text::Span;
use find::Spot;
use find::Spots;
use program::Program;

/// The edits that make all these changes.
pub(super) fn edits(file: &File, changes: &[&Change]) -> Edits {
    if let Some(error) = file.errors.first() {
        return refuse(error.span, "the program does not parse; mend its syntax first");
    }
    let program = Program::new(file);
    let mut writer = Writer { spots: Spots::of(file), program, edits: Vec::new(), plan: Plan::default() };
    for change in changes {
        writer.change(change)?;
    }
    writer.finish()
}

/// What collections of the program get and lose, so that changes of one are made together. By where they start.
#[derive(Default)]
struct Plan<'f> {
    /// Bodies that get statements, by their block; none is the program's own.
    bodies: BTreeMap<Option<u32>, (Option<&'f Block>, Entries)>,
    /// Objects that get fields.
    objects: BTreeMap<u32, (&'f Expr, Entries)>,
    /// Arrays that get items.
    arrays: BTreeMap<u32, (&'f Expr, Vec<NewValue>)>,
    /// Arrays and objects that lose children, by their numbers.
    removed: BTreeMap<u32, (&'f Expr, BTreeSet<usize>)>,
    /// Statements that go.
    statements: BTreeMap<u32, Span>,
}

/// Writes edits of one program.
struct Writer<'f> {
    program: Program<'f>,
    spots: Spots<'f>,
    plan: Plan<'f>,
    edits: Vec<Edit>,
}

impl<'f> Writer<'f> {
    fn push(&mut self, start: usize, end: usize, text: impl Into<String>) {
        self.edits.push(edit(start, end, text));
    }

    fn change(&mut self, change: &Change) -> Result<(), Refused> {
        let span = change.place().span;
        match change {
            Change::Replace { value, .. } => match self.spot(span)? {
                Spot::Block(..) => refuse(span, "a block stands here; change what it holds"),
                Spot::Attribute(expr)
                | Spot::Field(_, expr, _)
                | Spot::Item(_, expr, _)
                | Spot::Inner(expr) => self.replace(expr, value, MAX_DEPTH),
            },
            Change::Put { route, value, .. } => self.put(span, route, value),
            Change::Append { value, .. } => match self.spot(span)? {
                Spot::Block(..) => refuse(span, "a block stands here, and not a list"),
                Spot::Attribute(expr)
                | Spot::Field(_, expr, _)
                | Spot::Item(_, expr, _)
                | Spot::Inner(expr) => self.append(expr, value),
            },
            Change::Remove { .. } => self.remove(span),
            Change::Rename { name, .. } => self.rename(span, name),
            Change::AddComponent { text, .. } => self.add_component(span, text),
        }
    }

    fn spot(&self, span: Span) -> Result<Spot<'f>, Refused> {
        match self.spots.at(span) {
            Some(spot) => Ok(spot),
            None => {
                refuse(span, "no attribute, block or value stands at exactly this place; change it by hand")
            }
        }
    }

    /// An expression becomes another; an array or object child by child.
    fn replace(&mut self, expr: &'f Expr, value: &NewValue, depth: u32) -> Result<(), Refused> {
        if self.program.is_same(expr, value, depth) {
            return Ok(());
        }
        let Some(depth) = depth.checked_sub(1) else { return refuse(expr.span, "the value is too deep") };
        match (&expr.kind, value) {
            (ExprKind::Array(items), NewValue::List(new)) if !items.is_empty() && !new.is_empty() => {
                for (item, new) in items.iter().zip(new) {
                    self.replace(item, new, depth)?;
                }
                (new.len()..items.len()).for_each(|number| self.remove_child(expr, number));
                new.iter().skip(items.len()).try_for_each(|item| self.append(expr, item))
            }
            (ExprKind::Object(fields), NewValue::Map(new)) if !fields.is_empty() && !new.is_empty() => {
                for (number, field) in fields.iter().enumerate() {
                    let name = self.program.key(field);
                    match new.iter().rev().find(|(key, _)| **key == *name) {
                        Some((_, value)) => self.replace(&field.value, value, depth)?,
                        None => self.remove_child(expr, number),
                    }
                }
                let known: BTreeSet<&str> = fields.iter().map(|field| self.program.key(field)).collect();
                let new = new.iter().filter(|(key, _)| !known.contains(&**key));
                for (key, value) in new {
                    self.add_field(expr, std::slice::from_ref(key), value)?;
                }
                Ok(())
            }
            _ => {
                let start = expr.span.start as usize;
                let is_raw = self.program.file.str(expr.span).starts_with('`');
                let text = match value {
                    NewValue::Text(text) if is_raw && quoted_inside(text, true).is_some() => {
                        format!("`{text}`")
                    }
                    _ => self.program.expression(value, self.program.layout.indentation(start), expr.span)?,
                };
                self.push(start, expr.span.end as usize, text);
                Ok(())
            }
        }
    }

    fn put(&mut self, span: Span, route: &[Arc<str>], value: &NewValue) -> Result<(), Refused> {
        match self.spots.at(span) {
            Some(Spot::Block(block)) => self.put_in_body(Some(block), &block.body, route, value),
            Some(
                Spot::Attribute(expr) | Spot::Field(_, expr, _) | Spot::Item(_, expr, _) | Spot::Inner(expr),
            ) => self.put_in_object(expr, route, value),
            None if span == Span::at(0) || span.len() as usize >= self.program.layout.text.trim().len() => {
                let body = &self.program.file.body;
                self.put_in_body(None, body, route, value)
            }
            None => refuse(span, "no attribute or block stands at exactly this place; change it by hand"),
        }
    }

    fn put_in_body(
        &mut self,
        mut block: Option<&'f Block>,
        mut body: &'f Body,
        mut route: &[Arc<str>],
        value: &NewValue,
    ) -> Result<(), Refused> {
        loop {
            let span = block.map_or(Span::at(0), |block| block.name);
            let [name, rest @ ..] = route else { return refuse(span, "the route to the new value is empty") };
            if let Some(attribute) = self.program.file.attribute(body, name) {
                return match (rest.is_empty(), value) {
                    (true, NewValue::Block(_)) => {
                        refuse(attribute.name, format!("`{name}` is an attribute here, and not a block"))
                    }
                    (true, _) => self.replace(&attribute.value, value, MAX_DEPTH),
                    (false, _) => self.put_in_object(&attribute.value, rest, value),
                };
            }
            let mut blocks = body.blocks().filter(|block| self.program.block_name(block) == **name);
            let Some(found) = blocks.next() else { break };
            if blocks.next().is_some() {
                return refuse(
                    found.name,
                    format!("there are several blocks `{name}` here; name the one that is meant"),
                );
            }
            if rest.is_empty() {
                let (NewValue::Block(entries) | NewValue::Map(entries)) = value else {
                    return refuse(found.name, format!("`{name}` is a block here, and not an attribute"));
                };
                return entries.iter().try_for_each(|(key, value)| self.put_in_body_once(found, key, value));
            }
            (block, body, route) = (Some(found), &found.body, rest);
        }
        let span = block.map_or(Span::at(0), |block| block.name);
        let key = block.map(|block| block.span.start);
        let (_, entries) = self.plan.bodies.entry(key).or_insert_with(|| (block, Vec::new()));
        put_new(entries, route, value, span, true)
    }

    /// One entry of a block that is there.
    fn put_in_body_once(
        &mut self,
        block: &'f Block,
        key: &Arc<str>,
        value: &NewValue,
    ) -> Result<(), Refused> {
        // Bounded, as the depth of new values is.
        self.put_in_body(Some(block), &block.body, std::slice::from_ref(key), value)
    }

    fn put_in_object(
        &mut self,
        mut expr: &'f Expr,
        mut route: &[Arc<str>],
        value: &NewValue,
    ) -> Result<(), Refused> {
        loop {
            let ExprKind::Object(fields) = &expr.kind else {
                return refuse(expr.span, "this value is computed, or is no object; change it by hand");
            };
            let [key, rest @ ..] = route else {
                return refuse(expr.span, "the route to the new value is empty");
            };
            let Some(field) = fields.iter().rev().find(|field| self.program.key(field) == &**key) else {
                return self.add_field(expr, route, value);
            };
            if rest.is_empty() {
                return self.replace(&field.value, value, MAX_DEPTH);
            }
            (expr, route) = (&field.value, rest);
        }
    }

    fn add_field(&mut self, object: &'f Expr, route: &[Arc<str>], value: &NewValue) -> Result<(), Refused> {
        let (_, entries) = self.plan.objects.entry(object.span.start).or_insert_with(|| (object, Vec::new()));
        put_new(entries, route, value, object.span, false)
    }

    fn append(&mut self, expr: &'f Expr, value: &NewValue) -> Result<(), Refused> {
        match expr.kind {
            ExprKind::Array(_) | ExprKind::Null => {
                let (_, items) =
                    self.plan.arrays.entry(expr.span.start).or_insert_with(|| (expr, Vec::new()));
                items.push(value.clone());
                Ok(())
            }
            _ => refuse(expr.span, "this list is computed; change it by hand"),
        }
    }

    fn remove(&mut self, span: Span) -> Result<(), Refused> {
        match self.spot(span)? {
            Spot::Block(block) => {
                self.plan.statements.insert(block.span.start, block.span);
            }
            Spot::Attribute(expr) => {
                let statement = self.spots.statement_of(expr).unwrap_or(span);
                self.plan.statements.insert(statement.start, statement);
            }
            Spot::Field(object, _, number) | Spot::Item(object, _, number) => {
                self.remove_child(object, number);
            }
            Spot::Inner(_) => return refuse(span, "this is part of an expression; change it by hand"),
        }
        Ok(())
    }

    fn remove_child(&mut self, collection: &'f Expr, number: usize) {
        let (_, numbers) =
            self.plan.removed.entry(collection.span.start).or_insert_with(|| (collection, BTreeSet::new()));
        numbers.insert(number);
    }

    fn rename(&mut self, span: Span, name: &str) -> Result<(), Refused> {
        match self.spot(span)? {
            Spot::Attribute(expr) => {
                let Some(statement) = self.spots.statement_of(expr) else {
                    return refuse(span, "no name stands here");
                };
                let siblings = self.spots.siblings(statement);
                let same = |statement: &Statement| match statement {
                    Statement::Attribute(attribute) => self.program.file.str(attribute.name) == name,
                    Statement::Block(block) => self.program.block_name(block) == name,
                };
                let old = siblings.iter().find_map(|sibling| match sibling {
                    Statement::Attribute(attribute) if attribute.name.start == statement.start => {
                        Some(attribute.name)
                    }
                    _ => None,
                });
                let Some(old) = old else { return refuse(span, "no name stands here") };
                if self.program.file.str(old) == name {
                    return Ok(());
                }
                if siblings.iter().any(same) {
                    return refuse(old, format!("`{name}` is there already; remove one of both"));
                }
                let name = print::identifier(name, old)?;
                self.push(old.start as usize, old.end as usize, name);
            }
            Spot::Block(block) => {
                if self.program.block_name(block) != name {
                    let name = print::block_name(name, block.name)?;
                    self.push(block.name.start as usize, block.name.end as usize, name);
                }
            }
            Spot::Field(object, _, number) => {
                let ExprKind::Object(fields) = &object.kind else {
                    return refuse(span, "no name stands here");
                };
                let Some(field) = fields.get(number) else { return refuse(span, "no name stands here") };
                if self.program.key(field) == name {
                    return Ok(());
                }
                if fields.iter().any(|field| self.program.key(field) == name) {
                    return refuse(field.key, format!("`{name}` is there already; remove one of both"));
                }
                let key = print::key(name, field.quoted, field.key)?;
                self.push(field.key.start as usize, field.key.end as usize, key);
            }
            Spot::Item(..) | Spot::Inner(_) => return refuse(span, "no name stands here"),
        }
        Ok(())
    }

    /// Makes what was collected into edits.
    fn finish(mut self) -> Edits {
        let plan = std::mem::take(&mut self.plan);
        for (block, entries) in plan.bodies.values() {
            self.add_statements(*block, entries)?;
        }
        let kept = |expr: &Expr| {
            let numbers = plan.removed.get(&expr.span.start).map(|(_, numbers)| numbers);
            let count = program::children(expr).len();
            (0..count).rev().find(|number| numbers.is_none_or(|numbers| !numbers.contains(number)))
        };
        let mut emptied = BTreeSet::new();
        for (start, (expr, numbers)) in &plan.removed {
            if numbers.len() == program::children(expr).len() {
                emptied.insert(*start);
            }
        }
        for (start, (expr, entries)) in &plan.objects {
            let value = NewValue::Map(entries.clone());
            self.add_to_brackets(expr, kept(expr).filter(|_| !emptied.contains(start)), &value)?;
        }
        for (start, (expr, items)) in &plan.arrays {
            let value = NewValue::List(items.clone());
            self.add_to_brackets(expr, kept(expr).filter(|_| !emptied.contains(start)), &value)?;
        }
        for (start, (expr, numbers)) in &plan.removed {
            if emptied.contains(start) {
                if !plan.objects.contains_key(start) && !plan.arrays.contains_key(start) {
                    let empty = if matches!(expr.kind, ExprKind::Array(_)) { "[]" } else { "{}" };
                    self.push(expr.span.start as usize, expr.span.end as usize, empty);
                }
            } else {
                self.remove_children(expr, numbers);
            }
        }
        for statement in plan.statements.values() {
            self.remove_statement(*statement)?;
        }
        Ok(self.edits)
    }
}

/// The text of a string literal, or of a key in quotes.
fn decoded(file: &File, span: Span) -> Option<String> {
    decode_string(&file.text, span).map(|(text, _)| text)
}

/// A field's key without its quotes.
fn bare_key<'f>(file: &'f File, field: &Field) -> &'f str {
    let key = file.str(field.key);
    if field.quoted { key.get(1..key.len().saturating_sub(1)).unwrap_or_default() } else { key }
}
