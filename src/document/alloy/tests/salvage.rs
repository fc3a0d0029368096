//! What is kept of a file with errors.

use super::outline;
use super::read;

/// The outline of a text that must have errors.
fn kept(text: &str) -> String {
    let file = read(text);
    assert!(!file.errors.is_empty(), "this test is about faults");
    outline(&file)
}

#[test]
fn hash_comments_cost_no_statement() {
    let text = "# it's a \"title\n#one\nloki.write \"a\" {\n\t# url\n\tb = [ # c\n\t\t1, # {\n\t] # d\n}\n# end\nc = 2 # e\n";
    assert_eq!(kept(text), "loki.write:a{b=[ # c\n\t\t1, # {\n\t]} c=2");
}

#[test]
fn hash_inside_a_string_stays() {
    assert_eq!(kept("a = \"#\"\nb = `\n#`\n#\n"), "a=\"#\" b=`\n#`");
}

#[test]
fn statements_around_a_bad_one_are_kept() {
    assert_eq!(kept("a = 1\nb = = 2\nc = 3\n"), "a=1 c=3");
    assert_eq!(kept("a {\n\tb = ]\n\tc = 2\n}\nd {}\n"), "a{c=2} d{}");
    assert_eq!(kept("a { b = 1, c = 2 }\nd = 1\n"), "a{} d=1");
    assert_eq!(kept("a = 1\nb 1 { c = 1 }\nd = 2\n"), "a=1 d=2");
    assert_eq!(kept("a: 1\nb = 2\n"), "b=2");
    assert_eq!(kept("a = \"x\" \"y\"\nb = 2\n"), "b=2");
    assert_eq!(kept("a = b { c = 1 }\nb = 2\n"), "b=2");
}

#[test]
fn blocks_on_one_line_are_both_kept() {
    assert_eq!(kept("a { } b { }\nc = 1\n"), "a{} b{} c=1");
}

#[test]
fn forgotten_comma_at_a_line_end_costs_nothing() {
    assert_eq!(
        kept("a = [\n\t1,\n\t2\n]\nb = {\n\tx = 1\n\ty = 2\n}\n"),
        "a=[\n\t1,\n\t2\n] b={\n\tx = 1\n\ty = 2\n}"
    );
}

#[test]
fn label_is_kept_however_it_is_written() {
    assert_eq!(
        kept("a 'x' {}\nb `y` {}\nc \"a-b\" {}\nd e {}\nf \"g\"\n{\n}\n"),
        "a:x{} b:y{} c:a-b{} d:e{} f:g{}"
    );
}

#[test]
fn brace_on_its_own_line_belongs_to_the_block() {
    assert_eq!(kept("a\n\n{\n\tb = 1\n}\nc = 2\n"), "a{b=1} c=2");
}

#[test]
fn labelled_and_dotted_attributes_are_dropped() {
    assert_eq!(kept("a \"x\" = 1\nb.c = 2\nd = 3\n"), "d=3");
}

#[test]
fn open_bracket_ends_where_a_statement_starts() {
    let text = "a \"x\" {\n\tb = [\n\t\tc,\n\td = 2\n}\ne.f \"y\" {\n\tg = f(\n\th {\n\t}\n}\ni = 1\n";
    assert_eq!(kept(text), "a:x{d=2} e.f:y{h{}} i=1");
}

#[test]
fn open_bracket_ends_at_the_brace_of_its_block() {
    assert_eq!(kept("a {\n\tb = [1,\n\t\t2,\n}\nc = 1\n"), "a{} c=1");
}

#[test]
fn stray_closing_marks_are_passed_over() {
    assert_eq!(kept("a = 1\n}\nb = 2\n)]\nc = 3\nd {\n\t) \n\te = 1\n}\n"), "a=1 b=2 c=3 d{e=1}");
}

#[test]
fn open_block_is_kept_to_the_end_of_the_file() {
    assert_eq!(kept("a {\n\tb = 1\n\tc {\n\t\td = 2\n"), "a{b=1 c{d=2}}");
}

#[test]
fn open_string_ends_with_its_line() {
    assert_eq!(kept("a = \"x\nb = 2\n"), "a=\"x b=2");
}

#[test]
fn comments_are_kept_once() {
    let file = read("// a\n# b // c\nd = = // e\n");
    let comments: Vec<&str> = file.comments.iter().map(|comment| file.str(*comment)).collect();
    assert_eq!(comments, ["// a", "// e"]);
}

#[test]
fn block_without_closing_brace_ends_where_indentation_does() {
    let text = "a \"x\" {\n\tb = 1\n\tc {\n\t\td = 2\n\te = 3\n}\n\nf \"y\" {\n\tg = 4\n\n// next\nh \"z\" {\n\ti = 5\n}\n";
    assert_eq!(kept(text), "a:x{b=1 c{d=2} e=3} f:y{g=4} h:z{i=5}");
    let text = "a {\n  b {\n    c = 1\n}\nd {\n  e = 2\n}\n";
    assert_eq!(kept(text), "a{b{c=1}} d{e=2}");
}

#[test]
fn object_without_closing_brace_ends_where_indentation_does() {
    let text = "a {\n  b = {\n    c = 1,\n    d = 2,\n  e = 3\n}\nf {\n  g = {\n    h = 1,\n}\ni {}\n";
    assert_eq!(kept(text), "a{e=3} f{g={\n    h = 1,\n}} i{}");
}

#[test]
fn text_without_indentation_is_read_by_its_braces() {
    assert_eq!(kept("a {\nb {\nc = 1\n}\n}\nd {\ne = 1\n"), "a{b{c=1}} d{e=1}");
}
