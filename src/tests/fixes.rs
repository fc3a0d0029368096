//! Turns the example stacks that break rules into mended ones: each rule with a fix has `fail/fixed.diff` beside its
//! inputs, which is all that its fixes change there.
//!
//! Only the fixes of the one rule are made, unsafe ones too, and all rules judge the result. What fixes could not mend
//! follows behind the diff, each with the reason. `UPDATE=1 cargo test --lib fixes` writes the files; review them as a
//! careful engineer reads a colleague's change.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use rayon::prelude::*;

use super::fixtures;
use crate::check;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::document;
use crate::fix;
use crate::fix::Fixed;
use crate::fix::Why;
use crate::fix::Wishes;
use crate::fix::Workings;
use crate::report;
use crate::rule::Rule;
use crate::rule::RuleSet;
use crate::source::Sources;

#[test]
fn every_fix_makes_of_its_fixtures_what_is_expected() {
    let rules = RuleSet::builtin();
    let mut faults: Vec<String> =
        rules.rules().par_iter().with_max_len(1).filter_map(|rule| fault(rule)).collect();
    faults.sort();
    let count = faults.len();
    assert!(faults.is_empty(), "{count} faults in fixtures/rules:\n\n{}\n", faults.join("\n"));
}

/// What is wrong with the fixes of a rule.
fn fault(rule: &Rule) -> Option<String> {
    let folder = fixtures::folder_of(rule).join("fail");
    let file = folder.join("fixed.diff");
    let has_fix = rule.remedies().next().is_some();
    if !has_fix {
        return file.exists().then(|| format!("{}: the rule has no fix", fixtures::shown(&file)));
    }
    let mended = mended(rule, &folder);
    if fixtures::update() {
        fixtures::write(&file, &mended);
        return None;
    }
    if !file.is_file() {
        let remedy = "`UPDATE=1 cargo test --lib fixes` writes it, for review";
        return Some(format!("{}: missing; {remedy}. It is\n{mended}", fixtures::shown(&file)));
    }
    let expected = fixtures::read(&file);
    let place = fixtures::shown(&file);
    (expected != mended).then(|| format!("{place}: differs. Expected\n{expected}\nThe fixes make\n{mended}"))
}

/// What the fixes of a rule change in a folder, as a diff, with what they leave.
fn mended(rule: &Rule, folder: &Path) -> String {
    let (sources, options) = fixtures::inputs_of(rule, folder);
    let options = CheckOptions { select: Vec::new(), ..options };
    let check = |sources: &Sources| check::check(sources, &[".".to_owned()], &options);
    let workings = Workings { check: &check, edits: &document::edits };
    let wishes = Wishes { select: vec![rule.id.clone()], unsafe_too: true, ..Wishes::default() };
    let fixed = fix::fix(&sources, &wishes, &workings);
    nothing_is_new(rule, &fixed);
    ends_there(rule, &sources, &fixed, &wishes, &workings);

    let mut text = Vec::new();
    for file in fixed.texts.keys() {
        report::write_diff(&fixed.before.documents, &fixed.now().documents, *file, &mut text).unwrap();
    }
    let mut text = String::from_utf8(text).unwrap();
    let Checked { documents, report, .. } = fixed.now();
    for left in &fixed.left {
        let finding = &report.findings[left.finding];
        let place = finding.place.map(|place| documents.resolve(place));
        let place = place.map_or("-".to_owned(), |place| format!("{}:{}", place.path, place.start.line));
        let why = match &left.why {
            Why::NeedsPerson => "no fix".to_owned(),
            Why::NeedsUnsafe(title) => title.clone(),
            Why::Rejected { title, reason } => format!("{title}: {reason}"),
        };
        let _ = writeln!(text, "left: {place} {why}");
    }
    if text.is_empty() {
        text.push_str("nothing\n");
    }
    text
}

/// Each rule says at most as much as before, and the rule that was mended less by what was done.
fn nothing_is_new(rule: &Rule, fixed: &Fixed) {
    let count = |checked: &Checked| {
        let mut counts = BTreeMap::<String, usize>::new();
        for finding in &checked.report.findings {
            *counts.entry(finding.rule.clone()).or_default() += 1;
        }
        counts
    };
    let (before, after) = (count(&fixed.before), count(fixed.now()));
    for (id, count) in &after {
        assert!(before.get(id) >= Some(count), "{}: {id} says more than before", rule.id);
    }
    let of = |counts: &BTreeMap<String, usize>| counts.get(&rule.id).copied().unwrap_or_default();
    assert!(of(&before) >= of(&after) + fixed.done.len(), "{}: not all that was done is gone", rule.id);
    assert_eq!(of(&after), fixed.left.len(), "{}: all that is there is told", rule.id);
}

/// A second run changes nothing, and says the same of what is left.
fn ends_there(rule: &Rule, sources: &Sources, fixed: &Fixed, wishes: &Wishes, workings: &Workings<'_>) {
    let mut again = sources.clone();
    for (file, text) in &fixed.texts {
        again.texts[*file as usize].text = text.clone().into();
    }
    let again = fix::fix(&again, wishes, workings);
    assert!(again.texts.is_empty(), "{}: a second run changes {:?}", rule.id, again.done);
    assert_eq!(again.left, fixed.left, "{}", rule.id);
}
