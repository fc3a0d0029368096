//! Turns rule files into what people read of rules.

use std::collections::BTreeSet;

use super::CheckOptions;
use super::policy::Policy;
use super::problems;
use crate::document::Documents;
use crate::finding::RuleDoc;
use crate::finding::RuleSetting;
use crate::finding::RunError;
use crate::finding::Severity;
use crate::rule::Rule;
use crate::rule::RuleSet;
use crate::source::Source;

/// All rules, built-in ones and a user's, sorted by id.
#[derive(Debug)]
pub(crate) struct RuleFiles {
    /// The rules.
    pub(crate) rules: RuleSet,
    /// What is wrong with the user's.
    pub(crate) errors: Vec<RunError>,
}

impl RuleFiles {
    /// What people read of the rules.
    pub(crate) fn docs(&self) -> Vec<RuleDoc> {
        self.rules.rules().into_iter().map(rule_doc).collect()
    }
}

/// Reads the rules of `sources`, beside the built-in ones. The n-th of them is the file of its rules' places.
pub(crate) fn rule_files(sources: &[Source]) -> RuleFiles {
    let mut documents = Documents::default();
    let options = CheckOptions { rules: sources.to_vec(), ..CheckOptions::default() };
    let policy = Policy::load(&options, &mut documents, &[]);
    let errors = problems::run_errors(policy.problems.iter(), &documents, |_| true);
    RuleFiles { rules: policy.rules, errors }
}

/// All rules, built-in ones and those of `sources`, sorted by id; and what is wrong with the files of the others.
pub(crate) fn rule_docs(sources: &[Source]) -> (Vec<RuleDoc>, Vec<RunError>) {
    let files = rule_files(sources);
    (files.docs(), files.errors)
}

/// An example longer than this many lines is cut down to one of its files.
const EXAMPLE_LINES: usize = 60;

/// The failing and the mended example of a rule: all their files where they are short, else the shortest file that
/// both have and that was mended. Of several stacks, the one called `stack` is the example; the others are its borders.
fn examples(rule: &Rule) -> [Vec<(String, String)>; 2] {
    let files = ["fail", "pass"].map(|outcome| {
        let files = rule.examples(outcome).into_iter();
        let mut files: Vec<_> =
            files.filter(|(name, _)| !["expected.txt", "fixed.diff"].contains(name)).collect();
        let is_example = |(name, _): &(&str, &str)| name.starts_with("stack/");
        if files.iter().any(is_example) {
            // Settings that say nothing only mark the stack.
            files.retain(|file| is_example(file) && *file != ("stack/ptd-lint.yaml", "version: 1\n"));
        }
        files
    });
    let [failing, mended] = &files;
    let lines = |files: &[(&str, &str)]| files.iter().map(|(_, text)| text.lines().count()).sum::<usize>();
    let is_input =
        |name: &str| !matches!(name.rsplit('/').next().unwrap_or(name), "ptd.yaml" | "ptd-lint.yaml");
    let differs = |(name, text): &&(&str, &str)| {
        is_input(name) && mended.iter().any(|(other, mended)| other == name && mended != text)
    };
    let in_both = failing.iter().filter(differs);
    let short = in_both.min_by_key(|(_, text)| text.len()).map(|(name, _)| *name);
    let short = short.filter(|_| lines(failing).max(lines(mended)) > EXAMPLE_LINES);
    files.map(|files| {
        let shown = files.into_iter().filter(|(name, _)| short.is_none_or(|short| *name == short));
        shown.map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
    })
}

/// How to mend what a rule finds, where that depends on what is found.
const TOLD: &str = "What to do depends on what is found: each finding says it.";

pub(super) fn rule_doc(rule: &Rule) -> RuleDoc {
    let mut fixes: Vec<(String, bool)> = Vec::new();
    for own in rule.remedies() {
        let title = own.title.described(&rule.settings);
        let fix = (title.unwrap_or_else(|| "each finding says it".to_owned()), own.is_safe);
        if !fixes.contains(&fix) {
            fixes.push(fix);
        }
    }
    let [failing, mended] = examples(rule);
    let own = rule.cases.iter().filter_map(|case| case.severity);
    let severities: BTreeSet<Severity> = own.filter(|severity| *severity != rule.severity).collect();
    RuleDoc {
        id: rule.id.clone(),
        family: rule.family.clone(),
        subject: rule.over.clone(),
        profile: rule.profile,
        severity: rule.severity,
        severities: severities.into_iter().collect(),
        invariant: rule.invariant,
        advisory: rule.advisory,
        summary: rule.summary().to_owned(),
        why: rule.why.clone(),
        help: rule.help.described(&rule.settings).unwrap_or_else(|| TOLD.to_owned()),
        fixes,
        settings: rule
            .settings
            .iter()
            .map(|setting| RuleSetting {
                name: setting.name.clone(),
                default: crate::rule::shown(&setting.default, ""),
                unit: setting.unit.clone(),
                kind: setting.type_name(),
                meaning: setting.about.clone(),
            })
            .collect(),
        source: rule.source.clone(),
        references: rule.references.clone(),
        failing,
        mended,
    }
}

/// The address of the page of a built-in rule; no rule is read for it.
pub(crate) fn rule_address(id: &str) -> Option<String> {
    crate::rule::family_of(id).map(|family| crate::finding::rule_address(family, id))
}
