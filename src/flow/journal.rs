//! Tells whether entries of the node's journal keep the name of their node on the way to the store.

use std::collections::BTreeSet;

use super::receivers::receivers;
use crate::document::Place;
use crate::model::alloy::Component;
use crate::model::alloy::Program;
use crate::model::eval::Value;

/// A component that reads the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Journal {
    /// Its id.
    pub(crate) component: String,
    /// Its name and label.
    pub(crate) place: Place,
    /// Whether rules change its labels already.
    pub(crate) relabelled: bool,
    /// Whether anything from which the node can be told becomes a label, or stays in the line; `None` where the way of the
    /// entries is not known.
    pub(crate) names_node: Option<bool>,
}

/// What makes or holds the name of a node: fields of the journal, and what an expression can ask.
const MARKS: [&str; 5] =
    ["__journal__hostname", "__journal__machine_id", "__journal__boot_id", "constants.hostname", "env("];

/// Looks at a component that reads the journal, and at all that its entries pass.
pub(super) fn journal(program: &Program<'_>, component: &Component<'_>) -> Option<Journal> {
    if &*component.name != "loki.source.journal" {
        return None;
    }
    // As JSON the line holds all fields of the entry, the host's name too.
    let as_json = component
        .value("format_as_json")
        .is_some_and(|expr| !matches!(program.evaluate(component, expr), Ok(Value::Bool(false))));
    let named = if as_json { Some(true) } else { way_names_node(program, component) };
    let relabelled = component.value("relabel_rules").is_some();
    let (component, place) = (component.id.to_string(), component.name_place());
    Some(Journal { component, place, relabelled, names_node: named })
}

fn way_names_node(program: &Program<'_>, start: &Component<'_>) -> Option<bool> {
    let mut known = true;
    let mut seen = BTreeSet::new();
    let mut todo = vec![start];
    if let Some(rules) = start.value("relabel_rules") {
        let named = program.named(start, rules).into_iter();
        todo.extend(named.filter_map(|(index, _)| program.components.get(index)));
    }
    while let Some(component) = todo.pop() {
        if !seen.insert(component.id.clone()) {
            continue;
        }
        let text = component.file.str(component.block.span);
        if MARKS.iter().any(|mark| text.contains(mark)) {
            return Some(true);
        }
        // What is not in the table, and what leaves for another signal, is not followed.
        known &= component.entry().is_some();
        let Some(forward_to) = component.value("forward_to") else { continue };
        for receiver in receivers(program, component, forward_to) {
            let next = receiver.target.ok().and_then(|capsule| program.find(&capsule.node));
            match next.and_then(|index| program.components.get(index)) {
                Some(next) => todo.push(next),
                None => known = false,
            }
        }
    }
    known.then_some(false)
}
