//! Rounds of fixes over a toy: files of `key: value` lines, and rules that are functions of these.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::Fixed;
use super::Why;
use super::Wishes;
use super::Workings;
use super::fix;
use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::document;
use crate::document::Change;
use crate::document::DocId;
use crate::document::NewValue;
use crate::document::Place;
use crate::finding::Finding;
use crate::finding::Fix;
use crate::finding::Invariant;
use crate::finding::InvariantVerdict;
use crate::finding::RunError;
use crate::finding::Severity;
use crate::finding::Verdict;
use crate::source::Source;
use crate::source::Sources;
use crate::text::Span;

/// What a toy rule says of the value of a key.
struct Said {
    rule: &'static str,
    key: &'static str,
    /// New values, with whether each is safe: the alternatives.
    fixes: Vec<(&'static str, bool)>,
}

fn said(rule: &'static str, key: &'static str, fixes: &[&'static str]) -> Said {
    Said { rule, key, fixes: fixes.iter().map(|value| (*value, true)).collect() }
}

/// All values of a run by key; keys differ between files.
type Values<'v> = BTreeMap<&'v str, &'v str>;

fn sources(files: &[(&str, &str)]) -> Sources {
    let source =
        |(path, text): &(&str, &str)| Source { path: (*path).to_owned(), argument: 0, text: (*text).into() };
    Sources { texts: files.iter().map(source).collect(), ..Sources::default() }
}

/// Checks as the toy rules do, which also may fail the run and the one promise.
fn toy(sources: &Sources, rules: &dyn Fn(&Values<'_>) -> Vec<Said>) -> Checked {
    let mut checked = check::check(sources, &[".".to_owned()], &CheckOptions::default());
    let mut values = BTreeMap::new();
    let mut places = BTreeMap::new();
    for (file, source) in (0..).zip(&sources.texts) {
        let mut at = 0;
        for line in source.text.split_inclusive('\n') {
            let (key, value) = line.trim_end().split_once(": ").unwrap();
            let start = at + key.len() + 2;
            let span = |at: usize| u32::try_from(at).unwrap();
            let span = Span::new(span(start), span(start + value.len()));
            places.insert(key, Place { doc: DocId { file, index: 0 }, span });
            values.insert(key, value);
            at += line.len();
        }
    }
    checked.report.findings.clear();
    checked.report.coverage.errors.clear();
    for Said { rule, key, fixes } in rules(&values) {
        if rule == "error" {
            let (path, message) = ("a.yaml".to_owned(), key.to_owned());
            checked.report.coverage.errors.push(RunError { path, line: None, message });
            continue;
        }
        checked.report.findings.push(Finding {
            rule: rule.to_owned(),
            invariant: Invariant::Coherence,
            severity: Severity::Warning,
            message: format!("{key} is {}", values[key]),
            help: String::new(),
            place: Some(places[key]),
            label: String::new(),
            related: Vec::new(),
            fingerprint: format!("{rule} {key}"),
            fixes: fixes
                .iter()
                .map(|(value, is_safe)| Fix {
                    title: format!("make it {value}"),
                    is_safe: *is_safe,
                    changes: vec![Change::Replace {
                        at: places[key],
                        value: NewValue::Plain(Arc::from(*value)),
                    }],
                })
                .collect(),
            seen: crate::finding::Seen::default(),
            accepted: None,
            undecided: false,
        });
    }
    checked.report.verdicts = vec![InvariantVerdict {
        invariant: Invariant::Coherence,
        subject: "toy".to_owned(),
        cluster: None,
        verdict: if values.values().any(|value| *value == "doubtful") {
            Verdict::Undecided
        } else {
            Verdict::Holds
        },
        summary: "so it is".to_owned(),
        assumptions: Vec::new(),
        findings: Vec::new(),
        accepted: 0,
        not_shown: 0,
        before: None,
    }];
    checked
}

/// What comes of the toy, and how often it was checked.
fn run(files: &[(&str, &str)], wishes: &Wishes, rules: &dyn Fn(&Values<'_>) -> Vec<Said>) -> (Fixed, usize) {
    let checks = Cell::new(0);
    let check = |sources: &Sources| {
        checks.set(checks.get() + 1);
        toy(sources, rules)
    };
    let workings = Workings { check: &check, edits: &document::edits };
    let sources = sources(files);
    let fixed = fix(&sources, wishes, &workings);
    let count = checks.get();
    // A second run changes nothing.
    let mut again = sources.clone();
    for (file, text) in &fixed.texts {
        again.texts[*file as usize].text = text.clone().into();
    }
    let again = fix(&again, wishes, &workings);
    assert!(again.texts.is_empty() && again.done.is_empty(), "{:?}", again.done);
    assert_eq!(again.left, fixed.left, "what is left does not hang on the way there");
    (fixed, count)
}

/// The only file with all its fixes, safe ones.
fn text(file: &str, rules: &dyn Fn(&Values<'_>) -> Vec<Said>) -> (String, Fixed, usize) {
    let (fixed, checks) = run(&[("a.yaml", file)], &Wishes::default(), rules);
    let text = fixed.texts.get(&0).map_or_else(|| file.to_owned(), ToString::to_string);
    (text, fixed, checks)
}

fn is(values: &Values<'_>, key: &str, value: &str) -> bool {
    values.get(key) == Some(&value)
}

/// Titles and lines of what was done.
fn done(fixed: &Fixed) -> Vec<(u32, &str, &str)> {
    fixed.done.iter().map(|done| (done.line, &*done.rule, &*done.title)).collect()
}

fn reasons(fixed: &Fixed) -> Vec<(&str, &str)> {
    let mut reasons = Vec::new();
    for left in &fixed.left {
        if let Why::Rejected { title, reason } = &left.why {
            reasons.push((title.as_str(), reason.as_str()));
        }
    }
    reasons
}

#[test]
fn all_that_is_apart_is_fixed_in_one_round() {
    let rules = |values: &Values<'_>| {
        let keys = ["a", "b", "c"].into_iter().filter(|key| is(values, key, "old"));
        keys.map(|key| said("old-value", key, &["new"])).collect()
    };
    let (text, fixed, checks) = text("a: old\nb: old\nx: old\nc: old\n", &rules);
    assert_eq!(text, "a: new\nb: new\nx: old\nc: new\n");
    assert_eq!(checks, 2);
    let title = ("old-value", "make it new");
    assert_eq!(done(&fixed), [1, 2, 4].map(|line| (line, title.0, title.1)));
    assert_eq!(fixed.left, []);
    assert_eq!(fixed.now().report.findings, []);
}

#[test]
fn nothing_to_fix_takes_one_check() {
    let (text, fixed, checks) = text("a: old\n", &|_| vec![said("for-people", "a", &[])]);
    assert_eq!((&*text, checks), ("a: old\n", 1));
    assert!(fixed.after.is_none());
    assert_eq!(fixed.left[0].why, Why::NeedsPerson);
}

#[test]
fn alternative_is_taken_where_the_first_fix_does_not_help() {
    let rules = |values: &Values<'_>| {
        if is(values, "a", "best") { Vec::new() } else { vec![said("r", "a", &["good", "best"])] }
    };
    let (text, fixed, _) = text("a: bad\n", &rules);
    assert_eq!(text, "a: best\n");
    assert_eq!(done(&fixed), [(1, "r", "make it best")]);
}

#[test]
fn fix_that_leaves_the_finding_is_rejected_with_the_reason() {
    let rules = |values: &Values<'_>| vec![said("r", "a", if is(values, "b", "x") { &["y"] } else { &[] })];
    let (text, fixed, _) = text("a: x\nb: x\n", &rules);
    assert_eq!(text, "a: x\nb: x\n");
    assert_eq!(reasons(&fixed), [("make it y", "the rule would still say so")]);
}

#[test]
fn fix_that_brings_about_another_finding_is_rejected_with_the_reason() {
    let rules = |values: &Values<'_>| {
        let old = is(values, "b", "old").then(|| said("old-value", "b", &["new"]));
        let new = is(values, "b", "new").then(|| said("new-value", "a", &[]));
        old.into_iter().chain(new).collect()
    };
    let (text, fixed, _) = text("a: x\nb: old\n", &rules);
    assert_eq!(text, "a: x\nb: old\n");
    assert_eq!(reasons(&fixed), [("make it new", "it would bring about `new-value` at a.yaml:1: a is x")]);
}

#[test]
fn fix_that_unsettles_a_promise_or_breaks_the_input_is_rejected() {
    let rules = |values: &Values<'_>| {
        let old = |key| is(values, key, "old");
        let mut all = Vec::new();
        all.extend(old("a").then(|| said("r", "a", &["doubtful"])));
        all.extend(old("b").then(|| said("r", "b", &["broken"])));
        all.extend(old("c").then(|| said("r", "c", &["new"])));
        all.extend(is(values, "b", "broken").then(|| said("error", "no value", &[])));
        all
    };
    let (text, fixed, _) = text("a: old\nb: old\nc: old\n", &rules);
    assert_eq!(text, "a: old\nb: old\nc: new\n");
    assert_eq!(
        reasons(&fixed),
        [
            ("make it doubtful", "coherence of toy would be undecided: so it is"),
            ("make it broken", "a.yaml could not be read any more: no value"),
        ]
    );
}

#[test]
fn those_to_blame_are_found_without_a_check_for_each_fix() {
    const KEYS: [&str; 16] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p"];
    let file = KEYS.map(|key| format!("{key}: old\n")).concat();
    for bad in KEYS {
        let rules = |values: &Values<'_>| {
            let keys = KEYS.into_iter().filter(|key| is(values, key, "old"));
            let all = keys.map(|key| said("r", key, &["new"]));
            all.chain(is(values, bad, "new").then(|| said("worse", bad, &[]))).collect()
        };
        let (text, fixed, checks) = text(&file, &rules);
        let expected = file.replace("old", "new").replace(&format!("{bad}: new"), &format!("{bad}: old"));
        assert_eq!(text, expected);
        assert_eq!((fixed.done.len(), reasons(&fixed).len()), (15, 1));
        // One for the texts as they are, two for each halving, and one that tries again at the end.
        assert!(checks <= 1 + 1 + 2 * 4 + 1, "{bad}: {checks} checks");
    }
}

