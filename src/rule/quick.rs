//! Parses the common part of CEL some twenty times faster than the full parser does.
//!
//! Rules are read at every start, and the full parser is most of the time of a small run. What is rare in rules
//! (escapes, signs, optional fields, messages, comments) and all that is wrong is left to the full parser: `None` only
//! says that it must look. A test holds the two together.

use cel::common::ast::CallExpr;
use cel::common::ast::EntryExpr;
use cel::common::ast::Expr;
use cel::common::ast::IdedEntryExpr;
use cel::common::ast::ListExpr;
use cel::common::ast::LiteralValue;
use cel::common::ast::MapEntryExpr;
use cel::common::ast::MapExpr;
use cel::common::ast::SelectExpr;
use cel::common::ast::operators;
use cel::parser::Expression as Tree;

/// Deepest nesting of brackets and conditionals that is handled here.
const MAX_NESTING: u32 = 24;
/// Most postfixes and operators of one level: with them a tree stays far below the depth that evaluation allows.
const MAX_CHAIN: usize = 24;

/// The tree of an expression, without the places of its nodes (all have the number 0).
pub(super) fn parse(source: &str) -> Option<Tree> {
    let mut parser = Parser { rest: source, token: Token::End, depth: 0 };
    parser.next()?;
    let tree = parser.expression()?;
    (parser.token == Token::End).then_some(tree)
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token<'s> {
    Name(&'s str),
    Text(&'s str),
    Int(i64),
    Float(f64),
    /// An operator, a bracket, or `in`.
    Sign(&'s str),
    End,
}

/// Longer signs before their beginnings.
const SIGNS: [&str; 24] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "+", "-", "*", "/", "%", "(", ")", "[", "]", "{", "}",
    ",", ".", "?", ":",
];

/// Names that an expression cannot use for its own.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Operators between values, from loose to tight; those of one level join to the left.
const LEVELS: [&[(&str, &str)]; 3] = [
    &[
        ("==", operators::EQUALS),
        ("!=", operators::NOT_EQUALS),
        ("<=", operators::LESS_EQUALS),
        (">=", operators::GREATER_EQUALS),
        ("<", operators::LESS),
        (">", operators::GREATER),
        ("in", operators::IN),
    ],
    &[("+", operators::ADD), ("-", operators::SUBSTRACT)],
    &[("*", operators::MULTIPLY), ("/", operators::DIVIDE), ("%", operators::MODULO)],
];

struct Parser<'s> {
    /// What follows `token`.
    rest: &'s str,
    token: Token<'s>,
    depth: u32,
}

impl Parser<'_> {
    /// Reads the next token; `None` at anything rare.
    fn next(&mut self) -> Option<()> {
        let rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        let (token, length) = match rest.bytes().next() {
            None => (Token::End, 0),
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => word(rest)?,
            Some(b'0'..=b'9') => number(rest)?,
            Some(quote @ (b'"' | b'\'')) => text(rest, quote, Backslash::Escapes)?,
            Some(_) => {
                let sign = SIGNS.into_iter().find(|sign| rest.starts_with(sign))?;
                (Token::Sign(sign), sign.len())
            }
        };
        self.token = token;
        self.rest = rest.get(length..)?;
        Some(())
    }

    /// Whether the token is this sign, which is then passed.
    fn pass(&mut self, sign: &str) -> Option<bool> {
        let found = self.token == Token::Sign(sign);
        if found {
            self.next()?;
        }
        Some(found)
    }

    fn demand(&mut self, sign: &str) -> Option<()> {
        self.pass(sign)?.then_some(())
    }

    fn expression(&mut self) -> Option<Tree> {
        self.depth += 1;
        if self.depth > MAX_NESTING {
            return None;
        }
        let mut tree = self.junction("||", operators::LOGICAL_OR)?;
        if self.pass("?")? {
            let yes = self.junction("||", operators::LOGICAL_OR)?;
            self.demand(":")?;
            let no = self.expression()?;
            tree = call(operators::CONDITIONAL, vec![tree, yes, no]);
        }
        self.depth -= 1;
        Some(tree)
    }

    fn junction(&mut self, sign: &str, operator: &str) -> Option<Tree> {
        let mut terms = Vec::new();
        loop {
            terms.push(match sign {
                "||" => self.junction("&&", operators::LOGICAL_AND)?,
                _ => self.binary(&LEVELS)?,
            });
            if !self.pass(sign)? {
                break;
            }
        }
        balanced(operator, terms)
    }

    /// Operators of the first of `levels` between terms of the others.
    fn binary(&mut self, levels: &[&[(&str, &str)]]) -> Option<Tree> {
        let Some((operators, tighter)) = levels.split_first() else { return self.unary() };
        let mut left = self.binary(tighter)?;
        for _ in 0..MAX_CHAIN {
            let Token::Sign(sign) = self.token else { return Some(left) };
            let Some((_, operator)) = operators.iter().find(|(own, _)| *own == sign) else {
                return Some(left);
            };
            self.next()?;
            let right = self.binary(tighter)?;
            left = call(operator, vec![left, right]);
        }
        None
    }

    fn unary(&mut self) -> Option<Tree> {
        if self.pass("!")? {
            // Two of them are none to the full parser.
            let operand = self.member()?;
            return Some(call(operators::LOGICAL_NOT, vec![operand]));
        }
        self.member()
    }

    fn member(&mut self) -> Option<Tree> {
        let mut tree = self.primary()?;
        for _ in 0..MAX_CHAIN {
            if self.pass(".")? {
                let Token::Name(name) = self.token else { return None };
                // Words of the language are no names of fields.
                if matches!(name, "null" | "true" | "false" | "in") {
                    return None;
                }
                self.next()?;
                tree = if self.pass("(")? {
                    let args = self.list(")")?;
                    node(Expr::Call(CallExpr {
                        func_name: name.to_owned(),
                        target: Some(Box::new(tree)),
                        args,
                    }))
                } else {
                    node(Expr::Select(SelectExpr {
                        operand: Box::new(tree),
                        field: name.to_owned(),
                        test: false,
                    }))
                };
            } else if self.pass("[")? {
                let index = self.expression()?;
                self.demand("]")?;
                tree = call(operators::INDEX, vec![tree, index]);
            } else {
                return Some(tree);
            }
        }
        None
    }

    fn primary(&mut self) -> Option<Tree> {
        let token = self.token;
        self.next()?;
        match token {
            Token::Name(name) => match name {
                "true" => Some(literal(LiteralValue::Boolean(true.into()))),
                "false" => Some(literal(LiteralValue::Boolean(false.into()))),
                "null" => Some(literal(LiteralValue::Null)),
                _ if RESERVED.contains(&name) => None,
                _ if self.pass("(")? => Some(call(name, self.list(")")?)),
                _ => Some(node(Expr::Ident(name.to_owned()))),
            },
            Token::Text(text) => Some(literal(LiteralValue::String(text.to_owned().into()))),
            Token::Int(value) => Some(literal(LiteralValue::Int(value.into()))),
            Token::Float(value) => Some(literal(LiteralValue::Double(value.into()))),
            Token::Sign("(") => {
                let tree = self.expression()?;
                self.demand(")")?;
                Some(tree)
            }
            Token::Sign("[") => Some(node(Expr::List(ListExpr::new(self.list("]")?)))),
            Token::Sign("{") => self.map(),
            Token::Sign(_) | Token::End => None,
        }
    }

    /// Expressions up to a closing bracket.
    fn list(&mut self, close: &str) -> Option<Vec<Tree>> {
        let mut items = Vec::new();
        if self.pass(close)? {
            return Some(items);
        }
        loop {
            items.push(self.expression()?);
            if !self.pass(",")? {
                break;
            }
        }
        self.demand(close)?;
        Some(items)
    }

    fn map(&mut self) -> Option<Tree> {
        let mut entries = Vec::new();
        if !self.pass("}")? {
            loop {
                let key = self.expression()?;
                self.demand(":")?;
                let value = self.expression()?;
                let entry = MapEntryExpr { key, value, optional: false };
                entries.push(IdedEntryExpr { id: 0, expr: EntryExpr::MapEntry(entry) });
                if !self.pass(",")? {
                    break;
                }
            }
            self.demand("}")?;
        }
        Some(node(Expr::Map(MapExpr { entries })))
    }
}

