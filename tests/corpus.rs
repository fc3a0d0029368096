//! Runs the program over what the producer really renders, where that is at hand (`../shared/corpus/ptd`).
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// The corpus, or `None` with a word on why these tests did not run.
fn corpus() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/ptd");
    if path.is_dir() {
        return Some(path);
    }
    // Past the test harness, which keeps what passing tests print to itself.
    let _ = writeln!(std::io::stderr(), "not run: ../shared/corpus/ptd is not there");
    None
}

/// Exit code and JSON report of a run.
#[expect(clippy::disallowed_methods, reason = "the tests start the program")]
fn lint(paths: &[PathBuf], options: &[&str]) -> (i32, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_ptd-lint"))
        .args(["-o", "json", "--no-config"])
        .args(options)
        .args(paths)
        .output()
        .unwrap();
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{paths:?}: {error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), report)
}

fn verdict<'r>(report: &'r Value, invariant: &str) -> &'r str {
    let verdicts = report["verdicts"].as_array().unwrap();
    let mut found = verdicts.iter().filter(|verdict| verdict["invariant"] == invariant);
    let first = found.next().unwrap()["verdict"].as_str().unwrap();
    assert!(found.all(|other| other["verdict"] == first), "several stacks disagree");
    first
}

fn findings<'r>(report: &'r Value, rule: &str) -> Vec<&'r Value> {
    report["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule).collect()
}

fn fingerprints(report: &Value) -> BTreeSet<(String, String)> {
    let of = |finding: &Value| {
        (finding["rule"].as_str().unwrap().to_owned(), finding["fingerprint"].as_str().unwrap().to_owned())
    };
    report["findings"].as_array().unwrap().iter().map(of).collect()
}

/// Each case with what is true of it: log boundary, dual write.
const CASES: [(&str, &str, &str); 13] = [
    ("aws-default", "holds", "holds"),
    ("aws-filtered-metrics", "holds", "holds"),
    ("aws-forward-auth-off", "holds", "holds"),
    ("aws-no-control-room", "holds", "not-applicable"),
    ("aws-no-third-party-telemetry", "holds", "holds"),
    ("aws-system-logs", "holds", "holds"),
    ("aws-two-sites", "holds", "holds"),
    ("azure-default", "holds", "holds"),
    ("azure-no-control-room", "holds", "not-applicable"),
    ("azure-no-third-party-telemetry", "holds", "holds"),
    ("azure-system-logs", "holds", "holds"),
    ("control-room", "not-applicable", "not-applicable"),
    ("python-era-aws", "holds", "holds"),
];

/// Rules that say something only where the input has what not every form has: the workload's declaration, the version of
/// the collector, the Secret that Grafana's environment comes from, the control room's dashboards, the versions of charts
/// (values alone have none: the newest chart sets other limits and runs Loki in another way), the namespaces' policies, what
/// the chart rendered. (A site that is declared to have no forward-auth has no header to log in by.)
const OF_SOME_FORMS: [&str; 15] = [
    "dashboard-asks-unknown-data-source",
    "declared-key-not-read",
    "exporter-lost-in-cluster",
    "front-end-origin-of-site-missing",
    "grafana-contacts-others",
    "header-login-off",
    "loki-query-windows",
    "loki-too-few-replicas",
    "middleware-missing",
    "mimir-memberlist-without-label",
    "query-timeout-differs",
    "secret-key-left-at-default",
    "store-open-to-every-pod",
    "value-left-out-by-chart",
    "value-not-read-by-chart",
];

/// The forms of a case that hold everything, by name. The charts rendered by themselves lack the program.
fn forms(case: &Path) -> Vec<(&'static str, Vec<PathBuf>)> {
    let mut values = vec![case.join("helm-values")];
    if case.join("alloy").is_dir() {
        values.push(case.join("alloy"));
    }
    let kubectl = |name: &str| case.join("kubectl").join(name);
    let mut forms = vec![
        ("manifests", vec![case.join("manifests")]),
        ("values", values),
        ("applied json", vec![kubectl("applied-list.json")]),
        ("cluster json", vec![kubectl("cluster-list.json")]),
        ("all json", vec![kubectl("applied-list.json"), kubectl("cluster-list.json")]),
        ("yaml", vec![kubectl("applied-list.yaml")]),
    ];
    if case.join("pulumi").is_dir() {
        forms.push(("pulumi", vec![case.join("pulumi")]));
    }
    if case.join("inputs").is_dir() {
        forms.push(("with declaration", vec![case.join("manifests"), case.join("inputs")]));
        forms.push(("everything", vec![case.to_owned()]));
    }
    forms
}

