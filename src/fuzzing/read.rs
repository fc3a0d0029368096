//! Turns bytes into a panic where reading them does what it must not: a tree with a span outside of its text, a place
//! that lies nowhere in the file, a byte of the file that leads to a place elsewhere.

use std::sync::Arc;

use super::text_of;
use crate::document::DocId;
use crate::document::Documents;
use crate::document::Place;
use crate::document::alloy;
use crate::document::invariants;
use crate::live;
use crate::model;
use crate::model::Expected;
use crate::source;
use crate::text::Span;

/// How many places of a document are resolved at most, and how many bytes of a file looked up.
const PLACES: usize = 200;

/// All languages, what other programs say, and the maps between documents and the file that they stand in.
pub fn read(bytes: &[u8]) {
    live::invariants::survives(bytes);
    source::git_survives(bytes);
    alloy::invariants::check_file(bytes);
    let text = text_of(bytes);
    invariants::survives(&text);
    places(&text, Expected::Any);
}

/// Every place of every document, at any depth, lies in the file, and its end not before its start; and the innermost place of
/// a byte leads to a byte whose innermost place it is.
fn places(text: &Arc<str>, expected: Expected) {
    let reading = model::read(0, "input", text, expected);
    let documents = Documents { files: vec![reading.file] };
    let Some(file) = documents.files.first() else { return };
    for (index, document) in (0..).zip(&file.documents) {
        for (start, end) in characters(&document.text) {
            let place = Place { doc: DocId { file: 0, index }, span: Span::new(start, end) };
            let resolved = documents.resolve(place);
            let Span { start, end } = resolved.outer;
            assert!(
                start <= end && text.get(start as usize..end as usize).is_some(),
                "{place:?} in {text:?}"
            );
            assert!(
                (resolved.start.line, resolved.start.column) <= (resolved.end.line, resolved.end.column),
                "{place:?} in {text:?}"
            );
        }
    }
    for (at, _) in characters(text) {
        let Some(place) = documents.innermost(0, at) else { continue };
        let document = documents.document(place.doc);
        assert!(document.text.is_char_boundary(place.span.start as usize), "{at}: {place:?} in {text:?}");
        // Between two pieces of an embedded text a byte leads to the next one.
        let outer = documents.resolve(place).outer;
        let again = documents.innermost(0, outer.start);
        assert_eq!(again, Some(place), "{at} leads to {outer:?} of {text:?}");
    }
    for problem in reading.problems {
        let outer = documents.resolve(problem.place).outer;
        assert!(text.get(outer.start as usize..outer.end as usize).is_some(), "{problem:?} in {text:?}");
    }
}

/// Start and end of characters of a text, [`PLACES`] of them or twice as many, from its first to the empty one at its end.
fn characters(text: &str) -> impl Iterator<Item = (u32, u32)> {
    let step = (text.len() / PLACES).max(1);
    let starts = (0..=text.len()).step_by(step).filter(|at| text.is_char_boundary(*at));
    starts.map(|at| {
        let length = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let [start, end] = [at, at + length].map(|offset| u32::try_from(offset).unwrap_or(u32::MAX));
        (start, end)
    })
}
