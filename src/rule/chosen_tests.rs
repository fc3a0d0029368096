//! Selectors: what each takes, which of two wins, and what is said of those that take nothing.

use super::*;
use crate::rule::RuleSet;

const LOKI: Plate<'_> = Plate {
    id: "loki-schema-refused",
    family: "loki",
    invariant: Invariant::StoreStorage,
    severity: Severity::Error,
    advisory: false,
    profile: Profile::Stack,
    if_declared: None,
};

fn wish<'w>(select: &[&'w str], extend_select: &[&'w str], ignore: &[&'w str]) -> Wish<'w> {
    let [select, extend_select, ignore] = [select, extend_select, ignore].map(<[&str]>::to_vec);
    Wish { select, extend_select, ignore, severities: Vec::new() }
}

fn chosen(plate: &Plate<'_>, settings: &Wish<'_>, command: &Wish<'_>) -> bool {
    let layers = [(Layer::Settings, settings), (Layer::CommandLine, command)];
    choose(plate, Profile::Ptd, |_| false, &layers).on
}

#[test]
fn more_specific_selector_wins_whatever_the_order() {
    let kinds = ["ALL", "loki", "loki-*", "loki-schema-*", "loki-schema-refused"];
    for (at, weak) in kinds.iter().enumerate() {
        for strong in &kinds[at..] {
            let ignored = chosen(&LOKI, &wish(&[weak], &[], &[strong]), &Wish::default());
            assert!(!ignored, "select {weak}, ignore {strong}");
            let selected = chosen(&LOKI, &wish(&[strong], &[], &[weak]), &Wish::default());
            assert_eq!(selected, strong != weak, "select {strong}, ignore {weak}");
        }
    }
}

#[test]
fn promise_and_family_are_equally_specific_and_ignoring_wins() {
    for (select, ignore) in [("loki", "store-storage"), ("store-storage", "loki")] {
        assert!(!chosen(&LOKI, &wish(&[select], &[], &[ignore]), &Wish::default()), "{select} {ignore}");
    }
}

#[test]
fn select_replaces_and_extend_select_adds() {
    let none = Wish::default();
    assert!(chosen(&LOKI, &none, &none));
    assert!(!chosen(&LOKI, &wish(&["mimir"], &[], &[]), &none));
    assert!(chosen(&LOKI, &wish(&["mimir"], &["loki"], &[]), &none));
    assert!(chosen(&LOKI, &wish(&["mimir"], &[], &[]), &wish(&["loki"], &[], &[])));
    assert!(!chosen(&LOKI, &wish(&["loki"], &[], &[]), &wish(&["mimir"], &[], &[])));
    assert!(chosen(&LOKI, &wish(&["loki"], &[], &[]), &wish(&[], &["mimir"], &[])));
}

#[test]
fn command_line_beats_settings() {
    assert!(!chosen(&LOKI, &wish(&["loki-schema-refused"], &[], &[]), &wish(&[], &[], &["ALL"])));
    assert!(chosen(&LOKI, &wish(&[], &[], &["loki"]), &wish(&[], &["loki"], &[])));
    assert!(chosen(&LOKI, &wish(&[], &[], &["loki"]), &wish(&["loki-schema-refused"], &[], &[])));
}

#[test]
fn what_settings_ignore_stays_ignored_under_a_broader_select() {
    assert!(!chosen(&LOKI, &wish(&[], &[], &["loki-schema-refused"]), &wish(&["loki"], &[], &[])));
    assert!(!chosen(&LOKI, &wish(&[], &[], &["loki"]), &wish(&["ALL"], &[], &[])));
}

#[test]
fn only_the_id_reaches_beyond_the_profile() {
    let convention = Plate { profile: Profile::Ptd, ..LOKI };
    let choice = |select: &str| {
        let wish = wish(&[select], &[], &[]);
        choose(&convention, Profile::Stack, |_| false, &[(Layer::CommandLine, &wish)])
    };
    for broad in ["ALL", "loki", "store-storage", "loki-schema-*"] {
        assert_eq!((choice(broad).on, choice(broad).why), (false, Why::NotInProfile), "{broad}");
    }
    assert!(choice("loki-schema-refused").on);
    assert!(!choice("loki-schema-refused").is_promised, "the profile promises nothing of it");
}

