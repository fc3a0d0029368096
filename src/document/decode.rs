//! Maps a scalar's decoded text to its source, for every style.
//!
//! The walk follows the source and checks each step against the decoded text, so a map is right or it is the coarse
//! map of the whole scalar; it is never wrong by a line.

use super::tree::Dialect;
use super::tree::NodeKind;
use super::tree::NodeRef;
use super::tree::Style;
use crate::text::Embedding;
use crate::text::Span;

/// The map of one scalar. Final line breaks of a block scalar map behind the node's span, which ends with its last
/// line of text. Empty for collections and empty scalars.
pub(crate) fn embedding(node: NodeRef<'_>) -> Embedding {
    let node = node.resolved();
    let NodeKind::Scalar { style, ref text } = node.raw().kind else { return Embedding::new() };
    let decoded = node.text().unwrap_or_default();
    let span = node.span();
    if style == Style::Plain && text.is_none() {
        // Copied; an INI value may hold line breaks that are not folded.
        return whole(decoded, span);
    }
    let source = node.tree.text.as_ref();
    let (start, end) = (span.start as usize, span.end as usize);
    let mapped = match style {
        _ if node.tree.dialect == Dialect::Ini => joined(Walk::new(source, decoded), start, end),
        Style::Plain => flow(Walk::new(source, decoded), start, end, style),
        Style::SingleQuoted | Style::DoubleQuoted => {
            flow(Walk::new(source, decoded), start + 1, end.saturating_sub(1), style)
        }
        Style::Literal => literal(Walk::new(source, decoded), start),
        Style::Folded => folded_with_any_indent(source, decoded, start),
    };
    mapped.unwrap_or_else(|| whole(decoded, span))
}

/// The map that only knows the scalar as a whole.
fn whole(decoded: &str, span: Span) -> Embedding {
    let mut embedding = Embedding::new();
    if let Ok(length @ 1..) = u32::try_from(decoded.len()) {
        embedding.push(Span::new(0, length), span);
    }
    embedding
}

/// A position in the decoded text and the map up to there. Steps give `None` where source and decoded text disagree.
struct Walk<'t> {
    source: &'t str,
    decoded: &'t str,
    at: usize,
    embedding: Embedding,
}

impl<'t> Walk<'t> {
    fn new(source: &'t str, decoded: &'t str) -> Self {
        Self { source, decoded, at: 0, embedding: Embedding::new() }
    }

    fn done(&self) -> bool {
        self.at == self.decoded.len()
    }

    fn finish(self) -> Option<Embedding> {
        self.done().then_some(self.embedding)
    }

    fn bytes(&self) -> &'t [u8] {
        self.source.as_bytes()
    }

    /// Adds a run that was copied.
    fn copy(&mut self, start: usize, end: usize) -> Option<()> {
        let run = self.source.get(start..end)?;
        self.put(run, start, end)
    }

    /// Adds a run that decodes to `text`.
    fn put(&mut self, text: &str, start: usize, end: usize) -> Option<()> {
        if text.is_empty() {
            return Some(());
        }
        if !self.decoded.as_bytes().get(self.at..)?.starts_with(text.as_bytes()) {
            return None;
        }
        let next = self.at + text.len();
        let (at, to) = (u32::try_from(self.at).ok()?, u32::try_from(next).ok()?);
        self.embedding
            .push(Span::new(at, to), Span::new(u32::try_from(start).ok()?, u32::try_from(end).ok()?));
        self.at = next;
        Some(())
    }
}

/// Length of the line break at `at`: 2 for CRLF, 1 for LF or a lone CR, 0 elsewhere.
fn break_length(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(b'\r') if bytes.get(at + 1) == Some(&b'\n') => 2,
        Some(b'\r' | b'\n') => 1,
        _ => 0,
    }
}

/// The first line break at or after `at`, or the end of the text.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(bytes.len(), |length| at + length)
}

