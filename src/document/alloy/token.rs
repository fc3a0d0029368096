//! Names the tokens of an Alloy program, as the reference's messages spell them.

use crate::text::Span;

/// One token with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// Where it stands. A terminator covers its line end, or nothing at the end of the file or before a comment.
    pub(crate) span: Span,
}

/// The kinds of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A byte or a single-quoted text that no token starts with.
    Illegal,
    /// The end of the text.
    Eof,
    /// The end of a line that ends a statement.
    Terminator,
    /// A comment, markers included.
    Comment,
    /// A name.
    Ident,
    /// Digits.
    Number,
    /// Digits with a point or an exponent.
    Float,
    /// A string in double quotes or backticks.
    String,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
    /// `||`
    Or,
    /// `&&`
    And,
    /// `!`
    Not,
    /// `=`
    Assign,
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
    /// `{`
    LeftCurly,
    /// `}`
    RightCurly,
    /// `(`
    LeftParen,
    /// `)`
    RightParen,
    /// `[`
    LeftBracket,
    /// `]`
    RightBracket,
    /// `,`
    Comma,
    /// `.`
    Dot,
}

impl Kind {
    /// The name in messages: a word for tokens that vary, the mark itself for all others.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Illegal => "ILLEGAL",
            Self::Eof => "EOF",
            Self::Terminator => "TERMINATOR",
            Self::Comment => "COMMENT",
            Self::Ident => "IDENT",
            Self::Number => "NUMBER",
            Self::Float => "FLOAT",
            Self::String => "STRING",
            Self::Bool => "BOOL",
            Self::Null => "NULL",
            Self::Or => "||",
            Self::And => "&&",
            Self::Not => "!",
            Self::Assign => "=",
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
            Self::LeftCurly => "{",
            Self::RightCurly => "}",
            Self::LeftParen => "(",
            Self::RightParen => ")",
            Self::LeftBracket => "[",
            Self::RightBracket => "]",
            Self::Comma => ",",
            Self::Dot => ".",
        }
    }

    /// The mark that closes this one; `None` for all but opening marks.
    pub(crate) const fn closer(self) -> Option<Self> {
        match self {
            Self::LeftCurly => Some(Self::RightCurly),
            Self::LeftParen => Some(Self::RightParen),
            Self::LeftBracket => Some(Self::RightBracket),
            _ => None,
        }
    }

    /// Whether a line end after this token ends the statement. An illegal token keeps what was so before it.
    pub(crate) const fn ends_statement(self) -> bool {
        matches!(
            self,
            Self::Ident
                | Self::Number
                | Self::Float
                | Self::String
                | Self::Bool
                | Self::Null
                | Self::RightCurly
                | Self::RightParen
                | Self::RightBracket
        )
    }
}
