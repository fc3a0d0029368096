//! Holds that another offending value is another finding: wherever the inputs that break a rule have a value at the place that
//! the rule points at, that value is changed a little, and where the rule still speaks there, its fingerprint must be another.
//!
//! `fixtures/rules/identity.txt` has the rules for which that is not so, each with a reason; the list may only shrink.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use rayon::prelude::*;

use super::fixtures;
use crate::check;
use crate::check::CheckOptions;
use crate::rule::Rule;
use crate::rule::RuleSet;
use crate::source::Sources;
use crate::text::Span;

/// At most so many values of a rule are changed: each takes a whole check.
const MOST: usize = 4;

/// A value in a file: its path and bytes.
type At = (String, Span);

#[test]
fn another_offending_value_has_another_fingerprint() {
    let builtin = RuleSet::builtin();
    let same: BTreeMap<&str, Vec<String>> = builtin
        .rules()
        .par_iter()
        .with_max_len(1)
        .map(|rule| (rule.id.as_str(), unnoticed(rule)))
        .filter(|(_, unnoticed)| !unnoticed.is_empty())
        .collect();
    let list = fixtures::read(&fixtures::root().join("fixtures/rules/identity.txt"));
    let known: BTreeMap<&str, &str> = list
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once(": ").expect("RULE: REASON"))
        .collect();
    let mut faults = Vec::new();
    for (rule, unnoticed) in &same {
        if !known.contains_key(rule) {
            faults.push(format!("{rule}: {}", unnoticed.join("; ")));
        }
    }
    for rule in known.keys().filter(|rule| !same.contains_key(*rule)) {
        faults.push(format!("{rule}: stands in identity.txt, and every change is noticed: take it out"));
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Changes of offending values, in words, after which the rule speaks at the same place with the same fingerprint.
fn unnoticed(rule: &Rule) -> Vec<String> {
    let folder = fixtures::folder_of(rule).join("fail");
    let (sources, options) = fixtures::inputs_of(rule, &folder);
    let before = fingerprints(rule, &sources, &options);
    let (mut unnoticed, mut tried) = (Vec::new(), 0);
    for ((path, span), known) in &before {
        let Some(index) = sources.texts.iter().position(|source| source.path == *path) else { continue };
        let text = &sources.texts[index].text;
        if !is_value(text, *span) {
            continue;
        }
        if tried == MOST {
            break;
        }
        tried += 1;
        let other = other(span.slice(text));
        let changed = format!("{}{other}{}", &text[..span.start as usize], &text[span.end as usize..]);
        let mut texts = sources.texts.clone();
        texts[index].text = changed.into();
        let after = fingerprints(rule, &Sources { texts, ..Sources::default() }, &options);
        let there = after.iter().filter(|((file, at), _)| file == path && at.start == span.start);
        if there.flat_map(|(_, own)| own).any(|own| known.contains(own)) {
            unnoticed.push(format!("{path}: `{}` as `{other}`", span.slice(text)));
        }
    }
    unnoticed
}

/// What the rule says, by place.
fn fingerprints(rule: &Rule, sources: &Sources, options: &CheckOptions) -> BTreeMap<At, BTreeSet<String>> {
    let checked = check::check(sources, &[".".to_owned()], options);
    let mut found = BTreeMap::<At, BTreeSet<String>>::new();
    for finding in checked.report.findings.iter().filter(|finding| finding.rule == rule.id) {
        let Some(place) = finding.place else { continue };
        let place = checked.documents.resolve(place);
        found.entry((place.path, place.outer)).or_default().insert(finding.fingerprint.clone());
    }
    found
}

/// Whether a text is one word behind a `:`, a `=` or a dash, rather than a key or a part of something.
fn is_value(text: &str, span: Span) -> bool {
    let own = span.slice(text);
    let inner = own.trim_matches(['"', '\'', '`']);
    let is_word =
        !inner.is_empty() && inner.chars().all(|c| !c.is_whitespace() && !"{}[]()#\"'`".contains(c));
    let before = text[..span.start as usize].trim_end_matches([' ', '"', '\'']);
    let after = text[span.end as usize..].trim_start_matches([' ', '"', '\'']);
    is_word && before.ends_with([':', '=', '-', '[', ',']) && !after.starts_with([':', '=', '{'])
}

/// The same word, a little changed: another number, or one more letter.
fn other(word: &str) -> String {
    let inner = word.trim_matches(['"', '\'', '`']);
    let number = |from: usize| {
        let length = inner[from..].find(|c: char| !c.is_ascii_digit()).unwrap_or(inner.len() - from);
        let number = inner[from..from + length].parse::<u32>().ok()?.checked_add(1)?;
        Some(format!("{}{number}{}", &inner[..from], &inner[from + length..]))
    };
    // Behind a letter a digit may be a part of a name.
    let other = inner.find(|c: char| c.is_ascii_digit()).filter(|from| *from == 0).and_then(number);
    word.replacen(inner, &other.unwrap_or_else(|| format!("{inner}x")), 1)
}
