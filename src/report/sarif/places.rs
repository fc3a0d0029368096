//! Turns places into locations of SARIF: the file's lines, and beside them the object and the texts within texts.

use std::fmt::Write as _;

use serde_json::Value;
use serde_json::json;

use crate::report::clean;
use crate::report::contract::LocationJson;
use crate::report::format::Telling;
use crate::report::root::Rooted;
use crate::report::told::Anchor;
use crate::report::told::place_name;

/// The name of the folder that paths are counted from, which GitHub knows.
pub(super) const ROOT: &str = "%SRCROOT%";

/// The location of a place.
pub(super) fn location(telling: &Telling<'_>, place: &LocationJson) -> Value {
    let mut location = physical(&Anchor::of(telling, place));
    if let Some(logical) = logical(place) {
        location["logicalLocations"] = json!([logical]);
    }
    location
}

/// The location of an anchor, without what is known of the object.
pub(super) fn physical(anchor: &Anchor) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": uri(&anchor.path, anchor.is_file),
            "region": region(anchor.start, anchor.end),
        },
    })
}

/// A region; its end is exclusive in both worlds.
pub(super) fn region(start: (u32, u32), end: (u32, u32)) -> Value {
    json!({ "startLine": start.0, "startColumn": start.1, "endLine": end.0, "endColumn": end.1 })
}

/// An address. Paths below the root are relative to it. Those of running clusters look like paths and lead nowhere: GitHub
/// takes nothing else.
pub(super) fn uri(path: &Rooted, is_file: bool) -> Value {
    match path {
        Rooted::Below(path) if is_file => json!({ "uri": escaped(path), "uriBaseId": ROOT }),
        Rooted::Below(path) => json!({ "uri": escaped(path) }),
        Rooted::Elsewhere(path) if path.starts_with("..") => json!({ "uri": escaped(path) }),
        Rooted::Elsewhere(path) => {
            let (drive, rest) = match path.split_once(':') {
                Some((drive, rest)) if drive.len() == 1 => (format!("/{drive}:"), rest),
                _ => (String::new(), path.as_str()),
            };
            json!({ "uri": format!("file://{drive}{}", escaped(rest)) })
        }
    }
}

/// A path with all but the safest characters escaped.
fn escaped(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            other => _ = write!(out, "%{other:02X}"),
        }
    }
    out
}

/// The object, and the field in it: `ConfigMap alloy/alloy-config#data.config.alloy:11:20`; for a place in a running cluster
/// its whole name.
fn logical(place: &LocationJson) -> Option<Value> {
    let layers = place.layers.iter().map(|layer| format!("#{}:{}:{}", layer.field, layer.line, layer.column));
    let layers: String = layers.collect();
    let object = place.object.clone().unwrap_or_default();
    let name = if place.live { place_name(place) } else { format!("{object}{layers}") };
    if name.is_empty() {
        return None;
    }
    let mut location = json!({ "fullyQualifiedName": clean::line(&name), "kind": "resource" });
    if !object.is_empty() {
        location["name"] = clean::line(&object).into();
    }
    Some(location)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_escaped_and_say_where_they_begin() {
        let below = |path: &str| uri(&Rooted::Below(path.to_owned()), true);
        assert_eq!(
            below("a/b c%ü#.yaml"),
            json!({ "uri": "a/b%20c%25%C3%BC%23.yaml", "uriBaseId": "%SRCROOT%" })
        );
        assert_eq!(below("a:b"), json!({ "uri": "a%3Ab", "uriBaseId": "%SRCROOT%" }));
        let elsewhere = |path: &str| uri(&Rooted::Elsewhere(path.to_owned()), true)["uri"].clone();
        assert_eq!(elsewhere("/etc/x y"), "file:///etc/x%20y");
        assert_eq!(elsewhere("C:/x y"), "file:///C:/x%20y");
        assert_eq!(elsewhere("../x"), "../x");
    }
}
