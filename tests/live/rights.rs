//! Holds the rights that the program prints to what a run needs: no less, no more; and what it writes with them.

use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use std::time::SystemTime;

use serde_json::Value;
use serde_json::json;

use super::cluster::Cluster;
use super::cluster::User;
use super::kubeconfig::Kubeconfig;
use super::lab::Lab;
use super::load::install_kinds;
use super::proxy::Fault;
use super::proxy::Proxy;
use super::requests::Asked;
use super::requests::assert_only_reads;

/// A small stack with something to find: an Alloy that sends logs out, and a Loki that keeps them for ever.
const STACK: &str = r#"
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Namespace, metadata: {name: alloy}}
- {apiVersion: v1, kind: Namespace, metadata: {name: ptd-lint}}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: alloy, namespace: alloy}
  data:
    config.alloy: |
      loki.source.kubernetes_events "all" { forward_to = [loki.write.out.receiver] }
      loki.write "out" {
        endpoint { url = "https://logs.example.com/loki/api/v1/push" }
      }
- apiVersion: apps/v1
  kind: DaemonSet
  metadata: {name: alloy, namespace: alloy}
  spec:
    selector: {matchLabels: {app: alloy}}
    template:
      metadata: {labels: {app: alloy}}
      spec:
        containers:
        - name: alloy
          image: grafana/alloy:v1.7.5
          args: [run, /etc/alloy/config.alloy]
          volumeMounts: [{name: config, mountPath: /etc/alloy}]
        volumes: [{name: config, configMap: {name: alloy}}]
"#;

/// A cluster with the stack, and the account that the roles are for.
fn with_stack() -> Option<(&'static Lab, Cluster, User)> {
    let lab = Lab::find()?;
    let cluster = lab.cluster();
    install_kinds(&cluster);
    cluster.kubectl(&["apply", "--server-side", "-f", "-"], Some(STACK));
    let end = SystemTime::now() + Duration::from_secs(3600);
    let account = cluster.account("ptd-lint", "ptd-lint", end);
    Some((lab, cluster, account))
}

