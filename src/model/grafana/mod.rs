//! Reads Grafana: settings, data sources, what is provisioned, and what stands before it.

mod addresses;
mod door;
mod instances;
mod known_sources;
mod provisioned;
mod secrets;
mod settings;
mod shown;
mod sources;
mod summary;
mod table;
mod variables;

pub(super) use door::is_its_ingress;

use super::fact::Subject;
use super::middlewares;
use super::stack::Stack;

/// The subjects of everything that a stack says of Grafana.
pub(crate) fn subjects(stack: &Stack<'_>) -> Vec<Subject> {
    let mut subjects = instances::subjects(stack);
    subjects.extend(sources::subjects(stack));
    sources::summarise(&mut subjects);
    let known = known_sources::KnownSources::of(&subjects);
    subjects.extend(provisioned::subjects(stack, &known));
    subjects.extend(shown::subjects(stack, &known));
    for subject in subjects.iter_mut().filter(|subject| subject.kind == "grafana") {
        let mut door = subject.facts.reach("door");
        door.insert("missing", middlewares::missing(stack, &door.reach("middlewares")));
        subject.facts.insert("door", door);
    }
    subjects
}

#[cfg(test)]
mod tests;
