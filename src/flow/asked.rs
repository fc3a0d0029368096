//! Turns what alerts ask for into subjects about collectors: cloud metrics that an exporter should yield and does not ask
//! for, and scrapes by whose names alerts select.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::CollectorFlow;
use super::ComponentNote;
use super::subjects::first_names;
use super::subjects::users;
use crate::document::Place;
use crate::model::Fact;
use crate::model::FactValue;
use crate::model::Subject;
use crate::model::alloy::Signals;
use crate::model::queries::Needs;
use crate::model::queries::Use;

/// The subjects `cloud_exporter` and `alerted_job` of a stack. None where no alert is known.
pub(crate) fn asked(flows: &[CollectorFlow], needs: &Needs) -> Vec<Subject> {
    let mut found = exporters(flows, needs);
    found.extend(jobs(flows, needs));
    found
}

/// A family of cloud metrics and what is asked of the cloud for it.
#[derive(Debug)]
struct Family<'f> {
    /// The exporter that asks first.
    component: &'f ComponentNote,
    /// The cloud's name for what is watched.
    resource: &'f str,
    /// Where its metrics are listed.
    place: Option<Place>,
    /// How the names of its metrics go on behind the prefix: letters and digits alone on AWS, where names are split
    /// into words by rules of their own.
    asked: BTreeSet<String>,
    /// Whether some part of the list is not known.
    uncertain: bool,
}

/// For each family of cloud metrics that is exported: which metrics alerts wait for in vain.
///
/// The names follow the exporters: `azure_TYPE_METRIC_AGGREGATION_UNIT` by the default of `metric_name_template`, and
/// `aws_NAMESPACE_METRIC_STATISTIC`. A family of which nothing is exported at all is none of this workload's.
fn exporters(flows: &[CollectorFlow], needs: &Needs) -> Vec<Subject> {
    let mut families: BTreeMap<String, Family<'_>> = BTreeMap::new();
    let notes = || flows.iter().flat_map(|flow| &flow.components);
    for note in notes() {
        match note.name.as_str() {
            "prometheus.exporter.azure" => azure(note, &mut families),
            "prometheus.exporter.cloudwatch" => cloudwatch(note, &mut families),
            _ => {}
        }
    }
    let alerted: Vec<(&String, Vec<&Use>)> = needs
        .metrics
        .iter()
        .map(|(name, users)| (name, users.iter().filter(|user| user.alert).collect::<Vec<_>>()))
        .filter(|(_, users)| !users.is_empty())
        .collect();
    if alerted.is_empty() {
        return Vec::new();
    }
    let subject = |(prefix, family): (&String, &Family<'_>)| {
        let mut missing = Vec::new();
        let mut waiting = Vec::new();
        for (name, users) in &alerted {
            let Some(rest) = name.strip_prefix(prefix.as_str()) else { continue };
            if !family.uncertain && !is_asked(prefix, rest, &family.asked) {
                missing.push(name.as_str());
                waiting.extend(users.iter().copied());
            }
        }
        let note = family.component;
        let place = family.place.unwrap_or(note.place);
        let facts = [
            ("component", Fact::new(note.id.as_str(), note.place)),
            ("resource", Fact::new(family.resource, place)),
            ("metrics", Fact::new(true, place)),
            ("missing", first_names(missing.iter().copied(), Some(place))),
            ("missing_count", Fact::new(missing.len(), place)),
            ("alerts", users(waiting.into_iter())),
        ];
        Subject {
            kind: "cloud_exporter",
            key: format!("{} {}", note.id, family.resource),
            facts: Fact::map(facts, place),
        }
    };
    families.iter().map(subject).collect()
}

/// Whether a metric is asked for, by the rest of its name behind the family's prefix.
fn is_asked(prefix: &str, rest: &str, asked: &BTreeSet<String>) -> bool {
    if prefix.starts_with("aws_") {
        // `info` carries tags and is made without asking.
        return rest == "info" || asked.contains(&squashed(rest));
    }
    // What begins so belongs to a resource below this one: `storageAccounts/blobServices`.
    let below = rest.split('_').next().is_some_and(|word| word.ends_with("services"));
    below || asked.iter().any(|beginning| rest.starts_with(beginning.as_str()))
}

