//! Turns a change to the text in a scalar into a change to the text around it, in the scalar's own style.

use crate::document::Dialect;
use crate::document::Edit;
use crate::document::NodeKind;
use crate::document::NodeRef;
use crate::document::Style;
use crate::text::Embedding;
use crate::text::Span;

/// The change to the text that `node`, a scalar, stands in, which makes `edit` in the scalar's text `guest`. Where its
/// style cannot hold the new text: the style's name.
pub(super) fn outwards(node: NodeRef<'_>, guest: &str, edit: &Edit) -> Result<Edit, &'static str> {
    let NodeKind::Scalar { style, .. } = node.raw().kind else { return Err("what is no scalar") };
    if node.tree.dialect == Dialect::Ini {
        return Err("an INI value");
    }
    let map = node.embedding();
    let has_one_line = !edit.text.contains('\n');
    let in_line = |text: String, quote: u32| in_line(node.span(), quote, guest, edit.span, &map, text);
    match style {
        Style::Literal => block(node, guest, edit, &map, literal_breaks).ok_or("this block"),
        Style::Folded => block(node, guest, edit, &map, folded_breaks).ok_or("this folded block"),
        Style::DoubleQuoted => in_line(escaped(&edit.text), 1).ok_or("an empty string"),
        Style::SingleQuoted if has_one_line => {
            in_line(edit.text.replace('\'', "''"), 1).ok_or("an empty string")
        }
        Style::Plain if has_one_line => in_line(edit.text.clone(), 0).ok_or("an empty value"),
        Style::SingleQuoted => Err("a single-quoted string"),
        Style::Plain => Err("a plain scalar"),
    }
}

/// The change in a scalar whose lines are folded, between quotes of that length. Where the scalar's text is replaced
/// from its first or to its last byte, so are the folded line ends before or behind it, which are in no text.
fn in_line(scalar: Span, quote: u32, guest: &str, span: Span, map: &Embedding, text: String) -> Option<Edit> {
    let Span { mut start, mut end } = map.to_host(span)?;
    if span.start == 0 {
        start = scalar.start + quote;
    }
    if span.end as usize == guest.len() {
        end = scalar.end.checked_sub(quote)?;
    }
    Some(Edit { span: Span::new(start, end), text })
}

/// The text as it stands between double quotes, in JSON as well as in YAML.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// The change in a block scalar: each line behind the indentation that the lines have now.
fn block(
    node: NodeRef<'_>,
    guest: &str,
    edit: &Edit,
    map: &Embedding,
    breaks: fn(last: &str, next: &str, empty: usize) -> usize,
) -> Option<Edit> {
    let host = &*node.tree.text;
    let start_of_line = |at: u32| host.get(..at as usize)?.rfind('\n').map(|line_end| line_end + 1);
    // Where the first line with text stands tells the indentation and how lines end.
    let first = guest.len() - guest.trim_start_matches(['\n', '\r']).len();
    let first = map.to_host(Span::at(u32::try_from(first).ok()?))?.start;
    let indentation = host.get(start_of_line(first)?..first as usize)?;
    let line_end = host.get(first as usize..)?.split_inclusive('\n').next()?;
    let line_end = if line_end.ends_with("\r\n") { "\r\n" } else { "\n" };

    let mut span = map.to_host(edit.span)?;
    let before = guest.get(..edit.span.start as usize)?;
    let mut text = String::new();
    if before.is_empty() || before.ends_with('\n') {
        // From the start of the line, since its indentation may be missing where it is empty.
        span.start = u32::try_from(start_of_line(span.start)?).ok()?;
        text.push_str(indentation);
    }
    let mut last: Option<&str> = None;
    let mut empty = 0;
    for line in edit.text.split('\n') {
        if line.is_empty() && last.is_some() {
            empty += 1;
            continue;
        }
        if let Some(last) = last {
            text.extend(std::iter::repeat_n(line_end, breaks(last, line, empty)));
            text.push_str(indentation);
        }
        text.push_str(line);
        last = Some(line);
        empty = 0;
    }
    text.extend(std::iter::repeat_n(line_end, empty));
    Some(Edit { span, text })
}

/// How many line ends a `|` block has between two lines with `empty` ones between them.
fn literal_breaks(_: &str, _: &str, empty: usize) -> usize {
    empty + 1
}

/// The same for a `>` block, which makes a blank of the first line end unless one of the lines is indented further.
fn folded_breaks(last: &str, next: &str, empty: usize) -> usize {
    let is_indented = |line: &str| line.starts_with([' ', '\t']);
    if is_indented(last) || is_indented(next) { empty + 1 } else { empty + 2 }
}
