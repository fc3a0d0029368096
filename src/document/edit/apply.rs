//! Turns a text and edits of it into the edited text.

use super::Edit;

/// The text with the edits made, in whatever order they come; insertions at one place in the order given. `None`
/// where two overlap or one lies outside the text; equal edits count once.
pub(crate) fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    edits.dedup();
    let mut new = String::with_capacity(text.len());
    let mut at = 0;
    for Edit { span, text: by } in edits {
        new.push_str(text.get(at..span.start as usize)?);
        new.push_str(by);
        at = span.end as usize;
    }
    new.push_str(text.get(at..)?);
    Some(new)
}
