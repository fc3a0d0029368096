//! Turns a commit of Git into what was found in it, and leaves out of a report what is the same today.
//!
//! The commit is checked as a whole by the rules and words of today, with the settings file that it had: what a change of
//! settings brings about is told, and what a new rule finds in old texts is not.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use super::Stop;
use super::output::say;
use crate::accept::Baseline;
use crate::accept::Entry;
use crate::accept::Key;
use crate::accept::Listed;
use crate::accept::ListedFault;
use crate::accept::met;
use crate::accept::rewritten;
use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::document::Document;
use crate::document::Documents;
use crate::document::Place;
use crate::finding::Invariant;
use crate::finding::Verdict;
use crate::source::Past;

/// Leaves out what was found at the commit too, and notes how promises ended then.
pub(super) fn leave_out(
    reference: &str,
    arguments: &[String],
    options: &CheckOptions,
    now: &mut Checked,
) -> Result<(), Stop> {
    let then = then(reference, arguments, options)
        .map_err(|why| Stop::Failed(vec![format!("--since {reference}: {why}")]))?;
    let Checked { documents, report, stacks, folders, .. } = now;
    let new = new_faults(documents, (stacks, *folders), &then);
    let listed: BTreeSet<Fault<'_>> = stacks.iter().flat_map(|own| own.faults.iter().map(fault)).collect();
    let shown = |rule: &str, fingerprint: &str, place: Option<Place>| {
        let fault = (rule, fingerprint, place);
        // What belongs to no stack, such as a fault of the settings, is of today.
        new.contains(&fault) || !listed.contains(&fault)
    };
    report.leave_out(&format!("unchanged since {reference}"), |finding| {
        shown(&finding.rule, &finding.fingerprint, finding.place)
    });
    let ended = ended(&then);
    for verdict in &mut report.verdicts {
        verdict.before = ended.get(&(verdict.subject.as_str(), verdict.invariant)).copied();
        let worse = verdict.before.filter(|before| before.harm() < verdict.verdict.harm());
        if let Some(before) = worse {
            verdict.summary = format!("{} ({} at {reference})", verdict.summary, before.name());
        }
    }
    Ok(())
}

/// What tells a finding from others of one run.
type Fault<'f> = (&'f str, &'f str, Option<Place>);

fn fault(own: &ListedFault) -> Fault<'_> {
    (&own.key.rule, &own.key.fingerprint, own.place)
}

/// The outcome of a check at the commit.
fn then(reference: &str, arguments: &[String], options: &CheckOptions) -> Result<Checked, String> {
    if arguments.iter().any(|argument| argument == "-") {
        return Err("standard input has no past; give files and folders".to_owned());
    }
    let paths: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    let mut past = Past::open(reference, &paths)?;
    let read = past.read_all(&paths)?;
    for path in &read.submodules {
        say(&format!("note: {path} is a submodule: all that is found in it counts as new"));
    }
    for problem in &read.sources.problems {
        let (path, why) = (&problem.path, &problem.message);
        say(&format!(
            "note: {path} could not be read at {reference}: {why}; what is found in it counts as new"
        ));
    }
    let config = match &options.config {
        Some(config) if past.holds(Path::new(&config.path)) => past.read_one(Path::new(&config.path))?,
        other => other.clone(),
    };
    let options = CheckOptions { config, baseline: None, passed: None, inventory: true, ..options.clone() };
    Ok(check::check(&read.sources, arguments, &options))
}

/// What is there now and was not there then. `folders` is how many stacks there are, those that are not judged too: one of
/// several is none of the others under another name.
fn new_faults<'n>(
    documents: &Documents,
    (stacks, folders): (&'n [Listed], usize),
    then: &Checked,
) -> BTreeSet<Fault<'n>> {
    let objects = objects(documents);
    let is_there = |object: &str| objects.contains(object);
    let (open, accepted) = (before(then, false), before(then, true));
    let is_alone = stacks.len() == 1 && folders == 1;
    let mut new = BTreeSet::new();
    for own in stacks {
        let entries = |before: &Baseline| -> Vec<Entry> {
            let known = before.stack_of(&own.stack, is_alone).and_then(|index| before.stacks.get(index));
            known.map(|known| known.entries.clone()).unwrap_or_default()
        };
        let (mut open, accepted) = (entries(&open), entries(&accepted));
        let is_open = |number: usize, fault: &ListedFault| {
            !fault.is_accepted && own.met.entries.get(number).copied().flatten().is_none()
        };
        let (counting, excused): (Vec<_>, Vec<_>) =
            own.faults.iter().enumerate().partition(|(number, fault)| is_open(*number, fault));
        // What somebody accepted then and nobody does now is news.
        let unmet = |entries: &mut Vec<Entry>, faults: Vec<&'n ListedFault>| -> Vec<&'n ListedFault> {
            let keys: Vec<&Key> = faults.iter().map(|fault| &fault.key).collect();
            let met = met(entries, &keys, is_there);
            for (entry, left) in entries.iter_mut().zip(&met.left) {
                entry.count = *left;
            }
            let unmet = faults.into_iter().zip(met.entries).filter(|(_, entry)| entry.is_none());
            unmet.map(|(fault, _)| fault).collect()
        };
        let of = |faults: Vec<(usize, &'n ListedFault)>| faults.into_iter().map(|(_, fault)| fault).collect();
        new.extend(unmet(&mut open, of(counting)).into_iter().map(fault));
        let mut both = open;
        both.extend(accepted);
        new.extend(unmet(&mut both, of(excused)).into_iter().map(fault));
    }
    new
}

/// What was found then, as entries: what counted, or what was accepted.
fn before(then: &Checked, is_accepted: bool) -> Baseline {
    let stacks = then.stacks.iter().map(|own| {
        let faults = own.faults.iter().filter(|fault| fault.is_accepted == is_accepted);
        let faults = faults.map(|fault| ListedFault { is_accepted: false, ..fault.clone() });
        Listed { faults: faults.collect(), ..own.clone() }
    });
    rewritten(&Baseline::default(), &stacks.collect::<Vec<_>>())
}

/// The objects of a run, by their names in reports.
fn objects(documents: &Documents) -> BTreeSet<String> {
    let mut objects = BTreeSet::new();
    for file in &documents.files {
        let texts = file.documents.opened();
        objects.extend(texts.iter().flat_map(Document::objects).map(str::to_owned));
    }
    objects
}

/// How promises ended then. Where stacks share a name, the best counts: what is worse now is to be seen.
fn ended(then: &Checked) -> BTreeMap<(&str, Invariant), Verdict> {
    let mut ended = BTreeMap::new();
    for own in &then.report.verdicts {
        let least = ended.entry((own.subject.as_str(), own.invariant)).or_insert(own.verdict);
        if own.verdict.harm() < least.harm() {
            *least = own.verdict;
        }
    }
    ended
}
