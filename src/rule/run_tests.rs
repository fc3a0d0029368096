//! Rules over subjects: what becomes a finding, what stays undecided, and where each points.

use super::*;
use crate::document::DocId;
use crate::finding::Severity;
use crate::text::Span;

const BASE: &str =
    "id: test-rule\ninvariant: store-limits\nseverity: warning\nover: mimir\nwhy: harm\nhelp: mend\n";

fn place(start: u32) -> Place {
    Place { doc: DocId { file: 0, index: 0 }, span: Span::new(start, start + 1) }
}

/// Rules of one file over one Mimir.
fn run(rest: &str, facts: Fact) -> Vec<Outcome> {
    run_with(rest, facts, &Overrides::new())
}

fn run_with(rest: &str, facts: Fact, overrides: &Overrides) -> Vec<Outcome> {
    let text = format!("{BASE}{rest}");
    let (set, problems) = RuleSet::from_texts(&[("mimir/test-rule.yaml", &text)], true);
    assert_eq!(problems, []);
    let workload = Fact::map([("control_room", Fact::bare("cr.example.com"))], None);
    set.evaluate(&[Subject { kind: "mimir", key: "mimir/main".to_owned(), facts }], &workload, overrides)
}

fn limits(series: Fact) -> Fact {
    let limits = Fact::map([("series", series)], place(20));
    let config = Fact::map([("limits", limits)], place(10));
    Fact::map([("config", config), ("name", Fact::bare("main"))], place(1))
}

fn finding(outcomes: Vec<Outcome>) -> Finding {
    match outcomes.into_iter().next() {
        Some(Outcome::Finding(finding)) => finding,
        other => panic!("no finding but {other:?}"),
    }
}

fn reason(outcomes: &[Outcome]) -> (&str, Option<Place>) {
    match outcomes {
        [Outcome::Undecided { reason, place, .. }] => (reason, *place),
        other => panic!("not undecided but {other:?}"),
    }
}

const SERIES: &str = "when: mimir.config.limits.series != 8\nat: mimir.config.limits.series\n\
    label: 'is {mimir.config.limits.series}'\nmessage: '{mimir.name}: {mimir.config.limits.series}'\n";

#[test]
fn a_broken_rule_is_a_finding_at_the_fact() {
    let found = finding(run(SERIES, limits(Fact::new(9_i64, place(30)))));
    assert_eq!(
        found,
        Finding {
            rule: "test-rule".to_owned(),
            invariant: Invariant::StoreLimits,
            severity: Severity::Warning,
            message: "main: 9".to_owned(),
            help: "mend".to_owned(),
            place: Some(place(30)),
            label: "is 9".to_owned(),
            related: vec![],
            fingerprint: fingerprint(&["test-rule", "mimir/main", "mimir.config.limits.series", "9"]),
            fixes: vec![],
            seen: crate::finding::Seen::default(),
            accepted: None,
            undecided: false,
        }
    );
    assert_eq!(run(SERIES, limits(Fact::new(8_i64, place(30)))), []);
}

#[test]
fn a_missing_field_points_at_its_nearest_container() {
    let found = finding(run(SERIES, limits(Fact::default())));
    assert_eq!((found.place, found.message.as_str()), (Some(place(20)), "main: not set"));
    let found = finding(run(SERIES, limits(Fact::absent(place(25)))));
    assert_eq!(found.place, Some(place(25)));
    let found = finding(run(SERIES, Fact::map([("name", Fact::bare("main"))], place(1))));
    assert_eq!(found.place, Some(place(1)));
}

#[test]
fn the_first_route_with_a_place_of_its_own_is_taken() {
    let rule = "when: 'true'\nmessage: m\nat: [mimir.config.limits.series, mimir.config.limits]\n";
    assert_eq!(finding(run(rule, limits(Fact::bare(1_i64)))).place, Some(place(20)));
    assert_eq!(finding(run("when: true\nmessage: m\n", limits(Fact::bare(1_i64)))).place, Some(place(1)));
}

#[test]
fn a_condition_on_something_unknown_is_undecided_with_its_reason() {
    let outcomes = run(SERIES, limits(Fact::unknown("env SERIES is not set", place(31))));
    assert_eq!(reason(&outcomes), ("env SERIES is not set", Some(place(31))));
}

