//! Turns arguments and exports that expressions name into values: each once, and no deeper than the stack allows.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::Arc;

use super::Kind;
use super::Program;
use super::frame::Frame;
use super::program::Component;
use crate::document::alloy::Expr;
use crate::model::eval::Capsule;
use crate::model::eval::Evaluated;
use crate::model::eval::Lookup;
use crate::model::eval::Value;
use crate::model::eval::evaluate_nested;

/// Evaluations inside each other: values that are handed through more modules than this are not followed.
pub(super) const NESTING: u32 = 24;

/// So many evaluations of that kind are made for one program. What is computed once is not computed again, so only a
/// program that is made to be slow needs more.
const STEPS: u32 = 500_000;

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

impl<'a> Program<'a> {
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
    pub(super) fn export(&self, index: usize, used: usize, parts: &[&str]) -> Lookup {
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

    /// The value that a module sees of one of its arguments.
    pub(super) fn argument(&self, instance: usize, declared: usize) -> Value {
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
