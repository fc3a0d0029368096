//! Turns sources into a report: the one place that runs all stages, in the order of the data.

mod accepted;
mod against;
mod asking;
mod assembled;
mod baseline;
mod clusters;
mod control_room;
mod coverage;
mod declared;
mod detected;
mod effective;
mod faults;
mod grafana;
mod guards;
mod identity;
mod inputs;
mod limits;
mod links;
mod options;
mod parts;
mod passed;
mod picture;
mod placement;
mod policy;
mod problems;
mod relays;
mod rounds;
mod rule_docs;
mod sharing;
mod stack;
mod stacks;
mod store_exits;
mod subjects;
mod surroundings;
mod together;
mod values;
mod verdicts;
mod watch;

pub(crate) use detected::Detected;
pub(crate) use detected::DetectedStack;
pub(crate) use detected::detect;
pub(crate) use effective::Thresholds;
pub(crate) use effective::effective;
pub(crate) use links::links;
pub(crate) use options::CheckOptions;
pub(crate) use options::ControlRoom;
pub(crate) use options::Room;
pub(crate) use passed::Passed;
pub(crate) use policy::all_but;
pub(crate) use policy::rules_in_effect;
pub(crate) use policy::selector_faults;
pub(crate) use policy::taken;
pub(crate) use rule_docs::RuleFiles;
pub(crate) use rule_docs::rule_address;
pub(crate) use rule_docs::rule_docs;
pub(crate) use rule_docs::rule_files;
pub(crate) use values::is_option;
pub(crate) use values::near_values;
pub(crate) use values::values;
pub(crate) use watch::Asked;
pub(crate) use watch::watched;

use self::inputs::Inputs;
use self::passed::Concern;
use self::policy::Policy;
use self::rounds::Rounds;
use crate::accept::Baseline;
use crate::accept::Listed;
use crate::document::Documents;
use crate::document::without_url_passwords;
use crate::finding::Coverage;
use crate::finding::Finding;
use crate::finding::PassedOver;
use crate::finding::Picture;
use crate::finding::Report;
use crate::finding::SeenCluster;
use crate::finding::Severity;
use crate::model::Reading;
use crate::source::Source;
use crate::source::Sources;

/// The outcome of a run, with the documents that its places refer to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Checked {
    /// What places refer to.
    pub(crate) documents: Documents,
    /// The outcome.
    pub(crate) report: Report,
    /// From which severity on the settings want the run to fail.
    pub(crate) fail_on: Option<Severity>,
    /// Whether the settings want every undecided verdict to fail the run.
    pub(crate) strict: bool,
    /// What the baseline holds; nothing where there is none.
    pub(crate) baseline: Baseline,
    /// What was found in each stack; empty unless the options ask for it.
    pub(crate) stacks: Vec<Listed>,
    /// How many stacks of files the inputs have, those that are not judged too; 0 unless somebody asks.
    pub(crate) folders: usize,
    /// Of each input that could not be read, in the order of `Sources::problems`: whether it makes the run incomplete. One
    /// in a stack that does not concern the files that the run reports on does not.
    pub(crate) unread: Vec<bool>,
}

/// Reads, recognises and judges all sources. `arguments` are the paths as given, by which files form stacks.
pub(crate) fn check(sources: &Sources, arguments: &[String], options: &CheckOptions) -> Checked {
    let sources = &*clusters::in_order(sources);
    let Inputs { readings, mut documents, marked, round } = inputs::read(sources, options);
    let mut report = Report { coverage: coverage(&readings, &documents), ..Report::default() };
    let (seen, not_seen) = (clusters::seen(sources, &documents), clusters::not_seen(sources));
    // Settings and rules of the user are documents too, so that faults in them have places; they are no inputs.
    let policy = Policy::load(options, &mut documents, &readings);
    let suppressions = accepted::Suppressions::read((&documents, &marked), &readings, &policy.rules, options);
    let declared = policy.stack_folders(options, &documents);
    let groups = groups((sources, &seen), arguments, options, &readings, &declared);
    let asking = asking::Asking::of(&groups, &readings, &mut documents);
    // What is not judged counts too: `--tree` leaves stacks out below.
    let counted = options.baseline.is_some() || options.inventory;
    let folders = if counted { parts::count(&groups, &readings, &documents) } else { 0 };
    let several = parts::are_several(&groups, &readings, &documents);
    let mut groups: Vec<(stacks::Group, bool)> = groups.into_iter().map(|group| (group, true)).collect();
    let mut concern = options
        .passed
        .as_ref()
        .map(|passed| Concern::narrow(&mut groups, passed, (&readings, &documents, options)));
    let common = stack::Common {
        readings: &readings,
        sources,
        clusters: &seen,
        not_seen: &not_seen,
        policy: &policy,
        suppressions: &suppressions,
        options,
        asking: &asking,
        folders,
        arguments,
    };
    let Rounds { mut judged, kept, sharing } = rounds::judge(common, &groups, &mut documents, several, round);
    let groups: Vec<stacks::Group> =
        groups.into_iter().filter(|(_, wanted)| *wanted).map(|(group, _)| group).collect();
    let run = common.run(&documents, &sharing);
    if options.against {
        against::compare(&run, &groups, &mut judged, &kept);
    }
    let suppressions = accepted::findings(&run, &groups, &judged, arguments);
    let mut stacks: Vec<Listed> = Vec::new();
    let judged = judged.into_iter().flatten().map(|mut judged| {
        stacks.extend(judged.listed.take());
        judged
    });
    let judged: Vec<stack::Judged> = judged.collect();
    // What could not be read may hold what the baseline lists.
    let problems_of_all = readings.iter().flat_map(|reading| &reading.problems).chain(&policy.problems);
    let is_whole = problems::run_errors(problems_of_all, &documents, |_| true).is_empty()
        && sources.problems.is_empty()
        && not_seen.is_empty();
    let in_vain = if is_whole { baseline::in_vain(&policy, &stacks) } else { Vec::new() };
    report.findings = policy.findings(&in_vain);
    report.findings.extend(suppressions);
    for judged in judged {
        add(&mut report, judged);
    }
    let problems = readings.iter().flat_map(|reading| &reading.problems).chain(&policy.problems);
    let counts = |place| concern.as_ref().is_none_or(|concern| concern.counts(place));
    report.coverage.errors = problems::run_errors(problems, &documents, counts);
    let unread = sources.problems.iter();
    let unread =
        unread.map(|problem| concern.as_mut().is_none_or(|concern| concern.counts_path(&problem.path)));
    let unread = unread.collect();
    if let Some(concern) = concern {
        concern.leave(&mut report);
    }
    report.coverage.clusters = seen;
    report.coverage.not_seen = not_seen;
    together::join(&mut report);
    cover_passwords(&mut report);
    Checked {
        documents,
        report,
        fail_on: Some(policy.fail_on()),
        strict: policy.strict(),
        unread,
        folders,
        baseline: policy.baseline.unwrap_or_default(),
        stacks,
    }
}

