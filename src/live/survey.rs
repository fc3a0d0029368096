//! Reads what the stack of one cluster consists of: first what runs where, then what that names.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use super::Knowledge;
use super::call::Accept;
use super::call::Call;
use super::cause::Cause;
use super::cause::Refusal;
use super::connection::Connection;
use super::gather::Ask;
use super::gather::Gathered;
use super::gather::gather;
use super::held;
use super::held::Held;
use super::held::Maker;
use super::kinds::Kind;
use super::probe;
use super::release;
use super::served;
use super::served::Served;
use super::served::Serving;
use crate::source::Covered;

/// What was read of one cluster.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The objects of the stack by the names that reports give them, sorted.
    pub(super) texts: Vec<(String, String)>,
    /// Kinds of which every object is there.
    pub(super) covered: Vec<Covered>,
    /// What was not seen.
    pub(super) missed: Vec<Missed>,
    /// What else there is to say of how it was read.
    pub(super) notes: Vec<String>,
}

/// A request that brought nothing, or not all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Missed {
    /// `list`, `get` or `connect`.
    pub(super) verb: &'static str,
    /// The resource, as rights name it.
    pub(super) resource: String,
    /// In which namespace.
    pub(super) namespace: Option<String>,
    /// Which object.
    pub(super) name: Option<String>,
    /// The kind, where one was asked for.
    pub(super) kind: Option<&'static str>,
    /// Why.
    pub(super) refusal: Refusal,
    /// Promises that may hang on it; empty for all.
    pub(super) promises: Vec<String>,
}

impl Missed {
    pub(super) fn of_the_cluster(refusal: Refusal) -> Self {
        let (resource, namespace, name, promises) = (String::new(), None, None, Vec::new());
        Self { verb: "connect", resource, namespace, name, kind: None, refusal, promises }
    }

    /// A part of the program failed. What it was to read is not known.
    pub(super) fn unforeseen(verb: &'static str) -> Self {
        let refusal = Refusal::new(Cause::NotUnderstood, "reading it failed in an unforeseen way");
        Self { verb, ..Self::of_the_cluster(refusal) }
    }

    pub(super) fn of_kind(
        verb: &'static str,
        kind: &'static Kind,
        namespace: Option<String>,
        refusal: Refusal,
    ) -> Self {
        let promises = kind.promises.clone();
        let own = Some(kind.kind.as_str());
        Self { verb, resource: kind.resource(), namespace, name: None, kind: own, refusal, promises }
    }
}

/// Reads a cluster. `cluster` is its name in reports.
pub(super) async fn survey(cluster: &str, connection: Arc<Connection>, knowledge: &Knowledge) -> Seen {
    let mut survey = Survey::new(cluster, connection, knowledge);
    // What the server is tells whether anything else is worth asking.
    if let Err(refusal) = is_api_server(&survey.connection).await {
        survey.seen.missed.push(Missed::of_the_cluster(refusal));
        return survey.seen;
    }
    let served = match Served::by(&survey.connection).await {
        Ok(served) => served,
        Err(refusal) => {
            let mut missed = Missed::of_the_cluster(refusal);
            (missed.verb, missed.resource) = ("get", "apis".to_owned());
            survey.seen.missed.push(missed);
            Served::default()
        }
    };
    survey.served = served;
    let wanted = survey.wanted().await;
    survey.read_the_cluster(&wanted).await;
    let stack = survey.stack();
    survey.read_the_stack(&wanted, &stack).await;
    survey.read_loose_pods(&wanted, &stack).await;
    survey.read_what_is_named(&wanted, &stack).await;
    if knowledge.probe && !survey.ended {
        survey.ask_what_runs().await;
    }
    survey.tell_of_nothing(&stack);
    survey.finish(&stack)
}

/// Whether an API server answers.
async fn is_api_server(connection: &Connection) -> Result<(), Refusal> {
    let answer = connection.send(&Call::get("/version", Accept::Objects)).await;
    let answer = answer.map_err(|refusal| match refusal.cause {
        Cause::Gone => no_api_server(),
        _ => refusal,
    })?;
    let version: Value = serde_json::from_slice(&answer.body).map_err(|_| no_api_server())?;
    version.get("gitVersion").map(|_| ()).ok_or_else(no_api_server)
}

fn no_api_server() -> Refusal {
    Refusal::new(Cause::NotUnderstood, "what answers there is no API server; check the context's `server`")
}

/// The reading of one cluster. `fetch.rs` asks for what is named, `keep.rs` decides what is handed on.
pub(super) struct Survey<'s> {
    pub(super) cluster: &'s str,
    pub(super) connection: Arc<Connection>,
    pub(super) knowledge: &'s Knowledge,
    served: Served,
    pub(super) held: Vec<Held>,
    pub(super) seen: Seen,
    /// Whether nothing more can come of this cluster.
    pub(super) ended: bool,
}

