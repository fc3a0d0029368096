//! Checks what values are in each instance of a block: what a module is given, items of a `foreach`, the environment, files.
//!
//! A value that is wrong in one instance is a fault of that instance, and is told where it was typed: among the arguments
//! of the instance, or as the default of the module's argument.

use super::arguments::Where;
use super::bodies::Checker;
use super::fault::Kind;
use super::table::Attribute;
use super::values::holds_secret;
use super::values::quotes_secret;
use super::values::words;
use crate::document::Place;
use crate::document::alloy::Expr;
use crate::document::is_secret_name;
use crate::model::alloy::Component;
use crate::model::alloy::Program;
use crate::model::alloy::content_span;
use crate::model::eval::EvalError;
use crate::model::eval::TypeName;
use crate::model::eval::Value;
use crate::model::eval::references;

/// Values are handed through as many modules as may stand in each other, and no more.
const HANDS: u32 = 16;

/// Where a value was typed.
struct Typed<'t> {
    /// The instance, or the module's argument.
    component: &'t str,
    place: Place,
    /// Where it is used, if it was typed elsewhere.
    used: Option<Place>,
    /// Whether its text may be shown.
    open: bool,
}

impl<'a> Checker<'a, '_> {
    /// Checks the value of an attribute in all instances of its block.
    pub(super) fn in_instances(
        &mut self,
        at: &Where<'a, '_>,
        name: &str,
        expr: &'a Expr,
        (kind, wanted): (&TypeName, Attribute),
    ) {
        for index in self.known.instances(at.site.block) {
            let Some(component) = self.program.components.get(*index) else { continue };
            match self.program.evaluate_as(component, expr, kind) {
                Some(Ok(value)) if wanted.is_limited() => {
                    self.text_of_instance(component, name, expr, (&value, wanted));
                }
                Some(Ok(_)) | None => {}
                Some(Err(error)) => self.refused_in_instance(component, name, expr, (&error, wanted)),
            }
        }
    }

    fn text_of_instance(
        &mut self,
        component: &Component<'_>,
        name: &str,
        expr: &Expr,
        (value, wanted): (&Value, Attribute),
    ) {
        // What holds a secret is covered, and no text.
        let wrong =
            |value: &&Value| matches!(value, Value::Text(text) if !text.is_empty() && !wanted.takes(text));
        let items = match value {
            Value::Array(items) => items.as_slice(),
            other => std::slice::from_ref(other),
        };
        let Some(Value::Text(text)) = items.iter().find(wrong) else { return };
        let texts: Vec<&str> = wanted.texts().collect();
        let all = format!("it can be \"{}\"", texts.join("\", \""));
        let typed = typed(self.program, component, name, expr, None);
        // A URL may have a password in it.
        let (message, help) = if typed.open && !text.contains('@') {
            (format!("`{name}` cannot be \"{text}\""), self.suggest(text, texts.iter().copied(), &all))
        } else {
            (format!("the value of `{name}` is none of those that it takes"), all)
        };
        self.at_typed(Kind::WrongValue, &typed, name, message, help);
    }

    fn refused_in_instance(
        &mut self,
        component: &Component<'_>,
        name: &str,
        expr: &Expr,
        (error, wanted): (&EvalError, Attribute),
    ) {
        let typed = typed(self.program, component, name, expr, error.span);
        let own = self.program.evaluate(component, expr);
        let open = typed.open && !holds_secret(name, wanted.kind) && !matches!(own, Ok(Value::Secret(_)));
        let own = own.err();
        let kind = if own.is_some() { Kind::Evaluation } else { Kind::WrongType };
        let message = match &own {
            _ if open => own.as_ref().unwrap_or(error).message.trim().to_owned(),
            Some(_) => format!("the value of \"{name}\" cannot be evaluated"),
            None => format!("the value of \"{name}\" is not {}", words(wanted.kind)),
        };
        let help = match kind {
            Kind::Evaluation => {
                "correct the value: the collector refuses to load what is made of it".to_owned()
            }
            _ => format!("`{name}` takes {}", words(wanted.kind)),
        };
        self.at_typed(kind, &typed, name, message, help);
    }

    fn at_typed(&mut self, kind: Kind, typed: &Typed<'_>, name: &str, message: String, help: String) {
        self.fault(kind, typed.component, typed.place, message, help);
        if let (Some(used), Some(fault)) = (typed.used, self.last()) {
            fault.related = Some((used, format!("it is `{name}` here")));
        }
    }
}

/// Where the value of an expression was typed, in one instance. `blamed` is the part that is wrong, if it is the
/// expression's own.
fn typed<'t>(
    program: &'t Program<'_>,
    component: &'t Component<'_>,
    name: &str,
    expr: &Expr,
    blamed: Option<crate::text::Span>,
) -> Typed<'t> {
    let secret = |component: &Component<'_>, expr: &Expr| {
        let mut found = quotes_secret(component.file, expr, None);
        references(component.file, expr, &mut |parts, _| {
            found |= parts.iter().any(|part| is_secret_name(part));
        });
        found
    };
    let mut open = !is_secret_name(name) && !secret(component, expr);
    let (mut giver, mut value) = (component, expr);
    for _ in 0..HANDS {
        let Some(next) = program.given(giver, value) else { break };
        (giver, value) = next;
        open &= !secret(giver, value);
    }
    let own = component.place(blamed.unwrap_or_else(|| content_span(expr)));
    if std::ptr::eq(value, expr) {
        return Typed { component: &component.id, place: own, used: None, open };
    }
    Typed { component: &giver.id, place: giver.place(content_span(value)), used: Some(own), open }
}
