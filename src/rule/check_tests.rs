//! What is refused before it ever runs, at which words, with which remedy.

use super::*;

fn problems(source: &str) -> Vec<(String, String, String)> {
    let settings = ["series".to_owned()];
    let expression = Expression::new(source);
    check(&expression, &Scope::new("log_exit", &settings))
        .into_iter()
        .map(|problem| (problem.span.slice(source).to_owned(), problem.message, problem.help))
        .collect()
}

fn one(source: &str, at: &str, message: &str, help: &str) {
    assert_eq!(problems(source), [(at.to_owned(), message.to_owned(), help.to_owned())], "{source}");
}

#[test]
fn unknown_names_are_errors_with_the_nearest_name() {
    one("log_exti.zone == 'x'", "log_exti", "unknown variable `log_exti`", "did you mean `log_exit`?");
    one("log_exit.zoen == 'x'", "zoen", "`log_exit` has no field `zoen`", "did you mean `zone`?");
    one("log_exit . zoen == 'x'", "zoen", "`log_exit` has no field `zoen`", "did you mean `zone`?");
    one("log_exit['zoen'] == 'x'", "'zoen'", "`log_exit` has no field `zoen`", "did you mean `zone`?");
    one(
        "log_exit.sources.exists(s, s.nam == 'x')",
        "nam",
        "`log_exit.sources[]` has no field `nam`",
        "did you mean `name`?",
    );
    one(
        "log_exit.sources.filter(s, true)[0].nam == 'x'",
        "nam",
        "`log_exit.sources[]` has no field `nam`",
        "did you mean `name`?",
    );
    one(
        "workload.controlroom == null",
        "controlroom",
        "`workload` has no field `controlroom`",
        "did you mean `control_room`?",
    );
    one("settings.serie > 1", "serie", "the rule has no setting `serie`", "did you mean `series`?");
    one(
        "log_exit.zone.startWith('x')",
        "startWith",
        "unknown function `startWith`",
        "did you mean `startsWith`?",
    );
    one("siez(log_exit.sources) == 1", "siez", "unknown function `siez`", "did you mean `size`?");
    one(
        "log_exit.zone.deep == 1",
        "deep",
        "`log_exit.zone` has no field `deep`",
        "`log_exit.zone` has no fields of its own",
    );
}

#[test]
fn right_expressions_pass() {
    for source in [
        "log_exit.zone != 'workload' && size(log_exit.sources) > settings.series",
        "log_exit.sources.all(s, s.name.startsWith('loki.')) || workload.control_room == null",
        "has(log_exit.destination) && log_exit.destination.matches('^https')",
        "log_exit.sources.map(s, s.name).join(', ') == ''",
    ] {
        assert_eq!(problems(source), [], "{source}");
    }
}

#[test]
fn limits_and_bad_calls_are_told() {
    let nested = "[1].all(a, [1].all(b, [1].all(c, [1].all(d, true))))";
    one(nested, "all", "list functions are nested more than 3 deep", "compute a fact for it");
    one(
        "log_exit.zone.matches('(x')",
        "'(x'",
        "`matches` has a bad pattern: unclosed group",
        "patterns are RE2: no look-around, no back references",
    );
    one(
        "size() == 1",
        "size",
        "`size` takes 1 values (the one before the dot included), not 0",
        "it gives how many items or characters; 0 for null",
    );
    one(
        "log_exit.?zone == 1",
        ".",
        "rules know no optional values",
        "a missing field is null: write `.` or `[...]`",
    );
    one(
        "log_exit.sources.all(1, true)",
        "1",
        "`all` needs a variable first",
        "write `list.all(x, condition on x)`",
    );
}

const TOKENS: &[&str] = &[
    "log_exit",
    ".",
    "zone",
    "sources",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "é",
    "\n",
    "//",
    "?",
    ":",
    "&&",
    "||",
    "!",
    "-",
    "1",
    "1u",
    "1.5",
    "0x1",
    "9999999999999999999",
    "in",
    "has(",
    ".exists(x,",
    "all",
    "\\",
    "r'",
    "b'",
    "`",
    "null",
    "true",
    ",",
    " ",
    "==",
    "<",
    "\0",
    "😀",
    "\r",
    "\t",
    "if",
    ".?",
    "[?",
    "'''",
    "\\u",
];

