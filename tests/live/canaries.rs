//! No value of a secret comes out again, wherever in a cluster it stands and whatever happens on the way.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use serde_json::json;

use super::audit::Audit;
use super::audit::Audited;
use super::audit::fill;
use super::cluster::Cluster;
use super::lab::Lab;
use super::load::install_kinds;
use super::proxy::Fault;
use super::proxy::Proxy;
use super::requests::Asked;
use super::requests::assert_only_reads;

/// A word that no output may hold. Every token holds it too.
const CANARY: &str = "Canary7Q";

/// A part of the word as it looks when a text that holds it somewhere is encoded, for each place that it may have in the
/// groups of three bytes.
fn encoded() -> Vec<String> {
    let inner = |skip: usize| {
        let text = ["x".repeat(skip).as_bytes(), CANARY.as_bytes()].concat();
        let whole = STANDARD.encode(text);
        // What stands beside the word has a part in the first and the last letters.
        let (from, to) = (skip.div_ceil(3) * 4, (skip + CANARY.len()) / 3 * 4);
        whole[from..to].to_owned()
    };
    [0, 1, 2].into_iter().map(inner).collect()
}

/// Holds a run to have said nothing of it.
fn says_nothing(ran: &Audited) {
    let encoded = encoded();
    let words: Vec<&str> = encoded.iter().map(String::as_str).chain([CANARY]).collect();
    ran.never_says(&words);
}

/// A program whose logs leave, with secrets in the clear on all sides.
fn program() -> String {
    format!(
        r#"loki.source.kubernetes "pods" {{
  targets    = []
  forward_to = [loki.write.out.receiver]
}}
loki.write "out" {{
  endpoint {{
    url = "https://me:{CANARY}-01@logs.stranger.example.net/loki/api/v1/push"
    basic_auth {{
      username = "me"
      password = "{CANARY}-02"
    }}
    headers = {{ "Authorization" = "Bearer {CANARY}-03" }}
  }}
  endpoint {{
    url          = sys.env("LOKI_URL")
    bearer_token = "{CANARY}-04"
  }}
}}
remote.kubernetes.secret "own" {{
  namespace = "alloy"
  name      = "canaries"
}}
prometheus.remote_write "out" {{
  endpoint {{
    url            = "https://metrics.stranger.example.net/api/v1/push"
    no_such_secret = "{CANARY}-05"
    oauth2 {{ client_secret = "{CANARY}-06" }}
  }}
}}
"#
    )
}

/// What Helm keeps of a release, as it keeps it.
fn release() -> Value {
    let record = json!({
        "name": "canary-grafana", "namespace": "grafana", "version": 1, "info": {"status": "deployed"},
        "chart": {"metadata": {"name": "grafana", "version": "7.0.14", "appVersion": "10.2.2"},
            "values": {"adminPassword": format!("{CANARY}-10")}},
        "config": {
            "adminPassword": format!("{CANARY}-11"),
            "env": {"GF_SECURITY_ADMIN_PASSWORD": format!("{CANARY}-12")},
            "grafana.ini": {"security": {"admin_password": format!("{CANARY}-13")},
                "auth.anonymous": {"enabled": true}},
        },
        "manifest": format!("kind: Secret\nstringData: {{a: {CANARY}-14}}"),
    });
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(record.to_string().as_bytes()).unwrap();
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
        "metadata": {
            "name": "sh.helm.release.v1.canary-grafana.v1", "namespace": "grafana",
            "labels": {"name": "canary-grafana", "owner": "helm", "status": "deployed", "version": "1"},
        },
        "stringData": {"release": STANDARD.encode(packed.finish().unwrap())},
    })
}

/// A Secret all of whose values are canaries.
fn secret(namespace: &str, name: &str, kind: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "type": kind,
        "metadata": {"name": name, "namespace": namespace},
        "stringData": {
            "password": format!("{CANARY}-20"), "url": format!("https://me:{CANARY}-21@logs.stranger.example.net/push"),
            "config.alloy": program(), "PTD_DATABASE_URL": format!("postgres://me:{CANARY}-22@db.example.net/grafana"),
        },
        "data": {"more": STANDARD.encode(format!("{CANARY}-23"))},
    })
}

