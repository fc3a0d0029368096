//! Servers that misbehave: each fault is told by its own name, and no other.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::audit::Audit;
use super::audit::Audited;
use super::audit::example;
use super::audit::fill;
use super::audit::paged;
use super::cluster::Cluster;
use super::cluster::TOKEN_CANARY;
use super::kubeconfig::Credential;
use super::lab::Lab;
use super::proxy::Fault;
use super::proxy::Proxy;
use super::requests::Asked;
use super::requests::assert_only_reads;

/// How long one request may take in these runs, and the whole of it.
const LIMITS: [&str; 4] = ["--request-timeout", "2s", "--timeout", "30s"];

/// A run over a cluster behind a proxy.
fn through(cluster: &Cluster, proxy: &Proxy) -> Audited {
    let folder = cluster.lab().folder(&format!("run-{:?}", std::thread::current().id()));
    let ran = Audit::of(&folder, &proxy.address(), &cluster.admin().credential()).and(&LIMITS).run();
    ran.ended_within(Duration::from_secs(30)).never_says(&[TOKEN_CANARY]);
    assert_only_reads(&proxy.asked());
    ran
}

/// A run over a sound cluster behind a proxy that misbehaves.
fn sound(misbehave: impl FnOnce(&Proxy)) -> Option<(Audited, Vec<Asked>)> {
    let cluster = example("sound")?;
    let proxy = Proxy::start(cluster);
    misbehave(&proxy);
    let ran = through(cluster, &proxy);
    Some((ran, proxy.asked()))
}

/// The same with long lists.
fn long(misbehave: impl FnOnce(&Proxy)) -> Option<(Audited, Vec<Asked>)> {
    let cluster = Lab::find()?.shared("long", paged);
    let proxy = Proxy::start(cluster);
    misbehave(&proxy);
    let ran = through(cluster, &proxy);
    Some((ran, proxy.asked()))
}

fn lists_services(asked: &Asked) -> bool {
    asked.is("list", "services")
}

/// Holds a run to have missed the Services for that reason, nothing else, and to have said what follows.
fn services_missed(ran: &Audited, cause: &str) {
    assert_eq!(ran.not_seen("here"), [format!("list services {cause}")], "{}", ran.stdout);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.verdict("here", "log-boundary"), "undecided");
    // Limits do not hang on Services.
    assert_ne!(ran.verdict("here", "store-limits"), "undecided");
}

#[test]
fn sound_cluster_is_seen_whole() {
    let Some((ran, _)) = sound(|_| {}) else { return };
    assert_eq!(ran.not_seen("here"), Vec::<String>::new());
    assert_eq!((ran.findings().len(), ran.code), (0, 0), "{}", ran.stdout);
    let verdicts = ran.verdicts("here");
    assert!(verdicts.len() == 8 && verdicts.iter().all(|own| own.ends_with(" holds")), "{verdicts:?}");
}

#[test]
fn refusal_of_rights_is_told_as_such() {
    let fault = Fault::Refuse { status: 403, reason: "Forbidden", retry_after: None };
    let Some((ran, asked)) = sound(|proxy| proxy.on(lists_services, fault)) else { return };
    services_missed(&ran, "forbidden");
    // Once for the whole cluster, and once for each namespace of the stack: asking again would not help.
    let mut paths: Vec<&str> =
        asked.iter().filter(|asked| lists_services(asked)).map(|asked| asked.path.as_str()).collect();
    let all = paths.len();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), all, "{paths:?}");
}

#[test]
fn throttled_requests_come_again_when_the_server_said() {
    let Some((ran, asked)) = sound(|proxy| proxy.on_some(lists_services, 0, 2, Fault::throttled(1))) else {
        return;
    };
    assert_eq!(ran.not_seen("here"), Vec::<String>::new());
    let first = asked.iter().find(|asked| lists_services(asked)).unwrap();
    let same: Vec<&Asked> =
        asked.iter().filter(|asked| lists_services(asked) && asked.path == first.path).collect();
    let waits: Vec<Duration> = same.windows(2).map(|pair| pair[1].at - pair[0].at).collect();
    assert!(waits.iter().filter(|wait| **wait >= Duration::from_secs(1)).count() >= 1, "{waits:?}");
}

