//! Broken rule files: each mistake at its line and column, with its remedy.

use std::sync::Arc;

use super::super::embedded;
use super::super::set::RuleSet;
use super::*;
use crate::config::Config;
use crate::document::Body;
use crate::document::Document;
use crate::document::Language;
use crate::document::parse_yaml;
use crate::text::LineIndex;

const GOOD: &str = "id: my-rule\ninvariant: store-limits\nseverity: warning\nover: mimir\n\
    when: mimir.config.a != 1\nmessage: 'is {mimir.config.a}'\nwhy: harm\nhelp: mend\n";

fn document(text: &str) -> Document {
    let text: Arc<str> = Arc::from(text);
    let mut stream = parse_yaml(&text);
    assert_eq!(stream.documents.len(), 1, "{:?}", stream.errors);
    Document {
        lines: Arc::new(LineIndex::new(&text)),
        text,
        language: Language::Yaml,
        host: None,
        body: Body::Tree(stream.documents.remove(0)),
        regions: Vec::new(),
    }
}

const DOC: DocId = DocId { file: 3, index: 0 };

fn told(document: &Document, problems: Vec<RuleProblem>) -> Vec<(u32, u32, String, String, String)> {
    problems
        .into_iter()
        .map(|problem| {
            assert_eq!(problem.place.doc, DOC);
            let span = problem.place.span;
            let at = document.lines.position(&document.text, span.start);
            (at.line, at.column, span.slice(&document.text).to_owned(), problem.message, problem.help)
        })
        .collect()
}

fn add(set: &mut RuleSet, text: &str) -> Vec<(u32, u32, String, String, String)> {
    let document = document(text);
    let problems = set.add(DOC, &document);
    told(&document, problems)
}

/// One problem of a rule file, and that the rule is then not there.
fn one(text: &str, line: u32, column: u32, at: &str, message: &str, help: &str) {
    let mut set = RuleSet::default();
    let problems = add(&mut set, text);
    assert_eq!(problems, [(line, column, at.to_owned(), message.to_owned(), help.to_owned())], "{text}");
    assert!(set.rules().is_empty());
}

