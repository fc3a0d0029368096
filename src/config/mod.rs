//! Turns `ptd-lint.yaml` into settings that remember where they were written.

mod accepted;
mod declared;
mod keys;
mod parse;
mod rules;

use std::collections::BTreeMap;

use crate::document::Place;
use crate::finding::Profile;
use crate::finding::Severity;
use crate::model;
use crate::model::Fact;
use crate::model::Minor;
use crate::model::Stated;
use crate::model::Store;
pub(crate) use accepted::AcceptedEntry;
pub(crate) use declared::DeclaredLimit;
pub(crate) use declared::declarable;
pub(crate) use keys::known_entries;
pub(crate) use parse::is_domain;

/// A value with the place where it was written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spanned<T> {
    /// The value.
    pub(crate) value: T,
    /// Where it was written.
    pub(crate) place: Place,
}

/// Something wrong with a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfigProblem {
    /// Where.
    pub(crate) place: Place,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do.
    pub(crate) help: String,
}

/// What a user says of a workload and of the run. What is left out is `None` or empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Config {
    /// The workload's name.
    pub(crate) workload: Option<Spanned<String>>,
    /// The control room: its domain, or that there is none.
    pub(crate) control_room: Option<Spanned<ControlRoom>>,
    /// The workload's domain.
    pub(crate) domain: Option<Spanned<String>>,
    /// Facts of the workload, by their names in `workload`; they stand for those of `ptd.yaml`.
    pub(crate) declared: Vec<(&'static str, Fact)>,
    /// Bounds for options of the stores.
    pub(crate) limits: Vec<DeclaredLimit>,
    /// Destinations outside the workload that are allowed.
    pub(crate) allowed: Vec<Allowed>,
    /// Findings that are accepted.
    pub(crate) accepted: Vec<AcceptedEntry>,
    /// Services in the cluster that are not in the input.
    pub(crate) endpoints: Vec<Endpoint>,
    /// Settings of rules.
    pub(crate) settings: Vec<RuleSetting>,
    /// Severities of rules by selector; `None` leaves them out.
    pub(crate) severities: Vec<(Spanned<String>, Option<Severity>)>,
    /// What is promised.
    pub(crate) profile: Option<Spanned<Profile>>,
    /// Run only these rules; empty: those of the profile.
    pub(crate) select: Vec<Spanned<String>>,
    /// Run these rules too.
    pub(crate) extend_select: Vec<Spanned<String>>,
    /// Leave these rules out.
    pub(crate) ignore: Vec<Spanned<String>>,
    /// The file of findings that are accepted since they were there before, seen from this file.
    pub(crate) baseline: Option<Spanned<String>>,
    /// The least severity that fails the run.
    pub(crate) fail_on: Option<Spanned<Severity>>,
    /// Whether *undecided* fails the run.
    pub(crate) strict: Option<Spanned<bool>>,
    /// Folders below the file, each a workload of its own.
    pub(crate) stacks: Vec<Spanned<String>>,
    /// Versions to judge stores by, whatever the inputs say.
    pub(crate) assume: Vec<(Store, Minor)>,
    /// The keys at the top of the file, each with its place.
    pub(crate) keys: BTreeMap<&'static str, Place>,
}

impl Config {
    /// Whether it has a key, at its top or under `declared`.
    pub(crate) fn declares(&self, key: &str) -> bool {
        self.keys.contains_key(key) || self.declared.iter().any(|(name, _)| *name == key)
    }

    /// What it says of the workload.
    pub(crate) fn stated(&self) -> Stated {
        Stated {
            name: self.workload.as_ref().map(|name| name.value.clone()),
            control_room: match &self.control_room {
                None => model::ControlRoom::Undeclared,
                Some(room) => match &room.value {
                    ControlRoom::None => model::ControlRoom::None(Some(room.place)),
                    ControlRoom::Domain(domain) => {
                        model::ControlRoom::Declared(domain.clone(), Some(room.place))
                    }
                },
            },
            domain: self.domain.as_ref().map(|domain| Fact::new(domain.value.as_str(), domain.place)),
            declared: self.declared.clone(),
        }
    }
}

/// Whether there is a control room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ControlRoom {
    /// There is none: `control_room: false`.
    None,
    /// It is under this domain.
    Domain(String),
}

/// A destination outside the workload that is allowed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Allowed {
    /// A host, or a glob of hosts such as `*.example.com`.
    pub(crate) destination: Spanned<String>,
    /// Why. Always there: an exception that nobody can explain is a leak.
    pub(crate) reason: Spanned<String>,
}

/// A Service that stands for a part of the workload's stack.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Endpoint {
    /// `name.namespace`.
    pub(crate) service: Spanned<String>,
    /// What it is.
    pub(crate) role: Spanned<EndpointRole>,
}

/// What a declared Service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndpointRole {
    /// The workload's Loki.
    Loki,
    /// The workload's Mimir.
    Mimir,
    /// The workload's Grafana.
    Grafana,
    /// An Alloy of the workload.
    Alloy,
}

impl EndpointRole {
    /// All roles.
    pub(crate) const ALL: [Self; 4] = [Self::Loki, Self::Mimir, Self::Grafana, Self::Alloy];

    /// The name in configuration files.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Loki => "loki",
            Self::Mimir => "mimir",
            Self::Grafana => "grafana",
            Self::Alloy => "alloy",
        }
    }
}

/// A user's value for a setting of a rule. Whether both exist and the type fits is for the rules to say.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RuleSetting {
    /// The rule's id.
    pub(crate) rule: Spanned<String>,
    /// The setting's name.
    pub(crate) name: Spanned<String>,
    /// The value.
    pub(crate) value: Spanned<SettingValue>,
}

/// A value of a setting.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SettingValue {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text.
    Text(String),
    /// A list of scalars.
    List(Vec<SettingValue>),
}

#[cfg(test)]
mod tests;
