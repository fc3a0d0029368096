//! Hands collectors that are not Alloy to the flow analysis, and gives what rules read of them.

use crate::flow;
use crate::flow::CollectorFlow;
use crate::flow::RelayInput;
use crate::model::Fact;
use crate::model::Relay;
use crate::model::Subject;

/// The inputs of the flow analysis, in the same order.
pub(super) fn inputs(relays: &[Relay]) -> Vec<RelayInput<'_>> {
    let input = |relay: &'_ Relay| RelayInput {
        name: relay.name.clone(),
        namespace: relay.namespace.clone(),
        environment: relay.environment.clone(),
        place: relay.place,
        plan: None,
    };
    relays.iter().map(|relay| RelayInput { plan: relay.plan.as_ref().ok(), ..input(relay) }).collect()
}

/// The subjects of each collector: those of its flows, or that it is not known.
pub(super) fn subjects(relays: &[Relay], flows: &[CollectorFlow]) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (relay, flow) in relays.iter().zip(flows) {
        match &relay.plan {
            Ok(_) => subjects.extend(
                flow::subjects(flow)
                    .into_iter()
                    .map(|subject| Subject { key: format!("{} {}", relay.name, subject.key), ..subject }),
            ),
            Err(reason) => subjects.push(unread(relay, reason)),
        }
    }
    subjects
}

/// A collector that is not read: nothing can be said of its flows.
fn unread(relay: &Relay, reason: &str) -> Subject {
    let reason = format!(
        "{} runs {}, {reason}: where it sends what it collects is not known",
        relay.name, relay.program
    );
    let facts = Fact::map(
        [
            ("kind", Fact::bare("other-collector")),
            ("name", Fact::bare(relay.name.as_str())),
            ("reason", Fact::new(reason, relay.place)),
            ("logs", Fact::bare(relay.logs)),
            ("metrics", Fact::bare(relay.metrics)),
        ],
        relay.place,
    );
    Subject { kind: "opaque", key: format!("{} {}", relay.name, relay.program), facts }
}
