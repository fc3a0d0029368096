//! Tests: what is unknown, and what is one of several.

use super::Value;
use super::names;
use super::one_of;
use super::refusal;
use super::run;
use super::run_in;
use super::text;
use super::unknown;
use crate::model::eval::TypeName;
use crate::model::eval::convert;

/// Evaluates what must not be refused.
fn value(expression: &str) -> Value {
    run(expression).unwrap_or_else(|error| panic!("{expression}: {error:?}"))
}

#[test]
fn operators_on_the_unknown_give_the_first_reason() {
    for expression in [
        "mystery + riddle",
        "1 - mystery",
        "mystery == riddle",
        "mystery != 1",
        "true && mystery",
        "mystery || true",
        "-mystery",
        "!mystery",
        "(mystery) < 2",
        "[1, mystery] == [1, riddle]",
        "{a = mystery} == {a = 1}",
    ] {
        assert_eq!(value(expression), unknown("nobody knows"), "{expression}");
    }
    assert_eq!(value("riddle + mystery"), unknown("nobody cares"));
}

#[test]
fn functions_of_the_unknown_give_the_first_reason() {
    for expression in [
        "string.to_upper(mystery)",
        "string.format(\"%s %s\", mystery, riddle)",
        "string.join([\"a\", mystery], riddle)",
        "encoding.to_json({a = [mystery]})",
        "convert.nonsensitive(mystery)",
        "array.concat([1], mystery, riddle)",
        "array.group_by([{a = mystery}], \"a\", true)",
        "array.combine_maps([{a = mystery}], [{a = 1}], [\"a\"])",
        "mystery(1)",
    ] {
        assert_eq!(value(expression), unknown("nobody knows"), "{expression}");
    }
}

#[test]
fn environment_that_is_not_known_stays_unknown_with_its_name() {
    let reason = unknown("the environment variable ZONE is not known");
    assert_eq!(value("\"https://\" + sys.env(\"ZONE\")"), reason);
    assert_eq!(value("env(\"ZO\" + \"NE\")"), reason);
    assert_eq!(value("sys.env(\"REGION\")"), text("us-east-2"));
}

#[test]
fn constants_are_known_to_the_running_process_only() {
    let reason = unknown("constants.hostname is known to the running process only");
    assert_eq!(value("constants.hostname"), reason);
    assert_eq!(value("\"node-\" + constants[\"hostname\"]"), reason);
    assert_eq!(refusal("constants.nope"), "field \"nope\" does not exist");
}

#[test]
fn lists_and_objects_keep_unknown_leaves_in_place() {
    assert_eq!(value("[1, mystery]"), Value::Array(vec![Value::Int(1), unknown("nobody knows")]));
    assert_eq!(value("[1, mystery][0]"), Value::Int(1));
    assert_eq!(value("{a = mystery, b = 2}.b"), Value::Int(2));
    assert_eq!(value("{a = mystery, b = 2}[\"a\"]"), unknown("nobody knows"));
    assert_eq!(
        value("array.concat([mystery], [1])"),
        Value::Array(vec![unknown("nobody knows"), Value::Int(1)])
    );
    let groups = value("array.group_by([{a = \"x\", b = mystery}], \"a\", true)");
    assert!(format!("{groups:?}").contains("\"b\": Unknown(\"nobody knows\")"), "{groups:?}");
}

#[test]
fn access_to_the_unknown_is_unknown() {
    assert_eq!(value("mystery.a.b"), unknown("nobody knows"));
    assert_eq!(value("mystery[riddle]"), unknown("nobody knows"));
    assert_eq!(value("[1, 2][riddle]"), unknown("nobody cares"));
}

#[test]
fn coalesce_takes_what_is_known_before_the_unknown() {
    assert_eq!(value("coalesce(\"\", \"a\", mystery)"), text("a"));
    assert_eq!(value("coalesce(\"\", mystery, \"a\")"), unknown("nobody knows"));
    assert_eq!(value("coalesce([mystery], 1)"), Value::Array(vec![unknown("nobody knows")]));
}

