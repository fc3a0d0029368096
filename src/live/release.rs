//! Turns what Helm keeps of a release, in a Secret, into an object to lint: the chart, its version, and the values given.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::json;

use crate::text::Limit;

/// What Helm says of one revision of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Release {
    /// The release's name.
    pub(super) name: String,
    /// The namespace that it is installed in.
    pub(super) namespace: String,
    /// Whether it is what was installed last, with which revision: of several records the greatest counts.
    pub(super) rank: (bool, u64),
    /// The object to lint.
    pub(super) object: Value,
}

/// Which records are asked for: not those of the past.
pub(super) const RECORDS: &str = "owner=helm,status notin (superseded,uninstalled,uninstalling)";

/// The release that a Secret holds; `None` where it cannot be unpacked.
///
/// Helm keeps JSON, compressed, in base64, and the API encodes that once more (Helm's `pkg/storage/driver/util.go`).
pub(super) fn release(secret: &Value) -> Option<Release> {
    let encoded = secret.pointer("/data/release")?.as_str()?;
    let inner = STANDARD.decode(encoded).ok()?;
    let bytes = STANDARD.decode(inner.trim_ascii()).ok()?;
    let mut json = Vec::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        // What is cut off here is no JSON.
        flate2::read::GzDecoder::new(&*bytes).take(Limit::InputSize.get()).read_to_end(&mut json).ok()?;
    } else {
        json = bytes;
    }
    let release: Value = serde_json::from_slice(&json).ok()?;
    let text =
        |pointer: &str| release.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (name, namespace) = (text("/name"), text("/namespace"));
    if name.is_empty() {
        return None;
    }
    let object = json!({
        "apiVersion": "helm.sh/v3",
        "kind": "Release",
        "metadata": {"name": name, "namespace": namespace},
        "chart": {
            "name": text("/chart/metadata/name"),
            "version": text("/chart/metadata/version"),
            "appVersion": text("/chart/metadata/appVersion"),
        },
        "status": text("/info/status"),
        "values": release.get("config").filter(|values| values.is_object()).cloned().unwrap_or_else(|| json!({})),
    });
    let revision = release.get("version").and_then(Value::as_u64).unwrap_or_default();
    let rank = (text("/info/status") == "deployed", revision);
    Some(Release { name, namespace, rank, object })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_release_is_unpacked() {
        let json = json!({"name": "mimir", "namespace": "mimir", "version": 3, "info": {"status": "deployed"},
            "chart": {"metadata": {"name": "mimir-distributed", "version": "5.2.1", "appVersion": "2.11.0"}, "templates": []},
            "config": {"mimir": {"structuredConfig": {}}}, "manifest": "---"});
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(json.to_string().as_bytes()).unwrap();
        let secret = json!({"data": {"release": STANDARD.encode(STANDARD.encode(packed.finish().unwrap()))}});
        let found = release(&secret).unwrap();
        assert_eq!((&*found.name, &*found.namespace, found.rank), ("mimir", "mimir", (true, 3)));
        assert_eq!(found.object["chart"]["version"], "5.2.1");
        assert_eq!(found.object["values"], json!({"mimir": {"structuredConfig": {}}}));
        assert!(found.object.get("manifest").is_none());
    }

    #[test]
    fn what_is_no_release_is_none() {
        assert_eq!(release(&json!({"data": {"release": "%%"}})), None);
        assert_eq!(release(&json!({"data": {"release": STANDARD.encode("e30=")}})), None);
    }
}
