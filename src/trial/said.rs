//! Turns the inputs of a rule into what the rule by itself says of them.

use std::fmt::Write as _;

use super::Fixture;
use super::Trial;
use super::UNDECIDED;
use super::gather::Wanted;
use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::document::Documents;
use crate::document::Place;
use crate::rule::Rule;
use crate::source::Source;
use crate::source::Sources;
use crate::text::Day;

/// The day of all trials: what ends stays ended.
const TODAY: &str = "2026-01-01";

/// What a rule says of a stack.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// A line for each finding, and one for each further place, as in `expected.txt`.
    pub(super) text: String,
    /// What could not be read of the inputs.
    pub(super) unread: Vec<String>,
}

/// Lets the rule look at the stack, with no other beside it.
pub(super) fn said_by(trial: &Trial<'_>, rule: &Rule, fixture: &Fixture) -> Said {
    let (sources, options) = inputs_of(trial.file_of(rule), rule, fixture);
    let Checked { documents, report, .. } = check::check(&sources, &[".".to_owned()], &options);
    let mut said = Said::default();
    for finding in report.findings.iter().filter(|finding| finding.is_open() && finding.rule == rule.id) {
        let place = finding.place.map_or("-".to_owned(), |place| placed(&documents, place));
        let _ = writeln!(said.text, "{place} {} {}", finding.severity.name(), one_line(&finding.message));
        for label in &finding.related {
            let _ = writeln!(said.text, "  {} {}", placed(&documents, label.place), one_line(&label.text));
        }
    }
    // Rules over problems have inputs that nobody can read.
    if rule.over != "problem" {
        let line = |line: Option<u32>| line.map(|line| format!(":{line}")).unwrap_or_default();
        let errors = report.coverage.errors.iter();
        said.unread
            .extend(errors.map(|error| format!("{}{}: {}", error.path, line(error.line), error.message)));
    }
    said
}

impl Said {
    /// What is wrong with it, whatever is expected in detail.
    pub(super) fn fault(&self, rule: &Rule, wanted: Wanted) -> Option<String> {
        let doubts = self.text.lines().filter(|line| line.contains(UNDECIDED)).count();
        let findings = self.text.lines().filter(|line| !line.starts_with(' ')).count() - doubts;
        if self.text.is_empty() {
            let waits = rule.cases.iter().any(|case| case.when.source() == "false");
            let hint = if waits && rule.undecided.is_none() { "; write its condition `when`" } else { "" };
            return Some(format!("the rule says nothing, and has to: these inputs break it{hint}"));
        }
        if wanted == Wanted::Undecided && findings > 0 {
            return Some(format!("the rule decides:\n{}", self.text));
        }
        if wanted == Wanted::Finding && findings < rule.cases.len() && !only_undecided(rule) {
            let cases = rule.cases.len();
            return Some(format!("{findings} findings for {cases} cases:\n{}", self.text));
        }
        None
    }
}

/// Whether a rule has no condition but that it cannot tell.
pub(super) fn only_undecided(rule: &Rule) -> bool {
    rule.undecided.is_some() && rule.cases.iter().all(|case| case.when.source() == "false")
}

/// The stack of a fixture, and how it is checked with one rule; `file` is the rule's own where it is a user's.
pub(crate) fn inputs_of(file: Option<&Source>, rule: &Rule, fixture: &Fixture) -> (Sources, CheckOptions) {
    let is_rule = |source: &&Source| source.path.starts_with("rules/");
    let inputs: Vec<Source> =
        fixture.inputs.iter().filter(|source| !is_rule(source)).cloned().map(of_first).collect();
    let rules = fixture.inputs.iter().filter(is_rule).chain(file).cloned().map(of_first);
    // Where the settings select rules, what this one says hangs on them.
    let config = inputs.iter().find(|source| source.path == "ptd-lint.yaml");
    let selects = config.is_some_and(|config| config.text.lines().any(|line| line.starts_with("select:")));
    let own = vec![rule.id.clone()];
    let (select, extend_select) = if selects { (Vec::new(), own) } else { (own, Vec::new()) };
    let options = CheckOptions {
        config: config.cloned(),
        baseline: inputs.iter().find(|source| source.path == "baseline.yaml").cloned(),
        rules: rules.collect(),
        select,
        extend_select,
        today: Day::parse(TODAY),
        ..CheckOptions::default()
    };
    (Sources { texts: inputs, ..Sources::default() }, options)
}

/// As brought in by the only argument.
fn of_first(source: Source) -> Source {
    Source { argument: 0, ..source }
}

/// `path:line:column-endLine:endColumn`, as a finding's line and columns in the outermost file.
fn placed(documents: &Documents, place: Place) -> String {
    let place = documents.resolve(place);
    let (start, end) = (place.start, place.end);
    format!("{}:{}:{}-{}:{}", place.path, start.line, start.column, end.line, end.column)
}

fn one_line(text: &str) -> String {
    text.replace('\n', "\\n")
}
