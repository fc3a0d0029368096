//! The outcome of a run, before any format.

use super::Accepted;
use super::Fix;
use super::Invariant;
use super::NotShown;
use super::Picture;
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
    /// Where running clusters have it; nothing for a finding in files.
    pub(crate) seen: Seen,
    /// Who accepted it and why; `None` where it counts.
    pub(crate) accepted: Option<Accepted>,
    /// Whether it says that something cannot be decided.
    pub(crate) undecided: bool,
}

/// Where running clusters have a fault.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Seen {
    /// Each cluster that has it, by name.
    pub(crate) clusters: Vec<Sighting>,
    /// How it stands in the folder that the clusters are held against; `None` where none was given.
    pub(crate) git: Option<InGit>,
}

/// A fault in one cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sighting {
    /// The cluster's name.
    pub(crate) cluster: String,
    /// The place there.
    pub(crate) place: Option<Place>,
}

/// How what a cluster runs stands to the folder that it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InGit {
    /// Which of the ways.
    pub(crate) state: GitState,
    /// Why, in one sentence.
    pub(crate) reason: String,
    /// The line in the folder to look at: the one to edit, or the one that mended it.
    pub(crate) place: Option<Place>,
}

/// The ways in which a fault in a cluster stands to the folder that the cluster was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum GitState {
    /// The folder has the same fault: mend it there.
    Both,
    /// The folder makes the same thing without the fault, and what the cluster was given has it: deploy.
    NotDeployed,
    /// Neither the folder nor what the cluster was given has it: edited by hand, or by something else.
    Drifted,
    /// The folder makes no such thing, or no folder can: it is about what runs.
    OnlyLive,
    /// It cannot be told: whether it was deployed, which folder it is, or what was not seen.
    Unclear,
    /// The folder has the fault and no cluster has: it comes with the next deployment.
    OnlyGit,
}

impl GitState {
    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Both, Self::NotDeployed, Self::Drifted, Self::OnlyLive, Self::Unclear, Self::OnlyGit];

    /// The id in reports.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Both => "in-git-too",
            Self::NotDeployed => "fixed-in-git",
            Self::Drifted => "drifted",
            Self::OnlyLive => "only-live",
            Self::Unclear => "unclear",
            Self::OnlyGit => "only-in-git",
        }
    }

    /// For people.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Both => "in Git too",
            Self::NotDeployed => "fixed in Git, not deployed",
            Self::Drifted => "drifted",
            Self::OnlyLive => "only live",
            Self::Unclear => "unclear",
            Self::OnlyGit => "only in Git",
        }
    }

    /// The state with that id.
    pub(crate) fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.id() == id)
    }
}

/// How one promise ended for one workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InvariantVerdict {
    /// The promise.
    pub(crate) invariant: Invariant,
    /// The workload (stack) that it was judged for.
    pub(crate) subject: String,
    /// The running cluster that it was judged for, where it was one.
    pub(crate) cluster: Option<String>,
    /// How it ended.
    pub(crate) verdict: Verdict,
    /// Why, in one sentence: `12 log sources, 1 sink, all inside`.
    pub(crate) summary: String,
    /// What was taken for granted.
    pub(crate) assumptions: Vec<String>,
    /// Indices into [`Report::findings`], accepted ones too.
    pub(crate) findings: Vec<usize>,
    /// How many exceptions somebody accepted: findings that would have broken it, or left it open.
    pub(crate) accepted: usize,
    /// How many of its findings the report leaves out.
    pub(crate) not_shown: usize,
    /// How it ended at the commit that the run is held against; `None` where there is none, or no such promise then.
    pub(crate) before: Option<Verdict>,
}

impl InvariantVerdict {
    /// Whether it says something new: it ended worse than before, or with findings that were not there. What has no past is
    /// new.
    pub(crate) fn is_news(&self) -> bool {
        self.before.is_none_or(|before| before.harm() < self.verdict.harm()) || !self.findings.is_empty()
    }
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
    pub(crate) verb: String,
    /// The resource, as rights name it.
    pub(crate) resource: String,
    /// In which namespace, where one was asked.
    pub(crate) namespace: Option<String>,
    /// The object, where one was asked for by name.
    pub(crate) name: Option<String>,
    /// Which of the facts it is: `forbidden`, `throttled`, ...
    pub(crate) cause: String,
    /// What happened and what to do.
    pub(crate) message: String,
    /// The promises that may hang on it; empty for all.
    pub(crate) promises: Vec<Invariant>,
}

impl NotSeen {
    /// What was asked: `list configmaps in alloy`.
    pub(crate) fn request(&self) -> String {
        let mut words = [self.verb.as_str(), &self.resource].join(" ").trim_end().to_owned();
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

/// A running cluster that was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SeenCluster {
    /// Its name: that of its context.
    pub(crate) name: String,
    /// What tells it from all others: the uid of its namespace `kube-system`, where that was seen.
    pub(crate) uid: Option<String>,
    /// How many objects were read.
    pub(crate) objects: usize,
    /// Another name of the same cluster, under which it is judged.
    pub(crate) same_as: Option<String>,
    /// What else there is to say of how it was read.
    pub(crate) notes: Vec<String>,
}

/// Which part of the contexts a run read (`--shard`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shard {
    /// From 0; below `count`.
    pub(crate) index: usize,
    /// How many parts there are.
    pub(crate) count: usize,
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
    /// Running clusters that were asked, by name, whatever came of it.
    pub(crate) clusters: Vec<SeenCluster>,
    /// What was not seen of running clusters; makes the run incomplete too.
    pub(crate) not_seen: Vec<NotSeen>,
    /// The parts of the contexts that were read: one for a run with `--shard`, several where reports were joined.
    pub(crate) shards: Vec<Shard>,
    /// Findings that the run was asked to leave out of the report.
    pub(crate) not_shown: Vec<NotShown>,
}

/// What fails a run. A report carries it, so that reports can be put together and judged as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Threshold {
    /// Findings from this severity on.
    pub(crate) fail_on: Severity,
    /// Any promise that could not be decided, not only the log boundary.
    pub(crate) strict: bool,
}

impl Default for Threshold {
    fn default() -> Self {
        Self { fail_on: Severity::Error, strict: false }
    }
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
    /// What fails the run.
    pub(crate) threshold: Threshold,
    /// The flows of each stack, where somebody asked for them.
    pub(crate) pictures: Vec<Picture>,
}
