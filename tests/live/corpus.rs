//! Finds what was fetched from clusters of the producer's making, where that is at hand (`../shared/corpus/ptd`).

use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;

use super::assets::say;
use super::cluster::Cluster;
use super::lab::Lab;
use super::load::install_kinds;
use super::load::load;

/// A cluster with the objects of a case. `None`, and a word on it, where the corpus or the servers are not there.
pub(crate) fn cluster_of(case: &str) -> Option<&'static Cluster> {
    let lab = Lab::find()?;
    let list = list_of(case)?;
    Some(lab.shared(case, |cluster| {
        install_kinds(cluster);
        load(cluster, &list);
    }))
}

/// The file with all objects of a case.
pub(crate) fn file_of(case: &str) -> Option<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/ptd");
    if corpus.is_dir() {
        return Some(corpus.join(case).join("kubectl/cluster-list.json"));
    }
    say("not run: ../shared/corpus/ptd is not there");
    None
}

/// All objects of a case, as one `List`.
pub(crate) fn list_of(case: &str) -> Option<Value> {
    let text = std::fs::read(file_of(case)?).unwrap();
    Some(serde_json::from_slice(&text).unwrap())
}
