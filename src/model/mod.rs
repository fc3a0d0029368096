//! Turns documents into meaning: resources, charts, collectors, stores, and values as far as they can be known.

pub(crate) mod alloy;
pub(crate) mod eval;
mod fact;

pub(crate) use fact::Fact;
pub(crate) use fact::FactValue;
pub(crate) use fact::Subject;
