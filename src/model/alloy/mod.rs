//! Turns Alloy documents into a program: components with what is known of them, and what expressions can see.

mod catalog;
mod condition;
mod expand;
mod exports;
mod facts;
mod frame;
mod import;
mod inputs;
mod paths;
mod program;
mod relabel;
mod scope;
mod signal;
pub(crate) mod types;
mod values;

pub(crate) use catalog::Egress;
pub(crate) use catalog::Entry;
pub(crate) use catalog::Flow;
pub(crate) use catalog::Listen;
pub(crate) use catalog::Syntax;
pub(crate) use catalog::When;
#[cfg(test)]
pub(crate) use catalog::entry;
#[cfg(test)]
pub(crate) use catalog::names;
pub(crate) use condition::holds;
pub(crate) use facts::content_span;
pub(crate) use inputs::Computed;
pub(crate) use inputs::Content;
pub(crate) use inputs::Data;
pub(crate) use inputs::Inputs;
pub(crate) use inputs::ProgramOnly;
pub(crate) use paths::Slot;
pub(crate) use paths::blocks_at;
pub(crate) use paths::slots;
pub(crate) use program::Component;
pub(crate) use program::Kind;
pub(crate) use program::Program;
pub(crate) use scope::Environment;
pub(crate) use signal::Signals;

#[cfg(test)]
mod tests;
