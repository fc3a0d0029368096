//! Trees, places and problems of INI texts.

use super::*;

fn parse(text: &str) -> (Tree, Vec<ParseProblem>) {
    parse_ini(&Arc::from(text))
}

/// The text under a key of a section.
fn text<'t>(tree: &'t Tree, section: &str, key: &str) -> Option<&'t str> {
    tree.root()?.get(section)?.get(key)?.text()
}

#[test]
fn sections_keys_and_values_are_read_as_go_ini_reads_them() {
    let source = concat!(
        "; comment\ntop = 1\n\n[auth.proxy]\n# comment\nenabled = true\n  header_name:X-User \nempty =\n",
        "quoted = \"a b\"\nsingle='x'\npart = \"a\" b\nurl = https://h/p?q=1 # note\nsemi = a;b\n",
        "ticks = `a # b`\ntriple = \"\"\"#pw;\"\"\"\nlong = \"\"\"one\ntwo\"\"\"\nnext = x\njoined = a \\\n  b \\\n  c\n",
        "[log]\nlevel = warn\n[auth.proxy]\nlate = yes\n",
    );
    let (tree, problems) = parse(source);
    assert_eq!(problems, []);
    let expected = [
        ("", "top", "1"),
        ("auth.proxy", "enabled", "true"),
        ("auth.proxy", "header_name", "X-User"),
        ("auth.proxy", "empty", ""),
        ("auth.proxy", "quoted", "a b"),
        ("auth.proxy", "single", "x"),
        ("auth.proxy", "part", "\"a\" b"),
        ("auth.proxy", "url", "https://h/p?q=1"),
        ("auth.proxy", "semi", "a"),
        ("auth.proxy", "ticks", "a # b"),
        ("auth.proxy", "triple", "#pw;"),
        ("auth.proxy", "long", "one\ntwo"),
        ("auth.proxy", "next", "x"),
        ("auth.proxy", "joined", "a b c"),
        ("auth.proxy", "late", "yes"),
        ("log", "level", "warn"),
    ];
    for (section, key, value) in expected {
        assert_eq!(text(&tree, section, key), Some(value), "[{section}] {key}");
    }
    let long = tree.root().unwrap().get("auth.proxy").unwrap().get("long").unwrap();
    assert_eq!(long.span().slice(source), "one\ntwo");
    assert_eq!(long.embedding().to_host(Span::new(4, 7)).unwrap().slice(source), "two");
    let joined = tree.root().unwrap().get("auth.proxy").unwrap().get("joined").unwrap();
    let map = joined.embedding();
    assert_eq!(map.to_host(Span::new(4, 5)).unwrap().slice(source), "c");
    assert_eq!(map.to_host(Span::new(2, 3)).unwrap().slice(source), "b");
    let (key, value) = tree.root().unwrap().get("log").unwrap().entry("level").unwrap();
    assert_eq!((key.span().slice(source), value.span().slice(source)), ("level", "warn"));
    assert_eq!(value.scalar(), Some(crate::document::Scalar::Text("warn")));
}

#[test]
fn unreadable_lines_are_problems_and_the_others_stay() {
    let source = "[a\nx = 1\nnonsense\n[b]\ny = 1\ny = 2\nz = `open\n";
    let (tree, problems) = parse(source);
    let found: Vec<_> =
        problems.iter().map(|problem| (problem.span.slice(source), problem.message.as_str())).collect();
    assert_eq!(
        found,
        [
            ("[a", "the section name that starts here is never closed"),
            ("nonsense", "this line is no key with a value"),
            ("y", "the key `y` is written twice in this mapping"),
            ("`open", "the quote that opens here is never closed"),
        ]
    );
    assert_eq!(text(&tree, "b", "y"), Some("2"));
    assert_eq!(text(&tree, "", "x"), Some("1"));
}

#[test]
fn windows_lines_and_byte_order_mark_change_nothing() {
    let (tree, problems) = parse("\u{feff}[s]\r\nk = v\r\nq = \"w\" \r\n");
    assert_eq!(problems, []);
    assert_eq!((text(&tree, "s", "k"), text(&tree, "s", "q")), (Some("v"), Some("w")));
}
