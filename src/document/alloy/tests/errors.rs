//! Errors: their texts, places and hints, and when there are none.

use super::errors;
use super::outline;
use super::read;
use crate::document::alloy::ExprKind;
use crate::document::alloy::Statement;
use crate::document::alloy::parse::parse_bytes;
use crate::text::Span;

/// The first error of `text` with its hint.
fn first(text: &str) -> (String, Option<&'static str>) {
    let file = read(text);
    (errors(&file).remove(0), file.errors[0].hint)
}

#[test]
fn hash_comment_is_told_at_the_hash_with_a_hint() {
    let (error, hint) = first("a = 1\n  # no comment\n");
    assert_eq!(error, "2:3 illegal character U+0023 '#'");
    assert_eq!(hint, Some("Alloy comments start with `//` or `/*`, not `#`"));
}

#[test]
fn single_quotes_are_told_once_by_each_part_with_a_hint() {
    let file = read("a = 'x'\n");
    assert_eq!(
        errors(&file),
        ["1:5 illegal single-quoted string; use double quotes", "1:5 expected expression, got ILLEGAL"]
    );
    assert_eq!(file.errors[0].hint, Some("write strings in double quotes: \"text\""));
}

#[test]
fn marks_of_other_languages_have_hints() {
    assert!(first("a: 1\n").1.unwrap().contains("name = value"));
    assert!(first("a = 1;\n").1.unwrap().contains("remove the `;`"));
    assert!(first("a = \u{201c}x\u{201d}\n").1.unwrap().contains("typographic quote"));
    assert!(first("a =\u{a0}1\n").1.unwrap().contains("no-break space"));
    assert!(first("a = [\n\t1\n]\n").1.unwrap().contains("comma after the element"));
    assert!(first("a\n{\n}\n").1.unwrap().contains("on the line of the name"));
    assert!(first("a = b {}\n").1.unwrap().contains("no `=`"));
    assert_eq!(first("a = \n").1, None);
}

#[test]
fn columns_count_bytes_and_ranges_have_an_end() {
    let file = read("é = 1\nü.b = 2\nx \"l\" = 3\n");
    assert_eq!(
        errors(&file),
        [
            "2:1 attribute names may only consist of a single identifier with no \".\"",
            "3:3 attribute names may not have labels",
        ]
    );
    let text = |index: usize| file.str(file.errors[index].span);
    assert_eq!((text(0), text(1)), ("ü.b", "\"l\""));
    assert_eq!(
        errors(&read("a = \"é\" ?\n")),
        ["1:10 illegal character U+003F '?'", "1:10 expected TERMINATOR, got ILLEGAL"]
    );
}

#[test]
fn second_error_of_the_parser_on_a_line_is_not_told() {
    assert_eq!(
        errors(&read("a = , b = 1\nc = ,\n")),
        ["1:5 expected expression, got ,", "2:5 expected expression, got ,"]
    );
}

#[test]
fn error_of_the_lexer_comes_before_that_of_the_token_in_hand() {
    assert_eq!(
        errors(&read("a = 1 || | 2\n")),
        ["1:11 missing second | in ||", "1:10 expected expression, got ||"]
    );
}

#[test]
fn line_end_terminates_only_after_what_may_end_a_statement() {
    assert_eq!(
        outline(&read("a = // x\n\t1 +\n\t2 /* y */ /* z\n*/b = [\n\t1,\n]")),
        "a=1 +\n\t2 b=[\n\t1,\n]"
    );
    assert_eq!(errors(&read("a = 1 /* x */ b = 2\n")), ["1:15 expected TERMINATOR, got IDENT"]);
}

#[test]
fn operators_bind_by_level_and_power_to_the_right() {
    let file = read("a = 1 + -2 ^ 3 ^ x.y[0](4) * 5 == 6\n");
    let Statement::Attribute(attribute) = &file.body.statements[0] else { panic!("no attribute") };
    let ExprKind::Binary(left, _, sign, _) = &attribute.value.kind else { panic!("no operator") };
    assert_eq!((file.str(left.span), file.str(*sign)), ("1 + -2 ^ 3 ^ x.y[0](4) * 5", "=="));
    let ExprKind::Binary(_, _, _, product) = &left.kind else { panic!("no sum") };
    let ExprKind::Binary(power, _, _, _) = &product.kind else { panic!("no product") };
    let ExprKind::Binary(base, _, _, exponent) = &power.kind else { panic!("no power") };
    assert_eq!((file.str(base.span), file.str(exponent.span)), ("-2", "3 ^ x.y[0](4)"));
}

#[test]
fn block_spans_name_label_and_braces() {
    let text = "loki . write \"x\" {\n\ta = 1\n}\nb \"\" {}\n";
    let file = read(text);
    let blocks: Vec<_> = file.body.blocks().collect();
    assert_eq!(file.str(blocks[0].name), "loki . write");
    assert_eq!(blocks[0].parts.iter().map(|part| file.str(*part)).collect::<Vec<_>>(), ["loki", "write"]);
    assert_eq!(blocks[0].label.map(|label| file.str(label)), Some("x"));
    assert_eq!(file.str(blocks[0].span), "loki . write \"x\" {\n\ta = 1\n}");
    assert_eq!(blocks[1].label, None);
    assert!(file.errors.is_empty());
}

#[test]
fn comments_are_kept_in_order_without_line_ends() {
    let file = read("\u{feff}// a\r\nb = 1 /* c\n d */ // e\n// f");
    let comments: Vec<&str> = file.comments.iter().map(|comment| file.str(*comment)).collect();
    assert_eq!(comments, ["// a", "/* c\n d */", "// e", "// f"]);
    assert!(file.errors.is_empty());
}

#[test]
fn bad_bytes_are_told_where_they_stand() {
    let file = parse_bytes(b"a = \"\xff\" // \xc3\nb = \xe9\nc = 1\n");
    assert_eq!(&*file.text, "a = \"\u{fffd}\" // \u{fffd}\nb = \u{fffd}\nc = 1\n");
    assert_eq!(
        errors(&file),
        [
            "1:6 illegal UTF-8 encoding",
            "1:14 illegal UTF-8 encoding",
            "2:5 illegal UTF-8 encoding",
            "2:5 illegal character U+FFFD '\u{fffd}'",
            "2:5 expected expression, got ILLEGAL",
        ]
    );
    assert_eq!(outline(&file), "a=\"\u{fffd}\" c=1");
    assert!(read("a = \"\u{fffd}\"\n").errors.is_empty(), "U+FFFD itself is a character like any other");
}

#[test]
fn million_stray_marks_give_a_bounded_list() {
    let file = read(&"#\n".repeat(100_000));
    assert_eq!(file.errors.len(), 1_000);
    assert_eq!(file.errors[0].span, Span::at(0));
}
