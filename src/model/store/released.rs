//! Turns the values of a release into the processes of a store: what each runs, with which flags, in which environment.

use std::collections::BTreeMap;

use super::env::Variables;
use super::options;
use super::processes::Flags;
use super::processes::Group;
use super::stores::chart_of;
use crate::model::charts::chart_default;
use crate::model::charts::is_empty;
use crate::model::charts::number;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::piece::Store;
use crate::model::stack::ReleasedChart;
use crate::model::version::Minor;

/// The parts that a chart makes: what runs in each, and the section of the values for it.
type Parts = &'static [(&'static str, &'static str)];

const MIMIR: Parts = &[
    ("distributor", "distributor"),
    ("ingester", "ingester"),
    ("querier", "querier"),
    ("query-frontend", "query_frontend"),
    ("query-scheduler", "query_scheduler"),
    ("store-gateway", "store_gateway"),
    ("compactor", "compactor"),
    ("ruler", "ruler"),
    ("alertmanager", "alertmanager"),
    ("overrides-exporter", "overrides_exporter"),
];

const LOKI_SINGLE: Parts = &[("all", "singleBinary")];
const LOKI_SCALABLE: Parts = &[("read", "read"), ("write", "write"), ("backend", "backend")];
const LOKI_DISTRIBUTED: Parts = &[
    ("distributor", "distributor"),
    ("ingester", "ingester"),
    ("querier", "querier"),
    ("query-frontend", "queryFrontend"),
    ("query-scheduler", "queryScheduler"),
    ("compactor", "compactor"),
    ("ruler", "ruler"),
    ("index-gateway", "indexGateway"),
];

/// The processes that a release of a chart makes, in groups that share their flags and their environment.
pub(super) fn of_release(release: &ReleasedChart<'_>, store: Store) -> Vec<Group> {
    let values = &release.values;
    let image = match store {
        Store::Mimir => values.reach("image.tag"),
        Store::Loki => values.reach("loki.image.tag"),
    };
    let version = image.text().filter(|tag| Minor::parse(tag).is_some());
    let version = version.map(|tag| Fact::new(tag, image.place));
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for (target, section) in parts(release, store) {
        let mut flags = Flags::new(store, options::table(store));
        // mimir-distributed passes the flag; the loki chart does not, unless it is told.
        flags.expands = store == Store::Mimir;
        let arguments = arguments(values, section);
        flags.read(&arguments.iter().map(|(text, fact)| (text.as_str(), fact.clone())).collect::<Vec<_>>());
        let mut variables = variables(values, section);
        variables.complete &= release.unseen().next().is_none();
        let key = format!("{} {:?}", flags.key(), variables);
        let group = groups.entry(key).or_insert_with(|| Group {
            expands: Some(flags.expands),
            variables,
            version: version.clone(),
            ..Group::default()
        });
        group.targets.push(Fact::new(target, release.release.place));
        group.flags = flags.tree;
    }
    groups.into_values().collect()
}

/// The parts that a release has, each with the section of the values for it.
pub(super) fn parts(release: &ReleasedChart<'_>, store: Store) -> Vec<(&'static str, &'static str)> {
    let values = &release.values;
    let on = |(_, section): &(&str, &str)| values.reach(&format!("{section}.enabled")).bool() != Some(false);
    match store {
        Store::Mimir => MIMIR.iter().copied().filter(on).collect(),
        Store::Loki => {
            let (single, scalable, distributed) = loki_modes(release);
            let of = |used: bool, parts: Parts| if used { parts } else { &[] };
            let parts =
                [of(single, LOKI_SINGLE), of(scalable, LOKI_SCALABLE), of(distributed, LOKI_DISTRIBUTED)];
            parts.concat()
        }
    }
}

/// Whether Loki runs as one program, as three parts, and as many. During a migration several of them hold.
fn loki_modes(release: &ReleasedChart<'_>) -> (bool, bool, bool) {
    let values = &release.values;
    let version = release.release.version.as_ref().map(|(version, _)| &**version);
    // Charts before 6.0 have no mode: replicas of the single program, or storage that others cannot share, decide.
    if version.and_then(number).is_some_and(|version| version < (6, 0, 0)) {
        let replicas = values.at("singleBinary.replicas").is_some_and(|replicas| !is_empty(&replicas.value));
        let storage = values.reach("loki.storage.type");
        let shared = storage.is_null()
            || ["s3", "gcs", "azure", "swift"].into_iter().any(|kind| storage.text() == Some(kind));
        let single = replicas || !shared;
        return (single, !single, false);
    }
    let mode = match values.reach("deploymentMode").value {
        FactValue::Null => chart_default(chart_of(Store::Loki), version, "deploymentMode"),
        given => Some(given),
    };
    let mode = match &mode {
        Some(FactValue::Text(mode)) => mode,
        _ => "SimpleScalable",
    };
    let has = |names: &[&str]| mode.split("<->").any(|part| names.contains(&part));
    (has(&["SingleBinary", "Monolithic"]), has(&["SimpleScalable"]), has(&["Distributed"]))
}

/// The arguments that users add for a part, with those for all parts before them.
fn arguments(values: &Fact, section: &str) -> Vec<(String, Fact)> {
    let mut found = Vec::new();
    for added in [values.reach("global.extraArgs"), values.reach(&format!("{section}.extraArgs"))] {
        // Loki's chart takes a list, that of Mimir names and values.
        let listed = added.items().iter().filter_map(|item| Some((item.text()?.to_owned(), item.clone())));
        found.extend(listed);
        found.extend(added.entries().filter_map(|(name, fact)| {
            let text = match &fact.value {
                FactValue::Null => format!("-{name}"),
                FactValue::Bool(value) => format!("-{name}={value}"),
                FactValue::Int(value) => format!("-{name}={value}"),
                FactValue::Float(value) => format!("-{name}={value}"),
                FactValue::Text(value) => format!("-{name}={value}"),
                _ => return None,
            };
            Some((text, fact.clone()))
        }));
    }
    found
}

/// The environment that users give a part. What the charts add themselves no configuration asks for.
fn variables(values: &Fact, section: &str) -> Variables {
    let mut variables = Variables { complete: true, ..Variables::default() };
    for home in ["global", section] {
        for name in ["env", "extraEnv"] {
            let list = values.reach(&format!("{home}.{name}"));
            variables.complete &= matches!(list.value, FactValue::Null | FactValue::List(_));
            for item in list.items() {
                let Some(name) = item.at("name").and_then(Fact::text) else {
                    variables.complete = false;
                    continue;
                };
                let value = item.at("value").and_then(Fact::text).filter(|text| !text.contains("{{"));
                variables.values.insert(name.to_owned(), value.map(|text| (text.to_owned(), false)));
            }
        }
        variables.complete &= is_empty(&values.reach(&format!("{home}.extraEnvFrom")).value);
    }
    variables
}

#[cfg(test)]
#[path = "released_tests.rs"]
mod tests;