#[test]
fn every_form_of_every_case_gives_the_same_true_verdicts_and_findings() {
    let Some(corpus) = corpus() else { return };
    for (name, logs, metrics) in CASES {
        let mut expected = None;
        for (form, paths) in forms(&corpus.join(name)) {
            let (code, report) = lint(&paths, &[]);
            assert_eq!(report["coverage"]["errors"], serde_json::json!([]), "{name} {form}");
            assert_eq!(verdict(&report, "log-boundary"), logs, "{name} {form}");
            assert_eq!(verdict(&report, "dual-write"), metrics, "{name} {form}");
            // The control room's Grafana has the password of its database in a ConfigMap. Its chart is a release of
            // Pulumi's, which is not among what was applied.
            let holds_charts = ["values", "cluster json", "all json", "pulumi", "everything"].contains(&form);
            let gives_away = !findings(&report, "grafana-secret-in-plain-text").is_empty();
            assert_eq!(gives_away, name == "control-room" && holds_charts, "{name} {form}");
            // Two replicas for three copies are an outage at the next restart: the producer's default.
            let stops = ["mimir-too-few-replicas", "loki-too-few-replicas"]
                .iter()
                .any(|rule| findings(&report, rule).iter().any(|finding| finding["severity"] == "error"));
            let asked =
                !["aws-two-clusters", "azure-", "control-room"].iter().any(|start| name.starts_with(start));
            assert_eq!(stops, asked, "{name} {form}");
            assert_eq!(code, i32::from(gives_away || stops), "{name} {form}");
            // The control room's manifests hold no charts, so its forms say different things.
            if name != "control-room" {
                let mut found = fingerprints(&report);
                found.retain(|(rule, _)| !OF_SOME_FORMS.contains(&rule.as_str()));
                assert_eq!(*expected.get_or_insert_with(|| found.clone()), found, "{name} {form}");
            }
        }
    }
}

#[test]
fn clusters_of_one_workload_are_judged_one_by_one() {
    let Some(corpus) = corpus() else { return };
    let case = corpus.join("aws-two-clusters");
    for paths in [vec![case.join("pulumi")], vec![case.clone()]] {
        let (code, report) = lint(&paths, &[]);
        assert_eq!(code, 0);
        assert_eq!(verdict(&report, "log-boundary"), "holds");
        assert_eq!(verdict(&report, "dual-write"), "holds");
        let subjects: BTreeSet<&str> = report["verdicts"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|verdict| verdict["subject"].as_str())
            .collect();
        let ends: Vec<bool> =
            subjects.iter().map(|subject| subject.ends_with("1)") || subject.ends_with("5)")).collect();
        assert_eq!(ends, [true, true], "{subjects:?}");
    }
    for cluster in ["acme03-production-20250901", "acme03-production-20260115"] {
        for (form, paths) in forms(&case.join(cluster)) {
            let (code, report) = lint(&paths, &[]);
            assert_eq!((code, verdict(&report, "log-boundary")), (0, "holds"), "{cluster} {form}");
            assert_eq!(verdict(&report, "dual-write"), "holds", "{cluster} {form}");
        }
    }
}

#[test]
fn charts_rendered_without_the_program_are_undecided_and_say_what_is_missing() {
    let Some(corpus) = corpus() else { return };
    let (code, report) = lint(&[corpus.join("aws-default/helm-template")], &[]);
    assert_eq!((code, verdict(&report, "log-boundary")), (1, "undecided"));
    let found = findings(&report, "log-flow-not-followed");
    assert_eq!(
        found[0]["message"],
        "cannot be decided: collector alloy/alloy cannot be judged: its program is `config.alloy` of ConfigMap \
         alloy/acme01-production-20260115-alloy-config, which is not in the input"
    );
}

