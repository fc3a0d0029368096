//! Reads what the stack of one cluster consists of: first what runs where, then what that names.

use std::collections::BTreeMap;
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
use super::held::Addresses;
use super::held::Held;
use super::kinds::Kind;
use super::kinds::kinds;
use super::named;
use super::probe;
use super::release;
use super::served::Served;
use super::served::Serving;
use super::texts;
use crate::source::Covered;

/// How often what was read may name more.
const ROUNDS: usize = 4;

/// Labels by which Grafana's and the stores' sidecars find ConfigMaps, whatever names these.
const FOUND_BY_LABEL: [&str; 5] =
    ["grafana_alert", "grafana_dashboard", "grafana_datasource", "grafana_notification", "loki_rule"];

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
    /// Why.
    pub(super) refusal: Refusal,
    /// Promises that may hang on it; empty for all.
    pub(super) promises: Vec<String>,
}

impl Missed {
    pub(super) fn of_the_cluster(refusal: Refusal) -> Self {
        let (resource, namespace, name, promises) = (String::new(), None, None, Vec::new());
        Self { verb: "connect", resource, namespace, name, refusal, promises }
    }

    fn of_kind(verb: &'static str, kind: &Kind, namespace: Option<String>, refusal: Refusal) -> Self {
        let promises = kind.promises.clone();
        Self { verb, resource: kind.resource(), namespace, name: None, refusal, promises }
    }
}

/// Reads a cluster. `cluster` is its name in reports.
pub(super) async fn survey(cluster: &str, connection: Arc<Connection>, knowledge: &Knowledge) -> Seen {
    let mut survey =
        Survey { cluster, connection, knowledge, held: Vec::new(), seen: Seen::default(), ended: false };
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
    let wanted = survey.wanted(&served);
    survey.read_the_cluster(&wanted).await;
    let stack = survey.stack();
    survey.read_the_stack(&wanted, &stack).await;
    survey.read_what_is_named(&stack).await;
    if knowledge.probe && !survey.ended {
        survey.ask_what_runs().await;
    }
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

struct Survey<'s> {
    cluster: &'s str,
    connection: Arc<Connection>,
    knowledge: &'s Knowledge,
    held: Vec<Held>,
    seen: Seen,
    /// Whether nothing more can come of this cluster.
    ended: bool,
}

