//! Holds an expression against the table of fields, the functions and the limits, before it ever runs.

use cel::common::ast::CallExpr;
use cel::common::ast::EntryExpr;
use cel::common::ast::Expr;
use cel::common::ast::LiteralValue;
use cel::common::ast::operators;
use cel::parser::Expression as Tree;

use super::fields;
use super::fields::Access;
use super::functions;
use super::syntax::Expression;
use super::syntax::TextProblem;
use crate::text::suggest;

/// Deepest nesting of list functions with a variable: each level multiplies the work.
const MAX_COMPREHENSIONS: usize = 3;

/// What is known of a value before it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shape {
    /// The field of a subject at a route, where `[]` stands for an item.
    Field(String, String),
    /// The settings of the rule.
    Settings,
    /// Anything.
    Any,
}

/// The names that an expression sees.
#[derive(Debug, Clone)]
pub(crate) struct Scope<'r> {
    /// Variables and their shapes; later ones hide earlier ones.
    pub(crate) variables: Vec<(String, Shape)>,
    /// The names of the rule's settings.
    pub(crate) settings: &'r [String],
}

impl<'r> Scope<'r> {
    /// What every expression of a rule over `subject` sees.
    pub(crate) fn new(subject: &str, settings: &'r [String]) -> Self {
        let field = |name: &str| (name.to_owned(), Shape::Field(name.to_owned(), String::new()));
        let variables = vec![field("workload"), ("settings".to_owned(), Shape::Settings), field(subject)];
        Self { variables, settings }
    }

    /// The same with one more variable.
    pub(crate) fn with(&self, name: &str, shape: Shape) -> Self {
        let mut variables = self.variables.clone();
        variables.push((name.to_owned(), shape));
        Self { variables, settings: self.settings }
    }
}

/// All that is wrong with an expression. It may be a syntax error, which is then the only one.
pub(crate) fn check(expression: &Expression, scope: &Scope<'_>) -> Vec<TextProblem> {
    shape_of(expression, scope).1
}

/// The shape of an expression's value, and all that is wrong with it.
pub(crate) fn shape_of(expression: &Expression, scope: &Scope<'_>) -> (Shape, Vec<TextProblem>) {
    match expression.tree() {
        Err(problem) => (Shape::Any, vec![problem.clone()]),
        Ok(tree) => {
            let mut check = Check { expression, problems: Vec::new(), depth: 0 };
            let shape = check.shape(tree, scope);
            (shape, check.problems)
        }
    }
}

/// What the items of a list of this shape look like.
pub(crate) fn item_shape(shape: Shape) -> Shape {
    match shape {
        Shape::Field(subject, path) => {
            let path = format!("{path}[]");
            match fields::access(&subject, &path) {
                Access::Missing => Shape::Any,
                Access::Known | Access::Open => Shape::Field(subject, path),
            }
        }
        Shape::Settings | Shape::Any => Shape::Any,
    }
}

struct Check<'e> {
    expression: &'e Expression,
    problems: Vec<TextProblem>,
    depth: usize,
}

