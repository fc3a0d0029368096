//! Turns Alloy expressions into values as far as they can be known without running anything.

mod walk;

mod alternatives;
mod chain;
mod convert;
mod duration;
mod fault;
mod gofloat;
mod goquote;
mod goverb;
mod json;
mod library;
mod literal;
mod number;
mod operator;
mod print;
mod runes;
mod sprintf;
mod traced;
mod value;
mod yaml;

#[cfg(test)]
mod tests;

pub(crate) use chain::chain;
pub(crate) use chain::chains;
pub(crate) use chain::name as chain_name;
pub(crate) use chain::references;
pub(crate) use convert::TypeName;
#[cfg(test)]
pub(crate) use convert::convert;
pub(crate) use duration::parse as duration;
pub(crate) use library::is_name as is_library_name;
pub(crate) use library::newer_name;
pub(crate) use traced::LONGEST_TEXT;
pub(crate) use value::Capsule;
pub(crate) use value::EvalError;
pub(crate) use value::Evaluated;
pub(crate) use value::Lookup;
pub(crate) use value::Scope;
pub(crate) use value::Value;
pub(crate) use walk::evaluate;
pub(crate) use walk::evaluate_as;
pub(crate) use walk::evaluate_nested;