#[test]
fn a_rule_that_does_not_fit_the_facts_is_undecided_and_no_pass() {
    let rule = "when: mimir.config.limits.series > 8\nmessage: m\nat: mimir.config.limits.series\n";
    let outcomes = run(rule, limits(Fact::default()));
    let text = "rule could not be evaluated: `mimir.config.limits.series` is not set, and `>` needs it: guard it with `!= null`";
    assert_eq!(reason(&outcomes), (text, Some(place(20))));
}

#[test]
fn given_leaves_subjects_out_and_unknown_given_matters_only_if_the_rule_is_broken() {
    let rule = |given: &str| format!("given: {given}\n{SERIES}");
    let nine = || limits(Fact::new(9_i64, place(30)));
    assert_eq!(run(&rule("workload.control_room == null"), nine()), []);
    assert_eq!(run(&rule("workload.control_room != null"), nine()).len(), 1);
    let with_unknown = |series: i64| {
        let mut facts = limits(Fact::bare(series));
        if let FactValue::Map(entries) = &mut facts.value {
            entries.insert("namespace".to_owned(), Fact::unknown("not in the input", None));
        }
        facts
    };
    let given = rule("mimir.namespace == 'mimir'");
    assert_eq!(reason(&run(&given, with_unknown(9))).0, "not in the input");
    assert_eq!(run(&given, with_unknown(8)), []);
}

#[test]
fn undecided_beats_when() {
    let rule =
        format!("undecided: mimir.unseen == null\nundecided_message: '{{mimir.name}} is dark'\n{SERIES}");
    let outcomes = run(&rule, limits(Fact::new(9_i64, place(30))));
    assert_eq!(reason(&outcomes), ("main is dark", Some(place(30))));
}

#[test]
fn settings_have_defaults_and_can_be_overridden() {
    let rule = "settings: { agreed: { default: 8, about: series } }\n\
        when: mimir.config.limits.series != settings.agreed\nmessage: 'agreed is {settings.agreed}'\n";
    let nine = || limits(Fact::bare(9_i64));
    assert_eq!(finding(run(rule, nine())).message, "agreed is 8");
    let set = |value: i64| {
        let own = [("agreed".to_owned(), Fact::bare(value))].into();
        Overrides::from([("test-rule".to_owned(), own)])
    };
    assert_eq!(run_with(rule, nine(), &set(9)), []);
    assert_eq!(finding(run_with(rule, nine(), &set(7))).message, "agreed is 7");
}

#[test]
fn related_places_can_be_one_per_item() {
    let rule = "when: true\nmessage: m\nrelated:\n\
        - { at: mimir.config.limits, text: limits }\n\
        - { at: mimir.version, text: no place of its own }\n\
        - { each: mimir.config.tenants, text: 'tenant {item.name}' }\n\
        - { each: mimir.config.tenants, at: item.name, text: 'named {item.name}' }\n\
        - { each: mimir.config.tenants, at: item.limit, text: 'limit of {item.name}' }\n";
    let tenant = |name: &str, start| Fact::map([("name", Fact::new(name, place(start + 1)))], place(start));
    let tenants = Fact::list([tenant("a", 40), tenant("b", 50), Fact::bare("nowhere")], None);
    let config = Fact::map([("limits", Fact::map::<String>([], place(20))), ("tenants", tenants)], None);
    let found = finding(run(rule, Fact::map([("config", config)], place(1))));
    let labels: Vec<(u32, &str)> =
        found.related.iter().map(|label| (label.place.span.start, label.text.as_str())).collect();
    assert_eq!(
        labels,
        [
            (20, "limits"),
            (40, "tenant a"),
            (50, "tenant b"),
            (41, "named a"),
            (51, "named b"),
            (40, "limit of a"),
            (50, "limit of b")
        ]
    );
}

#[test]
fn a_route_can_lead_through_a_filter() {
    let rule = "when: mimir.config.list.exists(x, x.bad)\nmessage: m\nat: mimir.config.list.filter(x, x.bad)[0].name\n";
    let item = |bad: bool, start| {
        Fact::map([("bad", Fact::bare(bad)), ("name", Fact::new("n", place(start)))], None)
    };
    let config = Fact::map([("list", Fact::list([item(false, 5), item(true, 6)], None))], None);
    assert_eq!(finding(run(rule, Fact::map([("config", config)], None))).place, Some(place(6)));
}