/// The files of each stack of the run. `declared` are the folders that settings declare to be stacks.
fn groups(
    (sources, seen): (&Sources, &[SeenCluster]),
    arguments: &[String],
    options: &CheckOptions,
    readings: &[Reading],
    declared: &[String],
) -> Vec<stacks::Group> {
    let given = |source: &Source| {
        let argument = source.argument.checked_sub(sources.clusters.len());
        argument.and_then(|argument| arguments.get(argument)).map_or("", String::as_str)
    };
    // Texts of clusters come first.
    let mut groups = clusters::groups(sources, seen);
    let live = sources.texts.iter().filter(|source| source.argument < sources.clusters.len()).count();
    let inputs = sources.texts.iter().zip(readings).skip(live);
    let inputs: Vec<stacks::Input<'_>> = inputs
        .map(|(source, reading)| stacks::Input { path: &source.path, given: given(source), reading })
        .collect();
    let folders = stacks::groups(&inputs, declared, &options.folder).into_iter();
    groups.extend(folders.map(|mut group| {
        group.files.iter_mut().for_each(|file| *file += live);
        group
    }));
    groups
}

/// Messages quote values, URLs above all. None of their passwords leaves this function.
fn cover_passwords(report: &mut Report) {
    let findings = report.findings.iter_mut().flat_map(|finding| {
        let related = finding.related.iter_mut().map(|label| &mut label.text);
        let titles = finding.fixes.iter_mut().map(|fix| &mut fix.title);
        let reason = finding.seen.git.iter_mut().map(|git| &mut git.reason);
        let accepted = finding.accepted.iter_mut().map(|accepted| &mut accepted.reason);
        let own = [&mut finding.message, &mut finding.help, &mut finding.label].into_iter();
        own.chain(accepted).chain(related).chain(titles).chain(reason)
    });
    let verdicts = report
        .verdicts
        .iter_mut()
        .flat_map(|verdict| std::iter::once(&mut verdict.summary).chain(&mut verdict.assumptions));
    let errors = report.coverage.errors.iter_mut().map(|error| &mut error.message);
    let unseen = report.coverage.not_seen.iter_mut().map(|unseen| &mut unseen.message);
    let notes = report.coverage.clusters.iter_mut().flat_map(|own| &mut own.notes);
    let drawn = report.pictures.iter_mut().flat_map(Picture::texts);
    let rest = errors.chain(unseen).chain(notes).chain(drawn);
    findings.chain(verdicts).chain(rest).for_each(without_url_passwords);
}

fn add(report: &mut Report, judged: stack::Judged) {
    let offset = report.findings.len();
    report.coverage.collectors += judged.collectors;
    report.coverage.components += judged.components;
    report.findings.extend(judged.findings);
    report.pictures.extend(judged.picture.map(|mut picture| {
        picture.renumber(|index| Some(index + offset));
        picture
    }));
    report.verdicts.extend(judged.verdicts.into_iter().map(|mut verdict| {
        for index in &mut verdict.findings {
            *index += offset;
        }
        verdict
    }));
}

fn coverage(readings: &[Reading], documents: &Documents) -> Coverage {
    let mut passed_over = Vec::new();
    for (reading, file) in readings.iter().zip(&documents.files) {
        let mut pass = |reason: &str| {
            passed_over.push(PassedOver { path: file.path.clone(), reason: reason.to_owned() });
        };
        reading.passed_over.iter().for_each(|reason| pass(reason));
        if reading.pieces.is_empty() && reading.passed_over.is_empty() && reading.problems.is_empty() {
            pass("holds no document");
        }
    }
    Coverage {
        files: documents.files.len(),
        documents: documents.files.iter().map(|file| file.documents.len()).sum(),
        passed_over,
        ..Coverage::default()
    }
}

/// Findings in order of place, then rule.
fn sort(findings: &mut [(Finding, bool)]) {
    findings.sort_by(|(one, _), (two, _)| {
        (one.place, &one.rule, &one.fingerprint).cmp(&(two.place, &two.rule, &two.fingerprint))
    });
}
