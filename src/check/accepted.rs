//! Turns findings of a stack into ones of which it is known whether somebody accepted them.

use std::collections::BTreeMap;

use super::policy::Governing;
use super::stack::Found;
use super::stack::Run;
use crate::document::Place;

/// How many findings each suppression met, by its place. Expired ones too.
pub(crate) type Met = BTreeMap<Place, usize>;

/// Marks what is accepted of a stack's findings and open questions. Whatever else can say that a finding is accepted belongs
/// here: verdicts are drawn from what this leaves.
pub(super) fn mark(_run: &Run<'_>, _governing: &Governing, _found: &mut [Found]) -> Met {
    Met::default()
}
