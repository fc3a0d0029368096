//! Turns what is wanted into the names that templates use: the workload's facts, and what follows from them (names of
//! clusters, buckets and roles, sizes).

use std::collections::BTreeMap;

use minijinja::Value;

use super::Fault;
use super::agreed::Agreed;
use super::charts::CHARTS;
use super::images::IMAGES;
use super::parts::Form;
use super::secrets::secrets;
use super::wanted::COPIES;
use super::wanted::Cloud;
use super::wanted::Wanted;
use crate::text::hash;

/// A map for templates.
type Map = BTreeMap<&'static str, Value>;

/// Everything that templates may name.
pub(super) fn names(
    wanted: &Wanted,
    form: Form,
    agreed: &Agreed,
) -> Result<Vec<(&'static str, Value)>, Fault> {
    let collector = agreed.text("collector-outside-its-namespace", "namespace")?;
    let grafana = agreed.text("grafana-outside-its-namespace", "namespace")?;
    let needed = secrets(wanted, &collector, &grafana);
    let needed = needed.iter().map(|secret| {
        let keys = secret.keys.iter().map(|(key, about)| {
            Value::from(Map::from([("key", Value::from(*key)), ("about", Value::from(*about))]))
        });
        Value::from(Map::from([
            ("namespace", Value::from(secret.namespace.as_str())),
            ("name", Value::from(secret.name)),
            ("keys", keys.collect()),
        ]))
    });
    let charts = CHARTS.iter().map(|chart| {
        let facts = Map::from([
            ("name", Value::from(chart.name)),
            ("chart", Value::from(chart.chart)),
            ("repo", Value::from(chart.repo)),
            ("version", Value::from(chart.version)),
        ]);
        // Templates name it by a word.
        (chart.name.replace('-', "_"), Value::from(facts))
    });
    let charts: BTreeMap<String, Value> = charts.collect();
    let images = IMAGES.iter().map(|image| {
        let facts =
            Map::from([("image", Value::from(image.address())), ("version", Value::from(image.version()))]);
        (image.name, Value::from(facts))
    });
    let named = vec![
        ("form", Value::from(form.name())),
        ("cloud", Value::from(wanted.cloud.name())),
        ("workload", Value::from(wanted.workload.as_str())),
        // What tags of cloud resources call the workload: the name without its environment. Source: PTD producer.
        ("true_name", Value::from(wanted.workload.split('-').next().unwrap_or_default())),
        ("cluster", Value::from(cluster(wanted))),
        ("region", Value::from(wanted.region.as_str())),
        ("domain", Value::from(wanted.domain.as_str())),
        ("control_room", Value::from(wanted.control_room.as_deref())),
        ("tenant", Value::from(wanted.account.as_deref().unwrap_or(&wanted.workload))),
        ("tenant_name", Value::from(wanted.tenant_name.as_str())),
        ("subscription", Value::from(wanted.subscription.as_deref())),
        ("system_logs", Value::from(wanted.system_logs)),
        ("third_party_telemetry", Value::from(wanted.third_party_telemetry)),
        ("kept", Value::from(wanted.kept_metrics.as_ref().map(|names| names.join("|")))),
        ("front_end_logs", Value::from(wanted.front_end_logs)),
        ("mimir_replicas", Value::from(wanted.mimir_replicas)),
        ("loki_replicas", Value::from(wanted.loki_replicas)),
        ("copies", Value::from(COPIES)),
        ("log_retention", Value::from(wanted.log_retention.as_deref())),
        ("metric_retention", Value::from(wanted.metric_retention.as_deref())),
        ("network_trust", Value::from(wanted.network_trust.as_deref())),
        ("sites", wanted.sites.iter().map(site).collect()),
        ("login_site", Value::from(wanted.login_site().map(|site| site.name.as_str()))),
        ("taints", taints(wanted)),
        ("roles", roles(wanted)),
        ("identities", identities(wanted)),
        ("storage", storage(wanted)),
        ("ingester_memory", Value::from(ingester_memory(wanted, agreed)?)),
        ("ingestion_rate", Value::from(ingestion_rate(agreed)?)),
        ("charts", Value::from(charts)),
        ("images", Value::from(images.collect::<Map>())),
        ("secrets", needed.collect()),
    ];
    Ok(named)
}

/// The cluster's name, as metrics and logs carry it. Source: PTD producer.
fn cluster(wanted: &Wanted) -> String {
    match wanted.cloud {
        Cloud::Aws => format!("default_{}-control-plane", stem(wanted)),
        Cloud::Azure => stem(wanted),
    }
}

/// What tells the cluster from others, also from those of the same workload.
fn stem(wanted: &Wanted) -> String {
    let release = wanted.release.as_ref().map(|release| format!("-{release}"));
    format!("{}{}", wanted.workload, release.unwrap_or_default())
}

fn site(site: &super::wanted::Site) -> Value {
    let products = site.products.iter().map(|own| {
        Value::from(Map::from([
            ("name", Value::from(own.product.name)),
            ("path", Value::from(own.product.path)),
            ("module", Value::from(own.product.module)),
            ("host", Value::from(format!("{}.{}", own.prefix, site.domain))),
        ]))
    });
    Value::from(Map::from([
        ("name", Value::from(site.name.as_str())),
        ("domain", Value::from(site.domain.as_str())),
        ("products", products.collect()),
        ("probed_outside", Value::from(site.probed_outside)),
    ]))
}

