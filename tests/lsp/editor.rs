//! An editor that does what it is told: speaks the protocol with the real program, over its standard input and output.

use std::collections::HashMap;
use std::io::BufReader;
use std::io::Write as _;
use std::path::Path;
use std::process::Child;
use std::process::ChildStdin;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;

/// Longer than any answer takes on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(120);

/// An editor with its server.
pub(crate) struct Editor {
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// What came and was not asked for yet.
    waiting: Vec<Value>,
    next: i64,
    folder: String,
    /// Texts and versions of open files, by URI.
    open: HashMap<String, (String, i64)>,
    encoding: String,
}

impl Editor {
    /// Starts a server that nobody has initialized.
    pub(crate) fn bare(folder: &Path, words: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ptd-lint"));
        command.arg("lsp").args(words).current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut server = command.spawn().unwrap();
        let mut output = BufReader::new(server.stdout.take().unwrap());
        let (sender, messages) = mpsc::channel();
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let folder = folder.canonicalize().unwrap().to_str().unwrap().to_owned();
        let input = server.stdin.take();
        let encoding = "utf-16".to_owned();
        Self { server, input, messages, waiting: Vec::new(), next: 1, folder, open: HashMap::new(), encoding }
    }

    /// Starts an editor that can do all that the server knows of, in a folder.
    pub(crate) fn new(folder: &Path) -> Self {
        Self::with(folder, &json!({}), &Value::Null)
    }

    /// The same, with further capabilities and with options.
    pub(crate) fn with(folder: &Path, capabilities: &Value, options: &Value) -> Self {
        let mut editor = Self::bare(folder, &[]);
        let mut own = json!({
            "textDocument": {
                "publishDiagnostics": {"relatedInformation": true, "tagSupport": {"valueSet": [1, 2]}},
                "codeAction": {"dataSupport": true, "resolveSupport": {"properties": ["edit"]}},
                "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
                "hover": {"contentFormat": ["markdown"]},
            },
            "workspace": {
                "workspaceEdit": {"documentChanges": true},
                "didChangeWatchedFiles": {"dynamicRegistration": true},
            },
        });
        for (name, value) in capabilities.as_object().unwrap() {
            own[name] = value.clone();
        }
        let folders = json!([{"uri": editor.uri(""), "name": "stack"}]);
        let params = json!({
            "processId": null, "rootUri": editor.uri(""), "workspaceFolders": folders, "capabilities": own,
            "initializationOptions": options,
        });
        let answer = editor.request("initialize", &params).unwrap();
        answer["capabilities"]["positionEncoding"].as_str().unwrap().clone_into(&mut editor.encoding);
        editor.notify("initialized", &json!({}));
        editor
    }

    /// The URI of a file of the folder.
    pub(crate) fn uri(&self, name: &str) -> String {
        let path = if name.is_empty() { self.folder.clone() } else { format!("{}/{name}", self.folder) };
        format!("file://{path}")
    }

