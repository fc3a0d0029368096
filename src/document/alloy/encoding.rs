//! Turns bytes that may not be UTF-8 into text, remembering each byte that was not.

/// The text of `bytes`, with U+FFFD for every byte that is no part of a character (one for each, as the reference
/// counts them), and where those stand: offset in the text, and the byte.
pub(crate) fn decode(bytes: &[u8]) -> (String, Vec<(u32, u8)>) {
    let mut text = String::with_capacity(bytes.len());
    let mut stray = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            stray.push((u32::try_from(text.len()).unwrap_or(u32::MAX), *byte));
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    (text, stray)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_each_bad_byte_by_its_own_mark() {
        let (text, stray) = decode(b"a\xe2\x82 \xff\xef\xbf\xbdz");
        assert_eq!(text, "a\u{fffd}\u{fffd} \u{fffd}\u{fffd}z");
        assert_eq!(stray, [(1, 0xe2), (4, 0x82), (8, 0xff)]);
    }
}
