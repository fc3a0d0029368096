//! Turns the words about baselines into the one that a run is held against, and its outcome into the file of the next.

use std::path::Path;
use std::path::PathBuf;

use super::Stop;
use super::args::BaselineArgs;
use super::failed;
use super::output::say;
use super::placed;
use super::signals;
use crate::accept::Baseline;
use crate::accept::Listed;
use crate::accept::pruned;
use crate::accept::rewritten;
use crate::accept::write_baseline;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::document::parse_yaml;
use crate::source;
use crate::source::Replacement;
use crate::source::Source;
use crate::text::absolute;

/// How many findings are named that a baseline would grow by.
const NAMED: usize = 10;

/// Which baseline a run uses, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// Its file.
    path: PathBuf,
    /// The file's text; `None` where it is yet to be written.
    pub(super) source: Option<Source>,
    /// What becomes of it.
    pub(super) then: Then,
}

/// What becomes of a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing: it is only read.
    Kept,
    /// What no longer occurs is taken out.
    Pruned,
    /// All findings of the run are written.
    Written {
        /// Whether it may get longer.
        may_grow: bool,
    },
}

impl Plan {
    /// The plan of a run; `None` where there is no baseline. Settings files among the
    /// `inputs` name none: one of them would accept findings of the stacks of others.
    pub(super) fn of(
        args: &BaselineArgs,
        options: &CheckOptions,
        inputs: &[Source],
    ) -> Result<Option<Self>, Stop> {
        if args.no_baseline {
            return Ok(None);
        }
        if let Some(path) = &args.write_baseline {
            let source = present(path)?;
            let then = Then::Written { may_grow: args.allow_growth || source.is_none() };
            return Ok(Some(Self { path: path.clone(), source, then }));
        }
        let named = match &args.baseline {
            Some(path) => Some(path.clone()),
            None if !options.no_suppressions => {
                tell_of_others(options.config.as_ref(), inputs);
                options.config.as_ref().map(named).transpose()?.flatten()
            }
            None => None,
        };
        let Some(path) = named else {
            return if args.prune_baseline {
                let message = "--prune-baseline: there is no baseline; name it with `--baseline FILE`, or as `baseline` \
                               in the settings file";
                Err(Stop::Failed(vec![message.to_owned()]))
            } else {
                Ok(None)
            };
        };
        let source = source::read_one(&path).map_err(|mut problem| {
            problem.message.push_str("; `--write-baseline` writes it");
            failed(&problem)
        })?;
        let then = if args.prune_baseline { Then::Pruned } else { Then::Kept };
        Ok(Some(Self { path, source: Some(source), then }))
    }

    /// Writes what the outcome of a run makes of the baseline. Gives the new one where it is another: what the run says is
    /// to be said again then. `is_whole` is whether the run saw all.
    pub(super) fn settle(
        &self,
        checked: &Checked,
        is_whole: bool,
        here: &str,
    ) -> Result<Option<Source>, Stop> {
        let shown = source::shown(self.path.as_os_str());
        if self.then == Then::Kept {
            return Ok(None);
        }
        if !is_whole {
            say(&format!("error: {shown} is left as it is, since the run did not see all: mend that first"));
            return Ok(None);
        }
        let (old, listed) = (&checked.baseline, &checked.stacks[..]);
        if self.then == (Then::Written { may_grow: false }) {
            refuse_growth(&shown, listed)?;
        }
        let new = if self.then == Then::Pruned { pruned(old, listed) } else { rewritten(old, listed) };
        let folder =
            shown.rsplit_once('/').map_or(".", |(folder, _)| if folder.is_empty() { "/" } else { folder });
        let text = write_baseline(&new, &format!("/{}", absolute(here, folder)));
        let is_same = if self.then == Then::Pruned { new == *old } else { false };
        let before = self.source.as_ref().map(|source| &*source.text);
        if is_same || before == Some(&text) {
            say(&format!("{shown} stays as it is: {}", findings(count(old))));
            return Ok(None);
        }
        write(&self.path, before, &text)?;
        let added = listed.iter().map(new_ones).sum::<usize>();
        let added = if self.then == Then::Pruned { 0 } else { added };
        let removed = (count(old) + added).saturating_sub(count(&new));
        say(&format!("wrote {shown}: {} ({added} added, {removed} removed)", findings(count(&new))));
        Ok(Some(Source { path: shown, argument: 0, text: text.into() }))
    }
}

