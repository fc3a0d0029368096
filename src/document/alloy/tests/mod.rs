//! Tests of the whole parser.

mod conformance;
mod corpus;
mod depth;
mod errors;
mod mutation;
mod salvage;

use super::File;
use super::Statement;
use super::parse;

/// Parses `text`.
fn read(text: &str) -> File {
    parse(text.into())
}

/// The errors of `text` as `line:column message`, lines from 1 and columns in bytes.
fn errors(file: &File) -> Vec<String> {
    let place = |offset: u32| {
        let before = &file.text[..offset as usize];
        let line = before.matches('\n').count() + 1;
        format!("{line}:{}", before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1)
    };
    let told = |error: &super::SyntaxError| format!("{} {}", place(error.span.start), error.message);
    file.errors.iter().map(told).collect()
}

/// The names of the statements of a file, blocks with their labels and what they hold.
fn outline(file: &File) -> String {
    fn of(file: &File, statements: &[Statement]) -> String {
        let one = |statement: &Statement| match statement {
            Statement::Attribute(attribute) => {
                format!("{}={}", file.str(attribute.name), file.str(attribute.value.span))
            }
            Statement::Block(block) => {
                let label = block.label.map(|label| format!(":{}", file.str(label))).unwrap_or_default();
                format!("{}{label}{{{}}}", file.str(block.name), of(file, &block.body.statements))
            }
        };
        statements.iter().map(one).collect::<Vec<_>>().join(" ")
    }
    of(file, &file.body.statements)
}
