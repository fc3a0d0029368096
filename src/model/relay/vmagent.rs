//! Reads what vmagent is told by its command line: the addresses that it writes metrics to.

use super::expand;
use super::plan::Output;
use super::plan::Plan;
use crate::document::NodeRef;
use crate::document::Place;
use crate::model::Fact;
use crate::model::alloy::Environment;
use crate::model::alloy::Signals;
use crate::model::alloy::Syntax;
use crate::model::pod::Pod;

/// The flag that names a destination; one for each.
const URL: &str = "remoteWrite.url";

/// Beginnings of flags that change what is written, or where it goes.
const UNREAD: [&str; 5] = [
    "remoteWrite.proxyURL",
    "remoteWrite.relabelConfig",
    "remoteWrite.shardByURL",
    "remoteWrite.streamAggr",
    "remoteWrite.urlRelabelConfig",
];

/// The port that it takes metrics in at.
const PORT: u16 = 8429;

/// The plan of a container.
pub(super) fn plan(pod: &Pod<'_>, container: NodeRef<'_>, environment: &Environment, home: Place) -> Plan {
    let mut plan = Plan::default();
    let scrapes = plan.part("scrapes", home, Fact::default());
    plan.bear(scrapes, Signals::PROMETHEUS_METRICS, "scrapes");
    if let Some(part) = plan.parts.get_mut(scrapes) {
        part.listens = vec![Some(PORT)];
    }
    let lists = ["command", "args"].into_iter().filter_map(|key| container.get(key));
    for node in lists.flat_map(NodeRef::items) {
        let place = pod.place(node);
        let text = node.text().unwrap_or_default().trim_start_matches('-');
        if let Some(flag) = UNREAD.iter().find(|flag| text.starts_with(**flag)) {
            let reason = format!("its argument `-{flag}` changes what is written, which is not followed");
            plan.hide("argument", flag, reason, place, Signals::PROMETHEUS_METRICS);
        }
        let Some(rest) = text.strip_prefix(URL) else { continue };
        let Some(url) = rest.strip_prefix('=') else {
            let reason = "where it writes stands in an argument of its own, which is not read";
            plan.hide("argument", URL, reason, place, Signals::PROMETHEUS_METRICS);
            continue;
        };
        let number = plan.parts.len();
        let part = plan.part(format!("remote_write {number}"), place, Fact::default());
        let output = Output {
            signals: Signals::PROMETHEUS_METRICS,
            kind: "telemetry".to_owned(),
            destination: expand::expanded(url, environment),
            syntax: Syntax::Url,
            proxy: None,
            place,
        };
        if let Some(part) = plan.parts.get_mut(part) {
            part.outputs.push(output);
        }
        plan.way(scrapes, part, Signals::PROMETHEUS_METRICS, place);
    }
    plan
}
