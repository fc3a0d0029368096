//! Turns texts whose comments nobody reads into the suppressions that stand in them in vain.

use std::collections::HashSet;

use super::directive::directives;
use super::terms::Trouble;
use crate::document::DocId;
use crate::document::Document;
use crate::document::HostMap;
use crate::document::Language;
use crate::document::NodeId;
use crate::document::NodeKind;
use crate::document::Style;
use crate::text::Span;

/// Scalars of a file whose text is a document of its own, by the document's index.
pub(super) type Opened = HashSet<(u32, NodeId)>;

/// The scalars of a file that were opened.
pub(super) fn opened(documents: &[Document]) -> Opened {
    let hosts = documents.iter().filter_map(|document| document.host.as_ref());
    let scalars = hosts.filter_map(|host| match host.map {
        HostMap::Scalar(node, _) => Some((host.index, node)),
        HostMap::Made(_) => None,
    });
    scalars.collect()
}

/// Suppressions in texts of which no comment is read: in block texts that are no document of their own, and in languages
/// other than YAML and Alloy.
pub(super) fn strays(id: DocId, document: &Document, opened: &Opened) -> Vec<Trouble> {
    let Some(tree) = document.tree() else { return Vec::new() };
    let mut found = Vec::new();
    match document.language {
        Language::Yaml | Language::Json => {
            let is_block = |style: Style| matches!(style, Style::Literal | Style::Folded);
            for node in tree.scalars() {
                let is_candidate =
                    matches!(node.raw().kind, NodeKind::Scalar { style, .. } if is_block(style));
                let Some(text) = node.text().filter(|text| is_candidate && text.contains(super::WORD)) else {
                    continue;
                };
                if opened.contains(&(id.index, node.id)) {
                    continue;
                }
                let map = node.embedding();
                let spans = in_lines(text).into_iter().filter_map(|span| map.to_host(span));
                found.extend(spans.map(|span| trouble(span, "this text is not read as a program")));
            }
        }
        Language::Ini | Language::Toml | Language::FluentBit | Language::Fluentd => {
            let message = format!("comments of this language ({}) are not read", document.language.name());
            found.extend(in_lines(&document.text).into_iter().map(|span| trouble(span, &message)));
        }
        Language::Alloy => {}
    }
    found
}

fn trouble(span: Span, message: &str) -> Trouble {
    let help = "accept the finding above the field that holds the text, on the object, or in ptd-lint.yaml";
    Trouble { span, message: message.to_owned(), help: help.to_owned() }
}

/// The suppressions in lines that are comments.
fn in_lines(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if bare.starts_with(['#', ';']) || bare.starts_with("//") {
            let start = at + line.len() - line.trim_start().len();
            let start = if bare.starts_with(';') { start + 1 } else { start };
            let end = at + line.trim_end().len();
            let span = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
            let comment = Span::new(span(start), span(end));
            found.extend(directives(text, comment).into_iter().flatten().map(|directive| directive.span));
        }
        at += line.len();
    }
    found
}
