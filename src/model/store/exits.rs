//! Turns a store's configuration into the ways by which data leaves it by itself: the subject `store_exit`. Which zone an
//! address lies in is for those to say who know what stands around.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde::Deserialize;

use super::effective::Effective;
use super::effective::Origin;
use crate::model::fact::Fact;
use crate::model::fact::FactValue;
use crate::model::fact::Subject;
use crate::model::piece::Store;
use crate::text::fits_stars;

/// `schemas/stores/exits.json`.
#[derive(Debug, Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Table {
    /// Hosts of the object stores of clouds; `*` stands for any text.
    clouds: Vec<Box<str>>,
    loki: Vec<Exit>,
    mimir: Vec<Exit>,
}

/// Options that name where the same data goes. Of two lines that one written address fills, the first counts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exit {
    /// Paths of the options; `<name>` stands for the names of a map.
    options: Vec<Box<str>>,
    /// What kind of data that is: `logs`, `numbers`, `metrics`, `alerts`, `queries` or `rules`.
    holds: Box<str>,
    /// The same in words that fit behind "sends".
    what: Box<str>,
    /// Whether it is an object store: that of a cloud is the workload's own.
    #[serde(default)]
    storage: bool,
    #[serde(default)]
    syntax: Syntax,
    /// What other options have to say, all of them; an empty text stands for one that is not set. Behind `[]` it is
    /// enough that one item of the list says so.
    #[serde(default)]
    when: BTreeMap<Box<str>, Vec<Box<str>>>,
    /// The module that must run.
    runs: Option<Box<str>>,
}

/// How the address is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Syntax {
    /// URLs or `host:port`, with commas between several.
    #[default]
    Addresses,
    /// `s3://key:secret@host/bucket`; a host without a dot is a region.
    S3Url,
    /// A connection string of Azure.
    AzureConnection,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    let text = include_str!("../../../schemas/stores/exits.json");
    TABLE.get_or_init(|| serde_json::from_str(text).unwrap_or_default())
}

fn lines(store: Store) -> &'static [Exit] {
    match store {
        Store::Loki => &table().loki,
        Store::Mimir => &table().mimir,
    }
}

/// Whether a host is that of a cloud's object store.
pub(crate) fn is_object_store(host: &str) -> bool {
    table().clouds.iter().any(|cloud| fits_stars(cloud, host))
}

/// The ways out of one store, all its processes and tenants together: what several of them share is there once.
#[derive(Debug)]
pub(super) struct Exits<'x> {
    /// `mimir` or `loki`.
    pub(super) kind: &'static str,
    /// The store in keys of subjects.
    pub(super) key: &'x str,
    /// Its namespace.
    pub(super) namespace: Option<&'x str>,
    seen: Vec<Fact>,
    /// What was found.
    pub(super) subjects: Vec<Subject>,
}

impl<'x> Exits<'x> {
    pub(super) const fn new(kind: &'static str, key: &'x str, namespace: Option<&'x str>) -> Self {
        Self { kind, key, namespace, seen: Vec::new(), subjects: Vec::new() }
    }

    /// What is not known at all may send logs anywhere.
    pub(super) fn unseen(&mut self, reason: &Fact) {
        let holds = if self.kind == "loki" { "logs" } else { "metrics" };
        let Some(words) = reason.text() else { return };
        let to = Fact::unknown(words, reason.place);
        self.push("its configuration", (holds, "data", true), &to, (false, None));
    }

    /// Adds the ways out of a process that runs `modules`, for a tenant where it has limits of its own.
    pub(super) fn add(
        &mut self,
        effective: &Effective<'_>,
        modules: &BTreeSet<String>,
        tenant: Option<&str>,
    ) {
        for exit in lines(effective.store) {
            if exit.runs.as_deref().is_some_and(|module| !modules.contains(module)) {
                continue;
            }
            for option in &exit.options {
                for (name, value, origin) in named_values(effective, option) {
                    // What a chart makes of names of its own stays in the cluster.
                    let made = origin == Origin::Chart && matches!(value.value, FactValue::Unknown(_));
                    let own = !made && (tenant.is_none() || origin == Origin::Tenant);
                    let used = own.then(|| exit.is_used(effective, name.as_deref()));
                    // A default goes nowhere where nobody says that it is used.
                    if used == Some(Some(true)) || used == Some(None) && origin != Origin::Default {
                        let option = option.replace("<name>", name.as_deref().unwrap_or_default());
                        for to in addresses(&value, exit.syntax) {
                            let kind = (&*exit.holds, &*exit.what, exit.storage);
                            self.push(&option, kind, &to, (origin == Origin::Chart, tenant));
                        }
                    }
                }
            }
        }
    }

