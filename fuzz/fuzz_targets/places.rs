//! Maps of positions through nested documents.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| ptd_lint::fuzzing::places(text));
