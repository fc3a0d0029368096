//! Turns a JSON text into a tree with spans.

use std::sync::Arc;

use super::keys::collection;
use super::problem::ParseProblem;
use super::problem::ProblemKind;
use super::problem::offset;
use super::problem::too_large;
use super::tree::Dialect;
use super::tree::Node;
use super::tree::NodeId;
use super::tree::NodeKind;
use super::tree::Style;
use super::tree::Tree;
use crate::text::Limit;
use crate::text::Span;

/// A JSON text that could be read.
#[derive(Debug, Clone)]
pub(crate) struct JsonText {
    /// The whole value.
    pub(crate) tree: Tree,
    /// Keys that are written twice.
    pub(crate) problems: Vec<ParseProblem>,
}

/// Parses one JSON value, strictly by RFC 8259; a leading byte order mark is passed over.
pub(crate) fn parse_json(text: &Arc<str>) -> Result<JsonText, ParseProblem> {
    if let Some(problem) = too_large(text) {
        return Err(problem);
    }
    let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut parser = Parser {
        text,
        at,
        nodes: Vec::new(),
        children: Vec::new(),
        frames: Vec::new(),
        problems: Vec::new(),
    };
    parser.document()?;
    let Parser { mut nodes, problems, .. } = parser;
    nodes.shrink_to_fit();
    let root = (!nodes.is_empty()).then_some(NodeId(0));
    Ok(JsonText { tree: Tree { text: Arc::clone(text), nodes, root, dialect: Dialect::Json }, problems })
}

/// An object or array that is still open.
struct Frame {
    node: NodeId,
    object: bool,
    /// Where its children start in [`Parser::children`].
    first_child: usize,
}

