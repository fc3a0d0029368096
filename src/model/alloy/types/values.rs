//! Checks values of attributes: what they evaluate to, against the type and the texts that the attribute takes.

use super::arguments::Where;
use super::bodies::Checker;
use super::fault::Kind;
use super::references::is_literal;
use super::table::Attribute;
use crate::document::Place;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::document::alloy::File;
use crate::document::is_secret_name;
use crate::model::alloy::content_span;
use crate::model::eval::EvalError;
use crate::model::eval::TypeName;
use crate::model::eval::Value;
use crate::model::eval::chain;
use crate::model::eval::evaluate;
use crate::model::eval::evaluate_as;
use crate::text::Span;

/// Lists in lists in lists: what is deeper is not looked at.
const DEEPEST: u32 = 32;

impl<'a> Checker<'a, '_> {
    /// Checks the value of an attribute that the table knows.
    pub(super) fn value(&mut self, at: &Where<'a, '_>, name: &str, expr: &'a Expr, wanted: Attribute) {
        if !self.references(at, expr) || self.is_filled_in(at, expr) {
            return;
        }
        // Most arguments are texts as they stand.
        let plain = matches!(expr.kind, ExprKind::String) && wanted.kind == "string";
        if plain && !wanted.is_limited() {
            return;
        }
        let kind = TypeName::parse(wanted.kind);
        if !self.fits(at, name, expr, &kind, 0) {
            return;
        }
        match evaluate_as(at.site.file, expr, &kind, at.level) {
            Ok(value) => {
                self.receivers(at, name, expr, (&value, &kind));
                self.texts(at, name, expr, (&value, wanted));
                if is_open(&value) {
                    self.in_instances(at, name, expr, (&kind, wanted));
                }
            }
            Err(error) => self.refused(at, name, expr, (error, wanted)),
        }
    }

    /// Checks a value that may be of any type.
    pub(super) fn any_value(&mut self, at: &Where<'a, '_>, expr: &'a Expr) {
        if self.references(at, expr)
            && !is_literal(expr)
            && let Err(error) = evaluate(at.site.file, expr, at.level)
        {
            self.not_evaluable(at, "", expr, &error);
        }
    }

    /// Whether something fills the value in before the program runs.
    fn is_filled_in(&self, at: &Where<'a, '_>, expr: &Expr) -> bool {
        self.running.templated && at.str(expr.span).contains("{{")
    }

    /// A value that the attribute does not take, or that does not come about at all.
    fn refused(
        &mut self,
        at: &Where<'a, '_>,
        name: &str,
        expr: &'a Expr,
        (error, wanted): (EvalError, Attribute),
    ) {
        if let Err(own) = evaluate(at.site.file, expr, at.level) {
            return self.not_evaluable(at, name, expr, &own);
        }
        let span = error.span.unwrap_or_else(|| content_span(expr));
        let message = if holds_secret(name, wanted.kind) || quotes_secret(at.site.file, expr, error.span) {
            format!("the value of \"{name}\" is not {}", words(wanted.kind))
        } else {
            error.message.trim().to_owned()
        };
        let help = format!("`{name}` takes {}", words(wanted.kind));
        self.fault(Kind::WrongType, &at.site.id, at.site.place(span), message, help);
    }

    /// An expression that the evaluator refuses.
    fn not_evaluable(&mut self, at: &Where<'a, '_>, name: &str, expr: &Expr, error: &EvalError) {
        let place = at.site.place(error.span.unwrap_or(expr.span));
        let message = if holds_secret(name, "") || quotes_secret(at.site.file, expr, error.span) {
            format!("the value of \"{name}\" cannot be evaluated")
        } else {
            error.message.trim().to_owned()
        };
        let help = "correct the expression: the collector refuses to load it";
        self.fault(Kind::Evaluation, &at.site.id, place, message, help.to_owned());
    }

    /// Whether what an expression names directly is of a type that fits. What is only known at run time has a type all
    /// the same.
    fn fits(
        &mut self,
        at: &Where<'a, '_>,
        name: &str,
        expr: &'a Expr,
        wanted: &TypeName,
        depth: u32,
    ) -> bool {
        match (&expr.kind, wanted) {
            (ExprKind::Paren(inner), _) if depth < DEEPEST => self.fits(at, name, inner, wanted, depth + 1),
            (ExprKind::Array(items), TypeName::List(inner)) if depth < DEEPEST => {
                let mut all = true;
                for item in items {
                    // Each may be wrong by itself.
                    all &= self.fits(at, name, item, inner, depth + 1);
                }
                all
            }
            (ExprKind::Identifier | ExprKind::Access(..), _) => {
                let Some((parts, span)) = chain(at.site.file, expr) else { return true };
                let Some(found) = at.level.type_of(&parts) else { return true };
                let place = at.site.place(span);
                match misfit(&found, wanted) {
                    None => true,
                    Some(Misfit::Receiver) => {
                        self.wrong_receiver(at, name, &parts.join("."), place, (&found, wanted));
                        false
                    }
                    Some(Misfit::Type(reason)) => {
                        let message = format!("{} {reason}", parts.join("."));
                        let help = format!("`{name}` takes {}", type_words(wanted));
                        self.fault(Kind::WrongType, &at.site.id, place, message, help);
                        false
                    }
                }
            }
            _ => true,
        }
    }

    fn wrong_receiver(
        &mut self,
        at: &Where<'a, '_>,
        name: &str,
        what: &str,
        place: Place,
        (found, wanted): (&TypeName, &TypeName),
    ) {
        let message = format!("`{what}` is {}, and `{name}` takes {}", type_words(found), type_words(wanted));
        let help = "name a component that takes this kind of data, with a converter between if there is one";
        self.fault(Kind::WrongReceiver, &at.site.id, place, message, help.to_owned());
    }

    /// Receivers that come out of an evaluation (`array.concat`, `coalesce`): those named directly are checked before.
    fn receivers(
        &mut self,
        at: &Where<'a, '_>,
        name: &str,
        expr: &Expr,
        (value, wanted): (&Value, &TypeName),
    ) {
        let mut todo = vec![(value, wanted)];
        while let Some((value, wanted)) = todo.pop() {
            match (value, wanted) {
                (Value::Array(items), TypeName::List(inner)) => {
                    todo.extend(items.iter().map(|item| (item, &**inner)));
                }
                (Value::OneOf(items), _) => todo.extend(items.iter().map(|item| (item, wanted))),
                (Value::Capsule(capsule), TypeName::Capsule(_)) => {
                    let Some(found) = at.level.type_of_capsule(capsule) else { continue };
                    if found != *wanted {
                        let what = format!("{}.{}", capsule.node, capsule.export);
                        let place = at.site.place(expr.span);
                        return self.wrong_receiver(at, name, &what, place, (&found, wanted));
                    }
                }
                _ => {}
            }
        }
    }

    /// Texts that are limited to a few.
    fn texts(
        &mut self,
        at: &Where<'a, '_>,
        name: &str,
        expr: &'a Expr,
        (value, wanted): (&Value, Attribute),
    ) {
        if !wanted.is_limited() {
            return;
        }
        match (value, &expr.kind) {
            (Value::Array(values), ExprKind::Array(items)) if values.len() == items.len() => {
                for (value, item) in values.iter().zip(items) {
                    self.texts(at, name, item, (value, wanted));
                }
            }
            (Value::Array(values), _) => {
                for value in values {
                    self.text(at, name, expr, (value, wanted));
                }
            }
            _ => self.text(at, name, expr, (value, wanted)),
        }
    }

    fn text(&mut self, at: &Where<'a, '_>, name: &str, expr: &Expr, (value, wanted): (&Value, Attribute)) {
        let Value::Text(text) = value else { return };
        // An empty text stands for the default in most places, and the table does not say where it does not.
        if text.is_empty() || wanted.takes(text) {
            return;
        }
        let texts: Vec<&str> = wanted.texts().collect();
        let all = format!("it can be \"{}\"", texts.join("\", \""));
        let help = self.suggest(text, texts.iter().copied(), &all);
        let message = format!("`{name}` cannot be \"{text}\"");
        self.fault(Kind::WrongValue, &at.site.id, at.site.place(content_span(expr)), message, help);
    }
}