/// The good rule with one line exchanged.
fn with(key: &str, line: &str) -> String {
    let lines = GOOD.lines().map(|old| if old.starts_with(&format!("{key}:")) { line } else { old });
    lines.fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn a_good_rule_is_added() {
    let mut set = RuleSet::default();
    assert_eq!(add(&mut set, GOOD), []);
    assert_eq!(set.ids().collect::<Vec<_>>(), ["my-rule"]);
    assert_eq!(set.rules()[0].summary(), "is {mimir.config.a}");
}

#[test]
fn syntax_errors_point_into_the_cel_text() {
    let help = "something must follow here, such as a value or a closing bracket";
    one(&with("when", "when: mimir.config.a !="), 5, 24, "", "the expression ends too early", help);
    let help = "an operator, a comma or a bracket is missing before it, or it is too much";
    one(&with("when", "when: mimir.config.a b"), 5, 22, "b", "`b` is not expected here", help);
    let folded = "when: >-\n  mimir.config.a == 1 &&\n  mimir.config.b b";
    one(&with("when", folded), 7, 18, "b", "`b` is not expected here", help);
    let literal = "when: |\n  mimir.config.a == 1 &&\n    mimir.config.b b";
    one(&with("when", literal), 7, 20, "b", "`b` is not expected here", help);
    let quoted = r#"when: "mimir.config.a == \"x\" b""#;
    one(&with("when", quoted), 5, 32, "b", "`b` is not expected here", help);
}

#[test]
fn unknown_fields_point_at_the_name() {
    let help = "did you mean `config`?";
    one(&with("when", "when: mimir.confg.a != 1"), 5, 13, "confg", "`mimir` has no field `confg`", help);
    one(
        &with("message", "message: 'is {mimir.confg.a}'"),
        6,
        21,
        "confg",
        "`mimir` has no field `confg`",
        help,
    );
    let at = format!("{GOOD}at: [mimir.config.a, mimir.confg]\n");
    one(&at, 9, 28, "confg", "`mimir` has no field `confg`", help);
    let related = format!("{GOOD}related:\n- each: mimir.confg\n  text: t\n");
    one(&related, 10, 15, "confg", "`mimir` has no field `confg`", help);
    let setting = with("when", "when: settings.series > 1");
    one(&setting, 5, 16, "series", "the rule has no setting `series`", "declare it under `settings`");
}

#[test]
fn unknown_names_are_told_with_the_nearest() {
    let text = with("invariant", "invariant: store-limit");
    one(&text, 2, 12, "store-limit", "unknown invariant `store-limit`", "did you mean `store-limits`?");
    let text = with("severity", "severity: fatal");
    let help = "it can be one of `error`, `warning`, `info`";
    one(&text, 3, 11, "fatal", "unknown severity `fatal`", help);
    let text = with("severity", "severity: error\nprofile: stak");
    one(&text, 4, 10, "stak", "unknown profile `stak`", "did you mean `stack`?");
    let text = with("severity", "severity: error\nif_declared: alowed");
    one(&text, 4, 14, "alowed", "unknown key of the settings `alowed`", "did you mean `allowed`?");
    let text = with("over", "over: mimirs");
    one(&text, 4, 7, "mimirs", "unknown subject `mimirs`", "did you mean `mimir`?");
    let text = GOOD.replace("why:", "wyh:");
    let problems = add(&mut RuleSet::default(), &text);
    let messages: Vec<&str> = problems.iter().map(|problem| problem.3.as_str()).collect();
    assert_eq!(messages, ["a rule has no key `wyh`", "the rule has no `why`"]);
    assert_eq!((problems[0].0, problems[0].1, problems[0].4.as_str()), (7, 1, "did you mean `why`?"));
}

#[test]
fn a_route_must_lead_to_a_fact() {
    let help = "write a chain of fields such as `mimir.config.limits`";
    let message = "this leads to no fact";
    one(&format!("{GOOD}at: \"'limits'\"\n"), 9, 5, "\"'limits'\"", message, help);
    one(&format!("{GOOD}at: size(mimir.config)\n"), 9, 5, "size(mimir.config)", message, help);
    for at in [
        "mimir.config['a-b']",
        "mimir.config.l.filter(x, x.bad)[0].name",
        "mimir.name == 'x' ? mimir.name : mimir.version",
    ] {
        assert_eq!(add(&mut RuleSet::default(), &format!("{GOOD}at: {at:?}\n")), []);
    }
}

#[test]
fn a_template_without_quotes_is_a_mapping_to_yaml() {
    let text = with("message", "message: {mimir.name}");
    one(&text, 6, 10, "{mimir.name}", "text is expected here", "put the text in quotes");
}

#[test]
fn missing_and_doubled_keys_are_told() {
    let text = GOOD.replace("when: mimir.config.a != 1\n", "");
    one(&text, 1, 1, "id", "the rule has no `when`", "add `when: ...`");
    one(&format!("{GOOD}why: again\n"), 9, 1, "why", "`why` is given twice", "remove one of the two");
    one(&with("why", "why: ''"), 7, 6, "''", "text is expected here", "write a text that is not empty");
    let text = format!("{GOOD}undecided: 'true'\n");
    one(&text, 9, 12, "'true'", "`undecided` has no message", "add `undecided_message: ...`");
    let text = format!("{GOOD}advisory: maybe\n");
    one(&text, 9, 11, "maybe", "true or false is expected here", "write `true` or `false`");
    let text = with("id", "id: My_Rule");
    let help = "name the fault in small letters and dashes, such as `series-limit-differs`";
    one(&text, 1, 5, "My_Rule", "`My_Rule` is no rule id", help);
}

#[test]
fn a_file_that_is_no_mapping_is_told() {
    let help =
        "give it the keys `id`, `invariant`, `severity`, `over`, `why`, `help`, and `when` with `message`";
    one("- a\n", 1, 1, "- a", "a rule file holds one mapping", help);
}

#[test]
fn bad_templates_and_settings_are_told() {
    let text = with("message", "message: 'is {mimir.config.a'");
    let help = "write `{{` for a brace, or close the expression with `}`";
    one(&text, 6, 14, "{", "this `{` is not closed", help);
    let text = format!("{GOOD}settings:\n  series: {{ default: 1 }}\n");
    one(&text, 10, 3, "series", "the setting has no `about`", "add `about: ...`");
    let text = format!("{GOOD}settings:\n  series: {{ default: 1, abuot: x }}\n");
    let problems = add(&mut RuleSet::default(), &text);
    assert_eq!(problems[0].3, "a setting has no key `abuot`");
    let text = format!("{GOOD}related:\n- at: mimir.config\n");
    one(&text, 10, 3, "at", "the place has no `text`", "say what is there: `text: ...`");
}

#[test]
fn ten_thousand_operators_are_a_clear_error() {
    let chain = vec!["1"; 10_000].join("+");
    let problems = add(&mut RuleSet::default(), &with("when", &format!("when: {chain} > 1")));
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].0, problems[0].1), (5, 7));
    assert_eq!(problems[0].3, "the expression is 20003 bytes long, more than 4096");
}

