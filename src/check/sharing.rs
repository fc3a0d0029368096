//! Turns where the stores of a run keep their data into who shares what: two stores of one stack, or the stores of two
//! clusters, in one bucket under one prefix.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::sync::Arc;

use super::identity::Identity;
use crate::document::Place;
use crate::model::Fact;
use crate::model::Store;
use crate::model::Subject;
use crate::model::store::Bucket;
use crate::model::store::StoreUse;

/// How many that share a prefix are remembered: of many, the first few are told.
const REMEMBERED: usize = 8;

/// Where the stores of one stack keep their data.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The stack's name.
    pub(crate) stack: String,
    /// The running cluster that it is, by its index, where it is one: a folder may have the same name.
    pub(crate) cluster: Option<usize>,
    /// Whose it is.
    pub(crate) identity: Identity,
    /// What its stores keep, in order.
    pub(crate) uses: Vec<StoreUse>,
}

/// What the stores of each stack share with those of stacks before it. Stacks are added as they come: what is remembered of
/// one is a few words.
#[derive(Debug, Default)]
pub(crate) struct Sharing {
    /// What stacks keep, of all that were added.
    shelf: Shelf<Arc<Owner>>,
    /// By the stack's name and the number of the use.
    found: BTreeMap<(String, Option<usize>, usize), Shared>,
}

/// The stack that keeps something.
#[derive(Debug)]
struct Owner {
    stack: String,
    identity: Identity,
}

/// Data that another store keeps in the same place.
#[derive(Debug, Clone)]
struct Shared {
    /// Who, in words.
    by: String,
    store: Store,
    data: &'static str,
    /// The same data under the same prefix, and not something else or one within the other.
    clash: bool,
    other_workload: bool,
    place: Option<Place>,
}

impl Shared {
    fn facts<const N: usize>(&self, more: [(&str, Fact); N]) -> Fact {
        let facts =
            [("by", Fact::new(self.by.as_str(), self.place)), ("data", Fact::new(self.data, self.place))];
        Fact::map(facts.into_iter().chain(more), self.place)
    }

    fn in_stack(&self) -> Fact {
        self.facts([("clash", Fact::new(self.clash, self.place))])
    }

    fn of_cluster(&self) -> Fact {
        self.facts([
            ("store", Fact::new(name(self.store), self.place)),
            ("other_workload", Fact::new(self.other_workload, self.place)),
        ])
    }
}

impl Sharing {
    /// Adds a stack: what its stores share with those of other clusters that were added before.
    pub(crate) fn add(&mut self, kept: &Kept) {
        let owner = Arc::new(Owner { stack: kept.stack.clone(), identity: kept.identity.clone() });
        let reachable = || kept.uses.iter().enumerate().filter(|(_, own)| !own.bucket.inside);
        let each = reachable().filter_map(|(number, own)| {
            let (entry, clash) = self.shelf.nearest(own, |entry| {
                own.place != entry.kept.place && kept.identity.is_other_cluster(&entry.who.identity)
            })?;
            let by = entry.who.stack.clone();
            let other_workload = kept.identity.is_other_workload(&entry.who.identity);
            // A store that keeps all its data in one bucket is told once.
            Some(((own.store, &own.bucket), number, shared(&entry.kept, by, clash, other_workload)))
        });
        let each = worst(each).into_iter();
        let found = each.map(|(number, shared)| ((kept.stack.clone(), kept.cluster, number), shared));
        self.found.extend(found);
        for (_, own) in reachable() {
            self.shelf.add(own, &owner, |one, two| one.identity == two.identity);
        }
    }

    /// The subjects `storage_use` of a stack.
    pub(crate) fn subjects(
        &self,
        (stack, cluster): (&str, Option<usize>),
        uses: &[StoreUse],
    ) -> Vec<Subject> {
        let beside = beside(uses);
        let each = uses.iter().enumerate().map(|(number, own)| {
            let elsewhere = self.found.get(&(stack.to_owned(), cluster, number));
            let facts = Fact::map(
                [
                    ("store", Fact::new(name(own.store), own.place)),
                    ("name", Fact::new(own.name.as_str(), own.place)),
                    ("data", Fact::new(own.data, own.place)),
                    ("backend", Fact::new(own.bucket.backend, own.place)),
                    ("bucket", Fact::new(own.bucket.name.as_str(), own.place)),
                    ("prefix", Fact::new(own.prefix.as_str(), own.place)),
                    ("beside", beside.get(&number).map(Shared::in_stack).unwrap_or_default()),
                    ("elsewhere", elsewhere.map(Shared::of_cluster).unwrap_or_default()),
                ],
                own.place,
            );
            let key = format!("{} {} {}", name(own.store), own.data, own.bucket.name);
            Subject { kind: "storage_use", key, facts }
        });
        each.collect()
    }
}

/// What another store keeps.
fn shared(kept: &StoreUse, by: String, clash: bool, other_workload: bool) -> Shared {
    Shared { by, store: kept.store, data: kept.data, clash, other_workload, place: kept.place }
}

