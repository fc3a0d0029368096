//! A finding's identity: meaning, not place.

use crate::text::hash;

/// The fingerprint of a finding: a hash of what is wrong with whom. Paths, lines and formatting play no part.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    hash(parts.iter().flat_map(|part| [part.as_bytes(), &[0]]), 16)
}
