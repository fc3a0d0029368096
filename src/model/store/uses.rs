//! Turns what the stores run with into where each keeps every kind of its data: bucket, prefix, and who owns the bucket.

use std::collections::BTreeSet;

use super::Assumed;
use super::effective::Effective;
use super::processes::modules;
use super::stores;
use super::stores::Found;
use super::subjects::effective;
use crate::document::Place;
use crate::model::fact::Fact;
use crate::model::partitions::partition_of_endpoint;
use crate::model::piece::Store;
use crate::model::stack::Stack;

/// One kind of data that a store keeps in a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoreUse {
    /// Which store.
    pub(crate) store: Store,
    /// The store's name.
    pub(crate) name: String,
    /// Its namespace, where that is known.
    pub(crate) namespace: Option<String>,
    /// `blocks`, `chunks`, `rules` or `alerts`.
    pub(crate) data: &'static str,
    /// The bucket.
    pub(crate) bucket: Bucket,
    /// What the names of its objects begin with; empty for none.
    pub(crate) prefix: String,
    /// Where the bucket is named.
    pub(crate) place: Option<Place>,
}

/// A bucket of S3, GCS or Swift, or a container of Azure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bucket {
    /// `s3`, `azure`, `gcs` or `swift`.
    pub(crate) backend: &'static str,
    /// Within what the name is unique: a partition of AWS, another endpoint, an account, a project.
    pub(crate) owner: String,
    /// Whether the owner is a service of the cluster, which other clusters have under the same name.
    pub(crate) inside: bool,
    /// Its name.
    pub(crate) name: String,
}

/// Where the stores of a stack keep their data, as far as that is known.
pub(crate) fn uses(stack: &Stack<'_>, assumed: &Assumed) -> Vec<StoreUse> {
    let of_both = [Store::Mimir, Store::Loki].map(|store| stores::find(stack, store, assumed));
    // What could not be seen may say otherwise; rules of the store tell that.
    of_both.iter().flatten().filter(|found| found.unseen.is_none()).flat_map(of_store).collect()
}

fn of_store(found: &Found<'_>) -> Vec<StoreUse> {
    let Some(group) = found.groups.first() else { return Vec::new() };
    let targets = found.groups.iter().flat_map(|group| &group.targets);
    let running: BTreeSet<String> =
        targets.flat_map(|target| modules(found.store, target.text().unwrap_or("all"))).collect();
    let options = Options(effective(found, group, None));
    let homes = match found.store {
        Store::Mimir => of_mimir(&options, &running),
        Store::Loki => of_loki(&options, &running),
    };
    let mut uses: Vec<StoreUse> = Vec::new();
    for (data, section, prefix) in homes {
        for (bucket, place) in section.buckets() {
            let prefix = prefix.trim_matches('/').to_owned();
            // Periods of one schema share their buckets.
            if uses.iter().any(|own| own.data == data && own.bucket == bucket && own.prefix == prefix) {
                continue;
            }
            uses.push(StoreUse {
                store: found.store,
                name: found.name.clone(),
                namespace: found.namespace.clone(),
                data,
                bucket,
                prefix,
                place: place.or(Some(found.place)),
            });
        }
    }
    uses
}