/// Taints besides those of session nodes.
fn taints(wanted: &Wanted) -> Value {
    let taint = |taint: &super::wanted::Taint| {
        Value::from(Map::from([
            ("key", Value::from(taint.key.as_str())),
            ("value", Value::from(taint.value.as_deref())),
        ]))
    };
    wanted.taints.iter().map(taint).collect()
}

/// The partition of AWS that a region belongs to.
fn partition(region: &str) -> &'static str {
    match region {
        region if region.starts_with("us-gov-") => "aws-us-gov",
        region if region.starts_with("cn-") => "aws-cn",
        _ => "aws",
    }
}

/// The roles of the programs that use the cloud; nothing where the account is not known.
fn roles(wanted: &Wanted) -> Value {
    let account = wanted.account.as_deref().filter(|_| wanted.cloud == Cloud::Aws);
    let role = |name: &'static str| {
        let role = account.map(|account| {
            format!(
                "arn:{}:iam::{account}:role/{name}.{}.posit.team",
                partition(&wanted.region),
                wanted.workload
            )
        });
        (name, Value::from(role))
    };
    Value::from(Map::from(["alloy", "mimir", "loki"].map(role)))
}

/// Azure's identities of programs; nothing where they are not known.
fn identities(wanted: &Wanted) -> Value {
    let own = |part| (part, Value::from(wanted.identities.get(part).map(String::as_str)));
    Value::from(Map::from(super::words::PARTS.map(own)))
}

/// Where the stores keep their data: each cluster in places of its own.
fn storage(wanted: &Wanted) -> Value {
    let stem = stem(wanted);
    let suffix = if partition(&wanted.region) == "aws-cn" { ".cn" } else { "" };
    Value::from(Map::from([
        ("mimir_bucket", Value::from(format!("ptd-{stem}-mimir"))),
        ("loki_bucket", Value::from(format!("ptd-{stem}-loki"))),
        ("endpoint", Value::from(format!("s3.{}.amazonaws.com{suffix}", wanted.region))),
        ("azure_account", Value::from(azure_account(&stem))),
        ("azure_suffix", Value::from(azure_suffix(&wanted.region))),
    ]))
}

/// What the cloud has to have for the stack, in words.
pub(super) fn places(wanted: &Wanted) -> Vec<String> {
    let stem = stem(wanted);
    let parts = super::words::PARTS;
    match wanted.cloud {
        Cloud::Aws => {
            let buckets = ["mimir", "loki"].map(|store| format!("bucket ptd-{stem}-{store}"));
            let roles = parts.map(|part| format!("{part}.{}.posit.team", wanted.workload)).join(", ");
            let how = if wanted.account.is_some() {
                ""
            } else {
                ", bound to the service accounts (`--account-id` writes that)"
            };
            buckets.into_iter().chain([format!("roles {roles}{how}")]).collect()
        }
        Cloud::Azure => {
            let account = azure_account(&stem);
            let storage = format!("storage account {account}, with the containers mimir-blocks and loki");
            let unknown: Vec<&str> =
                parts.into_iter().filter(|part| !wanted.identities.contains_key(*part)).collect();
            let identities = format!(
                "annotation azure.workload.identity/client-id on the service accounts of {} (`--client-id` writes that)",
                unknown.join(", ")
            );
            [storage].into_iter().chain((!unknown.is_empty()).then_some(identities)).collect()
        }
    }
}

/// What stands behind the name of a storage account in its address, in Azure's clouds of governments and of China; nothing in the
/// one that programs take by themselves.
fn azure_suffix(region: &str) -> Option<&'static str> {
    if region.starts_with("usgov") || region.starts_with("usdod") {
        Some("blob.core.usgovcloudapi.net")
    } else if region.starts_with("china") {
        Some("blob.core.chinacloudapi.cn")
    } else {
        None
    }
}

/// An Azure storage account of a cluster's own. Its name has at most 24 letters, so that it cannot hold the whole name of
/// the cluster: what is cut off goes into a sum, and clusters that begin alike do not meet.
fn azure_account(stem: &str) -> String {
    let letters = stem.chars().filter(char::is_ascii_alphanumeric).take(11);
    let mut name = String::from("stptd");
    name.extend(letters);
    name.push_str(&hash([stem.as_bytes()], 4));
    name
}

/// What each ingester asks for, so that it holds its share of the agreed series: each series is on three of them.
fn ingester_memory(wanted: &Wanted, agreed: &Agreed) -> Result<String, Fault> {
    const GIB: i64 = 1 << 30;
    let series = agreed.number("series-limit-differs", "series")?;
    let bytes = agreed.number("mimir-series-above-memory", "bytes_per_series")?;
    let all = series.saturating_mul(bytes).saturating_mul(COPIES);
    let each = all.checked_div(wanted.mimir_replicas).unwrap_or(all);
    Ok(format!("{}Gi", each.div_euclid(GIB).saturating_add(1)))
}

/// Samples a second that let in all agreed series at the agreed distance, with room for a fifth more.
fn ingestion_rate(agreed: &Agreed) -> Result<i64, Fault> {
    let series = agreed.number("series-limit-differs", "series")?;
    let seconds = agreed.number("mimir-rate-below-series", "scrape_seconds")?.max(1);
    let rate = series.saturating_mul(6).div_euclid(seconds.saturating_mul(5)).saturating_add(1);
    // A round number reads better.
    Ok(rate.saturating_add(999).div_euclid(1000).saturating_mul(1000))
}
