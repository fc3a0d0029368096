//! Turns Loki's configuration into what several options say together: which period of the schema is in force, which
//! stores have names, what is written of `common.storage` and of the clients of queriers.

use std::collections::BTreeMap;

use super::effective::Effective;
use crate::document::Place;
use crate::model::fact::Fact;

/// A day that has come: that of the tables of options. Nothing here reads the clock, so a period that begins later is
/// taken for one to come.
const TODAY: &str = "2026-08-22";

/// The first day of a period that does not say its own.
const FIRST_DAY: &str = "1970-01-01";

/// The names of kinds of storage, which no store may have for its own.
const KINDS: &[&str] =
    &["alibabacloud", "aws", "azure", "bos", "cos", "filesystem", "gcs", "noop", "s3", "swift"];

/// Kinds of storage of which `common.storage` takes one.
const COMMON: &[&str] = &["alibabacloud", "azure", "bos", "cos", "filesystem", "gcs", "s3", "swift"];

/// The facts below `loki.schema`.
pub(super) fn facts(effective: &Effective<'_>, config: &Fact, place: Place) -> Fact {
    let tree = effective.tree(["schema_config.configs", "storage_config.use_thanos_objstore"]);
    let periods = tree.at("schema_config.configs").map_or(&[][..], Fact::items);
    let from = |period: &Fact| period.at("from").and_then(Fact::text).unwrap_or(FIRST_DAY).to_owned();
    let begun = periods.iter().filter(|period| *from(period) <= *TODAY).count();
    let active = begun.saturating_sub(1);
    let known = |index: usize| periods.get(index).cloned().unwrap_or(Fact::absent(place));
    let early = periods.windows(2).find_map(|pair| match pair {
        [one, next] if from(one) >= from(next) => {
            Some(Fact::new(true, one.at("from").and_then(|at| at.place)))
        }
        _ => None,
    });
    let (names, twice) = named_stores(&tree, config);
    let common = COMMON.iter().filter_map(|kind| effective.changed(&format!("common.storage.{kind}")));
    let client = |name: &str| {
        let changed = effective.changed(&format!("frontend_worker.{name}"));
        changed.map_or(Fact::bare(false), |at| Fact { value: true.into(), ..at })
    };
    let clients = [
        ("old", client("grpc_client_config")),
        ("frontend", client("query_frontend_grpc_client")),
        ("scheduler", client("query_scheduler_grpc_client")),
    ];
    Fact::map(
        [
            ("active", known(active)),
            ("upcoming", known(active + 1)),
            ("early", early.unwrap_or(Fact::absent(place))),
            ("named_stores", Fact::list(names, place)),
            ("named_twice", twice.unwrap_or(Fact::absent(place))),
            ("common_backends", Fact::list(common, place)),
            ("worker_clients", Fact::map(clients, place)),
        ],
        place,
    )
}

/// The names of stores that periods may use besides the kinds of storage, and the first that is taken already.
fn named_stores(tree: &Fact, config: &Fact) -> (Vec<Fact>, Option<Fact>) {
    let thanos = tree.at("storage_config.use_thanos_objstore").and_then(Fact::bool) == Some(true);
    let route =
        if thanos { "storage_config.object_store.named_stores" } else { "storage_config.named_stores" };
    let mut names = BTreeMap::new();
    let mut twice = None;
    for (_, stores) in config.at(route).into_iter().flat_map(Fact::entries) {
        for (name, store) in stores.entries() {
            let fact = Fact::new(name, store.place);
            let taken = KINDS.contains(&name) || names.insert(name.to_owned(), fact.clone()).is_some();
            if taken && twice.is_none() {
                twice = Some(fact);
            }
        }
    }
    (names.into_values().collect(), twice)
}
