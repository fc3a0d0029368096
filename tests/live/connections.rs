//! Ways to a cluster, as kubectl goes them, and what is told where there is none.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::SystemTime;

use serde_json::Value;
use serde_json::json;

use super::audit::Audit;
use super::audit::Audited;
use super::audit::example;
use super::certificates::Authority;
use super::certificates::Valid;
use super::cluster::Cluster;
use super::cluster::TOKEN_CANARY;
use super::kubeconfig::Address;
use super::kubeconfig::Credential;
use super::kubeconfig::Kubeconfig;
use super::kubeconfig::write;
use super::lab::free_port;
use super::proxy::Fault;
use super::proxy::Proxy;
use super::tunnel::Tunnel;

/// How long these runs may take.
const LIMITS: [&str; 4] = ["--request-timeout", "3s", "--timeout", "20s"];

/// What nobody may see.
const CANARY: &str = "Canary7Q-plugin";

/// The cluster of these tests, and a folder for files of one of them.
fn place(test: &str) -> Option<(&'static Cluster, PathBuf)> {
    let cluster = example("sound")?;
    Some((cluster, cluster.lab().folder(&format!("way-{test}"))))
}

fn run(folder: &Path, address: &Address, credential: &Credential) -> Audited {
    let ran = Audit::of(folder, address, credential).and(&LIMITS).run();
    ran.ended_within(Duration::from_secs(20)).never_says(&[TOKEN_CANARY, CANARY]);
    ran
}

/// Holds a run to have come to the cluster and to have seen all.
fn seen(ran: &Audited) {
    assert_eq!(ran.not_seen("here"), Vec::<String>::new(), "{}", ran.stderr);
    assert_eq!(ran.verdict("here", "log-boundary"), "holds");
    ran.never_says(&[TOKEN_CANARY, CANARY]);
}

/// Holds a run to have come to nothing for that reason, with these words, and to have said what follows.
fn not_reached(ran: &Audited, cause: &str, words: &str) {
    assert_eq!(ran.not_seen("here"), [format!("connect {cause}")], "{}", ran.stdout);
    let message = ran.entries("here")[0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains(words), "{message}");
    let verdicts = ran.verdicts("here");
    assert!(verdicts.len() == 8 && verdicts.iter().all(|own| own.ends_with(" undecided")), "{verdicts:?}");
    assert_eq!(ran.code, 2);
}

#[test]
fn server_that_is_down_is_told() {
    let Some((cluster, folder)) = place("down") else { return };
    let url = format!("https://127.0.0.1:{}", free_port());
    let ran = run(&folder, &Address { url, ..cluster.address() }, &cluster.admin().credential());
    not_reached(&ran, "unreachable", "nobody listens");
}

#[test]
fn name_that_nobody_has_is_told() {
    let Some((cluster, folder)) = place("nameless") else { return };
    let url = "https://no-such-server.invalid:6443".to_owned();
    let ran = run(&folder, &Address { url, ..cluster.address() }, &cluster.admin().credential());
    not_reached(&ran, "unreachable", "the server's name is not known");
}

#[test]
fn authority_of_another_is_told() {
    let Some((cluster, folder)) = place("authority") else { return };
    let authority = Authority::new("somebody else").pem();
    let ran = run(&folder, &Address { authority, ..cluster.address() }, &cluster.admin().credential());
    not_reached(&ran, "untrusted", "not signed by who the context trusts");
}

#[test]
fn certificate_of_the_server_that_has_ended_is_told() {
    let Some((cluster, folder)) = place("past-server") else { return };
    let proxy = Proxy::with(cluster, &cluster.lab().authority.server(Valid::Past));
    let ran = run(&folder, &proxy.address(), &cluster.admin().credential());
    not_reached(&ran, "expired", "the server's certificate has expired");
    assert!(proxy.asked().is_empty());
}

#[test]
fn client_certificates_are_shown_and_told_when_they_are_not_taken() {
    let Some((cluster, folder)) = place("certificates") else { return };
    let user = |valid| cluster.lab().authority.user("someone", Some("system:masters"), valid);
    seen(&run(&folder, &cluster.address(), &Credential::Certificate(user(Valid::Now))));
    // The server takes the handshake, and refuses the request without a word on why.
    let ran = run(&folder, &cluster.address(), &Credential::Certificate(user(Valid::Past)));
    not_reached(&ran, "expired", "the certificate of the context's user has expired");
    let stranger = Authority::new("somebody else").user("someone", Some("system:masters"), Valid::Now);
    let ran = run(&folder, &cluster.address(), &Credential::Certificate(stranger));
    not_reached(&ran, "unauthorized", "");
}

