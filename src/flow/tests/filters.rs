//! Filters held against what the control room reads: chains of rules, ways beside them, names that change.

use super::*;
use crate::model::queries::Needs;
use crate::model::queries::Query;
use crate::model::queries::alert_for_tests;

/// A program with a filter of these rules before the control room, and alerts on the metrics `a` and `b`.
fn filtered(rules: &str, rest: &str) -> Case {
    let text = format!(
        r#"{LOCAL}
prometheus.scrape "s" {{
  targets    = []
  forward_to = [prometheus.remote_write.workload.receiver, prometheus.relabel.few.receiver]
}}
prometheus.relabel "few" {{
  forward_to = [prometheus.remote_write.control_room.receiver]
{rules}
}}
{rest}"#
    );
    let place = Place { doc: DocId { file: 0, index: 0 }, span: crate::text::Span::default() };
    let alert: Query = alert_for_tests("ab", "a > 1 and b > 1", place);
    let mut surroundings = surroundings();
    surroundings.needs = Needs::of(std::iter::once(&alert));
    analyse_with(&text, &surroundings, Environment::default())
}

/// A rule on the names of metrics.
fn by_name(action: &str, regex: &str) -> String {
    format!(
        "  rule {{\n    action = \"{action}\"\n    source_labels = [\"__name__\"]\n    regex = \"{regex}\"\n  }}\n"
    )
}

/// What each filter takes from the control room: `component: names`.
fn lost(case: &Case) -> Vec<String> {
    let filters = case.flow.filters.iter().filter(|filter| !filter.lost.is_empty());
    let names =
        |filter: &Filter| filter.lost.iter().map(|lost| lost.name.to_string()).collect::<Vec<_>>().join(" ");
    filters
        .map(|filter| format!("{} {}: {}", case.id(filter.component), filter.action, names(filter)))
        .collect()
}

#[test]
fn each_action_is_evaluated_by_the_name_alone() {
    for (rules, expected) in [
        (by_name("keep", "a|b"), ""),
        (by_name("keep", "a"), "keep: b"),
        (by_name("keep", "A"), "keep: a b"),
        // Patterns are anchored on both sides.
        (by_name("keep", "ab|b.+"), "keep: a b"),
        (by_name("keep", "[ab]"), ""),
        (by_name("drop", "b"), "drop: b"),
        (by_name("drop", "b.+"), ""),
        (by_name("KEEP", "a"), "keep: b"),
        ("  rule {\n    action = \"labeldrop\"\n    regex = \"__.*\"\n  }\n".to_owned(), "labeldrop: a b"),
        ("  rule {\n    action = \"labelkeep\"\n    regex = \"job\"\n  }\n".to_owned(), "labelkeep: a b"),
        ("  rule {\n    action = \"labeldrop\"\n    regex = \"pod\"\n  }\n".to_owned(), ""),
        // Values of other labels are not known.
        ("  rule {\n    action = \"keep\"\n    source_labels = [\"job\"]\n    regex = \"x\"\n  }\n".to_owned(), ""),
        ("  rule {\n    action = \"keep\"\n    source_labels = [\"__name__\", \"job\"]\n    regex = \"a;x\"\n  }\n".to_owned(), ""),
        // Without labels an empty text is matched.
        ("  rule {\n    action = \"keep\"\n    regex = \"x\"\n  }\n".to_owned(), "keep: a b"),
        ("  rule {\n    action = \"drop\"\n  }\n".to_owned(), "drop: a b"),
        // What cannot be told takes nothing for sure.
        ("  rule {\n    action = \"keep\"\n    source_labels = [\"__name__\"]\n    regex = sys.env(\"X\")\n  }\n".to_owned(), ""),
        ("  rule {\n    action = \"keepequal\"\n    source_labels = [\"a\"]\n    target_label = \"b\"\n  }\n".to_owned(), ""),
    ] {
        let case = filtered(&rules, "");
        let expected: Vec<String> =
            Some(expected).filter(|text| !text.is_empty()).map(|text| format!("prometheus.relabel.few {text}")).into_iter().collect();
        assert_eq!(lost(&case), expected, "{rules}");
    }
}

#[test]
fn of_a_chain_the_first_rule_that_takes_a_metric_is_told() {
    let case = filtered(&format!("{}{}", by_name("drop", "a"), by_name("keep", "c|a")), "");
    assert_eq!(lost(&case), ["prometheus.relabel.few drop: a", "prometheus.relabel.few keep: b"]);
}

#[test]
fn a_way_beside_the_filter_may_bring_what_it_takes() {
    let beside = "prometheus.scrape \"t\" {\n  targets = []\n  forward_to = [prometheus.remote_write.control_room.receiver]\n}\n";
    assert_eq!(lost(&filtered(&by_name("keep", "a"), beside)), Vec::<String>::new());
    let other_filter = format!(
        "prometheus.scrape \"t\" {{\n  targets = []\n  forward_to = [prometheus.relabel.more.receiver]\n}}\n\
         prometheus.relabel \"more\" {{\n  forward_to = [prometheus.remote_write.control_room.receiver]\n{}}}\n",
        by_name("keep", "c|a")
    );
    assert_eq!(
        lost(&filtered(&by_name("keep", "b"), &other_filter)),
        Vec::<String>::new(),
        "each brings one"
    );
    let both = lost(&filtered(&by_name("keep", "a"), &other_filter));
    assert_eq!(both, ["prometheus.relabel.few keep: b"], "told once");
}