/// Whether something in a value is not known from the text alone.
fn is_open(value: &Value) -> bool {
    // Values are nested as deeply as expressions at most, which are limited.
    match value {
        Value::Unknown(_) => true,
        Value::Array(items) | Value::OneOf(items) => items.iter().any(is_open),
        Value::Object(fields) => fields.values().any(is_open),
        _ => false,
    }
}

/// Why a value of one type is not taken where another is wanted.
enum Misfit {
    /// A receiver of other data.
    Receiver,
    /// In the evaluator's words.
    Type(String),
}

/// Whether no value of type `found` is taken where `wanted` is. What depends on the value fits.
fn misfit(found: &TypeName, wanted: &TypeName) -> Option<Misfit> {
    let should_be = |what: &str| Some(Misfit::Type(format!("should be {what}, got {}", kind_of(found))));
    // Containers get thinner at every step, so this ends.
    match (found, wanted) {
        (TypeName::Any, _)
        | (_, TypeName::Any)
        | (TypeName::Target | TypeName::Map(_), TypeName::Target)
        | (TypeName::Target, TypeName::Map(_))
        | (TypeName::Secret, TypeName::Secret | TypeName::OptionalSecret) => None,
        (TypeName::Capsule(found), TypeName::Capsule(wanted)) => {
            (found != wanted).then_some(Misfit::Receiver)
        }
        (TypeName::List(found), TypeName::List(wanted)) | (TypeName::Map(found), TypeName::Map(wanted)) => {
            misfit(found, wanted)
        }
        (_, TypeName::List(_)) => should_be("array"),
        (_, TypeName::Map(_)) => should_be("object"),
        (_, TypeName::Capsule(_) | TypeName::Target) => should_be("capsule"),
        (TypeName::Secret, TypeName::Text | TypeName::Duration) => {
            Some(Misfit::Type("secrets may not be converted into strings".to_owned()))
        }
        (
            TypeName::List(_) | TypeName::Map(_) | TypeName::Target | TypeName::Capsule(_) | TypeName::Secret,
            _,
        ) => should_be(kind_of(wanted)),
        (TypeName::OptionalSecret, TypeName::Bool) => should_be("bool"),
        _ => None,
    }
}

