//! Turns facts into findings: rule files, their conditions in CEL, and the fields that they may read.

mod check;
mod chosen;
mod cost;
mod embedded;
mod eval;
mod fields;
mod file;
mod fix;
mod functions;
mod identity;
mod load;
mod load_fix;
mod load_settings;
mod named;
mod operators;
mod outline;
mod paths;
mod quick;
mod run;
#[cfg(test)]
mod schema_tests;
mod selector;
mod set;
mod settings;
mod syntax;
mod template;
mod value;

pub(crate) use chosen::Choice;
pub(crate) use chosen::Layer;
pub(crate) use chosen::Plate;
pub(crate) use chosen::Why;
pub(crate) use chosen::Wish;
pub(crate) use chosen::choose;
pub(crate) use chosen::fault;
pub(crate) use embedded::EXAMPLES;
pub(crate) use embedded::family_of;
pub(crate) use fields::FIELDS;
#[cfg(test)]
pub(crate) use fields::Field;
pub(crate) use fields::subjects;
pub(crate) use file::Rule;
pub(crate) use load::RuleProblem;
pub(crate) use load::is_id;
pub(crate) use run::Outcome;
pub(crate) use set::Overrides;
pub(crate) use set::RuleSet;
pub(crate) use syntax::Expression;

use crate::model::Fact;

/// A setting's value as people read it, with its unit.
pub(crate) fn shown(fact: &Fact, unit: &str) -> String {
    let text = value::Value::Fact(fact).render();
    if unit.is_empty() { text } else { format!("{text} {unit}") }
}
