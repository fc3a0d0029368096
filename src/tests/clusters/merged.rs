//! Reports of single clusters, joined, against one run over all.

use serde_json::Value;
use serde_json::json;

use super::against::against;
use super::checked;
use super::live;
use super::reports::faults;
use super::reports::three;
use super::several::variant;
use crate::finding::Report;
use crate::report::Detail;
use crate::report::Format;
use crate::report::ReportJson;
use crate::report::Style;
use crate::report::Telling;
use crate::report::merge;
use crate::report::read_report;
use crate::report::report_of;
use crate::source::Sources;

/// The report of each cluster of the sources by itself.
fn shards(sources: &Sources) -> Vec<Value> {
    let alone = |index: usize| {
        let mut own = Sources { clusters: vec![sources.clusters[index].clone()], ..Sources::default() };
        own.texts = sources.texts.iter().filter(|text| text.argument == index).cloned().collect();
        own.texts.iter_mut().for_each(|text| text.argument = 0);
        own.unseen = sources.unseen.iter().filter(|unseen| unseen.cluster == index).cloned().collect();
        own.unseen.iter_mut().for_each(|unseen| unseen.cluster = 0);
        checked(&own).json()
    };
    (0..sources.clusters.len()).map(alone).collect()
}

pub(super) fn merged(reports: &[Value]) -> ReportJson {
    let read = |(index, report): (usize, &Value)| {
        (format!("report{index}.json"), read_report(&report.to_string()).unwrap())
    };
    merge(reports.iter().enumerate().map(read).collect(), Vec::new())
}

pub(super) fn json_of(report: &ReportJson) -> Value {
    serde_json::to_value(report).unwrap()
}

/// Findings without their order, verdicts with the fingerprints of theirs.
pub(super) fn meaning(report: &Value) -> (Vec<String>, Vec<String>) {
    let findings = report["findings"].as_array().unwrap();
    let mut told: Vec<String> = findings.iter().map(Value::to_string).collect();
    told.sort();
    let verdict = |verdict: &Value| {
        let own = verdict["findings"].as_array().unwrap().iter();
        let mut own: Vec<&str> = own
            .map(|index| {
                findings[usize::try_from(index.as_u64().unwrap()).unwrap()]["fingerprint"].as_str().unwrap()
            })
            .collect();
        own.sort_unstable();
        let mut verdict = verdict.clone();
        verdict["findings"] = json!(own);
        verdict.to_string()
    };
    let mut verdicts: Vec<String> = report["verdicts"].as_array().unwrap().iter().map(verdict).collect();
    verdicts.sort();
    (told, verdicts)
}

/// Takes the assumption about buckets that no run compared out of a verdict; whether it had it.
pub(super) fn forget_buckets(verdict: &mut Value) -> bool {
    let open = verdict["assumptions"].as_array_mut().unwrap();
    let before = open.len();
    open.retain(|own| !own.as_str().unwrap().starts_with("no cluster of another report keeps its data in"));
    open.len() < before
}

#[test]
fn joined_reports_say_what_one_run_over_all_says() {
    let sources = three();
    let (whole, mut joined) = (checked(&sources).json(), json_of(&merged(&shards(&sources))));
    assert_eq!(faults(&joined), Vec::<String>::new());
    // But for one thing: no run saw all buckets.
    for verdict in joined["verdicts"].as_array_mut().unwrap() {
        let is_meant = verdict["invariant"] == "store-storage" && verdict["verdict"] != "not-applicable";
        assert_eq!(forget_buckets(verdict), is_meant);
    }
    assert_eq!(meaning(&joined), meaning(&whole));
    for part in ["coverage", "summary", "threshold"] {
        assert_eq!(joined[part], whole[part], "{part}");
    }
}

#[test]
fn order_of_reports_and_merging_again_change_nothing() {
    let mut reports = shards(&three());
    let expected = merged(&reports);
    let again = merge(vec![("x.json".to_owned(), expected.clone())], Vec::new());
    assert_eq!(json_of(&again), json_of(&expected));
    reports.reverse();
    assert_eq!(json_of(&merged(&reports)), json_of(&expected));
    let parts = merged(&[json_of(&merged(&reports[..2])), reports[2].clone()]);
    assert_eq!(json_of(&parts)["findings"], json_of(&expected)["findings"], "in two steps");
}

