//! Tests: values, errors and their places, references, secrets, limits.

use std::fmt::Write as _;

use super::Value;
use super::names;
use super::parse;
use super::refusal;
use super::run;
use super::run_in;
use super::text;
use super::unknown;
use crate::model::eval::TypeName;
use crate::model::eval::chain;
use crate::model::eval::references;
use crate::text::Span;

/// Where in the expression an error stands, as text; `None` without a place.
fn culprit(expression: &str) -> Option<String> {
    let file = parse(expression);
    run(expression).unwrap_err().span.map(|span| file.str(span).to_owned())
}

#[test]
fn reads_numbers_by_size_and_leading_zero() {
    assert_eq!(run("017"), Ok(Value::Int(15)));
    assert_eq!(run("9223372036854775808"), Ok(Value::Uint(1 << 63)));
    assert_eq!(run("08"), Ok(Value::Float(8.0)));
    assert_eq!(run("1e400").unwrap_err().span, None);
}

#[test]
fn keeps_text_that_is_not_utf8_as_bytes() {
    assert_eq!(run("\"a\\xff\\u00e9\\101\""), Ok(Value::Bytes(b"a\xff\xc3\xa9A".as_slice().into())));
    assert_eq!(
        run("string.replace(\"a\\xff\\xfeb\", \"\\xff\", \"é\")"),
        Ok(Value::Bytes(b"a\xc3\xa9\xfeb".as_slice().into()))
    );
    assert_eq!(run("string.trim(\"\\xffa\", \"a\") + \"\""), Ok(Value::Bytes(b"\xff".as_slice().into())));
}

#[test]
fn reads_keys_without_decoding_them_and_takes_the_last() {
    let fields = [("\"\"", 1), ("a\\tb", 2), ("k", 4)];
    let fields = fields.map(|(key, value)| (key.into(), Value::Int(value)));
    assert_eq!(
        run("{\"\" = 1, \"a\\tb\" = 2, k = 3, \"k\" = 4}"),
        Ok(Value::Object(fields.into_iter().collect()))
    );
}

#[test]
fn evaluates_both_sides_of_and_and_or() {
    assert_eq!(refusal("false && 1"), "1 should be one of [bool] for binop &&, got number");
    assert_eq!(refusal("true || [1][1]"), "1 index 1 is out of range of array with length 1");
}

#[test]
fn computes_huge_powers_at_once() {
    assert_eq!(run("3 ^ 9223372036854775807"), Ok(Value::Int(-6_148_914_691_236_517_205)));
    assert_eq!(run("1 ^ -9223372036854775808"), Ok(Value::Int(1)));
    assert_eq!(run("2 ^ -1"), Ok(Value::Int(2)));
}

#[test]
fn errors_name_the_last_expression_that_made_the_value() {
    assert_eq!(refusal("((1)) && true"), "((1)) should be one of [bool] for binop &&, got number");
    assert_eq!(culprit("((1)) && true").as_deref(), Some("((1))"));
    // Small values cannot be told apart.
    assert_eq!(
        refusal("true + (true)"),
        "(true) should be one of [number string capsule] for binop +, got bool"
    );
    assert_eq!(
        refusal("{ a=1 ,b = [ 2,\"c\" ] }+ 1").split(" should").next(),
        Some("{a = 1, b = [2, \"c\"]}")
    );
}

#[test]
fn errors_inside_computed_values_show_the_way_from_their_source() {
    let expression = "string.join(encoding.from_json(\"[1, [true]]\"), \"\")";
    assert_eq!(refusal(expression), "encoding.from_json(\"[1, [true]]\")[1] should be string, got array");
    let to = TypeName::parse("map(list(string))");
    let error = run_in("encoding.from_json(`{\"a\": [true]}`)", &names(), Some(&to)).unwrap_err();
    assert_eq!(error.message, "encoding.from_json(`{\"a\": [true]}`).a[0] should be string, got bool");
}

#[test]
fn unknown_names_are_refused_over_the_whole_chain() {
    let error = run("1 + loki.write.nowhere.receiver").unwrap_err();
    assert_eq!(error.message, "component \"loki.write.nowhere.receiver\" does not exist or is out of scope");
    assert_eq!(culprit("1 + loki.write.nowhere.receiver").as_deref(), Some("loki.write.nowhere.receiver"));
    assert_eq!(culprit("f(obj.nope)[nowhere]").as_deref(), Some("f"));
    assert_eq!(refusal("obj.nope"), "field \"nope\" does not exist");
}

#[test]
fn finds_every_chain_in_reading_order() {
    let file = parse("[a.b(c.d[e], {k = (f).g}), -h.i + string.join([j], \"\")]");
    let attribute = file.body.attributes().next().unwrap();
    let mut found = Vec::new();
    references(&file, &attribute.value, &mut |parts, span| {
        assert_eq!(parts.join("."), file.str(span));
        found.push(parts.join("."));
    });
    assert_eq!(found, ["a.b", "c.d", "e", "f", "h.i", "string.join", "j"]);
    assert_eq!(chain(&file, &attribute.value), None);
    let file = parse("a . b.c");
    let attribute = file.body.attributes().next().unwrap();
    assert_eq!(chain(&file, &attribute.value), Some((vec!["a", "b", "c"], Span::new(4, 11))));
}

