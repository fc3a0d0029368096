//! Turns what processes answer into the fields of an answer, without what nobody needs to see.

use std::sync::Arc;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::document::NodeRef;
use crate::document::Tree;
use crate::document::is_secret_name;
use crate::document::parse_yaml;
use crate::document::without_url_passwords;

/// The most that one answer may hold. A whole configuration is 200 KiB; one with the limits of a thousand tenants, some MiB.
const MOST: usize = 16 * 1024 * 1024;

/// What stands in the place of a secret, as the stores themselves write it.
const MASK: &str = "********";

/// What both stores say where they loaded no runtime file.
const NOTHING_LOADED: &str = "runtime config file doesn't exist";

/// A configuration in YAML; what its keys call secret is covered, whatever the process shows of it.
pub(super) fn configuration(body: &[u8]) -> Result<String, &'static str> {
    let text = yaml(body)?;
    let mut covered = without_secrets(&text);
    without_url_passwords(&mut covered);
    Ok(covered)
}

/// The runtime configuration; empty where none was loaded.
pub(super) fn runtime(body: &[u8]) -> Result<String, &'static str> {
    if body.starts_with(NOTHING_LOADED.as_bytes()) {
        return Ok(String::new());
    }
    configuration(body)
}

/// The text, if it is a mapping in YAML.
fn yaml(body: &[u8]) -> Result<String, &'static str> {
    if body.len() > MOST {
        return Err("it is larger than 16 MiB");
    }
    let text = std::str::from_utf8(body).map_err(|_| "it is no text")?;
    let stream = parse_yaml(&Arc::from(text));
    let root = stream.documents.first().and_then(Tree::root);
    if !stream.errors.is_empty() || !root.is_some_and(NodeRef::is_mapping) {
        return Err("it is no configuration in YAML");
    }
    Ok(text.to_owned())
}

/// Covers the values of keys that are called like secrets, texts of several lines too.
fn without_secrets(text: &str) -> String {
    let mut covered = String::with_capacity(text.len());
    // Lines that are indented more than this belong to a value that was covered.
    let mut hidden_below: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let plain = line.trim_start_matches([' ', '-']);
        let indent = line.len() - line.trim_start_matches(' ').len();
        if let Some(above) = hidden_below {
            if indent > above || line.trim().is_empty() {
                continue;
            }
            hidden_below = None;
        }
        let named = plain.split_once(':').filter(|(key, _)| is_secret_name(key.trim_matches(['"', '\''])));
        match named {
            Some((key, value))
                if !value.trim().is_empty()
                    && !matches!(value.trim(), "\"\"" | "''" | "{}" | "[]" | "null") =>
            {
                let start = line.len() - plain.len();
                covered.push_str(line.get(..start + key.len() + 1).unwrap_or_default());
                covered.extend([" '", MASK, "'\n"]);
                // The key stands behind the dash of its list.
                hidden_below = Some(start);
            }
            _ => covered.push_str(line),
        }
    }
    covered
}

/// The version in `/api/v1/status/buildinfo` of Mimir or `/loki/api/v1/status/buildinfo`.
pub(super) fn version(body: &[u8]) -> Result<String, &'static str> {
    let value: Value = serde_json::from_slice(body).map_err(|_| "it is no JSON")?;
    let version = value.pointer("/data/version").or_else(|| value.get("version")).and_then(Value::as_str);
    let version = version.ok_or("it has no version")?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-+_/".contains(c);
    if version.is_empty() || version.len() > 100 || !version.chars().all(is_plain) {
        return Err("it has no version");
    }
    Ok(version.to_owned())
}

/// Components with how they fare, and the modules that they made. Arguments and exports never pass.
pub(super) fn components(body: &[u8]) -> Result<(Vec<Value>, Vec<String>), &'static str> {
    let value: Value = serde_json::from_slice(body).map_err(|_| "it is no JSON")?;
    let items = value.as_array().ok_or("it is no list of components")?;
    let mut components = Vec::new();
    let mut modules = Vec::new();
    for item in items {
        let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str);
        let Some(id) = text("/localID") else { return Err("it is no list of components") };
        let mut component = Map::new();
        component.insert("localID".to_owned(), json!(id));
        component.insert("moduleID".to_owned(), json!(text("/moduleID").unwrap_or_default()));
        component.insert("name".to_owned(), json!(text("/name").unwrap_or_default()));
        let health = json!({
            "state": text("/health/state").unwrap_or("unknown"),
            "message": text("/health/message").map(message).unwrap_or_default(),
        });
        component.insert("health".to_owned(), health);
        components.push(Value::Object(component));
        let made = item.get("createdModuleIDs").and_then(Value::as_array).into_iter().flatten();
        modules.extend(made.filter_map(|id| id.as_str().map(str::to_owned)));
    }
    Ok((components, modules))
}

