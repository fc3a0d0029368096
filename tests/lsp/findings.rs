//! What an editor underlines.

use serde_json::Value;
use serde_json::json;

use crate::EVIL;
use crate::LEAK;
use crate::OWN;
use crate::editor::Editor;
use crate::leaks;
use crate::program::folder;
use crate::program::write;

/// The one finding of the log boundary.
fn leak(found: &[Value]) -> Value {
    let mut leaks = found.iter().filter(|own| own["code"] == "logs-leave-workload");
    let first = leaks.next().unwrap_or_else(|| panic!("no leak in {found:?}")).clone();
    assert!(leaks.next().is_none());
    first
}

fn range(line: u32, from: u32, to: u32) -> Value {
    json!({"start": {"line": line, "character": from}, "end": {"line": line, "character": to}})
}

#[test]
fn leak_in_a_config_map_is_underlined_where_it_was_typed() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path());
    editor.open("alloy.yaml", LEAK);
    let found = leak(&editor.found("alloy.yaml"));
    // Eight blanks, `/* 漢字 😀 */ url = ` with two units for the face; the URL without its quotes.
    assert_eq!(found["range"], range(14, 27, 73));
    assert_eq!(found["severity"], 1);
    assert_eq!(found["source"], "ptd-lint");
    let message = found["message"].as_str().unwrap();
    assert!(
        message.starts_with("logs leave the workload: `loki.write.local` sends the logs of `loki.source"),
        "{message}"
    );
    assert!(message.contains("\nhelp: "), "{message}");
    let related = &found["relatedInformation"][0];
    assert_eq!(related["location"]["uri"], editor.uri("alloy.yaml"));
    assert_eq!(related["location"]["range"], range(8, 4, 42));
    assert_eq!(related["message"], "logs of `loki.source.kubernetes_events.events` take this way");
    assert_eq!(found["data"]["rule"], "logs-leave-workload");
    assert_eq!(editor.end(), 0);
}

#[test]
fn columns_count_what_was_agreed() {
    let folder = folder(&[]);
    let general = json!({"general": {"positionEncodings": ["utf-8", "utf-16"]}});
    let mut editor = Editor::with(folder.path(), &general, &Value::Null);
    editor.open("alloy.yaml", LEAK);
    // The two letters have three bytes each, the face four.
    assert_eq!(leak(&editor.found("alloy.yaml"))["range"], range(14, 33, 79));
    editor.edit("alloy.yaml", "漢字 😀 */", "*/");
    assert_eq!(leak(&editor.found("alloy.yaml"))["range"], range(14, 21, 67));
    assert_eq!(editor.end(), 0);
}

#[test]
fn edits_mend_break_and_bring_back() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path());
    editor.open("alloy.yaml", LEAK);
    assert_eq!(leaks(&editor.rules("alloy.yaml")), [EVIL]);
    editor.edit("alloy.yaml", EVIL, OWN);
    assert!(leaks(&editor.rules("alloy.yaml")).is_empty(), "it is mended");
    editor.edit("alloy.yaml", "endpoint {", "endpoint {{");
    let broken = editor.rules("alloy.yaml");
    assert!(broken.iter().any(|(rule, _)| rule == "syntax-error"), "{broken:?}");
    editor.edit("alloy.yaml", "endpoint {{", "endpoint {");
    editor.edit("alloy.yaml", OWN, EVIL);
    assert_eq!(leaks(&editor.rules("alloy.yaml")), [EVIL]);
    editor.edit("alloy.yaml", "kind: ConfigMap", "kind: {ConfigMap");
    let broken = editor.rules("alloy.yaml");
    assert!(broken.iter().any(|(rule, _)| rule == "syntax-error"), "{broken:?}");
    assert_eq!(editor.end(), 0);
}

#[test]
fn open_text_stands_for_the_file_and_the_whole_folder_is_checked() {
    let sound = LEAK.replace(EVIL, OWN);
    let folder = folder(&[("a/alloy.yaml", LEAK.as_bytes()), ("b.yaml", b"a: 1\n")]);
    let mut editor = Editor::new(folder.path());
    assert_eq!(leak(&editor.found("a/alloy.yaml"))["range"], range(14, 27, 73), "a file that nobody opened");
    editor.open("a/alloy.yaml", &sound);
    assert!(leaks(&editor.rules("a/alloy.yaml")).is_empty());
    let uri = editor.uri("a/alloy.yaml");
    editor.notify("textDocument/didClose", &json!({"textDocument": {"uri": uri}}));
    let told = editor.told("textDocument/publishDiagnostics");
    assert!(told["version"].is_null() && told["uri"] == uri.as_str(), "{told}");
    leak(told["diagnostics"].as_array().unwrap());
    // The disk is read again when the editor says that it changed.
    write(folder.path(), "a/alloy.yaml", sound.as_bytes());
    let changed = json!({"changes": [{"uri": uri, "type": 2}]});
    editor.notify("workspace/didChangeWatchedFiles", &changed);
    let told = editor.told("textDocument/publishDiagnostics");
    let left = told["diagnostics"].as_array().unwrap();
    assert!(left.iter().all(|own| own["code"] != "logs-leave-workload"), "{told}");
    assert_eq!(editor.end(), 0);
}

#[test]
fn editor_that_can_is_asked_to_watch_files() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path());
    let told = editor.told("client/registerCapability");
    let registration = &told["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
    let watchers = &registration["registerOptions"]["watchers"];
    assert_eq!(watchers[0]["globPattern"], "**/*.{yaml,yml,json,alloy,ini}");
    assert_eq!(editor.end(), 0);
}

#[test]
fn settings_are_found_upwards_and_their_open_text_counts() {
    let folder = folder(&[("ptd-lint.yaml", b"ignore: [logs-leave-workload]\n"), ("w/x.yaml", b"a: 1\n")]);
    let mut editor = Editor::new(&folder.path().join("w"));
    editor.open("alloy.yaml", LEAK);
    assert!(leaks(&editor.rules("alloy.yaml")).is_empty());
    editor.open("../ptd-lint.yaml", "ignore: [no-such-rule]\n");
    editor.edit("alloy.yaml", "ünïcode", "x");
    assert_eq!(leaks(&editor.rules("alloy.yaml")).len(), 1);
    assert_eq!(editor.end(), 0);
}

#[test]
fn only_open_files_are_told_of_where_that_is_wished() {
    let folder = folder(&[("a.yaml", LEAK.as_bytes())]);
    let mut editor = Editor::with(folder.path(), &json!({}), &json!({"openFilesOnly": true}));
    editor.open("b.yaml", "a: 1\n");
    let told = editor.told("textDocument/publishDiagnostics");
    assert_eq!(told["uri"], editor.uri("b.yaml"), "nothing of a.yaml");
    assert_eq!(editor.end(), 0);
}

#[test]
fn file_of_no_folder_is_checked_by_itself() {
    let (here, there) = (folder(&[]), folder(&[]));
    let mut editor = Editor::new(here.path());
    let uri = format!("file://{}/alloy.yaml", there.path().canonicalize().unwrap().display());
    let document = json!({"uri": uri, "languageId": "yaml", "version": 7, "text": LEAK});
    editor.notify("textDocument/didOpen", &json!({"textDocument": document}));
    let told = editor.told("textDocument/publishDiagnostics");
    assert_eq!((&told["uri"], &told["version"]), (&json!(uri), &json!(7)));
    leak(told["diagnostics"].as_array().unwrap());
    assert_eq!(editor.end(), 0);
}
