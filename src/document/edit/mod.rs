//! Turns changes of meaning ("this option is 30d") into changes of text that leave every other byte as it was.
//!
//! A change names a place of a document at any depth. [`tree`], [`ini`] and [`alloy`] make edits of that document's
//! text; [`outwards()`] carries them to the text around it, in the style of the scalar that holds the document, until
//! they are edits of the file.

mod alloy;
mod apply;
mod block;
mod flow;
mod ini;
mod layout;
mod nodes;
mod outwards;
mod plan;
mod print;
mod remove;
mod scalar;
mod tree;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use apply::apply;
pub(crate) use outwards::outwards;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::nest::Body;
use super::nest::DocId;
use super::nest::Document;
use super::nest::Documents;
use super::nest::HostMap;
use super::nest::Language;
use super::nest::Place;
use crate::text::Span;

/// A value to be written. How it is written (quotes, block or flow, indentation) follows the text around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NewValue {
    /// Text; quoted where it has to be, or where the value that it replaces was.
    Text(Arc<str>),
    /// What is no text: a number, `true`, `null`; in Alloy any expression. Written as it is.
    Plain(Arc<str>),
    /// A list.
    List(Vec<NewValue>),
    /// A mapping, in this order. In Alloy the value of an attribute: `{ key = "value" }`.
    Map(Vec<(Arc<str>, NewValue)>),
    /// In Alloy a block with these attributes and blocks; anywhere else the same as [`NewValue::Map`].
    Block(Vec<(Arc<str>, NewValue)>),
}

/// One change of meaning. Places are those of documents as they were read, at any depth of embedding; the place of a
/// key stands for its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// The value there becomes another.
    Replace {
        /// The value, or its key.
        at: Place,
        /// What it becomes.
        value: NewValue,
    },
    /// A key gets a value, in a mapping or in the body of a block (or the whole document): replaced where it is there,
    /// added where not, with all the mappings or blocks on the way.
    Put {
        /// The mapping, the block, or its key.
        under: Place,
        /// The keys on the way, outermost first; never empty.
        route: Vec<Arc<str>>,
        /// The value.
        value: NewValue,
    },
    /// A list gets one more item at its end.
    Append {
        /// The list, or its key.
        to: Place,
        /// The item.
        value: NewValue,
    },
    /// The entry, item, attribute, block or component there goes, with the comments that are about it.
    Remove {
        /// The value, its key, or the block.
        at: Place,
    },
    /// The key there gets another name.
    Rename {
        /// The key, or its value.
        at: Place,
        /// Its new name.
        name: Arc<str>,
    },
    /// A component is added to an Alloy program, behind the one there.
    AddComponent {
        /// Any place in the component that it shall stand behind.
        after: Place,
        /// Its text, without an empty line before or behind it.
        text: Arc<str>,
    },
}

/// A change to the text of one file (or of one document).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edit {
    /// What is replaced.
    pub(crate) span: Span,
    /// By what.
    pub(crate) text: String,
}

/// An edit of the text of one file of the run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileEdit {
    /// Index into [`Documents::files`].
    pub(crate) file: u32,
    /// The edit of that file's text.
    pub(crate) edit: Edit,
}

/// Why a change cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Refusal {
    /// What is in the way.
    pub(crate) place: Option<Place>,
    /// What is in the way and what to do, for people. Holds no value of the input.
    pub(crate) message: String,
}

/// The same inside one document.
#[derive(Debug)]
struct Refused {
    span: Span,
    message: String,
}

/// What part of the work gives edits of one text.
type Edits = Result<Vec<Edit>, Refused>;

/// A refusal at a place of the document in hand.
fn refuse<T>(span: Span, message: impl Into<String>) -> Result<T, Refused> {
    Err(Refused { span, message: message.into() })
}

/// How deep a new value may be.
const MAX_DEPTH: u32 = 64;

impl Change {
    /// The place that the change names.
    pub(crate) const fn place(&self) -> Place {
        match self {
            Self::Replace { at, .. } | Self::Remove { at } | Self::Rename { at, .. } => *at,
            Self::Put { under, .. } => *under,
            Self::Append { to, .. } => *to,
            Self::AddComponent { after, .. } => *after,
        }
    }

    /// The value that the change writes, if any.
    const fn value(&self) -> Option<&NewValue> {
        match self {
            Self::Replace { value, .. } | Self::Put { value, .. } | Self::Append { value, .. } => Some(value),
            Self::Remove { .. } | Self::Rename { .. } | Self::AddComponent { .. } => None,
        }
    }
}

impl NewValue {
    /// Whether it has more than that many values in each other.
    fn is_deeper_than(&self, limit: u32) -> bool {
        let Some(limit) = limit.checked_sub(1) else { return true };
        match self {
            Self::Text(_) | Self::Plain(_) => false,
            Self::List(items) => items.iter().any(|item| item.is_deeper_than(limit)),
            Self::Map(entries) | Self::Block(entries) => {
                entries.iter().any(|(_, value)| value.is_deeper_than(limit))
            }
        }
    }
}

