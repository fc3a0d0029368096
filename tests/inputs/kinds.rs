//! Kinds of documents: what each is taken for, and what is passed over.

use serde_json::json;

use super::META;
use super::PROGRAM;
use super::forms::CONFIG;
use super::program::check;
use super::program::folder;
use super::program::indented;
use super::program::run;

/// A document of each kind, with a finding that only that kind can have.
const KINDS: [(&str, &str, &str, &str); 8] = [
    ("alloy-values", "a.yaml", "alloy:\n  clustering:\n    enabled: true\n", "session-nodes-not-tolerated"),
    (
        "mimir-values",
        "a.yaml",
        "mimir:\n  structuredConfig:\n    multitenancy_enabled: false\n",
        "metrics-kept-for-ever",
    ),
    ("loki-values", "a.yaml", "loki:\n  auth_enabled: false\n", "logs-kept-for-ever"),
    (
        "grafana-values",
        "a.yaml",
        "grafana.ini:\n  auth.anonymous:\n    enabled: true\n",
        "anonymous-access-on",
    ),
    ("mimir", "a.yaml", "blocks_storage:\n  backend: s3\nlimits: {series: 1}\n", "unknown-option"),
    ("loki", "a.yaml", "schema_config: {}\nlimits_config: {streams: 1}\n", "unknown-option"),
    ("grafana-ini", "a.ini", "[auth.anonymous]\nenabled = true\n", "anonymous-access-on"),
    ("alloy", "a.alloy", PROGRAM, "logs-leave-workload"),
];

#[test]
fn each_kind_is_told_by_its_shape_and_by_kind() {
    for (kind, path, text, rule) in KINDS {
        let folder = folder(&[(path, text.as_bytes())]);
        for arguments in [vec!["-o", "json", path], vec!["-o", "json", "--kind", kind, path]] {
            let found = run(folder.path(), &arguments, None);
            assert!(!found.findings(rule).is_empty(), "{arguments:?} {text} {}", found.stdout);
            assert_eq!((found.errors(), found.passed_over()), (Vec::new(), Vec::new()), "{arguments:?}");
        }
    }
    // What says nothing of itself is what it is said to be.
    let folder = folder(&[("a.yaml", b"deploymentMode: SingleBinary\n")]);
    assert_eq!(run(folder.path(), &["-o", "json", "a.yaml"], None).passed_over().len(), 1);
    let said = run(folder.path(), &["-o", "json", "--kind", "loki-values", "a.yaml"], None);
    assert!(
        !said.findings("logs-kept-for-ever").is_empty() && said.passed_over().is_empty(),
        "{}",
        said.stdout
    );
    let said = run(folder.path(), &["-o", "json", "--kind", "manifests", "a.yaml"], None);
    assert_eq!(
        (said.code, said.errors()),
        (2, vec!["a.yaml:1: object has neither `apiVersion` nor `kind`: add both, as in `apiVersion: v1` and `kind: ConfigMap`".to_owned()])
    );
}

#[test]
fn input_that_is_passed_over_keeps_no_promise() {
    let found = check(&[("numbers.yaml", b"a: 1\n"), ("words.yaml", b"b: 2\n")]);
    let report = found.report();
    let verdicts = report["verdicts"].as_array().unwrap();
    assert_eq!(verdicts.len(), 8);
    for verdict in verdicts {
        assert_eq!(verdict["verdict"], "not-applicable", "{verdict}");
    }
    assert_eq!(verdicts[7]["summary"], "nothing that is linted is in the input");

    let found = check(&[
        ("numbers.yaml", b"a: 1\n"),
        ("pod.yaml", b"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n"),
    ]);
    let coherence = &found.report()["verdicts"][7];
    assert_eq!((&coherence["verdict"], &coherence["summary"]), (&json!("holds"), &json!("2 documents read")));
}

#[test]
fn configuration_in_config_maps_is_found_at_its_line() {
    let object = |key: &str, text: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\n{META}data:\n  {key}: |\n{}", indented(text, 4))
    };
    for (key, text, rule, line, column, language) in [
        ("grafana.ini", "[auth.anonymous]\nenabled = true\n", "anonymous-access-on", 9, 15, "ini"),
        ("loki.yaml", "auth_enabled: true\nschema_config: {}\n", "loki-tenancy-on", 8, 19, "yaml"),
        (
            "datasources.yaml",
            "apiVersion: 1\ndatasources:\n- name: Loki\n  type: loki\n  url: http://x\n",
            "loki-data-source-elsewhere",
            12,
            12,
            "yaml",
        ),
    ] {
        let found = check(&[("a.yaml", object(key, text).as_bytes())]);
        let finding = found.findings(rule);
        let at = &finding.first().unwrap()["location"];
        assert_eq!(json!([at["line"], at["column"], at["object"]]), json!([line, column, CONFIG]), "{key}");
        let layer = json!([{"field": format!("data.{key}"), "language": language, "line": line - 7, "column": column - 4}]);
        assert_eq!(at["layers"], layer, "{key}");
    }
}

#[test]
fn declarations_and_overrides_are_recognised_and_the_rest_is_passed_over_with_a_reason() {
    let none = "recognised as none of: Kubernetes object, values of alloy, mimir-distributed, loki or grafana, Mimir or Loki configuration, data sources, Pulumi export, workload declaration (say which with --kind)";
    let single = "a single value at the top level: no Kubernetes object, chart values or configuration";
    let list = "a list at the top level: no Kubernetes object, chart values or configuration";
    let found = check(&[
        ("ptd.yaml", b"apiVersion: posit.team/v1\nkind: AWSWorkloadConfig\nspec: {}\n"),
        ("site.yaml", b"apiVersion: core.posit.team/v1beta1\nkind: Site\nspec: {}\n"),
        ("overrides.yaml", b"overrides:\n  tenant: {}\n"),
        ("datasources.yaml", b"apiVersion: 1\ndatasources: []\n"),
        ("x/comment.yaml", b"# nothing\n"),
        ("x/list.json", b"[1]"),
        ("x/map.yaml", b"a: 1\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n---\nb: 1\n"),
        ("x/notes.md", b"# notes\n"),
        ("x/null.json", b"null"),
        ("x/words.yaml", b"some words\n"),
    ]);
    assert_eq!(found.errors(), Vec::<String>::new());
    let mut passed = found.passed_over();
    passed.sort();
    assert_eq!(
        passed,
        [
            "x/comment.yaml: holds no document".to_owned(),
            format!("x/list.json: {list}"),
            format!("x/map.yaml: the document at line 1: {none}"),
            format!("x/map.yaml: the document at line 7: {none}"),
            "x/notes.md: not a YAML, JSON, Alloy or INI file".to_owned(),
            "x/null.json: holds no document".to_owned(),
            format!("x/words.yaml: {single}"),
        ]
    );
}
