//! What a caller may decide about a check.

use std::collections::BTreeMap;

use super::Passed;
use crate::model::Expected;
use crate::model::Minor;
use crate::model::Store;
use crate::source::Source;
use crate::text::Day;

/// Everything that a check depends on besides its texts. Holds texts and words only: no paths are opened behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CheckOptions {
    /// The settings file, where there is one.
    pub(crate) config: Option<Source>,
    /// The baseline, where there is one: what it lists is accepted.
    pub(crate) baseline: Option<Source>,
    /// Whether the findings of each stack are listed too ([`super::Checked::stacks`]).
    pub(crate) inventory: bool,
    /// The user's own rule files.
    pub(crate) rules: Vec<Source>,
    /// Only these rules; empty means all. Every id exists.
    pub(crate) select: Vec<String>,
    /// Not these rules. Every id exists.
    pub(crate) ignore: Vec<String>,
    /// What the command line says of the control room.
    pub(crate) control_room: ControlRoom,
    /// The workload's name, for reports.
    pub(crate) workload: Option<String>,
    /// The versions of stores to judge by, whatever the inputs say.
    pub(crate) assumed: BTreeMap<Store, Minor>,
    /// What the texts are.
    pub(crate) expected: Expected,
    /// The files to report on; `None` for all.
    pub(crate) passed: Option<Passed>,
    /// Whether the arguments are what the running clusters were made from, and each is held against the other.
    pub(crate) against: bool,
    /// Whether the flows of each stack are wanted as a picture.
    pub(crate) picture: bool,
    /// Whether nothing is accepted, whatever comments, annotations and settings say.
    pub(crate) no_suppressions: bool,
    /// The day on which suppressions are held against their last day; without one none ends.
    pub(crate) today: Option<Day>,
    /// The current folder, absolute and with `/`: what relative paths of inputs and settings start from.
    pub(crate) folder: String,
}

/// Whether the workload has a control room. The command line beats settings, and they beat `ptd.yaml`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum ControlRoom {
    /// The command line does not say.
    #[default]
    Undeclared,
    /// It has one, under this domain.
    Domain(String),
    /// It has none.
    None,
}