/// A kind of data, the client of its bucket, and the prefix.
type Home = (&'static str, Section, String);

fn of_mimir(options: &Options<'_>, running: &BTreeSet<String>) -> Vec<Home> {
    let kept = [("blocks", "blocks_storage"), ("rules", "ruler_storage"), ("alerts", "alertmanager_storage")];
    let runs = |data: &str| match data {
        "rules" => running.contains("ruler"),
        "alerts" => running.contains("alertmanager"),
        _ => true,
    };
    let homes = kept.into_iter().filter(|(data, _)| runs(data));
    homes.filter_map(|(data, route)| thanos(options, data, route, "backend")).collect()
}

/// A section with a client for each kind of storage, one of which is in use, and a prefix for all.
fn thanos(options: &Options<'_>, data: &'static str, route: &str, kind: &str) -> Option<Home> {
    let backend = options.text(&format!("{route}.{kind}"))?;
    let section = options.section(&format!("{route}.{backend}"), &backend)?;
    Some((data, section, options.text(&format!("{route}.storage_prefix")).unwrap_or_default()))
}

fn of_loki(options: &Options<'_>, running: &BTreeSet<String>) -> Vec<Home> {
    let with_prefix = options.value("storage_config.use_thanos_objstore").bool() == Some(true);
    let base = if with_prefix { "storage_config.object_store" } else { "storage_config" };
    let prefix =
        with_prefix.then(|| options.text(&format!("{base}.storage_prefix"))).flatten().unwrap_or_default();
    let mut homes = Vec::new();
    for period in options.value("schema_config.configs").items() {
        let Some(kind) = period.at("object_store").and_then(Fact::text) else { continue };
        // Without Thanos' clients, that of S3 goes by the name of the company.
        let section = match (kind, with_prefix) {
            ("aws" | "s3", false) => options.section("storage_config.aws", "s3"),
            ("aws" | "s3", true) => options.section(&format!("{base}.s3"), "s3"),
            ("azure" | "gcs" | "swift", _) => options.section(&format!("{base}.{kind}"), kind),
            _ => options.named(&format!("{base}.named_stores"), kind),
        };
        homes.extend(section.map(|section| ("chunks", section, prefix.clone())));
    }
    if running.contains("ruler") {
        homes.extend(if with_prefix {
            thanos(options, "rules", "ruler_storage", "backend")
        } else {
            // The common storage sets the type too.
            let kind = options.text("ruler.storage.type").filter(|kind| !kind.is_empty());
            let common =
                || KINDS.iter().find(|kind| options.0.changed(&format!("common.storage.{kind}")).is_some());
            let kind = kind.or_else(|| common().map(|kind| (*kind).to_owned()));
            let section = kind.and_then(|kind| options.section(&format!("ruler.storage.{kind}"), &kind));
            section.map(|section| ("rules", section, String::new()))
        });
    }
    homes
}

/// The kinds of storage that are looked at: those that two stores can reach.
const KINDS: &[&str] = &["s3", "azure", "gcs", "swift"];

/// What a store runs with, asked option by option.
struct Options<'e>(Effective<'e>);

impl Options<'_> {
    fn value(&self, path: &str) -> Fact {
        let spec = self.0.options.spec(path).filter(|spec| spec.is_in(self.0.version));
        spec.map(|spec| self.0.value(path, spec).0).unwrap_or_default()
    }

    fn text(&self, path: &str) -> Option<String> {
        self.value(path).text().map(str::to_owned)
    }

    /// The client at `route` for a kind of storage.
    fn section(&self, route: &str, kind: &str) -> Option<Section> {
        let kind = KINDS.iter().find(|own| **own == kind)?;
        let fields = FIELDS.iter().map(|name| (*name, self.value(&format!("{route}.{name}"))));
        Some(Section { kind, fields: Fact::map(fields, None) })
    }

    /// The client that has a name of its own.
    fn named(&self, route: &str, name: &str) -> Option<Section> {
        let sections = [("aws", "s3"), ("s3", "s3"), ("azure", "azure"), ("gcs", "gcs"), ("swift", "swift")];
        sections.into_iter().find_map(|(section, kind)| {
            let fields = self.value(&format!("{route}.{section}")).at(name)?.clone();
            Some(Section { kind, fields })
        })
    }
}

/// The options of clients that say which bucket is meant.
const FIELDS: &[&str] = &[
    "account_name",
    "auth_url",
    "bucket_name",
    "bucketnames",
    "container_name",
    "endpoint",
    "endpoint_suffix",
    "project_name",
    "region",
    "s3",
];

/// A client of a bucket.
struct Section {
    kind: &'static str,
    fields: Fact,
}

impl Section {
    fn text(&self, name: &str) -> &str {
        self.fields.at(name).and_then(Fact::text).unwrap_or_default()
    }

