//! Turns messages into answers and tasks, by the protocol's rules on when what may come.

use std::io::BufRead;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::sync::mpsc::Sender;
use std::thread;

use serde_json::Value;
use serde_json::json;

use super::Govern;
use super::buffers::Buffers;
use super::client;
use super::client::Client;
use super::completion;
use super::desk::Answer;
use super::desk::Desk;
use super::desk::Shared;
use super::desk::Task;
use super::desk::guarded;
use super::diagnostics::Published;
use super::hover;
use super::outbox::Outbox;
use super::outbox::Weight;
use super::paths;
use super::symbols;
use super::wire::Incoming;
use super::wire::Reader;
use super::wire::Request;
use super::wire::code;
use super::workspace::Workspace;
use crate::text::limits;

/// Where in its life a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Nobody has said `initialize`.
    New,
    /// At work.
    Running,
    /// Somebody has said `shutdown`: only `exit` may come.
    Down,
}

/// One server for one editor.
pub(super) struct Server<G> {
    outbox: Outbox,
    phase: Phase,
    client: Client,
    folders: Vec<PathBuf>,
    buffers: Buffers,
    shared: Arc<Shared>,
    /// Until the desk is started: what it will be governed by.
    govern: Option<G>,
    /// The desk's tasks.
    tasks: Option<Sender<Task>>,
}

impl<G: Govern> Server<G> {
    pub(super) fn new(outbox: Outbox, govern: G) -> Self {
        Self {
            outbox,
            phase: Phase::New,
            client: Client::default(),
            folders: Vec::new(),
            buffers: Buffers::default(),
            shared: Arc::default(),
            govern: Some(govern),
            tasks: None,
        }
    }

    /// Serves until `exit`, or until the editor is gone, and gives the exit code.
    pub(super) fn run(mut self, input: &mut impl BufRead) -> u8 {
        let mut reader = Reader::new(input);
        while let Some(incoming) = reader.next() {
            match incoming {
                Incoming::Request(request) => self.request(request),
                Incoming::Notification(method, _) if method == "exit" => break,
                Incoming::Notification(method, params) => self.notification(&method, params),
                Incoming::Response => {}
                Incoming::Broken(code, message) => self.outbox.answer(&Value::Null, Err((code, message))),
            }
        }
        u8::from(self.phase != Phase::Down)
    }

    fn request(&mut self, request: Request) {
        let outcome = match (self.phase, request.method.as_str()) {
            (Phase::New, "initialize") => Ok(self.initialize(&request.params)),
            (Phase::New, _) => Err((code::NOT_INITIALIZED, "`initialize` comes first".to_owned())),
            (Phase::Down, _) => Err((code::INVALID_REQUEST, "the server is shut down".to_owned())),
            (Phase::Running, "initialize") => {
                Err((code::INVALID_REQUEST, "the server is initialized already".to_owned()))
            }
            (Phase::Running, "shutdown") => {
                self.phase = Phase::Down;
                Ok(Value::Null)
            }
            (
                Phase::Running,
                "textDocument/hover"
                | "textDocument/definition"
                | "textDocument/codeAction"
                | "codeAction/resolve",
            ) => {
                self.hand_over(Task::Request(request));
                return;
            }
            (Phase::Running, method) => guarded(method, || self.of_one_file(method, &request.params)),
        };
        self.outbox.answer(&request.id, outcome);
    }

    /// What needs the text of one file alone is answered here, also while a check is under way.
    fn of_one_file(&self, method: &str, params: &Value) -> Answer {
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
        let buffer = uri.and_then(|uri| self.buffers.get(uri));
        match (method, buffer) {
            ("textDocument/completion", Some(buffer)) => {
                let (_, position) = hover::place_of(params)?;
                let offset = buffer.text.offset(position, self.client.encoding);
                Ok(completion::completion(buffer, offset, &self.client, &self.shared.rounds()))
            }
            ("textDocument/documentSymbol", Some(buffer)) => Ok(symbols::symbols(buffer, &self.client)),
            ("textDocument/formatting", Some(buffer)) => symbols::formatting(buffer, &self.client),
            ("textDocument/completion" | "textDocument/documentSymbol" | "textDocument/formatting", None) => {
                Ok(Value::Null)
            }
            _ => Err((code::METHOD_NOT_FOUND, format!("{method} is not known"))),
        }
    }