fn word(rest: &str) -> Option<(Token<'_>, usize)> {
    let length =
        rest.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || byte == b'_')).unwrap_or(rest.len());
    let (name, after) = rest.split_at_checked(length)?;
    // `r"..."` is a text in which backslashes stand for themselves, `b"..."` and the like are rare.
    if let Some(quote @ (b'"' | b'\'')) = after.bytes().next() {
        let (text, more) = text(after, quote, Backslash::Plain)?;
        return matches!(name, "r" | "R").then_some((text, length + more));
    }
    Some((if name == "in" { Token::Sign("in") } else { Token::Name(name) }, length))
}

fn number(rest: &str) -> Option<(Token<'_>, usize)> {
    let digits = |text: &str| text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let whole = digits(rest);
    let fraction = rest.get(whole..)?.strip_prefix('.').map(digits);
    let length = fraction.map_or(whole, |fraction| whole + 1 + fraction);
    let (number, after) = rest.split_at_checked(length)?;
    // Exponents, hexadecimal and unsigned numbers; `1.` and `1.x`.
    if fraction == Some(0) || after.starts_with(|c: char| c.is_alphanumeric() || c == '.') {
        return None;
    }
    let token = match fraction {
        Some(_) => Token::Float(number.parse().ok()?),
        None => Token::Int(number.parse().ok()?),
    };
    Some((token, length))
}

/// What backslashes in a text are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Backslash {
    Escapes,
    Plain,
}

fn text(rest: &str, quote: u8, backslash: Backslash) -> Option<(Token<'_>, usize)> {
    let quote = char::from(quote);
    let inner = rest.get(1..)?;
    let length = inner.find(quote)?;
    let (text, after) = inner.split_at_checked(length)?;
    // An empty text before a quote opens a text of three quotes.
    if text.contains(['\n', '\r'])
        || backslash == Backslash::Escapes && text.contains('\\')
        || text.is_empty() && after.get(1..)?.starts_with(quote)
    {
        return None;
    }
    Some((Token::Text(text), length + 2))
}

/// `a && b && c` as the full parser joins it: a tree that is no deeper than it has to be.
fn balanced(operator: &str, mut terms: Vec<Tree>) -> Option<Tree> {
    if terms.len() < 2 {
        return terms.pop();
    }
    let right = terms.split_off((terms.len() - 2).div_ceil(2) + 1);
    let (left, right) = (balanced(operator, terms)?, balanced(operator, right)?);
    Some(call(operator, vec![left, right]))
}

fn call(name: &str, args: Vec<Tree>) -> Tree {
    node(Expr::Call(CallExpr { func_name: name.to_owned(), target: None, args }))
}

fn literal(value: LiteralValue) -> Tree {
    node(Expr::Literal(value))
}

fn node(expr: Expr) -> Tree {
    Tree { id: 0, expr }
}

#[cfg(test)]
#[path = "quick_tests.rs"]
mod tests;
