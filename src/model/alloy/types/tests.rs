//! Faults of programs: each kind at its place, and none where nothing is wrong.

mod corpus;
mod generated;

use std::sync::Arc;

use super::*;
use crate::document::alloy;

const DOC: DocId = DocId { file: 0, index: 0 };

/// The faults of a text, each as `kind line:column 'text' message; help`.
fn told(text: &str, running: &Running) -> Vec<String> {
    let file = alloy::parse(Arc::from(text));
    assert!(file.errors.is_empty(), "{:?} in\n{text}", file.errors);
    let environment = Environment::default();
    let faults = faults(&[(DOC, &file)], &environment, running);
    let show = |fault: &Fault| {
        let start = fault.place.span.start as usize;
        let before = &text[..start];
        let line = before.matches('\n').count() + 1;
        let column = start - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        let part = file.str(fault.place.span);
        format!("{} {line}:{column} `{part}` {}; {}", fault.kind.name(), fault.message, fault.help)
    };
    faults.iter().map(show).collect()
}
