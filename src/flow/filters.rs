//! Finds what drops or renames metrics on their way: relabel rules of components and endpoints, processors.

use std::collections::HashSet;

use super::Exit;
use super::Filter;
use super::relabel;
use super::relabel::Rule;
use super::types::Effect;
use crate::document::Place;
use crate::document::alloy::Block;
use crate::model::Fact;
use crate::model::alloy::Component;
use crate::model::alloy::Program;
use crate::model::alloy::blocks_at;
use crate::model::eval::Value;

/// A filter with what decides its reach.
pub(super) struct Found {
    /// What rules read of it.
    pub(super) filter: Filter,
    /// The relabel rule; `None` for processors.
    pub(super) rule: Option<Rule>,
    /// The endpoint that it stands in, as a route into the component's arguments: it filters that way out alone.
    pub(super) endpoint: Option<String>,
}

impl Found {
    /// Whether it filters one way out of its component alone.
    pub(super) const fn on_endpoint(&self) -> bool {
        self.endpoint.is_some()
    }
}

/// The filters of a program, and the exits that have one of their own.
pub(super) fn filters(program: &Program<'_>, exits: &[Exit]) -> (Vec<Found>, HashSet<usize>) {
    let mut found = Vec::new();
    let mut filtered = HashSet::new();
    for (index, component) in program.components.iter().enumerate() {
        let body = &component.block.body;
        match component.name.as_ref() {
            "prometheus.relabel" => {
                let rules = relabel::rules(program, component, body, "rule");
                found.extend(rules.into_iter().filter_map(|rule| of_rule(index, rule, None)));
            }
            "otelcol.processor.filter" => {
                for name in ["metrics", "metric_conditions"] {
                    for block in blocks_at(component.file, body, name) {
                        found.push(of_processor(index, component.place(block.name), "filter", Effect::Drops));
                    }
                }
            }
            "otelcol.processor.transform" => {
                for (name, list) in [("metric_statements", "statements"), ("statements", "metric")] {
                    for block in blocks_at(component.file, body, name) {
                        if renames(program, component, block, list) {
                            found.push(of_processor(
                                index,
                                component.place(block.name),
                                "transform",
                                Effect::Renames,
                            ));
                        }
                    }
                }
            }
            "prometheus.remote_write" => {
                for (position, endpoint) in
                    blocks_at(component.file, body, "endpoint").into_iter().enumerate()
                {
                    let route = format!("endpoint.{position}");
                    let rules = relabel::rules(program, component, &endpoint.body, "write_relabel_config");
                    let before = found.len();
                    found.extend(rules.into_iter().filter_map(|rule| of_rule(index, rule, Some(&route))));
                    if found.iter().skip(before).any(|one| one.filter.changes()) {
                        let own = exits.iter().enumerate();
                        let own = own.filter(|(_, exit)| exit.component == index && exit.block == route);
                        filtered.extend(own.map(|(exit, _)| exit));
                    }
                }
            }
            _ => {}
        }
    }
    (found, filtered)
}

/// A relabel rule that takes something away, or gives another name.
fn of_rule(component: usize, rule: Rule, endpoint: Option<&str>) -> Option<Found> {
    let effect = if rule.keeps_nothing() {
        Effect::DropsAll
    } else if rule.drops() {
        Effect::Drops
    } else if rule.renames() {
        Effect::Renames
    } else if matches!(rule.action.as_str(), "labeldrop" | "labelkeep") {
        Effect::Labels
    } else {
        return None;
    };
    let filter = Filter {
        component,
        action: rule.action.clone(),
        effect,
        regex: rule.regex.clone(),
        source_labels: rule.source_labels.clone(),
        place: rule.place,
        cuts_local: false,
        on_control_room: false,
        sources: Vec::new(),
        lost: Vec::new(),
        unused: Vec::new(),
    };
    Some(Found { filter, rule: Some(rule), endpoint: endpoint.map(str::to_owned) })
}

fn of_processor(component: usize, place: Place, action: &str, effect: Effect) -> Found {
    let filter = Filter {
        component,
        action: action.to_owned(),
        effect,
        regex: Fact::absent(place),
        source_labels: Fact::absent(place),
        place,
        cuts_local: false,
        on_control_room: false,
        sources: Vec::new(),
        lost: Vec::new(),
        unused: Vec::new(),
    };
    Found { filter, rule: None, endpoint: None }
}

/// Whether a statement of a transformation sets the name of a metric, or cannot be read.
fn renames(program: &Program<'_>, component: &Component<'_>, block: &Block, list: &str) -> bool {
    let Some(statements) = component.file.attribute(&block.body, list) else { return false };
    match program.evaluate(component, &statements.value) {
        Ok(Value::Array(items)) => items.iter().any(|item| match item {
            Value::Text(text) => sets_name(text),
            _ => true,
        }),
        _ => true,
    }
}

/// Whether an OTTL statement is `set(name, ...)` or `set(metric.name, ...)`.
fn sets_name(statement: &str) -> bool {
    let written: String = statement.chars().filter(|c| !c.is_whitespace()).collect();
    written.starts_with("set(name,") || written.starts_with("set(metric.name,")
}
