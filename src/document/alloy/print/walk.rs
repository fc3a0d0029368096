//! Turns a tree into tokens and the blanks wanted between them.

use super::weave::Gap;
use super::weave::Style;
use super::weave::Weaver;
use crate::document::alloy::Attribute;
use crate::document::alloy::Block;
use crate::document::alloy::Body;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::document::alloy::Field;
use crate::document::alloy::File;
use crate::document::alloy::Statement;
use crate::document::alloy::UnaryOp;
use crate::text::Span;

/// How comments find their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comments {
    /// As in the reference, which does not know where commas, dots, round parentheses and parts of names stand.
    AsReference,
    /// Each between the two tokens between which it was typed.
    Exact,
}

/// Prints a file that has no errors.
pub(super) fn print(file: &File, comments: Comments) -> String {
    let mut walk = Walk { file, weaver: Weaver::new(file), comments, cursor: 0 };
    walk.body(&file.body);
    walk.weaver.finish()
}

/// Goes through a tree in the order of its text.
struct Walk<'a> {
    file: &'a File,
    weaver: Weaver<'a>,
    comments: Comments,
    /// Where the last token written ends in the input.
    cursor: u32,
}

impl Walk<'_> {
    /// Statements, each on lines of its own.
    fn body(&mut self, body: &Body) {
        let mut last: Option<Span> = None;
        for statement in &body.statements {
            let span = statement_span(statement);
            if let Some(last) = last {
                let is_block = matches!(statement, Statement::Block(_));
                let gap = if self.lines_of(last) > 1 { Gap::Section } else { Gap::Line };
                self.weaver.gap(gap);
                if is_block || self.line_distance(last, span) > 1 {
                    self.weaver.gap(Gap::Section);
                }
            }
            match statement {
                Statement::Attribute(attribute) => self.attribute(attribute),
                Statement::Block(block) => self.block(block),
            }
            last = Some(span);
        }
        if let Some(last) = last {
            let gap = if self.lines_of(last) > 1 { Gap::Section } else { Gap::Line };
            self.weaver.gap(gap);
        }
    }

    fn attribute(&mut self, attribute: &Attribute) {
        self.copy(attribute.name, Style::Code);
        self.assign();
        self.expression(&attribute.value);
    }

    /// ` = `, the sign in a column with those above and below.
    fn assign(&mut self) {
        self.weaver.gap(Gap::Column);
        self.mark("=", None);
        self.weaver.gap(Gap::Blank);
    }

    fn block(&mut self, block: &Block) {
        self.block_name(block);
        if let Some(label) = block.label {
            self.weaver.gap(Gap::Blank);
            self.copy(Span::new(label.start - 1, label.end + 1), Style::Literal);
        }
        self.weaver.gap(Gap::Blank);
        let brace = self.find("{", self.cursor);
        self.mark("{", brace);
        self.weaver.gap(Gap::Indent);
        if block.body.statements.is_empty() {
            self.weaver.gap(Gap::Blank);
        } else {
            self.weaver.gap(Gap::Section);
            self.body(&block.body);
        }
        self.weaver.gap(Gap::Outdent);
        self.mark("}", Some(block.span.end - 1));
    }

    fn block_name(&mut self, block: &Block) {
        if self.comments == Comments::Exact {
            for (number, part) in block.parts.iter().enumerate() {
                if number > 0 {
                    self.mark(".", None);
                }
                self.copy(*part, Style::Code);
            }
            return;
        }
        let parts: Vec<&str> = block.parts.iter().map(|part| self.file.str(*part)).collect();
        self.weaver.token(&parts.join("."), Some(block.name.start), Style::Code);
        self.cursor = block.name.end;
    }

    fn expression(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Number | ExprKind::Float | ExprKind::Bool | ExprKind::Null | ExprKind::Identifier => {
                self.copy(expr.span, Style::Code);
            }
            ExprKind::String => self.copy(expr.span, Style::Literal),
            ExprKind::Array(elements) => self.array(expr.span, elements),
            ExprKind::Object(fields) => self.object(expr.span, fields),
            ExprKind::Access(value, name) => self.access(value, *name),
            ExprKind::Index(value, index) => {
                self.expression(value);
                let bracket = self.find("[", self.cursor);
                self.mark("[", bracket);
                self.expression(index);
                self.mark("]", Some(expr.span.end - 1));
            }
            ExprKind::Call(function, arguments) => self.call(expr.span, function, arguments),
            ExprKind::Unary(op, value) => {
                self.mark(if *op == UnaryOp::Not { "!" } else { "-" }, Some(expr.span.start));
                self.expression(value);
            }
            ExprKind::Binary(left, op, sign, right) => {
                self.expression(left);
                self.weaver.gap(Gap::Blank);
                self.mark(op.mark(), Some(sign.start));
                self.weaver.gap(Gap::Blank);
                self.expression(right);
            }
            ExprKind::Paren(inner) => {
                self.mark("(", None);
                self.expression(inner);
                self.mark(")", None);
            }
        }
    }

    fn access(&mut self, value: &Expr, name: Span) {
        self.expression(value);
        if matches!(value.kind, ExprKind::Number) {
            // `1.a` would be a float and a name.
            self.weaver.gap(Gap::Blank);
        }
        self.mark(".", None);
        let offset = (self.comments == Comments::Exact).then_some(name.start);
        self.weaver.token(self.file.str(name), offset, Style::Code);
        self.cursor = name.end;
    }

    fn array(&mut self, span: Span, elements: &[Expr]) {
        self.mark("[", Some(span.start));
        let mut line = self.weaver.line(span.start);
        for (number, element) in elements.iter().enumerate() {
            let on_new_line = self.weaver.line(element.span.start) != line;
            if on_new_line {
                // One level more for this element alone: what it brackets is at its own level.
                self.weaver.gap(Gap::Indent);
                self.weaver.gap(Gap::Section);
            } else if number > 0 {
                self.weaver.gap(Gap::Blank);
            }
            line = self.last_line_of(element.span);
            self.expression(element);
            if number + 1 < elements.len() {
                self.mark(",", None);
            }
            if on_new_line {
                self.weaver.gap(Gap::Outdent);
            }
        }
        if !elements.is_empty() && self.last_line_of(span) != line {
            self.mark(",", None);
            self.weaver.gap(Gap::Indent);
            self.weaver.gap(Gap::Section);
            self.weaver.gap(Gap::Outdent);
        }
        self.mark("]", Some(span.end - 1));
    }

    fn object(&mut self, span: Span, fields: &[Field]) {
        self.mark("{", Some(span.start));
        self.weaver.gap(Gap::Indent);
        let mut line = self.weaver.line(span.start);
        let mut last_has_one_line = false;
        for (number, field) in fields.iter().enumerate() {
            if self.weaver.line(field.key.start) != line {
                self.weaver.gap(if last_has_one_line { Gap::Line } else { Gap::Section });
            } else if number > 0 {
                self.weaver.gap(Gap::Blank);
            }
            // The line of the key and not of the value: so the reference has it.
            line = self.last_line_of(field.key);
            self.key(field);
            self.assign();
            self.expression(&field.value);
            if number + 1 < fields.len() {
                self.mark(",", None);
            }
            last_has_one_line = self.lines_of(field.value.span) == 1;
        }
        if !fields.is_empty() && self.last_line_of(span) != line {
            self.mark(",", None);
            self.weaver.gap(Gap::Section);
        }
        self.weaver.gap(Gap::Outdent);
        self.mark("}", Some(span.end - 1));
    }

    /// The key of a field. One in backticks gets double quotes where these mean the same.
    fn key(&mut self, field: &Field) {
        if !field.quoted {
            return self.copy(field.key, Style::Code);
        }
        let text = self.file.str(field.key);
        let bare = text.strip_prefix('`').and_then(|text| text.strip_suffix('`'));
        let is_plain = |bare: &&str| {
            !bare.is_empty() && !bare.chars().any(|char| matches!(char, '"' | '\\') || char.is_control())
        };
        match bare.filter(is_plain) {
            Some(bare) => {
                self.weaver.token(&format!("\"{bare}\""), Some(field.key.start), Style::Literal);
                self.cursor = field.key.end;
            }
            None => self.copy(field.key, Style::Literal),
        }
    }

    fn call(&mut self, span: Span, function: &Expr, arguments: &[Expr]) {
        self.expression(function);
        let parenthesis = self.find("(", self.cursor).unwrap_or(self.cursor);
        self.mark("(", None);
        let mut line = self.weaver.line(parenthesis);
        for (number, argument) in arguments.iter().enumerate() {
            let on_new_line = self.weaver.line(argument.span.start) != line;
            if on_new_line {
                self.weaver.gap(Gap::Section);
                self.weaver.gap(Gap::Indent);
            }
            self.expression(argument);
            line = self.last_line_of(argument.span);
            if number + 1 < arguments.len() {
                self.mark(",", None);
                self.weaver.gap(Gap::Blank);
            }
            if on_new_line {
                self.weaver.gap(Gap::Outdent);
            }
        }
        // The reference prints a comma after no argument at all, which is an error.
        if !arguments.is_empty() && self.last_line_of(span) != line {
            self.mark(",", None);
            self.weaver.gap(Gap::Section);
        }
        let offset = (self.comments == Comments::Exact).then_some(span.end - 1);
        self.mark(")", offset);
        self.cursor = span.end;
    }

    /// Writes what stands at `span` of the input.
    fn copy(&mut self, span: Span, style: Style) {
        self.weaver.token(self.file.str(span), Some(span.start), style);
        self.cursor = span.end;
    }

    /// Writes a mark, which stands at `offset` of the input if that is given. Where it is not, and comments want
    /// their exact place, the mark is looked for after the last token: a comma may have been added.
    fn mark(&mut self, mark: &str, offset: Option<u32>) {
        let offset = match self.comments {
            Comments::Exact => offset.or_else(|| self.find(mark, self.cursor)),
            Comments::AsReference => offset,
        };
        self.weaver.token(mark, offset, Style::Code);
        if let Some(offset) = offset {
            self.cursor = offset + Span::at(0).len() + u32::try_from(mark.len()).unwrap_or(1);
        }
    }

    /// Where `mark` stands, if it is the next token from `offset` on; an empty label is stepped over.
    fn find(&self, mark: &str, mut offset: u32) -> Option<u32> {
        let text = &self.file.text;
        loop {
            let rest = text.get(offset as usize..)?;
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            let start = offset + u32::try_from(blanks).ok()?;
            let comments = &self.file.comments;
            let next = comments.partition_point(|comment| comment.start < start);
            if let Some(comment) = comments.get(next)
                && comment.start == start
            {
                offset = comment.end;
                continue;
            }
            let rest = text.get(start as usize..)?;
            if mark == "{" && rest.starts_with("\"\"") {
                offset = start + 2;
                continue;
            }
            return rest.starts_with(mark).then_some(start);
        }
    }

    /// How many lines of the input `span` touches.
    fn lines_of(&self, span: Span) -> usize {
        self.last_line_of(span) - self.weaver.line(span.start) + 1
    }

    /// The line of the input on which `span` ends.
    fn last_line_of(&self, span: Span) -> usize {
        self.weaver.line(span.end.saturating_sub(1))
    }

    /// How many lines of the input `next` starts below the end of `last`.
    fn line_distance(&self, last: Span, next: Span) -> usize {
        self.weaver.line(next.start) - self.last_line_of(last)
    }
}

/// From the name to the end of the value or the closing brace.
fn statement_span(statement: &Statement) -> Span {
    match statement {
        Statement::Attribute(attribute) => attribute.name.to(attribute.value.span),
        Statement::Block(block) => block.span,
    }
}
