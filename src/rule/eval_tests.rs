//! The meaning of conditions, one semantic at a time.

use super::*;
use crate::model::Fact;
use crate::model::FactValue;
use crate::rule::syntax::Expression;

fn facts() -> Fact {
    Fact::map(
        [
            ("name", Fact::bare("main")),
            ("series", Fact::bare(150_i64)),
            ("ratio", Fact::bare(1.5)),
            ("on", Fact::bare(true)),
            ("lost", Fact::unknown("env X is not set", None)),
            ("token", Fact { value: FactValue::Secret("hunter2".into()), place: None }),
            ("gone", Fact::absent(None)),
            ("urls", Fact::list([Fact::bare("http://a/x"), Fact::bare("http://b/y")], None)),
            ("mixed", Fact::list([Fact::bare("a"), Fact::unknown("import is remote", None)], None)),
            ("tree", Fact::map([("leaf", Fact::bare(1_i64))], None)),
        ],
        None,
    )
}

fn run(source: &str) -> Result<String, Stop> {
    let facts = facts();
    let expression = Expression::new(source);
    let tree = expression.tree().unwrap();
    let mut evaluation = Evaluation::new(vec![("s", Value::Fact(&facts))]);
    evaluation.known(tree).map(|value| value.render())
}

fn gives(source: &str, wanted: &str) {
    assert_eq!(run(source).as_deref(), Ok(wanted), "{source}");
}

fn unknown(source: &str, reason: &str) {
    assert_eq!(run(source), Err(Stop::Unknown(reason.into())), "{source}");
}

fn fails(source: &str, message: &str) {
    assert_eq!(run(source), Err(Stop::Error(message.into())), "{source}");
}

#[test]
fn missing_fields_and_indices_are_null_and_null_can_be_compared() {
    gives("s.nope == null", "true");
    gives("null == s.nope", "true");
    gives("s.gone.deep.deeper == null", "true");
    gives("s.gone != 5", "true");
    gives("has(s.gone)", "false");
    gives("has(s.name)", "true");
    gives("s.urls[7] == null", "true");
    gives("s.urls[-1] == null", "true");
    gives("s.tree['leaf']", "1");
    gives("s.tree['no'] == null", "true");
}

#[test]
fn order_and_arithmetic_with_null_are_errors_and_no_silent_false() {
    fails("s.gone > 5", "`s.gone` is not set, and `>` needs it: guard it with `!= null`");
    fails("2 == 1 + s.gone.deep", "`s.gone.deep` is not set, and `+` needs it: guard it with `!= null`");
    fails(
        "s.gone.startsWith('a')",
        "`s.gone` is not set, and `startsWith` needs it: guard it with `!= null`",
    );
    fails("s.urls[9].contains('a')", "a value is not set, and `contains` needs it: guard it with `!= null`");
    fails("s.gone && true", "`s.gone` is not set, and the condition needs it: guard it with `!= null`");
    fails("s.name && true", "the condition is text, not true or false");
    fails("s.name < 1", "`<` does not work on text and an integer");
    fails("1 / 0 == 1", "it divides by zero");
    fails("9223372036854775807 + 1 == 0", "a number becomes too large");
    fails("-(-9223372036854775807 - 1) == 0", "a number becomes too large");
}

#[test]
fn of_three_values_only_replace_makes_something() {
    gives("replace('a-b', '-', '.')", "a.b");
    fails("join('a-b', '-', '.')", "there is no function `join` with that many arguments");
}

#[test]
fn numbers_are_integers_and_compare_with_floats() {
    gives("s.series + 1 == 151", "true");
    gives("s.series == 150.0", "true");
    gives("s.ratio < 2", "true");
    gives("s.series * 2 - 10 / 3 % 2", "299");
    gives("s.ratio * 2", "3");
}

#[test]
fn what_hangs_on_the_unknown_is_unknown_in_both_orders() {
    unknown("s.lost == 1", "env X is not set");
    unknown("1 != s.lost", "env X is not set");
    unknown("s.lost == null", "env X is not set");
    unknown("s.lost.field == 1", "env X is not set");
    unknown("has(s.lost)", "env X is not set");
    unknown("s.lost > 3", "env X is not set");
    unknown("!s.lost", "env X is not set");
    unknown("size(s.lost) == 1", "env X is not set");
    unknown("s.lost in ['a']", "env X is not set");
    unknown("s.lost.exists(x, true)", "env X is not set");
    unknown("true && s.lost", "env X is not set");
    unknown("s.lost || false", "env X is not set");
}