#[test]
fn those_that_do_not_help_are_put_aside_at_once() {
    let rules = |values: &Values<'_>| {
        let keys = ["a", "b", "c", "d", "e", "f", "g", "h"].into_iter();
        let open = keys.filter(|key| !is(values, key, "new"));
        open.map(|key| said("r", key, if key == "e" { &["newer"] } else { &["new"] })).collect()
    };
    let file: String = ["a", "b", "c", "d", "e", "f", "g", "h"].map(|key| format!("{key}: old\n")).concat();
    let (text, _, checks) = text(&file, &rules);
    assert_eq!(text, file.replace("old", "new").replace("e: new", "e: old"));
    // As it is; all; the seven; the one; and the one again on top of the seven.
    assert_eq!(checks, 5);
}

#[test]
fn fix_that_needs_another_one_is_tried_again_after_it() {
    // `b` may only change when `a` has, which takes two steps.
    let rules = |values: &Values<'_>| {
        let mut all = Vec::new();
        all.extend(is(values, "a", "one").then(|| said("r", "a", &["two"])));
        all.extend(is(values, "a", "two").then(|| said("s", "a", &["three"])));
        all.extend(is(values, "b", "old").then(|| said("t", "b", &["new"])));
        all.extend((is(values, "b", "new") && !is(values, "a", "three")).then(|| said("early", "b", &[])));
        all
    };
    let (text, fixed, _) = text("a: two\nb: old\n", &rules);
    assert_eq!(text, "a: three\nb: new\n");
    assert_eq!(done(&fixed), [(1, "s", "make it three"), (2, "t", "make it new")]);
}