/// A copy of a case's manifests with one text replaced, and the line that the new text stands in.
#[expect(clippy::disallowed_methods, reason = "the tests write edited copies")]
fn edited(case: &Path, file: &str, old: &str, new: &str) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(case.join("manifests")).unwrap() {
        let path = entry.unwrap().path();
        let mut text = std::fs::read_to_string(&path).unwrap();
        if path.ends_with(file) {
            assert!(text.contains(old), "{file} no longer holds {old}");
            text = text.replacen(old, new, 1);
        }
        std::fs::write(copy.path().join(path.file_name().unwrap()), text).unwrap();
    }
    copy
}

#[test]
fn a_second_endpoint_for_logs_is_one_finding_at_its_url_with_the_sources() {
    let Some(corpus) = corpus() else { return };
    let endpoint = "remote_timeout = \"30s\"\n      }\n";
    let leak = "      endpoint {\n        url = \"https://loki.cr.example.com/loki/api/v1/push\"\n      }\n";
    let copy = edited(&corpus.join("aws-default"), "alloy.yaml", endpoint, &format!("{endpoint}{leak}"));
    let (code, report) = lint(&[copy.path().to_owned()], &[]);
    assert_eq!((code, verdict(&report, "log-boundary")), (1, "violated"));
    let [found] = findings(&report, "logs-leave-workload")[..] else { panic!("one finding: {report}") };
    assert_eq!(found["severity"], "error");
    let place = &found["location"];
    assert!(place["path"].as_str().unwrap().ends_with("/alloy.yaml"));
    assert_eq!([&place["line"], &place["column"], &place["endColumn"]], [580, 16, 60]);
    assert_eq!(place["object"], "ConfigMap alloy/acme01-production-20260115-alloy-config");
    assert_eq!(
        place["layers"],
        serde_json::json!([{"field": "data.config.alloy", "language": "alloy", "line": 564, "column": 12}])
    );
    let related: Vec<(&str, i64)> = found["related"]
        .as_array()
        .unwrap()
        .iter()
        .map(|label| (label["label"].as_str().unwrap(), label["line"].as_i64().unwrap()))
        .collect();
    assert_eq!(related[0], ("logs of `faro.receiver.frontend` take this way", 426));
    assert_eq!(related[1], ("logs of `loki.source.kubernetes.pods` take this way", 517));
    assert_eq!(related[2], ("logs of `loki.source.kubernetes.karpenter` take this way", 558));
}

#[test]
fn a_relabel_that_forgets_the_control_room_is_found_at_its_receivers() {
    let Some(corpus) = corpus() else { return };
    let receiver = "            prometheus.remote_write.control_room.receiver,\n";
    let copy = edited(&corpus.join("aws-default"), "alloy.yaml", receiver, "");
    for options in [&[][..], &["--control-room", "cr.example.com"]] {
        let (code, report) = lint(&[copy.path().to_owned()], options);
        assert_eq!((code, verdict(&report, "dual-write")), (1, "violated"));
        let [found] = findings(&report, "metrics-miss-control-room")[..] else {
            panic!("one finding: {report}")
        };
        assert_eq!([&found["location"]["line"], &found["location"]["column"]], [377, 22]);
        assert_eq!(found["message"], "metrics of 6 sources do not reach the control room (cr.example.com)");
    }
}

