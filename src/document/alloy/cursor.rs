//! Turns a program and a cursor in it into what can be typed there. Works on tokens before the cursor alone, so the program may be
//! as broken as programs are while they are typed.

use super::decode_string;
use super::lexer::Lexer;
use super::token::Kind;
use super::token::Token;
use crate::text::Span;

/// Where a cursor stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The blocks that are open before it, outermost first.
    pub(crate) blocks: Vec<OpenBlock>,
    /// What can be typed.
    pub(crate) wants: Wants,
}

/// A block that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenBlock {
    /// Its dotted name.
    pub(crate) name: String,
    /// Its label.
    pub(crate) label: Option<String>,
}

impl OpenBlock {
    /// Whether it is the component of that id.
    pub(crate) fn is(&self, id: &str) -> bool {
        let label = self.label.as_deref().unwrap_or_default();
        id.strip_prefix(&self.name).and_then(|rest| rest.strip_prefix('.')) == Some(label)
    }
}

/// What can be typed at a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wants {
    /// The name of a block or an attribute, of which this much is there.
    Name(Span),
    /// A value of this attribute. The span is the chain of names that is there already, with its dots.
    Value {
        /// The attribute.
        attribute: String,
        /// What is there of the chain.
        typed: Span,
    },
    /// A text of this attribute: the cursor is in a string, whose text so far is the span.
    Text {
        /// The attribute.
        attribute: String,
        /// What is there of the text, without the quote.
        typed: Span,
    },
    /// Nothing that is known: a comment, a label, the key of an object.
    Nothing,
}

/// What is open: the marks that tokens left behind.
enum Open {
    Block(OpenBlock),
    /// An object, list or call.
    Value,
}

/// Where the cursor at a byte of a program stands. Linear in what stands before it.
pub(crate) fn cursor(text: &str, offset: u32) -> Cursor {
    let before = text.get(..offset as usize).unwrap_or_default();
    let mut reader = Reader { text: before, open: Vec::new(), statement: Vec::new(), attribute: None };
    let mut lexer = Lexer::new(before, &[], true);
    let mut last = None;
    loop {
        let token = lexer.scan();
        if token.kind == Kind::Eof {
            break;
        }
        // At the end of the text a terminator stands for the end alone: the statement in hand goes on behind the cursor.
        if token.kind == Kind::Terminator && token.span.is_empty() && token.span.end == offset {
            continue;
        }
        last = Some(token);
        reader.take(token);
    }
    let wants = reader.wants(last, offset);
    let blocks = reader.open.into_iter().filter_map(|open| match open {
        Open::Block(block) => Some(block),
        Open::Value => None,
    });
    Cursor { blocks: blocks.collect(), wants }
}

struct Reader<'a> {
    text: &'a str,
    open: Vec<Open>,
    /// The tokens of the statement, or of the part of a value, in hand.
    statement: Vec<Token>,
    /// The attribute whose value is being read.
    attribute: Option<String>,
}

