//! Makes tokens of service accounts, as the API server would, but with any end.

use std::time::Duration;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::KeyPair;
use rcgen::SigningKey as _;
use serde_json::Value;
use serde_json::json;

/// Who signs tokens, and for whom they are.
pub(crate) const ISSUER: &str = "https://kubernetes.default.svc";

/// A token that ends at that time, for the account that this object is.
pub(crate) fn account_token(key: &KeyPair, account: &Value, end: SystemTime) -> String {
    let metadata = &account["metadata"];
    let (namespace, name) = (metadata["namespace"].as_str().unwrap(), metadata["name"].as_str().unwrap());
    let seconds = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let begun = seconds(end - Duration::from_secs(3600));
    let claims = json!({
        "iss": ISSUER, "aud": [ISSUER], "sub": format!("system:serviceaccount:{namespace}:{name}"),
        "iat": begun, "nbf": begun, "exp": seconds(end),
        "kubernetes.io": {"namespace": namespace, "serviceaccount": {"name": name, "uid": metadata["uid"]}},
    });
    let head = json!({"alg": "ES256", "typ": "JWT"});
    let text = [head, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let signature = joined(&key.sign(text.as_bytes()).unwrap());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// Both numbers of an ECDSA signature as 32 bytes each (RFC 7518, 3.4), from their DER form: a sequence (two bytes) of
/// integers, each behind its type and length.
fn joined(der: &[u8]) -> Vec<u8> {
    let (first, rest) = integer(&der[2..]);
    let (second, _) = integer(rest);
    [first, second].concat()
}

fn integer(der: &[u8]) -> ([u8; 32], &[u8]) {
    let (bytes, rest) = der[2..].split_at(usize::from(der[1]));
    // A leading zero keeps the number positive; leading zeros beyond that are left out.
    let bytes = bytes.strip_prefix(&[0]).filter(|_| bytes.len() > 32).unwrap_or(bytes);
    let mut number = [0; 32];
    number[32 - bytes.len()..].copy_from_slice(bytes);
    (number, rest)
}
