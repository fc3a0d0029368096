//! Turns what was applied last to an object, which `kubectl apply` notes in it, into whether a field still is as applied.

use serde_json::Value;

use crate::document::Step;
use crate::text::units::quantity;

/// How a field stands to what was applied last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Applied {
    /// It is as it was applied. The server may have filled in more.
    Same,
    /// It was applied as something else.
    Other,
    /// It was not applied.
    Absent,
}

/// How the field of an object stands to what was applied last; `None` where nothing says what was.
pub(super) fn applied(object: &Value, steps: &[Step]) -> Option<Applied> {
    let text = object["metadata"]["annotations"][NOTE].as_str()?;
    Some(stands(&serde_json::from_str(text).ok()?, object, steps))
}

/// Where `kubectl apply` keeps what it applied.
const NOTE: &str = "kubectl.kubernetes.io/last-applied-configuration";

fn stands(applied: &Value, object: &Value, steps: &[Step]) -> Applied {
    let (mut applied, mut live) = (applied, object);
    for step in steps {
        let next = match step {
            Step::Key(key) => {
                live = &live[key.as_str()];
                applied.get(key)
            }
            Step::Item(index) => {
                live = &live[*index];
                like(applied, *index, live)
            }
        };
        match next {
            Some(next) => applied = next,
            None => return Applied::Absent,
        }
    }
    if holds(applied, live) { Applied::Same } else { Applied::Other }
}

/// The item of a list that is another's: by name, since a cluster may put items before it (a sidecar), else by number.
fn like<'v>(list: &'v Value, index: usize, item: &Value) -> Option<&'v Value> {
    let list = list.as_array()?;
    match item.get("name") {
        Some(name) => list.iter().find(|own| own.get("name") == Some(name)),
        None => list.get(index),
    }
}

/// Whether a value still holds what was applied. The API server fills in what was left out, leaves out what says nothing,
/// and writes quantities in its own way. As deep as JSON may be that was parsed.
fn holds(applied: &Value, live: &Value) -> bool {
    match (applied, live) {
        (Value::Object(own), Value::Object(live)) => own.iter().all(|(key, own)| match live.get(key) {
            Some(live) => holds(own, live),
            None => says_nothing(own),
        }),
        (Value::Array(own), Value::Array(live)) => {
            own.len() == live.len() && own.iter().zip(live).all(|(own, live)| holds(own, live))
        }
        (Value::Null, _) => true,
        (own, live) => own == live || amount(own).zip(amount(live)).is_some_and(|(one, two)| same(one, two)),
    }
}

/// Whether a value is one that the API server leaves out.
fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.values().all(says_nothing),
    }
}

fn amount(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => quantity(text),
        Value::Number(number) => number.as_f64(),
        _ => None,
    }
}

/// `0.1` and `100m` come out a little apart.
fn same(one: f64, two: f64) -> bool {
    (one - two).abs() <= 1e-9 * one.abs().max(two.abs())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(key: &str) -> Step {
        Step::Key(key.to_owned())
    }

    #[test]
    fn what_the_server_fills_in_and_rewrites_is_still_what_was_applied() {
        let applied = json!({
            "containers": [{"name": "a", "image": "x:1", "env": [], "stdin": false}],
            "resources": {"cpu": 0.1, "memory": "1024Mi", "more": null},
        });
        let live = json!({
            "containers": [{"name": "a", "image": "x:1", "imagePullPolicy": "IfNotPresent"}],
            "resources": {"cpu": "100m", "memory": "1Gi"},
            "restartPolicy": "Always",
        });
        assert!(holds(&applied, &live));
        let changes: [fn(&mut Value); 4] = [
            |live| live["containers"][0]["image"] = json!("x:2"),
            |live| live["resources"]["memory"] = json!("2Gi"),
            |live| _ = live["resources"].as_object_mut().unwrap().remove("cpu"),
            |live| live["containers"].as_array_mut().unwrap().push(json!({"name": "b"})),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut other = live.clone();
            change(&mut other);
            assert!(!holds(&applied, &other), "change {number}");
        }
    }

    #[test]
    fn items_are_held_against_those_of_their_name() {
        let applied = json!({"list": [{"name": "a", "v": 1}], "plain": [1]});
        let live =
            json!({"list": [{"name": "sidecar", "v": 2}, {"name": "a", "v": 1}], "plain": [1], "more": 1});
        let of = |steps: &[Step]| stands(&applied, &live, steps);
        assert_eq!(of(&[key("list"), Step::Item(1), key("v")]), Applied::Same);
        assert_eq!(of(&[key("list"), Step::Item(0), key("v")]), Applied::Absent);
        assert_eq!(of(&[key("list")]), Applied::Other);
        assert_eq!(of(&[key("plain"), Step::Item(0)]), Applied::Same);
        assert_eq!(of(&[key("more")]), Applied::Absent);
    }
}
