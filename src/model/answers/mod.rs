//! Turns what running processes said of themselves into what rules can hold against the declared.
//!
//! An answer is an object of the linter's own, one for each process that was asked: which pod it is, what runs it, and
//! what it said. The cluster holds no such object, and nothing here is taken for a part of the stack.
//!
//! ```yaml
//! apiVersion: ptd-lint/v1
//! kind: Answer
//! metadata: { name: mimir-ingester-0, namespace: mimir }   # the pod
//! workload: { kind: StatefulSet, name: mimir-ingester }     # what made it
//! program: mimir                                            # or loki, alloy
//! version: 3.0.2                                            # what it calls its version
//! config: |                                                 # its `/config`
//! runtime_config: |                                         # its `/runtime_config`; empty where it loaded none
//! components: [{ name, localID, moduleID, health: { state, message } }]   # of Alloy
//! ```

mod components;

pub(crate) use components::subjects as component_subjects;

use std::collections::HashMap;

use super::fact::Fact;
use super::found::Found;
use super::piece::Home;
use super::piece::ObjectName;
use super::piece::Piece;
use super::piece::Resource;
use super::piece::Store;
use super::reader::Encoding;
use super::reader::Nested;
use super::reader::Purpose;
use super::stack::Stack;
use super::values::fact_of;
use crate::document::Language;
use crate::document::NodeRef;
use crate::document::Place;

/// The version of the form of answers.
pub(super) const VERSION: &str = "ptd-lint/v1";

/// What answers are called among objects.
pub(super) const KIND: &str = "Answer";

/// The fields that are documents themselves.
const TEXTS: [&str; 2] = ["config", "runtime_config"];

/// Notes an answer and opens its texts.
pub(super) fn open(root: NodeRef<'_>, found: &mut Found) {
    let Some(name) = root.text_at("metadata.name") else {
        return found.malformed(root, "Answer has no `metadata.name`", "name the pod that answered");
    };
    let object = ObjectName {
        group: "ptd-lint".into(),
        kind: KIND.into(),
        namespace: root.text_at("metadata.namespace").unwrap_or_default().into(),
        name: name.into(),
    };
    found.regions.push((root.resolved().span(), object.to_string().into()));
    found.pieces.push(Piece::Answer(found.at(root), object.clone()));
    for field in TEXTS {
        let Some(text) = root.get(field).filter(|node| node.text().is_some_and(|text| !text.is_empty()))
        else {
            continue;
        };
        let home = Home {
            object: Some(object.clone()),
            key: Some(field.into()),
            cluster: found.cluster.clone(),
            ..Home::default()
        };
        found.nested.push(Nested {
            node: text.resolved().id,
            field: field.to_owned(),
            object: Some(object.to_string()),
            encoding: Encoding::Plain,
            language: Language::Yaml,
            purpose: Purpose::Answer(home),
        });
    }
}

/// One process that answered.
pub(crate) struct Process<'d> {
    /// Its pod.
    pub(crate) pod: &'d str,
    /// The namespace of the pod.
    pub(crate) namespace: &'d str,
    /// What made the pod; none where the input does not hold it.
    pub(crate) workload: Option<(&'d Resource, NodeRef<'d>)>,
    /// The kind and name of that, as the answer has them.
    pub(crate) made_by: (&'d str, &'d str),
    /// What it runs, where that is a store.
    pub(crate) store: Option<Store>,
    /// The version that it gave.
    pub(crate) version: Fact,
    /// The configuration that it gave; null where it was not asked or did not say.
    pub(crate) config: Fact,
    /// What it loaded while it runs; null where it did not say.
    pub(crate) runtime: Fact,
    /// Its components; null where it has none to tell of.
    pub(crate) components: Fact,
    /// The answer.
    pub(crate) place: Place,
}

/// The processes that answered, in the order of the input.
pub(crate) fn processes<'d>(stack: &Stack<'d>) -> Vec<Process<'d>> {
    let texts = stack.answer_texts.iter().filter_map(|(text, home)| {
        Some(((text.doc.file, home.object.as_ref()?, home.key.as_deref()?), text))
    });
    // Of two texts of one name the first counts.
    let texts: HashMap<_, _> = texts.rev().collect();
    let answers = stack.answers.iter();
    answers
        .filter_map(|(at, object)| {
            let root = at.in_documents(stack.documents)?;
            let fact = |key: &str| match root.get(key) {
                Some(node) => fact_of(node, at.doc),
                None => Fact::default(),
            };
            let text = |key: &str| {
                let text = texts.get(&(at.doc.file, *object, key))?;
                Some(fact_of(text.in_documents(stack.documents)?, text.doc))
            };
            // An empty text says that nothing was loaded, which is not the same as no text.
            let nothing = root.get("runtime_config").is_some_and(|node| node.text() == Some(""));
            let runtime = text("runtime_config");
            let runtime = runtime.unwrap_or_else(|| {
                let place = fact("runtime_config").place;
                if nothing { Fact::map::<String>([], place) } else { Fact::default() }
            });
            let made_by = (
                root.text_at("workload.kind").unwrap_or_default(),
                root.text_at("workload.name").unwrap_or_default(),
            );
            Some(Process {
                pod: &object.name,
                namespace: &object.namespace,
                workload: stack.object(made_by.0, &object.namespace, made_by.1),
                made_by,
                store: root.text_at("program").and_then(Store::named),
                version: fact("version"),
                config: text("config").unwrap_or_default(),
                runtime,
                components: fact("components"),
                place: at.place_of(root.at("metadata.name").unwrap_or(root)),
            })
        })
        .collect()
}
