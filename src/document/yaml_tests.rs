//! Trees, places and problems of YAML streams.

use std::sync::Arc;

use super::*;
use crate::document::NodeRef;
use crate::document::Scalar;
use crate::text::Limit;

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

#[test]
fn a_broken_document_costs_only_itself() {
    let source = "a: 1\n---\nx: [1, 2\n---\nb: 2\n---\ny: \"abc\nz: 1\n---\n# only a comment\n---\nc: 3\n";
    let stream = parse(source);
    let keys: Vec<_> = stream
        .documents
        .iter()
        .map(|tree| tree.root().and_then(|root| root.entries().next()?.0.text()))
        .collect();
    assert_eq!(keys, [Some("a"), Some("b"), None, Some("c")]);
    let found: Vec<_> =
        stream.errors.iter().map(|error| (error.span.slice(source), error.message.as_str())).collect();
    assert_eq!(
        found,
        [
            ("[1, 2", "the `[` that opens here is never closed"),
            ("\"abc", "the quote that opens here is not closed before the next document"),
        ]
    );
    assert!(stream.errors.iter().all(ParseProblem::is_fatal));
}

#[test]
fn documents_of_a_stream_keep_their_places() {
    let source = "\u{feff}# c\n%YAML 1.2\n---\na: 1\n...\n---\n- b\n--- |\n text\n---\n---\nlast: x\n";
    let stream = parse(source);
    assert_eq!(stream.errors, []);
    let written: Vec<_> =
        stream.documents.iter().map(|tree| tree.root().map(|root| root.span().slice(source))).collect();
    assert_eq!(written, [Some("a: 1"), Some("- b"), Some("|\n text"), None, Some("last: x")]);
    assert!(parse("").documents.iter().all(|tree| tree.root().is_none()));
}

#[test]
fn problems_name_place_and_remedy() {
    let cases = [
        ("a: 1\nbcd\ne: 2\n", "bcd", "a key is followed by `:` and a space, which is missing here"),
        ("a: b: c\n", ": c", "a `:` cannot stand here"),
        ("a:\n  b: 1\n c: 2\n", "c: 2", "this line fits no mapping above it"),
        ("a: @x\n", "@x", "a value cannot start with `@`"),
        ("a: 'x' y\n", "y", "nothing but a comment may follow the closing quote"),
        ("a: \"\\n\\q\"\n", "\\q", "this escape is unknown in double quotes"),
        ("a: \"\\ud83d\\ude00 \\ud83d\"\n", "\\u", "this escape is no valid character"),
        ("a: \"\\x4g\"\n", "\\x", "this escape is no valid character"),
        ("a: \"open\n", "\"open", "the quote that opens here is never closed"),
        ("a: [1}\n", "[1}", "`}` cannot close `[`"),
        ("a: %x\n", "%x", "a value cannot start with `%`"),
        ("a: 1\nb\u{0}: 3\n", "\u{0}: 3", "the control character U+0000 cannot stand in YAML"),
        ("a:\n\tb: 1\n", "b: 1", "a tab stands where YAML wants spaces"),
        ("a: *none\n", "*none", "no anchor of this name stands above this alias"),
        ("a: &x [1, *x]\n", "*x", "the anchor of this alias contains itself here"),
        ("? [a, b]\n: 1\n", "[a, b]", "a key must be a text, not a mapping or list"),
        ("a: !foo!bar x\n", "!foo!bar x", "this tag's handle is not declared"),
    ];
    for (source, place, message) in cases {
        let stream = parse(source);
        let error = stream.errors.first().unwrap_or_else(|| panic!("{source:?}"));
        assert_eq!((error.span.slice(source), error.message.as_str()), (place, message), "{source:?}");
        assert!(error.hint.is_some(), "{source:?}");
        assert!(error.is_fatal(), "{source:?}");
    }
}

#[test]
fn templates_are_recognised() {
    let stream = parse("a: 1\n{{- if .Values.x }}\nb: 1\n{{- end }}\n");
    let hint = stream.errors[0].hint.as_deref().unwrap();
    assert!(hint.contains("helm template"), "{hint}");
}

#[test]
fn keys_written_twice_are_reported_in_small_and_large_mappings() {
    let filler = (0..20).map(|index| format!("k{index}: 1\n")).collect::<Vec<_>>().concat();
    for filler in ["", &filler] {
        let source = format!("a: 1\n{filler}\"a\": 2\nb: 3\na: 4\n");
        let stream = parse(&source);
        let first = Span::new(0, 1);
        let kinds: Vec<_> = stream.errors.iter().map(|error| error.kind).collect();
        assert_eq!(kinds[0], ProblemKind::DuplicateKey { first });
        assert_eq!(kinds.len(), 2);
        assert_eq!(stream.errors[0].span.slice(&source), "\"a\"");
        assert!(!stream.errors[0].is_fatal());
        assert_eq!(stream.documents[0].root().unwrap().get("a").unwrap().int(), Some(4), "the last counts");
    }
}

