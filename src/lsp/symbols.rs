//! Turns a file into the outline of its Alloy programs, and into the edits that format them.

use serde_json::Value;
use serde_json::json;

use super::buffers::Buffer;
use super::client::Client;
use super::desk::Answer;
use super::edits;
use super::wire::code;
use crate::document::DocId;
use crate::document::Documents;
use crate::document::Place;
use crate::document::alloy::Block;
use crate::document::alloy::Body;
use crate::document::alloy::File;
use crate::format;
use crate::model;
use crate::model::Expected;
use crate::text::Span;

/// Blocks nested more deeply are left out of the outline.
const DEEPEST: usize = 8;

/// The numbers of the protocol for a class and a structure.
const COMPONENT: u8 = 5;
const BLOCK: u8 = 23;

/// One file, read by itself.
pub(super) fn documents(buffer: &Buffer) -> Documents {
    let mut reading = model::read(0, &buffer.shown(), &buffer.text.whole, Expected::Any);
    Documents { files: vec![std::mem::take(&mut reading.file)] }
}

/// Answers `textDocument/documentSymbol`.
pub(super) fn symbols(buffer: &Buffer, client: &Client) -> Value {
    let documents = documents(buffer);
    let outline = Outline { documents: &documents, buffer, client };
    let mut found = Vec::new();
    let all = documents.files.first().map_or(&[][..], |file| &file.documents);
    for (index, document) in (0..).zip(all) {
        if let Some(program) = document.alloy() {
            let doc = DocId { file: 0, index };
            found.extend(outline.of_body(doc, program, &program.body, 0));
        }
    }
    found.into()
}

struct Outline<'o> {
    documents: &'o Documents,
    buffer: &'o Buffer,
    client: &'o Client,
}

impl Outline<'_> {
    fn of_body(&self, doc: DocId, file: &File, body: &Body, depth: usize) -> Vec<Value> {
        body.blocks().map(|block| self.of_block(doc, file, block, depth)).collect()
    }

    fn of_block(&self, doc: DocId, file: &File, block: &Block, depth: usize) -> Value {
        let range = |span: Span| {
            let outer = self.documents.resolve(Place { doc, span }).outer;
            self.buffer.text.range(outer, self.client.encoding)
        };
        let name = match block.label {
            Some(label) => format!("{} \"{}\"", file.str(block.name), file.str(label)),
            None => file.str(block.name).to_owned(),
        };
        let kind = if depth == 0 { COMPONENT } else { BLOCK };
        if !self.client.nested_symbols {
            let location = json!({"uri": self.buffer.uri, "range": range(block.span)});
            return json!({"name": name, "kind": kind, "location": location});
        }
        let children =
            if depth < DEEPEST { self.of_body(doc, file, &block.body, depth + 1) } else { Vec::new() };
        let (whole, head) = (range(block.span), range(block.name));
        json!({"name": name, "kind": kind, "range": whole, "selectionRange": head, "children": children})
    }
}

/// Answers `textDocument/formatting`.
pub(super) fn formatting(buffer: &Buffer, client: &Client) -> Answer {
    let done = format::format_file(&buffer.shown(), &buffer.text.whole);
    if let (None, Some(fault)) = (&done.after, done.faults.first()) {
        return Err((code::FAILED, format!("line {}: {}", fault.line, fault.message)));
    }
    let edits = done.after.map(|after| edits::edits(&buffer.text, &after.text, client.encoding));
    Ok(edits.unwrap_or_default().into())
}
