//! Turns versions of charts into versions of the programs that they run, by `schemas/charts/releases.json`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::number;
use crate::model::piece::Chart;

/// What the releases of one chart run by default.
#[derive(Debug, Deserialize)]
struct Releases {
    /// The newest release that is known.
    newest: String,
    /// From the oldest on: a release of the chart with which its program changed, and the program's version.
    runs: Vec<(String, String)>,
}

/// The version of its program that a chart of that version runs, unless an image tag says otherwise: `3.0.1` of
/// mimir-distributed `6.0.5`. `None` for ranges of versions, and for releases before or after those that are known.
pub(crate) fn app_version(chart: Chart, version: &str) -> Option<&'static str> {
    let releases = releases(chart)?;
    let version = number(version)?;
    if number(&releases.newest)? < version {
        return None;
    }
    let runs = releases.runs.iter().rev();
    let run = runs.clone().find(|(from, _)| number(from).is_some_and(|from| from <= version));
    run.map(|(_, app)| app.as_str())
}

fn releases(chart: Chart) -> Option<&'static Releases> {
    static RELEASES: OnceLock<Option<BTreeMap<String, Releases>>> = OnceLock::new();
    let text = include_str!("../../../schemas/charts/releases.json");
    RELEASES.get_or_init(|| serde_json::from_str(text).ok()).as_ref()?.get(chart.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chart_runs_the_program_of_its_release() {
        for (chart, version, runs) in [
            (Chart::Alloy, "0.12.6", Some("1.7.5")),
            (Chart::Alloy, "1.11.1", Some("1.18.1")),
            (Chart::Mimir, "5.2.1", Some("2.11.0")),
            (Chart::Mimir, "v5.1.3", Some("2.10.4")),
            (Chart::Mimir, "6.0.3", Some("3.0.0")),
            (Chart::Mimir, "6.2.0", Some("3.2.0")),
            (Chart::Loki, "5.42.0", Some("2.9.3")),
            (Chart::Loki, "6.0.0", Some("3.0.0")),
            (Chart::Loki, "18.11.0", Some("3.7.6")),
            (Chart::Grafana, "7.0.14", Some("10.2.2")),
            // Security builds have a word behind the number.
            (Chart::Grafana, "8.5.8", Some("11.2.2-security-01")),
            (Chart::Mimir, "4.4.0", None),
            (Chart::Mimir, "6.3.0", None),
            (Chart::Mimir, "5.x", None),
            (Chart::Mimir, "~5.2", None),
            (Chart::Mimir, "", None),
        ] {
            assert_eq!(app_version(chart, version), runs, "{} {version}", chart.name());
        }
    }

    #[test]
    fn releases_agree_with_the_facts() {
        let Some(facts) = crate::tests::shared("data/helm-values.json") else { return };
        let facts: serde_json::Value = serde_json::from_str(&facts).unwrap();
        let mut seen = 0;
        for chart in Chart::ALL {
            for release in facts["charts"][chart.name()]["releases"].as_array().unwrap() {
                let version = release[0].as_str().unwrap();
                assert_eq!(app_version(chart, version), release[1].as_str(), "{} {version}", chart.name());
                seen += 1;
            }
        }
        assert!(seen > 600, "{seen} releases");
    }
}
