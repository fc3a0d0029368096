//! The Secrets that a stack needs: names and keys. Their values are never written; whoever applies the stack makes them.

use super::Fault;
use super::agreed::Agreed;
use super::wanted::Cloud;
use super::wanted::Wanted;

/// A Secret that has to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NeededSecret {
    /// Its namespace.
    pub(super) namespace: String,
    /// Its name.
    pub(super) name: &'static str,
    /// Its keys, each with what it holds.
    pub(super) keys: Vec<(&'static str, &'static str)>,
}

/// The Secrets of a stack. `collector` and `grafana` are the namespaces of these two.
pub(super) fn secrets(wanted: &Wanted, collector: &str, grafana: &str) -> Vec<NeededSecret> {
    let mut found = Vec::new();
    if wanted.control_room.is_some() {
        let keys = vec![("password", "the workload's password at the control room")];
        found.push(NeededSecret { namespace: collector.to_owned(), name: "mimir-auth", keys });
    }
    let mut keys = vec![("http-password", "guards the collectors' own HTTP server")];
    if wanted.front_end_logs {
        keys.push(("faro-api-key", "what pages send along with their logs"));
    }
    if wanted.cloud == Cloud::Azure && wanted.subscription.is_none() {
        keys.push(("azure-subscription-id", "the subscription whose resources are measured"));
    }
    found.push(NeededSecret { namespace: collector.to_owned(), name: "alloy-keys", keys });
    let keys = vec![("PTD_DATABASE_URL", "address of Grafana's database, with user and password")];
    found.push(NeededSecret { namespace: grafana.to_owned(), name: "grafana-db-url", keys });
    let keys = vec![
        ("admin-user", "name of Grafana's administrator"),
        ("admin-password", "the administrator's password"),
        ("secret-key", "what Grafana encrypts with"),
    ];
    found.push(NeededSecret { namespace: grafana.to_owned(), name: "grafana-keys", keys });
    found
}

/// What has to be there beside the stack, a line each.
pub(crate) fn needed(wanted: &Wanted, agreed: &Agreed) -> Result<Vec<String>, Fault> {
    let collector = agreed.text("collector-outside-its-namespace", "namespace")?;
    let grafana = agreed.text("grafana-outside-its-namespace", "namespace")?;
    let secrets = secrets(wanted, &collector, &grafana);
    let lines = secrets.iter().map(|secret| {
        let keys: Vec<&str> = secret.keys.iter().map(|(key, _)| *key).collect();
        format!("Secret {} in namespace {}, with {}", secret.name, secret.namespace, keys.join(", "))
    });
    let login = wanted.login_site().map(|site| {
        format!(
            "Middleware traefik-forward-auth-{} in namespace kube-system, the login of that site",
            site.name
        )
    });
    Ok(lines.chain(super::names::places(wanted)).chain(login).collect())
}
