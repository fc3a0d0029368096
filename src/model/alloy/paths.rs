//! Finds arguments by the paths of the component table, such as `endpoint.url`: once for each instance of a block.

use crate::document::alloy::Attribute;
use crate::document::alloy::Block;
use crate::document::alloy::Body;
use crate::document::alloy::File;
use crate::text::Span;

/// A place for an argument: the body that holds it, or would.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot<'a> {
    /// The argument, where it is written.
    pub(crate) attribute: Option<&'a Attribute>,
    /// The body that it stands in.
    pub(crate) body: &'a Body,
    /// The name of the innermost block around it; `None` in the component's own body.
    pub(crate) block: Option<&'a Block>,
}

impl Slot<'_> {
    /// Where a missing argument belongs: the name of its block.
    pub(crate) fn block_span(&self) -> Option<Span> {
        self.block.map(|block| block.name)
    }
}

/// The places of the argument at `path` below `body`. None where a block of the path is missing.
pub(crate) fn slots<'a>(file: &File, body: &'a Body, path: &str) -> Vec<Slot<'a>> {
    let mut found = Vec::new();
    collect(file, body, None, path, &mut found);
    found
}

/// The blocks at `path` below `body`.
pub(crate) fn blocks_at<'a>(file: &File, body: &'a Body, path: &str) -> Vec<&'a Block> {
    let mut found = Vec::new();
    collect_blocks(file, body, path, &mut found);
    found
}

fn collect<'a>(file: &File, body: &'a Body, block: Option<&'a Block>, path: &str, found: &mut Vec<Slot<'a>>) {
    if path.contains('.') {
        for inner in body.blocks() {
            // The path gets shorter at every step, so this ends however deep the input is.
            if let Some(rest) = after(file, inner, path).filter(|rest| !rest.is_empty()) {
                collect(file, &inner.body, Some(inner), rest, found);
            }
        }
        return;
    }
    let attribute = file.attribute(body, path);
    found.push(Slot { attribute, body, block });
}

fn collect_blocks<'a>(file: &File, body: &'a Body, path: &str, found: &mut Vec<&'a Block>) {
    for block in body.blocks() {
        match after(file, block, path) {
            Some("") => found.push(block),
            Some(rest) => collect_blocks(file, &block.body, rest, found),
            None => {}
        }
    }
}

/// What remains of `path` behind the block's dotted name; empty when nothing does.
fn after<'p>(file: &File, block: &Block, path: &'p str) -> Option<&'p str> {
    let mut rest = path;
    for (index, part) in block.parts.iter().enumerate() {
        if index > 0 {
            rest = rest.strip_prefix('.')?;
        }
        rest = rest.strip_prefix(file.str(*part))?;
    }
    if rest.is_empty() || block.parts.is_empty() {
        return (!block.parts.is_empty()).then_some(rest);
    }
    rest.strip_prefix('.')
}
