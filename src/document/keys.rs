//! Turns children into collections, and keys that are written twice or are collections into problems.

use std::collections::HashMap;
use std::collections::hash_map;

use super::problem::ParseProblem;
use super::problem::ProblemKind;
use super::problem::TEMPLATE_HINT;
use super::problem::to_line_end;
use super::tree::Entry;
use super::tree::Node;
use super::tree::NodeId;
use super::tree::NodeKind;

/// Mappings up to this many entries are searched for duplicate keys pair by pair, larger ones with a hash table.
const FEW_KEYS: usize = 8;

/// A collection from its children; those of a mapping come in pairs, and their keys are checked.
pub(super) fn collection(
    (mapping, children): (bool, &[NodeId]),
    text: &str,
    nodes: &[Node],
    errors: &mut Vec<ParseProblem>,
) -> NodeKind {
    if !mapping {
        return NodeKind::Sequence(children.into());
    }
    let entries: Box<[Entry]> =
        children.chunks_exact(2).map(|pair| Entry { key: pair[0], value: pair[1] }).collect();
    check_keys(text, nodes, &entries, errors);
    NodeKind::Mapping(entries)
}

/// Reports keys that are written twice, and keys that are collections. Linear in the size of the mapping.
pub(super) fn check_keys(text: &str, nodes: &[Node], entries: &[Entry], errors: &mut Vec<ParseProblem>) {
    let span = |id: NodeId| nodes[id.0 as usize].span;
    let mut seen_large: HashMap<&str, NodeId> =
        if entries.len() > FEW_KEYS { HashMap::with_capacity(entries.len()) } else { HashMap::new() };
    for (index, entry) in entries.iter().enumerate() {
        let Some(key) = key_text(text, nodes, entry.key) else {
            let place = to_line_end(text, span(entry.key).start as usize);
            // `{{ x }}` is a mapping in a mapping: its key begins behind the first brace.
            let before = text.get(..place.start as usize).unwrap_or_default();
            let hint = if before.ends_with('{') && place.slice(text).starts_with('{') {
                TEMPLATE_HINT
            } else {
                "put quotes around a value that starts with `{` or `[`"
            };
            let message = "a key must be a text, not a mapping or list";
            errors.push(ParseProblem::new(ProblemKind::ComplexKey, place, message).with_hint(hint));
            continue;
        };
        let first = if entries.len() > FEW_KEYS {
            match seen_large.entry(key) {
                hash_map::Entry::Occupied(first) => Some(*first.get()),
                hash_map::Entry::Vacant(slot) => {
                    slot.insert(entry.key);
                    None
                }
            }
        } else {
            let same = |earlier: &&Entry| key_text(text, nodes, earlier.key) == Some(key);
            entries[..index].iter().find(same).map(|earlier| earlier.key)
        };
        if let Some(first) = first {
            let problem = ParseProblem::duplicate_key(key, span(first), span(entry.key));
            errors.push(match key {
                "<<" => problem.with_hint("merge both with one `<<: [*first, *second]`"),
                _ => problem,
            });
        }
    }
}

/// The text of a scalar key, through aliases.
fn key_text<'n>(text: &'n str, nodes: &'n [Node], key: NodeId) -> Option<&'n str> {
    let mut node = nodes.get(key.0 as usize)?;
    if let NodeKind::Alias(target) = node.kind {
        node = nodes.get(target.0 as usize)?;
    }
    node.scalar_text(text)
}
