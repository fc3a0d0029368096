//! Turns what kubeconfig files and the pod's own account say into clusters that can be asked.

use std::path::Path;
use std::path::PathBuf;

use kube::Config;
use kube::config::KubeConfigOptions;
use kube::config::Kubeconfig;
use kube::config::KubeconfigError;

use super::cause::Cause;
use super::cause::Refusal;
use super::credentials::missing_user;
use super::credentials::with_token;
use super::proxies::Environment;

/// Which clusters are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Which {
    /// That of the current context.
    Current,
    /// Those of these contexts.
    Named(Vec<String>),
    /// Those of all contexts.
    All,
    /// The one that the program runs in, by its pod's account.
    Own,
}

/// A cluster that is meant, and the way to it or why there is none.
pub(super) struct Target {
    /// The context's name; `in-cluster` for the own one.
    pub(super) name: String,
    /// How it is reached.
    pub(super) config: Result<Config, Refusal>,
}

/// What of a configuration a reader of the report must know: whom it is not shown to whom it talks.
pub(super) fn weaknesses(config: &Config) -> Vec<String> {
    let mut found = Vec::new();
    if config.accept_invalid_certs {
        found.push(
            "the server's certificate was not checked, as the kubeconfig wants (`insecure-skip-tls-verify`): what is told of \
             this cluster may come from anyone"
                .to_owned(),
        );
    }
    if config.cluster_url.scheme_str() == Some("http") {
        found.push(
            "the server was asked without TLS (`http://` in the kubeconfig): what is told of this cluster may come from \
             anyone"
                .to_owned(),
        );
    }
    found
}

/// Keeps a credential plugin from the terminal, where nobody can answer it or several would ask at once: what it prints would get
/// among the report's lines, and into logs.
pub(super) fn keep_quiet(config: &mut Config, interactive: bool) -> Result<(), Refusal> {
    use kube::config::ExecInteractiveMode as Mode;
    let Some(exec) = config.auth_info.exec.as_mut().filter(|_| !interactive) else { return Ok(()) };
    if matches!(exec.interactive_mode, Some(Mode::Always)) {
        let message = "the credential plugin wants a terminal (`interactiveMode: Always`); audit this context by itself, in one";
        return Err(Refusal::new(Cause::NotConfigured, message));
    }
    exec.interactive_mode = Some(Mode::Never);
    Ok(())
}

/// The name of the cluster that the program runs in.
const OWN: &str = "in-cluster";

/// The clusters that are meant, sorted by name, each once. `Err` where that cannot be told: one line that says why.
pub(super) async fn targets(which: &Which, file: Option<&Path>) -> Result<Vec<Target>, String> {
    if *which == Which::Own {
        let config = Config::incluster().map_err(|error| {
            let message = format!("this does not run in a pod with an account: {}", chain(&error));
            Refusal::new(Cause::NotConfigured, message)
        });
        let config = config.and_then(|config| with_proxy(config, None));
        return Ok(vec![Target { name: OWN.to_owned(), config }]);
    }
    let kubeconfig = read(file)?;
    let mut names = match which {
        Which::Named(names) => names.clone(),
        Which::All => kubeconfig.contexts.iter().map(|context| context.name.clone()).collect(),
        Which::Current | Which::Own => {
            let current = kubeconfig.current_context.clone().filter(|name| !name.is_empty());
            vec![
                current
                    .ok_or("no context is current; name one with `--context`, or give `--all-contexts`")?,
            ]
        }
    };
    names.sort();
    names.dedup();
    if names.is_empty() {
        return Err("the kubeconfig has no contexts".to_owned());
    }
    let mut targets = Vec::new();
    for name in names {
        if let Some(user) = missing_user(&kubeconfig, &name) {
            let message = format!("the context names the user `{user}`, which the kubeconfig does not have");
            targets.push(Target { name, config: Err(Refusal::new(Cause::NotConfigured, message)) });
            continue;
        }
        let options = KubeConfigOptions { context: Some(name.clone()), ..KubeConfigOptions::default() };
        let config = Config::from_custom_kubeconfig(kubeconfig.clone(), &options).await;
        let config =
            config.map_err(|error| Refusal::new(Cause::NotConfigured, unresolved(&error, &kubeconfig)));
        let config = config.and_then(|config| with_proxy(config, proxy_url(&kubeconfig, &name)));
        let config = config.and_then(with_token);
        targets.push(Target { name, config });
    }
    Ok(targets)
}

