//! Turns a rule into many that are slightly wrong, and tells which of them its fixtures do not notice.
//!
//! A mutant has one operator, truth value or number of `given`, `undecided` or a `when` changed, or one path led astray. It
//! survives if it says the same of all fixtures of the rule. Some cannot be killed, since they mean the same:
//! `size(x) > 0` and `size(x) != 0`.

use std::collections::BTreeSet;
use std::fmt;

use super::Trial;
use crate::check::Asked;
use crate::document::Place;
use crate::rule::Expression;
use crate::rule::Outcome;
use crate::rule::Rule;
use crate::rule::RuleSet;

/// The mutants of a rule that its fixtures do not tell from it, in words.
pub(crate) fn survivors(trial: &Trial<'_>, rule: &Rule) -> Vec<String> {
    let asked: Vec<Asked> = trial.fixtures_of(rule).flat_map(|fixture| trial.asked(rule, fixture)).collect();
    let mut rules = trial.alone(rule);
    let sound: Vec<_> = asked.iter().map(|asked| said(asked, &rules)).collect();
    let given = rule.given.iter().map(|given| (Part::Given, given.source()));
    let undecided = rule.undecided.iter().map(|(condition, _)| (Part::Undecided, condition.source()));
    let cases = rule.cases.iter().enumerate();
    let cases = cases.map(|(index, case)| (Part::When(index), case.when.source()));
    let mut survivors = Vec::new();
    for (part, source) in given.chain(undecided).chain(cases) {
        for mutant in mutants(source) {
            let expression = Expression::new(&mutant);
            if expression.tree().is_err() {
                continue;
            }
            let mut changed = Some(expression);
            let mut swap = |one: &mut Rule| {
                if one.id == rule.id {
                    changed = changed.take().and_then(|it| part.replace(one, it));
                }
            };
            rules.change(&mut swap);
            if asked.iter().zip(&sound).all(|(asked, sound)| said(asked, &rules) == *sound) {
                survivors.push(format!("{part}: {mutant}"));
            }
            rules.change(&mut swap);
        }
    }
    survivors
}

/// A condition of a rule.
#[derive(Debug, Clone, Copy)]
enum Part {
    Given,
    Undecided,
    /// The number of a case.
    When(usize),
}

impl Part {
    /// Puts an expression there; gives the one that was.
    fn replace(self, rule: &mut Rule, expression: Expression) -> Option<Expression> {
        let place = match self {
            Self::Given => rule.given.as_mut()?,
            Self::Undecided => &mut rule.undecided.as_mut()?.0,
            Self::When(index) => &mut rule.cases.get_mut(index)?.when,
        };
        Some(std::mem::replace(place, expression))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given => out.write_str("given"),
            Self::Undecided => out.write_str("undecided"),
            Self::When(0) => out.write_str("when"),
            Self::When(index) => write!(out, "when of case {}", index + 1),
        }
    }
}

/// What rules say of a stack: where, how bad, and the words. What is said twice is told once.
fn said(asked: &Asked, rules: &RuleSet) -> BTreeSet<(Option<Place>, &'static str, String)> {
    let said = asked.outcomes(rules).into_iter().map(|outcome| match outcome {
        Outcome::Finding(finding) => (finding.place, finding.severity.name(), finding.message),
        Outcome::Undecided { place, reason, .. } => (place, "undecided", reason),
    });
    said.collect()
}

/// A piece of an expression that can be changed.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Token<'t> {
    Operator(&'t str),
    /// A whole number.
    Number(i64),
    Truth(bool),
    /// The last name of a path, behind a dot, that is not the name of a function.
    Field,
}