    /// The buckets that it names, none where it does not say enough to tell one from others.
    fn buckets(&self) -> Vec<(Bucket, Option<Place>)> {
        let names = ["bucketnames", "bucket_name", "container_name"];
        let found = names.into_iter().find(|name| !self.text(name).is_empty());
        let place = found.and_then(|name| self.fields.at(name)?.place);
        let text = found.map(|name| self.text(name)).unwrap_or_default();
        let (owner, inside) = match self.kind {
            "s3" => return self.of_s3(text, place),
            "azure" => (format!("{} {}", self.text("account_name"), self.text("endpoint_suffix")), false),
            "swift" => (format!("{} {}", self.text("auth_url"), self.text("project_name")), false),
            _ => (String::new(), false),
        };
        let nameless = self.kind == "azure" && self.text("account_name").is_empty();
        let bucket = Bucket { backend: self.kind, owner, inside, name: text.to_owned() };
        if text.is_empty() || nameless { Vec::new() } else { vec![(bucket, place)] }
    }

    /// Loki takes several names at once, and an address that holds endpoint and bucket (`s3://key:secret@region/name`).
    fn of_s3(&self, names: &str, place: Option<Place>) -> Vec<(Bucket, Option<Place>)> {
        let address = self.text("s3").split_once("://").map_or("", |(_, rest)| rest);
        let address = address.rsplit_once('@').map_or(address, |(_, rest)| rest);
        let (host, path) = address.split_once('/').unwrap_or((address, ""));
        let (names, place) = if names.is_empty() {
            (path, self.fields.at("s3").and_then(|fact| fact.place))
        } else {
            (names, place)
        };
        let endpoint = Some(self.text("endpoint")).filter(|text| !text.is_empty());
        let (owner, inside) = owner(endpoint.unwrap_or(host), self.text("region"));
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        names
            .map(|name| {
                (Bucket { backend: "s3", owner: owner.clone(), inside, name: name.to_owned() }, place)
            })
            .collect()
    }
}

/// Within what a name of a bucket is unique, by the endpoint of S3, and whether that is a service of the cluster.
fn owner(endpoint: &str, region: &str) -> (String, bool) {
    let host = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest).trim_end_matches('/');
    let name = host.split(':').next().unwrap_or_default();
    let of_aws = |host: &str| partition_of_endpoint(host).map(str::to_owned);
    if let Some(partition) = of_aws(host) {
        return (partition, false);
    }
    // An address may name a region in the place of a host.
    let region = if name.is_empty() || !host.contains([':', '.']) && name == region { region } else { name };
    let is_region = name.is_empty() || name.matches('-').count() >= 2 && !host.contains([':', '.']);
    if is_region {
        let china = if region.starts_with("cn-") { ".cn" } else { "" };
        let partition = of_aws(&format!("s3.{region}.amazonaws.com{china}"));
        return (partition.unwrap_or_else(|| "aws".to_owned()), false);
    }
    let inside = !name.contains('.')
        || name.split('.').any(|label| label == "svc")
        || name.rsplit_once('.').is_some_and(|(_, last)| last.eq_ignore_ascii_case("local"))
        || name.parse::<std::net::IpAddr>().is_ok();
    (host.to_ascii_lowercase(), inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoint_says_within_what_a_bucket_is_unique() {
        for (endpoint, region, wanted) in [
            ("s3.us-east-2.amazonaws.com", "", ("aws", false)),
            ("https://s3.eu-west-1.amazonaws.com:443", "", ("aws", false)),
            ("", "us-gov-west-1", ("aws-us-gov", false)),
            ("", "cn-north-1", ("aws-cn", false)),
            ("", "", ("aws", false)),
            ("us-east-2", "", ("aws", false)),
            ("minio.minio.svc:9000", "us-east-2", ("minio.minio.svc:9000", true)),
            ("minio:9000", "", ("minio:9000", true)),
            ("10.0.0.7:9000", "", ("10.0.0.7:9000", true)),
            ("https://S3.example.com/", "", ("s3.example.com", false)),
        ] {
            let (owner, inside) = owner(endpoint, region);
            assert_eq!((owner.as_str(), inside), wanted, "{endpoint} {region}");
        }
    }

    #[test]
    fn address_of_s3_names_the_bucket_without_its_keys() {
        let fields = Fact::map([("s3", Fact::bare("s3://key:secret@us-east-2/logs"))], None);
        let buckets = Section { kind: "s3", fields }.buckets();
        let wanted =
            Bucket { backend: "s3", owner: "aws".to_owned(), inside: false, name: "logs".to_owned() };
        assert_eq!(buckets, [(wanted, None)]);
    }
}
