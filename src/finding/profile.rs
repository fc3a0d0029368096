//! What is promised: a profile is a set of rules with what fails a run.

use super::Severity;

/// Who the promises are made to. Each has all rules of those before it, so a rule names the first that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) enum Profile {
    /// Anybody who runs Alloy, Mimir, Loki or Grafana: what is broken, refused, lost or open for every user.
    Stack,
    /// A workload of Posit Team Dedicated: also what that platform agreed on.
    #[default]
    Ptd,
    /// The same for those who want no doubt and no deviation.
    Strict,
}

impl Profile {
    /// All of them, the smallest first.
    pub(crate) const ALL: [Self; 3] = [Self::Stack, Self::Ptd, Self::Strict];

    /// The name in settings and on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Stack => "stack",
            Self::Ptd => "ptd",
            Self::Strict => "strict",
        }
    }

    /// The profile of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// The least severity that fails a run where nobody says otherwise.
    pub(crate) const fn fail_on(self) -> Severity {
        match self {
            Self::Stack | Self::Ptd => Severity::Error,
            Self::Strict => Severity::Warning,
        }
    }

    /// Whether every undecided verdict fails a run where nobody says otherwise.
    pub(crate) const fn is_strict(self) -> bool {
        matches!(self, Self::Strict)
    }
}
