use super::*;
use crate::finding::NotSeen;
use crate::finding::RunError;
use crate::finding::Sighting;
use crate::report::sample::Sample;

/// The sample as if it had been read from the cluster `arn:x/prod`.
fn live() -> Sample {
    let mut sample = crate::report::sample::mixed();
    let paths =
        ["arn:x/prod/alloy/ConfigMap/alloy-config", "other/alloy/ConfigMap/all", "arn:x/prod/-/Node/n1"];
    for (file, path) in sample.documents.files.iter_mut().zip(paths) {
        file.path = path.to_owned();
        file.live = true;
    }
    for verdict in &mut sample.report.verdicts {
        verdict.cluster = Some("arn:x/prod".to_owned());
    }
    for finding in &mut sample.report.findings {
        let file = finding.place.map(|place| place.doc.file);
        let cluster = if file == Some(1) { "other" } else { "arn:x/prod" };
        finding.seen.clusters = vec![Sighting { cluster: cluster.to_owned(), place: finding.place }];
    }
    sample.report.coverage.not_seen.push(NotSeen {
        cluster: "arn:x/prod".to_owned(),
        verb: "list".to_owned(),
        resource: "nodes".to_owned(),
        namespace: None,
        name: None,
        cause: "forbidden".to_owned(),
        message: "the rights are missing".to_owned(),
        promises: Vec::new(),
    });
    sample
}

fn messages(report: &PolicyReport) -> Vec<String> {
    let results = report.fields["results"].as_array().unwrap();
    let text = |result: &Value, key: &str| result[key].as_str().unwrap_or_default().to_owned();
    results
        .iter()
        .map(|own| format!("{} {} {}", text(own, "result"), text(own, "policy"), text(own, "rule")))
        .collect()
}

#[test]
fn findings_go_to_their_namespace_and_verdicts_to_the_cluster() {
    let sample = live();
    let reports = policy_reports(sample.outcome(), "arn:x/prod");
    let places: Vec<Option<&str>> = reports.iter().map(|report| report.namespace.as_deref()).collect();
    assert_eq!(places, [None, Some("alloy")]);
    assert!(messages(&reports[0]).contains(&"error coverage ".to_owned()), "{:?}", messages(&reports[0]));
    assert!(messages(&reports[1]).iter().any(|own| own == "fail log-boundary log-sink-outside"));
    let result = &reports[1].fields["results"][0];
    assert_eq!(result["severity"], "critical");
    assert_eq!(result["properties"]["field"], "data.config.alloy");
    assert_eq!(result["properties"]["line"], "11");
    let expected = json!([{ "kind": "ConfigMap", "name": "alloy-config", "namespace": "alloy" }]);
    assert_eq!(result["resources"], expected);
    assert_eq!(reports[1].fields["metadata"]["labels"]["app.kubernetes.io/managed-by"], "ptd-lint");
}

/// A cluster by that name, of which nothing else is known.
fn named(name: &str) -> SeenCluster {
    SeenCluster { name: name.to_owned(), uid: None, objects: 1, same_as: None, notes: Vec::new() }
}

