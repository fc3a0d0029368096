//! Turns what objects and chart values name into whether it is there: ConfigMaps, Secrets and their keys, volumes,
//! service accounts, Services and their ports, middlewares.
//!
//! A run may see a part of a cluster only: what is not in the input is not thereby missing. It is where a list fetched from
//! the cluster holds others of its kind beside the workloads, or where it is a Service and the input has those that the same
//! chart made; it most likely is where the input has it in another namespace, or under a name that differs by a slip and that
//! nobody names.

mod addresses;
mod ingresses;
mod known;
mod pods;
mod released;
mod selectors;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use self::known::Found;
use self::known::Known;
use super::cluster::Cluster;
use super::fact::Fact;
use super::fact::Subject;
use super::stack::Stack;
use crate::document::NodeRef;
use crate::document::Place;

/// Something that is named.
#[derive(Debug)]
struct Named {
    /// Who names it: `DaemonSet alloy/alloy`.
    by: String,
    /// What it is named for, in words that follow that: `mounts`, `leads to`.
    verb: &'static str,
    /// Its kind: `ConfigMap`.
    kind: &'static str,
    /// Where it has to be; empty where nobody says.
    namespace: String,
    name: String,
    place: Place,
    /// The keys or ports of it that are used.
    items: Vec<(String, Place)>,
    /// The chart that made who names it, as its label says.
    chart: Option<String>,
    /// Whether Kubernetes goes on without it.
    optional: bool,
    /// The answer, where who names it has given it already.
    answer: Option<Found>,
}

impl Named {
    fn new(
        by: &str,
        verb: &'static str,
        kind: &'static str,
        namespace: &str,
        (name, place): (&str, Place),
    ) -> Self {
        Self {
            by: by.to_owned(),
            verb,
            kind,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            place,
            items: Vec::new(),
            chart: None,
            optional: false,
            answer: None,
        }
    }

    /// It in words: `Secret alloy/mimir-auth`.
    fn words(&self) -> String {
        match (self.kind, self.namespace.as_str()) {
            ("volume", _) | (_, "") => format!("{} {}", self.kind, self.name),
            (kind, namespace) => format!("{kind} {namespace}/{}", self.name),
        }
    }
}

/// A name of an object, with where that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// The text that names it, or a key of it.
    pub(crate) from: Place,
    /// In words: `ConfigMap alloy/alloy`.
    pub(crate) words: String,
    /// The name of the object, or the key.
    pub(crate) to: Place,
}

/// All names of objects that the input has, and of their keys.
pub(crate) fn links(stack: &Stack<'_>, cluster: &Cluster) -> Vec<Link> {
    named(stack, cluster).iter().flat_map(|named| links_of(stack, named)).collect()
}

/// The Services that a text of addresses names, where the input has them.
pub(crate) fn links_of_text(stack: &Stack<'_>, text: &str, from: Place) -> Vec<Link> {
    addresses::of_text("", text, from).iter().flat_map(|named| links_of(stack, named)).collect()
}

fn links_of(stack: &Stack<'_>, named: &Named) -> Vec<Link> {
    let Some((resource, root)) = stack.object(named.kind, &named.namespace, &named.name) else {
        return Vec::new();
    };
    let words = named.words();
    let whole = Link { from: named.place, words: words.clone(), to: resource.place };
    let parts = named.items.iter().filter_map(|(item, from)| {
        let sections = ["data", "stringData", "binaryData"].iter().filter_map(|section| root.get(section));
        let (key, _) = sections.flat_map(NodeRef::entries).find(|(key, _)| key.text() == Some(item))?;
        let words = format!("{item} of {words}");
        Some(Link { from: *from, words, to: resource.at.place_of(key) })
    });
    // A key leads to the key, also where name and key are one text.
    parts.collect::<Vec<_>>().into_iter().chain([whole]).collect()
}

/// Everything that is named in a stack.
fn named(stack: &Stack<'_>, cluster: &Cluster) -> Vec<Named> {
    let mut named = pods::named(stack);
    named.extend(released::named(stack));
    named.extend(ingresses::named(stack));
    named.extend(addresses::named(stack, cluster));
    named
}

