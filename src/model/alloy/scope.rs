//! What the expressions of a program can see: exports of its components and the environment.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Kind;
use super::Program;
use super::facts::body_fact;
use super::facts::expr_fact;
use super::program::Component;
use crate::document::alloy::Expr;
use crate::model::Fact;
use crate::model::eval::Capsule;
use crate::model::eval::Evaluated;
use crate::model::eval::Lookup;
use crate::model::eval::Scope;
use crate::model::eval::Value;
use crate::model::eval::evaluate;

/// The environment of the collector's process, as far as the input says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Environment {
    /// Variables by name. One whose value comes from elsewhere is `Unknown` with the reason.
    pub(crate) values: BTreeMap<String, Value>,
    /// Whether nothing else can be set (the container is in the input and takes no `envFrom`).
    pub(crate) complete: bool,
}

impl Program<'_> {
    /// The value of an expression among the arguments of `component`, as far as it can be known.
    pub(crate) fn evaluate(&self, component: &Component<'_>, expr: &Expr) -> Evaluated {
        evaluate(component.file, expr, self)
    }

    /// The value of an expression among the arguments of `component`, with places inside list and object literals.
    pub(crate) fn fact(&self, component: &Component<'_>, expr: &Expr) -> Fact {
        expr_fact(component.file, component.doc, expr, self, false)
    }

    /// The arguments of `component` as one map, secrets marked: attributes by name, and for every block name the list
    /// of its instances.
    pub(crate) fn arguments(&self, component: &Component<'_>) -> Fact {
        let secrets = component.entry().map_or(&[][..], |entry| entry.secrets.as_slice());
        body_fact(component.file, component.doc, &component.block.body, self, secrets, component.name_place())
    }
}

impl Scope for Program<'_> {
    fn lookup(&self, parts: &[&str]) -> Lookup {
        let mut id = String::new();
        // No component's id has more parts than this; chains come from the input.
        for (index, part) in parts.iter().take(8).enumerate() {
            if index > 0 {
                id.push('.');
            }
            id.push_str(part);
            if let Some(component) = self.find(&id).and_then(|found| self.components.get(found)) {
                return export(component, index + 1, parts);
            }
        }
        Lookup::Missing
    }

    fn env(&self, name: &str) -> Value {
        self.environment.values.get(name).cloned().unwrap_or_else(|| {
            Value::Unknown(format!("the environment variable {name} is not set in the input").into())
        })
    }
}

/// The value that a chain stands for whose first `used` parts are the component's id.
fn export(component: &Component<'_>, used: usize, parts: &[&str]) -> Lookup {
    let field = parts.get(used).copied();
    let Some(entry) = component.entry() else {
        return Lookup::Found { used: parts.len(), value: unknown_export(component, field) };
    };
    match field {
        Some(field) if entry.exports.contains_key(field) => {
            Lookup::Found { used: used + 1, value: known_export(component, field, &entry.exports) }
        }
        // All exports: the evaluator says what is wrong with the rest of the chain.
        _ => {
            let fields = entry
                .exports
                .keys()
                .map(|name| (Arc::from(name.as_str()), known_export(component, name, &entry.exports)))
                .collect();
            Lookup::Found { used, value: Value::Object(fields) }
        }
    }
}

/// An export of a component in the table: receivers and handlers are known by name, data is not known at all.
fn known_export(component: &Component<'_>, name: &str, exports: &BTreeMap<String, String>) -> Value {
    let kind = exports.get(name).map_or("", String::as_str);
    if kind.ends_with("Receiver") || kind.starts_with("otelcol.") || kind.starts_with("capsule(") {
        return Value::Capsule(Capsule { node: component.id.clone(), export: name.into() });
    }
    Value::Unknown(format!("{}.{name} is known only when the collector runs", component.id).into())
}

/// An export of a component that is not in the table. By custom `receiver` and `input` are receivers: they stay
/// named, so that the graph can say where the trail ends.
fn unknown_export(component: &Component<'_>, field: Option<&str>) -> Value {
    if let Some(field @ ("receiver" | "input")) = field {
        return Value::Capsule(Capsule { node: component.id.clone(), export: field.into() });
    }
    let what = match &component.kind {
        Kind::Custom(module) => format!("a component of the module `{module}`, which is not followed"),
        _ => format!("a component that is not known here (`{}`)", component.name),
    };
    Value::Unknown(format!("{} is {what}", component.id).into())
}
