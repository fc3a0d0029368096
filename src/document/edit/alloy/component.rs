//! Turns a new component into lines behind another.

use super::Writer;
use super::program::statement_span;
use crate::document::alloy::Body;
use crate::document::alloy::ExprKind;
use crate::document::alloy::Statement;
use crate::document::alloy::parse;
use crate::document::edit::Refused;
use crate::document::edit::refuse;
use crate::text::Span;

/// Blocks whose bodies hold components.
const BODIES: [&str; 3] = ["declare", "foreach", "template"];

impl Writer<'_> {
    /// Adds a component behind the one at `span`, with an empty line between them and before what follows.
    pub(super) fn add_component(&mut self, span: Span, text: &str) -> Result<(), Refused> {
        let program = self.program;
        let layout = program.layout;
        let new = parse(text.into());
        if let Some(error) = new.errors.first() {
            return refuse(span, format!("the new component does not parse: {}", error.message));
        }
        let line_break = program.line_break;
        let Some(after) = self.component_at(span) else {
            if !program.file.body.statements.is_empty() {
                return refuse(span, "no component stands here");
            }
            let at = layout.text.len();
            let gap = if layout.before(at).is_empty() { "" } else { line_break };
            let gap =
                if layout.text.trim().is_empty() { gap.to_owned() } else { format!("{gap}{line_break}") };
            self.push(at, at, format!("{gap}{}{line_break}", indented(text, "", line_break)));
            return Ok(());
        };
        let Some(end) = program.rest_of_line(after.end as usize) else {
            return refuse(after, "something else stands in the line where this ends; change it by hand");
        };
        let indentation = layout.indentation(after.start as usize);
        let next = layout.next_line(end);
        let below = layout.after(next).trim();
        let gap = if below.is_empty() || below.starts_with('}') { "" } else { line_break };
        let text = indented(text, indentation, line_break);
        self.push(end, end, format!("{line_break}{line_break}{text}{gap}"));
        Ok(())
    }

    /// The component that holds a place: a statement of the program, or of a module's body.
    fn component_at(&self, span: Span) -> Option<Span> {
        let mut body: &Body = &self.program.file.body;
        let mut found = None;
        loop {
            let around = body.statements.iter().find(|statement| statement_span(statement).contains(span))?;
            let outer = found.replace(statement_span(around));
            let Statement::Block(block) = around else { return outer.or(found) };
            let is_body = BODIES.contains(&self.program.file.str(block.name));
            let is_inside = |statement: &Statement| {
                matches!(statement, Statement::Block(inner)
                    if inner.span.contains(span) && !matches!(self.program.file.str(inner.name), "argument" | "export"))
            };
            if !is_body || !block.body.statements.iter().any(is_inside) {
                return found;
            }
            body = &block.body;
        }
    }
}

/// The text with an indentation before each line, but for those within raw strings and comments.
fn indented(text: &str, indentation: &str, line_break: &str) -> String {
    let text = text.trim_end().replace("\r\n", "\n");
    let file = parse(text.as_str().into());
    let mut kept: Vec<Span> = file.comments.clone();
    let mut bodies = vec![&file.body];
    let mut exprs = Vec::new();
    while let Some(body) = bodies.pop() {
        for statement in &body.statements {
            match statement {
                Statement::Attribute(attribute) => exprs.push(&attribute.value),
                Statement::Block(block) => bodies.push(&block.body),
            }
        }
    }
    while let Some(expr) = exprs.pop() {
        match &expr.kind {
            ExprKind::String => kept.push(expr.span),
            ExprKind::Array(items) => exprs.extend(items),
            ExprKind::Object(fields) => exprs.extend(fields.iter().map(|field| &field.value)),
            ExprKind::Access(value, _) | ExprKind::Unary(_, value) | ExprKind::Paren(value) => {
                exprs.push(value);
            }
            ExprKind::Index(value, index) => exprs.extend([&**value, &**index]),
            ExprKind::Call(function, arguments) => {
                exprs.push(function);
                exprs.extend(arguments);
            }
            ExprKind::Binary(left, _, _, right) => exprs.extend([&**left, &**right]),
            _ => {}
        }
    }
    kept.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for line in text.split('\n') {
        if at > 0 {
            out.push_str(line_break);
        }
        let before = kept.partition_point(|span| (span.start as usize) < at);
        let is_inside = before
            .checked_sub(1)
            .and_then(|span| kept.get(span))
            .is_some_and(|span| (span.end as usize) > at);
        if !is_inside && !line.is_empty() {
            out.push_str(indentation);
        }
        out.push_str(line);
        at += line.len() + 1;
    }
    out
}
