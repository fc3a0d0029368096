//! Holds all parsers of this folder to what must be true for any text: no panic, spans inside, maps without gaps.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use super::Language;
use super::NodeId;
use super::NodeKind;
use super::ParseProblem;
use super::Tree;
use super::decode_base64;
use super::parse_ini;
use super::parse_json;
use super::parse_trees;
use super::parse_yaml;
use super::tree::Dialect;
use crate::tests::Random;
use crate::tests::not_run;
use crate::text::Span;

/// Whether everything about a tree holds together; visits every node once.
fn sound(tree: &Tree) {
    let text = tree.text.as_ref();
    for (index, node) in tree.nodes.iter().enumerate() {
        let Span { start, end } = node.span;
        assert!(
            start <= end && text.get(start as usize..end as usize).is_some(),
            "{:?} in {text:?}",
            node.span
        );
        let inside = |id: NodeId| {
            let child = &tree.nodes[id.0 as usize];
            assert!(
                id.0 as usize > index || tree.dialect == Dialect::Ini,
                "children stand behind their parents"
            );
            assert!(
                node.span.contains(child.span) || tree.dialect == Dialect::Ini,
                "{text:?}: {node:?} {child:?}"
            );
        };
        match &node.kind {
            NodeKind::Mapping(entries) => entries.iter().for_each(|entry| {
                inside(entry.key);
                inside(entry.value);
            }),
            NodeKind::Sequence(items) => items.iter().copied().for_each(inside),
            NodeKind::Alias(target) => assert!((target.0 as usize) < index, "aliases point backwards"),
            NodeKind::Scalar { .. } => {
                let node = tree.node(NodeId(u32::try_from(index).unwrap()));
                let decoded = node.text().unwrap();
                let map = node.embedding();
                let covered = map.pieces().last().map_or(0, |piece| piece.guest.end as usize);
                assert_eq!(covered, decoded.len(), "{text:?}");
                let coarse = matches!(map.pieces(), [piece] if piece.guest.len() != piece.host.len());
                let text = decoded.trim_start_matches('\n');
                assert!(
                    !coarse || text.chars().count() <= 1,
                    "{decoded:?} maps as a whole in {:?}",
                    tree.text
                );
                let _ = (node.scalar(), decode_base64(node));
            }
        }
    }
    if let Some(root) = tree.root() {
        let mappings =
            tree.nodes.iter().enumerate().filter(|(_, node)| matches!(node.kind, NodeKind::Mapping(_)));
        if tree.nodes.len() < 2000 {
            for (index, _) in mappings {
                let _ = tree.node(NodeId(u32::try_from(index).unwrap())).entries_merged().len();
            }
        }
        let _ = root.scalar();
    }
}

fn sound_problems(text: &str, problems: &[ParseProblem]) {
    for problem in problems {
        let Span { start, end } = problem.span;
        assert!(start <= end && text.get(start as usize..end as usize).is_some(), "{problem:?} in {text:?}");
        assert!(!problem.message.is_empty());
    }
}

/// Parses a text in the languages of other collectors, whose trees grow from the leaves.
fn survives_in_small_formats(text: &Arc<str>) {
    for language in [Language::Toml, Language::FluentBit, Language::Fluentd] {
        let (trees, problems) = parse_trees(text, language);
        sound_problems(text, &problems);
        assert!(trees.len() == 1 || !problems.is_empty(), "{language:?}: {text:?}");
        for node in trees.iter().flat_map(|tree| &tree.nodes) {
            let Span { start, end } = node.span;
            assert!(text.get(start as usize..end as usize).is_some(), "{language:?} {node:?} in {text:?}");
            let _ = node.scalar_text(text);
        }
    }
}

/// Parses a text in all languages and holds what must hold for any input.
fn survives(text: &str) {
    let text: Arc<str> = Arc::from(text);
    survives_in_small_formats(&text);
    let stream = parse_yaml(&text);
    stream.documents.iter().for_each(sound);
    sound_problems(&text, &stream.errors);
    match parse_json(&text) {
        Ok(json) => {
            sound(&json.tree);
            sound_problems(&text, &json.problems);
        }
        Err(problem) => sound_problems(&text, &[problem]),
    }
    let (tree, problems) = parse_ini(&text);
    sound(&tree);
    sound_problems(&text, &problems);
}

