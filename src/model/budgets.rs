//! Turns disruption budgets of ring members into how many may be gone at once, beside how many the ring can do without.

use super::cluster::Cluster;
use super::fact::Fact;
use super::fact::FactValue;
use super::fact::Subject;
use super::piece::Chart;
use super::piece::Store;
use super::stack::Stack;
use crate::document::NodeRef;
use crate::document::Place;

/// Copies of each sample or line, where the configuration does not say. Source: Mimir `ingester.ring.replication_factor`,
/// Loki `common.replication_factor`.
const COPIES: i64 = 3;

/// Who writes to a ring that needs a quorum, by the label of its component.
const MEMBERS: [(&str, Store); 3] =
    [("ingester", Store::Mimir), ("ingester", Store::Loki), ("write", Store::Loki)];

/// The subjects `budget`.
pub(crate) fn subjects(stack: &Stack<'_>, cluster: &Cluster) -> Vec<Subject> {
    let mut found: Vec<Subject> = rendered(stack, cluster);
    for release in stack.releases_of(Chart::Mimir) {
        let most = release.values.reach("ingester.podDisruptionBudget.maxUnavailable");
        let replicas = release.values.reach("ingester.replicas");
        let copies = release.values.reach("mimir.structuredConfig.ingester.ring.replication_factor");
        if most.is_null() || matches!(copies.value, FactValue::Unknown(_)) {
            continue;
        }
        let replicas = int(&replicas).unwrap_or(COPIES);
        let place = most.place.unwrap_or(release.release.place);
        let gone = int(&most).or_else(|| most.text().and_then(|text| share(text, replicas)));
        let said = copies.place.filter(|_| !copies.is_null());
        let copies = (int(&copies).unwrap_or(COPIES), said);
        found.extend(gone.map(|gone| subject("Mimir's ingesters", gone, copies, place)));
    }
    found
}

fn int(fact: &Fact) -> Option<i64> {
    if let FactValue::Int(value) = fact.value { Some(value) } else { None }
}

/// The budgets of the input whose selector takes members of a ring.
fn rendered(stack: &Stack<'_>, cluster: &Cluster) -> Vec<Subject> {
    let mut found = Vec::new();
    for (resource, root) in stack.objects(&["PodDisruptionBudget"]) {
        let selector = root.at("spec.selector.matchLabels").map(NodeRef::entries_merged).unwrap_or_default();
        let namespace = &*resource.object.namespace;
        let taken = cluster.pods.iter().filter(|pods| {
            let fits = |(key, value): &(NodeRef<'_>, NodeRef<'_>)| {
                key.text().and_then(|key| pods.label(key)) == value.text()
            };
            *pods.object.namespace == *namespace && !selector.is_empty() && selector.iter().all(fits)
        });
        let taken: Vec<_> = taken.collect();
        let member = taken.iter().find_map(|pods| {
            let of = |(part, store): &&(&str, Store)| {
                pods.label("app.kubernetes.io/component") == Some(part)
                    && pods.label("app.kubernetes.io/name") == Some(store.name())
            };
            MEMBERS.iter().find(of)
        });
        let Some((_, store)) = member else { continue };
        // Each zone of a ring has a StatefulSet of its own: what is allowed counts for all of them together.
        let replicas = taken.iter().filter_map(|pods| {
            let (_, workload) = stack.object(&pods.object.kind, &pods.object.namespace, &pods.object.name)?;
            Some(workload.at("spec.replicas").map_or(Some(1), NodeRef::int))
        });
        let replicas: Option<i64> = replicas.sum();
        let Some((gone, node)) = allowed(root, replicas) else { continue };
        let place = resource.at.place_of(node);
        let copies = copies(stack, *store, namespace);
        found.push(subject(&resource.object.to_string(), gone, copies, place));
    }
    found
}

/// How many a budget allows to be gone, and what says so.
fn allowed(root: NodeRef<'_>, replicas: Option<i64>) -> Option<(i64, NodeRef<'_>)> {
    let count = |node: NodeRef<'_>| node.int().or_else(|| share(node.text()?, replicas?));
    if let Some(most) = root.at("spec.maxUnavailable").filter(|node| !node.is_null()) {
        return Some((count(most)?, most));
    }
    let least = root.at("spec.minAvailable").filter(|node| !node.is_null())?;
    Some((replicas? - count(least)?, least))
}

/// A share of the replicas, rounded up as Kubernetes does it.
fn share(text: &str, replicas: i64) -> Option<i64> {
    let percent: i64 = text.strip_suffix('%')?.parse().ok()?;
    Some(percent.checked_mul(replicas)?.checked_add(99)? / 100)
}

/// How many copies a store of that namespace keeps, and where that is said, if it is.
fn copies(stack: &Stack<'_>, store: Store, namespace: &str) -> (i64, Option<Place>) {
    let route = match store {
        Store::Mimir => "ingester.ring.replication_factor",
        Store::Loki => "common.replication_factor",
    };
    let configs = stack.store_configs.iter().filter(|(own, _, home)| {
        *own == store && home.object.as_ref().is_some_and(|object| *object.namespace == *namespace)
    });
    let mut said = configs.filter_map(|(_, at, _)| {
        let node = at.in_documents(stack.documents)?.at(route)?;
        Some((node.int()?, Some(at.place_of(node))))
    });
    said.next_back().unwrap_or((COPIES, None))
}

fn subject(by: &str, gone: i64, (copies, said): (i64, Option<Place>), place: Place) -> Subject {
    let spare = copies - (copies / 2 + 1);
    let entries = [
        ("by", Fact::new(by, place)),
        ("gone", Fact::new(gone, place)),
        ("copies", Fact::new(copies, said)),
        ("spare", Fact::new(spare, place)),
    ];
    Subject { kind: "budget", key: format!("budget {by}"), facts: Fact::map(entries, place) }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares_are_rounded_up() {
        assert_eq!(share("34%", 3), Some(2));
        assert_eq!(share("33%", 3), Some(1));
        assert_eq!(share("0%", 3), Some(0));
        assert_eq!(share("3", 3), None);
    }
}
