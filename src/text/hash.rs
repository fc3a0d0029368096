//! Turns texts into short sums that stay the same over releases and machines.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;
use sha2::Sha256;

/// The first bytes of the SHA-256 of all parts behind each other, in hexadecimal.
pub(crate) fn hash<'p>(parts: impl IntoIterator<Item = &'p [u8]>, bytes: usize) -> String {
    let mut sum = Sha256::new();
    parts.into_iter().for_each(|part| sum.update(part));
    sum.finalize().iter().take(bytes).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// All of the SHA-256 of a text, in base64, as a content security policy names what may run.
pub(crate) fn sum_base64(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_is_the_start_of_the_known_sum_however_the_text_is_cut() {
        // The sum of `abc` in the standard, FIPS 180-4.
        assert_eq!(hash([&b"abc"[..]], 4), "ba7816bf");
        assert_eq!(hash([&b"a"[..], b"", b"bc"], 6), "ba7816bf8f01");
        assert_eq!(sum_base64("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }
}
