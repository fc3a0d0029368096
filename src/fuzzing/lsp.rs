//! Turns what an editor sends into a panic where the server ends before it is told to, fails at an answer, or answers nothing
//! or twice.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::io::Read;
use std::io::Write;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use super::text_of;
use crate::lsp;
use crate::lsp::Governed;

/// What a line begins with that is sent as it stands: all others get the header of a message.
const RAW: &str = "!";

/// The most messages of one input: each may be a whole check.
const MOST: usize = 40;

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Each line is a message to a server at work. Every request has one answer, none of them that the server failed.
pub fn lsp(bytes: &[u8]) {
    let text = text_of(bytes);
    let mut input = framed(
        &json!({
            "jsonrpc": "2.0", "id": "first", "method": "initialize",
            "params": {"workspaceFolders": [], "capabilities": capabilities(&text)},
        })
        .to_string(),
    );
    let mut asked: BTreeMap<String, usize> = ["\"first\"", "\"last\""].map(|id| (id.to_owned(), 1)).into();
    let mut is_framed = true;
    // What would have the server read folders of this machine is not sent.
    let lines = text
        .lines()
        .filter(|line| !line.contains("older") && !line.contains("exit") && !line.contains("\\u"));
    for line in lines.take(MOST) {
        if let Some(raw) = line.strip_prefix(RAW) {
            input.extend_from_slice(raw.replace("\\r", "\r").replace("\\n", "\n").as_bytes());
            is_framed = false;
        } else {
            input.extend(framed(line));
            let message = serde_json::from_str::<Value>(line).unwrap_or_default();
            let is_request = message.get("method").is_some_and(Value::is_string);
            if let Some(id) = message.get("id").filter(|id| is_request && (id.is_string() || id.is_number()))
            {
                *asked.entry(id.to_string()).or_default() += 1;
            }
        }
    }
    input.extend(framed(r#"{"jsonrpc":"2.0","id":"last","method":"textDocument/hover","params":{}}"#));
    let mut rest = framed(r#"{"jsonrpc":"2.0","id":"end","method":"shutdown"}"#);
    rest.extend(framed(r#"{"jsonrpc":"2.0","method":"exit"}"#));
    let sent = Sent::default();
    // What needs a check is answered on a thread of its own. Raw bytes may swallow what follows, which is not waited for.
    let awaited = if is_framed { asked.clone() } else { BTreeMap::new() };
    let until = Until { sent: sent.clone(), awaited };
    *asked.entry("\"end\"".to_owned()).or_default() += 1;
    let mut input = input.as_slice().chain(until).chain(rest.as_slice());
    let govern = |_: &Value, _: &std::path::Path| Ok(Governed::default());
    let code = lsp::serve(&mut input, sent.clone(), govern);
    let out = sent.0.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let out = String::from_utf8_lossy(&out);
    assert!(!out.contains("That is a fault of ptd-lint"), "{out}");
    let (answered, rest) = answers(&out);
    assert!(rest.is_empty(), "no message: {rest}");
    if is_framed {
        assert_eq!(code, 0, "{text:?}");
        for (id, count) in asked {
            let own = answered.get(&id).copied().unwrap_or_default();
            assert_eq!(own, count, "answers to {id}: {out}");
        }
    }
}

/// How often each request was answered, and what stands behind the last whole message.
fn answers(mut out: &str) -> (BTreeMap<String, usize>, &str) {
    let mut answered: BTreeMap<String, usize> = BTreeMap::new();
    while let Some(framed) = out.strip_prefix("Content-Length: ") {
        let Some((length, body)) = framed.split_once("\r\n\r\n") else { break };
        let Some((body, rest)) = length.parse().ok().and_then(|length| body.split_at_checked(length)) else {
            break;
        };
        out = rest;
        let message = serde_json::from_str::<Value>(body);
        assert!(message.is_ok(), "{message:?}: {body}");
        let message = message.unwrap_or_default();
        if message.get("method").is_none() {
            *answered.entry(message["id"].to_string()).or_default() += 1;
        }
    }
    (answered, out)
}

/// What the editor can do: the same input makes the same choice of how columns are counted.
fn capabilities(text: &str) -> Value {
    let encoding = ["utf-8", "utf-16", "utf-32"].get(text.len() % 3);
    json!({
        "general": {"positionEncodings": [encoding]},
        "textDocument": {
            "publishDiagnostics": {"relatedInformation": true, "codeDescriptionSupport": true},
            "hover": {"contentFormat": ["markdown"]},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": text.len().is_multiple_of(2)},
            "codeAction": {"dataSupport": true, "resolveSupport": {"properties": ["edit"]}},
        },
        "workspace": {"workspaceEdit": {"documentChanges": true}},
    })
}

/// A message behind its header.
fn framed(message: &str) -> Vec<u8> {
    format!("Content-Length: {}\r\n\r\n{message}", message.len()).into_bytes()
}

/// What the server sends, and what tells that there is more of it.
#[derive(Debug, Clone, Default)]
struct Sent(Arc<(Mutex<Vec<u8>>, Condvar)>);

impl Write for Sent {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        self.0.1.notify_all();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An input without a byte, which ends when all these requests have their answers.
struct Until {
    sent: Sent,
    /// How often each is to be answered.
    awaited: BTreeMap<String, usize>,
}

impl Read for Until {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        self.fill_buf().map(<[u8]>::len)
    }
}

impl BufRead for Until {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        let (bytes, more) = &*self.sent.0;
        let awaited = std::mem::take(&mut self.awaited);
        let is_open = |bytes: &mut Vec<u8>| {
            let (answered, _) = answers(std::str::from_utf8(bytes).unwrap_or_default());
            awaited.iter().any(|(id, count)| answered.get(id).is_none_or(|own| own < count))
        };
        let bytes = bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let (bytes, waited) =
            more.wait_timeout_while(bytes, PATIENCE, is_open).unwrap_or_else(PoisonError::into_inner);
        assert!(!waited.timed_out(), "no answer: {}", String::from_utf8_lossy(&bytes));
        drop(bytes);
        Ok(&[])
    }

    fn consume(&mut self, _: usize) {}
}