/// Objects with canaries, as people have them who do not take care.
fn objects() -> Vec<Value> {
    let settings = format!(
        "[security]\nadmin_password = {CANARY}-30\n[database]\nurl = postgres://me:{CANARY}-31@db/x\n\
         [auth.anonymous]\nenabled = true\n"
    );
    let sources = format!(
        "datasources:\n- name: Loki\n  type: loki\n  url: http://me:{CANARY}-32@logs.example.net\n  basicAuthPassword: {CANARY}-33\n"
    );
    let pod = |name: &str, image: &str, config: &str| {
        json!({
            "metadata": {"labels": {"app": name}},
            "spec": {
                "containers": [{
                    "name": name, "image": image,
                    "args": ["run", "/etc/config/config.alloy", format!("--cluster.join-token={CANARY}-40")],
                    "env": [
                        {"name": "REMOTE_PASSWORD", "value": format!("{CANARY}-41")},
                        {"name": "API_TOKEN", "value": format!("{CANARY}-42")},
                        {"name": "LOKI_URL", "valueFrom": {"secretKeyRef": {"name": "canaries", "key": "url"}}},
                    ],
                    "envFrom": [{"secretRef": {"name": "canaries"}}],
                    "volumeMounts": [{"name": "config", "mountPath": "/etc/config"},
                        {"name": "secret", "mountPath": "/etc/secret"}],
                }],
                "volumes": [{"name": "config", "configMap": {"name": config}},
                    {"name": "secret", "secret": {"secretName": "canaries"}}],
            },
        })
    };
    let workload = |kind: &str, namespace: &str, name: &str, pod: Value| {
        json!({
            "apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": namespace},
            "spec": {"selector": {"matchLabels": {"app": name}}, "template": pod},
        })
    };
    let map = |namespace: &str, name: &str, data: Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": data});
    vec![
        map(
            "alloy",
            "canary-alloy",
            json!({
                "config.alloy": program(), "password": format!("{CANARY}-60"), "db.yaml": format!("password: {CANARY}-61\n"),
            }),
        ),
        map(
            "grafana",
            "canary-grafana",
            json!({
                "grafana.ini": settings, "datasources.yaml": sources, "admin-password": format!("{CANARY}-62"),
            }),
        ),
        workload(
            "DaemonSet",
            "alloy",
            "canary-alloy",
            pod("canary-alloy", "grafana/alloy:v1.8.3", "canary-alloy"),
        ),
        workload(
            "Deployment",
            "grafana",
            "canary-grafana",
            pod("canary-grafana", "grafana/grafana:10.2.2", "canary-grafana"),
        ),
        secret("alloy", "canaries", "Opaque"),
        secret("grafana", "canaries", "Opaque"),
        secret("loki", "canaries", "example.com/any"),
        secret("mimir", "canaries", "Opaque"),
    ]
}

/// Charts with canaries in their values: one that Helm installed, and one that is declared.
fn charts() -> Vec<Value> {
    let values =
        format!("adminPassword: {CANARY}-50\ngrafana.ini:\n  security:\n    secret_key: {CANARY}-51\n");
    let chart = json!({
        "apiVersion": "helm.cattle.io/v1", "kind": "HelmChart",
        "metadata": {"name": "second-grafana", "namespace": "helm-controller"},
        "spec": {"chart": "grafana", "version": "7.0.14", "targetNamespace": "monitoring", "valuesContent": values,
            "set": {"adminPassword": format!("{CANARY}-52")}},
    });
    let namespace = |name: &str| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    vec![namespace("grafana"), namespace("helm-controller"), namespace("monitoring"), release(), chart]
}

/// The leaking example with all of these beside it, applied as kubectl does by itself: with a copy of each object in an
/// annotation.
fn cluster() -> Option<&'static Cluster> {
    Some(Lab::find()?.shared("canaries", |cluster| {
        fill(cluster, "leaking");
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects()});
        cluster.kubectl(&["apply", "-f", "-"], Some(&list.to_string()));
        let secret = cluster.get("/api/v1/namespaces/alloy/secrets/canaries");
        let copy = &secret["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"];
        assert!(copy.as_str().unwrap().contains(CANARY));
    }))
}

