//! For every component and block of the table: a program that is right has no fault, and one change to it has exactly one,
//! at its place.

use std::collections::BTreeMap;

use super::super::table;
use super::super::table::Attribute;
use super::super::table::BlockRule;
use super::super::table::Entry;
use super::*;
use crate::model::eval::TypeName;

/// Components that give what others take.
const GIVERS: &str = "loki.write \"giver\" { }
prometheus.remote_write \"giver\" { }
pyroscope.write \"giver\" { }
otelcol.exporter.debug \"giver\" { }
otelcol.auth.basic \"giver\" { }
loki.relabel \"giver\" {
  forward_to = []
}
";

/// One change to a body.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Change<'n> {
    Nothing,
    UnknownAttribute,
    UnknownBlock,
    Twice(&'n str),
    WrongType(&'n str),
    WrongText(&'n str),
    Without(&'n str),
    BlockForAttribute(&'n str),
    AttributeForBlock(&'n str),
    BlockTwice(&'n str),
    Label(&'n str),
}

/// A value of the type that fits.
fn fitting(attribute: &Attribute) -> String {
    let text = attribute.texts().next().unwrap_or("x");
    value(&TypeName::parse(attribute.kind), text)
}

fn value(kind: &TypeName, text: &str) -> String {
    match kind {
        TypeName::Text | TypeName::Secret | TypeName::OptionalSecret | TypeName::Bytes => {
            format!("\"{text}\"")
        }
        TypeName::Int | TypeName::Uint => "1".to_owned(),
        TypeName::Float => "1.5".to_owned(),
        TypeName::Bool | TypeName::Any => "true".to_owned(),
        TypeName::Duration => "\"1m\"".to_owned(),
        TypeName::List(inner) => format!("[{}]", value(inner, text)),
        TypeName::Map(inner) => format!("{{a = {}}}", value(inner, text)),
        TypeName::Target => "{a = \"b\"}".to_owned(),
        TypeName::Capsule(name) => match &**name {
            "LogsReceiver" => "loki.write.giver.receiver",
            "MetricsReceiver" => "prometheus.remote_write.giver.receiver",
            "ProfilesReceiver" => "pyroscope.write.giver.receiver",
            "otelcol.Consumer" => "otelcol.exporter.debug.giver.input",
            "otelcol.Handler" => "otelcol.auth.basic.giver.handler",
            "Rules" => "loki.relabel.giver.rules",
            other => panic!("nothing gives {other}"),
        }
        .to_owned(),
    }
}

/// A value that the type does not take, with the part that the evaluator blames; `None` where it takes everything.
fn unfitting(kind: &TypeName) -> Option<(String, String)> {
    let both = |text: &str| Some((text.to_owned(), text.to_owned()));
    match kind {
        TypeName::Any => None,
        TypeName::Int | TypeName::Uint | TypeName::Float | TypeName::Duration => both("\"soon\""),
        TypeName::Bool | TypeName::Map(_) | TypeName::Capsule(_) => both("7777"),
        TypeName::Text | TypeName::Secret | TypeName::OptionalSecret | TypeName::Bytes | TypeName::Target => {
            both("true")
        }
        TypeName::List(inner) => {
            unfitting(inner).map(|(text, blamed)| (format!("[{text}]"), blamed)).or(both("7777"))
        }
    }
}

fn line_of(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// The text of a body: what it must hold, or all that it can; `change` is made in the body at the end of `way`.
fn body(entry: &Entry, full: u32, way: &[&str], change: Change<'_>, out: &mut String) {
    let here = if way.is_empty() { change } else { Change::Nothing };
    for (name, words) in &entry.attributes {
        let attribute = Attribute::parse(words);
        let named = matches!(here, Change::Twice(own) | Change::WrongType(own) | Change::WrongText(own) if own == *name);
        if !(attribute.required || full > 0 || named) && here != Change::BlockForAttribute(name) {
            continue;
        }
        let line = |value: &str| format!("{name} = {value}\n");
        match here {
            Change::Without(own) if own == *name => {}
            Change::BlockForAttribute(own) if own == *name => line_of(out, &format!("{name} {{ }}")),
            Change::WrongType(own) if own == *name => {
                out.push_str(&line(&unfitting(&TypeName::parse(attribute.kind)).unwrap().0));
            }
            Change::WrongText(own) if own == *name => {
                out.push_str(&line(&value(&TypeName::parse(attribute.kind), "quite-another")));
            }
            Change::Twice(own) if own == *name => out.push_str(&line(&fitting(&attribute)).repeat(2)),
            _ => out.push_str(&line(&fitting(&attribute))),
        }
    }
    if here == Change::UnknownAttribute {
        out.push_str("zzz_zzz_zzz_zzz = 1\n");
    }
    if here == Change::UnknownBlock {
        out.push_str("zzz_zzz_zzz_zzz { }\n");
    }
    for (name, words) in &entry.blocks {
        let rule = BlockRule::parse(words);
        let next = way.first() == Some(name);
        let named = matches!(here, Change::BlockTwice(own) | Change::Label(own) if own == *name);
        match here {
            Change::Without(own) if own == *name => continue,
            Change::AttributeForBlock(own) if own == *name => {
                line_of(out, &format!("{name} = 1"));
                continue;
            }
            _ => {}
        }
        if !(rule.required || full > 0 || next || named) {
            continue;
        }
        let labelled = rule.label != (here == Change::Label(name));
        let mut text = format!("{name} {}{{\n", if labelled { "\"label\" " } else { "" });
        let inner = rule.body.map_or_else(Arc::default, |inner| table::entry(inner).unwrap());
        let way = if next { &way[1..] } else { &[][..] };
        let change = if next { change } else { Change::Nothing };
        // The body of another instance is not the one that is changed.
        body(&inner, full.saturating_sub(1), way, change, &mut text);
        text.push_str("}\n");
        out.push_str(&text.repeat(if here == Change::BlockTwice(name) { 2 } else { 1 }));
    }
}

/// A program with one such component.
fn program(name: &str, entry: &Entry, full: u32, way: &[&str], change: Change<'_>) -> String {
    let mut text = String::new();
    body(entry, full, way, change, &mut text);
    let unlabelled = matches!(name, "http" | "livedebugging" | "logging" | "remotecfg" | "tracing");
    let label = if unlabelled { "" } else { "\"own\" " };
    let block = format!("{name} {label}{{\n{text}}}\n");
    let block = if entry.module_only() { format!("declare \"m\" {{\n{block}}}\n") } else { block };
    format!("{block}{GIVERS}")
}

/// Every body that can be reached, with the way to it. Blocks that nest themselves are followed once.
fn bodies(entry: &Arc<Entry>) -> Vec<(Vec<&'static str>, Arc<Entry>)> {
    let mut found = vec![(Vec::new(), entry.clone())];
    let mut index = 0;
    while let Some((way, entry)) = found.get(index).cloned() {
        index += 1;
        for (name, words) in &entry.blocks {
            let Some(inner) = BlockRule::parse(words).body else { continue };
            if !way.contains(name) && inner != "foreach/template" {
                found.push((way.iter().copied().chain([*name]).collect(), table::entry(inner).unwrap()));
            }
        }
    }
    found
}

/// Attributes whose name a dotted name would need: they cannot be written.
fn writable(name: &str) -> bool {
    !name.contains('.')
}

#[test]
fn finds_no_fault_in_any_component_with_what_it_must_have_or_all_it_can() {
    let mut count = 0;
    for name in table::components() {
        let entry = table::component(name).unwrap();
        for full in [0, 1, 2, 9] {
            let text = program(name, &entry, full, &[], Change::Nothing);
            let mut found = told(&text, &Running::default());
            // All that it can take: also what excludes each other.
            found.retain(|line| {
                full == 0 || !line.starts_with("conflict ") || !line.contains("at most one of")
            });
            assert_eq!(found, [""; 0], "{name}\n{text}");
            count += 1;
        }
    }
    println!("typed checks: {count} generated programs without a fault");
}

#[test]
fn finds_one_change_once_and_at_its_place() {
    let mut counts = BTreeMap::new();
    for name in table::components() {
        let component = table::component(name).unwrap();
        if *name == "declare" {
            continue;
        }
        for (way, entry) in bodies(&component) {
            // The block that lacks something is what is pointed at.
            let own = way.last().map_or_else(
                || {
                    if program(name, &entry, 0, &[], Change::Nothing).contains(" \"own\"") {
                        format!("{name} \"own\"")
                    } else {
                        (*name).to_owned()
                    }
                },
                |last| (*last).to_owned(),
            );
            for (change, kind, place) in changes(&entry, &own) {
                let text = program(name, &component, 0, &way, change);
                let found = told(&text, &Running::default());
                let context = || format!("{name} {way:?} {change:?}: {found:#?} in\n{text}");
                let [one] = found.as_slice() else { panic!("{}", context()) };
                assert!(one.starts_with(&format!("{kind} ")), "{}", context());
                assert!(one.contains(&format!(" `{place}` ")), "wanted `{place}`: {}", context());
                *counts.entry(kind).or_insert(0) += 1;
            }
        }
    }
    println!("typed checks, one change each: {counts:?}");
    assert!(counts.len() == 7 && counts.values().sum::<u32>() > 25_000, "{counts:?}");
}

/// The changes that can be made to a body, with the kind of fault and the text that is pointed at.
fn changes<'n>(entry: &'n Entry, own: &str) -> Vec<(Change<'n>, &'static str, String)> {
    let mut changes = vec![
        (Change::UnknownAttribute, "unknown-argument", "zzz_zzz_zzz_zzz".to_owned()),
        (Change::UnknownBlock, "unknown-argument", "zzz_zzz_zzz_zzz".to_owned()),
    ];
    for (name, words) in entry.attributes.iter().filter(|(name, _)| writable(name)) {
        let attribute = Attribute::parse(words);
        if attribute.required {
            changes.push((Change::Without(name), "missing-argument", own.to_owned()));
        }
        changes.push((Change::Twice(name), "repeated-argument", (*name).to_owned()));
        changes.push((Change::BlockForAttribute(name), "attribute-for-block", (*name).to_owned()));
        if let Some((_, blamed)) = unfitting(&TypeName::parse(attribute.kind)) {
            changes.push((Change::WrongType(name), "wrong-type", blamed));
        }
        if attribute.is_limited() {
            changes.push((Change::WrongText(name), "wrong-value", "quite-another".to_owned()));
        }
    }
    for (name, words) in
        entry.blocks.iter().filter(|(_, words)| BlockRule::parse(words).body != Some("foreach/template"))
    {
        let rule = BlockRule::parse(words);
        if rule.required {
            changes.push((Change::Without(name), "missing-argument", own.to_owned()));
        }
        if !rule.repeated {
            changes.push((Change::BlockTwice(name), "repeated-argument", (*name).to_owned()));
        }
        if writable(name) {
            changes.push((Change::AttributeForBlock(name), "attribute-for-block", (*name).to_owned()));
        }
        let place = if rule.label { (*name).to_owned() } else { "label".to_owned() };
        changes.push((Change::Label(name), "wrong-label", place));
    }
    changes
}
