//! Turns what the API server notes of writers (`metadata.managedFields`) into who wrote a field, and whether by hand.

use serde_json::Value;

use crate::document::Step;

/// How much of a field is somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owned {
    /// All of it: a value, or a list or map that has one owner.
    Whole,
    /// Something in it.
    Within,
}

/// Who wrote a field, and how much of it.
pub(super) fn owners<'o>(object: &'o Value, steps: &[Step]) -> Vec<(&'o str, Owned)> {
    let each = managers(object).filter_map(|(who, fields)| Some((who, owned(fields, object, steps)?)));
    each.collect()
}

/// Names under which clients write that people use by hand, as `managedFields[].manager` has them. What scripts deploy
/// with too (`kubectl-create`, `kubectl-replace`) and what says nothing of content (`kubectl-label`) is not here.
const BY_HAND: &[&str] = &[
    "kubectl-edit",
    "kubectl-patch",
    "kubectl-set",
    "kubectl-scale",
    "k9s",
    "Lens",
    "OpenLens",
    "headlamp",
    "dashboard",
];

/// Whether a name is one of those under which people write by hand.
pub(super) fn is_by_hand(manager: &str) -> bool {
    BY_HAND.contains(&manager)
}

/// Whether somebody wrote by hand what an object asks for: not its labels and notes, nor what is said of it.
pub(super) fn is_edited(object: &Value) -> bool {
    let asks = |fields: &Value| {
        let keys = fields.as_object().into_iter().flat_map(serde_json::Map::keys);
        keys.into_iter().any(|key| !matches!(key.as_str(), "f:metadata" | "f:status"))
    };
    managers(object).any(|(who, fields)| is_by_hand(who) && asks(fields))
}

/// Who wrote an object, each with the fields that are theirs.
fn managers(object: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let entries = object["metadata"]["managedFields"].as_array().into_iter().flatten();
    entries.filter_map(|entry| Some((entry["manager"].as_str()?, &entry["fieldsV1"])))
}

/// How much of what is at the end of the way is in somebody's fields (`fieldsV1`, as the API server writes them). One
/// who has an ancestor whole has it whole.
fn owned(fields: &Value, object: &Value, steps: &[Step]) -> Option<Owned> {
    let (mut fields, mut node) = (fields, object);
    for (depth, step) in steps.iter().enumerate() {
        let own = fields.as_object()?;
        if depth > 0 && own.is_empty() {
            return Some(Owned::Whole);
        }
        fields = match step {
            Step::Key(key) => {
                node = &node[key.as_str()];
                own.get(&format!("f:{key}"))?
            }
            Step::Item(index) => {
                node = &node[*index];
                own.iter().find(|(key, _)| names(key, node))?.1
            }
        };
    }
    let is_leaf = fields.as_object().is_some_and(serde_json::Map::is_empty);
    Some(if is_leaf { Owned::Whole } else { Owned::Within })
}

/// Whether a key of `fieldsV1` names an item of a list: `k:{"name":"alloy"}`, or `v:"text"`.
fn names(key: &str, item: &Value) -> bool {
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
    match key.split_once(':') {
        Some(("k", keys)) => parsed(keys)
            .and_then(|keys| keys.as_object().cloned())
            .is_some_and(|keys| keys.iter().all(|(key, value)| item.get(key) == Some(value))),
        Some(("v", value)) => parsed(value).as_ref() == Some(item),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(manager: &str, fields: &Value) -> Value {
        let entries = json!([{"manager": manager, "operation": "Update", "fieldsV1": fields}]);
        json!({"metadata": {"managedFields": entries}, "spec": {"a": {"b": 1, "c": 2}, "list": [{"name": "x", "d": 3}]}})
    }

    fn key(key: &str) -> Step {
        Step::Key(key.to_owned())
    }

    #[test]
    fn part_of_a_map_is_not_the_map() {
        let object = written("kubectl-edit", &json!({"f:spec": {"f:a": {"f:b": {}}}}));
        assert_eq!(owners(&object, &[key("spec"), key("a"), key("b")]), [("kubectl-edit", Owned::Whole)]);
        assert_eq!(owners(&object, &[key("spec"), key("a")]), [("kubectl-edit", Owned::Within)]);
        assert_eq!(owners(&object, &[key("spec"), key("a"), key("c")]), []);
    }

    #[test]
    fn item_of_a_list_is_found_by_its_keys_and_what_is_owned_whole_has_no_parts() {
        let own = json!({"f:spec": {"f:list": {"k:{\"name\":\"x\"}": {".": {}, "f:d": {}}}, "f:a": {}}});
        let object = written("Lens", &own);
        assert_eq!(
            owners(&object, &[key("spec"), key("list"), Step::Item(0), key("d")]),
            [("Lens", Owned::Whole)]
        );
        assert_eq!(owners(&object, &[key("spec"), key("list"), Step::Item(0)]), [("Lens", Owned::Within)]);
        assert_eq!(owners(&object, &[key("spec"), key("a"), key("b")]), [("Lens", Owned::Whole)]);
    }

    #[test]
    fn labels_and_what_scripts_write_are_no_edits() {
        assert!(is_edited(&written("kubectl-edit", &json!({"f:spec": {"f:a": {}}}))));
        assert!(is_edited(&written("k9s", &json!({"f:data": {"f:a": {}}}))));
        assert!(!is_edited(&written("kubectl-edit", &json!({"f:metadata": {"f:labels": {"f:x": {}}}}))));
        assert!(!is_edited(&written("kubectl-create", &json!({"f:spec": {"f:a": {}}}))));
        assert!(!is_edited(&written("kubectl-edit-of-ours", &json!({"f:spec": {"f:a": {}}}))));
    }
}
