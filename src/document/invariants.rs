//! Holds the trees of any text to what must be true of them: spans inside, children behind parents, maps without gaps.
//! For tests and for fuzzing; panics where something is wrong.

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
use super::tree::Style;
use crate::text::Span;

/// Parses a text in all languages that give trees.
pub(crate) fn survives(text: &str) {
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
            NodeKind::Scalar { style, .. } => {
                let style = *style;
                let node = tree.node(id_of(index));
                let decoded = node.text().unwrap_or_default();
                let map = node.embedding();
                let covered = map.pieces().last().map_or(0, |piece| piece.guest.end as usize);
                assert_eq!(covered, decoded.len(), "{text:?}");
                let coarse = matches!(map.pieces(), [piece] if piece.guest.len() != piece.host.len());
                // The scanner lets a plain scalar go on behind a line of comment, which is no YAML; its place is then
                // known as a whole.
                let has_comment =
                    style == Style::Plain && node.span().slice(text).contains('#') && decoded.contains('\n');
                let text = decoded.trim_start_matches('\n');
                assert!(
                    !coarse || has_comment || text.chars().count() <= 1,
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
                let _ = tree.node(id_of(index)).entries_merged().len();
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

fn id_of(index: usize) -> NodeId {
    NodeId(u32::try_from(index).unwrap_or(u32::MAX))
}

/// Places of a document at which changes may be asked for: its nodes, or the statements and values of a program. Those that
/// start earlier come first, and what holds others before them.
pub(crate) fn places(document: &super::Document) -> Vec<crate::text::Span> {
    let mut places = match &document.body {
        super::Body::Tree(tree) => tree.nodes.iter().map(|node| node.span).collect(),
        super::Body::Alloy(file) => {
            let mut spans = Vec::new();
            let mut bodies = vec![&file.body];
            while let Some(body) = bodies.pop() {
                spans.extend(body.attributes().flat_map(|attribute| [attribute.name, attribute.value.span]));
                spans.extend(body.blocks().map(|block| block.span));
                bodies.extend(body.blocks().map(|block| &block.body));
            }
            spans
        }
    };
    places.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    places
}