#[test]
fn operations_map_over_alternatives_and_drop_duplicates() {
    assert_eq!(value("few * 10"), one_of(&[10, 20]));
    assert_eq!(value("few + few"), one_of(&[2, 3, 4]));
    assert_eq!(value("few > 0"), Value::Bool(true));
    assert_eq!(value("[10, 20, 30][few]"), one_of(&[20, 30]));
    assert_eq!(value("string.format(\"%d\", few)"), Value::OneOf(vec![text("1"), text("2")]));
    assert_eq!(value("string.join([\"a\", few], \"-\")"), Value::OneOf(vec![text("a-1"), text("a-2")]));
    assert_eq!(value("[few]"), Value::Array(vec![one_of(&[1, 2])]));
    assert_eq!(value("[few][0] + 1"), one_of(&[2, 3]));
    assert_eq!(value("{k = few} == {k = 1}"), Value::OneOf(vec![Value::Bool(true), Value::Bool(false)]));
    assert_eq!(value("coalesce(few - 1, 7)"), one_of(&[7, 1]));
}

#[test]
fn more_than_64_alternatives_become_unknown() {
    assert_eq!(
        value("string.format(\"%d%d%d%d%d%d\", few, few, few, few, few, few)"),
        Value::OneOf(
            (0..64)
                .map(|bits| {
                    let digits: String =
                        (0..6).rev().map(|bit| if bits >> bit & 1 == 0 { '1' } else { '2' }).collect();
                    text(&digits)
                })
                .collect()
        )
    );
    let too_many = unknown("there are too many possible values");
    assert_eq!(value("string.format(\"%d%d%d%d%d%d%d\", few, few, few, few, few, few, few)"), too_many);
    assert_eq!(value("[few, few, few, few, few, few, few] == []"), too_many);
    assert_eq!(value("coalesce(few, few, few, few, few, few, few)"), too_many);
}

#[test]
fn alternatives_that_are_all_refused_are_refused_and_some_leave_it_open() {
    let error = run("few + \"a\"").unwrap_err();
    assert_eq!(error.message, "\"a\" should be number, got string");
    assert_eq!(refusal("few.a"), "few cannot access field \"a\" on value of type number");
    assert_eq!(value("[5, 6][few]"), unknown("one of the possible values is refused here"));
}

#[test]
fn an_unknown_alternative_leaves_it_open() {
    assert_eq!(value("[1, mystery, 3][few]"), unknown("nobody knows"));
}

#[test]
fn conversion_keeps_unknown_leaves_and_maps_over_alternatives() {
    let to = |name: &str, value: Value| convert(&value, &TypeName::parse(name));
    assert_eq!(to("int", unknown("x")), Ok(unknown("x")));
    assert_eq!(
        to("list(string)", Value::Array(vec![Value::Int(1), unknown("x")])),
        Ok(Value::Array(vec![text("1"), unknown("x")]))
    );
    assert_eq!(to("string", one_of(&[1, 2])), Ok(Value::OneOf(vec![text("1"), text("2")])));
    assert_eq!(to("bool", one_of(&[1, 2])).unwrap_err().message, "should be bool, got number");
    assert_eq!(
        to("duration", Value::OneOf(vec![text("1s"), text("x")])),
        Ok(unknown("one of the possible values is refused here"))
    );
    assert_eq!(to("bytes", Value::Array(vec![Value::Int(1), unknown("x")])), Ok(unknown("x")));
}

#[test]
fn certain_errors_win_over_the_unknown_where_order_decides() {
    assert_eq!(refusal("string.join(mystery)"), "string.join expected 2 args, got 1");
    assert_eq!(refusal("[mystery, 1 / 0]"), "0 divide by zero error");
    assert_eq!(refusal("array.concat(mystery, 1)"), "1 should be array, got number");
}

#[test]
fn scope_hides_the_library_and_reaches_into_objects() {
    let mut scope = names();
    scope.values.insert("string", Value::Int(3));
    assert_eq!(run_in("string + 1", &scope, None), Ok(Value::Int(4)));
    assert_eq!(run_in("obj.b.c", &scope, None), Ok(text("x")));
}
