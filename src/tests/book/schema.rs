//! Turns a JSON Schema of ours into a table: key, type, meaning.

use std::fmt::Write as _;

use serde_json::Value;

use super::MADE;
use super::cell;

/// How deep keys may lie; schemas of ours are less deep.
const DEPTH: usize = 12;

/// The page of a schema; `name` is what the page is called.
pub(super) fn page(name: &str, schema: &str) -> String {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let (title, intro) = match name {
        "settings-file" => (
            "The settings file",
            "All keys of `ptd-lint.yaml`, made from its schema, `schemas/config.schema.json`; editors that know the schema \
             complete and check them. `NAME` stands for a name that you choose, `[]` for the items of a list. What they are for, \
             with examples: [Profiles and settings](../settings.md).",
        ),
        _ => (
            "The JSON report",
            "All fields of what `-o json` writes, made from its schema, `schemas/report.schema.json`. What may be relied on: \
             [The JSON contract](../json.md). `[]` are the items of a list.",
        ),
    };
    let mut text = format!("{MADE}\n# {title}\n\n{intro}\n\n| key | type | meaning |\n| --- | --- | --- |\n");
    let needed = if name == "report" { "**always there** " } else { "**needed** " };
    let mut table = Table { root: &schema, needed, text: String::new() };
    table.members(&schema, "", 0);
    text.push_str(&table.text);
    text
}

struct Table<'s> {
    root: &'s Value,
    /// What is said of a key that has to be there.
    needed: &'static str,
    text: String,
}

impl<'s> Table<'s> {
    /// What stands below a key.
    fn members(&mut self, schema: &'s Value, path: &str, depth: usize) {
        assert!(depth < DEPTH, "{path}: a schema that leads back to itself");
        let schema = self.resolved(schema);
        let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            self.row(member, &join(name), required.contains(&name.as_str()), depth);
        }
        if schema["additionalProperties"].is_object() {
            self.row(&schema["additionalProperties"], &join("NAME"), false, depth);
        }
        for choice in schema["oneOf"].as_array().into_iter().flatten() {
            self.members(choice, path, depth + 1);
        }
        if schema["items"].is_object() {
            self.members(&schema["items"], &format!("{path}[]"), depth + 1);
        }
    }

    fn row(&mut self, member: &'s Value, path: &str, is_required: bool, depth: usize) {
        let kind = self.kind(member);
        let about = member["description"].as_str().or_else(|| self.resolved(member)["description"].as_str());
        let needed = if is_required { self.needed } else { "" };
        let about = format!("{needed}{}", about.map(cell).unwrap_or_default());
        let _ = writeln!(self.text, "| `{path}` | {kind} | {} |", about.trim_end());
        self.members(member, path, depth + 1);
    }

    /// The type in words.
    fn kind(&self, schema: &'s Value) -> String {
        let schema = self.resolved(schema);
        if let Some(words) = schema["enum"].as_array() {
            return words.iter().map(|word| format!("`{}`", shown(word))).collect::<Vec<_>>().join(", ");
        }
        if !schema["const"].is_null() {
            return format!("`{}`", shown(&schema["const"]));
        }
        if let Some(choices) = schema["oneOf"].as_array() {
            return choices.iter().map(|choice| self.kind(choice)).collect::<Vec<_>>().join(" or ");
        }
        if schema["items"].is_object() {
            return format!("list of {}", self.kind(&schema["items"]));
        }
        let types = match &schema["type"] {
            Value::Array(types) => types.iter().filter_map(Value::as_str).map(word).collect::<Vec<_>>(),
            Value::String(kind) => vec![word(kind)],
            _ => vec!["anything"],
        };
        types.join(" or ")
    }

    /// The definition that a schema refers to, or the schema itself.
    fn resolved(&self, schema: &'s Value) -> &'s Value {
        match schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
            Some(name) => &self.root["$defs"][name],
            None => schema,
        }
    }
}

fn shown(word: &Value) -> String {
    word.as_str().map_or_else(|| word.to_string(), str::to_owned)
}

fn word(kind: &str) -> &str {
    match kind {
        "string" => "text",
        "boolean" => "`true` or `false`",
        "object" => "map",
        "array" => "list",
        other => other,
    }
}
