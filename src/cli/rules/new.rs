//! Turns the name of a rule into its file and inputs, where there are none yet.

use std::path::PathBuf;

use crate::cli::Stop;
use crate::cli::args::NewArgs;
use crate::cli::exit;
use crate::cli::output::say;
use crate::cli::placed;
use crate::cli::signals;
use crate::rule::RuleSet;
use crate::source;
use crate::source::Replacement;
use crate::trial;
use crate::trial::Skeleton;

/// Writes the files and gives the exit code. Nothing is ever replaced.
pub(super) fn new(args: &NewArgs) -> Result<u8, Stop> {
    if RuleSet::builtin().ids().any(|id| id == args.id) {
        let id = &args.id;
        let message = format!(
            "`{id}` is a built-in rule; give yours another id, and `replaces: {id}` if it stands in for it"
        );
        return Err(Stop::Failed(vec![message]));
    }
    let wanted = Skeleton {
        id: args.id.clone(),
        over: args.over.clone(),
        invariant: args.invariant,
        severity: args.severity.into(),
    };
    let files: Vec<(PathBuf, String)> =
        trial::skeleton(&wanted).into_iter().map(|(path, text)| (args.dir.join(path), text)).collect();
    let there: Vec<String> = files
        .iter()
        .filter(|(path, _)| path.exists())
        .map(|(path, _)| {
            placed(&source::shown(path.as_os_str()), None, "is there already; nothing is written")
        })
        .collect();
    if !there.is_empty() {
        return Err(Stop::Failed(there));
    }
    let replacements: Vec<Replacement<'_>> =
        files.iter().map(|(path, new)| Replacement { path, old: None, new, group: 0 }).collect();
    let outcomes = signals::replace(&replacements);
    let mut faults = Vec::new();
    for ((path, _), outcome) in files.iter().zip(outcomes) {
        let path = source::shown(path.as_os_str());
        match outcome {
            Ok(()) => say(&format!("wrote {path}")),
            Err(why) => faults.push(placed(&path, None, &why)),
        }
    }
    if !faults.is_empty() {
        return Err(Stop::Failed(faults));
    }
    let folder = source::shown(args.dir.as_os_str());
    say(&format!("`ptd-lint rules test {folder}` says what is still to do"));
    Ok(exit::CLEAN)
}