#[test]
fn tokens_are_told_apart_that_have_ended_and_that_nobody_knows() {
    let Some((cluster, folder)) = place("tokens") else { return };
    let past = cluster.account("alloy", "auditor", SystemTime::now() - Duration::from_secs(600));
    let ran = run(&folder, &cluster.address(), &past.credential());
    ran.never_says(&[&past.token]);
    not_reached(&ran, "expired", "the token of the context's user has expired");
    let opaque = Credential::Token(format!("{TOKEN_CANARY}-of-nobody"));
    not_reached(&run(&folder, &cluster.address(), &opaque), "unauthorized", "does not take the credentials");
}

#[test]
fn nobody_without_credentials_is_let_in() {
    let Some((cluster, folder)) = place("nothing") else { return };
    let ran = run(&folder, &cluster.address(), &Credential::Nothing);
    // Such a request is one of `system:anonymous`, who may ask for the version alone.
    let missed = ran.not_seen("here");
    assert!(missed.iter().all(|missed| missed.ends_with(" forbidden")), "{missed:?}");
    assert_eq!((ran.code, ran.verdict("here", "log-boundary").as_str()), (2, "undecided"));
}

#[test]
fn token_files_are_read() {
    let Some((cluster, folder)) = place("token-file") else { return };
    let file = folder.join("token");
    std::fs::write(&file, format!("{}\n", cluster.admin().token)).unwrap();
    seen(&run(&folder, &cluster.address(), &Credential::TokenFile(file.clone())));
    std::fs::remove_file(&file).unwrap();
    let ran = run(&folder, &cluster.address(), &Credential::TokenFile(file));
    not_reached(&ran, "not-configured", "cannot be read");
}

/// Writes a program.
fn program(folder: &Path, name: &str, script: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    path
}

/// What a credential plugin prints for a token.
fn credential(token: &str) -> String {
    let version = "client.authentication.k8s.io/v1";
    json!({"apiVersion": version, "kind": "ExecCredential", "status": {"token": token}}).to_string()
}

#[test]
fn credential_plugins_run_as_for_kubectl() {
    let Some((cluster, folder)) = place("plugins") else { return };
    let run = |name: &str, script: &str| {
        run(&folder, &cluster.address(), &Credential::Exec(program(&folder, name, script)))
    };
    let token = credential(&cluster.admin().token);
    seen(&run("good", &format!("test -n \"$KUBERNETES_EXEC_INFO\" && echo '{token}'")));
    let failed = run("bad", &format!("echo {CANARY}; echo {CANARY} >&2; exit 3"));
    not_reached(&failed, "not-configured", "failed with exit status: 3");
    let babbling = run("babbling", &format!("echo '{{\"status\": [{CANARY}'"));
    not_reached(&babbling, "not-configured", "cannot be used");
    let wrong = run("wrong", &format!("echo '{}'", credential(CANARY)));
    not_reached(&wrong, "unauthorized", "does not take the credentials");
}

#[test]
fn credential_plugin_that_is_not_there_is_told() {
    let Some((cluster, folder)) = place("no-plugin") else { return };
    let ran = run(&folder, &cluster.address(), &Credential::Exec(folder.join("nothing-here")));
    not_reached(&ran, "not-configured", "the credential plugin cannot be started");
}

#[test]
fn credential_plugin_that_hangs_holds_up_its_own_cluster_alone() {
    let Some((cluster, folder)) = place("hanging") else { return };
    let hanging = Credential::Exec(program(&folder, "hanging", "exec sleep 30"));
    let config = Kubeconfig::one("here", &cluster.address(), &hanging);
    let config = config.with("other", &cluster.address(), &cluster.admin().credential());
    let config = config.write(&folder, "both");
    let ran =
        Audit::new(&config).and(&["--all-contexts", "--request-timeout", "3s", "--timeout", "8s"]).run();
    ran.ended_within(Duration::from_secs(8));
    not_reached(&ran, "timed-out", "the credential plugin did not end in time");
    assert_eq!(ran.not_seen("other"), Vec::<String>::new());
    assert_eq!(ran.verdict("other", "log-boundary"), "holds");
}

#[test]
fn files_are_looked_for_beside_the_kubeconfig_that_names_them() {
    let Some((cluster, folder)) = place("beside") else { return };
    let token = credential(&cluster.admin().token);
    program(&folder, "plugin", &format!("echo '{token}'"));
    std::fs::write(folder.join("ca.crt"), &cluster.address().authority).unwrap();
    let exec = Credential::Exec(PathBuf::from("./plugin"));
    let mut config = Kubeconfig::one("here", &cluster.address(), &exec).json();
    config["clusters"][0]["cluster"] =
        json!({"server": cluster.address().url, "certificate-authority": "ca.crt"});
    seen(&Audit::new(&write(&folder, "config", &config)).and(&LIMITS).run());
}

