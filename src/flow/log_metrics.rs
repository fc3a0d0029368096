//! Finds metrics that are made of logs, and what of an entry's text they carry: their labels.
//!
//! Numbers that are counted are no logs. A label whose value is taken from an entry is text of that entry.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Source;
use super::collected::origins;
use super::graph::Graph;
use super::graph::component_of;
use super::graph::entering;
use super::reach;
use super::types::LogMetric;
use super::types::MetricReach;
use crate::document::Place;
use crate::document::alloy::Block;
use crate::document::alloy::Body;
use crate::document::alloy::ExprKind;
use crate::model::Fact;
use crate::model::alloy::Component;
use crate::model::alloy::Flow;
use crate::model::alloy::Program;
use crate::model::alloy::Signals;
use crate::model::alloy::blocks_at;
use crate::model::alloy::content_span;
use crate::model::alloy::slots;
use crate::model::eval::Value;

/// Nesting of stages that is still read.
const DEPTH: u32 = 16;

/// How many steps are taken back through the graph for all components of a program together.
const STEPS: usize = 200_000;

/// The way of metrics that a collector offers on its own page instead of handing them on.
const OWN_PAGE: &str = "stage.metrics";

/// All components of a program that make metrics of logs.
pub(super) fn of_program(
    program: &Program<'_>,
    graph: &Graph,
    sources: &[Source],
    reach: &[Option<MetricReach>],
) -> Vec<LogMetric> {
    let leaves = |component: usize| {
        sources.iter().zip(reach).any(|(source, reach)| {
            let out = reach.as_ref().is_some_and(|reach| reach.control_room == Some(true) || reach.external);
            source.component == component && out
        })
    };
    let mut own_page = None;
    let mut fed = None;
    let mut steps = 0..STEPS;
    let mut found = Vec::new();
    for (index, component) in program.components.iter().enumerate() {
        let Some(entry) = component.entry() else { continue };
        let makes = |flow: &&Flow| {
            flow.input.is_some_and(|input| input.meets(Signals::LOGS)) && flow.output.meets(Signals::METRICS)
        };
        let Some(flow) = entry.flows.iter().find(makes) else { continue };
        let body = &component.block.body;
        let input = flow.input.unwrap_or_default();
        let (labels, leaves) = if flow.via == OWN_PAGE {
            if stages(component, body, &["metrics"], DEPTH).is_empty() {
                continue;
            }
            let page = *own_page.get_or_insert_with(|| scrapes_of_itself(program).into_iter().any(leaves));
            (labels_of(program, &before(graph, index, input, &mut steps)), page)
        } else {
            (connector_labels(program, component), leaves(index))
        };
        let fed = fed.get_or_insert_with(|| reach::fed(graph));
        found.push(LogMetric {
            component: index,
            labels,
            leaves,
            fed: fed.get(entering(index, input.index())).copied().unwrap_or_default(),
        });
    }
    found
}

/// The scrapes that read the collector's own metrics.
fn scrapes_of_itself(program: &Program<'_>) -> Vec<usize> {
    let is_scrape = |component: &Component<'_>| &*component.name == "prometheus.scrape";
    let reads = |component: &Component<'_>| {
        let named = origins(program, component).into_iter().any(|origin| {
            program.components.get(origin).is_some_and(|origin| &*origin.name == "prometheus.exporter.self")
        });
        let targets = slots(component.file, &component.block.body, "targets");
        let address = targets.iter().find_map(|slot| slot.attribute).is_some_and(|attribute| {
            // The port of its HTTP server, unless a flag says otherwise.
            let targets = program.fact(component, &attribute.value);
            let address =
                |target: &Fact| target.at("__address__").and_then(Fact::text).is_some_and(is_own_page);
            targets.items().iter().any(address)
        });
        named || address
    };
    let all = program.components.iter().enumerate();
    all.filter(|(_, component)| is_scrape(component) && reads(component)).map(|(index, _)| index).collect()
}

fn is_own_page(address: &str) -> bool {
    ["localhost:12345", "127.0.0.1:12345", "[::1]:12345"].contains(&address)
}

/// Blocks called `stage.NAME`, also those inside `stage.match`.
fn stages<'a>(component: &Component<'a>, body: &'a Body, names: &[&str], depth: u32) -> Vec<&'a Block> {
    let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
    let mut found = Vec::new();
    for block in body.blocks() {
        if let [stage, name] = block.parts.as_slice()
            && component.file.str(*stage) == "stage"
        {
            if names.contains(&component.file.str(*name)) {
                found.push(block);
            }
            found.extend(stages(component, &block.body, names, depth));
        }
    }
    found
}

/// The components whose entries reach a component, itself included. `steps` bounds the walks of a whole program.
fn before(graph: &Graph, component: usize, input: Signals, steps: &mut Range<usize>) -> BTreeSet<usize> {
    let start = entering(component, input.index());
    let mut seen = BTreeSet::from([start]);
    let mut todo = vec![start];
    while let (Some(_), Some(vertex)) = (steps.next(), todo.pop()) {
        let edges = graph.arriving(vertex).filter_map(|edge| graph.edges.get(edge));
        todo.extend(edges.map(|edge| edge.from).filter(|from| seen.insert(*from)));
    }
    seen.into_iter().map(component_of).collect()
}

/// The labels that stages of some components take from what entries say.
fn labels_of(program: &Program<'_>, components: &BTreeSet<usize>) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    for component in components.iter().filter_map(|index| program.components.get(*index)) {
        for stage in stages(component, &component.block.body, &["labels"], DEPTH) {
            for slot in slots(component.file, &stage.body, "values") {
                let Some(attribute) = slot.attribute else { continue };
                if let ExprKind::Object(fields) = &attribute.value.kind {
                    found.extend(fields.iter().map(|field| {
                        let name = component.file.str(field.key).trim_matches('"');
                        (name.to_owned(), component.place(field.key))
                    }));
                } else if let Ok(Value::Object(fields)) = program.evaluate(component, &attribute.value) {
                    let place = component.place(attribute.value.span);
                    found.extend(fields.keys().map(|name| (name.to_string(), place)));
                }
            }
        }
    }
    found
}

/// The attributes that a connector makes labels of.
fn connector_labels(program: &Program<'_>, component: &Component<'_>) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    for block in blocks_at(component.file, &component.block.body, "logs") {
        for slot in slots(component.file, &block.body, "attributes.key") {
            let Some(attribute) = slot.attribute else { continue };
            let place = component.place(content_span(&attribute.value));
            let name = match program.evaluate(component, &attribute.value) {
                Ok(Value::Text(name)) => name.to_string(),
                _ => "one that is not known".to_owned(),
            };
            found.push((name, place));
        }
    }
    found
}
