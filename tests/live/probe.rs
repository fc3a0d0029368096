//! `--probe`: programs that answer as Mimir, Loki and Alloy do, asked through the proxy of a real API server.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Write as _;
use std::net::IpAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::net::UdpSocket;
use std::process::Command;
use std::sync::Arc;
use std::sync::Mutex;

use serde_json::Value;
use serde_json::json;

use super::assets::say;
use super::cluster::Cluster;
use super::cluster::User;
use super::kubeconfig::Kubeconfig;
use super::lab::Lab;
use super::load::load;

/// What stands in everything secret.
const CANARY: &str = "Canary7Q-probe";

/// An address of this machine that is not loopback, to which API servers do not pass requests on.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind(("0.0.0.0", 0)).ok()?;
    // Nothing is sent: it only tells which address would be.
    socket.connect(("192.0.2.1", 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    let usable = !address.is_loopback() && !address.is_unspecified();
    if !usable {
        say("not run: tests of --probe; this machine has no address beside loopback");
    }
    usable.then_some(address)
}

/// A program that answers over HTTP, as long as the process lives.
struct Program {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Program {
    /// Answers these paths; any other with 404.
    fn start(address: IpAddr, answers: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind((address, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers: BTreeMap<String, String> =
            answers.iter().map(|(path, body)| ((*path).to_owned(), (*body).to_owned())).collect();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &answers, &noted);
            }
        });
        Self { port, asked }
    }

    fn asked(&self) -> Vec<String> {
        let mut asked = self.asked.lock().unwrap().clone();
        asked.sort();
        asked
    }
}

fn answer(mut stream: TcpStream, answers: &BTreeMap<String, String>, asked: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(first)) = lines.next() else { return };
    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    asked.lock().unwrap().push(first.trim_end_matches(" HTTP/1.1").to_owned());
    let path = first.split(' ').nth(1).unwrap_or_default();
    let (status, body) = match answers.get(path) {
        Some(body) => ("200 OK", body.as_str()),
        None => ("404 Not Found", "404 page not found\n"),
    };
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
}

/// A workload, its pod with the address of this machine, and the ConfigMap that it mounts.
fn workload(
    namespace: &str,
    kind: &str,
    name: &str,
    container: &Value,
    config: (&str, &str),
    address: IpAddr,
    port: u16,
) -> Vec<Value> {
    let labels = json!({"app.kubernetes.io/name": name, "pod": name});
    let mut container = container.clone();
    container["name"] = json!("main");
    container["ports"] = json!([{"name": "http-metrics", "containerPort": port}]);
    container["volumeMounts"] = json!([{"name": "config", "mountPath": "/etc/config"}]);
    let spec = json!({
        "containers": [container],
        "volumes": [{"name": "config", "configMap": {"name": format!("{name}-config")}}],
    });
    let mut of_set = json!({"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}});
    if kind == "StatefulSet" {
        of_set["serviceName"] = json!(name);
    }
    let status = match kind {
        "DaemonSet" => {
            json!({"desiredNumberScheduled": 1, "currentNumberScheduled": 1, "numberMisscheduled": 0, "numberReady": 1})
        }
        _ => json!({"replicas": 1}),
    };
    let pod = format!("{name}-0");
    vec![
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": format!("{name}-config"), "namespace": namespace},
            "data": {config.0: config.1}}),
        json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name, "namespace": namespace, "labels": labels}, "spec": of_set,
            "status": status}),
        json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": pod, "namespace": namespace, "labels": labels, "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": kind, "name": name, "controller": true, "uid": "00000000-0000-0000-0000-000000000001"}]},
            "spec": spec,
            "status": {"phase": "Running", "podIP": address.to_string(), "podIPs": [{"ip": address.to_string()}],
                "conditions": [{"type": "Ready", "status": "True"}]}}),
    ]
}

fn mimir(namespace: &str, address: IpAddr, port: u16) -> Vec<Value> {
    let container = json!({"image": "grafana/mimir:3.0.2",
        "args": ["-target=all", "-config.file=/etc/config/mimir.yaml", "-server.http-listen-port=8081"]});
    let config = "limits:\n  max_global_series_per_user: 800000\n  out_of_order_time_window: 7d\nblocks_storage:\n  backend: s3\n  s3:\n    secret_access_key: \"${KEY}\"\n";
    workload(namespace, "StatefulSet", "mimir", &container, ("mimir.yaml", config), address, port)
}

