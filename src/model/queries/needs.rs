//! Turns queries into the metrics and labels that somebody waits for.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::Query;
use super::promql::Name;
use super::query::QueryKind;
use crate::document::Place;
use crate::text::anchored;

/// What alerts and dashboards read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Needs {
    /// Metrics by name, with who reads them.
    pub(crate) metrics: BTreeMap<String, Vec<Use>>,
    /// Metrics that only paused alerts read: nobody waits for them, but they are used.
    pub(crate) resting: BTreeSet<String>,
    /// Regular expressions of names that are read, anchored on both sides.
    pub(crate) patterns: Vec<Arc<regex::Regex>>,
    /// Values of the label `job` that alerts ask for, with the alerts.
    pub(crate) jobs: BTreeMap<String, Vec<Use>>,
    /// Whether a query could not be read, or asks for any metric: names that nobody is seen to use may be used there.
    pub(crate) partial: bool,
}

/// Somebody who reads a metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Use {
    /// Whether an alert hangs on it, by itself or through what is recorded from it.
    pub(crate) alert: bool,
    /// Who it is: ``alert `Disk full` ``.
    pub(crate) words: Arc<str>,
    /// The query.
    pub(crate) place: Place,
}

impl Needs {
    /// What these queries read. What they record themselves needs to come from nowhere.
    pub(crate) fn of<'q>(queries: impl Iterator<Item = &'q Query>) -> Self {
        let queries: Vec<&Query> = queries.collect();
        let alerting = alerting_records(&queries);
        let mut needs = Self::default();
        for query in &queries {
            let alert = match query.kind {
                QueryKind::Alert => true,
                QueryKind::Recording => alerting.contains(&*query.name),
                _ => false,
            };
            needs.add(query, alert);
        }
        for query in queries.iter().filter(|query| query.kind == QueryKind::Recording) {
            needs.metrics.remove(&*query.name);
        }
        needs
    }

    /// Whether nothing is read at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.metrics.is_empty() && self.patterns.is_empty()
    }

    /// Whether the name is one that somebody reads.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.metrics.contains_key(name)
            || self.resting.contains(name)
            || self.patterns.iter().any(|pattern| pattern.is_match(name))
    }

    fn add(&mut self, query: &Query, alert: bool) {
        let Ok(expression) = query.expression() else {
            self.partial = true;
            return;
        };
        let user = Use { alert, words: query.words().into(), place: query.place };
        for selector in &expression.selectors {
            match &selector.name {
                Name::Listed(names) if query.kind == QueryKind::Paused => {
                    self.resting.extend(names.iter().cloned());
                }
                Name::Listed(names) => {
                    for name in names {
                        let users = self.metrics.entry(name.clone()).or_default();
                        if users.last() != Some(&user) {
                            users.push(user.clone());
                        }
                    }
                }
                Name::Pattern(pattern) => match anchored(pattern) {
                    Ok(pattern) => self.patterns.push(pattern),
                    Err(_) => self.partial = true,
                },
                Name::Any => self.partial = true,
            }
            for (_, value) in selector.equal.iter().filter(|(label, _)| alert && label == "job") {
                let users = self.jobs.entry(value.clone()).or_default();
                if users.last() != Some(&user) {
                    users.push(user.clone());
                }
            }
        }
    }
}

/// The recorded metrics that alerts read, and those that these are recorded from.
fn alerting_records<'q>(queries: &[&'q Query]) -> BTreeSet<&'q str> {
    let records: BTreeMap<&str, &Query> = queries
        .iter()
        .filter(|query| query.kind == QueryKind::Recording)
        .map(|query| (&*query.name, *query))
        .collect();
    let mut found = BTreeSet::new();
    if records.is_empty() {
        return found;
    }
    let mut todo: Vec<&Query> =
        queries.iter().filter(|query| query.kind == QueryKind::Alert).copied().collect();
    while let Some(query) = todo.pop() {
        let Ok(expression) = query.expression() else { continue };
        for selector in &expression.selectors {
            let Name::Listed(names) = &selector.name else { continue };
            let recorded = names.iter().filter_map(|name| records.get(name.as_str()));
            todo.extend(recorded.filter(|query| found.insert(&*query.name)));
        }
    }
    found
}
