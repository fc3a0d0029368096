//! Turns bytes that may not be UTF-8 into characters, as Go's strings do: a bad byte is U+FFFD.

/// One character of a Go string.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rune<'t> {
    /// The character; U+FFFD for a byte that is not UTF-8.
    pub(crate) letter: char,
    /// Its bytes.
    pub(crate) bytes: &'t [u8],
}

impl Rune<'_> {
    /// Whether it stands for a byte that is not UTF-8.
    pub(crate) fn is_bad(&self) -> bool {
        self.bytes.len() == 1 && self.letter == char::REPLACEMENT_CHARACTER
    }
}

/// The characters of a Go string.
pub(crate) fn runes(bytes: &[u8]) -> impl Iterator<Item = Rune<'_>> {
    bytes.utf8_chunks().flat_map(|chunk| {
        let text = chunk.valid();
        let good = text.char_indices().map(move |(at, letter)| Rune {
            letter,
            bytes: text.as_bytes().get(at..at + letter.len_utf8()).unwrap_or_default(),
        });
        let bad = chunk.invalid().chunks(1).map(|bytes| Rune { letter: char::REPLACEMENT_CHARACTER, bytes });
        good.chain(bad)
    })
}