fn told(errors: &[&str], clusters: &[&str], cluster: &str) -> Vec<String> {
    let error = |path: &&str| RunError { path: (*path).to_owned(), line: None, message: "x".to_owned() };
    let coverage = Coverage {
        errors: errors.iter().map(error).collect(),
        clusters: clusters.iter().map(|name| named(name)).collect(),
        ..Coverage::default()
    };
    let told = errors_of(&coverage, cluster);
    told.iter().map(|(_, own)| own["message"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_wrong_in_one_cluster_is_not_written_into_another() {
    let errors = ["acme/alloy/ConfigMap/a", "acme/eu/alloy/ConfigMap/b", "acme/eu", "acme-2/-/Node/c"];
    let clusters = ["acme", "acme/eu", "acme-2", "globex"];
    assert_eq!(told(&errors, &clusters, "acme"), ["acme/alloy/ConfigMap/a: x"]);
    assert_eq!(told(&errors, &clusters, "acme/eu"), ["acme/eu/alloy/ConfigMap/b: x", "acme/eu: x"]);
    assert_eq!(told(&errors, &clusters, "globex"), Vec::<String>::new());
}

#[test]
fn what_is_wrong_under_another_name_of_the_cluster_is_told_in_it() {
    let mut other = named("b");
    other.same_as = Some("a".to_owned());
    let error = RunError { path: "b/alloy/ConfigMap/x".to_owned(), line: None, message: "broken".to_owned() };
    let coverage = Coverage { errors: vec![error], clusters: vec![named("a"), other], ..Coverage::default() };
    assert_eq!(errors_of(&coverage, "a").len(), 1);
}

#[test]
fn what_is_wrong_in_no_cluster_is_told_without_words_where_there_are_several() {
    let errors = ["customers/acme/alloy.yaml", "ptd-lint.yaml"];
    assert_eq!(told(&errors, &["globex"], "globex"), ["customers/acme/alloy.yaml: x", "ptd-lint.yaml: x"]);
    let several = told(&errors, &["acme", "globex"], "globex");
    assert_eq!(
        several,
        [
            "what the run read beside clusters (settings, rules, folders) was not all understood; its own output says what"
        ]
    );
}

#[test]
fn what_is_not_known_is_cut_off_after_warnings() {
    let mut results = Results::default();
    for _ in 0..MOST_RESULTS {
        results.add(result(Outcomes::Warn, "x", None, "mild"));
    }
    results.add(result(Outcomes::Error, "x", None, "not seen"));
    results.add(result(Outcomes::Fail, "x", None, "bad"));
    let report = results.written(None);
    assert_eq!(messages(&report)[..3], ["fail x ", "error x ", "warn x "]);
}

#[test]
fn summary_counts_every_result() {
    let sample = live();
    for report in policy_reports(sample.outcome(), "arn:x/prod") {
        for outcome in Outcomes::ALL {
            let own = messages(&report).iter().filter(|own| own.starts_with(outcome.name())).count();
            assert_eq!(report.fields["summary"][outcome.name()], own, "{}", outcome.name());
        }
    }
}

#[test]
fn what_is_too_much_is_cut_at_its_best_end_and_says_so() {
    let mut results = Results::default();
    results.add(result(Outcomes::Skip, "x", None, "mild"));
    for _ in 0..3000 {
        results.add(result(Outcomes::Fail, "x", Some("y"), &"m".repeat(5000)));
    }
    let report = results.written(None);
    let all = report.fields["results"].as_array().unwrap();
    assert!(all.len() <= MOST_RESULTS && report.fields.to_string().len() < 1_400_000);
    assert_eq!(all[0]["result"], "fail");
    assert_eq!(all[0]["message"].as_str().unwrap().len(), LONGEST_MESSAGE);
    let last = all.last().unwrap()["message"].as_str().unwrap().to_owned();
    assert!(
        last.ends_with(
            "further results are not shown here; the summary counts them, and `ptd-lint --live` prints all"
        ),
        "{last}"
    );
    assert_eq!(report.fields["summary"]["fail"], 3000);
}

#[test]
fn emptied_report_says_when_it_is_not_known_to_be_clean() {
    assert_eq!(emptied(true).fields["results"], json!([]));
    let unsure = emptied(false);
    assert_eq!(unsure.fields["summary"]["error"], 1);
}

#[test]
fn results_in_files_have_the_fields_of_the_api_and_no_others() {
    let mut sample = live();
    sample.accept(0, "moved in May");
    let telling = crate::report::Telling::of_run(sample.outcome(), Vec::new);
    let objects = file::objects(&telling, PolicyForm::OpenReports);
    assert_eq!(objects.len(), 1);
    let keys = |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(keys(&objects[0]), ["apiVersion", "kind", "metadata", "results", "summary"]);
    let results = objects[0]["results"].as_array().unwrap();
    for result in results {
        let known = [
            "category",
            "message",
            "policy",
            "properties",
            "resources",
            "result",
            "rule",
            "scored",
            "severity",
            "source",
        ];
        assert!(keys(result).iter().all(|key| known.contains(&key.as_str())), "{result}");
        let one_of =
            |key: &str, words: &[&str]| result[key].as_str().is_some_and(|word| words.contains(&word));
        assert!(one_of("result", &["pass", "fail", "warn", "error", "skip"]), "{result}");
        assert!(
            result.get("severity").is_none()
                || one_of("severity", &["critical", "high", "medium", "low", "info"])
        );
        assert!(
            result["scored"].is_boolean() && result["policy"].is_string() && result["source"].is_string()
        );
        let mut properties = result.get("properties").and_then(Value::as_object).into_iter().flatten();
        assert!(properties.all(|(_, value)| value.is_string()), "{result}");
        for resource in result.get("resources").and_then(Value::as_array).into_iter().flatten() {
            assert!(resource["kind"].is_string() && resource["name"].is_string(), "{resource}");
        }
    }
    let count = |word: &str| results.iter().filter(|result| result["result"] == word).count();
    for word in ["pass", "fail", "warn", "error", "skip"] {
        assert_eq!(objects[0]["summary"][word], count(word), "{word}");
    }
    let accepted = results.iter().find(|result| result["properties"].get("accepted").is_some()).unwrap();
    assert_eq!((&accepted["result"], &accepted["severity"]), (&json!("skip"), &json!("critical")));
    assert_eq!(accepted["properties"]["accepted"], "moved in May (comment, until 2027-01-31)");
    let expected = json!([{ "kind": "ConfigMap", "name": "alloy-config", "namespace": "alloy" }]);
    assert_eq!(accepted["resources"], expected);
}
