//! Finds the stores of a stack whose gossip carries no label: on one network, such rings can merge.

use super::stores::Found;
use super::subjects::effective;
use crate::document::Place;
use crate::model::fact::Fact;

/// The stores that gossip without a label, each with its place. Only what a chart has made counts: what it will make of
/// values hangs on its version.
pub(super) fn unlabelled<'f, 's: 'f>(stores: impl Iterator<Item = &'f Found<'s>>) -> Vec<(Place, Fact)> {
    let mut found = Vec::new();
    for store in stores.filter(|store| store.form == "rendered") {
        let options = store.options();
        let (Some(group), Some(members), Some(label)) = (
            store.groups.first(),
            options.spec("memberlist.join_members"),
            options.spec("memberlist.cluster_label"),
        ) else {
            continue;
        };
        let running_with = effective(store, group, None);
        let (members, _) = running_with.value("memberlist.join_members", members);
        let (label, _) = running_with.value("memberlist.cluster_label", label);
        if label.text() == Some("") && !members.items().is_empty() {
            found.push((store.place, Fact::new(store.name.as_str(), members.place)));
        }
    }
    found
}