proptest::proptest! {
    #[test]
    fn any_text_is_accepted_or_refused_at_a_place_inside_it(
        tokens in proptest::collection::vec(proptest::sample::select(TOKENS), 0..14)
    ) {
        let source: String = tokens.concat();
        let expression = Expression::new(&source);
        for problem in check(&expression, &Scope::new("log_exit", &[])) {
            let span = problem.span.start as usize..problem.span.end as usize;
            proptest::prop_assert!(source.get(span).is_some(), "{:?}", problem);
            proptest::prop_assert!(!problem.message.is_empty() && problem.message.len() < 200);
        }
    }
}

#[test]
fn what_a_list_function_gives_is_known_as_far_as_the_list_was() {
    let nam = |source: &str| {
        one(source, "nam", "`log_exit.sources[]` has no field `nam`", "did you mean `name`?");
    };
    nam("log_exit.sources.map(s, s)[0].nam == 'x'");
    nam("log_exit.sources.sort()[0].nam == 'x'");
    nam("log_exit.sources.distinct()[0].nam == 'x'");
    nam("log_exit.sources.filter(s, s.name == 'x')[0].nam == 'x'");
    // A list of fields has no line in the table, nor a list of lists, nor what another function makes.
    for source in [
        "log_exit.sources.map(s, s.name)[0].nam == 'x'",
        "log_exit.sources.map(s, log_exit.sources)[0].nam == 'x'",
        "log_exit.sources.flatten()[0].nam == 'x'",
    ] {
        assert_eq!(problems(source), [], "{source}");
    }
}

#[test]
fn has_is_a_function_of_one_value_and_no_method() {
    assert_eq!(problems("has(log_exit.zone)"), []);
    for source in ["log_exit.has(1)", "has(1, 2)", "has()"] {
        assert_eq!(problems(source).len(), 1, "{source}");
    }
}

#[test]
fn as_many_values_as_a_function_takes_pass() {
    assert_eq!(
        problems("replace('a', 'b', 'c') == 'x' && join(['a']) == 'a' && join(['a'], ', ') == 'a'"),
        []
    );
    for source in ["replace('a', 'b')", "replace('a', 'b', 'c', 'd')", "join()", "join(['a'], ', ', 1)"] {
        let found = problems(source);
        assert_eq!(found.len(), 1, "{source}: {found:?}");
        assert!(found[0].1.contains(" values (the one before the dot included), not "), "{found:?}");
    }
}

#[test]
fn list_functions_are_nested_to_a_depth_and_stand_side_by_side_without_end() {
    let nested = |depth: usize| {
        let (open, close) = ("[1].all(x, ".repeat(depth), ")".repeat(depth));
        problems(&format!("{open}true{close}"))
    };
    assert_eq!(nested(MAX_COMPREHENSIONS), []);
    let message = format!("list functions are nested more than {MAX_COMPREHENSIONS} deep");
    assert_eq!(
        nested(MAX_COMPREHENSIONS + 1).iter().map(|(_, text, _)| text).collect::<Vec<_>>(),
        [&message]
    );
    let beside = ["[1].all(x, true)"; MAX_COMPREHENSIONS + 3].join(" && ");
    assert_eq!(problems(&beside), []);
}

#[test]
fn a_condition_compares_with_null_only_by_not_equals_and_null_on_the_right() {
    let compared = |source: &str| {
        let expression = Expression::new(source);
        compared_with_null(expression.tree().unwrap()).map(|tree| format!("{:?}", tree.expr))
    };
    let alone = |source: &str| Some(format!("{:?}", Expression::new(source).tree().unwrap().expr));
    assert_eq!(compared("log_exit.zone != null"), alone("log_exit.zone"));
    for other in [
        "log_exit.zone == null",
        "log_exit.zone != 'x'",
        "null != log_exit.zone",
        "log_exit.zone",
        "has(null)",
    ] {
        assert_eq!(compared(other), None, "{other}");
    }
}
