//! Why a request to a cluster brought nothing, or not all.

use std::time::Duration;

/// What kind of thing happened. Each is told by its own name: an operator does something else about each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cause {
    /// The context, its files or its credential plugin do not give what is needed to ask.
    NotConfigured,
    /// No connection came about: no such host, nobody listens, no way there.
    Unreachable,
    /// The server's certificate is not one that the context trusts.
    Untrusted,
    /// A certificate or token is past its time.
    Expired,
    /// The server does not take the credentials.
    Unauthorized,
    /// The rights are missing.
    Forbidden,
    /// The server does not know the kind, or not in a version that is read.
    MissingKind,
    /// The server wants fewer requests, and went on wanting so.
    Throttled,
    /// No answer in time.
    TimedOut,
    /// The connection broke before the answer was whole.
    ConnectionLost,
    /// A list ended before its end.
    Truncated,
    /// The server answered with a fault of its own.
    ServerError,
    /// The answer is not what the API promises.
    NotUnderstood,
    /// The user, or who runs the program, wanted it to end.
    Interrupted,
    /// What is asked for is not there.
    Gone,
}

impl Cause {
    /// The name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::NotConfigured => "not-configured",
            Self::Unreachable => "unreachable",
            Self::Untrusted => "untrusted",
            Self::Expired => "expired",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::MissingKind => "missing-kind",
            Self::Throttled => "throttled",
            Self::TimedOut => "timed-out",
            Self::ConnectionLost => "connection-lost",
            Self::Truncated => "truncated",
            Self::ServerError => "server-error",
            Self::NotUnderstood => "not-understood",
            Self::Interrupted => "interrupted",
            Self::Gone => "not-found",
        }
    }

    /// Whether nothing else of the same cluster can be expected to work.
    pub(super) const fn is_of_the_cluster(self) -> bool {
        matches!(
            self,
            Self::NotConfigured
                | Self::Unreachable
                | Self::Untrusted
                | Self::Expired
                | Self::Unauthorized
                | Self::Interrupted
        )
    }

    /// Whether asking again may help.
    pub(super) const fn may_pass(self) -> bool {
        matches!(self, Self::Throttled | Self::TimedOut | Self::ConnectionLost | Self::ServerError)
    }
}

/// A request that brought nothing, or not all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// What kind of thing happened.
    pub(crate) cause: Cause,
    /// What happened and what to do, in one sentence. Never holds a credential.
    pub(crate) message: String,
    /// How long the server wants to be left alone.
    pub(super) wait: Option<Duration>,
}

impl Refusal {
    pub(super) fn new(cause: Cause, message: impl Into<String>) -> Self {
        Self { cause, message: message.into(), wait: None }
    }
}
