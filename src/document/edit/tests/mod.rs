//! What becomes of texts when changes are made.

mod blocks;
mod hosts;
mod nested;
mod programs;
mod properties;
mod random;
mod random_json;
mod random_programs;
mod styles;

use std::sync::Arc;

use super::Change;
use super::Edit;
use super::NewValue;
use super::apply;
use super::edits;
use crate::document::Body;
use crate::document::DocId;
use crate::document::Document;
use crate::document::Documents;
use crate::document::File;
use crate::document::Host;
use crate::document::HostMap;
use crate::document::Language;
use crate::document::NodeRef;
use crate::document::Place;
use crate::document::alloy;
use crate::document::parse_ini;
use crate::document::parse_json;
use crate::document::parse_yaml;
use crate::text::LineIndex;
use crate::text::Span;

/// The documents of one text.
pub(super) fn read(text: &str, language: Language) -> Documents {
    let mut file = File { path: "a".to_owned(), ..File::default() };
    add(&mut file, text, language, None);
    Documents { files: vec![file] }
}

fn add(file: &mut File, text: &str, language: Language, host: Option<&Host>) {
    let text: Arc<str> = text.into();
    let lines = Arc::new(LineIndex::new(&text));
    let bodies = match language {
        Language::Alloy => vec![Body::Alloy(alloy::parse(text.clone()))],
        Language::Json => vec![Body::Tree(parse_json(&text).unwrap().tree)],
        Language::Ini => vec![Body::Tree(parse_ini(&text).0)],
        _ => parse_yaml(&text).documents.into_iter().map(Body::Tree).collect(),
    };
    for body in bodies {
        file.documents.push(Document {
            text: text.clone(),
            language,
            host: host.cloned(),
            body,
            lines: lines.clone(),
            regions: Vec::new(),
        });
    }
}

/// Adds the document that a scalar of the last document holds.
pub(super) fn nest(documents: &mut Documents, route: &str, language: Language) {
    let file = &mut documents.files[0];
    let index = u32::try_from(file.documents.len() - 1).unwrap();
    let tree = file.documents[index as usize].tree().unwrap();
    let node = tree.root().unwrap().at(route).unwrap().resolved();
    let (text, id) = (node.text().unwrap().to_owned(), node.id);
    let host = Host { index, field: route.to_owned(), object: None, map: HostMap::of_scalar(id) };
    add(file, &text, language, Some(&host));
}

/// The place of the value at a route (`a.b`, `a.0`) of a document; of the first node for an empty route.
pub(super) fn at(documents: &Documents, index: u32, route: &str) -> Place {
    let doc = DocId { file: 0, index };
    let tree = documents.document(doc).tree().unwrap();
    let span = tree.root().map_or(Span::at(0), |root| {
        let step = |node: NodeRef<'_>, key: &str| {
            let found =
                node.get(key).or_else(|| key.parse().ok().and_then(|number| node.items().nth(number)));
            found.map(|node| node.id).map(|id| tree.node(id))
        };
        let mut node = tree.node(root.id);
        for key in route.split('.').filter(|key| !key.is_empty()) {
            node = step(node, key).unwrap_or_else(|| panic!("{key} of {route}"));
        }
        node.span()
    });
    Place { doc, span }
}

/// The place of some text of a document.
pub(super) fn of(documents: &Documents, index: u32, text: &str) -> Place {
    let doc = DocId { file: 0, index };
    let start = u32::try_from(documents.document(doc).text.find(text).unwrap()).unwrap();
    Place { doc, span: Span::new(start, start + u32::try_from(text.len()).unwrap()) }
}

/// The file's text after the changes; or why not.
pub(super) fn make(documents: &Documents, changes: &[Change]) -> Result<String, String> {
    let edits = edits(documents, changes).map_err(|refusal| refusal.message)?;
    let edits: Vec<Edit> = edits.into_iter().map(|edit| edit.edit).collect();
    Ok(apply(&documents.files[0].documents[0].text, &edits).unwrap())
}

pub(super) fn text(text: &str) -> NewValue {
    NewValue::Text(text.into())
}

pub(super) fn plain(text: &str) -> NewValue {
    NewValue::Plain(text.into())
}

pub(super) fn list(items: &[NewValue]) -> NewValue {
    NewValue::List(items.to_vec())
}

pub(super) fn map(entries: &[(&str, NewValue)]) -> NewValue {
    NewValue::Map(entries.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
}

pub(super) fn block(entries: &[(&str, NewValue)]) -> NewValue {
    NewValue::Block(entries.iter().map(|(key, value)| ((*key).into(), value.clone())).collect())
}

pub(super) fn route(route: &str) -> Vec<Arc<str>> {
    route.split('.').map(Arc::from).collect()
}

pub(super) fn replace(at: Place, value: NewValue) -> Change {
    Change::Replace { at, value }
}

pub(super) fn put(under: Place, keys: &str, value: NewValue) -> Change {
    Change::Put { under, route: route(keys), value }
}

pub(super) fn append(to: Place, value: NewValue) -> Change {
    Change::Append { to, value }
}

pub(super) fn remove(at: Place) -> Change {
    Change::Remove { at }
}

pub(super) fn rename(at: Place, name: &str) -> Change {
    Change::Rename { at, name: name.into() }
}

/// One change of a YAML text.
pub(super) fn yaml(before: &str, change: impl Fn(&Documents) -> Change) -> Result<String, String> {
    let documents = read(before, Language::Yaml);
    make(&documents, &[change(&documents)])
}

/// One change of a JSON text.
pub(super) fn json(before: &str, change: impl Fn(&Documents) -> Change) -> Result<String, String> {
    let documents = read(before, Language::Json);
    make(&documents, &[change(&documents)])
}
