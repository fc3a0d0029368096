//! The outcome of a run, before any format.

use super::Fix;
use super::Invariant;
use super::Severity;
use super::Verdict;
use crate::document::Place;

/// A further place of a finding: a source, a hop, the other side of a contradiction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Label {
    /// Where.
    pub(crate) place: Place,
    /// What is there.
    pub(crate) text: String,
}

/// One thing that is wrong (or worth knowing), at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The rule's id.
    pub(crate) rule: String,
    /// The promise that it concerns.
    pub(crate) invariant: Invariant,
    /// How much harm it means.
    pub(crate) severity: Severity,
    /// What is wrong, in one sentence.
    pub(crate) message: String,
    /// How to mend it.
    pub(crate) help: String,
    /// The smallest text that a person must change. `None` only where a whole input is concerned.
    pub(crate) place: Option<Place>,
    /// A few words for the underlined text; may be empty.
    pub(crate) label: String,
    /// Further places, in order (source, hops, sink).
    pub(crate) related: Vec<Label>,
    /// Hash of rule, subject and meaning; the same for every form of the same input.
    pub(crate) fingerprint: String,
    /// How it can be mended: the first whose result is good is taken. Empty where a person has to.
    pub(crate) fixes: Vec<Fix>,
}

/// How one promise ended for one workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InvariantVerdict {
    /// The promise.
    pub(crate) invariant: Invariant,
    /// The workload (stack) that it was judged for.
    pub(crate) subject: String,
    /// How it ended.
    pub(crate) verdict: Verdict,
    /// Why, in one sentence: `12 log sources, 1 sink, all inside`.
    pub(crate) summary: String,
    /// What was taken for granted.
    pub(crate) assumptions: Vec<String>,
    /// Indices into [`Report::findings`].
    pub(crate) findings: Vec<usize>,
}

/// An input that was recognised as nothing that the linter reads.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PassedOver {
    /// The file.
    pub(crate) path: String,
    /// Why.
    pub(crate) reason: String,
}

/// Something that made the run incomplete: an unreadable file, a syntax error.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RunError {
    /// The file or argument.
    pub(crate) path: String,
    /// The line (outermost file), where there is one.
    pub(crate) line: Option<u32>,
    /// What is wrong and what to do.
    pub(crate) message: String,
}

/// A request to a running cluster that brought nothing, or not all; makes the run incomplete.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NotSeen {
    /// The cluster's name.
    pub(crate) cluster: String,
    /// `list`, `get`, or `connect` where nothing could be asked.
    pub(crate) verb: &'static str,
    /// The resource, as rights name it.
    pub(crate) resource: String,
    /// In which namespace, where one was asked.
    pub(crate) namespace: Option<String>,
    /// The object, where one was asked for by name.
    pub(crate) name: Option<String>,
    /// Which of the facts it is: `forbidden`, `throttled`, ...
    pub(crate) cause: &'static str,
    /// What happened and what to do.
    pub(crate) message: String,
    /// The promises that may hang on it; empty for all.
    pub(crate) promises: Vec<Invariant>,
}

impl NotSeen {
    /// What was asked: `list configmaps in alloy`.
    pub(crate) fn request(&self) -> String {
        let mut words = [self.verb, &self.resource].join(" ").trim_end().to_owned();
        if let Some(name) = &self.name {
            words.push(' ');
            words.push_str(name);
        }
        if let Some(namespace) = &self.namespace {
            words.push_str(" in ");
            words.push_str(namespace);
        }
        words
    }
}

/// What was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Coverage {
    /// Files read.
    pub(crate) files: usize,
    /// Documents parsed, embedded ones included.
    pub(crate) documents: usize,
    /// Collectors found.
    pub(crate) collectors: usize,
    /// Components in their programs.
    pub(crate) components: usize,
    /// What was not linted, and why.
    pub(crate) passed_over: Vec<PassedOver>,
    /// What made the run incomplete.
    pub(crate) errors: Vec<RunError>,
    /// What was not seen of running clusters; makes the run incomplete too.
    pub(crate) not_seen: Vec<NotSeen>,
}

/// The outcome of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Report {
    /// One per invariant and workload, in a stable order.
    pub(crate) verdicts: Vec<InvariantVerdict>,
    /// In order of file, place, rule.
    pub(crate) findings: Vec<Finding>,
    /// What was looked at.
    pub(crate) coverage: Coverage,
}