#[test]
fn what_is_decided_without_the_unknown_is_decided() {
    gives("false && s.lost", "false");
    gives("s.lost && false", "false");
    gives("true || s.lost == 1", "true");
    gives("s.lost == 1 || true", "true");
    gives("s.lost in []", "false");
    gives("s.lost == 1 ? 7 : 7", "7");
    unknown("s.lost == 1 ? 7 : 8", "env X is not set");
    gives("size(s.mixed)", "2");
}

#[test]
fn an_unknown_item_spoils_only_what_needs_it() {
    gives("'a' in s.mixed", "true");
    unknown("'b' in s.mixed", "import is remote");
    gives("s.mixed.exists(x, x == 'a')", "true");
    unknown("s.mixed.exists(x, x == 'b')", "import is remote");
    gives("s.mixed.all(x, x == 'b')", "false");
    unknown("s.mixed.all(x, x == 'a')", "import is remote");
    unknown("s.mixed.filter(x, x == 'a').size() > 0", "import is remote");
    gives("s.mixed.map(x, x).size()", "2");
    gives("s.mixed == ['b', 'c']", "false");
    unknown("s.mixed == ['a', 'c']", "import is remote");
    gives("[s.lost, 1].size()", "2");
    unknown("s.mixed.join(',')", "import is remote");
}

#[test]
fn list_functions_see_their_variable_and_outer_ones() {
    gives("s.urls.map(u, u.host())", "a, b");
    gives("s.urls.map(u, u.contains('b'), path(u))", "/y");
    gives("s.urls.filter(u, u.endsWith('x'))", "http://a/x");
    gives("s.urls.exists_one(u, u.startsWith('http://a'))", "true");
    gives("[1, 2].all(a, [3, 4].exists(b, b == a + 2))", "true");
    gives("s.tree.all(k, k == 'leaf')", "true");
    gives("s.gone.exists(x, x == 1)", "false");
    gives("s.gone.all(x, x == 1)", "true");
    gives("s.tree.values()", "1");
    gives("'leaf' in s.tree", "true");
}

#[test]
fn functions_of_monitoring_configuration() {
    gives("duration_seconds('7d') == duration_seconds('168h')", "true");
    gives("duration_seconds(s.gone) == null", "true");
    gives("duration_seconds('soon') == null", "true");
    gives("bytes('20Gi')", "21474836480");
    gives("port('https://x/y')", "443");
    gives("'HTTP://Mimir.Cr:80/api'.host() + ' ' + scheme('HTTP://x')", "mimir.cr http");
    gives("host('no url') == null", "true");
    gives("'a,b'.split(',').join('-').upperAscii()", "A-B");
    gives("[[1], [2, 1]].flatten().distinct().sort()", "1, 2");
    gives("[1, 1.0, '1', true, 1.5, null, null].distinct().size()", "5");
    gives("max([3, 9, 4]) + min(1, 2) + sum([1, 2])", "13");
    gives("' x '.trim().replace('x', 'y')", "y");
    gives("s.name.matches('^m.*n$')", "true");
    gives("int('42') + 1", "43");
    gives("string(5) + string(true)", "5true");
    gives("size('äöü')", "3");
}

#[test]
fn a_secret_compares_like_text_and_is_never_printed() {
    gives("s.token == 'hunter2'", "true");
    gives("s.token.startsWith('hunt')", "true");
    gives("s.token", "(secret)");
    gives("s.token + '!'", "(secret)");
    gives("s.token.split('t')", "(secret), (secret)");
    gives("s.token.upperAscii().replace('H', 'x')", "(secret)");
    gives("[s.token].join('')", "(secret)");
    gives("string(s.token)", "(secret)");
    let Err(Stop::Error(message)) = run("s.token + 1") else { panic!("must fail") };
    assert!(!message.contains("hunter2"));
}

