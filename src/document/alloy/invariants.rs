//! Holds the tree of any Alloy program to what must be true of it: spans inside, on boundaries, in order. For tests and
//! for fuzzing; panics where something is wrong.

use super::Body;
use super::Expr;
use super::ExprKind;
use super::File;
use super::Statement;
use super::decode_string;
use super::parse;
use super::parse::parse_bytes;
use crate::text::Span;

/// Parses `bytes` and checks all that comes of it.
pub(crate) fn check_file(bytes: &[u8]) {
    let file = parse_bytes(bytes);
    let all = Span::new(0, u32::try_from(file.text.len()).unwrap_or(u32::MAX));
    file.errors.iter().for_each(|error| check(&file, error.span, all));
    file.comments.iter().for_each(|comment| check(&file, *comment, all));
    assert!(file.comments.is_sorted_by(|one, next| one.end <= next.start));
    check_body(&file, &file.body, all);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let again = parse(text.into());
        assert_eq!(again.errors, file.errors, "text and bytes are read alike");
    }
}

/// Checks that a span lies in the text, on character boundaries, and within the one around it.
fn check(file: &File, span: Span, around: Span) {
    assert!(file.text.get(span.start as usize..span.end as usize).is_some(), "{span:?} in {:?}", file.text);
    assert!(around.contains(span), "{span:?} in {around:?} of {:?}", file.text);
}

/// Checks all spans of a body.
fn check_body(file: &File, body: &Body, around: Span) {
    let mut last = around.start;
    for statement in &body.statements {
        match statement {
            Statement::Attribute(attribute) => {
                check(file, attribute.name, around);
                check_expr(file, &attribute.value, around);
                assert!(attribute.name.start >= last && attribute.value.span.start > attribute.name.end);
                last = attribute.value.span.end;
            }
            Statement::Block(block) => {
                check(file, block.span, around);
                check(file, block.name, block.span);
                block.parts.iter().for_each(|part| check(file, *part, block.name));
                block.label.iter().for_each(|label| check(file, *label, block.span));
                check_body(file, &block.body, block.span);
                assert!(block.span.start >= last);
                last = block.span.end;
            }
        }
    }
}

/// Checks all spans of an expression, and its strings.
fn check_expr(file: &File, expr: &Expr, around: Span) {
    check(file, expr.span, around);
    let each = |list: &[Expr]| list.iter().for_each(|one| check_expr(file, one, expr.span));
    match &expr.kind {
        ExprKind::String => {
            if let Some((value, map)) = decode_string(&file.text, expr.span) {
                map.pieces().iter().for_each(|piece| check(file, piece.host, expr.span));
                let length = map.pieces().last().map(|piece| piece.guest.end as usize);
                assert_eq!(length, Some(value.len()));
            }
        }
        ExprKind::Number | ExprKind::Float | ExprKind::Bool | ExprKind::Null | ExprKind::Identifier => {
            assert!(!expr.span.is_empty());
        }
        ExprKind::Array(elements) => each(elements),
        ExprKind::Object(fields) => fields.iter().for_each(|field| {
            check(file, field.key, expr.span);
            check_expr(file, &field.value, expr.span);
        }),
        ExprKind::Access(value, name) => {
            check(file, *name, expr.span);
            check_expr(file, value, expr.span);
        }
        ExprKind::Index(value, index) => {
            check_expr(file, value, expr.span);
            check_expr(file, index, expr.span);
        }
        ExprKind::Call(function, arguments) => {
            check_expr(file, function, expr.span);
            each(arguments);
        }
        ExprKind::Unary(_, value) | ExprKind::Paren(value) => check_expr(file, value, expr.span),
        ExprKind::Binary(left, _, sign, right) => {
            check(file, *sign, expr.span);
            check_expr(file, left, expr.span);
            check_expr(file, right, expr.span);
        }
    }
}
