//! What can be typed: completion in programs that are broken, as they are while someone types; outline and formatting.

use serde_json::Value;
use serde_json::json;

use crate::LEAK;
use crate::editor::Editor;
use crate::program::folder;

/// What is offered at the mark `^` of a text, and the text with the first of the offers whose label is `chosen` taken.
fn offered(editor: &mut Editor, name: &str, marked: &str, chosen: &str) -> (Vec<String>, String) {
    let text = marked.replacen('^', "", 1);
    editor.open(name, &text);
    let position = editor.at(&text, marked.find('^').unwrap());
    let params = json!({"textDocument": {"uri": editor.uri(name)}, "position": position});
    let answer = editor.request("textDocument/completion", &params).unwrap();
    let mut items = answer["items"].as_array().cloned().unwrap_or_default();
    items.sort_by_key(|item| item["sortText"].as_str().unwrap().to_owned());
    let labels = items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect();
    let taken = items.iter().find(|item| item["label"] == chosen);
    let text = taken.map(|item| editor.edited(&text, &[item["textEdit"].clone()])).unwrap_or_default();
    (labels, text)
}

#[test]
fn components_are_offered_where_statements_begin() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path());
    let (labels, text) = offered(&mut editor, "a.alloy", "// 😀\nloki.wr^", "loki.write");
    assert_eq!(labels, ["loki.write"]);
    assert_eq!(text, "// 😀\nloki.write");
    let (labels, _) = offered(&mut editor, "b.alloy", "^", "");
    assert!(labels.len() > 180 && labels.contains(&"logging".to_owned()), "{}", labels.len());
    let (labels, _) = offered(&mut editor, "c.alloy", "declare \"m\" {\n\tloki.pro^\n", "");
    assert_eq!(labels, ["loki.process"]);
    assert_eq!(editor.end(), 0);
}

#[test]
fn names_and_references_are_offered_in_the_body_of_a_component() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path());
    let program = "loki.write \"own\" {\n\tendpoint {\n\t\t^\n\t}\n}\n";
    let (labels, text) = offered(&mut editor, "a.alloy", program, "url");
    assert_eq!(labels[0], "url", "what must be there comes first");
    assert!(
        labels.contains(&"basic_auth".to_owned()) && !labels.contains(&"endpoint".to_owned()),
        "{labels:?}"
    );
    assert_eq!(text, program.replace('^', "url = "));
    let program = concat!(
        "prometheus.remote_write \"m\" { }\nloki.write \"own\" { }\n",
        "loki.process \"p\" {\n\tforward_to = [loki.wr^\n"
    );
    let (labels, text) = offered(&mut editor, "b.alloy", program, "loki.write.own.receiver");
    let expected = ["loki.write.own.receiver", "prometheus.remote_write.m.receiver"];
    assert_eq!(labels, expected, "what fits comes first, in a list that nobody closed");
    assert_eq!(text, program.replace("loki.wr^", "loki.write.own.receiver"));
    let (labels, _) =
        offered(&mut editor, "c.alloy", "discovery.kubernetes \"p\" {\n\trole = \"^\"\n}\n", "pod");
    assert!(labels.contains(&"pod".to_owned()) && labels.contains(&"node".to_owned()), "{labels:?}");
    let (labels, _) = offered(&mut editor, "d.alloy", "// loki.^", "");
    assert!(labels.is_empty());
    assert_eq!(editor.end(), 0);
}

#[test]
fn programs_in_yaml_are_completed_as_well() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path());
    let marked = LEAK.replace("/* 漢字 😀 */ url", "/* 漢字 😀 */ u^\n        url");
    let (labels, text) = offered(&mut editor, "a.yaml", &marked, "url");
    assert!(labels.contains(&"url".to_owned()), "{labels:?}");
    assert_eq!(text, marked.replace("u^", "url = "));
    let marked = format!("{LEAK}\n    prometheus.remote_wr^");
    let (labels, text) = offered(&mut editor, "b.yaml", &marked, "prometheus.remote_write");
    assert_eq!(labels, ["prometheus.remote_write"]);
    assert_eq!(text, marked.replace("wr^", "write"));
    let (labels, _) = offered(&mut editor, "c.yaml", &format!("{LEAK}\n    ^"), "");
    assert!(labels.len() > 180, "at a new line of the program: {}", labels.len());
    let (labels, _) = offered(&mut editor, "d.yaml", &format!("{LEAK}^"), "");
    assert!(labels.is_empty(), "at the margin of the YAML: {labels:?}");
    let (labels, _) = offered(&mut editor, "e.yaml", &LEAK.replace("kind: ", "kind: ^"), "");
    assert!(labels.is_empty(), "{labels:?}");
    assert_eq!(editor.end(), 0);
}

#[test]
fn outline_shows_components_with_their_blocks() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path());
    editor.open("alloy.yaml", LEAK);
    let params = json!({"textDocument": {"uri": editor.uri("alloy.yaml")}});
    let symbols = editor.request("textDocument/documentSymbol", &params).unwrap();
    let names: Vec<&Value> = symbols.as_array().unwrap().iter().map(|own| &own["name"]).collect();
    assert_eq!(names, ["loki.source.kubernetes_events \"events\"", "loki.write \"local\""]);
    assert_eq!(symbols[1]["children"][0]["name"], "endpoint");
    assert!(editor.slice(LEAK, &symbols[1]["range"]).ends_with("  }\n    }"));
    assert_eq!(editor.slice(LEAK, &symbols[1]["selectionRange"]), "loki.write");
    assert_eq!(editor.end(), 0);
}

#[test]
fn formatting_changes_nothing_but_the_program() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path());
    let text = "a:   {b: 1}  # 😀\nalloy:\n  configMap:\n    content: |\n      logging {\n          level = \"info\"\n      }\n";
    editor.open("values.yaml", text);
    let params = json!({"textDocument": {"uri": editor.uri("values.yaml")}, "options": {"tabSize": 2}});
    let edits = editor.request("textDocument/formatting", &params).unwrap();
    let new = editor.edited(text, edits.as_array().unwrap());
    assert_eq!(new, text.replace("          level", "      \tlevel"));
    assert_eq!(edits.as_array().unwrap().len(), 1);
    editor.open("broken.alloy", "logging {\n");
    let params = json!({"textDocument": {"uri": editor.uri("broken.alloy")}});
    let error = editor.request("textDocument/formatting", &params).unwrap_err();
    assert!(error["message"].as_str().unwrap().starts_with("line 2: "), "{error}");
    assert_eq!(editor.end(), 0);
}