#[test]
fn rule_that_wants_a_declaration_stands_in_stack_with_it_only() {
    let leak = Plate { if_declared: Some("allowed"), ..LOKI };
    let choice = |profile, declared: bool| choose(&leak, profile, |key| declared && key == "allowed", &[]);
    assert_eq!(choice(Profile::Stack, false).why, Why::NotDeclared("allowed".to_owned()));
    assert!(!choice(Profile::Stack, false).is_promised);
    assert!(choice(Profile::Stack, true).is_promised);
    assert_eq!(choice(Profile::Stack, true).why, Why::InProfile);
    assert_eq!(choice(Profile::Ptd, false).why, Why::InProfile);
    assert!(choice(Profile::Ptd, false).on);
}

#[test]
fn severity_off_ignores_and_the_more_specific_entry_counts() {
    let settings = Wish {
        severities: vec![("loki", None), ("loki-schema-refused", Some(Severity::Info))],
        ..Wish::default()
    };
    let choice = |plate: &Plate<'_>| choose(plate, Profile::Ptd, |_| false, &[(Layer::Settings, &settings)]);
    let own = choice(&LOKI);
    assert_eq!((own.on, own.severity), (true, Some((Severity::Info, "loki-schema-refused".to_owned()))));
    let other = choice(&Plate { id: "loki-rings-refused", ..LOKI });
    assert_eq!((other.on, other.severity), (false, None));
    assert_eq!(other.why, Why::Ignored(Layer::Settings, "loki".to_owned()));
    assert!(other.is_promised, "leaving it out has consequences");
}

#[test]
fn unknown_selectors_are_told_with_what_is_near() {
    let rules = RuleSet::builtin();
    let plates = rules.plates();
    let told = |selector: &str| fault(selector, true, Profile::Ptd, &plates);
    for (selector, help) in [
        ("lokki", "did you mean `loki`?"),
        ("log-boundry", "did you mean `log-boundary`?"),
        ("all", "did you mean `ALL`?"),
        ("log-leave-workload", "did you mean `logs-leave-workload`?"),
    ] {
        let message = format!("unknown rule `{selector}`");
        assert_eq!(told(selector), Some((message, help.to_owned())));
    }
    let alone = "`ptd-lint rules` lists all rules; families, promises, patterns such as `loki-*` and `ALL` are known too";
    let two = [LOKI, Plate { id: "mimir-ring-lost", family: "mimir", ..LOKI }];
    for (selector, help) in [
        ("odd-schema", "near it: loki-schema-refused (`ptd-lint rules` lists all)"),
        ("schema-of-a-ring", "near it: loki-schema-refused, mimir-ring-lost (`ptd-lint rules` lists all)"),
        ("something", alone),
    ] {
        assert_eq!(fault(selector, true, Profile::Ptd, &two).unwrap().1, help, "{selector}");
    }
    assert_eq!(told("lokx-*").map(|told| told.0).as_deref(), Some("no rule fits `lokx-*`"));
    for known in ["ALL", "loki", "log-boundary", "loki-*", "*-refused", "logs-leave-workload"] {
        assert_eq!(told(known), None, "{known}");
    }
}

#[test]
fn selector_beyond_the_profile_is_told() {
    let rules = RuleSet::builtin();
    let plates = rules.plates();
    let (message, _) = fault("declaration", true, Profile::Stack, &plates).unwrap();
    assert_eq!(message, "profile `stack` has no rule that `declaration` takes");
    assert_eq!(fault("declaration", false, Profile::Stack, &plates), None, "ignoring it does no harm");
    assert_eq!(fault("series-limit-differs", true, Profile::Stack, &plates), None);
}