/// How many findings of a stack no baseline lists, and nothing else accepts.
fn new_ones(own: &Listed) -> usize {
    own.faults
        .iter()
        .zip(&own.met.entries)
        .filter(|(fault, entry)| !fault.is_accepted && entry.is_none())
        .count()
}

/// Names what a baseline would grow by, if anything.
fn refuse_growth(shown: &str, listed: &[Listed]) -> Result<(), Stop> {
    let count = listed.iter().map(new_ones).sum::<usize>();
    if count == 0 {
        return Ok(());
    }
    let mut lines = vec![format!(
        "{shown} would grow by {}, and is left as it is; mend them, or add them with `--allow-growth`:",
        findings(count)
    )];
    let all = listed.iter().flat_map(|own| own.faults.iter().zip(&own.met.entries));
    let new = all.filter(|(fault, entry)| !fault.is_accepted && entry.is_none());
    lines.extend(new.take(NAMED).map(|(fault, _)| {
        let object = fault.key.object.as_ref().map(|object| format!(" {object}")).unwrap_or_default();
        format!("  {}{object}: {}", fault.key.rule, fault.message)
    }));
    if count > NAMED {
        lines.push(format!("  ... and {} more", count - NAMED));
    }
    Err(Stop::Failed(lines))
}

fn findings(count: usize) -> String {
    if count == 1 { "1 finding".to_owned() } else { format!("{count} findings") }
}

/// How many findings a baseline stands for.
fn count(baseline: &Baseline) -> usize {
    let entries = baseline.stacks.iter().flat_map(|known| &known.entries);
    entries.map(|entry| entry.count).sum()
}

/// The file that is to be written, where it is there already.
fn present(path: &Path) -> Result<Option<Source>, Stop> {
    let shown = source::shown(path.as_os_str());
    let text = source::present(path).map_err(|why| Stop::Failed(vec![placed(&shown, None, &why)]))?;
    Ok(text.map(|text| Source { path: shown, argument: 0, text: text.into() }))
}

fn write(path: &Path, old: Option<&str>, new: &str) -> Result<(), Stop> {
    match signals::replace(&[Replacement { path, old, new, group: 0 }]).pop() {
        Some(Err(why)) => Err(Stop::Failed(vec![placed(&source::shown(path.as_os_str()), None, &why)])),
        _ => Ok(()),
    }
}

/// Says which settings files among the inputs name a baseline in vain.
fn tell_of_others(config: Option<&Source>, inputs: &[Source]) {
    let is_settings = |source: &&Source| source.path.rsplit('/').next() == Some(super::settings::FILE_NAME);
    let is_other = |source: &&Source| config.is_none_or(|config| config.text != source.text);
    for source in inputs.iter().filter(is_settings).filter(is_other) {
        if let Some(name) = name_in(source) {
            say(&format!(
                "note: {}: `baseline: {name}` accepts nothing: only settings of the run name one; give it with `--baseline`",
                source.path
            ));
        }
    }
}

/// The file that the settings of the run name. They may be those of a tree that somebody else wrote, so it is one below them,
/// or below the current folder, links followed.
fn named(config: &Source) -> Result<Option<PathBuf>, Stop> {
    let Some(name) = name_in(config) else { return Ok(None) };
    let folder = Path::new(&config.path).parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let path = folder.join(&name);
    let is_below =
        |real: &Path, above: &Path| above.canonicalize().is_ok_and(|above| real.starts_with(above));
    match path.canonicalize() {
        Ok(real) if !is_below(&real, folder) && !is_below(&real, Path::new(".")) => {
            let message = format!(
                "`baseline: {name}` leads out of the folder of the settings; give the file with `--baseline`"
            );
            Err(Stop::Failed(vec![placed(&config.path, None, &message)]))
        }
        // What is not there is told when it is read.
        _ => Ok(Some(path)),
    }
}

/// The baseline that a settings file names. What is wrong with settings is told where they are put into effect.
fn name_in(config: &Source) -> Option<String> {
    if !config.text.contains("baseline") {
        return None;
    }
    let stream = parse_yaml(&config.text.opened());
    Some(stream.documents.first()?.root()?.text_at("baseline")?.to_owned())
}
