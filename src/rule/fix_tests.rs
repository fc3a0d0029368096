//! What rules offer to mend: which changes, at which places, and when nothing is offered.

use super::super::Outcome;
use super::super::Overrides;
use super::super::RuleSet;
use super::*;
use crate::document::DocId;
use crate::model::Fact;
use crate::model::Subject;
use crate::text::Span;

fn place(start: u32) -> Place {
    Place { doc: DocId { file: 0, index: 0 }, span: Span::new(start, start + 1) }
}

fn facts() -> Fact {
    let tenants = Fact::list(
        [
            Fact::map([("name", Fact::new("a", place(42)))], place(41)),
            Fact::map([("name", Fact::new("b", place(44)))], place(43)),
        ],
        place(40),
    );
    let limits = Fact::map(
        [
            ("series", Fact::new(9_i64, place(21))),
            ("empty", Fact::absent(place(22))),
            ("secret", Fact::new(crate::model::FactValue::Secret("hidden".into()), place(23))),
            ("dark", Fact::unknown("not in the input", place(24))),
            (
                "odd",
                Fact::map(
                    [("z", Fact::new("x: y", place(26))), ("a", Fact::new(true, place(27)))],
                    place(25),
                ),
            ),
        ],
        place(20),
    );
    let config =
        Fact::map([("limits", limits), ("bare", Fact::map([("a", Fact::bare(1_i64))], None))], place(10));
    let name = Fact::new("main", place(2));
    // As facts of ours say that something is absent: at what lacks it.
    let namespace = Fact::absent(place(1));
    Fact::map([("config", config), ("name", name), ("namespace", namespace), ("tenants", tenants)], place(1))
}

fn fixes_of(fix: &str) -> Vec<Fix> {
    fixes_with(fix, facts())
}

fn fixes_with(fix: &str, facts: Fact) -> Vec<Fix> {
    let text = format!(
        "id: r\ninvariant: store-limits\nseverity: warning\nover: mimir\nwhy: w\nhelp: h\nwhen: 'true'\nmessage: m\n\
         settings: {{ least: {{ default: 30d, about: x }} }}\n{fix}"
    );
    let (set, problems) = RuleSet::from_texts(&[("mimir/r.yaml", &text)], false);
    assert_eq!(problems, []);
    let subject = Subject { kind: "mimir", key: "mimir/main".to_owned(), facts };
    match &set.evaluate(&[subject], &Fact::default(), &Overrides::new())[..] {
        [Outcome::Finding(finding)] => finding.fixes.clone(),
        other => panic!("{other:?}"),
    }
}

/// The changes of the only fix; none where none is offered.
fn changes(changes: &str) -> Vec<Change> {
    changes_of(changes, facts())
}

fn changes_of(changes: &str, facts: Fact) -> Vec<Change> {
    let mut fixes = fixes_with(&format!("fix:\n  title: t\n  changes:\n{changes}"), facts);
    assert!(fixes.len() < 2);
    fixes.pop().map(|fix| fix.changes).unwrap_or_default()
}

fn put(under: u32, route: &[&str], value: NewValue) -> Change {
    Change::Put { under: place(under), route: route.iter().map(|key| (*key).into()).collect(), value }
}

fn plain(text: &str) -> NewValue {
    NewValue::Plain(text.into())
}

fn text(text: &str) -> NewValue {
    NewValue::Text(text.into())
}

#[test]
fn what_is_there_is_replaced_at_its_place() {
    let at = place(21);
    let replaced = |value| vec![Change::Replace { at, value }];
    assert_eq!(changes("  - { set: mimir.config.limits.series, value: 8 }\n"), replaced(plain("8")));
    let made = changes("  - { set: mimir.config.limits.series, value: settings.least }\n");
    assert_eq!(made, replaced(text("30d")));
    assert_eq!(
        changes("  - { replace: mimir.config.limits.series, literal: eight }\n"),
        replaced(text("eight"))
    );
    let made = changes("  - { set: \"mimir.config.limits['series']\", code: 'sys.env(\"{mimir.name}\")' }\n");
    assert_eq!(made, replaced(plain("sys.env(\"main\")")));
}

#[test]
fn what_is_missing_is_put_into_the_nearest_map_that_is_there() {
    let made = changes("  - { set: mimir.config.limits.other, value: 8 }\n");
    assert_eq!(made, [put(20, &["other"], plain("8"))]);
    let made = changes("  - { set: mimir.config.blocks_storage.tsdb.retention, value: 8 }\n");
    assert_eq!(made, [put(10, &["blocks_storage", "tsdb", "retention"], plain("8"))]);
    let made = changes("  - { set: mimir.config.bare.b, value: 8 }\n");
    assert_eq!(made, [put(10, &["bare", "b"], plain("8"))]);
}

