//! What comments are about, text by text.

use std::sync::Arc;

use super::programs::Program;
use super::reach::Astray;
use super::reach::Commented as _;
use super::reach::Reach;
use super::trees::Stream;
use crate::document::DocId;
use crate::document::alloy;
use crate::document::parse_yaml;
use crate::text::Span;

/// What a comment is about, as text; a line has its end marked.
fn told(text: &str, reach: Result<Reach, Astray>) -> String {
    match reach {
        Ok(Reach::Line(_, span)) => format!("line:{}", span.slice(text)),
        Ok(Reach::Within(doc, span)) => format!("{}:{}", doc.index, span.slice(text)),
        Ok(Reach::Text(..)) => unreachable!("only comments at the head are asked for whole texts"),
        Err(astray) => format!("{astray:?}"),
    }
}

/// What the comments of a YAML text are about that hold the word `lint`.
fn of_yaml(text: &str) -> Vec<String> {
    let text: Arc<str> = text.into();
    let stream = parse_yaml(&text);
    assert!(stream.errors.is_empty(), "{:?}", stream.errors);
    let ids = (0..).map(|index| DocId { file: 0, index });
    let trees = Stream::new(&text, ids.zip(&stream.documents));
    let comments = trees.comments("lint").into_iter();
    comments.map(|comment| told(&text, trees.reach(comment))).collect()
}

/// The same of a program.
fn of_alloy(text: &str) -> Vec<String> {
    let file = alloy::parse(text.into());
    assert!(file.errors.is_empty(), "{:?}", file.errors);
    let program = Program::new(DocId { file: 0, index: 0 }, &file);
    let comments = program.comments("lint").into_iter();
    comments.map(|comment| told(text, program.reach(comment))).collect()
}

#[test]
fn above_a_key_a_comment_is_about_the_entry_with_all_below() {
    assert_eq!(of_yaml("# lint\na: 1\nb: 2\n"), ["0:a: 1"], "not about all that follows");
    assert_eq!(of_yaml("x: 0\n# lint\na:\n  b: 1\n  c: [2]\nd: 3\n"), ["0:a:\n  b: 1\n  c: [2]"]);
    assert_eq!(of_yaml("a:\n  # lint\n  b: 1\n  c: 2\n"), ["0:b: 1"], "the first of a block");
    assert_eq!(of_yaml("# lint\n\n# other\na: 1\n"), ["0:a: 1"], "empty lines and comments lie between");
    assert_eq!(of_yaml("# lint\na:\nb: 1\n"), ["0:a:"], "no value");
    assert_eq!(of_yaml("# lint\n'a': &x !t 1\nb: *x\n"), ["0:'a': &x !t 1"]);
    assert_eq!(of_yaml("x: &x 1\n# lint\na: *x\n"), ["0:a: *x"]);
    assert_eq!(of_yaml("# lint\n? a\n: 1\n"), ["0:a\n: 1"]);
    assert_eq!(of_yaml("# lint\nplain\n"), ["0:plain"]);
}

#[test]
fn above_a_dash_a_comment_is_about_the_item() {
    assert_eq!(of_yaml("a:\n  # lint\n  - b: 1\n    c: 2\n  - d\n"), ["0:- b: 1\n    c: 2"]);
    assert_eq!(of_yaml("a:\n- 1\n# lint\n- b: 1\n  c: 2\n"), ["0:- b: 1\n  c: 2"]);
    assert_eq!(of_yaml("# lint\n- 1\n- 2\n"), ["0:- 1"]);
    assert_eq!(of_yaml("# lint\n- - 1\n  - 2\n- 3\n"), ["0:- - 1\n  - 2"]);
    assert_eq!(of_yaml("- 0\n# lint\n- - 1\n  - 2\n- 3\n"), ["0:- - 1\n  - 2"]);
    assert_eq!(of_yaml("- - 1\n  # lint\n  - 2\n"), ["0:- 2"]);
    assert_eq!(of_yaml("-\n  # lint\n  b: 1\n  c: 2\n"), ["0:b: 1"]);
}

