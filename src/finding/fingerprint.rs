//! A finding's identity: meaning, not place.

use std::fmt::Write as _;

use sha2::Digest as _;
use sha2::Sha256;

/// The fingerprint of a finding: a hash of what is wrong with whom. Paths, lines and formatting play no part.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
