//! Turns faults of Alloy programs into subjects that rules range over, and tells what is wrong and hides flows once.

use std::collections::HashMap;
use std::collections::HashSet;

use super::stack::Found;
use crate::document::Documents;
use crate::document::Place;
use crate::model::Collector;
use crate::model::Fact;
use crate::model::Subject;
use crate::model::alloy::types;
use crate::model::alloy::types::Fault;

/// The kind of these subjects.
pub(super) const KIND: &str = "alloy_fault";

/// The faults of all programs. What is wrong with a program that several collectors run is wrong once.
pub(super) fn subjects(collectors: &[Collector], documents: &Documents) -> Vec<Subject> {
    let mut subjects = Vec::new();
    let mut told = HashSet::new();
    let mut keys: HashMap<String, u32> = HashMap::new();
    for collector in collectors {
        let program = collector.programs.iter();
        let files: Vec<_> =
            program.filter_map(|doc| Some((*doc, documents.document(*doc).alloy()?))).collect();
        for fault in types::faults(&files, &collector.environment, &collector.running) {
            if !told.insert((fault.place, fault.kind, fault.message.clone())) {
                continue;
            }
            // Names say which it is, not places: those differ with the form of the input.
            let mut key = format!("{} {} {}", fault.component, fault.kind.name(), fault.message);
            let number = keys.entry(key.clone()).or_insert(0);
            *number += 1;
            if *number > 1 {
                key = format!("{key} {number}");
            }
            subjects.push(subject(key, collector, &fault));
        }
    }
    subjects
}

fn subject(key: String, collector: &Collector, fault: &Fault) -> Subject {
    let place = fault.place;
    let version = collector.running.version.as_ref().map(|version| version.text.to_string());
    let related = fault.related.as_ref();
    let related = related.map(|(place, text)| Fact::map([("text", Fact::bare(text.as_str()))], *place));
    let facts = Fact::map(
        [
            ("collector", Fact::new(collector.name.as_str(), collector.place)),
            ("component", Fact::bare(fault.component.as_str())),
            ("help", Fact::bare(fault.help.as_str())),
            ("kind", Fact::new(fault.kind.name(), place)),
            ("message", Fact::bare(fault.message.as_str())),
            ("related", Fact::list(related, None)),
            ("unsure", Fact::bare(fault.unsure)),
            ("version", Fact::bare(version)),
        ],
        place,
    );
    Subject { kind: KIND, key, facts }
}

/// Leaves out what could not be decided for want of something that is told as a fault at the same place: a component
/// that is not known is wrong, and it hides flows, and a user reads of it once. Verdicts stay open all the same: what they
/// are drawn from is taken before this.
pub(super) fn tell_once(found: &mut Vec<Found>, is_of_fault: impl Fn(&Found) -> bool) {
    let faults = found.iter().filter(|found| is_of_fault(found));
    let mut faults: Vec<Place> = faults.filter_map(|found| found.finding.place).collect();
    faults.sort_by_key(|place| (place.doc, place.span.start));
    found.retain(|found| {
        let Some(place) = found.finding.place.filter(|_| found.undecided && !is_of_fault(found)) else {
            return true;
        };
        // Faults hardly ever stand in one another, so that the last few before the end of this place will do.
        let end = place.span.end.max(place.span.start + 1);
        let until = faults.partition_point(|fault| (fault.doc, fault.span.start) < (place.doc, end));
        let mut near = faults.get(..until).unwrap_or_default().iter().rev().take(4);
        !near.any(|fault| fault.doc == place.doc && fault.span.end > place.span.start)
    });
}
