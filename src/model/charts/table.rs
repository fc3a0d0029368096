//! Turns a route of a chart's values into what is known of it: whether the chart reads it, in which versions, what it takes
//! and what it is by default.
//!
//! The tables have one entry a line (`model/lines.rs`), so that a run parses only the entries that occur.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::number;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::lines;
use crate::model::lines::Entries;
use crate::model::piece::Chart;

/// The table of one chart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChartTable {
    /// One entry a line.
    pub(super) text: &'static str,
    /// Those that were asked for.
    entries: &'static Entries<ChartValue>,
}

/// What is known of one value. The fields are explained in `schemas/charts/regenerate.py`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ChartValue {
    /// What it has to be; `None` for anything.
    #[serde(rename = "type")]
    pub(crate) wanted: Option<Wanted>,
    /// The last version known to lack it.
    pub(super) after: Option<String>,
    /// The first version known to lack it again.
    pub(super) until: Option<String>,
    /// A section of which any name is read from that version on.
    pub(super) open: Option<String>,
    /// No version reads it, but this one.
    pub(super) instead: Option<String>,
    /// What to do where a version dropped it.
    pub(super) passed: Option<String>,
    /// Before that version the chart leaves it out where it is false, 0 or empty.
    pub(super) empty: Option<String>,
    /// The default of all versions. `Some(Value::Null)` is a default too.
    #[serde(default, deserialize_with = "present")]
    default: Option<Value>,
    /// First version, last version and the default then.
    #[serde(default)]
    defaults: Vec<(String, Option<String>, Value)>,
    /// Of sections of a kind: the names that any of them has.
    #[serde(default)]
    pub(super) names: Vec<String>,
    /// Of components: the sections at the top that are some.
    #[serde(default)]
    pub(super) sections: Vec<String>,
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

/// The table of a chart.
pub(crate) fn table(chart: Chart) -> ChartTable {
    static ALLOY: Entries<ChartValue> = Entries::new();
    static MIMIR: Entries<ChartValue> = Entries::new();
    static LOKI: Entries<ChartValue> = Entries::new();
    static GRAFANA: Entries<ChartValue> = Entries::new();
    let (text, entries) = match chart {
        Chart::Alloy => (include_str!("../../../schemas/charts/alloy.json"), &ALLOY),
        Chart::Mimir => (include_str!("../../../schemas/charts/mimir-distributed.json"), &MIMIR),
        Chart::Loki => (include_str!("../../../schemas/charts/loki.json"), &LOKI),
        Chart::Grafana => (include_str!("../../../schemas/charts/grafana.json"), &GRAFANA),
    };
    ChartTable { text, entries }
}

/// What a value is in a version of a chart when nobody sets it; without a version, in the newest. `None` where the facts do
/// not say: for versions that they leave out, for long texts and maps. Nothing is a default too: `Some(FactValue::Null)`.
pub(crate) fn chart_default(chart: Chart, version: Option<&str>, route: &str) -> Option<FactValue> {
    let value = table(chart).value(route)?;
    let exact = version.map(number);
    if let Some(default) = &value.default {
        return Some(fact_value(default));
    }
    let of_version = value.defaults.iter().find(|(from, to, _)| match exact {
        None => to.is_none(),
        Some(None) => false,
        Some(version) => number(from) <= version && to.as_deref().is_none_or(|to| version <= number(to)),
    });
    of_version.map(|(_, _, default)| fact_value(default))
}

impl ChartTable {
    /// What is known of the value at a route.
    pub(crate) fn value(self, route: &str) -> Option<&'static ChartValue> {
        self.entries.get(&[self.text], route)
    }

    /// The routes of all values, in order. Names of kinds of sections start with `*`.
    pub(super) fn routes(self) -> impl Iterator<Item = &'static str> {
        lines::names(self.text)
    }
}

/// A value of a table as a fact. It has no place: nobody wrote it.
pub(super) fn fact_value(value: &Value) -> FactValue {
    match value {
        Value::Null => FactValue::Null,
        Value::Bool(value) => FactValue::Bool(*value),
        Value::Number(value) => match value.as_i64() {
            Some(value) => FactValue::Int(value),
            None => FactValue::Float(value.as_f64().unwrap_or_default()),
        },
        Value::String(value) => FactValue::from(value.as_str()),
        Value::Array(items) => {
            FactValue::List(items.iter().map(|item| Fact::bare(fact_value(item))).collect())
        }
        Value::Object(entries) => {
            let entries = entries.iter().map(|(name, value)| (name.clone(), Fact::bare(fact_value(value))));
            FactValue::Map(entries.collect::<BTreeMap<_, _>>())
        }
    }
}

/// Keeps a null that is written apart from nothing written.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_is_that_of_the_version() {
        let default = |chart, version, route| chart_default(chart, version, route);
        for (chart, version, route, wanted) in [
            (Chart::Mimir, Some("5.2.1"), "ingester.replicas", Some(FactValue::Int(3))),
            (Chart::Mimir, Some("5.2.1"), "ingester.persistentVolume.size", Some("2Gi".into())),
            (
                Chart::Mimir,
                Some("5.2.3"),
                "ingester.terminationGracePeriodSeconds",
                Some(FactValue::Int(240)),
            ),
            (
                Chart::Mimir,
                Some("5.4.1"),
                "ingester.terminationGracePeriodSeconds",
                Some(FactValue::Int(1200)),
            ),
            // Changed between two samples: nobody knows with which release.
            (Chart::Mimir, Some("5.4.0"), "ingester.terminationGracePeriodSeconds", None),
            (Chart::Mimir, None, "ingester.terminationGracePeriodSeconds", Some(FactValue::Int(1200))),
            (Chart::Mimir, Some("5.x"), "ingester.terminationGracePeriodSeconds", None),
            (Chart::Mimir, Some("5.8.0"), "nginx.enabled", Some(FactValue::Bool(true))),
            (Chart::Mimir, Some("6.0.5"), "nginx.enabled", None),
            (Chart::Mimir, Some("6.2.0"), "kafka.enabled", Some(FactValue::Bool(true))),
            (Chart::Loki, Some("5.42.0"), "monitoring.selfMonitoring.enabled", Some(FactValue::Bool(true))),
            (Chart::Loki, Some("6.10.0"), "monitoring.selfMonitoring.enabled", Some(FactValue::Bool(false))),
            (Chart::Loki, Some("5.42.0"), "loki.storage.azure.accountName", Some(FactValue::Null)),
            (Chart::Loki, Some("5.42.0"), "loki.limits_config", None),
            (Chart::Grafana, Some("7.0.14"), "grafana.ini.analytics.check_for_updates", Some(true.into())),
            (Chart::Alloy, Some("0.12.6"), "alloy.enableReporting", Some(true.into())),
        ] {
            assert_eq!(default(chart, version, route), wanted, "{} {version:?} {route}", chart.name());
        }
    }

    #[test]
    fn every_entry_of_every_table_is_found_and_read() {
        for chart in Chart::ALL {
            let mut count = 0;
            for route in table(chart).routes() {
                assert!(table(chart).value(route).is_some(), "{} {route}", chart.name());
                count += 1;
            }
            assert!(count > 150, "{} has {count} entries", chart.name());
        }
    }
}
