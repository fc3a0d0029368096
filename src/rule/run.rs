//! Runs rules over subjects: findings, and what could not be decided.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

use super::eval::Evaluation;
use super::eval::Stop;
use super::file::Case;
use super::file::Related;
use super::file::Rule;
use super::fix::fixes;
use super::identity;
use super::set::Overrides;
use super::set::RuleSet;
use super::syntax::Expression;
use super::value::Value;
use super::value::View;
use crate::document::Place;
use crate::finding::Finding;
use crate::finding::Invariant;
use crate::finding::Label;
use crate::finding::Seen;
use crate::finding::fingerprint;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::Subject;

/// What a rule said of a subject; nothing is said where the rule is kept.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "nearly all are findings, and each is taken apart at once")]
pub(crate) enum Outcome {
    /// The rule is broken.
    Finding(Finding),
    /// It cannot be told.
    Undecided {
        /// The rule's id.
        rule: String,
        /// The promise that it concerns.
        invariant: Invariant,
        /// The subject's key.
        subject_key: String,
        /// Why, and what would settle it.
        reason: String,
        /// What to do.
        help: String,
        /// Where the matter lies.
        place: Option<Place>,
    },
}

impl Outcome {
    /// The rule's id.
    pub(crate) fn rule(&self) -> &str {
        match self {
            Self::Finding(finding) => &finding.rule,
            Self::Undecided { rule, .. } => rule,
        }
    }
}

impl RuleSet {
    /// Runs every rule over the subjects of its kind. The order is that of rule ids, then of subjects.
    pub(crate) fn evaluate(
        &self,
        subjects: &[Subject],
        workload: &Fact,
        overrides: &Overrides,
    ) -> Vec<Outcome> {
        let mut by_rule: BTreeMap<&str, Vec<Outcome>> = BTreeMap::new();
        let mut by_kind: BTreeMap<&str, Vec<&Subject>> = BTreeMap::new();
        // The declaration is a subject too, so that a rule can judge it.
        let declaration = Subject { kind: "workload", key: "workload".to_owned(), facts: workload.clone() };
        for subject in subjects {
            by_kind.entry(subject.kind).or_default().push(subject);
        }
        by_kind.entry(declaration.kind).or_insert_with(|| vec![&declaration]);
        for (kind, subjects) in by_kind {
            for rule in self.over(kind) {
                let settings = settings(rule, overrides);
                let outcomes = by_rule.entry(&rule.id).or_default();
                for subject in subjects.iter().copied() {
                    // A fault of ours in one rule must not silence the others.
                    let run = AssertUnwindSafe(|| judge(self, rule, subject, workload, &settings));
                    outcomes.extend(catch_unwind(run).unwrap_or_else(|_| {
                        let rule = self.rule(&rule.id).unwrap_or(rule);
                        let reason =
                            "rule could not be evaluated: the rules engine failed; please report this";
                        let help = rule.help.source().to_owned();
                        vec![undecided(rule, subject, (reason.to_owned(), help), subject.facts.place)]
                    }));
                }
            }
        }
        by_rule.into_values().flatten().collect()
    }
}

/// The settings of a rule as the user wants them.
fn settings(rule: &Rule, overrides: &Overrides) -> Fact {
    let own = overrides.get(&rule.id);
    let values = rule.settings.iter().map(|setting| {
        let value = own.and_then(|own| own.get(&setting.name)).unwrap_or(&setting.default);
        (setting.name.clone(), value.clone())
    });
    Fact::map(values, None)
}

