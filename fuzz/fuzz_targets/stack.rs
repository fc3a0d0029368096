//! A whole run, from the text of a file to its reports.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| ptd_lint::fuzzing::stack(text));
