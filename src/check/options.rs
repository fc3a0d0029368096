//! What a caller may decide about a check.

use std::collections::BTreeMap;

use super::Passed;
use crate::finding::Profile;
use crate::model::Expected;
use crate::model::Minor;
use crate::model::Store;
use crate::rule::Wish;
use crate::source::Source;
use crate::text::Day;

/// Everything that a check depends on besides its texts. Holds texts and words only: no paths are opened behind it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a wish of its own")]
pub(crate) struct CheckOptions {
    /// The settings file, where there is one.
    pub(crate) config: Option<Source>,
    /// The baseline, where there is one: what it lists is accepted.
    pub(crate) baseline: Option<Source>,
    /// Whether the findings of each stack are listed too ([`super::Checked::stacks`]).
    pub(crate) inventory: bool,
    /// The user's own rule files.
    pub(crate) rules: Vec<Source>,
    /// What is promised, whatever the settings say.
    pub(crate) profile: Option<Profile>,
    /// Only the rules that these selectors take; empty means what settings and profile choose.
    pub(crate) select: Vec<String>,
    /// These rules too.
    pub(crate) extend_select: Vec<String>,
    /// Not these rules.
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
    /// How much of a run is held at once.
    pub(crate) room: Room,
    /// The current folder, absolute and with `/`: what relative paths of inputs and settings start from.
    pub(crate) folder: String,
}

/// How many bytes of text a run holds as trees, which take some twenty times as much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    /// A run with less text holds all of it.
    pub(crate) whole: usize,
    /// Of a larger one, stacks are judged together up to this size; a stack that is larger by itself.
    pub(crate) round: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { whole: 4 << 20, round: 1 << 20 }
    }
}

impl CheckOptions {
    /// What the command line says of rules.
    pub(super) fn wish(&self) -> Wish<'_> {
        let [select, extend_select, ignore] = [&self.select, &self.extend_select, &self.ignore]
            .map(|list| list.iter().map(String::as_str).collect());
        Wish { select, extend_select, ignore, severities: Vec::new() }
    }

    /// Whether the command line says nothing of rules.
    pub(crate) fn leaves_rules_alone(&self) -> bool {
        self.select.is_empty() && self.extend_select.is_empty() && self.ignore.is_empty()
    }
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
