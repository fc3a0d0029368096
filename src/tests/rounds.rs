//! A run that has no room says the same as one that has: stacks that are not judged are folded, and nobody can tell.

use std::ffi::OsString;

use super::clusters;
use super::fixtures;
use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::check::Room;
use crate::report::Detail;
use crate::report::Format;
use crate::report::Outcome;
use crate::report::Style;
use crate::report::Telling;
use crate::source;
use crate::source::Sources;

/// No file stays open, and each stack is judged by itself.
const NONE: Room = Room { whole: 0, round: 0 };

/// Stacks below `fixtures/`: those that fail a rule of these families, and the examples of whole stacks.
fn stacks(families: &[&str]) -> (Sources, Vec<String>) {
    let below = |folder: &str| -> Vec<OsString> {
        let folder = fixtures::root().join("fixtures").join(folder);
        let mut found: Vec<OsString> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().into()).collect();
        found.sort();
        found
    };
    let rules = families.iter().flat_map(|family| below(&format!("rules/{family}")));
    let mut folders: Vec<OsString> = rules
        .map(|rule| std::path::Path::new(&rule).join("fail").into_os_string())
        .filter(|folder| std::path::Path::new(folder).is_dir())
        .collect();
    folders.extend(below("stacks").into_iter().filter(|path| std::path::Path::new(path).is_dir()));
    let sources = source::read_all(&folders, None, &mut std::io::empty());
    (sources, folders.iter().map(|folder| source::shown(folder)).collect())
}

/// All forms of the report.
fn told(checked: &Checked) -> Vec<(Format, String)> {
    let outcome = Outcome { documents: &checked.documents, report: &checked.report };
    let telling = Telling::of_run(outcome, Vec::new);
    let style = Style { color: false, width: 100, detail: Detail::Verbose };
    let write = |format: Format| {
        let mut out = Vec::new();
        telling.write(format, style, &mut out).unwrap();
        (format, String::from_utf8(out).unwrap())
    };
    Format::ALL.map(write).into()
}

fn open_files(checked: &Checked) -> Vec<&str> {
    let open = checked.documents.files.iter().filter(|file| file.documents.is_open());
    open.map(|file| file.path.as_str()).collect()
}

/// Checks with room and without, and holds the one to the other.
fn says_the_same(sources: &Sources, arguments: &[String], options: &CheckOptions) -> Checked {
    let options = CheckOptions { picture: true, folder: "/w".to_owned(), ..options.clone() };
    let whole = check::check(sources, arguments, &options);
    let without = check::check(sources, arguments, &CheckOptions { room: NONE, ..options });
    for ((format, whole), (_, folded)) in told(&whole).into_iter().zip(told(&without)) {
        assert!(whole == folded, "{}: {whole}\n--- without room:\n{folded}", format.name());
    }
    without
}

#[test]
fn stacks_that_are_judged_one_by_one_are_told_like_those_that_are_judged_at_once() {
    let (sources, arguments) = stacks(&["accepted", "coherence", "declaration", "flow"]);
    let without = says_the_same(&sources, &arguments, &CheckOptions::default());
    assert!(without.report.findings.len() > 60, "{}", without.report.findings.len());
}

#[test]
fn what_spans_stacks_is_found_where_they_are_never_open_at_once() {
    let folder =
        fixtures::root().join("fixtures/rules/store/storage-shared-between-clusters/fail").into_os_string();
    let sources = source::read_all(std::slice::from_ref(&folder), None, &mut std::io::empty());
    let without = says_the_same(&sources, &[source::shown(&folder)], &CheckOptions::default());
    let found = without.report.findings.iter();
    let found = found.filter(|finding| finding.rule == "storage-shared-between-clusters");
    assert_eq!(found.count(), 3);
}

#[test]
fn running_clusters_that_are_judged_one_by_one_are_told_the_same() {
    let objects = clusters::fixture();
    let sources = clusters::live(&[("prod", &objects), ("staging", &objects)]);
    let without = says_the_same(&sources, &[], &CheckOptions::default());
    assert!(!without.report.findings.is_empty());
}

#[test]
fn nothing_stays_open_behind_a_run_without_room() {
    let (sources, arguments) = stacks(&["coherence", "flow"]);
    let options = CheckOptions { room: NONE, ..CheckOptions::default() };
    let checked = check::check(&sources, &arguments, &options);
    let judged = |path: &&str| !path.ends_with("ptd-lint.yaml");
    assert_eq!(open_files(&checked).into_iter().filter(judged).collect::<Vec<_>>(), Vec::<&str>::new());
    for format in Format::ALL.into_iter().filter(|format| *format != Format::Sarif) {
        let outcome = Outcome { documents: &checked.documents, report: &checked.report };
        let style = Style { color: false, width: 100, detail: Detail::Verbose };
        Telling::of_run(outcome, Vec::new).write(format, style, &mut std::io::sink()).unwrap();
        let open = open_files(&checked).into_iter().filter(judged).collect::<Vec<_>>();
        assert_eq!(open, Vec::<&str>::new(), "after {}", format.name());
    }
}
