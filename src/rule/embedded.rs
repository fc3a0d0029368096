//! Rule files and examples that the build script put into the binary.

/// A rule in the binary, with what the build script found in its text. What is a word in the file is one here.
#[derive(Debug)]
pub(crate) struct Builtin {
    /// Its file below `rules/`.
    pub(crate) path: &'static str,
    /// What is written there.
    pub(crate) text: &'static str,
    /// Its id.
    pub(crate) id: &'static str,
    /// The kind of subject.
    pub(crate) over: &'static str,
    /// The promise that it guards.
    pub(crate) invariant: &'static str,
    /// How much harm the fault means.
    pub(crate) severity: &'static str,
    /// Whether its findings leave the verdict alone.
    pub(crate) advisory: bool,
    /// The first profile that it stands in.
    pub(crate) profile: &'static str,
    /// In the profile `stack`: the key of the settings without which it is left out.
    pub(crate) if_declared: Option<&'static str>,
    /// The options of the stores that it asks for; some more than once.
    pub(crate) options: &'static [&'static str],
    /// The keys that say whether it is kept ([`super::outline::DECIDING`]), and of each case the condition: in JSON, which is
    /// read many times faster than YAML.
    pub(crate) deciding: &'static str,
}

impl Builtin {
    /// The folder that it stands in.
    pub(crate) fn family(&self) -> &'static str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// All built-in rules, sorted by id.
pub(crate) static RULES: &[Builtin] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The family of a built-in rule.
pub(crate) fn family_of(id: &str) -> Option<&'static str> {
    let index = RULES.binary_search_by(|rule| rule.id.cmp(id)).ok()?;
    RULES.get(index).map(Builtin::family)
}

/// Path below `fixtures/rules/` and text of each example, sorted by path.
pub(crate) const EXAMPLES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));
