//! Turns the tables of `schemas/charts/` into answers: which values a chart reads, in which of its versions, of what type and
//! with what default; and what each version runs.

mod made;
#[cfg(test)]
mod made_tests;
mod table;
mod versions;

use crate::text::nearest;

pub(crate) use made::Making;
pub(crate) use made::is_empty;
pub(crate) use made::made_config;
pub(crate) use made::pasted_sections;
pub(crate) use table::ChartTable;
pub(crate) use table::Wanted;
pub(crate) use table::chart_default;
pub(crate) use table::table;
pub(crate) use versions::app_version;

/// What a chart does with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It reads it.
    Read,
    /// It does not, with what to do.
    PassedOver(String),
    /// It reads it, but leaves out what is false, 0 or empty.
    ReadUnlessEmpty,
}

impl ChartTable {
    /// Whether the chart, in that version if it is known, reads the value at a route. `search`: look for what was meant
    /// by one that it does not.
    pub(crate) fn reading(self, route: &str, version: Option<&str>, search: bool) -> Reading {
        let version = version.and_then(number);
        let bound = |bound: &Option<String>| bound.as_deref().and_then(number);
        let value = self.value(route).filter(|value| value.instead.is_none());
        let Some(value) = value else {
            if self.may_be_read(route, version) {
                return Reading::Read;
            }
            let instead = if search { self.instead_of(route) } else { None };
            let take_out = || "take it out, or put it where the chart reads it".to_owned();
            return Reading::PassedOver(instead.unwrap_or_else(take_out));
        };
        let Some(version) = version else { return Reading::Read };
        if bound(&value.after).is_some_and(|after| version <= after) {
            let after = value.after.as_deref().unwrap_or_default();
            return Reading::PassedOver(format!(
                "chart versions up to {after} lack it: use a newer one, or take the value out"
            ));
        }
        if bound(&value.until).is_some_and(|until| version >= until) {
            let until = value.until.as_deref().unwrap_or_default();
            let dropped = || format!("the chart dropped it by version {until}: take the value out");
            return Reading::PassedOver(value.passed.clone().unwrap_or_else(dropped));
        }
        if bound(&value.empty).is_some_and(|until| version < until) {
            return Reading::ReadUnlessEmpty;
        }
        Reading::Read
    }

    /// Whether templates may read a name that no `values.yaml` has at that place: because they paste the whole section, or
    /// because other sections of the kind have it, so that templates reach for it by way of a variable.
    fn may_be_read(self, route: &str, version: Option<(u32, u32, u32)>) -> bool {
        let Some((parent, name)) = route.rsplit_once('.') else { return false };
        let opened = self.value(parent).and_then(|section| section.open.as_deref());
        if opened.is_some_and(|from| version.is_none_or(|version| Some(version) >= number(from))) {
            return true;
        }
        if self.value(route).is_some() || parent.starts_with("loki.storage") {
            return false;
        }
        let kind = match parent.rsplit_once('.') {
            Some((_, last)) => self.value(&format!("*.{last}")),
            None => self.value("*").filter(|kind| kind.sections.iter().any(|section| section == parent)),
        };
        kind.is_some_and(|kind| kind.names.iter().any(|known| known == name))
    }

