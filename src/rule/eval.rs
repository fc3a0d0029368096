//! Evaluates a condition over facts in three-valued logic: what hangs on something unknown ends as *unknown*.
//!
//! The tree is cel's; the evaluation is ours, because cel's equality cannot fail (so `x != unknown` would be true and
//! make a false finding), its run-time errors have no place, and it knows no bound on work.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use cel::common::ast::CallExpr;
use cel::common::ast::EntryExpr;
use cel::common::ast::Expr;
use cel::common::ast::LiteralValue;
use cel::common::ast::operators;
use cel::parser::Expression as Tree;

use super::cost;
use super::functions;
use super::operators::binary;
use super::operators::contains;
use super::operators::field;
use super::operators::index;
use super::operators::is_arithmetic;
use super::operators::overflow;
use super::value::Value;
use super::value::View;
use crate::document::Place;
use crate::text::Limit;
use crate::text::Pattern;

/// Why an evaluation has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It hangs on something unknown, for this reason.
    Unknown(Arc<str>),
    /// The expression does not fit the facts.
    Error(String),
}

/// A value, or why there is none.
pub(crate) type Outcome<'a> = Result<Value<'a>, Stop>;

/// One evaluation with its variables.
pub(crate) struct Evaluation<'a> {
    variables: Vec<(&'a str, Value<'a>)>,
    /// Steps so far, and the most of them: nested loops over long lists end instead of running for minutes.
    steps: u64,
    most: u64,
    /// The patterns of this evaluation. Each is compiled, and paid for, once.
    patterns: BTreeMap<String, Pattern>,
}

impl<'a> Evaluation<'a> {
    /// An evaluation that sees these variables; later ones hide earlier ones.
    pub(crate) fn new(variables: Vec<(&'a str, Value<'a>)>) -> Self {
        Self { variables, steps: 0, most: Limit::RuleSteps.get(), patterns: BTreeMap::new() }
    }

    /// Adds a variable and runs `body` with it.
    pub(crate) fn with<T>(
        &mut self,
        name: &'a str,
        value: Value<'a>,
        body: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.variables.push((name, value));
        let result = body(self);
        self.variables.pop();
        result
    }

    /// A condition: true, false, or why neither.
    pub(crate) fn condition(&mut self, tree: &'a Tree) -> Result<bool, Stop> {
        let value = self.known(tree)?;
        match value.view() {
            View::Bool(value) => Ok(value),
            View::Null => Err(not_set(tree, "the condition")),
            _ => Err(Stop::Error(format!("the condition is {}, not true or false", value.type_name()))),
        }
    }

    /// The place of the fact that `tree` leads to; with `nearest`, that of its nearest ancestor which has one.
    pub(crate) fn place(&mut self, tree: &'a Tree, nearest: bool) -> Option<Place> {
        let own = self.value(tree).ok().and_then(|value| value.place());
        if own.is_some() || !nearest {
            return own;
        }
        match &tree.expr {
            Expr::Select(select) => self.place(&select.operand, true),
            Expr::Call(call) if call.func_name == operators::INDEX => self.place(call.args.first()?, true),
            Expr::Call(call) => self.place(call.target.as_deref()?, true),
            _ => None,
        }
    }