/// The edits of files that make all these changes, in the order of files and places. Equal changes count once. All
/// places are those of `documents`: changes that get into each other's way are refused.
pub(crate) fn edits(documents: &Documents, changes: &[Change]) -> Result<Vec<FileEdit>, Refusal> {
    let mut by_document: BTreeMap<DocId, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        let place = change.place();
        let refusal = |message: &str| Refusal { place: Some(place), message: message.to_owned() };
        if change.value().is_some_and(|value| value.is_deeper_than(MAX_DEPTH)) {
            return Err(refusal("the new value is too deep"));
        }
        if matches!(change, Change::Put { route, .. } if route.len() > MAX_DEPTH as usize) {
            return Err(refusal("the route to the new value is too long"));
        }
        let file = documents.files.get(place.doc.file as usize);
        if file.is_none_or(|file| place.doc.index as usize >= file.documents.len()) {
            return Err(Refusal {
                place: None,
                message: "the change names no document of this run".to_owned(),
            });
        }
        let known = by_document.entry(place.doc).or_default();
        if !known.contains(&change) {
            known.push(change);
        }
    }
    // Edits of each document's text. Embedded documents stand behind their containers.
    let mut pending: BTreeMap<DocId, Vec<Edit>> = BTreeMap::new();
    for (id, changes) in by_document {
        let refusal =
            |why: Refused| Refusal { place: Some(Place { doc: id, span: why.span }), message: why.message };
        let edits = document_edits(documents.document(id), &changes).map_err(refusal)?;
        pending.insert(id, edits);
    }
    let mut done = Vec::new();
    while let Some((id, mut edits)) = pending.pop_last() {
        if let Some(clash) = settle(&mut edits) {
            let message = "two changes get into each other's way here; make one, then the other".to_owned();
            return Err(Refusal { place: Some(Place { doc: id, span: clash }), message });
        }
        let document = documents.document(id);
        match &document.host {
            None => done.extend(edits.into_iter().map(|edit| FileEdit { file: id.file, edit })),
            Some(host) if !edits.is_empty() => {
                let container = DocId { file: id.file, index: host.index };
                let around =
                    outer(documents.document(container), document, &host.map, &edits).map_err(|message| {
                        Refusal {
                            place: edits.first().map(|edit| Place { doc: id, span: edit.span }),
                            message,
                        }
                    })?;
                pending.entry(container).or_default().extend(around);
            }
            Some(_) => {}
        }
    }
    // Documents of one stream share a text, and one text may be embedded twice, through an alias.
    done.sort_by_key(|edit| (edit.file, edit.edit.span));
    done.dedup();
    if let Some(clash) =
        done.windows(2).find(|pair| pair[0].file == pair[1].file && clash(&pair[0].edit, &pair[1].edit))
    {
        let place = Place { doc: DocId { file: clash[1].file, index: 0 }, span: clash[1].edit.span };
        let message = "two changes get into each other's way here; make one, then the other".to_owned();
        return Err(Refusal { place: Some(place), message });
    }
    Ok(done)
}

/// Puts edits of one text in order, equal ones once. Gives a place where two clash.
fn settle(edits: &mut Vec<Edit>) -> Option<Span> {
    edits.sort_by_key(|edit| edit.span);
    edits.dedup();
    edits.windows(2).find(|pair| clash(&pair[0], &pair[1])).map(|pair| pair[1].span)
}

/// Whether two edits, in order, overlap. Two insertions at one place do not.
const fn clash(first: &Edit, second: &Edit) -> bool {
    second.span.start < first.span.end
}

/// The edits of one document's text.
fn document_edits(document: &Document, changes: &[&Change]) -> Edits {
    match (&document.body, document.language) {
        (Body::Alloy(file), _) => alloy::edits(file, changes),
        (Body::Tree(tree), Language::Yaml | Language::Json) => tree::edits(tree, changes),
        (Body::Tree(tree), Language::Ini) => ini::edits(tree, changes),
        (Body::Tree(_), language) => refuse(
            changes.first().map(|change| change.place().span).unwrap_or_default(),
            format!(
                "texts of the language {} are not changed by this program; change it by hand",
                language.name()
            ),
        ),
    }
}

/// The edits of the container's text that make `edits` in the text of `document`; or why there are none.
fn outer(
    container: &Document,
    document: &Document,
    map: &HostMap,
    edits: &[Edit],
) -> Result<Vec<Edit>, String> {
    match (map, &container.body) {
        (HostMap::Scalar(node, _), Body::Tree(tree)) => {
            outwards(tree.node(*node).resolved(), &document.text, edits).map_err(|style| {
                format!("{style} cannot hold the changed text; write the text as a block (`|`) and try again")
            })
        }
        (HostMap::Made(map), Body::Alloy(file)) => outwards::in_program(file, map, &document.text, edits)
            .ok_or_else(|| {
                "the string of the program cannot hold the changed text; change it by hand".to_owned()
            }),
        _ => Err("the value stands in an encoded text; change what that text is made from".to_owned()),
    }
}
