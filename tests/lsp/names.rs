//! What names mean: hovers and definitions.

use serde_json::Value;
use serde_json::json;

use crate::EVIL;
use crate::LEAK;
use crate::OWN;
use crate::editor::Editor;
use crate::program::folder;

const MIMIR: &str = "\
overrides_exporter:
  ring: {enabled: false}
limits:
  # 😀
  max_global_series_per_user: 150000
ingester:
  ring:
    replication_factor: 3
blocks_storage:
  backend: filesystem
";

const POD: &str = "\
apiVersion: v1
kind: Secret
metadata: {name: mimir-auth, namespace: alloy}
stringData:
  password: placeholder
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: alloy, namespace: alloy}
spec:
  selector: {matchLabels: {app: alloy}}
  template:
    metadata: {labels: {app: alloy}}
    spec:
      containers:
        - name: alloy
          image: grafana/alloy:v1.7.5
          env:
            - name: PASSWORD
              valueFrom: {secretKeyRef: {name: mimir-auth, key: password}}
          volumeMounts:
            - {name: config, mountPath: /etc/alloy}
      volumes:
        - name: config
          configMap: {name: heron-alloy}
";

const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata: {name: loki-gateway, namespace: loki}
spec:
  ports: [{port: 80}]
";

/// The Markdown of a hover, and the text that it is about.
fn hover(editor: &mut Editor, name: &str, mark: &str, into: usize) -> (String, String) {
    let answer = editor.ask_at("textDocument/hover", name, mark, into);
    let about = editor.slice(&editor.text(name), &answer["range"]);
    (answer["contents"]["value"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned(), about)
}

#[test]
fn hover_over_a_finding_tells_reason_remedy_promise_and_verdict() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path());
    editor.open("alloy.yaml", LEAK);
    let (text, about) = hover(&mut editor, "alloy.yaml", EVIL, 12);
    assert_eq!(about, EVIL);
    assert!(text.starts_with("**error** `logs-leave-workload`: logs leave the workload"), "{text}");
    for part in [
        "**Remedy:** Send logs",
        "**Promise:** logs never leave the workload (`log-boundary`): **violated**, ",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert_eq!(editor.end(), 0);
}

#[test]
fn hover_over_names_of_alloy_tells_what_the_tables_know() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path());
    editor.open("alloy.yaml", &LEAK.replace(EVIL, OWN));
    let (text, about) = hover(&mut editor, "alloy.yaml", "loki.write \"local\"", 3);
    assert_eq!(about, "loki.write");
    assert!(text.contains("component, generally-available, since 1.0"), "{text}");
    assert!(
        text.contains("Takes logs at `receiver`.") && text.contains("Exports `receiver` (LogsReceiver)."),
        "{text}"
    );
    let (text, about) = hover(&mut editor, "alloy.yaml", "url = ", 1);
    assert_eq!((text.as_str(), about.as_str()), ("**url**: `string`, required", "url"));
    let (text, _) = hover(&mut editor, "alloy.yaml", "endpoint {", 1);
    assert!(text.starts_with("**loki.write \\> endpoint**: block, may be repeated"), "{text}");
    let (text, _) = hover(&mut editor, "alloy.yaml", "[loki.write.local.receiver]", 8);
    assert!(text.starts_with("**loki.write**: component"), "of what is referred to: {text}");
    assert_eq!(editor.ask_at("textDocument/hover", "alloy.yaml", "kind: ConfigMap", 1), Value::Null);
    assert_eq!(editor.end(), 0);
}

#[test]
fn hover_over_an_option_tells_its_value_and_where_that_comes_from() {
    let folder = folder(&[("mimir.yaml", MIMIR.as_bytes())]);
    let mut editor = Editor::new(folder.path());
    editor.open("mimir.yaml", MIMIR);
    let answer = editor.ask_at("textDocument/hover", "mimir.yaml", "backend: filesystem", 3);
    let text = answer["contents"]["value"].as_str().unwrap_or_else(|| panic!("{answer}"));
    assert!(text.contains("**blocks\\_storage.backend** = `filesystem` in "), "{text}");
    assert!(text.contains("mimir.yaml:10"), "{text}");
    let text = hover(&mut editor, "mimir.yaml", "replication_factor: 3", 3).0;
    assert!(text.contains("**ingester.ring.replication\\_factor** = `3`"), "{text}");
    assert_eq!(editor.end(), 0);
}

#[test]
fn reference_leads_to_the_component_also_in_a_config_map() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path());
    editor.open("alloy.yaml", LEAK);
    let found = editor.ask_at("textDocument/definition", "alloy.yaml", "[loki.write.local.receiver]", 15);
    assert_eq!(found["uri"], editor.uri("alloy.yaml"));
    assert_eq!(editor.slice(LEAK, &found["range"]), "loki.write \"local\"");
    assert_eq!(found["range"]["start"], json!({"line": 12, "character": 4}));
    assert_eq!(editor.ask_at("textDocument/definition", "alloy.yaml", "\ndata:", 2), Value::Null);
    assert_eq!(editor.end(), 0);
}

#[test]
fn modules_and_other_files_of_a_program_are_found() {
    let module =
        "declare \"logs\" {\n\targument \"to\" { }\n}\n\nlogs \"all\" {\n\tto = loki.write.own.receiver\n}\n";
    let write = format!("loki.write \"own\" {{\n\tendpoint {{\n\t\turl = \"{OWN}\"\n\t}}\n}}\n");
    let folder = folder(&[("one.alloy", module.as_bytes()), ("two.alloy", write.as_bytes())]);
    let mut editor = Editor::new(folder.path());
    editor.open("one.alloy", module);
    let found = editor.ask_at("textDocument/definition", "one.alloy", "logs \"all\"", 2);
    assert_eq!(editor.slice(module, &found["range"]), "declare \"logs\"");
    let found = editor.ask_at("textDocument/definition", "one.alloy", "loki.write.own.receiver", 20);
    assert_eq!(found["uri"], editor.uri("two.alloy"));
    assert_eq!(editor.slice(&write, &found["range"]), "loki.write \"own\"");
    assert_eq!(editor.end(), 0);
}

#[test]
fn names_of_objects_lead_to_objects_keys_and_services() {
    let alloy = LEAK.replace(EVIL, OWN);
    let files =
        [("alloy.yaml", alloy.as_bytes()), ("pod.yaml", POD.as_bytes()), ("loki.yaml", SERVICE.as_bytes())];
    let folder = folder(&files);
    let mut editor = Editor::new(folder.path());
    editor.open("pod.yaml", POD);
    editor.open("alloy.yaml", &alloy);
    let found = editor.ask_at("textDocument/definition", "pod.yaml", "configMap: {name: heron-alloy}", 22);
    assert_eq!(found["uri"], editor.uri("alloy.yaml"));
    assert_eq!(editor.slice(&alloy, &found["range"]), "heron-alloy");
    let found = editor.ask_at("textDocument/definition", "pod.yaml", "secretKeyRef: {name: mimir-auth", 25);
    assert_eq!(found["range"]["start"], json!({"line": 2, "character": 17}));
    let found = editor.ask_at("textDocument/definition", "pod.yaml", "key: password", 6);
    assert_eq!(found["range"]["start"], json!({"line": 4, "character": 2}), "the key");
    let found = editor.ask_at("textDocument/definition", "alloy.yaml", OWN, 10);
    assert_eq!(found["uri"], editor.uri("loki.yaml"), "a Service that a program's URL names");
    assert_eq!(editor.slice(SERVICE, &found["range"]), "loki-gateway");
    assert_eq!(editor.end(), 0);
}
