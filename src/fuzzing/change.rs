//! Turns a text into a panic where formatting it or changing it does what it must not: spoil its meaning, touch other
//! bytes, or never be done.

use std::sync::Arc;

use super::text_of;
use crate::document::Change;
use crate::document::DocId;
use crate::document::Documents;
use crate::document::NewValue;
use crate::document::Place;
use crate::document::alloy;
use crate::document::apply;
use crate::document::edits;
use crate::document::invariants;
use crate::format;
use crate::model;
use crate::model::Expected;

/// Formatting and changes of one file.
pub fn change(bytes: &[u8]) {
    let text = text_of(bytes);
    format(&text);
    edit(&text);
}

/// The formatter: a program keeps its meaning and is settled by one run, by itself and in what it is embedded in.
fn format(text: &Arc<str>) {
    let file = alloy::parse(text.clone());
    if file.errors.is_empty() {
        let formatted = alloy::format(text);
        assert!(formatted.is_ok(), "{formatted:?} for {text:?}");
        if let Ok(formatted) = formatted {
            assert!(alloy::same(&file, &alloy::parse(formatted.clone())), "{text:?} became {formatted:?}");
            assert_eq!(alloy::format(&formatted), Ok(formatted), "{text:?}");
        }
    }
    let done = format::format_file("input", text);
    if let Some(after) = done.after {
        let again = format::format_file("input", &after.text);
        assert!(again.after.is_none(), "{text:?} became {:?}", after.text);
    }
}

/// Changes of documents: one of each kind at a place that the text itself chooses, in whichever document of the file.
/// What is made can be read again, the same replacement changes nothing, and only the bytes of the edits change.
fn edit(text: &Arc<str>) {
    let reading = model::read(0, "input", text, Expected::Any);
    let had_faults = !reading.problems.is_empty();
    let documents = Documents { files: vec![reading.file] };
    let Some(file) = documents.files.first() else { return };
    // The same text makes the same choices.
    let seed = text.bytes().fold(text.len(), |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    for (index, document) in (0..).zip(&file.documents) {
        let spans = invariants::places(document);
        let Some(number) = seed.checked_rem(spans.len()) else { continue };
        let Some(span) = spans.get(number) else { continue };
        let at = Place { doc: DocId { file: 0, index }, span: *span };
        for change in changes(at, seed) {
            let Ok(edits) = edits(&documents, std::slice::from_ref(&change)) else { continue };
            let edits: Vec<_> = edits.into_iter().map(|edit| edit.edit).collect();
            let made = apply(text, &edits);
            assert!(made.is_some(), "{change:?} of {text:?} gives {edits:?}");
            let made: Arc<str> = made.unwrap_or_default().into();
            let after = model::read(0, "input", &made, Expected::Any);
            // What stands in the new value may be read as a document of its own, or make another language of the
            // whole, which is not ours to judge.
            let language = |documents: &[crate::document::Document], index: u32| {
                documents.get(index as usize).map(|document| document.language)
            };
            let is_ours = |problem: &&model::Problem| {
                let number = problem.place.doc.index;
                problem.kind == model::ProblemKind::Syntax
                    && number <= index
                    && language(&file.documents, number) == language(&after.file.documents, number)
            };
            let syntax = after.problems.iter().find(is_ours);
            assert!(had_faults || syntax.is_none(), "{change:?} of {text:?} gives {made:?}: {syntax:?}");
            if !had_faults && after.problems.is_empty() {
                let after = Documents { files: vec![after.file] };
                changes_nothing_again(&documents, &after, &change, number);
            }
        }
    }
}

/// What was put somewhere is there, so that putting it there again changes nothing. `number` is that of the place among
/// those of its document, which stand in the order of their starts, so that it is the same in both texts.
fn changes_nothing_again(before: &Documents, after: &Documents, change: &Change, number: usize) {
    let doc = change.place().doc;
    // What stands in the new value may make another language of the whole, or a document of its own.
    let is_same = |index: usize| {
        let of = |documents: &Documents| {
            documents
                .files
                .first()
                .and_then(|file| file.documents.get(index))
                .map(|document| document.language)
        };
        of(before) == of(after)
    };
    if !(0..=doc.index as usize).all(is_same) {
        return;
    }
    let Some(span) = invariants::places(after.document(doc)).get(number).copied() else { return };
    let at = Place { doc, span };
    let again = match change.clone() {
        Change::Replace { value, .. } => Change::Replace { at, value },
        Change::Put { route, value, .. } => Change::Put { under: at, route, value },
        _ => return,
    };
    let edits = edits(after, std::slice::from_ref(&again));
    let text = |documents: &Documents| {
        documents.files.first().and_then(|file| file.documents.first()).map(|document| document.text.clone())
    };
    let is_nothing = edits.as_ref().is_ok_and(Vec::is_empty);
    assert!(is_nothing, "{change:?} of {:?} gives {:?}; again: {edits:?}", text(before), text(after));
}

/// A change of each kind at a place.
fn changes(at: Place, seed: usize) -> Vec<Change> {
    let texts = ["v", "a: b #c", "yes", "l\nm\n", "", "\"'", "{{ x }}"];
    let text = texts.get(seed % texts.len()).copied().unwrap_or_default();
    let value = NewValue::Text(text.into());
    let map =
        NewValue::Map(vec![("k".into(), value.clone()), ("l".into(), NewValue::List(vec![value.clone()]))]);
    let route = |keys: &[&str]| keys.iter().map(|key| Arc::from(*key)).collect();
    vec![
        Change::Replace { at, value: value.clone() },
        Change::Replace { at, value: map.clone() },
        Change::Replace { at, value: NewValue::List(Vec::new()) },
        Change::Put { under: at, route: route(&["k"]), value: value.clone() },
        Change::Put { under: at, route: route(&["new", "k"]), value: map.clone() },
        Change::Append { to: at, value: map },
        Change::Remove { at },
        Change::Rename { at, name: "new".into() },
        Change::AddComponent { after: at, text: "logging {\n\tlevel = \"info\"\n}".into() },
    ]
}