#[test]
fn aliases_stay_aliases_and_tags_are_kept() {
    let tree = one("a: &x {k: !!int '7', r: !Ref v, n: ! 5}\nb: *x\nc: &y\n  - 1\n*y2 : 1\n"
        .replace("*y2 : 1\n", "")
        .as_str());
    let root = tree.root().unwrap();
    let b = root.get("b").unwrap();
    assert!(matches!(b.raw().kind, NodeKind::Alias(_)));
    assert_eq!(written(b), "*x");
    assert_eq!(b.get("k").unwrap().int(), Some(7));
    assert_eq!(b.get("k").unwrap().raw().tag(), Some("tag:yaml.org,2002:int"));
    assert_eq!(b.get("r").unwrap().raw().tag(), Some("!Ref"));
    assert_eq!(b.get("n").unwrap().scalar(), Some(Scalar::Text("5")));
    assert_eq!(written(root.get("c").unwrap()), "- 1");
    let keyed = one("- &k name\n- *k : v\n");
    let item = keyed.root().unwrap().items().nth(1).unwrap();
    assert_eq!(item.text_at("name"), Some("v"), "an alias can be a key");
}

#[test]
fn properties_and_comments_before_a_value_do_not_move_it() {
    let source = "a: &x !!seq # | - >\n- 1\nb: !t &y-z # > |\n  # - |\n  |-\n  text\nc:\n  # - x\n  - |\n   one\n  - >\n   two\nd: {}\ne: |\n x\n";
    let tree = one(source);
    let root = tree.root().unwrap();
    assert_eq!(written(root.get("a").unwrap()), "- 1");
    assert_eq!(written(root.get("b").unwrap()), "|-\n  text");
    let items: Vec<_> = root.get("c").unwrap().items().map(written).collect();
    assert_eq!(items, ["|\n   one", ">\n   two"]);
    assert_eq!(written(root.get("e").unwrap()), "|\n x");
}

#[test]
fn nesting_has_a_limit_and_no_stack() {
    let flow = "[".repeat(10_000);
    let braces = "{a: ".repeat(10_000);
    let dashes = "- ".repeat(10_000);
    let mut block = String::new();
    for depth in 0..10_000 {
        block.push_str(&" ".repeat(depth));
        block.push_str("a:\n");
    }
    for source in [flow, braces, dashes, block] {
        let stream = parse(&source);
        assert_eq!(stream.documents.len(), 0);
        assert_eq!(stream.errors[0].message, "collections are nested more than 255 levels deep here");
        assert_eq!(stream.errors[0].kind, ProblemKind::Limit);
    }
    let fits = format!("{}1{}", "[".repeat(255), "]".repeat(255));
    assert_eq!(one(&fits).nodes.len(), 256);
}

#[test]
fn an_alias_bomb_is_refused_and_a_merge_bomb_too() {
    let mut bomb = String::from("a0: &a0 [x, x]\n");
    let mut merges = String::from("a0: &a0 {k: 1}\n");
    for level in 1..60 {
        let below = level - 1;
        bomb.extend([format!("a{level}: &a{level} [*a{below}, *a{below}]\n")]);
        merges.extend([format!("a{level}: &a{level} {{<<: [*a{below}, *a{below}]}}\n")]);
    }
    for source in [bomb, merges] {
        let stream = parse(&source);
        assert_eq!(stream.errors.len(), 1);
        assert_eq!(stream.errors[0].message, "aliases make this document larger than 2000000 nodes here");
        assert!(stream.errors[0].span.slice(&source).starts_with('*'));
        assert_eq!(stream.documents.len(), 0);
    }
}

#[test]
fn too_large_a_text_is_refused() {
    let stream = parse(&"#".repeat(Limit::InputSize.count() + 1));
    assert_eq!(stream.documents.len(), 0);
    assert_eq!(stream.errors[0].message, "the text has 67108865 bytes, more than the 64 MiB that are read");
}

#[test]
fn a_long_line_is_read_in_linear_time() {
    let line = format!(
        "a: \"{}\"\nb: [{}1]\nc: {}\n",
        "x\\n".repeat(350_000),
        "1, ".repeat(350_000),
        "y z ".repeat(250_000)
    );
    let tree = one(&line);
    assert_eq!(tree.root().unwrap().get("b").unwrap().items().count(), 350_001);
    let node = tree.root().unwrap().get("a").unwrap();
    assert_eq!(
        node.embedding().to_host(Span::new(700, 701)).unwrap(),
        Span::new(4 + 350 * 3, 4 + 350 * 3 + 1)
    );
}

#[test]
fn two_merge_keys_in_one_mapping_get_their_own_hint() {
    let stream = parse("a: &a {x: 1}\nb: {<<: *a, <<: *a}\n");
    assert_eq!(stream.errors[0].hint.as_deref(), Some("merge both with one `<<: [*first, *second]`"));
}

#[test]
fn floats_without_a_fraction_are_integers_too() {
    let tree = one("[1e6, 08, 1.5, 1e300, .inf, .nan, '7']");
    let found: Vec<_> = tree.root().unwrap().items().map(NodeRef::int).collect();
    assert_eq!(found, [Some(1_000_000), Some(8), None, None, None, None, None]);
}
