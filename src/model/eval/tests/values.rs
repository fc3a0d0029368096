//! Tests: what operators, functions and conversions make of values, in tables.

use super::Names;
use super::Value;
use super::names;
use super::one_of;
use super::run;
use super::run_in;
use super::text;
use super::unknown;
use crate::model::eval::LONGEST_TEXT;
use crate::model::eval::TypeName;
use crate::model::eval::convert;

/// Names that tests of this file use besides those of all.
fn scope(more: Vec<(&'static str, Value)>) -> Names {
    let mut names = names();
    let optional = |text: &str, secret| Value::OptionalSecret { text: text.into(), secret };
    names.values.insert("shown", optional("hunter2", false));
    names.values.insert("other", optional("x", true));
    names.values.insert("hush", optional("", true));
    names.values.insert("bytes", Value::Bytes(b"hi".as_slice().into()));
    names.values.extend(more);
    names
}

/// The value of an expression that is not refused.
fn value(expression: &str) -> Value {
    run_in(expression, &scope(Vec::new()), None).unwrap_or_else(|error| panic!("{expression}: {error:?}"))
}

/// What a refused expression is told.
fn refusal(expression: &str) -> String {
    run_in(expression, &scope(Vec::new()), None).unwrap_err().message
}

/// What `coalesce` makes of one of several values: those that are the same become one.
fn distinct(values: &[&Value]) -> Value {
    let several = Value::OneOf(values.iter().map(|value| (*value).clone()).collect());
    run_in("coalesce(several)", &scope(vec![("several", several)]), None).unwrap()
}

#[test]
fn alternatives_are_the_same_by_type_and_structure() {
    let function = |name: &str| Value::Function(name.into());
    let bytes = |bytes: &'static [u8]| Value::Bytes(bytes.into());
    let list = |items: &[i64]| Value::Array(items.iter().copied().map(Value::Int).collect());
    let object = |fields: &[(&str, i64)]| {
        Value::Object(fields.iter().map(|(key, value)| ((*key).into(), Value::Int(*value))).collect())
    };
    let all = [
        Value::Null,
        Value::Bool(true),
        Value::Int(104),
        Value::Int(2),
        Value::Uint(104),
        Value::Uint(2),
        Value::Float(104.0),
        Value::Float(0.0),
        Value::Float(-0.0),
        text("h"),
        function("string.join"),
        function("string.split"),
        bytes(b"h"),
        bytes(b"i"),
        list(&[]),
        list(&[104]),
        list(&[105]),
        list(&[104, 1]),
        object(&[]),
        object(&[("a", 1)]),
        object(&[("a", 2)]),
        object(&[("b", 1)]),
        object(&[("a", 1), ("b", 1)]),
    ];
    for (index, one) in all.iter().enumerate() {
        for (place, two) in all.iter().enumerate() {
            let wanted =
                if index == place { one.clone() } else { Value::OneOf(vec![one.clone(), two.clone()]) };
            assert_eq!(format!("{:?}", distinct(&[one, two])), format!("{wanted:?}"));
        }
    }
}

#[test]
fn combinations_are_counted_over_lists_and_objects() {
    let too_many = unknown("there are too many possible values");
    for (many, more) in [
        ("[few, few, few, few, few, few, 0]", "[few, few, few, few, few, few, few]"),
        (
            "{a = few, b = few, c = few, d = few, e = few, f = few, g = 0}",
            "{a = few, b = few, c = few, d = few, e = few, f = few, g = few}",
        ),
    ] {
        assert_eq!(value(&format!("{many} == 0")), Value::Bool(false));
        assert_eq!(value(&format!("{more} == 0")), too_many);
        assert_eq!(value(&format!("{many} == few")), too_many);
    }
    let numbers: Vec<i64> = (0..65).collect();
    let equals =
        |numbers: &[i64]| run_in("several == \"\"", &scope(vec![("several", one_of(numbers))]), None);
    assert_eq!(equals(&numbers[1..]), Ok(Value::Bool(false)));
    assert_eq!(equals(&numbers), Ok(too_many));
}

#[test]
fn computes_with_unsigned_integers() {
    for (expression, result) in [
        ("18446744073709551615 + 9223372036854775809", 9_223_372_036_854_775_808),
        ("18446744073709551615 - 9223372036854775808", 9_223_372_036_854_775_807),
        ("18446744073709551615 * 9223372036854775808", 9_223_372_036_854_775_808),
        ("18446744073709551615 / 9223372036854775808", 1),
        ("18446744073709551615 % 9223372036854775808", 9_223_372_036_854_775_807),
        ("18446744073709551615 ^ 9223372036854775808", 1),
    ] {
        assert_eq!(value(expression), Value::Uint(result), "{expression}");
    }
}

#[test]
fn compares_values() {
    for (expression, result) in [
        ("18446744073709551615 > 9223372036854775808", true),
        ("3 > 2", true),
        ("2 > 2", false),
        ("2 >= 2", true),
        ("2 < 2", false),
        ("2 <= 2", true),
        ("\"b\" > \"a\"", true),
        ("\"a\" > \"a\"", false),
        ("2.5 > 2.5", false),
        ("receiver == receiver", true),
        ("receiver == secret", false),
        ("hidden == hidden", true),
        ("hidden == shown", false),
        ("hidden == other", false),
        ("secret == secret", true),
        ("{a = 1} == {a = 1}", true),
        ("{a = 1} == {a = 1, b = 2}", false),
        ("{a = 1} == {a = 2}", false),
        ("[1] == [1, 2]", false),
        ("[1, 2] == [1, 2.0]", true),
        ("bytes == [104, 105]", true),
        ("bytes == [104]", false),
    ] {
        assert_eq!(value(expression), Value::Bool(result), "{expression}");
    }
    let rival = super::Capsule { node: "loki.write.local".into(), export: "other".into() };
    let scope = scope(vec![("rival", Value::Capsule(rival))]);
    assert_eq!(run_in("receiver == rival", &scope, None), Ok(Value::Bool(false)));
}

#[test]
fn joins_secrets() {
    let optional = |text: &str, secret| Ok(Value::OptionalSecret { text: text.into(), secret });
    let run = |expression: &str| run_in(expression, &scope(Vec::new()), None);
    // Secrets are not shown by `assert_eq!`, but they are compared.
    assert_eq!(run("hidden + \"x\""), optional("hunter2x", true));
    assert_eq!(run("\"x\" + hidden"), optional("xhunter2", true));
    assert_eq!(run("hidden + other"), optional("hunter2x", true));
    assert_eq!(run("shown + \"x\""), Ok(text("hunter2x")));
    assert_eq!(run("secret + \"x\""), Ok(Value::Secret("hunter2x".into())));
    assert_eq!(run("secret + receiver"), Ok(Value::Secret("hunter2".into())));
    assert_eq!(run("hidden + receiver"), optional("hunter2", true));
}

#[test]
fn reads_every_escape_beside_what_is_not_utf8() {
    assert_eq!(
        value("\"\\xff\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\\U0001f600\\u00e9\\101é\""),
        Value::Bytes(b"\xff\x07\x08\x0c\n\r\t\x0b\\\"\xf0\x9f\x98\x80\xc3\xa9A\xc3\xa9".as_slice().into())
    );
}

#[test]
fn errors_name_the_last_maker_of_a_small_value() {
    let boolean = |text: &str, kind: &str| format!("{text} should be one of [bool] for binop &&, got {kind}");
    for (expression, named, kind) in [
        ("0 && 1 - 1 == 2", "1 - 1", "number"),
        ("255 && 254 + 1 == 0", "254 + 1", "number"),
        ("256 && 255 + 1 == 0", "256", "number"),
        ("0.0 && 0.5 - 0.5 == 0", "0.5 - 0.5", "number"),
        ("0.5 && 0.5 + 0.0 == 0", "0.5", "number"),
        ("1.26e-321 && 1.26e-321 + 0.0 == 0", "1.26e-321 + 0.0", "number"),
        ("1.265e-321 && 1.265e-321 + 0.0 == 0", "1.265e-321", "number"),
        ("1.19e-321 && 255 == 255", "1.19e-321", "number"),
        ("\"\" && `` == \"a\"", "``", "string"),
        ("\"a\" && `a` == \"a\"", "\"a\"", "string"),
        ("coalesce && true", "coalesce", "function"),
        ("string.join && string.split == 1", "string.join", "function"),
        ("string.join && string == 1", "string.join", "function"),
        ("sys && array == 1", "sys", "object"),
    ] {
        assert_eq!(refusal(expression), boolean(named, kind), "{expression}");
    }
}

#[test]
fn depth_is_counted_along_one_branch_only() {
    let list = vec!["1"; 1_200].join(", ");
    assert_eq!(value(&format!("[{list}]")), Value::Array(vec![Value::Int(1); 1_200]));
}

#[test]
fn elements_of_bytes_are_numbers() {
    assert_eq!(value("bytes[1]"), Value::Uint(105));
    assert_eq!(refusal("bytes[2]"), "2 index 2 is out of range of array with length 2");
    assert_eq!(value("bytes[few - 1]"), Value::OneOf(vec![Value::Uint(104), Value::Uint(105)]));
}

#[test]
fn functions_make_text_of_text() {
    for (expression, result) in [
        ("string.to_lower(\"ÀİẞΣ\")", "àißσ"),
        ("string.to_upper(\"ßéᾀᾇᾐᾗᾠᾧᾳῃῳŉ\")", "ßÉᾈᾏᾘᾟᾨᾯᾼῌῼŉ"),
        ("string.replace(\"\", \"\", \"x\")", "x"),
        ("string.replace(\"ab\", \"\", \"x\")", "xaxbx"),
        ("string.join([], \"x\")", ""),
        ("encoding.url_decode(\"a+b%20c%2B\")", "a b c+"),
        ("string.join([1e308 * 10, -1e308 * 10, 1e308 * 10 - 1e308 * 10, 1.5], \" \")", "+Inf -Inf NaN 1.5"),
    ] {
        assert_eq!(value(expression), text(result), "{expression}");
    }
}

#[test]
fn functions_go_as_far_as_text_and_lists_may_reach() {
    let too_large = unknown("the value is too large to be followed");
    let full = "a".repeat(LONGEST_TEXT);
    let names = scope(vec![
        ("full", text(&full)),
        ("some", text(&"a".repeat(3_000))),
        ("list", text(&"a".repeat(100_000))),
        ("objects", Value::Array(vec![Value::Object(std::collections::BTreeMap::new()); 1_000])),
        ("numbers", Value::Array(vec![Value::Int(0); 100_000])),
    ]);
    let run = |expression: &str| run_in(expression, &names, None).unwrap();
    assert!(run("string.join([full], \"\")") == text(&full));
    assert_eq!(run("string.join([full], \"x\")"), too_large);
    assert!(run("string.join([some], some)") == text(&"a".repeat(3_000)));
    assert!(run("string.replace(full, \"b\", \"\")") == text(&full));
    assert_eq!(run("string.replace(full, \"\", \"x\")"), too_large);
    assert!(run("string.replace(some, \"b\", some)") == text(&"a".repeat(3_000)));
    assert_eq!(run("full + \"x\""), too_large);
    assert!(matches!(run("string.split(list, \"\")"), Value::Array(items) if items.len() == 100_000));
    assert_eq!(run("string.split(list + \"a\", \"\")"), too_large);
    assert!(matches!(run("array.concat(numbers, [])"), Value::Array(items) if items.len() == 100_000));
    assert_eq!(run("array.concat(numbers, [0])"), too_large);
    assert_eq!(run("array.combine_maps(objects, objects, [\"a\"])"), Value::Array(Vec::new()));
    assert_eq!(run("array.combine_maps(objects, array.concat(objects, [{}]), [\"a\"])"), too_large);
}

#[test]
fn coalesce_takes_optional_secrets_and_large_numbers() {
    let optional = |text: &str, secret| Value::OptionalSecret { text: text.into(), secret };
    assert_eq!(value("coalesce(shown, 1)"), optional("hunter2", false));
    assert_eq!(value("coalesce(hush, 1)"), optional("", true));
    assert_eq!(value("coalesce(18446744073709551615, 1)"), Value::Uint(u64::MAX));
}

#[test]
fn elements_of_several_values_leave_lists_of_objects_open() {
    let several = unknown("an element has several possible values");
    assert_eq!(value("array.group_by([few], \"a\", true)"), several);
    assert_eq!(value("array.combine_maps([few], [{a = 1}], [\"a\"])"), several);
}

#[test]
fn one_of_several_functions_is_called() {
    let functions = ["string.to_upper", "string.to_lower"].map(|name| Value::Function(name.into()));
    let names = scope(vec![("function", Value::OneOf(functions.to_vec()))]);
    let results = Value::OneOf(vec![text("AB"), text("ab")]);
    assert_eq!(run_in("function(\"aB\")", &names, None), Ok(results));
}

#[test]
fn json_paths_take_all_elements_and_fields() {
    let ints = |items: &[i64]| Value::Array(items.iter().copied().map(Value::Int).collect());
    for (path, result) in [
        ("$.a_b[*]", ints(&[1, 2])),
        ("$.a_b.*", ints(&[1, 2])),
        ("$['c'].*", ints(&[3, 4])),
        ("$.c[*]", ints(&[3, 4])),
        ("$.a-b", unknown("json_path is not followed for this path")),
        ("$.", unknown("json_path is not followed for this path")),
    ] {
        let expression =
            format!("json_path(`{{\"a_b\": [1, 2], \"c\": {{\"x\": 3, \"y\": 4}}}}`, \"{path}\")");
        assert_eq!(run(&expression), Ok(result), "{path}");
    }
}

#[test]
fn converts_numbers_as_go_does() {
    let float = |text: f64| Value::Float(text);
    for (to, given, result) in [
        ("int", float(9_223_372_036_854_775_808.0), Value::Int(i64::MIN)),
        ("int", float(1e30), Value::Int(i64::MIN)),
        ("int", float(-1e30), Value::Int(i64::MIN)),
        ("int", float(-2.9), Value::Int(-2)),
        ("uint", float(9_223_372_036_854_775_808.0), Value::Uint(1 << 63)),
        ("uint", float(1e19), Value::Uint(10_000_000_000_000_000_000)),
        ("uint", float(1e20), Value::Uint(1 << 63)),
        ("uint", float(3.0), Value::Int(3)),
        ("string", float(f64::INFINITY), text("+Inf")),
        ("string", float(f64::NEG_INFINITY), text("-Inf")),
        ("float", text("+1.5e3"), float(1500.0)),
        ("float", text("0x1.8p1"), float(3.0)),
        ("float", text("+0X.8p1"), float(1.0)),
        ("bytes", text("hi"), Value::Bytes(b"hi".as_slice().into())),
        ("Target", Value::Array(Vec::new()), Value::Null),
    ] {
        let got = convert(&given, &TypeName::parse(to));
        match result {
            Value::Null => assert!(got.is_err()),
            _ => assert_eq!(got, Ok(result), "{to} {given:?}"),
        }
    }
    for refused in ["+-1e3", "++1e3", "1e400", "0x+1.8p1", "0x.p1", "0x1.8", "-1.5", "0x1.+8p1"] {
        assert!(convert(&text(refused), &TypeName::Float).is_err(), "{refused}");
    }
}

#[test]
fn labels_that_hold_something_unknown_are_unknown() {
    let got = run_in("{c = [1, mystery]}", &names(), Some(&TypeName::Target)).unwrap();
    assert_eq!(got, Value::Object([("c".into(), unknown("nobody knows"))].into_iter().collect()));
}
