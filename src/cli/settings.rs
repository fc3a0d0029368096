//! Turns arguments and the current folder into the texts that a check is governed by: settings and rules.

use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;

use super::args::CheckArgs;
use crate::source;
use crate::source::Source;
use crate::source::SourceProblem;

/// The name of the settings file.
const FILE_NAME: &str = "ptd-lint.yaml";

/// The settings file: the one named, or the nearest from the current folder upwards.
pub(super) fn config(args: &CheckArgs) -> Result<Option<Source>, SourceProblem> {
    if args.no_config {
        return Ok(None);
    }
    let found = args.config.clone().or_else(|| discover(Path::new("."), &std::env::current_dir().ok()?));
    found.map(|path| source::read_one(&path)).transpose()
}

/// The path of the nearest settings file, written as seen from `folder` (`../ptd-lint.yaml`).
fn discover(shown: &Path, folder: &Path) -> Option<PathBuf> {
    let mut upwards = PathBuf::new();
    for ancestor in folder.ancestors() {
        if ancestor.join(FILE_NAME).is_file() {
            return Some(if shown == Path::new(".") {
                upwards.join(FILE_NAME)
            } else {
                ancestor.join(FILE_NAME)
            });
        }
        upwards.push("..");
    }
    None
}

/// The rule files in these folders.
pub(super) fn rules(folders: &[OsString]) -> Result<Vec<Source>, Vec<SourceProblem>> {
    let mut rules = Vec::new();
    let mut problems = Vec::new();
    for folder in folders {
        let found = source::read_rules(folder);
        if found.texts.is_empty() && found.problems.is_empty() {
            let (path, message) =
                (source::shown(folder), "the folder holds no rule file (*.yaml)".to_owned());
            problems.push(SourceProblem { path, line: None, message });
        }
        rules.extend(found.texts);
        problems.extend(found.problems);
    }
    if problems.is_empty() { Ok(rules) } else { Err(problems) }
}