#[test]
fn values_of_charts_are_not_shown() {
    let Some(lab) = Lab::find() else { return };
    let cluster = lab.cluster();
    install_kinds(&cluster);
    cluster.apply(&json!({"apiVersion": "v1", "kind": "List", "items": charts()}));
    let proxy = Proxy::start(&cluster);
    let ran = run(&proxy, &cluster, |audit| audit);
    assert_eq!(ran.not_seen("here"), Vec::<String>::new(), "{}", ran.stderr);
    let found = ran.report()["findings"].as_array().unwrap().clone();
    let places: Vec<&str> = found.iter().filter_map(|own| own["location"]["path"].as_str()).collect();
    for place in ["here/grafana/Release/canary-grafana", "here/helm-controller/HelmChart/second-grafana"] {
        assert!(places.contains(&place), "{place}: {places:?}");
    }
    run(&proxy, &cluster, |audit| audit.for_people().and(&["--verbose"]));
    run(&proxy, &cluster, |audit| audit.for_people().and(&["--read-secret-values"]));
    assert_eq!(immodest(&proxy), Vec::<String>::new());
}

fn run(proxy: &Proxy, cluster: &Cluster, change: impl Fn(Audit) -> Audit) -> Audited {
    let folder = cluster.lab().folder(&format!("canaries-{:?}", std::thread::current().id()));
    let audit = Audit::of(&folder, &proxy.address(), &cluster.admin().credential());
    let audit = audit.and(&["--request-timeout", "3s", "--timeout", "60s"]);
    let audit = audit.with("RUST_BACKTRACE", "full").with("RUST_LOG", "trace");
    let ran = change(audit).run();
    says_nothing(&ran);
    assert_only_reads(&proxy.asked());
    ran
}

/// Requests for Secrets other than those for metadata or for Helm's own records.
fn immodest(proxy: &Proxy) -> Vec<String> {
    let is_modest = |asked: &Asked| {
        let records = asked.query.get("fieldSelector").map(String::as_str) == Some("type=helm.sh/release.v1");
        asked.verb() == "list" && (asked.wants_metadata_only() || records)
    };
    let asked = proxy.asked().into_iter().filter(|asked| {
        asked.target().is_some_and(|target| target.resource == "secrets") && !is_modest(asked)
    });
    let mut paths: Vec<String> = asked.map(|asked| format!("{} {}", asked.verb(), asked.path)).collect();
    paths.sort();
    paths.dedup();
    paths
}

#[test]
fn the_word_is_known_in_every_form() {
    let encoded = encoded();
    for skip in 0..6 {
        let text = STANDARD.encode(format!("{}{CANARY}-20 and more", "y".repeat(skip)));
        assert!(encoded.iter().any(|part| text.contains(part.as_str())), "{skip}: {text} {encoded:?}");
    }
    assert!(encoded.iter().all(|part| part.len() >= 8), "{encoded:?}");
}

#[test]
fn values_of_secrets_are_neither_asked_for_nor_shown() {
    let Some(cluster) = cluster() else { return };
    let proxy = Proxy::start(cluster);
    let ran = run(&proxy, cluster, |audit| audit);
    assert_eq!(ran.not_seen("here"), Vec::<String>::new(), "{}", ran.stderr);
    assert_eq!(immodest(&proxy), Vec::<String>::new());
    // They were all in what was read and judged: these places are beside them.
    let found = ran.report()["findings"].as_array().unwrap().clone();
    let places: Vec<&str> = found.iter().filter_map(|own| own["location"]["path"].as_str()).collect();
    for place in [
        "here/alloy/ConfigMap/canary-alloy",
        "here/alloy/DaemonSet/canary-alloy",
        "here/grafana/ConfigMap/canary-grafana",
    ] {
        assert!(places.contains(&place), "{place}: {places:?}");
    }
    for change in [
        (|audit| audit.for_people()) as fn(Audit) -> Audit,
        |audit| audit.for_people().and(&["--verbose"]),
        |audit| audit.for_people().and(&["--quiet", "--color", "always"]),
    ] {
        let ran = run(&proxy, cluster, change);
        assert!(ran.stdout.contains("logs.stranger.example.net"), "{}", ran.stdout);
    }
    assert_eq!(immodest(&proxy), Vec::<String>::new());
}

#[test]
fn values_of_secrets_that_are_asked_for_are_those_of_the_stack_and_not_shown() {
    let Some(cluster) = cluster() else { return };
    let proxy = Proxy::start(cluster);
    let with_values = |audit: Audit| audit.and(&["--read-secret-values"]);
    let ran = run(&proxy, cluster, with_values);
    assert_eq!(ran.not_seen("here"), Vec::<String>::new(), "{}", ran.stderr);
    // Those that collectors and stores are given, and no other: a destination of theirs may come from one.
    assert_eq!(immodest(&proxy), ["get /api/v1/namespaces/alloy/secrets/canaries"]);
    for change in
        [(|audit| audit.for_people().and(&["--read-secret-values"])) as fn(Audit) -> Audit, |audit| {
            audit.for_people().and(&["--read-secret-values", "--verbose"])
        }]
    {
        run(&proxy, cluster, change);
    }
}