/// Reads values with an own stack, so that depth costs no native stack.
struct Parser<'t> {
    text: &'t str,
    at: usize,
    nodes: Vec<Node>,
    children: Vec<NodeId>,
    frames: Vec<Frame>,
    problems: Vec<ParseProblem>,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<(), ParseProblem> {
        self.value()?;
        while let Some(frame) = self.frames.last() {
            let (object, empty) = (frame.object, self.children.len() == frame.first_child);
            let close = if object { b'}' } else { b']' };
            match self.peek() {
                Some(byte) if byte == close => {
                    self.close();
                    continue;
                }
                Some(b',') if !empty => {
                    let comma = self.at;
                    self.at += 1;
                    if self.peek() == Some(close) {
                        return Err(self.problem(
                            comma,
                            "a comma stands before the closing bracket",
                            "remove the comma",
                        ));
                    }
                }
                Some(_) if empty => {}
                _ => return Err(self.missing_comma(object)),
            }
            if object {
                self.key()?;
            }
            self.value()?;
        }
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.problem(
                self.at,
                "the value ended before this",
                "a JSON text holds one value; check the brackets above",
            )),
        }
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn key(&mut self) -> Result<(), ParseProblem> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a key in double quotes", "write keys as `\"key\"`"));
        }
        self.string()?;
        if self.peek() != Some(b':') {
            return Err(self.unexpected("`:`", "a key is followed by `:`"));
        }
        self.at += 1;
        Ok(())
    }

    fn value(&mut self) -> Result<(), ParseProblem> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(byte @ (b'{' | b'[')) => self.open(byte == b'{'),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            _ => Err(self.unexpected(
                "a value",
                "JSON knows `{`, `[`, text in double quotes, numbers, true, false, null",
            )),
        }
    }

    fn add(&mut self, kind: NodeKind, start: usize, end: usize) -> NodeId {
        let id = NodeId(offset(self.nodes.len()));
        self.nodes.push(Node { kind, span: Span::new(offset(start), offset(end)), tag: None });
        if !self.frames.is_empty() {
            self.children.push(id);
        }
        id
    }

    fn open(&mut self, object: bool) -> Result<(), ParseProblem> {
        if self.frames.len() >= Limit::JsonNesting.count() {
            let message = format!("values are nested more than {} deep here", Limit::JsonNesting.shown());
            let place = self.problem(self.at, "", "").span;
            return Err(ParseProblem::new(ProblemKind::Limit, place, message)
                .with_hint(format!("nest them less, or {}", Limit::JsonNesting.remedy())));
        }
        let kind =
            if object { NodeKind::Mapping(Box::default()) } else { NodeKind::Sequence(Box::default()) };
        let node = self.add(kind, self.at, self.at);
        self.frames.push(Frame { node, object, first_child: self.children.len() });
        self.at += 1;
        Ok(())
    }

    fn close(&mut self) {
        self.at += 1;
        let Some(frame) = self.frames.pop() else { return };
        let children = &self.children[frame.first_child..];
        let kind = collection((frame.object, children), self.text, &self.nodes, &mut self.problems);
        self.children.truncate(frame.first_child);
        let node = &mut self.nodes[frame.node.0 as usize];
        node.kind = kind;
        node.span.end = offset(self.at);
    }

    fn word(&mut self, word: &str) -> Result<(), ParseProblem> {
        let end = self.token_end();
        if self.text.get(self.at..end) != Some(word) {
            return Err(self.unexpected("a value", "text stands in double quotes"));
        }
        self.plain(end);
        Ok(())
    }

    fn plain(&mut self, end: usize) {
        self.add(NodeKind::Scalar { style: Style::Plain, text: None }, self.at, end);
        self.at = end;
    }

    /// The end of the run of letters, digits and signs at this place.
    fn token_end(&self) -> usize {
        let rest = &self.text[self.at..];
        let token =
            |character: char| character.is_alphanumeric() || matches!(character, '+' | '-' | '.' | '_');
        rest.find(|character| !token(character)).map_or(self.text.len(), |length| self.at + length)
    }

    fn number(&mut self) -> Result<(), ParseProblem> {
        let end = self.token_end();
        if !is_number(self.text.get(self.at..end).unwrap_or_default()) {
            return Err(
                self.unexpected("a number", "no leading zeros or `+`, and digits on both sides of `.`")
            );
        }
        self.plain(end);
        Ok(())
    }

    fn string(&mut self) -> Result<(), ParseProblem> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        let mut decoded: Option<String> = None;
        let mut run = at;
        loop {
            match bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    let text = decoded.get_or_insert_default();
                    text.push_str(&self.text[run..at]);
                    let Some((character, next)) = escape(self.text, at) else {
                        return Err(self.problem(
                            at,
                            "this escape is not valid in JSON",
                            "JSON knows \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four digits, in pairs above U+FFFF",
                        ));
                    };
                    text.push(character);
                    (at, run) = (next, next);
                }
                Some(0..0x20) => {
                    return Err(self.problem(
                        at,
                        "a text cannot hold a line break or control character",
                        "close the quote, or write it as an escape such as `\\n`",
                    ));
                }
                Some(_) => at += 1,
                None => {
                    return Err(self.problem(
                        start,
                        "the quote that opens here is never closed",
                        "close the quote",
                    ));
                }
            }
        }
        if let Some(decoded) = &mut decoded {
            decoded.push_str(&self.text[run..at]);
        }
        let text = decoded.map(String::into_boxed_str);
        self.at = at + 1;
        self.add(NodeKind::Scalar { style: Style::DoubleQuoted, text }, start, at + 1);
        Ok(())
    }

    /// A problem at `start`, over the token there.
    fn problem(&self, start: usize, message: &str, hint: &str) -> ParseProblem {
        let rest = &self.text[start..];
        let token = rest.find(|character: char| !character.is_alphanumeric()).unwrap_or(rest.len());
        let length = token.max(rest.chars().next().map_or(0, char::len_utf8));
        let span = Span::new(offset(start), offset(start + length));
        ParseProblem::new(ProblemKind::Syntax, span, message).with_hint(hint)
    }

    fn missing_comma(&mut self, object: bool) -> ParseProblem {
        let closing = if object { "`,` or `}`" } else { "`,` or `]`" };
        self.unexpected(closing, "entries are separated by `,`")
    }

    /// Something else than what `expected` names stands here. The message names its kind and not its text: a word that
    /// lost its quotes may be a password.
    fn unexpected(&mut self, expected: &str, hint: &str) -> ParseProblem {
        let _ = self.peek();
        let found = match self.text[self.at..].chars().next() {
            None => {
                let opened =
                    self.frames.last().map(|frame| self.nodes[frame.node.0 as usize].span.start as usize);
                return match opened {
                    Some(start) => self.problem(start, "the bracket that opens here is never closed", hint),
                    None => self.problem(self.at, "the text is empty or ends before the value", hint),
                };
            }
            Some('"') => "a text".to_owned(),
            Some('-' | '.' | '0'..='9') => "a number written like this".to_owned(),
            Some(character) if character.is_alphanumeric() => "a bare word".to_owned(),
            Some(character) if character.is_control() => format!("U+{:04X}", u32::from(character)),
            Some(character) => format!("`{character}`"),
        };
        self.problem(self.at, &format!("{expected} should stand here, not {found}"), hint)
    }
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
fn is_number(token: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = token.strip_prefix('-').unwrap_or(token);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|exponent| digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

/// The character of the escape at `at`, and the place behind it.
fn escape(text: &str, at: usize) -> Option<(char, usize)> {
    let character = match text.as_bytes().get(at + 1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let code = hex4(text, at + 2)?;
            if !(0xd800..0xdc00).contains(&code) {
                return Some((char::from_u32(code)?, at + 6));
            }
            let low = hex4(text, at + 8).filter(|_| text.get(at + 6..at + 8) == Some("\\u"))?;
            let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
            return Some((char::from_u32(0x1_0000 + ((code - 0xd800) << 10) + low)?, at + 12));
        }
        _ => return None,
    };
    Some((character, at + 2))
}

/// Four hexadecimal digits.
fn hex4(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