impl Check<'_> {
    fn report(&mut self, tree: &Tree, message: String, help: String) {
        self.problems.push(TextProblem::new(self.expression.span_of(tree), message, help));
    }

    fn shape(&mut self, tree: &Tree, scope: &Scope<'_>) -> Shape {
        match &tree.expr {
            Expr::Ident(name) => {
                if let Some((_, shape)) = scope.variables.iter().rev().find(|(other, _)| other == name) {
                    return shape.clone();
                }
                let names = scope.variables.iter().map(|(name, _)| name.as_str());
                self.report(tree, format!("unknown variable `{name}`"), suggest(name, names));
                Shape::Any
            }
            Expr::Select(select) => {
                let operand = self.shape(&select.operand, scope);
                self.field(tree, operand, &select.field, scope)
            }
            Expr::Call(call) => self.call(tree, call, scope),
            Expr::List(list) => {
                for item in &list.elements {
                    self.shape(item, scope);
                }
                Shape::Any
            }
            Expr::Map(map) => {
                for entry in &map.entries {
                    if let EntryExpr::MapEntry(entry) = &entry.expr {
                        self.shape(&entry.key, scope);
                        self.shape(&entry.value, scope);
                    }
                }
                Shape::Any
            }
            Expr::Literal(LiteralValue::Bytes(_) | LiteralValue::UInt(_)) => {
                self.report(
                    tree,
                    "rules know no bytes and no unsigned numbers".to_owned(),
                    "write text or a plain number".to_owned(),
                );
                Shape::Any
            }
            Expr::Literal(_) => Shape::Any,
            Expr::Struct(_) | Expr::Comprehension(_) | Expr::Unspecified => {
                self.report(
                    tree,
                    "rules know no messages".to_owned(),
                    "use a map: `{\"key\": value}`".to_owned(),
                );
                Shape::Any
            }
        }
    }

    fn field(&mut self, tree: &Tree, operand: Shape, name: &str, scope: &Scope<'_>) -> Shape {
        match operand {
            Shape::Any => Shape::Any,
            Shape::Settings => {
                if !scope.settings.iter().any(|setting| setting == name) {
                    let help = if scope.settings.is_empty() {
                        "declare it under `settings`".to_owned()
                    } else {
                        suggest(name, scope.settings.iter().map(String::as_str))
                    };
                    self.report(tree, format!("the rule has no setting `{name}`"), help);
                }
                Shape::Any
            }
            Shape::Field(subject, path) => {
                let longer = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                match fields::access(&subject, &longer) {
                    Access::Known => Shape::Field(subject, longer),
                    Access::Open => Shape::Any,
                    Access::Missing => {
                        let whole =
                            if path.is_empty() { subject.clone() } else { format!("{subject}.{path}") };
                        let names = fields::children(&subject, &path);
                        let help = if names.is_empty() {
                            format!("`{whole}` has no fields of its own")
                        } else {
                            suggest(name, names)
                        };
                        self.report(tree, format!("`{whole}` has no field `{name}`"), help);
                        Shape::Any
                    }
                }
            }
        }
    }

    fn call(&mut self, tree: &Tree, call: &CallExpr, scope: &Scope<'_>) -> Shape {
        let name = call.func_name.as_str();
        if let Some((_, least, most)) = functions::MACROS.iter().find(|(other, ..)| *other == name) {
            return self.comprehension(tree, call, scope, *least..=*most);
        }
        if name == operators::INDEX
            && let [container, key] = call.args.as_slice()
        {
            let container = self.shape(container, scope);
            if let Expr::Literal(LiteralValue::String(field)) = &key.expr {
                return self.field(key, container, field.inner(), scope);
            }
            self.shape(key, scope);
            return item_shape(container);
        }
        let target = call.target.as_deref().map(|target| self.shape(target, scope));
        for argument in &call.args {
            self.shape(argument, scope);
        }
        if name.starts_with(['_', '!', '-', '@']) {
            if matches!(name, operators::OPT_INDEX | operators::OPT_SELECT) {
                let help = "a missing field is null: write `.` or `[...]`".to_owned();
                self.report(tree, "rules know no optional values".to_owned(), help);
            }
            return Shape::Any;
        }
        let count = call.args.len() + usize::from(target.is_some());
        if name == "has" && call.target.is_none() && count == 1 {
            return Shape::Any;
        }
        match functions::find(name) {
            _ if cfg!(test) && name == "panic_for_tests" => {}
            None => {
                let names = functions::FUNCTIONS.iter().map(|function| function.name);
                let names = names.chain(functions::MACROS.iter().map(|(name, ..)| *name)).chain(["has"]);
                self.report(tree, format!("unknown function `{name}`"), suggest(name, names));
            }
            Some(function) if count < function.least || count > function.most => {
                let takes = if function.least == function.most {
                    function.least.to_string()
                } else {
                    format!("{} to {}", function.least, function.most)
                };
                let message =
                    format!("`{name}` takes {takes} values (the one before the dot included), not {count}");
                self.report(tree, message, format!("it gives {}", function.doc));
            }
            Some(_) => self.literal_pattern(call),
        }
        match name {
            "values" | "filter" | "sort" | "distinct" => target.unwrap_or(Shape::Any),
            _ => Shape::Any,
        }
    }

    fn literal_pattern(&mut self, call: &CallExpr) {
        if call.func_name == "matches"
            && let Some(argument) = call.args.last()
            && let Expr::Literal(LiteralValue::String(source)) = &argument.expr
            && let Err(message) = functions::pattern(source.inner())
        {
            self.report(argument, message, "patterns are RE2: no look-around, no back references".to_owned());
        }
    }

    fn comprehension(
        &mut self,
        tree: &Tree,
        call: &CallExpr,
        scope: &Scope<'_>,
        counts: std::ops::RangeInclusive<usize>,
    ) -> Shape {
        let name = call.func_name.as_str();
        let usage = format!("write `list.{name}(x, condition on x)`");
        let Some(target) = &call.target else {
            self.report(tree, format!("`{name}` needs a list before it"), usage);
            return Shape::Any;
        };
        let range = self.shape(target, scope);
        let Some((variable, body)) = call.args.split_first().filter(|_| counts.contains(&call.args.len()))
        else {
            self.report(tree, format!("`{name}` has too many or too few arguments"), usage);
            return Shape::Any;
        };
        let Expr::Ident(variable) = &variable.expr else {
            self.report(variable, format!("`{name}` needs a variable first"), usage);
            return Shape::Any;
        };
        self.depth += 1;
        if self.depth > MAX_COMPREHENSIONS {
            let message = format!("list functions are nested more than {MAX_COMPREHENSIONS} deep");
            self.report(tree, message, "compute a fact for it".to_owned());
        }
        // A map with open keys and a list look alike here; its items may then be read freely.
        let inner = scope.with(variable, item_shape(range.clone()));
        let mut last = Shape::Any;
        for part in body {
            last = self.shape(part, &inner);
        }
        self.depth -= 1;
        match name {
            "filter" => range,
            "map" => listed(last),
            _ => Shape::Any,
        }
    }
}