/// What a rule says, of which only the part that decides is given. The whole is read where it is not kept.
fn judge(
    rules: &RuleSet,
    deciding: &Rule,
    subject: &Subject,
    workload: &Fact,
    settings: &Fact,
) -> Vec<Outcome> {
    let mut evaluation = Evaluation::new(vec![
        ("workload", Value::Fact(workload)),
        ("settings", Value::Fact(settings)),
        (deciding.over.as_str(), Value::Fact(&subject.facts)),
    ]);
    let doubt = match opening(&mut evaluation, deciding) {
        Ok(Opening::NotMeant) => return Vec::new(),
        Ok(Opening::Asked(doubt)) => doubt,
        Ok(Opening::Undecided(reason)) => {
            let Some(rule) = rules.rule(&deciding.id) else { return Vec::new() };
            let doubt = place_of_doubt(&mut evaluation, deciding);
            let place = doubt.or_else(|| place(&mut evaluation, rule.cases.first(), subject));
            let help = rule.help.render(&mut evaluation);
            return vec![undecided(rule, subject, (reason, help), place)];
        }
        Err(stop) => {
            return rules
                .rule(&deciding.id)
                .map(|rule| stopped(&mut evaluation, rule, rule.cases.first(), subject, stop))
                .into_iter()
                .collect();
        }
    };
    let mut outcomes = Vec::new();
    for (index, case) in deciding.cases.iter().enumerate() {
        let verdict = truth(&mut evaluation, &case.when);
        if verdict == Ok(false) {
            continue;
        }
        let Some(rule) = rules.rule(&deciding.id) else { break };
        let Some(case) = rule.cases.get(index) else { break };
        // Whether the rule applies may be open; where a case is kept anyway, that does not matter.
        let verdict = verdict.and_then(|_| doubt.clone().map_or(Ok(()), Err));
        outcomes.push(match verdict {
            Ok(()) => Outcome::Finding(finding(&mut evaluation, rule, case, subject)),
            Err(stop) => stopped(&mut evaluation, rule, Some(case), subject, stop),
        });
    }
    // What is not known is told once, however many cases hang on it.
    outcomes.dedup_by(|one, two| one == two);
    outcomes
}

/// What an evaluation that has no value leaves undecided.
fn stopped<'a>(
    evaluation: &mut Evaluation<'a>,
    rule: &'a Rule,
    case: Option<&'a Case>,
    subject: &'a Subject,
    stop: Stop,
) -> Outcome {
    let reason = match stop {
        Stop::Unknown(reason) => reason.to_string(),
        Stop::Error(reason) => format!("rule could not be evaluated: {reason}"),
    };
    let place = place(evaluation, case, subject);
    let help = match case.and_then(|case| case.help.as_ref()) {
        Some(help) => help.render(evaluation),
        None => rule.help.render(evaluation),
    };
    undecided(rule, subject, (reason, help), place)
}

/// What comes before the cases of a rule.
enum Opening {
    /// The rule does not look at the subject.
    NotMeant,
    /// It cannot be told, with the reason.
    Undecided(String),
    /// The cases are asked. Whether the rule looks at the subject at all may be open.
    Asked(Option<Stop>),
}

fn opening<'a>(evaluation: &mut Evaluation<'a>, rule: &'a Rule) -> Result<Opening, Stop> {
    let mut doubt = None;
    if let Some(given) = &rule.given {
        match truth(evaluation, given) {
            Ok(false) => return Ok(Opening::NotMeant),
            Ok(true) => {}
            Err(stop) => doubt = Some(stop),
        }
    }
    if let Some((condition, message)) = &rule.undecided
        && truth(evaluation, condition)?
    {
        return Ok(Opening::Undecided(message.render(evaluation)));
    }
    Ok(Opening::Asked(doubt))
}

fn truth<'a>(evaluation: &mut Evaluation<'a>, expression: &'a Expression) -> Result<bool, Stop> {
    let tree = expression.tree().map_err(|problem| Stop::Error(problem.message.clone()))?;
    evaluation.condition(tree)
}

fn undecided(
    rule: &Rule,
    subject: &Subject,
    (reason, help): (String, String),
    place: Option<Place>,
) -> Outcome {
    Outcome::Undecided {
        rule: rule.id.clone(),
        invariant: rule.invariant,
        subject_key: subject.key.clone(),
        reason,
        help,
        place,
    }
}

