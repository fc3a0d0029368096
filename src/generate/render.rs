//! Turns templates and values into texts. The one file that knows the template engine's environment.
//!
//! Every value that a template prints is quoted by the language that it lands in, which the ending of the template's name
//! says. So a template never writes quotes around a value: `url = {{ "https://" ~ host }}`. What is not to be quoted goes
//! through a function: `text("NAME", INDENT)` is another template, `remark(value)` a value inside a comment, `part(value)` a word
//! inside a name of Alloy, `indented(INDENT)` what a macro or a `set` block made.

use std::sync::Arc;

use minijinja::AutoEscape;
use minijinja::Environment;
use minijinja::Error;
use minijinja::ErrorKind;
use minijinja::State;
use minijinja::UndefinedBehavior;
use minijinja::Value;
use minijinja::syntax::SyntaxConfig;

use super::Fault;
use super::agreed::Agreed;
use super::quote::Tongue;
use crate::document::alloy;
use crate::model::FactValue;
use crate::text::hash;

/// All templates: path below `templates/`, and text.
pub(super) const TEMPLATES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// The templates, ready to be filled in.
pub(super) struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    /// With the agreed values, for which templates ask by `agreed("RULE", "SETTING")`, and what every template may name.
    pub(super) fn new(agreed: Arc<Agreed>, names: Vec<(&'static str, Value)>) -> Result<Self, Fault> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let mut syntax = SyntaxConfig::builder();
        syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
        environment.set_syntax(syntax.build().map_err(|error| fault(&error))?);
        environment.set_auto_escape_callback(|name| match Tongue::of(name) {
            Some(Tongue::Yaml) => AutoEscape::Custom("yaml".into()),
            Some(Tongue::Alloy) => AutoEscape::Custom("alloy".into()),
            None => AutoEscape::None,
        });
        environment.set_formatter(|out, state, value| {
            let text = if value.is_safe() { value.to_string() } else { quoted(state, value)? };
            out.write_str(&text).map_err(Error::from)
        });
        environment.add_function("agreed", move |rule: &str, setting: &str| -> Result<Value, Error> {
            agreed.value(rule, setting).map(|value| of_fact(&value)).map_err(|fault| wrong(fault.to_string()))
        });
        environment.add_function("text", text);
        environment
            .add_function("remark", |value: &Value| Value::from_safe_string(remark(&value.to_string())));
        environment.add_function("part", part);
        environment.add_filter("indented", indented);
        environment.add_filter("fingerprint", fingerprint);
        environment.add_filter("path", path);
        for (name, value) in names {
            environment.add_global(name, value);
        }
        for (name, text) in TEMPLATES {
            environment.add_template(name, text).map_err(|error| fault(&error))?;
        }
        Ok(Self { environment })
    }

    /// The text of a template. An Alloy program is formatted.
    pub(super) fn text(&self, name: &str) -> Result<String, Fault> {
        let template = self.environment.get_template(name).map_err(|error| fault(&error))?;
        let text = template.render(Value::UNDEFINED).map_err(|error| fault(&error))?;
        finished(name, text).map_err(|error| fault(&error))
    }
}

/// A text as it is handed out.
fn finished(name: &str, text: String) -> Result<String, Error> {
    match Tongue::of(name) {
        Some(Tongue::Alloy) => {
            let formatted = alloy::format(&Arc::from(text));
            formatted.map(|text| text.to_string()).map_err(|why| wrong(format!("{name}: {why}")))
        }
        _ => Ok(text),
    }
}

/// A value in the language of the template.
fn quoted(state: &State<'_, '_>, value: &Value) -> Result<String, Error> {
    let written =
        Tongue::of(state.name()).filter(|_| !value.is_undefined()).and_then(|tongue| tongue.write(value));
    written.ok_or_else(|| wrong(format!("{} cannot be written in {}", value.kind(), state.name())))
}

/// Another template's text, each of its lines behind so many blanks: for block scalars and parts of other files.
fn text(state: &State<'_, '_>, name: &str, indent: usize) -> Result<Value, Error> {
    let text = finished(name, state.get_template(name)?.render(Value::UNDEFINED)?)?;
    let blanks = " ".repeat(indent);
    let mut lines = String::new();
    for line in text.lines() {
        if !line.is_empty() {
            lines.push_str(&blanks);
            lines.push_str(line);
        }
        lines.push('\n');
    }
    Ok(Value::from_safe_string(lines))
}

/// What a macro or a `set` block made, its lines but the first behind so many blanks, without line ends at its end. It is quoted
/// already; anything else is a fault.
fn indented(value: &Value, indent: usize) -> Result<Value, Error> {
    let text = value.as_str().filter(|_| value.is_safe());
    let text =
        text.ok_or_else(|| wrong("only what a macro or a `set` block made can be indented".to_owned()))?;
    let mut lines = text.trim_end_matches('\n').split('\n');
    let mut whole = lines.next().unwrap_or_default().to_owned();
    let blanks = " ".repeat(indent);
    for line in lines {
        whole.push('\n');
        if !line.is_empty() {
            whole.push_str(&blanks);
            whole.push_str(line);
        }
    }
    Ok(Value::from_safe_string(whole))
}

/// The path of an agreed address.
fn path(address: &str) -> Result<String, Error> {
    let address =
        url::Url::parse(address).map_err(|why| wrong(format!("`{address}` is no address: {why}")))?;
    Ok(address.path().to_owned())
}

/// A sum over texts, for annotations that change with what pods read.
fn fingerprint(value: &Value) -> Result<String, Error> {
    let mut whole = String::new();
    match value.as_str() {
        Some(text) => whole.push_str(text),
        None => value.try_iter()?.for_each(|text| whole.push_str(text.as_str().unwrap_or_default())),
    }
    // 128 bits are enough, and a letter before them is never taken for a number.
    Ok(format!("sha256-{}", hash([whole.as_bytes()], 16)))
}

/// A value inside a comment: on one line, and nothing that cannot be seen.
fn remark(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect()
}

/// A word inside a name of Alloy.
fn part(word: &str) -> Result<Value, Error> {
    let fits = word.starts_with(|first: char| first.is_ascii_lowercase())
        && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if fits {
        Ok(Value::from_safe_string(word.to_owned()))
    } else {
        Err(wrong(format!("`{word}` is no name")))
    }
}

/// A setting of a rule as templates see it.
fn of_fact(value: &FactValue) -> Value {
    match value {
        FactValue::Bool(value) => Value::from(*value),
        FactValue::Int(value) => Value::from(*value),
        FactValue::Float(value) => Value::from(*value),
        FactValue::Text(text) => Value::from(text.to_string()),
        FactValue::List(items) => items.iter().map(|item| of_fact(&item.value)).collect(),
        FactValue::Null | FactValue::Unknown(_) | FactValue::Secret(_) | FactValue::Map(_) => Value::from(()),
    }
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// What the engine found wrong, with the template's name and line.
fn fault(error: &Error) -> Fault {
    use std::error::Error as _;
    let place = match (error.name(), error.line()) {
        (Some(name), Some(line)) => format!("{name}:{line}: "),
        _ => String::new(),
    };
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    Fault::Template(format!("{place}{error}{cause}"))
}
