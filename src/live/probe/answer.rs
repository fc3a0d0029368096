//! Turns what processes answer into the fields of an answer, without what nobody needs to see.

use std::sync::Arc;

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::document::NodeRef;
use crate::document::Tree;
use crate::document::is_secret_name;
use crate::document::parse_yaml;
use crate::document::secrets_of_answer;
use crate::document::without_url_passwords;
use crate::text::Span;

/// The most that one answer may hold. A whole configuration is 200 KiB; one with the limits of a thousand tenants, some MiB.
const MOST: usize = 16 * 1024 * 1024;

/// What stands in the place of a secret, as the stores themselves write it.
const MASK: &str = "********";

/// What both stores say where they loaded no runtime file.
const NOTHING_LOADED: &str = "runtime config file doesn't exist";

/// A configuration in YAML; what its keys call secret is covered, whatever the process shows of it.
pub(super) fn configuration(body: &[u8]) -> Result<String, &'static str> {
    if body.len() > MOST {
        return Err("it is larger than 16 MiB");
    }
    let text: Arc<str> = std::str::from_utf8(body).map_err(|_| "it is no text")?.into();
    let stream = parse_yaml(&text);
    let root = stream.documents.first().and_then(Tree::root);
    if !stream.errors.is_empty() || !root.is_some_and(NodeRef::is_mapping) {
        return Err("it is no configuration in YAML");
    }
    let mut covered = without(&text, stream.documents.iter().flat_map(secrets_of_answer).collect());
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

/// The text with these values covered. Those that say nothing stay: that nothing is set is no secret.
fn without(text: &str, mut values: Vec<Span>) -> String {
    values.sort_unstable();
    let mut covered = String::with_capacity(text.len());
    let mut at = 0;
    for span in values {
        let value = span.slice(text);
        let says_nothing = matches!(value.trim(), "" | "\"\"" | "''" | "{}" | "[]" | "null" | "~");
        // One may lie in another.
        if span.start < at || says_nothing {
            continue;
        }
        covered.push_str(Span::new(at, span.start).slice(text));
        covered.extend(["'", MASK, "'"]);
        // A text of several lines has the end of its last one.
        covered.push_str(if value.ends_with('\n') { "\n" } else { "" });
        at = span.end;
    }
    covered.push_str(Span::new(at, u32::try_from(text.len()).unwrap_or(u32::MAX)).slice(text));
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
    fn secrets_are_covered_in_every_notation_of_yaml() {
        let text = "storage: {secret_access_key: hush, region: eu}\npasswords:\n- hush\n- 'hush'\ntokens: [hush]\ncredentials:\n  a: {b: hush}\n  c: []\n\"client_secret\": >-\n\n  hush\n\n  hush\nn: 1\npassword: &p hush\nother: *p\ntoken: hush\n  hush\napi_key:\n  hush\nsecret: ~\n";
        let covered = configuration(text.as_bytes()).unwrap();
        assert!(!covered.contains("hush"), "{covered}");
        let stream = parse_yaml(&Arc::from(covered.as_str()));
        assert!(stream.errors.is_empty(), "{covered}");
        let root = stream.documents[0].root().unwrap();
        assert_eq!(root.text_at("storage.region"), Some("eu"), "{covered}");
        assert_eq!(root.text_at("n"), Some("1"), "{covered}");
        assert_eq!(root.get("passwords").unwrap().items().count(), 2, "{covered}");
        assert!(root.get("secret").unwrap().is_null(), "{covered}");
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
