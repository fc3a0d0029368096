//! Holds baselines to what must be true of them: what is written is read, each entry counts as often as it says, and what is
//! not understood is refused.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::document::DocId;
use crate::document::parse_yaml;

const DOC: DocId = DocId { file: 0, index: 0 };

fn parsed(text: &str) -> Result<Baseline, Vec<String>> {
    let stream = parse_yaml(&Arc::from(text));
    assert!(stream.errors.is_empty(), "{text}: {:?}", stream.errors);
    read(DOC, &stream.documents[0], "/work/repo").map_err(|problems| {
        problems.iter().map(|own| format!("{}: {}", own.place.span.slice(text), own.message)).collect()
    })
}

fn entry(rule: &str, number: u8, object: Option<&str>, count: usize) -> Entry {
    Entry {
        key: key(rule, number, object),
        path: String::new(),
        message: "m".to_owned(),
        reason: String::new(),
        count,
        place: None,
    }
}

fn key(rule: &str, number: u8, object: Option<&str>) -> Key {
    let fingerprint = format!("{number:032x}");
    Key { rule: rule.to_owned(), fingerprint, object: object.map(str::to_owned) }
}

fn placeless(mut baseline: Baseline) -> Baseline {
    for entry in baseline.stacks.iter_mut().flat_map(|known| &mut known.entries) {
        entry.place = None;
    }
    baseline
}

#[test]
fn file_is_sorted_and_has_a_line_for_each_fact() {
    let baseline = Baseline {
        stacks: vec![
            KnownStack { stack: StackName::Folder("work/repo".to_owned()), entries: Vec::new() },
            KnownStack {
                stack: StackName::Folder("work/other/b".to_owned()),
                entries: vec![
                    entry("z", 1, None, 1),
                    Entry {
                        path: "data.config.alloy > loki.write.local".to_owned(),
                        message: "it says \"no\"".to_owned(),
                        reason: "waits for #12".to_owned(),
                        ..entry("a", 2, Some("ConfigMap x/y"), 3)
                    },
                ],
            },
            KnownStack { stack: StackName::Cluster("prod".to_owned()), entries: Vec::new() },
        ],
    };
    let text = write(&baseline, "/work/repo");
    let body: String = text.lines().skip(2).flat_map(|line| [line, "\n"]).collect();
    assert_eq!(
        body,
        r#"schema: ptd-lint/baseline/v1
stacks:
  - cluster: "prod"
    findings: []
  - stack: "."
    findings: []
  - stack: "../other/b"
    findings:
      - rule: a
        object: "ConfigMap x/y"
        path: "data.config.alloy > loki.write.local"
        message: "it says \"no\""
        reason: "waits for #12"
        fingerprint: "00000000000000000000000000000002"
        count: 3
      - rule: z
        message: "m"
        fingerprint: "00000000000000000000000000000001"
"#
    );
    assert_eq!(write(&placeless(parsed(&text).unwrap()), "/work/repo"), text);
}

#[test]
fn what_is_not_understood_is_refused_at_its_place() {
    let whole = "schema: ptd-lint/baseline/v1\nstacks:\n  - stack: .\n    findings:\n      - rule: r\n        \
                 fingerprint: 0123456789abcdef0123456789abcdef\n";
    assert_eq!(parsed(whole).unwrap().stacks[0].entries[0].count, 1);
    for (from, to, said) in [
        (
            "v1",
            "v2",
            "ptd-lint/baseline/v2: this form of a baseline (`ptd-lint/baseline/v2`) is not known here",
        ),
        (
            "schema: ptd-lint/baseline/v1\n",
            "",
            "stacks: this is no baseline of ptd-lint: it does not begin with `schema: ptd-lint/baseline/v1`",
        ),
        (
            "ptd-lint/baseline/v1",
            "1",
            "schema: this is no baseline of ptd-lint: it does not begin with `schema: ptd-lint/baseline/v1`",
        ),
        (
            "cdef\n",
            "cdeg\n",
            "0123456789abcdef0123456789abcdeg: a fingerprint has 32 digits of 0 to 9 and a to f",
        ),
        ("rule: r", "rul: r", "rul: a finding of a baseline has no key `rul`"),
        ("rule: r", "rule:", ": a rule is expected here"),
        (
            "rule: r",
            "rule: r\n        count: 0",
            "0: how many findings these are, at least 1, is expected here",
        ),
        (
            "rule: r",
            "rule: r\n        until: 2027-01-31",
            "until: a finding of a baseline has no key `until`",
        ),
        ("stack: .", "folder: .", "folder: a stack of a baseline has no key `folder`"),
    ] {
        let text = whole.replacen(from, to, 1);
        assert_ne!(text, whole, "{from}");
        assert_eq!(parsed(&text), Err(vec![said.to_owned()]), "{text}");
    }
    let twice = format!("{whole}      - rule: r\n        fingerprint: 0123456789abcdef0123456789abcdef\n");
    let said = parsed(&twice).unwrap_err();
    assert!(said[0].ends_with("this finding is listed twice"), "{said:?}");
    assert!(parsed("schema: ptd-lint/baseline/v1\nstacks: {}\n").is_err());
    assert!(parsed("schema: ptd-lint/baseline/v1\n").is_err());
    assert!(parsed("[]\n").is_err());
}

