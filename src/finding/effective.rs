//! What governs a run, as people read it.

use super::Invariant;
use super::Profile;
use super::Severity;

/// The settings in effect, each with where it came from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Effective {
    /// The settings file, where there is one.
    pub(crate) file: Option<String>,
    /// The stacks of the inputs, each with the settings file that governs it.
    pub(crate) stacks: Vec<(String, Option<String>)>,
    /// All settings, in the order of the file.
    pub(crate) settings: Vec<EffectiveSetting>,
    /// All rules, by id.
    pub(crate) rules: Vec<EffectiveRule>,
}

/// A setting in effect.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EffectiveSetting {
    /// Its key in the settings file.
    pub(crate) key: &'static str,
    /// Its value; `None` where nothing is set.
    pub(crate) value: Option<SettingText>,
    /// Where it came from, or what happens as nothing is set: `default`, `ptd-lint.yaml:7`, `command line`.
    pub(crate) from: String,
}

/// A value as a settings file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SettingText {
    /// A number, a truth value or null, as typed.
    Plain(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<SettingText>),
    /// A mapping, in order.
    Map(Vec<(String, SettingText)>),
}

impl SettingText {
    /// A list of texts.
    pub(crate) fn texts<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::List(items.into_iter().map(|item| Self::Text(item.as_ref().to_owned())).collect())
    }
}

/// A rule under the settings in effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EffectiveRule {
    /// Its id.
    pub(crate) id: String,
    /// The folder below `rules/`; empty for a rule of a user.
    pub(crate) family: String,
    /// The promise that it guards.
    pub(crate) invariant: Invariant,
    /// The severity of its findings.
    pub(crate) severity: Severity,
    /// The first profile that it stands in.
    pub(crate) profile: Profile,
    /// Whether it runs.
    pub(crate) runs: bool,
    /// Why it runs or does not.
    pub(crate) why: String,
    /// Where its severity comes from, unless it is the rule's own.
    pub(crate) severity_from: Option<String>,
}
