//! What reports may know of a rule.

use super::Invariant;
use super::Severity;

/// Where the pages of all built-in rules are read. The schemas name it too (`$id`).
pub(crate) const SITE: &str = "https://ptd-lint.dev/";

/// A rule as people read about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleDoc {
    /// Names the fault, in kebab case.
    pub(crate) id: String,
    /// How much harm a finding means.
    pub(crate) severity: Severity,
    /// The promise that it guards.
    pub(crate) invariant: Invariant,
    /// The kind of subject that it ranges over.
    pub(crate) subject: String,
    /// The fault in one line.
    pub(crate) summary: String,
    /// Why it is a fault.
    pub(crate) why: String,
    /// How to mend it.
    pub(crate) help: String,
    /// What it offers to mend by itself, and whether that is safe.
    pub(crate) fixes: Vec<(String, bool)>,
    /// What a settings file may change.
    pub(crate) settings: Vec<RuleSetting>,
    /// Where the values come from: documents, upstream pages.
    pub(crate) references: Vec<String>,
    /// An input that breaks the rule.
    pub(crate) failing: Option<String>,
    /// The same input, mended.
    pub(crate) mended: Option<String>,
}

impl RuleDoc {
    /// The address of its page, where it has one.
    pub(crate) fn address(&self) -> Option<String> {
        Some(format!("{SITE}rules/{}.html", self.id))
    }
}

/// A value of a rule that can be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleSetting {
    /// Its name in the settings file.
    pub(crate) name: String,
    /// What holds when nothing is set, with its unit.
    pub(crate) default: String,
    /// What it means.
    pub(crate) meaning: String,
}
