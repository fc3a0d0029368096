//! Turns sources into a report: the one place that runs all stages, in the order of the data.

mod control_room;
mod options;
mod policy;
mod problems;
mod stack;
mod stacks;
mod verdicts;

pub(crate) use options::CheckOptions;
pub(crate) use options::ControlRoom;
pub(crate) use options::Kind;
pub(crate) use policy::rule_docs;

use std::collections::BTreeSet;

use rayon::prelude::*;

use self::policy::Policy;
use crate::document::Documents;
use crate::finding::Coverage;
use crate::finding::Finding;
use crate::finding::PassedOver;
use crate::finding::Report;
use crate::model;
use crate::model::Expected;
use crate::model::Piece;
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
}

/// Reads, recognises and judges all sources. `arguments` are the paths as given, by which files form stacks.
pub(crate) fn check(sources: &Sources, arguments: &[String], options: &CheckOptions) -> Checked {
    let mut readings = read_all(&sources.texts, options.kind.into());
    let given: Vec<&str> = sources
        .texts
        .iter()
        .map(|source| arguments.get(source.argument).map_or(source.path.as_str(), String::as_str))
        .collect();
    let groups = stacks::groups(&readings, &given);
    let mut documents =
        Documents { files: readings.iter_mut().map(|reading| std::mem::take(&mut reading.file)).collect() };
    let mut report = Report { coverage: coverage(&readings, &documents), ..Report::default() };
    // Settings and rules of the user are documents too, so that faults in them have places; they are no inputs.
    let policy = Policy::load(options, &mut documents);
    let run = stack::Run { readings: &readings, documents: &documents, sources, policy: &policy, options };
    let judged: Vec<Vec<stack::Judged>> = if groups.len() > 1 && is_large(&sources.texts) {
        groups.par_iter().map(|group| run.judge(group)).collect()
    } else {
        groups.iter().map(|group| run.judge(group)).collect()
    };
    report.findings = policy.findings();
    for judged in judged.into_iter().flatten() {
        add(&mut report, judged);
    }
    let problems = readings.iter().flat_map(|reading| &reading.problems).chain(&policy.problems);
    report.coverage.errors = problems::run_errors(problems, &documents);
    Checked { documents, report }
}

fn add(report: &mut Report, judged: stack::Judged) {
    let offset = report.findings.len();
    report.coverage.collectors += judged.collectors;
    report.coverage.components += judged.components;
    report.findings.extend(judged.findings);
    report.verdicts.extend(judged.verdicts.into_iter().map(|mut verdict| {
        for index in &mut verdict.findings {
            *index += offset;
        }
        verdict
    }));
}

/// Whether threads bring more than they cost: each allocates from an arena of its own, which grows by many small system
/// calls.
fn is_large(texts: &[Source]) -> bool {
    const LARGE: usize = 1 << 20;
    texts.iter().map(|source| source.text.len()).sum::<usize>() > LARGE
}

fn read_all(texts: &[Source], expected: Expected) -> Vec<Reading> {
    let read = |(index, source): (usize, &Source)| {
        model::read(u32::try_from(index).unwrap_or(u32::MAX), &source.path, &source.text, expected)
    };
    if texts.len() > 1 && is_large(texts) {
        texts.par_iter().enumerate().map(read).collect()
    } else {
        texts.iter().enumerate().map(read).collect()
    }
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

/// The clusters that the pieces of a group name; none for inputs that name no cluster.
fn clusters<'r>(readings: impl Iterator<Item = &'r Reading>) -> BTreeSet<&'r str> {
    readings
        .flat_map(|reading| &reading.pieces)
        .filter_map(|piece| match piece {
            Piece::Resource(resource) => resource.cluster.as_deref(),
            Piece::Release(release) => release.cluster.as_deref(),
            _ => None,
        })
        .collect()
}

/// Findings in order of place, then rule.
fn sort(findings: &mut [(Finding, bool)]) {
    findings.sort_by(|(one, _), (two, _)| {
        (one.place, &one.rule, &one.fingerprint).cmp(&(two.place, &two.rule, &two.fingerprint))
    });
}