#[test]
fn a_comment_is_not_about_what_is_further_out() {
    assert_eq!(of_yaml("a:\n  b: 1\n  # lint\nc: 2\n"), ["LessIndented"]);
    assert_eq!(of_yaml("a:\n  b: |\n    x\n  # lint\nc:\n  d: 2\n"), ["LessIndented"]);
    assert_eq!(of_yaml("- a: 1\n  # lint\n- b: 2\n"), ["LessIndented"]);
    assert_eq!(of_yaml("a:\n  - 1\n  # lint\nb: 2\n"), ["LessIndented"]);
    assert_eq!(of_yaml("a:\n    # lint\n  b: 1\n"), ["LessIndented"], "however little");
    assert_eq!(of_yaml("a:\r\n  b: 1\r\n  # lint\r\nc: 2\r\n"), ["LessIndented"]);
    assert_eq!(of_yaml("a:\n# lint\n  b: 1\n"), ["0:b: 1"], "more is no matter");
    assert_eq!(of_yaml("a:\n  b: 1\n# lint\nc: 2\n"), ["0:c: 2"]);
}

#[test]
fn in_brackets_a_comment_is_about_what_follows() {
    assert_eq!(of_yaml("a: [\n  # lint\n  b,\n  c ]\n"), ["0:b"]);
    assert_eq!(of_yaml("a: {\n  # lint\n  b: [1, 2],\n  c: 3 }\n"), ["0:b: [1, 2]"]);
    assert_eq!(of_yaml("a: [\n  # lint\n  {b: 1, c: 2}, {d: 3} ]\n"), ["0:{b: 1, c: 2}"]);
    assert_eq!(of_yaml("a: [\n  b,\n  # lint\n  ]\nc: 1\n"), ["NothingFollows"]);
}

#[test]
fn at_the_end_of_a_line_a_comment_is_about_what_starts_there() {
    assert_eq!(of_yaml("a: 1\nb: 2 # lint\nc: 3\n"), ["line:b: 2 "]);
    assert_eq!(of_yaml("a: # lint\n  b: 1\n"), ["line:a: "], "not about what is below");
    assert_eq!(of_yaml("a: | # lint\n  b # lint: no comment\n"), ["line:a: | "]);
    assert_eq!(of_yaml("a: >- # lint\n  b\n"), ["line:a: >- "]);
    assert_eq!(of_yaml("a: \"b\n  c\" # lint\n"), ["line:\"b\n  c\" "], "the last line of a text");
    assert_eq!(of_yaml("a: [1,\n  2, # lint\n  3]\n"), ["line:  2, "]);
    assert_eq!(of_yaml("a: [1,\n  2\n  ] # lint\n"), ["NothingOnLine"]);
    assert_eq!(of_yaml("a:\n  - # lint\n    b\n"), ["NothingOnLine"]);
    assert_eq!(of_yaml("--- # lint\na: 1\n"), ["NothingOnLine"]);
    assert_eq!(of_yaml("a: 1 # lint\r\nb: 2\r\n"), ["line:a: 1 "]);
    assert_eq!(of_yaml("\u{feff}# lint\r\na: 1\r\nb: 2\r\n"), ["0:a: 1"]);
}

#[test]
fn text_is_no_comment() {
    for text in [
        "a: |\n  # lint\n",
        "a: 'x # lint'\n",
        "a: \"x\n  # lint\"\n",
        "a: b#lint\n",
        "a#lint: 1\n",
        "a: >\n  x\n  # lint\n  y\n",
    ] {
        assert_eq!(of_yaml(text), Vec::<String>::new(), "{text}");
    }
    assert_eq!(of_yaml("a: |\n  x\n# lint\nb: 1\n"), ["0:b: 1"], "behind a block text");
    assert_eq!(of_yaml("a: 'x # y' # lint\n"), ["line:a: 'x # y' "]);
}