/// Known weaknesses of what the producer renders: case, rule, file, lines of its findings.
const RISKS: [(&str, &str, &str, &[i64]); 20] = [
    ("aws-no-third-party-telemetry", "usage-reporting-on", "alloy.yaml", &[627]),
    ("azure-no-third-party-telemetry", "usage-reporting-on", "alloy.yaml", &[537]),
    ("aws-default", "usage-reporting-on", "alloy.yaml", &[]),
    ("aws-forward-auth-off", "middleware-missing", "grafana.yaml", &[63]),
    ("aws-default", "middleware-missing", "grafana.yaml", &[]),
    ("aws-default", "work-not-divided", "alloy.yaml", &[517, 558]),
    ("azure-default", "work-not-divided", "alloy.yaml", &[406, 447]),
    ("aws-default", "exporter-lost-in-cluster", "alloy.yaml", &[133]),
    ("aws-system-logs", "journal-without-node", "alloy.yaml", &[573]),
    ("azure-default", "journal-without-node", "alloy.yaml", &[462]),
    ("aws-default", "journal-without-node", "alloy.yaml", &[]),
    ("aws-default", "node-metrics-of-container", "alloy.yaml", &[41]),
    ("aws-two-sites", "front-end-origin-of-site-missing", "alloy.yaml", &[455]),
    ("aws-default", "front-end-origin-of-site-missing", "alloy.yaml", &[]),
    ("azure-default", "value-not-read-by-chart", "alloy.yaml", &[547]),
    ("aws-default", "header-login-open-in-cluster", "grafana.yaml", &[49]),
    ("azure-default", "header-login-open-in-cluster", "grafana.yaml", &[]),
    ("aws-no-third-party-telemetry", "grafana-setting-not-read", "grafana.yaml", &[59]),
    ("aws-no-third-party-telemetry", "grafana-calls-home", "grafana.yaml", &[]),
    ("aws-default", "grafana-contacts-others", "grafana.yaml", &[]),
];

#[test]
fn known_weaknesses_are_found_where_they_are_written() {
    let Some(corpus) = corpus() else { return };
    for (name, rule, file, lines) in RISKS {
        let case = corpus.join(name);
        let (_, report) = lint(&[case.join("manifests"), case.join("inputs")], &[]);
        let found = findings(&report, rule);
        let of_file = |finding: &&&Value| finding["location"]["path"].as_str().unwrap().ends_with(file);
        let found: Vec<i64> = found
            .iter()
            .filter(of_file)
            .map(|finding| finding["location"]["line"].as_i64().unwrap())
            .collect();
        assert_eq!(found, lines, "{name} {rule}");
    }
}

/// Incidents of the past: the rule that finds each, with the lines of its findings. Two are held below by themselves:
/// `alerted-metric-never-scraped` shows beside the control room's alerts, and `values-serialization-yaml-v3` changes no
/// value, so that nothing is to be found.
const INCIDENTS: [(&str, &str, &str, &[i64]); 18] = [
    ("auth-proxy-without-forward-auth", "header-login-without-forward-auth", "grafana.yaml", &[36]),
    ("azure-lb-wrong-resource-group", "load-balancer-in-wrong-resource-group", "alloy.yaml", &[239]),
    ("azure-resource-graph-syntax", "azure-filter-not-kql", "alloy.yaml", &[208, 224, 239, 254, 269]),
    ("azure-resource-graph-syntax", "alerts-in-workload-grafana", "grafana.yaml", &[51]),
    ("blackbox-instance-duplicates", "probe-instance-not-normalised", "alloy.yaml", &[119]),
    ("cluster-label-without-release", "cluster-label-without-release", "alloy.yaml", &[385, 503, 544]),
    ("control-room-url-without-domain", "second-write-without-control-room", "alloy.yaml", &[390]),
    (
        "hash-comments-in-alloy",
        "syntax-error",
        "alloy.yaml",
        &[226, 227, 228, 229, 230, 231, 256, 263, 296, 297, 319, 320, 321, 322, 323, 351, 352, 353, 354, 355],
    ),
    ("main-domain-alphabetical", "grafana-address-differs", "grafana.yaml", &[42]),
    ("main-domain-alphabetical", "front-end-origin-not-main-site", "alloy.yaml", &[494]),
    ("main-domain-alphabetical", "front-end-host-not-main-site", "alloy.yaml", &[702]),
    ("mimir-volumes-never-deleted", "mimir-volumes-kept", "mimir.yaml", &[29, 46, 82]),
    ("orphan-mimir-auth-aws", "orphan-control-room-credential", "alloy.yaml", &[603]),
    ("orphan-mimir-auth-azure", "orphan-control-room-credential", "alloy.yaml", &[503]),
    ("remote-write-shards", "write-queue-unbounded", "alloy.yaml", &[402, 414]),
    ("remote-write-stale-retry-storm", "stale-samples-retried", "alloy.yaml", &[389, 405]),
    ("store-gateway-without-limits", "store-gateway-without-limits", "mimir.yaml", &[82]),
    ("tenant-name-by-relabel", "writer-without-tenant-label", "alloy.yaml", &[413, 426]),
];