#[test]
fn server_that_throttles_for_ever_is_given_up() {
    let Some((ran, asked)) = sound(|proxy| proxy.on(lists_services, Fault::throttled(1))) else { return };
    services_missed(&ran, "throttled");
    assert!(asked.iter().filter(|asked| lists_services(asked)).count() <= 4 * 8);
}

#[test]
fn server_that_wants_long_to_be_left_alone_is_given_up_at_once() {
    let Some((ran, _)) = sound(|proxy| proxy.on(lists_services, Fault::throttled(3600))) else { return };
    services_missed(&ran, "throttled");
    ran.ended_within(Duration::from_secs(5));
}

#[test]
fn fault_of_the_server_passes_or_is_told() {
    let fault = || Fault::Refuse { status: 500, reason: "InternalError", retry_after: None };
    let Some((ran, _)) = sound(|proxy| proxy.on_some(lists_services, 0, 1, fault())) else { return };
    assert_eq!(ran.not_seen("here"), Vec::<String>::new());
    let Some((ran, _)) = sound(|proxy| proxy.on(lists_services, fault())) else { return };
    services_missed(&ran, "server-error");
}

#[test]
fn server_that_stops_in_an_answer_or_never_begins_one_is_waited_for_and_then_told() {
    for fault in [Fault::StallAfter(500), Fault::Silence] {
        let Some((ran, _)) = sound(|proxy| proxy.on(lists_services, fault)) else { return };
        services_missed(&ran, "timed-out");
    }
}

#[test]
fn answer_that_ends_in_the_middle_is_told() {
    for fault in [Fault::CutAfter(500), Fault::HangUp] {
        let Some((ran, _)) = sound(|proxy| proxy.on(lists_services, fault)) else { return };
        services_missed(&ran, "connection-lost");
    }
}

#[test]
fn answer_that_is_no_answer_is_told() {
    for text in
        ["{\"kind\": \"ServiceList\", \"items\": [{\"metad", "<html>Bearer Canary7Q</html>", "[]", "{}"]
    {
        let Some((ran, _)) = sound(|proxy| proxy.on(lists_services, Fault::Garbage(text))) else { return };
        services_missed(&ran, "not-understood");
        ran.never_says(&["Canary7Q"]);
    }
}

#[test]
fn credentials_that_end_during_the_run_end_it_for_that_cluster() {
    let fault = Fault::Refuse { status: 401, reason: "Unauthorized", retry_after: None };
    let Some((ran, asked)) = sound(|proxy| proxy.on_some(|_| true, 6, usize::MAX, fault)) else { return };
    assert!(
        ran.not_seen("here").iter().all(|missed| missed.ends_with(" unauthorized")),
        "{:?}",
        ran.not_seen("here")
    );
    assert_eq!((ran.verdict("here", "log-boundary").as_str(), ran.code), ("undecided", 2));
    // What was under way may still be answered; nothing is asked for long after.
    assert!(asked.len() < 6 + 60, "{}", asked.len());
}

fn page_of_maps(asked: &Asked) -> bool {
    asked.is("list", "configmaps") && asked.goes_on()
}

#[test]
fn long_lists_come_page_by_page() {
    let Some((ran, asked)) = long(|_| {}) else { return };
    assert_eq!(ran.not_seen("here"), Vec::<String>::new());
    assert_eq!(asked.iter().filter(|asked| page_of_maps(asked)).count(), 2);
    assert!(
        asked.iter().filter(|asked| asked.verb() == "list").all(|asked| asked.query.contains_key("limit"))
    );
}

#[test]
fn list_whose_place_expired_begins_anew() {
    let Some((ran, asked)) = long(|proxy| proxy.on_some(page_of_maps, 1, 1, Fault::expired())) else {
        return;
    };
    assert_eq!(ran.not_seen("here"), Vec::<String>::new());
    assert_eq!(asked.iter().filter(|asked| page_of_maps(asked)).count(), 4);
}

#[test]
fn list_whose_place_expires_again_and_again_is_told_as_truncated() {
    let Some((ran, _)) = long(|proxy| proxy.on(page_of_maps, Fault::expired())) else { return };
    assert_eq!(ran.not_seen("here"), ["list configmaps truncated"]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.verdict("here", "log-boundary"), "undecided");
}