#[test]
fn a_users_rule_takes_a_builtin_id_only_by_saying_so() {
    let builtin = || RuleSet::from_texts(&[("mimir/my-rule.yaml", GOOD)], true).0;
    let mut set = builtin();
    let problems = add(&mut set, GOOD);
    assert_eq!((problems[0].0, problems[0].1, problems[0].2.as_str()), (1, 5, "my-rule"));
    assert_eq!(problems[0].3, "`my-rule` is a built-in rule");
    assert_eq!(problems[0].4, "give this one another id, or say `replaces: my-rule`");
    let replacing = format!("{GOOD}replaces: my-rule\n").replace("'is {mimir.config.a}'", "mine");
    assert_eq!(add(&mut set, &replacing), []);
    assert_eq!(set.rules().len(), 1);
    assert_eq!(set.rules()[0].summary(), "mine");
    let problems = add(&mut set, GOOD);
    assert_eq!(problems[0].3, "there is a rule `my-rule` already");
    let problems = add(&mut builtin(), &format!("{GOOD}replaces: my-rul\n"));
    assert_eq!(problems[0].3, "there is no built-in rule `my-rul` to replace");
    assert_eq!(problems[0].4, "did you mean `my-rule`?");
    // Of a rule that is replaced the name is free, of another one it is not.
    let other = GOOD.replace("my-rule", "other-rule");
    let (mut set, _) = RuleSet::from_texts(&[("mimir/a.yaml", GOOD), ("mimir/b.yaml", &other)], true);
    let problems = add(&mut set, &format!("{GOOD}replaces: other-rule\n"));
    assert_eq!(problems[0].3, "there is a rule `my-rule` already");
    assert_eq!(add(&mut set, &format!("{other}replaces: other-rule\n")), []);
    // What is not built in cannot be replaced, and is not proposed.
    let problems = add(&mut set, &format!("{}replaces: other-rul\n", GOOD.replace("my-rule", "new-rule")));
    assert_eq!(problems[0].3, "there is no built-in rule `other-rul` to replace");
    assert_eq!(problems[0].4, "it can be `my-rule`");
}

#[test]
fn every_builtin_rule_is_sound_and_named_after_its_file() {
    let files: Vec<(&str, &str)> = embedded::RULES.iter().map(|rule| (rule.path, rule.text)).collect();
    let (set, problems) = RuleSet::from_texts(&files, true);
    let told: Vec<String> = problems
        .iter()
        .map(|(path, problem)| {
            let text = files.iter().find(|(other, _)| other == path).map_or("", |(_, text)| text);
            let at = LineIndex::new(&text.into()).position(text, problem.place.span.start);
            format!("rules/{path}:{}:{}: {} ({})", at.line, at.column, problem.message, problem.help)
        })
        .collect();
    assert_eq!(told, Vec::<String>::new());
    assert_eq!(set.rules().len(), embedded::RULES.len());
    for (path, _) in &files {
        let stem = path.rsplit('/').next().and_then(|name| name.strip_suffix(".yaml")).unwrap_or_default();
        assert!(set.rule(stem).is_some(), "rules/{path} holds a rule of another name");
    }
    assert!(set.ids().collect::<Vec<_>>().windows(2).all(|pair| pair[0] != pair[1]), "two rules share an id");
    for rule in set.rules() {
        assert!(rule.replaces.is_none(), "{} replaces another rule", rule.id);
        assert!(!rule.source.is_empty(), "{} does not say where its values come from", rule.id);
    }
    let builtin = RuleSet::builtin();
    assert_eq!(builtin.rules().len(), set.rules().len());
    for rule in builtin.rules() {
        let found = builtin.over(&rule.over).any(|other| other.id == rule.id);
        assert!(found, "`over` of {} does not stand alone on a line", rule.id);
        assert_eq!(builtin.rule(&rule.id).map(|own| &own.id), Some(&rule.id));
    }
}

