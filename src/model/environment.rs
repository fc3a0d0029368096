//! Turns the environment of a container, rendered or in a chart's values, into what its process sees.

use super::alloy::Environment;
use super::eval::Value;
use super::fact::Fact;
use super::objects::NOT_ASKED_FOR;
use super::readable::Read;
use super::readable::texts_of;
use super::stack::Stack;

/// The environment that `env` and `env_from` (lists as Kubernetes has them) give a container in that namespace.
/// ConfigMaps and Secrets of the input are read.
pub(crate) fn environment(stack: &Stack<'_>, namespace: &str, env: &Fact, env_from: &Fact) -> Environment {
    let mut environment = Environment { complete: true, ..Environment::default() };
    for source in env_from.items() {
        let prefix = source.reach("prefix").text().unwrap_or_default().to_owned();
        if read_all(stack, namespace, source, &prefix, &mut environment).is_none() {
            environment.complete = false;
            // It may set again what an earlier one set.
            for (name, value) in environment.values.iter_mut().filter(|(name, _)| name.starts_with(&prefix)) {
                let reason =
                    format!("environment variable {name} may be set from something that is not in the input");
                *value = Value::Unknown(reason.into());
            }
        }
    }
    for variable in env.items() {
        let Some(name) = variable.reach("name").text().map(str::to_owned) else { continue };
        let value = value(stack, namespace, &name, variable, &environment);
        environment.values.insert(name, value);
    }
    environment
}

/// What a process sees of a text of an object of that kind.
fn value_of(text: Read, kind: &str) -> Value {
    match text {
        Ok(text) if kind == "Secret" => Value::Secret(text),
        Ok(text) => Value::Text(text),
        Err(reason) => Value::Unknown(reason),
    }
}

/// Takes over all keys of the object that an item of `envFrom` names; `None` if it is not in the input.
fn read_all(
    stack: &Stack<'_>,
    namespace: &str,
    source: &Fact,
    prefix: &str,
    environment: &mut Environment,
) -> Option<()> {
    for (field, kind) in [("configMapRef.name", "ConfigMap"), ("secretRef.name", "Secret")] {
        let name = source.reach(field);
        let Some(name) = name.text() else { continue };
        for (key, text) in texts_of(stack, kind, namespace, name).ok()? {
            environment.values.insert(format!("{prefix}{key}"), value_of(text, kind));
        }
        return Some(());
    }
    None
}

fn value(stack: &Stack<'_>, namespace: &str, name: &str, variable: &Fact, before: &Environment) -> Value {
    let own = variable.reach("value");
    if let Some(text) = own.text() {
        return expand(name, text, before);
    }
    for (field, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
        let reference = variable.reach(&format!("valueFrom.{field}"));
        let (object, key) = (reference.reach("name"), reference.reach("key"));
        let (Some(object), Some(key)) = (object.text(), key.text()) else { continue };
        let found = texts_of(stack, kind, namespace, object).ok();
        if let Some(text) = found.and_then(|mut texts| texts.remove(key)) {
            return value_of(text, kind);
        }
    }
    Value::Unknown(
        format!("environment variable {name} is set from something that is not in the input").into(),
    )
}

/// Bytes of the longest variable that Linux gives a process (`MAX_ARG_STRLEN`).
const LONGEST: usize = 128 * 1024;

/// Fills in `$(OTHER)`, as the kubelet does: variables set before count, `$$` is a dollar sign, and what is not set
/// stays as it is written.
fn expand(name: &str, text: &str, before: &Environment) -> Value {
    let mut out = String::with_capacity(text.len());
    let mut secret = false;
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        // Variables that are made of others twice over grow without end.
        if out.len() > LONGEST {
            let reason =
                format!("environment variable {name} is longer than any that a process may be given");
            return Value::Unknown(reason.into());
        }
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let inner = tail.strip_prefix("$(").and_then(|tail| tail.split_once(')'));
        if let Some(tail) = tail.strip_prefix("$$") {
            out.push('$');
            rest = tail;
        } else if let Some((other, tail)) = inner {
            match before.values.get(other) {
                Some(Value::Text(value)) => out.push_str(value),
                Some(Value::Secret(value)) => {
                    secret = true;
                    out.push_str(value);
                }
                // One that was not asked for is in the input, and says how it can be known.
                Some(Value::Unknown(reason)) if reason.ends_with(NOT_ASKED_FOR) => {
                    return Value::Unknown(reason.clone());
                }
                Some(_) => {
                    let reason = format!(
                        "environment variable {name} is made of `$({other})`, which is not in the input"
                    );
                    return Value::Unknown(reason.into());
                }
                None if before.complete => {
                    out.push_str("$(");
                    out.push_str(other);
                    out.push(')');
                }
                None => {
                    let reason = format!(
                        "environment variable {name} is made of `$({other})`, which something that is not in the input \
                         may set"
                    );
                    return Value::Unknown(reason.into());
                }
            }
            rest = tail;
        } else {
            out.push('$');
            rest = tail.get(1..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    if secret { Value::Secret(out.into()) } else { Value::Text(out.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_double_again_and_again_end() {
        let mut before = Environment { complete: true, ..Environment::default() };
        before.values.insert("V0".to_owned(), Value::Text("ten bytes.".into()));
        for number in 1..200 {
            let text = format!("$(V{0})$(V{0})", number - 1);
            let value = expand("V", &text, &before);
            before.values.insert(format!("V{number}"), value);
        }
        assert!(matches!(before.values.get("V10"), Some(Value::Text(text)) if text.len() == 10_240));
        assert!(matches!(before.values.get("V199"), Some(Value::Unknown(_))));
    }

    #[test]
    fn variables_are_made_of_those_set_before() {
        let mut before = Environment { complete: true, ..Environment::default() };
        before.values.insert("HOST".to_owned(), Value::Text("logs.example.net".into()));
        before.values.insert("KEY".to_owned(), Value::Secret("hush".into()));
        before.values.insert("NODE".to_owned(), Value::Unknown("x".into()));
        let value = |text: &str| expand("URL", text, &before);
        assert_eq!(value("https://$(HOST)/push"), Value::Text("https://logs.example.net/push".into()));
        assert_eq!(value("$$(HOST) costs 5$ $(GONE)"), Value::Text("$(HOST) costs 5$ $(GONE)".into()));
        assert_eq!(value("a$(KEY)"), Value::Secret("ahush".into()));
        let Value::Unknown(reason) = value("$(NODE)") else { panic!("known") };
        assert_eq!(&*reason, "environment variable URL is made of `$(NODE)`, which is not in the input");
        before.complete = false;
        assert!(matches!(expand("URL", "$(GONE)", &before), Value::Unknown(_)));
    }
}
