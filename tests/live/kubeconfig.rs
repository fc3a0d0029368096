//! Writes kubeconfigs.

use std::path::Path;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use serde_json::json;

use super::certificates::Identity;

/// A kubeconfig in the making. Its first context is the current one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kubeconfig {
    contexts: Vec<(String, Address, Credential)>,
}

/// Where a cluster is, and whom to trust there.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) url: String,
    /// Certificate of the authority, as PEM.
    pub(crate) authority: String,
}

/// Who one is.
#[derive(Debug, Clone)]
pub(crate) enum Credential {
    Token(String),
    TokenFile(PathBuf),
    Certificate(Identity),
    /// A program that prints an `ExecCredential`.
    Exec(PathBuf),
    Nothing,
}

impl Kubeconfig {
    pub(crate) fn one(name: &str, address: &Address, credential: &Credential) -> Self {
        Self::default().with(name, address, credential)
    }

    /// One more context.
    #[must_use]
    pub(crate) fn with(mut self, name: &str, address: &Address, credential: &Credential) -> Self {
        self.contexts.push((name.to_owned(), address.clone(), credential.clone()));
        self
    }

    /// Writes it as a file of that folder.
    pub(crate) fn write(&self, folder: &Path, name: &str) -> PathBuf {
        write(folder, name, &self.json())
    }

    /// As kubectl reads it.
    pub(crate) fn json(&self) -> Value {
        let clusters = self.contexts.iter().map(|(name, address, _)| {
            let authority = STANDARD.encode(&address.authority);
            json!({"name": name, "cluster": {"server": address.url, "certificate-authority-data": authority}})
        });
        let users =
            self.contexts.iter().map(|(name, _, credential)| json!({"name": name, "user": user(credential)}));
        let contexts = self
            .contexts
            .iter()
            .map(|(name, ..)| json!({"name": name, "context": {"cluster": name, "user": name}}));
        json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": self.contexts.first().map(|(name, ..)| name),
            "clusters": clusters.collect::<Vec<_>>(),
            "users": users.collect::<Vec<_>>(),
            "contexts": contexts.collect::<Vec<_>>(),
        })
    }
}

/// Writes a kubeconfig as a file of that folder.
pub(crate) fn write(folder: &Path, name: &str, config: &Value) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, config.to_string()).unwrap();
    path
}

fn user(credential: &Credential) -> Value {
    match credential {
        Credential::Token(token) => json!({"token": token}),
        Credential::TokenFile(path) => json!({"tokenFile": path}),
        Credential::Certificate(identity) => json!({
            "client-certificate-data": STANDARD.encode(&identity.certificate),
            "client-key-data": STANDARD.encode(&identity.key),
        }),
        Credential::Exec(program) => json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": program,
            "interactiveMode": "Never",
        }}),
        Credential::Nothing => json!({}),
    }
}
