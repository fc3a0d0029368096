//! Turns notifications of an editor into the texts of its open files.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::lines::Lines;
use super::paths;
use super::position::Encoding;
use super::position::Range;
use super::position::Text;

/// An open file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Buffer {
    /// Its name as the editor writes it.
    pub(super) uri: String,
    /// Where it is, or will be; `None` for a text that was never saved.
    pub(super) path: Option<PathBuf>,
    /// The editor's number for this state of the text.
    pub(super) version: i64,
    /// The text.
    pub(super) text: Arc<Text>,
}

impl Buffer {
    /// The path as sources name it; for a text that was never saved its URI.
    pub(super) fn shown(&self) -> String {
        self.path.as_deref().map_or_else(|| self.uri.clone(), paths::shown)
    }
}

/// All open files, by URI.
#[derive(Debug, Clone, Default)]
pub(super) struct Buffers(BTreeMap<String, Buffer>);

/// The parts of parameters that are read.
#[derive(Deserialize)]
struct Opened {
    #[serde(rename = "textDocument")]
    document: OpenedDocument,
}

#[derive(Deserialize)]
struct OpenedDocument {
    uri: String,
    #[serde(default)]
    version: i64,
    text: String,
}

#[derive(Deserialize)]
struct Changed {
    #[serde(rename = "textDocument")]
    document: ChangedDocument,
    #[serde(rename = "contentChanges")]
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct ChangedDocument {
    uri: String,
    version: Option<i64>,
}

/// A change: of a range, or of all where there is none.
#[derive(Deserialize)]
struct Change {
    range: Option<Range>,
    text: String,
}

impl Buffers {
    /// The open file of that name.
    pub(super) fn get(&self, uri: &str) -> Option<&Buffer> {
        self.0.get(uri)
    }

    /// The open file at that path, as sources name it.
    pub(super) fn at_path(&self, path: &str) -> Option<&Buffer> {
        self.all().find(|buffer| buffer.path.as_deref().is_some_and(|own| paths::shown(own) == path))
    }

    /// All of them, by URI.
    pub(super) fn all(&self) -> impl Iterator<Item = &Buffer> {
        self.0.values()
    }

    /// `textDocument/didOpen`.
    pub(super) fn open(&mut self, params: Value) -> Result<(), String> {
        let Opened { document } = serde_json::from_value(params).map_err(|error| error.to_string())?;
        let uri = document.uri;
        let path = paths::path_of(&uri);
        let text = Arc::new(Text::new(document.text.into()));
        self.0.insert(uri.clone(), Buffer { uri, path, version: document.version, text });
        Ok(())
    }

    /// `textDocument/didChange`: each change counts from what the one before it left.
    pub(super) fn change(&mut self, params: Value, encoding: Encoding) -> Result<(), String> {
        let Changed { document, changes } =
            serde_json::from_value(params).map_err(|error| error.to_string())?;
        let buffer = self.0.get_mut(document.uri.as_str());
        let buffer = buffer.ok_or_else(|| format!("{} is not open", document.uri))?;
        if !changes.is_empty() {
            // What is before a change of all is gone, so nobody has to make it.
            let last = changes.iter().rposition(|change| change.range.is_none());
            let mut draft = match last {
                Some(_) => Draft { text: String::new(), lines: Lines::of("") },
                None => Draft { text: buffer.text.whole.to_string(), lines: buffer.text.lines.clone() },
            };
            for change in changes.into_iter().skip(last.unwrap_or_default()) {
                draft.make(change, encoding);
            }
            buffer.text = Arc::new(Text::with_lines(draft.text.into(), draft.lines));
        }
        buffer.version = document.version.unwrap_or(buffer.version + 1);
        Ok(())
    }

