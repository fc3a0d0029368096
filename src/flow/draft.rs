//! The flows of one collector before those of others are followed into it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::Collected;
use super::CollectorFlow;
use super::CollectorInput;
use super::ComponentNote;
use super::Exit;
use super::Listener;
use super::Opaque;
use super::Source;
use super::Surroundings;
use super::Wanted;
use super::collected;
use super::exits;
use super::file_texts;
use super::graph;
use super::graph::Graph;
use super::listeners;
use super::log_metrics;
use super::metrics;
use super::metrics::Metrics;
use super::notes;
use super::opaque;
use super::reach;
use super::relay;
use super::summary;
use crate::document::Place;
use crate::model::alloy::Program;
use crate::model::alloy::types as alloy_types;
use crate::model::alloy::types::Fault;
use crate::model::queries::Needs;

/// A collector whose own flows are known.
pub(super) struct Draft<'a> {
    /// Who it is.
    pub(super) name: String,
    /// Where it is declared.
    pub(super) place: Option<Place>,
    /// Its program, for one of Alloy.
    pub(super) program: Option<Program<'a>>,
    /// Whether what it does is in the input at all.
    pub(super) known: bool,
    /// Its components.
    pub(super) components: Vec<ComponentNote>,
    /// The ways between them.
    pub(super) graph: Graph,
    /// Where signals are born.
    pub(super) sources: Vec<Source>,
    /// Where they leave.
    pub(super) exits: Vec<Exit>,
    /// Where data of others arrives.
    pub(super) listeners: Vec<Listener>,
    /// What was not followed.
    pub(super) opaque: Vec<Opaque>,
    /// What is wrong with its program.
    pub(super) faults: Vec<Fault>,
    /// What it collects.
    pub(super) collected: Collected,
    /// Components at which metrics of other collectors of the input arrive.
    pub(super) handed_metrics: BTreeSet<usize>,
    /// By component: how data of others arrives.
    pub(super) upstream: BTreeMap<usize, Vec<(String, Place)>>,
}

impl<'a> Draft<'a> {
    /// The flows of one program of Alloy.
    pub(super) fn of_program(
        input: &CollectorInput<'a>,
        surroundings: &Surroundings,
        wanted: &Wanted,
    ) -> Self {
        let program = Program::new(input.files.clone(), input.environment.clone(), input.inputs);
        let mut opaque = opaque::of_program(&program);
        let faults = alloy_types::faults(&program, &input.running);
        let carriers = file_texts::carriers(&program);
        let graph = graph::build(&program, &carriers, &mut opaque);
        let components = notes::notes(&program, wanted);
        let sources = graph.sources(&program);
        let mut exits = exits::of_program(&program, surroundings, input.namespace.as_deref(), &carriers);
        reach::feed(&graph, &sources, &mut exits);
        let listeners = listeners::of_program(&program, &sources);
        let collected = collected::of_program(&program, &components);
        Self {
            name: input.name.clone(),
            place: input.place,
            known: !input.files.is_empty(),
            program: Some(program),
            components,
            graph,
            sources,
            exits,
            listeners,
            opaque,
            faults,
            collected,
            handed_metrics: BTreeSet::new(),
            upstream: BTreeMap::new(),
        }
    }

    /// How far its metrics get, with what is known by now of those that take them in. `needs` is what the control room
    /// reads.
    pub(super) fn metrics(&self, needs: &Needs) -> Metrics {
        match &self.program {
            Some(program) => metrics::analyse(program, &self.graph, &self.sources, &self.exits, needs),
            None => relay::metrics(self),
        }
    }

    /// The flows, with how far metrics get.
    pub(super) fn finish(self, mut metrics: Metrics, control_room: bool, wanted: &Wanted) -> CollectorFlow {
        let log_reach = reach::of_logs(&self.graph, &self.sources, &self.exits, &self.opaque);
        let summary = summary::summary(&self.sources, &self.exits);
        let log_metrics = self.program.as_ref().map(|program| {
            log_metrics::of_program(program, &self.graph, &self.sources, &metrics.source_reach)
        });
        // What other collectors of the input send is judged where it is born.
        let born_elsewhere = |source: &usize| {
            self.sources.get(*source).is_some_and(|source| self.handed_metrics.contains(&source.component))
        };
        metrics.paths.retain_mut(|path| {
            path.sources.retain(|source| !born_elsewhere(source));
            !path.sources.is_empty()
        });
        let texts = self.program.iter().flat_map(|program| program.files.iter().map(|(doc, _)| *doc));
        CollectorFlow {
            texts: texts.collect(),
            faults: self.faults,
            name: self.name,
            place: self.place,
            control_room,
            components: self.components,
            sources: self.sources,
            exits: self.exits,
            listeners: self.listeners,
            log_metrics: log_metrics.unwrap_or_default(),
            opaque: self.opaque,
            filters: metrics.filters,
            metric_paths: metrics.paths,
            source_reach: metrics.source_reach,
            log_reach,
            summary,
            collected: self.collected,
            wanted: wanted.clone(),
            upstream: self.upstream,
            graph: self.graph,
        }
    }
}
