//! Holds the servers of these tests to what the other tests take for granted.

use std::collections::BTreeSet;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use serde_json::Value;
use serde_json::json;

use super::cluster::Cluster;
use super::corpus::cluster_of;
use super::corpus::list_of;
use super::lab::Lab;
use super::load::config_map;
use super::load::install_kinds;
use super::load::load_many;
use super::proxy::Fault;
use super::proxy::Proxy;
use super::requests::Asked;
use super::requests::assert_only_reads;
use super::tls;

/// Kind, namespace and name of the objects.
fn names(items: &Value) -> BTreeSet<String> {
    let items = items["items"].as_array().unwrap().iter();
    items
        .map(|item| {
            format!("{} {} {}", item["kind"], item["metadata"]["namespace"], item["metadata"]["name"])
        })
        .collect()
}

#[test]
fn objects_of_the_cases_load_with_their_statuses() {
    for case in ["aws-default", "azure-default", "control-room"] {
        let (Some(cluster), Some(list)) = (cluster_of(case), list_of(case)) else { return };
        let kinds: BTreeSet<String> = list["items"].as_array().unwrap().iter().map(resource).collect();
        let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
        let there = cluster.kubectl(&["get", "-A", "-o", "json", &kinds.join(",")], None);
        let there: Value = serde_json::from_str(&there).unwrap();
        let missing: Vec<String> = names(&list).difference(&names(&there)).cloned().collect();
        assert_eq!(missing, Vec::<String>::new(), "{case}");
        for item in list["items"].as_array().unwrap().iter().filter(|item| item["kind"] == "HelmChart") {
            let name = &item["metadata"]["name"];
            let same = |other: &&Value| other["kind"] == "HelmChart" && other["metadata"]["name"] == *name;
            let other = there["items"].as_array().unwrap().iter().find(same).unwrap();
            assert_eq!(
                (&other["spec"], &other["status"]),
                (&item["spec"], &item["status"]),
                "{case}: {name}"
            );
        }
    }
}

/// The name by which kubectl knows an object's kind.
fn resource(item: &Value) -> String {
    let (version, kind) = (item["apiVersion"].as_str().unwrap(), item["kind"].as_str().unwrap());
    match version.split_once('/') {
        Some((group, version)) => format!("{kind}.{version}.{group}"),
        None => kind.to_owned(),
    }
}

/// A cluster for tests of the laboratory itself, with seven ConfigMaps in namespace `a`.
fn small() -> Option<&'static Cluster> {
    Some(Lab::find()?.shared("small", |cluster| {
        install_kinds(cluster);
        cluster.kubectl(&["create", "namespace", "a"], None);
        load_many(cluster, "configmaps", (0..7).map(|number| config_map("a", number)));
    }))
}

const MAPS: &str = "/api/v1/namespaces/a/configmaps";

#[test]
fn users_have_exactly_the_rights_that_they_are_given() {
    let Some(cluster) = small() else { return };
    let rules = json!([{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["list"]}]);
    let user = cluster.user(&rules);
    let status = |path: &str| cluster.ask(path, &user).unwrap().0;
    assert_eq!(status(MAPS), 200);
    assert_eq!(status(&format!("{MAPS}/map-00001")), 403);
    assert_eq!(status("/api/v1/secrets"), 403);
    let mut stranger = cluster.nobody();
    assert_eq!(cluster.ask(MAPS, &stranger).unwrap().0, 403);
    stranger.token.push('x');
    assert_eq!(cluster.ask(MAPS, &stranger).unwrap().0, 401);
}

/// Asks through the proxy, as the administrator.
fn through(proxy: &Proxy, cluster: &Cluster, path: &str) -> Option<(u16, String)> {
    let address = proxy.address();
    let port = address.url.rsplit(':').next().unwrap().parse().unwrap();
    tls::ask(&tls::client(&address.authority), port, path, &cluster.admin().token)
}

#[test]
fn proxy_passes_requests_on_and_notes_them_without_credentials() {
    let Some(cluster) = small() else { return };
    let proxy = Proxy::start(cluster);
    let (status, body) = through(&proxy, cluster, &format!("{MAPS}?limit=3")).unwrap();
    let list: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, list["items"].as_array().unwrap().len()), (200, 3));
    let page = list["metadata"]["continue"].as_str().unwrap();
    through(&proxy, cluster, &format!("{MAPS}?limit=3&continue={page}")).unwrap();
    let asked = proxy.asked();
    assert_eq!(asked.iter().map(Asked::goes_on).collect::<Vec<_>>(), [false, true]);
    assert!(
        asked.iter().all(|asked| asked.is("list", "configmaps") && !format!("{asked:?}").contains("Bearer"))
    );
    assert_eq!(asked[0].target().unwrap().namespace.as_deref(), Some("a"));
    assert_eq!(asked[0].query["limit"], "3");
    assert_only_reads(&asked);
}

#[test]
fn proxy_misbehaves_as_ordered_and_as_often() {
    let Some(cluster) = small() else { return };
    let proxy = Proxy::start(cluster);
    proxy.on_some(|asked| asked.is("list", "configmaps"), 1, 2, Fault::throttled(1));
    let statuses: Vec<u16> = (0..4).map(|_| through(&proxy, cluster, MAPS).unwrap().0).collect();
    assert_eq!(statuses, [200, 429, 429, 200]);

    proxy.on_some(|asked| asked.path == "/version", 0, 1, Fault::HangUp);
    assert_eq!(through(&proxy, cluster, "/version"), None);
    proxy.on_some(|asked| asked.path == "/version", 0, 1, Fault::CutAfter(10));
    let (status, body) = through(&proxy, cluster, "/version").unwrap_or((0, String::new()));
    assert!(status == 0 || body.len() == 10, "{status} {body}");
    proxy.on_some(|asked| asked.path == "/version", 0, 1, Fault::Late(Duration::from_millis(300)));
    let begun = Instant::now();
    assert_eq!(through(&proxy, cluster, "/version").unwrap().0, 200);
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[test]
fn killed_server_is_gone_and_leaves_others_alone() {
    let (Some(lab), Some(other)) = (Lab::find(), small()) else { return };
    let cluster = lab.cluster();
    assert_eq!(cluster.ask("/version", &cluster.admin()).unwrap().0, 200);
    cluster.kill();
    assert_eq!(cluster.ask("/version", &cluster.admin()), None);
    assert_eq!(other.ask("/version", &other.admin()).unwrap().0, 200);
}

#[test]
fn tokens_of_accounts_count_until_their_end() {
    let Some(cluster) = small() else { return };
    let status = |end| {
        let user = cluster.account("a", "auditor", end);
        cluster.ask("/version", &user).unwrap().0
    };
    assert_eq!(status(SystemTime::now() + Duration::from_secs(600)), 200);
    assert_eq!(status(SystemTime::now() - Duration::from_secs(60)), 401);
}

#[test]
fn very_many_objects_are_there_at_once() {
    let Some(cluster) = small() else { return };
    cluster.kubectl(&["create", "namespace", "many"], None);
    load_many(cluster, "configmaps", (0..1_201).map(|number| config_map("many", number)));
    let list = cluster.get("/api/v1/namespaces/many/configmaps?limit=500");
    assert_eq!(list["items"].as_array().unwrap().len(), 500);
    assert_eq!(list["metadata"]["remainingItemCount"], 701);
}