    fn push(
        &mut self,
        option: &str,
        (holds, what, storage): (&str, &str, bool),
        to: &Fact,
        (made, tenant): (bool, Option<&str>),
    ) {
        if self.seen.contains(to) {
            return;
        }
        self.seen.push(to.clone());
        let place = to.place;
        let facts = Fact::map(
            [
                ("store", Fact::bare(self.kind)),
                ("product", Fact::bare(if self.kind == "mimir" { "Mimir" } else { "Loki" })),
                ("option", Fact::new(option, place)),
                ("holds", Fact::new(holds, place)),
                ("what", Fact::new(what, place)),
                ("object_store", Fact::new(storage, place)),
                ("made", Fact::new(made, place)),
                ("tenant", Fact::new(tenant, place)),
                ("namespace", Fact::new(self.namespace, place)),
                ("to", to.clone()),
            ],
            place,
        );
        let of = tenant.map(|tenant| format!(" of {tenant}")).unwrap_or_default();
        self.subjects.push(Subject { kind: "store_exit", key: format!("{} {option}{of}", self.key), facts });
    }
}

impl Exit {
    /// Whether the options that switch it on are set so; `None` where that is not known.
    fn is_used(&self, effective: &Effective<'_>, name: Option<&str>) -> Option<bool> {
        let met = self.when.iter().map(|(option, words)| {
            let fits = |fact: &Fact| {
                let says = match &fact.value {
                    FactValue::Unknown(_) => return None,
                    FactValue::Bool(value) => if *value { "true" } else { "false" }.to_owned(),
                    FactValue::Text(text) | FactValue::Secret(text) => text.to_string(),
                    _ => String::new(),
                };
                Some(words.iter().any(|word| match (&**word, name) {
                    ("<name>", Some(name)) => says == name,
                    (word, _) => says == word,
                }))
            };
            let value = |path: &str| {
                let spec = effective.options.spec(path).filter(|spec| spec.is_in(effective.version));
                spec.map(|spec| effective.value(path, spec).0)
            };
            match option.split_once("[].") {
                Some((list, field)) => {
                    let list = value(list).unwrap_or_default();
                    let fits: Vec<Option<bool>> =
                        list.items().iter().map(|item| fits(&item.reach(field))).collect();
                    if fits.contains(&Some(true)) {
                        Some(true)
                    } else {
                        (!fits.is_empty() && !fits.contains(&None)).then_some(false)
                    }
                }
                // A switch that the version lacks is off.
                None => match value(option) {
                    Some(value) => fits(&value),
                    None => Some(words.iter().any(|word| matches!(&**word, "false" | ""))),
                },
            }
        });
        let met: Vec<Option<bool>> = met.collect();
        if met.contains(&Some(false)) { Some(false) } else { (!met.contains(&None)).then_some(true) }
    }
}

/// The values of an option, each with its name where it stands in a map of names.
fn named_values(effective: &Effective<'_>, option: &str) -> Vec<(Option<String>, Fact, Origin)> {
    let (path, field) = match option.split_once(".<name>.") {
        Some((path, field)) => (path, Some(field)),
        None => (option, None),
    };
    let Some(spec) = effective.options.spec(path).filter(|spec| spec.is_in(effective.version)) else {
        return Vec::new();
    };
    let (value, origin) = effective.value(path, spec);
    let Some(field) = field else { return vec![(None, value, origin)] };
    let fields = value.entries().map(|(name, item)| (Some(name.to_owned()), item.reach(field), origin));
    fields.collect()
}

/// The addresses that a value names, each with the place of the value.
fn addresses(value: &Fact, syntax: Syntax) -> Vec<Fact> {
    let items = match &value.value {
        FactValue::List(items) => &items[..],
        _ => std::slice::from_ref(value),
    };
    let mut found = Vec::new();
    for item in items {
        let place = item.place.or(value.place);
        match &item.value {
            FactValue::Unknown(_) => found.push(Fact { place, ..item.clone() }),
            FactValue::Text(text) => {
                found.extend(hosts(text, syntax).into_iter().map(|text| Fact::new(text, place)));
            }
            FactValue::Secret(text) => {
                let secret = |text: String| Fact::new(FactValue::Secret(text.into()), place);
                found.extend(hosts(text, syntax).into_iter().map(secret));
            }
            _ => {}
        }
    }
    found
}

