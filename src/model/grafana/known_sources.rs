//! Tells which data sources alerts and dashboards can ask: those that the input provisions.

use std::collections::BTreeSet;

use super::secrets;
use crate::model::fact::Subject;

/// The names and uids of a stack's data sources.
#[derive(Debug, Default)]
pub(super) struct KnownSources {
    uids: BTreeSet<String>,
    names: BTreeSet<String>,
    /// Whether nothing else can be meant: there are data sources, and each has a uid that was written. Grafana makes one
    /// up for those without.
    complete: bool,
}

/// Data sources that every Grafana has, by what queries call them.
const BUILT_IN: [&str; 7] =
    ["__expr__", "-100", "-- Grafana --", "-- Mixed --", "-- Dashboard --", "grafana", "default"];

impl KnownSources {
    /// Those of the subjects `datasource`.
    pub(super) fn of(subjects: &[Subject]) -> Self {
        let mut known = Self { complete: true, ..Self::default() };
        let mut count = 0_usize;
        for source in subjects.iter().filter(|subject| subject.kind == "datasource") {
            count += 1;
            match source.facts.reach("uid").text() {
                Some(uid) if !secrets::is_filled_in(uid) => {
                    known.uids.insert(uid.to_owned());
                }
                _ => known.complete = false,
            }
            if let Some(name) = source.facts.reach("name").text() {
                known.names.insert(name.to_owned());
            }
        }
        known.complete &= count > 0;
        known
    }

    /// Whether a uid may be that of a data source, or is filled in later.
    pub(super) fn may_be_uid(&self, uid: &str) -> bool {
        !self.complete
            || uid.is_empty()
            || uid.starts_with('$')
            || uid.contains("[[")
            || secrets::is_filled_in(uid)
            || BUILT_IN.contains(&uid)
            || self.uids.contains(uid)
    }

    /// Whether a dashboard may mean a data source by this text: Grafana looks for a uid, then for a name.
    pub(super) fn may_be_meant(&self, text: &str) -> bool {
        self.may_be_uid(text) || self.names.contains(text)
    }
}