#[test]
fn messages_hold_no_control_characters_and_no_endless_values() {
    let long = Fact::bare("x".repeat(1000));
    let many = Fact::list((0..50_i64).map(Fact::bare), None);
    assert_eq!(Value::Fact(&Fact::bare("a\u{1b}[31m\nb")).render(), "a\\u{1b}[31m\\nb");
    assert_eq!(Value::Fact(&long).render(), format!("{}…", "x".repeat(300)));
    assert!(Value::Fact(&many).render().ends_with(", 18, 19 and 30 more"));
}

#[test]
fn endless_work_is_stopped() {
    let source = "s.l.all(a, s.l.all(b, s.l.all(c, a + b + c > 0)))";
    let facts = Fact::map([("l", Fact::list((1..300_i64).map(Fact::bare), None))], None);
    let expression = Expression::new(source);
    let mut evaluation = Evaluation::new(vec![("s", Value::Fact(&facts))]);
    let result = evaluation.condition(expression.tree().unwrap());
    assert_eq!(
        result,
        Err(Stop::Error(
            "it takes more than 2000000 steps; raise it with `--limit rule-steps=4000000`".to_owned()
        ))
    );
}

/// cel's own evaluator as the judge, where nothing is absent or unknown.
#[test]
fn agrees_with_cel_where_everything_is_known() {
    for source in [
        "1 + 2 * 3 - 4 / 2 % 3",
        "1 < 2 && 2.5 >= 2",
        "'a' + 'b' == 'ab'",
        "'a' < 'b' || false",
        "[1, 2, 3].exists(x, x > 2)",
        "[1, 2, 3].all(x, x > 1)",
        "[1, 2, 3].exists_one(x, x > 2)",
        "[1, 2, 3].map(x, x * 2) == [2, 4, 6]",
        "[1, 2, 3].filter(x, x % 2 == 1) == [1, 3]",
        "[1, 2].map(x, x > 1, x + 1) == [3]",
        "2 in [1, 2]",
        "'k' in {'k': 1}",
        "{'k': {'j': 5}}.k.j == 5",
        "{'a': 1} == {'a': 1.0}",
        "[1, 'a'] == [1, 'b']",
        "1 == '1'",
        "null == null",
        "true ? 'x' == 'x' : false",
        "!(1 == 1)",
        "-5 + 3 == -2",
        "size('äb') == 2 && size([1]) == 1 && size({'a': 1}) == 1",
        "'abc'.contains('b') && 'abc'.startsWith('a') && 'abc'.endsWith('c') && 'abc'.matches('^a.c$')",
        "int('7') == 7 && string(7) == '7' && double(7) == 7.0 && int(7.9) == 7",
        "'A,b'.lowerAscii().split(',') == ['a', 'b']",
        "['a', 'b'].join('-') == 'a-b' && ' x'.trim() == 'x' && 'x'.upperAscii() == 'X'",
        "'aXa'.replace('a', 'b') == 'bXb'",
        "-7 / 2 == -3 && -7 % 2 == -1",
    ] {
        let mut env = cel::Env::stdlib();
        env.add_extension(cel::extensions::strings).unwrap();
        let env = Arc::new(env);
        let theirs = env.compile(source).unwrap().execute(&cel::Context::with_env(env.clone())).unwrap();
        let theirs = match theirs {
            cel::Value::Bool(value) => value.to_string(),
            cel::Value::Int(value) => value.to_string(),
            other => panic!("{other:?}"),
        };
        gives(source, &theirs);
    }
}

