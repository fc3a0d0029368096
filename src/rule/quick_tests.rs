//! Holds the quick parser against the full one: what it takes, it takes for the same.

use proptest::prelude::*;

use super::*;
use crate::rule::file::Rule;
use crate::rule::set::RuleSet;
use crate::rule::syntax::Expression;
use crate::rule::template::Template;

/// A tree with all numbers of nodes set to 0.
fn unnumbered(mut tree: Tree) -> Tree {
    tree.id = 0;
    let each = |trees: Vec<Tree>| trees.into_iter().map(unnumbered).collect::<Vec<_>>();
    tree.expr = match tree.expr {
        Expr::Call(call) => Expr::Call(CallExpr {
            target: call.target.map(|target| Box::new(unnumbered(*target))),
            args: each(call.args),
            ..call
        }),
        Expr::Select(select) => {
            Expr::Select(SelectExpr { operand: Box::new(unnumbered(*select.operand)), ..select })
        }
        Expr::List(list) => Expr::List(ListExpr { elements: each(list.elements), ..list }),
        Expr::Map(map) => {
            let entries = map.entries.into_iter().map(|entry| match entry.expr {
                EntryExpr::MapEntry(MapEntryExpr { key, value, optional }) => {
                    let (key, value) = (unnumbered(key), unnumbered(value));
                    let expr = EntryExpr::MapEntry(MapEntryExpr { key, value, optional });
                    IdedEntryExpr { id: 0, expr }
                }
                other @ EntryExpr::StructField(_) => IdedEntryExpr { id: 0, expr: other },
            });
            Expr::Map(MapExpr { entries: entries.collect() })
        }
        other => other,
    };
    tree
}

fn full(source: &str) -> Option<Tree> {
    let program = cel::Env::default().compile(source).ok()?;
    Some(unnumbered(program.expression().clone()))
}

/// The quick parser's tree, which must be the full parser's.
fn agreed(source: &str) -> Option<Tree> {
    let quick = parse(source);
    if quick.is_some() {
        assert_eq!(quick, full(source), "{source}");
    }
    quick
}

/// All expressions of a rule, those in its texts too.
fn expressions(rule: &Rule) -> Vec<&Expression> {
    let undecided = rule.undecided.as_ref();
    let related = rule.related.iter();
    let own = rule
        .given
        .iter()
        .chain(rule.cases.iter().flat_map(|case| std::iter::once(&case.when).chain(&case.at)))
        .chain(undecided.map(|(condition, _)| condition));
    let further = related.clone().flat_map(|related| related.each.iter().chain(&related.at));
    let cases = rule.cases.iter().flat_map(|case| [&case.label, &case.message].into_iter().chain(&case.help));
    let texts = cases.chain([&rule.help]).chain(undecided.map(|(_, message)| message));
    let texts = texts.chain(related.map(|related| &related.text)).flat_map(Template::expressions);
    own.chain(further).chain(texts).collect()
}

#[test]
fn every_expression_of_the_built_in_rules_is_taken_for_the_same() {
    let rules = RuleSet::builtin();
    let mut count = 0;
    for rule in rules.rules() {
        // A pattern that holds both kinds of quotes stands in three of them; that and a text with an escape are rare enough
        // for the full parser.
        let is_rare = |source: &str| source.contains("'''") || source.contains('\\');
        for expression in expressions(rule).into_iter().filter(|one| !is_rare(one.source())) {
            assert!(
                agreed(expression.source()).is_some(),
                "{} is left to the full parser",
                expression.source()
            );
            count += 1;
        }
    }
    assert!(count > 200, "{count}");
}

#[test]
fn operators_join_as_in_the_full_parser() {
    for source in [
        "a",
        "a.b.c[0]['x'].d(1, 2.5).namespace",
        "a + b * c - d / e % f",
        "a || b || c || d && e && f && g || h",
        "!a.b && !(c || d) ? 'x' : \"y\" == z ? 1 : 2",
        "a ? b || c : d",
        "x in [1, 'two', null, true, false, []]",
        "f() + g(x, y).h()",
        "{'a': 1, \"b\": {}}['a'] <= 9223372036854775807",
        "a < b == c >= d != e",
        "a.matches(r'^\\s*\"x\\y') || b == R\"\"",
        " \n a\t== 'ä \"é\"' ",
        "inside in input",
        "a / b",
        "items.exists(i, i.name == 'x')",
    ] {
        assert!(agreed(source).is_some(), "{source}");
    }
}

#[test]
fn what_is_rare_or_wrong_is_left_to_the_full_parser() {
    for source in [
        "",
        "-1",
        "a - -1",
        "1u",
        "0x1f",
        "1e3",
        "1.",
        ".5",
        ".a",
        "!!a",
        "--a",
        "'a\\n'",
        "r'''a'''",
        "b'a'",
        "'''a'''",
        "''''",
        "a.?b",
        "a[?0]",
        "[?a]",
        "[1,]",
        "{1: 2,}",
        "a{b: 1}",
        "a // c",
        "`a`",
        "a.`b`",
        "if",
        "a b",
        "a ==",
        "(a",
        "a)",
        "a ? b",
        "a ? b : c : d",
        "9223372036854775808",
        "a.in",
        "'",
        "é",
        "f(,)",
        "1a",
        "1_a",
        "1.5.b",
        "1in a",
        "a.1",
    ] {
        assert_eq!(parse(source), None, "{source}");
    }
    let nested = format!("{}1{}", "(".repeat(2000), ")".repeat(2000));
    assert_eq!(parse(&nested), None);
    assert_eq!(parse(&vec!["1"; 2000].join("+")), None);
    assert_eq!(parse(&format!("a{}", ".b".repeat(2000))), None);
    assert_eq!(parse(&format!("{}a", "!".repeat(9000))), None);
}

/// The full parser takes as long for one condition as all else that a run over a small stack does.
#[test]
fn every_condition_of_the_built_in_rules_is_parsed_quickly() {
    for rule in RuleSet::builtin().rules() {
        let conditions = rule.given.iter().chain(rule.cases.iter().map(|case| &case.when));
        for condition in conditions.chain(rule.undecided.as_ref().map(|(condition, _)| condition)) {
            let source = condition.source();
            assert!(parse(source).is_some(), "{}: {source} (texts with backslashes are r\"...\")", rule.id);
        }
    }
}

proptest! {
    #[test]
    fn any_row_of_tokens_is_taken_for_the_same(tokens in proptest::collection::vec(
        prop::sample::select(vec![
            "a", "b", "in", "null", "if", "f(", "(", ")", "[", "]", "{", "}", ",", ".", "?", ":", "!", "-", "+", "*",
            "&&", "||", "==", "<", "1", "2.5", "'t'", "\"\"", "=", "1u", "r", " ",
        ]), 1..12,
    ), spaced in any::<bool>()) {
        agreed(&tokens.join(if spaced { " " } else { "" }));
    }
}
