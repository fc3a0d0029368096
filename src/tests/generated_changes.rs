//! Changes what is generated, one line at a time; a rule has to notice, or the line is listed.
//!
//! A line is left out, or its value becomes another. `fixtures/generated-survivors.txt` lists what no rule notices: it may
//! only shrink. The ordinary suite takes every 101st change; `GENERATED=all cargo test generated` takes all of them, and with
//! `UPDATE=1` rewrites the list.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::fixtures;
use super::generated::declaration;
use super::generated::found;
use super::generated::given;
use super::generated::written;
use crate::generate::Agreed;
use crate::generate::Form;
use crate::generate::Wanted;
use crate::rule::Overrides;

/// How many changes are passed over between two that the ordinary suite tries.
const STEP: usize = 101;

#[test]
#[expect(clippy::disallowed_methods, reason = "the test asks whether to take its time")]
fn rules_notice_what_is_changed_in_a_generated_stack() {
    let all = std::env::var("GENERATED").is_ok_and(|value| value == "all");
    let list = fixtures::root().join("fixtures/generated-survivors.txt");
    let text = fixtures::read(&list);
    let listed: BTreeSet<&str> = text.lines().collect();
    let agreed = Arc::new(Agreed::new(Overrides::new()));
    let mut survivors = BTreeSet::new();
    let mut tried = BTreeSet::new();
    let mut seen = BTreeSet::new();
    // Everything that can be wanted, on either cloud.
    for bits in [0b001_1111_1110, 0b001_1111_1111] {
        let (wanted, _) = Wanted::new(&given(bits)).unwrap();
        let settings = declaration(&wanted);
        let files = written(&wanted, Form::HelmChart, &agreed);
        assert_eq!(found(&files, &settings), [""; 0]);
        let changes: Vec<Change> = files
            .iter()
            .enumerate()
            .filter(|(_, (name, _))| !name.starts_with("site_"))
            .flat_map(|(index, (name, text))| changes(index, name, text))
            // What both clouds have alike is changed once.
            .filter(|change| seen.insert((change.name.clone(), change.line.clone())))
            .collect();
        let chosen: Vec<&Change> = changes.iter().step_by(if all { 1 } else { STEP }).collect();
        tried.extend(chosen.iter().map(|change| change.name.clone()));
        let survives = |change: &&&Change| {
            let mut texts = files.clone();
            texts[change.file].1.clone_from(&change.text);
            found(&texts, &settings).is_empty()
        };
        let names: Vec<String> =
            chosen.par_iter().with_max_len(1).filter(survives).map(|change| change.name.clone()).collect();
        survivors.extend(names);
    }
    if all && fixtures::update() {
        let kept: Vec<&str> = survivors.iter().map(String::as_str).collect();
        fixtures::write(&list, &format!("{}\n", kept.join("\n")));
        return;
    }
    let new: Vec<&String> = survivors.iter().filter(|name| !listed.contains(name.as_str())).collect();
    assert!(new.is_empty(), "no rule notices these, and {} does not list them:\n{new:#?}", list.display());
    let noticed: Vec<&&str> =
        listed.iter().filter(|name| tried.contains(**name) && !survivors.contains(**name)).collect();
    assert!(
        noticed.is_empty(),
        "rules notice these by now; take them out of {}:\n{noticed:#?}",
        list.display()
    );
}

/// A file with one line changed.
struct Change {
    /// The file's position.
    file: usize,
    /// What was done: `left out mimir.yaml mimir.structuredConfig...`
    name: String,
    /// The line before.
    line: String,
    /// The file's new content.
    text: String,
}

/// Every line of a file left out, and with another value, where it has one.
fn changes(file: usize, name: &str, text: &str) -> Vec<Change> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    // What the line stands in, each with its indentation.
    let mut above: Vec<(usize, String)> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let bare = line.trim_start();
        let depth =
            line.chars().take_while(|c| c.is_whitespace()).map(|c| if c == '\t' { 2 } else { 1 }).sum();
        if bare.is_empty() || bare.starts_with('#') || bare.starts_with("//") || bare.starts_with("---") {
            continue;
        }
        above.retain(|(other, _)| *other < depth);
        let route: Vec<&str> = above.iter().map(|(_, name)| name.as_str()).collect();
        let is_program = line.contains('\t');
        let split = if is_program {
            bare.split_once(" = ").map(|(key, value)| (key.trim(), value.trim()))
        } else {
            yaml(bare)
        };
        let Some((key, value)) = split.filter(|(_, value)| !value.is_empty()) else {
            let name = bare.trim_start_matches("- ").trim_end_matches([':', '{', ' ']);
            above.push((depth, name.to_owned()));
            continue;
        };
        if matches!(value, "|" | "[" | "{") {
            above.push((depth, key.to_owned()));
            continue;
        }
        let what = format!("{name} {} {key}", route.join(" > "));
        let with = |new: Option<String>| {
            let lines = lines.iter().enumerate().filter_map(|(other, line)| {
                if other == index { new.clone() } else { Some((*line).to_owned()) }
            });
            lines.flat_map(|line| [line, "\n".to_owned()]).collect::<String>()
        };
        let starts_item =
            !is_program && bare.starts_with("- ") && yaml(bare).is_some_and(|(key, _)| !key.is_empty());
        if starts_item {
            above.push((depth, format!("{key} {value}")));
        } else {
            found.push(Change {
                file,
                name: format!("left out: {what}"),
                line: (*line).to_owned(),
                text: with(None),
            });
        }
        let other = other(value);
        let at = line.rfind(value).unwrap();
        let changed = format!("{}{other}{}", &line[..at], &line[at + value.len()..]);
        found.push(Change {
            file,
            name: format!("{what} = {other}"),
            line: (*line).to_owned(),
            text: with(Some(changed)),
        });
    }
    found
}

/// Key and value of a line of YAML; without a key an item of a list.
fn yaml(bare: &str) -> Option<(&str, &str)> {
    let entry = bare.strip_prefix("- ").unwrap_or(bare);
    match entry.split_once(": ") {
        Some((key, value)) if !entry.starts_with(['"', '{', '[']) => Some((key, value)),
        _ if entry.ends_with(':') => None,
        _ => bare.starts_with("- ").then_some(("", entry)),
    }
}

/// Another value of the same kind.
fn other(value: &str) -> String {
    let digits = value.trim_start_matches('"').len()
        - value.trim_start_matches('"').trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let quote = usize::from(value.starts_with('"'));
    match value.trim_end_matches(',') {
        "true" => value.replace("true", "false"),
        "false" => value.replace("false", "true"),
        // Numbers, with units too: little, or twice as little.
        _ if digits > 0 => {
            let number = if &value[quote..quote + digits] == "1" { "2" } else { "1" };
            format!("{}{number}{}", &value[..quote], &value[quote + digits..])
        }
        _ => match value.rfind('"') {
            Some(last) => format!("{}x{}", &value[..last], &value[last..]),
            None => format!("{value}x"),
        },
    }
}