/// The subjects `reference`, `selector` and `certificate` of a stack.
pub(crate) fn subjects(stack: &Stack<'_>, cluster: &Cluster) -> Vec<Subject> {
    let mut known = Known::new(stack, cluster);
    let named = named(stack, cluster);
    known.note_used(&named);
    let mut found = Vec::new();
    for one in &named {
        found.extend(judged(&known, one));
    }
    let mut found = told_once(found);
    found.extend(selectors::subjects(stack, cluster));
    found.extend(ingresses::certificates(stack));
    number(&mut found);
    found
}

/// What is to be said of something that is named: one subject for itself, and one for each part of it that is used.
fn judged(known: &Known<'_>, named: &Named) -> Vec<Subject> {
    let answer = named.answer.clone().unwrap_or_else(|| known.find(named));
    let optional = |found: Found| if named.optional && found != Found::There { Found::Unseen } else { found };
    let parts: Vec<Subject> = match &answer {
        Found::There => {
            let part = |(item, place): &(String, Place)| {
                let (found, others) = known.part(named, item);
                subject(named, Some((item, *place)), &optional(found), &others)
            };
            named.items.iter().map(part).collect()
        }
        _ => Vec::new(),
    };
    let whole = subject(named, None, &optional(answer), &[]);
    std::iter::once(whole).chain(parts).collect()
}

/// The subject for something that is named, or for a key or port of it.
fn subject(named: &Named, item: Option<(&String, Place)>, found: &Found, others: &[String]) -> Subject {
    let place = item.map_or(named.place, |(_, place)| place);
    let (state, hint) = match found {
        Found::There => ("there", None),
        Found::Unseen => ("unseen", None),
        Found::Missing(hint) => ("missing", hint.clone()),
        Found::Likely(hint) => ("perhaps-missing", Some(hint.clone())),
    };
    let near = item.and_then(|(item, _)| crate::text::nearest(item, others.iter().map(String::as_str)));
    let hint = hint.or_else(|| near.map(|near| format!("did you mean `{near}`?")));
    let listed = others.iter().take(8).map(|other| Fact::bare(other.as_str()));
    let entries = [
        ("by", Fact::new(named.by.as_str(), place)),
        ("verb", Fact::bare(named.verb)),
        ("kind", Fact::bare(named.kind)),
        ("name", Fact::new(named.name.as_str(), place)),
        ("words", Fact::new(named.words(), place)),
        ("part", Fact::new(item.map(|(item, _)| item.as_str()), place)),
        ("parts", Fact::list(listed, place)),
        ("state", Fact::new(state, place)),
        ("others", Fact::list([], place)),
        ("hint", Fact::bare(hint)),
    ];
    let part = item.map(|(item, _)| format!(" {item}")).unwrap_or_default();
    let key = format!("{} {} {}{part}", named.by, named.verb, named.words());
    Subject { kind: "reference", key, facts: Fact::map(entries, place) }
}

/// Something that is missing is missing once, however many name it: the first tells of the others.
fn told_once(subjects: Vec<Subject>) -> Vec<Subject> {
    let mut found: Vec<Subject> = Vec::new();
    // Where it is told, and who else names it.
    let mut told: HashMap<String, (usize, Vec<Fact>)> = HashMap::new();
    for subject in subjects {
        let text = |name: &str| subject.facts.at(name).and_then(Fact::text).unwrap_or_default();
        if text("state").ends_with("missing") {
            // Volumes are those of one pod.
            let who = if text("kind") == "volume" { text("by") } else { "" };
            let what = format!("{who} {} {}", text("words"), text("part"));
            if let Some((_, others)) = told.get_mut(&what) {
                others.push(Fact::map([("words", Fact::bare(text("by")))], subject.facts.place));
                continue;
            }
            told.insert(what, (found.len(), Vec::new()));
        }
        found.push(subject);
    }
    for (index, others) in told.into_values() {
        if let Some(subject) = found.get_mut(index) {
            let place = subject.facts.place;
            subject.facts.insert("others", Fact::list(others, place));
        }
    }
    found
}

/// Tells subjects apart that have the same words: a workload may name a Secret several times.
fn number(subjects: &mut [Subject]) {
    let mut seen = HashMap::new();
    for subject in subjects {
        let times = seen.entry(subject.key.clone()).and_modify(|times| *times += 1).or_insert(1_u32);
        if *times > 1 {
            subject.key = format!("{} ({times})", subject.key);
        }
    }
}
