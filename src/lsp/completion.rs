//! Turns a cursor in an Alloy program into what can be typed there: names of components, blocks and attributes, references to what
//! components export, texts that an attribute takes. Works on the text as it is, which is broken most of the time.

use serde_json::Value;
use serde_json::json;

use super::buffers::Buffer;
use super::client::Client;
use super::hover::about;
use super::hover::about_attribute;
use super::hover::kind;
use super::hover::markup;
use super::program;
use super::symbols;
use super::workspace::Rounds;
use crate::document::DocId;
use crate::document::Documents;
use crate::document::Place;
use crate::document::alloy::Wants;
use crate::document::alloy::cursor;
use crate::model::alloy::types;
use crate::model::alloy::types::Page;
use crate::model::alloy::types::Visible;
use crate::text::Span;

/// Kinds of items, by the numbers of the protocol.
#[derive(Clone, Copy)]
enum Kind {
    Component = 7,
    Block = 9,
    Attribute = 10,
    Text = 12,
    Reference = 18,
}

/// Answers `textDocument/completion`. `rounds` know the other texts of the program.
pub(super) fn completion(buffer: &Buffer, offset: u32, client: &Client, rounds: &Rounds) -> Value {
    let documents = symbols::documents(buffer);
    let Some(at) = program::at(&documents, 0, offset).or_else(|| whole_file(buffer, offset)) else {
        return Value::Null;
    };
    let text = documents.document(at.doc).text.clone();
    let cursor = cursor(&text, at.span.start);
    let names: Vec<&str> = cursor.blocks.iter().map(|block| block.name.as_str()).collect();
    let blocks = innermost(&names);
    let typed = match &cursor.wants {
        Wants::Name(typed) | Wants::Value { typed, .. } | Wants::Text { typed, .. } => *typed,
        Wants::Nothing => return Value::Null,
    };
    // What is typed stands on one line, byte by byte as in the file.
    let start = offset.saturating_sub(typed.len());
    let outer = Span::new(start, offset);
    if outer.slice(&buffer.text.whole) != typed.slice(&text) {
        return Value::Null;
    }
    let list = List { client, range: json!(buffer.text.range(outer, client.encoding)) };
    let items = match &cursor.wants {
        Wants::Name(_) if blocks.is_empty() => list.components(typed.slice(&text)),
        Wants::Name(_) => list.names(blocks),
        Wants::Value { attribute, .. } => {
            let mut visible = visible(&documents, at, buffer, rounds);
            // A component that refers to itself is refused.
            visible.retain(|own| !cursor.blocks.iter().any(|block| block.is(&own.id)));
            list.references(&wanted(blocks, attribute), &visible)
        }
        Wants::Text { attribute, .. } => list.texts(blocks, attribute),
        Wants::Nothing => Vec::new(),
    };
    json!({"isIncomplete": false, "items": items})
}

/// An Alloy file may be so empty that nothing in it is a program yet.
fn whole_file(buffer: &Buffer, offset: u32) -> Option<Place> {
    let is_program = buffer.shown().rsplit('.').next() == Some("alloy");
    is_program.then_some(Place { doc: DocId { file: 0, index: 0 }, span: Span::at(offset) })
}

