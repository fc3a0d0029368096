//! Turns a name into where what it names is written: components and modules of Alloy, objects of the cluster and their keys.

use serde_json::Value;
use serde_json::json;

use super::desk::Answer;
use super::desk::Asked;
use super::diagnostics;
use super::hover::place_of;
use super::program;
use super::workspace::Round;
use super::workspace::text_of;
use crate::check;
use crate::document::Documents;
use crate::document::NodeRef;
use crate::document::Place;
use crate::document::Step;
use crate::model::alloy::types;
use crate::text::Span;

/// Answers `textDocument/definition`.
pub(super) fn definition(asked: &Asked<'_>) -> Answer {
    let (uri, position) = place_of(asked.params)?;
    let Some(buffer) = asked.buffers.get(uri) else { return Ok(Value::Null) };
    let offset = buffer.text.offset(position, asked.client.encoding);
    let path = buffer.shown();
    for round in asked.rounds {
        let Some(file) = round.file(&path) else { continue };
        let own = in_program(round.documents(), file, offset);
        let found = own
            .map(|place| location(round.documents(), place, asked).unwrap_or_default())
            .or_else(|| object(round, file, offset, asked));
        if let Some(found) = found {
            return Ok(found);
        }
    }
    Ok(Value::Null)
}

/// Where the block is that a name in a program means.
fn in_program(documents: &Documents, file: u32, offset: u32) -> Option<Place> {
    let place = program::at(documents, file, offset)?;
    let texts = program::texts(documents, place.doc);
    types::definition(&texts, place)
}

/// Where the object is that a text names; null where that is no file.
fn object(round: &Round, file: u32, offset: u32, asked: &Asked<'_>) -> Option<Value> {
    let place = round.documents().innermost(file, offset)?;
    let text = text_at(round.documents(), place)?;
    let (documents, links) =
        check::links(&round.sources, &round.arguments, round.options(), (place, Some(&text)));
    links.first().map(|link| location(&documents, link.to, asked).unwrap_or_default())
}

/// The text in whose quotes, or in which scalar, a place is.
fn text_at(documents: &Documents, place: Place) -> Option<String> {
    let document = documents.document(place.doc);
    if document.alloy().is_some() {
        let (before, behind) = document.text.split_at_checked(place.span.start as usize)?;
        let line = before.rsplit('\n').next().unwrap_or_default();
        // An even number of quotes before: not in a string.
        (line.matches('"').count() % 2 == 1).then_some(())?;
        let (start, end) = (line.rsplit('"').next()?, behind.split(['"', '\n']).next()?);
        return Some(format!("{start}{end}"));
    }
    let tree = document.tree()?;
    let step = |node: NodeRef<'_>, step: &Step| match step {
        Step::Key(key) => node.get(key).map(|node| node.id),
        Step::Item(index) => node.items().nth(*index).map(|node| node.id),
    };
    let mut node = tree.root()?;
    for own in &tree.route_to(place.span).0 {
        node = tree.node(step(node, own)?);
    }
    node.text().map(str::to_owned)
}

/// A place as the editor goes to it.
fn location(documents: &Documents, place: Place, asked: &Asked<'_>) -> Option<Value> {
    let resolved = documents.resolve(place);
    let uri = diagnostics::uri(&resolved.path, asked.buffers)?;
    let Span { start, end } = resolved.outer;
    let range = text_of(documents, place.doc.file).range(Span::new(start, end), asked.client.encoding);
    Some(json!({"uri": uri, "range": range}))
}
