//! Tells the subject `coverage` what a declaration can be held against: whether any collector of the stack does it.

use crate::flow::CollectorFlow;
use crate::model::Fact;
use crate::model::Subject;

/// The component that reads the nodes' journal.
const JOURNAL: &str = "loki.source.journal";

/// `coverage` with what is asked of all collectors together.
pub(super) fn with_declared(mut coverage: Subject, flows: &[CollectorFlow], subjects: &[Subject]) -> Subject {
    let place = coverage.facts.place;
    let journal = flows.iter().flat_map(|flow| &flow.components).find(|note| note.name == JOURNAL);
    let system_logs = journal.map_or(Fact::new(false, place), |note| Fact::new(true, note.place));
    let of = |kind: &'static str| subjects.iter().filter(move |subject| subject.kind == kind);
    let is = |subject: &Subject, route: &str| subject.facts.reach(route).bool() == Some(true);
    let filter = of("metric_filter").find(|filter| is(filter, "on_control_room") && is(filter, "drops"));
    let writer = of("metric_writer")
        .find(|writer| writer.facts.reach("zone").text() == Some("control-room") && is(writer, "fed"));
    let component = writer.map(|writer| writer.facts.reach("component"));
    let filtered = match (filter, &component) {
        (Some(filter), _) => Fact::new(true, filter.facts.reach("action").place),
        (None, Some(component)) => Fact::new(false, component.place),
        (None, None) => Fact::absent(place),
    };
    coverage.facts.insert("system_logs", system_logs);
    coverage.facts.insert("control_room_filter", filtered);
    coverage.facts.insert("control_room_writer", component.unwrap_or(Fact::absent(place)));
    coverage
}
