//! Stands in for the turning of changes into edits until that is there: replaces plain text in the outermost file.

use super::Change;
use super::Edit;
use super::NewValue;
use crate::document::Documents;

/// A change to the text of one file of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileEdit {
    /// Index into the files.
    pub(crate) file: u32,
    /// The change.
    pub(crate) edit: Edit,
}

/// Why a change cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refusal(pub(crate) String);

/// Edits that make the changes.
pub(crate) fn edits(documents: &Documents, changes: &[Change]) -> Result<Vec<FileEdit>, Refusal> {
    changes
        .iter()
        .map(|change| match change {
            Change::Replace { at, value: NewValue::Text(text) | NewValue::Plain(text) } => Ok(FileEdit {
                file: at.doc.file,
                edit: Edit { span: documents.resolve(*at).outer, text: text.to_string() },
            }),
            _ => Err(Refusal("not yet".to_owned())),
        })
        .collect()
}

/// The text with edits made, which are in order.
pub(crate) fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        new.push_str(text.get(at..edit.span.start as usize)?);
        new.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    new.push_str(text.get(at..)?);
    Some(new)
}
