//! Turns the example stacks in `fixtures/rules` into checks of the rules: each rule has one that breaks it and one that
//! nearly does.
//!
//! `fixtures/rules/FAMILY/ID/` belongs to `rules/FAMILY/ID.yaml`:
//! - `fail/` breaks the rule; `fail/expected.txt` is all that the rule by itself says of it;
//! - `fail/fixed.diff` (where the rule has a fix) is what fixes make of it, see `fixes.rs`;
//! - `pass/` is the near miss: the same stack mended, or what tempts the rule to be wrong. Nothing is said of it;
//! - `undecided/` (where a rule can end so) with its own `expected.txt`.
//!
//! In each of them `ptd-lint.yaml` is the settings file, `baseline.yaml` the baseline, and `rules/` is given with `--rules`. `UPDATE=1 cargo test
//! fixtures` writes the `expected.txt`; review them as a user would, down to the underlined characters.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::document::Documents;
use crate::document::Place;
use crate::rule::Rule;
use crate::rule::RuleSet;
use crate::source;
use crate::source::Source;
use crate::source::Sources;

/// What a rule that could not decide begins its message with.
const UNDECIDED: &str = "cannot be decided: ";

#[test]
fn every_rule_says_of_its_fixtures_what_is_expected() {
    let rules = RuleSet::builtin();
    let mut faults: Vec<String> =
        rules.rules().into_iter().flat_map(faults_of).chain(strays(&rules)).collect();
    faults.sort();
    let count = faults.len();
    assert!(faults.is_empty(), "{count} faults in fixtures/rules:\n\n{}\n", faults.join("\n"));
}

