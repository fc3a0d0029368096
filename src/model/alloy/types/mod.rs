//! Turns a program into its faults: what Alloy would refuse when it loads it, or what its version does not know.
//!
//! Every text is checked once, as it is written: bodies of `declare`, templates of `foreach` and imported texts too, however
//! often they are instantiated. What a value is in each instance is asked of the expanded program. A program with syntax errors is not checked: those are told by themselves, and what they hide would
//! be missed here. What hangs on something that is not known before the collector runs is never a fault.
//!
//! Beside this, `flow/opaque.rs` says which of these faults hide flows (a component that is not known, a reference to
//! nothing, an id given twice). Both point at the same text, and `check` tells it once: as the fault.

mod arguments;
mod bodies;
mod conflicts;
mod cycles;
mod definitions;
mod fault;
mod instances;
mod known;
mod manual;
mod references;
mod scope;
mod table;
mod values;
mod version;

pub(crate) use definitions::Visible;
pub(crate) use definitions::definition;
pub(crate) use definitions::visible;
pub(crate) use fault::Fault;
pub(crate) use fault::Kind;
pub(crate) use manual::Page;
pub(crate) use manual::names;
pub(crate) use manual::page;
pub(crate) use version::Running;
pub(crate) use version::Stability;
pub(crate) use version::Version;

use std::collections::HashSet;

use self::bodies::Checker;
use self::known::Address;
use self::known::Known;
use self::known::address;
use self::scope::Holder;
use super::Program;
use super::frame::Origin;

/// The faults of a program, in order of place: of its own texts, and of those that it imports. Linear in its size.
pub(crate) fn faults(program: &Program<'_>, running: &Running) -> Vec<Fault> {
    let own = program.files.get(..program.given).unwrap_or_default();
    let own: Vec<_> = own.iter().map(|(doc, file)| Origin { doc: *doc, file, computed: None }).collect();
    check(program, running, &own, Holder::Root)
}

/// The faults of a text that is there to be imported: the program has no other.
pub(crate) fn faults_of_module(program: &Program<'_>, running: &Running) -> Vec<Fault> {
    let own = program.files.get(..program.given).unwrap_or_default();
    let own: Vec<_> = own.iter().map(|(doc, file)| Origin { doc: *doc, file, computed: None }).collect();
    check(program, running, &own, Holder::Library)
}

fn check<'d>(program: &Program<'d>, running: &Running, own: &[Origin<'d>], holder: Holder) -> Vec<Fault> {
    if own.iter().any(|text| !text.file.errors.is_empty()) {
        return Vec::new();
    }
    let known = Known::of(program);
    let mut checker = Checker::new(program, &known, running);
    checker.program(own, holder);
    let mut seen: HashSet<Vec<Address>> = HashSet::new();
    for import in &program.imports {
        let texts = import.texts.as_slice();
        let whole = texts.iter().all(|text| text.file.errors.is_empty());
        // A text that several blocks import, or instances of a module, is checked once.
        if whole && seen.insert(texts.iter().map(|text| address(text.file)).collect()) {
            checker.program(texts, Holder::Library);
        }
    }
    checker.finish()
}

#[cfg(test)]
mod tests;