#[test]
fn server_killed_between_two_pages_is_told() {
    let Some(lab) = Lab::find() else { return };
    let cluster = Arc::new(lab.cluster());
    paged(&cluster);
    let proxy = Proxy::start(&cluster);
    let victim = Arc::clone(&cluster);
    proxy.on_some(page_of_maps, 1, 1, Fault::First(Box::new(move || victim.kill())));
    let ran = through(&cluster, &proxy);
    let maps: Vec<_> =
        ran.entries("here").into_iter().filter(|entry| entry["resource"] == "configmaps").collect();
    let cut = maps.iter().find(|entry| entry["verb"] == "list").unwrap_or_else(|| panic!("{maps:?}"));
    let cause = cut["cause"].as_str().unwrap();
    assert!(["connection-lost", "unreachable"].contains(&cause), "{cut}");
    assert!(cut["message"].as_str().unwrap().contains("after 1000 objects"), "{cut}");
    assert_eq!((ran.verdict("here", "log-boundary").as_str(), ran.code), ("undecided", 2));
}

#[test]
fn object_that_goes_between_list_and_get_is_told() {
    let Some(lab) = Lab::find() else { return };
    let cluster = Arc::new(lab.cluster());
    fill(&cluster, "sound");
    let proxy = Proxy::start(&cluster);
    let victim = Arc::clone(&cluster);
    let deed = move || {
        victim.kubectl(&["delete", "configmap", "heron-alloy", "-n", "alloy"], None);
    };
    proxy.on_some(|asked| asked.is("get", "configmaps"), 0, 1, Fault::First(Box::new(deed)));
    let ran = through(&cluster, &proxy);
    let missed = ran.not_seen("here");
    // What names it was listed before it went, so nobody knows what of the two is still so.
    assert_eq!(missed, ["get configmaps not-found"]);
    assert_eq!(ran.code, 2);
    assert_ne!(ran.verdict("here", "log-boundary"), "holds");
}

#[test]
fn interrupted_run_gives_what_it_has() {
    let Some(lab) = Lab::find() else { return };
    let cluster = lab.shared("rules", |cluster| {
        fill(cluster, "leaking");
        let labels = json!({"loki_rule": "1"});
        let metadata = json!({"name": "rules", "namespace": "loki", "labels": labels});
        cluster.apply(&json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"a.yaml": "groups: []"}}));
    });
    let proxy = Proxy::start(cluster);
    // The leak is in Alloy's ConfigMap. ConfigMaps are asked for last, side by side.
    let stalled = |asked: &Asked| asked.is("get", "configmaps") && asked.path.contains("/loki/");
    proxy.on(stalled, Fault::Silence);
    let folder = cluster.lab().folder("interrupted");
    let audit = Audit::of(&folder, &proxy.address(), &cluster.admin().credential());
    let running = audit.and(&["--request-timeout", "100s", "--timeout", "120s"]).start();
    cluster.wait_for(|| proxy.asked().iter().any(stalled));
    std::thread::sleep(Duration::from_secs(2));
    running.signal("INT");
    let ran = running.wait(Duration::from_secs(30));
    assert_eq!(ran.not_seen("here"), ["get configmaps interrupted"], "{}", ran.stdout);
    assert_eq!(ran.entries("here")[0]["namespace"], "loki");
    assert_eq!((ran.verdict("here", "log-boundary").as_str(), ran.code), ("violated", 2));
    assert_eq!(ran.of_rule("logs-leave-workload").len(), 1);
    assert_only_reads(&proxy.asked());
}

#[test]
fn nobody_may_do_anything() {
    let Some(cluster) = example("sound") else { return };
    let proxy = Proxy::start(cluster);
    let folder = cluster.lab().folder("nobody");
    let ran = Audit::of(&folder, &proxy.address(), &cluster.nobody().credential()).and(&LIMITS).run();
    let missed = ran.not_seen("here");
    assert!(missed.len() > 10 && missed.iter().all(|missed| missed.ends_with(" forbidden")), "{missed:?}");
    assert!(
        ran.verdicts("here").iter().all(|verdict| verdict.ends_with(" undecided")),
        "{:?}",
        ran.verdicts("here")
    );
    assert_eq!(ran.code, 2);
    assert!(matches!(cluster.nobody().credential(), Credential::Token(_)));
}
