//! The parser of Alloy.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ptd_lint::fuzzing::alloy(bytes));
