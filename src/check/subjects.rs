//! Turns what was found out about a stack into subjects, which rules range over.

use super::coverage;
use super::guards;
use super::placement;
use super::relays;
use crate::document::Documents;
use crate::flow;
use crate::flow::CollectorFlow;
use crate::model;
use crate::model::Collector;
use crate::model::Fact;
use crate::model::Members;
use crate::model::Network;
use crate::model::Relay;
use crate::model::Stack;
use crate::model::Subject;
use crate::model::store::Assumed;

/// The subjects that one stage alone knows of. What needs several is added where these are.
pub(super) fn subjects(
    stack: &Stack<'_>,
    (collectors, relays): (&[Collector], &[Relay]),
    flows: &[CollectorFlow],
    assumed: &Assumed,
    (network, members): (&Network, &Members),
) -> Vec<Subject> {
    let mut subjects = Vec::new();
    let several = collectors.len() > 1;
    for (collector, flow) in collectors.iter().zip(flows) {
        let is_named = several && !is_file(stack.documents, collector);
        let key = if is_named { format!("collector {}", collector.name) } else { "collector".to_owned() };
        let mut facts = collector.facts.clone();
        facts.insert("system_logs", has(flow, "loki.source.journal"));
        facts.insert("reads_files", has(flow, "loki.source.file"));
        facts.insert("reads_node", has(flow, "prometheus.exporter.unix"));
        facts.insert("writes_to_control_room", writes_to_control_room(flow));
        subjects.push(Subject { kind: "collector", key: key.clone(), facts });
        if let Some((reason, place)) = &collector.missing {
            subjects.push(missing_program(&key, &collector.name, reason, *place));
        }
        for (number, (reason, place)) in collector.hidden.iter().enumerate() {
            let key = format!("{key} hidden {}", number + 1);
            subjects.push(missing_program(&key, &collector.name, reason, *place));
        }
        let mut of_flow = flow::subjects(flow);
        placement::note_runs(&mut of_flow, collector);
        placement::join(&mut of_flow, collector);
        subjects.extend(of_flow);
        subjects.extend(placement::node_exporters(flow, collector));
        let mut listeners = flow::listener_subjects(flow, &collector.exposure);
        guards::join_listeners(&mut listeners, collector, network, members);
        subjects.extend(listeners);
    }
    let (own, others) = flows.split_at(collectors.len().min(flows.len()));
    subjects.extend(relays::subjects(relays, others));
    let coverage = flow::coverage(own).map(|coverage| coverage::with_declared(coverage, own, &subjects));
    subjects.extend(coverage);
    subjects.extend(model::chart_value_subjects(stack));
    subjects.extend(model::object_subjects(stack));
    subjects.extend(model::store_subjects(stack, assumed));
    subjects.extend(model::answer_subjects(stack, assumed));
    subjects.extend(model::component_subjects(stack, collectors));
    subjects.extend(model::schema_subjects(stack));
    let cluster = model::cluster(stack);
    subjects.extend(model::reference_subjects(stack, cluster));
    subjects.extend(model::budget_subjects(stack, cluster));
    subjects.extend(model::sizing_subjects(stack));
    subjects.extend(model::role_subjects(stack));
    let roles = collectors.iter().filter_map(|collector| collector.facts.reach("role").place);
    subjects.extend(model::partition_subjects(stack, &roles.collect::<Vec<_>>()));
    subjects.extend(model::grafana_subjects(stack));
    subjects.extend(model::running_subjects(stack));
    subjects
}

/// Whether a collector is a program in a file of its own, so that its name is a path, and files are renamed.
fn is_file(documents: &Documents, collector: &Collector) -> bool {
    let is_program = collector.facts.reach("form").text() == Some("program");
    is_program && collector.programs.iter().all(|doc| documents.document(*doc).host.is_none())
}

/// A collector whose program is not in the input: nothing can be said of its flows.
fn missing_program(key: &str, name: &str, reason: &str, place: crate::document::Place) -> Subject {
    let facts = Fact::map(
        [
            ("kind", Fact::bare("missing-program")),
            ("name", Fact::bare(name)),
            ("reason", Fact::new(format!("collector {name} cannot be judged: {reason}"), place)),
            ("logs", Fact::bare(true)),
            ("metrics", Fact::bare(true)),
        ],
        place,
    );
    Subject { kind: "opaque", key: format!("{key} program"), facts }
}

/// Whether a program has a component of that kind, and where.
fn has(flow: &CollectorFlow, kind: &str) -> Fact {
    let found = flow.components.iter().find(|component| component.name == kind);
    found.map_or(Fact::bare(false), |component| Fact::new(true, component.place))
}

/// Whether something is written to the control room, or to anything outside that might be one.
fn writes_to_control_room(flow: &CollectorFlow) -> Fact {
    use crate::flow::Zone;
    let exit = flow.exits.iter().find(|exit| {
        exit.kind == "telemetry"
            && exit.signals.meets(model::alloy::Signals::METRICS)
            && !matches!(exit.direct, Zone::Workload { .. })
    });
    exit.map_or(Fact::bare(false), |exit| Fact::new(true, exit.place))
}
