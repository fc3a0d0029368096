//! Turns the alerts and recording rules of a stack into subjects: whether they can be read, and whether they print what
//! their queries take away.

use super::Queries;
use super::query::Alert;
use crate::model::Fact;
use crate::model::Subject;

/// Labels that Grafana and the rulers add by themselves.
const ADDED: [&str; 3] = ["alertname", "grafana_folder", "grafana_state_reason"];

/// One subject `query` for each query of an alert or recording rule, one subject `alert` for each alert.
pub(crate) fn subjects(queries: &Queries) -> Vec<Subject> {
    let rules = queries.all.iter().filter(|query| query.is_rule());
    let rules = rules.map(|query| {
        let facts = [
            ("kind", Fact::new(query.kind.name(), query.place)),
            ("name", Fact::new(&*query.name, query.place)),
            ("fault", Fact::new(query.expression().err(), query.place)),
        ];
        Subject { kind: "query", key: query.words(), facts: Fact::map(facts, query.place) }
    });
    rules.chain(queries.alerts.iter().filter_map(|alert| alert_subject(alert, queries))).collect()
}

/// An alert whose labels are known: those of all its queries together.
fn alert_subject(alert: &Alert, queries: &Queries) -> Option<Subject> {
    let own = alert.queries.iter().filter_map(|query| queries.all.get(*query));
    let mut labels = None;
    let mut place = None;
    for query in own {
        let found = &query.expression().ok()?.labels;
        labels = Some(labels.map_or_else(|| found.clone(), |labels: super::labels::Labels| labels.or(found)));
        place.get_or_insert(query.place);
    }
    let (labels, place) = (labels?, place?);
    let missing = |label: &str| {
        !alert.other_languages
            && !label.starts_with("__")
            && !ADDED.contains(&label)
            && !labels.may_have(label)
    };
    let lost = alert.printed.iter().filter(|(label, _)| missing(label));
    let lost = lost.map(|(label, at)| Fact::map([("label", Fact::new(label.as_str(), *at))], *at));
    let facts = [
        ("name", Fact::new(&*alert.name, place)),
        ("query", Fact::new(true, place)),
        ("lost_labels", Fact::list(lost, place)),
    ];
    Some(Subject { kind: "alert", key: format!("alert {}", alert.name), facts: Fact::map(facts, place) })
}
