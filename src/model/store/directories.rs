//! Turns the processes of a Mimir into pairs of directories that one process uses: it wants each for itself.

use std::collections::BTreeSet;

use super::effective::Effective;
use super::effective::Origin;
use super::processes::modules;
use crate::model::fact::Fact;
use crate::model::fact::Subject;
use crate::model::piece::Store;

/// A directory of some module.
struct Directory {
    /// The option that names it.
    option: &'static str,
    /// One of these must run.
    of: &'static [&'static str],
    /// It counts only for this backend: the option, and the backend's name.
    backend: Option<(&'static str, &'static str)>,
    /// What Mimir adds before it compares: text, or the option that holds it.
    adds: Adds,
}

/// What is added to a path before it is compared.
enum Adds {
    Nothing,
    Text(&'static str),
    Option(&'static str),
}

const fn own(option: &'static str, of: &'static [&'static str]) -> Directory {
    Directory { option, of, backend: None, adds: Adds::Nothing }
}

/// The directories that Mimir holds against each other.
const DIRECTORIES: &[Directory] = &[
    Directory {
        option: "blocks_storage.filesystem.dir",
        of: &["ingester", "querier", "store_gateway", "compactor", "ruler"],
        backend: Some(("blocks_storage.backend", "filesystem")),
        adds: Adds::Option("blocks_storage.storage_prefix"),
    },
    own("blocks_storage.tsdb.dir", &["ingester"]),
    own("blocks_storage.bucket_store.sync_dir", &["store_gateway"]),
    own("compactor.data_dir", &["compactor"]),
    own("ruler.rule_path", &["ruler"]),
    Directory {
        option: "ruler_storage.filesystem.dir",
        of: &["ruler"],
        backend: Some(("ruler_storage.backend", "filesystem")),
        adds: Adds::Text("rules"),
    },
    Directory {
        option: "ruler_storage.local.directory",
        of: &["ruler"],
        backend: Some(("ruler_storage.backend", "local")),
        adds: Adds::Nothing,
    },
    own("alertmanager.data_dir", &["alertmanager"]),
    Directory {
        option: "alertmanager_storage.filesystem.dir",
        of: &["alertmanager"],
        backend: Some(("alertmanager_storage.backend", "filesystem")),
        adds: Adds::Text("alerts"),
    },
    Directory {
        option: "alertmanager_storage.filesystem.dir",
        of: &["alertmanager"],
        backend: Some(("alertmanager_storage.backend", "filesystem")),
        adds: Adds::Text("alertmanager"),
    },
    Directory {
        option: "alertmanager_storage.local.path",
        of: &["alertmanager"],
        backend: Some(("alertmanager_storage.backend", "local")),
        adds: Adds::Nothing,
    },
];

/// The subjects `directories`: each two directories of one process, once.
pub(super) fn pairs(effective: &Effective<'_>, targets: &[Fact]) -> Vec<Subject> {
    if effective.store != Store::Mimir {
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let mut subjects = Vec::new();
    for target in targets {
        let running = modules(Store::Mimir, target.text().unwrap_or("all"));
        let used: Vec<(usize, Fact)> = DIRECTORIES
            .iter()
            .enumerate()
            .filter(|(_, directory)| directory.of.iter().any(|of| running.iter().any(|name| name == of)))
            .filter_map(|(index, directory)| Some((index, described(effective, directory)?)))
            .collect();
        for (position, (first, one)) in used.iter().enumerate() {
            for (second, other) in used.iter().skip(position + 1) {
                let same = DIRECTORIES[*first].option == DIRECTORIES[*second].option;
                if same || !seen.insert((*first, *second)) {
                    continue;
                }
                let facts = Fact::map([("one", one.clone()), ("other", other.clone())], target.place);
                subjects.push(Subject {
                    kind: "directories",
                    key: format!("directories {first} {second}"),
                    facts,
                });
            }
        }
    }
    subjects
}

/// A directory as rules see it; `None` where its backend is not in use.
fn described(effective: &Effective<'_>, directory: &Directory) -> Option<Fact> {
    let value = |path: &str| effective.options.spec(path).map(|spec| effective.value(path, spec));
    if let Some((option, name)) = directory.backend
        && value(option)?.0.text() != Some(name)
    {
        return None;
    }
    let (path, origin) = value(directory.option)?;
    let added = match directory.adds {
        Adds::Nothing => String::new(),
        Adds::Text(text) => text.to_owned(),
        Adds::Option(option) => value(option)?.0.text().unwrap_or_default().to_owned(),
    };
    let compared = match path.text() {
        Some(text) => Fact::new(format!("{text}/{added}"), path.place),
        None => path.clone(),
    };
    let written = if origin == Origin::Default { Fact::default() } else { path.clone() };
    let place = path.place;
    Some(Fact::map(
        [
            ("option", Fact::bare(directory.option)),
            ("path", path),
            ("compared", compared),
            ("written", written),
        ],
        place,
    ))
}
