use super::*;
use crate::document::Documents;
use crate::finding::Accepted;
use crate::finding::AcceptedBy;
use crate::finding::Finding;
use crate::finding::Invariant;
use crate::finding::InvariantVerdict;
use crate::finding::NotSeen;
use crate::finding::PassedOver;
use crate::finding::Report;
use crate::finding::RunError;
use crate::finding::Seen;
use crate::finding::Severity;
use crate::finding::Verdict;
use crate::report::picture::CANARY;
use crate::report::picture::sample;

/// A report in which every text is `text`.
fn report(text: &str) -> Report {
    let own = || text.to_owned();
    let finding = |severity: Severity, accepted: Option<Accepted>| Finding {
        rule: own(),
        invariant: Invariant::LogBoundary,
        severity,
        message: own(),
        help: own(),
        place: None,
        label: own(),
        related: Vec::new(),
        fingerprint: own(),
        fixes: Vec::new(),
        seen: Seen::default(),
        accepted,
        undecided: false,
    };
    let accepted = Accepted { by: AcceptedBy::Comment, reason: own(), until: Some(own()), place: None };
    let mut report = Report {
        findings: vec![finding(Severity::Error, None), finding(Severity::Info, Some(accepted))],
        verdicts: vec![InvariantVerdict {
            invariant: Invariant::LogBoundary,
            subject: own(),
            cluster: Some(own()),
            verdict: Verdict::Violated,
            summary: own(),
            assumptions: vec![own()],
            findings: vec![0, 1],
            accepted: 1,
            not_shown: 0,
            before: None,
        }],
        pictures: vec![sample(text)],
        ..Report::default()
    };
    report.pictures[0].edges[7].findings = vec![0];
    report.coverage.passed_over = vec![PassedOver { path: own(), reason: own() }];
    report.coverage.errors = vec![RunError { path: own(), line: Some(1), message: own() }];
    report
}

fn page(report: &Report, with_texts: bool) -> String {
    let documents = Documents::default();
    let outcome = Outcome { documents: &documents, report };
    let mut out = Vec::new();
    write(&ReportJson::new(&documents, report), &[], with_texts.then_some(outcome), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The elements of a page that run or load something.
fn scripts(page: &str) -> usize {
    page.matches("<script").count()
}

#[test]
fn texts_of_inputs_are_only_text() {
    let page = page(&report(CANARY), true);
    // Those of the page itself: its data and its script.
    assert_eq!(scripts(&page), 2);
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;"));
    assert!(!page.contains('\u{202e}') && !page.contains('\u{7}'));
    let data = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    assert!(!data.contains('<') && !data.contains('>'));
    let graphs: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(graphs[0]["edges"][7], serde_json::json!([2, 9, "logs", "leaks", [0]]));
}

#[test]
fn names_of_parts_in_texts_are_not_replaced() {
    let page = page(&report("{{SCRIPT}} {{DATA}}"), true);
    assert_eq!(scripts(&page), 2);
    assert!(page.contains("{{SCRIPT}} {{DATA}}"));
}

#[test]
fn nothing_runs_but_the_script_of_the_page() {
    let page = page(&report("a"), true);
    let policy = page.split("http-equiv=\"Content-Security-Policy\" content=\"").nth(1).unwrap();
    let policy = policy.split('"').next().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    let script = page.split("<script>").nth(1).unwrap().split("</script>").next().unwrap();
    assert!(policy.contains(&sum_base64(script)), "{policy}");
    let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    assert!(policy.contains(&sum_base64(style)), "{policy}");
    for word in ["http://", "https://", " onclick=", " style=", "src=\"", "url("] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn reports_that_were_read_back_are_told_without_pictures() {
    let page = page(&report("a"), false);
    assert!(page.contains("Reports that were joined have no pictures."));
    assert!(!page.contains("<svg"));
    assert_eq!(page.matches("<article").count(), 2);
}

#[test]
fn pages_are_the_same_bytes_each_time() {
    assert_eq!(page(&report("a"), true), page(&report("a"), true));
}

#[test]
fn accepted_findings_say_why_and_come_last() {
    let page = page(&report("moved"), true);
    let (first, second) = (page.find("id=\"f0\"").unwrap(), page.find("id=\"f1\"").unwrap());
    assert!(first < second);
    assert!(page.contains("Accepted by comment, until moved: moved"));
    assert!(page.contains("1 accepted"));
    assert!(page.contains("with 1 accepted exception"));
}

#[test]
fn what_was_not_seen_is_told_at_the_top_and_at_the_end() {
    let page = page(&report("gone"), true);
    assert!(page.contains("The run is incomplete: 1 part could not be read."));
    assert!(page.contains("<li>gone:1: gone</li>"));
    assert!(page.contains("<li>gone: gone</li>"));
}

fn not_seen() -> NotSeen {
    let own = |text: &str| text.to_owned();
    let (namespace, name, promises) = (None, None, Vec::new());
    let (verb, resource, cause) = (own("list"), own("nodes"), own("forbidden"));
    NotSeen { cluster: own("prod"), verb, resource, namespace, name, cause, message: own("no"), promises }
}

/// The title of the page of a report with these verdicts.
fn title_of(verdicts: &[Verdict], change: impl FnOnce(&mut Report)) -> String {
    let mut report = report("a");
    let sample = report.verdicts.remove(0);
    report.verdicts =
        verdicts.iter().map(|verdict| InvariantVerdict { verdict: *verdict, ..sample.clone() }).collect();
    report.coverage.errors.clear();
    change(&mut report);
    let page = page(&report, true);
    let title = page.split("<title>").nth(1).unwrap().split("</title>").next().unwrap();
    title.split_once(" · ").map_or(title, |(title, _)| title).to_owned()
}

#[test]
fn the_title_says_that_promises_hold_only_where_one_does_and_all_was_seen() {
    let whole = |verdicts: &[Verdict]| title_of(verdicts, |_| ());
    assert_eq!(whole(&[]), "Nothing judged");
    assert_eq!(whole(&[Verdict::NotApplicable, Verdict::NotApplicable]), "Nothing judged");
    assert_eq!(whole(&[Verdict::Holds, Verdict::NotApplicable]), "Promises hold");
    assert_eq!(whole(&[Verdict::Holds, Verdict::Undecided]), "1 undecided");
    assert_eq!(whole(&[Verdict::Violated, Verdict::Undecided]), "1 violated, 1 undecided");
    let partly = |verdicts: &[Verdict]| {
        title_of(verdicts, |report| {
            let error = RunError { path: "gone".to_owned(), line: None, message: "gone".to_owned() };
            report.coverage.errors.push(error);
        })
    };
    assert_eq!(partly(&[]), "Incomplete");
    assert_eq!(partly(&[Verdict::Holds]), "Incomplete");
    assert_eq!(partly(&[Verdict::Violated]), "Incomplete, 1 violated");
    let unseen = title_of(&[Verdict::Holds], |report| report.coverage.not_seen.push(not_seen()));
    assert_eq!(unseen, "Incomplete");
}

#[test]
fn backquotes_are_code_only_in_pairs() {
    let mut out = Markup::default();
    out.prose("p", "a `b<` c").prose("p", "a ` b");
    assert_eq!(out.0, "<p>a <code>b&lt;</code> c</p><p>a ` b</p>");
}
