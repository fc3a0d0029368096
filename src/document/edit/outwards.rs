//! Turns edits of the text in a scalar into edits of the text around it, in the scalar's own style.

mod folded;
mod literal;
mod quoted;

pub(super) use quoted::in_program;

use super::Edit;
use super::layout::Layout;
use crate::document::Dialect;
use crate::document::NodeKind;
use crate::document::NodeRef;
use crate::document::Style;

/// The edits of the text that `node`, a scalar, stands in, which make `edits` in the scalar's text `guest`. The edits
/// are in order and do not overlap. Where the scalar's style cannot hold the new text: the style's name.
pub(crate) fn outwards(node: NodeRef<'_>, guest: &str, edits: &[Edit]) -> Result<Vec<Edit>, &'static str> {
    let NodeKind::Scalar { style, .. } = node.raw().kind else { return Err("what is no scalar") };
    if node.tree.dialect == Dialect::Ini {
        return Err("an INI value");
    }
    match style {
        Style::Literal => literal::outwards(node, guest, edits).ok_or("this block"),
        Style::Folded => folded::outwards(node, guest, edits).ok_or("this folded block"),
        Style::DoubleQuoted => quoted::outwards(node, guest, edits).ok_or("this string"),
        Style::SingleQuoted => quoted::outwards(node, guest, edits).ok_or("a single-quoted string"),
        Style::Plain => quoted::outwards(node, guest, edits).ok_or("a plain scalar"),
    }
}

/// The smallest edit that puts `new` in the place of what stands between two offsets; empty where that is the same.
fn smallest(layout: Layout<'_>, start: usize, end: usize, new: &str) -> Option<Edit> {
    let old = layout.get(start, end);
    if old == new {
        return Some(super::layout::edit(start, start, ""));
    }
    let same = |a: &str, b: &str| {
        a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum::<usize>()
    };
    let before = same(old, new);
    let (old, new) = (old.get(before..)?, new.get(before..)?);
    let behind: usize =
        old.chars().rev().zip(new.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum();
    let new = new.get(..new.len() - behind)?;
    Some(super::layout::edit(start + before, end - behind, new))
}
