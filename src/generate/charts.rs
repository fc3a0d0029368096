//! The charts that a stack is made of, with the versions that are written.
//!
//! Versions are the newest whose values, and whose program's options, the tables in `schemas/` know, so that what is written
//! can be judged. A test holds them to `schemas/charts/releases.json`.

/// A chart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WantedChart {
    /// The name of the release, and of files.
    pub(super) name: &'static str,
    /// The chart's own name.
    pub(super) chart: &'static str,
    /// Where it is published.
    pub(super) repo: &'static str,
    /// Its version.
    pub(super) version: &'static str,
}

const GRAFANA: &str = "https://grafana.github.io/helm-charts";
const COMMUNITY: &str = "https://grafana-community.github.io/helm-charts";
const PROMETHEUS: &str = "https://prometheus-community.github.io/helm-charts";

/// All charts of a stack.
pub(super) const CHARTS: [WantedChart; 5] = [
    WantedChart { name: "alloy", chart: "alloy", repo: GRAFANA, version: "1.11.1" },
    // The newest whose values are known. It runs Mimir 3.0.
    WantedChart { name: "mimir", chart: "mimir-distributed", repo: GRAFANA, version: "6.0.5" },
    WantedChart { name: "loki", chart: "loki", repo: COMMUNITY, version: "18.11.0" },
    // The last that runs Grafana 12, of which the settings are known.
    WantedChart { name: "grafana", chart: "grafana", repo: COMMUNITY, version: "11.6.1" },
    WantedChart {
        name: "kube-state-metrics",
        chart: "kube-state-metrics",
        repo: PROMETHEUS,
        version: "5.30.1",
    },
];

/// The chart of a release.
pub(super) fn chart(name: &str) -> Option<&'static WantedChart> {
    CHARTS.iter().find(|chart| chart.name == name)
}
