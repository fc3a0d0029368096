//! Judges one stack: assembles it, follows its flows, lets the rules look, and draws the verdicts.

use super::CheckOptions;
use super::control_room;
use super::problems;
use super::stacks::Group;
use super::verdicts;
use super::verdicts::Evidence;
use crate::document::Documents;
use crate::finding::Finding;
use crate::finding::InvariantVerdict;
use crate::flow;
use crate::flow::CollectorFlow;
use crate::flow::CollectorInput;
use crate::flow::ServiceTarget;
use crate::flow::Surroundings;
use crate::model;
use crate::model::Backend;
use crate::model::Collector;
use crate::model::ControlRoom;
use crate::model::Fact;
use crate::model::FilePieces;
use crate::model::Reading;
use crate::model::Stack;
use crate::model::Stated;
use crate::model::Subject;
use crate::model::Workload;
use crate::rule::Outcome;
use crate::rule::RuleSet;
use crate::source::Sources;

/// What was found out about one stack.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// In order of place.
    pub(crate) findings: Vec<Finding>,
    /// With indices into `findings`.
    pub(crate) verdicts: Vec<InvariantVerdict>,
    /// How many collectors it has.
    pub(crate) collectors: usize,
    /// How many components their programs have.
    pub(crate) components: usize,
}

/// Judges the stacks of a group: one, or one per cluster where the inputs tell clusters apart.
pub(crate) fn judge(
    group: &Group,
    readings: &[Reading],
    documents: &Documents,
    sources: &Sources,
    rules: &RuleSet,
    options: &CheckOptions,
) -> Vec<Judged> {
    let members = || group.files.iter().filter_map(|file| readings.get(*file));
    let clusters = super::clusters(members());
    if clusters.len() < 2 {
        return vec![judge_one(&group.name, None, group, readings, documents, sources, rules, options)];
    }
    clusters
        .into_iter()
        .map(|cluster| {
            let name = format!("{} ({cluster})", group.name);
            judge_one(&name, Some(cluster), group, readings, documents, sources, rules, options)
        })
        .collect()
}

#[expect(clippy::too_many_arguments, reason = "the run's shared inputs, passed on as they are")]
fn judge_one(
    name: &str,
    cluster: Option<&str>,
    group: &Group,
    readings: &[Reading],
    documents: &Documents,
    sources: &Sources,
    rules: &RuleSet,
    options: &CheckOptions,
) -> Judged {
    let files: Vec<FilePieces<'_>> = group
        .files
        .iter()
        .filter_map(|file| {
            let pieces = &readings.get(*file)?.pieces;
            Some(FilePieces { file: u32::try_from(*file).unwrap_or(u32::MAX), pieces })
        })
        .collect();
    let stack = Stack::assemble(documents, &files, cluster);
    let collectors = model::collectors(&stack);
    let workload = workload(&stack, &collectors, documents, options, name);
    let flows = flows(&stack, &collectors, documents, &workload, options);
    let mut subjects = subjects(&stack, &collectors, &flows);
    let problems = group.files.iter().filter_map(|file| readings.get(*file)).flat_map(|reading| &reading.problems);
    subjects.extend(problems.chain(&stack.problems).map(problems::subject));

    let mut found = Vec::new();
    let mut open = Vec::new();
    for outcome in rules.evaluate(&subjects, &workload.facts, options) {
        match outcome {
            Outcome::Finding { finding, breaks } => found.push((finding, breaks)),
            Outcome::Undecided { finding } => {
                open.push((finding.invariant, finding.message.clone()));
                found.push((finding, false));
            }
        }
    }
    found.sort_by(|(one, _), (two, _)| (one.place, &one.rule, &one.fingerprint).cmp(&(two.place, &two.rule, &two.fingerprint)));
    let numbered: Vec<(usize, &Finding, bool)> =
        found.iter().enumerate().map(|(index, (finding, breaks))| (index, finding, *breaks)).collect();
    let evidence = Evidence {
        stack: &workload.name,
        workload: &workload,
        flows: &flows,
        subjects: &subjects,
        findings: &numbered,
        open: &open,
        unread: &unread(name, group, readings, documents, sources),
        documents: group.files.iter().filter_map(|file| documents.files.get(*file)).map(|file| file.documents.len()).sum(),
    };
    let verdicts = verdicts::verdicts(&evidence);
    Judged {
        verdicts,
        collectors: collectors.len(),
        components: flows.iter().map(|flow| flow.components.len()).sum(),
        findings: found.into_iter().map(|(finding, _)| finding).collect(),
    }
}

