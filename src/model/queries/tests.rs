//! Queries of whole files, in the forms in which inputs hold them.

use super::*;
use crate::document::Documents;
use crate::model::stack::tests::with_stack;

/// The queries of a stack made of these files, and what was wrong with them: `kind name line:column text`.
fn found(files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let (documents, queries, faults) = collected(files);
    let lines = queries.all.iter().map(|query| {
        let place = documents.resolve(query.place);
        let alone = if query.alone { "" } else { " in an object" };
        let text = query.text.trim();
        format!("{}{alone} {}:{} {text}", query.words(), place.start.line, place.start.column)
    });
    (lines.collect(), faults)
}

fn collected(files: &[(&str, &str)]) -> (Documents, Queries, Vec<String>) {
    with_stack(files, |stack, readings| {
        let problems =
            readings.iter().flat_map(|reading| &reading.problems).map(|problem| problem.message.clone());
        let faults =
            problems.chain(readings.iter().flat_map(|reading| reading.passed_over.clone())).collect();
        (stack.documents.clone(), queries(stack), faults)
    })
}

/// A text with blanks before each line.
fn indented(text: &str, by: usize) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("{}{line}", " ".repeat(by))).collect();
    lines.join("\n") + "\n"
}

const ALERTS: &str = "apiVersion: 1\ngroups:\n- name: g\n  rules:\n  - title: Full\n    data:\n    - refId: A\n      datasourceUid: m\n      model: {expr: a > 1}\n    - refId: B\n      datasourceUid: __expr__\n      model: {expression: A}\n    - refId: C\n      datasourceUid: logs\n      model: {expr: 'count_over_time({a=\"b\"}[5m])'}\n";

#[test]
fn a_file_of_grafanas_alerts_is_no_object_without_a_kind() {
    let (queries, faults) = found(&[("a.yaml", ALERTS)]);
    // Nobody says what the data source `logs` is.
    assert_eq!(queries, ["alert `Full` 9:21 a > 1", "alert `Full` 15:22 count_over_time({a=\"b\"}[5m])"]);
    assert_eq!(faults, Vec::<String>::new());
    let (queries, faults) = found(&[("a.yaml", "apiVersion: 1\ncontactPoints: []\n")]);
    assert_eq!((queries, faults.len()), (vec![], 1));
    assert_eq!(faults, ["a file for Grafana's provisioning without rules or data sources"]);
}

#[test]
fn data_sources_of_the_stack_tell_the_language() {
    let sources = "apiVersion: 1\ndatasources:\n- {name: Logs, uid: logs, type: loki}\n- {name: M, uid: m, type: prometheus}\n";
    let (_, queries, _) = collected(&[("a.yaml", ALERTS), ("d.yaml", sources)]);
    assert_eq!(queries.all.iter().map(|query| &*query.text).collect::<Vec<_>>(), ["a > 1"]);
    assert!(queries.alerts[0].other_languages);
    let values = "grafana.ini: {}\ndatasources:\n  d.yaml:\n    apiVersion: 1\n    datasources:\n    - {name: m, uid: m, type: loki}\n";
    let (queries, _) = found(&[("a.yaml", ALERTS), ("values.yaml", values)]);
    assert_eq!(queries.len(), 1, "only the one of the source that is not known: {queries:?}");
}

#[test]
fn rules_of_prometheus_and_mimir_stand_in_files_config_maps_and_operators_objects() {
    let file = "namespace: n\ngroups:\n- name: g\n  rules:\n  - {alert: A, expr: up == 0}\n  - {record: 'a:b', expr: sum(c)}\n  - {alert: L, expr: 'rate({a=\"b\"} | json [5m]) > 1'}\n";
    let (queries, _) = found(&[("rules.yaml", file)]);
    assert_eq!(queries, ["alert `A` 5:22 up == 0", "recording rule `a:b` 6:27 sum(c)"]);
    let indented = indented(file, 4);
    let map =
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: r}}\ndata:\n  r.yaml: |\n{indented}");
    let (queries, _) = found(&[("map.yaml", &map)]);
    assert_eq!(
        queries,
        ["alert `A` in an object 10:26 up == 0", "recording rule `a:b` in an object 11:31 sum(c)"]
    );
    let object = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: r}\nspec:\n  groups:\n  - name: g\n    rules:\n    - alert: B\n      expr: |\n        up\n        == 0\n";
    let (queries, _) = found(&[("object.yaml", object), ("again.yaml", object)]);
    assert_eq!(queries, ["alert `B` in an object 10:9 up\n== 0"], "once, at its first line");
}

