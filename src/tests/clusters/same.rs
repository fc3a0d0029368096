//! A cluster that is read object by object is judged as the list of the same objects in a file.

use serde_json::Value;

use super::checked;
use super::live;
use super::objects;
use crate::check::CheckOptions;
use crate::check::check;
use crate::finding::Report;
use crate::source::Covered;
use crate::source::Source;
use crate::source::Sources;
use crate::tests::shared::shared;

/// Verdicts and fingerprints, without names of stacks.
fn outcome(report: &Report) -> (Vec<String>, Vec<String>) {
    let verdict = |verdict: &crate::finding::InvariantVerdict| {
        format!("{} {}", verdict.invariant.id(), verdict.verdict.name())
    };
    let mut verdicts: Vec<String> = report.verdicts.iter().map(verdict).collect();
    let mut findings: Vec<String> =
        report.findings.iter().map(|found| format!("{} {}", found.rule, found.fingerprint)).collect();
    verdicts.sort();
    findings.sort();
    (verdicts, findings)
}

fn as_file(list: &str) -> Report {
    let path = "kubectl/cluster-list.json".to_owned();
    let text = Source { path: path.clone(), argument: 0, text: list.into() };
    let sources = Sources { texts: vec![text], ..Sources::default() };
    check(&sources, &[path], &CheckOptions::default()).report
}

/// A cluster of which these kinds came as a whole.
fn as_cluster(objects: &[Value], whole: &[&str]) -> Report {
    let mut sources = live(&[("prod", objects)]);
    let covered = |kind: &&str| Covered { kind: (*kind).to_owned(), namespace: None };
    sources.clusters[0].covered = whole.iter().map(covered).collect();
    checked(&sources).report
}

fn assert_same(list: &str, whole: &[&str]) {
    let expected = outcome(&as_file(list));
    let mut own = objects(list);
    assert_eq!(outcome(&as_cluster(&own, whole)), expected);
    own.reverse();
    assert_eq!(outcome(&as_cluster(&own, whole)), expected, "in another order");
}

#[test]
fn fixture_is_judged_alike_as_a_list_and_as_a_cluster() {
    let list = include_str!("../../../fixtures/live/leaking.json");
    assert_same(list, &[]);
    let found = as_file(list).findings;
    assert!(found.iter().any(|found| found.rule == "logs-leave-workload"), "the fixture leaks");
}

#[test]
fn corpus_is_judged_alike_as_a_list_and_as_a_cluster() {
    for case in ["aws-default", "azure-default", "control-room"] {
        let Some(list) = shared(&format!("corpus/ptd/{case}/kubectl/cluster-list.json")) else { return };
        assert_same(&list, &["Namespace", "NetworkPolicy"]);
    }
}
