//! Turns expressions into values: one walk over the tree.

use std::collections::HashMap;

use super::alternatives::each;
use super::chain;
use super::convert;
use super::convert::TypeName;
use super::fault::Fault;
use super::fault::Outcome;
use super::library;
use super::literal;
use super::number::Number;
use super::operator;
use super::traced::Fields;
use super::traced::Id;
use super::traced::Kind;
use super::traced::NOBODY;
use super::traced::Traced;
use super::value::Evaluated;
use super::value::Lookup;
use super::value::Scope;
use super::value::Value;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::document::alloy::File;
use crate::text::Span;

/// Expressions nested more deeply are not followed. The parser stops earlier.
const DEEPEST: u32 = 500;

/// The same for expressions that others ask for: what a module is given, say, which may be handed on by another one.
const DEEPEST_NESTED: u32 = 48;

/// The value of an expression, as far as it can be known.
pub(crate) fn evaluate(file: &File, expr: &Expr, scope: &dyn Scope) -> Evaluated {
    // Most arguments are texts as they stand.
    if let ExprKind::String = expr.kind
        && let Some(text) = literal::verbatim(expr.span.slice(&file.text))
    {
        return Ok(Value::Text(text.into()));
    }
    within(file, expr, scope, DEEPEST)
}

/// The same for an expression that another one asks for while it is evaluated. It has less room on the stack.
pub(crate) fn evaluate_nested(file: &File, expr: &Expr, scope: &dyn Scope) -> Evaluated {
    within(file, expr, scope, DEEPEST_NESTED)
}

fn within(file: &File, expr: &Expr, scope: &dyn Scope, deepest: u32) -> Evaluated {
    let mut walk = Walk::new(file, scope);
    walk.deepest = deepest;
    let outcome = walk.expr(expr);
    walk.finish(outcome)
}

/// The value of an expression, converted to the type of the attribute that takes it. Errors of the conversion name
/// the expression.
pub(crate) fn evaluate_as(file: &File, expr: &Expr, to: &TypeName, scope: &dyn Scope) -> Evaluated {
    let mut walk = Walk::new(file, scope);
    let outcome = walk.expr(expr).and_then(|value| convert::assign(&value, to));
    walk.finish(outcome)
}

/// One walk.
struct Walk<'a> {
    file: &'a File,
    scope: &'a dyn Scope,
    /// Which expression made which value; later ones replace earlier ones.
    sources: HashMap<Id, &'a Expr>,
    /// Values of the scope by name, so that each keeps its identity.
    known: HashMap<String, Traced>,
    depth: u32,
    deepest: u32,
}

impl<'a> Walk<'a> {
    fn new(file: &'a File, scope: &'a dyn Scope) -> Self {
        Self { file, scope, sources: HashMap::new(), known: HashMap::new(), depth: 0, deepest: DEEPEST }
    }

    fn finish(self, outcome: Outcome) -> Evaluated {
        outcome.map(|value| value.export()).map_err(|fault| fault.finish(self.file, &self.sources))
    }

    /// Remembers who made a value.
    fn made(&mut self, value: &Traced, expr: &'a Expr) {
        if value.id != NOBODY {
            self.sources.insert(value.id, expr);
        }
        // What follows works on the alternatives, each of them.
        if let Kind::OneOf(values) = &value.kind {
            for value in values.iter().filter(|value| value.id != NOBODY) {
                self.sources.insert(value.id, expr);
            }
        }
    }

    fn expr(&mut self, expr: &'a Expr) -> Outcome {
        if self.depth >= self.deepest {
            return Ok(Traced::unknown("the expression is nested too deeply"));
        }
        self.depth += 1;
        let outcome = self.kind(expr);
        self.depth -= 1;
        if let Ok(value) = &outcome {
            self.made(value, expr);
        }
        outcome
    }

    /// Only hands over: what each kind needs on the stack is its own.
    fn kind(&mut self, expr: &'a Expr) -> Outcome {
        match &expr.kind {
            ExprKind::Number => literal::number(self.file.str(expr.span)),
            ExprKind::Float => literal::float(self.file.str(expr.span)),
            ExprKind::String => Ok(Traced::text(literal::string(&self.file.text, expr.span))),
            ExprKind::Bool => Ok(Kind::Bool(self.file.str(expr.span) == "true").into()),
            ExprKind::Null => Ok(Traced::null()),
            ExprKind::Identifier => self.chain(&[expr]),
            ExprKind::Array(items) => self.list(items).map(Traced::array),
            ExprKind::Object(_) => self.object(expr),
            ExprKind::Access(inner, name) => {
                if let Some(nodes) = chain::nodes(expr) {
                    return self.chain(&nodes);
                }
                let value = self.expr(inner)?;
                self.access(&value, *name)
            }
            ExprKind::Index(inner, index) => self.index(inner, index),
            ExprKind::Call(function, arguments) => self.call(function, arguments),
            ExprKind::Unary(op, inner) => operator::unary(*op, &self.expr(inner)?),
            ExprKind::Binary(left, op, _, right) => {
                let left = self.expr(left)?;
                let right = self.expr(right)?;
                operator::binary(&left, *op, &right).map(Traced::limited)
            }
            ExprKind::Paren(inner) => self.expr(inner),
        }
    }

