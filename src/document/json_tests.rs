//! Trees and problems of JSON texts.

use super::*;
use crate::document::Scalar;

fn parse(text: &str) -> Result<JsonText, ParseProblem> {
    parse_json(&Arc::from(text))
}

fn error(text: &str) -> (String, String) {
    let problem = parse(text).unwrap_err();
    assert!(problem.hint.is_some(), "{text}");
    (problem.span.slice(text).to_owned(), problem.message)
}

#[test]
fn values_have_types_and_places() {
    let source = "\u{feff}{\n\t\"a\": [1, -2.5e3, true, null, \"x\\ny\", {}],\n\t\"b\" : \"plain\"\n}\n";
    let text: Arc<str> = Arc::from(source);
    let JsonText { tree, problems } = parse_json(&text).unwrap();
    assert_eq!(problems, []);
    let root = tree.root().unwrap();
    assert_eq!(root.span(), Span::new(3, offset(source.trim_end().len())));
    let items: Vec<_> = root.get("a").unwrap().items().collect();
    assert_eq!(items[0].scalar(), Some(Scalar::Int(1)));
    assert_eq!(items[1].scalar(), Some(Scalar::Float(-2500.0)));
    assert_eq!(items[2].scalar(), Some(Scalar::Bool(true)));
    assert_eq!(items[3].scalar(), Some(Scalar::Null));
    assert_eq!(items[4].scalar(), Some(Scalar::Text("x\ny")));
    assert_eq!(items[4].span().slice(source), "\"x\\ny\"");
    assert!(items[5].is_mapping());
    assert_eq!(root.text_at("b"), Some("plain"));
    assert_eq!(root.entry("b").unwrap().0.span().slice(source), "\"b\"");
    let plain = root.get("b").unwrap().raw();
    assert!(matches!(plain.kind, NodeKind::Scalar { text: None, .. }), "nothing is copied that need not be");
}

#[test]
fn scalars_can_stand_alone() {
    for text in ["1", "\"x\"", "null", " true ", "[]", "{}"] {
        assert!(parse(text).unwrap().tree.root().is_some(), "{text}");
    }
}

#[test]
fn problems_name_place_and_remedy() {
    let cases = [
        ("{\"a\": 1,}", ",", "a comma stands before the closing bracket"),
        ("[1,,2]", ",", "a value should stand here, not `,`"),
        ("[1 2]", "2", "`,` or `]` should stand here, not a number written like this"),
        ("{\"a\" 1}", "1", "`:` should stand here, not a number written like this"),
        ("{a: 1}", "a", "a key in double quotes should stand here, not a bare word"),
        ("{\"a\": yes}", "yes", "a value should stand here, not a bare word"),
        ("{\"a\": truely}", "truely", "a value should stand here, not a bare word"),
        ("{\"a\": [1, 2}", "}", "`,` or `]` should stand here, not `}`"),
        ("{\"a\": [1, 2", "[", "the bracket that opens here is never closed"),
        ("[\"abc", "\"", "the quote that opens here is never closed"),
        ("[\"a\nb\"]", "\n", "a text cannot hold a line break or control character"),
        ("[\"\\q\"]", "\\", "this escape is not valid in JSON"),
        ("[\"\\ud83d x\"]", "\\", "this escape is not valid in JSON"),
        ("[\"\\ude00\"]", "\\", "this escape is not valid in JSON"),
        ("[\"\\u+123\"]", "\\", "this escape is not valid in JSON"),
        ("[01]", "01", "a number should stand here, not a number written like this"),
        ("[1.]", "1", "a number should stand here, not a number written like this"),
        ("[.5]", ".", "a value should stand here, not a number written like this"),
        ("{} x", "x", "the value ended before this"),
        ("", "", "the text is empty or ends before the value"),
        ("// c\n{}", "/", "a value should stand here, not `/`"),
        ("[\u{0}]", "\u{0}", "a value should stand here, not U+0000"),
    ];
    for (text, place, message) in cases {
        assert_eq!(error(text), (place.to_owned(), message.to_owned()), "{text:?}");
    }
}

#[test]
fn keys_written_twice_are_reported_and_the_last_counts() {
    let source = "{\"a\": 1, \"b\": 2, \"\\u0061\": 3}";
    let JsonText { tree, problems } = parse(source).unwrap();
    assert_eq!(tree.root().unwrap().get("a").unwrap().int(), Some(3));
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].kind, ProblemKind::DuplicateKey { first: Span::new(1, 4) });
    assert_eq!(problems[0].span.slice(source), "\"\\u0061\"");
}

#[test]
fn depth_is_limited_without_using_the_stack() {
    assert!(parse(&format!("{}1{}", "[".repeat(512), "]".repeat(512))).is_ok());
    for open in ["[", "{\"a\":"] {
        let problem = parse(&open.repeat(100_000)).unwrap_err();
        assert_eq!(problem.message, "values are nested more than 512 levels deep here");
        assert_eq!(problem.kind, ProblemKind::Limit);
        assert_eq!(problem.span, Span::new(offset(512 * open.len()), offset(512 * open.len() + 1)));
    }
}