/// A kind with the versions to ask for.
pub(super) type Wanted = (&'static Kind, Vec<String>);

impl<'s> Survey<'s> {
    fn new(cluster: &'s str, connection: Arc<Connection>, knowledge: &'s Knowledge) -> Self {
        let (held, seen, served) = (Vec::new(), Seen::default(), Served::default());
        Self { cluster, connection, knowledge, served, held, seen, ended: false }
    }

    /// The kinds to ask for.
    async fn wanted(&mut self) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        for &kind in &self.knowledge.kinds {
            let refusal = match self.served.of(kind) {
                Serving::In(versions) => {
                    wanted.push((kind, versions));
                    None
                }
                Serving::Absent => None,
                Serving::Doubtful(versions) => {
                    served::elsewhere(&self.connection, kind, &versions).await.err()
                }
                Serving::Unreadable(refusal) => Some(refusal),
            };
            self.miss(refusal.map(|refusal| Missed::of_kind("list", kind, None, refusal)));
        }
        wanted
    }

    /// Notes what was not seen.
    pub(super) fn miss(&mut self, missed: Option<Missed>) {
        let Some(missed) = missed else { return };
        self.ended |= missed.refusal.cause.is_of_the_cluster();
        self.seen.missed.push(missed);
    }

    /// Lists what shows where the stack is.
    async fn read_the_cluster(&mut self, wanted: &[Wanted]) {
        let only = &self.knowledge.namespaces;
        let mut asks = Vec::new();
        for (kind, versions) in wanted.iter().filter(|(kind, _)| !held::is_of_the_stack(kind)) {
            if only.is_empty() {
                asks.push(Ask::new(kind, versions.clone(), None));
            } else if kind.namespaced {
                asks.extend(only.iter().map(|own| Ask::new(kind, versions.clone(), Some(own))));
            }
        }
        if !only.is_empty() {
            self.seen.notes.push(format!(
                "only {} {} asked for: what runs elsewhere is not judged, and nothing that lies in no namespace was read",
                only.join(", "),
                if only.len() == 1 { "was" } else { "were" }
            ));
        }
        let refused = self.gather(asks).await;
        // Who may not read the whole cluster may still read where the platform has its stack.
        let homes = self.knowledge.known.homes;
        let again = refused.into_iter().filter(|ask| ask.namespace.is_none() && ask.kind.namespaced);
        let again: Vec<Ask> = again
            .flat_map(|ask| {
                homes.iter().map(move |home| Ask { namespace: Some((*home).to_owned()), ..ask.clone() })
            })
            .collect();
        self.gather(again).await;
    }

    /// The namespaces that the stack is spread over.
    fn stack(&self) -> BTreeSet<String> {
        if !self.knowledge.namespaces.is_empty() {
            return self.knowledge.namespaces.iter().cloned().collect();
        }
        let mut found = held::namespaces(&self.held, self.knowledge.known);
        let namespaces_known = self.held.iter().any(|held| held.kind.kind == "Namespace");
        if !namespaces_known {
            found.extend(self.knowledge.known.homes.iter().map(|home| (*home).to_owned()));
        }
        found
    }

    /// Lists what lies in the namespaces of the stack.
    async fn read_the_stack(&mut self, wanted: &[Wanted], stack: &BTreeSet<String>) {
        let mut asks = Vec::new();
        for (kind, versions) in wanted.iter().filter(|(kind, _)| held::is_of_the_stack(kind)) {
            for namespace in stack {
                asks.push(Ask::new(kind, versions.clone(), Some(namespace)));
                if kind.kind == "Secret" {
                    // Helm's own records of what it installed; the past ones are left.
                    let labels = Some(release::RECORDS.to_owned());
                    let fields = Some("type=helm.sh/release.v1".to_owned());
                    let accept = Accept::Objects;
                    asks.push(Ask {
                        labels,
                        fields,
                        accept,
                        ..Ask::new(kind, versions.clone(), Some(namespace))
                    });
                }
            }
        }
        self.gather(asks).await;
    }

    /// Lists pods that no workload made which is listed by itself, in the whole cluster: nothing else tells what they run. To
    /// find the namespaces that have such pods, metadata is enough.
    async fn read_loose_pods(&mut self, wanted: &[Wanted], stack: &BTreeSet<String>) {
        let pods = wanted.iter().find(|(kind, _)| kind.kind == "Pod");
        let Some((kind, versions)) = pods.filter(|_| self.knowledge.namespaces.is_empty() && !self.ended)
        else {
            return;
        };
        let all = Ask { accept: Accept::Metadata, ..Ask::new(kind, versions.clone(), None) };
        let before = self.held.len();
        let covered = self.seen.covered.len();
        self.gather(vec![all]).await;
        self.seen.covered.truncate(covered);
        let namespaces: BTreeSet<String> = self
            .held
            .drain(before..)
            .filter(|own| own.maker == Maker::Other && !stack.contains(&own.namespace))
            .map(|own| own.namespace)
            .collect();
        let asks = namespaces.iter().map(|own| Ask::new(kind, versions.clone(), Some(own))).collect();
        let before = self.held.len();
        self.gather(asks).await;
        self.seen.covered.truncate(covered);
        let new = self.held.split_off(before);
        self.held.extend(new.into_iter().filter(|own| own.maker == Maker::Other));
    }

    /// Lists all of that side by side, and keeps what came. Returns what was refused for want of rights.
    pub(super) async fn gather(&mut self, asks: Vec<Ask>) -> Vec<Ask> {
        let mut running = JoinSet::new();
        for ask in asks {
            running.spawn(gather(Arc::clone(&self.connection), ask, self.knowledge.known));
        }
        let mut forbidden = Vec::new();
        let mut all: Vec<Gathered> = Vec::new();
        while let Some(gathered) = running.join_next().await {
            match gathered {
                Ok(gathered) => {
                    self.knowledge.watch.got(self.cluster, gathered.held.len());
                    all.push(gathered);
                }
                Err(_) => self.miss(Some(Missed::unforeseen("list"))),
            }
        }
        // They come in any order; reports must not.
        all.sort_by(|one, two| {
            let key =
                |own: &Gathered| (own.ask.kind.resource(), own.ask.namespace.clone(), own.ask.labels.clone());
            key(one).cmp(&key(two))
        });
        for Gathered { ask, held, mut refusal, absent } in all {
            if absent {
                let unread = self.served.unread(ask.kind);
                refusal = served::elsewhere(&self.connection, ask.kind, &unread).await.err();
            }
            match refusal {
                None if ask.labels.is_none() => self.cover(&ask),
                None => {}
                Some(refusal) => {
                    if refusal.cause == Cause::Forbidden {
                        forbidden.push(ask.clone());
                    }
                    self.miss(Some(Missed::of_kind("list", ask.kind, ask.namespace.clone(), refusal)));
                }
            }
            self.held.extend(held);
        }
        forbidden
    }

    /// Notes that all of a kind is there; what is dropped later is noted in `finish`.
    fn cover(&mut self, ask: &Ask) {
        self.seen.covered.push(Covered { kind: ask.kind.kind.clone(), namespace: ask.namespace.clone() });
    }

    /// Asks the programs of the stack what they run with.
    async fn ask_what_runs(&mut self) {
        let parts = self.held.iter().filter(|own| own.whole && own.named.is_part);
        let objects: Vec<(&str, Value)> = parts.map(|own| (own.kind.kind.as_str(), own.object())).collect();
        let answers = probe::ask(self.cluster, &self.connection, &objects).await;
        self.knowledge.watch.got(self.cluster, answers.texts.len());
        self.seen.texts.extend(answers.texts);
        self.seen.missed.extend(answers.missed);
        self.seen.notes.extend(answers.notes);
    }

    /// Notes that nothing of a stack was found, or nothing at all in a namespace that was asked for: most likely another
    /// cluster was meant, or the name is misspelt, and a report without a finding would hide that.
    fn tell_of_nothing(&mut self, stack: &BTreeSet<String>) {
        if !self.seen.missed.is_empty() {
            return;
        }
        let nothing = |what: String, hint: &str| {
            let refusal = Refusal::new(Cause::Gone, format!("nothing is there; {hint}"));
            Missed { verb: "find", resource: what, ..Missed::of_the_cluster(refusal) }
        };
        if self.knowledge.namespaces.is_empty() {
            let is_part = |own: &Held| own.named.is_part || own.installs_into.is_some();
            if !self.held.iter().any(is_part) {
                let hint = "is this the cluster that was meant?";
                self.miss(Some(nothing("a collector, a store or Grafana".to_owned(), hint)));
            }
            return;
        }
        // What Kubernetes itself puts into every namespace says nothing.
        let own = |held: &Held| held.name != "kube-root-ca.crt" && held.name != "default";
        for namespace in stack {
            if !self.held.iter().any(|held| held.namespace == *namespace && own(held)) {
                let hint = "is the namespace's name misspelt?";
                self.miss(Some(nothing(format!("anything in namespace {namespace}"), hint)));
            }
        }
    }
}
