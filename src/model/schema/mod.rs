//! Turns Kubernetes objects into faults: fields that the API does not have, values of the wrong type, versions that are
//! gone.
//!
//! The types are those of `schemas/kubernetes/`. A kind that they lack is a custom resource, and anybody's.

mod check;
mod names;
mod quantity;
mod table;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use self::check::Fault;
use super::fact::Fact;
use super::fact::Subject;
use super::piece::Resource;
use super::stack::Stack;
use crate::document::NodeRef;

/// The subject `schema` for each fault of an object, and for each object of a known kind without any.
pub(crate) fn subjects(stack: &Stack<'_>) -> Vec<Subject> {
    let mut found = Vec::new();
    let mut keys: HashMap<String, u32> = HashMap::new();
    for resource in &stack.resources {
        let Some(root) = resource.at.in_documents(stack.documents) else { continue };
        let Some(faults) = faults(resource, root) else { continue };
        if faults.is_empty() {
            found.push(sound(resource));
        }
        for fault in &faults {
            let key = format!("{} {} {}", resource.object, fault.kind.name(), fault.route);
            let times = keys.entry(key.clone()).and_modify(|times| *times += 1).or_insert(1);
            let key = if *times > 1 { format!("{key} {times}") } else { key };
            found.push(subject(key, resource, (fault, root)));
        }
    }
    found
}

/// The faults of an object; `None` for kinds that are not known.
fn faults(resource: &Resource, root: NodeRef<'_>) -> Option<Vec<Fault>> {
    let (group, kind) = (&*resource.object.group, &*resource.object.kind);
    // Items of a list of one kind come without what the list says already.
    let version = root.text_at("apiVersion").map_or_else(|| table::first_version(group), str::to_owned);
    let Some(entry) = table::kind(&version, kind) else {
        let versions = table::versions(group, kind);
        let place = resource.at.place_of(root.get("apiVersion")?);
        return (!versions.is_empty()).then(|| vec![Fault::no_version(&version, kind, &versions, place)]);
    };
    if let Some(release) = entry.gone {
        let place = resource.at.place_of(root.get("apiVersion").unwrap_or(root));
        return Some(vec![Fault::gone(&version, kind, release, entry.instead, place)]);
    }
    let mut found = check::object(root, resource.at.doc, kind, entry);
    found.extend(names::faults(root, resource.at.doc, kind));
    Some(found)
}

fn sound(resource: &Resource) -> Subject {
    let place = resource.place;
    let entries = [
        ("fault", Fact::new("none", place)),
        ("object", Fact::new(resource.object.to_string(), place)),
        ("message", Fact::absent(place)),
        ("help", Fact::absent(place)),
    ];
    Subject { kind: "schema", key: resource.object.to_string(), facts: Fact::map(entries, place) }
}

/// What is written at a fault, where that is no more than a number, a quantity or a word for true and false; the rest of an
/// object may be secret.
fn value(root: NodeRef<'_>, fault: &Fault) -> Fact {
    let node = root.tree.scalars().find(|node| node.span() == fault.place.span);
    let text = node.and_then(NodeRef::text).filter(|text| {
        text.len() < 20 && text.starts_with(|first: char| first.is_ascii_digit())
            || matches!(*text, "true" | "false")
    });
    text.map_or_else(Fact::default, |text| Fact::new(text, fault.place))
}

fn subject(key: String, resource: &Resource, (fault, root): (&Fault, NodeRef<'_>)) -> Subject {
    let place = fault.place;
    let entries = [
        ("fault", Fact::new(fault.kind.name(), place)),
        ("object", Fact::new(resource.object.to_string(), resource.place)),
        ("message", Fact::new(fault.message.as_str(), place)),
        ("help", Fact::new(fault.help.as_str(), place)),
        ("value", value(root, fault)),
    ];
    Subject { kind: "schema", key, facts: Fact::map(entries, place) }
}