#[test]
fn incidents_are_found_before_they_were_mended_and_not_after() {
    let Some(corpus) = corpus() else { return };
    for (incident, rule, file, lines) in INCIDENTS {
        let folder = corpus.join("history").join(incident);
        let (_, report) = lint(&[folder.join("before")], &[]);
        let found = findings(&report, rule);
        let found: Vec<i64> = found
            .iter()
            .filter(|finding| finding["location"]["path"].as_str().unwrap().ends_with(file))
            .map(|finding| finding["location"]["line"].as_i64().unwrap())
            .collect();
        assert_eq!(found, lines, "{incident} before");
        if folder.join("after").is_dir() {
            let (_, report) = lint(&[folder.join("after")], &[]);
            assert!(findings(&report, rule).is_empty(), "{incident} after");
        }
    }
}

/// A finding: line, column, message, and the lines and words of its further places.
type Told = (i64, i64, String, Vec<(i64, String)>);

/// The findings of a rule.
fn told(report: &Value, rule: &str) -> Vec<Told> {
    let number = |value: &Value| value.as_i64().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of = |finding: &&Value| {
        let place = &finding["location"];
        let related = finding["related"].as_array().unwrap().iter();
        let related = related.map(|label| (number(&label["line"]), text(&label["label"])));
        (number(&place["line"]), number(&place["column"]), text(&finding["message"]), related.collect())
    };
    findings(report, rule).iter().map(of).collect()
}

#[test]
fn an_alerted_metric_that_was_never_asked_for_is_found_beside_the_alerts_and_not_after() {
    let Some(corpus) = corpus() else { return };
    let room = corpus.join("control-room/manifests");
    let folder = corpus.join("history/alerted-metric-never-scraped");
    let (_, report) = lint(&[folder.join("before/manifests"), room.clone()], &[]);
    let metric =
        "azure_microsoft_netapp_netappaccounts_capacitypools_volumes_throughputlimitreached_average_count";
    let message = format!(
        "`prometheus.exporter.azure.netapp` does not ask for a metric of Microsoft.NetApp/netAppAccounts/capacityPools/volumes \
         that alerts need: {metric}"
    );
    let alert = (397, "needed by alert `Azure NetApp Files Throughput Limit Reached`".to_owned());
    assert_eq!(told(&report, "alerted-metric-never-scraped"), [(223, 28, message, vec![alert])]);
    for without in [folder.join("after/manifests"), corpus.join("azure-default/manifests")] {
        let (_, report) = lint(&[without, room.clone()], &[]);
        assert!(findings(&report, "alerted-metric-never-scraped").is_empty());
    }
    let (_, alone) = lint(&[folder.join("before/manifests")], &[]);
    assert!(findings(&alone, "alerted-metric-never-scraped").is_empty(), "no alert is in this input");
}

/// The filter of the producer keeps what alerts need, has words that are no metrics, and lacks what only a variable of a
/// dashboard reads.
#[test]
fn a_filter_is_held_against_the_alerts_and_dashboards_of_the_control_room() {
    let Some(corpus) = corpus() else { return };
    let case = corpus.join("aws-filtered-metrics");
    let room = corpus.join("control-room/manifests");
    let (_, report) = lint(&[case.join("manifests"), room.clone()], &[]);
    assert!(findings(&report, "alerted-metric-filtered-out").is_empty());
    let unused = "`prometheus.relabel.control_room_filter` keeps 4 names that no alert and no dashboard of the control room reads: \
                  label_launcher_instance_id, resourceID, volume, volumes";
    assert_eq!(told(&report, "filter-name-unused"), [(394, 30, unused.to_owned(), vec![])]);
    let shown = "`prometheus.relabel.control_room_filter` drops a metric that dashboards of the control room read: go_build_info";
    let variable = (13036, "read by variable `site_name` of dashboard `Posit Team Overview`".to_owned());
    assert_eq!(told(&report, "shown-metric-filtered-out"), [(394, 30, shown.to_owned(), vec![variable])]);

    let copy = edited(&case, "alloy.yaml", "|probe_http_status_code|", "|");
    let (code, report) = lint(&[copy.path().to_owned(), room], &[]);
    assert_eq!(code, 1);
    let lost = "`prometheus.relabel.control_room_filter` drops a metric that alerts of the control room need: probe_http_status_code";
    let alert = told(&report, "alerted-metric-filtered-out");
    assert_eq!((alert.len(), alert[0].0, alert[0].2.as_str()), (1, 394, lost));
    assert_eq!(alert[0].3[0].0, 1360);
    let violated = report["verdicts"].as_array().unwrap().iter().any(|verdict| {
        verdict["invariant"] == "dual-write" && verdict["verdict"] == "violated" && verdict["summary"] == lost
    });
    assert!(violated, "{}", report["verdicts"]);
}