const SAMPLES: &[&str] = &[
    "a:\n- x\n-\n- - y\nb:\nc:   # | hi\n  d: |2 # c\n\n     x\n    y\n\ne: 'q'\nf: [1, {g: h}] # z\n\n",
    "base: &b {k: v, l: [1, 2]}\nuse:\n  <<: *b\n  m: !!str 5\n  n: !x\n? complex\n: *b\n",
    "data:\n  config.alloy: |-\n    loki.write \"x\" {\n      url = \"http://é\"\n    }\n  folded: >+\n    one\n    two\n\n      three\n\n",
    "---\ns: 'it''s\n\n  folded'\nd: \"a\\n\\\n  \\ b \\u00e9 \\ud83d\\ude00\"\n...\n--- >-\n x\n y\n---\n\"k\" : plain\n  text 漢字\n",
    "{\"a\": [1, -2.5e3, true, null, \"x\\ny \\ud83d\\ude00\", {}], \"b\": \"c2VjcmV0\"}",
    "[auth.proxy]\nenabled = true ; c\nlong = \"\"\"a\nb\"\"\"\nj = x \\\n y\n[log]\nmode: `c`\n",
    "@SET a=é\n[INPUT]\n    Name tail\n[OUTPUT]\n    Name http\n    Header Authorization x y\n@INCLUDE é.conf\n",
    "<source>\n  @type tail\n</source>\n<match é.**>\n  <store>\n    url \"http://é\"\n  </store>\n</match>\n",
    "[a.b]\nc = [1, \"é\"]\nd = { e = 2024-01-01, f = 'x' }\n[[g]]\nh = 1_0.5\n",
];

/// Bytes that mean something to one of the parsers.
const PARTS: &[&str] = &[
    "\n", "\r\n", "\r", "\t", " ", "  ", ":", ": ", "- ", "-", "?", "|", ">", "|+", ">-", "|9", "'", "\"",
    "\\", "[", "]", "{", "}", ",", "#", " #", "&a", "*a", "!", "!!int ", "%", "@", "`", "---\n", "...\n",
    "<<", "é", "😀", "\u{feff}", "\u{0}", "\u{85}", "\u{2028}", "~", "0", "\"\"\"", "=", ";", "\\\n", "\\u",
    "key: ",
];

/// Files below `folder` with one of the extensions, sorted.
pub(super) fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// One to six random changes.
fn mutate(text: &mut String, random: &mut Random) {
    for _ in 0..=random.below(6) {
        let mut at = random.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let mut end = at + random.below(12).min(text.len() - at);
        while !text.is_char_boundary(end) {
            end += 1;
        }
        match random.below(4) {
            0 => text.replace_range(at..end, ""),
            1 => text.insert_str(at, PARTS[random.below(PARTS.len())]),
            2 => text.replace_range(at..end, PARTS[random.below(PARTS.len())]),
            _ => {
                let copy = text[at..end].to_owned();
                text.insert_str(at, &copy);
            }
        }
    }
}

#[test]
fn mutated_texts_never_break_anything() {
    let mut random = Random(0x5eed_1234_5678_9abc);
    for round in 0..6_000 {
        let mut text = SAMPLES[round % SAMPLES.len()].to_owned();
        mutate(&mut text, &mut random);
        survives(&text);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "reads the shared corpus where it is there")]
fn mutated_corpus_files_never_break_anything() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/ptd");
    let files = files(&folder, &["yaml", "yml", "json"]);
    if files.is_empty() {
        not_run("../shared/corpus/ptd");
        return;
    }
    let mut random = Random(0x5eed_0000_0000_0001);
    let mut checked = 0;
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        if text.len() < 6_000 {
            survives(&text);
            let mut text = text;
            mutate(&mut text, &mut random);
            survives(&text);
            checked += 1;
        }
    }
    println!("{checked} files");
}

#[test]
fn every_prefix_of_a_sample_is_survived() {
    for sample in SAMPLES {
        for (at, _) in sample.char_indices() {
            survives(&sample[..at]);
            survives(&sample[..at].replace('\n', "\r\n"));
        }
    }
}

#[test]
fn strange_inputs_are_survived() {
    let mut inputs =
        vec!["\u{0}".to_owned(), "\u{feff}".to_owned(), "\u{feff}\u{feff}a: 1".to_owned(), "|".to_owned()];
    for part in PARTS {
        inputs.push(part.repeat(3_000));
        inputs.push(format!("a{}: 1\n", part.repeat(50)).repeat(50));
    }
    for input in inputs {
        survives(&input);
    }
}
