//! Trees, places and problems of YAML streams.

use std::sync::Arc;

use super::*;
use crate::document::NodeRef;
use crate::document::Scalar;

fn parse(text: &str) -> YamlStream {
    parse_yaml(&Arc::from(text))
}

fn one(text: &str) -> Tree {
    let stream = parse(text);
    assert_eq!(stream.errors, [], "{text:?}");
    assert_eq!(stream.documents.len(), 1, "{text:?}");
    stream.documents.into_iter().next().unwrap()
}

/// What the node's span covers.
fn written(node: NodeRef<'_>) -> &str {
    node.span().slice(&node.tree.text)
}

#[test]
fn spans_cover_what_was_written() {
    let tree = one(
        "a:\n- x\n-\n- - y\nb:\nc:   # | hi\n  d: |2 # c\n\n     x\n    y\n\ne: 'q'\nf: [1, {g: h}] # z\n\n",
    );
    let root = tree.root().unwrap();
    assert!(written(root).starts_with("a:") && written(root).ends_with("{g: h}]"));
    assert_eq!(written(root.at("a").unwrap()), "- x\n-\n- - y");
    let items: Vec<_> = root.at("a").unwrap().items().collect();
    assert_eq!(written(items[0]), "x");
    assert_eq!(items[1].span(), Span::at(8));
    assert!(items[1].is_null());
    assert_eq!(written(items[2]), "- y");
    assert_eq!(root.at("b").unwrap().span(), Span::at(17));
    assert_eq!(written(root.at("c.d").unwrap()), "|2 # c\n\n     x\n    y");
    assert_eq!(root.text_at("c.d"), Some("\n x\ny\n"));
    assert_eq!(written(root.at("e").unwrap()), "'q'");
    assert_eq!(root.text_at("e"), Some("q"));
    assert_eq!(written(root.at("f").unwrap()), "[1, {g: h}]");
    assert_eq!(root.at("f").unwrap().items().next().unwrap().scalar(), Some(Scalar::Int(1)));
}

#[test]
fn text_is_kept_only_where_it_differs_from_the_source() {
    let tree = one("a: plain\nb: 'quoted'\nc: \"quoted\"\nd: 'it''s'\ne: \"a\\nb\"\nf: two\n  lines\n");
    let kept: Vec<_> = tree
        .nodes
        .iter()
        .filter_map(|node| match &node.kind {
            NodeKind::Scalar { text: Some(text), .. } => Some(text.as_ref()),
            _ => None,
        })
        .collect();
    assert_eq!(kept, ["it's", "a\nb", "two lines"]);
    assert_eq!(tree.root().unwrap().text_at("b"), Some("quoted"));
    assert_eq!(tree.root().unwrap().text_at("c"), Some("quoted"));
}
