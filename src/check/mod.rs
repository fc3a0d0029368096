//! Turns sources into a report: the one place that runs all stages, in the order of the data.

mod control_room;
mod problems;
mod stack;
mod stacks;
mod verdicts;

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::config::Config;
use crate::document::Documents;
use crate::finding::Coverage;
use crate::finding::PassedOver;
use crate::finding::Report;
use crate::finding::RunError;
use crate::model;
use crate::model::Expected;
use crate::model::Piece;
use crate::model::Reading;
use crate::model::Stated;
use crate::rule::RuleSet;
use crate::source::Sources;

/// What the caller wants.
#[derive(Debug, Default)]
pub(crate) struct CheckOptions {
    /// What the inputs are, where the caller says so.
    pub(crate) expected: Expected,
    /// What the command line says of the workload; beats `ptd-lint.yaml`, which beats `ptd.yaml`.
    pub(crate) stated: Stated,
    /// The settings.
    pub(crate) config: Config,
    /// Only these rules, if any are named.
    pub(crate) select: BTreeSet<String>,
    /// Not these rules.
    pub(crate) ignore: BTreeSet<String>,
}

/// The outcome of a run, with the documents that its places refer to.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// What places refer to.
    pub(crate) documents: Documents,
    /// The outcome.
    pub(crate) report: Report,
}

/// Reads, recognises and judges all sources. `arguments` are the paths as given.
pub(crate) fn check(sources: Sources, arguments: &[String], rules: &RuleSet, options: &CheckOptions) -> Checked {
    let mut readings = read_all(&sources, options.expected);
    let given: Vec<&str> = sources
        .texts
        .iter()
        .map(|source| arguments.get(source.argument).map_or(source.path.as_str(), String::as_str))
        .collect();
    let groups = stacks::groups(&readings, &given);
    let files = readings.iter_mut().map(|reading| std::mem::take(&mut reading.file)).collect();
    let documents = Documents { files };
    let mut report = Report { coverage: coverage(&sources, &readings, &documents), ..Report::default() };
    let judge = |group: &stacks::Group| stack::judge(group, &readings, &documents, &sources, rules, options);
    // Threads cost more than they bring for one stack.
    let judged: Vec<Vec<stack::Judged>> =
        if groups.len() > 1 { groups.par_iter().map(judge).collect() } else { groups.iter().map(judge).collect() };
    for judged in judged.into_iter().flatten() {
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
    problems::run_errors(&readings, &documents, &mut report.coverage.errors);
    report.coverage.errors.sort();
    report.coverage.errors.dedup();
    Checked { documents, report }
}

fn read_all(sources: &Sources, expected: Expected) -> Vec<Reading> {
    let read = |(index, source): (usize, &crate::source::Source)| {
        model::read(u32::try_from(index).unwrap_or(u32::MAX), &source.path, &source.text, expected)
    };
    if sources.texts.len() > 1 {
        sources.texts.par_iter().enumerate().map(read).collect()
    } else {
        sources.texts.iter().enumerate().map(read).collect()
    }
}

fn coverage(sources: &Sources, readings: &[Reading], documents: &Documents) -> Coverage {
    let mut passed_over: Vec<PassedOver> = sources
        .skipped
        .iter()
        .map(|skipped| PassedOver { path: skipped.path.clone(), reason: skipped.reason.clone() })
        .collect();
    for (reading, file) in readings.iter().zip(&documents.files) {
        for reason in &reading.passed_over {
            passed_over.push(PassedOver { path: file.path.clone(), reason: reason.clone() });
        }
        let empty = reading.pieces.is_empty() && reading.passed_over.is_empty() && reading.problems.is_empty();
        if empty {
            let reason = "holds no document".to_owned();
            passed_over.push(PassedOver { path: file.path.clone(), reason });
        }
    }
    passed_over.sort();
    let errors = sources
        .problems
        .iter()
        .map(|problem| RunError { path: problem.path.clone(), line: problem.line, message: problem.message.clone() })
        .collect();
    Coverage {
        files: documents.files.len(),
        documents: documents.files.iter().map(|file| file.documents.len()).sum(),
        collectors: 0,
        components: 0,
        passed_over,
        errors,
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
