//! Turns new attributes and blocks into lines behind those of a body.

use std::sync::Arc;

use super::Writer;
use super::print;
use super::print::assignments;
use super::program::Program;
use super::program::statement_span;
use crate::document::alloy::Block;
use crate::document::alloy::Body;
use crate::document::alloy::Statement;
use crate::document::edit::NewValue;
use crate::document::edit::Refused;
use crate::document::edit::layout::Layout;
use crate::document::edit::refuse;
use crate::text::Span;

impl Writer<'_> {
    /// Adds statements at the end of a block's body, or of the program.
    pub(super) fn add_statements(
        &mut self,
        block: Option<&Block>,
        entries: &[(Arc<str>, NewValue)],
    ) -> Result<(), Refused> {
        let program = self.program;
        let layout = program.layout;
        let body = block.map_or(&program.file.body, |block| &block.body);
        let kept = |statement: &&Statement| !self.plan_removes(statement_span(statement));
        let last = body.statements.iter().rev().find(kept);
        let Some(last) = last else { return self.fill_body(block, entries) };
        let span = statement_span(last);
        let Some(end) = program.rest_of_line(span.end as usize) else {
            return self.open_body(block, body, last, entries);
        };
        let start = span.start as usize;
        if !layout.before(start).trim().is_empty() {
            return self.open_body(block, body, last, entries);
        }
        let indentation = layout.indentation(start).to_owned();
        let is_attribute = matches!(last, Statement::Attribute(_));
        let blamed = block.map_or(span, |block| block.name);
        let statements = program.statements(entries, &indentation, blamed)?;
        let neighbours = if is_attribute { neighbours(layout, body, last) } else { Vec::new() };
        let (lines, wider) = joined(program, &statements, &neighbours, &indentation);
        for (at, gap) in wider {
            self.push(at, at, gap);
        }
        let first_is_block =
            statements.first().is_some_and(|statement| matches!(statement, NewStatement::Block(_)));
        let line_break = program.line_break;
        let gap = if first_is_block || !is_attribute { line_break } else { "" };
        self.push(end, end, format!("{line_break}{gap}{indentation}{lines}"));
        Ok(())
    }

    fn plan_removes(&self, span: Span) -> bool {
        self.plan.statements.contains_key(&span.start)
    }

    /// The first statements of an empty body.
    fn fill_body(&mut self, block: Option<&Block>, entries: &[(Arc<str>, NewValue)]) -> Result<(), Refused> {
        let program = self.program;
        let layout = program.layout;
        let line_break = program.line_break;
        let Some(block) = block else {
            let at = layout.text.len();
            let statements = program.statements(entries, "", Span::at(0))?;
            let (lines, _) = joined(program, &statements, &[], "");
            let gap = if layout.before(at).is_empty() { "" } else { line_break };
            self.push(at, at, format!("{gap}{lines}{line_break}"));
            return Ok(());
        };
        if !block.body.statements.is_empty() {
            return refuse(
                block.name,
                "all that this block holds is removed; make one change, then the other",
            );
        }
        let outer = layout.indentation(block.span.start as usize);
        let indentation = format!("{outer}{}", program.step(block.span));
        let statements = program.statements(entries, &indentation, block.name)?;
        let (lines, _) = joined(program, &statements, &[], &indentation);
        let Some(open) = program.brace(block).map(|brace| brace + 1) else {
            return refuse(block.name, "this block is not written as expected; change it by hand");
        };
        let close = block.span.end as usize - 1;
        // Comments of the empty block stay before what is new.
        let from = layout.back(close).max(open);
        self.push(from, close, format!("{line_break}{indentation}{lines}{line_break}{outer}"));
        Ok(())
    }

    /// A body in one line is opened to get more statements.
    fn open_body(
        &mut self,
        block: Option<&Block>,
        body: &Body,
        last: &Statement,
        entries: &[(Arc<str>, NewValue)],
    ) -> Result<(), Refused> {
        let program = self.program;
        let layout = program.layout;
        let line_break = program.line_break;
        let Some((block, open)) = block.and_then(|block| Some((block, program.brace(block)? + 1))) else {
            return refuse(statement_span(last), "something else stands in this line; change it by hand");
        };
        let (first, close) = (
            body.statements.first().map_or(open, |first| statement_span(first).start as usize),
            block.span.end as usize - 1,
        );
        let last_end = statement_span(last).end as usize;
        let is_one = body.statements.len() == 1
            && !program.has_comment(open, close)
            && !layout.get(open, first).contains(['\n', '\r']);
        if !is_one {
            return refuse(
                block.name,
                "this block is laid out in a way that leaves no place; format it, then try again",
            );
        }
        let outer = layout.indentation(block.span.start as usize).to_owned();
        let indentation = format!("{outer}{}", program.step(block.span));
        let statements = program.statements(entries, &indentation, block.name)?;
        let neighbours = neighbours(layout, body, last);
        let (lines, wider) = joined(program, &statements, &neighbours, &indentation);
        self.push(open, first, format!("{line_break}{indentation}"));
        for (at, gap) in wider {
            self.push(at, at, gap);
        }
        let is_attribute = matches!(last, Statement::Attribute(_));
        let first_is_block =
            statements.first().is_some_and(|statement| matches!(statement, NewStatement::Block(_)));
        let gap = if first_is_block || !is_attribute { line_break } else { "" };
        self.push(last_end, close, format!("{line_break}{gap}{indentation}{lines}{line_break}{outer}"));
        Ok(())
    }
}

