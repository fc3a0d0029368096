//! Turns running clusters into texts, and into what was not seen of them. The only home of what reaches API servers.
//!
//! `call::Action` lists all that is ever done: reading, asking what one may do, and with `--write-report` writing a report. No
//! value of a Secret is asked for unless the user wants it, but for Helm's records of releases.

mod call;
mod cause;
mod connection;
mod contexts;
mod credentials;
mod fetch;
mod gather;
mod held;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod invariants;
mod keep;
mod kinds;
mod list;
mod named;
mod preflight;
mod probe;
mod proxies;
mod publish;
mod release;
mod rights;
mod role;
mod served;
mod stop;
mod survey;
mod texts;
mod transport;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub(crate) use cause::Cause;
pub(crate) use connection::Limits;
pub(crate) use contexts::Which;
#[cfg(test)]
pub(crate) use kinds::kinds;
pub(crate) use named::Known;
pub(crate) use preflight::preflight;
#[cfg(test)]
pub(crate) use probe::OF_COLLECTORS;
#[cfg(test)]
pub(crate) use probe::OF_STORES;
pub(crate) use publish::Edition;
pub(crate) use publish::Entry;
pub(crate) use publish::publish;
pub(crate) use rights::Errand;
pub(crate) use role::Grant;
pub(crate) use role::roles;

use kube::Config;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use self::connection::Connection;
use self::contexts::Target;
use self::kinds::Kind;
use self::stop::Stop;
use self::survey::Missed;
use self::survey::Seen;
use crate::source::Cluster;
use crate::source::Source;
use crate::source::Sources;
use crate::source::Unseen;

/// How many clusters are read at once.
const CLUSTERS: usize = 8;

/// How many requests one cluster gets at once. API servers let a user without special rank have a few dozen.
const REQUESTS: usize = 8;

/// How often it is looked whether the run is to end.
const LOOK: Duration = Duration::from_millis(50);

/// What is to be read, and how.
#[derive(Debug, Clone)]
pub(crate) struct Audit {
    /// Which clusters.
    pub(crate) which: Which,
    /// The kubeconfig, unless where kubectl looks.
    pub(crate) kubeconfig: Option<PathBuf>,
    /// Only these namespaces; all where it is empty.
    pub(crate) namespaces: Vec<String>,
    /// Which part of the clusters: index and count.
    pub(crate) shard: Option<(usize, usize)>,
    /// How long things may take.
    pub(crate) limits: Limits,
    /// Whether a person can be asked, by credential plugins.
    pub(crate) interactive: bool,
    /// What the run is to do: from it follow the kinds that are asked for.
    pub(crate) errand: Errand,
}

/// Someone who is told how far things are. Told from several threads.
pub(crate) trait Watch: Send + Sync {
    /// These clusters are to be read.
    fn begins(&self, clusters: &[&str]);
    /// So many more objects of a cluster came.
    fn got(&self, cluster: &str, objects: usize);
    /// A cluster is done; `whole` if nothing is missing.
    fn ends(&self, cluster: &str, whole: bool);
    /// Whether the run is to end with what there is. Asked again and again.
    fn is_to_end(&self) -> bool;
}

/// What a survey of any cluster needs.
pub(super) struct Knowledge {
    known: Known,
    /// The kinds that are asked for.
    kinds: Vec<&'static Kind>,
    namespaces: Vec<String>,
    read_secret_values: bool,
    probe: bool,
    watch: Arc<dyn Watch>,
}

/// Reads the clusters. `Err` where it cannot be told which are meant, or nothing can be asked at all.
pub(crate) fn read(audit: &Audit, known: Known, watch: &Arc<dyn Watch>) -> Result<Sources, String> {
    run(read_all(audit, known, watch))?
}

/// Does what waits for servers.
fn run<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| format!("cannot start: {error}"))?;
    let done = runtime.block_on(work);
    // A credential plugin that hangs must not hold back what is known.
    runtime.shutdown_background();
    Ok(done)
}