fn mimir_answers(series: u64) -> Vec<(&'static str, String)> {
    let config = format!(
        "target: all\nserver:\n  http_listen_port: 8081\nlimits:\n  max_global_series_per_user: {series}\n  \
         out_of_order_time_window: 1w\n  ingestion_rate: 10000\n  compactor_blocks_retention_period: 0s\n\
         runtime_config:\n  period: 10s\n  file: \"\"\n\
         blocks_storage:\n  backend: s3\n  s3:\n    secret_access_key: {CANARY}\n    endpoint: https://a:{CANARY}@s3/\n"
    );
    vec![
        ("/config", config),
        (
            "/api/v1/status/buildinfo",
            json!({"status": "success", "data": {"application": "Grafana Mimir", "version": "3.0.2"}})
                .to_string(),
        ),
    ]
}

fn loki(namespace: &str, address: IpAddr, port: u16) -> Vec<Value> {
    let container =
        json!({"image": "grafana/loki:3.5.0", "args": ["-target=all", "-config.file=/etc/config/loki.yaml"]});
    let config = "auth_enabled: false\nlimits_config:\n  retention_period: 30d\nruntime_config:\n  file: /etc/config/runtime.yaml\n\
        schema_config:\n  configs:\n    - { from: \"2024-01-11\", store: tsdb, object_store: s3, schema: v13, index: { prefix: i_, period: 24h } }\n";
    let mut all =
        workload(namespace, "StatefulSet", "loki", &container, ("loki.yaml", config), address, port);
    all[0]["data"]["runtime.yaml"] = json!("overrides:\n  alpha:\n    max_global_streams_per_user: 10\n");
    all
}

fn loki_answers(retention: &str, streams: u64) -> Vec<(&'static str, String)> {
    let config = format!(
        "target: all\nauth_enabled: false\nlimits_config:\n  retention_period: {retention}\n  max_line_size: 256KB\n  \
         max_global_streams_per_user: 5000\nruntime_config:\n  file: /etc/config/runtime.yaml\n"
    );
    let runtime = format!(
        "overrides:\n  alpha:\n    max_global_streams_per_user: {streams}\n    max_line_size: 256KB\n"
    );
    vec![
        ("/config", config),
        ("/runtime_config", runtime),
        (
            "/loki/api/v1/status/buildinfo",
            json!({"version": "3.5.0", "revision": "a", "goVersion": "go1.24"}).to_string(),
        ),
    ]
}

fn alloy(namespace: &str, address: IpAddr, port: u16) -> Vec<Value> {
    let container = json!({"image": "grafana/alloy:v1.8.0", "args": ["run", "/etc/config/config.alloy"]});
    let config = "discovery.kubernetes \"pods\" { role = \"pod\" }\n\
        loki.source.kubernetes \"pods\" {\n  targets = discovery.kubernetes.pods.targets\n  forward_to = [loki.write.local.receiver]\n}\n\
        loki.write \"local\" {\n  endpoint { url = \"http://loki.sound.svc.cluster.local/loki/api/v1/push\" }\n}\n";
    workload(namespace, "DaemonSet", "alloy", &container, ("config.alloy", config), address, port)
}

fn alloy_answers(ids: &[&str], health: &str) -> Vec<(&'static str, String)> {
    let components = ids.iter().map(|id| {
        let (name, label) = id.rsplit_once('.').unwrap();
        json!({"name": name, "type": "block", "localID": id, "moduleID": "", "label": label, "referencesTo": [], "referencedBy": [],
            "health": {"state": health, "message": format!("Post \"https://u:{CANARY}@h/?token={CANARY}\""), "updatedTime": "2026-01-01T00:00:00Z"},
            "original": "", "arguments": [{"name": "password", "type": "attr", "value": {"type": "string", "value": CANARY}}]})
    });
    vec![("/api/v0/web/components", Value::Array(components.collect()).to_string())]
}

