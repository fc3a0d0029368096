//! What the expressions of a program can see: exports of its components, arguments of modules, the environment.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::sync::Arc;

use super::Program;
use super::facts::body_fact;
use super::facts::expr_fact;
use super::frame::Enclosing;
use super::program::Component;
use super::values::NESTING;
use crate::document::Place;
use crate::document::alloy::Expr;
use crate::model::Fact;
use crate::model::eval::EvalError;
use crate::model::eval::Evaluated;
use crate::model::eval::Lookup;
use crate::model::eval::Scope;
use crate::model::eval::TypeName;
use crate::model::eval::Value;
use crate::model::eval::chain;
use crate::model::eval::evaluate;
use crate::model::eval::evaluate_as;
use crate::model::eval::references;

/// No component's id has more parts than this; chains come from the input.
const PARTS: usize = 8;

/// The environment of the collector's process, as far as the input says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Environment {
    /// Variables by name. One whose value comes from elsewhere is `Unknown` with the reason.
    pub(crate) values: BTreeMap<String, Value>,
    /// Whether nothing else can be set (the container is in the input and takes no `envFrom`).
    pub(crate) complete: bool,
}

/// What a chain of names stands for in the end, for those who follow data and not values.
pub(super) enum Named<'a> {
    /// A component, by its index.
    Component(usize),
    /// What a module is given, or the default: an expression among the arguments of the component with that index.
    Given(usize, &'a Expr),
    /// What a module hands out: an expression among the arguments of the component with that index.
    Export(usize, &'a Expr),
}

impl<'a> Program<'a> {
    /// What the arguments of `component` can see.
    pub(crate) fn scope(&self, component: &Component<'_>) -> Scoped<'_, 'a> {
        Scoped { program: self, frame: component.frame }
    }

    /// The value of an expression among the arguments of `component`, as far as it can be known.
    ///
    /// What was made of a secret is a secret, whatever functions it went through: it may decide where data goes, but
    /// it is never shown.
    pub(crate) fn evaluate(&self, component: &Component<'_>, expr: &Expr) -> Evaluated {
        self.covered(|| evaluate(component.file, expr, &self.scope(component)))
    }

    /// The same, converted to the type of the argument that takes it. `None` if that fails and a secret was read: texts
    /// of Secrets are held more strictly here than in the process, to which a variable is a text like any other.
    pub(super) fn evaluate_as(
        &self,
        component: &Component<'_>,
        expr: &Expr,
        to: &TypeName,
    ) -> Option<Evaluated> {
        let mut secret = false;
        let outcome = self.covered(|| {
            let outcome = evaluate_as(component.file, expr, to, &self.scope(component));
            secret = self.secret.get();
            outcome
        });
        (!secret || outcome.is_ok()).then_some(outcome)
    }

    fn covered(&self, evaluate: impl FnOnce() -> Evaluated) -> Evaluated {
        let before = self.secret.replace(false);
        let outcome = evaluate();
        if !self.secret.replace(before) {
            return outcome;
        }
        outcome.map(Value::covered).map_err(|error| EvalError {
            message: "the expression fails; it holds a secret, so no more is said".to_owned(),
            ..error
        })
    }

    /// The value of an expression among the arguments of `component`, with places inside list and object literals.
    pub(crate) fn fact(&self, component: &Component<'_>, expr: &Expr) -> Fact {
        expr_fact(self, component, expr)
    }

    /// The arguments of `component` as one map, secrets marked: attributes by name, and for every block name the list
    /// of its instances.
    pub(crate) fn arguments(&self, component: &Component<'_>) -> Fact {
        let secrets = component.entry().map_or(&[][..], |entry| entry.secrets.as_slice());
        body_fact(self, component, secrets)
    }

    /// What stands behind a chain of names among the arguments of `component`.
    pub(super) fn behind(&self, component: &Component<'_>, parts: &[&str]) -> Option<Named<'a>> {
        let (found, used) = self.scope(component).find(parts)?;
        let (found, field) = match found {
            Found::Component(found) => (found, *parts.get(used)?),
            Found::Argument { instance, declared } => {
                // Fields of a value are no expressions of their own.
                if parts.get(used..) != Some(&["value"]) {
                    return None;
                }
                let label = self.components.get(declared)?.label.clone()?;
                if let Some(given) = self.components.get(instance)?.attribute(&label) {
                    return Some(Named::Given(instance, &given.value));
                }
                let default = self.components.get(declared)?.attribute("default")?;
                return Some(Named::Given(declared, &default.value));
            }
            Found::Variable(_) => return None,
        };
        let inner = self.components.get(found)?.inner.first().and_then(|frame| self.frames.get(*frame));
        let export = inner.and_then(|frame| frame.exports.get(field)).copied();
        match export.and_then(|export| Some((export, self.components.get(export)?.attribute("value")?))) {
            Some((export, value)) => Some(Named::Export(export, &value.value)),
            None => Some(Named::Component(found)),
        }
    }

    /// The components that an expression names, by index, each with the place that names it; through what modules are
    /// given and hand out.
    pub(crate) fn named(&self, component: &Component<'_>, expr: &Expr) -> Vec<(usize, Place)> {
        let mut found = Vec::new();
        let mut todo = Vec::new();
        let mut look = |component: &Component<'_>, expr: &Expr, todo: &mut Vec<(usize, &'a Expr)>| {
            references(component.file, expr, &mut |parts, span| match self.behind(component, parts) {
                Some(Named::Component(index)) => found.push((index, component.place(span))),
                Some(Named::Given(index, expr) | Named::Export(index, expr)) => todo.push((index, expr)),
                None => {}
            });
        };
        look(component, expr, &mut todo);
        let mut seen = HashSet::new();
        while let Some((index, expr)) = todo.pop() {
            if let Some(next) = self.components.get(index).filter(|_| seen.insert((index, expr.span))) {
                look(next, expr, &mut todo);
            }
        }
        found
    }

    /// The expression that `argument.NAME.value` in a module stands for, and the component that gives it: that is where
    /// a person typed the value.
    pub(crate) fn given(&self, component: &Component<'_>, expr: &Expr) -> Option<(&Component<'a>, &'a Expr)> {
        let (parts, _) = chain(component.file, expr)?;
        match self.behind(component, &parts)? {
            Named::Given(giver, expr) => Some((self.components.get(giver)?, expr)),
            _ => None,
        }
    }

    /// The same over as many modules as there are: where a value was typed, with the component that it stands in.
    pub(crate) fn typed<'p>(
        &'p self,
        component: &'p Component<'p>,
        expr: &'p Expr,
    ) -> (&'p Component<'p>, &'p Expr) {
        let (mut component, mut expr) = (component, expr);
        // As many steps as values are followed.
        for _ in 0..NESTING {
            let Some(next) = self.given(component, expr) else { break };
            (component, expr) = next;
        }
        (component, expr)
    }
}

