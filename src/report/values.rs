//! Turns the chain of an option's values into lines for people.

use std::io;
use std::io::Write;

use super::clean;
use crate::document::Documents;
use crate::finding::ValueChain;

/// Writes what sets the option `path`, store by store; the last line of each says what counts.
pub(crate) fn write_values(
    path: &str,
    documents: &Documents,
    chains: &[ValueChain],
    out: &mut dyn Write,
) -> io::Result<()> {
    for (index, chain) in chains.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{path} ({}) in {} {}, {}", chain.kind, chain.store, chain.version, chain.stack)?;
        let width = |text: &String| text.chars().count();
        let values = chain.steps.iter().map(|step| width(&step.value)).max().unwrap_or_default();
        let origins = chain.steps.iter().map(|step| width(&step.origin)).max().unwrap_or_default();
        for step in &chain.steps {
            let place = step.place.map(|place| documents.resolve(place).shown());
            let line =
                format!("  {:values$}  {:origins$}  {}", step.value, step.origin, place.unwrap_or_default());
            writeln!(out, "{}", clean::lines(line.trim_end()))?;
        }
    }
    Ok(())
}