/// The proxy that the cluster of a context names.
fn proxy_url<'k>(kubeconfig: &'k Kubeconfig, context: &str) -> Option<&'k str> {
    let context = kubeconfig.contexts.iter().find(|own| own.name == context)?.context.as_ref()?;
    let cluster = kubeconfig.clusters.iter().find(|own| own.name == context.cluster)?;
    cluster.cluster.as_ref()?.proxy_url.as_deref()
}

/// The configuration with the proxy that kubectl would take. `kube` compares `NO_PROXY` with the proxy, not with the server.
fn with_proxy(mut config: Config, named: Option<&str>) -> Result<Config, Refusal> {
    let environment = Environment::own(|name| variable(name)?.into_string().ok());
    // Its value may hold a password.
    let unread = |name| Refusal::new(Cause::NotConfigured, format!("`{name}` is no address of a proxy"));
    config.proxy_url = environment.proxy(named, &config.cluster_url).map_err(unread)?;
    Ok(config)
}

/// Why a context does not lead to a cluster.
fn unresolved(error: &KubeconfigError, kubeconfig: &Kubeconfig) -> String {
    match error {
        KubeconfigError::LoadContext(name) => {
            let mut known: Vec<&str> =
                kubeconfig.contexts.iter().map(|context| context.name.as_str()).collect();
            known.sort_unstable();
            known.truncate(8);
            format!("the kubeconfig has no context `{name}`; it has {}", known.join(", "))
        }
        KubeconfigError::LoadClusterOfContext(name) => {
            format!("the context names the cluster `{name}`, which the kubeconfig does not have")
        }
        error => format!("the context cannot be used: {}", chain(error)),
    }
}

/// Reads kubeconfig files as kubectl does: the one that is named, else those of `KUBECONFIG` (which are merged; those that
/// are not there are passed over), else the one of the home folder.
fn read(file: Option<&Path>) -> Result<Kubeconfig, String> {
    if let Some(file) = file {
        return read_one(file);
    }
    let listed = variable("KUBECONFIG").unwrap_or_default();
    let listed: Vec<PathBuf> =
        std::env::split_paths(&listed).filter(|path| !path.as_os_str().is_empty()).collect();
    if listed.is_empty() {
        let home = variable("HOME").or_else(|| variable("USERPROFILE"));
        let home = home
            .ok_or("no kubeconfig: neither `KUBECONFIG` nor a home folder is known; give `--kubeconfig`")?;
        return read_one(&PathBuf::from(home).join(".kube").join("config"));
    }
    let present: Vec<&PathBuf> = listed.iter().filter(|path| path.exists()).collect();
    if present.is_empty() {
        return Err(format!("none of the files of `KUBECONFIG` is there: {}", shown(&listed)));
    }
    let mut merged = Kubeconfig::default();
    for path in present {
        let next = read_one(path)?;
        merged = merged.merge(next).map_err(|error| format!("{}: {}", path.display(), chain(&error)))?;
    }
    Ok(merged)
}

fn shown(paths: &[PathBuf]) -> String {
    let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    paths.join(", ")
}

fn read_one(path: &Path) -> Result<Kubeconfig, String> {
    Kubeconfig::read_from(path).map_err(|error| match &error {
        KubeconfigError::ReadConfig(error, _) => {
            format!("{}: the kubeconfig cannot be read: {error}", path.display())
        }
        // The parser's own words may show lines of the file, and these hold credentials.
        KubeconfigError::Parse(_) => {
            format!(
                "{}: this is no kubeconfig: `kubectl config view --kubeconfig` says where it is wrong",
                path.display()
            )
        }
        error => format!("{}: {}", path.display(), chain(error)),
    })
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    for _ in 0..8 {
        let Some(error) = next else { break };
        let own = error.to_string();
        if !text.contains(&own) {
            text = format!("{text}: {own}");
        }
        next = error.source();
    }
    crate::document::without_url_passwords(&mut text);
    text
}

fn variable(name: &str) -> Option<std::ffi::OsString> {
    #[expect(clippy::disallowed_methods, reason = "`live` is where kubeconfig files are found")]
    std::env::var_os(name).filter(|value| !value.is_empty())
}