/// What expressions in one scope of a program can see.
#[derive(Clone, Copy)]
pub(crate) struct Scoped<'p, 'a> {
    program: &'p Program<'a>,
    frame: usize,
}

/// What the first parts of a chain name.
enum Found {
    /// A component, by its index.
    Component(usize),
    /// An argument of a module.
    Argument {
        /// Index of the instance that gives it.
        instance: usize,
        /// Index of the `argument` block.
        declared: usize,
    },
    /// A variable, with its value.
    Variable(Value),
}

impl Scoped<'_, '_> {
    /// What the first parts of a chain name, and how many they are.
    fn find(&self, parts: &[&str]) -> Option<(Found, usize)> {
        let mut at = self.frame;
        let first = parts.first().copied()?;
        // The scopes around get fewer at every step: each was made before the ones in it.
        loop {
            let frame = self.program.frames.get(at)?;
            match &frame.around {
                Enclosing::Item { name, value, .. } if **name == *first => {
                    return Some((Found::Variable(value.clone()), 1));
                }
                Enclosing::Module { instance } if first == "argument" => {
                    let declared = *frame.arguments.get(*parts.get(1)?)?;
                    return Some((Found::Argument { instance: *instance, declared }, 2));
                }
                _ => {}
            }
            let mut id = frame.prefix.to_string();
            for (index, part) in parts.iter().take(PARTS).enumerate() {
                if index > 0 {
                    id.push('.');
                }
                id.push_str(part);
                if let Some(found) = self.program.find(&id) {
                    return Some((Found::Component(found), index + 1));
                }
            }
            match &frame.around {
                Enclosing::Item { outer, .. } if *outer < at => at = *outer,
                _ => return None,
            }
        }
    }

    /// Whether the chain begins with something that is in scope.
    pub(crate) fn names(&self, parts: &[&str]) -> bool {
        parts.first() == Some(&"module_path") || self.find(parts).is_some()
    }

    /// The folder of the text that the expression stands in.
    fn module_path(&self) -> Value {
        let path = self.program.frames.get(self.frame).and_then(|frame| frame.module_path.clone());
        path.map_or_else(
            || Value::Unknown("the folder of the program is not in the input".into()),
            Value::Text,
        )
    }
}

impl Scope for Scoped<'_, '_> {
    fn lookup(&self, parts: &[&str]) -> Lookup {
        match self.find(parts) {
            Some((Found::Component(found), used)) => self.program.export(found, used, parts),
            Some((Found::Variable(value), used)) => Lookup::Found { used, value },
            Some((Found::Argument { instance, declared }, used)) => {
                let value = self.program.argument(instance, declared);
                if parts.get(used) == Some(&"value") {
                    Lookup::Found { used: used + 1, value }
                } else {
                    let fields = BTreeMap::from([(Arc::from("value"), value)]);
                    Lookup::Found { used, value: Value::Object(fields) }
                }
            }
            None if parts.first() == Some(&"module_path") => {
                Lookup::Found { used: 1, value: self.module_path() }
            }
            None => Lookup::Missing,
        }
    }

    fn env(&self, name: &str) -> Value {
        self.program.env(name)
    }
}

/// The top level.
#[cfg(test)]
impl Scope for Program<'_> {
    fn lookup(&self, parts: &[&str]) -> Lookup {
        Scoped { program: self, frame: 0 }.lookup(parts)
    }

    fn env(&self, name: &str) -> Value {
        Program::env(self, name)
    }
}
