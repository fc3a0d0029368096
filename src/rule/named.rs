//! Finds out which subjects of a kind rules can be about at all, so that facts of the others need not be made.

use std::collections::BTreeSet;

use cel::common::ast::Expr;
use cel::common::ast::LiteralValue;
use cel::common::ast::operators;
use cel::parser::Expression as Tree;

use super::file::Rule;
use super::set::RuleSet;
use super::syntax::Expression;

impl RuleSet {
    /// The values of `subject.field` without which no rule over `subject` can speak; `None` where some rule may speak
    /// of any. Read from conditions such as `component.name == "faro.receiver" && ...`.
    pub(crate) fn names(&self, subject: &str, field: &str) -> Option<BTreeSet<String>> {
        let rules = self.over(subject);
        rules.map(|rule| names_of(rule, subject, field)).try_fold(BTreeSet::new(), |mut all, names| {
            all.extend(names?);
            Some(all)
        })
    }
}

fn names_of(rule: &Rule, subject: &str, field: &str) -> Option<BTreeSet<String>> {
    let of = |condition: &Expression| names_in(condition.tree().ok()?, subject, field);
    // `undecided` speaks before a case is asked, so only what must be given counts then.
    rule.given.as_ref().and_then(of).or_else(|| {
        let mut names = BTreeSet::new();
        for case in rule.cases.iter().filter(|_| rule.undecided.is_none()) {
            names.extend(of(&case.when)?);
        }
        (rule.undecided.is_none()).then_some(names)
    })
}

/// The names that a condition demands; `None` where it may be true of others.
fn names_in(tree: &Tree, subject: &str, field: &str) -> Option<BTreeSet<String>> {
    let Expr::Call(call) = &tree.expr else { return None };
    let [left, right] = &call.args[..] else { return None };
    let (one, two) = (names_in(left, subject, field), names_in(right, subject, field));
    match call.func_name.as_str() {
        operators::LOGICAL_AND => one.or(two),
        operators::LOGICAL_OR => {
            let mut both = one?;
            both.extend(two?);
            Some(both)
        }
        operators::EQUALS => match (&left.expr, &right.expr) {
            (Expr::Select(select), Expr::Literal(LiteralValue::String(text)))
                if select.field == field
                    && matches!(&select.operand.expr, Expr::Ident(name) if name == subject) =>
            {
                Some(BTreeSet::from([text.to_string()]))
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(conditions: &[&str]) -> Option<Vec<String>> {
        let texts: Vec<(String, String)> = conditions
            .iter()
            .enumerate()
            .map(|(number, lines)| {
                let id = format!("rule-{number}");
                let text = format!(
                    "id: {id}\ninvariant: coherence\nseverity: info\nover: component\n{lines}\nmessage: m\nwhy: w\nhelp: h\nsource: s\n"
                );
                (format!("flow/{id}.yaml"), text)
            })
            .collect();
        let texts: Vec<(&str, &str)> =
            texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (rules, problems) = RuleSet::from_texts(&texts, true);
        assert!(problems.is_empty(), "{problems:?}");
        rules.names("component", "name").map(|names| names.into_iter().collect())
    }

    #[test]
    fn names_are_read_from_what_conditions_demand() {
        assert_eq!(
            names(&["when: component.name == 'a.b' && component.known"]),
            Some(vec!["a.b".to_owned()])
        );
        let either =
            "given: component.known && (component.name == 'b' || component.name == 'a')\nwhen: 'true'";
        assert_eq!(names(&[either]), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(names(&[]), Some(Vec::new()), "no rule, no subject");
    }

    #[test]
    fn one_rule_that_may_speak_of_any_wants_all() {
        assert_eq!(names(&["when: component.known", "when: component.name == 'a'"]), None);
        assert_eq!(names(&["when: component.name == 'a' || component.known"]), None);
        assert_eq!(names(&["when: component.name != 'a'"]), None);
        assert_eq!(names(&["when: component.id == 'a'"]), None);
        let undecided = "when: component.name == 'a'\nundecided: component.known\nundecided_message: m";
        assert_eq!(names(&[undecided]), None);
    }
}