#[test]
fn a_renamed_scrape_silences_alerts_that_select_by_its_name() {
    let Some(corpus) = corpus() else { return };
    let room = corpus.join("control-room/manifests");
    let (old, new) = ("prometheus.scrape \"kube_state_metrics\"", "prometheus.scrape \"cluster_state\"");
    let copy = edited(&corpus.join("aws-default"), "alloy.yaml", old, new);
    let (_, report) = lint(&[copy.path().to_owned(), room.clone()], &[]);
    let found = told(&report, "alerted-job-not-scraped");
    assert_eq!((found.len(), found[0].0, found[0].1), (1, 1777, 23), "{found:?}");
    let words =
        "2 alerts select `job=\"prometheus.scrape.kube_state_metrics\"`, which no scrape of alloy/alloy (";
    assert!(found[0].2.starts_with(words), "{}", found[0].2);
    for case in ["aws-default", "azure-default", "python-era-aws"] {
        let (_, report) = lint(&[corpus.join(case).join("manifests"), room.clone()], &[]);
        assert!(findings(&report, "alerted-job-not-scraped").is_empty(), "{case}");
    }
}

#[test]
fn alerts_of_the_control_room_print_labels_that_their_queries_take_away() {
    let Some(corpus) = corpus() else { return };
    let (code, report) = lint(&[corpus.join("control-room/manifests")], &[]);
    assert_eq!(code, 0);
    let of =
        |alert: &str| format!("alert `{alert}` prints the label tenant_name, which its query takes away");
    let printed = |line| vec![(line, "printed here".to_owned())];
    assert_eq!(
        told(&report, "alert-prints-lost-label"),
        [
            (2279, 27, of("CrashLoopBackoff"), printed(2351)),
            (2378, 27, of("Launcher Pod Pending"), printed(2453)),
        ]
    );
    assert!(findings(&report, "alert-query-not-readable").is_empty());
}

#[test]
fn a_hash_comment_is_told_at_the_hash_with_the_remedy() {
    let Some(corpus) = corpus() else { return };
    let (code, report) = lint(&[corpus.join("history/hash-comments-in-alloy/before")], &[]);
    assert_eq!((code, verdict(&report, "log-boundary")), (2, "undecided"));
    let found = findings(&report, "syntax-error");
    assert_eq!(found[0]["message"], "illegal character U+0023 '#'");
    assert!(found[0]["help"].as_str().unwrap().contains("//"), "{}", found[0]["help"]);
    let lines: Vec<i64> = found.iter().map(|finding| finding["location"]["line"].as_i64().unwrap()).collect();
    assert_eq!(lines[..6], [226, 227, 228, 229, 230, 231]);
}

#[test]
fn another_yaml_style_gives_the_same_findings() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("history/values-serialization-yaml-v3");
    let (_, before) = lint(&[folder.join("before")], &[]);
    let (_, after) = lint(&[folder.join("after")], &[]);
    assert_eq!(fingerprints(&before), fingerprints(&after));
}

#[test]
fn declarations_below_a_folder_make_stacks_of_its_cases() {
    let Some(corpus) = corpus() else { return };
    let (_, report) = lint(&[corpus], &[]);
    let holds = report["verdicts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|verdict| verdict["invariant"] == "log-boundary" && verdict["verdict"] == "holds");
    let subjects: BTreeSet<&str> = holds.filter_map(|verdict| verdict["subject"].as_str()).collect();
    for (name, logs, _) in CASES {
        let found = subjects.iter().any(|subject| subject.ends_with(&format!("/{name}")));
        assert_eq!(found, logs == "holds", "{name}");
    }
    assert!(findings(&report, "conflicting-object").is_empty());
}