#[test]
fn the_deepest_allowed_expressions_need_little_stack() {
    let work = || {
        let ternary = format!("{}2", "s.on==false?1:".repeat(30));
        for (source, wanted) in [
            (vec!["1"; 100].join("+"), "100"),
            (format!("{}1{}", "[".repeat(30), "]".repeat(30)), "1"),
            (format!("s.gone{}", ".b".repeat(97)), "not set"),
            (format!("s.name{}", ".trim()".repeat(97)), "main"),
            (vec!["true"; 600].join("&&"), "true"),
            (ternary, "2"),
        ] {
            gives(&source, wanted);
        }
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn numbers_with_a_point_are_reckoned_with_as_such() {
    gives("s.ratio + 1", "2.5");
    gives("s.ratio - 0.5", "1");
    gives("s.ratio * 3", "4.5");
    gives("s.ratio / 0.5", "3");
    gives("7 - 2", "5");
    gives("7 / 2", "3");
    gives("7 % 2", "1");
    fails("s.ratio % 1.0", "`%` does not work on a number and a number");
}

#[test]
fn texts_and_lists_are_joined_and_nothing_else_is_done_with_them() {
    gives("'a' + 'b'", "ab");
    gives("s.urls + ['c']", "http://a/x, http://b/y, c");
    fails("'a' - 'b'", "`-` does not work on text and text");
    fails("s.urls - s.urls", "`-` does not work on a list and a list");
    fails("s.urls + 'a'", "`+` does not work on a list and text");
}

#[test]
fn nothing_is_in_null_or_in_an_empty_list_whatever_is_looked_for() {
    gives("1 in s.gone", "false");
    gives("s.lost in s.gone", "false");
    gives("s.lost in []", "false");
    unknown("s.lost in [1]", "env X is not set");
    gives("s.gone[0] == null", "true");
    unknown("s.lost[0] == null", "env X is not set");
    unknown("1 in s.lost", "env X is not set");
}

#[test]
fn maps_differ_where_one_has_more() {
    gives("{'a': 1, 'b': 2} == {'a': 1, 'b': 2}", "true");
    gives("{'a': 1, 'b': 2} == {'a': 1}", "false");
    gives("{'a': 1} == {'a': 1, 'b': 2}", "false");
    gives("size({'a': 1, 'b': 2})", "2");
    gives("size({})", "0");
}

#[test]
fn long_values_are_shown_in_part_and_others_whole() {
    gives("{'a': 1, 'b': [1, 2], 'c': null}", "{a: 1, b: 1, 2, c: not set}");
    let numbers = |last: u32| (1..=last).map(|number| number.to_string()).collect::<Vec<_>>().join(", ");
    gives(&format!("[{}]", numbers(20)), &numbers(20));
    gives(&format!("[{}]", numbers(21)), &format!("{} and 1 more", numbers(20)));
    let text = "x".repeat(300);
    gives(&format!("'{text}'"), &text);
    gives(&format!("'{text}y'"), &format!("{text}…"));
}

#[test]
fn functions_on_lists_and_maps_take_null_for_an_empty_one() {
    gives("size(s.gone)", "0");
    gives("sum(s.gone)", "0");
    gives("size(sort(s.gone))", "0");
    gives("size(keys(s.gone))", "0");
    gives("size(values(s.gone))", "0");
    gives("keys(s.tree)", "leaf");
    gives("values(s.tree)", "1");
    gives("flatten([[1, 2], null, 3])", "1, 2, 3");
    gives("distinct([1, 1.0, '1', null, null])", "1, 1, not set");
    fails("size(1)", "`size` needs a list, a map or text, and there is an integer");
}

#[test]
fn one_unknown_item_makes_the_outcome_unknown() {
    for call in ["sort", "min", "max", "distinct", "flatten"] {
        unknown(&format!("{call}(s.mixed)"), "import is remote");
    }
    unknown("sum([1, s.lost])", "env X is not set");
}

#[test]
fn numbers_are_made_of_texts_and_of_other_numbers() {
    gives("int(7)", "7");
    gives("int(' 7 ')", "7");
    gives("int(1.9)", "1");
    gives("int(-1.9)", "-1");
    fails("int(9000000000000000000.0)", "a value is not a number in range");
    gives("double(7)", "7");
    // A number without a unit is a count of bytes, and no time but 0.
    gives("bytes(7)", "7");
    gives("bytes(0)", "0");
    gives("duration_seconds(0)", "0");
    gives("duration_seconds(7) == null", "true");
    gives("duration_seconds(7.5) == null", "true");
    gives("duration_seconds('1m')", "60");
    gives("is_slip('monitroing', 'monitoring')", "true");
    gives("is_slip('logs', 'monitoring')", "false");
}

#[test]
fn one_of_a_list_is_decided_by_a_second_and_left_open_by_an_unknown_one() {
    gives("[1, 2].exists_one(x, x == 1)", "true");
    gives("[1, 1].exists_one(x, x == 1)", "false");
    gives("[2].exists_one(x, x == 1)", "false");
    gives("[1, s.lost, 1].exists_one(x, x == 1)", "false");
    unknown("[1, s.lost].exists_one(x, x == 1)", "env X is not set");
    unknown("[s.lost].exists_one(x, x == 1)", "env X is not set");
    // Of other functions two hits decide nothing.
    unknown("[1, s.lost, 1].filter(x, x == 1)", "env X is not set");
    unknown("[1, s.lost, 1].map(x, x == 1, x)", "env X is not set");
    gives("[1, s.lost, 1].map(x, x)", "1, (unknown), 1");
}

#[test]
fn a_sign_is_turned_round_and_words_of_the_language_stay_what_they_are() {
    gives("-s.ratio", "-1.5");
    gives("-s.series", "-150");
    fails("-s.name", "`-` needs a number, and there is text");
    fails("exists(x, true)", "there is no variable `x`");
    assert!(run("s.name.has(1)").is_err(), "no method");
}

#[test]
fn the_nearest_place_is_found_through_indices_and_methods() {
    let place = |start: u32| crate::document::Place {
        doc: crate::document::DocId { file: 0, index: 0 },
        span: crate::text::Span::new(start, start + 1),
    };
    let facts = Fact::map(
        [
            ("list", Fact::list([Fact::bare("a")], place(5))),
            ("name", Fact::new("main", place(7))),
            ("bare", Fact::bare("x")),
        ],
        place(1),
    );
    for (source, own, nearest) in [
        ("s.name", Some(7), Some(7)),
        ("s.nope", None, Some(1)),
        ("s.nope.deeper", None, Some(1)),
        ("s.list[0]", None, Some(5)),
        ("s.list[7]", None, Some(5)),
        ("s.nope[0].deeper", None, Some(1)),
        ("s.name.startsWith('m')", None, Some(7)),
        ("s.list.filter(x, x == 'b')", None, Some(5)),
        ("size(s.list)", None, None),
        ("'text'", None, None),
    ] {
        let expression = Expression::new(source);
        let tree = expression.tree().unwrap();
        let mut evaluation = Evaluation::new(vec![("s", Value::Fact(&facts))]);
        assert_eq!(evaluation.place(tree, false), own.map(place), "{source}");
        assert_eq!(evaluation.place(tree, true), nearest.map(place), "{source}");
    }
}

#[test]
fn values_of_settings_are_shown_with_their_unit() {
    assert_eq!(crate::rule::shown(&Fact::bare(7_i64), ""), "7");
    assert_eq!(crate::rule::shown(&Fact::bare(7_i64), "series"), "7 series");
}

#[test]
fn each_part_of_a_condition_is_a_step_and_what_is_large_takes_more() {
    let long = "x".repeat(640);
    let ints = (0..16).map(|number| number.to_string()).collect::<Vec<_>>().join(", ");
    for (source, steps) in [
        ("1".to_owned(), 1),
        ("1 == 1".to_owned(), 3),
        ("[1, 2] == [1, 2]".to_owned(), 7 + 4),
        // Each item is held against all of what is looked for.
        ("'a' in ['a', 'b']".to_owned(), 5 + 2),
        (format!("'{long}' in ['a', 'b']"), 5 + 2 * 11),
        // A text is looked at, and one that was made is copied.
        (format!("'{long}' + ''"), 3 + 10 + 10),
        (format!("'' + '{long}'"), 3 + 10 + 10),
        (format!("[{ints}].all(x, true)"), 1 + 17 + 2 + 16),
        // A pattern is paid for once.
        ("'a'.matches('b')".to_owned(), 3 + 1000),
        ("'a'.matches('b') || 'c'.matches('b')".to_owned(), 7 + 1000),
    ] {
        let expression = Expression::new(&source);
        let within = |most: u64| {
            let mut evaluation = Evaluation::new(Vec::new());
            evaluation.most = most;
            let outcome = evaluation.value(expression.tree().unwrap()).map(|_| ());
            (outcome.is_ok(), evaluation.steps)
        };
        assert_eq!(within(u64::MAX), (true, steps), "{source}");
        assert!(within(steps).0 && !within(steps - 1).0, "{source}");
    }
}
