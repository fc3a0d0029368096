//! Turns the remedies that a rule carries into the fixes of a finding.

use std::sync::Arc;

use cel::common::ast::Expr;
use cel::common::ast::LiteralValue;
use cel::common::ast::operators;
use cel::parser::Expression as Tree;

use super::eval::Evaluation;
use super::eval::Stop;
use super::fields;
use super::syntax::Expression;
use super::template::Template;
use super::value::Value;
use super::value::View;
use crate::document::Change;
use crate::document::NewValue;
use crate::document::Place;
use crate::finding::Fix;

/// How a finding can be mended, as a rule says it. It is offered only if all that it names is there and known.
#[derive(Debug)]
pub(crate) struct Remedy {
    /// What it does, in a few words.
    pub(crate) title: Template,
    /// Whether it only does what was agreed, or what anybody would do without asking.
    pub(crate) is_safe: bool,
    /// Only findings for which this holds.
    pub(crate) given: Option<Expression>,
    /// All or none are made; never empty.
    pub(crate) steps: Vec<Step>,
}

/// One change, or one for each item of a list.
#[derive(Debug)]
pub(crate) struct Step {
    /// A list; `item` is then a variable of all the others.
    pub(crate) each: Option<Expression>,
    /// Left out where this does not hold; the other changes are made all the same.
    pub(crate) when: Option<Expression>,
    /// What is done.
    pub(crate) action: Action,
}

/// What is done. Expressions that say where lead to facts, whose places are meant.
#[derive(Debug)]
pub(crate) enum Action {
    /// A fact that is named as it is written gets a value: at its place, or, where it is missing, with the keys that
    /// are missing in the nearest map that is there.
    Set { fact: Expression, value: Made },
    /// A value becomes another, at a fact's place.
    Replace { at: Expression, value: Made },
    /// A key gets a value, in the container that a fact's place names.
    Put { keys: Vec<Template>, under: Expression, value: Made },
    /// A list gets one more item.
    Append { list: Expression, value: Made },
    /// It goes.
    Remove { at: Expression },
    /// The key gets another name.
    Rename { at: Expression, name: Expression },
    /// A component is added to an Alloy program.
    AddComponent { text: Template, after: Expression },
}

/// A value to be written.
#[derive(Debug)]
pub(crate) enum Made {
    /// What an expression yields.
    Value(Expression),
    /// Written as it is: an expression of Alloy, a word.
    Code(Template),
    /// As the rule has it.
    Literal(Literal),
}

/// A value as it stands in a rule.
#[derive(Debug)]
pub(crate) enum Literal {
    /// Text, with expressions in it.
    Text(Template),
    /// A number, `true`, `false`, `null`.
    Plain(Box<str>),
    /// A list.
    List(Vec<Literal>),
    /// A mapping, in its order.
    Map(Vec<(Box<str>, Literal)>),
}

impl Remedy {
    /// Its expressions, as written.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        let steps = self.steps.iter().flat_map(|step| {
            let conditions = step.each.iter().chain(&step.when);
            let (places, value): (Vec<&Expression>, Option<&Made>) = match &step.action {
                Action::Set { fact, value } => (vec![fact], Some(value)),
                Action::Replace { at, value } => (vec![at], Some(value)),
                Action::Put { under, value, .. } => (vec![under], Some(value)),
                Action::Append { list, value } => (vec![list], Some(value)),
                Action::Remove { at } => (vec![at], None),
                Action::Rename { at, name } => (vec![at, name], None),
                Action::AddComponent { after, .. } => (vec![after], None),
            };
            let value = value.and_then(|value| match value {
                Made::Value(expression) => Some(expression.source()),
                Made::Code(template) => Some(template.source()),
                Made::Literal(_) => None,
            });
            conditions.chain(places).map(Expression::source).chain(value)
        });
        self.given.iter().map(Expression::source).chain([self.title.source()]).chain(steps)
    }
}

/// Deepest value that is written.
const MAX_DEPTH: u32 = 16;

