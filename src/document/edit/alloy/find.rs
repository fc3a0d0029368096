//! Turns places of a program into what stands there.

use std::collections::HashMap;

use super::program::statement_span;
use crate::document::alloy::Block;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::document::alloy::File;
use crate::document::alloy::Statement;
use crate::text::Span;

/// What stands at a place.
#[derive(Clone, Copy)]
pub(super) enum Spot<'f> {
    /// A block: its span, its name, or its name and label.
    Block(&'f Block),
    /// An attribute, with its value: its name, its value, or both.
    Attribute(&'f Expr),
    /// A field of an object: the object, the field's value and its number.
    Field(&'f Expr, &'f Expr, usize),
    /// An item of an array: the array, the item and its number.
    Item(&'f Expr, &'f Expr, usize),
    /// Any other part of an expression.
    Inner(&'f Expr),
}

/// All places of a program.
pub(super) struct Spots<'f> {
    by_span: HashMap<Span, Spot<'f>>,
    /// The attribute of each value, by where the value starts; with the statements around it.
    attributes: HashMap<u32, (Span, &'f [Statement])>,
}

impl<'f> Spots<'f> {
    /// Looks through the program once.
    pub(super) fn of(file: &'f File) -> Self {
        let mut spots = Self { by_span: HashMap::new(), attributes: HashMap::new() };
        // A stack of our own: the depth is the user's.
        let mut bodies = vec![&file.body];
        while let Some(body) = bodies.pop() {
            for statement in &body.statements {
                let span = statement_span(statement);
                match statement {
                    Statement::Attribute(attribute) => {
                        let spot = Spot::Attribute(&attribute.value);
                        for span in [span, attribute.name, attribute.value.span] {
                            spots.by_span.insert(span, spot);
                        }
                        spots.attributes.insert(attribute.value.span.start, (span, &body.statements));
                        spots.expression(file, &attribute.value);
                    }
                    Statement::Block(block) => {
                        let label =
                            block.label.map_or(block.name, |label| Span::new(label.start - 1, label.end + 1));
                        for span in [span, block.name, block.name.to(label)] {
                            spots.by_span.insert(span, Spot::Block(block));
                        }
                        bodies.push(&block.body);
                    }
                }
            }
        }
        spots
    }

    /// The parts of an expression.
    fn expression(&mut self, file: &File, expr: &'f Expr) {
        let mut rest = vec![expr];
        while let Some(expr) = rest.pop() {
            let spot = *self.by_span.entry(expr.span).or_insert(Spot::Inner(expr));
            // A text is also meant by what stands between its quotes.
            if is_quoted(file, expr.span) {
                let inside = Span::new(expr.span.start + 1, expr.span.end - 1);
                self.by_span.entry(inside).or_insert(spot);
            }
            match &expr.kind {
                ExprKind::Array(items) => {
                    for (number, item) in items.iter().enumerate() {
                        self.by_span.insert(item.span, Spot::Item(expr, item, number));
                        rest.push(item);
                    }
                }
                ExprKind::Object(fields) => {
                    for (number, field) in fields.iter().enumerate() {
                        let spot = Spot::Field(expr, &field.value, number);
                        for span in [field.key, field.value.span, field.key.to(field.value.span)] {
                            self.by_span.insert(span, spot);
                        }
                        rest.push(&field.value);
                    }
                }
                ExprKind::Access(value, _) | ExprKind::Unary(_, value) | ExprKind::Paren(value) => {
                    rest.push(value)
                }
                ExprKind::Index(value, index) => rest.extend([&**value, &**index]),
                ExprKind::Call(function, arguments) => {
                    rest.push(function);
                    rest.extend(arguments);
                }
                ExprKind::Binary(left, _, _, right) => rest.extend([&**left, &**right]),
                _ => {}
            }
        }
    }

    /// What stands at exactly this place.
    pub(super) fn at(&self, span: Span) -> Option<Spot<'f>> {
        self.by_span.get(&span).copied()
    }

    /// The attribute that a value belongs to, name included.
    pub(super) fn statement_of(&self, value: &Expr) -> Option<Span> {
        self.attributes.get(&value.span.start).map(|(span, _)| *span)
    }

    /// The statements around an attribute, itself included.
    pub(super) fn siblings(&self, attribute: Span) -> &'f [Statement] {
        let around = self.attributes.values().find(|(span, _)| *span == attribute);
        around.map_or(&[], |(_, statements)| *statements)
    }
}

/// Whether a text between quotes stands there, which is not empty.
fn is_quoted(file: &File, span: Span) -> bool {
    let text = file.str(span);
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '`'));
    span.end > span.start + 2 && quote.is_some_and(|quote| text.ends_with(quote))
}

/// The string literal, quotes included, that holds this part of a program.
pub(in crate::document::edit) fn string_at(file: &File, inside: Span) -> Option<Span> {
    let spots = Spots::of(file);
    let is_string = |span: &&Span| {
        span.start < inside.start.max(1) && inside.end < span.end && file.str(**span).starts_with(['"', '`'])
    };
    spots.by_span.keys().filter(is_string).min_by_key(|span| span.len()).copied()
}