/// What is dialled, without what stands before it to say how a name is looked up.
fn hosts(text: &str, syntax: Syntax) -> Vec<String> {
    match syntax {
        Syntax::Addresses => {
            let one = |part: &str| {
                let part = part.trim();
                let plain = part.split_once('+').filter(|(how, _)| how.starts_with("dns"));
                plain.map_or(part, |(_, rest)| rest).to_owned()
            };
            text.split(',').map(one).filter(|part| !part.is_empty()).collect()
        }
        Syntax::S3Url => {
            let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            if host.contains('.') { vec![host.to_owned()] } else { Vec::new() }
        }
        Syntax::AzureConnection => {
            let part = |wanted: &str| {
                text.split(';').filter_map(|part| part.split_once('=')).find_map(|(key, value)| {
                    key.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
                })
            };
            let suffix = || part("EndpointSuffix").map(|suffix| format!("blob.{suffix}"));
            part("BlobEndpoint").or_else(suffix).into_iter().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::store::options;

    #[test]
    fn every_option_of_the_table_is_one_of_the_store() {
        for store in [Store::Loki, Store::Mimir] {
            let known = options(store);
            assert!(!lines(store).is_empty());
            for exit in lines(store) {
                for option in exit.options.iter().chain(exit.when.keys()) {
                    assert!(known.spec(option).is_some(), "{option}");
                    let base = option.split_once(".<name>.").map_or(&**option, |(base, _)| base);
                    assert!(known.spec(base).is_some(), "{base}");
                }
                assert!(["logs", "numbers", "metrics", "alerts", "queries", "rules"].contains(&&*exit.holds));
            }
        }
    }

    #[test]
    fn hosts_of_object_stores_are_told_from_other_hosts_of_the_same_cloud() {
        for own in [
            "s3.amazonaws.com",
            "s3.eu-west-1.amazonaws.com",
            "s3.dualstack.eu-west-1.amazonaws.com",
            "s3-fips.us-gov-west-1.amazonaws.com",
            "logs.s3.eu-west-1.amazonaws.com",
            "s3.cn-north-1.amazonaws.com.cn",
            "bucket.vpce-1a-2b.s3.eu-west-1.vpce.amazonaws.com",
            "blob.core.windows.net",
            "acme.blob.core.usgovcloudapi.net",
            "blob.core.chinacloudapi.cn",
            "storage.googleapis.com",
        ] {
            assert!(is_object_store(own), "{own}");
        }
        for other in [
            "ec2-1-2-3-4.compute.amazonaws.com",
            "s3.amazonaws.com.example.com",
            "minio.example.com",
            "amazonaws.com",
            "evilblob.core.windows.net",
        ] {
            assert!(!is_object_store(other), "{other}");
        }
    }

    #[test]
    fn hosts_are_told_from_each_way_of_writing() {
        for (syntax, text, wanted) in [
            (Syntax::Addresses, "a:1, dns+b:2,", vec!["a:1", "b:2"]),
            (
                Syntax::Addresses,
                "dnssrvnoa+http://_http._tcp.am.x.svc/y",
                vec!["http://_http._tcp.am.x.svc/y"],
            ),
            (Syntax::Addresses, "", vec![]),
            (Syntax::S3Url, "s3://key:word@minio.example.com:9000/logs", vec!["minio.example.com:9000"]),
            (Syntax::S3Url, "s3://key:word@eu-west-1/logs", vec![]),
            (
                Syntax::AzureConnection,
                "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=b==;EndpointSuffix=core.windows.net",
                vec!["blob.core.windows.net"],
            ),
            (
                Syntax::AzureConnection,
                "blobendpoint=https://x.example.com/a;AccountKey=b",
                vec!["https://x.example.com/a"],
            ),
            (Syntax::AzureConnection, "AccountKey=b", vec![]),
        ] {
            assert_eq!(hosts(text, syntax), wanted, "{text}");
        }
    }
}
