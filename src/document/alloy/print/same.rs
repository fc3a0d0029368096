//! Tells whether two texts of one program differ in blanks, commas and line ends alone.

use crate::document::alloy::Body;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::document::alloy::Field;
use crate::document::alloy::File;
use crate::document::alloy::Statement;
use crate::text::Span;

/// Whether `right` has no errors, the same tree as `left`, and the same comments in the same order.
pub(crate) fn same(left: &File, right: &File) -> bool {
    let pair = Pair { left, right };
    let comments = pair.all(&left.comments, &right.comments, |pair, left, right| pair.comment(*left, *right));
    right.errors.is_empty() && comments && pair.bodies(&left.body, &right.body)
}

/// The two files.
#[derive(Clone, Copy)]
struct Pair<'a> {
    left: &'a File,
    right: &'a File,
}

impl Pair<'_> {
    /// Whether both lists are equally long and all pairs are `equal`.
    fn all<T>(self, left: &[T], right: &[T], equal: impl Fn(Self, &T, &T) -> bool) -> bool {
        left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(self, left, right))
    }

    fn texts(self, left: Span, right: Span) -> bool {
        self.left.str(left) == self.right.str(right)
    }

    /// A carriage return before the line end does not belong to a comment.
    fn comment(self, left: Span, right: Span) -> bool {
        self.left.str(left).trim_end_matches('\r') == self.right.str(right).trim_end_matches('\r')
    }

    fn bodies(self, left: &Body, right: &Body) -> bool {
        self.all(&left.statements, &right.statements, |pair, left, right| match (left, right) {
            (Statement::Attribute(left), Statement::Attribute(right)) => {
                pair.texts(left.name, right.name) && pair.expressions(&left.value, &right.value)
            }
            (Statement::Block(left), Statement::Block(right)) => {
                let labels = match (left.label, right.label) {
                    (Some(left), Some(right)) => pair.texts(left, right),
                    (left, right) => left.is_none() && right.is_none(),
                };
                labels
                    && pair.all(&left.parts, &right.parts, |pair, left, right| pair.texts(*left, *right))
                    && pair.bodies(&left.body, &right.body)
            }
            _ => false,
        })
    }

    fn expressions(self, left: &Expr, right: &Expr) -> bool {
        match (&left.kind, &right.kind) {
            (ExprKind::Array(left), ExprKind::Array(right)) => self.all(left, right, Self::expressions),
            (ExprKind::Object(left), ExprKind::Object(right)) => self.all(left, right, Self::fields),
            (ExprKind::Access(left, one), ExprKind::Access(right, other)) => {
                self.expressions(left, right) && self.texts(*one, *other)
            }
            (ExprKind::Index(left, one), ExprKind::Index(right, other)) => {
                self.expressions(left, right) && self.expressions(one, other)
            }
            (ExprKind::Call(left, some), ExprKind::Call(right, others)) => {
                self.expressions(left, right) && self.all(some, others, Self::expressions)
            }
            (ExprKind::Unary(one, left), ExprKind::Unary(other, right)) => {
                one == other && self.expressions(left, right)
            }
            (ExprKind::Binary(one, left_op, _, other), ExprKind::Binary(first, right_op, _, second)) => {
                left_op == right_op && self.expressions(one, first) && self.expressions(other, second)
            }
            (ExprKind::Paren(left), ExprKind::Paren(right)) => self.expressions(left, right),
            (one, other) => {
                std::mem::discriminant(one) == std::mem::discriminant(other)
                    && self.texts(left.span, right.span)
            }
        }
    }

    fn fields(self, left: &Field, right: &Field) -> bool {
        left.quoted == right.quoted
            && bare(self.left.str(left.key), left.quoted) == bare(self.right.str(right.key), right.quoted)
            && self.expressions(&left.value, &right.value)
    }
}

/// A key without its quotes. An empty one keeps them, as in the reference, to which that is its name.
fn bare(key: &str, quoted: bool) -> &str {
    match key.get(1..key.len().saturating_sub(1)) {
        Some(bare) if quoted && !bare.is_empty() => bare,
        _ => key,
    }
}
