//! Writes reports into clusters by server-side apply: the only thing that is ever written.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Audit;
use super::CLUSTERS;
use super::Limits;
use super::call::Accept;
use super::call::Action;
use super::call::Call;
use super::cause::Cause;
use super::cause::Refusal;
use super::connect;
use super::connection::Connection;
use super::contexts::Target;
use super::rights::REPORT;
use super::served::Served;
use super::stop::Stop;
use super::targets;

/// A form in which a cluster takes reports.
struct Form {
    group: &'static str,
    version: &'static str,
    /// Kind and resource of a namespace's.
    of_namespace: (&'static str, &'static str),
    /// Kind and resource of the cluster's.
    of_cluster: (&'static str, &'static str),
}

/// The forms, the one that is preferred first.
const FORMS: [Form; 2] = [
    Form {
        group: "openreports.io",
        version: "v1alpha1",
        of_namespace: ("Report", "reports"),
        of_cluster: ("ClusterReport", "clusterreports"),
    },
    Form {
        group: "wgpolicyk8s.io",
        version: "v1alpha2",
        of_namespace: ("PolicyReport", "policyreports"),
        of_cluster: ("ClusterPolicyReport", "clusterpolicyreports"),
    },
];

/// A report for one cluster, but for its API version and kind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// Its namespace; `None` for that of the cluster.
    pub(crate) namespace: Option<String>,
    /// The other fields.
    pub(crate) fields: Value,
}

/// What is to be written into one cluster.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Edition {
    /// The cluster's name.
    pub(crate) cluster: String,
    /// The reports.
    pub(crate) entries: Vec<Entry>,
    /// What an earlier report of a namespace becomes that is not among them: its fields, but for the namespace.
    pub(crate) emptied: Value,
    /// What an earlier report becomes that has another form than they: its fields, but for the namespace.
    pub(crate) moved: Value,
}

/// How long it may take at most to write them all: not part of `--timeout`, so that a run whose time was over can still say so
/// in the clusters.
const TOTAL: Duration = Duration::from_secs(60);

/// Writes them. Returns a line for each thing that could not be written.
pub(crate) fn publish(audit: &Audit, editions: Vec<Edition>) -> Vec<String> {
    super::run(publish_all(audit, editions)).unwrap_or_else(|error| vec![error])
}

async fn publish_all(audit: &Audit, mut editions: Vec<Edition>) -> Vec<String> {
    let start = Instant::now();
    let targets = match targets(audit).await {
        Ok(targets) => targets,
        Err(message) => return vec![message],
    };
    let together = Arc::new(Semaphore::new(CLUSTERS));
    let limits = Limits { total: audit.limits.total.min(TOTAL), ..audit.limits };
    let interactive = audit.interactive;
    let mut running = JoinSet::new();
    for Target { name, config } in targets {
        let Some(index) = editions.iter().position(|edition| edition.cluster == name) else { continue };
        let edition = editions.swap_remove(index);
        let (together, namespaces) = (Arc::clone(&together), audit.namespaces.clone());
        running.spawn(async move {
            let _permit = together.acquire().await;
            let told = |refusal: Refusal| {
                let name = refusal.cause.name();
                vec![format!("{}: no report was written ({name}): {}", edition.cluster, refusal.message)]
            };
            match connect(config, limits, start, Arc::new(Stop::default()), interactive).await {
                Ok(connection) => match write(&connection, &edition, &namespaces).await {
                    Ok(faults) => faults,
                    Err(refusal) => told(refusal),
                },
                Err(refusal) => told(refusal),
            }
        });
    }
    let mut faults: Vec<String> = running.join_all().await.into_iter().flatten().collect();
    faults.sort();
    faults
}

/// Writes into one cluster; the lines tell which reports could not be written.
async fn write(
    connection: &Connection,
    edition: &Edition,
    namespaces: &[String],
) -> Result<Vec<String>, Refusal> {
    let forms = forms(connection).await?;
    let Some((form, others)) = forms.split_first() else {
        let message = "the cluster has neither the reports of openreports.io/v1alpha1 nor those of wgpolicyk8s.io/v1alpha2; install the CRDs of one";
        return Err(Refusal::new(Cause::MissingKind, message));
    };
    let mut faults = Vec::new();
    for Entry { namespace, fields } in &edition.entries {
        faults.extend(applied(connection, form, edition, namespace.as_deref(), fields).await.err());
    }
    let written: BTreeSet<&String> =
        edition.entries.iter().filter_map(|entry| entry.namespace.as_ref()).collect();
    let old = std::iter::once((form, &edition.emptied)).chain(others.iter().map(|own| (own, &edition.moved)));
    for (old, fields) in old {
        match earlier(connection, old, namespaces).await {
            Ok(mut found) => {
                // In the form of today the cluster's own is among the entries.
                let is_new = |own: &String| old.group == form.group && written.contains(own);
                found.retain(|own| own.as_ref().map_or(old.group != form.group, |own| !is_new(own)));
                for namespace in found {
                    let namespace = namespace.as_deref();
                    let fields = placed(fields, namespace);
                    faults.extend(applied(connection, old, edition, namespace, &fields).await.err());
                }
            }
            Err(Refusal { cause, message, .. }) => faults.push(format!(
                "{}: whether earlier reports of {} are there is not known ({}): {message}",
                edition.cluster,
                old.group,
                cause.name()
            )),
        }
    }
    Ok(faults)
}