    fn initialize(&mut self, params: &Value) -> Value {
        self.client = Client::of(params);
        self.folders = client::folders(params);
        let options = params.get("initializationOptions").cloned().unwrap_or_default();
        let (tasks, receiver) = mpsc::channel();
        if let Some(govern) = self.govern.take() {
            let desk = Desk {
                client: self.client.clone(),
                outbox: self.outbox.clone(),
                shared: self.shared.clone(),
                govern,
                options,
                buffers: Buffers::default(),
                workspace: Workspace::default(),
                published: Published::default(),
                seen: 0,
                told: Vec::new(),
            };
            // It ends with the process, or when nobody hands in tasks any more.
            let stack = limits::stack().unwrap_or(2 << 20);
            let _ = thread::Builder::new().stack_size(stack).spawn(move || desk.run(&receiver));
        }
        self.tasks = Some(tasks);
        self.phase = Phase::Running;
        self.hand_over(Task::Folders(self.folders.clone()));
        json!({
            "capabilities": {
                "positionEncoding": self.client.encoding.name(),
                "textDocumentSync": {"openClose": true, "change": 2, "save": {"includeText": false}},
                "hoverProvider": true,
                "definitionProvider": true,
                "completionProvider": {"triggerCharacters": [".", "\""]},
                "codeActionProvider": {
                    "codeActionKinds": ["quickfix", "source.fixAll.ptd-lint"],
                    "resolveProvider": self.client.late_edits,
                },
                "documentSymbolProvider": true,
                "documentFormattingProvider": true,
                "workspace": {"workspaceFolders": {"supported": true, "changeNotifications": true}},
            },
            "serverInfo": {"name": "ptd-lint", "version": env!("CARGO_PKG_VERSION")},
        })
    }

    fn notification(&mut self, method: &str, params: Value) {
        if self.phase != Phase::Running {
            return;
        }
        let done = match method {
            "initialized" => {
                self.watch();
                Ok(())
            }
            "textDocument/didOpen" => self.buffers.open(params).map(|()| self.edited()),
            "textDocument/didChange" => {
                self.buffers.change(params, self.client.encoding).map(|()| self.edited())
            }
            "textDocument/didClose" => {
                self.buffers.close(&params);
                self.edited();
                Ok(())
            }
            // Without watches, what is saved here is all that is heard of the disk.
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => {
                self.hand_over(Task::Disk);
                Ok(())
            }
            "workspace/didChangeWorkspaceFolders" => {
                self.change_folders(&params);
                Ok(())
            }
            "workspace/didChangeConfiguration" => {
                if let Some(options) = params.pointer("/settings/ptd-lint").filter(|own| own.is_object()) {
                    self.hand_over(Task::Options(options.clone()));
                }
                Ok(())
            }
            "$/cancelRequest" => {
                self.shared.cancel(params.get("id").unwrap_or(&Value::Null));
                Ok(())
            }
            // Others may be passed over, as the protocol has it.
            _ => Ok(()),
        };
        if let Err(fault) = done {
            self.outbox.log(Weight::Error, &format!("{method}: {fault}"));
        }
    }

    /// Hands over what is open now.
    fn edited(&self) {
        self.shared.edits.fetch_add(1, Ordering::SeqCst);
        self.hand_over(Task::Buffers(self.buffers.clone()));
    }

    fn hand_over(&self, task: Task) {
        let sent = self.tasks.as_ref().map(|tasks| tasks.send(task));
        if let Some(Err(mpsc::SendError(Task::Request(request)))) = sent {
            let message = "the checks have ended; start the server again".to_owned();
            self.outbox.answer(&request.id, Err((code::INTERNAL, message)));
        }
    }

    /// Asks the editor to tell of files that change.
    fn watch(&self) {
        if !self.client.watches {
            return;
        }
        let watchers =
            json!([{"globPattern": "**/*.{yaml,yml,json,alloy,ini}"}, {"globPattern": "**/.gitignore"}]);
        let method = "workspace/didChangeWatchedFiles";
        let registration =
            json!({"id": "files", "method": method, "registerOptions": {"watchers": watchers}});
        self.outbox.send(json!({
            "jsonrpc": "2.0", "id": "ptd-lint/watch", "method": "client/registerCapability",
            "params": {"registrations": [registration]},
        }));
    }

    fn change_folders(&mut self, params: &Value) {
        let list = |name: &str| {
            let list = params.pointer(&format!("/event/{name}")).and_then(Value::as_array);
            let uris = list.into_iter().flatten().filter_map(|folder| folder.get("uri")?.as_str());
            uris.filter_map(paths::path_of).collect::<Vec<_>>()
        };
        let removed = list("removed");
        self.folders.retain(|folder| !removed.contains(folder));
        self.folders.extend(list("added"));
        self.hand_over(Task::Folders(self.folders.clone()));
    }
}
