//! Turns bytes into messages of the protocol (JSON-RPC 2.0 behind `Content-Length` headers), and messages into bytes.
//!
//! What is no message is told and passed over, and reading goes on behind it: an editor's slip must not end the server. That is
//! why this is no crate: `lsp-server` ends at the first one, and takes as much memory as a header asks for.

use std::io::BufRead;
use std::io::Read as _;
use std::io::Write;

use serde_json::Value;
use serde_json::json;

use crate::text::Limit;

/// The most that one message may have: a text of the largest file, escaped.
fn max_bytes() -> u64 {
    2 * Limit::InputSize.get()
}

/// The most that is read only to be passed over. What claims to be larger still is no message: behind it, hours away, nobody would
/// find the next one.
fn max_passed_over() -> u64 {
    8 * max_bytes()
}

/// The longest line of a header.
const MAX_LINE: u64 = 8 * 1024;

/// Error codes of the protocol.
pub(super) mod code {
    /// The bytes are no JSON.
    pub(crate) const PARSE: i32 = -32700;
    /// The JSON is no request, or it comes at the wrong time.
    pub(crate) const INVALID_REQUEST: i32 = -32600;
    /// Nobody knows that request.
    pub(crate) const METHOD_NOT_FOUND: i32 = -32601;
    /// Its parameters are not those of the protocol.
    pub(crate) const INVALID_PARAMS: i32 = -32602;
    /// The server failed.
    pub(crate) const INTERNAL: i32 = -32603;
    /// It comes before `initialize`.
    pub(crate) const NOT_INITIALIZED: i32 = -32002;
    /// The editor took it back.
    pub(crate) const CANCELLED: i32 = -32800;
    /// The texts are no longer those that it was about.
    pub(crate) const MODIFIED: i32 = -32801;
    /// It cannot be done, and the message says why.
    pub(crate) const FAILED: i32 = -32803;
}

/// What came in.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Incoming {
    /// Wants an answer.
    Request(Request),
    /// Wants none.
    Notification(String, Value),
    /// An answer to a request of ours. All of ours do without.
    Response,
    /// No message, with the code and words of what is wrong.
    Broken(i32, String),
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Request {
    /// A number or a text, given back with the answer.
    pub(super) id: Value,
    /// What is wanted.
    pub(super) method: String,
    /// Of what.
    pub(super) params: Value,
}

/// Reads messages.
pub(super) struct Reader<'r, R> {
    input: &'r mut R,
    /// Whether lines are being passed over until a header is met.
    lost: bool,
    /// What comes before the next header.
    next: Next,
}

/// What comes before the next header.
enum Next {
    /// Nothing.
    Header,
    /// So many bytes of a message that is too large, of which was told already.
    Rest(u64),
    /// No header comes: the connection ends here.
    End,
}

impl<'r, R: BufRead> Reader<'r, R> {
    pub(super) fn new(input: &'r mut R) -> Self {
        Self { input, lost: false, next: Next::Header }
    }

    /// The next message; `None` at the end of the stream.
    pub(super) fn next(&mut self) -> Option<Incoming> {
        match self.next {
            Next::Header => {}
            Next::Rest(length) => {
                self.next = Next::Header;
                std::io::copy(&mut self.input.by_ref().take(length), &mut std::io::sink()).ok()?;
            }
            Next::End => return None,
        }
        let mut length = None;
        loop {
            let line = self.line()?;
            match header(&line) {
                Header::End => {
                    if let Some(length) = length {
                        return self.body(length);
                    }
                }
                Header::Length(given) => {
                    length = Some(given);
                    self.lost = false;
                }
                Header::Other if length.is_some() => {}
                Header::Other | Header::Broken if self.lost => length = None,
                // A header that comes before the length is none of garbage, unless nothing follows it.
                Header::Other => {}
                Header::Broken => {
                    self.lost = true;
                    let message =
                        "the header of a message is broken; reading goes on at the next `Content-Length`";
                    return Some(Incoming::Broken(code::PARSE, message.to_owned()));
                }
            }
        }
    }

    fn line(&mut self) -> Option<Vec<u8>> {
        let mut line = Vec::new();
        let read = self.input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line).ok()?;
        (read > 0).then_some(line)
    }

    fn body(&mut self, length: u64) -> Option<Incoming> {
        if length > max_bytes() {
            // It is told before the rest is waited for, which may never come.
            return Some(Incoming::Broken(code::INVALID_REQUEST, self.too_large(length)));
        }
        let mut bytes = Vec::new();
        self.input.by_ref().take(length).read_to_end(&mut bytes).ok()?;
        if (bytes.len() as u64) < length {
            return None;
        }
        Some(message(&bytes))
    }

    /// Notes what happens to a message that is too large, and says it.
    fn too_large(&mut self, length: u64) -> String {
        let (next, what) = if length > max_passed_over() {
            (Next::End, "the server ends; start it again")
        } else {
            (Next::Rest(length), "it is passed over")
        };
        self.next = next;
        let most = max_bytes() / 1024 / 1024;
        format!(
            "the message is larger than {most} MiB, the most that is read (`Content-Length: {length}`): {what}"
        )
    }
}

enum Header {
    End,
    Length(u64),
    Other,
    Broken,
}

fn header(line: &[u8]) -> Header {
    let Ok(line) = std::str::from_utf8(line) else { return Header::Broken };
    let line = line.trim_end_matches(['\n', '\r']);
    if line.is_empty() {
        return Header::End;
    }
    match line.split_once(':') {
        Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
            let value = value.trim();
            // A number that is too large for any is a length as well.
            let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            if is_number { Header::Length(value.parse().unwrap_or(u64::MAX)) } else { Header::Broken }
        }
        Some((name, _)) if name.eq_ignore_ascii_case("content-type") => Header::Other,
        _ => Header::Broken,
    }
}