impl Token<'_> {
    /// The texts to put in its place.
    fn replacements(self) -> Vec<String> {
        let other = |text: &str| vec![text.to_owned()];
        match self {
            Self::Operator("==") => other("!="),
            Self::Operator("!=") => other("=="),
            Self::Operator("<") => other("<="),
            Self::Operator("<=") => other("<"),
            Self::Operator(">") => other(">="),
            Self::Operator(">=") => other(">"),
            Self::Operator("&&") => other("||"),
            Self::Operator("||") => other("&&"),
            Self::Operator("!") => other(""),
            Self::Operator(_) => Vec::new(),
            Self::Number(number) => {
                vec![number.saturating_add(1).to_string(), number.saturating_sub(1).to_string()]
            }
            Self::Truth(truth) => other(if truth { "false" } else { "true" }),
            Self::Field => other("x_"),
        }
    }
}

/// The texts that differ from an expression in one of its tokens.
fn mutants(source: &str) -> Vec<String> {
    let changed = tokens(source).into_iter().flat_map(|(start, end, token)| {
        let replaced = move |new: String| format!("{}{new}{}", &source[..start], &source[end..]);
        token.replacements().into_iter().map(replaced)
    });
    changed.collect()
}

/// What can be changed in an expression, with its bytes. Literal text stays: a fixture has the word or has another.
fn tokens(source: &str) -> Vec<(usize, usize, Token<'_>)> {
    const OPERATORS: &[&str] = &["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!"];
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = source[at..].chars().next() {
        let rest = &source[at..];
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = if first == '"' || first == '\'' {
            literal(rest)
        } else if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
            tokens.push((at, at + operator.len(), Token::Operator(operator)));
            operator.len()
        } else if is_name(first) {
            let length = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
            let (before, behind) = (&source[..at], &rest[length..]);
            let goes_on = behind.strip_prefix('.').is_some_and(|next| {
                let end = next.find(|c| !is_name(c)).unwrap_or(next.len());
                !next[end..].starts_with('(')
            });
            let token = match &rest[..length] {
                "true" => Some(Token::Truth(true)),
                "false" => Some(Token::Truth(false)),
                // Neither half of `1.5`.
                digits if first.is_ascii_digit() => {
                    let whole = !before.ends_with('.') && !behind.starts_with('.');
                    digits.parse().ok().filter(|_| whole).map(Token::Number)
                }
                _ => {
                    let is_last = !goes_on && !behind.starts_with('(');
                    (before.ends_with('.') && is_last).then_some(Token::Field)
                }
            };
            tokens.extend(token.map(|token| (at, at + length, token)));
            length
        } else {
            first.len_utf8()
        };
        at += length;
    }
    tokens
}

/// How long the quoted text is that an expression begins with.
fn literal(text: &str) -> usize {
    let quote = text.chars().next();
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let ends = !escaped && Some(*c) == quote;
        escaped = !escaped && *c == '\\';
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_token_is_changed_at_a_time() {
        let found = mutants("!has(a.b.c) && a.b.exists(x, x.d > 3 || x[0] == \"a.b < \\\" true\")");
        let rest = "a.b.exists(x, x.d > 3 || x[0] == \"a.b < \\\" true\")";
        let head = "!has(a.b.c) && ";
        let expected = [
            format!("has(a.b.c) && {rest}"),
            format!("!has(a.b.x_) && {rest}"),
            format!("!has(a.b.c) || {rest}"),
            head.to_owned() + &rest.replacen("a.b.", "a.x_.", 1),
            head.to_owned() + &rest.replacen("x.d", "x.x_", 1),
            head.to_owned() + &rest.replacen('>', ">=", 1),
            head.to_owned() + &rest.replacen('3', "4", 1),
            head.to_owned() + &rest.replacen('3', "2", 1),
            head.to_owned() + &rest.replacen("||", "&&", 1),
            head.to_owned() + &rest.replacen('0', "1", 1),
            head.to_owned() + &rest.replacen('0', "-1", 1),
            head.to_owned() + &rest.replacen("==", "!=", 1),
        ];
        assert_eq!(found, expected);
        assert_eq!(mutants("x > 1.5 || true"), ["x >= 1.5 || true", "x > 1.5 && true", "x > 1.5 || false"]);
    }
}