/// A family and a promise may share a name only if it does not matter which of the two is meant.
#[test]
fn no_name_has_two_meanings() {
    let rules = RuleSet::builtin();
    let plates = rules.plates();
    for plate in &plates {
        let promise = Invariant::from_id(plate.family);
        assert!(promise.is_none_or(|own| own == plate.invariant), "{} is in {}", plate.id, plate.family);
        let id_is_other =
            plates.iter().any(|other| other.family == plate.id) || Invariant::from_id(plate.id).is_some();
        assert!(!id_is_other && plate.id != ALL, "{}", plate.id);
    }
}

/// Sources of the facts that only this platform has agreed on.
const OF_PTD: [&str; 3] = ["monitoring guide", "PTD", "the producer"];

/// Rules that such a source led to and that hold for everybody all the same.
const FOR_EVERYBODY: &[(&str, &str)] = &[
    ("alert-prints-lost-label", "what a query takes away is gone in any PromQL"),
    ("anonymous-access-on", "whoever reaches Grafana sees everything"),
    ("aws-name-of-another-partition", "partitions are AWS's own"),
    ("azure-filter-not-kql", "the exporter takes one language only"),
    ("grafana-calls-home", "only where the settings say that telemetry is off"),
    ("grafana-logs-leave", "only where the settings say where logs may go"),
    ("grafana-secret-in-plain-text", "a secret in a manifest is read by all who read the manifest"),
    ("header-login-open-in-cluster", "a header that anybody may send is no login"),
    ("logs-leave-by-loki", "only where the settings say where logs may go"),
    ("logs-leave-workload", "only where the settings say where logs may go"),
    ("loki-alerts-leave", "only where the settings say where logs may go"),
    ("loki-bucket-not-named", "the default names of the chart are nobody's buckets"),
    ("loki-delete-store-unused", "a store of no period is never read"),
    ("loki-reports-usage", "only where the settings say that telemetry is off"),
    ("memory-not-requested", "the first pods that a node evicts"),
    ("middleware-missing", "Traefik drops the route"),
    ("mimir-ingesters-at-risk", "samples that nobody shipped are lost"),
    ("mimir-reports-usage", "only where the settings say that telemetry is off"),
    ("mimir-stores-share-bucket", "rules and alerts of one bucket mix"),
    ("new-users-are-admins", "everybody who logs in may change everything"),
    ("policy-closes-metrics", "a closed connection is closed for everybody"),
    ("policy-closes-scrape", "a closed connection is closed for everybody"),
    ("sign-up-open", "anybody makes an account"),
    ("storage-shared-between-clusters", "two stores in one bucket spoil each other"),
    ("system-logs-not-collected", "only where the settings say whether they are"),
    ("system-logs-not-mounted", "what is not mounted cannot be read"),
    ("system-logs-undeclared", "only where the settings say whether they are"),
    ("usage-reporting-on", "only where the settings say that telemetry is off"),
    ("value-left-out-by-chart", "templates of the chart"),
];

#[test]
fn every_rule_says_its_profile_and_conventions_of_ptd_are_no_rules_of_stack() {
    let rules = RuleSet::builtin();
    let mut exceptions: Vec<&str> = Vec::new();
    for rule in rules.rules() {
        let path = format!("{}/{}.yaml", rule.family, rule.id);
        let file = super::super::embedded::RULES.iter().find(|other| other.path == path).unwrap();
        assert!(
            file.text.lines().any(|line| line.starts_with("profile: ")),
            "{} does not say its profile",
            rule.id
        );
        if rule.profile == Profile::Stack && OF_PTD.iter().any(|source| rule.source.contains(source)) {
            exceptions.push(&rule.id);
        }
        if rule.if_declared.is_some() {
            assert_eq!(rule.profile, Profile::Stack, "{}: other profiles do not ask", rule.id);
        }
    }
    let listed: Vec<&str> = FOR_EVERYBODY.iter().map(|(id, _)| *id).collect();
    assert_eq!(exceptions, listed, "rules of `stack` with a source of PTD's own");
}