const DASHBOARD: &str = "{\"title\": \"D\", \"schemaVersion\": 1, \"panels\": [\n{\"title\": \"P\", \"targets\": [{\"expr\": \"sum(a{b=~\\\"$c\\\"})\"}, {\"rawSql\": \"select\"}]},\n{\"type\": \"row\", \"panels\": [{\"title\": \"Q\", \"datasource\": {\"type\": \"loki\"}, \"targets\": [{\"expr\": \"x\"}, {\"datasource\": {\"type\": \"prometheus\"}, \"expr\": \"q\"}]}]}],\n\"annotations\": {\"list\": [{\"name\": \"N\", \"expr\": \"n\"}]},\n\"templating\": {\"list\": [{\"name\": \"V\", \"type\": \"query\", \"query\": \"label_values(v{c=\\\"d,e\\\"}, f)\"},\n{\"name\": \"W\", \"type\": \"query\", \"definition\": \"query_result(w)\"}, {\"name\": \"X\", \"type\": \"query\", \"query\": \"label_values(f)\"}]}}";

const OF_DASHBOARD: [&str; 5] = [
    "panel `P` of dashboard `D`",
    "panel `Q` of dashboard `D`",
    "variable `V` of dashboard `D`",
    "variable `W` of dashboard `D`",
    "annotation `N` of dashboard `D`",
];

#[test]
fn dashboards_are_read_from_files_config_maps_and_values() {
    let (queries, faults) = found(&[("d.json", DASHBOARD)]);
    let texts = ["sum(a{b=~\"$c\"})", "q", "v{c=\"d,e\"}", "w", "n"];
    let places = ["2:38", "3:150", "5:66", "6:47", "4:49"];
    let expected: Vec<String> =
        (0..5).map(|index| format!("{} {} {}", OF_DASHBOARD[index], places[index], texts[index])).collect();
    assert_eq!(queries, expected);
    assert_eq!(faults, Vec::<String>::new());
    let api = format!("{{\"meta\": {{}}, \"dashboard\": {DASHBOARD}}}");
    assert_eq!(found(&[("api.json", &api)]).0.len(), 5);
    let map = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: d}}\ndata:\n  d.json: |\n{}",
        indented(DASHBOARD, 4)
    );
    assert_eq!(
        found(&[("map.yaml", &map)]).0[0],
        "panel `P` of dashboard `D` in an object 7:42 sum(a{b=~\"$c\"})"
    );
    let values = format!(
        "grafana.ini: {{}}\ndashboards:\n  default:\n    d:\n      json: |\n{}",
        indented(DASHBOARD, 8)
    );
    assert_eq!(
        found(&[("values.yaml", &values)]).0[0],
        "panel `P` of dashboard `D` in an object 7:46 sum(a{b=~\"$c\"})"
    );
}

#[test]
fn variables_for_data_sources_tell_the_language_and_panels_of_the_library_come_along() {
    let of = |kind: &str| {
        format!(
            "{{\"title\": \"D\", \"panels\": [{{\"title\": \"P\", \"datasource\": {{\"uid\": \"${{ds}}\"}}, \"targets\": [{{\"expr\": \"a\"}}]}}],\n\
             \"__elements\": {{\"u\": {{\"model\": {{\"title\": \"L\", \"targets\": [{{\"datasource\": \"$ds\", \"expr\": \"l\"}}]}}}}}},\n\
             \"templating\": {{\"list\": [{{\"name\": \"ds\", \"type\": \"datasource\", \"query\": \"{kind}\"}}]}}}}"
        )
    };
    let (queries, _) = found(&[("d.json", &of("prometheus"))]);
    let names: Vec<_> = queries.iter().map(|query| query.split(" of").next().unwrap()).collect();
    assert_eq!(names, ["panel `L`", "panel `P`"]);
    assert_eq!(found(&[("d.json", &of("loki"))]).0, Vec::<String>::new());
}

