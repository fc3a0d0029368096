//! Turns any bytes into a panic where what reads answers of servers, credentials and addresses of proxies does not end, or lets
//! a secret through. For fuzzing and for its tests.

use std::sync::Arc;

use serde_json::Value;

use super::credentials;
use super::kinds::kinds;
use super::probe;
use super::proxies::Environment;
use super::release::release;
use super::texts;
use crate::document::parse_yaml;
use crate::document::secrets_of_answer;

/// Reads `bytes` as each of the things that come from elsewhere.
pub(crate) fn survives(bytes: &[u8]) {
    credentials::survive(bytes);
    let text = String::from_utf8_lossy(bytes);
    let environment = Environment { https: text.to_string(), http: String::new(), none: text.to_string() };
    for server in ["https://10.1.2.3:6443", "https://[fd00::1]", "http://k8s.example.com"] {
        if let Ok(server) = server.parse() {
            let _ = (environment.proxy(None, &server), environment.proxy(Some(&text), &server));
        }
    }
    for covered in probe::configurations(bytes) {
        has_no_secret(covered);
    }
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        let _ = release(&value);
        for kind in kinds().iter().filter(|kind| ["Secret", "Node"].contains(&kind.kind.as_str())) {
            for text in
                [texts::text(value.clone(), kind, "v1"), texts::metadata_text(value.clone(), kind, "v1")]
            {
                assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}");
            }
        }
    }
}

/// What was covered can be read again, and holds no secret any more.
fn has_no_secret(covered: String) {
    let text: Arc<str> = covered.into();
    let stream = parse_yaml(&text);
    assert!(stream.errors.is_empty(), "{:?} of {text:?}", stream.errors);
    for secret in stream.documents.iter().flat_map(secrets_of_answer) {
        let value = secret.slice(&text).trim().trim_matches(['\'', '"']);
        let is_none = matches!(value, "" | "{}" | "[]" | "null" | "~");
        assert!(is_none || value.contains("********"), "{value:?} of {text:?}");
    }
}