/// The fixes that `remedies` offer for what an evaluation looks at.
pub(super) fn fixes<'a>(evaluation: &mut Evaluation<'a>, remedies: &'a [Remedy], subject: &str) -> Vec<Fix> {
    remedies.iter().filter_map(|remedy| fix(evaluation, remedy, subject)).collect()
}

fn fix<'a>(evaluation: &mut Evaluation<'a>, remedy: &'a Remedy, subject: &str) -> Option<Fix> {
    if let Some(given) = &remedy.given
        && !holds(evaluation, given)?
    {
        return None;
    }
    let mut changes = Vec::new();
    for step in &remedy.steps {
        for change in made(evaluation, step, subject)? {
            if !changes.contains(&change) {
                changes.push(change);
            }
        }
    }
    let title = remedy.title.render(evaluation);
    (!changes.is_empty()).then_some(Fix { title, is_safe: remedy.is_safe, changes })
}

/// The changes of one step; `None` where one of them cannot be made.
fn made<'a>(evaluation: &mut Evaluation<'a>, step: &'a Step, subject: &str) -> Option<Vec<Change>> {
    let Some(each) = &step.each else { return one(evaluation, step, subject) };
    let list = value(evaluation, each)?;
    let items = match list.view() {
        View::List(items) => items.to_vec(),
        View::Map(entries) => entries.values(),
        View::Null => Vec::new(),
        _ => return None,
    };
    let mut changes = Vec::new();
    for item in items {
        changes.extend(evaluation.with("item", item, |inner| one(inner, step, subject))?);
    }
    Some(changes)
}

fn one<'a>(evaluation: &mut Evaluation<'a>, step: &'a Step, subject: &str) -> Option<Vec<Change>> {
    if let Some(when) = &step.when
        && !holds(evaluation, when)?
    {
        return Some(Vec::new());
    }
    change(evaluation, &step.action, subject).map(|change| vec![change])
}

fn change<'a>(evaluation: &mut Evaluation<'a>, action: &'a Action, subject: &str) -> Option<Change> {
    Some(match action {
        Action::Set { fact, value } => {
            let value = new_value(evaluation, value)?;
            match target(evaluation, fact.tree().ok()?, subject)? {
                Target::There(at) => Change::Replace { at, value },
                Target::Missing(under, route) => Change::Put { under, route, value },
            }
        }
        Action::Replace { at, value } => {
            Change::Replace { at: place(evaluation, at)?, value: new_value(evaluation, value)? }
        }
        Action::Put { keys, under, value } => {
            let mut route = Vec::with_capacity(keys.len());
            for key in keys {
                route.extend(names(evaluation, key)?);
            }
            Change::Put { under: place(evaluation, under)?, route, value: new_value(evaluation, value)? }
        }
        Action::Append { list, value } => {
            Change::Append { to: place(evaluation, list)?, value: new_value(evaluation, value)? }
        }
        Action::Remove { at } => Change::Remove { at: place(evaluation, at)? },
        Action::Rename { at, name } => {
            let name = plain_text(&value(evaluation, name)?)?;
            Change::Rename { at: place(evaluation, at)?, name: name.into() }
        }
        Action::AddComponent { text, after } => {
            let text = text.tell(evaluation)?.into();
            Change::AddComponent { after: place(evaluation, after)?, text }
        }
    })
}

/// The name of a key, or several: those of a list where the key is nothing but an expression that yields one.
fn names<'a>(evaluation: &mut Evaluation<'a>, key: &'a Template) -> Option<Vec<Arc<str>>> {
    if let Some(expression) = key.lone()
        && let View::List(items) = value(evaluation, expression)?.view()
    {
        let names =
            items.to_vec().iter().map(|item| plain_text(item).map(Arc::from)).collect::<Option<Vec<_>>>()?;
        return (!names.is_empty()).then_some(names);
    }
    Some(vec![key.tell(evaluation)?.into()])
}

