//! Turns findings and open questions into one verdict per promise and stack. Fails closed.

use crate::finding::Finding;
use crate::finding::Invariant;
use crate::finding::InvariantVerdict;
use crate::finding::Verdict;
use crate::flow::CollectorFlow;
use crate::model::Collector;
use crate::model::ControlRoom;
use crate::model::Store;
use crate::model::Subject;
use crate::model::Workload;

/// What the verdicts of one stack are made from.
pub(crate) struct Evidence<'e> {
    /// The stack's name in reports.
    pub(crate) stack: &'e str,
    /// The running cluster that it is, where it is one.
    pub(crate) cluster: Option<&'e str>,
    /// What the workload declares.
    pub(crate) workload: &'e Workload,
    /// All collectors.
    pub(crate) collectors: &'e [Collector],
    /// Flows of all collectors.
    pub(crate) flows: &'e [CollectorFlow],
    /// All subjects that rules ranged over.
    pub(crate) subjects: &'e [Subject],
    /// Findings with their index in the report; `true` for those that break their invariant unless somebody accepted them.
    pub(crate) findings: &'e [(usize, &'e Finding, bool)],
    /// Why an invariant could not be decided, in words.
    pub(crate) open: &'e [(Invariant, String)],
    /// Why the profile promises nothing of an invariant, where it does not.
    pub(crate) not_promised: &'e dyn Fn(Invariant) -> Option<&'static str>,
    /// Inputs of this stack that could not be read: they may hold anything.
    pub(crate) unread: &'e [String],
    /// Documents of this stack.
    pub(crate) documents: usize,
    /// Whether anything in them was recognised, so that rules could look at it.
    pub(crate) recognised: bool,
}

/// The verdict on each promise, in the order of reports.
pub(crate) fn verdicts(evidence: &Evidence<'_>) -> Vec<InvariantVerdict> {
    Invariant::ALL.into_iter().map(|invariant| verdict(invariant, evidence)).collect()
}

