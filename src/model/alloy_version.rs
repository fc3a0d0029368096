//! Reads which Alloy a collector runs: its version, and which components it is allowed.
//!
//! A rendered workload says it by its image and its arguments, values of the alloy chart by `image.tag`, the chart's
//! version, `alloy.stabilityLevel` and `alloy.extraArgs`. What cannot be told stays open, and nothing is held against it.

use super::alloy::types::Running;
use super::alloy::types::Stability;
use super::alloy::types::Version;
use super::fact::Fact;
use super::pod;
use super::stack::ReleasedChart;
use crate::document::NodeRef;

/// The flag of the level.
const LEVEL: &str = "--stability.level";

/// The flag of community components.
const COMMUNITY: &str = "--feature.community-components.enabled";

/// What a container runs, with the node that says the version. `clear`: its command line could be read.
pub(super) fn of_container<'d>(
    workload: NodeRef<'d>,
    container: NodeRef<'d>,
    clear: bool,
) -> (Running, Option<NodeRef<'d>>) {
    let found = version_of(workload, container);
    let arguments = pod::arguments(container);
    let running = Running {
        version: found.as_ref().map(|(version, _)| version.clone()),
        stability: if clear { level(&arguments, Some(Stability::GenerallyAvailable)) } else { None },
        community: clear.then(|| community(&arguments)),
        ..Running::default()
    };
    (running, found.map(|(_, node)| node))
}

/// The version by the image's tag; where an image has a digest alone, by the labels that the chart sets. A tag such as
/// `latest` says nothing, and then the labels say nothing either.
fn version_of<'d>(workload: NodeRef<'d>, container: NodeRef<'d>) -> Option<(Version, NodeRef<'d>)> {
    let image = container.get("image")?;
    let text = image.text()?;
    if pod::image_name(text) == "alloy"
        && let Some(tag) = pod::image_tag(text)
    {
        return Version::parse(tag).map(|version| (version, image));
    }
    let labels = workload.at("metadata.labels")?;
    let label = |name: &str| labels.get(name);
    if label("app.kubernetes.io/name").and_then(NodeRef::text) != Some("alloy") {
        return None;
    }
    if let Some(version) = label("app.kubernetes.io/version") {
        return Version::parse(version.text()?).map(|found| (found, version));
    }
    let chart = label("helm.sh/chart")?;
    Version::of_chart(chart.text()?.strip_prefix("alloy-")?).map(|found| (found, chart))
}

/// What a release of the alloy chart runs, and the version as a fact.
pub(super) fn of_release(release: &ReleasedChart<'_>) -> (Running, Fact) {
    let values = &release.values;
    // What is not in the input may set anything.
    if release.unseen().next().is_some() {
        return (Running::default(), Fact::absent(release.release.place));
    }
    let tag = values.reach("image.tag");
    let repository = values.reach("image.repository");
    let own_build = repository.text().is_some_and(|repository| pod::image_name(repository) != "alloy");
    let (version, place) = match (tag.text(), values.reach("image.digest").text()) {
        _ if own_build => (None, None),
        (Some(text), _) if !text.is_empty() => (Version::parse(text), tag.place),
        (_, Some(digest)) if !digest.is_empty() => (None, None),
        _ => match &release.release.version {
            Some((chart, place)) => (Version::of_chart(chart), Some(*place)),
            None => (None, None),
        },
    };
    let arguments = values.reach("alloy.extraArgs");
    let arguments: Vec<String> = arguments.items().iter().filter_map(Fact::text).map(str::to_owned).collect();
    let by_value = match values.reach("alloy.stabilityLevel").text() {
        Some(text) => Stability::parse(text),
        None => Some(Stability::GenerallyAvailable),
    };
    let text = version.as_ref().map(|version| version.text.to_string());
    let running = Running {
        version,
        stability: level(&arguments, by_value),
        community: Some(community(&arguments)),
        ..Running::default()
    };
    (running, Fact::new(text, place.unwrap_or(release.release.place)))
}

/// The level that arguments ask for; `None` for one that is not known.
fn level(arguments: &[String], otherwise: Option<Stability>) -> Option<Stability> {
    let mut found = otherwise;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix(LEVEL) {
            Some("") => found = arguments.next().and_then(|text| Stability::parse(text)),
            Some(rest) => found = rest.strip_prefix('=').map_or(found, Stability::parse),
            None => {}
        }
    }
    found
}

/// Whether arguments allow community components.
fn community(arguments: &[String]) -> bool {
    let on = |argument: &&String| argument.strip_prefix(COMMUNITY).is_some_and(|rest| rest != "=false");
    arguments.iter().rfind(|argument| argument.starts_with(COMMUNITY)).as_ref().is_some_and(on)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tags_and_flags() {
        assert_eq!(pod::image_tag("docker.io:5000/grafana/alloy:v1.7.5@sha256:aa"), Some("v1.7.5"));
        assert_eq!(pod::image_tag("docker.io:5000/grafana/alloy"), None);
        assert_eq!(pod::image_tag("grafana/alloy@sha256:aa"), None);
        let level = |arguments: &[&str]| {
            let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
            level(&arguments, Some(Stability::GenerallyAvailable))
        };
        assert_eq!(level(&["run", "a"]), Some(Stability::GenerallyAvailable));
        assert_eq!(level(&["--stability.level=experimental"]), Some(Stability::Experimental));
        assert_eq!(level(&["--stability.level", "public-preview", "a"]), Some(Stability::PublicPreview));
        assert_eq!(level(&["--stability.level=$(LEVEL)"]), None);
        assert!(community(&[COMMUNITY.to_owned()]));
        assert!(community(&[format!("{COMMUNITY}=true")]));
        assert!(!community(&[format!("{COMMUNITY}=false")]));
        assert!(!community(&[]));
    }
}
