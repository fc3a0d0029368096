//! Turns an expression back into text, the way the reference's printer writes it, on one line.

use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::document::alloy::File;
use crate::document::alloy::UnaryOp;

/// The text of an expression. Line breaks and comments of the source are left out.
pub(crate) fn source(file: &File, expr: &Expr) -> String {
    let mut out = String::new();
    write(file, expr, &mut out);
    out
}

fn write(file: &File, expr: &Expr, out: &mut String) {
    match &expr.kind {
        ExprKind::Number
        | ExprKind::Float
        | ExprKind::String
        | ExprKind::Bool
        | ExprKind::Null
        | ExprKind::Identifier => out.push_str(file.str(expr.span)),
        ExprKind::Array(items) => list(file, items, '[', ']', out),
        ExprKind::Object(fields) => {
            out.push('{');
            for (index, field) in fields.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                out.push_str(file.str(field.key));
                out.push_str(" = ");
                write(file, &field.value, out);
            }
            out.push('}');
        }
        ExprKind::Access(inner, name) => {
            write(file, inner, out);
            out.push('.');
            out.push_str(file.str(*name));
        }
        ExprKind::Index(inner, index) => {
            write(file, inner, out);
            out.push('[');
            write(file, index, out);
            out.push(']');
        }
        ExprKind::Call(inner, arguments) => {
            write(file, inner, out);
            list(file, arguments, '(', ')', out);
        }
        ExprKind::Unary(op, inner) => {
            out.push(match op {
                UnaryOp::Negate => '-',
                UnaryOp::Not => '!',
            });
            write(file, inner, out);
        }
        ExprKind::Binary(left, op, _, right) => {
            write(file, left, out);
            out.push(' ');
            out.push_str(op.mark());
            out.push(' ');
            write(file, right, out);
        }
        ExprKind::Paren(inner) => {
            out.push('(');
            write(file, inner, out);
            out.push(')');
        }
    }
}

fn list(file: &File, items: &[Expr], open: char, close: char, out: &mut String) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        out.push_str(if index == 0 { "" } else { ", " });
        write(file, item, out);
    }
    out.push(close);
}