#[test]
fn fix_that_wants_another_is_made_with_it() {
    // The new value of `a` wants a new value of `b`, and that one of `c`; by themselves these are as they should be.
    let rules = |values: &Values<'_>| {
        let mut all = Vec::new();
        all.extend((!is(values, "a", "new")).then(|| said("r", "a", &["new"])));
        all.extend((is(values, "a", "new") && is(values, "b", "old")).then(|| said("s", "b", &["new"])));
        all.extend((is(values, "b", "new") && is(values, "c", "old")).then(|| said("t", "c", &["new"])));
        all.extend(is(values, "d", "old").then(|| said("u", "d", &["new"])));
        all
    };
    let (text, fixed, _) = text("a: old\nb: old\nc: old\nd: old\n", &rules);
    assert_eq!(text, "a: new\nb: new\nc: new\nd: new\n");
    assert_eq!(done(&fixed), [(1, "r", "make it new; make it new; make it new"), (4, "u", "make it new")]);
}

#[test]
fn chain_with_an_end_for_people_or_without_an_end_is_not_made() {
    let rules = |values: &Values<'_>| {
        let mut all = Vec::new();
        all.extend(is(values, "a", "old").then(|| said("r", "a", &["new"])));
        all.extend((is(values, "a", "new") && is(values, "b", "old")).then(|| said("s", "b", &["new"])));
        all.extend(is(values, "b", "new").then(|| said("t", "c", &[])));
        // One and two bring about each other.
        all.extend(is(values, "d", "one").then(|| said("v", "d", &["two"])));
        all.extend(is(values, "d", "two").then(|| said("w", "d", &["one"])));
        all
    };
    let (text, fixed, _) = text("a: old\nb: old\nc: old\nd: one\n", &rules);
    assert_eq!(text, "a: old\nb: old\nc: old\nd: one\n");
    assert_eq!(
        reasons(&fixed),
        [
            ("make it new", "it would bring about `s` at a.yaml:2: b is old"),
            ("make it two", "it would bring about `w` at a.yaml:4: d is two"),
        ]
    );
}

