//! Turns a program into what edits of it ask for: its layout, its comments, the values of its literals.

use super::bare_key;
use super::decoded;
use crate::document::alloy::Block;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::document::alloy::Field;
use crate::document::alloy::File;
use crate::document::alloy::Statement;
use crate::document::edit::NewValue;
use crate::document::edit::layout::Layout;
use crate::text::Span;

/// A program and its text.
#[derive(Clone, Copy)]
pub(super) struct Program<'f> {
    /// The program.
    pub(super) file: &'f File,
    /// Its text.
    pub(super) layout: Layout<'f>,
    /// How lines end.
    pub(super) line_break: &'static str,
}

impl<'f> Program<'f> {
    /// Looks at how the program is laid out.
    pub(super) fn new(file: &'f File) -> Self {
        let layout = Layout { text: &file.text };
        Self { file, layout, line_break: layout.line_feed() }
    }

    /// One level of indentation, as it is where `at` stands: as in the component there, else in one before it, else in one
    /// behind it.
    pub(super) fn step(&self, at: Span) -> &'f str {
        let of = |statement: &'f Statement| {
            let Statement::Block(block) = statement else { return None };
            let outer = self.layout.indentation(block.span.start as usize);
            let first = statement_span(block.body.statements.first()?).start as usize;
            let before = self.layout.before(first);
            before.strip_prefix(outer).filter(|step| !step.is_empty() && step.trim().is_empty())
        };
        let statements = &self.file.body.statements;
        let next = statements.partition_point(|statement| statement_span(statement).start <= at.start);
        let (before, behind) = statements.split_at(next);
        before.iter().rev().chain(behind).find_map(of).unwrap_or("\t")
    }

    /// A field's key without its quotes.
    pub(super) fn key(&self, field: &Field) -> &'f str {
        bare_key(self.file, field)
    }

    /// A block's name, its parts joined with dots.
    pub(super) fn block_name(&self, block: &Block) -> String {
        block.parts.iter().map(|part| self.file.str(*part)).collect::<Vec<_>>().join(".")
    }

    /// The end of the comment that starts at `at`.
    pub(super) fn comment_at(&self, at: usize) -> Option<usize> {
        let comments = &self.file.comments;
        let found = comments.binary_search_by_key(&at, |comment| comment.start as usize).ok()?;
        comments.get(found).map(|comment| comment.end as usize)
    }

    /// The start of the comment that ends at `at`, line ends left out.
    pub(super) fn comment_before(&self, at: usize) -> Option<usize> {
        let comments = &self.file.comments;
        let behind = comments.partition_point(|comment| (comment.start as usize) < at);
        let comment = comments.get(behind.checked_sub(1)?)?;
        let text = self.layout.get(comment.start as usize, comment.end as usize).trim_end();
        (comment.start as usize + text.len() == at).then_some(comment.start as usize)
    }

    /// Whether comments stand between two offsets.
    pub(super) fn has_comment(&self, start: usize, end: usize) -> bool {
        let first = self.file.comments.partition_point(|comment| (comment.start as usize) < start);
        self.file.comments.get(first).is_some_and(|comment| (comment.start as usize) < end)
    }

    /// The offset behind blanks, line ends and comments from `at` on.
    pub(super) fn skip(&self, mut at: usize) -> usize {
        loop {
            match self.layout.byte(at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => at += 1,
                _ => match self.comment_at(at) {
                    Some(end) if end > at => at = end,
                    _ => return at,
                },
            }
        }
    }

    /// The end of what belongs to the line of `at` behind it: comments that end in this line. `None` where something
    /// else stands there.
    pub(super) fn rest_of_line(&self, mut at: usize) -> Option<usize> {
        loop {
            at = self.layout.skip_blanks(at);
            if at == self.layout.line_end(at) {
                return Some(at);
            }
            let end = self.comment_at(at)?;
            let end = at + self.layout.get(at, end).trim_end_matches(['\r', '\n']).len();
            if self.layout.get(at, end).contains('\n') || end <= at {
                return None;
            }
            at = end;
        }
    }

    /// Where the `{` of a block stands.
    pub(super) fn brace(&self, block: &Block) -> Option<usize> {
        let header = block.label.map_or(block.name.end, |label| label.end + 1);
        let mut at = self.skip(header as usize);
        if self.layout.get(at, at + 2) == "\"\"" {
            at = self.skip(at + 2);
        }
        (self.layout.byte(at) == Some(b'{')).then_some(at)
    }

    /// Whether the expression is a literal of that value.
    pub(super) fn is_same(&self, expr: &Expr, value: &NewValue, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        match (&expr.kind, value) {
            (ExprKind::String, NewValue::Text(text)) => {
                decoded(self.file, expr.span).is_some_and(|old| old == **text)
            }
            (_, NewValue::Plain(text)) => self.file.str(expr.span) == &**text,
            (ExprKind::Array(items), NewValue::List(new)) => {
                items.len() == new.len()
                    && items.iter().zip(new).all(|(item, new)| self.is_same(item, new, depth))
            }
            (ExprKind::Object(fields), NewValue::Map(new)) => {
                fields.len() == new.len()
                    && fields.iter().all(|field| {
                        let new = new.iter().rev().find(|(key, _)| **key == *self.key(field));
                        new.is_some_and(|(_, value)| self.is_same(&field.value, value, depth))
                    })
            }
            _ => false,
        }
    }
}

/// From the name to the end of the value or the closing brace.
pub(super) fn statement_span(statement: &Statement) -> Span {
    match statement {
        Statement::Attribute(attribute) => attribute.name.to(attribute.value.span),
        Statement::Block(block) => block.span,
    }
}

/// The children of an array or object: where each stands, and the name before `=`.
pub(super) fn children(expr: &Expr) -> Vec<(Span, Option<Span>)> {
    match &expr.kind {
        ExprKind::Array(items) => items.iter().map(|item| (item.span, None)).collect(),
        ExprKind::Object(fields) => {
            fields.iter().map(|field| (field.key.to(field.value.span), Some(field.key))).collect()
        }
        _ => Vec::new(),
    }
}