#[test]
fn lost_shard_makes_the_whole_incomplete_until_it_comes() {
    let mut reports = shards(&three());
    for (index, report) in reports.iter_mut().enumerate() {
        report["coverage"]["shards"] = json!([{ "index": index, "count": 3 }]);
    }
    let errors = |report: &ReportJson| -> Vec<String> {
        let errors = report.coverage.errors.iter();
        errors.map(|error| format!("{}: {}", error.path, error.message)).collect()
    };
    let part = merged(&reports[..2]);
    assert_eq!(faults(&json_of(&part)), Vec::<String>::new());
    assert_eq!(
        errors(&part),
        [
            "--shard /3: no report of part 2: nothing is known of the clusters that belong to it; give its report too"
        ]
    );
    assert_eq!(errors(&merged(&[json_of(&part), reports[2].clone()])), Vec::<String>::new());
    assert_eq!(errors(&merged(&reports)), Vec::<String>::new());
    reports[0]["coverage"]["shards"][0]["index"] = json!(3);
    let error = read_report(&reports[0].to_string()).unwrap_err();
    assert!(error.contains("shard 3 of 3, where shards are counted from 0"), "{error}");
}

#[test]
fn what_is_no_report_is_refused_with_the_reason() {
    let good = checked(&three()).json();
    let changed = |change: fn(&mut Value)| {
        let mut report = good.clone();
        change(&mut report);
        report.to_string()
    };
    for (text, expected) in [
        ("{".to_owned(), "not JSON"),
        ("[]".to_owned(), "no report of ptd-lint"),
        (
            changed(|report| report["schema"] = json!("ptd-lint/report/v2")),
            "of the form `ptd-lint/report/v2`",
        ),
        (changed(|report| report["extra"] = json!(1)), "unknown field `extra`"),
        (
            changed(|report| report["findings"][0]["severity"] = json!("fatal")),
            "severity `fatal` is not known",
        ),
        (changed(|report| report["verdicts"][0]["verdict"] = json!("maybe")), "verdict `maybe` is not known"),
        (changed(|report| report["verdicts"][0]["findings"] = json!([999])), "names finding 999"),
        (changed(|report| report["findings"][0]["alsoAt"] = json!([])), "other clusters than places"),
        (
            changed(|report| _ = report.as_object_mut().unwrap().remove("coverage")),
            "missing field `coverage`",
        ),
    ] {
        let error = read_report(&text).unwrap_err();
        assert!(error.contains(expected), "{error}, not {expected}");
    }
}

#[test]
fn clusters_of_one_name_stay_two() {
    let (one, two) = (variant(1, |_| ()), variant(2, |_| ()));
    let reports = [&one, &two].map(|own| checked(&live(&[("in-cluster", own)])).json());
    let joined = merged(&reports);
    let names = [
        "in-cluster (5d0c1f3e-0000-4000-8000-000000000001)",
        "in-cluster (5d0c1f3e-0000-4000-8000-000000000002)",
    ];
    let known: Vec<&str> = joined.coverage.clusters.iter().map(|own| own.name.as_str()).collect();
    assert_eq!(known, names);
    assert!(joined.findings.iter().all(|finding| finding.clusters == names));
    assert!(
        joined.findings.iter().all(|finding| finding.location.as_ref().unwrap().path.starts_with(names[0]))
    );
    assert_eq!(joined.verdicts.len(), 16);
}

#[test]
fn one_cluster_under_two_names_is_judged_once() {
    let one = variant(1, |_| ());
    let reports = ["a", "b"].map(|name| checked(&live(&[(name, &one)])).json());
    let joined = merged(&reports);
    assert_eq!(joined.coverage.clusters[1].same_as.as_deref(), Some("a"));
    assert_eq!(joined.verdicts.len(), 8);
    assert_eq!(json_of(&joined)["findings"], reports[0]["findings"]);
}

