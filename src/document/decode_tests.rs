//! Maps from decoded scalars to their source: properties over generated and real texts.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::document::Tree;
use crate::document::parse_json;
use crate::document::parse_yaml;
use crate::document::robustness::files;
use crate::tests::not_run;

/// All scalars of a tree.
fn scalars(tree: &Tree) -> impl Iterator<Item = NodeRef<'_>> {
    (0..tree.nodes.len())
        .map(|id| tree.node(crate::document::NodeId(u32::try_from(id).unwrap())))
        .filter(|node| matches!(node.raw().kind, NodeKind::Scalar { .. }))
}

/// Holds the properties of one map; gives how many pieces it has.
fn check(node: NodeRef<'_>) -> usize {
    let decoded = node.text().unwrap();
    let source = node.tree.text.as_ref();
    let embedding = embedding(node);
    let (mut guest, mut host) = (0, node.span().start);
    for piece in embedding.pieces() {
        assert_eq!(
            piece.guest.start,
            guest,
            "no gaps in the decoded text of {:?}",
            node.span().slice(source)
        );
        assert!(piece.host.start >= host && piece.host.end as usize <= source.len(), "in order and inside");
        (guest, host) = (piece.guest.end, piece.host.end);
        let (inner, outer) = (piece.guest.slice(decoded), piece.host.slice(source));
        assert!(!inner.is_empty(), "on character boundaries");
        assert!(piece.host.is_empty() || !outer.is_empty(), "on character boundaries");
        if inner.len() == outer.len() {
            let pairs = inner.chars().zip(outer.chars());
            // Equal lengths are copies, but for a single break folded into a space, `\N` and `\_`.
            for (inner, outer) in pairs {
                let same = inner == outer || inner == ' ' && matches!(outer, '\n' | '\r');
                assert!(
                    same || inner == '\n' && outer == '\r' || "\\N_".contains(outer),
                    "{inner:?} {outer:?}"
                );
            }
        } else {
            let one = inner.chars().count() == 1 || inner == "\n";
            assert!(one, "a run that is no copy is one character: {inner:?} from {outer:?}");
            let fits = outer.starts_with('\\') || outer == "''" || outer == "\r\n" || outer.is_empty();
            assert!(fits, "{inner:?} from {outer:?}");
        }
    }
    assert_eq!(guest as usize, decoded.len(), "covers the decoded text of {:?}", node.span().slice(source));
    embedding.pieces().len()
}

fn tree(text: &str) -> Tree {
    let stream = parse_yaml(&Arc::from(text));
    assert_eq!(stream.errors, [], "{text}");
    stream.documents.into_iter().next().unwrap()
}

/// The only value that holds the marker, its decoded text, and whether the marker maps onto itself.
fn marker_maps_exactly(source: &str, tree: &Tree, marker: &str) {
    let node = scalars(tree).find(|node| node.text().unwrap().contains(marker)).expect(source);
    check(node);
    let inner = u32::try_from(node.text().unwrap().find(marker).unwrap()).unwrap();
    let outer = u32::try_from(source.find(marker).unwrap()).unwrap();
    let length = u32::try_from(marker.len()).unwrap();
    let mapped = node.embedding().to_host(Span::new(inner, inner + length)).unwrap();
    assert_eq!(mapped, Span::new(outer, outer + length), "{source}");
}

/// `text` in every style that can hold it exactly, as the value of a key two levels deep, with its decoded text.
fn wrapped(text: &str, indent: usize) -> Vec<String> {
    let pad = " ".repeat(indent + 1);
    let quoted_lines = text.replace('\n', &format!("\n\n{pad}"));
    let lines = |text: &str| -> String {
        text.split('\n')
            .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{pad}{line}\n") })
            .collect()
    };
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    let one_line = escaped.replace('\n', "\\n");
    // As kubectl folds long texts: a line ends behind `\n\`, and one that starts with a space starts with `\ `.
    let kubectl: Vec<String> = escaped
        .split('\n')
        .map(|line| if line.starts_with(' ') { format!("\\{line}") } else { line.to_owned() })
        .collect();
    let kubectl = kubectl.join(&format!("\\n\\\n{pad}"));
    let unicode: String = escaped
        .chars()
        .map(|character| match character {
            '\n' => "\\n".to_owned(),
            'é' => "\\u00e9".to_owned(),
            '漢' => "\\U00006f22".to_owned(),
            '😀' => "\\ud83d\\ude00".to_owned(),
            ',' => "\\x2c".to_owned(),
            other => other.to_string(),
        })
        .collect();
    let mut documents = vec![
        format!("a:\n  b: \"{one_line}\"\n"),
        format!("a:\n  b: \"{kubectl}\"\n"),
        format!("a:\n  b: \"{unicode}\" # c\n"),
        format!("a: {{b: [x, \"{one_line}\"]}}\n"),
        format!("a:\n  b: '{}'\n", quoted_lines.replace('\'', "''")),
        format!("a:\n  b: \"{}\"\n", escaped.replace('\n', &format!("\n\n{pad}"))),
        format!("a:\n  b: \"{}\"\n", escaped.replace(' ', &format!("\n{pad}"))),
        format!("a:\n  b: \"{}\"\n", escaped.replace(' ', &format!(" \\\n{pad}"))),
        format!("a:\n  b: '{}'\n", quoted_lines.replace('\'', "''").replace(' ', &format!("  \n{pad}  "))),
    ];
    for header in ["|", "|-", "|+", ">", ">-", ">+"] {
        documents.push(format!("a:\n  b: {header} # c\n{}\n\nz: 1\n", lines(text)));
        documents.push(format!("a:\n- b\n- &x !!str {header}\n{}", lines(text)));
        documents.push(format!("a:\n  b: {header}\n{}", lines(text).trim_end()));
        documents.push(format!("--- {header}\n{}...\n", lines(text)));
    }
    documents.push(format!("a: |{}\n{}", indent + 1, lines(&format!("   {text}"))));
    documents.push(format!("a: >{}\n{}", indent + 1, lines(&format!("   {text}\n\n  deeper\nend"))));
    documents
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_marker_maps_onto_itself_in_every_style(
        before in prop::collection::vec("[a-zé漢😀'\"\\\\{}:,#=]{0,3}( ?[a-zé漢'\"\\\\]{1,4}){0,3}", 0..5),
        after in prop::collection::vec("[a-zé漢😀'\"\\\\{}:,#=]{0,3}( ?[a-zé漢'\"\\\\]{1,4}){0,3}", 0..5),
        left in "x[a-zé ]{0,6}",
        right in "[a-z漢 ,]{0,6}x",
        indent in 2usize..6,
    ) {
        let marker = "M@RK";
        let mut lines = before;
        lines.push(format!("{left}{marker}{right}"));
        lines.extend(after);
        lines[0].insert(0, 'f');
        let text = lines.join("\n");
        for document in wrapped(&text, indent) {
            for bom in ["", "\u{feff}"] {
                let unix = format!("{bom}{document}");
                marker_maps_exactly(&unix, &tree(&unix), marker);
                let windows = unix.replace('\n', "\r\n");
                marker_maps_exactly(&windows, &tree(&windows), marker);
            }
        }
        let json = format!("{{\"a\": [\"{}\"]}}", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('😀', "\\uD83D\\uDE00"));
        let parsed = parse_json(&Arc::from(json.as_str())).unwrap();
        marker_maps_exactly(&json, &parsed.tree, marker);
    }
}