fn start(address: IpAddr, answers: &[(&str, String)]) -> Program {
    let answers: Vec<(&str, &str)> = answers.iter().map(|(path, body)| (*path, body.as_str())).collect();
    Program::start(address, &answers)
}

const IDS: [&str; 3] = ["discovery.kubernetes.pods", "loki.source.kubernetes.pods", "loki.write.local"];

/// What a run said.
struct Ran {
    code: i32,
    report: Value,
}

impl Ran {
    /// Rules of the probe that found something, with their messages.
    fn found(&self) -> Vec<(String, String)> {
        let findings = self.report["findings"].as_array().unwrap().iter();
        let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        findings
            .map(|finding| (text(finding, "rule"), text(finding, "message")))
            .filter(|(rule, _)| rule.starts_with("answered-"))
            .collect()
    }

    /// What could not be asked of programs: cause and message.
    fn not_seen(&self) -> Vec<(String, String)> {
        let all = self.report["coverage"]["notSeen"].as_array().unwrap();
        let text = |own: &Value, key: &str| own[key].as_str().unwrap_or_default().to_owned();
        all.iter()
            .filter(|own| own["resource"] == "pods/proxy")
            .inspect(|own| assert_eq!(own["verb"], "get"))
            .map(|own| (text(own, "cause"), text(own, "message")))
            .collect()
    }
}

/// Audits one namespace with `--probe`.
fn audit(cluster: &Cluster, user: &User, namespace: &str) -> Ran {
    let name = format!("{namespace}-{}.kubeconfig", user.name);
    let config =
        Kubeconfig::one("here", &cluster.address(), &user.credential()).write(cluster.folder(), &name);
    let output = Command::new(env!("CARGO_BIN_EXE_ptd-lint"))
        .args([
            "--live",
            "--probe",
            "-n",
            namespace,
            "-o",
            "json",
            "--request-timeout",
            "10s",
            "--kubeconfig",
        ])
        .arg(config)
        .env("CI", "true")
        .current_dir(cluster.folder())
        .output()
        .unwrap();
    let (stdout, stderr) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(!stdout.contains(CANARY) && !stderr.contains(CANARY), "a secret is printed: {stdout}{stderr}");
    let report = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"));
    Ran { code: output.status.code().unwrap(), report }
}

/// Mimir, Loki and Alloy, which answer with these programs.
fn stack(namespace: &str, address: IpAddr, [one, two, three]: &[Program; 3]) -> Vec<Value> {
    [
        mimir(namespace, address, one.port),
        loki(namespace, address, two.port),
        alloy(namespace, address, three.port),
    ]
    .concat()
}

fn filled(cluster: &Cluster, objects: &[Value]) {
    load(cluster, &json!({"items": objects}));
}

#[test]
fn programs_that_run_what_is_declared_are_not_complained_of() {
    let (Some(lab), Some(address)) = (Lab::find(), own_address()) else { return };
    let cluster = lab.shared("probed", |_| {});
    let programs = [
        start(address, &mimir_answers(800_000)),
        start(address, &loki_answers("30d", 10)),
        start(address, &alloy_answers(&IDS, "healthy")),
    ];
    let [one, two, three] = &programs;
    let namespace = "sound";
    filled(cluster, &stack(namespace, address, &programs));
    let ran = audit(cluster, &cluster.admin(), namespace);
    assert_eq!((ran.found(), ran.not_seen()), (vec![], vec![]));
    assert_eq!(one.asked(), ["GET /api/v1/status/buildinfo", "GET /config", "GET /runtime_config"]);
    assert_eq!(two.asked(), ["GET /config", "GET /loki/api/v1/status/buildinfo", "GET /runtime_config"]);
    assert_eq!(three.asked(), ["GET /api/v0/web/components"]);
}

