//! Turns a program into its faults: what Alloy would refuse when it loads it, or what its version does not know.
//!
//! Every text is checked once, as it is written: bodies of `declare` and templates of `foreach` too, however often they
//! are instantiated. A program with syntax errors is not checked: those are told by themselves, and what they hide would
//! be missed here. What hangs on something that is not known before the collector runs is never a fault.
//!
//! Beside this, `flow/opaque.rs` says which of these faults hide flows (a component that is not known, a reference to
//! nothing, an id given twice). Both point at the same text, and `check` tells it once: as the fault.

mod arguments;
mod bodies;
mod cycles;
mod fault;
mod references;
mod scope;
mod table;
mod values;
mod version;

pub(crate) use fault::Fault;
#[cfg(test)]
pub(crate) use fault::Kind;
pub(crate) use version::Running;
pub(crate) use version::Stability;
pub(crate) use version::Version;

use self::bodies::Checker;
use self::scope::Holder;
use self::scope::Site;
use super::Environment;
use crate::document::DocId;
use crate::document::alloy::File;

/// The faults of a program, in order of place. Linear in its size.
pub(crate) fn faults(files: &[(DocId, &File)], environment: &Environment, running: &Running) -> Vec<Fault> {
    if files.iter().any(|(_, file)| !file.errors.is_empty()) {
        return Vec::new();
    }
    let mut checker = Checker::new(environment, running);
    let sites: Vec<Site<'_>> =
        files.iter().flat_map(|(doc, file)| Site::of_body(*doc, file, &file.body)).collect();
    for (doc, file) in files {
        checker.stray_attributes(*doc, file, &file.body);
    }
    checker.body(&sites, Holder::Root, None, None, 0);
    checker.finish()
}

#[cfg(test)]
mod tests;
