//! Fills environment variables into settings, as far as the input says what they hold.

use crate::model::Fact;
use crate::model::FactValue;
use crate::model::alloy::Environment;
use crate::model::eval::Value;
use crate::model::objects::NOT_ASKED_FOR;

/// The value of a setting with its variables filled in: `${NAME}`, `${env:NAME}`, `${NAME:-default}`, `$NAME`.
pub(super) fn value(fact: &Fact, environment: &Environment) -> Value {
    match &fact.value {
        FactValue::Text(text) => expanded(text, environment),
        FactValue::Secret(text) => Value::Secret(text.clone()),
        FactValue::Int(number) => Value::Text(number.to_string().into()),
        FactValue::List(items) => Value::Array(items.iter().map(|item| value(item, environment)).collect()),
        FactValue::Null => Value::Null,
        FactValue::Unknown(reason) => Value::Unknown(reason.clone()),
        FactValue::Bool(_) | FactValue::Float(_) | FactValue::Map(_) => {
            Value::Unknown("it is not a text".into())
        }
    }
}

/// A text with its variables filled in.
pub(super) fn expanded(text: &str, environment: &Environment) -> Value {
    let mut filled = String::new();
    let mut secret = false;
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, tail) = rest.split_at(at);
        filled.push_str(before);
        let tail = &tail[1..];
        if let Some(tail) = tail.strip_prefix('$') {
            filled.push('$');
            rest = tail;
            continue;
        }
        let Some((name, default, after)) = variable(tail) else {
            return Value::Unknown(
                format!("`{text}` is filled in by the program in a way that is not read").into(),
            );
        };
        rest = after;
        let known = environment.values.get(name);
        match (known, default) {
            (Some(Value::Text(value)), _) => filled.push_str(value),
            (Some(Value::Secret(value)), _) => {
                secret = true;
                filled.push_str(value);
            }
            (None, Some(default)) if environment.complete => filled.push_str(default),
            (Some(Value::Unknown(reason)), _) if reason.ends_with(NOT_ASKED_FOR) => {
                return Value::Unknown(reason.clone());
            }
            _ => {
                return Value::Unknown(
                    format!("environment variable {name} comes from outside the input").into(),
                );
            }
        }
    }
    filled.push_str(rest);
    // Fluentd runs code in texts; templates are filled in by others.
    if filled.contains("#{") || filled.contains("{{") {
        return Value::Unknown(format!("`{text}` is filled in when the program starts").into());
    }
    if secret { Value::Secret(filled.into()) } else { Value::Text(filled.into()) }
}

/// Name, default and rest of what stands behind a `$`.
fn variable(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let Some(inner) = text.strip_prefix('{') else {
        let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        return is_name(name).then_some((name, None, rest));
    };
    let (inner, rest) = inner.split_once('}')?;
    let inner = inner.strip_prefix("env:").unwrap_or(inner);
    let (name, default) = match inner.split_once(':') {
        Some((name, default)) => (name, Some(default.strip_prefix('-').unwrap_or(default))),
        None => (inner, None),
    };
    // What OpenTelemetry Collectors fetch from elsewhere.
    let fetched = default.is_some() && matches!(name, "file" | "http" | "https" | "yaml" | "s3");
    (is_name(name) && !fetched).then_some((name, default, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> Environment {
        let values = [
            ("HOST", Value::Text("logs.example.net".into())),
            ("KEY", Value::Secret("word".into())),
            ("FAR", Value::Unknown("elsewhere".into())),
        ];
        Environment {
            values: values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            complete: true,
        }
    }

    #[test]
    fn variables_are_filled_in_by_every_way_to_write_them() {
        let text = |text: &str| expanded(text, &environment());
        assert_eq!(text("https://${HOST}/x"), Value::Text("https://logs.example.net/x".into()));
        assert_eq!(text("${env:HOST}:1"), Value::Text("logs.example.net:1".into()));
        assert_eq!(text("$HOST"), Value::Text("logs.example.net".into()));
        assert_eq!(text("${GONE:-loki}"), Value::Text("loki".into()));
        assert_eq!(text("${env:GONE:-a:1}"), Value::Text("a:1".into()));
        assert_eq!(text("a$$b"), Value::Text("a$b".into()));
        assert_eq!(text("https://me:${KEY}@h"), Value::Secret("https://me:word@h".into()));
    }

    #[test]
    fn what_the_input_does_not_say_is_unknown() {
        for text in
            ["${GONE}", "${FAR}", "${file:/etc/host}", "#{ENV['HOST']}", "{{ .Values.host }}", "${", "$"]
        {
            assert!(matches!(expanded(text, &environment()), Value::Unknown(_)), "{text}");
        }
        let open = Environment { complete: false, ..environment() };
        assert!(matches!(expanded("${GONE:-loki}", &open), Value::Unknown(_)));
    }
}