/// A statement to be written.
pub(super) enum NewStatement {
    /// The name of an attribute and its value.
    Attribute((String, String)),
    /// A whole block.
    Block(String),
}

impl Program<'_> {
    /// Statements for a body with that indentation.
    fn statements(
        &self,
        entries: &[(Arc<str>, NewValue)],
        indentation: &str,
        blamed: Span,
    ) -> Result<Vec<NewStatement>, Refused> {
        let mut statements = Vec::with_capacity(entries.len());
        for (name, value) in entries {
            match value {
                NewValue::Block(entries) => {
                    statements.push(self.block(name, entries, indentation, blamed)?);
                }
                // A list of blocks is one block after the other.
                NewValue::List(items) if items.iter().any(|item| matches!(item, NewValue::Block(_))) => {
                    for item in items {
                        let NewValue::Block(entries) = item else {
                            return refuse(blamed, "a list holds blocks and other values");
                        };
                        statements.push(self.block(name, entries, indentation, blamed)?);
                    }
                }
                value => {
                    let name = print::identifier(name, blamed)?;
                    let value = self.expression(value, indentation, blamed)?;
                    statements.push(NewStatement::Attribute((name, value)));
                }
            }
        }
        Ok(statements)
    }

    fn block(
        &self,
        name: &str,
        entries: &[(Arc<str>, NewValue)],
        indentation: &str,
        blamed: Span,
    ) -> Result<NewStatement, Refused> {
        let name = print::block_name(name, blamed)?;
        if entries.is_empty() {
            return Ok(NewStatement::Block(format!("{name} {{ }}")));
        }
        let deeper = format!("{indentation}{}", self.step(blamed));
        let statements = self.statements(entries, &deeper, blamed)?;
        let (lines, _) = joined(*self, &statements, &[], &deeper);
        let line_break = self.line_break;
        Ok(NewStatement::Block(format!("{name} {{{line_break}{deeper}{lines}{line_break}{indentation}}}")))
    }
}

/// An attribute that new ones stand below, in lines that directly follow each other.
pub(super) struct Neighbour {
    /// Where its name ends, and how many characters it has.
    end: usize,
    width: usize,
    /// How many characters stand between its name and `=`.
    gap: usize,
}

