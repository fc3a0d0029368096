//! Reads the configuration of an OpenTelemetry Collector: its pipelines, with what goes in and out of them.

use std::collections::BTreeMap;

use super::outputs;
use super::plan::Plan;
use super::table::Program;
use crate::document::Place;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::alloy::Environment;
use crate::model::alloy::Signals;

/// The plan of a configuration. `home` is where it stands as a whole.
pub(super) fn plan(config: &Fact, program: &Program, environment: &Environment, home: Place) -> Plan {
    let mut reader =
        Reader { config, program, environment, home, plan: Plan::default(), parts: BTreeMap::new() };
    let pipelines = config.reach("service.pipelines");
    if pipelines.entries().next().is_none() {
        let place = pipelines.place.unwrap_or(home);
        reader.plan.hide(
            "unread",
            "service.pipelines",
            "it has no pipelines that are read",
            place,
            Signals::TELEMETRY,
        );
    }
    for (name, pipeline) in pipelines.entries() {
        reader.pipeline(name, pipeline);
    }
    reader.beside_pipelines();
    reader.plan
}

struct Reader<'r> {
    config: &'r Fact,
    program: &'r Program,
    environment: &'r Environment,
    home: Place,
    plan: Plan,
    /// Parts by section and name.
    parts: BTreeMap<(&'static str, String), usize>,
}

/// The signal of a pipeline, by its name: `logs`, `logs/nodes`.
fn signal_of(pipeline: &str) -> Option<Signals> {
    Some(match pipeline.split('/').next()? {
        "logs" => Signals::LOKI_LOGS,
        "metrics" => Signals::PROMETHEUS_METRICS,
        "traces" => Signals::TRACES,
        "profiles" => Signals::PROFILES,
        _ => return None,
    })
}

