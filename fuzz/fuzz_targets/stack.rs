//! A whole run, from the texts of files to all reports.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ptd_lint::fuzzing::stack(bytes));
