//! Several clusters in one run: what they have in common is told once, and what only some have names them.

use serde_json::Value;
use serde_json::json;

use super::checked;
use super::fixture;
use super::live;
use crate::check::Checked;
use crate::finding::Finding;
use crate::source::Sources;
use crate::source::Unseen;

/// The fixture as another cluster, changed.
pub(super) fn variant(number: u32, change: impl Fn(&mut Vec<Value>)) -> Vec<Value> {
    let mut objects = fixture();
    objects[0]["metadata"]["uid"] = json!(format!("5d0c1f3e-0000-4000-8000-{number:012}"));
    change(&mut objects);
    objects
}

/// Sends the logs to the own store.
#[expect(clippy::ptr_arg, reason = "other changes add and remove objects")]
pub(super) fn mend_leak(objects: &mut Vec<Value>) {
    let program = objects[1]["data"]["config.alloy"].as_str().unwrap();
    let own = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push";
    objects[1]["data"]["config.alloy"] =
        json!(program.replace("https://logs.example.com/loki/api/v1/push", own));
}

fn three() -> Sources {
    let (one, two, three) = (variant(1, |_| ()), variant(2, |_| ()), variant(3, mend_leak));
    live(&[("eu-1", &one), ("eu-2", &two), ("eu-3", &three)])
}

fn clusters(finding: &Finding) -> Vec<&str> {
    finding.seen.clusters.iter().map(|sighting| sighting.cluster.as_str()).collect()
}

fn rule<'c>(checked: &'c Checked, rule: &str) -> Vec<&'c Finding> {
    checked.report.findings.iter().filter(|finding| finding.rule == rule).collect()
}

#[test]
fn what_clusters_have_in_common_is_told_once() {
    let checked = checked(&three());
    let leaks = rule(&checked, "logs-leave-workload");
    assert_eq!(leaks.len(), 1);
    assert_eq!(clusters(leaks[0]), ["eu-1", "eu-2"]);
    let places =
        leaks[0].seen.clusters.iter().map(|own| checked.documents.resolve(own.place.unwrap()).shown());
    let expected =
        ["eu-1", "eu-2"].map(|name| format!("{name}/alloy/ConfigMap/alloy-config#data.config.alloy:8"));
    assert_eq!(places.collect::<Vec<_>>(), expected);
    let tenancy = rule(&checked, "loki-tenancy-on");
    assert_eq!(clusters(tenancy[0]), ["eu-1", "eu-2", "eu-3"]);
}

#[test]
fn verdicts_name_the_findings_of_their_own_cluster() {
    let checked = checked(&three());
    for verdict in &checked.report.verdicts {
        let cluster = verdict.cluster.as_deref().unwrap();
        for index in &verdict.findings {
            let finding = &checked.report.findings[*index];
            assert_eq!(finding.invariant, verdict.invariant);
            assert!(clusters(finding).contains(&cluster), "{cluster}: {finding:?}");
        }
    }
    let named = checked.report.verdicts.iter().flat_map(|verdict| &verdict.findings).count();
    let sighted: usize = checked.report.findings.iter().map(|finding| finding.seen.clusters.len()).sum();
    assert_eq!(named, sighted, "each sighting is under its cluster's verdict");
}

#[test]
fn order_of_clusters_and_objects_changes_nothing() {
    let sources = three();
    let expected = checked(&sources).json();
    let mut turned = sources.clone();
    turned.clusters.reverse();
    turned.texts.reverse();
    turned.texts.iter_mut().for_each(|text| text.argument = 2 - text.argument);
    assert_eq!(checked(&turned).json(), expected);
}

#[test]
fn cluster_under_two_names_is_judged_once() {
    let one = variant(1, |_| ());
    let mut sources = live(&[("admin", &one), ("viewer", &one)]);
    sources.unseen.push(Unseen {
        cluster: 0,
        verb: "list",
        resource: "secrets".to_owned(),
        namespace: None,
        name: None,
        cause: "forbidden",
        message: "ask for the right".to_owned(),
        promises: Vec::new(),
    });
    let checked = checked(&sources);
    let seen = &checked.report.coverage.clusters;
    assert_eq!(seen[0].same_as.as_deref(), Some("viewer"), "it saw more");
    assert_eq!(seen[1].same_as, None);
    assert!(checked.report.verdicts.iter().all(|verdict| verdict.subject == "viewer"));
    assert_eq!(clusters(rule(&checked, "logs-leave-workload")[0]), ["viewer"]);
    assert_eq!(checked.report.coverage.not_seen.len(), 1, "and what the other did not see is told");
}

#[test]
fn fault_that_a_cluster_has_twice_is_two_findings_in_each() {
    let twice = |objects: &mut Vec<Value>| {
        let mut copy = objects[2].clone();
        copy["metadata"]["name"] = json!("alloy-two");
        objects.push(copy);
    };
    let (one, two) = (variant(1, twice), variant(2, twice));
    let checked = checked(&live(&[("a", &one), ("b", &two)]));
    let alone = super::checked(&live(&[("a", &one)]));
    assert_eq!(checked.report.findings.len(), alone.report.findings.len());
    assert!(checked.report.findings.iter().all(|finding| clusters(finding) == ["a", "b"]));
}
