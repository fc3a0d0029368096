//! Reads the configuration of Fluentd: sources and matches, those in labels and inside of others too.

use super::outputs;
use super::plan::Plan;
use super::table::Program;
use crate::document::Place;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::alloy::Environment;
use crate::model::alloy::Signals;

/// Deeper nesting than this is not followed.
const DEPTH: u32 = 16;

/// Outputs that hand on to other directives of the file, which are looked at by themselves.
const INTERNAL: [&str; 6] =
    ["relabel", "rewrite_tag_filter", "route", "record_reformer", "detect_exceptions", "concat"];

/// Outputs that hold others as `<store>`.
const HOLDERS: [&str; 2] = ["copy", "roundrobin"];

/// The plan of the files of one configuration. Every source counts as feeding every match.
pub(super) fn plan(files: &[Fact], program: &Program, environment: &Environment, home: Place) -> Plan {
    let mut reader =
        Reader { program, environment, home, plan: Plan::default(), sources: Vec::new(), ends: Vec::new() };
    for file in files {
        reader.directives(file, DEPTH);
    }
    let Reader { mut plan, sources, ends, .. } = reader;
    if !plan.can_join(sources.len(), ends.len(), home) {
        return plan;
    }
    for (to, place) in ends {
        let signals = plan.leaving(to);
        for from in &sources {
            plan.way(*from, to, signals.and(Signals::LOKI_LOGS), place);
        }
    }
    plan
}

struct Reader<'r> {
    program: &'r Program,
    environment: &'r Environment,
    home: Place,
    plan: Plan,
    sources: Vec<usize>,
    ends: Vec<(usize, Place)>,
}

impl Reader<'_> {
    fn directives(&mut self, body: &Fact, depth: u32) {
        let place = body.place.unwrap_or(self.home);
        let Some(depth) = depth.checked_sub(1) else {
            let reason = "its sections are nested too deeply to be followed";
            return self.plan.hide("unread", "sections", reason, place, Signals::LOKI_LOGS);
        };
        if depth + 1 < DEPTH {
            self.includes(body);
        }
        for source in body.reach("source").items() {
            self.source(source);
        }
        for label in ["label", "worker", "ROOT"] {
            for inner in body.reach(label).items() {
                self.directives(inner, depth);
            }
        }
        for found in body.reach("match").items() {
            self.output(found, depth);
        }
    }

    /// Includes below the top of a file are not followed.
    fn includes(&mut self, body: &Fact) {
        for include in body.reach("includes").items() {
            let reason = format!(
                "it includes `{}` in a directive, which is not followed",
                include.text().unwrap_or_default()
            );
            self.plan.hide(
                "include",
                "include",
                reason,
                include.place.unwrap_or(self.home),
                Signals::LOKI_LOGS,
            );
        }
    }

    fn kind(section: &Fact) -> String {
        let kind = section.at("@type").or_else(|| section.at("type"));
        kind.and_then(Fact::text).unwrap_or_default().to_owned()
    }

    fn place_of(&self, section: &Fact) -> Place {
        let kind = section.at("@type").or_else(|| section.at("type"));
        kind.and_then(|kind| kind.place).or(section.place).unwrap_or(self.home)
    }

    fn source(&mut self, section: &Fact) {
        let (kind, place) = (Self::kind(section), self.place_of(section));
        let part = self.plan.part(format!("source {kind}"), place, section.clone());
        let known = self.program.inputs.get(&kind);
        let listens =
            known.map_or_else(|| vec![None], |input| outputs::ports(input, section, self.environment));
        self.plan.bear(part, Signals::LOKI_LOGS, if listens.is_empty() { &kind } else { "network" });
        if let Some(part) = self.plan.parts.get_mut(part) {
            part.listens = listens;
        }
        self.sources.push(part);
    }

    fn output(&mut self, section: &Fact, depth: u32) {
        let (kind, place) = (Self::kind(section), self.place_of(section));
        let Some(depth) = depth.checked_sub(1) else {
            let reason = "its outputs are nested too deeply to be followed";
            return self.plan.hide("unread", "store", reason, place, Signals::LOKI_LOGS);
        };
        self.includes(section);
        for inner in ["store", "secondary"].into_iter().flat_map(|name| section.reach(name).items().to_vec())
        {
            // What a secondary output leaves out it has from the output around it.
            if Self::kind(&inner).is_empty() && section.at("@type").is_some() {
                self.output(&with_kind(&inner, section), depth);
            } else {
                self.output(&inner, depth);
            }
        }
        if INTERNAL.contains(&kind.as_str()) || HOLDERS.contains(&kind.as_str()) {
            return;
        }
        if let Some((setting, reason, place)) =
            outputs::elsewhere(self.program, section, "output", &kind, place)
        {
            return self.plan.hide("elsewhere", setting, reason, place, Signals::LOKI_LOGS);
        }
        match self.program.outputs.get(&kind) {
            None => {
                let reason = format!(
                    "output `{kind}` is of a kind that is not known here: where it sends is not known"
                );
                self.plan.hide("unknown-plugin", &kind, reason, place, Signals::LOKI_LOGS);
            }
            Some(exporter) => {
                let part = self.plan.part(format!("match {kind}"), place, section.clone());
                let found = outputs::outputs(exporter, section, place, self.environment);
                if let Some(part) = self.plan.parts.get_mut(part) {
                    part.outputs = found;
                }
                self.ends.push((part, place));
            }
        }
    }
}

/// A section with the kind of another.
fn with_kind(section: &Fact, around: &Fact) -> Fact {
    let mut own = section.clone();
    if let (FactValue::Map(_), Some(kind)) = (&own.value, around.at("@type")) {
        own.insert("@type", kind.clone());
    }
    own
}
