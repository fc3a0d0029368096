//! Turns a receiver argument into the components that it names, each with the place of its own expression.

use crate::document::Place;
use crate::document::alloy::Body;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::model::alloy::Component;
use crate::model::alloy::Program;
use crate::model::eval::Capsule;
use crate::model::eval::Value;

/// Nesting of lists that is still read.
const DEPTH: u32 = 32;

/// One receiver of a list, or why it cannot be told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Receiver {
    /// The export that is named, or the reason.
    pub(super) target: Result<Capsule, String>,
    /// The expression that names it.
    pub(super) place: Place,
}

/// The receivers that `expr`, an argument of `component`, names.
pub(super) fn receivers(program: &Program<'_>, component: &Component<'_>, expr: &Expr) -> Vec<Receiver> {
    let mut found = Vec::new();
    collect(program, component, expr, DEPTH, &mut found);
    found
}

fn collect(
    program: &Program<'_>,
    component: &Component<'_>,
    expr: &Expr,
    depth: u32,
    found: &mut Vec<Receiver>,
) {
    let place = component.place(expr.span);
    let Some(depth) = depth.checked_sub(1) else {
        found.push(Receiver { target: Err("the list is nested too deeply".to_owned()), place });
        return;
    };
    match &expr.kind {
        ExprKind::Array(items) => {
            for item in items {
                collect(program, component, item, depth, found);
            }
        }
        ExprKind::Paren(inner) => collect(program, component, inner, depth, found),
        // What a module is given stands where the module is used: that is the line to change.
        ExprKind::Access(..) if let Some((giver, given)) = program.given(component, expr) => {
            collect(program, giver, given, depth, found);
        }
        // Each list of a concatenation keeps its own place.
        ExprKind::Call(callee, arguments)
            if matches!(component.file.str(callee.span), "array.concat" | "concat") =>
        {
            match program.evaluate(component, expr) {
                Err(error) => found.push(Receiver { target: Err(error.message), place }),
                Ok(_) => {
                    for argument in arguments {
                        collect(program, component, argument, depth, found);
                    }
                }
            }
        }
        _ => match program.evaluate(component, expr) {
            Ok(value) => flatten(value, place, depth, found),
            Err(error) => found.push(Receiver { target: Err(error.message), place }),
        },
    }
}

/// The place of a list of receivers: where it is written, if that is where a module is used.
pub(super) fn list_place(program: &Program<'_>, component: &Component<'_>, expr: &Expr) -> Place {
    let (component, expr) = program.typed(component, expr);
    component.place(expr.span)
}

/// The receivers in a computed value, all at the place of the expression.
fn flatten(value: Value, place: Place, depth: u32, found: &mut Vec<Receiver>) {
    let target = match value {
        Value::Capsule(capsule) => Ok(capsule),
        Value::Null => return,
        Value::Array(items) if depth > 0 => {
            for item in items {
                flatten(item, place, depth - 1, found);
            }
            return;
        }
        Value::OneOf(values) => {
            let names: Vec<_> = values
                .iter()
                .filter_map(|value| match value {
                    Value::Capsule(capsule) => Some(format!("{}.{}", capsule.node, capsule.export)),
                    _ => None,
                })
                .collect();
            let names = if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) };
            Err(format!("it is one of several receivers{names}, and which one is known only at run time"))
        }
        Value::Unknown(reason) => Err(reason.to_string()),
        _ => Err("it is not a receiver".to_owned()),
    };
    found.push(Receiver { target, place });
}

/// All attribute values below a body.
pub(super) fn collect_expressions<'a>(body: &'a Body, found: &mut Vec<&'a Expr>, depth: u32) {
    let Some(depth) = depth.checked_sub(1) else { return };
    found.extend(body.attributes().map(|attribute| &attribute.value));
    for block in body.blocks() {
        collect_expressions(&block.body, found, depth);
    }
}

#[cfg(test)]
mod tests;
