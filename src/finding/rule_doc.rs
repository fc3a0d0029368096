//! What reports may know of a rule.

use super::Invariant;
use super::Profile;
use super::Severity;

/// Where the pages of all built-in rules and promises are read. The schemas name it too (`$id`).
pub(crate) const SITE: &str = "https://ptd-lint.dev/";

/// A rule as people read about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleDoc {
    /// Names the fault, in kebab case.
    pub(crate) id: String,
    /// The folder below `rules/` that it lies in; empty for a rule of a user's own.
    pub(crate) family: String,
    /// The first profile that it stands in.
    pub(crate) profile: Profile,
    /// How much harm a finding means.
    pub(crate) severity: Severity,
    /// How much harm some of its findings mean instead.
    pub(crate) severities: Vec<Severity>,
    /// The promise that it guards.
    pub(crate) invariant: Invariant,
    /// Whether its findings leave the promise's verdict alone.
    pub(crate) advisory: bool,
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
    /// Where its values come from; empty where a user's rule does not say.
    pub(crate) source: String,
    /// What to read on: pages of the products, mostly.
    pub(crate) references: Vec<String>,
    /// Inputs that break the rule: file names and texts.
    pub(crate) failing: Vec<(String, String)>,
    /// The same inputs, mended.
    pub(crate) mended: Vec<(String, String)>,
}

impl RuleDoc {
    /// The path of its page below [`SITE`] and below `docs/src`, without an ending: `rules/flow/logs-leave-workload`.
    pub(crate) fn page(&self) -> String {
        let family = if self.family.is_empty() { "own" } else { &self.family };
        page(family, &self.id)
    }

    /// The address of its page; none for a rule of a user's own.
    pub(crate) fn address(&self) -> Option<String> {
        (!self.family.is_empty()).then(|| rule_address(&self.family, &self.id))
    }
}

/// The path of the page of a rule.
fn page(family: &str, id: &str) -> String {
    format!("rules/{family}/{id}")
}

/// The address of the page of a built-in rule.
pub(crate) fn rule_address(family: &str, id: &str) -> String {
    format!("{SITE}{}.html", page(family, id))
}

/// A value of a rule that can be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RuleSetting {
    /// Its name in the settings file.
    pub(crate) name: String,
    /// What holds when nothing is set.
    pub(crate) default: String,
    /// Its unit; may be empty.
    pub(crate) unit: String,
    /// The name of its type: `an integer`, `a list`.
    pub(crate) kind: &'static str,
    /// What it means.
    pub(crate) meaning: String,
}