    /// The value of `tree`; may be [`View::Unknown`].
    pub(crate) fn value(&mut self, tree: &'a Tree) -> Outcome<'a> {
        self.take(1)?;
        let value = self.made(tree)?;
        self.take(cost::copy(&value))?;
        Ok(value)
    }

    /// Counts steps, and ends the evaluation where there are too many.
    fn take(&mut self, steps: u64) -> Result<(), Stop> {
        self.steps = self.steps.saturating_add(steps);
        if self.steps <= self.most {
            return Ok(());
        }
        let limit = Limit::RuleSteps;
        Err(Stop::Error(format!("it takes more than {}; {}", limit.shown(), limit.remedy())))
    }

    fn made(&mut self, tree: &'a Tree) -> Outcome<'a> {
        match &tree.expr {
            Expr::Literal(literal) => Ok(literal_value(literal)),
            Expr::Ident(name) => self.variable(name),
            Expr::Select(select) => field(&self.value(&select.operand)?, &select.field),
            Expr::Call(call) => self.call(call),
            Expr::List(list) => {
                let items = list.elements.iter().map(|item| self.lenient(item)).collect::<Result<_, _>>()?;
                Ok(Value::list(items))
            }
            Expr::Map(map) => {
                let mut entries = BTreeMap::new();
                for entry in &map.entries {
                    let EntryExpr::MapEntry(entry) = &entry.expr else { continue };
                    let key = self.known(&entry.key)?;
                    let View::Text(key, _) = key.view() else {
                        return Err(Stop::Error(format!("a key of a map is {}, not text", key.type_name())));
                    };
                    let key = key.to_owned();
                    entries.insert(key, self.lenient(&entry.value)?);
                }
                Ok(Value::Map(Rc::new(entries)))
            }
            Expr::Comprehension(_) | Expr::Struct(_) | Expr::Unspecified => {
                Err(Stop::Error("it uses a construct that rules do not have".to_owned()))
            }
        }
    }

    /// A value that must be known.
    fn known(&mut self, tree: &'a Tree) -> Outcome<'a> {
        let value = self.value(tree)?;
        match value.view() {
            View::Unknown(reason) => Err(Stop::Unknown(reason.clone())),
            _ => Ok(value),
        }
    }

    /// A value that may be unknown: as part of a list it spoils only what needs it.
    fn lenient(&mut self, tree: &'a Tree) -> Outcome<'a> {
        match self.value(tree) {
            Err(Stop::Unknown(reason)) => Ok(Value::Unknown(reason)),
            other => other,
        }
    }

    fn variable(&self, name: &str) -> Outcome<'a> {
        let found = self.variables.iter().rev().find(|(other, _)| *other == name);
        found
            .map(|(_, value)| value.clone())
            .ok_or_else(|| Stop::Error(format!("there is no variable `{name}`")))
    }

    fn call(&mut self, call: &'a CallExpr) -> Outcome<'a> {
        match (call.func_name.as_str(), call.args.as_slice()) {
            (operators::LOGICAL_AND, [left, right]) => self.junction(left, right, false),
            (operators::LOGICAL_OR, [left, right]) => self.junction(left, right, true),
            (operators::LOGICAL_NOT, [operand]) => Ok(Value::Bool(!self.condition(operand)?)),
            (operators::CONDITIONAL, [condition, yes, no]) => self.conditional(condition, yes, no),
            (operators::EQUALS, [left, right]) => Ok(Value::Bool(self.equal(left, right)?)),
            (operators::NOT_EQUALS, [left, right]) => Ok(Value::Bool(!self.equal(left, right)?)),
            (operators::INDEX, [container, key]) => {
                let container = self.value(container)?;
                let key = self.known(key)?;
                index(&container, &key)
            }
            (operators::IN, [needle, haystack]) => {
                let haystack = self.known(haystack)?;
                let needle = self.value(needle)?;
                if let View::List(items) = haystack.view() {
                    self.take((items.len() as u64).saturating_mul(1 + cost::whole(&needle)))?;
                }
                contains(&haystack, &needle)
            }
            ("has", [tree]) if call.target.is_none() => {
                Ok(Value::Bool(!matches!(self.known(tree)?.view(), View::Null)))
            }
            (name @ ("all" | "exists" | "exists_one" | "filter" | "map"), [variable, body @ ..])
                if call.target.is_some() =>
            {
                let (Expr::Ident(variable), Some(target)) = (&variable.expr, &call.target) else {
                    return Err(Stop::Error(format!("`{name}` needs a variable first")));
                };
                let range = self.known(target)?;
                self.comprehension(name, &range, variable, body)
            }
            (name, [left, right]) if is_arithmetic(name) => {
                let symbol = format!("`{}`", name.trim_matches('_'));
                let [left, right] = [left, right].map(|tree| match self.known(tree)? {
                    value if matches!(value.view(), View::Null) => Err(not_set(tree, &symbol)),
                    value => Ok(value),
                });
                let (left, right) = (left?, right?);
                self.take(cost::top(&left).saturating_add(cost::top(&right)))?;
                binary(name, &left, &right)
            }
            (operators::NEGATE, [operand]) => {
                let operand = self.known(operand)?;
                match operand.view() {
                    View::Int(value) => value.checked_neg().map(Value::Int).ok_or_else(overflow),
                    View::Float(value) => Ok(Value::Float(-value)),
                    _ => {
                        Err(Stop::Error(format!("`-` needs a number, and there is {}", operand.type_name())))
                    }
                }
            }
            (name, arguments) => {
                let mut values = Vec::with_capacity(arguments.len() + 1);
                if let Some(target) = &call.target {
                    values.push(self.known(target)?);
                }
                for argument in arguments {
                    values.push(self.known(argument)?);
                }
                self.take(cost::call(name, &values))?;
                let outcome = match (name, &*values) {
                    ("matches", [value, pattern]) => self.matches(value, pattern),
                    _ => functions::call(name, &values),
                };
                outcome.map_err(|stop| {
                    let mut trees = call.target.as_deref().into_iter().chain(arguments);
                    let absent = values.iter().position(|value| matches!(value.view(), View::Null));
                    match (stop, absent.and_then(|index| trees.nth(index))) {
                        (Stop::Error(_), Some(tree)) => not_set(tree, &format!("`{name}`")),
                        (stop, _) => stop,
                    }
                })
            }
        }
    }

    /// Whether a pattern fits somewhere in a text.
    fn matches(&mut self, value: &Value<'a>, pattern: &Value<'a>) -> Outcome<'a> {
        let (source, _) = functions::text("matches", pattern)?;
        let (value, _) = functions::text("matches", value)?;
        if !self.patterns.contains_key(source) {
            let made = functions::pattern(source);
            self.take(cost::pattern(made.as_ref().ok()))?;
            self.patterns.insert(source.to_owned(), made.map_err(Stop::Error)?);
        }
        let fits = self.patterns.get(source).is_some_and(|pattern| pattern.regex.is_match(value));
        Ok(Value::Bool(fits))
    }

    /// `&&` (decided by false) and `||` (decided by true). Either side may decide; the other may then be unknown.
    fn junction(&mut self, left: &'a Tree, right: &'a Tree, decisive: bool) -> Outcome<'a> {
        let left = self.condition(left);
        if left == Ok(decisive) {
            return Ok(Value::Bool(decisive));
        }
        let right = self.condition(right);
        if right == Ok(decisive) {
            return Ok(Value::Bool(decisive));
        }
        left.and(right).map(Value::Bool)
    }

    /// `a ? b : c`; with an unknown `a` it is known only if `b` and `c` are equal.
    fn conditional(&mut self, condition: &'a Tree, yes: &'a Tree, no: &'a Tree) -> Outcome<'a> {
        match self.condition(condition) {
            Ok(true) => self.value(yes),
            Ok(false) => self.value(no),
            Err(Stop::Unknown(reason)) => {
                let (yes, no) = (self.value(yes)?, self.value(no)?);
                if yes.equals(&no) == Ok(true) { Ok(yes) } else { Err(Stop::Unknown(reason)) }
            }
            Err(error) => Err(error),
        }
    }

    fn equal(&mut self, left: &'a Tree, right: &'a Tree) -> Result<bool, Stop> {
        let left = self.value(left)?;
        let right = self.value(right)?;
        self.take(cost::compared(&left, &right))?;
        left.equals(&right).map_err(Stop::Unknown)
    }

    /// The list functions with a variable. Null ranges like an empty list, a map over its keys.
    fn comprehension(
        &mut self,
        name: &str,
        range: &Value<'a>,
        variable: &'a str,
        body: &'a [Tree],
    ) -> Outcome<'a> {
        let items = match range.view() {
            View::Null => Vec::new(),
            View::List(items) => items.to_vec(),
            View::Map(entries) => entries.keys(),
            _ => {
                return Err(Stop::Error(format!(
                    "`{name}` needs a list, and there is {}",
                    range.type_name()
                )));
            }
        };
        self.take(items.len() as u64 / 8)?;
        let (filter, step) = match (name, body) {
            ("map", [step]) => (None, Some(step)),
            ("map", [filter, step]) => (Some(filter), Some(step)),
            (_, [filter]) => (Some(filter), None),
            _ => return Err(Stop::Error(format!("`{name}` has too many or too few arguments"))),
        };
        let mut doubt = None;
        let mut hits: i64 = 0;
        let mut results = Vec::new();
        for item in items {
            let verdict = match filter {
                None => Ok(true),
                Some(filter) => self.with(variable, item.clone(), |inner| inner.condition(filter)),
            };
            match (name, verdict) {
                ("all", Ok(false)) => return Ok(Value::Bool(false)),
                ("exists", Ok(true)) => return Ok(Value::Bool(true)),
                (_, Ok(true)) => {
                    hits += 1;
                    match (name, step) {
                        ("map", Some(step)) => {
                            results.push(self.with(variable, item, |inner| inner.lenient(step))?);
                        }
                        ("filter", _) => results.push(item),
                        _ => {}
                    }
                }
                (_, Ok(false)) => {}
                // Of several, the first is told; a later item may still decide.
                (_, Err(reason)) => doubt = doubt.or(Some(reason)),
            }
        }
        if let (Some(doubt), false) = (doubt, name == "exists_one" && hits > 1) {
            return Err(doubt);
        }
        Ok(match name {
            "all" => Value::Bool(true),
            "exists" => Value::Bool(false),
            "exists_one" => Value::Bool(hits == 1),
            _ => Value::list(results),
        })
    }
}

/// The error of an operation on something absent: a rule says what absence means.
fn not_set(tree: &Tree, needed_by: &str) -> Stop {
    let what = route(tree).map_or("a value".to_owned(), |route| format!("`{route}`"));
    Stop::Error(format!("{what} is not set, and {needed_by} needs it: guard it with `!= null`"))
}

/// The words of a chain of fields.
fn route(tree: &Tree) -> Option<String> {
    match &tree.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) => Some(format!("{}.{}", route(&select.operand)?, select.field)),
        _ => None,
    }
}

fn literal_value(literal: &LiteralValue) -> Value<'_> {
    match literal {
        LiteralValue::Boolean(value) => Value::Bool(*value.inner()),
        LiteralValue::Int(value) => Value::Int(*value.inner()),
        LiteralValue::UInt(value) => i64::try_from(*value.inner()).map_or(Value::Null, Value::Int),
        LiteralValue::Double(value) => Value::Float(*value.inner()),
        LiteralValue::String(value) => Value::text(value.inner()),
        LiteralValue::Bytes(_) | LiteralValue::Null => Value::Null,
    }
}

#[cfg(test)]
#[path = "eval_tests.rs"]
mod tests;