#[test]
fn faults_bring_nothing_to_light() {
    let Some(cluster) = cluster() else { return };
    let of_any = |resource: &'static str| {
        move |asked: &Asked| asked.target().is_some_and(|target| target.resource == resource)
    };
    let faults: [fn() -> Fault; 6] = [
        || Fault::Page(502, "<html>502: Bearer Canary7Q-70, postgres://me:Canary7Q-71@db</html>"),
        || Fault::Page(403, "{\"message\": \"Canary7Q-72\", \"reason\": \"Canary7Q-73\"}"),
        || Fault::Garbage("{\"items\": [{\"password\": \"Canary7Q-74\""),
        || {
            Fault::Garbage(
                "{\"items\": [7, {\"data\": {\"password\": \"Canary7Q-75\"}, \"metadata\": \"Canary7Q-76\"}]}",
            )
        },
        || Fault::CutAfter(4000),
        || Fault::HangUp,
    ];
    for fault in faults {
        for resource in ["configmaps", "secrets", "helmcharts"] {
            let proxy = Proxy::start(cluster);
            proxy.on(of_any(resource), fault());
            let ran = run(&proxy, cluster, |audit| audit);
            assert_eq!(ran.code, 2, "{resource}: {}", ran.stdout);
        }
        let proxy = Proxy::start(cluster);
        proxy.on(of_any("secrets"), fault());
        proxy.on(of_any("configmaps"), fault());
        run(&proxy, cluster, |audit| audit.for_people().and(&["--verbose", "--read-secret-values"]));
    }
}

#[test]
fn destination_in_a_secret_is_known_only_with_its_value() {
    let Some(lab) = Lab::find() else { return };
    let cluster = lab.cluster();
    fill(&cluster, "sound");
    let config = "loki.source.kubernetes \"pods\" {\n  targets    = []\n  forward_to = [loki.write.out.receiver]\n}\n\
                  loki.write \"out\" {\n  endpoint {\n    url = sys.env(\"LOKI_URL\")\n  }\n}\n";
    let items = json!([
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "target", "namespace": "alloy"},
            "stringData": {"url": format!("https://me:{CANARY}-80@logs.stranger.example.net/loki/api/v1/push")}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "second", "namespace": "alloy"},
            "data": {"config.alloy": config}},
        {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "second", "namespace": "alloy"}, "spec": {
            "selector": {"matchLabels": {"app": "second"}},
            "template": {"metadata": {"labels": {"app": "second"}}, "spec": {
                "containers": [{"name": "alloy", "image": "grafana/alloy:v1.8.3", "args": ["run", "/etc/alloy/config.alloy"],
                    "env": [{"name": "LOKI_URL", "valueFrom": {"secretKeyRef": {"name": "target", "key": "url"}}}],
                    "volumeMounts": [{"name": "config", "mountPath": "/etc/alloy"}]}],
                "volumes": [{"name": "config", "configMap": {"name": "second"}}],
            }},
        }},
    ]);
    cluster.apply(&json!({"apiVersion": "v1", "kind": "List", "items": items}));
    let proxy = Proxy::start(&cluster);
    let ran = run(&proxy, &cluster, |audit| audit);
    assert_eq!(ran.verdict("here", "log-boundary"), "undecided", "{}", ran.stdout);
    let open = ran.of_rule("logs-leave-workload");
    assert_eq!((open.len(), &open[0]["severity"], ran.code), (1, &json!("warning"), 1));
    assert!(open[0]["message"].as_str().unwrap().contains("--read-secret-values"), "{open:?}");
    let ran = run(&proxy, &cluster, |audit| audit.and(&["--read-secret-values"]));
    assert_eq!(ran.verdict("here", "log-boundary"), "violated", "{}", ran.stdout);
    let leak = ran.of_rule("logs-leave-workload");
    assert_eq!((leak.len(), &leak[0]["severity"], ran.code), (1, &json!("error"), 1));
    assert_eq!(leak[0]["location"]["path"], "here/alloy/ConfigMap/second");
}
