//! Turns what an editor says when it starts into what it can do.

use std::path::PathBuf;

use serde_json::Value;

use super::paths;
use super::position::Encoding;

/// What the editor can do. Whatever it does not say, or says in a way of its own, it cannot.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of its own")]
pub(super) struct Client {
    /// What columns count.
    pub(super) encoding: Encoding,
    /// It shows further places of a finding.
    pub(super) related: bool,
    /// It shows what is deprecated, or not needed.
    pub(super) tags: bool,
    /// It links the code of a finding.
    pub(super) links: bool,
    /// It takes edits that name the version of a text.
    pub(super) versions: bool,
    /// It asks for the edit of an action when that is chosen.
    pub(super) late_edits: bool,
    /// It tells of files that change on disk, if it is asked to.
    pub(super) watches: bool,
    /// It shows symbols in symbols.
    pub(super) nested_symbols: bool,
    /// It reads Markdown in hovers and completions.
    pub(super) markdown: bool,
}

impl Client {
    /// Reads the parameters of `initialize`.
    pub(super) fn of(params: &Value) -> Self {
        let at = |pointer: &str| params.pointer(&format!("/capabilities/{pointer}"));
        let can = |pointer: &str| at(pointer).and_then(Value::as_bool) == Some(true);
        let lists = |pointer: &str, wanted: &str| {
            let list = at(pointer).and_then(Value::as_array);
            list.is_some_and(|list| list.iter().any(|own| own == wanted))
        };
        let offers = |encoding: Encoding| lists("general/positionEncodings", encoding.name());
        let encoding = [Encoding::Utf8, Encoding::Utf32].into_iter().find(|own| offers(*own));
        let diagnostics = "textDocument/publishDiagnostics";
        let resolved = "textDocument/codeAction/resolveSupport/properties";
        Self {
            encoding: encoding.unwrap_or_default(),
            related: can(&format!("{diagnostics}/relatedInformation")),
            tags: at(&format!("{diagnostics}/tagSupport/valueSet")).is_some(),
            links: can(&format!("{diagnostics}/codeDescriptionSupport")),
            versions: can("workspace/workspaceEdit/documentChanges"),
            late_edits: lists(resolved, "edit") && can("textDocument/codeAction/dataSupport"),
            watches: can("workspace/didChangeWatchedFiles/dynamicRegistration"),
            nested_symbols: can("textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            markdown: lists("textDocument/hover/contentFormat", "markdown"),
        }
    }
}

/// The folders that the editor works in.
pub(super) fn folders(params: &Value) -> Vec<PathBuf> {
    let uri = |folder: &Value| paths::path_of(folder.get("uri")?.as_str()?);
    if let Some(folders) = params.get("workspaceFolders").and_then(Value::as_array) {
        return folders.iter().filter_map(uri).collect();
    }
    let root = params.get("rootUri").and_then(Value::as_str).and_then(paths::path_of);
    let path = || params.get("rootPath").and_then(Value::as_str).map(PathBuf::from);
    root.or_else(path).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn utf16_counts_unless_something_better_is_offered() {
        let of = |offered: Value| Client::of(&json!({"capabilities": {"general": offered}})).encoding;
        assert_eq!(of(json!({})), Encoding::Utf16);
        assert_eq!(of(json!({"positionEncodings": ["utf-16"]})), Encoding::Utf16);
        assert_eq!(of(json!({"positionEncodings": ["utf-16", "utf-8", "utf-32"]})), Encoding::Utf8);
        assert_eq!(of(json!({"positionEncodings": "utf-8"})), Encoding::Utf16);
    }

    #[cfg(unix)]
    #[test]
    fn folders_are_those_of_the_newest_parameter_that_is_there() {
        let folder = json!([{"uri": "file:///a", "name": "a"}]);
        assert_eq!(
            folders(&json!({"workspaceFolders": folder, "rootUri": "file:///b"})),
            [PathBuf::from("/a")]
        );
        assert_eq!(
            folders(&json!({"workspaceFolders": null, "rootUri": "file:///b"})),
            [PathBuf::from("/b")]
        );
        assert_eq!(folders(&json!({"rootUri": null, "rootPath": "/c"})), [PathBuf::from("/c")]);
        assert!(folders(&json!({})).is_empty() && folders(&Value::Null).is_empty());
    }
}
