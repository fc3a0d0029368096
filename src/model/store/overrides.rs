//! Finds the limits of single tenants: in runtime files, and in values that make them.

use crate::document::DocId;
use crate::document::NodeRef;
use crate::model::fact::Fact;
use crate::model::piece::Chart;
use crate::model::piece::Home;
use crate::model::piece::Store;
use crate::model::stack::Stack;
use crate::model::values::fact_of;

/// The limits of one tenant.
#[derive(Debug)]
pub(super) struct Tenant {
    /// The tenant's name.
    pub(super) name: String,
    /// The limits, by the names that they have in the file's section of limits.
    pub(super) limits: Fact,
    /// Whether they stand in a Secret, which may hold passwords.
    pub(super) in_secret: bool,
}

/// The tenants that have limits of their own in a store.
pub(super) fn tenants(stack: &Stack<'_>, store: Store) -> Vec<Tenant> {
    let files = files(stack, store).map(|(node, doc, home)| {
        let in_secret = home.object.as_ref().is_some_and(|object| &*object.kind == "Secret");
        (fact_of(node, doc).reach("overrides"), in_secret)
    });
    let (chart, route) = match store {
        Store::Mimir => (Chart::Mimir, "runtimeConfig.overrides"),
        Store::Loki => (Chart::Loki, "loki.runtimeConfig.overrides"),
    };
    let values = stack.releases_of(chart).map(|release| (release.values.reach(route), false));
    let mut found = Vec::new();
    for (tenants, in_secret) in files.chain(values) {
        for (name, limits) in tenants.entries() {
            found.push(Tenant { name: name.to_owned(), limits: limits.clone(), in_secret });
        }
    }
    found
}

/// The runtime files that are a store's: by what their tenants set.
pub(super) fn nodes<'s>(
    stack: &'s Stack<'_>,
    store: Store,
) -> impl Iterator<Item = (NodeRef<'s>, DocId)> + 's {
    files(stack, store).map(|(node, doc, _)| (node, doc))
}

/// The same with the objects that hold them.
fn files<'s>(
    stack: &'s Stack<'_>,
    store: Store,
) -> impl Iterator<Item = (NodeRef<'s>, DocId, &'s Home)> + 's {
    let at = stack.runtime_overrides.iter();
    at.filter_map(|(at, home)| Some((at.in_documents(stack.documents)?, at.doc, *home)))
        .filter(move |(node, ..)| store_of(stack, *node) == store)
}

/// Whose a runtime file is: the store of the input, where there is one; else the one whose table knows more of its limits.
fn store_of(stack: &Stack<'_>, node: NodeRef<'_>) -> Store {
    let mut votes = [0_usize; 2];
    for (_, limits) in node.get("overrides").into_iter().flat_map(NodeRef::entries) {
        for (key, _) in limits.entries() {
            let Some(name) = key.text() else { continue };
            for (vote, store, section) in [(0, Store::Mimir, "limits"), (1, Store::Loki, "limits_config")] {
                votes[vote] +=
                    usize::from(super::options::table(store).spec(&format!("{section}.{name}")).is_some());
            }
        }
    }
    if votes[0] != votes[1] {
        return if votes[0] > votes[1] { Store::Mimir } else { Store::Loki };
    }
    let only_loki = stack.store_configs.iter().any(|(store, ..)| *store == Store::Loki)
        && !stack.store_configs.iter().any(|(store, ..)| *store == Store::Mimir);
    if only_loki { Store::Loki } else { Store::Mimir }
}