    fn list(&mut self, items: &'a [Expr]) -> Result<Vec<Traced>, Fault> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            values.push(self.expr(item)?);
        }
        Ok(values)
    }

    fn object(&mut self, expr: &'a Expr) -> Outcome {
        let ExprKind::Object(written) = &expr.kind else { return Ok(Traced::null()) };
        let mut fields = Fields::new();
        for field in written {
            let value = self.expr(&field.value)?;
            fields.insert(key(self.file.str(field.key), field.quoted).into(), value);
        }
        Ok(Traced::object(fields))
    }

    fn index(&mut self, inner: &'a Expr, index: &'a Expr) -> Outcome {
        let value = self.expr(inner)?;
        let index = self.expr(index)?;
        each(&value, &mut |value| each(&index, &mut |index| element(value, index)))
    }

    fn call(&mut self, function: &'a Expr, arguments: &'a [Expr]) -> Outcome {
        let function = self.expr(function)?;
        if !matches!(function.kind, Kind::Function(_) | Kind::Unknown(_) | Kind::OneOf(_)) {
            return Err(Fault::wrong_type(&function, "function"));
        }
        let arguments = self.list(arguments)?;
        library::call(&function, &arguments, self.scope).map(Traced::limited)
    }

    /// `value.name`.
    fn access(&self, value: &Traced, name: Span) -> Outcome {
        let field = self.file.str(name);
        each(value, &mut |value| match &value.kind {
            Kind::Object(fields) => fields
                .get(field)
                .cloned()
                .ok_or_else(|| Fault::at(name, format!("field \"{field}\" does not exist"))),
            Kind::Secret(_) | Kind::OptionalSecret(..) | Kind::Capsule(_) => Err(no_object(value)),
            _ => {
                let reason =
                    format!("cannot access field \"{field}\" on value of type {}", value.type_name());
                Err(Fault::about(value, reason))
            }
        })
    }

    /// An identifier chain: the scope is asked first, then the library; what is left of the chain are fields.
    fn chain(&mut self, nodes: &[&'a Expr]) -> Outcome {
        let file = self.file;
        let parts: Vec<&str> = nodes.iter().map(|node| chain::name(file, node)).collect();
        let (mut value, used) = match self.scope.lookup(&parts) {
            Lookup::Found { used, value } => {
                let used = used.clamp(1, parts.len());
                let name = parts.get(..used).unwrap_or_default().join(".");
                let value = self.known.entry(name).or_insert_with(|| Traced::import(&value)).clone();
                (value, used)
            }
            Lookup::Missing => {
                let Some(value) = parts.first().and_then(|first| library::lookup(first)) else {
                    let (message, covered) = self.scope.unresolved(&parts);
                    let node = nodes.get(covered.clamp(1, nodes.len()) - 1);
                    let span = node.map(|node| node.span).unwrap_or_default();
                    return Err(Fault::at(span, message));
                };
                (value, 1)
            }
        };
        if let Some(node) = nodes.get(used - 1) {
            self.made(&value, node);
        }
        for node in nodes.get(used..).unwrap_or_default() {
            if let ExprKind::Access(_, name) = &node.kind {
                value = self.access(&value, *name)?;
                self.made(&value, node);
            }
        }
        Ok(value)
    }
}

/// The name that an object's key stands for: escapes are not decoded, and an empty one keeps its quotes.
fn key(text: &str, quoted: bool) -> &str {
    if quoted && text.len() > 2 { text.get(1..text.len() - 1).unwrap_or(text) } else { text }
}

/// `value[index]`, both known themselves.
fn element(value: &Traced, index: &Traced) -> Outcome {
    match &value.kind {
        Kind::Object(fields) => match &index.kind {
            Kind::Text(name) => {
                let name = std::str::from_utf8(name).ok();
                Ok(name.and_then(|name| fields.get(name)).cloned().unwrap_or_else(Traced::null))
            }
            _ => Err(Fault::wrong_type(index, "string")),
        },
        Kind::Array(_) | Kind::Bytes(_) => {
            let Some(number) = Number::of(&index.kind) else {
                return Err(Fault::wrong_type(index, "number"));
            };
            let length = match &value.kind {
                Kind::Array(items) => items.len(),
                Kind::Bytes(bytes) => bytes.len(),
                _ => 0,
            };
            let found = usize::try_from(number.int()).ok().and_then(|at| match &value.kind {
                Kind::Array(items) => items.get(at).cloned(),
                Kind::Bytes(bytes) => bytes.get(at).map(|byte| Kind::Uint(u64::from(*byte)).into()),
                _ => None,
            });
            found.ok_or_else(|| {
                let at = number.int();
                Fault::about(index, format!("index {at} is out of range of array with length {length}"))
            })
        }
        Kind::Secret(_) | Kind::OptionalSecret(..) | Kind::Capsule(_) => Err(no_object(value)),
        _ => Err(Fault::about(value, format!("expected object or array, got {}", value.type_name()))),
    }
}

fn no_object(value: &Traced) -> Fault {
    Fault::about(value, "expected object or array or a capsule convertible to an object, got capsule")
}