    /// `textDocument/didClose`.
    pub(super) fn close(&mut self, params: &Value) {
        if let Some(uri) = params.pointer("/textDocument/uri").and_then(Value::as_str) {
            self.0.remove(uri);
        }
    }
}

/// A text that is being changed, with its lines: one copy for all changes that come together.
struct Draft {
    text: String,
    lines: Lines,
}

impl Draft {
    fn make(&mut self, change: Change, encoding: Encoding) {
        let Some(range) = change.range else {
            self.lines = Lines::of(&change.text);
            self.text = change.text;
            return;
        };
        let gone = self.lines.span(&self.text, range, encoding);
        let bytes = gone.start as usize..gone.end as usize;
        // Fails only beyond the 4 GiB that places can name.
        if self.text.get(bytes.clone()).is_some() {
            self.text.replace_range(bytes, &change.text);
            self.lines.replace(&self.text, gone, u32::try_from(change.text.len()).unwrap_or(u32::MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn opened(text: &str) -> Buffers {
        let mut buffers = Buffers::default();
        let document = json!({"uri": "file:///a.yaml", "languageId": "yaml", "version": 1, "text": text});
        buffers.open(json!({"textDocument": document})).unwrap();
        buffers
    }

    fn changed(text: &str, changes: &Value) -> String {
        let mut buffers = opened(text);
        let document = json!({"uri": "file:///a.yaml", "version": 2});
        let params = json!({"textDocument": document, "contentChanges": changes});
        buffers.change(params, Encoding::Utf16).unwrap();
        let buffer = buffers.get("file:///a.yaml").unwrap();
        assert_eq!(buffer.version, 2);
        buffer.text.whole.to_string()
    }

    fn change(from: (u32, u32), to: (u32, u32), text: &str) -> Value {
        let at = |(line, character)| json!({"line": line, "character": character});
        json!({"range": {"start": at(from), "end": at(to)}, "text": text})
    }

    #[test]
    fn changes_count_from_what_the_one_before_left() {
        let changes = json!([change((0, 0), (0, 0), "x\n"), change((1, 3), (1, 5), "")]);
        assert_eq!(changed("a😀bc\n", &changes), "x\na😀\n");
        assert_eq!(changed("a", &json!([{"text": "new"}, change((0, 3), (9, 9), "er")])), "newer");
        assert_eq!(
            changed("abc", &json!([change((0, 2), (0, 1), "-")])),
            "a-c",
            "a range that runs backwards"
        );
    }

    #[test]
    fn many_changes_at_once_are_what_they_are_one_by_one() {
        let start = "a😀b\r\nü: 1\rend\n".repeat(20);
        let texts = ["", "x", "\r", "\n", "漢\r\n", "yy\nz"];
        let number = |value: usize| u32::try_from(value).unwrap();
        let changes: Vec<Value> = (0..300)
            .map(|index| {
                let from = (number(index * 7 % 61), number(index * 5 % 6));
                let to = (from.0 + number(index % 2), number(index % 4));
                change(from, to, texts[index % texts.len()])
            })
            .collect();
        let (mut at_once, mut one_by_one) = (opened(&start), opened(&start));
        let document = json!({"uri": "file:///a.yaml", "version": 9});
        let params = |changes: &[Value]| json!({"textDocument": document, "contentChanges": changes});
        at_once.change(params(&changes), Encoding::Utf16).unwrap();
        for change in &changes {
            one_by_one.change(params(std::slice::from_ref(change)), Encoding::Utf16).unwrap();
            // Lines are found anew, so that a fault in following them is not made twice.
            let buffer = one_by_one.0.get_mut("file:///a.yaml").unwrap();
            let anew = Arc::new(Text::new(buffer.text.whole.clone()));
            assert_eq!(buffer.text, anew, "{change}");
            buffer.text = anew;
        }
        assert_eq!(at_once.get("file:///a.yaml"), one_by_one.get("file:///a.yaml"));
        assert_ne!(*at_once.get("file:///a.yaml").unwrap().text.whole, *start);
    }

    #[test]
    fn nothing_is_copied_where_nothing_changes() {
        let mut buffers = opened("a");
        let text = buffers.get("file:///a.yaml").unwrap().text.clone();
        let document = json!({"uri": "file:///a.yaml", "version": 2});
        buffers.change(json!({"textDocument": document, "contentChanges": []}), Encoding::Utf16).unwrap();
        assert!(Arc::ptr_eq(&text, &buffers.get("file:///a.yaml").unwrap().text));
    }

    #[test]
    fn a_file_that_is_not_open_is_not_changed() {
        let mut buffers = opened("a");
        let params = json!({"textDocument": {"uri": "file:///b", "version": 1}, "contentChanges": []});
        assert_eq!(buffers.change(params, Encoding::Utf16).unwrap_err(), "file:///b is not open");
        assert!(buffers.open(json!({})).is_err() && buffers.change(json!([]), Encoding::Utf8).is_err());
        buffers.close(&json!({"textDocument": {"uri": "file:///a.yaml"}}));
        assert!(buffers.get("file:///a.yaml").is_none());
    }
}