/// Of what is found of one key, the first that clashes, or else the first; by the number of the use.
fn worst<K: Ord>(found: impl Iterator<Item = (K, usize, Shared)>) -> BTreeMap<usize, Shared> {
    let mut worst: BTreeMap<K, (usize, Shared)> = BTreeMap::new();
    for (key, number, shared) in found {
        match worst.entry(key) {
            Slot::Occupied(slot) if slot.get().1.clash || !shared.clash => {}
            Slot::Occupied(mut slot) => {
                slot.insert((number, shared));
            }
            Slot::Vacant(slot) => {
                slot.insert((number, shared));
            }
        }
    }
    worst.into_values().collect()
}

const fn name(store: Store) -> &'static str {
    match store {
        Store::Mimir => "Mimir",
        Store::Loki => "Loki",
    }
}

/// What stores of one stack share, by the number of the use: one for each two stores and bucket.
fn beside(uses: &[StoreUse]) -> BTreeMap<usize, Shared> {
    let mut shelf = Shelf::<()>::default();
    let found = uses.iter().enumerate().filter_map(|(number, own)| {
        let found = shelf.nearest(own, |entry| are_two(own, &entry.kept)).map(|(entry, clash)| {
            let home = entry.kept.namespace.as_ref().map(|namespace| format!(" in namespace {namespace}"));
            let by = format!("{}{}", name(entry.kept.store), home.unwrap_or_default());
            let key = (entry.kept.store, own.store, &own.bucket);
            (key, number, shared(&entry.kept, by, clash, false))
        });
        shelf.add(own, &(), |(), ()| false);
        found
    });
    worst(found)
}

/// Whether two uses are of two stores for certain: the values of a store and what is rendered of them are one.
fn are_two(one: &StoreUse, two: &StoreUse) -> bool {
    let namespaces = one.namespace.as_ref().zip(two.namespace.as_ref());
    let apart = namespaces.is_some_and(|(one, two)| one != two);
    // A name without dots is that of a service of the own namespace.
    let two_services = apart && one.bucket.inside && !one.bucket.owner.contains('.');
    !two_services && (one.store != two.store || apart)
}

/// What is kept under each prefix of each bucket. A look costs the depth of a prefix, however many there are.
#[derive(Debug)]
struct Shelf<W>(BTreeMap<Bucket, Prefixes<W>>);

/// What is kept in one bucket.
#[derive(Debug)]
struct Prefixes<W> {
    at: BTreeMap<String, Vec<Entry<W>>>,
    /// By each prefix that lies above.
    below: BTreeMap<String, Vec<Entry<W>>>,
}

impl<W> Default for Shelf<W> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<W> Default for Prefixes<W> {
    fn default() -> Self {
        Self { at: BTreeMap::new(), below: BTreeMap::new() }
    }
}

#[derive(Debug, Clone)]
struct Entry<W> {
    kept: StoreUse,
    who: W,
}

impl<W: Clone> Shelf<W> {
    /// Of those that are wanted and overlap, one that keeps the same data if there is one; and whether it does so under
    /// the same prefix.
    fn nearest(&self, own: &StoreUse, wanted: impl Fn(&Entry<W>) -> bool) -> Option<(&Entry<W>, bool)> {
        let alike = self.overlapping(own, |entry| entry.kept.data == own.data && wanted(entry));
        alike.or_else(|| self.overlapping(own, &wanted).map(|(entry, _)| (entry, false)))
    }

    /// The first that keeps something under the same prefix, else above or below it; and whether it is the same.
    fn overlapping(&self, own: &StoreUse, wanted: impl Fn(&Entry<W>) -> bool) -> Option<(&Entry<W>, bool)> {
        let prefixes = self.0.get(&own.bucket)?;
        let own_prefix = own.prefix.as_str();
        if let Some(entry) = first(&prefixes.at, own_prefix, &wanted) {
            return Some((entry, true));
        }
        let above = above(own_prefix).find_map(|above| first(&prefixes.at, above, &wanted));
        let nested = above.or_else(|| first(&prefixes.below, own_prefix, &wanted));
        nested.map(|entry| (entry, false))
    }

    fn add(&mut self, own: &StoreUse, who: &W, alike: impl Fn(&W, &W) -> bool) {
        let put = |entries: &mut Vec<Entry<W>>| {
            let known = |entry: &Entry<W>| alike(&entry.who, who) && entry.kept.data == own.data;
            if entries.len() < REMEMBERED && !entries.iter().any(known) {
                entries.push(Entry { kept: own.clone(), who: who.clone() });
            }
        };
        let prefixes = self.0.entry(own.bucket.clone()).or_default();
        put(prefixes.at.entry(own.prefix.clone()).or_default());
        for above in above(&own.prefix) {
            put(prefixes.below.entry(above.to_owned()).or_default());
        }
    }
}

/// The first that is wanted of what is kept under a prefix.
fn first<'s, W>(
    prefixes: &'s BTreeMap<String, Vec<Entry<W>>>,
    prefix: &str,
    wanted: impl Fn(&Entry<W>) -> bool,
) -> Option<&'s Entry<W>> {
    prefixes.get(prefix)?.iter().find(|entry| wanted(entry))
}

/// The prefixes above one, the nearest first, the bucket itself last. Nobody nests them deeper than this.
fn above(prefix: &str) -> impl Iterator<Item = &str> {
    let next =
        |prefix: &&'_ str| -> Option<usize> { (!prefix.is_empty()).then(|| prefix.rfind('/').unwrap_or(0)) };
    std::iter::successors(Some(prefix), move |prefix| prefix.get(..next(prefix)?)).skip(1).take(16)
}
