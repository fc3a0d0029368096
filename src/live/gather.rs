//! Lists one kind, in the whole cluster or in namespaces, and tells what did not come.

use std::sync::Arc;

use super::call::Accept;
use super::cause::Cause;
use super::cause::Refusal;
use super::connection::Connection;
use super::held::Held;
use super::kinds::Asked;
use super::kinds::Kind;
use super::list::Listing;
use super::list::Step;
use super::list::list;
use super::named::Known;

/// What is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ask {
    /// The kind.
    pub(super) kind: &'static Kind,
    /// The versions in which it may be served; the first that is known to the server counts.
    pub(super) versions: Vec<String>,
    /// Where; `None` for the whole cluster.
    pub(super) namespace: Option<String>,
    /// Only objects with these labels.
    pub(super) labels: Option<String>,
    /// Only objects with these fields.
    pub(super) fields: Option<String>,
    /// Whole objects or metadata.
    pub(super) accept: Accept,
}

impl Ask {
    /// All objects of a kind there, as much of them as the table says.
    pub(super) fn new(kind: &'static Kind, versions: Vec<String>, namespace: Option<&str>) -> Self {
        let accept = if kind.asked == Asked::Full { Accept::Objects } else { Accept::Metadata };
        Self { kind, versions, namespace: namespace.map(str::to_owned), labels: None, fields: None, accept }
    }
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Gathered {
    /// What was asked.
    pub(super) ask: Ask,
    /// The objects that came, also where not all did.
    pub(super) held: Vec<Held>,
    /// Why not all came.
    pub(super) refusal: Option<Refusal>,
}

/// Lists what is asked for.
pub(super) async fn gather(connection: Arc<Connection>, ask: Ask, known: Known) -> Gathered {
    let mut missing = None;
    for version in &ask.versions {
        let listing = Listing {
            path: ask.kind.path(version, ask.namespace.as_deref()),
            accept: ask.accept,
            labels: ask.labels.clone(),
            fields: ask.fields.clone(),
        };
        let whole = ask.accept == Accept::Objects;
        let mut held = Vec::new();
        let take = |step| match step {
            Step::Object(object) => held.push(Held::new(&object, ask.kind, version, whole, known)),
            Step::Anew => held.clear(),
        };
        let outcome = list(&connection, &listing, take).await;
        match outcome {
            Ok(_) => return Gathered { ask, held, refusal: None },
            Err(refusal) if refusal.cause == Cause::Gone => missing = Some(refusal),
            Err(refusal) => return Gathered { ask, held, refusal: Some(refusal) },
        }
    }
    // Nothing of an optional kind can be there where the server does not know it.
    let refusal = missing.filter(|_| !ask.kind.optional).map(|_| {
        Refusal::new(Cause::MissingKind, format!("the server does not know {}", ask.kind.resource()))
    });
    Gathered { ask, held: Vec::new(), refusal }
}