/// The attributes in the lines directly above the end of `last`, each in one line.
fn neighbours(layout: Layout<'_>, body: &Body, last: &Statement) -> Vec<Neighbour> {
    let end = statement_span(last).end;
    let upto = body.statements.iter().rev().skip_while(|statement| statement_span(statement).end > end);
    let pairs = upto.map_while(|statement| match statement {
        Statement::Attribute(attribute) => Some((attribute.name, attribute.name.to(attribute.value.span))),
        Statement::Block(_) => None,
    });
    column(layout, pairs)
}

/// Those of the pairs of name and whole, from the last one up, that stand in one line each and directly follow each
/// other.
pub(super) fn column(layout: Layout<'_>, pairs: impl Iterator<Item = (Span, Span)>) -> Vec<Neighbour> {
    let mut found = Vec::new();
    let mut below: Option<usize> = None;
    for (name, whole) in pairs {
        let (start, end) = (whole.start as usize, whole.end as usize);
        let is_next = below.is_none_or(|below| layout.next_line(end) == layout.line_start(below));
        if layout.get(start, end).contains(['\n', '\r']) || !is_next {
            break;
        }
        let name_end = name.end as usize;
        let rest = layout.get(name_end, end);
        let gap = rest.len() - rest.trim_start_matches(' ').len();
        if !rest.trim_start_matches(' ').starts_with('=') {
            break;
        }
        found.push(Neighbour {
            end: name_end,
            width: layout.get(name.start as usize, name_end).chars().count(),
            gap,
        });
        below = Some(start);
    }
    found
}

/// The names of new attributes are at least so wide; and what goes behind the names of their neighbours. Both only
/// where the neighbours stand in a column, as `alloy fmt` has them.
pub(super) fn widths(neighbours: &[Neighbour], longest: usize) -> (usize, Vec<(usize, String)>) {
    let widest = neighbours.iter().map(|neighbour| neighbour.width).max().unwrap_or(0);
    let is_column = neighbours.iter().all(|neighbour| neighbour.width + neighbour.gap == widest + 1);
    if !is_column {
        return (0, Vec::new());
    }
    let more = longest.saturating_sub(widest);
    let wider =
        neighbours.iter().filter(|_| more > 0).map(|neighbour| (neighbour.end, " ".repeat(more))).collect();
    (widest, wider)
}

/// How wide the names of the first attributes are, up to one of several lines.
pub(super) fn first_width<'e>(entries: impl Iterator<Item = &'e (String, String)>) -> usize {
    let mut longest = 0;
    for (name, value) in entries {
        longest = longest.max(name.chars().count());
        if value.contains('\n') {
            break;
        }
    }
    longest
}

/// The lines of statements, and what goes behind the names of their neighbours above.
fn joined(
    program: Program<'_>,
    statements: &[NewStatement],
    neighbours: &[Neighbour],
    indentation: &str,
) -> (String, Vec<(usize, String)>) {
    let line_break = program.line_break;
    let attribute = |statement: &NewStatement| match statement {
        NewStatement::Attribute(attribute) => Some(attribute.clone()),
        NewStatement::Block(_) => None,
    };
    let mut text = String::new();
    let mut wider = Vec::new();
    let mut rest = statements;
    let mut is_first = true;
    while !rest.is_empty() {
        let attributes: Vec<_> = rest.iter().map_while(attribute).collect();
        if !is_first {
            text.push_str(line_break);
            text.push_str(line_break);
            text.push_str(indentation);
        }
        if attributes.is_empty() {
            if let Some(NewStatement::Block(block)) = rest.first() {
                text.push_str(block);
            }
            rest = rest.get(1..).unwrap_or_default();
        } else {
            let mut width = 0;
            if is_first && !neighbours.is_empty() {
                (width, wider) = widths(neighbours, first_width(attributes.iter()));
            }
            text.push_str(&assignments(&attributes, width).join(&format!("{line_break}{indentation}")));
            rest = rest.get(attributes.len()..).unwrap_or_default();
        }
        is_first = false;
    }
    (text, wider)
}