/// The language's name for values of a type.
fn kind_of(kind: &TypeName) -> &'static str {
    match kind {
        TypeName::Text | TypeName::Duration => "string",
        TypeName::Int | TypeName::Uint | TypeName::Float => "number",
        TypeName::Bool => "bool",
        TypeName::Bytes | TypeName::List(_) => "array",
        TypeName::Map(_) => "object",
        TypeName::Secret | TypeName::OptionalSecret | TypeName::Target | TypeName::Capsule(_) => "capsule",
        TypeName::Any => "any",
    }
}

/// A type in words.
fn type_words(kind: &TypeName) -> String {
    match kind {
        TypeName::List(inner) => match &**inner {
            TypeName::Target => "targets".to_owned(),
            TypeName::Capsule(_) => format!("a list, each {}", type_words(inner)),
            _ => format!("a list of {}s", kind_of(inner)),
        },
        TypeName::Capsule(name) => match &**name {
            "LogsReceiver" => "a receiver of logs".to_owned(),
            "MetricsReceiver" => "a receiver of metrics".to_owned(),
            "ProfilesReceiver" => "a receiver of profiles".to_owned(),
            "otelcol.Consumer" => "a consumer of OpenTelemetry data".to_owned(),
            "otelcol.Handler" => "a handler of OpenTelemetry requests".to_owned(),
            "Rules" => "the rules of a relabel component".to_owned(),
            other => other.to_owned(),
        },
        TypeName::Target => "a target".to_owned(),
        TypeName::Map(_) => "an object".to_owned(),
        TypeName::Secret | TypeName::OptionalSecret => "a string or secret".to_owned(),
        TypeName::Duration => "a duration such as \"30s\"".to_owned(),
        TypeName::Int | TypeName::Uint | TypeName::Float => "a number".to_owned(),
        TypeName::Bool => "true or false".to_owned(),
        TypeName::Text => "a string".to_owned(),
        TypeName::Bytes => "bytes".to_owned(),
        TypeName::Any => "any value".to_owned(),
    }
}

pub(super) fn words(kind: &str) -> String {
    type_words(&TypeName::parse(kind))
}

/// Whether the text of an attribute's value must not be shown.
pub(super) fn holds_secret(name: &str, kind: &str) -> bool {
    kind.contains("secret") || is_secret_name(name) || name.contains("header")
}

/// Whether the part of an expression that an error quotes holds the value of a key that is a secret's, or is in one.
pub(super) fn quotes_secret(file: &File, expr: &Expr, quoted: Option<Span>) -> bool {
    let quoted = quoted.unwrap_or(expr.span);
    let mut todo = vec![expr];
    while let Some(expr) = todo.pop() {
        match &expr.kind {
            ExprKind::Object(fields) => {
                for field in fields {
                    let key = file.str(field.key).trim_matches('"');
                    let meets = field.value.span.start < quoted.end && quoted.start < field.value.span.end;
                    if meets && (is_secret_name(key) || key.eq_ignore_ascii_case("authorization")) {
                        return true;
                    }
                    todo.push(&field.value);
                }
            }
            ExprKind::Array(items) => todo.extend(items),
            ExprKind::Call(function, arguments) => {
                todo.push(function);
                todo.extend(arguments);
            }
            ExprKind::Access(inner, _) | ExprKind::Unary(_, inner) | ExprKind::Paren(inner) => {
                todo.push(inner);
            }
            ExprKind::Index(left, right) | ExprKind::Binary(left, _, _, right) => {
                todo.extend([&**left, &**right]);
            }
            _ => {}
        }
    }
    false
}
