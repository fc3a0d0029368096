//! Tells whether a file that was formatted and read again is the file that it was, but for the layout of programs.

use std::collections::HashSet;

use super::Change;
use crate::document::Body;
use crate::document::File;
use crate::document::Node;
use crate::document::NodeId;
use crate::document::NodeKind;
use crate::document::Tree;
use crate::document::alloy;

/// Whether `after` has the documents of `before`: programs of the same meaning, trees of the same nodes. Only scalars
/// that hold one of the changed programs may have another text, which is then compared as a document of its own.
pub(super) fn same_but_for_programs(before: &File, after: &File, changes: &[&Change]) -> bool {
    let may_differ: HashSet<(u32, NodeId)> =
        changes.iter().flat_map(|change| change.scalars.iter().copied()).collect();
    let (before, after) = (&before.documents, &after.documents);
    before.len() == after.len()
        && (0..).zip(before.iter().zip(after)).all(|(index, (before, after))| {
            let hosts = [before, after].map(|document| document.host.as_ref().map(|host| host.index));
            let [old_host, new_host] = hosts;
            old_host == new_host
                && before.language == after.language
                && match (&before.body, &after.body) {
                    (Body::Alloy(before), Body::Alloy(after)) => alloy::same(before, after),
                    (Body::Tree(before), Body::Tree(after)) => {
                        same_trees(before, after, |node| may_differ.contains(&(index, node)))
                    }
                    _ => false,
                }
        })
}

/// Whether two trees have the same nodes. Spans may differ, and the texts of scalars that `may_differ` names.
fn same_trees(before: &Tree, after: &Tree, may_differ: impl Fn(NodeId) -> bool) -> bool {
    before.root == after.root
        && before.nodes.len() == after.nodes.len()
        && (0..).zip(before.nodes.iter().zip(&after.nodes)).all(|(index, (old, new))| {
            let same_text = || old.scalar_text(&before.text) == new.scalar_text(&after.text);
            old.tag() == new.tag() && same_kinds(old, new) && (may_differ(NodeId(index)) || same_text())
        })
}

fn same_kinds(before: &Node, after: &Node) -> bool {
    match (&before.kind, &after.kind) {
        (NodeKind::Scalar { style: before, .. }, NodeKind::Scalar { style: after, .. }) => before == after,
        (before, after) => before == after,
    }
}