#[test]
fn every_escape_maps_to_its_decoded_character() {
    let source = r#"a: "\0\a\b\t\n\v\f\r\e\ \"\/\\\N\_\L\P\x41\u00e9\U0001F600\ud83d\ude00 M""#;
    let tree = tree(source);
    let node = tree.root().unwrap().get("a").unwrap();
    assert_eq!(
        node.text(),
        Some(
            "\0\u{7}\u{8}\t\n\u{b}\u{c}\r\u{1b} \"/\\\u{85}\u{a0}\u{2028}\u{2029}A\u{e9}\u{1f600}\u{1f600} M"
        )
    );
    check(node);
    marker_maps_exactly(source, &tree, "M");
    let map = node.embedding();
    let at = |guest: u32, length: u32| map.to_host(Span::new(guest, guest + length)).unwrap().slice(source);
    assert_eq!(at(4, 1), r"\n");
    let smile = u32::try_from(node.text().unwrap().find('\u{1f600}').unwrap()).unwrap();
    assert_eq!(at(smile, 4), r"\U0001F600");
    assert_eq!(at(smile + 4, 4), r"\ud83d\ude00");
}

#[test]
fn folded_double_quotes_of_kubectl_map_line_by_line() {
    let source = "data:\n  config: \"logging {\\n  level = \\\"warn\\\"\\n}\\n\\n// a long\n    comment that was folded\\n\\\n    \\  indented = 1\\n\n\n    end\"\n";
    let tree = tree(source);
    let node = tree.root().unwrap().at("data.config").unwrap();
    assert_eq!(
        node.text(),
        Some("logging {\n  level = \"warn\"\n}\n\n// a long comment that was folded\n  indented = 1\n\nend")
    );
    check(node);
    for word in ["logging", "level", "warn", "comment", "folded", "indented", "end"] {
        marker_maps_exactly(source, &tree, word);
    }
}

#[test]
fn empty_scalars_and_blank_blocks_have_a_map_without_surprises() {
    for source in [
        "a:\n",
        "a: ''\n",
        "a: \"\"\n",
        "a: |\n",
        "a: |\n\n\n",
        "a: |+\n\n\n",
        "a: >+\n\n\n",
        "a: >-\n",
        "a: |2-\n",
        "a: |+\n\nb: 1\n",
        "a: >+\n  \n \nb: 1\n",
        "|",
        ">+\n\n",
    ] {
        let tree = tree(source);
        for node in scalars(&tree) {
            check(node);
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "reads the shared corpus where it is there")]
fn every_long_scalar_of_the_corpus_maps_exactly() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/ptd");
    let files = files(&folder, &["yaml", "yml", "json"]);
    if files.is_empty() {
        not_run("../shared/corpus/ptd");
        return;
    }
    let (mut checked, mut pieces, mut coarse) = (0, 0, Vec::new());
    for path in files {
        let text: Arc<str> = std::fs::read_to_string(&path).unwrap().into();
        let trees = if path.extension().is_some_and(|extension| extension == "json") {
            vec![parse_json(&text).unwrap().tree]
        } else {
            let stream = parse_yaml(&text);
            assert_eq!(stream.errors, [], "{}", path.display());
            stream.documents
        };
        for tree in &trees {
            for node in scalars(tree) {
                let decoded = node.text().unwrap();
                if decoded.contains('\n') || decoded.len() > 40 {
                    checked += 1;
                    let count = check(node);
                    pieces += count;
                    if count == 1
                        && node.span().slice(&tree.text).contains('\n')
                        && decoded.trim_end().contains('\n')
                    {
                        coarse.push(format!("{} {:?}", path.display(), node.span()));
                    }
                }
            }
        }
    }
    println!("{checked} scalars, {pieces} pieces");
    assert!(checked > 1000);
    assert_eq!(coarse, Vec::<String>::new());
}
