//! Turns any bytes into a panic where something that must be true of them is not, stage by stage, for `fuzz/` and for the
//! tests. No interface for anybody else: it changes whenever they do.

mod change;
mod evaluate;
mod fix;
mod lsp;
mod policy;
mod read;
mod report;
mod stack;

use std::sync::Arc;

pub use change::change;
pub use evaluate::evaluate;
pub use fix::fix;
pub use lsp::lsp;
pub use policy::policy;
pub use read::read;
pub use report::report;
pub use stack::stack;

use crate::source::Source;
use crate::source::Sources;

/// A target: takes any bytes, and panics where it finds a fault.
pub type Target = fn(&[u8]);

/// All targets, by name.
pub const TARGETS: [(&str, Target); 8] = [
    ("change", change),
    ("evaluate", evaluate),
    ("fix", fix),
    ("lsp", lsp),
    ("policy", policy),
    ("read", read),
    ("report", report),
    ("stack", stack),
];

/// What a line begins with behind which a further file of an input starts; the rest of the line is its path.
const FILE: &str = "=== ";

/// Bytes as a text: what is no UTF-8 is replaced, as nothing but UTF-8 is linted.
fn text_of(bytes: &[u8]) -> Arc<str> {
    String::from_utf8_lossy(bytes).into()
}

/// The files of an input, by path: what stands before the first line that names one is `first`.
fn files<'t>(first: &'t str, text: &'t str) -> Vec<(&'t str, &'t str)> {
    let mut files = Vec::new();
    let (mut path, mut start, mut at) = (first, 0, 0);
    for line in text.split_inclusive('\n') {
        if let Some(name) = line.strip_prefix(FILE) {
            files.push((path, text.get(start..at).unwrap_or_default()));
            (path, start) = (name.trim(), at + line.len());
        }
        at += line.len();
    }
    files.push((path, text.get(start..).unwrap_or_default()));
    files.retain(|(_, text)| !text.is_empty());
    files
}

/// Files of one folder, in the order in which a run has them. A path that occurs twice is one file.
fn sources<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Sources {
    let source = |(path, text): (&str, &str)| Source {
        path: format!("{FOLDER}/{path}"),
        argument: 0,
        text: text.into(),
    };
    let mut texts: Vec<Source> = files.into_iter().map(source).collect();
    texts.sort_by(|one, other| one.path.cmp(&other.path));
    texts.dedup_by(|one, other| one.path == other.path);
    Sources { texts, ..Sources::default() }
}

/// The folder that is given as the argument of a run.
const FOLDER: &str = "stack";
