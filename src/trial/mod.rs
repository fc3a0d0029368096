//! Turns rules, and the inputs beside them, into what is wrong with either: a rule has to speak of inputs that break it,
//! exactly as expected, and of no other.
//!
//! Built-in rules and a user's are tried alike. The inputs of a rule lie in `fixtures/…/RULE/`:
//! - `fail/` breaks the rule; `expected.txt` in it (a user's may be missing) is all that the rule by itself says;
//! - `pass/` is the near miss: the same mended, or what tempts the rule to be wrong. Nothing is said of it;
//! - `undecided/` (where a rule can end so), with an `expected.txt` of its own.
//!
//! In each of them `ptd-lint.yaml` is the settings file, `baseline.yaml` the baseline, and `rules/` is given with `--rules`.

mod gather;
mod look;
mod mutants;
mod said;
mod skeleton;
mod survivors;
#[cfg(test)]
mod tests;

pub(crate) use self::gather::Fixture;
pub(crate) use self::gather::builtin;
pub(crate) use self::gather::builtin_survivors;
pub(crate) use self::gather::gather;
pub(crate) use self::mutants::survivors;
pub(crate) use self::said::inputs_of;
pub(crate) use self::skeleton::Skeleton;
pub(crate) use self::skeleton::skeleton;
pub(crate) use self::survivors::Survivors;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use self::gather::Wanted;
use crate::rule::Rule;
use crate::rule::RuleSet;
use crate::source::Source;

/// What a rule that could not decide begins its message with.
const UNDECIDED: &str = "cannot be decided: ";

/// What is a user's to write in a rule that `rules new` began.
pub(crate) const TODO: &str = "TODO";

/// Rules and their inputs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trial<'t> {
    /// All rules of the run.
    pub(crate) rules: &'t RuleSet,
    /// The user's rule files: the n-th is the file of its rules' places.
    pub(crate) files: &'t [Source],
    /// The inputs of all rules.
    pub(crate) fixtures: &'t [Fixture],
    /// Whether what rules say shall become what is expected.
    pub(crate) update: bool,
}

/// How one rule did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tried {
    /// The rule's id.
    pub(crate) rule: String,
    /// The kinds of inputs that it was tried with: `fail`, `pass`, `undecided`.
    pub(crate) with: Vec<&'static str>,
    /// What is wrong, each with its place.
    pub(crate) faults: Vec<String>,
    /// Texts that shall be written, by path.
    pub(crate) expected: BTreeMap<String, String>,
}

impl Trial<'_> {
    /// Tries these rules, sorted by id.
    pub(crate) fn run(&self, rules: &[&Rule]) -> Vec<Tried> {
        // One by one: what a rule costs differs much.
        rules.par_iter().with_max_len(1).map(|rule| self.try_rule(rule)).collect()
    }

    fn try_rule(&self, rule: &Rule) -> Tried {
        let mut tried = Tried { rule: rule.id.clone(), ..Tried::default() };
        for (key, text) in [
            ("title", rule.title.as_str()),
            ("message", rule.cases.first().map_or("", |case| case.message.source())),
            ("why", &rule.why),
            ("help", rule.help.source()),
        ] {
            if text.starts_with(TODO) {
                tried.faults.push(format!("`{key}` is still to be written"));
            }
        }
        let own: Vec<&Fixture> = self.fixtures_of(rule).collect();
        for wanted in [Wanted::Finding, Wanted::Nothing, Wanted::Undecided] {
            let Some(fixture) = own.iter().find(|fixture| fixture.wanted == wanted) else {
                if wanted != Wanted::Undecided {
                    tried.faults.push(format!("no inputs in {}: {}", wanted.name(), wanted.remedy()));
                }
                continue;
            };
            tried.with.push(wanted.name());
            self.try_fixture(rule, fixture, &mut tried);
        }
        tried
    }

    fn try_fixture(&self, rule: &Rule, fixture: &Fixture, tried: &mut Tried) {
        let said = said::said_by(self, rule, fixture);
        let before = tried.faults.len();
        let mut fault = |text: String| tried.faults.push(format!("{}: {text}", fixture.folder));
        if !rule.family.is_empty() && !fixture.folder.contains(&format!("/{}/{}/", rule.family, rule.id)) {
            fault(format!("the rule is of the family {}", rule.family));
        }
        match fixture.wanted {
            Wanted::Nothing => {
                if !said.text.is_empty() {
                    fault(format!("the rule must say nothing, and says\n{}", said.text));
                } else if !look::looks_at(self, rule, fixture) {
                    let conditions: Vec<_> = rule.cases.iter().map(|case| case.when.source()).collect();
                    fault(format!(
                        "the rule has nothing to look at here: `{}` turned round says nothing either",
                        conditions.join("`, `")
                    ));
                }
            }
            Wanted::Finding | Wanted::Undecided => match said.fault(rule, fixture.wanted) {
                Some(text) => fault(text),
                None => self.compare(fixture, said.text, tried),
            },
        }
        // A near miss may be one because it cannot be read as a whole; where something is wrong, that may be why.
        if tried.faults.len() > before {
            let unread = said.unread.iter().map(|line| format!("{}: cannot be read: {line}", fixture.folder));
            tried.faults.extend(unread);
        }
    }

    /// Holds what a rule says against `expected.txt`, or notes that it shall be written.
    fn compare(&self, fixture: &Fixture, said: String, tried: &mut Tried) {
        let path = format!("{}/expected.txt", fixture.folder);
        match &fixture.expected {
            Some(expected) if **expected == *said => {}
            _ if self.update => drop(tried.expected.insert(path, said)),
            Some(expected) => {
                tried.faults.push(format!("{path}: differs. Expected\n{expected}\nThe rule says\n{said}"));
            }
            // Who wants it has it written.
            None => {}
        }
    }

    /// The inputs of a rule.
    pub(crate) fn fixtures_of<'s>(&'s self, rule: &'s Rule) -> impl Iterator<Item = &'s Fixture> {
        self.fixtures.iter().filter(|fixture| fixture.rule == rule.id)
    }

    /// The file of a rule of the user's.
    fn file_of(&self, rule: &Rule) -> Option<&Source> {
        self.files.get(usize::try_from(rule.place?.doc.file).ok()?)
    }

    /// The path and text of a rule's file.
    fn text_of(&self, rule: &Rule) -> Option<(String, Arc<str>)> {
        if let Some(file) = self.file_of(rule) {
            return Some((file.path.clone(), file.text.opened()));
        }
        self.rules.builtin_file(&rule.id).map(|(path, text)| (path.to_owned(), text.into()))
    }

    /// The rules of one file by themselves, to be changed.
    fn alone(&self, rule: &Rule) -> RuleSet {
        let text = self.text_of(rule);
        text.map_or_else(RuleSet::default, |(path, text)| RuleSet::from_texts(&[(&path, &text)], false).0)
    }

    /// What rules are asked of each input of a rule.
    fn asked(&self, rule: &Rule, fixture: &Fixture) -> Vec<crate::check::Asked> {
        let (sources, options) = inputs_of(self.file_of(rule), rule, fixture);
        crate::check::watched(&rule.over, || {
            drop(crate::check::check(&sources, &[".".to_owned()], &options));
        })
    }
}
