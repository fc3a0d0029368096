//! Turns the tables of `schemas/charts/` into answers: which values a chart reads, in which of its versions, and of what type.

mod versions;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::piece::Chart;
use crate::text::nearest;

pub(crate) use versions::app_version;

/// The values that a chart reads.
#[derive(Debug, Deserialize)]
pub(crate) struct ChartTable {
    /// Values that people set and the chart passes over, with what it reads.
    instead: BTreeMap<String, String>,
    /// By dotted route.
    values: BTreeMap<String, ChartValue>,
}

/// One value that a chart reads.
#[derive(Debug, Deserialize)]
pub(crate) struct ChartValue {
    /// What it has to be; `None` for anything.
    #[serde(rename = "type")]
    pub(crate) wanted: Option<Wanted>,
    /// The last version known to lack it.
    after: Option<String>,
    /// The first version known to lack it again.
    until: Option<String>,
}

/// What a value has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Wanted {
    /// True or false.
    Boolean,
    /// A number.
    Integer,
    /// Text.
    Text,
    /// A list.
    List,
    /// A map whose keys are the user's.
    Map,
    /// A map whose keys are the chart's.
    Section,
}

impl Wanted {
    /// How messages name it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Boolean => "true or false",
            Self::Integer => "a number",
            Self::Text => "text",
            Self::List => "a list",
            Self::Map | Self::Section => "a map",
        }
    }
}

/// Whether a chart reads a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It does.
    Read,
    /// It does not, with what to do.
    PassedOver(String),
}

/// The table of a chart, where there is one.
pub(crate) fn table(chart: Chart) -> Option<&'static ChartTable> {
    static ALLOY: OnceLock<Option<ChartTable>> = OnceLock::new();
    let parsed = |text: &str| serde_json::from_str(text).ok();
    match chart {
        Chart::Alloy => {
            ALLOY.get_or_init(|| parsed(include_str!("../../schemas/charts/alloy.json"))).as_ref()
        }
        Chart::Mimir | Chart::Loki | Chart::Grafana => None,
    }
}

impl ChartTable {
    /// What is known of the value at a route.
    pub(crate) fn value(&self, route: &str) -> Option<&ChartValue> {
        self.values.get(route)
    }

    /// Whether the chart, in that version if it is known, reads the value at a route. `search`: look for what was meant
    /// by one that it does not.
    pub(crate) fn reading(&self, route: &str, version: Option<&str>, search: bool) -> Reading {
        let Some(value) = self.values.get(route) else {
            let instead = if search { self.instead_of(route) } else { None };
            let take_out = || "take it out, or put it where the chart reads it".to_owned();
            return Reading::PassedOver(instead.unwrap_or_else(take_out));
        };
        let version = version.and_then(number);
        let bound = |bound: &Option<String>| bound.as_deref().and_then(number);
        let Some(version) = version else { return Reading::Read };
        if bound(&value.after).is_some_and(|after| version <= after) {
            let after = value.after.as_deref().unwrap_or_default();
            return Reading::PassedOver(format!(
                "chart versions up to {after} lack it: use a newer one, or take the value out"
            ));
        }
        if bound(&value.until).is_some_and(|until| version >= until) {
            let until = value.until.as_deref().unwrap_or_default();
            return Reading::PassedOver(format!(
                "the chart dropped it by version {until}: take the value out"
            ));
        }
        Reading::Read
    }

    /// What to write instead of a value that no version reads, where something comes close.
    fn instead_of(&self, route: &str) -> Option<String> {
        let moved = |read: &str| format!("the chart reads `{read}`: move the value there");
        if let Some(read) = self.instead.get(route) {
            return Some(moved(read));
        }
        let (parent, name) = route.rsplit_once('.').unwrap_or(("", route));
        let siblings = self.values.keys().filter_map(|known| {
            let (above, name) = known.rsplit_once('.').unwrap_or(("", known));
            (above == parent).then_some(name)
        });
        let siblings: Vec<&str> = siblings.collect();
        // `labels` for `additionalLabels`, `reporting` for `enableReporting`.
        let lower = name.to_lowercase();
        let longer = siblings.iter().find(|known| lower.len() > 3 && known.to_lowercase().contains(&lower));
        if let Some(meant) = nearest(name, siblings.iter().copied()).or(longer.copied()) {
            let meant = if parent.is_empty() { meant.to_owned() } else { format!("{parent}.{meant}") };
            return Some(format!("did you mean `{meant}`?"));
        }
        // A name that belongs into a section is often put at the top; elsewhere it would be another thing of that name.
        let mut elsewhere = self.values.keys().filter(|known| {
            parent.is_empty() && known.rsplit_once('.').is_some_and(|(_, last)| last == name)
        });
        match (elsewhere.next(), elsewhere.next()) {
            (Some(only), None) => Some(moved(only)),
            _ => None,
        }
    }
}

/// A version in three numbers, so that versions compare; `None` for ranges and the like.
pub(crate) fn number(version: &str) -> Option<(u32, u32, u32)> {
    let version = version.strip_prefix('v').unwrap_or(version);
    // What stands behind a dash names a build of the version.
    let version = version.split('-').next().unwrap_or(version);
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    let number = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alloy() -> &'static ChartTable {
        table(Chart::Alloy).unwrap()
    }

    fn passed_over(route: &str, version: Option<&str>) -> String {
        match alloy().reading(route, version, true) {
            Reading::PassedOver(hint) => hint,
            Reading::Read => panic!("{route} is read"),
        }
    }

    #[test]
    fn names_what_the_chart_reads_instead() {
        assert_eq!(
            passed_over("alloy.reporting", None),
            "the chart reads `alloy.enableReporting`: move the value there"
        );
        assert_eq!(
            passed_over("topologySpreadConstraints", None),
            "the chart reads `controller.topologySpreadConstraints`: move the value there"
        );
        assert_eq!(passed_over("alloy.clusterng", None), "did you mean `alloy.clustering`?");
        assert_eq!(
            passed_over("serviceAccount.labels", None),
            "did you mean `serviceAccount.additionalLabels`?"
        );
        assert_eq!(passed_over("contoller", None), "did you mean `controller`?");
        assert_eq!(passed_over("wholly.unknown", None), "take it out, or put it where the chart reads it");
    }

    #[test]
    fn value_of_a_newer_chart_is_not_read_by_an_older_one() {
        let route = "controller.podDisruptionBudget";
        assert_eq!(
            passed_over(route, Some("0.6.1")),
            "chart versions up to 0.6.1 lack it: use a newer one, or take the value out"
        );
        // Between two samples nobody knows; a range may be any of its versions.
        for version in [Some("0.7.0"), Some("0.6.2"), Some("~0.6"), Some("0.6.x"), None] {
            assert_eq!(alloy().reading(route, version, true), Reading::Read, "{version:?}");
        }
    }

    #[test]
    fn versions_are_three_numbers() {
        assert_eq!(number("v1.7.5-rc.1"), Some((1, 7, 5)));
        assert_eq!(number("~0.12"), None);
        assert_eq!(number("latest"), None);
    }

    #[test]
    fn every_value_lies_in_a_section_or_at_the_top() {
        for route in alloy().values.keys() {
            let Some((parent, _)) = route.rsplit_once('.') else { continue };
            assert_eq!(alloy().value(parent).unwrap().wanted, Some(Wanted::Section), "{route}");
        }
        for read in alloy().instead.values() {
            assert!(alloy().value(read).is_some(), "{read}");
        }
    }
}
