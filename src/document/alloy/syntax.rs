//! The syntax tree of an Alloy program. Nodes hold spans, not text: read text with [`Span::slice`].
//!
//! Grammar: `File = Body`, `Statement = Attribute | Block`; see the Alloy language reference.

use std::sync::Arc;

use crate::text::Span;

/// A parsed file: always a tree, with the errors beside it.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// The text that all spans refer to.
    pub(crate) text: Arc<str>,
    /// The statements. Where there are errors, those statements that could be read.
    pub(crate) body: Body,
    /// Comments in order of appearance, markers included.
    pub(crate) comments: Vec<Span>,
    /// What is wrong, in the order of discovery.
    pub(crate) errors: Vec<SyntaxError>,
}

impl File {
    /// The text of a span of this file.
    pub(crate) fn str(&self, span: Span) -> &str {
        span.slice(&self.text)
    }

    /// The attribute of that name directly in a body. The last one counts if it is written twice.
    pub(crate) fn attribute<'b>(&self, body: &'b Body, name: &str) -> Option<&'b Attribute> {
        body.attributes().filter(|attribute| self.str(attribute.name) == name).last()
    }
}

/// One syntax error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    /// Where: empty for a point.
    pub(crate) span: Span,
    /// The reference parser's text.
    pub(crate) message: String,
    /// What to type instead, where the message does not say.
    pub(crate) hint: Option<&'static str>,
}

/// Statements of a file or block.
#[derive(Debug, Clone, Default)]
pub(crate) struct Body {
    /// In order.
    pub(crate) statements: Vec<Statement>,
}

impl Body {
    /// The blocks directly inside.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.statements.iter().filter_map(|statement| match statement {
            Statement::Block(block) => Some(block),
            Statement::Attribute(_) => None,
        })
    }

    /// The attributes directly inside.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.statements.iter().filter_map(|statement| match statement {
            Statement::Attribute(attribute) => Some(attribute),
            Statement::Block(_) => None,
        })
    }
}

/// One statement.
#[derive(Debug, Clone)]
pub(crate) enum Statement {
    /// `name = value`.
    Attribute(Attribute),
    /// `name "label" { ... }`.
    Block(Block),
}

/// `name = value`.
#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    /// The name.
    pub(crate) name: Span,
    /// The value.
    pub(crate) value: Expr,
}

/// `a.b "label" { ... }`.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    /// The whole dotted name, from its first to its last identifier.
    pub(crate) name: Span,
    /// The identifiers of the name. Joined with dots they are the name, whatever blanks stand between.
    pub(crate) parts: Vec<Span>,
    /// The label's text between the quotes; `None` for no label and for `""`.
    pub(crate) label: Option<Span>,
    /// What stands between the braces.
    pub(crate) body: Body,
    /// From the name to the closing brace.
    pub(crate) span: Span,
}

/// An expression with its place.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    /// What it is.
    pub(crate) kind: ExprKind,
    /// The whole expression.
    pub(crate) span: Span,
}

/// The kinds of expression. Literals are read from the expression's span.
#[derive(Debug, Clone)]
pub(crate) enum ExprKind {
    /// Digits.
    Number,
    /// Digits with a point or an exponent.
    Float,
    /// `"..."` or a raw string in backticks, quotes included in the span.
    String,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
    /// A bare name.
    Identifier,
    /// `[a, b]`.
    Array(Vec<Expr>),
    /// `{ key = value }`.
    Object(Vec<Field>),
    /// `value.name`.
    Access(Box<Expr>, Span),
    /// `value[index]`.
    Index(Box<Expr>, Box<Expr>),
    /// `function(arguments)`.
    Call(Box<Expr>, Vec<Expr>),
    /// `-value` or `!value`.
    Unary(UnaryOp, Box<Expr>),
    /// `left op right`; the span is the operator's.
    Binary(Box<Expr>, BinaryOp, Span, Box<Expr>),
    /// `(value)`.
    Paren(Box<Expr>),
}

/// A field of an object.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// The key, quotes included where it has them. Escapes in keys are not decoded (the reference does not).
    pub(crate) key: Span,
    /// Whether the key is quoted.
    pub(crate) quoted: bool,
    /// The value.
    pub(crate) value: Expr,
}

/// `-` and `!`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnaryOp {
    /// `-`
    Negate,
    /// `!`
    Not,
}

/// The operators between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryOp {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
    /// `^`
    Power,
}

impl BinaryOp {
    /// The operator as it is typed.
    pub(crate) const fn mark(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Power => "^",
        }
    }
}
