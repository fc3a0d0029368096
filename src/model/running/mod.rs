//! Turns what the API server tells of a running stack (`status`, pods, nodes, claims) into facts: whether what is declared runs,
//! where, and since when.
//!
//! Only what controllers have written counts. A manifest has no status, an object that no controller has looked at has an empty
//! one: of both nothing is said. Only workloads of the stack are judged, never those of the people that it watches.

mod changed;
mod chart_jobs;
mod claims;
mod containers;
mod endpoints;
mod members;
mod nodes;
mod passing;
mod rollout;
mod selector;
mod troubles;

use self::members::Members;
use super::fact::Fact;
use super::fact::Subject;
use super::stack::Stack;
use crate::document::NodeRef;
use crate::document::Place;

/// The subjects of all that runs: `rollout`, `kept_out`, `claim`, `older_configuration`, `running_container`, `endpoints`,
/// `chart_job`.
pub(crate) fn subjects(stack: &Stack<'_>) -> Vec<Subject> {
    let mut found = chart_jobs::subjects(stack);
    let members = Members::of(stack);
    if members.all.is_empty() {
        return found;
    }
    let claims = claims::Claims::of(stack, &members);
    for member in &members.all {
        let troubles = troubles::troubles(stack, member);
        found.push(rollout::subject(stack, member, &troubles, &claims));
        found.extend(changed::subjects(stack, member));
        found.extend(containers::subjects(stack, member, &troubles));
    }
    found.extend(nodes::subjects(stack, &members));
    found.extend(claims.subjects());
    found.extend(endpoints::subjects(stack, &members));
    found
}

/// True, at a node: what a rule points at, with a value that stays the same while the node's own changes.
fn mark(place: Option<Place>) -> Fact {
    place.map_or_else(Fact::default, |place| Fact::new(true, place))
}

/// A number at a route; 0 where it is absent, as the API server leaves out zeros.
fn number(root: NodeRef<'_>, route: &str) -> i64 {
    root.at(route).and_then(NodeRef::int).unwrap_or(0)
}

/// The items of a list at a route.
fn items<'d>(root: NodeRef<'d>, route: &str) -> impl Iterator<Item = NodeRef<'d>> + use<'d> {
    root.at(route).into_iter().flat_map(NodeRef::items)
}

/// The condition of that type in an object's status.
fn condition<'d>(root: NodeRef<'d>, kind: &str) -> Option<NodeRef<'d>> {
    items(root, "status.conditions").find(|condition| condition.text_at("type") == Some(kind))
}
