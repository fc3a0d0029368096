//! Turns Alloy expressions into values as far as they can be known without running anything.

mod value;

pub(crate) use value::Capsule;
pub(crate) use value::EvalError;
pub(crate) use value::Evaluated;
pub(crate) use value::Lookup;
pub(crate) use value::Scope;
pub(crate) use value::Value;
