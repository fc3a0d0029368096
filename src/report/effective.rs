//! Turns the settings in effect into a settings file with comments, or JSON.

use std::fmt::Write as _;
use std::io::Write;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::clean;
use crate::finding::Effective;
use crate::finding::EffectiveRule;
use crate::finding::SettingText;

/// Writes a `ptd-lint.yaml` that says the same; with `verbose` the rules too, as comments.
pub(crate) fn write_effective(
    effective: &Effective,
    verbose: bool,
    out: &mut impl Write,
) -> std::io::Result<()> {
    let none = "(none)".to_owned();
    writeln!(out, "# The settings in effect. Behind each: where it comes from.")?;
    writeln!(out, "# Settings file: {}", clean::line(effective.file.as_ref().unwrap_or(&none)))?;
    for (stack, file) in &effective.stacks {
        let file = file.as_ref().unwrap_or(&none);
        writeln!(out, "# Stack {} is governed by: {}", clean::line(stack), clean::line(file))?;
    }
    writeln!(out, "version: 1")?;
    for setting in &effective.settings {
        let (key, from) = (setting.key, clean::line(&setting.from));
        match &setting.value {
            None => writeln!(out, "# {key}:  # {from}")?,
            Some(value) => match block(value) {
                Some(lines) => write!(out, "{key}:  # {from}\n{lines}")?,
                None => writeln!(out, "{key}: {}  # {from}", inline(value))?,
            },
        }
    }
    let running = effective.rules.iter().filter(|rule| rule.runs).count();
    writeln!(
        out,
        "# {running} of {} rules run{}",
        effective.rules.len(),
        if verbose { ":" } else { " (-v lists them)" }
    )?;
    if verbose {
        for (title, runs) in [("", true), ("# Left out:\n", false)] {
            let rules: Vec<&EffectiveRule> =
                effective.rules.iter().filter(|rule| rule.runs == runs).collect();
            if !rules.is_empty() {
                write!(out, "{title}")?;
            }
            write_rules(&rules, out)?;
        }
    }
    Ok(())
}

fn write_rules(rules: &[&EffectiveRule], out: &mut impl Write) -> std::io::Result<()> {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in rules {
        let mut line = format!(
            "#   {:width$}  {:7}  {:19}  {:11}  {:6}  {}",
            rule.id,
            rule.severity.name(),
            rule.invariant.id(),
            rule.family,
            rule.profile.name(),
            rule.why
        );
        if let Some(from) = &rule.severity_from {
            let _ = write!(line, " (severity: {from})");
        }
        writeln!(out, "{}", clean::line(&line))?;
    }
    Ok(())
}

/// The same as JSON.
pub(crate) fn write_effective_json(effective: &Effective, out: &mut impl Write) -> std::io::Result<()> {
    let settings: Map<String, Value> = effective
        .settings
        .iter()
        .map(|setting| {
            let value = setting.value.as_ref().map_or(Value::Null, to_json);
            (
                setting.key.to_owned(),
                json!({ "value": value, "isSet": setting.value.is_some(), "from": setting.from }),
            )
        })
        .collect();
    let stacks = effective.stacks.iter().map(|(stack, file)| json!({ "stack": stack, "settings": file }));
    let rules = effective.rules.iter().map(|rule| {
        json!({
            "id": rule.id,
            "family": rule.family,
            "invariant": rule.invariant.id(),
            "severity": rule.severity.name(),
            "severityFrom": rule.severity_from,
            "profile": rule.profile.name(),
            "runs": rule.runs,
            "why": rule.why,
        })
    });
    let whole = json!({
        "file": effective.file,
        "stacks": stacks.collect::<Vec<_>>(),
        "settings": settings,
        "rules": rules.collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &whole)?;
    writeln!(out)
}

/// The lines of a value that is no scalar and not empty, below its key; `None` for those that stand beside it.
fn block(value: &SettingText) -> Option<String> {
    let mut lines = String::new();
    match value {
        SettingText::Map(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                match value {
                    SettingText::Map(inner) if !inner.is_empty() => {
                        let _ = writeln!(lines, "  {}:", text(key));
                        for (key, value) in inner {
                            let _ = writeln!(lines, "    {}: {}", text(key), inline(value));
                        }
                    }
                    _ => {
                        let _ = writeln!(lines, "  {}: {}", text(key), inline(value));
                    }
                }
            }
        }
        SettingText::List(items)
            if items.len() > 3 || items.iter().any(|item| matches!(item, SettingText::Map(_))) =>
        {
            for item in items {
                let _ = writeln!(lines, "  - {}", inline(item));
            }
        }
        _ => return None,
    }
    Some(lines)
}

fn inline(value: &SettingText) -> String {
    match value {
        SettingText::Plain(plain) => clean::line(plain),
        SettingText::Text(own) => text(own),
        SettingText::List(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        SettingText::Map(entries) if entries.is_empty() => "{}".to_owned(),
        SettingText::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{}: {}", text(key), inline(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text as YAML: as it is where nothing else can be meant, else in quotes, which JSON and YAML share.
fn text(own: &str) -> String {
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_plain = own.starts_with(|c: char| c.is_ascii_alphabetic())
        && own.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'))
        && !WORDS.contains(&own.to_ascii_lowercase().as_str());
    if is_plain {
        return own.to_owned();
    }
    // What a terminal would take for more than text is written as an escape, which both know too.
    let escape = |c: char| {
        if clean::line(&c.to_string()) == c.to_string() {
            c.to_string()
        } else {
            format!("\\u{:04x}", u32::from(c))
        }
    };
    Value::from(own).to_string().chars().map(escape).collect()
}

fn to_json(value: &SettingText) -> Value {
    match value {
        SettingText::Plain(plain) => {
            serde_json::from_str(plain).unwrap_or_else(|_| Value::from(plain.as_str()))
        }
        SettingText::Text(own) => Value::from(own.as_str()),
        SettingText::List(items) => items.iter().map(to_json).collect(),
        SettingText::Map(entries) => {
            entries.iter().map(|(key, value)| (key.clone(), to_json(value))).collect::<Map<_, _>>().into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_could_be_read_otherwise_are_quoted() {
        for (own, written) in [
            ("log-boundary", "log-boundary"),
            ("off", "\"off\""),
            ("Yes", "\"Yes\""),
            ("loki-*", "\"loki-*\""),
            ("012345678901", "\"012345678901\""),
            ("a: b # c", "\"a: b # c\""),
            ("", "\"\""),
            ("a\u{1b}[31m", "\"a\\u001b[31m\""),
        ] {
            assert_eq!(text(own), written);
        }
    }

    #[test]
    fn versions_keep_their_zeros() {
        let assume = SettingText::Map(vec![("mimir".to_owned(), SettingText::Plain("2.10".to_owned()))]);
        assert_eq!(block(&assume).as_deref(), Some("  mimir: 2.10\n"));
    }
}
