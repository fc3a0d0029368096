//! What an editor can have mended.

use serde_json::Value;
use serde_json::json;

use crate::editor::Editor;
use crate::program::folder;

/// Runtime limits of Mimir that differ from what was agreed, for which there are safe fixes; with a face before one.
const MIMIR: &str = include_str!("../../fixtures/stacks/sound/mimir.yaml");

/// The stack with one option of Mimir changed.
fn stack() -> (String, tempfile::TempDir) {
    let broken = MIMIR.replacen("800000", "150000", 1);
    assert_ne!(broken, MIMIR);
    let files = [
        ("mimir.yaml", broken.as_bytes()),
        ("alloy.yaml", include_bytes!("../../fixtures/stacks/sound/alloy.yaml").as_slice()),
        ("loki.yaml", include_bytes!("../../fixtures/stacks/sound/loki.yaml")),
        ("grafana.yaml", include_bytes!("../../fixtures/stacks/sound/grafana.yaml")),
        ("ptd.yaml", include_bytes!("../../fixtures/stacks/sound/ptd.yaml")),
    ];
    let folder = folder(&files);
    (broken, folder)
}

fn actions(editor: &mut Editor, name: &str, range: &Value, only: &Value) -> Vec<Value> {
    let uri = editor.uri(name);
    let mut context = json!({"diagnostics": []});
    if !only.is_null() {
        context["only"] = only.clone();
    }
    let params = json!({"textDocument": {"uri": uri}, "range": range, "context": context});
    editor.request("textDocument/codeAction", &params).unwrap().as_array().unwrap().clone()
}

#[test]
fn fix_that_the_editor_makes_leaves_no_finding() {
    let (broken, folder) = stack();
    let mut editor = Editor::new(folder.path());
    editor.open("mimir.yaml", &broken);
    let found = editor.found("mimir.yaml");
    assert_eq!(found.len(), 1, "{found:?}");
    let range = &found[0]["range"];
    assert!(editor.slice(&broken, range).contains("150000"));
    let offered = actions(&mut editor, "mimir.yaml", range, &Value::Null);
    let quick = offered.iter().find(|own| own["kind"] == "quickfix").unwrap();
    assert!(quick["title"].as_str().unwrap().contains("800000"), "{quick}");
    assert_eq!(quick["isPreferred"], true);
    assert_eq!(quick["diagnostics"], json!(found));
    assert!(quick["edit"].is_null(), "it is made when it is chosen");
    let whole = editor.request("codeAction/resolve", quick).unwrap();
    let edits = &whole["edit"]["documentChanges"][0]["edits"];
    assert_eq!(edits.as_array().unwrap().len(), 1);
    assert_eq!(
        edits[0]["newText"].as_str().unwrap().lines().count(),
        1,
        "no more than what differs: {edits}"
    );
    editor.make(&whole["edit"]);
    assert_eq!(editor.text("mimir.yaml"), MIMIR);
    assert_eq!(editor.found("mimir.yaml"), [Value::Null; 0]);
    let error = editor.request("codeAction/resolve", quick).unwrap_err();
    assert_eq!(error["message"], "the finding is not there any more");
    assert_eq!(editor.end(), 0);
}

#[test]
fn all_of_a_file_is_mended_at_once_and_elsewhere_nothing_is_offered() {
    let (broken, folder) = stack();
    let mut editor = Editor::new(folder.path());
    editor.open("mimir.yaml", &broken);
    let start = json!({"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}});
    let offered = actions(&mut editor, "mimir.yaml", &start, &json!(["source.fixAll"]));
    assert_eq!(offered.len(), 1, "{offered:?}");
    assert_eq!(offered[0]["kind"], "source.fixAll.ptd-lint");
    let whole = editor.request("codeAction/resolve", &offered[0]).unwrap();
    editor.make(&whole["edit"]);
    assert_eq!(editor.text("mimir.yaml"), MIMIR);
    assert!(
        actions(&mut editor, "mimir.yaml", &start, &json!(["quickfix"])).is_empty(),
        "nothing is found here"
    );
    assert!(actions(&mut editor, "mimir.yaml", &start, &json!(["refactor"])).is_empty());
    assert_eq!(editor.end(), 0);
}

#[test]
fn what_is_not_safe_says_so_and_is_never_in_all() {
    let alloy = include_str!("../../fixtures/stacks/leaking/alloy.yaml");
    let leaking = [
        ("alloy.yaml", alloy.as_bytes()),
        ("ptd.yaml", include_bytes!("../../fixtures/stacks/leaking/ptd.yaml").as_slice()),
    ];
    let folder = folder(&leaking);
    let mut editor = Editor::new(folder.path());
    editor.open("alloy.yaml", alloy);
    let found = editor.found("alloy.yaml");
    let leak = found.iter().find(|own| own["code"] == "logs-leave-workload").unwrap();
    let offered = actions(&mut editor, "alloy.yaml", &leak["range"], &Value::Null);
    let quick: Vec<&Value> = offered.iter().filter(|own| own["kind"] == "quickfix").collect();
    assert_eq!(quick.len(), 1, "{offered:?}");
    assert!(quick[0]["title"].as_str().unwrap().contains("(unsafe: "), "{}", quick[0]);
    assert_eq!(quick[0]["isPreferred"], false);
    assert!(offered.iter().all(|own| own["kind"] != "source.fixAll.ptd-lint"), "{offered:?}");
    let whole = editor.request("codeAction/resolve", quick[0]).unwrap();
    editor.make(&whole["edit"]);
    assert!(!editor.text("alloy.yaml").contains("https://loki.ops.tern.example.com"));
    let left = editor.found("alloy.yaml");
    assert!(left.iter().all(|own| own["code"] != "logs-leave-workload"), "{left:?}");
    assert_eq!(editor.end(), 0);
}

#[test]
fn editor_that_cannot_ask_later_gets_edits_at_once_and_without_versions() {
    let (broken, folder) = stack();
    let plain = json!({"textDocument": {}, "workspace": {}});
    let mut editor = Editor::with(folder.path(), &plain, &Value::Null);
    editor.open("mimir.yaml", &broken);
    let found = editor.found("mimir.yaml");
    let offered = actions(&mut editor, "mimir.yaml", &found[0]["range"], &json!(["quickfix"]));
    let uri = editor.uri("mimir.yaml");
    let edits = offered[0]["edit"]["changes"][&uri].as_array().unwrap();
    assert_eq!(editor.edited(&broken, edits), MIMIR);
    assert_eq!(editor.end(), 0);
}
