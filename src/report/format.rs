//! Turns an outcome into any of the forms in which it can be told.

use std::cell::LazyCell;
use std::cell::OnceCell;
use std::io::Write;

use super::Outcome;
use super::checkstyle;
use super::concise;
use super::contract::ReportJson;
use super::github;
use super::gitlab;
use super::html;
use super::human;
use super::human::Style;
use super::junit;
use super::markdown;
use super::plain_json;
use super::policy_report;
use super::policy_report::PolicyForm;
use super::root::Root;
use super::sarif;
use super::told::Told;
use crate::document::Documents;
use crate::finding::InvariantVerdict;
use crate::finding::Report;
use crate::finding::RuleDoc;

/// A form of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Format {
    /// For people at a terminal.
    Human,
    /// One line for each thing that is told.
    Concise,
    /// A page for browsers, by itself: verdicts, flows, findings.
    Html,
    /// For programs, by the contract of `schemas/report.schema.json`.
    Json,
    /// SARIF 2.1.0, which code scanning reads.
    Sarif,
    /// Tests, as XML.
    Junit,
    /// Commands for GitHub Actions, and what goes into the summary of a job.
    Github,
    /// Code Quality of GitLab.
    Gitlab,
    /// Faults by file, as XML.
    Checkstyle,
    /// A comment on a change.
    Markdown,
    /// Objects of `openreports.io`.
    OpenReports,
    /// Objects of `wgpolicyk8s.io`.
    PolicyReport,
}

impl Format {
    /// All of them, as help names them.
    pub(crate) const ALL: [Self; 12] = [
        Self::Human,
        Self::Concise,
        Self::Html,
        Self::Json,
        Self::Sarif,
        Self::Junit,
        Self::Github,
        Self::Gitlab,
        Self::Checkstyle,
        Self::Markdown,
        Self::OpenReports,
        Self::PolicyReport,
    ];

    /// The name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Concise => "concise",
            Self::Html => "html",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Checkstyle => "checkstyle",
            Self::Markdown => "markdown",
            Self::OpenReports => "openreports",
            Self::PolicyReport => "policyreport",
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
    /// The first verdict that names a finding, by the finding's number.
    stacks: OnceCell<Vec<Option<usize>>>,
    around: Around,
}

/// What forms tell of the world around a run; only `cli` sees that.
#[derive(Debug, Clone, Default)]
pub(crate) struct Around {
    /// The exit code.
    pub(crate) exit: Option<u8>,
    /// What servers count paths from.
    pub(crate) root: Root,
    /// How many bytes of a summary of the job ([`Telling::summary`]) are shown; `None` where there is no such place.
    pub(crate) summary: Option<usize>,
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
        Self {
            of: Of::Run(outcome),
            contract: OnceCell::new(),
            rules: LazyCell::new(Box::new(rules)),
            stacks: OnceCell::new(),
            around: Around::default(),
        }
    }

    /// A report that was read back; `own` is the same without places.
    pub(crate) fn of_read(
        contract: &'r ReportJson,
        own: &'r Report,
        rules: impl FnOnce() -> Vec<RuleDoc> + 'r,
    ) -> Self {
        let rules: Rules<'r> = LazyCell::new(Box::new(rules));
        Self {
            of: Of::Read { contract, own },
            contract: OnceCell::new(),
            rules,
            stacks: OnceCell::new(),
            around: Around::default(),
        }
    }

    /// The same, in the world around it.
    pub(crate) fn within(self, around: Around) -> Self {
        Self { around, ..self }
    }

    /// What there is to know of the world around.
    pub(super) const fn around(&self) -> &Around {
        &self.around
    }

    /// The outcome, whose places lead into texts that may not be there.
    pub(super) const fn report(&self) -> &Report {
        match self.of {
            Of::Run(outcome) => outcome.report,
            Of::Read { own, .. } => own,
        }
    }

    /// The texts, where they are there.
    pub(super) const fn documents(&self) -> Option<&Documents> {
        match self.of {
            Of::Run(outcome) => Some(outcome.documents),
            Of::Read { .. } => None,
        }
    }

    /// The findings, each with what the contract says of it.
    pub(super) fn findings(&self) -> impl Iterator<Item = Told<'_>> {
        let pairs = self.report().findings.iter().zip(&self.contract().findings);
        pairs.enumerate().map(|(index, (own, json))| Told { index, own, json })
    }

    /// The first verdict that names a finding.
    pub(super) fn verdict_of(&self, finding: usize) -> Option<&InvariantVerdict> {
        let report = self.report();
        let stacks = self.stacks.get_or_init(|| {
            let mut stacks = vec![None; report.findings.len()];
            for (number, verdict) in report.verdicts.iter().enumerate() {
                for finding in &verdict.findings {
                    if let Some(stack) = stacks.get_mut(*finding) {
                        stack.get_or_insert(number);
                    }
                }
            }
            stacks
        });
        report.verdicts.get((*stacks.get(finding)?)?)
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
    pub(super) fn rules(&self) -> &[RuleDoc] {
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
            (Format::Concise, _) => concise::write(self, style, out),
            (Format::Json, _) => plain_json::write(self.contract(), out),
            (Format::Sarif, _) => sarif::write(self, out),
            (Format::Junit, _) => junit::write(self, out),
            (Format::Github, _) => github::write(self, out),
            (Format::Gitlab, _) => gitlab::write(self, out),
            (Format::Checkstyle, _) => checkstyle::write(self, out),
            (Format::Markdown, _) => markdown::write(self, out),
            (Format::OpenReports, _) => policy_report::write(self, PolicyForm::OpenReports, out),
            (Format::PolicyReport, _) => policy_report::write(self, PolicyForm::PolicyReport, out),
        }
    }

    /// What goes into the summary of a job on GitHub, in no more than `most` bytes.
    pub(crate) fn summary(&self, most: usize) -> String {
        markdown::within(self, most)
    }
}
