//! Turns an outcome into any of the forms in which it can be told.

use std::cell::LazyCell;
use std::cell::OnceCell;
use std::io::Write;

use super::Outcome;
use super::contract::ReportJson;
use super::html;
use super::human;
use super::human::Style;
use super::json;
use crate::finding::Report;
use crate::finding::RuleDoc;

/// A form of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Format {
    /// For people at a terminal.
    Human,
    /// A page for browsers, by itself: verdicts, flows, findings.
    Html,
    /// For programs, by the contract of `schemas/report.schema.json`.
    Json,
}

impl Format {
    /// All of them, as help names them.
    pub(crate) const ALL: [Self; 3] = [Self::Human, Self::Html, Self::Json];

    /// The name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Html => "html",
            Self::Json => "json",
        }
    }

    /// The form of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Whether it shows the flows of each stack.
    pub(crate) const fn has_pictures(self) -> bool {
        matches!(self, Self::Html)
    }

    /// The names of all forms, for people.
    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

/// An outcome, with what forms need of it: made when the first of them asks.
///
/// Forms for programs read the contract alone, so that reports that were read back (`ptd-lint merge`) are told like those
/// of a run. Only what shows source lines needs the texts, which are there for a run alone.
pub(crate) struct Telling<'r> {
    of: Of<'r>,
    contract: OnceCell<ReportJson>,
    rules: Rules<'r>,
}

/// The texts of rules, read when a form shows them.
type Rules<'r> = LazyCell<Vec<RuleDoc>, Box<dyn FnOnce() -> Vec<RuleDoc> + 'r>>;

/// Where an outcome comes from.
#[derive(Clone, Copy)]
enum Of<'r> {
    /// A run, with its texts.
    Run(Outcome<'r>),
    /// Reports that were read back, without places in `own`.
    Read { contract: &'r ReportJson, own: &'r Report },
}

impl<'r> Telling<'r> {
    /// The outcome of a run. `rules` gives the texts of all rules that it had.
    pub(crate) fn of_run(outcome: Outcome<'r>, rules: impl FnOnce() -> Vec<RuleDoc> + 'r) -> Self {
        Self { of: Of::Run(outcome), contract: OnceCell::new(), rules: LazyCell::new(Box::new(rules)) }
    }

    /// A report that was read back; `own` is the same without places.
    pub(crate) fn of_read(
        contract: &'r ReportJson,
        own: &'r Report,
        rules: impl FnOnce() -> Vec<RuleDoc> + 'r,
    ) -> Self {
        let rules: Rules<'r> = LazyCell::new(Box::new(rules));
        Self { of: Of::Read { contract, own }, contract: OnceCell::new(), rules }
    }

    /// The outcome by the contract.
    pub(crate) fn contract(&self) -> &ReportJson {
        match self.of {
            Of::Run(outcome) => {
                self.contract.get_or_init(|| ReportJson::new(outcome.documents, outcome.report))
            }
            Of::Read { contract, .. } => contract,
        }
    }

    /// The texts of all rules, by id.
    pub(crate) fn rules(&self) -> &[RuleDoc] {
        &self.rules
    }

    /// Writes it in that form, whole.
    pub(crate) fn write(&self, format: Format, style: Style, out: &mut impl Write) -> std::io::Result<()> {
        match (format, self.of) {
            (Format::Human, Of::Run(outcome)) => human::write(outcome, style, out),
            (Format::Human, Of::Read { contract, own }) => human::write_merged(contract, own, style, out),
            (Format::Html, of) => {
                let outcome = match of {
                    Of::Run(outcome) => Some(outcome),
                    Of::Read { .. } => None,
                };
                html::write(self.contract(), self.rules(), outcome, out)
            }
            (Format::Json, _) => json::write(self.contract(), out),
        }
    }
}
