//! Turns files below `fixtures` into the inputs of rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::rule::EXAMPLES;
use crate::source::Source;

/// The inputs of one kind for one rule.
#[derive(Debug, Clone)]
pub(crate) struct Fixture {
    /// Where they lie, for people: `rules/fixtures/tenancy-on/fail`.
    pub(crate) folder: String,
    /// The id of the rule.
    pub(crate) rule: String,
    /// What the rule shall say of them.
    pub(crate) wanted: Wanted,
    /// The files, with paths below the folder.
    pub(crate) inputs: Vec<Source>,
    /// What `expected.txt` holds, where it is there.
    pub(crate) expected: Option<Arc<str>>,
}

/// What a rule shall say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wanted {
    /// At least one finding for each of its cases.
    Finding,
    /// Nothing.
    Nothing,
    /// That it cannot be decided.
    Undecided,
}

impl Wanted {
    /// The name of the folder.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Finding => "fail",
            Self::Nothing => "pass",
            Self::Undecided => "undecided",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Finding, Self::Nothing, Self::Undecided].into_iter().find(|wanted| wanted.name() == name)
    }

    /// What to put into the folder.
    pub(super) const fn remedy(self) -> &'static str {
        match self {
            Self::Finding => "add a small stack that breaks the rule",
            Self::Nothing => "add the stack of `fail`, mended and otherwise nearly as it is",
            Self::Undecided => "add a stack of which the rule cannot tell",
        }
    }
}

/// The inputs among files below a folder of rules, whose path is the first `root` bytes of theirs; and what is wrong with
/// those that belong to no rule.
pub(crate) fn gather(root: usize, files: Vec<Source>) -> (Vec<Fixture>, Vec<String>) {
    let mut found = BTreeMap::<(String, Wanted), Fixture>::new();
    let mut strays = Vec::new();
    for file in files {
        let below = file.path.get(root..).unwrap_or_default();
        let Some((rule, wanted, length)) = located(below) else {
            strays.push(format!(
                "{}: inputs of a rule lie in fixtures/RULE/fail, pass or undecided",
                file.path
            ));
            continue;
        };
        let (folder, rest) = file.path.split_at(root + length);
        let (folder, rest) = (folder.to_owned(), rest.trim_start_matches('/').to_owned());
        let fixture = found.entry((folder.clone(), wanted)).or_insert_with(|| Fixture {
            folder,
            rule: rule.to_owned(),
            wanted,
            inputs: Vec::new(),
            expected: None,
        });
        fixture.inputs.push(Source { path: rest, ..file });
    }
    (found.into_values().collect(), strays)
}

/// The rule and the kind of input that a path below a folder of rules belongs to, and the bytes up to the end of the folder:
/// the first name `fail`, `pass` or `undecided` that has a rule's before it.
fn located(path: &str) -> Option<(&str, Wanted, usize)> {
    let mut before: Option<&str> = None;
    let mut inside = false;
    let mut at = 0;
    let (folders, _) = path.rsplit_once('/')?;
    for name in folders.split('/') {
        at += name.len();
        match (before, Wanted::from_name(name)) {
            (Some(rule), Some(wanted)) => return Some((rule, wanted, at)),
            _ if inside => before = Some(name),
            _ => inside = name == "fixtures",
        }
        at += 1;
    }
    None
}

/// The inputs of built-in rules that are part of the program.
pub(crate) fn builtin() -> Vec<Fixture> {
    const ROOT: &str = "fixtures/rules/";
    let is_input = |path: &str| !matches!(path.rsplit('/').next(), Some("expected.txt" | "survivors.txt"));
    let inputs = EXAMPLES.iter().filter(|(path, _)| is_input(path));
    let inputs = inputs.map(|(path, text)| Source {
        path: format!("{ROOT}{path}"),
        argument: 0,
        text: (*text).into(),
    });
    let (mut fixtures, _) = gather(0, inputs.collect());
    let all: BTreeMap<&str, &str> = EXAMPLES.iter().copied().collect();
    for fixture in &mut fixtures {
        let path = format!("{}/expected.txt", fixture.folder.trim_start_matches(ROOT));
        fixture.expected = all.get(&*path).map(|text| Arc::from(*text));
    }
    fixtures
}

/// How many changes of which built-in rule its inputs do not notice.
pub(crate) fn builtin_survivors() -> &'static str {
    EXAMPLES.iter().find(|(path, _)| *path == "survivors.txt").map_or("", |(_, text)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_found_below_the_name_of_their_rule() {
        for (path, expected) in [
            ("fixtures/a/fail/x.yaml", Some(("a", Wanted::Finding, 15))),
            ("team/fixtures/family/a/pass/deep/fail/x.yaml", Some(("a", Wanted::Nothing, 27))),
            ("fixtures/fail/undecided/x.yaml", Some(("fail", Wanted::Undecided, 23))),
            ("fixtures/fail/x.yaml", None),
            ("fixtures/a/failing/x.yaml", None),
            ("a/fail/x.yaml", None),
            ("fixtures/a/fail", None),
        ] {
            assert_eq!(located(path), expected, "{path}");
        }
    }
}
