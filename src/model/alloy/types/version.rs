//! Turns image tags, chart versions and flags into what a collector runs: version, stability, community components.

use std::sync::Arc;

use crate::model::charts;
use crate::model::piece::Chart;
use crate::model::version::Minor;

/// The newest release that the table of arguments was made from. What is later may have what the table lacks.
/// Source: `also_read` of the component facts.
pub(crate) const NEWEST: Minor = Minor::new(1, 18);

/// The first release. What is below is no version of Alloy.
const FIRST: Minor = Minor::new(1, 0);

/// The version that a collector runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    /// What decides which components there are.
    pub(crate) release: Minor,
    /// As it is written, without a `v`: `1.7.5`.
    pub(crate) text: Arc<str>,
}

impl Version {
    /// Reads `v1.7.5`, `1.7.5` and `1.8.0-rc.1`. Words such as `latest` are no version, and neither is anything below 1.0:
    /// Alloy has no such release.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let release = Minor::parse(text)?;
        (release >= FIRST).then(|| Self { release, text: text.into() })
    }

    /// The version that a chart of that exact version runs by default.
    pub(crate) fn of_chart(chart: &str) -> Option<Self> {
        charts::app_version(Chart::Alloy, chart).and_then(Self::parse)
    }
}

/// How settled a component is, from the least on. Alloy runs what is at least as settled as its flag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stability {
    /// `experimental`.
    Experimental,
    /// `public-preview`.
    PublicPreview,
    /// `generally-available`.
    GenerallyAvailable,
}

impl Stability {
    /// Reads the name of a level.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "experimental" => Some(Self::Experimental),
            "public-preview" => Some(Self::PublicPreview),
            "generally-available" => Some(Self::GenerallyAvailable),
            _ => None,
        }
    }

    /// The name of the level.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Experimental => "experimental",
            Self::PublicPreview => "public-preview",
            Self::GenerallyAvailable => "generally-available",
        }
    }
}

/// What is known of the process that runs a program. The default knows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Running {
    /// Its version.
    pub(crate) version: Option<Version>,
    /// The least settled level that it runs (`--stability.level`).
    pub(crate) stability: Option<Stability>,
    /// Whether it runs community components (`--feature.community-components.enabled`).
    pub(crate) community: Option<bool>,
    /// Something fills the program in before it runs: texts with `{{` are not what they seem.
    pub(crate) templated: bool,
    /// Nobody names the program: it may be one file of several.
    pub(crate) alone: bool,
}

impl Running {
    /// Whether the version is later than what the tables know.
    pub(crate) fn is_newer(&self) -> bool {
        self.version.as_ref().is_some_and(|version| version.release > NEWEST)
    }

    /// The version, if it has not yet what came with `since`. `main` is what no known release has.
    pub(super) fn before(&self, since: &str) -> Option<&Version> {
        let version = self.version.as_ref()?;
        let lacks = match Minor::parse(since) {
            Some(since) => version.release < since,
            None => !self.is_newer(),
        };
        lacks.then_some(version)
    }

    /// The version, if it no longer has what `last` was the last to have.
    pub(super) fn after(&self, last: &str) -> Option<&Version> {
        let version = self.version.as_ref()?;
        Minor::parse(last).is_some_and(|last| version.release > last).then_some(version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_of_images_and_charts() {
        let text = |version: Option<Version>| version.map(|version| version.text.to_string());
        assert_eq!(text(Version::parse("v1.7.5")).as_deref(), Some("1.7.5"));
        assert_eq!(text(Version::parse("1.8.0-rc.1")).as_deref(), Some("1.8.0-rc.1"));
        for word in ["latest", "main", "", "v1", "0.44.2", "1.x", "nightly-1.7.5"] {
            assert_eq!(Version::parse(word), None, "{word}");
        }
        assert_eq!(text(Version::of_chart("0.12.6")).as_deref(), Some("1.7.5"));
        assert_eq!(text(Version::of_chart("1.11.1")).as_deref(), Some("1.18.1"));
        assert_eq!(Version::of_chart("0.12"), None);
    }

    #[test]
    fn a_version_lacks_what_came_later_and_what_went_before() {
        let running = |version| Running { version: Version::parse(version), ..Running::default() };
        assert!(running("1.7.5").before("1.8").is_some());
        assert!(running("1.8.0").before("1.8").is_none());
        assert!(running("1.18.1").before("main").is_some());
        assert!(running("1.19.0").before("main").is_none(), "it may well have it");
        assert!(running("1.5.0").after("1.4").is_some());
        assert!(running("1.4.3").after("1.4").is_none());
        assert!(Running::default().before("1.8").is_none());
        assert!(Running::default().after("1.4").is_none());
    }
}