/// Writes one report, or tells in a line that it could not be written.
async fn applied(
    connection: &Connection,
    form: &Form,
    edition: &Edition,
    namespace: Option<&str>,
    fields: &Value,
) -> Result<(), String> {
    apply(connection, form, namespace, fields.clone()).await.map_err(|refusal| {
        let place =
            namespace.map_or_else(|| "of the cluster".to_owned(), |own| format!("of namespace {own}"));
        let (cluster, cause) = (&edition.cluster, refusal.cause.name());
        format!("{cluster}: the report {place} was not written ({cause}): {}", refusal.message)
    })
}

/// The fields of a report, in that namespace.
fn placed(fields: &Value, namespace: Option<&str>) -> Value {
    let mut fields = fields.clone();
    let metadata = fields.get_mut("metadata").and_then(Value::as_object_mut);
    if let (Some(metadata), Some(namespace)) = (metadata, namespace) {
        metadata.insert("namespace".to_owned(), namespace.into());
    }
    fields
}

/// The forms that the cluster takes, the one that is preferred first.
async fn forms(connection: &Connection) -> Result<Vec<&'static Form>, Refusal> {
    let served = Served::by(connection).await?;
    Ok(FORMS.iter().filter(|form| served.has_version(form.group, form.version)).collect())
}

async fn apply(
    connection: &Connection,
    form: &Form,
    namespace: Option<&str>,
    mut fields: Value,
) -> Result<(), Refusal> {
    let (kind, _) = if namespace.is_some() { form.of_namespace } else { form.of_cluster };
    if let Some(fields) = fields.as_object_mut() {
        fields.insert("apiVersion".to_owned(), format!("{}/{}", form.group, form.version).into());
        fields.insert("kind".to_owned(), kind.into());
    }
    let call = Call {
        // JSON is YAML.
        action: Action::Apply(fields.to_string().into_bytes()),
        path: format!("{}/{REPORT}", path(form, namespace)),
        query: vec![("fieldManager", REPORT.to_owned()), ("force", "true".to_owned())],
        accept: Accept::Metadata,
    };
    connection.send(&call).await.map(drop).map_err(|refusal| {
        if refusal.cause == Cause::Gone {
            // The group is served, the namespace or the kind is not there.
            return Refusal { message: "the namespace or the kind is not there".to_owned(), ..refusal };
        }
        refusal
    })
}

fn path(form: &Form, namespace: Option<&str>) -> String {
    let Form { group, version, of_namespace, of_cluster } = form;
    match namespace {
        Some(namespace) => format!("/apis/{group}/{version}/namespaces/{namespace}/{}", of_namespace.1),
        None => format!("/apis/{group}/{version}/{}", of_cluster.1),
    }
}

/// Where reports of ours are from earlier runs: in which namespaces, and whether there is one of the cluster (`None`).
async fn earlier(
    connection: &Connection,
    form: &Form,
    namespaces: &[String],
) -> Result<Vec<Option<String>>, Refusal> {
    let everywhere = format!("/apis/{}/{}/{}", form.group, form.version, form.of_namespace.1);
    let mut paths = vec![path(form, None)];
    if namespaces.is_empty() {
        paths.push(everywhere);
    }
    paths.extend(namespaces.iter().map(|namespace| path(form, Some(namespace))));
    let mut found = Vec::new();
    for path in paths {
        let query = vec![
            // Rights for one name cover lists of that name.
            ("fieldSelector", format!("metadata.name={REPORT}")),
            ("labelSelector", format!("app.kubernetes.io/managed-by={REPORT}")),
        ];
        let call = Call { action: Action::List, path, query, accept: Accept::Metadata };
        let answer = match connection.send(&call).await {
            Ok(answer) => answer,
            // The group is served, this kind of it is not: nothing of it can be there.
            Err(Refusal { cause: Cause::Gone, .. }) => continue,
            Err(refusal) => return Err(refusal),
        };
        let value: Value = serde_json::from_slice(&answer.body)
            .map_err(|_| Refusal::new(Cause::NotUnderstood, "the list of reports is no JSON"))?;
        let items = value.get("items").and_then(Value::as_array).into_iter().flatten();
        let namespace =
            |item: &Value| item.pointer("/metadata/namespace").and_then(Value::as_str).map(str::to_owned);
        found.extend(items.map(namespace));
    }
    Ok(found)
}
