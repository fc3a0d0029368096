//! Holds how many slightly changed rules their fixtures do not notice (`trial/mutants.rs`).
//!
//! `fixtures/rules/survivors.txt` has the numbers, each with the reason why no input can show them. They may only shrink: a
//! better fixture kills one, and then `UPDATE=1 cargo test rule_mutations` lowers the number.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::fixtures;
use crate::rule::RuleSet;
use crate::trial;
use crate::trial::Survivors;
use crate::trial::Trial;

#[test]
fn fixtures_notice_what_is_changed_in_a_rule() {
    let builtin = RuleSet::builtin();
    let fixtures = fixtures::on_disk();
    let trial = Trial { rules: &builtin, files: &[], fixtures: &fixtures, update: false };
    // One by one: what a rule costs differs much.
    let survivors: BTreeMap<&str, Vec<String>> = builtin
        .rules()
        .par_iter()
        .with_max_len(1)
        .map(|rule| (rule.id.as_str(), trial::survivors(&trial, rule)))
        .collect();
    let list = fixtures::root().join("fixtures/rules/survivors.txt");
    let outcome = Survivors::new(&survivors, &fixtures::read(&list), fixtures::update());
    if fixtures::update() {
        fixtures::write(&list, &outcome.kept);
    }
    assert!(outcome.faults.is_empty(), "in {}:\n{}", list.display(), outcome.faults.join("\n"));
    let unexplained: Vec<&str> = outcome.kept.lines().filter(|line| !line.contains("  # ")).collect();
    assert!(
        unexplained.is_empty(),
        "in {}, why no input can show them is not said: {unexplained:?}",
        list.display()
    );
}
