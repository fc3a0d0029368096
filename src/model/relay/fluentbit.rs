//! Reads the configuration of Fluent Bit: inputs and outputs, joined where an output's pattern fits an input's tag.
//!
//! Both ways of writing it give one tree, see `document::fluent_bit`.

use super::expand;
use super::outputs;
use super::plan::Plan;
use super::table::Program;
use crate::document::Place;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::alloy::Environment;
use crate::model::alloy::Signals;
use crate::model::eval::Value;
use crate::text::fits_stars;

/// The plan of the files of one configuration, included ones too.
pub(super) fn plan(files: &[Fact], program: &Program, environment: &Environment, home: Place) -> Plan {
    let mut environment = environment.clone();
    for (name, fact) in files.iter().flat_map(own_variables) {
        let value = expand::value(&fact, &environment);
        environment.values.insert(name, value);
    }
    let mut plan = Plan::default();
    let sections = |name: &str| -> Vec<Fact> {
        let lists = files.iter().map(|file| file.reach(&format!("pipeline.{name}")));
        lists.flat_map(|list| list.items().to_vec()).map(lower_case).collect()
    };
    let retagged =
        sections("filters").iter().any(|filter| kind(filter, &environment).as_deref() == Some("rewrite_tag"));
    for filter in sections("filters") {
        shown(&mut plan, &filter, program, &environment, home);
    }
    for processor in
        ["inputs", "outputs"].into_iter().flat_map(&sections).flat_map(|section| processors(&section))
    {
        shown(&mut plan, &processor, program, &environment, home);
    }
    let mut inputs = Vec::new();
    for (index, section) in sections("inputs").iter().enumerate() {
        let place = place_of(section).unwrap_or(home);
        let Some(name) = kind(section, &environment) else {
            plan.hide(
                "unknown-plugin",
                "input",
                "the kind of this input is not known",
                place,
                Signals::TELEMETRY,
            );
            continue;
        };
        let part = plan.part(format!("input {name}"), place, section.clone());
        let known = program.inputs.get(&name);
        let born = known.map_or(Signals::LOKI_LOGS.or(Signals::PROMETHEUS_METRICS), |input| input.signals);
        let listens = known.map_or_else(|| vec![None], |input| outputs::ports(input, section, &environment));
        plan.bear(part, born, if listens.is_empty() { &name } else { "network" });
        if let Some(part) = plan.parts.get_mut(part) {
            part.listens = listens;
        }
        let tag = text(section, "tag", &environment);
        let tag = if section.at("tag").is_some() { tag } else { Some(format!("{name}.{index}")) };
        inputs.push((part, born, tag.filter(|_| !retagged)));
    }
    let outputs = sections("outputs");
    if !plan.can_join(inputs.len(), outputs.len(), home) {
        return plan;
    }
    for section in outputs {
        let place = place_of(&section).unwrap_or(home);
        let Some(name) = kind(&section, &environment) else {
            plan.hide(
                "unknown-plugin",
                "output",
                "the kind of this output is not known",
                place,
                Signals::TELEMETRY,
            );
            continue;
        };
        let part = output(&mut plan, &name, &section, place, program, &environment);
        let pattern = text(&section, "match", &environment);
        let routed = ["match", "match_regex", "routes"].into_iter().any(|key| section.at(key).is_some());
        for (input, born, tag) in inputs.iter().filter(|_| routed) {
            let apart = match (tag, &pattern) {
                (Some(tag), Some(pattern)) => section.at("match_regex").is_none() && !may_fit(pattern, tag),
                _ => false,
            };
            let signals = born.and(plan.leaving(part));
            if !apart {
                plan.way(
                    *input,
                    part,
                    signals,
                    section.at("match").and_then(|found| found.place).unwrap_or(place),
                );
            }
        }
    }
    plan
}