fn azure<'f>(note: &'f ComponentNote, families: &mut BTreeMap<String, Family<'f>>) {
    /// What Azure gives where nobody chooses.
    const AGGREGATIONS: [&str; 5] = ["average", "count", "maximum", "minimum", "total"];
    let arguments = &note.arguments;
    let Some(resource) = arguments.at("resource_type").and_then(Fact::text) else { return };
    // A template of one's own gives names that are not known here.
    if arguments.at("metric_name_template").is_some_and(|template| !template.is_null()) {
        return;
    }
    let family = families.entry(format!("azure_{}_", as_azure_writes(resource))).or_insert_with(|| Family {
        component: note,
        resource,
        place: arguments.at("metrics").and_then(|metrics| metrics.place),
        asked: BTreeSet::new(),
        uncertain: false,
    });
    let chosen = arguments.at("metric_aggregations").map(Fact::items).unwrap_or_default();
    let metrics = arguments.at("metrics");
    family.uncertain |= metrics.is_none_or(|metrics| !matches!(metrics.value, FactValue::List(_)))
        || chosen.iter().any(|aggregation| aggregation.text().is_none());
    for metric in metrics.into_iter().flat_map(Fact::items) {
        let Some(metric) = metric.text() else {
            family.uncertain = true;
            continue;
        };
        let metric = as_azure_writes(metric);
        let chosen: Vec<&str> = chosen.iter().filter_map(Fact::text).collect();
        let aggregations = if chosen.is_empty() { AGGREGATIONS.to_vec() } else { chosen };
        family.asked.extend(aggregations.iter().map(|name| format!("{metric}_{}", as_azure_writes(name))));
    }
}

fn cloudwatch<'f>(note: &'f ComponentNote, families: &mut BTreeMap<String, Family<'f>>) {
    for (block, key) in [("discovery", "type"), ("static", "namespace"), ("custom_namespace", "namespace")] {
        for job in note.arguments.at(block).into_iter().flat_map(Fact::items) {
            let Some(resource) = job.at(key).and_then(Fact::text) else { continue };
            let namespace = resource.strip_prefix("AWS/").unwrap_or(resource);
            let family = families.entry(format!("aws_{}_", squashed(namespace))).or_insert_with(|| Family {
                component: note,
                resource,
                place: job.at(key).and_then(|kind| kind.place),
                asked: BTreeSet::new(),
                uncertain: false,
            });
            for metric in job.at("metric").into_iter().flat_map(Fact::items) {
                let name = metric.at("name").and_then(Fact::text);
                let statistics = metric.at("statistics").map(Fact::items).unwrap_or_default();
                let texts: Option<Vec<&str>> = statistics.iter().map(Fact::text).collect();
                match (name, texts) {
                    (Some(name), Some(statistics)) if !statistics.is_empty() => {
                        let each = statistics.iter().map(|statistic| squashed(&format!("{name}{statistic}")));
                        family.asked.extend(each);
                    }
                    _ => family.uncertain = true,
                }
            }
        }
    }
}

/// A name as the Azure exporter writes it into names of metrics.
fn as_azure_writes(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect()
}

/// The letters and digits of a name, in lower case.
fn squashed(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// For each scrape by whose name an alert selects: whether there is such a scrape.
fn jobs(flows: &[CollectorFlow], needs: &Needs) -> Vec<Subject> {
    let wanted = needs.jobs.iter().filter(|(job, _)| job.starts_with("prometheus.scrape."));
    let wanted: Vec<_> = wanted.collect();
    if wanted.is_empty() || !flows.iter().any(|flow| flow.summary.metric_sources > 0) {
        return Vec::new();
    }
    let Some(given) = given_jobs(flows) else { return Vec::new() };
    let names: Vec<&str> = flows.iter().map(|flow| flow.name.as_str()).collect();
    let subject = |(job, all): (&String, &Vec<Use>)| {
        let place = all.first().map(|user| user.place)?;
        let facts = [
            ("job", Fact::new(job.as_str(), place)),
            ("scraped", Fact::new(given.contains(job.as_str()), place)),
            ("collectors", Fact::bare(names.join(", "))),
            ("alerts", users(all.iter())),
        ];
        Some(Subject { kind: "alerted_job", key: format!("job {job}"), facts: Fact::map(facts, place) })
    };
    wanted.into_iter().filter_map(subject).collect()
}

/// The values that the label `job` can have; `None` where that cannot be told.
fn given_jobs(flows: &[CollectorFlow]) -> Option<BTreeSet<&str>> {
    let mut given = BTreeSet::new();
    for flow in flows {
        if flow.opaque.iter().any(|opaque| opaque.signals.meets(Signals::METRICS)) {
            return None;
        }
        for note in &flow.components {
            match note.name.as_str() {
                "prometheus.scrape" => {
                    // Without a name of its own a scrape goes by its id.
                    match note.arguments.at("job_name").filter(|name| !name.is_null()) {
                        None => given.insert(note.id.as_str()),
                        Some(name) => given.insert(name.text()?),
                    };
                    let targets = note.arguments.at("targets").map(Fact::items).unwrap_or_default();
                    given.extend(targets.iter().filter_map(|target| target.at("job")?.text()));
                }
                "prometheus.relabel" | "discovery.relabel" => {
                    let rules = note.arguments.at("rule").map(Fact::items).unwrap_or_default();
                    for rule in rules
                        .iter()
                        .filter(|rule| rule.at("target_label").and_then(Fact::text) == Some("job"))
                    {
                        // Only a fixed text can be told.
                        let fixed =
                            rule.at("replacement").and_then(Fact::text).filter(|text| !text.contains('$'));
                        given.insert(fixed?);
                    }
                }
                _ => {}
            }
        }
    }
    Some(given)
}
