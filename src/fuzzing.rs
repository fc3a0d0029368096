//! Turns any text into a panic where something that must be true of it is not, stage by stage, for `fuzz/` and for the
//! tests. No interface for anybody else: it changes whenever they do.

use std::sync::Arc;

use crate::bench;
use crate::check;
use crate::check::CheckOptions;
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
use crate::model::alloy::Computed;
use crate::model::alloy::Environment;
use crate::model::alloy::Program;
use crate::model::alloy::ProgramOnly;
use crate::report::Detail;
use crate::report::Format;
use crate::report::Outcome;
use crate::report::Style;
use crate::report::Telling;
use crate::source::Source;
use crate::source::Sources;
use crate::text::Span;

/// How many places of a document are resolved at most.
const PLACES: usize = 200;

/// The layer of YAML, JSON and INI: trees with their spans, scalars with their maps.
pub fn yaml(text: &str) {
    invariants::survives(text);
}

/// The parser of Alloy: trees with their spans, for text and for bytes that are none.
pub fn alloy(bytes: &[u8]) {
    alloy::invariants::check_file(bytes);
}

/// The evaluator: `text` as the value of an argument, among components that it may name; and the flow analysis, which
/// evaluates what it meets.
pub fn evaluator(text: &str) {
    let program = format!(
        "discovery.kubernetes \"pods\" {{\n\trole = \"pod\"\n}}\n\n\
         loki.write \"home\" {{\n\tendpoint {{\n\t\turl = \"http://loki/push\"\n\t}}\n}}\n\n\
         loki.process \"x\" {{\n\tforward_to = {text}\n}}\n"
    );
    let text: Arc<str> = program.into();
    let file = alloy::parse(text.clone());
    let computed = Computed::default();
    let inputs = ProgramOnly(&computed);
    let program = Program::new(vec![(DocId { file: 0, index: 0 }, &file)], Environment::default(), &inputs);
    for component in &program.components {
        let _ = program.arguments(component);
    }
    let _ = bench::Program::new(&text).graph().subjects();
}

/// Maps of positions: every place of every document, at any depth, lies in the file, and its end not before its start.
pub fn places(text: &str) {
    let text: Arc<str> = text.into();
    let reading = model::read(0, "input", &text, Expected::Any);
    let documents = Documents { files: vec![reading.file] };
    let Some(file) = documents.files.first() else { return };
    for (index, document) in (0..).zip(&file.documents) {
        let length = document.text.len();
        let step = (length / PLACES).max(1);
        for at in (0..=length).step_by(step).filter(|at| document.text.is_char_boundary(*at)) {
            let start = u32::try_from(at).unwrap_or(u32::MAX);
            let rest = document.text.get(at..).unwrap_or_default();
            let end =
                start + rest.chars().next().map_or(0, |next| u32::try_from(next.len_utf8()).unwrap_or(0));
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
    for problem in reading.problems {
        let outer = documents.resolve(problem.place).outer;
        assert!(text.get(outer.start as usize..outer.end as usize).is_some(), "{problem:?} in {text:?}");
    }
}

/// The formatter: a program keeps its meaning and is settled by one run, by itself and in what it is embedded in.
pub fn formatter(text: &str) {
    let text: Arc<str> = text.into();
    let file = alloy::parse(text.clone());
    if file.errors.is_empty() {
        let formatted = alloy::format(&text);
        assert!(formatted.is_ok(), "{formatted:?} for {text:?}");
        if let Ok(formatted) = formatted {
            assert!(alloy::same(&file, &alloy::parse(formatted.clone())), "{text:?} became {formatted:?}");
            assert_eq!(alloy::format(&formatted), Ok(formatted), "{text:?}");
        }
    }
    let done = format::format_file("input", &text);
    if let Some(after) = done.after {
        let again = format::format_file("input", &after.text);
        assert!(again.after.is_none(), "{text:?} became {:?}", after.text);
    }
}

/// Changes of documents: one of each kind at a place that the text itself chooses, in whichever document of the file.
/// What is made can be read again, the same replacement changes nothing, and only the bytes of the edits change.
pub fn edit(text: &str) {
    let text: Arc<str> = text.into();
    let reading = model::read(0, "input", &text, Expected::Any);
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
            let made = apply(&text, &edits);
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

/// A whole run over one file, from its text to verdicts and all forms of report: it ends, and says the same a second time.
pub fn stack(text: &str) {
    let source = Source { path: "stack.yaml".to_owned(), argument: 0, text: text.into() };
    let sources = Sources { texts: vec![source], ..Sources::default() };
    let report = || {
        let checked = check::check(&sources, &["stack.yaml".to_owned()], &CheckOptions::default());
        let outcome = Outcome { documents: &checked.documents, report: &checked.report };
        let style = Style { color: false, width: 100, detail: Detail::Normal };
        let telling = Telling::of_run(outcome, Vec::new);
        Format::ALL.map(|format| {
            let mut out = Vec::new();
            assert!(telling.write(format, style, &mut out).is_ok(), "{text:?}");
            out
        })
    };
    assert!(report() == report(), "{text:?}");
}