/// The part that an output is, with its ways out or the reason why they are not known.
fn output(
    plan: &mut Plan,
    name: &str,
    section: &Fact,
    place: Place,
    program: &Program,
    environment: &Environment,
) -> usize {
    let part = plan.part(format!("output {name}"), place, section.clone());
    if let Some((setting, reason, place)) = outputs::elsewhere(program, section, "output", name, place) {
        plan.hide("elsewhere", setting, reason, place, Signals::TELEMETRY);
        return part;
    }
    match program.outputs.get(name) {
        None => {
            let reason =
                format!("output `{name}` is of a kind that is not known here: where it sends is not known");
            plan.hide("unknown-plugin", name, reason, place, Signals::TELEMETRY);
        }
        Some(exporter) if exporter.offers => {
            let reason = format!("output `{name}` lets others fetch data, and who does is not known");
            plan.hide("offered", name, reason, place, exporter.signals);
        }
        Some(exporter) => {
            let found = outputs::outputs(exporter, section, place, environment);
            if let Some(part) = plan.parts.get_mut(part) {
                part.outputs = found;
            }
        }
    }
    part
}

/// Notes a filter that shows others what passes.
fn shown(plan: &mut Plan, filter: &Fact, program: &Program, environment: &Environment, home: Place) {
    let Some(name) = kind(filter, environment) else { return };
    if program.steps.offers.contains(&name) {
        let reason = format!("filter `{name}` shows others what passes, which is not followed");
        plan.hide("offered", &name, reason, place_of(filter).unwrap_or(home), Signals::TELEMETRY);
    }
}

/// The processors that stand in an input or an output, whatever they are for.
fn processors(section: &Fact) -> Vec<Fact> {
    let lists = outputs::all_at(section, "processors.*").into_iter();
    lists.flat_map(|(_, list)| list.items().to_vec()).map(lower_case).collect()
}

/// Variables that a file sets by itself.
fn own_variables(file: &Fact) -> Vec<(String, Fact)> {
    let env = file.reach("env");
    env.entries().map(|(name, fact)| (name.to_owned(), fact.clone())).collect()
}

/// Names of settings are alike in any case.
fn lower_case(section: Fact) -> Fact {
    let FactValue::Map(entries) = section.value else { return section };
    let entries = entries.into_iter().map(|(key, fact)| (key.to_ascii_lowercase(), fact)).collect();
    Fact { value: FactValue::Map(entries), place: section.place }
}

/// The kind of an input or output, lower case.
fn kind(section: &Fact, environment: &Environment) -> Option<String> {
    text(section, "name", environment).map(|name| name.to_ascii_lowercase())
}

fn text(section: &Fact, key: &str, environment: &Environment) -> Option<String> {
    match expand::value(section.at(key)?, environment) {
        Value::Text(text) => Some(text.to_string()),
        _ => None,
    }
}

/// The place of a section: that of its name.
fn place_of(section: &Fact) -> Option<Place> {
    section.at("name").and_then(|name| name.place).or(section.place)
}

/// Whether a pattern may fit a tag. Behind a `*` in the tag stands what only the running program knows.
fn may_fit(pattern: &str, tag: &str) -> bool {
    let Some((known, _)) = tag.split_once(['*', '$', '<']) else { return fits_stars(pattern, tag) };
    let before = pattern.split('*').next().unwrap_or_default();
    if pattern.contains('*') {
        known.starts_with(before) || before.starts_with(known)
    } else {
        pattern.starts_with(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_tags_as_far_as_they_are_known() {
        for (pattern, tag, wanted) in [
            ("*", "tail.0", true),
            ("kube.*", "kube.*", true),
            ("kube.var.log.x", "kube.*", true),
            ("host.*", "kube.*", false),
            ("kub*", "kube.*", true),
            ("kube.*", "host", false),
            ("*.log", "app.log", true),
            ("a*b*c", "a1b2c", true),
            ("a", "ab", false),
        ] {
            assert_eq!(may_fit(pattern, tag), wanted, "{pattern} {tag}");
        }
    }
}
