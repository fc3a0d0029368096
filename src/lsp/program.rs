//! Turns a place in a file into the Alloy program there, with the other texts of the same program.

use crate::document::DocId;
use crate::document::Document;
use crate::document::Documents;
use crate::document::Place;
use crate::document::alloy;

/// The document at a byte of a file, and the byte in it, where that is a program. Behind the end of an embedded program blank lines
/// that are indented like it are its own: that is where the next statement is typed.
pub(super) fn at(documents: &Documents, file: u32, offset: u32) -> Option<Place> {
    let is_program = |place: &Place| documents.document(place.doc).alloy().is_some();
    let place = documents.innermost(file, offset)?;
    if is_program(&place) {
        return Some(place);
    }
    let stream =
        documents.files.get(file as usize)?.documents.iter().find(|document| document.host.is_none())?;
    let before = stream.text.get(..offset as usize)?;
    let word = before.trim_end_matches([' ', '\t', '\n', '\r']);
    let near = documents.innermost(file, u32::try_from(word.len()).ok()?).filter(is_program)?;
    let start = Place { doc: near.doc, span: crate::text::Span::at(0) };
    let indent = documents.resolve(start).start.column - 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
    let rest = documents.document(near.doc).text.get(near.span.start as usize..)?;
    (column >= indent as usize && rest.trim().is_empty()).then_some(near)
}

/// The texts of the program that a document is a part of, its own first: those beside it in the same object, or in the same folder.
/// All of them share one scope.
pub(super) fn texts(documents: &Documents, doc: DocId) -> Vec<(DocId, &alloy::File)> {
    let own = documents.document(doc);
    let beside = |other: &Document, path: &str| match (&own.host, &other.host) {
        (Some(own), Some(other)) => {
            own.index == other.index && own.object == other.object && own.object.is_some()
        }
        (None, None) => folder(path) == folder(path_of(documents, doc)),
        _ => false,
    };
    let files = (0..).zip(&documents.files);
    let all = files.flat_map(|(file, own)| {
        (0..)
            .zip(&own.documents)
            .map(move |(index, document)| (DocId { file, index }, document, own.path.as_str()))
    });
    let others = all.filter(|(id, document, path)| {
        let same_file = id.file == doc.file || own.host.is_none();
        *id != doc && same_file && beside(document, path)
    });
    let first = own.alloy().map(|file| (doc, file));
    first.into_iter().chain(others.filter_map(|(id, document, _)| Some((id, document.alloy()?)))).collect()
}

fn path_of(documents: &Documents, doc: DocId) -> &str {
    documents.files.get(doc.file as usize).map_or("", |file| &file.path)
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
