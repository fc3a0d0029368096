//! The text for people, to the character.

use proptest::prelude::*;

use super::super::sample;
use super::*;
use crate::document::DocId;
use crate::document::Documents;
use crate::document::File;
use crate::document::Language;
use crate::document::Place;
use crate::finding::Finding;
use crate::finding::Invariant;
use crate::finding::Label;
use crate::text::Span;

const PLAIN: Style = Style { color: false, width: 100, detail: Detail::Normal };

fn written(outcome: Outcome<'_>, style: Style) -> String {
    let mut out = Vec::new();
    write(outcome, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// One finding in `text`, marked with the first `parts[0]`, related to the others.
fn one(text: &str, parts: &[&str]) -> String {
    let root = sample::root(text, Language::Yaml, &[]);
    let file = File { path: "a.yaml".to_owned(), live: false, documents: vec![root].into() };
    let documents = Documents { files: vec![file] };
    let mut places = parts.iter().map(|part| sample::place(&documents, 0, 0, part));
    let finding = Finding {
        place: places.next(),
        label: "here".to_owned(),
        related: places.map(|place| Label { place, text: "related".to_owned() }).collect(),
        ..bare()
    };
    alone(&documents, finding)
}

fn bare() -> Finding {
    Finding {
        rule: "some-rule".to_owned(),
        invariant: Invariant::Coherence,
        severity: Severity::Warning,
        message: "something is off".to_owned(),
        help: String::new(),
        place: None,
        label: String::new(),
        related: Vec::new(),
        fingerprint: "00".to_owned(),
        fixes: Vec::new(),
        seen: crate::finding::Seen::default(),
        accepted: None,
        undecided: false,
    }
}

/// The text of one finding, without what follows the findings.
fn alone(documents: &Documents, finding: Finding) -> String {
    let report = Report { findings: vec![finding], ..Report::default() };
    written(Outcome { documents, report: &report }, Style { detail: Detail::Quiet, ..PLAIN })
}

#[test]
fn whole_report_without_colour() {
    let sample = sample::mixed();
    let text = written(sample.outcome(), PLAIN);
    assert_eq!(text, include_str!("golden/plain.txt"), "now it is:\n{text}");
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn accepted_findings_take_a_line_and_do_not_count() {
    let mut sample = sample::mixed();
    sample.accept(0, "moved in May\u{1b}");
    sample.report.leave_out("in files that were not given", |finding| finding.severity != Severity::Info);
    let text = written(sample.outcome(), PLAIN);
    let line = "Accepted:\n  error[log-sink-outside] at manifests/alloy.yaml:18:24: moved in May␛ (comment, until 2027-01-31)\n";
    assert!(text.contains(line), "{text}");
    assert!(text.contains("\nNot shown: 1 finding in files that were not given\n"), "{text}");
    assert!(text.ends_with("\n1 error, 1 warning, 0 infos; 1 accepted\n"), "{text}");
    let quiet = written(sample.outcome(), Style { detail: Detail::Quiet, ..PLAIN });
    assert!(!quiet.contains("moved in May"), "{quiet}");
}

#[test]
fn whole_report_in_colour() {
    let sample = sample::mixed();
    let text = written(sample.outcome(), Style { color: true, ..PLAIN }).replace('\u{1b}', "␛");
    assert_eq!(text, include_str!("golden/color.txt"), "now it is:\n{text}");
}

#[test]
fn quiet_report_has_findings_other_verdicts_and_errors_only() {
    let sample = sample::mixed();
    let text = written(sample.outcome(), Style { detail: Detail::Quiet, ..PLAIN });
    let table = text.split("\nmanifests\n").nth(1).unwrap();
    assert_eq!(
        table,
        "  ✗ log-boundary    violated        1 of 3 sinks is outside
  ? dual-write      undecided       REMOTE_URL is set nowhere
  - grafana-access  not applicable  no Grafana here

The run is incomplete:
  broken.yaml:3: not YAML: `[` is not closed
  gone.yaml: no such file or folder
"
    );
}

#[test]
fn verbose_report_lists_what_was_passed_over() {
    let sample = sample::mixed();
    let text = written(sample.outcome(), Style { detail: Detail::Verbose, ..PLAIN });
    assert!(
        text.contains("passed over 2:\n  README.md: not a YAML file\n  empty.yaml: an empty file\n"),
        "{text}"
    );
}

#[test]
fn empty_report_is_a_tally() {
    let (documents, report) = (Documents::default(), Report::default());
    let text = written(Outcome { documents: &documents, report: &report }, PLAIN);
    assert_eq!(
        text,
        "Looked at 0 files, 0 documents, 0 collectors, 0 components; passed over 0\n0 errors, 0 warnings, 0 infos\n"
    );
}

#[test]
fn places_on_neighbouring_lines_share_a_snippet() {
    assert_eq!(
        one("a: 1\nb: 2\nc: 3\nd: 4\n", &["3", "1"]),
        "  ⚠ warning[some-rule]: something is off
   ╭─[a.yaml:3:4]
 1 │ a: 1
   ·    ┬
   ·    ╰── related
 2 │ b: 2
 3 │ c: 3
   ·    ┬
   ·    ╰── here
 4 │ d: 4
   ╰────

"
    );
}

#[test]
fn columns_count_characters_and_wide_ones_are_underlined_whole() {
    let text = one("ä: 漢字 # x\n", &["漢字"]);
    assert!(text.contains("[a.yaml:1:4]\n 1 │ ä: 漢字 # x\n   ·    ──┬─\n"), "{text}");
}

#[test]
fn place_over_several_lines_is_marked_on_its_first() {
    let text = one("a:\r\n  b: 1\r\n  c: 2\r\n", &["b: 1\r\n  c: 2"]);
    assert!(text.contains(" 2 │   b: 1\n   ·   ──┬─\n   ·     ╰── here\n 3 │   c: 2\n"), "{text}");
}

#[test]
fn long_line_is_shown_around_the_place_and_what_does_not_fit_is_noted() {
    let text = format!("first: 1 {}ä place: 2 {}\n", "x".repeat(100_000), "y".repeat(100_000));
    let text = one(&text, &["place: 2", "first"]);
    assert!(text.lines().all(|line| line.chars().count() < 320), "{text}");
    assert!(text.contains(" 1 │ …xxx"), "{text}");
    assert!(text.contains("xä place: 2 yyy"), "{text}");
    assert!(text.contains("yyy…\n"), "{text}");
    assert!(text.contains("[a.yaml:1:100012]"), "{text}");
    assert!(text.contains("╰── here"), "{text}");
    assert!(text.ends_with("  note: a.yaml:1:1: related\n\n"), "{text}");
}

#[test]
fn related_places_beyond_a_dozen_are_noted_and_none_is_lost() {
    let keys: Vec<String> = (10..50).map(|number| format!("k{number}")).collect();
    let text = format!("{}: v\n", keys.join(": v\n\n\n\n\n\n\n"));
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let text = one(&text, &keys);
    assert_eq!(text.matches("╰── related").count(), 12);
    assert_eq!(text.matches("note: a.yaml:").count(), 27);
    assert!(text.contains("  note: a.yaml:274:1: related\n"), "{text}");
}

#[test]
fn place_at_the_end_of_a_text_and_in_an_empty_text_is_shown() {
    for (text, offset) in [("a: 1\n", 5), ("a: 1", 4), ("", 0), ("\u{feff}a: 1", 0)] {
        let root = sample::root(text, Language::Yaml, &[]);
        let file = File { path: "a.yaml".to_owned(), live: false, documents: vec![root].into() };
        let documents = Documents { files: vec![file] };
        let place = Place { doc: DocId { file: 0, index: 0 }, span: Span::at(offset) };
        let finding = Finding { place: Some(place), label: "end".to_owned(), ..bare() };
        let shown = alone(&documents, finding);
        assert!(shown.contains("[a.yaml:") && shown.contains("╰── end"), "{text:?} {shown}");
    }
}

#[test]
fn control_characters_reach_no_terminal() {
    let evil = "\u{1b}]0;x\u{7}\r";
    let root = sample::root(&format!("a: \"{evil}b\"\n"), Language::Yaml, &[]);
    let documents = Documents {
        files: vec![File { path: format!("{evil}.yaml"), live: false, documents: vec![root].into() }],
    };
    let place = sample::place(&documents, 0, 0, "b\"");
    let finding = Finding {
        rule: evil.to_owned(),
        message: evil.to_owned(),
        help: evil.to_owned(),
        label: evil.to_owned(),
        place: Some(place),
        related: vec![Label { place, text: evil.to_owned() }],
        ..bare()
    };
    let text = alone(&documents, finding);
    assert!(text.chars().all(|character| character == '\n' || !character.is_control()), "{text:?}");
    assert!(text.contains("a: \"␛]0;x␇␍b\""), "{text}");
}

#[test]
fn related_place_in_another_embedded_text_says_in_which() {
    let sample = sample::mixed();
    let mut finding = sample.report.findings[0].clone();
    finding.related = vec![Label {
        place: sample::place(&sample.documents, 1, 1, "loki.write"),
        text: "the same elsewhere".to_owned(),
    }];
    let text = alone(&sample.documents, finding);
    let note = "  note: kubectl/all.json:1:45 (in ConfigMap alloy/alloy-config, data.config.alloy, line 3 column \
                17): the same elsewhere\n";
    assert!(text.contains("╰── the same elsewhere"), "{text}");
    let line = text.lines().find(|line| line.starts_with("  note: ")).unwrap();
    assert_eq!(format!("{line}\n").split(" (in ").nth(1), note.split(" (in ").nth(1), "{text}");
}

#[test]
fn help_is_wrapped_between_words() {
    let finding = Finding { help: "one two three four five".to_owned(), ..bare() };
    let documents = Documents::default();
    let report = Report { findings: vec![finding], ..Report::default() };
    let style = Style { width: 20, detail: Detail::Quiet, color: false };
    let text = written(Outcome { documents: &documents, report: &report }, style);
    assert!(text.ends_with("  help: one two\n        three four\n        five\n\n"), "{text}");
}

proptest! {
    #[test]
    fn any_places_in_any_text_are_shown_or_noted(
        text in "[ab: ä漢\t\r\n\u{feff}\u{1b}\u{301}]{0,80}",
        spans in prop::collection::vec((0u32..90, 0u32..30), 1..6),
        long in 0usize..700,
    ) {
        let text = format!("{text}{}{text}", "x".repeat(long));
        let root = sample::root(&text, Language::Yaml, &[]);
        let documents = Documents { files: vec![File { path: "a.yaml".to_owned(), live: false, documents: vec![root].into() }] };
        let length = u32::try_from(text.len()).unwrap();
        let mut places = spans.iter().map(|(start, size)| {
            let span = Span::new((*start).min(length), (start + size).min(length));
            Place { doc: DocId { file: 0, index: 0 }, span }
        });
        let finding = Finding {
            place: places.next(),
            label: "PRIMARY".to_owned(),
            related: places.map(|place| Label { place, text: "RELATED".to_owned() }).collect(),
            ..bare()
        };
        let shown = alone(&documents, finding);
        prop_assert_eq!(shown.matches("PRIMARY").count(), 1, "{}", shown);
        prop_assert_eq!(shown.matches("RELATED").count(), spans.len() - 1, "{}", shown);
    }
}

#[test]
fn error_of_several_lines_keeps_its_shape() {
    let error = crate::finding::RunError {
        path: "rules/a.yaml".to_owned(),
        line: Some(4),
        message: "not a condition:\na ==\n    ^ a value is missing\u{7}".to_owned(),
    };
    let mut report = Report::default();
    report.coverage.errors.push(error);
    let documents = Documents::default();
    let style = Style { detail: Detail::Quiet, ..PLAIN };
    let text = written(Outcome { documents: &documents, report: &report }, style);
    assert_eq!(
        text,
        "The run is incomplete:
  rules/a.yaml:4: not a condition:
    a ==
        ^ a value is missing␇
"
    );
}

/// What is shown of an object of a running cluster, marked at `part`.
fn shown_of_object(text: &str, part: &str) -> String {
    let mut root = sample::root(text, Language::Json, &[]);
    root.body = crate::document::Body::Tree(crate::document::parse_json(&text.into()).unwrap().tree);
    let file = File { path: "c/n/Kind/name".to_owned(), live: true, documents: vec![root].into() };
    let documents = Documents { files: vec![file] };
    let place = Some(sample::place(&documents, 0, 0, part));
    alone(&documents, Finding { place, label: "here".to_owned(), ..bare() })
}

#[test]
fn values_of_a_release_are_shown_only_where_they_are_pointed_at() {
    let record = |values: &str| {
        format!(
            "{{\n  \"apiVersion\": \"helm.sh/v3\",\n  \"kind\": \"Release\",\n  \"values\": {{\n{values}\n  }}\n}}"
        )
    };
    let text = record("    \"a\": \"hush\",\n    \"b\": \"shown\",\n    \"c\": [\"hush\"]");
    let shown = shown_of_object(&text, "\"shown\"");
    assert!(!shown.contains("hush") && shown.contains("\"b\": \"shown\","), "{shown}");
    assert!(shown.contains("\"a\": ******"), "{shown}");
    let text = record("    \"password\": \"hush\"");
    assert!(!shown_of_object(&text, "\"hush\"").contains("hush"));
    let other = text.replace("helm.sh/v3", "v1").replace("password", "plain");
    assert!(shown_of_object(&other, "\"plain\"").contains("hush"), "of no other object");
}

#[test]
fn copies_of_what_was_applied_are_not_shown() {
    let text = "{\n  \"annotations\": {\n    \"eks.amazonaws.com/role-arn\": \"arn\",\n    \"kubectl.kubernetes.io/last-applied-configuration\": \"{\\\"env\\\":[{\\\"name\\\":\\\"DB_PASSWORD\\\",\\\"value\\\":\\\"hush\\\"}]}\",\n    \"objectset.rio.cattle.io/applied\": \"hush\"\n  }\n}";
    for part in ["\"arn\"", "\"objectset.rio.cattle.io/applied\""] {
        let shown = shown_of_object(text, part);
        assert!(!shown.contains("hush") && shown.contains("last-applied-configuration\": ******"), "{shown}");
    }
}