impl Reader<'_> {
    fn str(&self, token: Token) -> &str {
        token.span.slice(self.text)
    }

    /// Whether statements can stand here.
    fn in_body(&self) -> bool {
        !matches!(self.open.last(), Some(Open::Value))
    }

    fn take(&mut self, token: Token) {
        match token.kind {
            Kind::Comment => {}
            Kind::Terminator if self.in_body() => self.end_statement(),
            Kind::Terminator => {}
            Kind::LeftCurly => {
                let open = self.block().map_or(Open::Value, Open::Block);
                if matches!(open, Open::Block(_)) {
                    self.attribute = None;
                }
                self.open.push(open);
                self.statement.clear();
            }
            Kind::LeftBracket | Kind::LeftParen => {
                self.open.push(Open::Value);
                self.statement.clear();
            }
            Kind::RightCurly | Kind::RightBracket | Kind::RightParen => {
                let is_curly = token.kind == Kind::RightCurly;
                // A list that nobody closed ends with the block around it.
                while is_curly && self.open.len() > 1 && self.attribute.is_none() && !self.in_body() {
                    self.open.pop();
                }
                if is_curly || !self.in_body() {
                    self.open.pop();
                }
                self.statement.clear();
                if self.in_body() && self.attribute.is_none() {
                    self.end_statement();
                }
            }
            Kind::Comma => self.statement.clear(),
            Kind::Assign => {
                if self.in_body()
                    && let Some([name]) = self.names()
                {
                    self.attribute = Some(self.str(name).to_owned());
                }
                self.statement.clear();
                self.statement.push(token);
            }
            _ => self.statement.push(token),
        }
    }

    fn end_statement(&mut self) {
        self.statement.clear();
        self.attribute = None;
    }

    /// The statement in hand, where it is one name.
    fn names(&self) -> Option<[Token; 1]> {
        match self.statement[..] {
            [name] if name.kind == Kind::Ident => Some([name]),
            _ => None,
        }
    }

    /// The block that an opening brace begins, if the statement in hand reads as the head of one.
    fn block(&self) -> Option<OpenBlock> {
        if !self.in_body() || self.attribute.is_some() {
            return None;
        }
        let (label, names) = match self.statement.split_last() {
            Some((last, names)) if last.kind == Kind::String => (Some(*last), names),
            _ => (None, &self.statement[..]),
        };
        let is_name = |token: &Token| matches!(token.kind, Kind::Ident | Kind::Dot);
        if names.is_empty() || !names.iter().all(is_name) {
            return None;
        }
        let name = names.iter().map(|token| self.str(*token)).collect();
        let label = label.map(|label| self.str(label).trim_matches('"').to_owned());
        Some(OpenBlock { name, label })
    }

    fn wants(&self, last: Option<Token>, offset: u32) -> Wants {
        let at = Span::at(offset);
        if let Some(last) = last.filter(|last| last.span.end == offset) {
            match last.kind {
                Kind::Comment if !self.str(last).ends_with("*/") => return Wants::Nothing,
                Kind::String if decode_string(self.text, last.span).is_none() => {
                    return match &self.attribute {
                        Some(attribute) if self.is_plain_value(last) => Wants::Text {
                            attribute: attribute.clone(),
                            typed: Span::new(last.span.start + 1, offset),
                        },
                        _ => Wants::Nothing,
                    };
                }
                Kind::Illegal | Kind::Number | Kind::Float => return Wants::Nothing,
                _ => {}
            }
        }
        // A `#` begins what the reading takes for a comment.
        let line = self.text.rsplit('\n').next().unwrap_or_default();
        if line.trim_start().starts_with('#') {
            return Wants::Nothing;
        }
        let chain = self.chain(at);
        match &self.attribute {
            Some(attribute) => match chain {
                Some(typed) => Wants::Value { attribute: attribute.clone(), typed },
                None => Wants::Nothing,
            },
            None if !self.in_body() => Wants::Nothing,
            None if self.statement.is_empty() => Wants::Name(at),
            None => {
                let is_name = |token: &Token| matches!(token.kind, Kind::Ident | Kind::Dot);
                let whole = self.statement.iter().all(is_name);
                chain.filter(|_| whole).map_or(Wants::Nothing, Wants::Name)
            }
        }
    }

    /// Whether the string is the value of its attribute, or an item of it, by itself.
    fn is_plain_value(&self, string: Token) -> bool {
        let before =
            self.statement.split_last().filter(|(last, _)| **last == string).map(|(_, before)| before);
        before.is_some_and(|before| before.iter().all(|token| token.kind == Kind::Assign))
    }

    /// The chain of names that ends at the cursor; empty where a new one can begin. `None` behind a value.
    fn chain(&self, at: Span) -> Option<Span> {
        let (mut start, mut next) = (at.start, at.start);
        let mut behind = None;
        for token in self.statement.iter().rev() {
            let fits = match (token.kind, behind) {
                (Kind::Ident, None | Some(Kind::Dot)) | (Kind::Dot, None | Some(Kind::Ident)) => {
                    token.span.end == next
                }
                _ => false,
            };
            if !fits {
                // Something else stands before: a value that is complete takes no further name.
                let is_value = token.kind.ends_statement();
                return (behind.is_some() && !is_value || !is_value).then_some(Span::new(start, at.start));
            }
            (start, next, behind) = (token.span.start, token.span.start, Some(token.kind));
        }
        Some(Span::new(start, at.start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cursor at the mark `^`: open blocks with dots for labels, and what is wanted with what is typed.
    fn at(marked: &str) -> String {
        let offset = marked.find('^').unwrap();
        let text = marked.replace('^', "");
        let found = cursor(&text, u32::try_from(offset).unwrap());
        let blocks = found.blocks.iter().map(|block| match &block.label {
            Some(label) => format!("{}:{label}", block.name),
            None => block.name.clone(),
        });
        let blocks: Vec<String> = blocks.collect();
        let wants = match found.wants {
            Wants::Name(typed) => format!("name {:?}", typed.slice(&text)),
            Wants::Value { attribute, typed } => format!("value of {attribute} {:?}", typed.slice(&text)),
            Wants::Text { attribute, typed } => format!("text of {attribute} {:?}", typed.slice(&text)),
            Wants::Nothing => "nothing".to_owned(),
        };
        format!("{} | {wants}", blocks.join(" "))
    }

    #[test]
    fn names_are_wanted_where_a_statement_can_begin() {
        for (text, wanted) in [
            ("^", r#" | name """#),
            ("loki.wri^", r#" | name "loki.wri""#),
            ("loki.^\n\nlogging {}\n", r#" | name "loki.""#),
            ("loki.write \"a\" {\n  end^\n}\n", r#"loki.write:a | name "end""#),
            ("loki.write \"a\" {\n  ^", r#"loki.write:a | name """#),
            ("loki.write \"a\" {\n  endpoint {\n    ur^", r#"loki.write:a endpoint | name "ur""#),
            ("loki.write \"a\" {\n  endpoint {\n  }\n  ^", r#"loki.write:a | name """#),
            ("a \"b\" {\n x = [1, 2]\n ^", r#"a:b | name """#),
            ("a \"b\" {\n x = {\n  k = 1,\n }\n ^", r#"a:b | name """#),
            ("declare \"m\" { argument \"x\" { } l^", r#"declare:m | name "l""#),
        ] {
            assert_eq!(at(text), wanted, "{text}");
        }
    }

    #[test]
    fn values_are_wanted_behind_an_assignment() {
        for (text, wanted) in [
            ("a \"b\" {\n x = ^", r#"a:b | value of x """#),
            ("a \"b\" {\n x = loki.^\n}\n", r#"a:b | value of x "loki.""#),
            ("a \"b\" {\n x = [loki.write.l^]\n}\n", r#"a:b | value of x "loki.write.l""#),
            ("a \"b\" {\n x = [y.z, loki^", r#"a:b | value of x "loki""#),
            ("a \"b\" {\n x = f(y.^", r#"a:b | value of x "y.""#),
            ("a \"b\" {\n x = { k = y.^", r#"a:b | value of x "y.""#),
            ("a \"b\" {\n x = 1 + y^", r#"a:b | value of x "y""#),
            ("a \"b\" {\n x = [\n  y.^\n", r#"a:b | value of x "y.""#),
            ("a \"b\" {\n x = \"po^", r#"a:b | text of x "po""#),
            ("a \"b\" {\n x = [\"po^", r#"a:b | text of x "po""#),
        ] {
            assert_eq!(at(text), wanted, "{text}");
        }
    }

    #[test]
    fn nothing_is_wanted_in_comments_labels_and_behind_values() {
        for (text, wanted) in [
            ("// loki^", " | nothing"),
            ("/* loki^", " | nothing"),
            ("a \"b^", " | nothing"),
            ("a \"b\" ^", " | nothing"),
            ("a \"b\" {\n x = y z^", "a:b | nothing"),
            ("a \"b\" {\n x = 1^", "a:b | nothing"),
            ("a \"b\" {\n # c^", "a:b | nothing"),
        ] {
            assert_eq!(at(text), wanted, "{text}");
        }
    }

    #[test]
    fn any_prefix_of_a_broken_program_has_an_answer() {
        let text = "a.b \"c\" { x = [ { y = \"ü\" } \n } } ) ] , 'q' \u{feff} d = e.f( /* \n";
        for (offset, _) in text.char_indices() {
            let _ = cursor(text, u32::try_from(offset).unwrap());
        }
        assert_eq!(
            cursor(text, 9999).wants,
            Wants::Name(Span::at(9999)),
            "outside of the text: as at its start"
        );
    }
}
