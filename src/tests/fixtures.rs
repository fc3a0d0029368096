//! Turns the example stacks in `fixtures/rules` into checks of the rules: each rule has one that breaks it and one that
//! nearly does. `trial/` says how rules are tried; a user's are tried by the same (`ptd-lint rules test`).
//!
//! `fixtures/rules/FAMILY/ID/` belongs to `rules/FAMILY/ID.yaml`; `fail/fixed.diff` (where the rule has a fix) is what
//! fixes make of it, see `fixes.rs`. `UPDATE=1 cargo test fixtures` writes the `expected.txt`; review them as a user would,
//! down to the underlined characters.

use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::check::CheckOptions;
use crate::rule::Rule;
use crate::rule::RuleSet;
use crate::source;
use crate::source::Sources;
use crate::trial;
use crate::trial::Fixture;
use crate::trial::Trial;

/// One test for each family of rules, so that a fault is told with little run.
macro_rules! families {
    ($($family:ident),*) => {
        /// All families.
        const FAMILIES: &[&str] = &[$(stringify!($family)),*];

        $(#[test]
        fn $family() {
            every_rule_says_of_its_fixtures_what_is_expected(stringify!($family));
        })*
    };
}

families!(
    accepted,
    alloy,
    coherence,
    collector,
    declaration,
    flow,
    grafana,
    loki,
    mimir,
    network,
    running,
    store
);

fn every_rule_says_of_its_fixtures_what_is_expected(family: &str) {
    let rules = RuleSet::builtin();
    let fixtures = on_disk();
    let trial = Trial { rules: &rules, files: &[], fixtures: &fixtures, update: update() };
    let mut faults = Vec::new();
    let mut own = rules.rules();
    own.retain(|rule| rule.family == family);
    assert!(!own.is_empty(), "no rule is of the family {family}");
    for tried in trial.run(&own) {
        faults.extend(tried.faults.iter().map(|fault| format!("{}: {fault}", tried.rule)));
        for (path, text) in &tried.expected {
            write(&root().join(path), text);
        }
    }
    let count = faults.len();
    assert!(faults.is_empty(), "{count} faults in fixtures/rules:\n\n{}\n", faults.join("\n"));
}

#[test]
fn every_family_is_tried_and_every_fixture_is_of_a_rule() {
    let rules = RuleSet::builtin();
    let mut faults = Vec::new();
    for rule in rules.rules() {
        assert!(FAMILIES.contains(&rule.family.as_str()), "the rules of {} are not tried", rule.family);
    }
    for fixture in &on_disk() {
        if rules.rule(&fixture.rule).is_none() {
            faults.push(format!("{}: no rule has that name", fixture.folder));
        }
        let is_quiet = fixture.folder.ends_with("/pass");
        if !is_quiet && fixture.expected.is_none() && !update() {
            let remedy = "`UPDATE=1 cargo test fixtures` writes it, for review";
            faults.push(format!("{}/expected.txt: missing; {remedy}", fixture.folder));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What `ptd-lint rules test` tries without a folder.
#[test]
fn the_program_carries_the_fixtures_that_lie_on_the_disk() {
    let told = |fixtures: Vec<Fixture>| {
        let shown = fixtures.into_iter().map(|fixture| {
            let paths: Vec<String> = fixture.inputs.iter().map(|input| input.path.clone()).collect();
            (fixture.folder, paths, fixture.expected)
        });
        shown.collect::<Vec<_>>()
    };
    assert_eq!(told(trial::builtin()), told(on_disk()));
}

/// The fixtures of all built-in rules, with paths from the project's root.
pub(super) fn on_disk() -> Vec<Fixture> {
    let folder = root().join("fixtures/rules");
    let Sources { mut texts, problems, .. } =
        source::read_all(&[OsString::from(&folder)], None, &mut std::io::empty());
    assert!(problems.is_empty(), "{problems:?}");
    for text in &mut texts {
        text.path = shown(Path::new(&text.path));
    }
    let (mut fixtures, strays) = trial::gather(0, texts);
    assert!(strays.is_empty(), "{strays:?}");
    for fixture in &mut fixtures {
        let expected = root().join(&fixture.folder).join("expected.txt");
        fixture.expected = expected.is_file().then(|| Arc::from(read(&expected)));
    }
    fixtures
}

/// The stack in a folder of fixtures, and how it is checked with one rule.
pub(super) fn inputs_of(rule: &Rule, folder: &Path) -> (Sources, CheckOptions) {
    let found = source::read_all(&[OsString::from(folder)], None, &mut std::io::empty());
    assert!(found.problems.is_empty(), "{}: {:?}", shown(folder), found.problems);
    let mut texts = found.texts;
    for text in &mut texts {
        text.path = shown(Path::new(&text.path));
    }
    let (fixtures, _) = trial::gather(0, texts);
    trial::inputs_of(None, rule, &fixtures[0])
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
