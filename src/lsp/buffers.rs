//! Turns notifications of an editor into the texts of its open files.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

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
        for change in changes {
            let text = match change.range {
                None => change.text,
                Some(range) => {
                    let span = buffer.text.span(range, encoding);
                    let old = &buffer.text.text;
                    let before = old.get(..span.start as usize).unwrap_or_default();
                    let behind = old.get(span.end as usize..).unwrap_or_default();
                    [before, &change.text, behind].concat()
                }
            };
            buffer.text = Arc::new(Text::new(text.into()));
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
        buffer.text.text.to_string()
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
    fn a_file_that_is_not_open_is_not_changed() {
        let mut buffers = opened("a");
        let params = json!({"textDocument": {"uri": "file:///b", "version": 1}, "contentChanges": []});
        assert_eq!(buffers.change(params, Encoding::Utf16).unwrap_err(), "file:///b is not open");
        assert!(buffers.open(json!({})).is_err() && buffers.change(json!([]), Encoding::Utf8).is_err());
        buffers.close(&json!({"textDocument": {"uri": "file:///a.yaml"}}));
        assert!(buffers.get("file:///a.yaml").is_none());
    }
}
