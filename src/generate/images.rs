//! The images of a stack that is made without charts. Programs that have a chart run in the version that the chart of
//! `charts.rs` runs, so that all forms of a stack run the same.

use super::charts;
use crate::model;
use crate::model::Chart;

/// A program.
#[derive(Debug)]
pub(super) struct Image {
    /// Its word in templates.
    pub(super) name: &'static str,
    /// Where the image is, with what stands before the version in its tag.
    before: &'static str,
    /// Its version, or the chart that runs it.
    version: Version,
    /// What stands behind the version.
    behind: &'static str,
}

/// Where a version is taken from.
#[derive(Debug, Clone, Copy)]
enum Version {
    /// What this chart runs.
    Of(Chart),
    /// This one.
    Is(&'static str),
}

/// All images.
pub(super) const IMAGES: [Image; 6] = [
    image("alloy", "docker.io/grafana/alloy:v", Version::Of(Chart::Alloy), ""),
    image("mimir", "docker.io/grafana/mimir:", Version::Of(Chart::Mimir), ""),
    image("loki", "docker.io/grafana/loki:", Version::Of(Chart::Loki), ""),
    image("grafana", "docker.io/grafana/grafana:", Version::Of(Chart::Grafana), ""),
    // That of the chart kube-state-metrics in `charts.rs`.
    image(
        "kube_state_metrics",
        "registry.k8s.io/kube-state-metrics/kube-state-metrics:v",
        Version::Is("2.15.0"),
        "",
    ),
    // The gateways before the stores. It runs as a user of no note, and writes below /tmp alone.
    image("nginx", "quay.io/nginx/nginx-unprivileged:", Version::Is("1.29.3"), "-alpine"),
];

const fn image(name: &'static str, before: &'static str, version: Version, behind: &'static str) -> Image {
    Image { name, before, version, behind }
}

impl Image {
    /// The version that runs; nothing if no table knows it, which a test rules out.
    pub(super) fn version(&self) -> Option<&'static str> {
        match self.version {
            Version::Is(version) => Some(version),
            Version::Of(chart) => model::app_version(chart, charts::chart(self.name)?.version),
        }
    }

    /// The whole address, as pods have it.
    pub(super) fn address(&self) -> String {
        format!("{}{}{}", self.before, self.version().unwrap_or_default(), self.behind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_image_has_one_version() {
        for image in &IMAGES {
            let version = image.version().unwrap_or_else(|| panic!("{} has no version", image.name));
            assert_eq!(version.split('.').count(), 3, "{}: {version}", image.name);
            assert!(image.address().contains(&format!("{version}{}", image.behind)), "{}", image.address());
        }
    }
}
