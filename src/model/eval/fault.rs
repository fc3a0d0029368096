//! Turns what went wrong with a value into an error that names the expression the value came from.

use std::collections::HashMap;

use super::print;
use super::traced::Id;
use super::traced::Traced;
use super::value::EvalError;
use crate::document::alloy::Expr;
use crate::document::alloy::File;
use crate::text::Span;

/// The outcome of a step of an evaluation.
pub(crate) type Outcome = Result<Traced, Fault>;

/// What went wrong. Boxed: it is rare, and outcomes are passed up through every level.
#[derive(Debug)]
pub(crate) struct Fault(Box<Cause>);

/// What a fault is about.
#[derive(Debug)]
enum Cause {
    /// A finished error.
    Final(EvalError),
    /// Something about a value. The trail leads from the culprit to the outermost value, each with the way from
    /// it to the one before, such as `[0]` or `.name`; the culprit has none.
    Value {
        /// The values on the way.
        trail: Vec<(Id, String)>,
        /// The reason.
        reason: String,
    },
}

impl Fault {
    /// An error at a place.
    pub(crate) fn at(span: Span, message: String) -> Self {
        Self(Box::new(Cause::Final(EvalError { message, span: Some(span) })))
    }

    /// An error without a place.
    pub(crate) fn nowhere(message: impl Into<String>) -> Self {
        Self(Box::new(Cause::Final(EvalError { message: message.into(), span: None })))
    }

    /// An error about one value.
    pub(crate) fn about(value: &Traced, reason: impl Into<String>) -> Self {
        Self(Box::new(Cause::Value { trail: vec![(value.id, String::new())], reason: reason.into() }))
    }

    /// A value of a wrong type.
    pub(crate) fn wrong_type(value: &Traced, expected: &str) -> Self {
        Self::about(value, format!("should be {expected}, got {}", value.type_name()))
    }

    /// The same error, seen from the collection that holds the culprit under `way`.
    pub(crate) fn inside(mut self, outer: &Traced, way: String) -> Self {
        if let Cause::Value { trail, .. } = self.0.as_mut() {
            trail.push((outer.id, way));
        }
        self
    }

    /// The finished error. `sources` knows which expression made which value.
    pub(crate) fn finish(self, file: &File, sources: &HashMap<Id, &Expr>) -> EvalError {
        let (trail, reason) = match *self.0 {
            Cause::Final(error) => return error,
            Cause::Value { trail, reason } => (trail, reason),
        };
        let mut source = None;
        let mut way = String::new();
        let mut direct = false;
        for (id, step) in trail.into_iter().rev() {
            way.push_str(&step);
            match sources.get(&id) {
                Some(expr) => {
                    // The way so far led here from an outer expression that is now superfluous.
                    if direct {
                        way.clear();
                    }
                    source = Some(*expr);
                    direct = true;
                }
                None => direct = false,
            }
        }
        let text = source.map(|expr| print::source(file, expr)).unwrap_or_default();
        EvalError { message: format!("{text}{way} {reason}"), span: source.map(|expr| expr.span) }
    }

    #[cfg(test)]
    /// The reason alone, for values that come from no expression.
    pub(crate) fn plain(self) -> EvalError {
        match *self.0 {
            Cause::Final(error) => error,
            Cause::Value { trail, reason } => {
                let way: String = trail.into_iter().rev().map(|(_, step)| step).collect();
                let message = if way.is_empty() { reason } else { format!("{way} {reason}") };
                EvalError { message, span: None }
            }
        }
    }
}
