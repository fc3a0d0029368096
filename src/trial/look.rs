//! Turns a near miss into whether the rule looks at it: with its condition turned round the rule has to speak there.

use super::Fixture;
use super::Trial;
use super::said::only_undecided;
use crate::check::Asked;
use crate::rule::Expression;
use crate::rule::Rule;
use crate::rule::RuleSet;

/// Subjects that are there only where something is wrong.
pub(super) const FAULTS: &[&str] =
    &["alloy_fault", "problem", "opaque", "option_fault", "changed_default", "suppression"];

/// Whether a rule has something to look at in a stack of which it says nothing. Where that cannot be asked, it has.
pub(super) fn looks_at(trial: &Trial<'_>, rule: &Rule, fixture: &Fixture) -> bool {
    // A rule that only ever ends undecided has no condition to turn round.
    if FAULTS.contains(&rule.over.as_str()) || only_undecided(rule) {
        return true;
    }
    let asked = trial.asked(rule, fixture);
    let mut rules = trial.alone(rule);
    let speaks = |rules: &RuleSet| asked.iter().any(|asked| is_spoken_of(asked, rules, &rule.id));
    // With several cases it is enough that the rule looks at the stack: `fail` shows each of them.
    rules.change(|one| {
        for case in &mut one.cases {
            case.when = Expression::new(&format!("!({})", case.when.source()));
        }
    });
    if speaks(&rules) {
        return true;
    }
    let mut unconditional = trial.alone(rule);
    unconditional.change(|one| one.given = None);
    rule.given.is_some() && speaks(&unconditional)
}

fn is_spoken_of(asked: &Asked, rules: &RuleSet, id: &str) -> bool {
    asked.outcomes(rules).iter().any(|outcome| outcome.rule() == id)
}
