//! How a server begins and ends, and what it survives.

use serde_json::Value;
use serde_json::json;

use crate::EVIL;
use crate::LEAK;
use crate::editor::Editor;
use crate::leaks;
use crate::program::folder;

#[test]
fn server_answers_from_initialize_to_shutdown_and_ends_with_exit() {
    let folder = folder(&[]);
    let mut editor = Editor::bare(folder.path(), &["--stdio"]);
    let error = editor.request("textDocument/hover", &json!({})).unwrap_err();
    assert_eq!(error["code"], -32002, "before `initialize`");
    let answer = editor.request("initialize", &json!({"capabilities": {}, "rootUri": null})).unwrap();
    let capabilities = &answer["capabilities"];
    assert_eq!(capabilities["positionEncoding"], "utf-16");
    assert_eq!(capabilities["textDocumentSync"]["change"], 2);
    assert_eq!(answer["serverInfo"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(editor.request("initialize", &json!({})).unwrap_err()["code"], -32600, "twice");
    assert_eq!(editor.request("textDocument/rename", &json!({})).unwrap_err()["code"], -32601);
    assert_eq!(editor.request("textDocument/hover", &json!({"position": 1})).unwrap_err()["code"], -32602);
    assert_eq!(editor.request("shutdown", &Value::Null).unwrap(), Value::Null);
    assert_eq!(
        editor.request("textDocument/hover", &json!({})).unwrap_err()["code"],
        -32600,
        "after `shutdown`"
    );
    editor.notify("exit", &Value::Null);
    assert_eq!(editor.code(), 0);
}

#[test]
fn server_that_nobody_shut_down_ends_with_one() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path());
    editor.notify("exit", &Value::Null);
    assert_eq!(editor.code(), 1);
    assert_eq!(Editor::new(folder.path()).vanish(), 1);
    assert_eq!(Editor::bare(folder.path(), &[]).vanish(), 1);
}

#[test]
fn garbage_is_told_and_work_goes_on() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path());
    let bytes: [&[u8]; 5] = [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"Content-Length: 7\r\n\r\n{\"id\":\xff",
        b"Content-Length: 3\r\n\r\n[1]",
        b"\x00\x01\x02\xff\xfe\n",
        b"Content-Length: 2\r\n\r\n{}",
    ];
    for garbage in bytes {
        editor.send_bytes(garbage);
        let error = editor.answer(&Value::Null).unwrap_err();
        assert!([-32700, -32600].map(Value::from).contains(&error["code"]), "{error}");
    }
    for (method, params) in [
        ("textDocument/didOpen", json!({"textDocument": {"uri": 1}})),
        (
            "textDocument/didChange",
            json!({"textDocument": {"uri": "file:///x", "version": 1}, "contentChanges": []}),
        ),
        ("textDocument/didClose", json!(null)),
        ("workspace/didChangeWorkspaceFolders", json!([])),
        ("$/cancelRequest", json!({})),
        ("no/such/thing", json!({"a": [1]})),
    ] {
        editor.notify(method, &params);
    }
    editor.open("alloy.yaml", LEAK);
    assert_eq!(leaks(&editor.rules("alloy.yaml")), [EVIL]);
    for method in ["hover", "definition", "codeAction"] {
        let error =
            editor.request(&format!("textDocument/{method}"), &json!({"textDocument": 3})).unwrap_err();
        assert_eq!(error["code"], -32602, "{method}");
    }
    for method in ["completion", "formatting", "documentSymbol"] {
        let answer = editor.request(&format!("textDocument/{method}"), &json!({"textDocument": 3}));
        assert_eq!(answer, Ok(Value::Null), "{method}: no such file is open");
    }
    assert!(editor.request("codeAction/resolve", &json!({"title": "x"})).is_err());
    assert_eq!(editor.end(), 0);
}

#[test]
fn length_that_nobody_can_wait_for_is_told_and_ends_the_server() {
    let folder = folder(&[]);
    for length in ["99999999999", "12345678901234567890123"] {
        let mut editor = Editor::new(folder.path());
        editor.send_bytes(format!("Content-Length: {length}\r\n\r\n").as_bytes());
        let error = editor.answer(&Value::Null).unwrap_err();
        assert_eq!(error["code"], -32600);
        // The editor's end of the stream is still open.
        assert_eq!(editor.code(), 1);
    }
}

#[test]
fn request_that_is_taken_back_in_time_is_not_answered() {
    let folder = folder(&[]);
    let mut editor = Editor::new(folder.path());
    editor.open("alloy.yaml", LEAK);
    let params =
        json!({"textDocument": {"uri": editor.uri("alloy.yaml")}, "position": {"line": 0, "character": 0}});
    // The first keeps the server busy with a check, so the second waits.
    let first = editor.ask("textDocument/hover", &params);
    let second = editor.ask("textDocument/hover", &params);
    editor.notify("$/cancelRequest", &json!({"id": second}));
    assert_eq!(editor.answer(&first), Ok(Value::Null));
    let error = editor.answer(&second).unwrap_err();
    assert_eq!(error["code"], -32800);
    assert_eq!(editor.end(), 0);
}

#[test]
fn options_that_are_wrong_are_told_once_and_the_rest_is_checked() {
    let folder = folder(&[]);
    let mut editor = Editor::with(folder.path(), &json!({}), &json!({"controlRoon": "x", "select": ["x"]}));
    editor.open("alloy.yaml", LEAK);
    let told = editor.told("window/showMessage");
    assert_eq!(told["message"], "unexpected argument '--control-roon' found");
    assert_eq!(told["type"], 1);
    assert_eq!(leaks(&editor.rules("alloy.yaml")).len(), 1);
    let params = json!({"settings": {"ptd-lint": {"ignore": ["logs-leave-workload"]}}});
    editor.notify("workspace/didChangeConfiguration", &params);
    editor.edit("alloy.yaml", "ünïcode", "x");
    assert!(leaks(&editor.rules("alloy.yaml")).is_empty());
    assert_eq!(editor.end(), 0);
}