    /// Sends bytes as they are.
    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    /// Sends a notification.
    pub(crate) fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Sends a request and gives its id, to be answered later.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = Value::from(self.next);
        self.next += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        id
    }

    /// Sends a request and gives its result or error.
    pub(crate) fn request(&mut self, method: &str, params: &Value) -> Result<Value, Value> {
        let id = self.ask(method, params);
        self.answer(&id)
    }

    /// The result or error of a request.
    pub(crate) fn answer(&mut self, id: &Value) -> Result<Value, Value> {
        let message = self.wait("an answer", |message| message["id"] == *id && message["method"].is_null());
        match message.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(message["result"].clone()),
        }
    }

    /// The next message of a method that comes, or has come, from the server.
    pub(crate) fn told(&mut self, method: &str) -> Value {
        self.wait(method, |message| message["method"] == method)["params"].clone()
    }

    fn wait(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.waiting.iter().position(&is_it) {
                return self.waiting.remove(at);
            }
            let left = until.saturating_duration_since(Instant::now());
            match self.messages.recv_timeout(left) {
                Ok(message) => self.waiting.push(message),
                Err(error) => panic!("no {what} came ({error}); there was {:?}", self.waiting),
            }
        }
    }

    /// Opens a file with that text.
    pub(crate) fn open(&mut self, name: &str, text: &str) {
        let uri = self.uri(name);
        self.open.insert(uri.clone(), (text.to_owned(), 1));
        let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": text});
        self.notify("textDocument/didOpen", &json!({"textDocument": document}));
    }

    /// The text of an open file.
    pub(crate) fn text(&self, name: &str) -> String {
        self.open[&self.uri(name)].0.clone()
    }

    /// Types: the part of the text `old`, which is there once, becomes `new`.
    pub(crate) fn edit(&mut self, name: &str, old: &str, new: &str) {
        let text = self.text(name);
        assert_eq!(text.matches(old).count(), 1, "{old}");
        let start = text.find(old).unwrap();
        let range = json!({"start": self.at(&text, start), "end": self.at(&text, start + old.len())});
        self.change(name, &text.replacen(old, new, 1), &json!([{"range": range, "text": new}]));
    }

    fn change(&mut self, name: &str, text: &str, changes: &Value) {
        let uri = self.uri(name);
        let own = self.open.get_mut(&uri).unwrap();
        *own = (text.to_owned(), own.1 + 1);
        let document = json!({"uri": uri, "version": own.1});
        self.notify("textDocument/didChange", &json!({"textDocument": document, "contentChanges": changes}));
    }

    /// What is underlined in the file as it is now: waits until the server has looked at this version.
    pub(crate) fn found(&mut self, name: &str) -> Vec<Value> {
        let uri = self.uri(name);
        let version = self.open.get(&uri).map(|(_, version)| *version);
        let told = self.wait(&format!("findings of {name}"), |message| {
            let params = &message["params"];
            message["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == uri.as_str()
                && version.is_none_or(|version| params["version"] == version)
        });
        told["params"]["diagnostics"].as_array().unwrap().clone()
    }

    /// The rules that found something in the file as it is now, each with the text underlined.
    pub(crate) fn rules(&mut self, name: &str) -> Vec<(String, String)> {
        let text = self.text(name);
        let found = self.found(name);
        let rule = |own: &Value| (own["code"].as_str().unwrap().to_owned(), self.slice(&text, &own["range"]));
        found.iter().map(rule).collect()
    }

    /// The position of a byte, as the server was told to count.
    pub(crate) fn at(&self, text: &str, offset: usize) -> Value {
        let before = &text[..offset];
        let line = before.rsplit('\n').next().unwrap();
        let character = match self.encoding.as_str() {
            "utf-8" => line.len(),
            _ => line.encode_utf16().count(),
        };
        json!({"line": before.matches('\n').count(), "character": character})
    }

    /// The byte at a position.
    fn offset(&self, text: &str, position: &Value) -> usize {
        let start: usize = text
            .split_inclusive('\n')
            .take(usize::try_from(position["line"].as_u64().unwrap()).unwrap())
            .map(str::len)
            .sum();
        let offsets = (start..=text.len()).filter(|at| text.is_char_boundary(*at));
        offsets
            .into_iter()
            .find(|at| self.at(text, *at) == *position)
            .unwrap_or_else(|| panic!("no {position}"))
    }

    /// The text of a range.
    pub(crate) fn slice(&self, text: &str, range: &Value) -> String {
        text[self.offset(text, &range["start"])..self.offset(text, &range["end"])].to_owned()
    }

    /// Asks about the place in front of the part `mark` of the file's text, `into` bytes further on.
    pub(crate) fn ask_at(&mut self, method: &str, name: &str, mark: &str, into: usize) -> Value {
        let text = self.text(name);
        assert_eq!(text.matches(mark).count(), 1, "{mark}");
        let position = self.at(&text, text.find(mark).unwrap() + into);
        let params = json!({"textDocument": {"uri": self.uri(name)}, "position": position});
        self.request(method, &params).unwrap()
    }

    /// Makes an edit of the workspace in the open files, as an editor does, and tells the server.
    pub(crate) fn make(&mut self, edit: &Value) {
        for change in edit["documentChanges"].as_array().unwrap() {
            let uri = change["textDocument"]["uri"].as_str().unwrap();
            let name = uri.strip_prefix(&self.uri("")).unwrap().trim_start_matches('/').to_owned();
            assert_eq!(change["textDocument"]["version"], self.open[uri].1, "of the version that is open");
            let text = self.edited(&self.text(&name), change["edits"].as_array().unwrap());
            self.change(&name, &text, &json!([{"text": text}]));
        }
    }

    /// A text with edits, all of which count from it as it was.
    pub(crate) fn edited(&self, text: &str, edits: &[Value]) -> String {
        let mut new = text.to_owned();
        let mut last = text.len() + 1;
        for edit in edits.iter().rev() {
            let range = &edit["range"];
            let (start, end) = (self.offset(text, &range["start"]), self.offset(text, &range["end"]));
            assert!(end < last, "edits are in order and apart");
            last = start;
            new.replace_range(start..end, edit["newText"].as_str().unwrap());
        }
        new
    }

    /// Ends the server as the protocol has it, and gives the exit code.
    pub(crate) fn end(mut self) -> i32 {
        self.request("shutdown", &Value::Null).unwrap();
        self.notify("exit", &Value::Null);
        self.code()
    }

    /// Goes away without a word, and gives the exit code.
    pub(crate) fn vanish(mut self) -> i32 {
        self.input = None;
        self.code()
    }

    /// The exit code of the server, which has to end soon.
    pub(crate) fn code(&mut self) -> i32 {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.server.try_wait().unwrap() {
                return status.code().unwrap();
            }
            assert!(Instant::now() < until, "the server does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The next message of a stream.
fn read(output: &mut impl std::io::BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse::<usize>().ok(),
            _ if line == "\r\n" => break,
            _ => panic!("a header that is none: {line:?}"),
        }
    }
    let mut body = vec![0; length.unwrap()];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}