/// What the program says: its exit code, and both of its streams.
fn run(words: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_ptd-lint")).args(words).env("CI", "true").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Gives the account the rights that the program prints, and waits until they count.
fn grant(cluster: &Cluster, kubeconfig: &str, words: &[&str]) {
    let (code, roles, errors) = run(&[&["live-rbac"], words].concat());
    assert_eq!(code, Some(0), "{errors}");
    cluster.kubectl(&["apply", "--server-side", "--force-conflicts", "-f", "-"], Some(&roles));
    let asked: Vec<&str> = words.iter().copied().filter(|word| *word == "--write-report").collect();
    cluster.wait_for(|| {
        run(&[&["--live", "--kubeconfig", kubeconfig, "--preflight"], &asked[..]].concat()).0 == Some(0)
    });
}

fn kubeconfig(lab: &Lab, folder: &str, proxy: &Proxy, account: &User) -> PathBuf {
    Kubeconfig::one("cluster", &proxy.address(), &account.credential())
        .write(&lab.folder(folder), "kubeconfig")
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn with_exactly_the_printed_role_nothing_is_denied_and_each_verb_is_missed() {
    let Some((lab, cluster, account)) = with_stack() else { return };
    let proxy = Proxy::start(&cluster);
    let kubeconfig = kubeconfig(lab, "rights", &proxy, &account);
    let kubeconfig = kubeconfig.to_str().unwrap();
    grant(&cluster, kubeconfig, &[]);
    let (code, report, errors) = run(&["--live", "--kubeconfig", kubeconfig, "-o", "json"]);
    assert_eq!(code, Some(1), "{errors}");
    assert!(!report.contains("forbidden"), "{report}");
    assert!(report.contains("logs-leave-workload"), "{report}");
    assert_only_reads(&proxy.asked());

    let role = json_of(&cluster.kubectl(&["get", "clusterrole", "ptd-lint", "-o", "json"], None));
    let served = cluster.get("/apis")["groups"].as_array().unwrap().clone();
    let is_served = |group: &str| group.is_empty() || served.iter().any(|own| own["name"] == group);
    let mut removed = 0;
    for (group, resource, verb, rules) in without_each(&role) {
        if !is_served(&group) {
            continue;
        }
        let body = json!({
            "apiVersion": role["apiVersion"], "kind": role["kind"], "metadata": {"name": "ptd-lint"}, "rules": rules,
        });
        cluster.kubectl(&["replace", "-f", "-"], Some(&body.to_string()));
        let name = if group.is_empty() { resource } else { format!("{resource}.{group}") };
        // Told at once by most servers; some take a moment to note the change.
        cluster.wait_for(|| {
            let (code, table, _) = run(&["--live", "--kubeconfig", kubeconfig, "--preflight", "-o", "json"]);
            let table = json_of(&table);
            let rights = table["clusters"][0]["rights"].as_array().unwrap().clone();
            let missing: Vec<&Value> = rights.iter().filter(|right| right["state"] == "missing").collect();
            code == Some(1)
                && missing.len() == 1
                && missing[0]["resource"] == *name
                && missing[0]["verb"] == *verb
                && missing[0]["promises"].as_array().is_some_and(|promises| !promises.is_empty())
                && table["clusters"][0]["undecided"] == missing[0]["promises"]
        });
        removed += 1;
    }
    assert!(removed >= 20, "{removed}");
}

/// The rules of a role without one verb on one resource, for each of these.
fn without_each(role: &Value) -> Vec<(String, String, String, Vec<Value>)> {
    let rules = role["rules"].as_array().unwrap();
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    let mut found = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        for resource in texts(&rule["resources"]) {
            for verb in texts(&rule["verbs"]) {
                let mut others: Vec<Value> = rules.clone();
                others.remove(index);
                let mut keep = |resources: Vec<String>, verbs: Vec<String>| {
                    if !resources.is_empty() && !verbs.is_empty() {
                        let mut kept = rule.clone();
                        kept["resources"] = json!(resources);
                        kept["verbs"] = json!(verbs);
                        others.push(kept);
                    }
                };
                let without =
                    |all: &Value, one: &str| texts(all).into_iter().filter(|own| own != one).collect();
                keep(without(&rule["resources"], &resource), texts(&rule["verbs"]));
                keep(vec![resource.clone()], without(&rule["verbs"], &verb));
                let group = texts(&rule["apiGroups"]).concat();
                found.push((group, resource.clone(), verb, others));
            }
        }
    }
    found
}

#[test]
fn roles_of_namespaces_and_of_chosen_rules_are_enough_for_these() {
    let Some((lab, cluster, account)) = with_stack() else { return };
    let proxy = Proxy::start(&cluster);
    let kubeconfig = kubeconfig(lab, "chosen", &proxy, &account);
    let kubeconfig = kubeconfig.to_str().unwrap();
    for words in
        [&["-n", "alloy"][..], &["--select", "logs-leave-workload"], &["--select", "logs-kept-for-ever"]]
    {
        let (code, roles, errors) = run(&[&["live-rbac"], words].concat());
        assert_eq!(code, Some(0), "{errors}");
        cluster.kubectl(&["apply", "--server-side", "--force-conflicts", "-f", "-"], Some(&roles));
        let asked = [&["--live", "--kubeconfig", kubeconfig], words].concat();
        cluster.wait_for(|| run(&[&asked[..], &["--preflight"]].concat()).0 == Some(0));
        let (_, report, errors) = run(&[&asked[..], &["-o", "json"]].concat());
        assert!(!report.contains("forbidden") && errors.is_empty(), "{words:?}: {report} {errors}");
        cluster.kubectl(&["delete", "-f", "-"], Some(&roles));
    }
}

#[test]
fn manifests_are_accepted_under_the_restricted_standard() {
    let Some(lab) = Lab::find() else { return };
    let cluster = lab.cluster();
    // kubectl asks for rights on kinds that the server knows.
    install_kinds(&cluster);
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    for (part, namespace) in
        [("cronjob", "ptd-lint"), ("cronjob-with-reports", "ptd-lint"), ("fleet", "ptd-lint-fleet")]
    {
        let folder = deploy.join(part);
        let folder = folder.to_str().unwrap();
        // What lies in a namespace is only looked at once that is there, with its labels.
        cluster.kubectl(&["apply", "-f", deploy.join("base/namespace.yaml").to_str().unwrap()], None);
        cluster.kubectl(&["apply", "-f", deploy.join("fleet/namespace.yaml").to_str().unwrap()], None);
        let labels = cluster.get(&format!("/api/v1/namespaces/{namespace}"))["metadata"]["labels"].clone();
        assert_eq!(labels["pod-security.kubernetes.io/enforce"], "restricted");
        // Warnings of the standard are errors here.
        cluster.kubectl(&["--warnings-as-errors", "apply", "-k", folder, "--dry-run=server"], None);
        cluster.kubectl(&["--warnings-as-errors", "apply", "-k", folder], None);
    }
    let allowed = |words: &str| {
        let words: Vec<&str> = words.split(' ').collect();
        let account = "--as=system:serviceaccount:ptd-lint:ptd-lint";
        cluster.try_kubectl(&[&["auth", "can-i"], &words[..], &[account]].concat(), None).is_ok()
    };
    cluster.wait_for(|| allowed("patch reports.openreports.io/ptd-lint -n alloy"));
    for words in [
        "list configmaps -A",
        "get configmaps/alloy -n alloy",
        "patch reports.openreports.io/ptd-lint -n alloy",
    ] {
        assert!(allowed(words), "{words}");
    }
    for words in [
        "get secrets/x -n alloy",
        "watch configmaps -A",
        "create pods -n ptd-lint",
        "create serviceaccounts/ptd-lint --subresource=token -n ptd-lint",
        "get pods --subresource=log -n alloy",
        "get services/x --subresource=proxy -n alloy",
        "patch reports.openreports.io/other -n alloy",
        "delete reports.openreports.io/ptd-lint -n alloy",
        "update configmaps/alloy -n alloy",
        "impersonate users",
        "escalate clusterroles",
    ] {
        assert!(!allowed(words), "{words}");
    }
}

#[test]
fn report_is_written_read_back_the_same_each_time_and_emptied_when_nothing_is_left() {
    let Some((lab, cluster, account)) = with_stack() else { return };
    let proxy = Proxy::start(&cluster);
    let kubeconfig = kubeconfig(lab, "reports", &proxy, &account);
    let kubeconfig = kubeconfig.to_str().unwrap();
    grant(&cluster, kubeconfig, &["--write-report"]);
    let live = ["--live", "--kubeconfig", kubeconfig, "--write-report", "-o", "json"];
    let (code, json, errors) = run(&live);
    assert_eq!(code, Some(1), "{errors}");
    let path = "/apis/openreports.io/v1alpha1/namespaces/alloy/reports/ptd-lint";
    let report = cluster.get(path);
    let leak = report["results"].as_array().unwrap().iter().find(|own| own["rule"] == "logs-leave-workload");
    let leak = leak.unwrap_or_else(|| panic!("{report:#}"));
    assert_eq!(
        (&leak["result"], &leak["severity"], &leak["policy"]),
        (&json!("fail"), &json!("critical"), &json!("log-boundary"))
    );
    assert_eq!(leak["resources"][0]["kind"], "ConfigMap");
    assert_eq!(leak["properties"]["field"], "data.config.alloy");
    let finding = json_of(&json)["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|own| own["rule"] == "logs-leave-workload")
        .cloned();
    assert_eq!(leak["properties"]["fingerprint"], finding.unwrap()["fingerprint"]);
    let summary = |report: &Value, key: &str| report["summary"][key].as_u64().unwrap();
    let of_cluster = "/apis/openreports.io/v1alpha1/clusterreports/ptd-lint";
    assert!(summary(&report, "fail") >= 1 && summary(&cluster.get(of_cluster), "fail") >= 1);
    assert_only_writes_reports(&proxy.asked());

    // A run that finds the same changes nothing: not even the version of the object.
    run(&live);
    assert_eq!(cluster.get(path)["metadata"]["resourceVersion"], report["metadata"]["resourceVersion"]);

    cluster.kubectl(&["delete", "-n", "alloy", "daemonset/alloy", "configmap/alloy"], None);
    let (_, _, errors) = run(&live);
    assert_eq!(errors, "");
    let emptied = cluster.get(path);
    assert_eq!((summary(&emptied, "fail"), summary(&emptied, "warn")), (0, 0), "{emptied:#}");

    // Without the kinds the run says so, and what it found.
    cluster.kubectl(&["delete", "crd", "reports.openreports.io", "clusterreports.openreports.io"], None);
    cluster.kubectl(
        &["delete", "crd", "policyreports.wgpolicyk8s.io", "clusterpolicyreports.wgpolicyk8s.io"],
        None,
    );
    cluster.wait_for(|| {
        let (code, json, errors) = run(&live);
        code == Some(2) && errors.contains("install the CRDs of one") && json.contains("\"verdicts\"")
    });
}

#[test]
fn reports_of_the_older_form_say_where_the_new_ones_are() {
    let Some((lab, cluster, account)) = with_stack() else { return };
    let proxy = Proxy::start(&cluster);
    let kubeconfig = kubeconfig(lab, "forms", &proxy, &account);
    let kubeconfig = kubeconfig.to_str().unwrap();
    cluster.kubectl(&["delete", "crd", "reports.openreports.io", "clusterreports.openreports.io"], None);
    grant(&cluster, kubeconfig, &["--write-report"]);
    let live = ["--live", "--kubeconfig", kubeconfig, "--write-report", "-o", "json"];
    // Discovery takes a moment to forget a kind.
    cluster.wait_for(|| run(&live).2.is_empty());
    let old = [
        "/apis/wgpolicyk8s.io/v1alpha2/namespaces/alloy/policyreports/ptd-lint",
        "/apis/wgpolicyk8s.io/v1alpha2/clusterpolicyreports/ptd-lint",
    ];
    for path in old {
        assert!(cluster.get(path)["summary"]["fail"].as_u64().unwrap() > 0, "{path}");
    }
    install_kinds(&cluster);
    let new = "/apis/openreports.io/v1alpha1/namespaces/alloy/reports/ptd-lint";
    cluster.wait_for(|| {
        let (_, _, errors) = run(&live);
        errors.is_empty() && cluster.try_kubectl(&["get", "--raw", new], None).is_ok()
    });
    for path in old {
        let report = cluster.get(path);
        assert_eq!(report["summary"]["fail"], 0, "{report:#}");
        let message = report["results"][0]["message"].as_str().unwrap();
        assert!(message.ends_with("is in those of openreports.io"), "{message}");
    }
    assert!(cluster.get(new)["summary"]["fail"].as_u64().unwrap() > 0);
}

#[test]
fn report_is_written_although_the_server_is_busy_or_hangs_up_at_first() {
    let Some((lab, cluster, account)) = with_stack() else { return };
    let proxy = Proxy::start(&cluster);
    let kubeconfig = kubeconfig(lab, "busy", &proxy, &account);
    let kubeconfig = kubeconfig.to_str().unwrap();
    grant(&cluster, kubeconfig, &["--write-report"]);
    let is_write = |asked: &Asked| asked.verb() == "patch";
    for (number, fault) in [Fault::throttled(1), Fault::HangUp, Fault::CutAfter(10)].into_iter().enumerate() {
        let before = proxy.asked().iter().filter(|asked| is_write(asked)).count();
        proxy.on_some(is_write, 0, 1, fault);
        let (code, _, errors) = run(&["--live", "--kubeconfig", kubeconfig, "--write-report", "-o", "json"]);
        assert_eq!((code, errors.as_str()), (Some(1), ""), "{number}");
        let after = proxy.asked().iter().filter(|asked| is_write(asked)).count();
        // One of the cluster, one of the namespace; one of these twice.
        assert_eq!(after - before, 3, "{number}");
    }
}

/// Fails on any request that may do more than read, or write our own reports.
fn assert_only_writes_reports(asked: &[Asked]) {
    let is_own = |asked: &Asked| {
        let target = asked.target().unwrap_or_default();
        asked.verb() == "patch"
            && target.name.as_deref() == Some("ptd-lint")
            && ["reports", "clusterreports"].contains(&target.resource.as_str())
            && target.subresource.is_none()
    };
    let others: Vec<Asked> = asked.iter().filter(|asked| !is_own(asked)).cloned().collect();
    assert!(others.len() < asked.len(), "nothing was written");
    assert_only_reads(&others);
}