/// Where a fact is written, or would be.
enum Target {
    There(Place),
    /// The nearest map that has a place, and the keys below it.
    Missing(Place, Vec<Arc<str>>),
}

/// The fact at each step of a route, from the map whose keys are those of a text on; that map's place may be the one of
/// what is around it, and a fact with the place of what is around it is not written itself.
fn target<'a>(evaluation: &mut Evaluation<'a>, tree: &'a Tree, subject: &str) -> Option<Target> {
    let mut keys = Vec::new();
    let mut node = tree;
    while !is_open(node, subject) {
        let (container, key) = step_up(node)?;
        keys.push(key);
        node = container;
    }
    keys.reverse();
    // The map itself is not ours to set.
    let first: Arc<str> = (*keys.first()?).into();
    let base = known(evaluation.value(node))?;
    let mut value = base.clone();
    // The deepest that is written: its place, and how many keys lead to it.
    let mut found = value.place().map(|place| (place, 0));
    let mut around = value.place();
    for (index, key) in keys.iter().enumerate() {
        value = known(super::operators::field(&value, key))?;
        let place = value.place().filter(|_| value.place() != around);
        match place {
            Some(place) => found = Some((place, index + 1)),
            // Something absent, a map that nobody wrote, what a chart makes: it goes where it would be written.
            None if matches!(value.view(), View::Map(_) | View::Null) || value.place().is_some() => {}
            // What else has no place is not known to be written anywhere.
            None => return None,
        }
        around = value.place().or(around);
    }
    let (place, depth) = found?;
    if depth == keys.len() {
        return Some(Target::There(place));
    }
    let missing: Vec<Arc<str>> = keys.get(depth..)?.iter().map(|key| Arc::from(*key)).collect();
    if depth > 0 {
        return Some(Target::Missing(place, missing));
    }
    let Some((at, way)) = written_at(evaluation, node, &first) else {
        return Some(Target::Missing(place, missing));
    };
    Some(Target::Missing(at, way.into_iter().chain(missing.into_iter().skip(1)).collect()))
}

/// Where a key of an open map is written that is not there, as the subject says it: `config_at` beside `config` has the
/// keys to each section from its own place on, and under `other` those to all the others.
fn written_at<'a>(
    evaluation: &mut Evaluation<'a>,
    open: &'a Tree,
    key: &Arc<str>,
) -> Option<(Place, Vec<Arc<str>>)> {
    let (container, name) = step_up(open)?;
    let container = known(evaluation.value(container))?;
    let at = known(super::operators::field(&container, &format!("{name}_at")))?;
    let View::Map(sections) = at.view() else { return None };
    let texts = |value: &Value<'_>| match value.view() {
        View::List(keys) => keys.to_vec().iter().filter_map(plain_text).map(Arc::from).collect(),
        _ => Vec::new(),
    };
    let way = match (sections.get(key), sections.get("other")) {
        (Some(own), _) => texts(&own),
        (None, Some(other)) => texts(&other).into_iter().chain([key.clone()]).collect(),
        (None, None) => vec![key.clone()],
    };
    Some((at.place()?, way))
}

/// Whether a chain of fields leads to a map whose keys are not ours but those of a text.
pub(super) fn is_open(tree: &Tree, subject: &str) -> bool {
    route(tree).is_some_and(|route| {
        let path = route.strip_prefix(subject).and_then(|rest| rest.strip_prefix('.'));
        path.is_some_and(|path| fields::is_open(subject, path))
    })
}

/// The names of a chain of fields.
fn route(tree: &Tree) -> Option<String> {
    match &tree.expr {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) => Some(format!("{}.{}", route(&select.operand)?, select.field)),
        _ => None,
    }
}

