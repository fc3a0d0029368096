//! Runs one cluster: an API server with its users, and kubectl to fill it.

use std::fs::read_to_string;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread::sleep;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use rcgen::KeyPair;
use serde_json::Value;
use serde_json::json;
use tokio_rustls::rustls::ClientConfig;

use super::certificates::Valid;
use super::kubeconfig::Address;
use super::kubeconfig::Credential;
use super::kubeconfig::Kubeconfig;
use super::lab::Lab;
use super::lab::free_port;
use super::process::Server;
use super::tls;
use super::tokens::ISSUER;
use super::tokens::account_token;

/// How long a server may take to be ready, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(120);

/// Users that exist from the start, without any right.
const USERS: usize = 20;

/// What every token holds, so that a test can say that none was printed.
pub(crate) const TOKEN_CANARY: &str = "Canary7Q-token";

/// A cluster that runs as long as this value.
#[derive(Debug)]
pub(crate) struct Cluster {
    lab: &'static Lab,
    number: usize,
    folder: PathBuf,
    port: u16,
    client: Arc<ClientConfig>,
    server: Mutex<Server>,
    /// Signs tokens of service accounts.
    accounts: KeyPair,
    users: AtomicUsize,
    grants: AtomicUsize,
}

/// Someone with rights of his own.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) token: String,
}

impl User {
    pub(crate) fn credential(&self) -> Credential {
        Credential::Token(self.token.clone())
    }
}

impl Cluster {
    /// Starts it and waits until it is ready.
    pub(crate) fn start(lab: &'static Lab, folder: &Path, number: usize) -> Self {
        let identity = lab.authority.server(Valid::Now);
        write(folder, "ca.crt", &lab.authority.pem());
        write(folder, "server.crt", &identity.certificate);
        write(folder, "server.key", &identity.key);
        let accounts = KeyPair::generate().unwrap().serialize_pem();
        write(folder, "accounts.key", &accounts);
        write(folder, "accounts.pub", &KeyPair::from_pem(&accounts).unwrap().public_key_pem());
        write(folder, "tokens.csv", &tokens(number));
        let client = tls::client(&lab.authority.pem());
        // A port may be taken between the moment it was found free and now.
        for _ in 0..3 {
            let port = free_port();
            let program = lab.assets.program("kube-apiserver");
            let server = Server::start(&program, &flags(lab, folder, number, port), &folder.join("log"));
            let (server, users, grants) = (Mutex::new(server), AtomicUsize::new(0), AtomicUsize::new(0));
            let (client, accounts) = (Arc::clone(&client), KeyPair::from_pem(&accounts).unwrap());
            let cluster = Self {
                lab,
                number,
                folder: folder.to_owned(),
                port,
                client,
                server,
                accounts,
                users,
                grants,
            };
            if cluster.becomes_ready() {
                let config = Kubeconfig::one("admin", &cluster.address(), &cluster.admin().credential());
                config.write(folder, "admin.kubeconfig");
                return cluster;
            }
        }
        panic!("the API server does not start: {}", read_to_string(folder.join("log")).unwrap())
    }

    fn becomes_ready(&self) -> bool {
        let begun = Instant::now();
        while self.server.lock().unwrap().runs() {
            if self.ask("/readyz", &self.admin()).is_some_and(|(status, _)| status == 200) {
                return true;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "not ready: {}",
                read_to_string(self.folder.join("log")).unwrap()
            );
            sleep(Duration::from_millis(100));
        }
        false
    }

    pub(crate) fn address(&self) -> Address {
        let url = format!("https://127.0.0.1:{}", self.port);
        Address { url, authority: self.lab.authority.pem() }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn lab(&self) -> &'static Lab {
        self.lab
    }

    /// Where the keys of this cluster begin in etcd.
    pub(crate) fn etcd_prefix(&self) -> String {
        etcd_prefix(self.number)
    }

    /// A folder for files of a test with this cluster.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// `kill -9` of the API server.
    pub(crate) fn kill(&self) {
        self.server.lock().unwrap().kill();
    }

    /// May do everything, by membership of `system:masters`.
    pub(crate) fn admin(&self) -> User {
        User { name: "admin".to_owned(), token: token(self.number, "admin") }
    }

    /// Someone new, who may do what these rules of a `ClusterRole` say.
    pub(crate) fn user(&self, rules: &Value) -> User {
        let user = self.nobody();
        let (kind, group) = ("ClusterRole", "rbac.authorization.k8s.io");
        self.apply(&json!({
            "apiVersion": format!("{group}/v1"), "kind": "ClusterRoleBinding",
            "metadata": {"name": user.name},
            "roleRef": {"apiGroup": group, "kind": kind, "name": user.name},
            "subjects": [{"apiGroup": group, "kind": "User", "name": user.name}],
        }));
        self.grant(&user, rules);
        user
    }