fn message(bytes: &[u8]) -> Incoming {
    let mut value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) => return Incoming::Broken(code::PARSE, format!("the message is no JSON: {error}")),
    };
    let (id, params) = (value.get_mut("id").map(Value::take), value.get_mut("params").map(Value::take));
    let params = params.unwrap_or_default();
    match (value.get("method").and_then(Value::as_str), id) {
        (Some(method), Some(id @ (Value::Number(_) | Value::String(_)))) => {
            Incoming::Request(Request { id, method: method.to_owned(), params })
        }
        (Some(method), None) => Incoming::Notification(method.to_owned(), params),
        (None, Some(_)) if value.get("result").is_some() || value.get("error").is_some() => {
            Incoming::Response
        }
        _ => Incoming::Broken(
            code::INVALID_REQUEST,
            "the message is no request, notification or response".to_owned(),
        ),
    }
}

/// Writes one message.
pub(super) fn write(output: &mut impl Write, message: &Value) -> std::io::Result<()> {
    let text = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{text}", text.len())?;
    output.flush()
}

/// The answer to a request.
pub(super) fn response(id: &Value, outcome: Result<Value, (i32, String)>) -> Value {
    match outcome {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err((code, message)) => {
            json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<Incoming> {
        let mut input = bytes;
        let mut reader = Reader::new(&mut input);
        std::iter::from_fn(|| reader.next()).collect()
    }

    fn framed(text: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{text}", text.len())
    }

    #[test]
    fn what_is_no_message_is_told_once_and_the_next_is_read() {
        let good = framed(r#"{"jsonrpc":"2.0","method":"exit"}"#);
        let exit = Incoming::Notification("exit".to_owned(), Value::Null);
        for garbage in [
            "GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
            "\u{fffd}\u{0}\n\n\n".to_owned(),
            "Content-Length: many\r\n\r\n".to_owned(),
            "Content-Length: -1\r\n\r\n{}\r\n".to_owned(),
            framed("{\"a\":"),
            framed("[]"),
            framed("[[[[1]]]]"),
            framed(r#"{"id": {}, "method": "x"}"#),
            framed(r#"{"id": 1}"#),
            framed(&"[".repeat(4000)),
        ] {
            let found = all(format!("{garbage}{good}").as_bytes());
            assert!(matches!(found[..], [Incoming::Broken(..), _]), "{garbage:?}: {found:?}");
            assert_eq!(found[1], exit, "{garbage:?}");
        }
        assert_eq!(all(b"Content-Length: 10\r\n\r\n{}"), [], "the stream ends in a message");
        assert_eq!(all(b""), []);
    }

    /// A stream that nobody may read of.
    struct Unread;

    impl std::io::Read for Unread {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            panic!("it was read on");
        }
    }

    #[test]
    fn message_that_is_too_large_is_told_before_its_rest_is_read() {
        let header = format!("Content-Length: {}\r\n\r\n", max_passed_over());
        let mut input = header.as_bytes().chain(std::io::BufReader::new(Unread));
        let message = "the message is larger than 128 MiB, the most that is read (`Content-Length: 1073741824`): it is passed over";
        let broken = Incoming::Broken(code::INVALID_REQUEST, message.to_owned());
        assert_eq!(Reader::new(&mut input).next(), Some(broken));
    }

    #[test]
    fn message_behind_one_that_is_too_large_is_read() {
        let header = format!("Content-Length: {}\r\n\r\n", max_bytes() + 1);
        let good = framed(r#"{"jsonrpc":"2.0","method":"exit"}"#);
        let rest = std::io::repeat(b'x').take(max_bytes() + 1).chain(good.as_bytes());
        let mut input = header.as_bytes().chain(std::io::BufReader::new(rest));
        let mut reader = Reader::new(&mut input);
        assert!(matches!(reader.next(), Some(Incoming::Broken(code::INVALID_REQUEST, _))));
        assert_eq!(reader.next(), Some(Incoming::Notification("exit".to_owned(), Value::Null)));
        assert_eq!(reader.next(), None);
    }

    #[test]
    fn connection_ends_at_a_length_that_nobody_can_wait_for() {
        let good = framed(r#"{"jsonrpc":"2.0","method":"exit"}"#);
        for length in [(max_passed_over() + 1).to_string(), "99999999999".to_owned(), "9".repeat(30)] {
            let bytes = format!("Content-Length: {length}\r\n\r\n{good}");
            let mut input = bytes.as_bytes();
            let mut reader = Reader::new(&mut input);
            let Some(Incoming::Broken(code::INVALID_REQUEST, message)) = reader.next() else {
                panic!("{length} is too large");
            };
            assert!(message.ends_with("): the server ends; start it again"), "{message}");
            assert_eq!((reader.next(), reader.next()), (None, None), "{length}");
        }
    }

    #[test]
    fn headers_may_come_in_any_order_and_case() {
        let text = r#"{"id":"a","method":"m","params":{"x":1}}"#;
        let header = "Content-Type: application/vscode-jsonrpc; charset=utf-8\r\ncontent-length:";
        let found = all(format!("{header} {}\r\n\r\n{text}", text.len()).as_bytes());
        let request = Request { id: json!("a"), method: "m".to_owned(), params: json!({"x": 1}) };
        assert_eq!(found, [Incoming::Request(request)]);
        assert_eq!(all(framed(r#"{"id":1,"result":null}"#).as_bytes()), [Incoming::Response]);
    }
}