/// The blocks from the last one on that is a component or a block of the language; none where components can stand. What lies
/// further out are modules, or blocks that nobody has closed.
fn innermost<'n>(names: &'n [&'n str]) -> &'n [&'n str] {
    let modules = names.iter().rposition(|name| matches!(*name, "declare" | "template"));
    let names = names.get(modules.map_or(0, |at| at + 1)..).unwrap_or_default();
    let known =
        (0..names.len()).filter_map(|from| names.get(from..)).find(|rest| types::page(rest).is_some());
    known.unwrap_or(names)
}

/// The type that an attribute takes.
fn wanted(blocks: &[&str], attribute: &str) -> String {
    let page = types::page(blocks).unwrap_or_default();
    let own = page.attributes.iter().find(|own| own.name == attribute);
    own.map(|own| own.kind.to_owned()).unwrap_or_default()
}

/// What can be named at the cursor: in this text as it is now, and in the others as they were checked last.
fn visible(documents: &Documents, at: Place, buffer: &Buffer, rounds: &Rounds) -> Vec<Visible> {
    let mut found = types::visible(&program::texts(documents, at.doc), at);
    let path = buffer.shown();
    for round in rounds {
        let Some(file) = round.file(&path) else { continue };
        let doc = DocId { file, index: at.doc.index };
        let known = round
            .documents()
            .files
            .get(file as usize)
            .is_some_and(|own| own.documents.len() > doc.index as usize);
        if known && documents.document(at.doc).host.is_none() {
            let mut others = program::texts(round.documents(), doc);
            others.retain(|(other, _)| *other != doc);
            found.extend(types::visible(&others, Place { doc, span: Span::at(0) }));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Makes items that replace what is typed.
struct List<'l> {
    client: &'l Client,
    range: Value,
}

impl List<'_> {
    fn item(
        &self,
        kind: Kind,
        label: &str,
        text: &str,
        rank: u8,
        detail: &str,
        about: Option<String>,
    ) -> Value {
        let mut item = json!({
            "label": label,
            "kind": kind as u8,
            "detail": detail,
            "sortText": format!("{rank}{label}"),
            "filterText": label,
            "textEdit": {"range": self.range, "newText": text},
        });
        if let Some(about) = about {
            item["documentation"] = markup(&about, self.client);
        }
        item
    }

    /// Components and blocks of the language. While a part of the name is typed, only those that fit are worth a description.
    fn components(&self, typed: &str) -> Vec<Value> {
        let names = types::names().iter().filter(|name| name.starts_with(typed));
        let pages = names.filter_map(|name| Some((*name, types::page(&[name])?)));
        let pages = pages.filter(|(_, page)| page.gone.is_none());
        pages
            .map(|(name, page)| {
                let own = if page.is_config { Kind::Block } else { Kind::Component };
                self.item(own, name, name, 0, &kind(&page, true), about(&[name]))
            })
            .collect()
    }

    /// What the body of a block takes; what must be there first.
    fn names(&self, blocks: &[&str]) -> Vec<Value> {
        let Page { attributes, blocks: inner, .. } = types::page(blocks).unwrap_or_default();
        let attributes = attributes.iter().map(|own| {
            let text = format!("{} = ", own.name);
            let rank = u8::from(!own.required);
            let about = about_attribute(blocks, own.name);
            self.item(Kind::Attribute, own.name, &text, rank, own.kind, about)
        });
        let blocks = inner.iter().map(|name| {
            let path: Vec<&str> = blocks.iter().copied().chain([*name]).collect();
            let page = types::page(&path).unwrap_or_default();
            let rank = if page.required { 0 } else { 2 };
            self.item(Kind::Block, name, name, rank, &kind(&page, false), about(&path))
        });
        attributes.chain(blocks).collect()
    }

    /// References; those of the type that the attribute takes first.
    fn references(&self, wanted: &str, visible: &[Visible]) -> Vec<Value> {
        let mut items = Vec::new();
        for Visible { id, exports } in visible {
            for (export, own) in exports {
                let fits = own.is_some_and(|own| wanted == own || wanted == format!("list({own})"));
                let label = format!("{id}.{export}");
                items.push(self.item(
                    Kind::Reference,
                    &label,
                    &label,
                    u8::from(!fits),
                    own.unwrap_or("any"),
                    None,
                ));
            }
        }
        items
    }

    /// The texts that an attribute takes.
    fn texts(&self, blocks: &[&str], attribute: &str) -> Vec<Value> {
        let page = types::page(blocks).unwrap_or_default();
        let own = page.attributes.iter().find(|own| own.name == attribute);
        let texts = own.map(|own| own.texts.clone()).unwrap_or_default();
        texts.iter().map(|text| self.item(Kind::Text, text, text, 0, attribute, None)).collect()
    }
}
