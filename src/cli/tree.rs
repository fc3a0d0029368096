//! Turns files that were passed into a run over the tree that they are part of.

use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;

use clap::error::ErrorKind;

use super::Stop;
use super::failed;
use super::settings::FILE_NAME;
use super::usage;
use crate::check::CheckOptions;
use crate::check::Passed;
use crate::source;
use crate::source::Sources;
use crate::source::Within;

/// Reads the trees, and notes what was passed. Without a name, it is the tree around the current folder.
pub(super) fn read(
    trees: &[OsString],
    paths: &[OsString],
    options: &mut CheckOptions,
) -> Result<(Sources, Vec<String>), Stop> {
    if paths.iter().any(|path| path == "-") {
        let message = "standard input is no file of a tree; give its files";
        return Err(usage(ErrorKind::ArgumentConflict, message));
    }
    // A hook says that there is a tree; who uses the hook may say which.
    let mut trees: Vec<OsString> = trees.iter().filter(|tree| !tree.is_empty()).cloned().collect();
    if trees.is_empty() {
        trees.push(around());
    }
    let Within { sources, arguments, mut passed, gone } =
        source::read_within(&trees, paths).map_err(|problem| failed(&problem))?;
    // What was asked for by name and cannot be read is told whatever it is.
    passed.extend(paths.iter().map(|path| source::shown(path)).filter(|path| !gone.contains(path)));
    options.passed = Some(Passed { files: passed, gone });
    Ok((sources, arguments.iter().map(|path| source::shown(path)).collect()))
}

/// The nearest folder from the current one upwards that holds settings or is the root of a git repository, as seen from
/// here; the current one if there is none.
fn around() -> OsString {
    let here = std::env::current_dir().unwrap_or_default();
    let mut upwards = PathBuf::new();
    for folder in here.ancestors() {
        if is_root(folder) {
            let there = if upwards.as_os_str().is_empty() { Path::new(".") } else { &upwards };
            return there.as_os_str().to_owned();
        }
        upwards.push("..");
    }
    ".".into()
}

/// In a work tree beside the main one `.git` is a file.
fn is_root(folder: &Path) -> bool {
    folder.join(FILE_NAME).is_file() || folder.join(".git").exists()
}