#[test]
fn a_comment_belongs_to_one_document_of_a_stream() {
    assert_eq!(of_yaml("a: 1\n# lint\n---\nb: 2\n"), ["NothingFollows"]);
    assert_eq!(of_yaml("a: 1\n---\n# lint\nb: 2\n"), ["1:b: 2"]);
    assert_eq!(of_yaml("# lint\n---\na: 1\n"), ["0:a: 1"], "the head of a file");
    assert_eq!(of_yaml("a: 1\n---\nb: 2 # lint\n---\nc: 3\n"), ["line:b: 2 "]);
    assert_eq!(of_yaml("a: 1\n# lint\n"), ["NothingFollows"]);
    assert_eq!(of_yaml("# lint\n"), ["NothingFollows"]);
    assert_eq!(
        of_yaml("a: 1\n---\n# lint\n---\nb: 2 # lint\n"),
        ["NothingFollows", "line:b: 2 "],
        "an empty one"
    );
}

#[test]
fn in_a_program_a_comment_is_about_a_line_or_what_follows() {
    let program = "// lint\na \"b\" {\n  // lint\n  c = {\n    // lint\n    d = [1, 2], // lint\n    e = 3,\n  } // lint\n  // lint\n}\n";
    let block = program.split_once('\n').unwrap().1.trim_end();
    assert_eq!(
        of_alloy(program),
        [
            format!("0:{block}").as_str(),
            "0:c = {\n    // lint\n    d = [1, 2], // lint\n    e = 3,\n  }",
            "0:d = [1, 2]",
            "line:    d = [1, 2], ",
            "NothingOnLine",
            "NothingFollows",
        ]
    );
    assert_eq!(of_alloy("/* lint */ a = 1\nb = 2\n"), ["0:a = 1"]);
    assert_eq!(of_alloy("a = 1 /* lint */\nb = 2\n"), ["line:a = 1 "]);
    assert_eq!(of_alloy("/* x\n lint */ /* y */ a = 1\n"), ["0:a = 1"]);
    assert_eq!(of_alloy("// lint\n// lint\n\na = 1 + 2\n"), ["0:a = 1 + 2", "0:a = 1 + 2"]);
    assert_eq!(of_alloy("a = [\n  // lint\n  \"x\",\n  \"y\",\n]\n"), ["0:\"x\""]);
    assert_eq!(of_alloy("a = \"// lint\"\nb = `\n// lint\n`\n"), Vec::<String>::new());
    assert_eq!(of_alloy("a = 1\n// lint\n"), ["NothingFollows"]);
    assert_eq!(of_alloy("a = 1 // lint\r\nb = 2\r\n"), ["line:a = 1 "]);
}

#[test]
fn about_a_whole_text_is_what_stands_at_its_head() {
    let text: Arc<str> = "# lint\n---\na: 1\n---\n# lint\nb: 2\n".into();
    let stream = parse_yaml(&text);
    let ids = (0..).map(|index| DocId { file: 0, index });
    let trees = Stream::new(&text, ids.zip(&stream.documents));
    let [head, below] = trees.comments("lint")[..] else { panic!() };
    assert_eq!(trees.all(head), Ok(Reach::Text(DocId { file: 0, index: 0 }, 1)));
    assert_eq!(trees.all(below), Err(Astray::BelowBeginning));
    let file = alloy::parse("/* x */ // lint\na = 1\n// lint\nb = 2\n".into());
    let program = Program::new(DocId { file: 0, index: 0 }, &file);
    let [head, below] = program.comments("lint")[..] else { panic!() };
    let whole = Span::new(0, u32::try_from(file.text.len()).unwrap());
    assert_eq!(program.all(head), Ok(Reach::Within(DocId { file: 0, index: 0 }, whole)));
    assert_eq!(program.all(below), Err(Astray::BelowBeginning));
}

#[test]
fn texts_without_scalars_take_time_that_grows_with_their_length_only() {
    let start = std::time::Instant::now();
    assert_eq!(of_yaml(&"- [] # lint\n".repeat(40_000)).len(), 40_000);
    assert_eq!(of_yaml(&"--- [] # lint\n".repeat(20_000)).len(), 20_000);
    assert_eq!(of_yaml(&"# lint\n- []\n".repeat(40_000)).len(), 40_000);
    assert_eq!(of_yaml(&"---\n# lint\n[]\n".repeat(20_000)).len(), 20_000);
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}
