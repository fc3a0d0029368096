//! Each right that is missing leaves undecided what preflight says, and nothing else.

use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::json;

use super::audit::Audit;
use super::audit::Audited;
use super::audit::example;
use super::cluster::Cluster;
use super::cluster::User;
use super::proxy::Proxy;
use super::requests::assert_only_reads;

/// The rules of the cluster role that `live-rbac` prints.
fn rules(cluster: &Cluster) -> Value {
    let arguments = ["create", "--dry-run=client", "-o", "json", "-f", "-"];
    let printed = cluster.kubectl(&arguments, Some(&Audit::with_words(&["live-rbac"]).run().stdout));
    let objects = serde_json::Deserializer::from_str(&printed).into_iter::<Value>();
    let mut objects = objects.map(Result::unwrap).flat_map(|object| match object["items"].as_array() {
        Some(items) => items.clone(),
        None => vec![object],
    });
    objects.find(|object| object["kind"] == "ClusterRole").unwrap()["rules"].clone()
}

/// Runs as someone.
fn run(cluster: &Cluster, user: &User, arguments: &[&str]) -> (Audited, Proxy) {
    let proxy = Proxy::start(cluster);
    let folder = cluster.lab().folder(&format!("missing-{:?}", std::thread::current().id()));
    let audit = Audit::of(&folder, &proxy.address(), &user.credential());
    let ran = audit.and(&["--timeout", "60s", "--request-timeout", "20s"]).and(arguments).run();
    assert_only_reads(&proxy.asked());
    ran.never_says(&[&user.token]);
    (ran, proxy)
}

/// A right of the role: group, resource, verb.
type Right = (String, String, String);

/// All rights of rules, one by one.
fn rights(rules: &Value) -> Vec<Right> {
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let mut all = Vec::new();
    for rule in rules.as_array().unwrap() {
        for group in texts(&rule["apiGroups"]) {
            for resource in texts(&rule["resources"]) {
                let verbs = texts(&rule["verbs"]).into_iter();
                all.extend(verbs.map(|verb| (group.clone(), resource.clone(), verb)));
            }
        }
    }
    all
}

/// Rules without one right.
fn without(all: &[Right], missing: &Right) -> Value {
    let rest = all.iter().filter(|right| *right != missing);
    rest.map(
        |(group, resource, verb)| json!({"apiGroups": [group], "resources": [resource], "verbs": [verb]}),
    )
    .collect()
}

#[test]
fn each_right_that_is_missing_is_told_with_what_it_costs() {
    let Some(cluster) = example("sound") else { return };
    let all = rights(&rules(cluster));
    let user = cluster.user(&without(&all, &Right::default()));
    let served = cluster.get("/apis")["groups"].as_array().unwrap().clone();
    let served: BTreeSet<&str> = served.iter().map(|group| group["name"].as_str().unwrap()).collect();
    let mut tried = 0;
    for missing in all.iter().filter(|(group, ..)| group.is_empty() || served.contains(group.as_str())) {
        let (group, resource, verb) = missing;
        let shown = if group.is_empty() { resource.clone() } else { format!("{resource}.{group}") };
        cluster.grant(&user, &without(&all, missing));

        let (table, _) = run(cluster, &user, &["--preflight"]);
        let clusters = table.report()["clusters"].clone();
        let rights = clusters[0]["rights"].as_array().unwrap();
        let lost: Vec<&Value> = rights.iter().filter(|right| right["state"] == "missing").collect();
        assert!(
            lost.len() == 1 && lost[0]["verb"] == **verb && lost[0]["resource"] == shown,
            "{verb} {shown}: {lost:?}"
        );
        assert_eq!((table.code, &clusters[0]["undecided"]), (1, &lost[0]["promises"]), "{verb} {shown}");

        let (ran, _) = run(cluster, &user, &[]);
        let missed = ran.not_seen("here");
        assert!(missed.iter().all(|missed| *missed == format!("{verb} {shown} forbidden")), "{missed:?}");
        assert!(!missed.is_empty(), "{verb} {shown}");
        assert_eq!(ran.code, 2, "{verb} {shown}");
        let named = clusters[0]["undecided"].as_array().unwrap();
        let named: BTreeSet<String> = named.iter().map(|own| own.as_str().unwrap().to_owned()).collect();
        let open: BTreeSet<String> = ran
            .verdicts("here")
            .iter()
            .filter_map(|verdict| verdict.strip_suffix(" undecided").map(str::to_owned))
            .collect();
        assert_eq!(named, open, "{verb} {shown}");
        assert!(!named.is_empty(), "{verb} {shown}");
        tried += 1;
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn preflight_of_a_cluster_that_cannot_be_asked_says_so() {
    let Some(cluster) = example("sound") else { return };
    let folder = cluster.lab().folder("preflight-down");
    let mut stranger = cluster.nobody();
    stranger.token.push('x');
    let ran = Audit::of(&folder, &cluster.address(), &stranger.credential()).and(&["--preflight"]).run();
    let own = &ran.report()["clusters"][0];
    assert_eq!((ran.code, &own["cause"]), (2, &json!("unauthorized")));
    assert_eq!(own["undecided"].as_array().unwrap().len(), 8);
}
