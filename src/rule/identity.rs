//! Turns what a case points at into the part of its fingerprint that another value changes.
//!
//! The values are for hashing only: they are whole, where messages cut them. Of secrets nothing is hashed, since baselines and
//! reports are shown to many.

use cel::common::ast::Expr;
use cel::common::ast::LiteralValue;
use cel::common::ast::operators;
use cel::parser::Expression as Tree;

use super::eval::Evaluation;
use super::eval::Stop;
use super::file::Case;
use super::operators::field;
use super::value::Value;
use super::value::View;

/// How deep a value is written.
const MAX_DEPTH: u32 = 64;

/// The values at the first route of `at` and at all of `identity`, a text for each.
pub(super) fn values<'a>(evaluation: &mut Evaluation<'a>, case: &'a Case) -> Vec<String> {
    let routes = case.at.iter().take(1).chain(&case.identity);
    routes
        .map(|route| {
            let Ok(tree) = route.tree() else { return String::new() };
            // What cannot be told is told by other parts.
            let found = every(evaluation, tree).unwrap_or_default();
            let mut texts: Vec<String> = found
                .iter()
                .map(|value| {
                    let mut text = String::new();
                    write(value, MAX_DEPTH, &mut text);
                    text
                })
                .collect();
            texts.sort_unstable();
            texts.join("\u{1e}").trim().to_owned()
        })
        .collect()
}

/// The values that a route leads to where each index in it stands for all items: a rule that points at the first of several
/// speaks of all of them.
fn every<'a>(evaluation: &mut Evaluation<'a>, tree: &'a Tree) -> Result<Vec<Value<'a>>, Stop> {
    match &tree.expr {
        Expr::Select(select) => {
            every(evaluation, &select.operand)?.iter().map(|value| field(value, &select.field)).collect()
        }
        Expr::Call(call) => match (call.func_name.as_str(), &call.args[..]) {
            (operators::INDEX, [list, index])
                if matches!(index.expr, Expr::Literal(LiteralValue::Int(_))) =>
            {
                let lists = every(evaluation, list)?;
                Ok(lists.iter().flat_map(items).collect())
            }
            (operators::CONDITIONAL, [condition, yes, no]) => {
                let branch = if evaluation.condition(condition)? { yes } else { no };
                every(evaluation, branch)
            }
            _ => Ok(vec![evaluation.value(tree)?]),
        },
        _ => Ok(vec![evaluation.value(tree)?]),
    }
}

fn items<'a>(list: &Value<'a>) -> Vec<Value<'a>> {
    match list.view() {
        View::List(items) => items.to_vec(),
        _ => vec![list.clone()],
    }
}

/// All of a value. The order of a list is that of a file, and plays no part.
fn write(value: &Value<'_>, depth: u32, out: &mut String) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value.view() {
        View::Text(text, false) => out.push_str(text),
        View::List(items) => {
            let mut texts: Vec<String> = items
                .to_vec()
                .iter()
                .map(|item| {
                    let mut text = String::new();
                    write(item, depth, &mut text);
                    text
                })
                .collect();
            texts.sort_unstable();
            for text in texts {
                out.push_str(&text);
                out.push('\u{1f}');
            }
        }
        View::Map(entries) => {
            for (key, item) in entries.keys().iter().zip(entries.values()) {
                write(key, depth, out);
                out.push('\u{1d}');
                write(&item, depth, out);
                out.push('\u{1c}');
            }
        }
        // A secret among them, which is not written: a hash of a weak password gives it away.
        _ => out.push_str(&value.render()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Fact;
    use crate::model::FactValue;
    use crate::rule::syntax::Expression;

    fn written(value: &Value<'_>) -> String {
        let mut text = String::new();
        write(value, MAX_DEPTH, &mut text);
        text
    }

    fn facts() -> Fact {
        let one =
            |name: &str, port: i64| Fact::map([("name", Fact::bare(name)), ("port", Fact::bare(port))], None);
        Fact::map(
            [
                ("list", Fact::list([one("b", 2), one("a", 1)], None)),
                ("token", Fact { value: FactValue::Secret("hunter2".into()), place: None }),
            ],
            None,
        )
    }

    #[test]
    fn a_secret_is_written_as_one_and_never_as_itself() {
        let facts = facts();
        assert_eq!(written(&Value::Fact(facts.at("token").unwrap())), "(secret)");
        assert!(!written(&Value::Fact(&facts)).contains("hunter2"));
    }

    #[test]
    fn values_are_written_whole_and_lists_without_their_order() {
        let facts = facts();
        let list = written(&Value::Fact(facts.at("list").unwrap()));
        let one = |name: &str, port: u8| format!("name\u{1d}{name}\u{1c}port\u{1d}{port}\u{1c}\u{1f}");
        assert_eq!(list, one("a", 1) + &one("b", 2));
        assert_eq!(written(&Value::Null), "not set");
        let long = "x".repeat(5000);
        assert_eq!(written(&Value::Fact(&Fact::bare(long.as_str()))), long);
    }

    #[test]
    fn an_index_in_a_route_stands_for_all_items() {
        let facts = facts();
        let mut evaluation = Evaluation::new(vec![("s", Value::Fact(&facts))]);
        let mut found = |source: &str| {
            let route = Expression::new(source);
            // The tree has to live as long as what is evaluated.
            let route: &'static Expression = Box::leak(Box::new(route));
            let values = every(&mut evaluation, route.tree().unwrap()).unwrap();
            values.iter().map(Value::render).collect::<Vec<_>>()
        };
        assert_eq!(found("s.list[0].name"), ["b", "a"]);
        assert_eq!(found("s.list[5].port"), ["2", "1"]);
        // A key is no number, and what is no list stands for itself.
        assert_eq!(found("s['list'][0].name"), ["b", "a"]);
        assert_eq!(found("true ? s.list[0].port : s.token"), ["2", "1"]);
    }
}
