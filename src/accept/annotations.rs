//! Turns annotations of Kubernetes objects into what they accept: `ptd-lint.dev/ignore.RULE: REASON until=2027-01-31`.

use std::collections::HashSet;

use super::terms::Terms;
use super::terms::Trouble;
use super::terms::terms;
use crate::document::NodeId;
use crate::document::NodeKind;
use crate::document::NodeRef;
use crate::document::Tree;
use crate::text::Span;
use crate::text::is_slip;

/// What the keys of these annotations begin with.
pub(super) const PREFIX: &str = "ptd-lint.dev/";

/// The word behind it; the rule follows after a dot.
const WORD: &str = "ignore";

/// How such an annotation is written, for messages.
const FORM: &str = "`ptd-lint.dev/ignore.RULE: REASON`";

/// An annotation that accepts something.
#[derive(Debug)]
pub(super) struct Annotation {
    /// Its key.
    pub(super) key: Span,
    /// The rule's id.
    pub(super) rule: String,
    /// Why, and until when. The last day is placed at the value.
    pub(super) terms: Terms,
    /// The object.
    pub(super) object: Span,
    /// Whether something else made the object and copied annotations to it: nobody wrote this one here.
    pub(super) is_copied: bool,
}

/// What annotations of a document say.
#[derive(Debug, Default)]
pub(super) struct Annotations {
    /// Those of objects, in order of place.
    pub(super) all: Vec<Annotation>,
    /// What cannot be read.
    pub(super) malformed: Vec<Trouble>,
    /// What stands where nobody looks for it.
    pub(super) misplaced: Vec<Trouble>,
}

impl Annotations {
    /// Reads a document. `is_live` says that it comes from a running cluster: only there objects have owners that made them,
    /// in a file somebody wrote that.
    pub(super) fn of(tree: &Tree, is_live: bool) -> Self {
        let mut found = Self::default();
        if !tree.text.contains(PREFIX) {
            return found;
        }
        let nodes = (0..u32::try_from(tree.nodes.len()).unwrap_or(u32::MAX)).map(|id| tree.node(NodeId(id)));
        let (objects, others): (Vec<_>, Vec<_>) = nodes
            .filter(|node| matches!(node.raw().kind, NodeKind::Mapping(_)))
            .partition(|node| is_object(*node));
        let mut read = HashSet::new();
        for object in &objects {
            let Some(metadata) = object.get("metadata") else { continue };
            let is_copied = is_live && metadata.get("ownerReferences").is_some();
            for (key, value) in of_ours(metadata.get("annotations")) {
                read.insert(key.id);
                match annotation(key, value, object.span(), is_copied) {
                    Some(Ok(annotation)) => found.all.push(annotation),
                    // What was copied is told where it was written.
                    Some(Err(trouble)) if !is_copied => found.malformed.push(trouble),
                    _ => {}
                }
            }
            for (key, _) in of_ours(metadata.get("labels")).filter(|_| !is_copied) {
                let message = "a label accepts nothing";
                found.misplaced(key, &mut read, message, "write it below `annotations`");
            }
        }
        for other in others.iter().filter(|_| !objects.is_empty()) {
            for (key, _) in of_ours(other.get("metadata").and_then(|metadata| metadata.get("annotations"))) {
                let message = "this is an annotation of what the object makes, not of the object";
                let help = "write it below `metadata` of the object itself";
                found.misplaced(key, &mut read, message, help);
            }
        }
        found
    }

    fn misplaced(&mut self, key: NodeRef<'_>, read: &mut HashSet<NodeId>, message: &str, help: &str) {
        let is_one = key.text().and_then(|key| key.strip_prefix(PREFIX)?.strip_prefix(WORD)).is_some();
        if is_one && read.insert(key.id) {
            let (message, help) = (message.to_owned(), help.to_owned());
            self.misplaced.push(Trouble { span: key.span(), message, help });
        }
    }
}

/// Whether a mapping is a Kubernetes object.
fn is_object(node: NodeRef<'_>) -> bool {
    node.get("apiVersion").is_some() && node.get("kind").is_some()
}

/// The entries whose keys begin with our prefix.
fn of_ours(annotations: Option<NodeRef<'_>>) -> impl Iterator<Item = (NodeRef<'_>, NodeRef<'_>)> {
    let entries = annotations.map(NodeRef::entries_merged).unwrap_or_default().into_iter();
    entries.filter(|(key, _)| key.text().is_some_and(|key| key.starts_with(PREFIX)))
}

/// Reads an annotation; `None` where it has nothing to do with accepting.
fn annotation(
    key: NodeRef<'_>,
    value: NodeRef<'_>,
    object: Span,
    is_copied: bool,
) -> Option<Result<Annotation, Trouble>> {
    let name = key.text()?.strip_prefix(PREFIX)?;
    let (word, rule) = name.split_once('.').unwrap_or((name, ""));
    if word != WORD && !is_slip(word, WORD) {
        return None;
    }
    let trouble = |span: Span, message: &str| {
        Some(Err(Trouble { span, message: message.to_owned(), help: format!("write {FORM}") }))
    };
    if word != WORD {
        return trouble(key.span(), "this is nearly a suppression, and none");
    }
    if rule.is_empty() {
        return trouble(key.span(), "the suppression names no rule");
    }
    let Some(text) = value.text() else {
        return trouble(value.span(), "the value of an annotation is a text");
    };
    // A text knows its places only through its quotes: the value as a whole will do.
    let at_value = |span: Span| if span.is_empty() { key.span() } else { span };
    Some(match terms(text, 0, Span::at(0)) {
        Ok(mut terms) => {
            terms.until = terms.until.map(|(_, day)| (at_value(value.span()), day));
            let rule = rule.to_owned();
            Ok(Annotation { key: key.span(), rule, terms, object, is_copied })
        }
        Err(trouble) => Err(Trouble { span: at_value(value.span()), ..trouble }),
    })
}
