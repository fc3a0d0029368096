//! The account of `deploy/` can do the run and nothing else, and each form of reports is written.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;
use std::time::SystemTime;

use serde_json::Value;
use serde_json::json;

use super::assets::say;
use super::audit::Audit;
use super::audit::Audited;
use super::audit::fill;
use super::audit::verdicts;
use super::cluster::Cluster;
use super::cluster::User;
use super::lab::Lab;
use super::proxy::Proxy;
use super::requests::assert_only_reads;

fn folder(name: &str) -> String {
    format!("{}/deploy/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The account of the `CronJob`, by a token as its pods get it.
fn deployed(cluster: &Cluster, name: &str) -> User {
    cluster.kubectl(&["apply", "--server-side", "-k", &folder(name)], None);
    let account = cluster.account("ptd-lint", "ptd-lint", SystemTime::now() + Duration::from_secs(3000));
    let known = "/api/v1/namespaces/alloy/configmaps?limit=1";
    cluster.wait_for(|| cluster.ask(known, &account).is_some_and(|(status, _)| status == 200));
    account
}

/// Settings that the `CronJob`'s pods get.
fn settings() -> String {
    folder("base/ptd-lint.yaml")
}

fn run(cluster: &Cluster, user: &User, arguments: &[&str]) -> (Audited, Proxy) {
    let proxy = Proxy::start(cluster);
    let ran = Audit::of(cluster.folder(), &proxy.address(), &user.credential()).and(arguments).run();
    ran.never_says(&[&user.token]);
    (ran, proxy)
}

/// What an account may do besides asking what there is and what it may do: verb, resource, names.
fn rights(cluster: &Cluster, account: &str) -> BTreeSet<String> {
    let question = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": {"namespace": "alloy"},
    });
    let arguments = ["create", "-f", "-", "-o", "json", "--validate=false", &format!("--as={account}")];
    let answer: Value =
        serde_json::from_str(&cluster.kubectl(&arguments, Some(&question.to_string()))).unwrap();
    assert_eq!(answer["status"]["incomplete"], false);
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let mut found = BTreeSet::new();
    for rule in answer["status"]["resourceRules"].as_array().unwrap() {
        for resource in texts(&rule["resources"]) {
            for verb in texts(&rule["verbs"]) {
                let names = texts(&rule["resourceNames"]).join(",");
                found.insert(format!("{verb} {resource} {names}").trim().to_owned());
            }
        }
    }
    found
}

/// What every account has: what it is, and what it may do.
const OF_ALL: [&str; 3] =
    ["create selfsubjectaccessreviews", "create selfsubjectreviews", "create selfsubjectrulesreviews"];

#[test]
fn account_of_the_cronjob_can_do_the_run_and_nothing_else() {
    let Some(lab) = Lab::find() else { return };
    let cluster = lab.cluster();
    fill(&cluster, "leaking");
    let account = deployed(&cluster, "cronjob");
    let (ran, proxy) = run(&cluster, &account, &[]);
    assert_only_reads(&proxy.asked());
    assert_eq!((ran.not_seen("here"), proxy.denied()), (Vec::new(), Vec::new()));
    assert_eq!((ran.verdict("here", "log-boundary").as_str(), ran.code), ("violated", 1));

    let rights = rights(&cluster, &account.name);
    let others: Vec<&String> = rights
        .iter()
        .filter(|right| !right.starts_with("list ") && !OF_ALL.contains(&right.as_str()))
        .collect();
    assert_eq!(others, ["get configmaps"]);
    assert!(rights.contains("list secrets") && rights.len() > 30, "{rights:?}");

    let (refused, proxy) = run(&cluster, &account, &["--write-report"]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("(forbidden)"), "{}", refused.stderr);
    assert!(!proxy.denied().is_empty());
}

/// The requests of a run that do more than read.
fn writes(proxy: &Proxy) -> Vec<String> {
    let asked = proxy.asked();
    let writes = asked.iter().filter(|asked| !asked.only_reads());
    writes.map(|asked| format!("{} {}", asked.verb(), asked.path)).collect()
}

