//! What is known of the doors of a collector: ways out for its data, and ports for data of others.

use std::sync::Arc;

use super::MetricReach;
use crate::document::Place;
use crate::flow::Arrival;
use crate::flow::Hop;
use crate::flow::Taker;
use crate::flow::Zone;
use crate::model::alloy::Signals;

/// A way out of the collector.
#[derive(Debug, Clone)]
pub(crate) struct Exit {
    /// Index into [`super::CollectorFlow::components`].
    pub(crate) component: usize,
    /// `telemetry`, `filesystem`, `process_log`, `debug_http` ...
    pub(crate) kind: String,
    /// What can leave there.
    pub(crate) signals: Signals,
    /// What does: something feeds it.
    pub(crate) fed: Signals,
    /// The component lets out what it makes itself: nothing has to feed it.
    pub(crate) own: bool,
    /// Which of the component's ways out of that kind, from 1.
    pub(crate) endpoint: usize,
    /// The destination without secrets, or why it is not known.
    pub(crate) destination: Result<String, String>,
    /// The text that decides the destination.
    pub(crate) place: Place,
    /// Where the bytes go, proxies included.
    pub(crate) zone: Zone,
    /// Where the destination itself is.
    pub(crate) direct: Zone,
    /// The instances of modules that the component stands in, from the outermost inwards, with their places.
    pub(crate) within: Vec<(String, Place)>,
    /// Services and proxies on the way.
    pub(crate) via: Vec<(String, Place)>,
    /// What takes the data in, where the input shows it.
    pub(crate) arrivals: Vec<Arrival>,
    /// How far metrics get from the collectors of the input that take them in; `None` where none does.
    pub(crate) onward: Option<MetricReach>,
    /// The route of the block around the destination in the component's arguments: `endpoint.0`, or empty.
    pub(crate) block: String,
    /// Logs only: indices into [`super::CollectorFlow::sources`] of what reaches it.
    pub(crate) sources: Arc<[usize]>,
    /// Logs only: the way from the first of [`Exit::sources`].
    pub(crate) path: Vec<Hop>,
}

/// A port through which a component takes data of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listener {
    /// Index into [`super::CollectorFlow::components`].
    pub(crate) component: usize,
    /// The host that it listens on, empty for every interface; or why that is not known.
    pub(crate) host: Result<String, String>,
    /// The port, where known.
    pub(crate) port: Option<u16>,
    /// What it takes in.
    pub(crate) taken: Signals,
    /// What of that is handed on.
    pub(crate) signals: Signals,
    /// Whether something in the program asks who sends.
    pub(crate) guarded: bool,
    /// The text that decides the host, or the component's name.
    pub(crate) place: Place,
}

impl Listener {
    /// Whether data for that port may arrive here.
    pub(in crate::flow) fn takes(&self, port: Option<u16>, signals: Signals) -> bool {
        let same_port = self.port.is_none() || port.is_none() || self.port == port;
        same_port && self.taken.iter().any(|own| signals.iter().any(|sent| sent.family() == own.family()))
    }
}

impl Exit {
    /// Whether metrics that leave here reach the workload's store.
    pub(crate) fn is_local(&self) -> bool {
        match &self.onward {
            Some(reach) => reach.local == Some(true),
            None => self.direct.is_workload(),
        }
    }

    /// Whether all metrics that leave here reach the workload's store: no collector behind it filters them.
    pub(crate) fn is_local_whole(&self) -> bool {
        self.is_local() && !self.onward.as_ref().is_some_and(|reach| reach.local_filtered)
    }

    /// Whether metrics that leave here reach the control room.
    pub(crate) fn is_control_room(&self) -> bool {
        self.onward.as_ref().is_some_and(|reach| reach.control_room == Some(true))
            || matches!(self.direct, Zone::ControlRoom)
    }

    /// Whether metrics that leave here reach something else outside.
    pub(crate) fn is_external(&self) -> bool {
        self.onward.as_ref().is_some_and(|reach| reach.external)
            || matches!(self.direct, Zone::External | Zone::Allowed { .. })
    }

    /// Why it is not known how far metrics get that leave here.
    pub(crate) fn hides(&self) -> Option<&str> {
        match (&self.direct, &self.onward) {
            (Zone::Unknown { reason }, _) => Some(reason),
            (_, Some(reach)) => reach.unknown.as_deref(),
            _ => None,
        }
    }

    /// What takes the data in, in one word: `relay` for a program that is not known, `collector`, or the store's name.
    pub(crate) fn behind(&self) -> Option<&str> {
        let what = || self.arrivals.iter().map(|arrival| &arrival.end.what);
        if what().any(|what| matches!(what, Taker::Other(_))) {
            return Some("relay");
        }
        if what().any(|what| matches!(what, Taker::Collector(_))) {
            return Some("collector");
        }
        what().find_map(|what| match what {
            Taker::Store(name) => Some(name.as_str()),
            _ => None,
        })
    }
}
