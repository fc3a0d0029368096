//! How findings of clusters stand in the folder where it is not plain: whose folder it is, what was not seen, who wrote it.

use serde_json::Value;
use serde_json::json;

use super::Checked;
use super::against::CHANGES;
use super::against::against;
use super::against::clean;
use super::against::of;
use super::against::state;
use super::against::written;
use super::live;
use super::merged::forget_buckets;
use super::merged::json_of;
use super::merged::meaning;
use super::merged::merged;
use super::several::variant;
use crate::check::CheckOptions;
use crate::check::check;
use crate::finding::GitState;
use crate::finding::InGit;
use crate::source::Source;
use crate::source::Sources;
use crate::source::Unseen;

type Named<'n> = (&'n str, &'n [Value]);

/// A run over clusters held against folders, without what was not seen.
fn held(running: &[Named<'_>], folders: &[Named<'_>], unseen: Vec<Unseen>) -> Checked {
    let mut sources = Sources { unseen, ..live(running) };
    let mut files = Sources::default();
    for (argument, (folder, objects)) in folders.iter().enumerate() {
        files.texts.extend(objects.iter().enumerate().map(|(index, object)| Source {
            path: format!("{folder}/{index}.json"),
            argument,
            text: serde_json::to_string_pretty(object).unwrap().into(),
        }));
    }
    sources.add(files);
    let arguments: Vec<String> = folders.iter().map(|(folder, _)| (*folder).to_owned()).collect();
    check(&sources, &arguments, &CheckOptions { against: true, ..CheckOptions::default() })
}

/// How the findings of a rule stand, with the file in the folder.
fn states(checked: &Checked, rule: &str) -> Vec<(GitState, String)> {
    let git = of(checked, rule).into_iter().map(|finding| finding.seen.git.as_ref().unwrap());
    let path = |git: &InGit| git.place.map(|place| checked.documents.resolve(place).path);
    git.map(|git| (git.state, path(git).unwrap_or_default())).collect()
}

/// A cluster whose objects name it.
fn called(name: &str) -> Vec<Value> {
    variant(1, |objects| objects[0]["metadata"]["labels"] = json!({"cluster": name}))
}

fn unseen(promises: &[&str]) -> Unseen {
    Unseen {
        cluster: 0,
        verb: "list",
        resource: "configmaps".to_owned(),
        namespace: None,
        name: None,
        cause: "forbidden",
        message: "ask for the right".to_owned(),
        promises: promises.iter().map(|id| (*id).to_owned()).collect(),
    }
}

#[test]
fn what_runs_is_in_no_folder() {
    let good = clean();
    let mut running = good.clone();
    running[2]["metadata"]["generation"] = json!(1);
    running[2]["status"] = json!({
        "observedGeneration": 1, "desiredNumberScheduled": 3, "currentNumberScheduled": 3,
        "updatedNumberScheduled": 3, "numberReady": 0, "numberUnavailable": 3, "numberMisscheduled": 0,
    });
    written(&mut running[2], "kube-controller-manager", &json!({"f:status": {"f:numberReady": {}}}));
    let checked = against(&running, &good);
    assert_eq!(state(&checked, "collector-not-running"), GitState::OnlyLive);
    let git = of(&checked, "collector-not-running")[0].seen.git.clone().unwrap();
    assert_eq!((git.reason.as_str(), git.place), ("it is about what runs, which no folder holds", None));
}

#[test]
fn folder_of_another_workload_is_not_the_clusters() {
    let running = called("elm-20250901");
    for (folder, expected) in [
        ("repo/elm-20250901", GitState::Both),
        ("repo/oak-20250901", GitState::Unclear),
        ("repo/elm-20260115", GitState::Unclear),
    ] {
        let theirs = called(folder.rsplit('/').next().unwrap());
        let checked = held(&[("elm-20250901", &running)], &[(folder, &theirs)], Vec::new());
        assert_eq!(states(&checked, "logs-leave-workload")[0].0, expected, "{folder}");
    }
}

#[test]
fn stacks_with_the_same_fault_keep_their_lines() {
    let (one, two) = (variant(1, |_| ()), variant(2, |_| ()));
    let folders: [Named<'_>; 2] = [("repo/a", &one), ("repo/b", &two)];
    let whole = held(&[("a", &one), ("b", &two)], &folders, Vec::new());
    let expected = ["repo/a/1.json", "repo/b/1.json"].map(|path| (GitState::Both, path.to_owned()));
    assert_eq!(states(&whole, "logs-leave-workload"), expected);
    for verdict in whole.report.verdicts.iter().filter(|verdict| verdict.cluster.is_none()) {
        for index in &verdict.findings {
            let git = whole.report.findings[*index].seen.git.as_ref().unwrap();
            let path = whole.documents.resolve(git.place.unwrap()).path;
            assert!(path.starts_with(&verdict.subject), "{path} under {}", verdict.subject);
        }
    }
    let shards = [
        held(&[("a", &one)], &folders, Vec::new()).json(),
        held(&[("b", &two)], &folders, Vec::new()).json(),
    ];
    let mut joined = json_of(&merged(&shards));
    let forgotten = joined["verdicts"].as_array_mut().unwrap().iter_mut().map(forget_buckets);
    assert!(forgotten.filter(|own| *own).count() > 0, "no run saw all buckets");
    assert_eq!(meaning(&joined), meaning(&whole.json()), "the same when merged");
}

#[test]
fn only_in_git_is_said_where_the_cluster_was_seen() {
    let (good, bad) = (clean(), variant(1, |_| ()));
    let first = |checked: &Checked| states(checked, "logs-leave-workload")[0].0;
    let stranger = held(&[("z", &good)], &[("repo/x", &bad), ("repo/y", &bad)], Vec::new());
    assert_eq!(first(&stranger), GitState::Unclear, "nobody runs these stacks");
    for (promises, expected) in [
        (&[][..], GitState::Unclear),
        (&["log-boundary"], GitState::Unclear),
        (&["grafana-access"], GitState::OnlyGit),
    ] {
        let checked = held(&[("z", &good)], &[("repo", &bad)], vec![unseen(promises)]);
        assert_eq!(first(&checked), expected, "{promises:?} not seen");
    }
}

#[test]
fn what_scripts_and_labels_write_is_no_edit() {
    let change = &CHANGES[1];
    let (good, mut bad) = (clean(), clean());
    (change.make)(&mut bad[change.object]);
    let label = json!({"f:metadata": {"f:labels": {"f:x": {}}}});
    for (manager, fields) in [
        ("kubectl-create", (change.fields)()),
        ("kubectl-replace", (change.fields)()),
        ("kubectl-edit", label),
    ] {
        let mut running = bad.clone();
        written(&mut running[change.object], manager, &fields);
        assert_eq!(state(&against(&running, &good), change.rule), GitState::NotDeployed, "{manager}");
    }
}

#[test]
fn object_without_a_namespace_is_the_one_that_runs() {
    let change = &CHANGES[1];
    let (mut good, mut bad) = (clean(), clean());
    (change.make)(&mut bad[change.object]);
    written(&mut bad[change.object], "kubectl-edit", &(change.fields)());
    good[change.object]["metadata"].as_object_mut().unwrap().remove("namespace");
    let expected = (GitState::Drifted, format!("repo/{}.json", change.object));
    assert_eq!(states(&against(&bad, &good), change.rule), std::slice::from_ref(&expected));
    let mut twice = good.clone();
    twice.push(good[change.object].clone());
    let found = states(&against(&bad, &twice), change.rule);
    assert_eq!(found[0].0, GitState::OnlyLive, "which of the two cannot be told");
}
