//! Turns arguments (files, folders, globs, standard input) into texts that remember where they came from.

mod expand;
mod glob;
mod read;
mod walk;
mod write;

use std::ffi::OsStr;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

pub(crate) use read::read_all;
pub(crate) use write::Replacement;
pub(crate) use write::present;
pub(crate) use write::replace;
pub(crate) use write::replace_all;

/// The most that is read of one input. Far above real stacks (a whole cluster's dump is some MB), and far below the
/// 4 GiB that spans can address.
pub(crate) const MAX_BYTES: u64 = 64 * 1024 * 1024;

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
    pub(crate) text: Arc<str>,
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

/// What arguments came to: every file met is in exactly one of the three lists.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    /// In order of arguments; within a folder by the bytes of the path.
    pub(crate) texts: Vec<Source>,
    /// Left out on purpose, in the same order.
    pub(crate) skipped: Vec<Skipped>,
    /// Not readable, in the same order.
    pub(crate) problems: Vec<SourceProblem>,
}

/// A path as reports show it: with `/`, and replacement characters where it is not Unicode.
pub(crate) fn shown(path: &OsStr) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// Reads one file that belongs to the run itself: settings, a rule file.
pub(crate) fn read_one(path: &Path) -> Result<Source, SourceProblem> {
    let name = shown(path.as_os_str());
    match read::read_file(path) {
        Ok(text) => Ok(Source { path: name, argument: 0, text }),
        Err(fault) => Err(fault.into_problem(name)),
    }
}

/// Reads the rule files (`*.yaml`, `*.yml`) below a folder, sorted by path.
pub(crate) fn read_rules(folder: &OsString) -> Sources {
    let mut found = read_all(std::slice::from_ref(folder), None, &mut std::io::empty());
    found.texts.retain(|source| {
        Path::new(&source.path).extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
    });
    found
}

#[cfg(test)]
mod tests;
