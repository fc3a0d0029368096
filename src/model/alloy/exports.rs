//! Turns components that read something into what they read: files of the collector's mounts, ConfigMaps, Secrets.

use std::sync::Arc;

use super::Component;
use super::Content;
use super::Data;
use super::Program;
use super::scope::Named;
use crate::document::alloy::Expr;
use crate::document::alloy::ExprKind;
use crate::model::eval::Value;
use crate::model::eval::chain;

/// Texts are looked for behind this many names.
const STEPS: u32 = 32;

impl<'a> Program<'a> {
    /// The value of an export that is read from the input; `None` for one that only the running process knows.
    pub(super) fn read_export(&self, component: &Component<'_>, name: &str) -> Option<Value> {
        let unknown = |reason: &str| {
            let words = format!("{}.{name} is known only when the collector runs: {reason}", component.id);
            Value::Unknown(words.into())
        };
        match (&*component.name, name) {
            ("local.file", "content") => Some(match self.local_file(component)? {
                Ok(content) => self.optional_secret(&content, self.is_secret(component)),
                Err(reason) => unknown(&reason),
            }),
            ("remote.kubernetes.configmap" | "remote.kubernetes.secret", "data") => {
                let secret = &*component.name == "remote.kubernetes.secret";
                Some(match self.object(component)? {
                    Ok(data) => {
                        let data = data.into_iter();
                        let value = |content: Result<Content<'_>, String>| match content {
                            Ok(content) => self.optional_secret(&content, secret),
                            Err(reason) => unknown(&reason),
                        };
                        Value::Object(data.map(|(key, content)| (key, value(content))).collect())
                    }
                    Err(reason) => unknown(&reason),
                })
            }
            ("discovery.relabel", "output") => {
                Some(super::relabel::relabelled(self, component).unwrap_or_else(|reason| unknown(&reason)))
            }
            _ => None,
        }
    }

    /// The value of an expression that others are computed from, or why it is not known. What comes in circles or
    /// through too many steps is not known.
    pub(super) fn value(&self, component: &Component<'_>, expr: &Expr) -> Result<Value, String> {
        match self.nested(component, expr) {
            Some(Ok(Value::Unknown(reason))) => Err(reason.to_string()),
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => Err(error.message),
            None => Err("it is computed from too many others".to_owned()),
        }
    }

    /// The text that an expression stands for, where it names one that was written elsewhere: with the document it is,
    /// so that what is found in it has a place of its own.
    pub(super) fn text_behind(&self, component: &Component<'a>, expr: &'a Expr) -> Option<Content<'a>> {
        let (mut at, mut expr) = (component.clone(), expr);
        for _ in 0..STEPS {
            match &expr.kind {
                ExprKind::Paren(inner) => expr = inner,
                ExprKind::String => {
                    let (doc, file) =
                        self.inputs.nested(at.doc, expr.span).filter(|_| at.computed.is_none())?;
                    return Some(Content {
                        text: file.text.clone(),
                        program: Some((doc, file)),
                        secret: false,
                    });
                }
                ExprKind::Call(callee, arguments) => {
                    let plain = at.file.str(callee.span) == "convert.nonsensitive";
                    expr = arguments.first().filter(|_| plain)?;
                }
                ExprKind::Index(inner, key) => {
                    let Ok(Value::Text(key)) = self.evaluate(&at, key) else { return None };
                    return self.data_behind(&at, inner, &key);
                }
                _ => {
                    let (parts, _) = chain(at.file, expr)?;
                    match self.behind(&at, &parts)? {
                        Named::Given(next, value) | Named::Export(next, value) => {
                            (at, expr) = (self.components.get(next)?.clone(), value);
                        }
                        Named::Component(found) => {
                            let found = self.components.get(found)?;
                            if let Some(content) = self.local_file(found) {
                                return content.ok();
                            }
                            return self.object(found)?.ok()?.remove(*parts.last()?)?.ok();
                        }
                    }
                }
            }
        }
        None
    }

    /// The text under a key of the data that an expression names.
    fn data_behind(&self, at: &Component<'a>, expr: &'a Expr, key: &str) -> Option<Content<'a>> {
        let (parts, _) = chain(at.file, expr)?;
        match self.behind(at, &parts)? {
            Named::Component(found) => self.object(self.components.get(found)?)?.ok()?.remove(key)?.ok(),
            Named::Given(..) | Named::Export(..) => None,
        }
    }

    /// What `local.file` reads; `None` for another component.
    fn local_file(&self, component: &Component<'_>) -> Option<Result<Content<'a>, String>> {
        if &*component.name != "local.file" {
            return None;
        }
        Some(
            self.quietly(|| {
                self.text_argument(component, "filename").and_then(|path| self.inputs.file(&path))
            }),
        )
    }

    /// The data that `remote.kubernetes.*` reads; `None` for another component.
    fn object(&self, component: &Component<'_>) -> Option<Result<Data<'a>, String>> {
        let kind = match &*component.name {
            "remote.kubernetes.configmap" => "ConfigMap",
            "remote.kubernetes.secret" => "Secret",
            _ => return None,
        };
        let read = || {
            let name = self.text_argument(component, "name")?;
            let namespace = match component.attribute("namespace") {
                Some(_) => Some(self.text_argument(component, "namespace")?),
                None => None,
            };
            // Another cluster's API server has other objects.
            let client =
                component.block.body.blocks().find(|block| component.file.str(block.name) == "client");
            if client.is_some_and(|client| {
                client
                    .body
                    .attributes()
                    .any(|own| matches!(component.file.str(own.name), "api_server" | "kubeconfig_file"))
            }) {
                return Err("it asks an API server that its `client` block names".to_owned());
            }
            self.inputs.object(kind, namespace.as_deref(), &name)
        };
        Some(self.quietly(read))
    }

    /// Reads what arguments name; where a secret is among them, the reason why it cannot be read does not quote them.
    pub(super) fn quietly<T>(&self, read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
        let before = self.secret.replace(false);
        let outcome = read();
        let secret = self.secret.get();
        self.secret.set(before || secret);
        outcome.map_err(
            |reason| if secret { "a secret names it, so no more is said".to_owned() } else { reason },
        )
    }

    /// An argument that has to be a text.
    pub(super) fn text_argument(&self, component: &Component<'_>, name: &str) -> Result<Arc<str>, String> {
        let Some(attribute) = component.attribute(name) else {
            return Err(format!("`{name}` is missing"));
        };
        match self.value(component, &attribute.value)? {
            Value::Text(text) | Value::OptionalSecret { text, secret: false } => Ok(text),
            Value::OptionalSecret { text, .. } | Value::Secret(text) => {
                self.secret.set(true);
                Ok(text)
            }
            _ => Err(format!("`{name}` is not a text that is known here")),
        }
    }

    /// Whether a file's content is marked as a secret. What is not known counts as marked.
    fn is_secret(&self, component: &Component<'_>) -> bool {
        let Some(attribute) = component.attribute("is_secret") else { return false };
        !matches!(self.value(component, &attribute.value), Ok(Value::Bool(false)))
    }

    /// The value that expressions see of a text. What comes from a Secret must not be shown, whatever is made of it.
    fn optional_secret(&self, content: &Content<'_>, secret: bool) -> Value {
        if content.secret || secret {
            self.secret.set(true);
        }
        Value::OptionalSecret { text: content.text.clone(), secret }
    }
}
