//! Turns the name of a rule into files to begin with: a rule that loads and finds nothing yet, and inputs in which it has
//! something to look at.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::TODO;
use super::gather;
use super::gather::Fixture;
use super::gather::Wanted;
use crate::finding::Invariant;
use crate::finding::SITE;
use crate::finding::Severity;
use crate::rule::FIELDS;
use crate::rule::Rule;
use crate::rule::RuleSet;

/// How many fields of a subject are listed in the file; `ptd-lint rules --fields` has all.
const LISTED: usize = 40;

/// What a new rule shall be.
#[derive(Debug, Clone)]
pub(crate) struct Skeleton {
    /// Its id.
    pub(crate) id: String,
    /// The kind of subject; one of [`crate::rule::subjects`].
    pub(crate) over: String,
    /// The promise; unless said, that of most built-in rules over the subject.
    pub(crate) invariant: Option<Invariant>,
    /// How much harm it means.
    pub(crate) severity: Severity,
}

/// The files of a new rule, by their paths below the folder of rules.
pub(crate) fn skeleton(wanted: &Skeleton) -> BTreeMap<String, String> {
    let builtin = RuleSet::builtin();
    let alike: Vec<&Rule> = builtin.rules().into_iter().filter(|rule| rule.over == wanted.over).collect();
    let mut files = BTreeMap::from([(format!("{}.yaml", wanted.id), rule_text(wanted, &alike))]);
    for (outcome, fixture) in inputs(&alike) {
        for input in fixture.inputs {
            files.insert(format!("fixtures/{}/{outcome}/{}", wanted.id, input.path), input.text.to_string());
        }
    }
    files
}

/// Inputs for both outcomes: the shortest stack that has such a subject, twice. Where only what is wrong has one, the
/// shortest that has the fault, and the same mended.
fn inputs(alike: &[&Rule]) -> Vec<(&'static str, Fixture)> {
    let is_fault = |rule: &Rule| super::look::FAULTS.contains(&rule.over.as_str());
    let size = |fixture: &Fixture| fixture.inputs.iter().map(|input| input.text.len()).sum::<usize>();
    let of_alike = |fixture: &Fixture| alike.iter().any(|rule| rule.id == fixture.rule);
    // What else governs a run would only distract.
    let is_plain = |fixture: &Fixture| {
        fixture.inputs.iter().all(|input| input.path != "ptd-lint.yaml" && !input.path.starts_with("rules/"))
    };
    let (plain, others): (Vec<Fixture>, Vec<Fixture>) =
        gather::builtin().into_iter().filter(of_alike).partition(is_plain);
    let fixtures = if plain.is_empty() { others } else { plain };
    let first = if alike.iter().any(|rule| is_fault(rule)) { Wanted::Finding } else { Wanted::Nothing };
    let shortest = fixtures.iter().filter(|fixture| fixture.wanted == first).min_by_key(|one| size(one));
    let Some(shortest) = shortest else { return Vec::new() };
    let near = fixtures.iter().find(|one| one.rule == shortest.rule && one.wanted == Wanted::Nothing);
    vec![("fail", shortest.clone()), ("pass", near.unwrap_or(shortest).clone())]
}

fn rule_text(wanted: &Skeleton, alike: &[&Rule]) -> String {
    let Skeleton { id, over, severity, .. } = wanted;
    let promises = Invariant::ALL.map(Invariant::id).join(", ");
    let subject = FIELDS.iter().find(|field| field.subject == over && field.path.is_empty());
    let mut text = format!(
        "\
# `ptd-lint rules test DIR` says what is still to do. How rules are written: {SITE}own-rules.html
id: {id}
title: {TODO} the fault in a few words, for lists
# The promise that it guards: {promises}.
invariant: {invariant}
# error: a leak, a loss or an outage; warning: a deviation; info: worth knowing.
severity: {severity}
# Each {about} is looked at by itself.
over: {over}
# Only those for which this holds, if you like:
# given: workload.control_room != null
# True is a finding; the expression is CEL.
when: \"false\"
# What to underline: the first that has a place.
# at: [{over}]
message: {TODO} what is wrong, in one sentence; values stand in braces
why: {TODO} the harm, for people who were woken by it
help: {TODO} how to mend it
",
        invariant = wanted.invariant.unwrap_or_else(|| usual(alike)).id(),
        severity = severity.name(),
        about = subject.map_or(over.as_str(), |field| field.doc),
    );
    let fields: Vec<_> =
        FIELDS.iter().filter(|field| field.subject == over && !field.path.is_empty()).collect();
    let _ = writeln!(
        text,
        "\n# What conditions may read of it; `ptd-lint rules --fields` has all fields of all subjects:"
    );
    for field in fields.iter().take(LISTED) {
        let _ = writeln!(text, "#   {} ({}): {}", field.route(), field.kind.name(), field.doc);
    }
    if let Some(more) = fields.len().checked_sub(LISTED).filter(|more| *more > 0) {
        let _ = writeln!(text, "#   and {more} more");
    }
    text
}

/// The promise that most of these rules guard.
fn usual(alike: &[&Rule]) -> Invariant {
    let count = |invariant: &Invariant| alike.iter().filter(|rule| rule.invariant == *invariant).count();
    // Of equal ones the first.
    Invariant::ALL.into_iter().rev().max_by_key(count).unwrap_or(Invariant::Coherence)
}