fn text_of(joined: &ReportJson, own: &Report) -> String {
    let mut out = Vec::new();
    let style = Style { color: false, width: 100, detail: Detail::Normal };
    Telling::of_read(joined, own, Vec::new).write(Format::Human, style, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn text_of_joined_reports_names_places_and_clusters() {
    let joined = merged(&shards(&three()));
    let own = report_of(&joined).unwrap();
    let text = text_of(&joined, &own);
    for expected in [
        "error[logs-leave-workload]: logs leave the workload: ",
        "\n  at eu-1/alloy/ConfigMap/alloy-config#data.config.alloy:8\n",
        "  in 2 of 3 clusters, not in eu-3 (of which not all could be read)\n",
        "eu-1  ✗ - ✓ ✗ ✗ - ✗ ✗\n",
        "Not all of cluster eu-3 was seen:\n",
    ] {
        assert!(text.contains(expected), "no `{expected}` in\n{text}");
    }
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn clusters_without_a_uid_stay_as_many_as_reports() {
    let own = variant(1, |objects| _ = objects.remove(0));
    let reports =
        [checked(&live(&[("in-cluster", &own)])).json(), checked(&live(&[("in-cluster", &own)])).json()];
    let joined = merged(&reports);
    let names = ["in-cluster (report0.json)", "in-cluster (report1.json)"];
    let known: Vec<&str> = joined.coverage.clusters.iter().map(|own| own.name.as_str()).collect();
    assert_eq!(known, names);
    assert!(joined.findings.iter().all(|finding| finding.clusters == names));
    assert_eq!(joined.verdicts.len(), 16);
    let alone = merged(&reports[..1]);
    assert_eq!(alone.coverage.clusters[0].name, "in-cluster");
}

#[test]
fn finding_that_is_left_out_is_under_no_verdict() {
    let one = variant(1, |_| ());
    // The folder has a fault of its own besides.
    let own = variant(1, |objects| {
        objects[2]["spec"]["template"]["spec"]["containers"][0]["securityContext"] = json!({});
    });
    let reports = [checked(&live(&[("a", &own)])).json(), against(&own, &one).json()];
    let joined = merged(&reports);
    let prod = joined.coverage.clusters.iter().find(|own| own.name == "prod").unwrap();
    assert_eq!(prod.same_as.as_deref(), Some("a"));
    assert!(joined.verdicts.iter().any(|verdict| verdict.subject == "repo"));
    for verdict in &joined.verdicts {
        for index in &verdict.findings {
            assert_eq!(joined.findings[*index].invariant, verdict.invariant, "{}", verdict.subject);
        }
    }
}

/// With a copy of the whole for each cluster this takes tens of gigabytes.
#[test]
fn finding_of_many_clusters_is_joined_without_copies() {
    const MANY: usize = 12_000;
    let mut report = checked(&live(&[("c00000", &variant(1, |_| ()))])).json();
    let mut finding = report["findings"][0].clone();
    let names: Vec<String> = (0..MANY).map(|number| format!("c{number:05}")).collect();
    let sighting = |name: &String| json!({"cluster": name, "location": finding["location"]});
    let further: Vec<Value> = names[1..].iter().map(sighting).collect();
    finding["clusters"] = json!(names);
    finding["alsoAt"] = json!(further);
    let verdict = |name: &String| {
        let mut verdict = report["verdicts"][0].clone();
        (verdict["cluster"], verdict["subject"], verdict["findings"]) =
            (json!(name), json!(name), json!([0]));
        verdict
    };
    let verdicts: Vec<Value> = names.iter().map(verdict).collect();
    report["findings"] = json!([finding]);
    report["verdicts"] = json!(verdicts);
    let joined = json_of(&merged(&[report.clone()]));
    assert_eq!(joined["findings"], report["findings"]);
    assert_eq!(joined["verdicts"], report["verdicts"]);
}

#[test]
fn table_shows_the_worst_of_several_verdicts() {
    let mut joined = merged(&shards(&three()));
    let holds = joined.verdicts.iter().find(|own| own.subject == "eu-1" && own.verdict == "holds").unwrap();
    let mut worse = holds.clone();
    (worse.subject, worse.verdict) = ("other settings".to_owned(), "violated".to_owned());
    joined.verdicts.push(worse);
    let own = report_of(&joined).unwrap();
    let text = text_of(&joined, &own);
    assert!(text.contains("eu-1  ✗ - ✗ ✗ ✗ - ✗ ✗\n"), "{text}");
}
