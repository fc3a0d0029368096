//! Turns the findings of each stack into entries of a baseline: those that it has are accepted, and those that it lists in vain
//! are told.

use std::collections::BTreeSet;

use super::CheckOptions;
use super::policy::Governing;
use super::policy::Policy;
use super::stack::Found;
use super::stack::Run;
use super::stacks::Group;
use crate::accept::Baseline;
use crate::accept::Key;
use crate::accept::Listed;
use crate::accept::ListedFault;
use crate::accept::StackName;
use crate::accept::gone;
use crate::accept::met;
use crate::accept::read_baseline;
use crate::document::Documents;
use crate::document::Place;
use crate::document::without_url_passwords;
use crate::finding::Accepted;
use crate::finding::AcceptedBy;
use crate::model::Problem;
use crate::model::ProblemKind;
use crate::rule::RuleProblem;
use crate::source::Source;
use crate::text::absolute;

/// Reads the baseline of the run, whose document is known.
pub(super) fn read(
    source: &Source,
    doc: crate::document::DocId,
    documents: &Documents,
    options: &CheckOptions,
) -> Result<Baseline, Vec<RuleProblem>> {
    let Some(tree) = documents.document(doc).tree() else { return Ok(Baseline::default()) };
    let folder =
        source.path.rsplit_once('/').map_or(".", |(folder, _)| if folder.is_empty() { "/" } else { folder });
    let folder = format!("/{}", absolute(&options.folder, folder));
    read_baseline(doc, tree, &folder).map_err(|problems| {
        let problem = |own: crate::config::ConfigProblem| RuleProblem {
            place: own.place,
            message: own.message,
            help: own.help,
        };
        problems.into_iter().map(problem).collect()
    })
}

/// Marks what the baseline accepts of a stack's findings and open questions, and lists them where the run was asked to. What
/// something else accepts already needs no entry.
pub(super) fn mark(
    run: &Run<'_>,
    governing: &Governing,
    (name, group): (&str, &Group),
    found: &mut [Found],
) -> Option<Listed> {
    let baseline = run.policy.baseline.as_ref();
    if baseline.is_none() && !run.options.inventory {
        return None;
    }
    let stack = stack_name(run, name, group);
    let is_alone = |baseline: &Baseline| is_alone(run, group, baseline);
    let known = baseline.and_then(|baseline| baseline.stack_of(&stack, is_alone(baseline)));
    let entries = baseline.zip(known).and_then(|(baseline, index)| baseline.stacks.get(index));
    let entries = entries.map_or(&[][..], |known| &known.entries);
    let keys: Vec<Key> = found.iter().map(|found| key(found, run.documents)).collect();
    let open: Vec<usize> = (0..found.len()).filter(|index| found.get(*index).is_some_and(is_open)).collect();
    let objects = std::cell::LazyCell::new(|| objects(run, group));
    let faults: Vec<&Key> = open.iter().filter_map(|index| keys.get(*index)).collect();
    let mut matched = met(entries, &faults, |object| objects.contains(object));
    let mut of_all = vec![None; found.len()];
    for (index, entry) in open.iter().zip(&matched.entries) {
        let (Some(number), Some(slot), Some(found)) = (*entry, of_all.get_mut(*index), found.get_mut(*index))
        else {
            continue;
        };
        *slot = Some(number);
        if let Some(entry) = entries.get(number) {
            found.finding.accepted = Some(Accepted {
                by: AcceptedBy::Baseline,
                reason: entry.reason.clone(),
                until: None,
                place: entry.place,
            });
        }
    }
    matched.entries = of_all;
    let listed = found.iter().zip(keys).map(|(found, key)| listed(found, key, run.documents));
    let faults = if run.options.inventory { listed.collect() } else { Vec::new() };
    let before = baseline.zip(known).and_then(|(baseline, index)| baseline.stacks.get(index));
    let is_whole = is_whole(run, group, (&stack, before.map(|before| &before.stack)));
    Some(Listed { stack, faults, known, met: matched, left_out: governing.rules_left_out(), is_whole })
}

