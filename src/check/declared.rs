//! Puts what the workload declares beside what its programs do, for rules that compare the two.

use crate::flow::CollectorFlow;
use crate::model;
use crate::model::Asked;
use crate::model::Collector;
use crate::model::Stack;
use crate::model::Subject;
use crate::model::Workload;

/// What of the monitoring's connections only its programs and the declaration tell.
pub(super) fn connections(flows: &[CollectorFlow], collectors: &[Collector], workload: &Workload) -> Asked {
    let scraped = flows.iter().flat_map(|flow| &flow.collected.metric_namespaces);
    let mut scraped: Vec<String> =
        scraped.filter(|(name, _)| name != "*").map(|(name, _)| name.clone()).collect();
    scraped.sort();
    scraped.dedup();
    let hosts = |collector: &Collector| !collector.facts.reach("hosts").items().is_empty();
    Asked {
        control_room: workload.control_room.domain().is_some(),
        scraped,
        front_end: collectors.iter().any(hosts),
    }
}

/// What the workload declares, held against itself and against what is installed.
pub(super) fn subjects(stack: &Stack<'_>, workload: &Workload, flows: &[CollectorFlow]) -> Vec<Subject> {
    let components = flows.iter().flat_map(|flow| &flow.components);
    let probing = components.filter(|note| note.name == "prometheus.exporter.blackbox");
    let exporters: Vec<_> = probing.map(|note| (note.arguments.clone(), note.place)).collect();
    let mut found = model::declaration_subjects(stack);
    found.extend(model::sites(stack, workload));
    found.extend(model::products(stack, workload, &exporters));
    found.extend(model::version_subjects(stack, workload));
    found.extend(model::cluster_subject(stack, workload));
    found
}
