//! Turns a comment of an Alloy program into what it is about.

use super::reach::Astray;
use super::reach::Commented;
use super::reach::Reach;
use super::reach::line_start;
use crate::document::DocId;
use crate::document::alloy::Body;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::document::alloy::File;
use crate::document::alloy::Statement;
use crate::text::Span;

/// A program, with what starts where.
pub(super) struct Program<'t> {
    id: DocId,
    file: &'t File,
    /// Statements, fields and values by their starts; of those that start at one place the longest.
    parts: Vec<Span>,
    /// For each comment, where the next part of the program is.
    next: Vec<u32>,
}

impl Commented for Program<'_> {
    fn comments(&self, word: &str) -> Vec<Span> {
        let holds = |comment: &&Span| self.file.str(**comment).contains(word);
        self.file.comments.iter().filter(holds).copied().collect()
    }

    fn reach(&self, comment: Span) -> Result<Reach, Astray> {
        let from = line_start(&self.file.text, comment.start);
        if self.is_first(comment) {
            let index = self.file.comments.partition_point(|other| other.start < comment.start);
            let next = self.next.get(index).copied().unwrap_or(u32::MAX);
            let part = self.parts.get(self.first_from(next)).filter(|part| part.start == next);
            return part.map(|part| Reach::Within(self.id, *part)).ok_or(Astray::NothingFollows);
        }
        let first = self.parts.get(self.first_from(from));
        match first.filter(|part| part.start < comment.start) {
            Some(_) => Ok(Reach::Line(self.id, Span::new(from, comment.start))),
            None => Err(Astray::NothingOnLine),
        }
    }

    fn all(&self, comment: Span) -> Result<Reach, Astray> {
        let all = Span::new(0, offset(self.file.text.len()));
        let is_head = self.parts.first().is_none_or(|part| comment.start < part.start);
        if is_head { Ok(Reach::Within(self.id, all)) } else { Err(Astray::BelowBeginning) }
    }
}

impl<'t> Program<'t> {
    /// A program.
    pub(super) fn new(id: DocId, file: &'t File) -> Self {
        let mut parts = parts(&file.body);
        parts.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
        parts.dedup_by_key(|span| span.start);
        let mut next: Vec<u32> = Vec::with_capacity(file.comments.len());
        // From the last one on, so that each blank is passed over once.
        for (index, comment) in file.comments.iter().enumerate().rev() {
            let rest = file.text.get(comment.end as usize..).unwrap_or_default();
            let at = comment.end + offset(rest.len() - rest.trim_start().len());
            let is_comment = file.comments.get(index + 1).is_some_and(|other| other.start == at);
            next.push(next.last().copied().filter(|_| is_comment).unwrap_or(at));
        }
        next.reverse();
        Self { id, file, parts, next }
    }

    /// Whether only blanks and other comments stand before a comment in its line.
    fn is_first(&self, comment: Span) -> bool {
        let mut at = comment.start;
        let from = line_start(&self.file.text, at);
        let mut index = self.file.comments.partition_point(|other| other.start < at);
        loop {
            let before = Span::new(from, at).slice(&self.file.text);
            let before = before.trim_start_matches('\u{feff}').trim_end();
            if before.trim().is_empty() {
                return true;
            }
            let end = from + offset(before.len());
            let above = index.checked_sub(1).and_then(|above| self.file.comments.get(above));
            match above.filter(|above| above.end >= end && above.end <= at) {
                Some(above) if above.start >= from => (at, index) = (above.start, index - 1),
                other => return other.is_some(),
            }
        }
    }

    fn first_from(&self, at: u32) -> usize {
        self.parts.partition_point(|part| part.start < at)
    }
}

/// Something of a program that is still to be looked at.
enum Rest<'t> {
    Body(&'t Body),
    Expr(&'t Expr),
}

/// Statements, fields and values. In no order.
fn parts(body: &Body) -> Vec<Span> {
    let mut parts = Vec::new();
    let mut rest = vec![Rest::Body(body)];
    while let Some(next) = rest.pop() {
        match next {
            Rest::Body(body) => {
                for statement in &body.statements {
                    match statement {
                        Statement::Attribute(attribute) => {
                            parts.push(attribute.name.to(attribute.value.span));
                            rest.push(Rest::Expr(&attribute.value));
                        }
                        Statement::Block(block) => {
                            parts.push(block.span);
                            rest.push(Rest::Body(&block.body));
                        }
                    }
                }
            }
            Rest::Expr(expr) => {
                parts.push(expr.span);
                match &expr.kind {
                    ExprKind::Array(items) => rest.extend(items.iter().map(Rest::Expr)),
                    ExprKind::Object(fields) => {
                        parts.extend(fields.iter().map(|field| field.key.to(field.value.span)));
                        rest.extend(fields.iter().map(|field| Rest::Expr(&field.value)));
                    }
                    ExprKind::Access(of, _) | ExprKind::Unary(_, of) | ExprKind::Paren(of) => {
                        rest.push(Rest::Expr(of));
                    }
                    ExprKind::Index(of, by) => rest.extend([Rest::Expr(of), Rest::Expr(by)]),
                    ExprKind::Call(of, with) => {
                        rest.push(Rest::Expr(of));
                        rest.extend(with.iter().map(Rest::Expr));
                    }
                    ExprKind::Binary(left, _, _, right) => rest.extend([Rest::Expr(left), Rest::Expr(right)]),
                    ExprKind::Number
                    | ExprKind::Float
                    | ExprKind::String
                    | ExprKind::Bool
                    | ExprKind::Null
                    | ExprKind::Identifier => {}
                }
            }
        }
    }
    parts
}

/// Texts are at most 4 GiB.
fn offset(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