impl Reader<'_> {
    /// What a collector does beside its pipelines.
    fn beside_pipelines(&mut self) {
        for (route, sends, signals, what) in [
            ("service.telemetry.logs.processors", "batch", Signals::LOKI_LOGS, "log"),
            ("service.telemetry.logs.processors", "simple", Signals::LOKI_LOGS, "log"),
            ("service.telemetry.metrics.readers", "periodic", Signals::PROMETHEUS_METRICS, "metrics"),
        ] {
            let found = self.config.reach(route);
            if found.items().iter().any(|item| item.at(sends).is_some()) {
                let reason =
                    format!("the collector sends its own {what} by `{route}`, which is not followed");
                self.plan.hide("own-telemetry", route, reason, found.place.unwrap_or(self.home), signals);
            }
        }
        for extension in self.config.reach("service.extensions").items() {
            if extension.text().is_some_and(|name| name.split('/').next() == Some("opamp")) {
                let reason = "a server can send another configuration at any time (`opamp`)";
                let place = extension.place.unwrap_or(self.home);
                self.plan.hide("remote-configuration", "opamp", reason, place, Signals::TELEMETRY);
            }
        }
    }

    fn pipeline(&mut self, name: &str, pipeline: &Fact) {
        let place = pipeline.place.unwrap_or(self.home);
        let Some(signal) = signal_of(name) else {
            let reason = format!("`{name}` is no pipeline of a signal that is known here");
            return self.plan.hide("unknown-pipeline", name, reason, place, Signals::TELEMETRY);
        };
        let named = |key: &str| pipeline.reach(key).items().to_vec();
        for processor in named("processors") {
            let id = processor.text().unwrap_or_default();
            let kind = id.split('/').next().unwrap_or_default();
            if self.program.steps.offers.iter().any(|own| own == kind) {
                let reason = format!("processor `{id}` shows others what passes, and who looks is not known");
                self.plan.hide("offered", id, reason, processor.place.unwrap_or(place), signal);
            }
            if signal == Signals::PROMETHEUS_METRICS
                && self.program.steps.drop_metrics.iter().any(|own| own == kind)
            {
                let reason = format!("processor `{id}` may drop or change metrics, which is not followed");
                self.plan.hide("processor", id, reason, processor.place.unwrap_or(place), signal);
            }
        }
        let from: Vec<usize> =
            named("receivers").iter().filter_map(|id| self.starts(id, signal, place)).collect();
        let exporters = named("exporters");
        if !self.plan.can_join(from.len(), exporters.len(), place) {
            return;
        }
        for exporter in exporters {
            let Some(to) = self.ends(&exporter, signal, place) else { continue };
            for from in &from {
                self.plan.way(*from, to, signal, exporter.place.unwrap_or(place));
            }
        }
    }

    /// The part of that section and name, made when it is met first.
    fn part(&mut self, section: &'static str, id: &str, place: Place) -> (usize, bool) {
        if let Some(index) = self.parts.get(&(section, id.to_owned())) {
            return (*index, false);
        }
        let settings = self.settings(section, id);
        let word = section.trim_end_matches('s');
        let own = settings.as_ref().and_then(|settings| settings.place).unwrap_or(place);
        let index = self.plan.part(format!("{word} {id}"), own, settings.unwrap_or_default());
        self.parts.insert((section, id.to_owned()), index);
        (index, true)
    }

    /// The settings under a name, which may hold dots.
    fn settings(&self, section: &str, id: &str) -> Option<Fact> {
        match &self.config.at(section)?.value {
            FactValue::Map(entries) => entries.get(id).cloned(),
            _ => None,
        }
    }

    /// What a pipeline begins with.
    fn starts(&mut self, id: &Fact, signal: Signals, pipeline: Place) -> Option<usize> {
        let place = id.place.unwrap_or(pipeline);
        let Some(id) = id.text() else {
            self.plan.hide("receiver", "receivers", "a receiver of a pipeline is not named", place, signal);
            return None;
        };
        if self.settings("connectors", id).is_some() {
            let (part, _) = self.part("connectors", id, place);
            // What it gets as another signal it makes this one of.
            self.plan.bear(part, signal, "other signals");
            return Some(part);
        }
        let (part, new) = self.part("receivers", id, place);
        let kind = id.split('/').next().unwrap_or_default();
        self.plan.bear(part, signal, "");
        let settings = self.settings("receivers", id).unwrap_or_default();
        let listens = match self.program.inputs.get(kind) {
            Some(input) => outputs::ports(input, &settings, self.environment),
            None => vec![None],
        };
        if let Some(part) = self.plan.parts.get_mut(part).filter(|_| new) {
            part.origin = if listens.is_empty() { kind.to_owned() } else { "network".to_owned() };
            part.listens = listens;
        }
        Some(part)
    }

    /// What a pipeline ends in.
    fn ends(&mut self, id: &Fact, signal: Signals, pipeline: Place) -> Option<usize> {
        let place = id.place.unwrap_or(pipeline);
        let Some(id) = id.text() else {
            self.plan.hide("exporter", "exporters", "an exporter of a pipeline is not named", place, signal);
            return None;
        };
        if self.settings("connectors", id).is_some() {
            return Some(self.part("connectors", id, place).0);
        }
        let (part, new) = self.part("exporters", id, place);
        let own = self.plan.parts.get(part).map_or(place, |part| part.place);
        let kind = id.split('/').next().unwrap_or_default();
        let known = self.program.outputs.get(kind);
        if known.is_some_and(|known| !known.signals.is_empty() && !known.signals.meets(signal)) {
            // A later version may take it.
            let reason =
                format!("exporter `{id}` is not known to take this signal: where it sends it is not known");
            self.plan.hide("unknown-plugin", id, reason, place, signal);
        }
        match known {
            None if new => {
                let reason = format!(
                    "exporter `{id}` is of a kind that is not known here: where it sends is not known"
                );
                self.plan.hide("unknown-plugin", id, reason, own, Signals::TELEMETRY);
            }
            Some(exporter) if exporter.offers => {
                let reason = format!("exporter `{id}` lets others fetch metrics, and who does is not known");
                self.plan.hide("offered", id, reason, own, signal);
            }
            Some(exporter) if new => {
                let settings = self.settings("exporters", id).unwrap_or_default();
                let found = outputs::outputs(exporter, &settings, own, self.environment);
                if let Some(part) = self.plan.parts.get_mut(part) {
                    part.outputs = found;
                }
            }
            _ => {}
        }
        Some(part)
    }
}