fn verdict(invariant: Invariant, evidence: &Evidence<'_>) -> InvariantVerdict {
    let findings: Vec<usize> = evidence
        .findings
        .iter()
        .filter(|(_, finding, _)| finding.invariant == invariant)
        .map(|(index, _, _)| *index)
        .collect();
    let broken: Vec<&Finding> = evidence
        .findings
        .iter()
        .filter(|(_, finding, breaks)| finding.invariant == invariant && *breaks && finding.is_open())
        .map(|(_, finding, _)| *finding)
        .collect();
    let mut open: Vec<&str> = evidence
        .open
        .iter()
        .filter(|(other, _)| *other == invariant)
        .map(|(_, reason)| reason.as_str())
        .collect();
    open.dedup();
    let scope = scope(invariant, evidence);
    let (verdict, summary) = if let Some(first) = broken.first() {
        let more = match broken.len() {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        (Verdict::Violated, format!("{}{more}", first.message))
    } else if let Some(first) = open.first() {
        let more = match open.len() {
            1 => String::new(),
            count => format!(" (and {} more)", count - 1),
        };
        (Verdict::Undecided, format!("{first}{more}"))
    } else if let Some(reason) = (evidence.not_promised)(invariant) {
        (Verdict::NotApplicable, reason.to_owned())
    } else if let Some(unread) = evidence.unread.first() {
        (Verdict::Undecided, format!("{unread} could not be read, and may hold what this depends on"))
    } else {
        match scope {
            Scope::Nothing(reason) => (Verdict::NotApplicable, reason),
            Scope::All(summary) => (Verdict::Holds, summary),
        }
    };
    let accepted = evidence
        .findings
        .iter()
        .filter(|(_, finding, counts)| finding.invariant == invariant && *counts && !finding.is_open())
        .count();
    let summary = match accepted {
        0 => summary,
        _ => format!("{summary}, with {}", count(accepted, "accepted exception")),
    };
    let assumptions = match verdict {
        Verdict::NotApplicable => Vec::new(),
        _ => assumptions(invariant, evidence),
    };
    InvariantVerdict {
        invariant,
        subject: evidence.stack.to_owned(),
        cluster: evidence.cluster.map(str::to_owned),
        verdict,
        summary,
        assumptions,
        findings,
        accepted,
        not_shown: 0,
    }
}

enum Scope {
    /// Nothing to judge, with the reason.
    Nothing(String),
    /// What was judged, in words.
    All(String),
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn scope(invariant: Invariant, evidence: &Evidence<'_>) -> Scope {
    let of_kind = |kind: &str| evidence.subjects.iter().filter(|subject| subject.kind == kind).count();
    match invariant {
        Invariant::LogBoundary => log_scope(evidence),
        Invariant::DualWrite => metric_scope(evidence),
        Invariant::StoreLimits | Invariant::StoreRetention | Invariant::StoreStorage => {
            let stores: Vec<&str> = Store::ALL
                .into_iter()
                .filter(|store| of_kind(store.name()) > 0)
                .map(Store::product)
                .collect();
            if stores.is_empty() {
                Scope::Nothing("neither Mimir nor Loki is in the input".to_owned())
            } else {
                Scope::All(format!("checked {}", stores.join(" and ")))
            }
        }
        Invariant::GrafanaAccess => match (of_kind("grafana"), of_kind("datasource")) {
            (0, 0) => Scope::Nothing("no Grafana in the input".to_owned()),
            (_, sources) => Scope::All(format!("checked {}", count(sources, "data source"))),
        },
        Invariant::CollectorPlacement => {
            let placed = evidence
                .subjects
                .iter()
                .filter(|subject| {
                    subject.kind == "collector" && subject.facts.reach("form").text() != Some("program")
                })
                .count();
            if placed == 0 {
                Scope::Nothing("no collector's workload or chart values in the input".to_owned())
            } else {
                Scope::All(format!("checked {}", count(placed, "collector")))
            }
        }
        Invariant::Coherence => {
            if evidence.documents == 0 {
                Scope::Nothing("no document in the input".to_owned())
            } else if !evidence.recognised {
                Scope::Nothing("nothing that is linted is in the input".to_owned())
            } else {
                Scope::All(format!("{} read", count(evidence.documents, "document")))
            }
        }
    }
}

fn log_scope(evidence: &Evidence<'_>) -> Scope {
    if evidence.flows.is_empty() {
        return Scope::Nothing("no collector in the input".to_owned());
    }
    let sources: usize = evidence.flows.iter().map(|flow| flow.summary.log_sources).sum();
    let exits: usize = evidence.flows.iter().map(|flow| flow.summary.log_exits).sum();
    if sources == 0 {
        return Scope::Nothing("no component of the collectors in the input handles logs".to_owned());
    }
    let inside: usize = evidence.flows.iter().map(|flow| flow.summary.log_exits_inside).sum();
    let (sources, sinks) = (count(sources, "log source"), count(exits, "sink"));
    Scope::All(match exits.saturating_sub(inside) {
        0 => format!("{sources}, {sinks}, all inside"),
        outside => format!("{sources}, {sinks}, {outside} outside and allowed by the settings"),
    })
}

fn metric_scope(evidence: &Evidence<'_>) -> Scope {
    if evidence.flows.is_empty() {
        return Scope::Nothing("no collector in the input".to_owned());
    }
    let sources: usize = evidence.flows.iter().map(|flow| flow.summary.metric_sources).sum();
    if sources == 0 {
        return Scope::Nothing("no component of the collectors in the input handles metrics".to_owned());
    }
    let sources = count(sources, "metric source");
    match &evidence.workload.control_room {
        ControlRoom::Declared(domain, _) | ControlRoom::Assumed(domain) => {
            Scope::All(format!("{sources}, all written to the workload's Mimir and to {domain}"))
        }
        ControlRoom::None(_) => Scope::Nothing(format!(
            "the workload has no control room; {sources}, all written to its own Mimir"
        )),
        ControlRoom::Undeclared => Scope::Nothing(format!(
            "no control room is declared and nothing is written to one; {sources}, all written to the workload's Mimir"
        )),
    }
}

fn assumptions(invariant: Invariant, evidence: &Evidence<'_>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for flow in evidence.flows {
        match invariant {
            Invariant::LogBoundary => all.extend(flow.summary.log_assumptions.iter().cloned()),
            Invariant::DualWrite => all.extend(flow.summary.metric_assumptions.iter().cloned()),
            _ => {}
        }
    }
    if matches!(invariant, Invariant::LogBoundary | Invariant::DualWrite) {
        all.extend(evidence.collectors.iter().filter_map(|collector| collector.assumption.clone()));
    }
    let sender = match invariant {
        Invariant::LogBoundary => Some("loki"),
        Invariant::DualWrite => Some("mimir"),
        _ => None,
    };
    if let Some(sender) = sender {
        let exits = evidence.subjects.iter().filter(|subject| subject.kind == "store_exit");
        let exits = exits.filter(|exit| exit.facts.reach("store").text() == Some(sender));
        all.extend(exits.filter_map(|exit| exit.facts.reach("assumption").text().map(str::to_owned)));
    }
    if invariant == Invariant::DualWrite {
        match &evidence.workload.control_room {
            ControlRoom::Assumed(domain) => all.push(format!(
                "{domain} is this workload's control room (not declared; say so with --control-room {domain})"
            )),
            ControlRoom::Undeclared if !evidence.flows.is_empty() => {
                all.push(
                    "this workload has no control room (not declared; say so with --no-control-room)"
                        .to_owned(),
                );
            }
            _ => {}
        }
    }
    if matches!(
        invariant,
        Invariant::StoreLimits | Invariant::StoreRetention | Invariant::StoreStorage | Invariant::Coherence
    ) {
        all.extend(evidence.subjects.iter().filter_map(assumed_version));
    }
    all.sort();
    all.dedup();
    all
}

/// That a store is judged as the newest version, for want of a better one.
fn assumed_version(subject: &Subject) -> Option<String> {
    let product = Store::named(subject.kind)?.product();
    if subject.facts.at("version_known").and_then(crate::model::Fact::bool) != Some(false) {
        return None;
    }
    let version = subject.facts.at("version").and_then(crate::model::Fact::text)?;
    let kind = subject.kind;
    Some(format!(
        "{product} is version {version}, the newest that is known (the input does not say; say so with --assume {kind}=VERSION)"
    ))
}
