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
pub(crate) type Outcome = Result<Traced, Box<Fault>>;

/// What went wrong.
#[derive(Debug)]
pub(crate) enum Fault {
    /// A finished error.
    Final(EvalError),
    /// Something about a value. The trail leads from the outermost value to the culprit, each with its way to the
    /// next, such as `[0]` or `.name`; the last one has none.
    Value {
        /// The values on the way.
        trail: Vec<(Id, String)>,
        /// The reason.
        reason: String,
    },
}

impl Fault {
    /// An error at a place.
    pub(crate) fn at(span: Span, message: String) -> Box<Self> {
        Box::new(Self::Final(EvalError { message, span: Some(span) }))
    }

    /// An error without a place.
    pub(crate) fn nowhere(message: impl Into<String>) -> Box<Self> {
        Box::new(Self::Final(EvalError { message: message.into(), span: None }))
    }

    /// An error about one value.
    pub(crate) fn about(value: &Traced, reason: impl Into<String>) -> Box<Self> {
        Box::new(Self::Value { trail: vec![(value.id, String::new())], reason: reason.into() })
    }

    /// A value of a wrong type.
    pub(crate) fn wrong_type(value: &Traced, expected: &str) -> Box<Self> {
        Self::about(value, format!("should be {expected}, got {}", value.type_name()))
    }

    /// The same error, seen from the collection that holds the culprit under `way`.
    pub(crate) fn inside(mut self: Box<Self>, outer: &Traced, way: String) -> Box<Self> {
        if let Self::Value { trail, .. } = self.as_mut() {
            trail.insert(0, (outer.id, way));
        }
        self
    }

    /// The finished error. `sources` knows which expression made which value.
    pub(crate) fn finish(self, file: &File, sources: &HashMap<Id, &Expr>) -> EvalError {
        let (trail, reason) = match self {
            Self::Final(error) => return error,
            Self::Value { trail, reason } => (trail, reason),
        };
        let mut source = None;
        let mut way = String::new();
        let mut direct = false;
        for (id, step) in trail {
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

    /// The reason alone, for values that come from no expression.
    pub(crate) fn plain(self) -> EvalError {
        match self {
            Self::Final(error) => error,
            Self::Value { trail, reason } => {
                let way: String = trail.into_iter().map(|(_, step)| step).collect();
                let message = if way.is_empty() { reason } else { format!("{way} {reason}") };
                EvalError { message, span: None }
            }
        }
    }
}
