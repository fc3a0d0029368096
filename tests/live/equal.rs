//! The same objects give the same verdicts and findings from a server as from a file.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;
use serde_json::json;

use super::audit::Audit;
use super::audit::Audited;
use super::cluster::Cluster;
use super::corpus::list_of;
use super::healthy::healthy;
use super::kubeconfig::Kubeconfig;
use super::lab::Lab;
use super::load::install_kinds;
use super::load::load;
use super::proxy::Proxy;
use super::requests::assert_only_reads;

/// A cluster with the objects of a case as controllers would have them, and a file of the same.
fn both(case: &str, change: impl FnOnce(&mut Value)) -> Option<(Cluster, PathBuf)> {
    let lab = Lab::find()?;
    let mut list = healthy(&list_of(case)?);
    change(&mut list);
    let cluster = lab.cluster();
    install_kinds(&cluster);
    load(&cluster, &list);
    let file = cluster.folder().join("cluster-list.json");
    std::fs::write(&file, list.to_string()).unwrap();
    Some((cluster, file))
}

/// Runs over the cluster, and holds the run to have read and seen all.
fn live(cluster: &Cluster) -> Audited {
    let proxy = Proxy::start(cluster);
    let ran = Audit::of(cluster.folder(), &proxy.address(), &cluster.admin().credential()).run();
    assert_only_reads(&proxy.asked());
    assert_eq!(ran.not_seen("here"), Vec::<String>::new());
    ran
}

/// Holds both runs to say the same. Returns that of the cluster.
fn same(cluster: &Cluster, file: &Path) -> Audited {
    let (live, filed) = (live(cluster), Audit::of_file(file).run());
    let sorted = |ran: &Audited| {
        let mut verdicts = ran.verdicts("");
        verdicts.sort();
        verdicts
    };
    assert_eq!(sorted(&live), sorted(&filed));
    assert_eq!(live.verdicts("").len(), 8);
    let (here, there) = (live.findings(), filed.findings());
    let only = |one: &BTreeSet<String>, other| -> Vec<String> { one.difference(other).cloned().collect() };
    assert_eq!((only(&here, &there), only(&there, &here)), (Vec::new(), Vec::new()));
    assert!(here.len() > 5, "{here:?}");
    assert_eq!(live.code, filed.code);
    live
}

#[test]
fn aws_workload_is_judged_live_as_from_its_file() {
    let Some((cluster, file)) = both("aws-default", |_| {}) else { return };
    same(&cluster, &file);
}

#[test]
fn azure_workload_is_judged_live_as_from_its_file() {
    let Some((cluster, file)) = both("azure-default", |_| {}) else { return };
    same(&cluster, &file);
}

#[test]
fn control_room_is_judged_live_as_from_its_file() {
    let Some((cluster, file)) = both("control-room", |_| {}) else { return };
    same(&cluster, &file);
}

/// The ConfigMap of the collector.
fn collector(list: &mut Value) -> &mut Value {
    let items = list["items"].as_array_mut().unwrap().iter_mut();
    let mut own =
        items.filter(|item| item["kind"] == "ConfigMap" && item["data"]["config.alloy"].is_string());
    own.next().unwrap()
}

/// Where a leak goes.
const OUTSIDE: &str = "https://logs.stranger.example.net/loki/api/v1/push";

/// Sends the logs of a configuration elsewhere. Returns the line in question, from 1.
fn leak(config: &mut Value) -> usize {
    let text = config["data"]["config.alloy"].as_str().unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let block = lines.iter().position(|line| line.starts_with("loki.write ")).unwrap();
    let line = block + lines[block..].iter().position(|line| line.trim_start().starts_with("url ")).unwrap();
    let before = lines[line].split('"').next().unwrap().to_owned();
    lines[line] = format!("{before}\"{OUTSIDE}\"");
    config["data"]["config.alloy"] = json!(lines.join("\n") + "\n");
    line + 1
}

#[test]
fn leak_that_is_planted_in_a_running_cluster_is_found_at_its_line() {
    let mut original = Value::Null;
    let Some((cluster, file)) = both("aws-default", |list| original = list.clone()) else { return };
    let sound = live(&cluster);
    assert_eq!((sound.verdict("here", "log-boundary").as_str(), sound.of_rule(RULE).len()), ("holds", 0));

    let line = leak(collector(&mut original));
    let edited = collector(&mut original).clone();
    let name = edited["metadata"]["name"].as_str().unwrap();
    let patch = json!({"data": edited["data"]}).to_string();
    cluster.kubectl(&["patch", "configmap", name, "-n", "alloy", "--type=merge", "-p", &patch], None);

    std::fs::write(&file, original.to_string()).unwrap();
    let ran = same(&cluster, &file);
    assert_eq!((ran.code, ran.verdict("here", "log-boundary").as_str()), (1, "violated"));
    let found = ran.of_rule(RULE);
    assert_eq!(found.len(), 1, "{found:?}");
    let location = &found[0]["location"];
    assert_eq!(
        (&location["path"], &location["field"], &location["line"], &location["live"]),
        (
            &json!(format!("here/alloy/ConfigMap/{name}")),
            &json!("data.config.alloy"),
            &json!(line),
            &json!(true)
        )
    );
    assert_eq!(found[0]["clusters"], json!(["here"]));

    let config = Kubeconfig::one("here", &cluster.address(), &cluster.admin().credential());
    let shown = Audit::new(&config.write(cluster.folder(), "direct.kubeconfig")).for_people().run();
    let place = format!("here/alloy/ConfigMap/{name}#data.config.alloy:{line}]");
    assert!(shown.stdout.contains(&place), "{place}: {}", shown.stdout);
    let text = edited["data"]["config.alloy"].as_str().unwrap().lines().nth(line - 1).unwrap().to_owned();
    assert!(shown.stdout.contains(text.trim()), "{text}: {}", shown.stdout);
    assert_eq!(shown.code, 1);
}

/// The rule that a leak breaks.
const RULE: &str = "logs-leave-workload";