#[test]
fn objects_of_grafanas_operator_are_read() {
    let dashboard = format!(
        "apiVersion: grafana.integreatly.org/v1beta1\nkind: GrafanaDashboard\nmetadata: {{name: d}}\nspec:\n  json: |\n{}",
        indented(DASHBOARD, 4)
    );
    assert_eq!(found(&[("d.yaml", &dashboard)]).0.len(), 5);
    let rules = "apiVersion: grafana.integreatly.org/v1beta1\nkind: GrafanaAlertRuleGroup\nmetadata: {name: r}\nspec:\n  rules:\n  - title: T\n    data:\n    - datasourceUid: m\n      model: {expr: a}\n";
    assert_eq!(found(&[("r.yaml", rules)]).0, ["alert `T` in an object 9:21 a"]);
}

#[test]
fn alerts_in_values_of_grafanas_chart_are_read() {
    let alerts = indented(ALERTS, 4);
    let values = format!("grafana.ini: {{}}\nalerting:\n  rules.yaml:\n{alerts}");
    let (queries, _) = found(&[("values.yaml", &values)]);
    assert_eq!(queries[0], "alert `Full` in an object 12:25 a > 1");
    let chart = format!(
        "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {{name: grafana}}\nspec:\n  chart: grafana\n  valuesContent: |\n{}",
        indented(&values, 4)
    );
    assert_eq!(found(&[("chart.yaml", &chart)]).0[0], "alert `Full` in an object 18:29 a > 1");
}

#[test]
fn other_json_in_config_maps_is_left_alone() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\ndata:\n  d.json: '{\"panels\": [}'\n  e.json: '{'\n";
    assert_eq!(found(&[("map.yaml", map)]), (vec![], vec![]));
}

#[test]
fn what_is_recorded_for_an_alert_is_needed_by_the_alert() {
    let rules = "groups:\n- name: g\n  rules:\n  - {alert: A, expr: 'r:two > 1'}\n  - {record: 'r:two', expr: 'sum(r:one)'}\n  - {record: 'r:one', expr: 'rate(raw[5m])'}\n  - {record: 'r:shown', expr: 'other'}\n";
    let (_, queries, _) = collected(&[("rules.yaml", rules)]);
    let needs = Needs::of(queries.all.iter());
    let alerted: Vec<(&str, bool)> = needs
        .metrics
        .iter()
        .map(|(name, users)| (name.as_str(), users.iter().any(|user| user.alert)))
        .collect();
    assert_eq!(alerted, [("other", false), ("raw", true)]);
}

#[test]
fn a_paused_alert_waits_for_nothing_but_its_metric_is_used() {
    let paused = ALERTS.replace("  - title: Full", "  - title: Full\n    isPaused: true");
    let (_, queries, _) = collected(&[("a.yaml", &paused)]);
    let needs = Needs::of(queries.all.iter());
    assert!(queries.alerts.is_empty() && needs.metrics.is_empty());
    assert!(needs.has("a") && !needs.has("b"));
}

#[test]
fn what_aliases_blow_up_is_given_up_in_time() {
    let mut rules = String::from("x: &x [{alert: A, expr: up, annotations: {s: ");
    rules.push_str(&"y".repeat(50_000));
    rules.push_str("}}");
    rules.push_str(&", {alert: B, expr: up}".repeat(100));
    rules.push_str("]\ngroups:\n");
    rules.push_str(&"- {name: g, rules: *x}\n".repeat(3_000));
    let (queries, faults) = found(&[("rules.yaml", &rules)]);
    assert_eq!((queries.len(), faults), (2, vec![]));
}