/// Inputs of this stack that could not be read.
fn unread(name: &str, group: &Group, readings: &[Reading], documents: &Documents, sources: &Sources) -> Vec<String> {
    let mut unread: Vec<String> = group
        .files
        .iter()
        .filter(|file| readings.get(**file).is_some_and(problems::is_unread))
        .filter_map(|file| documents.files.get(*file))
        .map(|file| file.path.clone())
        .collect();
    let below = format!("{}/", name.trim_end_matches('/'));
    unread.extend(sources.problems.iter().map(|problem| &problem.path).filter(|path| path.starts_with(&below) || name == ".").cloned());
    unread
}

fn workload(
    stack: &Stack<'_>,
    collectors: &[Collector],
    documents: &Documents,
    options: &CheckOptions,
    name: &str,
) -> Workload {
    let config = options.config.stated();
    let stated = Stated {
        name: options.stated.name.clone().or(config.name),
        control_room: match &options.stated.control_room {
            ControlRoom::Undeclared => config.control_room,
            stated => stated.clone(),
        },
        domain: options.stated.domain.clone().or(config.domain),
    };
    let workload = model::workload(stack, &stated, name);
    if workload.control_room != ControlRoom::Undeclared || workload.is_control_room {
        return workload;
    }
    match control_room::guess(collectors, documents) {
        Some(domain) => model::workload(stack, &Stated { control_room: ControlRoom::Assumed(domain), ..stated }, name),
        None => workload,
    }
}

fn flows(
    stack: &Stack<'_>,
    collectors: &[Collector],
    documents: &Documents,
    workload: &Workload,
    options: &CheckOptions,
) -> Vec<CollectorFlow> {
    let inputs: Vec<CollectorInput<'_>> = collectors
        .iter()
        .map(|collector| CollectorInput {
            name: collector.name.clone(),
            files: collector
                .programs
                .iter()
                .filter_map(|doc| Some((*doc, documents.document(*doc).alloy()?)))
                .collect(),
            environment: collector.environment.clone(),
            namespace: collector.namespace.clone(),
            place: Some(collector.place),
        })
        .collect();
    flow::analyse(&inputs, &surroundings(stack, workload, options))
}

fn surroundings(stack: &Stack<'_>, workload: &Workload, options: &CheckOptions) -> Surroundings {
    let cluster = model::cluster(stack);
    let services = cluster
        .services
        .into_iter()
        .filter_map(|(key, service)| {
            let target = match service.backend {
                Backend::Pods => ServiceTarget::Selector,
                Backend::ExternalName(host) => ServiceTarget::ExternalName(host),
                Backend::Addresses(addresses) => ServiceTarget::Outside(addresses),
                // Not listed: its namespace is covered, so that the name cannot be resolved.
                Backend::Unknown => return None,
            };
            Some((key, flow::Service { target, place: Some(service.place) }))
        })
        .collect();
    Surroundings {
        services,
        covered_namespaces: cluster.namespaces,
        assumed: options.config.endpoints(),
        control_room: workload.control_room.domain().map(str::to_owned),
        allowed: options.config.allowed(),
    }
    .with_platform_endpoints()
}

fn subjects(stack: &Stack<'_>, collectors: &[Collector], flows: &[CollectorFlow]) -> Vec<Subject> {
    let mut subjects = Vec::new();
    let several = collectors.len() > 1;
    for (collector, flow) in collectors.iter().zip(flows) {
        let key = if several { format!("collector {}", collector.name) } else { "collector".to_owned() };
        let mut facts = collector.facts.clone();
        facts.insert("system_logs", system_logs(flow));
        facts.insert("writes_to_control_room", writes_to_control_room(flow));
        subjects.push(Subject { kind: "collector", key: key.clone(), facts });
        if let Some((reason, place)) = &collector.missing {
            subjects.push(missing_program(&key, &collector.name, reason, *place));
        }
        subjects.extend(flow::subjects(flow));
    }
    subjects.extend(model::store_subjects(stack));
    subjects.extend(model::grafana_subjects(stack));
    subjects
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

/// The component that reads the node's journal or its log files.
fn system_logs(flow: &CollectorFlow) -> Fact {
    flow.components
        .iter()
        .find(|component| component.name == "loki.source.journal")
        .map_or(Fact::bare(false), |component| Fact::new(true, component.place))
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

