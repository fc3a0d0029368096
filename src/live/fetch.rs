//! Asks for ConfigMaps and Secrets by the names that workloads, programs and sidecars have for them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use super::call::Accept;
use super::call::Call;
use super::cause::Cause;
use super::cause::Refusal;
use super::connection::Connection;
use super::gather::Ask;
use super::held::Held;
use super::keep::Kept;
use super::kinds::Kind;
use super::kinds::kinds;
use super::named;
use super::survey::Missed;
use super::survey::Survey;
use super::survey::Wanted;
use crate::source::Covered;

/// How often what was read may name more.
const ROUNDS: usize = 4;

/// Labels by which Grafana's and the stores' sidecars find ConfigMaps, whatever names these.
const FOUND_BY_LABEL: [&str; 5] =
    ["grafana_alert", "grafana_dashboard", "grafana_datasource", "grafana_notification", "loki_rule"];

/// A namespace and a name.
type Key = (String, String);

impl Survey<'_> {
    /// Asks for what is named until nothing new is: ConfigMaps, and where Services of other namespaces lead.
    pub(super) async fn read_what_is_named(&mut self, wanted: &[Wanted], stack: &BTreeSet<String>) {
        let mut fetched: BTreeSet<Key> = BTreeSet::new();
        let mut followed: BTreeSet<String> = BTreeSet::new();
        for _ in 0..ROUNDS {
            if self.ended {
                return;
            }
            let kept = Kept::of(&self.held, stack);
            let mut led: BTreeSet<String> = kept.namespaces_led_to();
            let mut names = self.named_config_maps(&kept);
            drop(kept);
            names.retain(|key| !fetched.contains(key));
            led.retain(|namespace| !followed.contains(namespace));
            if names.is_empty() && led.is_empty() {
                break;
            }
            self.follow(wanted, &led).await;
            followed.extend(led);
            fetched.extend(names.iter().cloned());
            self.get("ConfigMap", names).await;
        }
        if self.knowledge.read_secret_values && !self.ended {
            let senders = self.held.iter().filter(|own| own.named.is_sender);
            let secrets = senders
                .flat_map(|own| own.named.secrets.iter().map(|name| (own.namespace.clone(), name.clone())));
            let secrets: BTreeSet<Key> = secrets.collect();
            self.get("Secret", secrets).await;
        }
    }

    /// Lists where Services of these namespaces lead that select no pods.
    async fn follow(&mut self, wanted: &[Wanted], namespaces: &BTreeSet<String>) {
        let slices = wanted.iter().find(|(kind, _)| kind.kind == "EndpointSlice");
        let Some((kind, versions)) = slices else { return };
        let asks = namespaces.iter().map(|own| Ask::new(kind, versions.clone(), Some(own)));
        self.gather(asks.collect()).await;
    }

    /// Namespaces and names of ConfigMaps that something of the stack names.
    fn named_config_maps(&self, kept: &Kept<'_>) -> BTreeSet<Key> {
        let listed: BTreeMap<(&str, &str), &Held> = self
            .held
            .iter()
            .filter(|own| own.kind.kind == "ConfigMap")
            .map(|own| ((own.namespace.as_str(), own.name.as_str()), own))
            .collect();
        let covered: BTreeSet<&str> = self
            .seen
            .covered
            .iter()
            .filter(|own: &&Covered| own.kind == "ConfigMap")
            .filter_map(|own| own.namespace.as_deref())
            .collect();
        let mut wanted = BTreeSet::new();
        let mut words = BTreeSet::new();
        for own in self.held.iter().filter(|own| kept.has(own)) {
            let here = own.namespace.as_str();
            let there =
                |name: &&String| !covered.contains(here) || listed.contains_key(&(here, name.as_str()));
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
    async fn get(&mut self, kind: &str, keys: BTreeSet<Key>) {
        let Some(kind) = kinds().iter().find(|own| own.kind == kind && own.group.is_empty()) else { return };
        let mut places: BTreeMap<Key, usize> = BTreeMap::new();
        for (index, own) in self.held.iter().enumerate().filter(|(_, own)| own.kind == kind && !own.is_record)
        {
            places.insert((own.namespace.clone(), own.name.clone()), index);
        }
        let mut deleted = BTreeSet::new();
        for (key, answer) in self.ask_for(kind, keys).await {
            let place = places.get(&key).copied();
            let refusal = match answer {
                Ok(object) => {
                    let held = Held::new(&object, kind, "v1", true, self.knowledge.known);
                    self.knowledge.watch.got(self.cluster, 1);
                    match place.and_then(|place| self.held.get_mut(place)) {
                        Some(own) => *own = held,
                        None => self.held.push(held),
                    }
                    continue;
                }
                // Never there: who names it is judged by that.
                Err(refusal) if refusal.cause == Cause::Gone && place.is_none() => continue,
                Err(refusal) if refusal.cause == Cause::Gone => {
                    deleted.extend(place);
                    let message = "it was deleted while the cluster was read; what names it may have changed too: ask again";
                    Refusal::new(Cause::Gone, message)
                }
                Err(refusal) => refusal,
            };
            let (namespace, name) = key;
            let missed = Missed::of_kind("get", kind, Some(namespace), refusal);
            self.miss(Some(Missed { name: Some(name), ..missed }));
        }
        for index in deleted.into_iter().rev() {
            self.held.remove(index);
        }
    }

    /// Asks for these objects side by side. Sorted.
    async fn ask_for(
        &mut self,
        kind: &'static Kind,
        keys: BTreeSet<Key>,
    ) -> BTreeMap<Key, Result<Value, Refusal>> {
        let mut got = BTreeMap::new();
        let mut running = JoinSet::new();
        for key in keys {
            if !named::is_name(&key.0) || !named::is_name(&key.1) {
                let refusal = Refusal::new(
                    Cause::NotUnderstood,
                    "a workload names it so, and no object can be called that",
                );
                got.insert(key, Err(refusal));
                continue;
            }
            let connection = Arc::clone(&self.connection);
            running.spawn(async move {
                let answer = ask_for(&connection, kind, &key).await;
                (key, answer)
            });
        }
        while let Some(outcome) = running.join_next().await {
            match outcome {
                Ok((key, answer)) => {
                    got.insert(key, answer);
                }
                Err(_) => self.miss(Some(Missed::unforeseen("get"))),
            }
        }
        got
    }
}

/// One object.
async fn ask_for(connection: &Connection, kind: &Kind, (namespace, name): &Key) -> Result<Value, Refusal> {
    let path = format!("{}/{name}", kind.path("v1", Some(namespace)));
    let answer = connection.send(&Call::get(path, Accept::Objects)).await?;
    let no_object = || Refusal::new(Cause::NotUnderstood, "the answer is not the object that was asked for");
    let object: Value = serde_json::from_slice(&answer.body).map_err(|_| no_object())?;
    let is = |pointer, own: &str| object.pointer(pointer).and_then(Value::as_str) == Some(own);
    if is("/metadata/name", name) && is("/metadata/namespace", namespace) {
        Ok(object)
    } else {
        Err(no_object())
    }
}
