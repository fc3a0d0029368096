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
        subject.facts.insert("zone", zone(&subject.facts, &to, around));
        if let FactValue::Text(text) = &to.value {
            subject.facts.insert("to", Fact::new(flow::redacted(text), to.place));
        }
    }
}

/// The zone of the address that a store sends to.
fn zone(exit: &Fact, to: &Fact, around: &Surroundings) -> Fact {
    let text = match &to.value {
        FactValue::Text(text) | FactValue::Secret(text) => text,
        _ => return unless_harmless(exit, to.clone()),
    };
    let syntax = match text.split_once("://") {
        Some(("dns", _)) => Syntax::Grpc,
        Some(_) => Syntax::Url,
        None => Syntax::HostPort,
    };
    let is_storage = exit.reach("object_store").bool() == Some(true);
    if is_storage && flow::host_name(text, syntax).is_some_and(|host| is_object_store(&host)) {
        return Fact::new(CLOUD, to.place);
    }
    match flow::place(text, syntax, around, exit.reach("namespace").text()).zone {
        Zone::Unknown { reason } => unless_harmless(exit, Fact::unknown(reason, to.place)),
        zone => Fact::new(zone.name(), to.place),
    }
}

/// Nothing may hide where logs and metrics go; of anything else nobody promises where it goes.
fn unless_harmless(exit: &Fact, zone: Fact) -> Fact {
    match exit.reach("holds").text() {
        Some("logs" | "metrics") => zone,
        _ => Fact::absent(zone.place),
    }
}
