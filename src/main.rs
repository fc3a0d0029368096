//! The `ptd-lint` program: hands the arguments to the library and returns its exit code.
#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    ptd_lint::run(std::env::args_os())
}