fn finding<'a>(
    evaluation: &mut Evaluation<'a>,
    rule: &'a Rule,
    case: &'a Case,
    subject: &'a Subject,
) -> Finding {
    let first = case.at.first().map(|at| at.source().trim()).unwrap_or_default();
    let values = identity::values(evaluation, case);
    let who = [rule.id.as_str(), &subject.key, first];
    let parts: Vec<&str> = who.into_iter().chain(values.iter().map(String::as_str)).collect();
    Finding {
        rule: rule.id.clone(),
        invariant: rule.invariant,
        severity: case.severity.unwrap_or(rule.severity),
        message: case.message.render(evaluation),
        help: case.help.as_ref().unwrap_or(&rule.help).render(evaluation),
        place: place(evaluation, Some(case), subject),
        label: case.label.render(evaluation),
        related: rule.related.iter().flat_map(|related| labels(evaluation, related)).collect(),
        fingerprint: fingerprint(&parts),
        fixes: fixes(
            evaluation,
            if case.remedies.is_empty() { &rule.remedies } else { &case.remedies },
            &rule.over,
        ),
        seen: Seen::default(),
        accepted: None,
        undecided: false,
    }
}

/// Where a case points: the first of its routes that has a place of its own, else the nearest ancestor of one.
fn place<'a>(evaluation: &mut Evaluation<'a>, case: Option<&'a Case>, subject: &'a Subject) -> Option<Place> {
    for nearest in [false, true] {
        for at in case.into_iter().flat_map(|case| &case.at) {
            let Ok(tree) = at.tree() else { continue };
            if let Some(place) = evaluation.place(tree, nearest) {
                return Some(place);
            }
        }
    }
    subject.facts.place
}

/// Where the reason lies that a rule's `undecided: reason != null` names.
fn place_of_doubt<'a>(evaluation: &mut Evaluation<'a>, rule: &'a Rule) -> Option<Place> {
    let (condition, _) = rule.undecided.as_ref()?;
    let tree = condition.tree().ok()?;
    evaluation.place(super::check::compared_with_null(tree)?, false)
}

fn labels<'a>(evaluation: &mut Evaluation<'a>, related: &'a Related) -> Vec<Label> {
    let at = related.at.as_ref().and_then(|at| at.tree().ok());
    let Some(each) = &related.each else {
        // Not the nearest ancestor: words about something that is not there would stand under something else.
        let place = at.and_then(|tree| evaluation.place(tree, false));
        return place
            .map(|place| Label { place, text: related.text.render(evaluation) })
            .into_iter()
            .collect();
    };
    let Some(list) = each.tree().ok().and_then(|tree| evaluation.value(tree).ok()) else { return Vec::new() };
    let View::List(items) = list.view() else { return Vec::new() };
    let mut labels = Vec::new();
    for item in items.to_vec() {
        let own = item.place();
        evaluation.with("item", item, |inner| {
            let place = match at {
                Some(tree) => inner.place(tree, false).or(own),
                None => own,
            };
            labels.extend(place.map(|place| Label { place, text: related.text.render(inner) }));
        });
    }
    labels
}

/// Settings of a configuration as facts.
impl From<&crate::config::SettingValue> for FactValue {
    fn from(value: &crate::config::SettingValue) -> Self {
        use crate::config::SettingValue;
        match value {
            SettingValue::Null => Self::Null,
            SettingValue::Bool(value) => Self::Bool(*value),
            SettingValue::Int(value) => Self::Int(*value),
            SettingValue::Float(value) => Self::Float(*value),
            SettingValue::Text(text) => Self::Text(text.as_str().into()),
            SettingValue::List(items) => {
                Self::List(items.iter().map(|item| Fact::bare(Self::from(item))).collect())
            }
        }
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
