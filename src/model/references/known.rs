//! What of a kind the input holds, and what follows of something that it does not hold.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;

use super::Named;
use crate::document::NodeRef;
use crate::model::cluster::Cluster;
use crate::model::objects::is_withheld;
use crate::model::pod::WORKLOADS;
use crate::model::stack::Stack;

/// What is known of something that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// It is in the input, or a chart of the input makes it.
    There,
    /// It is not, with what may be meant.
    Missing(Option<String>),
    /// It most likely is not, with the reason.
    Likely(String),
    /// The input does not tell.
    Unseen,
}

/// What to do about a ruler that sends its alerts to an alertmanager that does not run. A ruler without rules loses nothing.
pub(super) const NO_ALERTMANAGER: &str =
    "switch the ruler off as well, or set `ruler.alertmanager_url` to the alertmanager that it should tell";

/// What a ruler does with its alertmanager.
pub(super) const TELLS: &str = "sends alerts to";

/// A namespace and a name.
type Key = (String, String);

/// The objects of a stack by kind, and what lists of the cluster cover.
pub(super) struct Known<'s> {
    stack: &'s Stack<'s>,
    /// What names of the cluster stand for, Services that charts make among them.
    cluster: &'s Cluster,
    /// Ports of Services by number and name; `None` where they are not known.
    ports: BTreeMap<Key, Option<Vec<String>>>,
    /// Kinds and namespaces of which a list of the cluster was given.
    listed: HashSet<(String, String)>,
    /// Namespaces in which charts make objects.
    released: BTreeSet<String>,
    /// Objects that nobody names, by kind and namespace, in the order of the input.
    free: HashMap<(&'s str, &'s str), Vec<&'s str>>,
}

impl<'s> Known<'s> {
    pub(super) fn new(stack: &'s Stack<'s>, cluster: &'s Cluster) -> Self {
        let mut ports: BTreeMap<Key, Option<Vec<String>>> = BTreeMap::new();
        for (key, service) in &cluster.services {
            let numbers = service.ports.as_ref();
            ports.insert(
                key.clone(),
                numbers.map(|own| own.iter().map(|port| port.port.to_string()).collect()),
            );
        }
        for (resource, root) in stack.objects(&["Service"]) {
            let own = root.at("spec.ports").into_iter().flat_map(NodeRef::items);
            let names = own.filter_map(|port| port.text_at("name")).map(str::to_owned);
            let key = (resource.object.namespace.to_string(), resource.object.name.to_string());
            if let Some(Some(ports)) = ports.get_mut(&key) {
                ports.extend(names);
            }
        }
        let released = stack.releases.iter().filter_map(|release| release.release.namespace.as_deref());
        Self {
            stack,
            cluster,
            ports,
            listed: listed(stack),
            released: released.map(str::to_owned).collect(),
            free: HashMap::new(),
        }
    }

    /// Takes note of all that is named, so that objects that nobody names can be told.
    pub(super) fn note_used(&mut self, named: &[Named]) {
        let used: HashSet<(&str, &str, &str)> =
            named.iter().map(|one| (one.kind, one.namespace.as_str(), one.name.as_str())).collect();
        self.free.clear();
        for resource in &self.stack.resources {
            let own = &resource.object;
            if !used.contains(&(&*own.kind, &*own.namespace, &*own.name)) {
                self.free.entry((&own.kind, &own.namespace)).or_default().push(&own.name);
            }
        }
    }

    /// Whether something is there.
    pub(super) fn find(&self, named: &Named) -> Found {
        let key = (named.namespace.clone(), named.name.clone());
        let is_service = named.kind == "Service" && self.cluster.services.contains_key(&key);
        if is_service || self.stack.object(named.kind, &named.namespace, &named.name).is_some() {
            return Found::There;
        }
        // Without a namespace, and behind a template, nothing is known.
        if named.namespace.is_empty() || named.name.is_empty() || named.name.contains("{{") {
            return Found::Unseen;
        }
        let slip = self.slip(named);
        // Secrets are left out of what is handed around.
        let listed =
            named.kind != "Secret" && self.listed.contains(&(named.kind.to_owned(), named.namespace.clone()));
        if listed
            || self.stack.covers(named.kind, &named.namespace)
            || named.kind == "Service" && self.is_made_by_same_chart(named)
        {
            return match slip {
                None if named.verb == TELLS => Found::Likely(NO_ALERTMANAGER.to_owned()),
                slip => Found::Missing(slip.map(|near| format!("did you mean `{near}`?"))),
            };
        }
        if let Some(near) = slip {
            return Found::Likely(format!("did you mean `{near}`? The input has it, and nothing names it"));
        }
        match self.elsewhere(named) {
            Some(namespace) => Found::Likely(format!(
                "the input has it in namespace {namespace} only: objects of another namespace cannot be used"
            )),
            None => Found::Unseen,
        }
    }

    /// Whether a key or a port is there, and those that are.
    pub(super) fn part(&self, named: &Named, item: &str) -> (Found, Vec<String>) {
        let parts = match named.kind {
            "Service" => self.ports.get(&(named.namespace.clone(), named.name.clone())).cloned().flatten(),
            kind if self.stack.is_contested(kind, &named.namespace, &named.name) => None,
            kind => self
                .stack
                .object(kind, &named.namespace, &named.name)
                .filter(|(resource, _)| !resource.object.namespace.is_empty() || named.namespace.is_empty())
                .and_then(|(_, root)| keys(root)),
        };
        match parts {
            None => (Found::Unseen, Vec::new()),
            Some(parts) if parts.iter().any(|own| own == item) => (Found::There, parts),
            Some(parts) => (Found::Missing(None), parts),
        }
    }

