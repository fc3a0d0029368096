//! Turns the files of a stack into what it makes: objects by name, and releases.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::super::stack::Run;
use super::super::stacks::Group;
use crate::document::DocId;
use crate::document::NodeRef;
use crate::document::Place;
use crate::document::Step;
use crate::document::Tree;
use crate::model::Piece;
use crate::model::Release;
use crate::text::Span;

/// What a stack makes.
pub(super) struct Made<'m> {
    run: &'m Run<'m>,
    /// By `Kind namespace/name`.
    objects: BTreeMap<&'m str, Object>,
    releases: Vec<&'m Release>,
}

/// Where an object stands: the first of its name.
struct Object {
    doc: DocId,
    span: Span,
    /// No other has its name.
    only: bool,
}

impl<'m> Made<'m> {
    /// What a group makes; looks at each of its documents once.
    pub(super) fn by(run: &'m Run<'m>, group: &Group) -> Self {
        let mut objects = BTreeMap::new();
        let files = group.files.iter().filter_map(|file| Some((*file, run.documents.files.get(*file)?)));
        for (file, texts) in files {
            for (index, document) in texts.documents.iter().enumerate() {
                let numbers = u32::try_from(file).ok().zip(u32::try_from(index).ok());
                let Some((file, index)) = numbers else { continue };
                for (span, name) in &document.regions {
                    match objects.entry(&**name) {
                        Entry::Vacant(slot) => {
                            let doc = DocId { file, index };
                            slot.insert(Object { doc, span: *span, only: true });
                        }
                        Entry::Occupied(mut slot) => slot.get_mut().only = false,
                    }
                }
            }
        }
        let readings = group.files.iter().filter_map(|file| run.readings.get(*file));
        let releases = readings.flat_map(|reading| &reading.pieces).filter_map(|piece| match piece {
            Piece::Release(own) => Some(own),
            _ => None,
        });
        Self { run, objects, releases: releases.collect() }
    }

    /// The place at the end of a way in the object of a name, or where the way ends. An object without a namespace may
    /// be it, since whoever applies a folder may add the namespace.
    pub(super) fn object(&self, name: &str, steps: &[Step]) -> Option<Place> {
        let bare = || {
            let (kind, rest) = name.split_once(' ')?;
            let (_, own) = rest.split_once('/')?;
            self.objects.get(format!("{kind} {own}").as_str()).filter(|object| object.only)
        };
        let object = self.objects.get(name).or_else(bare)?;
        let (doc, span) = (object.doc, object.span);
        let root = self.run.documents.document(doc).tree().and_then(Tree::root);
        let span = root.map_or(span, |root| {
            // A list holds its objects as items.
            let items = root.at("items").into_iter().flat_map(NodeRef::items);
            let object = std::iter::once(root).chain(items).filter(|node| node.span().contains(span)).last();
            object.map_or(span, |object| follow(object, steps).span())
        });
        Some(Place { doc, span })
    }

    /// All releases.
    pub(super) fn releases(&self) -> impl Iterator<Item = &'m Release> {
        self.releases.iter().copied()
    }

    /// The first release of a name.
    pub(super) fn release(&self, name: &str) -> Option<&'m Release> {
        self.releases().find(|own| own.name.as_deref() == Some(name))
    }
}

/// The node at the end of a way, or where the way ends.
fn follow<'t>(mut node: NodeRef<'t>, steps: &[Step]) -> NodeRef<'t> {
    for step in steps {
        let next = match step {
            Step::Key(key) => node.get(key),
            Step::Item(index) => node.items().nth(*index),
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    node
}