/// A list of values of a shape has no line in the table, unless it is that list itself.
fn listed(item: Shape) -> Shape {
    match item {
        Shape::Field(subject, path) if path.ends_with("[]") => {
            Shape::Field(subject, path.trim_end_matches("[]").to_owned())
        }
        _ => Shape::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(source: &str) -> Vec<(String, String, String)> {
        let settings = ["series".to_owned()];
        let expression = Expression::new(source);
        check(&expression, &Scope::new("log_exit", &settings))
            .into_iter()
            .map(|problem| (problem.span.slice(source).to_owned(), problem.message, problem.help))
            .collect()
    }

    fn one(source: &str, at: &str, message: &str, help: &str) {
        assert_eq!(problems(source), [(at.to_owned(), message.to_owned(), help.to_owned())], "{source}");
    }

    #[test]
    fn unknown_names_are_errors_with_the_nearest_name() {
        one("log_exti.zone == 'x'", "log_exti", "unknown variable `log_exti`", "did you mean `log_exit`?");
        one("log_exit.zoen == 'x'", "zoen", "`log_exit` has no field `zoen`", "did you mean `zone`?");
        one("log_exit . zoen == 'x'", "zoen", "`log_exit` has no field `zoen`", "did you mean `zone`?");
        one("log_exit['zoen'] == 'x'", "'zoen'", "`log_exit` has no field `zoen`", "did you mean `zone`?");
        one(
            "log_exit.sources.exists(s, s.nam == 'x')",
            "nam",
            "`log_exit.sources[]` has no field `nam`",
            "did you mean `name`?",
        );
        one(
            "log_exit.sources.filter(s, true)[0].nam == 'x'",
            "nam",
            "`log_exit.sources[]` has no field `nam`",
            "did you mean `name`?",
        );
        one(
            "workload.controlroom == null",
            "controlroom",
            "`workload` has no field `controlroom`",
            "did you mean `control_room`?",
        );
        one("settings.serie > 1", "serie", "the rule has no setting `serie`", "did you mean `series`?");
        one(
            "log_exit.zone.startWith('x')",
            "startWith",
            "unknown function `startWith`",
            "did you mean `startsWith`?",
        );
        one(
            "log_exit.zone.deep == 1",
            "deep",
            "`log_exit.zone` has no field `deep`",
            "`log_exit.zone` has no fields of its own",
        );
    }

    #[test]
    fn right_expressions_pass() {
        for source in [
            "log_exit.zone != 'workload' && size(log_exit.sources) > settings.series",
            "log_exit.sources.all(s, s.name.startsWith('loki.')) || workload.control_room == null",
            "has(log_exit.destination) && log_exit.destination.matches('^https')",
            "log_exit.sources.map(s, s.name).join(', ') == ''",
        ] {
            assert_eq!(problems(source), [], "{source}");
        }
    }

    #[test]
    fn limits_and_bad_calls_are_told() {
        let nested = "[1].all(a, [1].all(b, [1].all(c, [1].all(d, true))))";
        one(nested, "all", "list functions are nested more than 3 deep", "compute a fact for it");
        one(
            "log_exit.zone.matches('(x')",
            "'(x'",
            "`matches` has a bad pattern: unclosed group",
            "patterns are RE2: no look-around, no back references",
        );
        one(
            "size() == 1",
            "size",
            "`size` takes 1 values (the one before the dot included), not 0",
            "it gives how many items or characters; 0 for null",
        );
        one(
            "log_exit.?zone == 1",
            ".",
            "rules know no optional values",
            "a missing field is null: write `.` or `[...]`",
        );
        one(
            "log_exit.sources.all(1, true)",
            "1",
            "`all` needs a variable first",
            "write `list.all(x, condition on x)`",
        );
    }
}