#[test]
fn fixes_of_one_place_are_made_one_after_the_other() {
    let rules = |values: &Values<'_>| {
        let long = values["a"].len() > 3;
        let mut all = Vec::new();
        all.extend(long.then(|| said("long", "a", &["abc"])));
        all.extend((!values["a"].starts_with('a')).then(|| said("start", "a", &["a"])));
        all
    };
    let (text, fixed, checks) = text("a: xyzxyz\n", &rules);
    assert_eq!((&*text, checks), ("a: abc\n", 2), "the first settles both");
    assert_eq!(done(&fixed), [(1, "long", "make it abc")]);
}

#[test]
fn equal_fixes_of_two_rules_are_made_once_and_count_for_both() {
    let rules = |values: &Values<'_>| {
        let old = is(values, "a", "old");
        ["r", "s"].into_iter().filter(|_| old).map(|rule| said(rule, "a", &["new"])).collect()
    };
    let (text, fixed, checks) = text("a: old\n", &rules);
    assert_eq!((&*text, checks), ("a: new\n", 2));
    assert_eq!(done(&fixed), [(1, "r", "make it new"), (1, "s", "make it new")]);
}

#[test]
fn what_is_not_safe_is_made_only_when_asked_for() {
    let rules = |values: &Values<'_>| {
        let old = is(values, "a", "old");
        old.then(|| Said { rule: "r", key: "a", fixes: vec![("new", false)] }).into_iter().collect()
    };
    let (kept, fixed, checks) = text("a: old\n", &rules);
    assert_eq!((&*kept, checks), ("a: old\n", 1));
    assert_eq!(fixed.left[0].why, Why::NeedsUnsafe("make it new".to_owned()));
    let wishes = Wishes { unsafe_too: true, ..Wishes::default() };
    let (fixed, _) = run(&[("a.yaml", "a: old\n")], &wishes, &rules);
    assert_eq!(&*fixed.texts[&0], "a: new\n");
}

#[test]
fn safe_alternative_is_taken_where_the_first_is_not_safe() {
    let rules = |values: &Values<'_>| {
        let old = is(values, "a", "old");
        let fixes = || vec![("best", false), ("good", true)];
        old.then(|| Said { rule: "r", key: "a", fixes: fixes() }).into_iter().collect()
    };
    assert_eq!(text("a: old\n", &rules).0, "a: good\n");
}

#[test]
fn only_wanted_rules_are_fixed_and_all_judge() {
    let rules = |values: &Values<'_>| {
        let all = ["a", "b", "c"].into_iter().zip(["r", "s", "t"]);
        all.filter(|(key, _)| is(values, key, "old")).map(|(key, rule)| said(rule, key, &["new"])).collect()
    };
    let file = [("a.yaml", "a: old\nb: old\nc: old\n")];
    let named = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
    let select = Wishes { select: named(&["r", "s"]), ignore: named(&["s"]), ..Wishes::default() };
    let (fixed, _) = run(&file, &select, &rules);
    assert_eq!(&*fixed.texts[&0], "a: new\nb: old\nc: old\n");
    assert_eq!(fixed.left, [], "what is not wanted is not told of");
}

#[test]
fn frozen_files_stay() {
    let rules = |values: &Values<'_>| {
        let keys = ["a", "b", "c"].into_iter().filter(|key| is(values, key, "old"));
        keys.map(|key| said("r", key, &["new"])).collect()
    };
    let wishes = Wishes { frozen: [1].into(), ..Wishes::default() };
    let files = [("b.yaml", "a: old\nb: old\n"), ("a.yaml", "c: old\n")];
    let (fixed, _) = run(&files, &wishes, &rules);
    assert_eq!(fixed.texts.keys().copied().collect::<Vec<_>>(), [0]);
    assert_eq!(done(&fixed).iter().map(|(line, ..)| *line).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(reasons(&fixed), [("make it new", "a.yaml governs the run, and is left to people")]);
}

#[test]
fn order_of_files_does_not_matter() {
    // Both together are too many, which is told in the first file: so it is the second that changes.
    let rules = |values: &Values<'_>| {
        let old = ["a", "b"].into_iter().filter(|key| is(values, key, "old"));
        let all = old.map(|key| said("r", key, &["new"]));
        let both = is(values, "a", "new") && is(values, "b", "new");
        all.chain(both.then(|| said("both", "a", &[]))).collect()
    };
    let (one, two) = (("a.yaml", "a: old\n"), ("b.yaml", "b: old\n"));
    for files in [[one, two], [two, one]] {
        let (fixed, _) = run(&files, &Wishes::default(), &rules);
        assert_eq!(fixed.done.iter().map(|done| &*done.path).collect::<Vec<_>>(), ["b.yaml"]);
        assert_eq!(fixed.texts.len(), 1);
    }
}
