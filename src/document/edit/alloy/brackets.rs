//! Turns new items and fields, and those that go, into edits of an array or object, with the right commas.

use std::collections::BTreeSet;

use super::Writer;
use super::body::column;
use super::body::first_width;
use super::body::widths;
use super::print::assignments;
use super::program::children;
use crate::document::alloy::Expr;
use crate::document::edit::NewValue;
use crate::document::edit::Refused;
use crate::text::Span;

impl Writer<'_> {
    /// Adds items or fields behind the child of that number; without one, writes the collection anew.
    pub(super) fn add_to_brackets(
        &mut self,
        expr: &Expr,
        behind: Option<usize>,
        more: &NewValue,
    ) -> Result<(), Refused> {
        let program = self.program;
        let layout = program.layout;
        let all = children(expr);
        let (open, close) = (expr.span.start as usize, expr.span.end as usize);
        let last = behind.and_then(|number| all.get(number).map(|child| (number, child.0)));
        let Some((number, last)) = last else {
            if all.is_empty() && close - open >= 2 && program.has_comment(open, close) {
                return self.fill_with_comments(expr, more);
            }
            let text = program.expression(more, layout.indentation(open), expr.span)?;
            self.push(open, close, text);
            return Ok(());
        };
        let end = last.end as usize;
        let comma = program.skip(end);
        let has_comma = layout.byte(comma) == Some(b',') && number + 1 == all.len();
        let end = if has_comma { comma + 1 } else { end };
        let tail = if has_comma { "," } else { "" };
        let own_line = layout.before(last.start as usize).trim().is_empty();
        let indentation = layout.indentation(last.start as usize);
        let (parts, wider) = self.parts(expr, number, more, indentation)?;
        if !own_line {
            let separator = if has_comma { " " } else { ", " };
            self.push(end, end, format!("{separator}{}{tail}", parts.join(", ")));
            return Ok(());
        }
        for (at, gap) in wider {
            self.push(at, at, gap);
        }
        let line_break = program.line_break;
        let text = format!("{line_break}{indentation}{}", parts.join(&format!(",{line_break}{indentation}")));
        match program.rest_of_line(end).filter(|at| *at < close && number + 1 == all.len()) {
            Some(at) if has_comma => self.push(at, at, format!("{text},")),
            Some(at) if at > end => {
                self.push(end, end, ",");
                self.push(at, at, text);
            }
            _ => self.push(end, end, if has_comma { format!("{text},") } else { format!(",{text}") }),
        }
        Ok(())
    }

    /// Adds the first children of brackets that hold comments.
    fn fill_with_comments(&mut self, expr: &Expr, more: &NewValue) -> Result<(), Refused> {
        let layout = self.program.layout;
        let close = expr.span.end as usize - 1;
        let line_break = self.program.line_break;
        let outer = layout.indentation(expr.span.start as usize);
        let inner = format!("{outer}{}", self.program.step(expr.span));
        let (parts, _) = self.parts(expr, 0, more, &inner)?;
        let text = parts.join(&format!(",{line_break}{inner}"));
        self.push(layout.back(close), close, format!("{line_break}{inner}{text},{line_break}{outer}"));
        Ok(())
    }

    /// The items or fields, each as it is written, and what goes behind the keys of those above.
    #[expect(clippy::type_complexity, reason = "two lists that are used at once")]
    fn parts(
        &self,
        expr: &Expr,
        last: usize,
        more: &NewValue,
        indentation: &str,
    ) -> Result<(Vec<String>, Vec<(usize, String)>), Refused> {
        match more {
            NewValue::Map(fields) => {
                let fields = self.program.fields(fields, indentation, expr.span)?;
                let above = children(expr);
                let above: Vec<(Span, Span)> = above
                    .iter()
                    .take(last + 1)
                    .rev()
                    .filter_map(|(whole, key)| Some(((*key)?, *whole)))
                    .collect();
                let own_line = above.first().is_some_and(|(_, whole)| {
                    self.program.layout.before(whole.start as usize).trim().is_empty()
                });
                let neighbours =
                    if own_line { column(self.program.layout, above.into_iter()) } else { Vec::new() };
                if neighbours.is_empty() {
                    let width = if own_line { 0 } else { usize::MAX };
                    return Ok((separate(&fields, width), Vec::new()));
                }
                let (width, wider) = widths(&neighbours, first_width(fields.iter()));
                Ok((assignments(&fields, width), wider))
            }
            NewValue::List(items) => {
                let items: Result<Vec<_>, _> =
                    items.iter().map(|item| self.program.expression(item, indentation, expr.span)).collect();
                Ok((items?, Vec::new()))
            }
            _ => Ok((Vec::new(), Vec::new())),
        }
    }

    /// Removes the children of these numbers, of which at least one stays.
    pub(super) fn remove_children(&mut self, expr: &Expr, numbers: &BTreeSet<usize>) {
        let program = self.program;
        let layout = program.layout;
        let all = children(expr);
        // Where the last of the lines ends that go as a whole.
        let mut gone = 0;
        for number in numbers.iter().copied() {
            let Some((span, _)) = all.get(number).copied() else { continue };
            let (start, end) = (span.start as usize, span.end as usize);
            let comma = program.skip(end);
            let has_comma = layout.byte(comma) == Some(b',');
            let behind = if has_comma { comma + 1 } else { end };
            let own_line = layout.before(start).trim().is_empty();
            let rest = program.rest_of_line(behind).filter(|_| own_line);
            if let Some(rest) = rest.filter(|_| has_comma) {
                // A line of its own goes as a whole.
                let from = program.with_comments_above(layout.line_start(start), expr.span.start as usize);
                gone = layout.next_line(rest);
                self.push(from, gone, "");
                continue;
            }
            let has_kept = (number + 1..all.len()).any(|next| !numbers.contains(&next));
            let Some((next, _)) = all.get(number + 1).filter(|_| has_kept) else {
                self.remove_rest(expr, number, gone);
                return;
            };
            let next = next.start as usize;
            let to = if program.has_comment(behind, next) { behind } else { next };
            self.push(start, to, "");
        }
    }

    /// Removes the children from that number on, of which there is one before; lines up to `gone` go already.
    fn remove_rest(&mut self, expr: &Expr, number: usize, gone: usize) {
        let program = self.program;
        let all = children(expr);
        let before = number.checked_sub(1).and_then(|before| all.get(before));
        let (Some((before, _)), Some((first, _)), Some((last, _))) = (before, all.get(number), all.last())
        else {
            return;
        };
        let (before, first, last) = (before.end as usize, first.start as usize, last.end as usize);
        if gone <= before && !program.has_comment(before, first) {
            self.push(before, last, "");
            return;
        }
        let is_bare = gone > before && !program.has_comment(gone, first);
        let first = if is_bare { gone } else { first };
        // The comma before stays, with the comment behind it or because its line was not touched.
        let comma = program.skip(last);
        let last = if program.layout.byte(comma) == Some(b',') { comma + 1 } else { last };
        self.push(first, last, "");
    }
}

/// `key = value` for each, by itself.
fn separate(fields: &[(String, String)], width: usize) -> Vec<String> {
    if width == 0 {
        return assignments(fields, 0);
    }
    fields.iter().map(|(key, value)| format!("{key} = {value}")).collect()
}