/// What a component says, without what may be secret in it: passwords and queries of URLs, what follows words such as
/// `Bearer` and `password=`.
fn message(said: &str) -> String {
    const LONGEST: usize = 1000;
    let mut said: String = said.chars().take(LONGEST).collect();
    without_url_passwords(&mut said);
    let mut words: Vec<String> = Vec::new();
    let mut cover_next = false;
    for word in said.split_whitespace() {
        let bare = word.trim_end_matches(':').trim_matches(['"', '\'', '(', ')']);
        let is_scheme = matches!(bare, "Bearer" | "Basic");
        if cover_next {
            words.push(MASK.to_owned());
            // `Authorization: Bearer ...`: the secret is the word behind.
            cover_next = is_scheme;
            continue;
        }
        let is_name = bare.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
        cover_next = is_scheme || word.ends_with(':') && is_name && is_secret_name(bare);
        let query = word.find("://").and_then(|at| Some(at + word.get(at..)?.find('?')?));
        let value = word.find('=').filter(|at| word.get(..*at).is_some_and(is_secret_name));
        words.push(match (query, value) {
            (Some(at), _) | (None, Some(at)) => {
                let end = word
                    .get(at..)
                    .and_then(|rest| rest.find(['"', '\'', ')']))
                    .map_or(word.len(), |rest| at + rest);
                format!(
                    "{}{MASK}{}",
                    word.get(..=at).unwrap_or_default(),
                    word.get(end..).unwrap_or_default()
                )
            }
            (None, None) => word.to_owned(),
        });
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_a_configuration_are_covered_whatever_the_process_shows() {
        let text = "a:\n  secret_access_key: hush\n  region: eu\n  password: |\n    hush\n    hush\n  users:\n  - token: hush\n    name: n\n  url: https://u:hush@h/\n  access_key_id: ''\n";
        let covered = configuration(text.as_bytes()).unwrap();
        assert!(!covered.contains("hush"), "{covered}");
        assert!(covered.contains("  region: eu\n"), "{covered}");
        assert!(covered.contains("    name: n\n"), "{covered}");
        assert!(covered.contains("  - token: '********'\n"), "{covered}");
        assert!(parse_yaml(&Arc::from(covered.as_str())).errors.is_empty(), "{covered}");
    }

    #[test]
    fn what_is_no_configuration_is_not_taken_for_one() {
        for body in [&b"<html>"[..], b"a: [", b"- a", b"", b"\xff\xfe", b"not ready"] {
            assert!(configuration(body).is_err(), "{body:?}");
        }
        assert_eq!(runtime(b"runtime config file doesn't exist").unwrap(), "");
        assert!(runtime(b"something else").is_err());
    }

    #[test]
    fn versions_of_both_stores_are_found() {
        let mimir = br#"{"status":"success","data":{"application":"Grafana Mimir","version":"3.0.2"}}"#;
        assert_eq!(version(mimir).unwrap(), "3.0.2");
        assert_eq!(version(br#"{"version":"3.7.6","revision":"a"}"#).unwrap(), "3.7.6");
        assert!(version(br#"{"version":"<b>"}"#).is_err());
        assert!(version(b"3.0.2").is_err());
    }

    #[test]
    fn components_come_without_arguments_and_times() {
        let body = br#"[{"name":"loki.write","localID":"loki.write.a","moduleID":"","label":"a",
            "arguments":[{"name":"password","value":"hush"}],"createdModuleIDs":["m"],
            "health":{"state":"unhealthy","message":"Post https://u:hush@h/p?token=hush: Bearer hush password=hush secret: hush","updatedTime":"2026"}}]"#;
        let (components, modules) = components(body).unwrap();
        let text = Value::Array(components).to_string();
        assert!(!text.contains("hush") && !text.contains("2026"), "{text}");
        assert!(text.contains("Post https://u:******@h/p?********"), "{text}");
        assert_eq!(modules, ["m"]);
        assert!(super::components(b"{}").is_err());
        assert!(super::components(b"[{}]").is_err());
    }
}