#[test]
fn filters_in_the_endpoint_are_evaluated_for_that_endpoint() {
    let endpoint = |regex: &str| {
        format!(
            "prometheus.remote_write \"few\" {{\n  endpoint {{\n    url = \"https://mimir.cr.example.com/api/v1/push\"\n    {}  }}\n}}\n",
            by_name("keep", regex).replace("rule {", "write_relabel_config {")
        )
    };
    let text = |regex: &str| {
        format!(
            "{}prometheus.scrape \"s\" {{\n  targets = []\n  forward_to = [prometheus.remote_write.few.receiver]\n}}\n",
            endpoint(regex)
        )
    };
    let place = Place { doc: DocId { file: 0, index: 0 }, span: crate::text::Span::default() };
    let alert = alert_for_tests("ab", "a > b", place);
    let mut surroundings = surroundings();
    surroundings.needs = Needs::of(std::iter::once(&alert));
    let case = analyse_with(&text("a"), &surroundings, Environment::default());
    assert_eq!(lost(&case), ["prometheus.remote_write.few keep: b"]);
    let case = analyse_with(&text("a|b"), &surroundings, Environment::default());
    assert_eq!(lost(&case), Vec::<String>::new());
}

#[test]
fn where_names_change_nothing_is_lost_for_sure() {
    let rename = "  rule {\n    source_labels = [\"__name__\"]\n    regex = \"x_(.*)\"\n    target_label = \"__name__\"\n  }\n";
    let case = filtered(&format!("{}{rename}", by_name("keep", "x_.*")), "");
    assert_eq!(lost(&case), Vec::<String>::new());
    let [keep, replace] = &case.flow.filters[..] else { panic!("two rules") };
    assert!(keep.drops() && !keep.renames());
    assert!(replace.renames() && !replace.drops());
    assert_eq!(case.slice(replace.place), "rule", "a rule without `action` is pointed at by its name");
}

#[test]
fn what_nobody_reads_is_told_by_plain_names_only() {
    let case = filtered(&by_name("keep", "a|b|volume|c.*|(x|y)|d"), "");
    let unused: Vec<_> = case.flow.filters[0].unused.iter().map(|name| &**name).collect();
    assert_eq!(unused, ["volume", "d"]);
    let none = filtered(&by_name("drop", "a|volume"), "");
    assert!(none.flow.filters[0].unused.is_empty(), "what is dropped need not be read");
}

#[test]
fn words_are_told_only_where_all_readers_are_known_and_of_what_goes_to_the_control_room() {
    let text = filtered(&by_name("keep", "a|b|volume"), "").text;
    let unused = |text: &str, partial: bool| -> Vec<String> {
        let place = Place { doc: DocId { file: 0, index: 0 }, span: crate::text::Span::default() };
        let mut surroundings = surroundings();
        surroundings.needs =
            Needs { partial, ..Needs::of(std::iter::once(&alert_for_tests("ab", "a > 1 and b > 1", place))) };
        let case = analyse_with(text, &surroundings, Environment::default());
        case.flow.filters.iter().flat_map(|filter| filter.unused.iter().map(ToString::to_string)).collect()
    };
    assert_eq!(unused(&text, false), ["volume"]);
    // What else is read is not known.
    assert_eq!(unused(&text, true), [""; 0]);
    // A filter before the workload's own store is not for the control room to judge.
    let own = format!(
        "prometheus.relabel \"own\" {{\n  forward_to = [prometheus.remote_write.workload.receiver]\n{}}}\n",
        by_name("keep", "a|b|size")
    );
    assert_eq!(unused(&format!("{text}{own}"), false), ["volume"]);
    // No metrics come to it: logs that go the same way are no reason to judge it.
    let logs = r#"
otelcol.receiver.filelog "app" {
  include = ["/x"]
  output { logs = [otelcol.exporter.otlphttp.cr.input] }
}
otelcol.exporter.otlphttp "cr" {
  client { endpoint = "https://mimir.cr.example.com/otlp" }
}
"#;
    let without_scrape = text.replace("prometheus.relabel.few.receiver]\n}", "]\n}");
    assert_ne!(without_scrape, text);
    assert_eq!(unused(&format!("{without_scrape}{logs}"), false), [""; 0]);
}

#[test]
fn without_anything_that_is_read_filters_are_not_judged() {
    let case = analyse_text(&filtered(&by_name("keep", "z"), "").text);
    assert!(case.flow.filters[0].lost.is_empty() && case.flow.filters[0].unused.is_empty());
}
