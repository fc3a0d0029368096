//! Turns image tags, labels and versions of tables into the minor version by which a program is judged.

/// A minor version, such as 3.0. A version under development comes before the release that it will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub(crate) struct Minor {
    major: u16,
    minor: u16,
}

impl Minor {
    /// That version.
    pub(crate) const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }

    /// Reads `3.0`, `3.0.2`, `v3.0.2-rc.1`, `3.1-dev`; `None` for anything else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split(['-', '+', '@']).next()?;
        let mut parts = text.split('.');
        let (major, minor) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        (parts.all(|part| part.parse::<u32>().is_ok())).then_some(Self { major, minor })
    }
}

impl std::fmt::Display for Minor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tags_of_images_and_names_of_the_tables() {
        let read = |text| Minor::parse(text).map(|minor| minor.to_string());
        for (text, minor) in
            [("3.0", "3.0"), ("v2.17.4", "2.17"), ("3.1-dev", "3.1"), ("3.0.2-rc.1@sha256", "3.0")]
        {
            assert_eq!(read(text).as_deref(), Some(minor), "{text}");
        }
        for text in ["latest", "3", "main-abc", "r326-1", "", "1.x.2"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(Minor::parse("2.9") < Minor::parse("2.10"));
        assert!(Minor::parse("2.17") < Minor::parse("3.0"));
    }
}
