//! Decides whether a condition of the component table holds for a component.

use super::Component;
use super::Program;
use super::When;
use super::blocks_at;
use super::slots;
use crate::model::eval::Value;

/// Whether a condition holds; `None` if that is not known.
pub(crate) fn holds(program: &Program<'_>, component: &Component<'_>, when: &When) -> Option<bool> {
    let body = &component.block.body;
    match when {
        When::Block(path) => Some(!blocks_at(component.file, body, path).is_empty()),
        When::Equals { path, wanted, default } => {
            let found = slots(component.file, body, path);
            let Some(attribute) = found.iter().find_map(|slot| slot.attribute) else {
                return Some(wanted == default);
            };
            match (program.evaluate(component, &attribute.value), wanted) {
                (Ok(Value::Bool(value)), serde_json::Value::Bool(wanted)) => Some(value == *wanted),
                (Ok(Value::Text(value)), serde_json::Value::String(wanted)) => Some(*value == **wanted),
                (Ok(Value::Null), wanted) => Some(wanted == default),
                _ => None,
            }
        }
    }
}
