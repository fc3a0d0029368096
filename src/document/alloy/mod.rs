//! Turns the text of an Alloy program into a syntax tree with spans, errors and comments.

mod charset;
mod cursor;
#[cfg(any(test, feature = "fuzzing"))]
mod encoding;
mod expression;
mod head;
mod hint;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod invariants;
mod lexer;
mod literal;
mod parse;
mod print;
mod report;
mod salvage;
mod string;
mod syntax;
mod token;
mod way;

#[cfg(test)]
mod tests;

pub(crate) use charset::is_identifier;
pub(crate) use cursor::Wants;
pub(crate) use cursor::cursor;
pub(crate) use parse::parse;
pub(crate) use print::format;
pub(crate) use print::same;
pub(crate) use string::decode_string;
pub(crate) use syntax::Attribute;
pub(crate) use syntax::BinaryOp;
pub(crate) use syntax::Block;
pub(crate) use syntax::Body;
pub(crate) use syntax::Expr;
pub(crate) use syntax::ExprKind;
pub(crate) use syntax::Field;
pub(crate) use syntax::File;
pub(crate) use syntax::Statement;
pub(crate) use syntax::SyntaxError;
pub(crate) use syntax::UnaryOp;