#[test]
fn what_runs_otherwise_is_told_at_what_is_declared() {
    let (Some(lab), Some(address)) = (Lab::find(), own_address()) else { return };
    let cluster = lab.shared("probed", |_| {});
    let namespace = "stale";
    let programs = [
        start(address, &mimir_answers(150_000)),
        start(address, &loki_answers("1y", 20)),
        start(address, &alloy_answers(&[IDS[0], IDS[2], "loki.write.old"], "unhealthy")),
    ];
    filled(cluster, &stack(namespace, address, &programs));
    let ran = audit(cluster, &cluster.admin(), namespace);
    let found = ran.found();
    let has = |rule: &str, words: &str| {
        assert!(
            found.iter().any(|(own, message)| own == rule && message.contains(words)),
            "{rule} {words}: {found:?}"
        );
    };
    has(
        "answered-limit-differs",
        "Mimir runs with 150000 as limits.max_global_series_per_user, declared is 800000 (mimir-0)",
    );
    has(
        "answered-retention-differs",
        "Loki runs with 1y as limits_config.retention_period, declared is 30d (loki-0)",
    );
    has("answered-tenant-limits-differ", "tenant alpha");
    has("answered-program-differs", "loki.source.kubernetes.pods of it not running (alloy-0)");
    has(
        "answered-component-not-well",
        "loki.write.local of stale/alloy is unhealthy (alloy-0): Post \"https://u:******@h/?********\"",
    );
    assert_eq!(found.len(), 7, "{found:?}");
    assert_eq!(ran.not_seen(), []);
    let place = ran.report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|own| own["rule"] == "answered-limit-differs")
        .unwrap();
    let text = place.to_string();
    assert!(
        text.contains("here/stale/ConfigMap/mimir-config") && text.contains("here/stale/Answer/mimir-0"),
        "{text}"
    );
}

#[test]
fn what_could_not_be_asked_leaves_the_run_incomplete() {
    let (Some(lab), Some(address)) = (Lab::find(), own_address()) else { return };
    let cluster = lab.shared("probed", |_| {});
    let namespace = "broken";
    let closed = TcpListener::bind((address, 0)).unwrap().local_addr().unwrap().port();
    let odd = start(address, &[("/config", "<html>not a configuration</html>".to_owned())]);
    filled(cluster, &[mimir(namespace, address, closed), loki(namespace, address, odd.port)].concat());
    let ran = audit(cluster, &cluster.admin(), namespace);
    let causes: Vec<(String, bool)> = ran
        .not_seen()
        .into_iter()
        .map(|(cause, message)| (cause, message.starts_with("/config: ")))
        .collect();
    let cause = |name: &str, config: bool| (name.to_owned(), config);
    assert_eq!(
        causes,
        [
            cause("not-found", false),
            cause("not-found", false),
            cause("not-understood", true),
            cause("server-error", true)
        ],
        "{:?}",
        ran.not_seen()
    );
    assert_eq!((ran.code, ran.found()), (2, vec![]));
    let verdict = |id: &str| {
        let verdicts = ran.report["verdicts"].as_array().unwrap();
        verdicts.iter().find(|own| own["invariant"] == id).unwrap()["verdict"].as_str().unwrap().to_owned()
    };
    // What is declared breaks some of them anyway.
    for id in ["store-limits", "store-retention", "store-storage", "coherence"] {
        assert!(["undecided", "violated"].contains(&verdict(id).as_str()), "{id}: {}", verdict(id));
    }
    assert_ne!(verdict("grafana-access"), "undecided");
}

#[test]
fn who_may_not_use_the_proxy_is_told_so() {
    let (Some(lab), Some(address)) = (Lab::find(), own_address()) else { return };
    let cluster = lab.shared("probed", |_| {});
    let namespace = "forbidden";
    let program = start(address, &mimir_answers(150_000));
    filled(cluster, &mimir(namespace, address, program.port));
    let all = json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["list"]}, {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}]);
    let ran = audit(cluster, &cluster.user(&all), namespace);
    assert_eq!(ran.not_seen().iter().map(|(cause, _)| cause.as_str()).collect::<Vec<_>>(), ["forbidden"]);
    assert_eq!((ran.code, ran.found(), program.asked()), (2, vec![], vec![]));
    let more = json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["list"]}, {"apiGroups": [""], "resources": ["configmaps", "pods/proxy"], "verbs": ["get"]}]);
    let ran = audit(cluster, &cluster.user(&more), namespace);
    assert_eq!((ran.not_seen(), ran.found().len()), (vec![], 1));
}
