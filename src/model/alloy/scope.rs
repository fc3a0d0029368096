//! What the expressions of a program can see: exports of its components, arguments of modules, the environment.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;

use super::Kind;
use super::Program;
use super::facts::body_fact;
use super::facts::expr_fact;
use super::frame::Enclosing;
use super::frame::Frame;
use super::program::Component;
use crate::document::Place;
use crate::document::alloy::Expr;
use crate::model::Fact;
use crate::model::eval::Capsule;
use crate::model::eval::EvalError;
use crate::model::eval::Evaluated;
use crate::model::eval::Lookup;
use crate::model::eval::Scope;
use crate::model::eval::TypeName;
use crate::model::eval::Value;
use crate::model::eval::chain;
use crate::model::eval::evaluate;
use crate::model::eval::evaluate_as;
use crate::model::eval::evaluate_nested;
use crate::model::eval::references;

/// Evaluations inside each other: values that are handed through more modules than this are not followed.
const NESTING: u32 = 24;

/// So many evaluations of that kind are made for one program. What is computed once is not computed again, so only a
/// program that is made to be slow needs more.
const STEPS: u32 = 500_000;

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

/// An argument or an export: the component that it is evaluated for, and its name.
type Key = (usize, Arc<str>);

/// Values of arguments and exports of modules, each computed once.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// Each with whether a secret is in it.
    known: HashMap<Key, (Value, bool)>,
    /// Those that are being computed.
    open: BTreeSet<Key>,
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

    /// The outcome of an expression that is asked for while another one is evaluated; `None` if too many are under way
    /// inside each other.
    pub(super) fn nested(&self, component: &Component<'_>, expr: &Expr) -> Option<Evaluated> {
        self.steps.set(self.steps.get() + 1);
        if self.nesting.get() >= NESTING || self.steps.get() > STEPS {
            self.early.set(true);
            return None;
        }
        self.nesting.set(self.nesting.get() + 1);
        let outcome = evaluate_nested(component.file, expr, &self.scope(component));
        self.nesting.set(self.nesting.get() - 1);
        Some(outcome)
    }

    /// The value of an argument of the component with that index, each computed once.
    fn value_of(&self, component: usize, name: &str) -> Value {
        let found = self.components.get(component);
        let Some((found, attribute)) = found.and_then(|found| Some((found, found.attribute(name)?))) else {
            return Value::Null;
        };
        let make = || match self.nested(found, &attribute.value) {
            Some(Ok(value)) => value,
            Some(Err(error)) => Value::Unknown(error.message.into()),
            None => self.too_far(found, name),
        };
        self.once((component, name.into()), make).unwrap_or_else(|| self.too_far(found, name))
    }

    /// A value that is the end of too long a chain, or of one that goes in a circle.
    fn too_far(&self, component: &Component<'_>, name: &str) -> Value {
        self.early.set(true);
        Value::Unknown(format!("{}.{name} is handed through too many modules", component.id).into())
    }

    /// Makes a value that others are made of, once; `None` if it is asked for while it is being made.
    fn once(&self, key: Key, make: impl FnOnce() -> Value) -> Option<Value> {
        {
            let mut memo = self.memo.borrow_mut();
            if let Some((known, secret)) = memo.known.get(&key) {
                self.secret.set(self.secret.get() || *secret);
                return Some(known.clone());
            }
            if !memo.open.insert(key.clone()) {
                return None;
            }
        }
        let before = (self.early.replace(false), self.secret.replace(false));
        let value = make();
        let mut memo = self.memo.borrow_mut();
        memo.open.remove(&key);
        if !self.early.get() {
            memo.known.insert(key, (value.clone(), self.secret.get()));
        }
        self.early.set(before.0 || self.early.get());
        self.secret.set(before.1 || self.secret.get());
        Some(value)
    }

    /// The value that a chain stands for whose first `used` parts are the component's id.
    fn export(&self, index: usize, used: usize, parts: &[&str]) -> Lookup {
        let Some(component) = self.components.get(index) else { return Lookup::Missing };
        let field = parts.get(used).copied();
        if let Some(frame) = component.inner.first().and_then(|frame| self.frames.get(*frame)) {
            return self.export_of_module(frame, used, field);
        }
        let Some(entry) = component.entry() else {
            return Lookup::Found { used: parts.len(), value: self.unknown_export(component, field) };
        };
        match field {
            Some(field) if entry.exports.contains_key(field) => {
                Lookup::Found { used: used + 1, value: self.known_export(index, field, &entry.exports) }
            }
            // All exports: the evaluator says what is wrong with the rest of the chain.
            _ => {
                let names = entry.exports.keys();
                let fields = names
                    .map(|name| (Arc::from(name.as_str()), self.known_export(index, name, &entry.exports)));
                Lookup::Found { used, value: Value::Object(fields.collect()) }
            }
        }
    }

    fn export_of_module(&self, frame: &Frame<'a>, used: usize, field: Option<&str>) -> Lookup {
        if let Some(export) = field.and_then(|field| frame.exports.get(field)) {
            return Lookup::Found { used: used + 1, value: self.value_of(*export, "value") };
        }
        let fields = frame.exports.iter();
        let fields = fields.map(|(name, export)| (name.clone(), self.value_of(*export, "value")));
        Lookup::Found { used, value: Value::Object(fields.collect()) }
    }

    /// An export of a component in the table: receivers and handlers are known by name, texts that are read by what
    /// they hold; what the process makes is not known.
    fn known_export(&self, index: usize, name: &str, exports: &BTreeMap<String, String>) -> Value {
        let Some(component) = self.components.get(index) else { return Value::Null };
        let kind = exports.get(name).map_or("", String::as_str);
        if kind.ends_with("Receiver") || kind.starts_with("otelcol.") || kind.starts_with("capsule(") {
            return Value::Capsule(Capsule { node: component.id.clone(), export: name.into() });
        }
        let make = || {
            self.read_export(component, name).unwrap_or_else(|| {
                let words = format!("{}.{name} is known only when the collector runs", component.id);
                Value::Unknown(words.into())
            })
        };
        let key = (index, format!("exports.{name}").into());
        self.once(key, make).unwrap_or_else(|| self.too_far(component, name))
    }

    /// An export of a component that is not in the table. By custom `receiver` and `input` are receivers: they stay
    /// named, so that the graph can say where the trail ends.
    fn unknown_export(&self, component: &Component<'_>, field: Option<&str>) -> Value {
        if matches!(component.kind, Kind::Custom(_)) && component.hidden.is_none() {
            // Its module is about to be looked at.
            self.early.set(true);
        }
        if let Some(field @ ("receiver" | "input")) = field {
            return Value::Capsule(Capsule { node: component.id.clone(), export: field.into() });
        }
        let what = match &component.kind {
            Kind::Custom(module) => format!("a component of the module `{module}`, which is not followed"),
            _ => format!("a component that is not known here (`{}`)", component.name),
        };
        Value::Unknown(format!("{} is {what}", component.id).into())
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

impl Program<'_> {
    /// The value that a module sees of one of its arguments.
    fn argument(&self, instance: usize, declared: usize) -> Value {
        let (Some(given), Some(block)) = (self.components.get(instance), self.components.get(declared))
        else {
            return Value::Null;
        };
        let label = block.label.clone().unwrap_or_default();
        if given.attribute(&label).is_some() {
            return self.value_of(instance, &label);
        }
        if block.attribute("default").is_some() {
            return self.value_of(declared, "default");
        }
        if self.value_of(declared, "optional") == Value::Bool(true) {
            return Value::Null;
        }
        Value::Unknown(format!("{} is not given the argument `{label}`", given.id).into())
    }

    /// The value of an environment variable, as `sys.env` gives it.
    pub(crate) fn env(&self, name: &str) -> Value {
        let value = self.environment.values.get(name).cloned().unwrap_or_else(|| {
            Value::Unknown(format!("the environment variable {name} is not set in the input").into())
        });
        if matches!(value, Value::Secret(_)) {
            self.secret.set(true);
        }
        value
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