/// The reports of a kind, by namespace.
fn reports(cluster: &Cluster, kind: &str) -> Vec<Value> {
    let printed = cluster.kubectl(&["get", "-A", "-o", "json", kind], None);
    let list: Value = serde_json::from_str(&printed).unwrap();
    list["items"].as_array().unwrap().clone()
}

/// The results of a report for a rule or a promise.
fn results<'r>(report: &'r Value, policy: &str) -> Vec<&'r Value> {
    let all = report["results"].as_array().into_iter().flatten();
    all.filter(|result| result["policy"] == policy || result["rule"] == policy).collect()
}

#[test]
fn policy_reports_are_written_where_open_reports_are_not_known() {
    let Some(lab) = Lab::find() else { return };
    let cluster = lab.cluster();
    fill(&cluster, "leaking");
    let admin = cluster.admin();
    let groups = |cluster: &Cluster| cluster.get("/apis").to_string();
    cluster.kubectl(&["delete", "crd", "reports.openreports.io", "clusterreports.openreports.io"], None);
    cluster.wait_for(|| !groups(&cluster).contains("openreports.io"));
    let (ran, proxy) = run(&cluster, &admin, &["--write-report"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    let base = "/apis/wgpolicyk8s.io/v1alpha2";
    assert!(
        writes(&proxy).iter().all(|own| own.starts_with(&format!("patch {base}/"))),
        "{:?}",
        writes(&proxy)
    );
    let found = reports(&cluster, "policyreports.wgpolicyk8s.io");
    let of_alloy = found.iter().find(|own| own["metadata"]["namespace"] == "alloy").unwrap();
    assert_eq!(results(of_alloy, "logs-leave-workload").len(), 1, "{of_alloy}");
    assert_eq!(reports(&cluster, "clusterpolicyreports.wgpolicyk8s.io").len(), 1);

    let all = ["delete", "crd", "policyreports.wgpolicyk8s.io", "clusterpolicyreports.wgpolicyk8s.io"];
    cluster.kubectl(&all, None);
    cluster.wait_for(|| !groups(&cluster).contains("wgpolicyk8s.io"));
    let (ran, proxy) = run(&cluster, &admin, &["--write-report"]);
    assert_eq!((ran.code, writes(&proxy)), (2, Vec::new()), "{}", ran.stderr);
    assert!(ran.stderr.contains("install the CRDs of one"), "{}", ran.stderr);
    assert_eq!(ran.verdict("here", "log-boundary"), "violated");
}

/// Runs a command with a folder at the place where pods find their account, which nobody else sees.
const IN_POD: &str = r#"
mount -t tmpfs none /var/run && mkdir -p /var/run/secrets/kubernetes.io || exit 77
cp -r "$1" /var/run/secrets/kubernetes.io/serviceaccount || exit 77
shift
exec "$@"
"#;

#[test]
fn pod_reads_its_own_cluster_by_its_account() {
    let Some(lab) = Lab::find() else { return };
    let cluster = lab.shared("rights", |cluster| fill(cluster, "leaking"));
    let account = deployed(cluster, "cronjob");
    let files = lab.folder("account");
    for (name, text) in [
        ("token", &account.token),
        ("ca.crt", &cluster.address().authority),
        ("namespace", &"ptd-lint".to_owned()),
    ] {
        std::fs::write(files.join(name), text).unwrap();
    }
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", IN_POD, "sh", files.to_str().unwrap(), env!("CARGO_BIN_EXE_ptd-lint")])
        .args(["--live", "--in-cluster", "--timeout=5m", "-o", "json", "--config", &settings()])
        .env("KUBERNETES_SERVICE_HOST", "127.0.0.1")
        .env("KUBERNETES_SERVICE_PORT", cluster.port().to_string())
        .output();
    let output = match output {
        Ok(output) if output.status.code() != Some(77) && !output.stderr.starts_with(b"unshare:") => output,
        _ => return say("not run: a run as in a pod; this user may not mount anything"),
    };
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{errors}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["coverage"]["notSeen"], json!([]));
    assert_eq!(report["coverage"]["clusters"][0]["name"], "in-cluster");
    assert!(verdicts(&report, "in-cluster").contains(&"log-boundary violated".to_owned()), "{report}");
    assert!(!errors.contains(&account.token));
}