#[test]
fn contexts_that_lead_nowhere_are_told_each_for_itself() {
    let Some((cluster, folder)) = place("contexts") else { return };
    let mut config = Kubeconfig::one("here", &cluster.address(), &cluster.admin().credential()).json();
    let contexts = config["contexts"].as_array_mut().unwrap();
    contexts.push(json!({"name": "no-cluster", "context": {"cluster": "gone", "user": "here"}}));
    contexts.push(json!({"name": "no-user", "context": {"cluster": "here", "user": "gone"}}));
    let config = write(&folder, "config", &config);
    let ran = Audit::new(&config).and(&["--all-contexts"]).and(&LIMITS).run();
    let ran_one = Audit::new(&config).and(&["--context", "nowhere"]).and(&LIMITS).run();
    for (ran, name, words) in [
        (&ran, "no-cluster", "the context names the cluster `gone`"),
        (&ran, "no-user", "the context names the user `gone`"),
        (&ran_one, "nowhere", "the kubeconfig has no context `nowhere`; it has here, no-cluster, no-user"),
    ] {
        assert_eq!(ran.not_seen(name), ["connect not-configured"], "{}", ran.stdout);
        let message = ran.entries(name)[0]["message"].as_str().unwrap().to_owned();
        assert!(message.contains(words), "{message}");
        assert!(ran.verdicts(name).iter().all(|verdict| verdict.ends_with(" undecided")));
        assert_eq!(ran.code, 2);
    }
    assert_eq!((ran.not_seen("here"), ran.verdict("here", "log-boundary")), (Vec::new(), "holds".to_owned()));
}

#[test]
fn kubeconfig_that_cannot_be_read_ends_the_run_with_a_word_on_it() {
    let Some((_, folder)) = place("unreadable") else { return };
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let broken = file("broken", &format!("users: [{{name: a, user: {{token: {CANARY}\n"));
    let words = file("words", CANARY);
    let empty = file("empty", "apiVersion: v1\nkind: Config\n");
    for (path, said) in [
        (folder.join("not-there"), "cannot be read"),
        (folder.clone(), "cannot be read"),
        (broken, "no kubeconfig"),
        (words, "no kubeconfig"),
        (empty, "no context is current"),
    ] {
        let ran = Audit::new(&path).and(&LIMITS).run();
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", path.display());
        assert!(ran.stderr.contains(said), "{}: {}", path.display(), ran.stderr);
        ran.never_says(&[CANARY]);
    }
}

#[test]
fn kubeconfigs_of_the_environment_are_one() {
    let Some((cluster, folder)) = place("list") else { return };
    let one =
        Kubeconfig::one("here", &cluster.address(), &cluster.admin().credential()).write(&folder, "one");
    let two = Kubeconfig::one("two", &cluster.address(), &Credential::Nothing).write(&folder, "two");
    let missing = folder.join("missing");
    let list = std::env::join_paths([&missing, &one, &two]).unwrap().into_string().unwrap();
    // The first that says which context is current counts.
    seen(&Audit::bare().with("KUBECONFIG", &list).and(&LIMITS).run());
    let ran = Audit::bare().with("KUBECONFIG", &list).and(&["--context", "two"]).and(&LIMITS).run();
    assert_eq!(ran.code, 2);
    assert!(ran.not_seen("two").iter().all(|missed| missed.ends_with(" forbidden")), "{}", ran.stdout);
    let ran = Audit::bare().with("KUBECONFIG", missing.to_str().unwrap()).and(&LIMITS).run();
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("none of the files of `KUBECONFIG` is there"), "{}", ran.stderr);

    let home = folder.join("home/.kube");
    std::fs::create_dir_all(&home).unwrap();
    std::fs::copy(&one, home.join("config")).unwrap();
    seen(&Audit::bare().with("HOME", folder.join("home").to_str().unwrap()).and(&LIMITS).run());
}

/// The cluster by a name that only a proxy can lead to.
fn named(cluster: &Cluster) -> Address {
    Address { url: "https://kubernetes.default.svc:6443".to_owned(), ..cluster.address() }
}

#[test]
fn proxy_of_a_kubeconfig_is_gone_through() {
    let Some((cluster, folder)) = place("proxy-url") else { return };
    let tunnel = Tunnel::to(cluster.port());
    let mut config = Kubeconfig::one("here", &named(cluster), &cluster.admin().credential()).json();
    config["clusters"][0]["cluster"]["proxy-url"] = json!(tunnel.url());
    let config = write(&folder, "config", &config);
    seen(&Audit::new(&config).and(&LIMITS).run());
    assert_eq!(tunnel.asked(), ["kubernetes.default.svc:6443"]);
    // What the environment says is for proxies of the environment.
    seen(&Audit::new(&config).with("NO_PROXY", "*").and(&LIMITS).run());
}

