//! All parsers, and the maps of positions.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ptd_lint::fuzzing::read(bytes));
