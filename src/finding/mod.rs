//! What can be said about a stack: findings, verdicts, coverage.

mod accepted;
mod effective;
mod fault;
mod fingerprint;
mod fix;
mod picture;
mod profile;
mod promise;
mod report;
mod rule_doc;
mod values;

pub(crate) use accepted::Accepted;
pub(crate) use accepted::AcceptedBy;
pub(crate) use accepted::NotShown;
pub(crate) use effective::Effective;
pub(crate) use effective::EffectiveRule;
pub(crate) use effective::EffectiveSetting;
pub(crate) use effective::SettingText;
pub(crate) use fault::Fault;
pub(crate) use fault::FolderLine;
pub(crate) use fingerprint::fingerprint;
pub(crate) use fix::Fix;
pub(crate) use picture::Area;
pub(crate) use picture::EdgeState;
pub(crate) use picture::NodeKind;
pub(crate) use picture::Picture;
pub(crate) use picture::PictureEdge;
pub(crate) use picture::PictureNode;
pub(crate) use picture::Signal;
pub(crate) use profile::Profile;
pub(crate) use report::Coverage;
pub(crate) use report::Finding;
pub(crate) use report::GitState;
pub(crate) use report::InGit;
pub(crate) use report::InvariantVerdict;
pub(crate) use report::Label;
pub(crate) use report::NotSeen;
pub(crate) use report::PassedOver;
pub(crate) use report::Report;
pub(crate) use report::RunError;
pub(crate) use report::Seen;
pub(crate) use report::SeenCluster;
pub(crate) use report::Shard;
pub(crate) use report::Sighting;
pub(crate) use report::Threshold;
pub(crate) use rule_doc::RuleDoc;
pub(crate) use rule_doc::RuleSetting;
pub(crate) use rule_doc::SITE;
pub(crate) use rule_doc::rule_address;
pub(crate) use values::ValueChain;
pub(crate) use values::ValueStep;

/// How much harm a finding means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Severity {
    /// Worth knowing.
    Info,
    /// A deviation from what was agreed.
    Warning,
    /// A leak, a loss or an outage.
    Error,
}

impl Severity {
    /// The name in rule files and reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Info, Self::Warning, Self::Error].into_iter().find(|severity| severity.name() == name)
    }
}

/// A promise of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Invariant {
    /// Logs never leave the workload.
    LogBoundary,
    /// Every metric is written to the workload's Mimir and to the control room's.
    DualWrite,
    /// Mimir and Loki run within the agreed limits.
    StoreLimits,
    /// Mimir and Loki keep data as long as agreed.
    StoreRetention,
    /// Mimir and Loki store data where agreed.
    StoreStorage,
    /// Grafana shows this workload's data to people who came through the front door.
    GrafanaAccess,
    /// The collector runs where it must, with no more privilege than it needs.
    CollectorPlacement,
    /// The pieces of the stack fit together, and every document can be read.
    Coherence,
}

impl Invariant {
    /// All of them, in the order of reports.
    pub(crate) const ALL: [Self; 8] = [
        Self::LogBoundary,
        Self::DualWrite,
        Self::StoreLimits,
        Self::StoreRetention,
        Self::StoreStorage,
        Self::GrafanaAccess,
        Self::CollectorPlacement,
        Self::Coherence,
    ];

    /// The id in rule files and reports.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::LogBoundary => "log-boundary",
            Self::DualWrite => "dual-write",
            Self::StoreLimits => "store-limits",
            Self::StoreRetention => "store-retention",
            Self::StoreStorage => "store-storage",
            Self::GrafanaAccess => "grafana-access",
            Self::CollectorPlacement => "collector-placement",
            Self::Coherence => "coherence",
        }
    }

    /// The promise in a few words.
    pub(crate) const fn promise(self) -> &'static str {
        match self {
            Self::LogBoundary => "logs never leave the workload",
            Self::DualWrite => "every metric is written to both stores",
            Self::StoreLimits => "Mimir and Loki keep to the agreed limits",
            Self::StoreRetention => "Mimir and Loki keep data as long as agreed",
            Self::StoreStorage => "Mimir and Loki store data where agreed",
            Self::GrafanaAccess => "Grafana shows this workload's data, through the front door",
            Self::CollectorPlacement => {
                "the collector runs where it must, with no more privilege than it needs"
            }
            Self::Coherence => "the pieces fit together",
        }
    }

    /// The invariant with that id.
    pub(crate) fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|invariant| invariant.id() == id)
    }
}

/// How an invariant ended. See the design: fail closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Verdict {
    /// Shown for everything in scope.
    Holds,
    /// There is a counterexample.
    Violated,
    /// Something needed could not be evaluated.
    Undecided,
    /// Nothing in scope.
    NotApplicable,
}

impl Verdict {
    /// The name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Violated => "violated",
            Self::Undecided => "undecided",
            Self::NotApplicable => "not-applicable",
        }
    }
}
