//! Tells Grafana and the ports of collectors which pods network policies keep away from them.

use crate::model::Collector;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::Members;
use crate::model::Network;
use crate::model::Subject;

/// Marks the ports that pods of the cluster reach only if a policy lets them in.
pub(super) fn join_listeners(
    listeners: &mut [Subject],
    collector: &Collector,
    network: &Network,
    members: &Members,
) {
    let Some(member) = members.run_by(&collector.runs_in) else { return };
    for listener in listeners {
        let port = match listener.facts.reach("port").value {
            FactValue::Int(port) => u16::try_from(port).ok(),
            _ => None,
        };
        let from = listener.facts.reach("from");
        if from.text() == Some("cluster")
            && port.is_some_and(|port| network.guards(member, port) == Some(true))
        {
            listener.facts.insert("from", Fact::new("policy", from.place));
        }
    }
}

/// Tells each Grafana whether policies keep others from it; null where the input does not show its policies.
pub(super) fn join_grafana(subjects: &mut [Subject]) {
    let guards = subjects.iter().filter(|subject| subject.kind == "pod_guard");
    let guards = guards.filter(|guard| {
        guard.facts.reach("name").text() == Some("grafana")
            && guard.facts.reach("covered").bool() == Some(true)
    });
    let guards: Vec<(Fact, Fact)> =
        guards.map(|guard| (guard.facts.reach("namespace"), guard.facts.reach("guarded"))).collect();
    for grafana in subjects.iter_mut().filter(|subject| subject.kind == "grafana") {
        let namespace = grafana.facts.reach("namespace");
        let own = guards.iter().find(|(own, _)| own.value == namespace.value);
        let guarded = own.map_or(Fact::absent(grafana.facts.place), |(_, guarded)| guarded.clone());
        grafana.facts.insert("guarded_by_policy", guarded);
    }
}