#[test]
fn names_types_as_the_facts_do() {
    let list = |inner: TypeName| TypeName::List(Box::new(inner));
    assert_eq!(TypeName::parse("map(list(secret))"), TypeName::Map(Box::new(list(TypeName::Secret))));
    assert_eq!(TypeName::parse("list(Target)"), list(TypeName::Target));
    assert_eq!(TypeName::parse("list(LogsReceiver)"), list(TypeName::Capsule("LogsReceiver".into())));
    assert_eq!(TypeName::parse("capsule(Rules)"), TypeName::Capsule("Rules".into()));
    assert_eq!(TypeName::parse("external(x.Level)"), TypeName::Any);
}

#[test]
fn receivers_fit_capsules_only() {
    let to = TypeName::parse("list(LogsReceiver)");
    assert!(run_in("[receiver]", &names(), Some(&to)).is_ok());
    let error = run_in("[receiver, \"x\"]", &names(), Some(&to)).unwrap_err();
    assert_eq!(error.message, "\"x\" should be capsule, got string");
    let error = run_in("receiver", &names(), Some(&TypeName::Text)).unwrap_err();
    assert_eq!(error.message, "receiver should be string, got capsule");
}

#[test]
fn targets_hold_text() {
    let got = run_in("{a = 1, b = \"x\", c = mystery}", &names(), Some(&TypeName::Target)).unwrap();
    let fields = [("a", text("1")), ("b", text("x")), ("c", unknown("nobody knows"))];
    assert_eq!(got, Value::Object(fields.into_iter().map(|(key, value)| (key.into(), value)).collect()));
}

#[test]
fn never_shows_a_secret() {
    let mut seen = String::new();
    for expression in [
        "secret",
        "hidden",
        "[secret, {a = hidden}]",
        "\"x\" + secret",
        "secret + 1",
        "-secret",
        "string.to_upper(secret)",
        "string.join([hidden], \"\")",
        "encoding.from_json(convert.nonsensitive(secret))",
        "encoding.from_base64(convert.nonsensitive(secret) + \"?\")",
        "encoding.url_decode(\"%\" + convert.nonsensitive(secret))",
        "{a = secret}.hunter",
    ] {
        writeln!(seen, "{:?}", run(expression)).unwrap();
    }
    for to in ["int", "duration", "list(string)", "Target", "bool"] {
        for expression in ["secret", "convert.nonsensitive(secret)", "{a = secret}"] {
            let got = run_in(expression, &names(), Some(&TypeName::parse(to)));
            if expression != "convert.nonsensitive(secret)" || got.is_err() {
                writeln!(seen, "{got:?}").unwrap();
            }
        }
    }
    assert!(!seen.contains("hunter2"), "{seen}");
    assert!(seen.contains("(secret)"));
}

#[test]
fn values_that_grow_without_end_become_unknown() {
    let mut expression = "\"aaaaaaaaaa\"".to_owned();
    for _ in 0..8 {
        expression = format!(
            "string.replace({expression}, \"\", \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\")"
        );
    }
    let too_large = unknown("the value is too large to be followed");
    assert_eq!(run(&expression), Ok(too_large.clone()));
    assert_eq!(run("string.split(string.format(\"%200000d\", 1), \"\")"), Ok(too_large));
    assert_eq!(
        run("string.format(\"%.9999f\", 1.5)"),
        Ok(unknown("string.format is not followed for this format"))
    );
}

#[test]
fn expressions_as_deep_as_the_parser_allows_fit_the_stack() {
    let deep = format!("{}1{}", "[".repeat(120), "]".repeat(120));
    assert!(run(&deep).is_ok());
    let long = vec!["1"; 240].join(" + ");
    assert_eq!(run(&long), Ok(Value::Int(240)));
    let json = format!("encoding.from_json(`{}{}`)", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(run(&json), Ok(unknown("the JSON text is nested too deeply to be read")));
}

#[test]
fn follows_plain_json_paths() {
    assert_eq!(
        run("json_path(`{\"a\": {\"b\": [1, 2]}}`, \"$.a.b[1]\")"),
        Ok(Value::Array(vec![Value::Int(2)]))
    );
    assert_eq!(run("json_path(`{}`, \".a\")"), Ok(Value::Array(vec![])));
    assert_eq!(run("json_path(`{}`, \"$..a\")"), Ok(unknown("json_path is not followed for this path")));
}

#[test]
fn follows_yaml_text_into_expressions() {
    assert_eq!(run("encoding.from_yaml(`a: {b: [x, 0644]}`).a.b[0]"), Ok(text("x")));
    assert_eq!(refusal("encoding.from_yaml(\"{\")"), "encoding.from_yaml invalid YAML at byte 0");
}