/// A kind with the versions to ask for.
type Wanted = (&'static Kind, Vec<String>);

impl Survey<'_> {
    /// The kinds to ask for.
    fn wanted(&mut self, served: &Served) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        for &kind in &self.knowledge.kinds {
            match served.of(kind) {
                Serving::In(versions) => wanted.push((kind, versions)),
                Serving::Absent => {}
                Serving::Unreadable(refusal) => {
                    self.seen.missed.push(Missed::of_kind("list", kind, None, refusal));
                }
            }
        }
        wanted
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
                    let labels = Some("owner=helm,status!=superseded".to_owned());
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

    /// Lists all of that side by side, and keeps what came. Returns what was refused for want of rights.
    async fn gather(&mut self, asks: Vec<Ask>) -> Vec<Ask> {
        let mut running = JoinSet::new();
        for ask in asks {
            running.spawn(gather(Arc::clone(&self.connection), ask, self.knowledge.known));
        }
        let mut forbidden = Vec::new();
        let mut all: Vec<Gathered> = Vec::new();
        while let Some(gathered) = running.join_next().await {
            if let Ok(gathered) = gathered {
                self.knowledge.watch.got(self.cluster, gathered.held.len());
                all.push(gathered);
            }
        }
        // They come in any order; reports must not.
        all.sort_by(|one, two| {
            let key =
                |own: &Gathered| (own.ask.kind.resource(), own.ask.namespace.clone(), own.ask.labels.clone());
            key(one).cmp(&key(two))
        });
        for Gathered { ask, held, refusal } in all {
            match refusal {
                None if ask.labels.is_none() => self.cover(&ask),
                None => {}
                Some(refusal) => {
                    self.ended |= refusal.cause.is_of_the_cluster();
                    if refusal.cause == Cause::Forbidden {
                        forbidden.push(ask.clone());
                    }
                    self.seen.missed.push(Missed::of_kind("list", ask.kind, ask.namespace.clone(), refusal));
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

    /// Asks for ConfigMaps by name: those that workloads and configurations of the stack name, and those that sidecars find.
    async fn read_what_is_named(&mut self, stack: &BTreeSet<String>) {
        let mut fetched: BTreeSet<(String, String)> = BTreeSet::new();
        for _ in 0..ROUNDS {
            if self.ended {
                return;
            }
            let wanted: Vec<(String, String)> =
                self.named_config_maps(stack).into_iter().filter(|key| !fetched.contains(key)).collect();
            if wanted.is_empty() {
                break;
            }
            fetched.extend(wanted.iter().cloned());
            self.get("ConfigMap", wanted).await;
        }
        if self.knowledge.read_secret_values {
            let parts = self.held.iter().filter(|own| own.named.is_part);
            let secrets = parts
                .flat_map(|own| own.named.secrets.iter().map(|name| (own.namespace.clone(), name.clone())));
            let secrets: BTreeSet<(String, String)> = secrets.collect();
            self.get("Secret", secrets.into_iter().collect()).await;
        }
    }

    /// Namespaces and names of ConfigMaps that something of the stack names.
    fn named_config_maps(&self, stack: &BTreeSet<String>) -> BTreeSet<(String, String)> {
        let listed: BTreeMap<(&str, &str), &Held> = self
            .held
            .iter()
            .filter(|own| own.kind.kind == "ConfigMap")
            .map(|own| ((own.namespace.as_str(), own.name.as_str()), own))
            .collect();
        let covered = |namespace: &str| {
            let here = |own: &Covered| own.kind == "ConfigMap" && own.namespace.as_deref() == Some(namespace);
            self.seen.covered.iter().any(here)
        };
        let mut wanted = BTreeSet::new();
        let mut words = BTreeSet::new();
        for own in self.held.iter().filter(|own| is_kept(own, stack, &[])) {
            let there = |name: &&String| {
                !covered(&own.namespace) || listed.contains_key(&(own.namespace.as_str(), name.as_str()))
            };
            let names = own.named.config_maps.iter().filter(there);
            wanted.extend(names.map(|name| (own.namespace.clone(), name.clone())));
            // Programs name ConfigMaps too; only texts that were read can.
            if own.whole && matches!(own.kind.kind.as_str(), "ConfigMap" | "HelmChart") {
                named::words(&own.object(), &mut |word| {
                    words.insert(word.to_owned());
                });
            }
        }
        for ((namespace, name), own) in listed {
            let labelled = || {
                let labels = named::labels(&own.object());
                labels.iter().any(|(key, _)| FOUND_BY_LABEL.contains(&key.as_str()))
            };
            if words.contains(name) || labelled() {
                wanted.insert((namespace.to_owned(), name.to_owned()));
            }
        }
        wanted
    }

    /// Asks for objects by name, and puts them in the place of their metadata.
    async fn get(&mut self, kind: &str, keys: Vec<(String, String)>) {
        let Some(kind) = kinds().iter().find(|own| own.kind == kind && own.group.is_empty()) else { return };
        let mut running = JoinSet::new();
        for (namespace, name) in keys {
            let connection = Arc::clone(&self.connection);
            running.spawn(async move {
                let path = format!("{}/{name}", kind.path("v1", Some(&namespace)));
                let answer = connection.send(&Call::get(path, Accept::Objects)).await;
                (namespace, name, answer)
            });
        }
        let mut got = Vec::new();
        while let Some(outcome) = running.join_next().await {
            got.extend(outcome);
        }
        got.sort_by(|one, two| (&one.0, &one.1).cmp(&(&two.0, &two.1)));
        let mut places: BTreeMap<(String, String), usize> = BTreeMap::new();
        for (index, own) in self.held.iter().enumerate().filter(|(_, own)| own.kind == kind && !own.is_record)
        {
            places.insert((own.namespace.clone(), own.name.clone()), index);
        }
        let mut gone = BTreeSet::new();
        for (namespace, name, answer) in got {
            let place = places.get(&(namespace.clone(), name.clone())).copied();
            let object = answer.and_then(|answer| {
                serde_json::from_slice::<Value>(&answer.body)
                    .map_err(|_| Refusal::new(Cause::NotUnderstood, "the answer is no JSON"))
            });
            match object {
                Ok(object) => {
                    let held = Held::new(&object, kind, "v1", true, self.knowledge.known);
                    self.knowledge.watch.got(self.cluster, 1);
                    match place.and_then(|place| self.held.get_mut(place)) {
                        Some(own) => *own = held,
                        None => self.held.push(held),
                    }
                }
                // Deleted since it was listed, or never there: then who names it is judged by that.
                Err(refusal) if refusal.cause == Cause::Gone => gone.extend(place),
                Err(refusal) => {
                    self.ended |= refusal.cause.is_of_the_cluster();
                    let mut missed = Missed::of_kind("get", kind, Some(namespace), refusal);
                    missed.name = Some(name);
                    self.seen.missed.push(missed);
                }
            }
        }
        let mut index = 0;
        self.held.retain(|_| {
            index += 1;
            !gone.contains(&(index - 1))
        });
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

    /// Decides what belongs to the stack, and writes it down.
    fn finish(mut self, stack: &BTreeSet<String>) -> Seen {
        let addresses = Addresses::of(&self.held);
        let mut named: Vec<&Held> = Vec::new();
        for own in self.held.iter().filter(|own| is_kept(own, stack, &[]) && may_name(own)) {
            named::words(&own.object(), &mut |word| named.extend(addresses.named(word)));
        }
        named.retain(|service| !stack.contains(&service.namespace));
        named.sort_by_key(|service| (&service.namespace, &service.name));
        named.dedup_by_key(|service| (&service.namespace, &service.name));

        let declared: BTreeSet<(String, String)> = self.held.iter().filter_map(declared_release).collect();
        let mut releases: BTreeMap<(String, String), release::Release> = BTreeMap::new();
        let mut texts = std::mem::take(&mut self.seen.texts);
        for own in &self.held {
            if own.is_record {
                let Some(found) = release::release(&own.object()) else { continue };
                let key = (found.namespace.clone(), found.name.clone());
                let newer = releases.get(&key).is_none_or(|other| other.revision < found.revision);
                if newer && !declared.contains(&key) {
                    releases.insert(key, found);
                }
                continue;
            }
            if is_kept(own, stack, &named) {
                let path = texts::path(self.cluster, &own.namespace, &own.kind.kind, &own.name);
                let text = if own.whole {
                    texts::text(own.object(), own.kind, &own.version)
                } else {
                    texts::metadata_text(own.object(), own.kind, &own.version)
                };
                texts.push((path, text));
            }
        }
        for ((namespace, name), found) in releases {
            texts.push((
                texts::path(self.cluster, &namespace, "Release", &name),
                texts::pretty(&found.object),
            ));
        }
        texts.sort();
        // Of what runs, and of Services, only what lies where the stack is was handed on.
        let mut covered = std::mem::take(&mut self.seen.covered);
        let is_partly = |own: &Covered| {
            own.namespace.is_none() && (own.kind == "Service" || held::is_workload(&own.kind))
        };
        let partly: Vec<String> =
            covered.iter().filter(|own| is_partly(own)).map(|own| own.kind.clone()).collect();
        covered.retain(|own| !is_partly(own));
        for kind in partly {
            covered.extend(
                stack
                    .iter()
                    .map(|namespace| Covered { kind: kind.clone(), namespace: Some(namespace.clone()) }),
            );
        }
        covered.sort();
        covered.dedup();
        self.seen.texts = texts;
        self.seen.covered = covered;
        self.seen
    }
}

/// Whether an object's texts may name Services of other namespaces.
fn may_name(own: &Held) -> bool {
    own.named.is_part
        || own.whole
            && matches!(
                own.kind.kind.as_str(),
                "ConfigMap"
                    | "Secret"
                    | "HelmChart"
                    | "HelmChartConfig"
                    | "HelmRelease"
                    | "Application"
                    | "OpenTelemetryCollector"
            )
}

/// The release that an object declares: its namespace and name.
fn declared_release(own: &Held) -> Option<(String, String)> {
    let object = || own.object();
    match own.kind.kind.as_str() {
        "HelmChart" => {
            let namespace = named::text(&object(), "/spec/targetNamespace");
            Some((namespace.unwrap_or_else(|| own.namespace.clone()), own.name.clone()))
        }
        "HelmRelease" => {
            let object = object();
            let namespace = named::text(&object, "/spec/targetNamespace");
            let name = named::text(&object, "/spec/releaseName");
            Some((
                namespace.unwrap_or_else(|| own.namespace.clone()),
                name.unwrap_or_else(|| own.name.clone()),
            ))
        }
        _ => None,
    }
}

/// Whether an object is handed on: all but what runs for others, and the Services that lead there.
fn is_kept(own: &Held, stack: &BTreeSet<String>, named: &[&Held]) -> bool {
    let is_service = own.kind.kind == "Service";
    if !held::runs_pods(own.kind) && !is_service {
        return true;
    }
    stack.contains(&own.namespace)
        || own.named.is_part
        || named
            .iter()
            .any(|service| is_service && std::ptr::eq(*service, own) || held::selects(service, own))
}