#[test]
fn entry_is_for_its_own_object_while_that_is_there() {
    let entries = [entry("r", 1, Some("ConfigMap a/x"), 1)];
    let there = key("r", 1, Some("ConfigMap a/x"));
    let other = key("r", 1, Some("ConfigMap a/y"));
    let all = BTreeSet::from(["ConfigMap a/x", "ConfigMap a/y"]);
    let met_by = |faults: &[&Key], objects: &BTreeSet<&str>| {
        met(&entries, faults, |object| objects.contains(object)).entries
    };
    assert_eq!(met_by(&[&other, &there], &all), [None, Some(0)], "the other one is new");
    assert_eq!(met_by(&[&other], &all), [None], "mended in one object, new in another");
    assert_eq!(met_by(&[&other], &BTreeSet::from(["ConfigMap a/y"])), [Some(0)], "it has another name now");
    assert_eq!(met_by(&[&key("r", 2, Some("ConfigMap a/x"))], &all), [None], "another value");
    assert_eq!(met_by(&[&key("s", 1, Some("ConfigMap a/x"))], &all), [None], "another rule");
}

#[test]
fn equal_findings_are_counted() {
    let entries = [entry("r", 1, None, 2)];
    let fault = key("r", 1, None);
    let three = met(&entries, &[&fault, &fault, &fault], |_| true);
    assert_eq!((three.entries, three.left), (vec![Some(0), Some(0), None], vec![0]));
    assert_eq!(met(&entries, &[&fault], |_| true).left, [1]);
}

#[test]
fn name_of_a_stack_matters_only_where_there_are_several() {
    let folder = |name: &str| StackName::Folder(name.to_owned());
    let known = |name: &str| KnownStack { stack: folder(name), entries: Vec::new() };
    let one = Baseline { stacks: vec![known("a")] };
    assert_eq!(one.stack_of(&folder("a"), false), Some(0));
    assert_eq!(one.stack_of(&folder("b"), true), Some(0));
    assert_eq!(one.stack_of(&StackName::Cluster("prod".to_owned()), true), Some(0));
    assert_eq!(one.stack_of(&folder("b"), false), None);
    let two = Baseline { stacks: vec![known("a"), known("b")] };
    assert_eq!(two.stack_of(&folder("b"), true), Some(1));
    assert_eq!(two.stack_of(&folder("c"), true), None);
}

fn listed(stack: &str, baseline: &Baseline, faults: &[Key]) -> Listed {
    let stack = StackName::Folder(stack.to_owned());
    let known = baseline.stack_of(&stack, false);
    let entries = known.map_or(&[][..], |index| &baseline.stacks[index].entries);
    let met = met(entries, &faults.iter().collect::<Vec<_>>(), |_| true);
    let fault = |key: &Key| ListedFault {
        key: key.clone(),
        place: None,
        path: String::new(),
        message: "m".to_owned(),
        is_accepted: false,
    };
    let faults = faults.iter().map(fault).collect();
    Listed { stack, faults, known, met, left_out: BTreeSet::new(), is_whole: true }
}

#[test]
fn what_a_part_of_a_stack_does_not_show_stays() {
    let old = Baseline {
        stacks: vec![KnownStack {
            stack: StackName::Folder("a".to_owned()),
            entries: vec![entry("elsewhere", 1, None, 2), entry("here", 1, None, 1)],
        }],
    };
    let here = old.stacks[0].entries[1].key.clone();
    let whole = listed("a", &old, std::slice::from_ref(&here));
    let part = Listed { is_whole: false, ..whole.clone() };
    assert_eq!(gone(&old, std::slice::from_ref(&whole)).len(), 1);
    assert_eq!(gone(&old, std::slice::from_ref(&part)), []);
    assert_eq!(pruned(&old, std::slice::from_ref(&part)), old);
    let counts = |baseline: &Baseline| -> Vec<(String, usize)> {
        let entries = baseline.stacks[0].entries.iter();
        entries.map(|entry| (entry.key.rule.clone(), entry.count)).collect()
    };
    assert_eq!(counts(&rewritten(&old, &[whole])), [("here".to_owned(), 1)]);
    assert_eq!(counts(&rewritten(&old, &[part])), [("elsewhere".to_owned(), 2), ("here".to_owned(), 1)]);
}