#[test]
fn proxy_of_the_environment_is_gone_through_but_for_spared_servers() {
    let Some((cluster, folder)) = place("environment") else { return };
    let config = |name: &str, address: &Address| {
        Kubeconfig::one("here", address, &cluster.admin().credential()).write(&folder, name)
    };
    let far = config("far", &named(cluster));
    for variable in ["HTTPS_PROXY", "https_proxy"] {
        let tunnel = Tunnel::to(cluster.port());
        let ran = Audit::new(&far).with(variable, &tunnel.url()).with("NO_PROXY", "example.com,127.0.0.1");
        seen(&ran.and(&LIMITS).run());
        assert_eq!(tunnel.asked(), ["kubernetes.default.svc:6443"]);
    }
    let tunnel = Tunnel::to(cluster.port());
    let spared = Audit::new(&far).with("HTTPS_PROXY", &tunnel.url()).with("NO_PROXY", "10.0.0.0/8,.svc");
    not_reached(&spared.and(&LIMITS).run(), "unreachable", "the server's name is not known");
    // This machine is never behind a proxy.
    let near = config("near", &cluster.address());
    seen(&Audit::new(&near).with("HTTPS_PROXY", &tunnel.url()).and(&LIMITS).run());
    assert_eq!(tunnel.asked(), Vec::<String>::new());
}

#[test]
fn proxy_that_is_down_or_no_proxy_is_told() {
    let Some((cluster, folder)) = place("no-proxy") else { return };
    let config =
        Kubeconfig::one("here", &named(cluster), &cluster.admin().credential()).write(&folder, "config");
    let down = format!("http://user:{CANARY}@127.0.0.1:{}", free_port());
    let ran = Audit::new(&config).with("HTTPS_PROXY", &down).and(&LIMITS).run();
    not_reached(&ran, "unreachable", "");
    ran.never_says(&[CANARY]);
    let ran = Audit::new(&config).with("HTTPS_PROXY", &format!("http://user:{CANARY}@")).and(&LIMITS).run();
    not_reached(&ran, "not-configured", "");
    ran.never_says(&[CANARY]);
}

#[test]
fn two_contexts_of_one_cluster_are_one_cluster() {
    let Some((cluster, folder)) = place("twice") else { return };
    let admin = cluster.admin().credential();
    let config = Kubeconfig::one("a", &cluster.address(), &admin).with("b", &cluster.address(), &admin);
    let ran = Audit::new(&config.write(&folder, "config")).and(&["--all-contexts"]).and(&LIMITS).run();
    let report = ran.report();
    let clusters = report["coverage"]["clusters"].as_array().unwrap();
    let same: Vec<(&Value, &Value)> = clusters.iter().map(|own| (&own["name"], &own["sameAs"])).collect();
    assert_eq!(same, [(&json!("a"), &Value::Null), (&json!("b"), &json!("a"))]);
    assert!(clusters[0]["uid"].is_string() && clusters[0]["uid"] == clusters[1]["uid"], "{clusters:?}");
    assert_eq!((ran.verdicts("a").len(), ran.verdicts("b").len()), (8, 0));
    assert_eq!((ran.not_seen("a"), ran.not_seen("b")), (Vec::new(), Vec::new()));
}

#[test]
fn server_whose_certificate_is_not_checked_is_told_of() {
    let Some((cluster, folder)) = place("unchecked") else { return };
    let proxy = Proxy::with(cluster, &Authority::new("somebody else").server(Valid::Past));
    let mut config = Kubeconfig::one("here", &proxy.address(), &cluster.admin().credential()).json();
    let address = json!({"server": proxy.address().url, "insecure-skip-tls-verify": true});
    config["clusters"][0]["cluster"] = address;
    let config = write(&folder, "config", &config);
    let ran = Audit::new(&config).and(&LIMITS).run();
    seen(&ran);
    let notes = ran.notes("here");
    assert!(notes.iter().any(|note| note.contains("`insecure-skip-tls-verify`")), "{notes:?}");
    let shown = Audit::new(&config).and(&LIMITS).for_people().run();
    assert!(shown.stdout.contains("insecure-skip-tls-verify"), "{}", shown.stdout);
    // Of a server that is checked there is nothing to say.
    let ran = run(&folder, &cluster.address(), &cluster.admin().credential());
    assert_eq!(ran.notes("here"), Vec::<String>::new());
}

#[test]
fn what_is_no_api_server_is_told() {
    let Some((cluster, folder)) = place("no-server") else { return };
    for (fault, cause) in [
        (Fault::Garbage("<html>Canary7Q-plugin</html>"), "not-understood"),
        (Fault::Page(404, "<html>Canary7Q-plugin</html>"), "not-understood"),
        (Fault::Page(502, "<html>Canary7Q-plugin</html>"), "server-error"),
    ] {
        let proxy = Proxy::start(cluster);
        proxy.on(|_| true, fault);
        not_reached(&run(&folder, &proxy.address(), &cluster.admin().credential()), cause, "");
    }
}
