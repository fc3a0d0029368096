//! The kinds of telemetry, and sets of them.

/// A set of signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Signals(u8);

/// The names that the component table uses, by bit.
const NAMES: [&str; 7] =
    ["logs", "otel_logs", "metrics", "otel_metrics", "otel_traces", "profiles", "targets"];

impl Signals {
    /// No signal.
    pub(crate) const NONE: Self = Self(0);
    /// Logs as Loki components hand them on.
    pub(crate) const LOKI_LOGS: Self = Self(1);
    /// Logs as OpenTelemetry components hand them on.
    pub(crate) const OTEL_LOGS: Self = Self(1 << 1);
    /// Metrics as Prometheus components hand them on.
    pub(crate) const PROMETHEUS_METRICS: Self = Self(1 << 2);
    /// Metrics as OpenTelemetry components hand them on.
    pub(crate) const OTEL_METRICS: Self = Self(1 << 3);
    /// Traces.
    pub(crate) const TRACES: Self = Self(1 << 4);
    /// Profiles.
    pub(crate) const PROFILES: Self = Self(1 << 5);
    /// Scrape targets: not telemetry, they only say where to scrape.
    pub(crate) const TARGETS: Self = Self(1 << 6);
    /// All logs.
    pub(crate) const LOGS: Self = Self(Self::LOKI_LOGS.0 | Self::OTEL_LOGS.0);
    /// All metrics.
    pub(crate) const METRICS: Self = Self(Self::PROMETHEUS_METRICS.0 | Self::OTEL_METRICS.0);
    /// What OpenTelemetry consumers take by type.
    pub(crate) const OTEL: Self = Self(Self::OTEL_LOGS.0 | Self::OTEL_METRICS.0 | Self::TRACES.0);
    /// All telemetry, which targets are not.
    pub(crate) const TELEMETRY: Self =
        Self(Self::LOGS.0 | Self::METRICS.0 | Self::TRACES.0 | Self::PROFILES.0);
    /// How many kinds there are.
    pub(crate) const COUNT: usize = NAMES.len();

    /// The signal of that name in the component table; `None` for words such as `network`.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().position(|own| *own == name).map(|bit| Self(1 << bit))
    }

    /// Both sets together.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What both sets hold.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in this set and not in the other.
    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether the set is empty.
    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the sets have a member in common.
    pub(crate) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The members, one set each.
    pub(crate) fn iter(self) -> impl Iterator<Item = Self> {
        (0..Self::COUNT).map(|bit| Self(1 << bit)).filter(move |one| self.meets(*one))
    }

    /// The number of the first member, below [`Signals::COUNT`]; 0 for the empty set.
    pub(crate) fn index(self) -> usize {
        if self.is_empty() { 0 } else { self.0.trailing_zeros() as usize }
    }

    /// The signal of that number.
    pub(crate) fn at(index: usize) -> Self {
        if index < Self::COUNT { Self(1 << index) } else { Self::NONE }
    }

    /// The family: signals of one family are one thing to a user, however components hand them on.
    pub(crate) const fn family(self) -> Self {
        if self.meets(Self::LOGS) {
            Self::LOGS
        } else if self.meets(Self::METRICS) {
            Self::METRICS
        } else {
            self
        }
    }

    /// Names for people: `logs, metrics`.
    pub(crate) fn words(self) -> String {
        let mut names = Vec::new();
        for (set, name) in [
            (Self::LOGS, "logs"),
            (Self::METRICS, "metrics"),
            (Self::TRACES, "traces"),
            (Self::PROFILES, "profiles"),
            (Self::TARGETS, "targets"),
        ] {
            if self.meets(set) {
                names.push(name);
            }
        }
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_table_is_one_signal() {
        for (index, name) in NAMES.iter().enumerate() {
            let signal = Signals::from_name(name).unwrap();
            assert_eq!(signal.index(), index);
            assert_eq!(Signals::at(index), signal);
        }
        assert_eq!(Signals::from_name("network"), None);
    }

    #[test]
    fn words_name_families_once() {
        assert_eq!(Signals::TELEMETRY.words(), "logs, metrics, traces, profiles");
        assert_eq!(Signals::OTEL_LOGS.words(), "logs");
    }
}