/// `a.b` as `a` and `b`.
pub(super) fn step_up(tree: &Tree) -> Option<(&Tree, &str)> {
    match &tree.expr {
        Expr::Select(select) => Some((&select.operand, &select.field)),
        Expr::Call(call) if call.func_name == operators::INDEX => match call.args.as_slice() {
            [container, key] => match &key.expr {
                Expr::Literal(LiteralValue::String(key)) => Some((container, key.inner())),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn holds<'a>(evaluation: &mut Evaluation<'a>, condition: &'a Expression) -> Option<bool> {
    evaluation.condition(condition.tree().ok()?).ok()
}

/// A value that is known; null is one.
fn known(value: Result<Value<'_>, Stop>) -> Option<Value<'_>> {
    value.ok().filter(|value| !matches!(value.view(), View::Unknown(_)))
}

fn value<'a>(evaluation: &mut Evaluation<'a>, expression: &'a Expression) -> Option<Value<'a>> {
    known(evaluation.value(expression.tree().ok()?))
}

fn place<'a>(evaluation: &mut Evaluation<'a>, expression: &'a Expression) -> Option<Place> {
    evaluation.place(expression.tree().ok()?, false)
}

fn new_value<'a>(evaluation: &mut Evaluation<'a>, made: &'a Made) -> Option<NewValue> {
    match made {
        Made::Value(expression) => {
            let value = value(evaluation, expression)?;
            // A fix that would write nothing is none; inside of lists and maps null may stand.
            (!matches!(value.view(), View::Null)).then(|| written(&value, MAX_DEPTH)).flatten()
        }
        Made::Code(template) => Some(NewValue::Plain(template.tell(evaluation)?.into())),
        Made::Literal(literal) => as_it_is(evaluation, literal),
    }
}

/// A value of facts as it is written: nothing that is secret or not known in it.
fn written(value: &Value<'_>, depth: u32) -> Option<NewValue> {
    let depth = depth.checked_sub(1)?;
    Some(match value.view() {
        View::Text(text, false) => NewValue::Text(text.into()),
        View::Null => NewValue::Plain("null".into()),
        View::Bool(_) | View::Int(_) | View::Float(_) => NewValue::Plain(plain_text(value)?.into()),
        View::List(items) => {
            NewValue::List(items.to_vec().iter().map(|item| written(item, depth)).collect::<Option<_>>()?)
        }
        View::Map(entries) => {
            let mut pairs: Vec<_> = entries.keys().into_iter().zip(entries.values()).collect();
            // Facts are sorted by name; people wrote them in another order.
            if pairs.iter().all(|(_, value)| value.place().is_some()) {
                pairs.sort_by_key(|(_, value)| value.place().map(|place| (place.doc, place.span.start)));
            }
            let pairs = pairs.iter().map(|(key, value)| {
                let View::Text(key, _) = key.view() else { return None };
                Some((key.into(), written(value, depth)?))
            });
            NewValue::Map(pairs.collect::<Option<_>>()?)
        }
        View::Text(_, true) | View::Unknown(_) => return None,
    })
}

fn as_it_is<'a>(evaluation: &mut Evaluation<'a>, literal: &'a Literal) -> Option<NewValue> {
    Some(match literal {
        Literal::Text(template) => NewValue::Text(template.tell(evaluation)?.into()),
        Literal::Plain(text) => NewValue::Plain(text.as_ref().into()),
        Literal::List(items) => {
            NewValue::List(items.iter().map(|item| as_it_is(evaluation, item)).collect::<Option<_>>()?)
        }
        Literal::Map(entries) => {
            let entries =
                entries.iter().map(|(key, value)| Some((key.as_ref().into(), as_it_is(evaluation, value)?)));
            NewValue::Map(entries.collect::<Option<_>>()?)
        }
    })
}

/// A scalar as text, whole; nothing where it is none, or must not be shown.
pub(super) fn plain_text(value: &Value<'_>) -> Option<String> {
    match value.view() {
        View::Text(text, false) => Some(text.to_owned()),
        View::Bool(value) => Some(value.to_string()),
        View::Int(value) => Some(value.to_string()),
        View::Float(value) => Some(value.to_string()),
        View::Null | View::Unknown(_) | View::Text(_, true) | View::List(_) | View::Map(_) => None,
    }
}

#[cfg(test)]
#[path = "fix_tests.rs"]
mod tests;