#[test]
fn settings_of_the_configuration_must_exist_and_fit() {
    let text =
        format!("{GOOD}settings:\n  series: {{ default: 800000, about: active series, unit: series }}\n");
    let (set, problems) = RuleSet::from_texts(&[("mimir/my-rule.yaml", &text)], true);
    assert_eq!(problems, []);
    let config = "version: 1\nrules:\n  settings:\n    my-rul: { series: 1 }\n    my-rule:\n      serie: 1\n      series: many\n";
    let config = document(config);
    let (parsed, problems) = Config::parse(DOC, &config);
    assert_eq!(problems, []);
    let (overrides, problems) = set.overrides(&parsed.settings);
    assert!(overrides.is_empty());
    let told: Vec<_> =
        told(&config, problems).into_iter().map(|(l, c, _, m, h)| format!("{l}:{c} {m} ({h})")).collect();
    assert_eq!(
        told,
        [
            "4:5 unknown rule `my-rul` (did you mean `my-rule`?)",
            "6:7 rule `my-rule` has no setting `serie` (did you mean `series`?)",
            "7:15 setting `series` of rule `my-rule` is an integer (it says: active series (series))",
        ]
    );
    let (parsed, _) =
        Config::parse(DOC, &document("version: 1\nrules: { settings: { my-rule: { series: 5 } } }\n"));
    let (overrides, problems) = set.overrides(&parsed.settings);
    assert_eq!((overrides["my-rule"]["series"].value.clone(), problems), (5_i64.into(), vec![]));
}

#[test]
fn the_example_for_rule_authors_is_sound() {
    let readme = include_str!("../../docs/src/own-rules.md");
    let example = readme.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert_eq!(add(&mut RuleSet::default(), example), []);
    for key in KEYS.iter().filter(|key| !["replaces", "cases", "fixes"].contains(key)) {
        assert!(example.contains(&format!("{key}:")), "{key}");
    }
}

#[test]
fn the_example_of_fixes_is_sound_and_shows_every_key() {
    let readme = include_str!("../../docs/src/own-rules.md");
    let section = readme.split("## Fixes\n").nth(1).unwrap();
    let example = section.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let settings = "settings: { series: { default: 1, about: x } }\n";
    assert_eq!(add(&mut RuleSet::default(), &format!("{GOOD}{settings}{example}")), []);
    for key in super::super::load_fix::FIX_KEYS.iter().copied().chain(super::super::load_fix::change_keys()) {
        let is_shown = key == "code" || example.contains(&format!("{key}:"));
        assert!(is_shown, "{key}");
    }
}

/// One problem of a fix that follows the good rule; its first line is line 9.
fn fix(text: &str, line: u32, column: u32, at: &str, message: &str, help: &str) {
    one(&format!("{GOOD}{text}"), line, column, at, message, help);
}

#[test]
fn broken_fixes_are_told_at_their_places() {
    let with = |change: &str| format!("fix:\n  title: t\n  changes:\n  - {change}\n");
    fix(
        "fix: { changes: [{ remove: mimir.name }] }\n",
        9,
        8,
        "changes",
        "the fix has no `title`",
        "add `title: ...`",
    );
    fix("fix: { title: t }\n", 9, 8, "title", "the fix has no `changes`", "add `changes: ...`");
    let help = "write `- set: ...` and `value: ...`, or another change, for each";
    fix("fix: { title: t, changes: [] }\n", 9, 27, "[]", "`changes` is a list that is not empty", help);
    fix(
        &format!("{}  saef: true\n", with("remove: mimir.name")),
        13,
        3,
        "saef",
        "a fix has no key `saef`",
        "did you mean `safe`?",
    );
    fix(
        &format!("{}  safe: perhaps\n", with("remove: mimir.name")),
        13,
        9,
        "perhaps",
        "true or false is expected here",
        "write `true` or `false`",
    );
    fix(
        &format!("{}  given: mimir.nme == 1\n", with("remove: mimir.name")),
        13,
        16,
        "nme",
        "`mimir` has no field `nme`",
        "did you mean `name`?",
    );
    let one = "{ title: t, changes: [{ remove: mimir.name }] }";
    fix(
        &format!("fix: {one}\nfixes: [{one}]\n"),
        10,
        8,
        &format!("[{one}]"),
        "`fixes` stands beside `fix`",
        "make `fix` the first of the list",
    );
    fix(
        &format!("fixes: {one}\n"),
        9,
        8,
        one,
        "`fixes` is a list",
        "write `- title: ...` for each, or use `fix`",
    );
}