    /// What to write instead of a value that no version reads, where something comes close.
    fn instead_of(self, route: &str) -> Option<String> {
        let moved = |read: &str| format!("the chart reads `{read}`: move the value there");
        if let Some(read) = self.value(route).and_then(|value| value.instead.as_deref()) {
            return Some(moved(read));
        }
        let (parent, name) = route.rsplit_once('.').unwrap_or(("", route));
        let read = |known: &str| !known.starts_with('*');
        let siblings = self.routes().filter(|known| read(known)).filter_map(|known| {
            let (above, name) = known.rsplit_once('.').unwrap_or(("", known));
            (above == parent).then_some(name)
        });
        let siblings: Vec<&str> = siblings.collect();
        // `labels` for `additionalLabels`, `reporting` for `enableReporting`.
        let lower = name.to_lowercase();
        let longer = siblings.iter().find(|known| lower.len() > 3 && known.to_lowercase().contains(&lower));
        if let Some(meant) = nearest(name, siblings.iter().copied()).or(longer.copied()) {
            let meant = if parent.is_empty() { meant.to_owned() } else { format!("{parent}.{meant}") };
            let instead = self.value(&meant).and_then(|value| value.instead.as_deref());
            return Some(format!("did you mean `{}`?", instead.unwrap_or(&meant)));
        }
        // A name that belongs into a section is often put at the top; elsewhere it would be another thing of that name.
        let mut elsewhere = self.routes().filter(|known| {
            parent.is_empty() && read(known) && known.rsplit_once('.').is_some_and(|(_, last)| last == name)
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
    use crate::model::piece::Chart;

    fn passed_over_by(chart: Chart, route: &str, version: Option<&str>) -> String {
        match table(chart).reading(route, version, true) {
            Reading::PassedOver(hint) => hint,
            _ => panic!("{route} is read"),
        }
    }

    fn passed_over(route: &str, version: Option<&str>) -> String {
        passed_over_by(Chart::Alloy, route, version)
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
    fn names_what_the_charts_of_stores_read_instead() {
        for (chart, route, hint) in [
            (Chart::Loki, "loki.limit_config", "did you mean `loki.limits_config`?"),
            (Chart::Loki, "schemaConfig", "the chart reads `loki.schemaConfig`: move the value there"),
            (Chart::Loki, "writes", "did you mean `write`?"),
            (
                Chart::Loki,
                "loki.storage.s3.forcePathStyle",
                "did you mean `loki.storage.s3.s3ForcePathStyle`?",
            ),
            (Chart::Mimir, "mimir.structuredconfig", "did you mean `mimir.structuredConfig`?"),
            (
                Chart::Mimir,
                "structuredConfig",
                "the chart reads `mimir.structuredConfig`: move the value there",
            ),
            (Chart::Mimir, "ingester.replica", "did you mean `ingester.replicas`?"),
            (Chart::Mimir, "store-gateway", "did you mean `store_gateway`?"),
            (
                Chart::Grafana,
                "persistence.storageClass",
                "the chart reads `persistence.storageClassName`: move the value there",
            ),
            (Chart::Grafana, "grafana", "the chart reads `grafana.ini`: move the value there"),
            (Chart::Grafana, "datasource", "did you mean `datasources`?"),
        ] {
            assert_eq!(passed_over_by(chart, route, Some("5.42.0")), hint, "{route}");
        }
    }

    #[test]
    fn what_a_version_dropped_is_passed_over_from_then_on() {
        for (chart, route, last, first, hint) in [
            (Chart::Mimir, "nginx", "5.8.0", "6.0.0", "the chart dropped it in version 6.0: use `gateway`"),
            (
                Chart::Mimir,
                "gateway.enabledNonEnterprise",
                "5.8.0",
                "6.2.0",
                "the chart dropped it in version 6.0: `gateway.enabled` decides",
            ),
            (
                Chart::Loki,
                "loki.storage.object_store.prefix",
                "6.27.0",
                "6.28.0",
                "from 6.28 on the chart reads `loki.storage.object_store.storage_prefix`",
            ),
            (
                Chart::Loki,
                "enterprise",
                "7.3.0",
                "8.0.0",
                "the chart dropped it by version 8.0.0: take the value out",
            ),
        ] {
            assert_eq!(table(chart).reading(route, Some(last), true), Reading::Read, "{route} {last}");
            assert_eq!(passed_over_by(chart, route, Some(first)), hint);
        }
        assert_eq!(
            passed_over_by(Chart::Loki, "deploymentMode", Some("5.42.0")),
            "chart versions up to 5.48.0 lack it: use a newer one, or take the value out"
        );
    }

    #[test]
    fn what_templates_may_read_by_way_of_variables_is_not_told() {
        for (chart, route) in [
            // Commented out in `values.yaml`.
            (Chart::Loki, "loki.storage.bucketNames.chunks"),
            (Chart::Mimir, "ingester.persistentVolume.storageClass"),
            // Other components and other services have these.
            (Chart::Mimir, "distributor.persistence"),
            (Chart::Loki, "read.service.loadBalancerIP"),
            (Chart::Grafana, "grafana.ini"),
        ] {
            for version in [Some("5.42.0"), Some("6.0.5"), Some("18.11.0"), None] {
                assert_eq!(table(chart).reading(route, version, true), Reading::Read, "{route} {version:?}");
            }
        }
        // Pasted whole from 6.35 on.
        let route = "loki.storage.s3.dualstack_enabled";
        assert_eq!(table(Chart::Loki).reading(route, Some("6.35.0"), true), Reading::Read);
        assert_eq!(table(Chart::Loki).reading(route, None, true), Reading::Read);
        assert!(passed_over_by(Chart::Loki, route, Some("6.34.0")).starts_with("take it out"));
    }

    #[test]
    fn what_is_empty_is_left_out_by_templates_that_ask_for_it() {
        let route = "loki.storage.s3.http_config.insecure_skip_verify";
        for (version, reading) in [
            ("5.42.0", Reading::ReadUnlessEmpty),
            ("6.34.0", Reading::ReadUnlessEmpty),
            ("6.35.0", Reading::Read),
        ] {
            assert_eq!(table(Chart::Loki).reading(route, Some(version), true), reading, "{version}");
        }
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
            assert_eq!(table(Chart::Alloy).reading(route, version, true), Reading::Read, "{version:?}");
        }
    }

    #[test]
    fn versions_are_three_numbers() {
        assert_eq!(number("v1.7.5-rc.1"), Some((1, 7, 5)));
        assert_eq!(number("~0.12"), None);
        assert_eq!(number("latest"), None);
    }

    #[test]
    fn what_is_read_instead_is_read_and_alloy_has_no_value_outside_of_a_section() {
        for chart in Chart::ALL {
            for route in table(chart).routes().filter(|route| !route.starts_with('*')) {
                let value = table(chart).value(route).unwrap();
                if let Some(read) = &value.instead {
                    // Some name what lies in a map with the user's keys.
                    let read = read.strip_suffix(".limits").unwrap_or(read);
                    assert_eq!(table(chart).reading(read, None, false), Reading::Read, "{read}");
                    continue;
                }
                if chart != Chart::Alloy {
                    continue;
                }
                let Some((parent, _)) = route.rsplit_once('.') else { continue };
                assert_eq!(table(chart).value(parent).unwrap().wanted, Some(Wanted::Section), "{route}");
            }
        }
    }
}
