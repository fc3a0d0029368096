//! Turns a file's text into the same text with the Alloy programs in it formatted.
//!
//! A program may be the file itself, or stand in a scalar at any depth: a ConfigMap, the values in a HelmChart, a
//! Pulumi export. Only the bytes of programs change. What comes out is read again and taken only if each program still
//! means the same, and everything else is as it was.

mod verify;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::document::Document;
use crate::document::Documents;
use crate::document::Edit;
use crate::document::File;
use crate::document::HostMap;
use crate::document::NodeId;
use crate::document::Place;
use crate::document::alloy;
use crate::document::apply;
use crate::document::outwards;
use crate::model;
use crate::model::Expected;
use crate::model::ProblemKind;
use crate::model::Reading;
use crate::text::Span;

/// What came of one file.
#[derive(Debug)]
pub(crate) struct Formatting {
    /// The file as it is, as the only one of its kind.
    pub(crate) before: Documents,
    /// The file as it should be, where that differs.
    pub(crate) after: Option<Formatted>,
    /// Why the file, or programs in it, stay as they are.
    pub(crate) faults: Vec<Fault>,
}

/// A file that was formatted.
#[derive(Debug)]
pub(crate) struct Formatted {
    /// Its whole text.
    pub(crate) text: Arc<str>,
    /// The text read again.
    pub(crate) documents: Documents,
}

/// Why something was left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The line of the file, from 1.
    pub(crate) line: u32,
    /// What is in the way and what to do.
    pub(crate) message: String,
}

/// The change of one program, in the text of the file.
#[derive(Debug)]
struct Change {
    /// The program's place in the file as it is.
    place: Place,
    /// The edits of the file's text that make it.
    edits: Vec<Edit>,
    /// The scalars that hold it, from the inside out, each with the document that it stands in.
    scalars: Vec<(u32, NodeId)>,
}

/// Formats the programs of a file. One with a syntax error stays as it is, with all that it holds.
pub(crate) fn format_file(path: &str, text: &Arc<str>) -> Formatting {
    let mut reading = read(path, text);
    let documents = Documents { files: vec![std::mem::take(&mut reading.file)] };
    let mut faults = syntax_errors(&documents, &reading);
    let after = if faults.is_empty() { formatted(text, &documents, &mut faults) } else { None };
    Formatting { before: documents, after, faults }
}

fn read(path: &str, text: &Arc<str>) -> Reading {
    model::read(0, path, text, Expected::Any)
}

/// The only file.
fn only_file(documents: &Documents) -> Option<&File> {
    documents.files.first()
}

/// The first syntax error, which tells how many there are. What programs hold in strings is theirs, and no reason to
/// leave them alone.
fn syntax_errors(documents: &Documents, reading: &Reading) -> Vec<Fault> {
    let Some(file) = only_file(documents) else { return Vec::new() };
    let in_program = |place: Place| {
        let document = file.documents.get(place.doc.index as usize);
        let host = document.and_then(|document| document.host.as_ref());
        let container = host.and_then(|host| file.documents.get(host.index as usize));
        container.is_some_and(|container| container.alloy().is_some())
    };
    let errors = reading.problems.iter().filter(|problem| problem.kind == ProblemKind::Syntax);
    let mut faults: Vec<Fault> = errors
        .filter(|problem| !in_program(problem.place))
        .map(|problem| fault(documents, problem.place, problem.message.clone()))
        .collect();
    faults.sort_by_key(|fault| fault.line);
    let others = match faults.len() {
        0 | 1 => String::new(),
        2 => "; there is one more error".to_owned(),
        count => format!("; there are {} more errors", count - 1),
    };
    faults.truncate(1);
    for fault in &mut faults {
        fault.message.push_str(&others);
        fault.message.push_str("; the file is left as it is");
    }
    faults
}

fn fault(documents: &Documents, place: Place, message: String) -> Fault {
    Fault { line: documents.resolve(place).start.line, message }
}

