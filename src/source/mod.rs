//! Turns arguments (files, folders, globs, standard input) into texts that remember where they came from.

mod access;
mod expand;
mod git;
mod glob;
mod past;
mod read;
mod text;
mod walk;
mod write;

use std::ffi::OsStr;
use std::ffi::OsString;
use std::path::Path;

pub(crate) use access::Access;
pub(crate) use access::AccessRight;
pub(crate) use access::AccessState;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use git::survives as git_survives;
pub(crate) use past::Past;
pub(crate) use read::Within;
pub(crate) use read::read_all;
pub(crate) use read::read_within;
pub(crate) use text::Text;
pub(crate) use write::Replacement;
pub(crate) use write::present;
pub(crate) use write::put;
pub(crate) use write::replace_all;

/// What `-` is called in reports when nobody gave it a name.
pub(crate) const STDIN_NAME: &str = "<stdin>";

/// One text to lint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// As given on the command line (for a file in a folder: the folder as given, then the rest), with `/`.
    pub(crate) path: String,
    /// Index of the argument that brought it in. Files of one argument belong together: one folder is one stack.
    pub(crate) argument: usize,
    /// The whole text, without a byte order mark removed: spans count from its first byte.
    pub(crate) text: Text,
}

/// An input that should have been read and was not; makes the run incomplete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceProblem {
    /// The path or pattern, as in [`Source::path`].
    pub(crate) path: String,
    /// The line (from 1) of the fault, where there is one.
    pub(crate) line: Option<u32>,
    /// What is wrong and what to do.
    pub(crate) message: String,
}

/// A file that was found and left out on purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skipped {
    /// The path, as in [`Source::path`].
    pub(crate) path: String,
    /// Why it was left out.
    pub(crate) reason: String,
}

/// A running cluster that was read in place of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cluster {
    /// Its name in reports: that of its context.
    pub(crate) name: String,
    /// Kinds of which all objects were asked for and came: what is not among the texts is not there.
    pub(crate) covered: Vec<Covered>,
    /// What else there is to say of how it was read.
    pub(crate) notes: Vec<String>,
}

/// A kind of which all objects were seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Covered {
    /// The kind, such as `Service`.
    pub(crate) kind: String,
    /// In this namespace; `None` for the whole cluster.
    pub(crate) namespace: Option<String>,
}

/// A request to a running cluster that brought nothing, or not all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Unseen {
    /// The cluster, by its index in [`Sources::clusters`].
    pub(crate) cluster: usize,
    /// `list`, `get`, or `connect` where nothing could be asked.
    pub(crate) verb: &'static str,
    /// The resource, as rights name it: `configmaps`, `helmcharts.helm.cattle.io`; empty for `connect`.
    pub(crate) resource: String,
    /// In which namespace, where one was asked.
    pub(crate) namespace: Option<String>,
    /// The object, where one was asked for by name.
    pub(crate) name: Option<String>,
    /// Which of the facts it is: `forbidden`, `throttled`, ... (see `live::Cause`).
    pub(crate) cause: &'static str,
    /// What happened and what to do, in one sentence. Never holds a credential.
    pub(crate) message: String,
    /// The ids of the promises that may hang on it; empty for all.
    pub(crate) promises: Vec<String>,
}

/// What arguments came to: every file met is in exactly one of the lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sources {
    /// In order of arguments; within a folder by the bytes of the path. Those of clusters are one text an object, called
    /// `CLUSTER/NAMESPACE/KIND/NAME`, with the cluster's index as their argument.
    pub(crate) texts: Vec<Source>,
    /// Running clusters: each is one stack, whatever came of it. Arguments count on behind them.
    pub(crate) clusters: Vec<Cluster>,
    /// What was not seen of clusters.
    pub(crate) unseen: Vec<Unseen>,
    /// Left out on purpose, in the same order.
    pub(crate) skipped: Vec<Skipped>,
    /// Not readable, in the same order.
    pub(crate) problems: Vec<SourceProblem>,
}

impl Sources {
    /// Adds files to what was read of clusters. Arguments count on behind the clusters.
    pub(crate) fn add(&mut self, files: Self) {
        let clusters = self.clusters.len();
        self.texts.extend(
            files.texts.into_iter().map(|text| Source { argument: text.argument + clusters, ..text }),
        );
        self.skipped.extend(files.skipped);
        self.problems.extend(files.problems);
    }
}

/// A path as reports show it: with `/`, and replacement characters where it is not Unicode.
pub(crate) fn shown(path: &OsStr) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// Whether a file of a folder would be read, by its name.
pub(crate) fn is_read(path: &Path) -> bool {
    expand::has_known_extension(path)
}

/// Whether there is something at a path.
pub(crate) fn exists(path: &Path) -> bool {
    path.exists()
}

/// Reads one file that belongs to the run itself: settings, a rule file.
pub(crate) fn read_one(path: &Path) -> Result<Source, SourceProblem> {
    let name = shown(path.as_os_str());
    match read::read_file(path) {
        Ok(text) => Ok(Source { path: name, argument: 0, text: text.into() }),
        Err(fault) => Err(fault.into_problem(name)),
    }
}

/// What folders are called that hold the inputs by which rules are tried. Nothing in them is a rule.
const FIXTURES: &str = "fixtures";

/// Reads the rule files (`*.yaml`, `*.yml`) below a folder, sorted by path; not those below a folder `fixtures`.
pub(crate) fn read_rules(folder: &OsString) -> Sources {
    let is_yaml = |path: &str| {
        Path::new(path).extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
    };
    let is_rule = |path: &str| is_yaml(path) && !is_fixture(folder, path);
    read::read_wanted(std::slice::from_ref(folder), None, &mut std::io::empty(), is_rule)
}

/// Reads all inputs below the folders `fixtures` of a folder of rules, sorted by path.
pub(crate) fn read_fixtures(folder: &OsString) -> Sources {
    let wanted = |path: &str| is_fixture(folder, path);
    read::read_wanted(std::slice::from_ref(folder), None, &mut std::io::empty(), wanted)
}

/// Whether a file lies in a folder `fixtures`, which lies below `folder`.
fn is_fixture(folder: &OsString, path: &str) -> bool {
    below(folder, path).rsplit('/').skip(1).any(|name| name == FIXTURES)
}

/// The rest of a path below a folder.
pub(crate) fn below<'p>(folder: &OsStr, path: &'p str) -> &'p str {
    let folder = shown(folder);
    let folder = folder.strip_prefix("./").unwrap_or(&folder).trim_end_matches('/');
    path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path)
}

#[cfg(test)]
mod tests;
