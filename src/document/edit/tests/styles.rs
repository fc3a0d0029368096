//! Whether random texts of YAML have every style there is.

use std::collections::BTreeMap;
use std::collections::HashSet;

use super::properties;
use super::random::random_yaml;
use crate::document::Language;
use crate::document::NodeKind;
use crate::document::Style;
use crate::document::Tree;
use crate::document::parse_yaml;

/// What a sound text shows, by name.
fn shown(text: &str) -> HashSet<String> {
    let stream = parse_yaml(&text.into());
    let whole = [
        ("a byte order mark", text.starts_with('\u{feff}')),
        ("CRLF", text.contains("\r\n")),
        ("CRLF and LF", text.contains("\r\n") && text.replace("\r\n", "").contains('\n')),
        ("no final line end", !text.ends_with('\n')),
        ("documents in a stream", stream.documents.len() > 1),
        ("an end of a document", text.contains("\n...")),
        ("a directive", text.contains("%YAML")),
        ("a tab", text.contains('\t')),
        ("lines of blanks", text.lines().any(|line| !line.is_empty() && line.trim().is_empty())),
        (
            "a comment far in",
            text.lines().any(|line| line.starts_with("    ") && line.trim_start().starts_with('#')),
        ),
        ("an explicit key", text.lines().any(|line| line.trim_start().starts_with("? "))),
        ("a value in a line of its own", text.lines().any(|line| line.trim() == "word")),
    ];
    let mut shown: HashSet<String> =
        whole.into_iter().filter(|(_, is_shown)| *is_shown).map(|(name, _)| name.to_owned()).collect();
    for tree in &stream.documents {
        let root = tree.root().map(|root| {
            if matches!(root.raw().kind, NodeKind::Scalar { .. }) { "scalar" } else { "collection" }
        });
        shown.extend(root.map(|kind| format!("a root that is a {kind}")));
        for node in &tree.nodes {
            let written = node.span.slice(text);
            let over = if written.contains('\n') { "over lines" } else { "in a line" };
            let (name, anchor_or_tag) = match &node.kind {
                NodeKind::Mapping(entries) => {
                    (collection(tree, text, node.span.start, entries.iter().map(|entry| entry.key)), true)
                }
                NodeKind::Sequence(_) if written.starts_with('[') => (format!("[] {over}"), true),
                NodeKind::Sequence(_) => ("a list".to_owned(), true),
                NodeKind::Alias(_) => ("an alias".to_owned(), false),
                NodeKind::Scalar { style: Style::Literal | Style::Folded, .. } => {
                    let header: String =
                        written.chars().take_while(|c| "|>+-0123456789".contains(*c)).collect();
                    (
                        if header.contains(char::is_numeric) {
                            header.replace(char::is_numeric, "1")
                        } else {
                            header
                        },
                        true,
                    )
                }
                NodeKind::Scalar { style, .. } => (format!("{style:?} {over}"), true),
            };
            shown.insert(name);
            if anchor_or_tag && node.tag().is_some() {
                shown.insert("a tag".to_owned());
            }
        }
    }
    shown
}

/// What a mapping shows.
fn collection(
    tree: &Tree,
    text: &str,
    start: u32,
    keys: impl Iterator<Item = crate::document::NodeId>,
) -> String {
    let keys: Vec<_> = keys.map(|key| tree.node(key)).collect();
    let mut seen = HashSet::new();
    if keys.iter().any(|key| key.is_merge()) {
        "a merge key".to_owned()
    } else if !keys.iter().filter_map(|key| key.text()).all(|key| seen.insert(key)) {
        "a key twice".to_owned()
    } else if text[start as usize..].starts_with('{') {
        "{}".to_owned()
    } else {
        "a mapping".to_owned()
    }
}

#[test]
fn random_texts_have_every_style() {
    let mut counts = BTreeMap::<String, usize>::new();
    let mut readable = 0;
    for seed in 0..1500_u64 {
        let text = random_yaml(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        if properties::fault(&text, Language::Yaml).is_none() {
            readable += 1;
            for name in shown(&text) {
                *counts.entry(name).or_default() += 1;
            }
        }
    }
    assert!(readable > 1200, "{readable}");
    let mut wanted: Vec<String> = [
        "a byte order mark",
        "CRLF",
        "CRLF and LF",
        "no final line end",
        "documents in a stream",
        "an end of a document",
        "a directive",
        "a tab",
        "lines of blanks",
        "a comment far in",
        "an explicit key",
        "a value in a line of its own",
        "a root that is a scalar",
        "a root that is a collection",
        "an alias",
        "a tag",
        "a merge key",
        "a key twice",
        "a mapping",
        "a list",
        "{}",
        "[] in a line",
        "[] over lines",
        "Plain in a line",
        "Plain over lines",
        "SingleQuoted in a line",
        "SingleQuoted over lines",
        "DoubleQuoted in a line",
        "DoubleQuoted over lines",
    ]
    .map(str::to_owned)
    .to_vec();
    for mark in ["|", ">"] {
        for rest in ["", "-", "+", "1", "1-", "1+", "-1", "+1"] {
            wanted.push(format!("{mark}{rest}"));
        }
    }
    let rare: Vec<_> =
        wanted.iter().filter(|name| counts.get(*name).is_none_or(|count| *count < 10)).collect();
    assert!(rare.is_empty(), "{rare:?} of {counts:?}");
}
