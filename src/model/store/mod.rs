//! Reads Mimir and Loki: what each store will run with, from values, rendered ConfigMaps or files by themselves.

mod effective;
mod env;
mod explain;
mod faults;
mod leaves;
mod options;
mod overrides;
mod parts;
mod processes;
mod released;
mod scalars;
mod storage;
mod stores;
mod subjects;
mod version;

pub(crate) use explain::Explained;
pub(crate) use explain::Said;
pub(crate) use explain::explain;
pub(crate) use options::table as options;
pub(crate) use version::Minor;

pub(crate) use subjects::subjects;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::piece::Store;

/// What the caller knows of the stores beyond the inputs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Assumed {
    /// The versions to judge by, whatever the inputs say (`--assume`).
    pub(crate) versions: BTreeMap<Store, Minor>,
    /// The options that rules ask for, by the paths of the tables.
    pub(crate) asked: BTreeSet<String>,
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
