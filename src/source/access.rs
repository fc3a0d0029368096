//! What may be read of running clusters, as they say themselves.

/// What one cluster says of the rights that a run needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Access {
    /// The cluster's name in reports: that of its context.
    pub(crate) cluster: String,
    /// Why the cluster could not be asked at all: the cause, and a sentence.
    pub(crate) unreached: Option<(&'static str, String)>,
    /// The rights, in a stable order.
    pub(crate) rights: Vec<AccessRight>,
}

/// A right, and whether it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AccessRight {
    /// The verb.
    pub(crate) verb: String,
    /// The resource, as rights name it.
    pub(crate) resource: String,
    /// The namespace it was asked for in; `None` for the whole cluster.
    pub(crate) namespace: Option<String>,
    /// Whether it is there.
    pub(crate) state: AccessState,
    /// Why it could not be asked for; empty where it could.
    pub(crate) message: String,
    /// What it is for.
    pub(crate) purpose: String,
    /// The ids of the promises that end undecided without it: `None` where none does, empty for all.
    pub(crate) promises: Option<Vec<String>>,
}

/// Whether a right is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessState {
    /// It is.
    Granted,
    /// It is not.
    Missing,
    /// The cluster does not have the kind, so that nothing is lost.
    NotServed,
    /// Nobody could tell.
    Unknown,
}

impl Access {
    /// Whether a right is missing.
    pub(crate) fn lacks(&self) -> bool {
        self.rights.iter().any(|right| right.state == AccessState::Missing)
    }

    /// Whether something could not be asked.
    pub(crate) fn is_unsure(&self) -> bool {
        self.unreached.is_some() || self.rights.iter().any(|right| right.state == AccessState::Unknown)
    }
}