fn skip_blanks(bytes: &[u8], mut at: usize, end: usize) -> usize {
    while at < end && matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

/// Plain and quoted scalars, whose lines are folded: one line break is a space, each further one a line break.
fn flow(mut walk: Walk<'_>, start: usize, end: usize, style: Style) -> Option<Embedding> {
    let bytes = walk.bytes();
    // Everything in `run..at` is copied as it is.
    let (mut run, mut at) = (start, start);
    while at < end {
        match *bytes.get(at)? {
            b' ' | b'\t' | b'\n' | b'\r' => {
                let blanks_end = skip_blanks(bytes, at, end);
                if blanks_end < end && break_length(bytes, blanks_end) > 0 {
                    walk.copy(run, at)?;
                    at = fold(&mut walk, blanks_end, end, false)?;
                    run = at;
                } else {
                    at = blanks_end;
                }
            }
            b'\'' if style == Style::SingleQuoted => {
                walk.copy(run, at)?;
                walk.put("'", at, at + 2)?;
                at += 2;
                run = at;
            }
            b'\\' if style == Style::DoubleQuoted => {
                walk.copy(run, at)?;
                at = if break_length(bytes, at + 1) > 0 {
                    fold(&mut walk, at + 1, end, true)?
                } else {
                    escape(&mut walk, at)?
                };
                run = at;
            }
            _ => at += 1,
        }
    }
    walk.copy(run, end)?;
    walk.finish()
}

/// Line breaks from `at` on, with the blanks around them. Gives the place where text goes on.
fn fold(walk: &mut Walk<'_>, at: usize, end: usize, escaped: bool) -> Option<usize> {
    let bytes = walk.bytes();
    let first = at..at + break_length(bytes, at);
    let mut at = skip_blanks(bytes, first.end, end);
    let mut empty_lines = false;
    while at < end && break_length(bytes, at) > 0 {
        let next = at + break_length(bytes, at);
        walk.put("\n", at, next)?;
        empty_lines = true;
        at = skip_blanks(bytes, next, end);
    }
    if !empty_lines && !escaped {
        walk.put(" ", first.start, first.end)?;
    }
    Some(at)
}

/// The escape at `at`, in YAML's double quotes or in JSON. Gives the place behind it.
fn escape(walk: &mut Walk<'_>, at: usize) -> Option<usize> {
    let letter = walk.source.get(at + 1..)?.chars().next()?;
    let digits = match letter {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => {
            let character = match letter {
                '0' => '\0',
                'a' => '\u{7}',
                'b' => '\u{8}',
                't' | '\t' => '\t',
                'n' => '\n',
                'v' => '\u{b}',
                'f' => '\u{c}',
                'r' => '\r',
                'e' => '\u{1b}',
                'N' => '\u{85}',
                '_' => '\u{a0}',
                'L' => '\u{2028}',
                'P' => '\u{2029}',
                other => other,
            };
            let next = at + 1 + letter.len_utf8();
            walk.put(character.encode_utf8(&mut [0; 4]), at, next)?;
            return Some(next);
        }
    };
    let hex =
        |from: usize, digits: usize| u32::from_str_radix(walk.source.get(from..from + digits)?, 16).ok();
    let mut next = at + 2 + digits;
    let mut code = hex(at + 2, digits)?;
    if (0xd800..0xdc00).contains(&code) {
        // A surrogate pair, as JSON writes characters above U+FFFF.
        let low = hex(next + 2, 4).filter(|low| (0xdc00..0xe000).contains(low))?;
        code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        next += 6;
    }
    walk.put(char::from_u32(code)?.encode_utf8(&mut [0; 4]), at, next)?;
    Some(next)
}

/// An INI value whose lines end with `\`: the lines without it and without the blanks before each.
fn joined(mut walk: Walk<'_>, start: usize, end: usize) -> Option<Embedding> {
    let source = walk.source;
    let mut at = start;
    for line in source.get(start..end)?.split('\n') {
        let text = line.trim();
        let from = at + (line.len() - line.trim_start().len());
        walk.copy(from, from + text.strip_suffix('\\').unwrap_or(text).len())?;
        at += line.len() + 1;
    }
    walk.finish()
}

/// Where the text of a block scalar starts: behind the line of its header.
fn block_content(bytes: &[u8], header: usize) -> usize {
    let end = line_end(bytes, header);
    end + break_length(bytes, end)
}

/// A `|` block: every line is copied behind its indentation. The indentation is what the source line has more than
/// the decoded one, so neither indentation nor chomping indicators need be read.
fn literal(mut walk: Walk<'_>, header: usize) -> Option<Embedding> {
    let bytes = walk.bytes();
    let mut line = block_content(bytes, header);
    while !walk.done() {
        let end = line_end(bytes, line);
        let rest = walk.decoded.get(walk.at..)?;
        let length = rest.find('\n').unwrap_or(rest.len());
        walk.copy(end.checked_sub(length).filter(|start| *start >= line)?, end)?;
        let next = end + break_length(bytes, end);
        if !walk.done() {
            // At the end of the text the scanner adds the line break that a block ends with.
            walk.put("\n", end, next)?;
        }
        line = next;
    }
    walk.finish()
}

/// A `>` block. Its indentation is that of the first line of text, unless the header has a digit and the text starts
/// with spaces; then the indentations below it are tried, and the walk knows which one fits.
fn folded_with_any_indent(source: &str, decoded: &str, header: usize) -> Option<Embedding> {
    let bytes = source.as_bytes();
    let text = decoded.trim_start_matches('\n');
    if text.is_empty() {
        // Without text there is nothing to fold.
        return literal(Walk::new(source, decoded), header);
    }
    let start = block_content(bytes, header);
    let mut line = start;
    // A tab is text; only spaces indent.
    let after_spaces = |line: usize| {
        let rest = bytes.get(line..).unwrap_or_default();
        line + rest.iter().take_while(|byte| **byte == b' ').count()
    };
    // A text starts with at most its own spaces; an indentation is a digit where it is not the first line's.
    let own = text.bytes().take_while(|byte| *byte == b' ').count();
    // A line of nothing but spaces may be text too, if it has more of them than the indentation.
    let mut of_spaces = Vec::new();
    while line < bytes.len() && break_length(bytes, after_spaces(line)) > 0 {
        let end = line_end(bytes, line);
        let indent = (end - line).checked_sub(own).filter(|_| own > 0 && of_spaces.len() < 16);
        of_spaces.extend(indent);
        line = end + break_length(bytes, end);
    }
    let spaces = bytes.get(line..)?.iter().take_while(|byte| **byte == b' ').count();
    let likely = spaces.saturating_sub(own);
    let others = (0..=spaces.min(512)).rev().filter(|indent| own > 0 && *indent != likely);
    std::iter::once(likely)
        .chain(others.take(16))
        .chain(of_spaces)
        .find_map(|indent| folded(Walk::new(source, decoded), start, indent))
}

/// A `>` block with a known indentation.
fn folded(mut walk: Walk<'_>, start: usize, indent: usize) -> Option<Embedding> {
    let bytes = walk.bytes();
    let mut line = start;
    // Line breaks since the last line of text; before the first one there is none to fold.
    let mut breaks: Vec<(usize, usize)> = Vec::new();
    while !walk.done() {
        let end = line_end(bytes, line);
        let next = end + break_length(bytes, end);
        if end - line > indent {
            between_lines(&mut walk, &breaks)?;
            if walk.done() {
                break;
            }
            breaks.clear();
            walk.copy(line + indent, end)?;
        } else if end == bytes.len() && next == end && line == end {
            break;
        }
        breaks.push((end, next));
        line = next;
    }
    between_lines(&mut walk, &breaks)?;
    walk.finish()
}

/// What the line breaks between two lines of a `>` block decode to: a space, or as many line breaks as the decoded
/// text has here, the last ones of the source.
fn between_lines(walk: &mut Walk<'_>, breaks: &[(usize, usize)]) -> Option<()> {
    if walk.done() {
        return Some(());
    }
    let rest = walk.decoded.get(walk.at..)?;
    let count = rest.bytes().take_while(|byte| *byte == b'\n').count();
    if count == 0 {
        return match breaks.first() {
            Some((start, end)) => walk.put(" ", *start, *end),
            None => Some(()),
        };
    }
    // At the end of a block trailing breaks may be chomped: then the first ones count.
    let skipped = if count == rest.len() { 0 } else { breaks.len().checked_sub(count)? };
    for (start, end) in breaks.get(skipped..skipped + count)? {
        walk.put("\n", *start, *end)?;
    }
    Some(())
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
