//! Turns a new text of a file into the smallest edits of the old one that an editor can make.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use similar::DiffTag;
use similar::TextDiff;

use super::buffers::Buffers;
use super::client::Client;
use super::diagnostics;
use super::position::Encoding;
use super::position::Text;
use crate::text::Span;

/// The edits that make `new` of a text: one for each run of lines that differs, without what is the same at its start and end. So
/// cursors, folds and marks stay where they are.
pub(super) fn edits(old: &Text, new: &str, encoding: Encoding) -> Vec<Value> {
    let lines = |text| str::split_inclusive(text, '\n').collect::<Vec<&str>>();
    let (old_lines, new_lines) = (lines(&old.whole), lines(new));
    let diff = TextDiff::configure().diff_slices(&old_lines, &new_lines);
    let offsets = |lines: &[&str]| {
        let mut offsets = vec![0];
        let mut at = 0;
        for line in lines {
            at += line.len();
            offsets.push(at);
        }
        offsets
    };
    let (before, after) = (offsets(&old_lines), offsets(&new_lines));
    let bytes = |offsets: &[usize], range: std::ops::Range<usize>| {
        let at = |index| offsets.get(index).copied().unwrap_or_default();
        at(range.start)..at(range.end)
    };
    let changes = diff.ops().iter().filter(|op| op.tag() != DiffTag::Equal);
    changes
        .map(|op| {
            let (from, to) = (bytes(&before, op.old_range()), bytes(&after, op.new_range()));
            let gone = old.whole.get(from.clone()).unwrap_or_default();
            let come = new.get(to).unwrap_or_default();
            let (start, end, text) = trimmed(gone, come);
            let offset = |at: usize| u32::try_from(from.start + at).unwrap_or(u32::MAX);
            let range = old.range(Span::new(offset(start), offset(end)), encoding);
            json!({"range": range, "newText": text})
        })
        .collect()
}

/// What of `gone` is replaced, and by what of `come`, without what both start and end with. Never cuts a character or a line end.
fn trimmed<'t>(gone: &str, come: &'t str) -> (usize, usize, &'t str) {
    let same = |(one, two): &(char, char)| one == two && !matches!(one, '\r' | '\n');
    let start: usize =
        gone.chars().zip(come.chars()).take_while(same).map(|(character, _)| character.len_utf8()).sum();
    let (gone, come) = (gone.get(start..).unwrap_or_default(), come.get(start..).unwrap_or_default());
    let backwards = gone.chars().rev().zip(come.chars().rev());
    let end: usize =
        backwards.take_while(|(one, two)| one == two).map(|(character, _)| character.len_utf8()).sum();
    // A carriage return and the line end behind it stay together.
    let cut = |text: &str| text.get(..text.len() - end).is_some_and(|kept| kept.ends_with('\r'));
    let end = if cut(gone) || cut(come) { 0 } else { end };
    (start, start + gone.len() - end, come.get(..come.len() - end).unwrap_or_default())
}

/// Edits of several files, by path, as one change of the workspace.
pub(super) fn workspace_edit(
    files: impl IntoIterator<Item = (String, Vec<Value>)>,
    buffers: &Buffers,
    client: &Client,
) -> Value {
    let files = files
        .into_iter()
        .filter_map(|(path, edits)| Some((path.clone(), diagnostics::uri(&path, buffers)?, edits)));
    if client.versions {
        let edit = |(path, uri, edits): (String, String, Vec<Value>)| {
            let version = buffers.at_path(&path).map(|buffer| buffer.version);
            json!({"textDocument": {"uri": uri, "version": version}, "edits": edits})
        };
        return json!({"documentChanges": files.map(edit).collect::<Vec<_>>()});
    }
    let changes: Map<String, Value> = files.map(|(_, uri, edits)| (uri, edits.into())).collect();
    json!({"changes": changes})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::position::Range;
    use proptest::prelude::*;

    /// The text with edits made, as an editor makes them: all count from the old text.
    fn made(old: &Text, edits: &[Value]) -> String {
        let mut text = old.whole.to_string();
        for edit in edits.iter().rev() {
            let range: Range = serde_json::from_value(edit["range"].clone()).unwrap();
            let span = old.lines.span(&old.whole, range, Encoding::Utf16);
            text.replace_range(span.start as usize..span.end as usize, edit["newText"].as_str().unwrap());
        }
        text
    }

    #[test]
    fn only_what_differs_is_replaced() {
        let old = Text::new("a: 1\nb: 😀 20d # c\nc: 3\n".into());
        let found = edits(&old, "a: 1\nb: 😀 30d # c\nc: 3\nd: 4\n", Encoding::Utf16);
        let range = |line, from, to| json!({"start": {"line": line, "character": from}, "end": {"line": line, "character": to}});
        assert_eq!(
            found,
            [
                json!({"range": range(1, 6, 7), "newText": "3"}),
                json!({"range": range(3, 0, 0), "newText": "d: 4\n"}),
            ]
        );
    }

    proptest! {
        #[test]
        fn edits_make_the_new_text(old in "[ab😀\\r\\n]{0,30}", new in "[ab😀\\r\\n]{0,30}") {
            let old = Text::new(old.as_str().into());
            prop_assert_eq!(made(&old, &edits(&old, &new, Encoding::Utf16)), new);
        }
    }
}
