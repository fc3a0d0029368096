//! Turns objects, as an API server gives them, into texts to lint.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::kinds::Kind;

/// The key of a mapping that stands for a value that is there and was not asked for.
const WITHHELD: &str = "ptd-lint/withheld";

/// Annotations of Secrets that hold no values of theirs. Any other may: kubectl keeps a copy of what was applied.
const PLAIN_ANNOTATIONS: [&str; 3] = ["meta.helm.sh/", "helm.sh/", "objectset.rio.cattle.io/owner"];

/// What an object is called in reports: `CLUSTER/NAMESPACE/KIND/NAME`, with `-` where it lies in no namespace.
pub(super) fn path(cluster: &str, namespace: &str, kind: &str, name: &str) -> String {
    let namespace = if namespace.is_empty() { "-" } else { namespace };
    format!("{cluster}/{namespace}/{kind}/{name}")
}

/// An object as one text. Items of lists do not say what they are; `kind` and `version` do.
pub(super) fn text(mut object: Value, kind: &Kind, version: &str) -> String {
    name_kind(&mut object, kind, version);
    // Lists the images of a node, which are many and tell nothing.
    if let Some(status) = object.get_mut("status").and_then(Value::as_object_mut) {
        status.remove("images");
    }
    pretty(&object)
}

/// An object of which only the metadata was asked for. The keys of ConfigMaps and Secrets are told by who wrote them
/// (`managedFields`); where nobody says, the text has no `data`, and the keys are not known.
pub(super) fn metadata_text(mut object: Value, kind: &Kind, version: &str) -> String {
    name_kind(&mut object, kind, version);
    if kind.kind == "Secret"
        && let Some(annotations) = object.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut)
    {
        annotations.retain(|key, _| PLAIN_ANNOTATIONS.iter().any(|prefix| key.starts_with(prefix)));
    }
    for (section, keys) in keys(&object) {
        let withheld = keys.into_iter().map(|key| (key, json!({ WITHHELD: "not asked for" })));
        object[section] = Value::Object(withheld.collect());
    }
    pretty(&object)
}

fn name_kind(object: &mut Value, kind: &Kind, version: &str) {
    let group = if kind.group.is_empty() { String::new() } else { format!("{}/", kind.group) };
    if let Some(object) = object.as_object_mut() {
        object.insert("apiVersion".to_owned(), format!("{group}{version}").into());
        object.insert("kind".to_owned(), kind.kind.clone().into());
    }
}

/// The keys of an object's texts by section, as its writers own them.
fn keys(object: &Value) -> Vec<(&'static str, Vec<String>)> {
    let mut found: Vec<(&'static str, Vec<String>)> = Vec::new();
    let owned = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    for fields in owned.into_iter().flatten().filter_map(|entry| entry.get("fieldsV1")) {
        // What is written as `stringData` is kept as `data`.
        for (written, kept) in [("f:data", "data"), ("f:stringData", "data"), ("f:binaryData", "binaryData")]
        {
            let keys = fields.get(written).and_then(Value::as_object).into_iter().flat_map(Map::keys);
            let keys = keys.filter_map(|key| key.strip_prefix("f:")).map(str::to_owned);
            match found.iter_mut().find(|(section, _)| *section == kept) {
                Some((_, known)) => known.extend(keys),
                None => found.push((kept, keys.collect())),
            }
        }
    }
    found.retain(|(_, keys)| !keys.is_empty());
    found
}

/// JSON with one field a line, keys sorted.
pub(super) fn pretty(object: &Value) -> String {
    // Writing JSON to memory cannot fail; an empty text is reported as such.
    serde_json::to_string_pretty(object).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::kinds::kinds;

    fn kind(name: &str) -> &'static Kind {
        kinds().iter().find(|kind| kind.kind == name).unwrap()
    }

    #[test]
    fn secrets_have_names_of_keys_and_nothing_that_was_applied() {
        let object = json!({"metadata": {
        "name": "s", "namespace": "a",
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{\"data\":{\"p\":\"aHVzaA==\"}}",
            "meta.helm.sh/release-name": "r"},
        "managedFields": [
            {"manager": "a", "fieldsV1": {"f:data": {".": {}, "f:p": {}}}},
            {"manager": "b", "fieldsV1": {"f:stringData": {"f:q.yaml": {}}, "f:metadata": {}}},
        ]}});
        let text = metadata_text(object, kind("Secret"), "v1");
        assert!(!text.contains("aHVzaA"), "{text}");
        let back: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(back["kind"], "Secret");
        assert_eq!(back["apiVersion"], "v1");
        assert_eq!(back["data"].as_object().unwrap().keys().collect::<Vec<_>>(), ["p", "q.yaml"]);
        assert_eq!(back["metadata"]["annotations"], json!({"meta.helm.sh/release-name": "r"}));
    }

    #[test]
    fn keys_that_nobody_owns_are_not_known() {
        let text = metadata_text(json!({"metadata": {"name": "s"}}), kind("Secret"), "v1");
        let back: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(back.get("data"), None);
        assert_eq!(path("c", "", "Node", "n"), "c/-/Node/n");
    }
}