#[test]
fn broken_changes_are_told_at_their_places() {
    let check = |change: &str, line: u32, column: u32, at: &str, message: &str, help: &str| {
        fix(&format!("fix:\n  title: t\n  changes:\n  - {change}\n"), line, column, at, message, help);
    };
    let actions =
        "give it one of the keys `set`, `replace`, `put`, `append_to`, `remove`, `rename`, `add_component`";
    check("delete: mimir.name", 12, 5, "delete", "the change says not what it does", actions);
    check(
        "{ remove: mimir.name, set: mimir.name, value: 1 }",
        12,
        7,
        "remove",
        "the change does two things",
        actions,
    );
    let value = "give it `value` (an expression), `literal` (YAML) or `code`";
    check("set: mimir.config.a", 12, 5, "set", "the change has no value", value);
    check("{ set: mimir.config.a, value: 1, code: x }", 12, 7, "set", "the change has two values", value);
    check("{ put: a, value: 1 }", 12, 7, "put", "the change has no `under`", "add `under: ...`");
    check(
        "{ remove: mimir.name, value: 1 }",
        12,
        27,
        "value",
        "the change `remove` has no key `value`",
        "it can be one of `remove`, `each`, `when`",
    );
    let route = "write a chain of fields such as `mimir.config.limits`";
    check("remove: \"'a'\"", 12, 13, "\"'a'\"", "this leads to no fact", route);
    let set = "write a chain such as `mimir.config.limits.some_limit`, or use `put` and `under`";
    check("{ set: mimir, value: 1 }", 12, 12, "mimir", "this names no key that could be set", set);
    check(
        "{ set: mimir.confg, value: 1 }",
        12,
        18,
        "confg",
        "`mimir` has no field `confg`",
        "did you mean `config`?",
    );
    check(
        "{ each: mimir.written, remove: item.nme }",
        12,
        41,
        "nme",
        "`mimir.written[]` has no field `nme`",
        "it can be one of `key`, `path`, `plain`, `secret`, `value`",
    );
    check(
        "{ set: mimir.config.a, code: 'x {y}' }",
        12,
        38,
        "y",
        "unknown variable `y`",
        "it can be one of `workload`, `settings`, `mimir`",
    );
    check(
        "{ set: mimir.config.a, literal: [ok, 'x {y}'] }",
        12,
        46,
        "y",
        "unknown variable `y`",
        "it can be one of `workload`, `settings`, `mimir`",
    );
    check(
        "{ put: 'a.{y}', under: mimir.config, value: 1 }",
        12,
        16,
        "y",
        "unknown variable `y`",
        "it can be one of `workload`, `settings`, `mimir`",
    );
}

proptest::proptest! {
    #[test]
    fn a_mutilated_rule_file_never_panics_and_is_told_at_places_inside_it(
        cut in 0..GOOD.len(), length in 0..20_usize, insert in "[ \\n:{}'\"\\[\\]&*|>a-z.é#-]{0,6}"
    ) {
        let text = format!("{GOOD}related: [{{ each: mimir.config.x, text: 'a {{item}}' }}]\nsettings: {{ s: {{ default: 1, about: x }} }}\n\
            fix: {{ title: 'x {{item}}', changes: [{{ set: mimir.config.x, literal: [1, {{ a: 'b' }}] }}] }}\n");
        let end = (cut + length).min(text.len());
        let text: Arc<str> = Arc::from(format!("{}{insert}{}", &text[..cut], &text[end..]));
        for tree in parse_yaml(&text).documents {
            let (rule, problems) = load(DOC, &tree, true);
            proptest::prop_assert!(rule.is_some() || !problems.is_empty());
            for problem in problems {
                let span = problem.place.span;
                proptest::prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{problem:?}");
            }
        }
    }
}