#[test]
fn a_key_without_a_value_has_its_own_place_and_something_absent_that_of_what_lacks_it() {
    let made = changes("  - { set: mimir.config.limits.empty, value: 8 }\n");
    assert_eq!(made, [Change::Replace { at: place(22), value: plain("8") }]);
    let made = changes("  - { set: mimir.config.limits.empty.deep, value: 8 }\n");
    assert_eq!(made, [put(22, &["deep"], plain("8"))]);
}

#[test]
fn what_a_chart_makes_is_set_by_its_value_and_not_where_the_chart_is_named() {
    let made = changes("  - { set: mimir.config.made, value: 8 }\n");
    assert_eq!(made, [put(10, &["made"], plain("8"))]);
    let made = changes("  - { set: mimir.config.made_section.deep, value: 8 }\n");
    assert_eq!(made, [put(10, &["made_section", "deep"], plain("8"))]);
    let mut facts = facts();
    let config = Fact::map([("made", Fact::new(5_i64, place(10)))], place(10));
    facts.insert("config", config);
    let made =
        |key: &str| changes_of(&format!("  - {{ set: mimir.config.{key}, value: 8 }}\n"), facts.clone());
    assert_eq!(made("made"), [put(10, &["made"], plain("8"))]);
    assert_eq!(made("made.deep"), []);
}

#[test]
fn a_section_that_is_missing_goes_where_the_subject_says() {
    let list = |keys: &[&str]| Fact::list(keys.iter().map(|key| Fact::bare(*key)), None);
    let mut facts = facts();
    let at = Fact::map(
        [("pasted", list(&["loki", "pasted"])), ("other", list(&["loki", "structuredConfig"]))],
        place(5),
    );
    facts.insert("config_at", at);
    let put_under = |route: &[&str]| vec![put(5, route, plain("8"))];
    let made =
        |key: &str| changes_of(&format!("  - {{ set: mimir.config.{key}, value: 8 }}\n"), facts.clone());
    assert_eq!(made("pasted.a.b"), put_under(&["loki", "pasted", "a", "b"]));
    assert_eq!(made("common.a"), put_under(&["loki", "structuredConfig", "common", "a"]));
    assert_eq!(made("limits.other"), [put(20, &["other"], plain("8"))]);
}

#[test]
fn literals_keep_their_order_and_their_texts_are_templates() {
    let made = changes(
        "  - put: a.{mimir.name}.c\n    under: mimir.config\n    literal: { z: [1, true, null, 'is {mimir.name}'], a: '' }\n",
    );
    let list = NewValue::List(vec![plain("1"), plain("true"), plain("null"), text("is main")]);
    let map = NewValue::Map(vec![("z".into(), list), ("a".into(), text(""))]);
    assert_eq!(made, [put(10, &["a", "main", "c"], map)]);
    let made = changes("  - { put: \"x.{split('a.b/c', '/')}\", under: mimir.config, literal: 1 }\n");
    assert_eq!(made, [put(10, &["x", "a.b", "c"], plain("1"))]);
    let made = changes("  - { put: ['a.b', c], under: mimir.config, literal: 1 }\n");
    assert_eq!(made, [put(10, &["a.b", "c"], plain("1"))]);
}

#[test]
fn a_fact_is_written_in_the_order_in_which_it_was_written() {
    let made = changes("  - { append_to: mimir.tenants, value: mimir.config.limits.odd }\n");
    let value = NewValue::Map(vec![("z".into(), text("x: y")), ("a".into(), plain("true"))]);
    assert_eq!(made, [Change::Append { to: place(40), value }]);
}

#[test]
fn components_are_added_and_things_removed_and_renamed_for_each_item() {
    let made = changes(
        "  - { each: mimir.tenants, remove: item }\n  - { each: mimir.tenants, when: item.name == 'b', rename: item.name, to: \"'c'\" }\n  \
         - { add_component: 'x \"{mimir.name}\" {{ }}', after: mimir.name }\n",
    );
    assert_eq!(
        made,
        [
            Change::Remove { at: place(41) },
            Change::Remove { at: place(43) },
            Change::Rename { at: place(44), name: "c".into() },
            Change::AddComponent { after: place(2), text: "x \"main\" { }".into() },
        ]
    );
}

