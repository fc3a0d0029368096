//! Reads Mimir and Loki: what each store will run with, from values, rendered ConfigMaps or files by themselves.

mod answered_tenants;
mod answers;
mod bounds;
mod directories;
mod effective;
mod env;
mod exits;
mod explain;
mod faults;
mod gossip;
mod leaves;
mod options;
mod overrides;
mod parts;
mod periods;
mod processes;
mod released;
mod same;
mod scalars;
mod shape;
mod storage;
mod stores;
mod subjects;
mod uses;
mod withheld;
mod written;

pub(crate) use answers::subjects as answer_subjects;
pub(crate) use bounds::bound;
pub(crate) use exits::is_object_store;
pub(crate) use explain::Explained;
pub(crate) use explain::Said;
pub(crate) use explain::explain;
pub(crate) use options::table as options;
pub(crate) use subjects::subjects;
pub(crate) use uses::Bucket;
pub(crate) use uses::StoreUse;
pub(crate) use uses::uses;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::piece::Store;
use super::version::Minor;

/// What the caller knows of the stores beyond the inputs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Assumed {
    /// The versions to judge by, whatever the inputs say (`--assume`).
    pub(crate) versions: BTreeMap<Store, Minor>,
    /// The options that rules ask for, by the paths of the tables.
    pub(crate) asked: Arc<BTreeSet<String>>,
}

/// The store of that name, and the version of its table that is meant: `3.0`, `v3.0.2`, or `next` for the one under
/// development.
///
/// # Errors
///
/// What is wrong with the names, in words.
pub(crate) fn wanted(store: &str, version: &str) -> Result<(Store, Minor), String> {
    let name = store.to_ascii_lowercase();
    let store = Store::named(&name)
        .ok_or_else(|| format!("`{name}` is no store: versions of mimir and loki can be assumed"))?;
    let table = options(store);
    let minor = if version.eq_ignore_ascii_case("next") {
        table.versions.last().copied()
    } else {
        Minor::parse(version)
    };
    let minor = minor.ok_or_else(|| "a version is expected here, such as `3.0` or `next`".to_owned())?;
    if table.versions.contains(&minor) {
        return Ok((store, minor));
    }
    let known: Vec<String> = table.versions.iter().map(ToString::to_string).collect();
    Err(format!("version {minor} is not known; these are: {}", known.join(", ")))
}

/// What a version of a store refuses in a configuration, as `(reason, path)`: keys and types alone.
#[cfg(test)]
pub(crate) fn refusals(
    store: Store,
    version: Minor,
    root: crate::document::NodeRef<'_>,
) -> Vec<(String, String)> {
    let judge = faults::Judge { store, options: options::table(store), version, expands: false };
    judge.faults(root, "").into_iter().map(|fault| (fault.reason, fault.path)).collect()
}