/// A `pass` folder in which the rule has nothing to look at shows nothing: with its condition turned round (or without
/// what it takes for given) the rule must speak there.
#[test]
fn every_near_miss_is_one_that_the_rule_looks_at() {
    let mut faults = Vec::new();
    // Problems, faults and opaque parts are there only where something is wrong; a rule that only ever ends undecided has no
    // condition to turn round.
    let has_condition = |rule: &&Rule| {
        !matches!(
            rule.over.as_str(),
            "alloy_fault" | "problem" | "opaque" | "option_fault" | "changed_default"
        ) && !only_undecided(rule)
    };
    let rules = RuleSet::builtin();
    for rule in rules.rules().into_iter().filter(has_condition) {
        let folder = folder_of(rule).join("pass");
        if !folder.is_dir() {
            continue;
        }
        let text = read(&root().join("rules").join(&rule.family).join(format!("{}.yaml", rule.id)));
        // With several cases it is enough that the rule looks at the stack: `fail` shows each of them.
        let negated = match &rule.cases[..] {
            [only] => with_key(&text, "when", &format!("!({})", only.when.source())),
            cases => {
                let kept = text.split_once("\ncases:\n").map_or("", |(before, _)| before);
                let rest = text.split_once("\nwhy:").map_or("", |(_, rest)| rest);
                let negated = cases.iter().map(|case| {
                    format!("  - when: '!({})'\n    message: x\n", case.when.source().replace('\'', "''"))
                });
                format!("{kept}\ncases:\n{}why:{rest}", negated.collect::<String>())
            }
        };
        let unconditional = with_key(&text, "given", "true");
        let speaks = |text: &str| !said_by(rule, &folder, Some(text)).is_empty();
        let looked_at = speaks(&negated) || (rule.given.is_some() && speaks(&unconditional));
        if !looked_at {
            faults.push(format!(
                "{}: the rule has nothing to look at here: `{}` turned round says nothing either",
                shown(&folder),
                rule.cases.iter().map(|case| case.when.source()).collect::<Vec<_>>().join("`, `")
            ));
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Whether a rule has no condition but that it cannot tell.
fn only_undecided(rule: &Rule) -> bool {
    rule.cases.iter().all(|case| case.when.source() == "false")
}

/// What is wrong with the fixtures of a rule.
fn faults_of(rule: &Rule) -> Vec<String> {
    let folder = folder_of(rule);
    let mut faults = Vec::new();
    for (outcome, needed) in [("fail", true), ("undecided", false)] {
        let folder = folder.join(outcome);
        if holds_inputs(&folder) {
            faults.extend(compare(rule, &folder, outcome));
        } else if needed || folder.exists() {
            faults.push(format!("{}: no inputs; add a small stack that breaks the rule", shown(&folder)));
        }
    }
    let pass = folder.join("pass");
    if holds_inputs(&pass) {
        let said = said_by(rule, &pass, None);
        if !said.is_empty() {
            faults.push(format!("{}: the rule must say nothing, and says\n{said}", shown(&pass)));
        }
    } else {
        faults.push(format!("{}: no inputs; add the stack of `fail`, nearly as it is", shown(&pass)));
    }
    faults
}

/// Compares with `expected.txt`, or writes it.
fn compare(rule: &Rule, folder: &Path, outcome: &str) -> Option<String> {
    let file = folder.join("expected.txt");
    let said = said_by(rule, folder, None);
    let doubts = said.lines().filter(|line| line.contains(UNDECIDED)).count();
    let findings = said.lines().filter(|line| !line.starts_with(' ')).count() - doubts;
    if said.is_empty() {
        return Some(format!("{}: the rule says nothing", shown(folder)));
    }
    if outcome == "undecided" && findings > 0 {
        return Some(format!("{}: the rule decides:\n{said}", shown(folder)));
    }
    if outcome == "fail" && findings < rule.cases.len() && !only_undecided(rule) {
        let cases = rule.cases.len();
        return Some(format!("{}: {findings} findings for {cases} cases:\n{said}", shown(folder)));
    }
    if update() {
        write(&file, &said);
        return None;
    }
    if !file.is_file() {
        let remedy = "`UPDATE=1 cargo test fixtures` writes it, for review";
        return Some(format!("{}: missing; {remedy}. The rule says\n{said}", shown(&file)));
    }
    let expected = read(&file);
    (expected != said).then(|| {
        let place = shown(&file);
        format!("{place}: differs. Expected\n{expected}\nThe rule says\n{said}")
    })
}

/// Folders and files below `fixtures/rules` that belong to no rule.
fn strays(rules: &RuleSet) -> Vec<String> {
    let known: BTreeSet<PathBuf> = rules.rules().into_iter().map(folder_of).collect();
    let mut strays = Vec::new();
    for family in entries(&root().join("fixtures/rules")) {
        for folder in entries(&family) {
            if !known.contains(&folder) {
                strays.push(format!("{}: no rule of this family has that name", shown(&folder)));
                continue;
            }
            for outcome in entries(&folder) {
                if !["fail", "pass", "undecided"].iter().any(|name| outcome.ends_with(name)) {
                    strays.push(format!("{}: only fail, pass and undecided belong here", shown(&outcome)));
                }
            }
        }
    }
    strays
}

/// What the rule by itself says of the stack in a folder, one line each; `replacement` is a text to use instead of the
/// rule's own file.
fn said_by(rule: &Rule, folder: &Path, replacement: Option<&str>) -> String {
    let (sources, mut options) = inputs_of(rule, folder);
    if let Some(text) = replacement {
        let text = format!("{text}\nreplaces: {}\n", rule.id);
        let path = "turned-round.yaml".to_owned();
        options.rules.push(Source { path, argument: 0, text: text.into() });
    }
    let Checked { documents, report, .. } = check::check(&sources, &[".".to_owned()], &options);
    let mut said = String::new();
    for finding in &report.findings {
        assert_eq!(finding.rule, rule.id, "{}", shown(folder));
        let place = finding.place.map_or("-".to_owned(), |place| placed(&documents, place));
        let _ = writeln!(said, "{place} {} {}", finding.severity.name(), one_line(&finding.message));
        for label in &finding.related {
            let _ = writeln!(said, "  {} {}", placed(&documents, label.place), one_line(&label.text));
        }
    }
    said
}

/// The stack in a folder of fixtures, and how it is checked with one rule.
pub(super) fn inputs_of(rule: &Rule, folder: &Path) -> (Sources, CheckOptions) {
    let Sources { texts, problems, .. } =
        source::read_all(&[OsString::from(folder)], None, &mut std::io::empty());
    assert!(problems.is_empty(), "{}: {problems:?}", shown(folder));
    let prefix = format!("{}/", source::shown(folder.as_os_str()));
    let below = texts.into_iter().map(|source| Source {
        path: source.path.strip_prefix(&prefix).unwrap_or(&source.path).to_owned(),
        ..source
    });
    let (rules, inputs): (Vec<Source>, Vec<Source>) =
        below.partition(|source| source.path.starts_with("rules/"));
    let options = CheckOptions {
        config: inputs.iter().find(|source| source.path == "ptd-lint.yaml").cloned(),
        baseline: inputs.iter().find(|source| source.path == "baseline.yaml").cloned(),
        rules,
        select: vec![rule.id.clone()],
        ..CheckOptions::default()
    };
    (Sources { texts: inputs, ..Sources::default() }, options)
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

/// The text of a rule file with another expression under a key.
fn with_key(text: &str, key: &str, expression: &str) -> String {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if !line.starts_with([' ', '#']) && !line.is_empty() {
            inside = line.starts_with(&format!("{key}:"));
        }
        if !inside {
            lines.push(line);
        }
    }
    let quoted = serde_json::to_string(expression).unwrap();
    format!("{}\n{key}: {quoted}\n", lines.join("\n"))
}

pub(super) fn holds_inputs(folder: &Path) -> bool {
    let is_input = |path: &PathBuf| !path.ends_with("expected.txt") && !path.ends_with("fixed.diff");
    folder.is_dir() && entries(folder).iter().any(is_input)
}

/// The entries of a folder, sorted; none where it is not there.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let found = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = found.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

pub(super) fn folder_of(rule: &Rule) -> PathBuf {
    root().join("fixtures/rules").join(&rule.family).join(&rule.id)
}

pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(super) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

#[expect(clippy::disallowed_methods, reason = "the test is asked to write what it expects")]
pub(super) fn update() -> bool {
    std::env::var_os("UPDATE").is_some()
}

#[expect(clippy::disallowed_methods, reason = "the test reads the project's own files")]
pub(super) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the test is asked to write what it expects")]
pub(super) fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}