#[test]
fn the_items_of_a_map_are_its_values_and_what_is_missing_has_none() {
    let made = changes("  - { each: mimir.config.limits.odd, remove: item }\n");
    assert_eq!(made, [Change::Remove { at: place(27) }, Change::Remove { at: place(26) }]);
    let made = changes(
        "  - { each: mimir.config.nothing, remove: item }\n  - { remove: mimir.config.limits.series }\n",
    );
    assert_eq!(made, [Change::Remove { at: place(21) }]);
    let made =
        changes("  - { each: mimir.name, remove: item }\n  - { remove: mimir.config.limits.series }\n");
    assert_eq!(made, []);
}

#[test]
fn nothing_is_offered_where_a_place_or_a_value_is_not_there_or_not_to_be_told() {
    let good = "  - { set: mimir.config.limits.series, value: 8 }\n";
    for bad in [
        "  - { set: mimir.config.limits.series, value: mimir.config.limits.nothing }\n",
        "  - { set: mimir.config.limits.series, value: mimir.config.limits.dark }\n",
        "  - { set: mimir.config.limits.series, value: mimir.config.limits.secret }\n",
        "  - { set: mimir.config.limits.series, value: '[mimir.config.limits.secret]' }\n",
        "  - { set: mimir.config.limits.series, code: 'x {mimir.config.limits.secret}' }\n",
        "  - { set: mimir.config.limits.series, literal: ['x {mimir.config.limits.nothing}'] }\n",
        "  - { set: mimir.config.limits.dark, value: 8 }\n",
        "  - { set: mimir.config.limits.dark.deep, value: 8 }\n",
        "  - { set: mimir.config.limits.series.deep, value: 8 }\n",
        "  - { set: mimir.config.bare.a, value: 8 }\n",
        "  - { put: a, under: mimir.config.bare, value: 8 }\n",
        "  - { remove: mimir.config.nothing }\n",
        "  - { set: mimir.config.limits.series, value: 8, when: mimir.config.limits.dark == 1 }\n",
        "  - { each: mimir.config.limits.dark, remove: item }\n",
        "  - { rename: mimir.config.limits.series, to: mimir.config.limits }\n",
    ] {
        assert_eq!(changes(&format!("{good}{bad}")), [], "{bad}");
    }
    assert_eq!(changes("  - { each: mimir.config.nothing, remove: item }\n"), []);
    // Nor is a whole configuration replaced, nor what a function makes of one.
    assert_eq!(changes("  - { set: mimir.config, value: 8 }\n"), []);
    assert_eq!(changes("  - { set: \"startsWith(mimir.config.limits, 'series')\", value: 8 }\n"), []);
    assert_eq!(changes(&format!("{good}{good}")).len(), 1);
}

#[test]
fn fixes_are_tried_in_order_and_say_whether_they_are_safe() {
    let one = |rest: &str| format!("{{ {rest}, changes: [{{ remove: mimir.name }}] }}");
    let fixes = fixes_of(&format!(
        "fixes:\n- {}\n- {}\n- {}\n",
        one("title: 'was {mimir.name}'"),
        one("title: never, given: mimir.name == 'other'"),
        one("title: forced, safe: false, given: mimir.name == 'main'")
    ));
    let told: Vec<(&str, bool)> = fixes.iter().map(|fix| (fix.title.as_str(), fix.is_safe)).collect();
    assert_eq!(told, [("was main", true), ("forced", false)]);
}

#[test]
fn a_case_may_have_its_own_fix() {
    let text = "id: r\ninvariant: store-limits\nseverity: warning\nover: mimir\nwhy: w\nhelp: h\n\
        fix: { title: of the rule, changes: [{ remove: mimir.name }] }\n\
        cases:\n- when: 'true'\n  message: one\n- when: 'true'\n  message: two\n  \
        fix: { title: of the case, changes: [{ remove: mimir.config }] }\n";
    let (set, problems) = RuleSet::from_texts(&[("mimir/r.yaml", text)], true);
    assert_eq!(problems, []);
    let subject = Subject { kind: "mimir", key: "mimir/main".to_owned(), facts: facts() };
    let outcomes = set.evaluate(&[subject], &Fact::default(), &Overrides::new());
    let titles = outcomes.iter().map(|outcome| match outcome {
        Outcome::Finding(finding) => finding.fixes.iter().map(|fix| fix.title.clone()).collect::<Vec<_>>(),
        Outcome::Undecided { .. } => panic!("undecided"),
    });
    assert_eq!(titles.collect::<Vec<_>>(), [["of the rule"], ["of the case"]]);
}
