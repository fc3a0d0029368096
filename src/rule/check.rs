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
    /// The kind of subject.
    pub(crate) subject: &'r str,
}

impl<'r> Scope<'r> {
    /// What every expression of a rule over `subject` sees.
    pub(crate) fn new(subject: &'r str, settings: &'r [String]) -> Self {
        let field = |name: &str| (name.to_owned(), Shape::Field(name.to_owned(), String::new()));
        let variables = vec![field("workload"), ("settings".to_owned(), Shape::Settings), field(subject)];
        Self { variables, settings, subject }
    }

    /// The same with one more variable.
    pub(crate) fn with(&self, name: &str, shape: Shape) -> Self {
        let mut variables = self.variables.clone();
        variables.push((name.to_owned(), shape));
        Self { variables, ..*self }
    }
}

/// All that is wrong with an expression. It may be a syntax error, which is then the only one.
pub(crate) fn check(expression: &Expression, scope: &Scope<'_>) -> Vec<TextProblem> {
    shape_of(expression, scope).1
}

/// The shape of an expression's value, and all that is wrong with it.
pub(crate) fn shape_of(expression: &Expression, scope: &Scope<'_>) -> (Shape, Vec<TextProblem>) {
    match expression.placed_tree() {
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

/// Whether an expression can yield a fact with a place, rather than a value that it makes.
pub(crate) fn leads_to_a_fact(tree: &Tree) -> bool {
    match &tree.expr {
        Expr::Ident(_) => true,
        Expr::Select(select) => leads_to_a_fact(&select.operand),
        Expr::Call(call) if call.func_name == operators::INDEX => {
            // A list of routes' values, indexed, is fine too: its items keep their places.
            call.args.first().is_some_and(|list| leads_to_a_fact(list) || matches!(list.expr, Expr::List(_)))
        }
        Expr::Call(call) if call.func_name == operators::CONDITIONAL => {
            call.args.iter().skip(1).all(leads_to_a_fact)
        }
        Expr::Call(call) => {
            matches!(
                call.func_name.as_str(),
                "filter" | "map" | "values" | "sort" | "min" | "max" | "flatten"
            )
        }
        _ => false,
    }
}

/// `x` of `x != null`.
pub(crate) fn compared_with_null(tree: &Tree) -> Option<&Tree> {
    match &tree.expr {
        Expr::Call(call) if call.func_name == operators::NOT_EQUALS => match &call.args[..] {
            [left, right] if matches!(right.expr, Expr::Literal(LiteralValue::Null)) => Some(left),
            _ => None,
        },
        _ => None,
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
        Shape::Field(subject, path) => match path.strip_suffix("[]") {
            Some(list) => Shape::Field(subject, list.to_owned()),
            None => Shape::Any,
        },
        Shape::Settings | Shape::Any => Shape::Any,
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