#[test]
fn a_secret_is_not_in_the_message_nor_in_the_fingerprint() {
    let secret = Fact { value: FactValue::Secret("hunter2".into()), place: Some(place(30)) };
    let found = finding(run(SERIES, limits(secret)));
    assert_eq!((found.message.as_str(), found.label.as_str()), ("main: (secret)", "is (secret)"));
    let same = Fact { value: FactValue::Secret("other".into()), place: Some(place(31)) };
    assert_eq!(found.fingerprint, finding(run(SERIES, limits(same))).fingerprint);
}

#[test]
fn a_panic_in_one_rule_is_one_undecided_outcome_and_the_rest_go_on() {
    let broken = format!("{BASE}when: panic_for_tests()\nmessage: m\n");
    let sound = format!("{}when: true\nmessage: m\n", BASE.replace("test-rule", "other-rule"));
    let (set, problems) = RuleSet::from_texts(&[("a.yaml", &broken), ("b.yaml", &sound)], true);
    assert_eq!(problems, []);
    let subject = |key: &str| Subject { kind: "mimir", key: key.to_owned(), facts: limits(Fact::default()) };
    let outcomes = set.evaluate(&[subject("x"), subject("y")], &Fact::default(), &Overrides::new());
    let told: Vec<(&str, &str)> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Finding(finding) => (finding.rule.as_str(), "finding"),
            Outcome::Undecided { rule, reason, .. } => (rule.as_str(), reason.as_str()),
        })
        .collect();
    let failed = "rule could not be evaluated: the rules engine failed; please report this";
    assert_eq!(
        told,
        [("other-rule", "finding"), ("other-rule", "finding"), ("test-rule", failed), ("test-rule", failed)]
    );
}

#[test]
fn rules_over_other_subjects_are_not_even_parsed() {
    let text = format!("{BASE}when: this is no CEL\nmessage: m\n");
    let (set, problems) = RuleSet::from_texts(&[("a.yaml", &text)], false);
    assert_eq!(problems, []);
    let loki = Subject { kind: "loki", key: "l".to_owned(), facts: Fact::default() };
    assert_eq!(set.evaluate(&[loki], &Fact::default(), &Overrides::new()), []);
    let mimir = Subject { kind: "mimir", key: "m".to_owned(), facts: Fact::default() };
    let outcomes = set.evaluate(&[mimir], &Fact::default(), &Overrides::new());
    assert_eq!(reason(&outcomes).0, "rule could not be evaluated: `is` is not expected here");
}

#[test]
fn the_declaration_is_a_subject_as_well() {
    let text = "id: no-room\ninvariant: dual-write\nseverity: info\nover: workload\nwhy: harm\nhelp: mend\n\
        when: workload.control_room == null\nmessage: '{workload.name} has none'\nat: workload.control_room\n";
    let (set, problems) = RuleSet::from_texts(&[("no-room.yaml", text)], true);
    assert_eq!(problems, []);
    let workload =
        Fact::map([("name", Fact::bare("demo")), ("control_room", Fact::absent(place(3)))], place(2));
    let found = finding(set.evaluate(&[], &workload, &Overrides::new()));
    assert_eq!((found.message.as_str(), found.place), ("demo has none", Some(place(3))));
}

#[test]
fn a_question_points_at_the_reason_that_its_condition_names() {
    let facts = |reason: Fact| Fact::map([("unseen", reason), ("name", Fact::bare("main"))], place(1));
    let rest = "when: 'false'\nundecided: mimir.unseen != null\nundecided_message: '{mimir.unseen}'\n\
        at: mimir.name\nmessage: m\n";
    let outcomes = run(rest, facts(Fact::new("values are not in the input", place(40))));
    assert_eq!(reason(&outcomes), ("values are not in the input", Some(place(40))));
    // Any other condition leaves it at the place of the case.
    for other in ["mimir.unseen == 'x'", "mimir.unseen != 'y'"] {
        let rest = rest.replace("mimir.unseen != null", other);
        let outcomes = run(&rest, facts(Fact::new("x", place(40))));
        assert_eq!(reason(&outcomes), ("x", Some(place(1))), "{other}");
    }
    let rest = rest.replace("mimir.unseen != null", "mimir.unseen == null");
    let outcomes = run(&rest, facts(Fact::absent(place(40))));
    assert_eq!(reason(&outcomes), ("not set", Some(place(1))));
}
