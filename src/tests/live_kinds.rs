//! Holds the table of kinds that `--live` reads to what the model reads, and to the words of rules.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;

use crate::finding::Invariant;
use crate::live::kinds;
use crate::model::check_kind;
use crate::rule::FIELDS;

/// Kinds that the model reads and that no cluster is asked for, each with the reason.
const NOT_ASKED: &[(&str, &str)] = &[
    ("Alloy", "what its operator makes of it is read: the workload and its ConfigMap"),
    (
        "ClusterRoleBinding",
        "those of a cluster are the platform's, and many name accounts that are not there",
    ),
    ("DatadogAgent", "what its operator makes of it is read"),
    ("DynaKube", "what its operator makes of it is read"),
    ("Endpoints", "EndpointSlices hold the same: Kubernetes mirrors those that were made by hand"),
    ("InstanaAgent", "what its operator makes of it is read"),
    ("Prometheus", "what its operator makes of it is read"),
    ("PrometheusAgent", "what its operator makes of it is read"),
    ("Release", "what a Helm record is called once it is read; Secrets are asked for it"),
    ("ReplicationController", "its pods are read, and nothing else says anything of it"),
    ("RoleBinding", "as ClusterRoleBinding"),
    ("Site", "a declaration, not an object of a cluster"),
    ("VLAgent", "what its operator makes of it is read"),
    ("VMAgent", "what its operator makes of it is read"),
];

#[test]
fn every_kind_that_the_model_reads_is_asked_for_or_excepted() {
    let read = kinds_in_code();
    for expected in ["ConfigMap", "HTTPRoute", "CronJob", "BaselineAdminNetworkPolicy", "HelmRelease", "Site"]
    {
        assert!(read.contains_key(expected), "{expected} was not found in the code: {:?}", read.keys());
    }
    let asked: BTreeSet<&str> = kinds().iter().map(|kind| kind.kind.as_str()).collect();
    let excepted: BTreeSet<&str> = NOT_ASKED.iter().map(|(kind, _)| *kind).collect();
    for (kind, file) in &read {
        let (one, other) = (asked.contains(kind.as_str()), excepted.contains(kind.as_str()));
        assert!(
            one || other,
            "{file} reads {kind}: give it a line in schemas/live/kinds.json, or an exception here"
        );
        assert!(!(one && other), "{kind} is asked for and excepted");
    }
    for kind in excepted {
        assert!(read.contains_key(kind), "{kind} is excepted, and nothing reads it");
    }
    for kind in asked {
        // Nodes and volumes: what only the checks of running clusters read.
        let live_only = ["Node"].contains(&kind);
        assert!(live_only || read.contains_key(kind), "{kind} is asked for, and nothing reads it");
    }
}

#[test]
fn kinds_name_promises_and_subjects_that_are_there() {
    let table: serde_json::Value =
        serde_json::from_str(include_str!("../../schemas/live/kinds.json")).unwrap();
    let subjects: BTreeSet<&str> = FIELDS.iter().map(|field| field.subject).collect();
    for kind in kinds() {
        for promise in &kind.promises {
            assert!(Invariant::from_id(promise).is_some(), "{}: {promise}", kind.resource());
        }
        let version = kind.versions.first().unwrap();
        let api_version = format!("{}/{version}", kind.group);
        let known = if kind.group.is_empty() {
            check_kind(version, &kind.kind)
        } else {
            check_kind(&api_version, &kind.kind)
        };
        assert_eq!(known, None, "{}", kind.resource());
    }
    for (name, entry) in table.as_object().unwrap() {
        for subject in entry["subjects"].as_array().into_iter().flatten() {
            assert!(subjects.contains(subject.as_str().unwrap()), "{name}: {subject}");
        }
    }
}

/// The kinds that occur as literals in what reads objects, each with a file: those of Kubernetes' own groups, those that
/// stand in one list with these, and those behind the name of a group.
fn kinds_in_code() -> BTreeMap<String, String> {
    let literal = Regex::new(r#""([A-Z][a-z]*[A-Za-z]+)""#).unwrap();
    let lists = Regex::new(r#"\[(?:\s*"[A-Za-z]+",?)+\s*\]"#).unwrap();
    let behind_group =
        Regex::new(r#"\("[a-z0-9-]+(?:\.[a-z0-9-]+)+", ("[A-Z][A-Za-z]+"(?:\s*\|\s*"[A-Za-z]+")*)"#).unwrap();
    let beside_group =
        Regex::new(r#"== "[a-z0-9-]+(?:\.[a-z0-9-]+)+" && kind == ("[A-Z][A-Za-z]+")"#).unwrap();
    let own = |kind: &str| kind != "List" && !kind.ends_with("List") && check_builtin(kind);
    let mut found = BTreeMap::new();
    for folder in ["model", "flow", "check"] {
        for (path, code) in rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder)) {
            let code = code.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            if path.contains("tests") || path.contains("/schema/") || path.ends_with("model/kubernetes.rs") {
                continue;
            }
            let mut add = |text: &str, all: bool| {
                for kind in literal.captures_iter(text).map(|found| found[1].to_owned()) {
                    if all || own(&kind) {
                        found.entry(kind).or_insert_with(|| path.clone());
                    }
                }
            };
            add(code, false);
            for list in lists.find_iter(code) {
                let any = literal.captures_iter(list.as_str()).any(|one| own(&one[1]) || is_asked(&one[1]));
                add(list.as_str(), any);
            }
            for behind in behind_group.captures_iter(code).chain(beside_group.captures_iter(code)) {
                add(&behind[1], true);
            }
            // Where one literal of a kind that a cluster is asked for stands alone.
            for kind in
                literal.captures_iter(code).map(|found| found[1].to_owned()).filter(|kind| is_asked(kind))
            {
                found.entry(kind).or_insert_with(|| path.clone());
            }
        }
    }
    found
}

fn is_asked(kind: &str) -> bool {
    kinds().iter().any(|own| own.kind == kind)
}

/// Whether a group of Kubernetes has the kind.
fn check_builtin(kind: &str) -> bool {
    let groups =
        ["v1", "apps/v1", "autoscaling/v2", "batch/v1", "discovery.k8s.io/v1", "networking.k8s.io/v1"];
    let more = ["policy/v1", "rbac.authorization.k8s.io/v1", "scheduling.k8s.io/v1", "storage.k8s.io/v1"];
    groups.iter().chain(&more).any(|group| check_kind(group, kind).is_none())
}

/// Paths and texts of the Rust files below a folder.
#[expect(clippy::disallowed_methods, reason = "the test reads the project's own code")]
fn rust_files(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}