/// Whether all of a stack was given, and not some of its files or a folder in it. `before` is the stack of the baseline that
/// it is.
fn is_whole(run: &Run<'_>, group: &Group, (now, before): (&StackName, Option<&StackName>)) -> bool {
    if let (StackName::Folder(now), Some(StackName::Folder(before))) = (now, before)
        && now.strip_prefix(before).is_some_and(|rest| rest.starts_with('/'))
    {
        return false;
    }
    // A file by itself can be all of a stack, if it was before.
    let is_by_itself = group.files.len() == 1 && before.is_none_or(|before| before == now);
    is_by_itself || group.files.iter().all(|file| run.came_with_folder(*file))
}

fn is_open(found: &Found) -> bool {
    found.finding.is_open()
}

fn key(found: &Found, documents: &Documents) -> Key {
    let finding = &found.finding;
    Key {
        rule: finding.rule.clone(),
        fingerprint: finding.fingerprint.clone(),
        object: finding.place.and_then(|place| documents.resolve(place).object),
    }
}

fn listed(found: &Found, key: Key, documents: &Documents) -> ListedFault {
    let mut message = found.finding.message.clone();
    without_url_passwords(&mut message);
    let by = found.finding.accepted.as_ref().map(|accepted| accepted.by);
    ListedFault {
        key,
        place: found.finding.place,
        path: found.finding.place.map(|place| path(documents, place)).unwrap_or_default(),
        message,
        is_accepted: by.is_some_and(|by| by != AcceptedBy::Baseline),
    }
}

/// The field that holds a place, from the outermost text inwards: `data.config.alloy > loki.write.local`.
fn path(documents: &Documents, place: Place) -> String {
    let resolved = documents.resolve(place);
    let document = documents.document(place.doc);
    let inner = match (document.tree(), document.alloy()) {
        (Some(tree), _) => tree.route_to(place.span).field(),
        (None, Some(program)) => program.way_to(place.span),
        (None, None) => String::new(),
    };
    let fields = resolved.layers.iter().map(|layer| layer.field.as_str());
    let all: Vec<&str> = fields.chain([inner.as_str()]).filter(|part| !part.is_empty()).collect();
    all.join(" > ")
}

/// What tells the stack from others.
fn stack_name(run: &Run<'_>, name: &str, group: &Group) -> StackName {
    if group.cluster.is_some() {
        StackName::Cluster(name.to_owned())
    } else {
        StackName::Folder(absolute(&run.options.folder, name))
    }
}

/// Whether a stack can be the only one of a baseline under another name.
fn is_alone(run: &Run<'_>, group: &Group, baseline: &Baseline) -> bool {
    if group.cluster.is_none() {
        return run.folders == 1;
    }
    let is_other =
        |name: &str| baseline.stacks.iter().any(|known| known.stack == StackName::Cluster(name.to_owned()));
    !run.clusters.iter().any(|cluster| is_other(&cluster.name))
}

/// The objects of a stack, by their names in reports.
fn objects<'r>(run: &'r Run<'_>, group: &Group) -> BTreeSet<&'r str> {
    let files = group.files.iter().filter_map(|file| run.documents.files.get(*file));
    files.flat_map(|file| &file.documents).flat_map(crate::document::Document::objects).collect()
}

/// What the baseline lists and this run did not find, as problems with their places in its file.
pub(super) fn in_vain(policy: &Policy, listed: &[Listed]) -> Vec<Problem> {
    let Some(baseline) = &policy.baseline else { return Vec::new() };
    let gone = gone(baseline, listed).into_iter();
    let problem = |(entry, times): (&crate::accept::Entry, usize)| {
        let object = entry.key.object.as_ref().map(|object| format!(" of {object}")).unwrap_or_default();
        let times = match (times, entry.count) {
            (_, 1) => String::new(),
            (times, count) => format!(" {times} of {count} times"),
        };
        Some(Problem {
            kind: ProblemKind::BaselineEntry,
            place: entry.place?,
            message: format!("`{}`{object} no longer occurs{times}", entry.key.rule),
            hint: "take the entry out, so that the fault is noticed should it come back: `--prune-baseline`"
                .to_owned(),
            related: None,
        })
    };
    gone.filter_map(problem).collect()
}
