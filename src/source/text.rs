//! Holds the text of an input, packed where a run has many: what nobody looks at takes a small part of its room.

use std::fmt;
use std::io::Read as _;
use std::io::Write as _;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::OnceLock;

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

/// The text of an input.
#[derive(Clone)]
pub(crate) struct Text {
    plain: OnceLock<Arc<str>>,
    packed: Option<Arc<[u8]>>,
    /// How many bytes it has, unpacked.
    len: usize,
}

impl Text {
    /// The same in less room. Only worth it for what is looked at now and then.
    pub(super) fn packed(self) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::with_capacity(self.len / 4), Compression::fast());
        let packed = encoder.write_all(self.as_bytes()).and_then(|()| encoder.finish());
        match packed {
            Ok(packed) if packed.len() < self.len => {
                Self { plain: OnceLock::new(), packed: Some(packed.into()), len: self.len }
            }
            _ => self,
        }
    }

    /// The text, for a look: what is packed stays packed.
    pub(crate) fn opened(&self) -> Arc<str> {
        self.plain.get().cloned().unwrap_or_else(|| self.unpacked())
    }

    /// How many bytes the text has.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Memory gives back what was put into it: there is no fault to tell.
    fn unpacked(&self) -> Arc<str> {
        let mut text = String::with_capacity(self.len);
        let _ = DeflateDecoder::new(self.packed.as_deref().unwrap_or_default()).read_to_string(&mut text);
        text.into()
    }
}

/// Whoever takes a reference unpacks the text, and it stays so.
impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.plain.get_or_init(|| self.unpacked())
    }
}

impl From<Arc<str>> for Text {
    fn from(text: Arc<str>) -> Self {
        Self { len: text.len(), plain: text.into(), packed: None }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Arc::<str>::from(text).into()
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Arc::<str>::from(text).into()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.opened() == other.opened()
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.opened().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_text_is_the_same_text_and_stays_packed_when_it_is_looked_at() {
        let long = "kind: ConfigMap\nmetadata: { name: ä }\n".repeat(100);
        let plain = Text::from(long.as_str());
        let packed = plain.clone().packed();
        assert!(packed.plain.get().is_none(), "packed");
        assert_eq!(&*packed.opened(), long);
        assert_eq!(packed, plain);
        assert!(packed.plain.get().is_none(), "still packed");
        assert_eq!(packed.len(), long.len());
        assert_eq!(packed.lines().count(), 200);
        assert!(packed.plain.get().is_some(), "somebody took a reference");
    }

    #[test]
    fn text_that_does_not_get_smaller_is_left_alone() {
        let text = Text::from("x").packed();
        assert!(text.packed.is_none());
        assert_eq!(&*text, "x");
    }
}