#[test]
fn what_a_run_did_not_look_at_stays() {
    let old = Baseline {
        stacks: vec![
            KnownStack {
                stack: StackName::Folder("a".to_owned()),
                entries: vec![
                    Entry { reason: "why".to_owned(), ..entry("kept", 1, None, 2) },
                    entry("mended", 2, None, 1),
                    entry("not-asked", 3, None, 1),
                ],
            },
            KnownStack { stack: StackName::Folder("b".to_owned()), entries: vec![entry("r", 1, None, 1)] },
        ],
    };
    let mut run = listed("a", &old, &[key("kept", 1, None), key("new", 4, None)]);
    run.left_out.insert("not-asked".to_owned());
    let rules = |baseline: &Baseline| -> Vec<(String, usize, String)> {
        let entries = baseline.stacks.iter().flat_map(|known| &known.entries);
        let mut all: Vec<_> =
            entries.map(|entry| (entry.key.rule.clone(), entry.count, entry.reason.clone())).collect();
        all.sort();
        all
    };
    let told = |rule: &str, count: usize, reason: &str| (rule.to_owned(), count, reason.to_owned());
    let run = [run];
    assert_eq!(
        rules(&pruned(&old, &run)),
        [told("kept", 1, "why"), told("not-asked", 1, ""), told("r", 1, "")]
    );
    assert_eq!(
        rules(&rewritten(&old, &run)),
        [told("kept", 1, "why"), told("new", 1, ""), told("not-asked", 1, ""), told("r", 1, "")]
    );
    let gone: Vec<(&str, usize)> =
        gone(&old, &run).into_iter().map(|(entry, times)| (entry.key.rule.as_str(), times)).collect();
    assert_eq!(gone, [("kept", 1), ("mended", 1)]);
}

#[test]
fn an_entry_that_one_of_several_clusters_has_is_not_gone() {
    let old = Baseline {
        stacks: vec![KnownStack {
            stack: StackName::Folder("a".to_owned()),
            entries: vec![entry("r", 1, None, 1)],
        }],
    };
    let with = listed("a", &old, &[key("r", 1, None)]);
    let without = listed("a", &old, &[]);
    assert_eq!(gone(&old, &[with, without.clone()]), []);
    assert_eq!(gone(&old, &[without.clone(), without]).len(), 1);
}

fn any_text() -> impl Strategy<Value = String> {
    // Blanks alone are no text.
    "[ -~\\n\\t\u{85}\u{a0}\u{2028}\u{feff}äé\u{1F600}\u{7f}]{0,40}x"
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let key = ("[a-z]{1,3}", any::<u8>(), proptest::option::of(any_text()));
    (key, any_text(), any_text(), any_text(), 1..4_usize).prop_map(
        |((rule, number, object), path, message, reason, count)| Entry {
            key: key_of(&format!("r{rule}"), number, object),
            path,
            message,
            reason,
            count,
            place: None,
        },
    )
}

fn key_of(rule: &str, number: u8, object: Option<String>) -> Key {
    Key { rule: rule.to_owned(), fingerprint: format!("{number:032x}"), object }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_written_is_read(entries in proptest::collection::vec(any_entry(), 0..6), cluster in any_text()) {
        let mut entries: BTreeMap<Key, Entry> = entries.into_iter().map(|entry| (entry.key.clone(), entry)).collect();
        let known = KnownStack {
            stack: StackName::Folder("work/x".to_owned()),
            entries: std::mem::take(&mut entries).into_values().collect(),
        };
        let other = KnownStack { stack: StackName::Cluster(cluster), entries: Vec::new() };
        let baseline = Baseline { stacks: vec![other, known] };
        let text = write(&baseline, "/work/repo");
        prop_assert_eq!(placeless(parsed(&text).unwrap()), baseline);
    }

    #[test]
    fn nothing_is_accepted_more_often_than_it_is_listed(
        entries in proptest::collection::vec((0..3_u8, 0..3_u8, 1..3_usize), 0..5),
        faults in proptest::collection::vec((0..3_u8, 0..3_u8), 0..8),
        there in proptest::collection::vec(any::<bool>(), 3),
    ) {
        let object = |number: u8| format!("o{number}");
        let mut once = BTreeSet::new();
        let entries: Vec<Entry> = entries
            .into_iter()
            .filter(|(number, own, _)| once.insert((*number, *own)))
            .map(|(number, own, count)| entry("r", number, Some(&object(own)), count))
            .collect();
        let faults: Vec<Key> = faults.into_iter().map(|(number, own)| key("r", number, Some(&object(own)))).collect();
        let is_there = |name: &str| (0..3_u8).any(|own| object(own) == name && there[usize::from(own)]);
        let met = met(&entries, &faults.iter().collect::<Vec<_>>(), is_there);
        for (index, entry) in entries.iter().enumerate() {
            let mine: Vec<&Key> = faults.iter().zip(&met.entries).filter(|(_, own)| **own == Some(index)).map(|(fault, _)| fault).collect();
            prop_assert_eq!(mine.len() + met.left[index], entry.count);
            for fault in mine {
                prop_assert_eq!(&fault.fingerprint, &entry.key.fingerprint);
                let name = entry.key.object.as_deref().unwrap();
                prop_assert!(fault.object == entry.key.object || !is_there(name));
            }
        }
        // What can be met exactly is.
        for (fault, own) in faults.iter().zip(&met.entries) {
            let exact = entries.iter().position(|entry| entry.key == *fault);
            if let (None, Some(exact)) = (own, exact) {
                prop_assert_eq!(met.left[exact], 0);
            }
        }
    }
}
