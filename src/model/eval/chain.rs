//! Turns expressions into the names they refer to: chains such as `loki.write.local.receiver`.

use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::document::alloy::File;
use crate::text::Span;

/// The parts of an expression that is nothing but an identifier and `.name` accesses, with the span of the whole;
/// `None` for any other expression. Indexes, calls and parentheses end a chain.
pub(crate) fn chain<'f>(file: &'f File, expr: &'f Expr) -> Option<(Vec<&'f str>, Span)> {
    let nodes = nodes(expr)?;
    let parts = nodes.into_iter().map(|node| name(file, node)).collect();
    Some((parts, expr.span))
}

/// Calls `visit` with every longest chain in an expression, in reading order: what the expression refers to.
pub(crate) fn references<'f>(file: &'f File, expr: &'f Expr, visit: &mut impl FnMut(&[&'f str], Span)) {
    chains(expr, &mut |nodes| {
        let parts: Vec<&str> = nodes.iter().map(|node| name(file, node)).collect();
        let span = nodes.last().map(|node| node.span).unwrap_or_default();
        visit(&parts, span);
    });
}

/// As [`references`], with the expressions of each chain, from the bare identifier to the whole.
pub(crate) fn chains<'f>(expr: &'f Expr, visit: &mut impl FnMut(&[&'f Expr])) {
    // A stack of our own: the depth of an expression is the user's.
    let mut stack = vec![expr];
    while let Some(expr) = stack.pop() {
        if let Some(nodes) = nodes(expr) {
            visit(&nodes);
            continue;
        }
        match &expr.kind {
            ExprKind::Array(items) => stack.extend(items.iter().rev()),
            ExprKind::Object(fields) => stack.extend(fields.iter().rev().map(|field| &field.value)),
            ExprKind::Access(inner, _) | ExprKind::Unary(_, inner) | ExprKind::Paren(inner) => {
                stack.push(inner);
            }
            ExprKind::Index(left, right) | ExprKind::Binary(left, _, _, right) => {
                stack.push(right);
                stack.push(left);
            }
            ExprKind::Call(function, arguments) => {
                stack.extend(arguments.iter().rev());
                stack.push(function);
            }
            _ => {}
        }
    }
}

/// The expressions of a chain, from the bare identifier to the whole.
pub(crate) fn nodes(expr: &Expr) -> Option<Vec<&Expr>> {
    if !matches!(expr.kind, ExprKind::Access(..) | ExprKind::Identifier) {
        return None;
    }
    let mut nodes = vec![expr];
    let mut inner = expr;
    loop {
        match &inner.kind {
            ExprKind::Access(next, _) => {
                inner = next;
                nodes.push(inner);
            }
            ExprKind::Identifier => break,
            _ => return None,
        }
    }
    nodes.reverse();
    Some(nodes)
}

/// The name that an expression of a chain adds.
pub(crate) fn name<'f>(file: &'f File, node: &Expr) -> &'f str {
    match &node.kind {
        ExprKind::Access(_, name) => file.str(*name),
        _ => file.str(node.span),
    }
}
