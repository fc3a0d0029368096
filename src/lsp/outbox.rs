//! Turns messages for the editor into bytes of the output, in the order in which they were handed in.
//!
//! A thread writes, so that an editor that reads slowly never keeps the server from reading: each could wait for the other.

use std::io::BufWriter;
use std::io::Write;
use std::sync::mpsc;
use std::sync::mpsc::Sender;
use std::thread;
use std::thread::JoinHandle;

use serde_json::Value;
use serde_json::json;

use super::wire;

/// Where messages are handed in.
#[derive(Debug, Clone)]
pub(super) struct Outbox(Sender<Option<Value>>);

/// How grave a message for people is, as the protocol counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Error = 1,
    Info = 3,
}

/// Starts the thread that writes.
pub(super) fn start(output: impl Write + Send + 'static) -> (Outbox, JoinHandle<()>) {
    let (sender, receiver) = mpsc::channel::<Option<Value>>();
    let writer = thread::spawn(move || {
        let mut output = BufWriter::new(output);
        while let Ok(Some(message)) = receiver.recv() {
            // The editor is gone: nobody is left to tell, and reading will end as well.
            if wire::write(&mut output, &message).is_err() {
                break;
            }
        }
    });
    (Outbox(sender), writer)
}

impl Outbox {
    /// Hands in a message.
    pub(super) fn send(&self, message: Value) {
        // Fails only when the editor is gone.
        let _ = self.0.send(Some(message));
    }

    /// Answers a request.
    pub(super) fn answer(&self, id: &Value, outcome: Result<Value, (i32, String)>) {
        self.send(wire::response(id, outcome));
    }

    /// Tells the editor something.
    pub(super) fn notify(&self, method: &str, params: &Value) {
        self.send(json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Shows people a message.
    pub(super) fn show(&self, weight: Weight, message: &str) {
        self.notify("window/showMessage", &json!({"type": weight as u8, "message": message}));
    }

    /// Notes a message where people can look it up.
    pub(super) fn log(&self, weight: Weight, message: &str) {
        self.notify("window/logMessage", &json!({"type": weight as u8, "message": message}));
    }

    /// Nothing is handed in behind this; the thread ends when all before it is written.
    pub(super) fn close(&self) {
        let _ = self.0.send(None);
    }
}
