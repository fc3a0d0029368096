//! Reports of several runs are joined as if one run had seen all; findings are held against the folder in Git.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use serde_json::json;

use super::audit::Audit;
use super::audit::Audited;
use super::audit::example;
use super::audit::fill;
use super::audit::verdicts;
use super::cluster::Cluster;
use super::kubeconfig::Address;
use super::kubeconfig::Kubeconfig;
use super::lab::Lab;
use super::lab::free_port;

/// Verdicts of all clusters.
fn all_verdicts(report: &Value) -> BTreeSet<String> {
    let names = ["clean", "down", "leaking"];
    names
        .iter()
        .flat_map(|name| verdicts(report, name).into_iter().map(move |verdict| format!("{name} {verdict}")))
        .collect()
}

#[test]
fn shards_that_are_merged_are_one_run() {
    let (Some(sound), Some(leaking)) = (example("sound"), example("leaking")) else { return };
    let down = Address { url: format!("https://127.0.0.1:{}", free_port()), ..sound.address() };
    let config = Kubeconfig::one("clean", &sound.address(), &sound.admin().credential())
        .with("down", &down, &sound.admin().credential())
        .with("leaking", &leaking.address(), &leaking.admin().credential());
    let folder = sound.lab().folder("shards");
    let config = config.write(&folder, "config");
    let run = |arguments: &[&str]| Audit::new(&config).and(&["--all-contexts"]).and(arguments).run();
    let whole = run(&[]);
    assert_eq!(whole.code, 2);

    let file = |name: &str, ran: &Audited| {
        let path = folder.join(name);
        std::fs::write(&path, &ran.stdout).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let first = run(&["--shard", "0/2"]);
    // As in a pod of an Indexed Job.
    let second =
        Audit::new(&config).and(&["--all-contexts", "--shard", "/2"]).with("JOB_COMPLETION_INDEX", "1").run();
    assert_eq!((first.verdicts("clean").len(), first.verdicts("leaking").len()), (8, 8));
    assert_eq!((first.code, first.verdicts("down").len()), (1, 0));
    assert_eq!((second.code, second.verdicts("down").len(), second.verdicts("clean").len()), (2, 8, 0));

    let (first, second) = (file("report-0.json", &first), file("report-1.json", &second));
    let merge = |order: [&str; 2]| Audit::with_words(&["merge", "-o", "json"]).and(&order).run();
    let (merged, turned) = (merge([&first, &second]), merge([&second, &first]));
    assert_eq!(merged.stdout, turned.stdout);
    assert_eq!(all_verdicts(&merged.report()), all_verdicts(&whole.report()));
    assert_eq!(all_verdicts(&merged.report()).len(), 24);
    assert_eq!(merged.findings(), whole.findings());
    assert_eq!(merged.not_seen("down"), whole.not_seen("down"));
    assert_eq!((merged.code, merged.report()["summary"].clone()), (2, whole.report()["summary"].clone()));

    let missing = Audit::with_words(&["merge", "-o", "json", &first, "not-there.json"]).run();
    assert_eq!(missing.code, 2, "{}", missing.stderr);
    assert_eq!(all_verdicts(&missing.report()).len(), 16);
}

/// How the leak of a cluster with that example stands to the folder with this one.
fn leak_in_git(live: &str, folder: &str) -> Option<Value> {
    Some(against(example(live)?, live, folder))
}

/// How the one leak of a cluster stands to the folder with that example.
fn against(cluster: &Cluster, live: &str, folder: &str) -> Value {
    let stacks = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stacks");
    let own = cluster.lab().folder(&format!("against-{live}-{folder}"));
    let config =
        Kubeconfig::one("here", &cluster.address(), &cluster.admin().credential()).write(&own, "config");
    let ran = Audit::new(&config).and(&["--against", stacks.join(folder).to_str().unwrap()]).run();
    assert_eq!(ran.not_seen("here"), Vec::<String>::new(), "{}", ran.stderr);
    let leaks = ran.of_rule("logs-leave-workload");
    assert_eq!(leaks.len(), 1, "{}", ran.stdout);
    leaks[0]["git"].clone()
}

#[test]
fn leak_is_held_against_the_folder_that_the_cluster_was_made_from() {
    let Some(both) = leak_in_git("leaking", "leaking") else { return };
    assert_eq!(both["state"], "in-git-too", "{both}");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stacks/leaking/alloy.yaml");
    let text = std::fs::read_to_string(file).unwrap();
    let line = text.lines().position(|line| line.contains("loki.ops.tern.example.com")).unwrap() + 1;
    assert!(both["location"]["path"].as_str().unwrap().ends_with("leaking/alloy.yaml"), "{both}");
    assert_eq!(both["location"]["line"], line, "{both}");

    let fixed = leak_in_git("leaking", "sound").unwrap();
    assert_eq!(fixed["state"], "fixed-in-git", "{fixed}");
    let coming = leak_in_git("sound", "leaking").unwrap();
    assert_eq!(coming["state"], "only-in-git", "{coming}");
}

#[test]
fn leak_that_somebody_made_by_hand_is_told_as_such() {
    let (Some(lab), Some(leaking)) = (Lab::find(), example("leaking")) else { return };
    let cluster = lab.cluster();
    fill(&cluster, "sound");
    let own = "/api/v1/namespaces/alloy/configmaps/heron-alloy";
    let data = leaking.get(own)["data"].clone();
    let patch = json!({"data": data}).to_string();
    let by_hand =
        ["patch", "configmap", "heron-alloy", "-n", "alloy", "--type=merge", "--field-manager=kubectl-edit"];
    cluster.kubectl(&[&by_hand[..], &["-p", &patch]].concat(), None);
    let drifted = against(&cluster, "by-hand", "sound");
    assert_eq!(drifted["state"], "drifted", "{drifted}");
    assert!(drifted["location"]["path"].as_str().unwrap().ends_with("sound/alloy.yaml"), "{drifted}");
}
