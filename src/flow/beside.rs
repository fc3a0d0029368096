//! Turns what is sent to the own pod (`localhost`, a socket) into arrivals at the containers that run there.

use super::Arrival;
use super::End;
use super::Taker;
use super::Zone;
use super::draft::Draft;
use super::types::Exit;
use crate::model::alloy::Signals;

/// What shares the network of a collector's pod.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Beside {
    /// The containers of the pod that can take data in, the collector among them.
    pub(crate) ends: Vec<End>,
    /// Whether the network is that of the node, so that `localhost` may be any program on it.
    pub(crate) shares_node: bool,
}

/// Finds who takes in what is sent to the own pod. `beside` has one entry for each collector, in their order; one whose
/// pod the input does not show has none of its own there, and keeps what it had.
pub(super) fn arrive(drafts: &mut [Draft<'_>], beside: &[Option<Beside>]) {
    for (index, draft) in drafts.iter_mut().enumerate() {
        let own = beside.get(index).and_then(Option::as_ref);
        for exit in &mut draft.exits {
            match own {
                Some(own) => of_exit(exit, own, index),
                None => exit.arrivals.retain(|arrival| arrival.end.what != Taker::Here),
            }
        }
    }
}

/// Puts the containers of the pod in the place of the pod.
fn of_exit(exit: &mut Exit, own: &Beside, index: usize) {
    let (here, mut others): (Vec<_>, Vec<_>) =
        exit.arrivals.drain(..).partition(|arrival| arrival.end.what == Taker::Here);
    if exit.signals.meets(Signals::TELEMETRY) {
        for arrival in here {
            if own.shares_node {
                let reason = "`localhost` is the node here (`hostNetwork`), where any program may listen";
                let unknown = Zone::Unknown { reason: reason.to_owned() };
                exit.zone = exit.zone.clone().worse(unknown.clone());
                exit.direct = exit.direct.clone().worse(unknown);
            }
            let names_it =
                |end: &&End| arrival.port.is_some_and(|port| end.ports.iter().any(|(_, own)| *own == port));
            let naming: Vec<&End> = own.ends.iter().filter(names_it).collect();
            let beside = own.ends.iter().filter(|end| end.what != Taker::Collector(index));
            let beside: Vec<&End> = beside.collect();
            // The one that names the port has it; else it may be any of the others, and if there are none the sender.
            let ends = match (naming.is_empty(), beside.is_empty()) {
                (false, _) => naming,
                (true, false) => beside,
                (true, true) => own.ends.iter().collect(),
            };
            others.extend(ends.into_iter().map(|end| Arrival { end: end.clone(), port: arrival.port }));
        }
    }
    exit.arrivals = others;
}
