//! Tells in which zone the addresses lie that Grafana asks and sends to. Needs what stands around as well as Grafana.

use crate::flow;
use crate::flow::Surroundings;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::Subject;
use crate::model::alloy::Syntax;

/// Adds the zone to the subjects that have an address. `around` is asked for only if there are such.
pub(super) fn join<'s>(subjects: &mut [Subject], around: impl FnOnce() -> &'s Surroundings) {
    let has_address = |subject: &&mut Subject| matches!(subject.kind, "grafana_address" | "datasource");
    let mut found: Vec<_> = subjects.iter_mut().filter(has_address).collect();
    if found.is_empty() {
        return;
    }
    let around = around();
    for subject in &mut found {
        let facts = &subject.facts;
        let is_source = subject.kind == "datasource";
        let to = facts.reach(if is_source { "url" } else { "to" });
        let is_url = is_source || facts.reach("is_url").bool() == Some(true);
        let namespace = facts.reach("namespace");
        let mut way = String::new();
        let zone = match &to.value {
            FactValue::Text(text) | FactValue::Secret(text) => {
                // Both are also written without a scheme.
                let syntax = if is_url && text.contains("://") { Syntax::Url } else { Syntax::HostPort };
                let placed = flow::place(text, syntax, around, namespace.text());
                way = flow::way_words(&placed.via);
                Fact::new(placed.zone.name(), to.place)
            }
            // Nothing may hide where logs go.
            FactValue::Unknown(_) if facts.reach("logs").bool() == Some(true) => to.clone(),
            _ => Fact::absent(to.place),
        };
        subject.key.push_str(&way);
        subject.facts.insert("zone", zone);
    }
}
