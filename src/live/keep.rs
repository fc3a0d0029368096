//! Decides what of that which was read belongs to the stack, and writes it down.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::cause::Cause;
use super::cause::Refusal;
use super::held;
use super::held::Addresses;
use super::held::Held;
use super::named;
use super::release;
use super::survey::Missed;
use super::survey::Seen;
use super::survey::Survey;
use super::texts;
use crate::source::Covered;

/// What is handed on: everything but what runs for others, and the Services that lead there.
pub(super) struct Kept<'h> {
    stack: &'h BTreeSet<String>,
    /// Services of other namespaces that something of the stack names.
    named: Vec<&'h Held>,
}

impl<'h> Kept<'h> {
    /// Decides over what is held. `stack` are the namespaces of the stack.
    pub(super) fn of(held: &'h [Held], stack: &'h BTreeSet<String>) -> Self {
        let mut kept = Self { stack, named: Vec::new() };
        let addresses = Addresses::of(held);
        let mut named: Vec<&Held> = Vec::new();
        for own in held.iter().filter(|own| kept.has(own) && may_name(own)) {
            named::words(&own.object(), &mut |word| named.extend(addresses.named(word)));
        }
        named.retain(|service| !stack.contains(&service.namespace));
        named.sort_by_key(|service| (&service.namespace, &service.name));
        named.dedup_by_key(|service| (&service.namespace, &service.name));
        kept.named = named;
        kept
    }

    /// Whether an object is handed on.
    pub(super) fn has(&self, own: &Held) -> bool {
        if own.namespace.is_empty() || self.stack.contains(&own.namespace) || own.named.is_part {
            return true;
        }
        let is_service = own.kind.kind == "Service";
        match own.kind.kind.as_str() {
            "Service" => self.named.iter().any(|service| std::ptr::eq(*service, own)),
            "EndpointSlice" => self.named.iter().any(|service| leads(own, service)),
            _ if held::runs_pods(own.kind) => self.named.iter().any(|service| held::selects(service, own)),
            _ => !is_service,
        }
    }

    /// Namespaces of Services that are named and select no pods: where these lead is told by objects of their namespace.
    pub(super) fn namespaces_led_to(&self) -> BTreeSet<String> {
        let bare = self.named.iter().filter(|service| service.selects.is_none());
        bare.map(|service| service.namespace.clone()).collect()
    }
}

/// Whether a slice is one of a Service.
fn leads(slice: &Held, service: &Held) -> bool {
    if slice.namespace != service.namespace {
        return false;
    }
    let labels = named::labels(&slice.object());
    labels.iter().any(|(key, value)| key == "kubernetes.io/service-name" && *value == service.name)
}

impl Survey<'_> {
    /// Decides what belongs to the stack, and writes it down.
    pub(super) fn finish(mut self, stack: &BTreeSet<String>) -> Seen {
        let mut texts = std::mem::take(&mut self.seen.texts);
        self.write_releases(&mut texts);
        let kept = Kept::of(&self.held, stack);
        for own in self.held.iter().filter(|own| !own.is_record && kept.has(own)) {
            let path = texts::path(self.cluster, &own.namespace, &texts::shown(own.kind), &own.name);
            let text = if own.whole {
                texts::text(own.object(), own.kind, &own.version)
            } else {
                texts::metadata_text(own.object(), own.kind, &own.version)
            };
            texts.push((path, text));
        }
        texts.sort();
        self.seen.texts = texts;
        self.seen.covered = covered(std::mem::take(&mut self.seen.covered), &self.seen.missed, stack);
        self.seen
    }

    /// Writes down what Helm keeps of releases that no object of the cluster declares.
    fn write_releases(&mut self, texts: &mut Vec<(String, String)>) {
        let declared: BTreeSet<(String, String)> = self.held.iter().filter_map(declared_release).collect();
        let mut releases: BTreeMap<(String, String), release::Release> = BTreeMap::new();
        let mut broken = Vec::new();
        for own in self.held.iter().filter(|own| own.is_record) {
            let Some(found) = release::release(&own.object()) else {
                let message = "Helm's record of a release cannot be unpacked, or is larger than what is read";
                let refusal = Refusal::new(Cause::NotUnderstood, message);
                let missed = Missed::of_kind("list", own.kind, Some(own.namespace.clone()), refusal);
                broken.push(Missed { name: Some(own.name.clone()), ..missed });
                continue;
            };
            let key = (found.namespace.clone(), found.name.clone());
            let newer = releases.get(&key).is_none_or(|other| other.rank < found.rank);
            if newer && !declared.contains(&key) {
                releases.insert(key, found);
            }
        }
        for missed in broken {
            self.miss(Some(missed));
        }
        for ((namespace, name), found) in releases {
            let path = texts::path(self.cluster, &namespace, "Release", &name);
            texts.push((path, texts::pretty(&found.object)));
        }
    }
}

/// The kinds of which everything was handed on, with the namespace or `None` for all: of what runs, and of Services, only what
/// lies where the stack is. A kind of which something was missed, also in another group, is not among them.
fn covered(mut covered: Vec<Covered>, missed: &[Missed], stack: &BTreeSet<String>) -> Vec<Covered> {
    covered.retain(|own| {
        let in_doubt = |missed: &Missed| {
            missed.kind == Some(own.kind.as_str())
                && (missed.namespace.is_none()
                    || own.namespace.is_none()
                    || missed.namespace == own.namespace)
        };
        !missed.iter().any(in_doubt)
    });
    let is_partly =
        |own: &Covered| own.namespace.is_none() && (own.kind == "Service" || held::is_workload(&own.kind));
    let (partly, mut covered): (Vec<Covered>, Vec<Covered>) = covered.into_iter().partition(is_partly);
    for own in partly {
        let here = stack.iter().map(|namespace| Some(namespace.clone()));
        covered.extend(here.map(|namespace| Covered { kind: own.kind.clone(), namespace }));
    }
    covered.sort();
    covered.dedup();
    covered
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
    let target = |object| named::text(object, "/spec/targetNamespace");
    match own.kind.kind.as_str() {
        "HelmChart" => {
            let target = target(&own.object());
            Some((target.unwrap_or_else(|| own.namespace.clone()), own.name.clone()))
        }
        "HelmRelease" => {
            let object = own.object();
            let target = target(&object);
            // Flux puts the target's name before that of the object where the release has none of its own.
            let name = named::text(&object, "/spec/releaseName").unwrap_or_else(|| match &target {
                Some(target) => format!("{target}-{}", own.name),
                None => own.name.clone(),
            });
            Some((target.unwrap_or_else(|| own.namespace.clone()), name))
        }
        _ => None,
    }
}