    /// Whether the input has Services that the chart made which made who names one: then it has all of them.
    fn is_made_by_same_chart(&self, named: &Named) -> bool {
        let Some(chart) = named.chart.as_deref() else { return false };
        self.stack.objects(&["Service"]).any(|(resource, root)| {
            *resource.object.namespace == *named.namespace && chart_of(root) == Some(chart)
        })
    }

    /// A name of this kind and namespace that differs by a slip, and that nobody else names.
    fn slip(&self, named: &Named) -> Option<&'s str> {
        let free = self.free.get(&(named.kind, named.namespace.as_str()))?;
        free.iter().copied().find(|name| is_slip(&named.name, name))
    }

    /// The one other namespace in which the input has an object of that kind and name, where nothing else may make it here.
    fn elsewhere(&self, named: &Named) -> Option<&'s str> {
        // Each namespace has accounts and certificates of the same names; charts make what they need.
        let own = ["ConfigMap", "Secret"].contains(&named.kind) && !self.released.contains(&named.namespace);
        let same = self.stack.named(named.kind, &named.name);
        let mut namespaces =
            same.map(|resource| &*resource.object.namespace).filter(|namespace| !namespace.is_empty());
        let first = namespaces.next().filter(|_| own)?;
        namespaces.all(|other| other == first).then_some(first)
    }
}

/// Kinds and namespaces that lists fetched from a cluster cover: those of which it has objects, in namespaces of which it
/// has workloads. A list of what was applied has none.
fn listed(stack: &Stack<'_>) -> HashSet<(String, String)> {
    let mut kinds = HashSet::new();
    let mut running = HashSet::new();
    for resource in &stack.resources {
        let Some(root) = resource.at.in_documents(stack.documents) else { continue };
        if root.at("metadata.uid").is_none() || root.tree.root().is_none_or(|own| own.get("items").is_none())
        {
            continue;
        }
        let (doc, namespace) = (resource.at.doc, resource.object.namespace.to_string());
        if WORKLOADS.contains(&&*resource.object.kind) {
            running.insert((doc, namespace.clone()));
        }
        kinds.insert((doc, resource.object.kind.to_string(), namespace));
    }
    let covered =
        kinds.into_iter().filter(|(doc, _, namespace)| running.contains(&(*doc, namespace.clone())));
    covered.map(|(_, kind, namespace)| (kind, namespace)).collect()
}

/// The chart that made an object.
pub(super) fn chart_of(root: NodeRef<'_>) -> Option<&str> {
    root.at("metadata.labels")?.get("helm.sh/chart")?.text()
}

/// The keys of a ConfigMap or Secret; `None` where they cannot be told: encrypted, or left for others to fill.
fn keys(root: NodeRef<'_>) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for section in ["data", "stringData", "binaryData"] {
        let Some(texts) = root.get(section).filter(|texts| !texts.is_null()) else { continue };
        if !texts.is_mapping() || is_withheld(texts) {
            return None;
        }
        found.extend(texts.entries_merged().iter().filter_map(|(key, _)| key.text().map(str::to_owned)));
    }
    (!found.is_empty()).then_some(found)
}

/// Whether two names differ by a slip: one or two letters, and not by a number or one letter at the end, by which
/// names of a series differ.
pub(super) fn is_slip(one: &str, other: &str) -> bool {
    let stem = |name: &str| {
        let end = name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let dash = name.get(..end).and_then(|name| name.rfind('-'));
        dash.map_or(end, |dash| if end - dash <= 2 { dash } else { end })
    };
    let limit = if one.len().min(other.len()) < 6 { 1 } else { 2 };
    one != other
        && may_be_near(one, other, limit)
        && one.get(..stem(one)) != other.get(..stem(other))
        && strsim::damerau_levenshtein(one, other) <= limit
}

/// Whether two names may differ by no more than so many letters: a quick look at which letters they have, since each name may
/// be held against thousands.
fn may_be_near(one: &str, other: &str, limit: usize) -> bool {
    if !one.is_ascii() || !other.is_ascii() {
        return true;
    }
    if one.len().abs_diff(other.len()) > limit {
        return false;
    }
    let mut letters = [0_isize; 128];
    one.bytes().for_each(|letter| letters[usize::from(letter & 127)] += 1);
    other.bytes().for_each(|letter| letters[usize::from(letter & 127)] -= 1);
    letters.iter().map(|count| count.unsigned_abs()).sum::<usize>() <= 2 * limit
}

#[cfg(test)]
mod tests {
    use super::is_slip;

    #[test]
    fn a_slip_is_a_letter_or_two_and_no_number_of_a_series() {
        for (one, other) in
            [("mimir-auth", "mimir-auht"), ("alloy-config", "alloy-confg"), ("loki-write", "loki-wirte")]
        {
            assert!(is_slip(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("mimir-ingester-zone-a", "mimir-ingester-zone-b"),
            ("loki-0", "loki-1"),
            ("loki", "loki-0"),
            ("alloy", "alloy"),
            ("loki", "mimi"),
            ("grafana-db-url", "grafana"),
        ] {
            assert!(!is_slip(one, other), "{one} {other}");
        }
    }
}
