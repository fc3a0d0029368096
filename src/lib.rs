//! Checks that a monitoring stack keeps its promises. See `ARCHITECTURE.md` for the map.
//!
//! Modules are listed in the order in which data flows through them.
#![forbid(unsafe_code)]

mod text;

mod source;

mod document;

mod live;

mod model;

mod flow;

mod finding;

mod config;

mod rule;

mod accept;

mod check;

mod fix;

mod format;

mod generate;

mod trial;

mod report;

mod lsp;

mod cli;

#[doc(hidden)]
pub mod bench;

#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with its arguments (the first is the program's name) and returns its exit code:
/// 0 clean, 1 findings at or above the threshold, 2 the run is incomplete.
pub fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    ExitCode::from(cli::run(args))
}
