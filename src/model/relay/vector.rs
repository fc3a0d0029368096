//! Reads the configuration of Vector: sources, transforms and sinks, joined by the names that they take their input from.

use std::collections::BTreeMap;

use super::outputs;
use super::plan::Plan;
use super::table::Program;
use crate::document::Place;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::alloy::Environment;
use crate::model::alloy::Signals;

/// The plan of a configuration.
pub(super) fn plan(config: &Fact, program: &Program, environment: &Environment, home: Place) -> Plan {
    let mut reader = Reader { program, environment, home, plan: Plan::default(), names: BTreeMap::new() };
    for (section, word) in [("sources", "source"), ("transforms", "transform"), ("sinks", "sink")] {
        for (name, fact) in config.reach(section).entries() {
            reader.part(section, word, name, fact);
        }
    }
    for section in ["transforms", "sinks"] {
        for (name, fact) in config.reach(section).entries() {
            reader.inputs(name, fact);
        }
    }
    for (section, reason) in [
        ("secret", "values come from a `secret` backend, which is not read"),
        ("proxy", "all is sent through a `proxy`, which is not followed"),
    ] {
        if let Some(fact) = config.at(section).filter(|fact| !fact.is_null()) {
            reader.plan.hide(section, section, reason, fact.place.unwrap_or(home), Signals::TELEMETRY);
        }
    }
    reader.plan
}

struct Reader<'r> {
    program: &'r Program,
    environment: &'r Environment,
    home: Place,
    plan: Plan,
    /// Parts by the names that others take their input by.
    names: BTreeMap<String, usize>,
}

impl Reader<'_> {
    fn part(&mut self, section: &str, word: &str, name: &str, fact: &Fact) {
        let place = fact.place.unwrap_or(self.home);
        let kind = fact.at("type").and_then(Fact::text).unwrap_or_default();
        let part = self.plan.part(format!("{word} {name}"), place, fact.clone());
        self.names.insert(name.to_owned(), part);
        match section {
            "sources" => self.source(part, kind, fact),
            "sinks" => self.sink(part, kind, name, fact, place),
            _ => {
                let steps = &self.program.steps;
                if steps.convert.iter().any(|own| own == kind) {
                    let signals = if kind == "metric_to_log" {
                        Signals::LOKI_LOGS
                    } else {
                        Signals::PROMETHEUS_METRICS
                    };
                    self.plan.bear(part, signals, "other signals");
                }
                if steps.drop_metrics.iter().any(|own| own == kind) {
                    let reason =
                        format!("transform `{name}` may drop or change metrics, which is not followed");
                    self.plan.hide("transform", name, reason, place, Signals::PROMETHEUS_METRICS);
                }
            }
        }
    }

    fn source(&mut self, part: usize, kind: &str, fact: &Fact) {
        let known = self.program.inputs.get(kind);
        let any = Signals::LOKI_LOGS.or(Signals::PROMETHEUS_METRICS).or(Signals::TRACES);
        let listens = known.map_or_else(|| vec![None], |input| outputs::ports(input, fact, self.environment));
        let origin = if listens.is_empty() { kind } else { "network" };
        self.plan.bear(part, known.map_or(any, |input| input.signals), origin);
        if let Some(part) = self.plan.parts.get_mut(part) {
            part.listens = listens;
        }
    }

    fn sink(&mut self, part: usize, kind: &str, name: &str, fact: &Fact, place: Place) {
        let place = fact.at("type").and_then(|kind| kind.place).unwrap_or(place);
        if let Some((setting, reason, place)) = outputs::elsewhere(self.program, fact, "sink", name, place) {
            return self.plan.hide("elsewhere", setting, reason, place, Signals::TELEMETRY);
        }
        match self.program.outputs.get(kind) {
            None => {
                let reason =
                    format!("sink `{name}` is of a kind that is not known here: where it sends is not known");
                self.plan.hide("unknown-plugin", name, reason, place, Signals::TELEMETRY);
            }
            Some(exporter) if exporter.offers => {
                let reason = format!("sink `{name}` lets others fetch metrics, and who does is not known");
                self.plan.hide("offered", name, reason, place, exporter.signals);
            }
            Some(exporter) => {
                let found = outputs::outputs(exporter, fact, place, self.environment);
                if let Some(part) = self.plan.parts.get_mut(part) {
                    part.outputs = found;
                }
            }
        }
    }

    /// The ways into a part: from those that its `inputs` name, be it with `*`, be it one output of several (`route.a`).
    fn inputs(&mut self, name: &str, fact: &Fact) {
        let Some(to) = self.names.get(name).copied().filter(|_| !self.plan.cut) else { return };
        let inputs = fact.reach("inputs");
        let inputs = match &inputs.value {
            FactValue::List(items) => items.clone(),
            _ => vec![inputs],
        };
        for input in inputs {
            let place = input.place.or(fact.place).unwrap_or(self.home);
            let Some(wanted) = input.text() else {
                let reason = format!("what `{name}` takes in is not known");
                self.plan.hide("inputs", name, reason, place, Signals::TELEMETRY);
                continue;
            };
            let from = self.named(wanted, name);
            if !self.plan.can_join(from.len(), 1, place) {
                return;
            }
            if from.is_empty() {
                let reason = format!("`{wanted}`, from which `{name}` takes its input, does not exist");
                self.plan.hide("inputs", name, reason, place, Signals::TELEMETRY);
            }
            for from in from {
                let every = Signals::LOKI_LOGS.or(Signals::PROMETHEUS_METRICS).or(Signals::TRACES);
                let leaving = self.plan.leaving(to);
                self.plan.way(from, to, if leaving.is_empty() { every } else { leaving }, place);
            }
        }
    }

    /// The parts that a name stands for: with `*` all that begin so, else the one of that name or of what stands before
    /// one of its dots.
    fn named(&self, wanted: &str, own: &str) -> Vec<usize> {
        if let Some((before, _)) = wanted.split_once('*') {
            let fits = |name: &str| name != own && (name.starts_with(before) || before.starts_with(name));
            return self.names.iter().filter(|(name, _)| fits(name)).map(|(_, part)| *part).collect();
        }
        let dots = wanted.match_indices('.').map(|(at, _)| &wanted[..at]);
        let found = std::iter::once(wanted).chain(dots).filter(|name| *name != own);
        found.filter_map(|name| self.names.get(name).copied()).take(1).collect()
    }
}
