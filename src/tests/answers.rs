//! Holds what `--probe` says of its failures to the rules that live on its answers.

use std::collections::BTreeSet;

use crate::live::OF_COLLECTORS;
use crate::live::OF_STORES;
use crate::rule::RuleSet;

#[test]
fn promises_that_hang_on_answers_are_those_of_the_rules_over_them() {
    for (subjects, promises) in [
        (&["running_option", "running_tenant", "running_version"][..], &OF_STORES[..]),
        (&["running_component", "running_program"], &OF_COLLECTORS),
    ] {
        let rules = RuleSet::builtin();
        let of_rules = rules.rules().into_iter().filter(|rule| subjects.contains(&rule.over.as_str()));
        let of_rules: BTreeSet<&str> = of_rules.map(|rule| rule.invariant.id()).collect();
        assert_eq!(of_rules, promises.iter().copied().collect(), "{subjects:?}");
    }
}