/// The file with all changes that survive being read again; faults for those that do not.
fn formatted(text: &Arc<str>, documents: &Documents, faults: &mut Vec<Fault>) -> Option<Formatted> {
    let file = only_file(documents)?;
    let mut changes = Vec::new();
    for index in 0..u32::try_from(file.documents.len()).unwrap_or(u32::MAX) {
        let place = Place { doc: crate::document::DocId { file: 0, index }, span: Span::at(0) };
        match change(file, place) {
            Ok(change) => changes.extend(change),
            Err(why) => faults.push(fault(documents, place, why)),
        }
    }
    let all: Vec<&Change> = changes.iter().collect();
    if all.is_empty() {
        return None;
    }
    if let Some(done) = attempt(text, file, &all) {
        return Some(done);
    }
    // Some change does not survive. Each is tried by itself, and those that do are made together.
    let (good, bad): (Vec<&Change>, Vec<&Change>) =
        changes.iter().partition(|change| attempt(text, file, &[change]).is_some());
    for change in bad {
        let message = "the scalar cannot hold the formatted program; write it as a block: `|`".to_owned();
        faults.push(fault(documents, change.place, message));
    }
    if good.is_empty() { None } else { attempt(text, file, &good) }
}

/// Makes the changes; nothing where the result is not what it should be.
fn attempt(text: &Arc<str>, file: &File, changes: &[&Change]) -> Option<Formatted> {
    // Through aliases a text may stand in several places, all of which want the same edits.
    let edits: Vec<Edit> = changes.iter().flat_map(|change| change.edits.iter().cloned()).collect();
    let new: Arc<str> = apply(text, &edits)?.into();
    let mut reading = read(&file.path, &new);
    let after = std::mem::take(&mut reading.file);
    let is_final = changes.iter().all(|change| {
        let program = after.documents.get(change.place.doc.index as usize).map(program_edit);
        matches!(program, Some(Ok(None)))
    });
    (is_final && verify::same_but_for_programs(file, &after, changes))
        .then(|| Formatted { text: new, documents: Documents { files: vec![after] } })
}

/// The change that a document wants, if it is a program and not formatted; or why there can be none.
fn change(file: &File, place: Place) -> Result<Option<Change>, String> {
    let document = |index: u32| file.documents.get(index as usize);
    let Some(mut guest) = document(place.doc.index) else { return Ok(None) };
    let Some(edit) = program_edit(guest)? else { return Ok(None) };
    let mut edits = vec![edit];
    let mut scalars = Vec::new();
    while let Some(host) = &guest.host {
        let Some(container) = document(host.index) else { return Ok(None) };
        let HostMap::Scalar(node, _) = &host.map else {
            let field = &host.field;
            return Err(format!(
                "`{field}` is not formatted, since it is encoded; format what it is made from"
            ));
        };
        let Some(tree) = container.tree() else { return Ok(None) };
        let node = tree.node(*node).resolved();
        edits = outwards(node, &guest.text, &edits).map_err(|style| {
            format!("{style} cannot hold the formatted program; write it as a block: `|`")
        })?;
        scalars.push((host.index, node.id));
        guest = container;
    }
    Ok(Some(Change { place, edits, scalars }))
}

/// The change to the text of a program. In a scalar, blank lines at the end stay as the scalar has them.
fn program_edit(document: &Document) -> Result<Option<Edit>, String> {
    let text = &document.text;
    if document.alloy().is_none() || text.trim().is_empty() {
        return Ok(None);
    }
    let formatted = alloy::format(text).map_err(|why| why.to_string())?;
    let (old, new) = if document.host.is_none() {
        (&**text, &*formatted)
    } else {
        let end = text.trim_end().len();
        let blanks = text.get(end..).unwrap_or_default().bytes();
        let end = end + blanks.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        (text.get(..end).unwrap_or_default(), formatted.trim_end_matches('\n'))
    };
    let span = Span::new(0, u32::try_from(old.len()).unwrap_or(u32::MAX));
    Ok((old != new).then(|| Edit { span, text: new.to_owned() }))
}