async fn read_all(audit: &Audit, known: Known, watch: &Arc<dyn Watch>) -> Result<Sources, String> {
    let start = Instant::now();
    let targets = targets(audit).await?;
    let names: Vec<String> = targets.iter().map(|target| target.name.clone()).collect();
    watch.begins(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let stop = Arc::new(Stop::default());
    let looking = tokio::spawn(look(Arc::clone(watch), Arc::clone(&stop)));
    let knowledge = Arc::new(Knowledge {
        known,
        kinds: audit.errand.kinds(),
        namespaces: audit.namespaces.clone(),
        read_secret_values: audit.errand.secret_values,
        probe: audit.errand.probe,
        watch: Arc::clone(watch),
    });
    let together = Arc::new(Semaphore::new(CLUSTERS));
    let mut running = JoinSet::new();
    for (index, Target { name, config }) in targets.into_iter().enumerate() {
        let (knowledge, together, stop) = (Arc::clone(&knowledge), Arc::clone(&together), Arc::clone(&stop));
        let (limits, interactive) = (audit.limits, audit.interactive);
        running.spawn(async move {
            let _permit = together.acquire().await;
            let weaknesses = config.as_ref().map(contexts::weaknesses).unwrap_or_default();
            let mut seen = match connect(config, limits, start, stop, interactive).await {
                Ok(connection) => survey::survey(&name, Arc::new(connection), &knowledge).await,
                Err(refusal) => Seen { missed: vec![Missed::of_the_cluster(refusal)], ..Seen::default() },
            };
            seen.notes.splice(0..0, weaknesses);
            knowledge.watch.ends(&name, seen.missed.is_empty());
            (index, seen)
        });
    }
    let mut all: Vec<Option<Seen>> = names.iter().map(|_| None).collect();
    while let Some(outcome) = running.join_next().await {
        if let Ok((index, seen)) = outcome
            && let Some(place) = all.get_mut(index)
        {
            *place = Some(seen);
        }
    }
    looking.abort();
    Ok(sources(names, all))
}

/// The clusters that are meant, and of these the shard's.
async fn targets(audit: &Audit) -> Result<Vec<Target>, String> {
    let mut targets = contexts::targets(&audit.which, audit.kubeconfig.as_deref()).await?;
    if let Some((index, count)) = audit.shard {
        let mut number = 0;
        targets.retain(|_| {
            number += 1;
            (number - 1) % count == index
        });
    }
    Ok(targets)
}

/// Looks whether the run is to end.
async fn look(watch: Arc<dyn Watch>, stop: Arc<Stop>) {
    while !watch.is_to_end() {
        tokio::time::sleep(LOOK).await;
    }
    stop.want();
}

/// Prepares the way to a cluster. Credential plugins run here, beside what other clusters do.
async fn connect(
    config: Result<Config, cause::Refusal>,
    limits: Limits,
    start: Instant,
    stop: Arc<Stop>,
    interactive: bool,
) -> Result<Connection, cause::Refusal> {
    let mut config = config?;
    contexts::keep_quiet(&mut config, interactive)?;
    let credentials_end = credentials::end(&config);
    // We repeat requests by ourselves, and bound each as a whole.
    config.default_retry = false;
    config.connect_timeout = Some(limits.request);
    let made = tokio::task::spawn_blocking(move || kube::Client::try_from(config));
    let refusal = cause::Refusal::new;
    let made = tokio::select! {
        made = tokio::time::timeout_at(start + limits.total, made) => made,
        () = stop.wanted() => return Err(connection::interrupted()),
    };
    let made = made.map_err(|_| refusal(Cause::TimedOut, "the credential plugin did not end in time"))?;
    let made =
        made.map_err(|_| refusal(Cause::NotConfigured, "the credential plugin ended in an unforeseen way"))?;
    let client = made.map_err(|error| transport::unmade(&error))?;
    Ok(Connection::new(client, limits, start, REQUESTS, stop, credentials_end))
}

/// What was read of all clusters, as sources.
fn sources(names: Vec<String>, all: Vec<Option<Seen>>) -> Sources {
    let mut sources = Sources::default();
    for (cluster, (name, seen)) in names.into_iter().zip(all).enumerate() {
        let seen = seen.unwrap_or_else(|| {
            let refusal = cause::Refusal::new(Cause::NotUnderstood, "reading it failed in an unforeseen way");
            Seen { missed: vec![Missed::of_the_cluster(refusal)], ..Seen::default() }
        });
        sources.texts.extend(seen.texts.into_iter().map(|(path, text)| Source {
            path,
            argument: cluster,
            text: text.into(),
        }));
        sources.unseen.extend(seen.missed.into_iter().map(|missed| Unseen {
            cluster,
            verb: missed.verb,
            resource: missed.resource,
            namespace: missed.namespace,
            name: missed.name,
            cause: missed.refusal.cause.name(),
            message: missed.refusal.message,
            promises: missed.promises,
        }));
        sources.clusters.push(Cluster { name, covered: seen.covered, notes: seen.notes });
    }
    sources
}
