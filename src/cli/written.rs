//! Turns the files of a stack into files of a folder: all of them or none, and never over something that a person changed.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use super::Stop;
use super::exit;
use super::output;
use super::output::say;
use super::placed;
use super::signals;
use super::unwritten;
use crate::document::Documents;
use crate::generate::Written;
use crate::model;
use crate::model::Expected;
use crate::report;
use crate::source;
use crate::source::Replacement;

/// Writes the files and gives the exit code. Where a file is there with another content, nothing is written without `force`:
/// what would change is shown.
pub(super) fn write(folder: &Path, files: &[Written], force: bool, quiet: bool) -> Result<u8, Stop> {
    let mut writing: Vec<(PathBuf, Option<Arc<str>>, &str)> = Vec::new();
    let (mut differing, mut unchanged) = (0, 0);
    for file in files {
        let path = folder.join(file.file);
        let shown = source::shown(path.as_os_str());
        let old = source::present(&path).map_err(|why| failed(&shown, &why))?;
        if old.as_deref() == Some(&file.text) {
            unchanged += 1;
            continue;
        }
        if let Some(old) = old.as_ref().filter(|_| !force) {
            differing += 1;
            show(&shown, old, &file.text)?;
        }
        writing.push((path, old, &file.text));
    }
    if differing > 0 {
        let folder = source::shown(folder.as_os_str());
        say(&format!(
            "{differing} of the files in {folder} differ from what would be written; nothing is written (--force replaces them)"
        ));
        return Ok(exit::FINDINGS);
    }
    let replacements: Vec<Replacement<'_>> = writing
        .iter()
        .map(|(path, old, new)| Replacement { path, old: old.as_deref(), new, group: 0 })
        .collect();
    let outcomes = signals::replace(&replacements);
    let faults: Vec<String> = writing
        .iter()
        .zip(outcomes)
        .filter_map(|((path, ..), outcome)| {
            Some(placed(&source::shown(path.as_os_str()), None, &outcome.err()?))
        })
        .collect();
    if !faults.is_empty() {
        return Err(Stop::Failed(faults));
    }
    if !quiet {
        for (path, old, _) in &writing {
            let done = if old.is_some() { "replaced" } else { "wrote" };
            say(&format!("{done} {}", source::shown(path.as_os_str())));
        }
        if unchanged > 0 {
            say(&format!("{unchanged} unchanged"));
        }
    }
    Ok(exit::CLEAN)
}

/// Prints how a file would change, on standard output.
fn show(path: &str, old: &Arc<str>, new: &str) -> Result<(), Stop> {
    let read = |text: &Arc<str>| Documents { files: vec![model::read(0, path, text, Expected::Any).file] };
    let (before, after) = (read(old), read(&Arc::from(new)));
    output::to_stdout(|out| report::write_diff(&before, &after, 0, out)).map_err(|error| unwritten(&error))
}

fn failed(path: &str, why: &str) -> Stop {
    Stop::Failed(vec![placed(path, None, why)])
}