    /// Gives these rights to someone whom `user` made, in place of those that he has.
    pub(crate) fn grant(&self, user: &User, rules: &Value) {
        // A right that is only there to see when the server has taken note of the role.
        let mark = format!("/known/{}/{}", user.name, self.grants.fetch_add(1, Ordering::Relaxed));
        let mut rules = rules.as_array().unwrap().clone();
        rules.push(json!({"nonResourceURLs": [mark], "verbs": ["get"]}));
        self.apply(&json!({
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": {"name": user.name}, "rules": rules,
        }));
        self.wait_for(|| self.ask(&mark, user).is_some_and(|(status, _)| status != 403));
    }

    /// A service account, made if it is not there, by a token that ends at that time.
    pub(crate) fn account(&self, namespace: &str, name: &str, end: SystemTime) -> User {
        self.apply(&json!({
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace},
        }));
        let account = self.get(&format!("/api/v1/namespaces/{namespace}/serviceaccounts/{name}"));
        let token = account_token(&self.accounts, &account, end);
        User { name: format!("system:serviceaccount:{namespace}:{name}"), token }
    }

    /// Someone new, without any right but those that all have who are known.
    pub(crate) fn nobody(&self) -> User {
        let user = self.users.fetch_add(1, Ordering::Relaxed);
        assert!(user < USERS, "more users are wanted than there are");
        let name = format!("user-{user}");
        User { token: token(self.number, &name), name }
    }

    /// Waits until that is so.
    pub(crate) fn wait_for(&self, so: impl Fn() -> bool) {
        let begun = Instant::now();
        while !so() {
            assert!(begun.elapsed() < PATIENCE, "it does not come: cluster {}", self.number);
            sleep(Duration::from_millis(50));
        }
    }

    /// Status and body of a GET by a user. `None` where the server does not answer.
    pub(crate) fn ask(&self, path: &str, user: &User) -> Option<(u16, String)> {
        tls::ask(&self.client, self.port, path, &user.token)
    }

    /// What the API says at that path.
    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask(path, &self.admin()).unwrap();
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Applies an object or a `List` on the server's side.
    pub(crate) fn apply(&self, object: &Value) {
        let arguments = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
        self.kubectl(&arguments, Some(&object.to_string()));
    }

    /// What kubectl prints, as the administrator.
    pub(crate) fn kubectl(&self, arguments: &[&str], input: Option<&str>) -> String {
        match self.try_kubectl(arguments, input) {
            Ok(printed) => printed,
            Err(error) => panic!("kubectl {arguments:?}: {error}"),
        }
    }

    /// What kubectl prints, or what it complains of.
    pub(crate) fn try_kubectl(&self, arguments: &[&str], input: Option<&str>) -> Result<String, String> {
        let mut command = Command::new(self.lab.assets.program("kubectl"));
        command.env("KUBECONFIG", self.folder.join("admin.kubeconfig")).env("HOME", &self.folder);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Where kubectl ends before it has read all, its word on that is worth more than the broken pipe.
        let _ = child.stdin.take().unwrap().write_all(input.unwrap_or_default().as_bytes());
        let output = child.wait_with_output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        if output.status.success() { Ok(printed) } else { Err(String::from_utf8(output.stderr).unwrap()) }
    }
}

fn flags(lab: &Lab, folder: &Path, number: usize, port: u16) -> Vec<String> {
    let file = |flag: &str, name: &str| format!("--{flag}={}", folder.join(name).display());
    vec![
        format!("--etcd-servers=http://127.0.0.1:{}", lab.etcd_port),
        format!("--etcd-prefix={}", etcd_prefix(number)),
        "--bind-address=127.0.0.1".to_owned(),
        "--advertise-address=127.0.0.1".to_owned(),
        format!("--secure-port={port}"),
        file("cert-dir", "certificates"),
        file("tls-cert-file", "server.crt"),
        file("tls-private-key-file", "server.key"),
        file("client-ca-file", "ca.crt"),
        file("token-auth-file", "tokens.csv"),
        "--authorization-mode=RBAC".to_owned(),
        format!("--service-account-issuer={ISSUER}"),
        file("service-account-signing-key-file", "accounts.key"),
        file("service-account-key-file", "accounts.pub"),
        "--service-cluster-ip-range=10.0.0.0/16".to_owned(),
        // Nobody makes tokens for service accounts here, and no pod would start without.
        "--disable-admission-plugins=ServiceAccount".to_owned(),
        "--endpoint-reconciler-type=none".to_owned(),
        "--allow-privileged=true".to_owned(),
    ]
}

fn etcd_prefix(number: usize) -> String {
    format!("/cluster-{number}")
}

fn token(cluster: usize, user: &str) -> String {
    format!("{TOKEN_CANARY}-{cluster}-{user}")
}

/// The server's list of tokens: token, name, id, groups.
fn tokens(cluster: usize) -> String {
    let admin = format!("{},admin,admin,system:masters\n", token(cluster, "admin"));
    let users = (0..USERS).map(|user| format!("user-{user}"));
    let users = users.map(|name| format!("{},{name},{name}\n", token(cluster, &name)));
    [admin].into_iter().chain(users).collect()
}

fn write(folder: &Path, name: &str, content: &str) {
    std::fs::write(folder.join(name), content).unwrap();
}
