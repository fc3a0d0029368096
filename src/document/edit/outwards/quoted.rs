//! Turns edits of the text in a quoted or plain scalar, or in a string of Alloy, into edits between its quotes.

use std::sync::Arc;

use crate::document::Dialect;
use crate::document::NodeKind;
use crate::document::NodeRef;
use crate::document::Style;
use crate::document::alloy;
use crate::document::edit::Edit;
use crate::document::edit::alloy::quoted_inside;
use crate::document::edit::alloy::string_at;
use crate::document::edit::apply;
use crate::document::edit::layout::edit;
use crate::document::edit::scalar;
use crate::document::edit::scalar::Context;
use crate::document::parse_json;
use crate::document::parse_yaml;
use crate::text::Embedding;
use crate::text::Span;

/// The edits between the quotes. Where folded lines get into the way, the whole scalar is written in one line.
pub(super) fn outwards(node: NodeRef<'_>, guest: &str, edits: &[Edit]) -> Option<Vec<Edit>> {
    let NodeKind::Scalar { style, .. } = node.raw().kind else { return None };
    if style == Style::Plain && guest.is_empty() {
        return None;
    }
    let new = apply(guest, edits)?;
    let host = &*node.tree.text;
    let scalar = node.span();
    let context = context(node);
    let inside: Option<Vec<Edit>> = edits.iter().map(|edit| in_place(node, style, guest, edit)).collect();
    let is_good = |edits: &[Edit]| {
        // The scalar alone, as it will stand there.
        let shifted: Vec<Edit> = edits
            .iter()
            .map(|edit| Edit {
                span: Span::new(edit.span.start - scalar.start, edit.span.end - scalar.start),
                text: edit.text.clone(),
            })
            .collect();
        let text = apply(scalar.slice(host), &shifted);
        text.is_some_and(|text| {
            indentation(&text) >= indentation(scalar.slice(host))
                && reads_as(&text, style, node.tree.dialect, context, &new)
        })
    };
    if let Some(inside) = inside.filter(|inside| is_good(inside)) {
        return Some(inside);
    }
    let whole = match style {
        Style::DoubleQuoted => scalar::double_quoted(&new),
        Style::SingleQuoted | Style::Plain => {
            if new.contains('\n') || new.is_empty() {
                return None;
            }
            let whole = scalar::text_in_line(&new, style, context);
            if whole.starts_with('"') {
                return None;
            }
            whole
        }
        Style::Literal | Style::Folded => return None,
    };
    let whole = edit(scalar.start as usize, scalar.end as usize, whole);
    is_good(std::slice::from_ref(&whole)).then(|| vec![whole])
}

/// The least number of blanks that a line behind the first starts with; lines of blanks do not count.
fn indentation(scalar: &str) -> usize {
    let lines = scalar.split(['\n', '\r']).skip(1).filter(|line| !line.trim_matches([' ', '\t']).is_empty());
    lines.map(|line| line.len() - line.trim_start_matches(' ').len()).min().unwrap_or(usize::MAX)
}

/// The edit in a scalar whose lines are folded. Where the scalar's text is replaced from its first or to its last
/// byte, so are the folded line ends before or behind it, which are in no text.
fn in_place(node: NodeRef<'_>, style: Style, guest: &str, edit: &Edit) -> Option<Edit> {
    let scalar = node.span();
    let (text, quote) = match style {
        Style::DoubleQuoted => (scalar::escaped(&edit.text), 1),
        Style::SingleQuoted if edit.text.chars().all(scalar::is_printable) => {
            (edit.text.replace('\'', "''"), 1)
        }
        Style::Plain if edit.text.chars().all(scalar::is_printable) => (edit.text.clone(), 0),
        _ => return None,
    };
    let map = node.embedding();
    let mut host = behind_last(guest, edit.span, &map)?;
    if node.tree.text.get(..host.start as usize)?.ends_with(['\n', '\r']) {
        // Behind the indentation of a line.
        host.start = map.to_host(edit.span)?.start.max(host.start);
        host.end = host.end.max(host.start);
    }
    if edit.span.start == 0 {
        host.start = scalar.start + quote;
    }
    if edit.span.end as usize == guest.len() {
        host.end = scalar.end.checked_sub(quote)?;
    }
    Some(Edit { span: host, text })
}

/// What a span of the guest was made from, from behind what stands before it.
fn behind_last(guest: &str, span: Span, map: &Embedding) -> Option<Span> {
    let Some(before) = guest.get(..span.start as usize)?.chars().next_back() else {
        return map.to_host(span);
    };
    let start = span.start - u32::try_from(before.len_utf8()).ok()?;
    let start = map.to_host(Span::new(start, span.start))?.end;
    let end = if span.is_empty() { start } else { map.to_host(span)?.end };
    Some(Span::new(start, end.max(start)))
}

/// Whether a scalar, as it is written, is read as a scalar of that style with that text.
fn reads_as(text: &str, style: Style, dialect: Dialect, context: Context, wanted: &str) -> bool {
    let brackets = style == Style::Plain && context == Context::Flow;
    let text: Arc<str> = if brackets { format!("[{text}]").into() } else { text.into() };
    let tree = if dialect == Dialect::Json {
        parse_json(&text).ok().map(|json| json.tree)
    } else {
        let stream = parse_yaml(&text);
        let is_good = stream.errors.is_empty() && stream.documents.len() == 1;
        stream.documents.into_iter().next().filter(|_| is_good)
    };
    tree.as_ref().and_then(|tree| tree.root()).is_some_and(|root| {
        let mut items = root.items();
        let node = if brackets { items.next() } else { Some(root) };
        let same_style = |node: NodeRef<'_>| matches!(node.raw().kind, NodeKind::Scalar { style: found, .. } if found == style);
        items.next().is_none() && node.is_some_and(|node| same_style(node) && node.text() == Some(wanted))
    })
}

/// Whether a scalar stands in brackets.
fn context(node: NodeRef<'_>) -> Context {
    let span = node.span();
    let text = node.tree.text.as_bytes();
    let is_around = |around: &crate::document::Node| {
        matches!(around.kind, NodeKind::Mapping(_) | NodeKind::Sequence(_))
            && around.span.contains(span)
            && matches!(text.get(around.span.start as usize), Some(b'{' | b'['))
    };
    if node.raw().kind == (NodeKind::Scalar { style: Style::DoubleQuoted, text: None })
        || !node.tree.nodes.iter().any(is_around)
    {
        Context::Block
    } else {
        Context::Flow
    }
}

/// The edits of a program that make `edits` in the text of one of its strings, which `map` leads to.
pub(in crate::document::edit) fn in_program(
    file: &alloy::File,
    map: &Embedding,
    guest: &str,
    edits: &[Edit],
) -> Option<Vec<Edit>> {
    let whole = map.to_host(Span::new(0, u32::try_from(guest.len()).ok()?))?;
    let literal = string_at(file, whole)?;
    let is_raw = file.str(literal).starts_with('`');
    let edit = |edit: &Edit| {
        let text = quoted_inside(&edit.text, is_raw)?;
        let span = behind_last(guest, edit.span, map)?;
        Some(Edit { span, text })
    };
    edits.iter().map(edit).collect()
}
