//! Turns tokens into expressions, by precedence.

use super::BinaryOp;
use super::Expr;
use super::ExprKind;
use super::Field;
use super::UnaryOp;
use super::parse::GiveUp;
use super::parse::Parser;
use super::parse::Reading;
use super::token::Kind;
use crate::text::Span;

/// An expression and the height of its tree: 1 for a leaf.
#[derive(Debug)]
pub(super) struct Grown {
    pub(super) expr: Expr,
    height: u32,
}

impl Grown {
    /// An expression over `children`, the highest of which has `height`.
    fn over(height: u32, kind: ExprKind, span: Span) -> Self {
        Self { expr: Expr { kind, span }, height: height + 1 }
    }
}

impl Parser<'_> {
    /// Reads an expression.
    pub(super) fn expression(&mut self) -> Result<Grown, GiveUp> {
        self.binary(1)
    }

    /// Reads operators of `level` and above. All of them bind to the left.
    fn binary(&mut self, level: u32) -> Result<Grown, GiveUp> {
        let mut left = self.power()?;
        while let Some((op, found)) = binary_op(self.token.kind)
            && found >= level
        {
            let sign = self.token.span;
            self.next();
            self.enter()?;
            let right = self.binary(found + 1)?;
            self.leave();
            left = self.join(left, op, sign, right)?;
        }
        Ok(left)
    }

    /// Reads `^`, which binds to the right.
    fn power(&mut self) -> Result<Grown, GiveUp> {
        let left = self.unary()?;
        if self.token.kind != Kind::Power {
            return Ok(left);
        }
        let sign = self.token.span;
        self.next();
        self.enter()?;
        let right = self.power()?;
        self.leave();
        self.join(left, BinaryOp::Power, sign, right)
    }

    /// Puts two expressions together.
    fn join(&mut self, left: Grown, op: BinaryOp, sign: Span, right: Grown) -> Result<Grown, GiveUp> {
        let height = left.height.max(right.height);
        self.check_height(height + 1)?;
        let span = left.expr.span.to(right.expr.span);
        let kind = ExprKind::Binary(Box::new(left.expr), op, sign, Box::new(right.expr));
        Ok(Grown::over(height, kind, span))
    }

    /// Reads signs before a value, and the value.
    fn unary(&mut self) -> Result<Grown, GiveUp> {
        let op = match self.token.kind {
            Kind::Not => UnaryOp::Not,
            Kind::Subtract => UnaryOp::Negate,
            _ => return self.operand(),
        };
        let sign = self.token.span;
        self.next();
        self.enter()?;
        let value = self.unary()?;
        self.leave();
        let span = sign.to(value.expr.span);
        Ok(Grown::over(value.height, ExprKind::Unary(op, Box::new(value.expr)), span))
    }

    /// Reads a value and what is done to it: access, index, call.
    fn operand(&mut self) -> Result<Grown, GiveUp> {
        let mut value = self.primary()?;
        loop {
            let start = value.expr.span.start;
            let height = value.height;
            let (height, kind) = match self.token.kind {
                Kind::Dot => {
                    self.next();
                    let name = self.expect(Kind::Ident)?;
                    (height, ExprKind::Access(Box::new(value.expr), name.span))
                }
                Kind::LeftBracket => {
                    self.next();
                    self.enter()?;
                    let index = self.expression()?;
                    self.leave();
                    self.expect(Kind::RightBracket)?;
                    let height = height.max(index.height);
                    (height, ExprKind::Index(Box::new(value.expr), Box::new(index.expr)))
                }
                Kind::LeftParen => {
                    self.next();
                    let (arguments, highest) = self.list(Kind::RightParen)?;
                    self.expect(Kind::RightParen)?;
                    (height.max(highest), ExprKind::Call(Box::new(value.expr), arguments))
                }
                Kind::String | Kind::LeftCurly => {
                    if self.block_as_value(start)? {
                        continue;
                    }
                    return Ok(value);
                }
                _ => return Ok(value),
            };
            self.check_height(height + 1)?;
            value = Grown::over(height, kind, Span::new(start, self.end.max(start)));
        }
    }

    /// Reads what looks like a block where a value (which starts at `start`) should have ended, to tell of all of
    /// it at once. Gives whether it was one.
    fn block_as_value(&mut self, start: u32) -> Result<bool, GiveUp> {
        if self.reading == Reading::Salvage {
            return Err(GiveUp);
        }
        if self.token.kind == Kind::String {
            self.next();
        }
        if self.expect(Kind::LeftCurly)?.kind != Kind::LeftCurly {
            self.consume_statement();
            return Ok(false);
        }
        self.enter()?;
        self.body(Kind::RightCurly);
        self.leave();
        let last = self.expect(Kind::RightCurly)?;
        if last.kind != Kind::RightCurly {
            self.consume_statement();
            return Ok(false);
        }
        self.fail_at(Span::new(start, last.span.end), "cannot use a block as an expression")?;
        Ok(true)
    }

    /// Reads a name, a literal, or something in brackets.
    fn primary(&mut self) -> Result<Grown, GiveUp> {
        let first = self.token;
        let kind = match first.kind {
            Kind::Ident => ExprKind::Identifier,
            Kind::String => ExprKind::String,
            Kind::Number => ExprKind::Number,
            Kind::Float => ExprKind::Float,
            Kind::Bool => ExprKind::Bool,
            Kind::Null => ExprKind::Null,
            Kind::LeftParen | Kind::LeftBracket | Kind::LeftCurly => return self.bracketed(),
            _ => {
                self.fail_unexpected("expression")?;
                self.advance_to(|kind| {
                    matches!(
                        kind,
                        Kind::Terminator
                            | Kind::RightParen
                            | Kind::RightCurly
                            | Kind::RightBracket
                            | Kind::Comma
                    )
                });
                return Ok(Grown::over(0, ExprKind::Null, Span::at(first.span.start)));
            }
        };
        self.next();
        Ok(Grown::over(0, kind, first.span))
    }

    /// Reads a value in parentheses, an array or an object.
    fn bracketed(&mut self) -> Result<Grown, GiveUp> {
        let first = self.token;
        self.next();
        let (height, kind, closer) = match first.kind {
            Kind::LeftParen => {
                self.enter()?;
                let inner = self.expression()?;
                self.leave();
                (inner.height, ExprKind::Paren(Box::new(inner.expr)), Kind::RightParen)
            }
            Kind::LeftBracket => {
                let (elements, height) = self.list(Kind::RightBracket)?;
                (height, ExprKind::Array(elements), Kind::RightBracket)
            }
            _ => {
                // A slip of the reference: after `{]` it does not look for fields.
                let (fields, height) =
                    if self.token.kind == Kind::RightBracket { (Vec::new(), 0) } else { self.fields()? };
                (height, ExprKind::Object(fields), Kind::RightCurly)
            }
        };
        self.expect(closer)?;
        Ok(Grown::over(height, kind, Span::new(first.span.start, self.end)))
    }

    /// Reads expressions up to `until`, which is not read, and gives the height of the highest.
    fn list(&mut self, until: Kind) -> Result<(Vec<Expr>, u32), GiveUp> {
        let mut elements = Vec::new();
        let mut highest = 0;
        self.enter()?;
        while self.token.kind != until && self.token.kind != Kind::Eof {
            if self.reading == Reading::Salvage && self.statement_starts_here(0) {
                return Err(GiveUp);
            }
            let element = self.expression()?;
            highest = highest.max(element.height);
            elements.push(element.expr);
            if self.token.kind == until {
                break;
            }
            self.comma("missing ',' in expression list")?;
        }
        self.leave();
        Ok((elements, highest))
    }

    /// Reads fields up to the `}`, which is not read, and gives the height of the highest value.
    fn fields(&mut self) -> Result<(Vec<Field>, u32), GiveUp> {
        let mut fields = Vec::new();
        let mut highest = 0;
        self.enter()?;
        while self.token.kind != Kind::RightCurly && self.token.kind != Kind::Eof {
            let key = self.token;
            if self.is_outdented() {
                return Err(GiveUp);
            }
            if matches!(key.kind, Kind::String | Kind::Ident) {
                self.next();
            } else {
                self.fail_unexpected("field name (string or identifier)")?;
                self.advance(Kind::Assign);
            }
            self.expect(Kind::Assign)?;
            let value = self.expression()?;
            highest = highest.max(value.height);
            fields.push(Field { key: key.span, quoted: key.kind == Kind::String, value: value.expr });
            if self.token.kind == Kind::RightCurly {
                break;
            }
            self.comma("missing ',' in field list")?;
        }
        self.leave();
        Ok((fields, highest))
    }

    /// Reads what must be a comma. The second reading takes a line end for a forgotten one.
    fn comma(&mut self, message: &'static str) -> Result<(), GiveUp> {
        let forgotten = self.reading == Reading::Salvage && self.token.kind == Kind::Terminator;
        if self.token.kind != Kind::Comma && !forgotten {
            self.fail(|| message.to_owned())?;
        }
        self.next();
        Ok(())
    }
}

/// The operator and its level, 1 to 5. Power is apart, since it binds to the right.
fn binary_op(kind: Kind) -> Option<(BinaryOp, u32)> {
    Some(match kind {
        Kind::Or => (BinaryOp::Or, 1),
        Kind::And => (BinaryOp::And, 2),
        Kind::Equal => (BinaryOp::Equal, 3),
        Kind::NotEqual => (BinaryOp::NotEqual, 3),
        Kind::Less => (BinaryOp::Less, 3),
        Kind::LessEqual => (BinaryOp::LessEqual, 3),
        Kind::Greater => (BinaryOp::Greater, 3),
        Kind::GreaterEqual => (BinaryOp::GreaterEqual, 3),
        Kind::Add => (BinaryOp::Add, 4),
        Kind::Subtract => (BinaryOp::Subtract, 4),
        Kind::Multiply => (BinaryOp::Multiply, 5),
        Kind::Divide => (BinaryOp::Divide, 5),
        Kind::Remainder => (BinaryOp::Remainder, 5),
        _ => return None,
    })
}
