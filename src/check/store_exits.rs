//! Tells in which zone the addresses lie that Mimir and Loki send to by themselves. Needs what stands around as well as
//! the stores.

use crate::flow;
use crate::flow::Surroundings;
use crate::flow::Zone;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::Subject;
use crate::model::alloy::Syntax;
use crate::model::store::is_object_store;

/// The zone of an object store of a cloud: the workload's own bucket is in one.
const CLOUD: &str = "cloud";

/// Adds the zone to the ways out of stores, and takes passwords out of the addresses. `around` is asked for only if there
/// are such.
pub(super) fn join<'s>(subjects: &mut [Subject], around: impl FnOnce() -> &'s Surroundings) {
    let mut found = subjects.iter_mut().filter(|subject| subject.kind == "store_exit").peekable();
    if found.peek().is_none() {
        return;
    }
    let around = around();
    for subject in found {
        let to = subject.facts.reach("to");
        let mut way = String::new();
        let (zone, assumption) = zone(&subject.facts, &to, around, &mut way);
        subject.key.push_str(&way);
        subject.facts.insert("zone", zone);
        subject.facts.insert("assumption", Fact::bare(assumption));
        if let FactValue::Text(text) = &to.value {
            subject.facts.insert("to", Fact::new(flow::redacted(text), to.place));
        }
    }
}

/// The zone of the address that a store sends to, and what is taken for granted. `way` gets what lies between.
fn zone(exit: &Fact, to: &Fact, around: &Surroundings, way: &mut String) -> (Fact, Option<String>) {
    let (FactValue::Text(text) | FactValue::Secret(text)) = &to.value else {
        return (unless_harmless(exit, to.clone()), None);
    };
    let syntax = match text.split_once("://") {
        Some(("dns", _)) => Syntax::Grpc,
        Some(_) => Syntax::Url,
        None => Syntax::HostPort,
    };
    let is_storage = exit.reach("object_store").bool() == Some(true);
    let host = flow::host_name(text, syntax);
    if is_storage && host.as_deref().is_some_and(is_object_store) {
        return (Fact::new(CLOUD, to.place), None);
    }
    let (namespace, store) = (exit.reach("namespace"), exit.reach("store"));
    // Both stores have a namespace of their name.
    let Some(own) = namespace.text().or(store.text()) else { return (to.clone(), None) };
    let placed = flow::place(text, syntax, around, Some(own));
    way.push_str(&flow::way_words(&placed.via));
    match placed.zone {
        Zone::Unknown { .. } if host.is_some_and(|host| is_unseen_neighbour(&host, own, around)) => {
            let product = exit.reach("product");
            let assumption = format!(
                "Services of namespace {own} that {} names are parts of it (some are not in the input)",
                product.text().unwrap_or_default()
            );
            let made = exit.reach("made").bool() == Some(true);
            (Fact::new("workload", to.place), (!made).then_some(assumption))
        }
        Zone::Unknown { reason } => (unless_harmless(exit, Fact::unknown(reason, to.place)), None),
        zone => (Fact::new(zone.name(), to.place), None),
    }
}

/// Whether a host is a Service of the store's own namespace that the input does not show.
fn is_unseen_neighbour(host: &str, own: &str, around: &Surroundings) -> bool {
    let inside = host.strip_suffix(".cluster.local").unwrap_or(host);
    let inside = inside.strip_suffix(".svc").unwrap_or(inside);
    let labels: Vec<&str> = inside.split('.').collect();
    let (service, namespace) = match labels[..] {
        [service] => (service, own),
        [.., service, namespace] => (service, namespace),
        [] => return false,
    };
    let key = (namespace.to_owned(), service.to_owned());
    namespace == own && !around.services.contains_key(&key) && !around.unplaced.contains_key(service)
}

/// Nothing may hide where logs and metrics go; of anything else nobody promises where it goes.
fn unless_harmless(exit: &Fact, zone: Fact) -> Fact {
    match exit.reach("holds").text() {
        Some("logs" | "metrics") => zone,
        _ => Fact::absent(zone.place),
    }
}
