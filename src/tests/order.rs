//! Holds reports to what is in the inputs, whatever order it comes in: files on the command line, documents in files, keys
//! in mappings, components in programs.

use std::path::Path;

use super::Random;
use super::fixtures;
use super::meaning::Manner;
use super::meaning::rewritten;
use super::meaning::shuffle;
use super::shared;
use crate::check;
use crate::check::CheckOptions;
use crate::source::Source;
use crate::source::Sources;

/// How often each stack of the project is put into another order.
const ORDERS: u64 = 6;

/// What a report says, but for places.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    /// Rule, message and fingerprint of each finding.
    findings: Vec<(String, String, String)>,
    /// Promise, stack and end of each verdict.
    verdicts: Vec<String>,
    errors: usize,
}

/// The report on these files, one argument each or all in one folder.
fn said(files: &[(String, String)], alone: bool) -> Said {
    let text = |(index, (path, text)): (usize, &(String, String))| Source {
        path: path.clone(),
        argument: if alone { index } else { 0 },
        text: text.as_str().into(),
    };
    let texts = files.iter().enumerate().map(text).collect();
    let arguments: Vec<String> =
        if alone { files.iter().map(|(path, _)| path.clone()).collect() } else { vec![".".to_owned()] };
    let options = CheckOptions { folder: "/x".to_owned(), ..CheckOptions::default() };
    let report = check::check(&Sources { texts, ..Sources::default() }, &arguments, &options).report;
    let mut findings: Vec<_> = report
        .findings
        .into_iter()
        .map(|finding| (finding.rule, finding.message, finding.fingerprint))
        .collect();
    findings.sort();
    let mut verdicts: Vec<String> = report
        .verdicts
        .iter()
        .map(|verdict| {
            format!("{} of {}: {}", verdict.invariant.id(), verdict.subject, verdict.verdict.name())
        })
        .collect();
    verdicts.sort();
    Said { findings, verdicts, errors: report.coverage.errors.len() }
}

/// Files of a folder, by name.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), fixtures::read(&folder.join(name)))).collect()
}

/// The same in another order.
fn manner(seed: u64) -> Manner {
    Manner { seed, indent: 2, reorders: true, requotes: false, comments: false, renames: false, json: false }
}

/// Holds a stack to what it says in as many orders.
fn holds(files: &[(String, String)], name: &str, orders: u64) {
    for alone in [false, true] {
        let before = said(files, alone);
        assert!(!before.verdicts.is_empty(), "{name}");
        for seed in 1..=orders {
            let mut after = rewritten(files, manner(seed));
            shuffle(&mut after, &mut Random(seed));
            // In a folder files come by their names; named one by one, as they are named.
            if !alone {
                after.sort();
            }
            assert_eq!(said(&after, alone), before, "{name}, order {seed}, alone: {alone}");
        }
    }
}

#[test]
fn order_of_files_documents_keys_and_components_plays_no_part() {
    for name in ["leaking", "sound", "anyone"] {
        holds(&files(&fixtures::root().join("fixtures/stacks").join(name)), name, ORDERS);
    }
}

#[test]
fn order_plays_no_part_in_real_stacks() {
    // The text only tells whether the folder is there.
    if shared("corpus/ptd/aws-default/case.yaml").is_none() {
        return;
    }
    let corpus = fixtures::root().join("../shared/corpus/ptd");
    for name in ["aws-default", "aws-system-logs", "azure-default", "azure-system-logs"] {
        holds(&files(&corpus.join(name).join("manifests")), name, 1);
    }
}
