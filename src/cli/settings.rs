//! Turns arguments and the current folder into the texts that a check is governed by: settings and rules.

use std::ffi::OsString;
use std::path::Path;
use std::path::PathBuf;

use crate::source;
use crate::source::Source;
use crate::source::SourceProblem;

/// The name of the settings file.
pub(super) const FILE_NAME: &str = "ptd-lint.yaml";

/// Names a settings file, where the command line does not.
const VARIABLE: &str = "PTD_LINT_CONFIG";

/// The texts that govern a run, and those that should and cannot be read.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// The settings file, where there is one.
    pub(super) config: Option<Source>,
    /// The user's own rules.
    pub(super) rules: Vec<Source>,
    /// Makes the run incomplete; the inputs are checked nevertheless.
    pub(super) problems: Vec<SourceProblem>,
}

impl Settings {
    /// Reads the settings file (the one named, or the nearest from the current folder upwards) and the rule files in
    /// `folders`. What was named and is not there is an error: it is a slip of the hand, and nothing should run.
    pub(super) fn read(config: &ConfigChoice, folders: &[OsString]) -> Result<Self, SourceProblem> {
        let mut settings = Self::default();
        match config {
            ConfigChoice::None => {}
            ConfigChoice::Named(path) => settings.config = Some(source::read_one(path)?),
            ConfigChoice::Above(folder) => {
                let path =
                    folder.ancestors().map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file());
                match path.map(|path| source::read_one(&path)).transpose() {
                    Ok(config) => settings.config = config,
                    Err(problem) => settings.problems.push(problem),
                }
            }
            ConfigChoice::Discovered => {
                // Without a current folder there is nowhere to look.
                let path = std::env::current_dir().ok().and_then(|folder| discover(&folder));
                match path.map(|path| source::read_one(&path)).transpose() {
                    Ok(config) => settings.config = config,
                    Err(problem) => settings.problems.push(problem),
                }
            }
        }
        for folder in folders {
            let found = source::read_rules(folder);
            if found.texts.is_empty() && found.problems.is_empty() {
                return Err(nothing_in(folder, "the folder holds no rule file (*.yaml)"));
            }
            if !Path::new(folder).exists() {
                return Err(nothing_in(folder, "no such folder of rules"));
            }
            settings.rules.extend(found.texts);
            settings.problems.extend(found.problems);
        }
        Ok(settings)
    }
}

fn nothing_in(folder: &OsString, message: &str) -> SourceProblem {
    SourceProblem { path: source::shown(folder), line: None, message: message.to_owned() }
}

/// Which settings file to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ConfigChoice {
    /// None.
    None,
    /// This one.
    Named(PathBuf),
    /// The nearest from the current folder upwards, if there is one.
    Discovered,
    /// The nearest from this folder upwards, if there is one; named by its whole path.
    Above(PathBuf),
}

impl ConfigChoice {
    /// What the command line says; where it says nothing, the environment, and then `unnamed`. A variable that is empty says
    /// nothing either.
    pub(super) fn of(no_config: bool, named: Option<&Path>, unnamed: Self) -> Self {
        if no_config {
            return Self::None;
        }
        let of_environment = || std::env::var_os(VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
        named.map(Path::to_path_buf).or_else(of_environment).map_or(unnamed, Self::Named)
    }
}

/// The path of the nearest settings file, as seen from `folder` (`../ptd-lint.yaml`).
fn discover(folder: &Path) -> Option<PathBuf> {
    let mut upwards = PathBuf::new();
    for ancestor in folder.ancestors() {
        if ancestor.join(FILE_NAME).is_file() {
            return Some(upwards.join(FILE_NAME));
        }
        upwards.push("..");
    }
    None
}
