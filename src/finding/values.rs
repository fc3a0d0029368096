//! What sets an option of a store.

use crate::document::Place;

/// All that says something of one option in one store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ValueChain {
    /// The stack that the store belongs to.
    pub(crate) stack: String,
    /// The store, for people.
    pub(crate) store: String,
    /// The version that it is judged by.
    pub(crate) version: String,
    /// The option's type, as the tables name it.
    pub(crate) kind: String,
    /// Weakest first: the last one that is no tenant's counts for all.
    pub(crate) steps: Vec<ValueStep>,
}

/// One thing that says something of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ValueStep {
    /// The value; a secret is covered.
    pub(crate) value: String,
    /// Where it came from, in words.
    pub(crate) origin: String,
    /// Where it is written.
    pub(crate) place: Option<Place>,
}
